"""What has been made public on the number of shelters and places, and that nothing newer has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from shelter_geo.publish.brief.parts import Head, Line, Listing
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.publish.written import number
from shelter_geo.study import Study

_PARTS_OF_A_DAY = 3


def public_counts(study: Study) -> Listing:
    """List the counts that the study's table marks for the brief, the oldest first.

    Parameters
    ----------
    study
        With `shelter_counts`.
    """
    table = pd.DataFrame(study.shelter_counts)
    lines = [
        Line(
            (
                _when(str(row["counted_on"])),
                own_name({str(key): value for key, value in row.items()}, "what"),
                say("table.nothing") if pd.isna(row["value"]) else number(float(row["value"])),
                _cited(row),
            )
        )
        for row in table[table["in_brief"]].to_dict("records")
    ]
    heads = (
        Head(say("brief.counted_on")),
        Head(say("brief.what")),
        Head(say("brief.count"), numeric=True),
        Head(say("brief.standing")),
    )
    looked = study.settings.capacity.no_newer_count
    notes: tuple[Text, ...] = ()
    if looked is not None:
        notes = (in_each(lambda words: words.text("brief.counts_note", month=words.month(looked))),)
    return Listing(say("brief.counts"), heads, tuple(lines), notes=notes)


def _cited(row: Mapping[Any, Any]) -> Text:
    """Name the source in every language that the table has it in."""
    named = {str(key): value for key, value in row.items()}
    return own_name({**named, "cited": named["source"]}, "cited")


def _when(text: str) -> Text:
    """Write a day in full, and a month or year as it stands."""
    if text.count("-") + 1 < _PARTS_OF_A_DAY:
        return everywhere(text)
    day = dt.date.fromisoformat(text)

    def write(words: Words) -> str:
        return words.date(day)

    return in_each(write)
