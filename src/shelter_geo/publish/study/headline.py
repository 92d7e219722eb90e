"""The figures that a study is known by, and how they are written, in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from shelter_geo.access import UNITS, beyond_range, populations
from shelter_geo.analysis import Evaluation, Quantity, other_km
from shelter_geo.publish.qualifiers import (
    known_readings,
    known_without,
)
from shelter_geo.publish.words import (
    Text,
    Words,
    in_each,
    own_name,
)
from shelter_geo.vocabulary import Evidence, Reason


@dataclass(frozen=True)
class Headline:
    """The figures a study is known by, for its residents and from the district centres.

    Without any facility there is no farthest district, and the means are missing.

    Attributes
    ----------
    longest
        The district with residents whose trip takes the most minutes.
    readings
        How the readings of a place are known that the family places missing rest on.
    beyond
        Least and most people beyond each limit; see `access.metrics.beyond_range`.
    registered_beyond
        The same of registered people; empty where a study counts people in one way only.
    missing_without
        Family places missing if no place counts that others share or come first in; None where
        there is no such place.
    """

    mean_km: float
    mean_min: float
    farthest: pd.Series | None
    longest: pd.Series | None
    people: float
    beyond: dict[int, tuple[float, float]]
    registered_beyond: dict[int, tuple[float, float]]
    cut_off: float
    missing_low: float
    missing_high: float
    readings: Evidence
    missing_without: tuple[float, float] | None
    farthest_other_km: float | None

    @property
    def missing(self) -> Quantity:
        """Family places missing, over every way to count a place."""
        return Quantity.span(self.missing_low, self.missing_high, evidence=self.readings)

    @property
    def farthest_km(self) -> float:
        """Kilometres of the farthest district, missing where there is none."""
        return float("nan") if self.farthest is None else float(self.farthest["distance_km"])

    def farthest_distance(self, words: Words) -> str:
        """Write how far the farthest district is, by both roads where two are nearly as fast."""
        return either_distance(words, self.farthest_km, self.farthest_other_km)


def either_distance(words: Words, distance_km: float, other_km: float | None) -> str:
    """Write one distance, or two where there is another road."""
    km = words.distance(distance_km)
    if other_km is None:
        return km
    return words.text("units.either", one=km, other=Quantity.km(other_km))


def and_other_road(words: Words, distance_km: float, other_km: float | None) -> str:
    """Write a distance, and behind it why there is a second one, if there is one."""
    km = words.distance(distance_km)
    if other_km is None:
        return km
    return words.text("units.other_road", one=km, other=Quantity.km(other_km))


def headline(evaluation: Evaluation) -> Headline:
    """Take the headline figures out of an evaluation."""
    table = evaluation.metrics
    rows = table[
        (table["basis"] == "district_centres")
        & (table["units"] == UNITS[0])
        & (table["weighted_by"] == "people")
    ].set_index("metric")["value"]
    first = evaluation.farthest
    first = first[(first["units"] == UNITS[0]) & (first["rank"] == 1)]
    now = evaluation.study.settings.study.as_of.year
    total = evaluation.shortfall
    total = total[(total["area"] == "Total") & (total["population_year"] == now)]
    limits = evaluation.study.settings.access.distance_classes_km
    farthest = None if first.empty else first.iloc[0]
    two = len(populations(evaluation.districts)) > 1
    trips = evaluation.districts.loc[evaluation.districts["population"] > 0, "travel_min"].dropna()
    return Headline(
        mean_km=float(rows["distance_km_mean"]),
        mean_min=float(rows["travel_min_mean"]),
        farthest=farthest,
        longest=None if trips.empty else evaluation.districts.loc[trips.idxmax()],
        people=float(rows["total"]),
        beyond={limit: beyond_range(evaluation.districts, limit) for limit in limits},
        registered_beyond={
            limit: beyond_range(evaluation.districts, limit, units=UNITS[1])
            for limit in (limits if two else ())
        },
        cut_off=float(rows["unreachable"]),
        missing_low=float(total["family_places_missing"].min()),
        missing_high=float(total["family_places_missing"].max()),
        readings=known_readings(evaluation.study),
        missing_without=missing_without(total),
        farthest_other_km=(
            None if farthest is None else other_km(evaluation, str(farthest["district_id"]))
        ),
    )


def missing_without(total: pd.DataFrame) -> tuple[float, float] | None:
    """Give what is missing without places that others share; None where there are none."""
    if (total["places_low"] == total["places"]).all():
        return None
    missing = total["family_places_missing_high"]
    return float(missing.min()), float(missing.max())


def key_figures(evaluation: Evaluation, *, main: bool = False) -> list[tuple[Text, Text]]:
    """Write the headline figures, each with its label, in every language; `main` are but five."""
    head = headline(evaluation)
    # Kilometres of a plan that changes roads are not told: a faster road may be a longer one.
    of_way = _by_time(head) if evaluation.study.roads_before is not None else _by_distance(head)
    lines: _Lines = [
        *(of_way[:3] if main else of_way),
        (
            lambda words: words.text(
                of_roads(evaluation, "study.cut_off", "study.cut_off_domestic")
            ),
            lambda words: words.people(head.cut_off),
        ),
        (
            lambda words: words.text("study.missing"),
            lambda words: words.quantity(head.missing),
        ),
    ]
    if head.missing_without is not None and not main:
        low, high = head.missing_without
        lines.append(
            (
                lambda words: words.text("study.missing_without"),
                lambda words: words.quantity(
                    Quantity.span(low, high, evidence=known_without(evaluation.study))
                ),
            )
        )
    return [(in_each(label), in_each(value)) for label, value in lines]


_Lines: TypeAlias = list[tuple[Callable[[Words], str], Callable[[Words], str]]]


def _by_distance(head: Headline) -> _Lines:
    """Write how far it is: the farthest, the mean and who lives beyond the limit that tells."""
    limit = telling_limit(head)
    lines: _Lines = [
        (lambda words: words.text("study.farthest"), lambda words: _farthest(head, words)),
        (lambda words: words.text("study.mean"), lambda words: words.distance(head.mean_km)),
        (
            lambda words: words.text("study.beyond", km=Quantity.km(limit)),
            lambda words: words.people_between(*head.beyond[limit]),
        ),
    ]
    if head.registered_beyond:
        lines.append(
            (
                lambda words: words.text("study.beyond_registered", km=Quantity.km(limit)),
                lambda words: words.people_between(*head.registered_beyond[limit]),
            )
        )
    return lines


def _by_time(head: Headline) -> _Lines:
    """Write how long it takes: the longest trip and the mean."""

    def longest(words: Words) -> str:
        if head.longest is None:
            return words.text("table.nothing")
        time = Quantity.minutes(float(head.longest["travel_min"]))
        return words.text("study.of_district", district=own_name(dict(head.longest)), km=time)

    return [
        (lambda words: words.text("compare.figure_travel_min_max"), longest),
        (
            lambda words: words.text("compare.figure_travel_min_mean"),
            lambda words: words.duration(head.mean_min),
        ),
    ]


def _farthest(head: Headline, words: Words) -> str:
    if head.farthest is None:
        return words.text("table.nothing")
    return words.text(
        "study.of_district",
        district=own_name(dict(head.farthest)),
        km=head.farthest_distance(words),
    )


def of_roads(evaluation: Evaluation, key: str, domestic: str) -> str:
    """Choose the text that speaks of roads inside the country, where all who lack one do."""
    units = evaluation.districts
    cut_off = units.loc[~units["reachable"] & (units["population"] > 0), "reason"]
    return domestic if len(cut_off) and (cut_off == Reason.NO_DOMESTIC_ROAD).all() else key


def telling_limit(head: Headline) -> int:
    """Return the farthest limit that at least one in a hundred certainly lives beyond.

    It is the nearest limit if so many live beyond none.
    """
    crossed = [limit for limit, (low, _) in head.beyond.items() if low > 0.01 * head.people]
    return max(crossed, default=min(head.beyond))
