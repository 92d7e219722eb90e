"""Small tables of stays: how they end, who waits, and what is counted by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import (
    PLACES,
    STAYS_A_YEAR,
    CapacityResults,
    Evaluation,
    Quantity,
)
from shelter_geo.publish.pages.reader_table import Head, Line, Listing
from shelter_geo.publish.qualifiers import known_stay_length
from shelter_geo.publish.words import Text, everywhere, in_each, say
from shelter_geo.study import Study, in_english
from shelter_geo.vocabulary import Evidence

NO_LIMIT: Final = inf


def limits(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List places needed and families who leave without a home, for each limit of the stay."""
    table = needs.stay_limits
    if table.empty:
        return []
    stems = ("places_needed", "no_place_per_year", "leave_at_limit", "leave_if_enough")
    lines = []
    for months in dict.fromkeys(table["limit_months"].fillna(NO_LIMIT)):
        rows = table[table["limit_months"].fillna(NO_LIMIT) == months]
        counts = [rows[f"{stem}_central"] for stem in stems]
        lines.append(Line((limit_words(months), *(spread(each) for each in counts))))
    heads = (
        Head(say("stays.limit")),
        Head(say("brief.places_needed"), numeric=True),
        Head(say("stays.no_place"), numeric=True),
        Head(say("stays.leave"), numeric=True),
        Head(say("stays.leave_if_enough"), numeric=True),
    )
    stays = evaluation.study.settings.capacity.stays
    days = stays.days
    between = Quantity.span(days.low, days.high, evidence=days.evidence)
    notes = [say("stays.limits_note", days=Quantity.count(days.central), range=between)]
    for limit in stays.limits:
        if limit.source is not None:
            source = everywhere(limit.source)
            notes.append(say("stays.limit_set_by", limit=limit_words(limit.months), source=source))
    return [Listing(say("stays.limits_title"), heads, tuple(lines), notes=tuple(notes))]


def limit_words(months: float) -> Text:
    """Write a limit of the stay, or that there is none."""
    return (
        say("stays.no_limit")
        if months == NO_LIMIT
        else say("units.months", n=Quantity.count(months))
    )


def spread(counts: pd.Series) -> Text:
    """Write the least and the most of the central estimates of all bases."""
    return everywhere(Quantity.span(counts.min(), counts.max(), evidence=Evidence.ASSUMED))


def waits(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List the nights of each wait, who waits at once, and the places that would bridge it."""
    capacity, table = evaluation.study.settings.capacity, needs.waiting
    lines = []
    for wait in capacity.waits if not table.empty else ():
        rows = table[table["wait"] == wait.id]
        needed = [rows[f"emergency_places_needed_{end}"] for end in ("low", "central", "high")]
        ends = pd.Series([needed[0].min(), needed[2].max()])
        central = (
            spread(rows["wait_nights_central"]),
            spread(rows["waiting_central"]),
            spread(needed[1]),
        )
        lines.append(Line((everywhere(wait.name), *central, spread(ends))))
    if not lines:
        return []
    heads = (
        Head(say("stays.wait")),
        Head(say("stays.nights"), numeric=True),
        Head(say("stays.waiting"), numeric=True),
        Head(say("stays.emergency_needed"), numeric=True),
        Head(say("stays.emergency_range"), numeric=True),
    )
    note = say("stays.waits_note", share=Quantity.share(capacity.turn_away.target))
    return [Listing(say("stays.waits_title"), heads, tuple(lines), notes=(note,))]


def last_years(study: Study, table: pd.DataFrame, *, short: bool = False) -> list[Listing]:
    """List the last known count of each measure, the places, and the stays that they can take.

    Parameters
    ----------
    study
        Its settings name the measures.
    table
        `CapacityResults.by_year`.
    short
        Whether the note that counts are not added up is left to other pages.
    """
    if table.empty:
        return []
    lines = []
    for series in study.settings.capacity.by_year:
        known = table[(table["measure"] == series.measure) & table["count"].notna()]
        if known.empty:
            continue
        last = known.iloc[-1].to_dict()
        lines.append(Line((everywhere(series.name), _year(int(last["year"])), _counted(last))))
    dash = say("table.nothing")
    lines += [Line((name, dash, count)) for name, count in _places(study, table)]
    heads = (
        Head(say("stays.counted")),
        Head(say("stays.year"), numeric=True),
        Head(say("stays.number"), numeric=True),
    )
    notes = () if short else (say("stays.years_note"),)
    return [Listing(say("stays.years_title"), heads, tuple(lines), notes=notes)]


def all_years(study: Study, table: pd.DataFrame) -> list[Listing]:
    """List every measure by year, gaps as gaps, above the places and the stays they can take.

    Parameters
    ----------
    study, table
        As for `last_years`.
    """
    if table.empty:
        return []
    dash, series = say("table.nothing"), study.settings.capacity.by_year
    rows = {
        (row["measure"], int(row["year"])): row
        for row in table[table["year"].notna()].to_dict("records")
    }
    years = [year for _, year in rows]
    lines = [
        Line(
            (
                _year(year),
                *(
                    _counted(rows[each.measure, year]) if (each.measure, year) in rows else dash
                    for each in series
                ),
            )
        )
        for year in range(min(years), max(years) + 1)
    ]
    heads = (
        Head(say("stays.each_year")),
        *(Head(everywhere(each.name), numeric=True) for each in series),
    )
    beside = [say("stays.beside", name=name, count=count) for name, count in _places(study, table)]
    notes = (*beside, say("stays.gaps_note"), say("stays.years_note"))
    return [Listing(say("stays.years_title"), heads, tuple(lines), notes=notes)]


def year_sources(study: Study, table: pd.DataFrame) -> Iterator[Text]:
    """Name who counted each measure, and in which years; in English, as sources are cited."""
    counted = table[table["year"].notna() & table["count"].notna()] if len(table) else table
    for series in study.settings.capacity.by_year:
        own = counted[counted["measure"] == series.measure]
        for source, rows in own.groupby("source", sort=False):
            years = ", ".join(str(year) for year in rows["year"])
            yield everywhere(f"{in_english(series.name)}, {years}: {source}")


def _places(study: Study, table: pd.DataFrame) -> Iterator[tuple[Text, Text]]:
    """Name the places, and the stays that they can take in a year, with their numbers."""
    stays = known_stay_length(study)
    for measure, how in {PLACES: Evidence.DERIVED, STAYS_A_YEAR: stays}.items():
        row = table[table["measure"] == measure].iloc[-1]
        count = Quantity.span(row["count_low"], row["count_high"], evidence=how)
        yield say(f"stays.{measure}"), everywhere(count)


def _counted(row: Mapping[Any, Any]) -> Text:
    """Write one count, with the months where it is of a part of a year; a dash for a gap."""
    if pd.isna(row["count"]):
        return say("table.nothing")
    assumed = row["count_evidence"] == Evidence.ASSUMED
    how = Evidence.ASSUMED if assumed else Evidence.DERIVED
    count = everywhere(Quantity.count(row["count"], evidence=how))
    if pd.isna(row["months"]):
        return count
    months = say("units.months", n=Quantity.count(row["months"]))
    return say("stays.number_in_months", n=count, months=months)


def _year(year: int) -> Text:
    """Write a year, which takes no separator."""
    return in_each(lambda words: str(year))
