"""Settings on places: the norms they are held against, and the stays that are asked for."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from shelter_geo.study.types import (
    LARGEST,
    AnyPath,
    Day,
    EvidenceKey,
    Key,
    Multiple,
    OfKind,
    Range,
    Said,
    Settings,
    Share,
    Worded,
    refuse_twice,
)
from shelter_geo.vocabulary import Evidence

MOST_SPREAD: Final = 10.0
MOST_PLACE_LIMITS: Final = 7
"""Limits of places for 10,000 people; with 0, which always is one, there are eight."""


class Reading(Settings):
    """One way to read a published number of places."""

    id: Key
    persons_per_family_place: float = Field(ge=1, le=100)
    label: Said
    source: Said
    evidence: EvidenceKey


class Norm(OfKind):
    """A norm of the table of standards, and what it asks something for.

    Attributes
    ----------
    standard
        Row of `tables.standards` or of `tables.norms` that says who asks for it, where, and how
        that is known; rows of the second say whom it binds, and how else it is read.
    asks_for
        Family places for so many `people` or `women`; a shelter in each of the `regions`, or in
        each of the `settlements` from so many people on.
    each
        The number of people or women meant.
    kind
        Kind of facility that it asks for; the study's first if not given.
    """

    id: Key
    standard: str
    name: Worded
    asks_for: Literal["people", "women", "regions", "settlements"]
    each: int = Field(default=1, gt=0, le=LARGEST)

    @model_validator(mode="after")
    def _each_fits(self) -> Norm:
        if (self.asks_for == "regions") != (self.each == 1):
            raise ValueError('give "each" above 1 for people, women or settlements, and only there')
        return self


class ClaimPopulation(Settings):
    """The population that the published claim was made against."""

    value: int = Field(gt=0, le=LARGEST)
    year: int
    source: Said
    evidence: EvidenceKey


class DemandBase(Settings):
    """A yearly count of cases for the whole country, and how many each stands for."""

    id: Key
    name: Worded
    cases: Range
    under_reporting: Multiple


class CaseTable(Settings):
    """A yearly count of cases by district, of which small numbers are never published."""

    file: AnyPath = Field(exclude=True)
    threshold: int = Field(default=5, ge=2, le=1000)
    source: Said
    evidence: EvidenceKey
    under_reporting: Multiple


class RegionShare(Settings):
    """The share of all stays that arise in one region, as somebody counted it."""

    region: str
    share: float = Field(ge=0, le=1)
    source: Worded
    evidence: EvidenceKey


class Demand(Settings):
    """What stays in shelters are computed from; without bases and cases there are none.

    Attributes
    ----------
    share_needing
        Share of the true cases who need a shelter.
    recorded
        Cases on record, such as complaints to the police: no basis may take the true number to
        be smaller.
    bases, cases
        Counts for the whole country, and a count by district.
    regions
        Where stays arise, as it was counted: a second reading beside stays that are spread evenly.
        Regions that are not named share the rest by their people.
    """

    share_needing: Share
    recorded: Range | None = None
    bases: tuple[DemandBase, ...] = ()
    cases: CaseTable | None = None
    regions: tuple[RegionShare, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Demand:
        refuse_twice("bases", self.bases)
        named = [each.region for each in self.regions]
        if twice := sorted({region for region in named if named.count(region) > 1}):
            raise ValueError(f"regions have the same name twice: {', '.join(twice)}")
        if sum(each.share for each in self.regions) > 1:
            raise ValueError("the shares of the regions are more than 1 together")
        if any(base.id == "cases" for base in self.bases):
            raise ValueError('no base may have the id "cases", which stands for the case table')
        return self


class Measured(Settings):
    """The share of those who needed a place and got none, as somebody counted it.

    Attributes
    ----------
    no_place
        From 0 to 1.
    people
        Those who needed a place, of whom it is the share.
    source, evidence
        Who counted, and how that is known.
    """

    no_place: float = Field(ge=0, le=1)
    people: int = Field(gt=0, le=LARGEST)
    source: Worded
    evidence: EvidenceKey


class StayReading(Settings):
    """A length of stay to compute the central estimate with as well."""

    days: float = Field(gt=0, le=36_500)
    source: Worded
    evidence: EvidenceKey


class StayLimit(Settings):
    """A longest stay to compare with others, and who sets it, if somebody does."""

    months: float = Field(gt=0, le=120)
    source: Worded | None = None


class Stays(Settings):
    """Mean length of a stay, how lengths differ, their limits, and the children who come along.

    Attributes
    ----------
    days, children_per_woman
        Ranges.
    spread
        Standard deviation of the lengths over their mean.
    limits
        Longest stays to compare, in months; no limit is always among them.
    readings
        Other lengths, such as the longest that a law allows, each with its own central estimate.
    """

    days: Range = Range(
        low=30,
        central=90,
        high=180,
        source="no source: one to six months",
        evidence=Evidence.ASSUMED,
    )
    children_per_woman: Range = Range(
        low=0.5, central=1, high=1.5, source="no source", evidence=Evidence.ASSUMED
    )
    spread: Range = Range(
        low=0.5,
        central=1,
        high=2,
        source="no source: from stays much alike to a few very long ones among many short ones",
        evidence=Evidence.ASSUMED,
    )
    limits: tuple[StayLimit, ...] = tuple(StayLimit(months=months) for months in (1, 2, 3, 6, 12))
    readings: tuple[StayReading, ...] = ()

    @model_validator(mode="after")
    def _each_limit_once(self) -> Stays:
        months = [limit.months for limit in self.limits]
        if len(set(months)) < len(months):
            raise ValueError("limits: each number of months may stand once")
        if self.spread.high > MOST_SPREAD:
            raise ValueError(f"spread: give at most {MOST_SPREAD:g} times the mean")
        return self


class Wait(Settings):
    """A wait that emergency places could bridge.

    Attributes
    ----------
    share
        Share of the stays asked for that waits; if not given, it is the share that finds no
        place in any shelter.
    days
        Mean length of the wait.
    """

    id: Key
    name: Worded
    share: Share | None = None
    days: Range


class Series(Settings):
    """A measure of the table of statistics to show by year, and its name for readers."""

    measure: str
    name: Worded


class TurnAwayTarget(Settings):
    """Share of those who ask that a shelter may turn away."""

    target: float = Field(default=0.05, gt=0, lt=1)
    source: Said = "no source: one in twenty"
    evidence: EvidenceKey = Evidence.ASSUMED


class Catchment(Settings):
    """How far a shelter reaches, and the classes of the map of places within reach.

    Attributes
    ----------
    minutes, decay
        How far a shelter reaches, and how its pull fades on the way.
    classes_per_10000
        One to seven limits of places for 10,000 people; districts without any are a class apart.
    source, evidence
        Where the minutes come from, and how they are known.
    """

    minutes: float = Field(default=120, gt=0, le=10_000)
    decay: Literal["slow", "fast", "none"] = "slow"
    classes_per_10000: tuple[float, ...] = (0.05, 0.1, 0.25)
    source: Worded = "no source: two hours"
    evidence: EvidenceKey = Evidence.ASSUMED

    @model_validator(mode="after")
    def _rising(self) -> Catchment:
        limits = self.classes_per_10000
        in_order = list(limits) == sorted(set(limits)) and min(limits, default=0) > 0
        if not in_order or len(limits) > MOST_PLACE_LIMITS:
            raise ValueError(
                f"classes_per_10000 must be 1 to {MOST_PLACE_LIMITS} numbers above 0 that rise"
            )
        return self


class Capacity(Settings):
    """The norm that places are held against, and the stays that are asked for.

    Attributes
    ----------
    places_as_of
        First and last year of the counts that the places come from.
    no_newer_count
        Day on which no newer count was public; readers see the month.
    counted
        Which facilities are counted, said once on every page.
    binding
        What binds the country, said beside the norms.
    by_year
        Measures of the table of statistics that are shown by year beside the places.
    """

    places_as_of: tuple[int, int] | None = None
    no_newer_count: Day | None = None
    counted: Worded | None = None
    binding: Worded | None = None
    people_per_family_place: int = Field(gt=0, le=LARGEST)
    norm_source: Worded
    readings: tuple[Reading, ...] = Field(min_length=1)
    norms: tuple[Norm, ...] = ()
    claim_population: ClaimPopulation | None = None
    demand: Demand | None = None
    stays: Stays = Stays()
    waits: tuple[Wait, ...] = ()
    by_year: tuple[Series, ...] = ()
    measured: Measured | None = None
    turn_away: TurnAwayTarget = TurnAwayTarget()
    catchment: Catchment = Catchment()

    @model_validator(mode="after")
    def _distinct(self) -> Capacity:
        if self.places_as_of is not None and self.places_as_of[0] > self.places_as_of[1]:
            raise ValueError("places_as_of: the first year is after the last")
        refuse_twice("readings", self.readings)
        refuse_twice("norms", self.norms)
        refuse_twice("waits", self.waits)
        measures = [series.measure for series in self.by_year]
        if len(set(measures)) < len(measures):
            raise ValueError("by_year: each measure may stand once")
        return self
