"""Tagged speeds: numbers with units, several values, and the limits that laws imply."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from shelter_geo.roads.sources.notes import ANY, Note

WALK_KMH: Final = 7.0
"""Walking pace, as OSRM's car profile has it for living streets where it is the limit."""
IMPLIED_KMH: Final = {"urban": 50.0, "rural": 90.0, "trunk": 110.0, "motorway": 130.0}
"""What a context means where the table of countries has none: OSRM's car profile."""
IMPLIED_TAGS: Final = ("source:maxspeed", "maxspeed:type", "zone:traffic", "zone:maxspeed")
"""Tags that may name the context of a limit where `maxspeed` is missing."""
CONDITIONAL_SPEEDS: Final = (
    "maxspeed:conditional",
    "maxspeed:forward:conditional",
    "maxspeed:backward:conditional",
)

_NUMBER: Final = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*(km/h|kmh|kph|kmph|km|mph|mp/h|mi/h|knots|kn)?\.?"
)
_UNIT_KMH: Final = {"mph": 1.609344, "mp/h": 1.609344, "mi/h": 1.609344} | dict.fromkeys(
    ("knots", "kn"), 1.852
)
_CONTEXT: Final = re.compile(r"([a-z]{2}(?:-[a-z0-9]{1,3})?):\s*(\S.*)")
_ZONE: Final = re.compile(r"(?:zone|city_limit)?[:_]?(\d{1,3})")
_CLASS_SPEED: Final = frozenset(["none", "signals", "variable", "unlimited"])
_WALK: Final = frozenset(["walk", "walking", "walking_pace", "walking_speed"])
_LIST: Final = re.compile(r"[;|]|,(?!\d(?!\d))")


class Limit(NamedTuple):
    """A limit that was read.

    Attributes
    ----------
    kmh
        Kilometres per hour; None for the speed of the class.
    known
        Whether everything in the text was understood.
    assumed
        What had to be assumed, or an empty text.
    """

    kmh: float | None
    known: bool = True
    assumed: str = ""


def read_maxspeed(text: str) -> Limit:
    """Read the value of a tagged speed; of several, the lowest holds.

    Examples
    --------
    >>> read_maxspeed("50;30").kmh, read_maxspeed("40 MPH").kmh, read_maxspeed("40,5").kmh
    (30.0, 64.37376, 40.5)
    >>> read_maxspeed("fast")
    Limit(kmh=None, known=False, assumed='')
    """
    limits = [_one(part.strip().lower()) for part in _LIST.split(text) if part.strip()]
    if len(limits) <= 1:
        return limits[0] if limits else Limit(None)
    speeds = [limit.kmh for limit in limits if limit.kmh is not None]
    lowest = min(speeds, default=None)
    known = all(limit.known for limit in limits)
    return Limit(lowest, known, "the lowest of several" if lowest is not None else "")


def way_speeds(
    tags: Mapping[str, str], kmh: float, factor: float
) -> tuple[float, float, tuple[Note, ...]]:
    """Speeds forward and backward: as tagged, or else that of the class.

    Parameters
    ----------
    tags
        Of the way.
    kmh
        Speed of its class.
    factor
        Share of a tagged speed that is driven.
    """
    notes: dict[Note, None] = {}
    speeds = []
    for direction in ("forward", "backward"):
        tag, limit = _tagged(tags, direction)
        speeds.append(kmh if limit.kmh is None else limit.kmh * factor)
        if not limit.known:
            taken = "the speed of the class" if limit.kmh is None else f"{limit.kmh:g} km/h"
            notes[Note(tag, tags[tag].strip(), taken, "not understood")] = None
        elif limit.assumed:
            taken = f"{limit.kmh:g} km/h, {limit.assumed}"
            notes[Note(tag, tags[tag].strip(), taken, "assumed")] = None
    for tag in CONDITIONAL_SPEEDS:
        if tag in tags:
            notes[Note(tag, ANY, "the limit that holds without the condition", "assumed")] = None
    return speeds[0], speeds[1], tuple(notes)


def _tagged(tags: Mapping[str, str], direction: str) -> tuple[str, Limit]:
    for tag in (f"maxspeed:{direction}", "maxspeed"):
        if tags.get(tag, "").strip():
            return tag, read_maxspeed(tags[tag])
    for tag in IMPLIED_TAGS:  # these may also name a source, which is not a speed
        limit = read_maxspeed(tags.get(tag, "")) if ":" in tags.get(tag, "") else Limit(None)
        if limit.known and limit.kmh is not None:
            return tag, limit
    return "", Limit(None)


def _one(text: str) -> Limit:
    if number := _NUMBER.fullmatch(text):
        return _checked(_float(number[1]) * _UNIT_KMH.get(number[2] or "", 1.0))
    words = re.sub(r"[\s-]+", "_", text)
    if words in _CLASS_SPEED:
        return Limit(None)
    if words in _WALK:
        return Limit(WALK_KMH)
    context = _CONTEXT.fullmatch(text)
    return _implied(context[1], re.sub(r"\s+", "_", context[2])) if context else Limit(None, False)


def _implied(code: str, context: str) -> Limit:
    """Limit that the law of a place sets for a context."""
    table = implied_speeds()
    for place in (code, code.partition("-")[0]):
        if (place, context) in table:
            return Limit(table[place, context])
    if context in _WALK:
        return Limit(WALK_KMH)
    if zone := _ZONE.fullmatch(context):
        return _checked(float(zone[1]))
    if context in IMPLIED_KMH:
        return Limit(IMPLIED_KMH[context], True, "as OSRM has it for countries without a rule")
    return Limit(None, False)


def _checked(kmh: float) -> Limit:
    return Limit(kmh) if 1 <= kmh <= 200 else Limit(None, False)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


@cache
def implied_speeds() -> dict[tuple[str, str], float | None]:
    """Table of what laws imply, by code of the place and context; None where there is no limit."""
    text = files(__package__).joinpath("implied_speeds.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        (row["code"], row["context"]): float(row["kmh"]) if row["kmh"] else None for row in rows
    }
