"""What the planner says beyond the distance: stays under a limit, waits, journeys, services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from shelter_geo.analysis import (
    ANYBODY,
    PLACE_KINDS,
    TODAY,
    WITHOUT_ORDER,
    Evaluation,
    Quantity,
    StayInputs,
    StayQuestion,
    stay_question,
    timed_kinds,
    years_beside_places,
)
from shelter_geo.publish.pages.reader_table import Listing
from shelter_geo.publish.pages.sealed import PageText
from shelter_geo.publish.stay_listings import last_years
from shelter_geo.publish.words import Text, everywhere, in_each, say
from shelter_geo.study import NEAREST, Kind, Link
from shelter_geo.vocabulary import Evidence

_MINUTES: Final = 60
NIGHTS: Final = ("nights_low", "nights_high")
"""Columns of the nights for which a traveller waits."""
_BESIDE: Final = ("place_id", "link", "link_legs", "road_km")


@dataclass(frozen=True, eq=False)
class Trip:
    """A journey that no plan of the page changes, from every district.

    Attributes
    ----------
    name
        Its words.
    places
        `distance_km` and `travel_min` by `district_id`, missing where a leg has no road, perhaps
        `nights_low` and `nights_high` of waiting for a bus, missing where none is known.
    beside
        A row a district without a road and link that stands in: `place_id`, `link`, `link_legs`
        and `road_km`.
    """

    name: Text
    places: pd.DataFrame
    beside: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Service:
    """How soon a service of another kind begins, as it stands or under one plan.

    Attributes
    ----------
    kind, plan
        Words of its facilities, and of the plan.
    assumed
        Whether the plan is.
    hours
        Windows.
    low, high
        Share of the moments of a year by `district_id`, a column a window; empty where none is
        known.
    wait_h
        Longest wait in hours by `district_id`, missing where somebody is never served.
    without
        Least share within the last window for people without an order, by `district_id`.
    """

    kind: Text
    plan: Text
    assumed: bool
    hours: tuple[float, ...]
    low: pd.DataFrame
    high: pd.DataFrame
    wait_h: pd.Series
    without: pd.Series


@dataclass(frozen=True, eq=False)
class Beyond:
    """What a planner says beyond the distance.

    Attributes
    ----------
    stays
        Stays asked for, or none where nothing is known of them.
    trips, services
        Of every district, as the study stands.
    links
        Links that may stand in where there is no road.
    years
        What is counted by year, beside the places.
    """

    stays: StayQuestion | None = None
    trips: tuple[Trip, ...] = ()
    services: tuple[Service, ...] = ()
    links: tuple[Link, ...] = ()
    years: tuple[Listing, ...] = ()

    @property
    def limits(self) -> list[Text]:
        """Words of each limit of the stay; the last is none."""
        months = () if self.stays is None else self.stays.limits[:-1]
        named = [say("units.months", n=Quantity.count(each)) for each in months]
        return [*named, say("stays.no_limit")]

    @property
    def waits(self) -> list[Text]:
        """Words of each wait."""
        waits = () if self.stays is None else self.stays.waits
        return [everywhere(wait.name) for wait in waits]

    def page_data(self, districts: pd.DataFrame, text: PageText) -> dict[str, Any]:
        """Give what the page's scripts read.

        Parameters
        ----------
        districts
            In the order of the page, with `district_id`, `population` and perhaps `women`.
        text
            Takes the words in.
        """
        keys = districts["district_id"].tolist()
        stays = {} if self.stays is None else {"stays": _stays(self.stays, districts)}
        found: dict[str, Any] = {**stays}
        row = {key: at for at, key in enumerate(keys)}
        if self.trips:
            place = {link.id: at for at, link in enumerate(self.links)}
            found["trips"] = [_trip(trip, keys, row, place, text) for trip in self.trips]
            found["links"] = [
                [text.number(everywhere(link.name)), link.minutes_low, link.minutes_high]
                for link in self.links
            ]
        if self.services:
            found["services"] = [_service(each, keys, text) for each in self.services]
        return found


def beyond(evaluation: Evaluation) -> Beyond:
    """Gather what a study says beyond the distance, for its planner.

    Journeys to the nearest shelter are left to the plans, which change them; services are those
    of the study's first kind, which speaks of the others.

    Parameters
    ----------
    evaluation
        The study as it stands.
    """
    study, results = evaluation.study, evaluation.journeys
    journeys = () if results is None else study.settings.journeys
    trips = tuple(
        Trip(
            everywhere(journey.name),
            results.of(journey.id, PLACE_KINDS[0]),
            _beside(results.beside, journey.id),
        )
        for journey in journeys
        if results is not None and NEAREST not in journey.stops
    )
    kinds = timed_kinds(study) if study.of_first_kind else ()
    services = tuple(each for kind in kinds for each in _services(evaluation, kind))
    counted = years_beside_places(study, StayInputs.of(study.settings.capacity))
    return Beyond(
        stay_question(evaluation),
        trips,
        services,
        study.settings.roads.link,
        tuple(last_years(study, counted, short=True)) if study.of_first_kind else (),
    )


def _beside(beside: pd.DataFrame, journey: str) -> pd.DataFrame:
    if beside.empty:
        return pd.DataFrame(columns=[*_BESIDE])
    rows = (beside["journey"] == journey) & (beside["place_kind"] == PLACE_KINDS[0])
    return beside.loc[rows, [*_BESIDE]]


def _services(evaluation: Evaluation, kind: Kind) -> Iterator[Service]:
    """Give a service as it stands, and under each plan that changes it."""
    times = evaluation.services
    if times is None:
        return
    own = times.places[times.places["kind"] == kind.id]
    for scenario in (TODAY, *times.plans):
        rows = own[own["scenario"] == scenario]
        if rows.empty:
            continue
        everybody, ordered = rows[rows["who"] == ANYBODY], rows[rows["who"] == WITHOUT_ORDER]
        windows = [(h, part.set_index("district_id")) for h, part in everybody.groupby("within_h")]
        low, high = (
            pd.DataFrame({hours: part[f"share_{end}"] for hours, part in windows})
            for end in ("low", "high")
        )
        plan = times.plans.get(scenario)
        last = ordered[ordered["within_h"] == ordered["within_h"].max()]
        yield Service(
            in_each(lambda words: words.capital(everywhere(kind.plural or kind.id).of(words))),
            say("brief.service_today") if plan is None else everywhere(plan.scenario.name),
            plan is not None and plan.scenario.evidence == Evidence.ASSUMED,
            tuple(float(hours) for hours in low.columns),
            low,
            high,
            everybody.drop_duplicates("district_id").set_index("district_id")["longest_wait_h"],
            last.set_index("district_id")["share_low"],
        )


def _stays(question: StayQuestion, districts: pd.DataFrame) -> dict[str, Any]:
    """Give the demand, and the mean and the share at the limit of each limit and reading.

    Weights that the page has already as its people or women are named, not written again.
    """
    inputs = question.inputs
    cuts = [question.cut(limit) for limit in question.limits]
    weight = question.weight.reindex(districts["district_id"]).fillna(0).to_numpy(float)
    named = [
        name
        for name, column in (("women", "women"), ("people", "population"))
        if column in districts and np.array_equal(districts[column].to_numpy(float), weight)
    ]
    return {
        "weight": named[0] if named else _exact(weight.tolist()),
        "totals": [list(ends) for ends in question.totals.values()],
        "persons": list(inputs.persons_per_place.corners),
        "target": inputs.target.central,
        "limits": [
            [[[_short(part.mean_days), _short(part.at_limit)] for part in row] for row in cut]
            for cut in cuts
        ],
        "waits": [
            [
                None if wait.share is None else _corners(wait.share),
                _corners(wait.days),
            ]
            for wait in question.waits
        ],
    }


def _corners(given: Any) -> list[float]:
    return [given.low, given.central, given.high]


def _short(value: float) -> float:
    """Write twelve digits of a number, and none of a whole one's fraction."""
    return _exact([float(f"{value:.12g}")])[0]


def _exact(values: list[float]) -> list[float]:
    """Write whole numbers as such, which is shorter."""
    return [int(value) if float(value).is_integer() else value for value in values]


def _trip(
    trip: Trip, keys: Sequence[str], row: dict[str, int], links: dict[str, int], text: PageText
) -> dict[str, Any]:
    places = trip.places.reindex(list(keys))
    nights = [_rounded(places[end], 0) for end in NIGHTS if end in places]
    beside = trip.beside[trip.beside["place_id"].isin(list(row))]
    return {
        "name": text.number(trip.name),
        "km": _rounded(places["distance_km"], 0),
        "min": _rounded(places["travel_min"], 1),
        **({"nights": nights} if any(each is not None for each in nights) else {}),
        "beside": [
            [row[place], links[link], int(legs), round(float(km))]
            for place, link, legs, km in beside[[*_BESIDE]].itertuples(index=False)
        ],
    }


def _service(service: Service, keys: Sequence[str], text: PageText) -> dict[str, Any]:
    """Give the shares of one service; the most only where it is another than the least."""
    found: dict[str, Any] = {"kind": text.number(service.kind), "plan": text.number(service.plan)}
    if service.high.isna().all(axis=None):
        return found | {"unknown": text.number(say("services.figure_unknown"))}
    low = [_rounded(service.low[hours].reindex(list(keys)), 4) for hours in service.hours]
    high = [_rounded(service.high[hours].reindex(list(keys)), 4) for hours in service.hours]
    return found | {
        "assumed": int(service.assumed),
        "minutes": [hours * _MINUTES for hours in service.hours],
        "low": low,
        **({} if high == low else {"high": high}),
        "wait": _rounded(service.wait_h.reindex(list(keys)) * _MINUTES, 0),
        "without": _rounded(service.without.reindex(list(keys)), 4),
    }


def _rounded(values: pd.Series, digits: int) -> Any:
    """Give numbers to so many decimals, missing ones as none; one alone where all are alike."""
    rounded = np.round(values.to_numpy(float), digits)
    listed = [None if np.isnan(value) else value for value in _exact(rounded.tolist())]
    return listed[0] if len(set(listed)) == 1 else listed
