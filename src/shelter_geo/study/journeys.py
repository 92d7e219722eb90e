"""Journeys that a study asks about, and links between its places that are no domestic road."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Final, Literal

import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from shelter_geo.errors import Fault
from shelter_geo.study.types import LARGEST, EvidenceKey, Key, OfKind, Settings, Worded
from shelter_geo.vocabulary import Evidence

HOME: Final = "home"
NEAREST: Final = "nearest shelter"
POLICE: Final = "district police"
STOPS: Final = (HOME, NEAREST, POLICE)
"""Stops that are other places for other people; every other stop is the key of one place."""
FEWEST_STOPS: Final = 2
MOST_STOPS: Final = 12
A_WEEK_MIN: Final = 10_080


def _possible(stops: tuple[str, ...]) -> tuple[str, ...]:
    if not FEWEST_STOPS <= len(stops) <= MOST_STOPS:
        raise ValueError(f"a journey has {FEWEST_STOPS} to {MOST_STOPS} stops, not {len(stops)}")
    if stops[0] != HOME:
        raise ValueError(f'a journey begins at "{HOME}", not at "{stops[0]}"')
    for one, other in pairwise(stops):
        if one == other:
            raise ValueError(f'"{one}" follows on itself: leave one of the two out')
    return stops


def _two_ends(between: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(between)) != 2 or len(between) != 2:
        raise ValueError("must name two settlements, the two ends of the link")
    return between


class Journey(OfKind):
    """A journey of one leg or several that is computed for every district and settlement.

    Attributes
    ----------
    stops
        "home", "nearest shelter", "district police" (the district's centre stands for it), or the
        key of a settlement or of a shelter; "home" comes first.
    far_km
        People one of whose legs is this long or longer are counted.
    links
        Links of `roads.link` that may stand in where no road leads; shown beside, never added to
        road kilometres.
    source
        Who says that people make this journey.
    """

    id: Key
    name: Worded
    stops: Annotated[tuple[str, ...], AfterValidator(_possible)]
    far_km: float | None = Field(default=None, gt=0, le=20_000)
    links: tuple[Key, ...] = ()
    source: Worded | None = None
    evidence: EvidenceKey = Evidence.ASSUMED


class Link(Settings):
    """A way between two settlements that is no domestic road, there and back.

    Attributes
    ----------
    between
        The settlements at its two ends.
    mode
        By air, by rail, by water, or by road through another country.
    minutes_low, minutes_high
        From one end to the other, without waiting.
    price, currency
        Of one adult one way, in the year `year`.
    papers
        What must be shown on the way.
    """

    id: Key
    name: Worded
    mode: Literal["air", "rail", "water", "abroad"]
    between: Annotated[tuple[str, ...], AfterValidator(_two_ends)]
    minutes_low: float = Field(gt=0, le=A_WEEK_MIN)
    minutes_high: float = Field(gt=0, le=A_WEEK_MIN)
    price: float | None = Field(default=None, ge=0, le=LARGEST)
    currency: str | None = None
    papers: Worded | None = None
    note: Worded | None = None
    year: int | None = Field(default=None, ge=1950, le=2100)
    source: Worded
    evidence: EvidenceKey = Evidence.ASSUMED

    @model_validator(mode="after")
    def _whole(self) -> Link:
        if self.minutes_low > self.minutes_high:
            raise ValueError("minutes_low must not be more than minutes_high")
        if (self.price is None) != (self.currency is None):
            raise ValueError("give price and currency together, or neither")
        return self


def unknown_stops(
    file: str,
    journeys: tuple[Journey, ...],
    links: tuple[Link, ...],
    settlements: pd.Series,
    shelters: pd.Series,
) -> Iterator[Fault]:
    """Name stops, links and ends of links that are no place of the study.

    Parameters
    ----------
    file
        Name of the study file, for the faults.
    journeys, links
        What it says.
    settlements, shelters
        Their keys.

    Yields
    ------
    Fault
        One a wrong name.
    """
    named = {stop for journey in journeys for stop in journey.stops}
    named |= {end for link in links for end in link.between}
    towns, houses = (set(keys[keys.isin(list(named))]) for keys in (settlements, shelters))
    known = {link.id for link in links}
    words = ", ".join(f'"{word}"' for word in STOPS)
    for number, journey in enumerate(journeys, start=1):
        where = f"journeys, entry {number}"
        for stop in dict.fromkeys(journey.stops):
            if stop in STOPS:
                continue
            if stop in towns and stop in houses:
                message, remedy = "is the key of a settlement and of a shelter", "Rename one."
            elif stop in towns or stop in houses:
                continue
            else:
                message = "is no stop"
                remedy = f"Write {words}, a settlement_id or a shelter_id."
            yield Fault(file, message, remedy, column=f"{where}, stops", value=stop)
        for name in journey.links:
            if name not in known:
                remedy = "Write the id of a [[roads.link]], or take it out."
                yield Fault(file, "is no link", remedy, column=f"{where}, links", value=name)
    for number, link in enumerate(links, start=1):
        for end in link.between:
            if end not in towns:
                where, remedy = f"roads.link, entry {number}, between", "Write a settlement_id."
                yield Fault(file, "is no settlement", remedy, column=where, value=end)
