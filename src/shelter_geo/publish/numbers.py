"""Numbers as readers write them: their pattern, and the step to which they are known."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

from babel.numbers import format_decimal

from shelter_geo.publish.catalogue import locale_of

_PEOPLE_STEP: Final = 100


def digits_pattern(digits: int) -> str:
    """Give the pattern of numbers with so many decimals."""
    return "#,##0" + ("." + "0" * digits if digits else "")


def known_people(count: float) -> int:
    """Round a number of people to the hundred that is known of it."""
    return to_step(count, _PEOPLE_STEP)


@cache
def decimal(value: float, digits: int, lang: str) -> str:
    """Write a number with so many decimals in a language."""
    return str(format_decimal(value, digits_pattern(digits), locale=locale_of(lang)))


def to_step(value: float, step: int) -> int:
    """Round to the nearest multiple of a step, halves up."""
    return step * math.floor(value / step + 0.5)
