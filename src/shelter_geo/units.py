"""Whole units in which costs are held: milliseconds and centimetres."""

from __future__ import annotations

from typing import Final

MS_PER_MIN: Final = 60_000
CM_PER_KM: Final = 100_000
