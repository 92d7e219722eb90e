"""The map of stays: who finds no place or leaves without a home, and the nights of waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Final

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import CASES, CapacityResults, Evaluation, Quantity, spread_over
from shelter_geo.errors import OutputError
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.district_map import (
    areas,
    cities,
    class_key,
    elsewhere_key,
    elsewhere_marks,
    names,
    no_figure_key,
    page_texts,
    people_column,
    ranks_of,
    region_column,
    rows_of,
    sign_key,
)
from shelter_geo.publish.maps.map_layer import ground_layers
from shelter_geo.publish.maps.map_page import MapPage, SealedMap
from shelter_geo.publish.maps.shapes import in_degrees
from shelter_geo.publish.pages.reader_table import (
    Column,
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MARK, NamedClasses, ramp
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.stay_listings import (
    NO_LIMIT,
    all_years,
    limit_words,
    limits,
    spread,
    waits,
    year_sources,
)
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.study_map import ground_of, with_cities, with_regions
from shelter_geo.publish.words import Text, Words, everywhere, own_name, say
from shelter_geo.study import Study
from shelter_geo.vocabulary import Evidence

_LISTED: Final = 10
_CLASSES: Final = 5
_STEPS: Final = (1, 2, 5)


def stays_page(
    evaluation: Evaluation,
    needs: CapacityResults,
    *,
    limit: float | None = None,
    lang: str | None = None,
) -> SealedMap:
    """Make the sealed map of how stays end, with waiting and the counts by year below it.

    Parameters
    ----------
    evaluation
        A study, or a plan, evaluated.
    needs
        What it says about places.
    limit
        Longest stay in months by which the districts are coloured, infinite for none; else the
        shortest that somebody sets, or the shortest of all.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If no stays are known, or there is no such limit or language.
    """
    study = evaluation.study
    if needs.stays_by_district.empty:
        raise OutputError("No stays are known: the study says nothing of the demand or the places.")
    needs = _without_cases(needs)
    months = list(dict.fromkeys(needs.stays_by_district["limit_months"].fillna(NO_LIMIT)))
    chosen = _limit_set(study, months) if limit is None else limit
    if chosen not in months:
        known = ", ".join(f"{each:g}" for each in months)
        raise OutputError(f"No limit of {chosen:g} months is compared. There are: {known}.")
    homeless = {each: _counts(needs.stays_by_district, each) for each in months}
    units = _units(evaluation, homeless[chosen])
    classes = _classes(units["families"])
    ranks = ranks_of(classes, units["families"], units)
    shelters = in_degrees(with_cities(evaluation), "shelters", ("shelter_id", "places"))
    ground = ground_of(study)
    page = MapPage(
        mark=study.kind.colour or MARK,
        key=[
            *class_key(units, ranks, classes, missing=say("table.nothing"), known=Evidence.ASSUMED),
            *no_figure_key(units, ground),
            *(sign_key(shelters, say("access.shelter_key")) if len(shelters) else []),
            *elsewhere_key(units),
        ],
        table=_table(units, classes, chosen, homeless, _nights(study, needs)),
        short_title=say("stays.map_most"),
        short_list=range(min(_LISTED, int((units["families"] > 0).sum()))),
        listings=(
            *limits(evaluation, needs),
            *waits(evaluation, needs),
            *all_years(study, needs.by_year),
        ),
        **page_texts(
            title=_title(study, needs, chosen),
            lead=dated(study, say(f"stays.map_lead_{spread_over(study)}")),
            figures=list(_figures(study, needs, chosen)),
            assumptions=study_texts.assumptions(evaluation),
            sources=[*year_sources(study, needs.by_year), *study_texts.sources(evaluation)],
            notes=[
                say("stays.map_note"),
                *study_texts.left_out(study),
                *which_shelters(study),
            ],
        ),
    )
    layers = [*ground_layers(ground), areas(units, ranks, classes), names(units, ranks, classes)]
    if len(shelters):
        layers.append(cities(shelters))
    return SealedMap(page, layers, languages=languages_of(study, lang))


def _without_cases(needs: CapacityResults) -> CapacityResults:
    """Leave out a user's own cases, which are shared out among no districts here."""
    own = {name: getattr(needs, name) for name in ("stay_limits", "waiting")}
    left = {name: table[table["demand_basis"] != CASES] for name, table in own.items()}
    return replace(needs, **left)


def _limit_set(study: Study, months: Sequence[float]) -> float:
    """Take the shortest limit that somebody sets, else the shortest that is compared."""
    limits_set = [each.months for each in study.settings.capacity.stays.limits if each.source]
    return min(limits_set, default=months[0])


def _counts(table: pd.DataFrame, months: float) -> pd.DataFrame:
    """Give the least and the most central estimate of all counts of cases, by district."""
    own = table[table["limit_months"].fillna(NO_LIMIT) == months]
    return own.groupby("district_id")["no_place_or_home_central"].agg(["min", "max"])


def _nights(study: Study, needs: CapacityResults) -> list[tuple[Text, pd.DataFrame]]:
    """Give the nights of each wait in the same way, with its name."""
    table = needs.waiting_by_district
    return [
        (
            say("stays.nights_of", wait=everywhere(wait.name)),
            table[table["wait"] == wait.id]
            .groupby("district_id")["wait_nights_central"]
            .agg(["min", "max"]),
        )
        for wait in study.settings.capacity.waits
    ]


def _units(evaluation: Evaluation, counts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the families of each district beside it; the most stand first."""
    districts = with_regions(evaluation.districts)
    least = counts["min"].reindex(districts.index).astype(float)
    units = districts.assign(families=least)
    units = in_degrees(units, "districts", ("district_id", "families"))
    return units.sort_values(["families", "district_id"], ascending=[False, True]).reset_index(
        drop=True
    )


def _classes(families: pd.Series) -> NamedClasses:
    """Make classes whose limits are 1, 2 or 5 times a power of ten, the last below the most."""
    most, breaks = float(families.max()), [1]
    while breaks[-1] < most or len(breaks) < _CLASSES:
        power, place = divmod(len(breaks), len(_STEPS))
        breaks.append(_STEPS[place] * 10**power)
    ends = breaks[-_CLASSES:-1]
    labels = (
        say("stays.class_first", high=Quantity.count(ends[0])),
        *(
            say("stays.class_middle", low=Quantity.count(low), high=Quantity.count(high))
            for low, high in pairwise(ends)
        ),
        say("stays.class_last", low=Quantity.count(ends[-1])),
    )
    return NamedClasses(tuple(map(float, ends)), ramp(_CLASSES), names=labels)


def _table(
    units: gpd.GeoDataFrame,
    classes: NamedClasses,
    chosen: float,
    homeless: dict[float, pd.DataFrame],
    nights: list[tuple[Text, pd.DataFrame]],
) -> ReaderTable:
    column = partial(_span_column, units)
    head = partial(say, "stays.map_column")
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows_of(units)]),
        replace(column(head(limit=limit_words(chosen)), homeless[chosen]), spoken=True),
        class_column(say("access.class"), units["families"], classes, say("table.nothing")),
        *(
            column(head(limit=limit_words(months)), counts)
            for months, counts in homeless.items()
            if months != chosen
        ),
        *(replace(column(title, counts), spoken=True) for title, counts in nights),
        *region_column(units),
        *(people_column(units, name) for name in ("population", "women") if name in units),
    ]
    return ReaderTable(say("stays.map_table"), tuple(columns), elsewhere_marks(units), sorted_by=1)


def _span_column(units: gpd.GeoDataFrame, title: Text, counts: pd.DataFrame) -> Column:
    """Give both ends of what is estimated, sorted by the least; marked as an assumption."""
    low, high = (counts[end].reindex(units["district_id"]).tolist() for end in ("min", "max"))
    title = say("quantity.known", text=title, how=say(f"evidence.{Evidence.ASSUMED}"))
    column = number_column(title, pd.Series(low), Words.number)
    dash = say("table.nothing")
    cells = [
        dash if pd.isna(least) else everywhere(Quantity.span(least, most))
        for least, most in zip(low, high, strict=True)
    ]
    return replace(column, cells=tuple(cells))


def _in_all(needs: CapacityResults, stem: str, months: float) -> Text:
    rows = needs.stay_limits
    return spread(rows[rows["limit_months"].fillna(NO_LIMIT) == months][f"{stem}_central"])


def _title(study: Study, needs: CapacityResults, chosen: float) -> Text:
    name = everywhere(study.settings.study.name)
    families = _in_all(needs, "no_place_or_home", chosen)
    if chosen == NO_LIMIT:
        return say("stays.map_title_none", name=name, families=families)
    return say("stays.map_title", name=name, families=families, limit=limit_words(chosen))


def _figures(study: Study, needs: CapacityResults, chosen: float) -> Iterator[tuple[Text, Text]]:
    """Give who finds no place, who leaves, and the nights and the beds of each wait."""
    yield say("stays.no_place"), _in_all(needs, "no_place_per_year", chosen)
    if chosen != NO_LIMIT:
        yield say("stays.leave"), _in_all(needs, "leave_at_limit", chosen)
    for wait in study.settings.capacity.waits:
        rows, name = needs.waiting[needs.waiting["wait"] == wait.id], everywhere(wait.name)
        yield say("stays.nights_of", wait=name), spread(rows["wait_nights_central"])
        yield say("planner.bridge", wait=name), spread(rows["emergency_places_needed_central"])
