"""A brief on places: how many are missing, how many ask in vain, and who may use which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shelter_geo.access import UNITS
from shelter_geo.analysis import (
    COUNTRY,
    EVERYBODY,
    CapacityResults,
    Evaluation,
    Quantity,
    Unit,
)
from shelter_geo.publish.brief.page import Section
from shelter_geo.publish.pages.reader_table import Head, Line, Listing
from shelter_geo.publish.qualifiers import (
    known_by_norm,
    known_of_group,
    norm_note,
    norm_notes,
)
from shelter_geo.publish.stay_listings import last_years, limits, waits
from shelter_geo.publish.study.capacity_figures import basis_names, known_stays
from shelter_geo.publish.study.capacity_page import answer, group_words
from shelter_geo.publish.study.lines import checks
from shelter_geo.publish.words import Text, everywhere, in_each, say
from shelter_geo.vocabulary import Evidence

_ALL_UNITS: Final = UNITS[0]


def places(evaluation: Evaluation, needs: CapacityResults | None) -> Section:
    """Write the section on places; without `needs` only what the norm says."""
    listings = [_missing(evaluation)]
    if needs is not None:
        listings += [*_norms(evaluation, needs), *_asked(evaluation, needs)]
        listings += [*limits(evaluation, needs), *waits(evaluation, needs)]
        listings += [*last_years(evaluation.study, needs.by_year), _groups(evaluation, needs)]
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
