"""Columns of tables: what a cell may hold, and what is said where it does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
import pandera.pandas as pa

from shelter_geo.study.opening import HOURS_MESSAGE, HOURS_REMEDY, are_hours

Test = Callable[[pd.Series], "pd.Series[bool]"]


WHOLE: Final = re.compile(r"[0-9]{1,18}")


DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]+)?")


PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def is_key(cell: str) -> bool:
    """Whether a cell is of letters and digits of any script, dots, hyphens and underscores."""
    if PLAIN_KEY.fullmatch(cell):
        return True
    parts = (
        sign in "._-" or sign.isalnum() or unicodedata.category(sign)[0] == "M" for sign in cell
    )
    return cell[:1].isalnum() and all(parts)


DAY: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
MOST_PEOPLE: Final = 10**9
"""More than any district holds; shares of people up to it are exact in 64 bits."""
MOST_PLACES: Final = 100_000
"""More than any shelter has."""


@dataclass(frozen=True)
class Rule:
    """A test on a column of text, with the sentence shown where it fails."""

    test: Test
    message: str
    remedy: str
    words: tuple[str, ...] = ()


def _matches(pattern: re.Pattern[str]) -> Test:
    return lambda column: column.str.fullmatch(pattern)


def _between(low: float, high: float, *, above: bool = False) -> Test:
    def test(column: pd.Series) -> pd.Series[bool]:
        number = pd.to_numeric(column, errors="coerce")
        inside: pd.Series[bool] = (number > low if above else number >= low) & (number <= high)
        return inside | number.isna()

    return test


def _is_day(cell: str) -> bool:
    """Whether a cell is a day, or a month or a year of the calendar."""
    if DAY.fullmatch(cell) is None:
        return False
    try:
        date.fromisoformat((cell + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _is_when(cell: str) -> bool:
    """Whether a cell is a day, month or year of our time, or two years with a hyphen between."""
    years = cell.split("-")
    if len(years) == 2 and all(len(year) == 4 for year in years):
        return all(map(_is_when, years)) and years == sorted(years)
    return _is_day(cell) and 1900 <= int(cell[:4]) <= 2100


FILLED = Rule(lambda column: column != "", "the cell is empty", "Fill it in.")


FILLED_OR_NONE = Rule(FILLED.test, FILLED.message, "Fill in every row, or remove the whole column.")


UNIQUE = Rule(
    lambda column: ~column.duplicated(keep=False) | (column == ""),
    "this key stands more than once",
    "Give every row a key of its own.",
)


IS_KEY = Rule(
    lambda column: column.map(is_key).astype(bool),
    "is not a key",
    "Use letters, digits, dots, hyphens and underscores, without spaces.",
)


IS_PLAIN_KEY = Rule(
    _matches(PLAIN_KEY),
    "is not a key",
    "Use letters from A to Z, digits, hyphens and underscores, without spaces and dots.",
)


IS_WHOLE = Rule(
    _matches(WHOLE), "is not a whole number of 0 or more", "Write digits only, such as 1200."
)


IS_DECIMAL = Rule(
    _matches(DECIMAL), "is not a number", "Write it with a decimal point, such as 40.25."
)


IS_DAY = Rule(
    lambda column: column.map(_is_day).astype(bool),
    "is not a day, a month or a year",
    "Write it like 2026-01-31, 2026-01 or 2026.",
)


IS_PEOPLE = Rule(_between(0, MOST_PEOPLE), "is more than any place holds", "Count again.")


IS_FEW = Rule(
    _between(0, MOST_PLACES), "is more than any shelter has", "Count again, one row a shelter."
)


IS_STAY = Rule(_between(0, 3660), "is longer than ten years", "Give days, or leave it blank.")


IS_WHEN = Rule(
    lambda column: column.map(_is_when).astype(bool),
    "is no day, month or year from 1900 to 2100",
    "Write it like 2026-01-31, 2026-01, 2026 or 2020-2024.",
)


IS_HOURS = Rule(lambda column: column.map(are_hours).astype(bool), HOURS_MESSAGE, HOURS_REMEDY)


IS_CLOCK = Rule(
    _matches(re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")),
    "is not a time of day",
    "Write hours and minutes of a day of 24 hours, such as 06:30 or 17:00.",
)


IS_PLACES = Rule(
    _between(0, MOST_PEOPLE, above=True),
    "a shelter needs at least one place",
    "Give its places, or remove the row if it is closed.",
)


IS_LATITUDE = Rule(
    _between(-90, 90),
    "is not a latitude",
    "Latitudes run from -90 to 90; lat and lon may be swapped.",
)


IS_LONGITUDE = Rule(_between(-180, 180), "is not a longitude", "Longitudes run from -180 to 180.")


IS_POSITIVE = Rule(
    _between(0, 1e9, above=True), "must be above 0", "Measure it again, or remove the row."
)


def one_of(*words: str) -> Rule:
    """Allow these words only."""
    return Rule(
        lambda column: column.isin(words),
        f"must be one of {', '.join(words)}",
        "Choose one of them.",
        words,
    )


def column(
    kind: str,
    *rules: Rule,
    blank: bool = False,
    required: bool = True,
    unique: bool = False,
    left_out: bool = False,
) -> pa.Column:
    """Make a column of text whose rules are skipped on blank cells where these are allowed."""
    every = [FILLED] if required and not blank else []
    every += [UNIQUE] if unique else []
    every += map(_skip_blank, rules)
    return _column(kind, every, _words(rules), required=required, left_out=left_out)


def _column(
    kind: str, rules: Iterable[Rule], words: tuple[str, ...], *, required: bool, left_out: bool
) -> pa.Column:
    every = tuple(rules)
    metadata: dict[str, object] = {"kind": kind, "words": words, "rules": every}
    metadata |= {"left_out": True} if left_out else {}
    checks = [pa.Check(rule.test, error=rule.message) for rule in every]
    return pa.Column(checks=checks, required=required, metadata=metadata)


def guarded(*rules: Rule, required: bool = True, blank: bool = False) -> pa.Column:
    """Take words that give no place away; see `guard.gives_a_place_away`."""
    made = column("text", *rules, required=required, blank=blank)
    made.metadata["guarded"] = "text"
    return made


def all_or_none(kind: str, *rules: Rule) -> pa.Column:
    """Make a column that a table has with a value in every row, or leaves out."""
    every = [FILLED_OR_NONE, *map(_skip_blank, rules)]
    return _column(kind, every, _words(rules), required=False, left_out=True)


def _words(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the words that the rules allow, none where any may stand."""
    return next((rule.words for rule in rules if rule.words), ())


def _skip_blank(rule: Rule) -> Rule:
    return Rule(lambda column: (column == "") | rule.test(column), rule.message, rule.remedy)


def key(*, unique: bool = False, blank: bool = False) -> pa.Column:
    """Ask for a key: letters, digits, dots, hyphens and underscores."""
    return column("text", IS_KEY, unique=unique, blank=blank)


def shelter_key(*, unique: bool = False) -> pa.Column:
    """Ask for a key of a shelter, which gives no place away: no dot, foreign letter or street."""
    made = column("text", IS_PLAIN_KEY, unique=unique)
    made.metadata["guarded"] = "key"
    return made


def site_key() -> pa.Column:
    """Ask for a key of a place where a shelter may come to stand."""
    made = key(unique=True)
    made.metadata["guarded"] = "key"
    return made


def text(*, required: bool = True, blank: bool = False) -> pa.Column:
    """Take any words."""
    return column("text", required=required, blank=blank)


def lat(*, blank: bool = False) -> pa.Column:
    """Ask for a latitude in degrees."""
    return column("decimal", IS_DECIMAL, IS_LATITUDE, blank=blank)


def lon(*, blank: bool = False) -> pa.Column:
    """Ask for a longitude in degrees."""
    return column("decimal", IS_DECIMAL, IS_LONGITUDE, blank=blank)
