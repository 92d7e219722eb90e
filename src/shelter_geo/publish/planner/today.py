"""What the planner says before anybody changes anything: today's figures and today's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import beyond_range, weighted_quantile
from shelter_geo.analysis import Quantity
from shelter_geo.publish.maps.district_map import people_column
from shelter_geo.publish.pages.reader_table import ReaderTable, number_column, text_column
from shelter_geo.publish.planner.data import PlannerData
from shelter_geo.publish.words import Text, Words, in_each, own_name, say


@dataclass(frozen=True)
class TodayFigure:
    """One figure above the map: its key in the page's script, its words, and what it adds."""

    key: str
    label: Text
    value: Text
    detail: Text | None = None


@dataclass(frozen=True, eq=False)
class Today:
    """Access as it stands, district by district.

    Attributes
    ----------
    data
        What the planner computes with.
    nearest
        Row of the nearest shelter of each district, -1 without a road.
    distance_km
        Missing without a road.
    order
        Rows of the districts, farthest first, those without a road last; ties by key.
    """

    data: PlannerData
    nearest: NDArray[Any]
    distance_km: pd.Series
    order: tuple[int, ...]

    def figures(self, limits: Sequence[float], *, domestic: bool = False) -> list[TodayFigure]:
        """Write the figures above the map; `domestic` if only roads inside the country lack."""
        people = self.data.districts["population"].to_numpy(float)
        reached = self.nearest >= 0
        km, weight = self.distance_km[reached].to_numpy(), people[reached]
        served = weight.sum()
        mean = float(np.average(km, weights=weight)) if served else float("nan")
        figures = [
            TodayFigure("mean", say("planner.mean"), _distance(mean)),
            TodayFigure(
                "median", say("planner.median"), _distance(weighted_quantile(km, weight, 0.5))
            ),
            self._farthest(people),
        ]
        for rank, limit in enumerate(limits):
            label = say("planner.beyond", km=_distance(limit))
            figures.append(TodayFigure(f"beyond_{rank}", label, self._beyond(limit)))
        figures.append(
            TodayFigure("unreached", unreached(domestic=domestic), _people(people.sum() - served))
        )
        cost = TodayFigure("cost", say("planner.cost"), say("table.nothing"))
        return [*figures, *self._own(people), self._places(people.sum()), cost]

    def _own(self, people: NDArray[Any]) -> list[TodayFigure]:
        """Count who has a shelter in their own region, if the study says of any."""
        if not self.data.regions:
            return []
        regions, sites = np.array(self.data.regions), self.data.sites
        homes = self.data.districts.index[
            self.data.districts["district_id"].isin(sites["district_id"].iloc[self.data.today])
        ]
        own = people[np.isin(regions, regions[homes])].sum()
        label = in_each(lambda words: words.text("planner.own", area=words.area))
        return [TodayFigure("own", label, _people(own))]

    def _beyond(self, limit: float) -> Text:
        units = self.data.districts.assign(distance_km=self.distance_km)
        low, high = beyond_range(units, limit)
        return in_each(lambda words: words.people_between(low, high))

    def _farthest(self, people: NDArray[Any]) -> TodayFigure:
        label = say("planner.farthest")
        for row in self.order:
            if self.nearest[row] >= 0 and people[row] > 0:
                name = own_name(dict(self.data.districts.iloc[row]))
                return TodayFigure("farthest", label, _distance(self.distance_km[row]), name)
        return TodayFigure("farthest", label, say("table.nothing"))

    def _places(self, people: float) -> TodayFigure:
        places = float(self.data.sites["places"].iloc[self.data.today].sum())
        there = places / self.data.persons_per_family_place
        least = places / self.data.most_persons
        needed = people / self.data.people_per_family_place
        value = in_each(
            lambda words: words.text(
                "planner_live.out_of",
                there=Quantity.span(least, there, evidence=self.data.readings),
                needed=Quantity.count(needed),
            )
        )
        missing, most = max(0.0, needed - there), max(0.0, needed - least)
        lacking = Quantity.span(missing, most, evidence=self.data.readings)
        detail = say("planner_live.missing_places", n=lacking)
        return TodayFigure("places", say("planner.places"), value, detail)

    def table(self, no_road: Text, most: int) -> ReaderTable:
        """Write the table of the districts, farthest first, those without a road in its words.

        Of more than `most` districts it lists so many.
        """
        order = list(self.order[:most])
        units = self.data.districts.iloc[order]
        names = self.data.places
        nearest = [names[row] if row >= 0 else None for row in self.nearest[order]]
        elsewhere = say("access.registered_elsewhere")
        return ReaderTable(
            say("planner.table"),
            (
                text_column(
                    say("access.district"), [own_name(dict(row)) for _, row in units.iterrows()]
                ),
                people_column(units),
                number_column(
                    say("planner.today"),
                    self.distance_km[order],
                    Words.distance,
                    missing=[no_road] * len(units),
                ),
                text_column(say("access.nearest"), nearest),
            ),
            tuple(
                elsewhere if apart else None for apart in units["counts_registered_not_resident"]
            ),
            sorted_by=2,
        )


def unreached(*, domestic: bool) -> Text:
    """Say what is counted of people whom no road leads to a shelter."""
    return say("planner.unreached_domestic" if domestic else "planner.unreached")


def left_out(data: PlannerData, listed: int, *, short: bool = False) -> list[Text]:
    """Say what a page leaves out whose table lists so many districts, and how to get it.

    `short` if it leaves out stays, journeys and other services.
    """
    said, candidates = [], int((data.sites["role"] == "candidate").sum())
    for key, there, total in (
        ("held", data.page_costs.each, len(data.sites)),
        ("offered", candidates, candidates + data.left_out),
        ("listed", listed, len(data.districts)),
    ):
        if there < total:
            n, every = Quantity.count(there), Quantity.count(total)
            said.append(say(f"planner.{key}", n=n, total=every))
    if data.page_costs.packing is not None:
        km, minutes = data.page_costs.packing.within
        said.append(
            in_each(
                lambda words: words.text(
                    "planner.steps",
                    km=words.text("units.km", n=_exactly(words, km)),
                    minutes=words.text("units.minutes", n=_exactly(words, minutes)),
                )
            )
        )
    return [*said, say("planner.short")] if short else said


def today(data: PlannerData) -> Today:
    """Measure access as it stands."""
    nearest = data.nearest(data.today)
    distance = pd.Series(nearest.distance_km)
    order = distance.sort_values(ascending=False, kind="stable", na_position="last").index
    return Today(data, nearest.site, distance, tuple(int(row) for row in order))


def _distance(distance_km: float) -> Text:
    if np.isnan(distance_km):
        return say("table.nothing")
    return in_each(lambda words: words.distance(distance_km))


def _exactly(words: Words, value: float) -> str:
    return words.number(value, digits=len(f"{value:g}".partition(".")[2]))


def _people(count: float) -> Text:
    return in_each(lambda words: words.people(count))
