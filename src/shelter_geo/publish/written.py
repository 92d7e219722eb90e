"""Figures written for readers: numbers, dates and what stands beside them, in one language."""

from __future__ import annotations

import datetime
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from babel.dates import format_date, format_skeleton
from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

from shelter_geo.analysis import Population, Quantity, Unit
from shelter_geo.publish.catalogue import (
    MINUTES_STEP,
    decimal,
    digits_pattern,
    known_minutes,
    known_people,
    locale_of,
    to_step,
)
from shelter_geo.vocabulary import Evidence

_DATE_LOCALES: Final = {"en": "en_GB"}
STAR: Final = "*"
"""Mark of an assumption in a figure, with its word in the key."""

_UNIT_LETTERS: Final = range(1, 5)
_HELD: Final = re.compile(
    "|".join([r"(?<=[\d%]) ", *(rf"(?<=\d\s\w{{{n}}}) (?=\d)" for n in _UNIT_LETTERS)])
)
"""Spaces at which no line ends: between a number and its unit or mark, and within "4 h 45 min"."""


def unbroken(text: str, space: str = "\u00a0") -> str:
    """Put another space, at which no line ends, between each number and its unit or mark."""
    return _HELD.sub(space, text)


def is_starred(known: Evidence) -> bool:
    """Say whether a number that is so known carries a mark in a figure."""
    return known == Evidence.ASSUMED


class Figures(ABC):
    """How one language writes numbers, dates and quantities.

    Attributes
    ----------
    lang
        Code of the language.
    """

    lang: str

    @abstractmethod
    def text(self, key: str, /, **values: Any) -> str:
        """Say one text of its catalogue, its placeholders filled in."""

    def quantity(self, quantity: Quantity, *, named: bool = False) -> str:
        """Write a quantity, rounded to what is known, with its range and what is owed beside it.

        Parameters
        ----------
        quantity
            An assumed one carries the mark of an assumption, one of the registered says so.
        named
            Whether the words around it say already who is counted.
        """
        write = self._writing(quantity)
        if quantity.is_missing:
            return self.text("table.nothing")
        if quantity.is_range and quantity.unit == Unit.PEOPLE:
            text = self.people_between(quantity.low, quantity.high)
        elif quantity.is_range:
            text = self.between(quantity.low, quantity.high, write)
        else:
            text = write(quantity.value)
        beside = []
        if quantity.population == Population.REGISTERED and not named:
            beside.append(self.text("quantity.registered"))
        if quantity.is_assumed:
            beside.append(self.text(f"evidence.{Evidence.ASSUMED}"))
        return self.beside(text, *beside)

    def beside(self, text: str, *remarks: str) -> str:
        """Put remarks in brackets behind a number; none where there is nothing to remark."""
        if not remarks:
            return text
        return self.text("quantity.known", text=text, how=", ".join(remarks))

    def starred(self, value: float, known: Evidence) -> str:
        """Write a whole number in a figure, where a star is all that has room beside it."""
        return self.starring(self.number(value), known)

    def starring(self, text: str, known: Evidence) -> str:
        """Put the star of an assumption behind a text, or in the key of a figure before its word.

        Examples
        --------
        In a figure `213*` stands, and in its key `assumed*`.
        """
        return f"{text}{STAR}" if is_starred(known) else text

    def _writing(self, quantity: Quantity) -> Callable[[float], str]:
        match quantity.unit:
            case Unit.PEOPLE:
                return self.people
            case Unit.KILOMETRES:
                return self.distance
            case Unit.MINUTES:
                return self.duration
            case Unit.SHARE:
                return lambda value: self.percent(value, digits=quantity.digits)
            case _:
                return lambda value: self.number(value, digits=quantity.digits)

    def number(self, value: float, *, digits: int = 0) -> str:
        """Write a number with this language's separators, to `digits` decimals."""
        return decimal(float(value), digits, self.lang)

    @property
    def marks(self) -> tuple[str, str]:
        """The signs between thousands and before decimals."""
        locale = locale_of(self.lang)
        return get_group_symbol(locale), get_decimal_symbol(locale)

    def percent(self, share: float, *, digits: int = 0) -> str:
        """Write a share of 1 as a percentage."""
        locale = locale_of(self.lang)
        whole = str(locale.percent_formats[None].pattern)
        pattern = whole.replace(digits_pattern(0), digits_pattern(digits))
        return str(format_percent(share, pattern, locale=locale))

    def date(self, day: datetime.date) -> str:
        """Write a day in full."""
        locale = _DATE_LOCALES.get(self.lang) or locale_of(self.lang)
        return str(format_date(day, "long", locale=locale))

    def month(self, day: datetime.date) -> str:
        """Write the month and the year of a day."""
        locale = _DATE_LOCALES.get(self.lang) or locale_of(self.lang)
        return str(format_skeleton("yMMMM", day, locale=locale))

    def people(self, count: float) -> str:
        """Write a number of people, rounded to what is known."""
        return self.number(known_people(count))

    def people_between(self, low: float, high: float) -> str:
        """Write a range of people, one number where both ends are the same to two digits.

        Ends of more than 10,000 are rounded to three digits.
        """
        if known_people(low) == known_people(high):
            return self.people(high)
        size = len(str(round(high)))
        coarse, fine = (max(100, 10 ** max(size - digits, 0)) for digits in (2, 3))
        if to_step(low, coarse) == to_step(high, coarse):
            return self.number(to_step(high, coarse))
        return self.between(to_step(low, fine), to_step(high, fine))

    def between(self, low: float, high: float, write: Callable[[float], str] | None = None) -> str:
        """Write a range of whole numbers, or as `write` says; one where both ends are alike."""
        ends = [(write or self.number)(end) for end in (low, high)]
        return (
            ends[0] if ends[0] == ends[1] else self.text("study.between", low=ends[0], high=ends[1])
        )

    def distance(self, distance_km: float) -> str:
        """Write a distance, rounded to the kilometre; a missing one as nothing."""
        if math.isnan(distance_km):
            return self.text("table.nothing")
        return self.text("units.km", n=self.number(distance_km))

    def duration(self, minutes: float) -> str:
        """Write a time in hours and minutes, rounded to five minutes; a missing one as nothing."""
        if math.isnan(minutes):
            return self.text("table.nothing")
        rounded = known_minutes(minutes)
        if minutes > 0 and rounded == 0:
            return self.text("units.under_minutes", n=self.number(MINUTES_STEP))
        hours, rest = divmod(rounded, 60)
        if hours == 0:
            return self.text("units.minutes", n=self.number(rest))
        if rest == 0:
            return self.text("units.hours", n=self.number(hours))
        return self.text("units.hours_minutes", h=self.number(hours), m=self.number(rest))
