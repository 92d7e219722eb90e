"""The time by bus of a district, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shelter_geo.publish.words import Text, Words, in_each, say


def by_bus(row: Mapping[Any, Any]) -> Text | None:
    """Write the time by bus of a district: of its lines, by the factor, or none where unknown.

    Parameters
    ----------
    row
        `bus_hours_low`, `bus_hours_high` and `bus_min`, each missing where it is not known.
    """
    low, high = (row.get(f"bus_hours_{end}") for end in ("low", "high"))
    if low is not None and not pd.isna(low):
        ends = 60 * float(low), 60 * float(str(high))

        def write(words: Words) -> str:
            shown = [words.duration(end) for end in ends]
            if shown[0] == shown[1]:
                return shown[0]
            return words.text("study.between", low=shown[0], high=shown[1])

        return in_each(write)
    minutes = row.get("bus_min")
    if minutes is None or pd.isna(minutes):
        return None
    return in_each(
        lambda words: words.text("access.by_factor", time=words.duration(float(minutes)))
    )


def by_bus_in_sentence(row: Mapping[Any, Any]) -> Text:
    """Write the same as a part of a sentence, and that no line is known where none is."""
    known = by_bus(row)
    return say("access.no_line") if known is None else say("access.bus_takes", time=known)
