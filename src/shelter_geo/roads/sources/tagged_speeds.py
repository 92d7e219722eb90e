"""How fast the tags of a way let it be: limits, bad surfaces, and how long a ferry takes."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from shelter_geo.roads.sources.notes import ANY, Note, split_values

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


NO_LIMIT: Final = math.inf

SURFACE_KMH: Final[dict[str, float]] = {
    **dict.fromkeys(
        ["asphalt", "concrete", "concrete:plates", "concrete:lanes", "paved", "chipseal"], NO_LIMIT
    ),
    **dict.fromkeys(["cement", "compacted", "fine_gravel"], 80.0),
    **dict.fromkeys(["paving_stones", "metal", "bricks"], 60.0),
    **dict.fromkeys(
        [
            "grass",
            "wood",
            "sett",
            "grass_paver",
            "gravel",
            "unpaved",
            "ground",
            "dirt",
            "pebblestone",
            "tartan",
        ],
        40.0,
    ),
    **dict.fromkeys(["cobblestone", "clay", "unhewn_cobblestone"], 30.0),
    **dict.fromkeys(["earth", "stone", "rocky", "rock", "sand"], 20.0),
    "mud": 10.0,
}
"""Kilometres per hour; chipseal, unhewn_cobblestone and rock as their next of kin."""

TRACKTYPE_KMH: Final[dict[str, float]] = {
    "grade1": 60.0,
    "grade2": 40.0,
    "grade3": 30.0,
    "grade4": 25.0,
    "grade5": 20.0,
}
SMOOTHNESS_KMH: Final[dict[str, float]] = {
    "excellent": NO_LIMIT,
    "good": NO_LIMIT,
    "intermediate": 80.0,
    "bad": 40.0,
    "very_bad": 20.0,
    "horrible": 10.0,
    "very_horrible": 5.0,
    "impassable": 0.0,
}
LIMITS: Final = {
    "surface": SURFACE_KMH,
    "smoothness": SMOOTHNESS_KMH,
    "tracktype": TRACKTYPE_KMH,
}


def surface_kmh(tags: Mapping[str, str]) -> tuple[float, tuple[Note, ...]]:
    """Lowest limit of surface, smoothness and tracktype, 0 for an impassable way.

    Returns
    -------
    limit
        Kilometres per hour, infinite where nothing limits.
    notes
        Values that are in no table; they do not limit.
    """
    limit, notes = NO_LIMIT, []
    for tag, table in LIMITS.items():
        values = split_values(tags.get(tag, ""))
        known = [table[value] for value in values if value in table]
        limit = min([limit, *known])
        if len(known) < len(values):
            taken = "the lowest of the others" if known else "no limit"
            notes.append(Note(tag, tags[tag].strip(), taken, "not understood"))
    return limit, tuple(notes)


_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2})")
_ISO: Final = re.compile(
    r"p(?=[\dt])(?:{n}w)?(?:{n}d)?(?:t(?=\d)(?:{n}h)?(?:{n}m)?(?:{n}s)?)?".replace(
        "{n}", r"(\d+(?:[.,]\d+)?)"
    )
)
_ISO_MIN: Final = (7 * 1440.0, 1440.0, 60.0, 1.0, 1 / 60)
_PART: Final = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*"
    r"(days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m|'|seconds?|secs?|sec|s)?\.?\s*(?:and\s*)?"
)
_UNIT_MIN: Final = {"d": 1440.0, "h": 60.0, "m": 1.0, "'": 1.0, "s": 1 / 60}
_RANGE: Final = re.compile(r"\s*(?:;|\||–|—|\bto\b|(?<=[\da-z])\s*-\s*(?=\d))\s*")
LONGEST_MIN: Final = 14 * 1440.0


def duration_min(text: str) -> float:
    """Read a duration in minutes, or give 0 if it is none; of several, the longest.

    Examples
    --------
    >>> [duration_min(text) for text in ("45", "1:30", "1h30", "2 h", "20-30 min", "PT1.5H")]
    [45.0, 90.0, 90.0, 120.0, 30.0, 90.0]
    >>> duration_min("P1DT2H"), duration_min("often")
    (1560.0, 0.0)
    """
    parts = [part for part in _RANGE.split(text.strip().lower()) if part]
    minutes = [_one_duration(part) for part in parts]
    if not minutes or 0.0 in minutes:
        return 0.0
    if len(parts) > 1 and re.search(r"[a-z']", parts[-1]) and parts[0].isdigit():
        minutes = [_one_duration(part + re.sub(r"[\d.,\s]", "", parts[-1])) for part in parts[:-1]]
        minutes.append(_one_duration(parts[-1]))  # "1-2 h" is one to two hours
    longest = max(minutes)
    return longest if longest <= LONGEST_MIN else 0.0


def _one_duration(text: str) -> float:
    if clock := _CLOCK.fullmatch(text):
        if clock[1]:
            return float(clock[1]) * 60 + float(clock[2]) + float(clock[3]) / 60
        return float(clock[2]) * 60 + float(clock[3])
    if iso := _ISO.fullmatch(text):
        return sum(
            _number(part) * unit for part, unit in zip(iso.groups(), _ISO_MIN, strict=True) if part
        )
    return _spelled(text)


def _spelled(text: str) -> float:
    """Minutes of "2 h 15 min", "1h30", "1.5 hours", "45"."""
    total, place, finer = 0.0, 0, 60.0
    while place < len(text):
        part = _PART.match(text, place)
        if not part:
            return 0.0
        unit = (part[2] or "")[:1]
        if not unit:
            if place and finer != 60.0:  # a bare number follows hours only
                return 0.0
            unit, finer = "m", 1.0
        else:
            finer = _UNIT_MIN[unit]
        total += _number(part[1]) * _UNIT_MIN[unit]
        place = part.end()
    return total


def _number(text: str) -> float:
    return float(text.replace(",", "."))
