"""The time by bus of a district, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shelter_geo.analysis import Evaluation, bus_lines
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say


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
        return in_each(lambda words: words.between(*ends, words.duration))
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


def bus_note(evaluation: Evaluation) -> Text:
    """Name every line that a bus time rests on with its year and source, or the factor."""
    study = evaluation.study
    bus = study.settings.access.bus
    if study.travel is None:
        return in_each(
            lambda words: words.text(
                "study.bus",
                factor=words.number(bus.factor, digits=2),
                low=words.number(bus.low, digits=2),
                high=words.number(bus.high, digits=2),
                source=everywhere(bus.source),
            )
        )
    lines = bus_lines(study, study.settlements["district_id"])
    rows = [{str(key): value for key, value in row.items()} for row in lines.to_dict("records")]
    names = {
        str(key): own_name({str(name): value for name, value in row.items()})
        for key, row in study.settlements.loc[
            sorted({row[end] for row in rows for end in ("from_settlement", "to_settlement")})
        ].iterrows()
    }

    def write(words: Words) -> str:
        listed = [
            words.text(
                "study.bus_line",
                start=names[row["from_settlement"]].of(words),
                end=names[row["to_settlement"]].of(words),
                time=words.duration(60 * float(row["hours"])),
                source=str(row["source"]),
            )
            for row in rows
        ]
        if not listed:
            return words.text("study.no_bus_line")
        return words.text("study.bus_lines", lines="; ".join(listed))

    return in_each(write)
