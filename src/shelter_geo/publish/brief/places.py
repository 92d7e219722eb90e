"""A brief on places: how many are missing, how many ask in vain, and who may use which."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, Final

import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.analysis import (
    COUNTRY,
    EVERYBODY,
    PLACES,
    STAYS_A_YEAR,
    CapacityResults,
    Evaluation,
    Quantity,
    Unit,
)
from shelter_geo.publish.brief.page import Head, Line, Listing, Section
from shelter_geo.publish.qualifiers import (
    known_by_norm,
    known_of_group,
    known_stay_length,
    norm_note,
    norm_notes,
)
from shelter_geo.publish.study.capacity_figures import basis_names, known_stays
from shelter_geo.publish.study.capacity_page import answer, group_words
from shelter_geo.publish.study.lines import checks
from shelter_geo.publish.words import Text, everywhere, in_each, say
from shelter_geo.vocabulary import Evidence

_ALL_UNITS: Final = UNITS[0]
NO_LIMIT: Final = inf


def places(evaluation: Evaluation, needs: CapacityResults | None) -> Section:
    """Write the section on places; without `needs` only what the norm says."""
    listings = [_missing(evaluation)]
    if needs is not None:
        listings += [*_norms(evaluation, needs), *_asked(evaluation, needs)]
        listings += [*_limits(evaluation, needs), *_waits(evaluation, needs)]
        listings += [*_years(evaluation, needs), _groups(evaluation, needs)]
    return Section(say("brief.capacity"), (), tuple(listings))


def _missing(evaluation: Evaluation) -> Listing:
    """List what the norm asks for and what is there, for each way to read a place."""
    settings = evaluation.study.settings
    total = evaluation.shortfall
    now = settings.study.as_of.year
    rows = total[(total["area"] == "Total") & (total["population_year"] == now)]
    rows = rows.drop_duplicates("reading")
    lines = [
        Line(
            (
                _reading(float(row["persons_per_family_place"]), row["evidence"]),
                everywhere(Quantity.count(row["family_places_there"], evidence=row["evidence"])),
                everywhere(Quantity.count(row["family_places_needed"])),
                everywhere(Quantity.count(row["family_places_missing"], evidence=row["evidence"])),
            )
        )
        for row in rows.to_dict("records")
    ]
    heads = (
        Head(say("brief.reading")),
        Head(say("brief.there"), numeric=True),
        Head(say("brief.needed"), numeric=True),
        Head(say("brief.missing"), numeric=True),
    )
    note = norm_note(evaluation.study)
    return Listing(say("brief.missing_title"), heads, tuple(lines), notes=(note,))


def _norms(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List what each norm asks for, what is there and missing, and whether it binds."""
    names = {norm.id: everywhere(norm.name) for norm in evaluation.study.settings.capacity.norms}
    table, known = needs.by_norm, known_by_norm(evaluation.study)
    if not names or table.empty:
        return []
    rows = table[(table["area_kind"] == COUNTRY) & (table["units"] == _ALL_UNITS)]
    lines = [
        Line(
            (
                names[row["norm"]],
                everywhere(Quantity.count(row["needed"])),
                _ends(row, "there", known[row["norm"]]),
                _ends(row, "missing", known[row["norm"]]),
                say(f"evidence.{row['evidence']}"),
            )
        )
        for row in rows.to_dict("records")
    ]
    heads = (
        Head(say("norms.norm")),
        Head(say("brief.needed"), numeric=True),
        Head(say("brief.there"), numeric=True),
        Head(say("brief.missing"), numeric=True),
        Head(say("norms.evidence")),
    )
    notes = tuple(norm_notes(evaluation))
    return [Listing(say("norms.title"), heads, tuple(lines), notes=notes)]


def _reading(persons: float, known: Evidence) -> Text:
    digits = 0 if persons.is_integer() else 2
    return say("brief.persons_a_place", n=Quantity.count(persons, digits=digits, evidence=known))


def _asked(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List stays asked for, turn-away and places needed on each basis, with their ranges."""
    rows = needs.no_place_ranges.reset_index().to_dict("records")
    if not rows:
        return []
    columns = {
        "stays": Unit.COUNT,
        "no_place": Unit.SHARE,
        "refused_at_nearest": Unit.SHARE,
        "places_needed": Unit.COUNT,
    }
    lines = []
    for row in rows:
        known = known_stays(needs.inputs, row["demand_basis"])
        cells = [_ranged(row, stem, unit, known) for stem, unit in columns.items()]
        lines.append(Line((_basis(evaluation, row["demand_basis"]), *cells)))
    aim = evaluation.study.settings.capacity.turn_away
    heads = (
        Head(say("brief.basis")),
        Head(say("brief.stays"), numeric=True),
        Head(say("brief.turned_away"), numeric=True),
        Head(say("brief.refused_at_nearest"), numeric=True),
        Head(say("brief.places_needed"), numeric=True),
    )
    note = say("brief.asked_note", share=Quantity.share(aim.target, evidence=aim.evidence))
    return [
        Listing(say("brief.asked"), heads, tuple(lines), notes=(note, *checks(evaluation, needs)))
    ]


def _basis(evaluation: Evaluation, basis: str) -> Text:
    return in_each(lambda words: basis_names(evaluation, words)[basis])


def _ranged(row: Mapping[Any, Any], stem: str, unit: Unit, known: Evidence) -> Text:
    central, low, high = (float(row[f"{stem}_{end}"]) for end in ("central", "low", "high"))
    return say(
        "brief.ranged",
        n=Quantity(central, unit, evidence=known),
        low=Quantity(low, unit),
        high=Quantity(high, unit),
    )


def _limits(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List places needed and families who leave without a home, for each limit of the stay."""
    table = needs.stay_limits
    if table.empty:
        return []
    stems = ("places_needed", "no_place_per_year", "leave_at_limit", "leave_if_enough")
    lines = []
    for months in dict.fromkeys(table["limit_months"].fillna(NO_LIMIT)):
        rows = table[table["limit_months"].fillna(NO_LIMIT) == months]
        counts = [rows[f"{stem}_central"] for stem in stems]
        lines.append(Line((_limit(months), *(_spread(each) for each in counts))))
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
            notes.append(say("stays.limit_set_by", limit=_limit(limit.months), source=source))
    return [Listing(say("stays.limits_title"), heads, tuple(lines), notes=tuple(notes))]


def _limit(months: float) -> Text:
    return (
        say("stays.no_limit")
        if months == NO_LIMIT
        else say("units.months", n=Quantity.count(months))
    )


def _spread(counts: pd.Series) -> Text:
    """Write the least and the most of the central estimates of all bases."""
    return everywhere(Quantity.span(counts.min(), counts.max(), evidence=Evidence.ASSUMED))


def _waits(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List who waits at once, and the emergency places that would bridge each wait."""
    capacity, table = evaluation.study.settings.capacity, needs.waiting
    lines = []
    for wait in capacity.waits if not table.empty else ():
        rows = table[table["wait"] == wait.id]
        needed = [rows[f"emergency_places_needed_{end}"] for end in ("low", "central", "high")]
        ends = pd.Series([needed[0].min(), needed[2].max()])
        central = _spread(rows["waiting_central"]), _spread(needed[1])
        lines.append(Line((everywhere(wait.name), *central, _spread(ends))))
    if not lines:
        return []
    heads = (
        Head(say("stays.wait")),
        Head(say("stays.waiting"), numeric=True),
        Head(say("stays.emergency_needed"), numeric=True),
        Head(say("stays.emergency_range"), numeric=True),
    )
    note = say("stays.waits_note", share=Quantity.share(capacity.turn_away.target))
    return [Listing(say("stays.waits_title"), heads, tuple(lines), notes=(note,))]


def _years(evaluation: Evaluation, needs: CapacityResults) -> list[Listing]:
    """List the last known count of each measure, the places, and the stays that they can take."""
    table = needs.by_year
    if table.empty:
        return []
    lines = []
    for series in evaluation.study.settings.capacity.by_year:
        known = table[(table["measure"] == series.measure) & table["count"].notna()]
        if known.empty:
            continue
        last = known.iloc[-1]
        count = everywhere(Quantity.count(last["count"]))
        if not pd.isna(last["months"]):
            months = say("units.months", n=Quantity.count(last["months"]))
            count = say("stays.number_in_months", n=count, months=months)
        lines.append(Line((everywhere(series.name), _year(int(last["year"])), count)))
    stays = known_stay_length(evaluation.study)
    for measure, how in {PLACES: Evidence.DERIVED, STAYS_A_YEAR: stays}.items():
        row = table[table["measure"] == measure].iloc[-1].to_dict()
        lines.append(
            Line((say(f"stays.{measure}"), say("table.nothing"), _ends(row, "count", how)))
        )
    heads = (
        Head(say("stays.counted")),
        Head(say("stays.year"), numeric=True),
        Head(say("stays.number"), numeric=True),
    )
    note = say("stays.years_note")
    return [Listing(say("stays.years_title"), heads, tuple(lines), notes=(note,))]


def _year(year: int) -> Text:
    """Write a year, which takes no separator."""
    return in_each(lambda words: str(year))


def _groups(evaluation: Evaluation, needs: CapacityResults) -> Listing:
    """List who may use how many places, and how many people a road leads to one."""
    table = needs.by_group[needs.by_group["units"] == _ALL_UNITS]
    told = table[~table["without_police_papers"] | (table["group"] == EVERYBODY)]
    lines = [
        Line(
            (
                _group(row),
                _ends(row, "places", known_of_group(evaluation.study, row)),
                _people(row, "people_reached"),
                answer(row["reason"]) or say("table.nothing"),
            )
        )
        for row in told.to_dict("records")
    ]
    heads = (
        Head(say("capacity.map_group")),
        Head(say("capacity.map_places"), numeric=True),
        Head(say("brief.with_road"), numeric=True),
        Head(say("capacity.map_answer")),
    )
    return Listing(say("brief.groups"), heads, tuple(lines), notes=(say("brief.groups_note"),))


def _ends(row: Mapping[Any, Any], stem: str, known: Evidence) -> Text:
    return everywhere(Quantity.span(row[f"{stem}_low"], row[f"{stem}_high"], evidence=known))


def _people(row: Mapping[Any, Any], stem: str) -> Text:
    low, high = (row[f"{stem}_{end}"] for end in ("low", "high"))
    return in_each(lambda words: words.between(low, high, words.people))


def _group(row: Mapping[Any, Any]) -> Text:
    groups = () if row["group"] == EVERYBODY else tuple(str(row["group"]).split("+"))
    return group_words(groups, bool(row["without_police_papers"]))
