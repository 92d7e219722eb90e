"""When a facility is open: hours in OpenStreetMap's form, holidays, closures, and time windows."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from shelter_geo.errors import Fault, StudyError
from shelter_geo.study.types import Day, EvidenceKey, Key, Settings, Worded
from shelter_geo.units import MS_PER_MIN
from shelter_geo.vocabulary import Evidence

if TYPE_CHECKING:
    from opening_hours import OpeningHours

MS_PER_HOUR: Final = 60 * MS_PER_MIN
MS_PER_DAY: Final = 24 * MS_PER_HOUR
LONGEST_HOURS: Final = 400
"""Signs of a text of hours that are read."""
HOURS_MESSAGE: Final = "is not opening hours that can be counted"
HOURS_REMEDY: Final = (
    'Write them in OpenStreetMap\'s form, such as "Mo-Fr 09:00-18:00; PH off" or "24/7", public '
    "holidays (PH) in a rule of their own, without comments, sunrise, school holidays and unknown; "
    "or leave the cell empty where they are not known."
)
_LONGEST_WINDOW_H: Final = 744
_NOT_COUNTED: Final = re.compile(
    r'"|\|\||\bSH\b|\bunknown\b|sunrise|sunset|dawn|dusk|easter', re.IGNORECASE
)
_HOLIDAY: Final = re.compile(r"\bPH\b")
_HOLIDAY_RULE: Final = re.compile(r"PH +(off|closed|open|[0-2]\d:[0-5]\d\S*)")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
"""As the form has them, whatever the computer speaks."""


def are_hours(text: str) -> bool:
    """Whether a text is opening hours that can be counted exactly.

    Examples
    --------
    >>> are_hours("Mo-Fr 09:00-18:00; PH off"), are_hours("24/7"), are_hours("by appointment")
    (True, True, False)
    """
    from opening_hours import validate  # compiled: loaded only for studies with hours

    if len(text) > LONGEST_HOURS or _NOT_COUNTED.search(text):
        return False
    rules = [rule.strip() for rule in text.split(";")]
    if any(_HOLIDAY.search(rule) and not _HOLIDAY_RULE.fullmatch(rule) for rule in rules):
        return False
    return bool(validate(text))


def _countable(text: str) -> str:
    if not are_hours(text):
        raise ValueError(f"{HOURS_MESSAGE}. {HOURS_REMEDY}")
    return text


Hours = Annotated[str, AfterValidator(_countable)]
"""Opening hours as a plan gives them."""


class Window(Settings):
    """Within how many hours a service must begin to be of use.

    Attributes
    ----------
    hours
        From the moment that somebody sets out.
    name
        What can be done until then.
    """

    hours: float = Field(gt=0, le=_LONGEST_WINDOW_H)
    name: Worded
    source: Worded
    evidence: EvidenceKey = Evidence.ASSUMED


class Closure(Settings):
    """Days for which rules on public holidays hold too, the first and the last included."""

    id: Key
    first: Day
    last: Day
    name: Worded
    source: Worded
    evidence: EvidenceKey = Evidence.ASSUMED

    @model_validator(mode="after")
    def _in_order(self) -> Closure:
        if self.last < self.first:
            raise ValueError("the last day is before the first")
        return self


class Calendar(Settings):
    """Public holidays, by country or day by day, and closures by date.

    Attributes
    ----------
    country
        Code of two capitals, if the package opening-hours-py has its public holidays.
    holidays
        Public holidays day by day, in the place of those of a country.
    closed
        Further days on which what closes on public holidays is closed.
    source
        Who says which days are holidays.
    """

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    holidays: tuple[Day, ...] = ()
    closed: tuple[Closure, ...] = ()
    source: Worded | None = None
    evidence: EvidenceKey = Evidence.ASSUMED

    @model_validator(mode="after")
    def _known(self) -> Calendar:
        if self.country is not None and self.holidays:
            raise ValueError("give the country or the days of its holidays, not both")
        if self.country is not None:
            # The package's stubs lack the error.
            from opening_hours import OpeningHours, UnknownCountryError  # type: ignore[attr-defined]

            try:
                OpeningHours("24/7", country=self.country)
            except UnknownCountryError:
                raise ValueError(
                    f"the public holidays of {self.country} are not known here: leave the country "
                    "out and list the days as holidays"
                ) from None
        if self.holidays and self.source is None:
            raise ValueError("say who lists the holidays, as source")
        return self

    @property
    def knows_holidays(self) -> bool:
        """Whether a rule on public holidays means anything."""
        return self.country is not None or bool(self.holidays or self.closed)


def open_spans(hours: str, calendar: Calendar, first: dt.date, days: int) -> NDArray[np.int64]:
    """List when a facility is open, by the clock on its wall.

    Parameters
    ----------
    hours
        In OpenStreetMap's form.
    calendar
        Holidays and closures.
    first
        Day on which the list begins, at midnight.
    days
        How many days it covers.

    Returns
    -------
    array
        Shape (spans, 2): begin and end in milliseconds since that midnight, apart and in order;
        an end is no longer open. Clocks are not put forward or back.

    Raises
    ------
    StudyError
        If the hours cannot be counted.

    Examples
    --------
    Two days of which the second is a holiday, in hours:

    >>> new_year = Calendar(holidays=(dt.date(2026, 1, 1),), source="law")
    >>> spans = open_spans("09:00-18:00; PH 10:00-12:00", new_year, dt.date(2025, 12, 31), 2)
    >>> (spans // MS_PER_HOUR).tolist()
    [[9, 18], [34, 36]]
    """
    if not are_hours(hours):
        raise StudyError(f"these hours cannot be counted: {HOURS_REMEDY}")
    midnight = dt.datetime.combine(first, dt.time())
    end = midnight + dt.timedelta(days=days)
    parsed = _parsed(hours, calendar)
    spans = [
        (_since(midnight, begin), _since(midnight, until))
        for begin, until, state, _ in parsed.intervals(midnight, end)
        if str(state) == "open"
    ]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _parsed(hours: str, calendar: Calendar) -> OpeningHours:
    """Read hours; what they say of public holidays holds for listed days and closures."""
    from opening_hours import OpeningHours

    listed = ",".join(map(_written, calendar.holidays))
    rules = []
    for rule in hours.split(";"):
        if not _HOLIDAY.search(rule):
            rules.append(rule)
            continue
        rules.append(_HOLIDAY.sub(listed, rule) if listed else rule)
        for closure in calendar.closed:
            days = f"{_written(closure.first)}-{_written(closure.last)}"
            rules.append(_HOLIDAY.sub(days, rule))
    return OpeningHours("; ".join(map(str.strip, rules)), country=calendar.country)


def _written(day: dt.date) -> str:
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day:02}"


def _since(midnight: dt.datetime, moment: dt.datetime) -> int:
    return (moment - midnight) // dt.timedelta(milliseconds=1)


def holidays_not_given(file: str, calendar: Calendar, shelters: pd.DataFrame) -> list[Fault]:
    """Name facilities whose hours speak of public holidays in a study that gives none.

    Parameters
    ----------
    file
        The shelters table, for the fault.
    calendar
        Of the study.
    shelters
        With `hours`, indexed by row number.
    """
    if calendar.knows_holidays or "hours" not in shelters:
        return []
    lost = shelters.index[shelters["hours"].fillna("").str.contains(_HOLIDAY)]
    message = "the hours speak of public holidays (PH), and the study gives none"
    remedy = "Give [calendar] a country, or holidays day by day, in the study file."
    return [Fault(file, message, remedy, row, "hours") for row in lost.tolist()]
