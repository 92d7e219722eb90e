"""How long a ferry takes, in every spelling that people use."""

from __future__ import annotations

import re
from typing import Final

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
    minutes = [_one(part) for part in parts]
    if not minutes or 0.0 in minutes:
        return 0.0
    if len(parts) > 1 and re.search(r"[a-z']", parts[-1]) and parts[0].isdigit():
        minutes = [_one(part + re.sub(r"[\d.,\s]", "", parts[-1])) for part in parts[:-1]]
        minutes.append(_one(parts[-1]))  # "1-2 h" is one to two hours
    longest = max(minutes)
    return longest if longest <= LONGEST_MIN else 0.0


def _one(text: str) -> float:
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
