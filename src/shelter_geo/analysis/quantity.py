"""A number that is published: its range, its unit, of whom, as of when and how known."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from shelter_geo.errors import OutputError
from shelter_geo.vocabulary import Evidence

_RANK: Final = {kind: rank for rank, kind in enumerate(Evidence)}


class Unit(StrEnum):
    """What one stands for, which decides how a number is rounded and written."""

    COUNT = "count"
    PEOPLE = "people"
    SHARE = "share"
    KILOMETRES = "km"
    MINUTES = "minutes"


class Population(StrEnum):
    """Who is counted: people where they live, or where they are registered."""

    RESIDENTS = "residents"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A source that a number rests on, and as of when it speaks."""

    source: str
    when: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that is published.

    Attributes
    ----------
    value
        In `unit`; a share is of 1. A missing value is not a number, and is written as missing.
    unit
        What one stands for.
    low, high
        The range that is known; the value alone where neither is given.
    digits
        Decimals that are known, of a count, a number or a percentage.
    evidence
        How it is known; of a number that others were put together to, the weakest of theirs.
    population
        Who is counted; None where no people are.
    group
        Key of the group that it is of; an empty text for everybody.
    as_of
        As of when, for each source that it rests on.

    Raises
    ------
    OutputError
        If the range is not one around the value, or digits are negative.
    """

    value: float
    unit: Unit = Unit.COUNT
    low: float = math.nan
    high: float = math.nan
    digits: int = 0
    evidence: Evidence = Evidence.DERIVED
    population: Population | None = None
    group: str = ""
    as_of: tuple[AsOf, ...] = ()

    def __post_init__(self) -> None:
        if math.isnan(self.low) != math.isnan(self.high):
            raise OutputError("a quantity has one end of its range only: give both, or neither")
        if self.is_range and not self.low <= self.value <= self.high:
            raise OutputError(
                f"a quantity of {self.value:g} lies outside its range {self.low:g} to {self.high:g}"
            )
        if self.digits < 0:
            raise OutputError(f"a quantity cannot be written to {self.digits} decimals")

    @classmethod
    def count(cls, value: float, **known: Any) -> Self:
        """Make a count, or another number without a unit of its own."""
        return cls(value, Unit.COUNT, **known)

    @classmethod
    def people(cls, value: float, **known: Any) -> Self:
        """Make a number of people."""
        return cls(value, Unit.PEOPLE, **known)

    @classmethod
    def share(cls, value: float, **known: Any) -> Self:
        """Make a share of 1."""
        return cls(value, Unit.SHARE, **known)

    @classmethod
    def km(cls, value: float, **known: Any) -> Self:
        """Make a length of road."""
        return cls(value, Unit.KILOMETRES, **known)

    @classmethod
    def minutes(cls, value: float, **known: Any) -> Self:
        """Make a time."""
        return cls(value, Unit.MINUTES, **known)

    @classmethod
    def span(cls, low: float, high: float, unit: Unit = Unit.COUNT, **known: Any) -> Self:
        """Make a range of which only the ends are known; its value is the middle.

        Examples
        --------
        >>> Quantity.span(10, 40).value
        25.0
        """
        return cls(low + (high - low) / 2, unit, low=low, high=high, **known)

    @property
    def is_range(self) -> bool:
        """Whether both ends are given."""
        return not math.isnan(self.low)

    @property
    def is_missing(self) -> bool:
        """Whether there is no number."""
        return math.isnan(self.value)

    @property
    def is_assumed(self) -> bool:
        """Whether readers are owed the mark of an assumption."""
        return self.evidence == Evidence.ASSUMED

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the sources that it rests on."""
        return tuple(each.source for each in self.as_of)

    def known_as(self, evidence: Evidence) -> Quantity:
        """Return the same number, known in another way."""
        return replace(self, evidence=evidence)


def weakest(known: Iterable[Evidence]) -> Evidence:
    """Return how a number is known that rests on others; published numbers alone leave it derived.

    Examples
    --------
    >>> weakest([Evidence.SOURCED, Evidence.ASSUMED])
    <Evidence.ASSUMED: 'assumed'>
    >>> weakest([Evidence.SOURCED])
    <Evidence.DERIVED: 'derived'>
    """
    return max((Evidence.DERIVED, *known), key=_RANK.__getitem__)
