"""The map of a service: every district by the share of a year's moments at which it is in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Final

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import (
    ANYBODY,
    TODAY,
    WITHOUT_ORDER,
    Evaluation,
    Quantity,
    ServiceTimes,
    Unit,
    timed_kinds,
)
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
)
from shelter_geo.publish.pages.reader_table import text_column as words_column
from shelter_geo.publish.palette import MARK, NamedClasses, ramp
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.study_map import cities_of, ground_of, with_regions
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.study import Kind
from shelter_geo.vocabulary import Evidence

_LISTED: Final = 10
_MINUTES: Final = 60
_LIMITS: Final = (50.0, 75.0, 90.0, 99.0)
"""Limits of the classes, in per cent of the moments of a year; more is paler."""


def mapped_services(times: ServiceTimes | None) -> list[tuple[str, str]]:
    """Name the kinds and plans of which a run maps how soon a service begins: where it is known."""
    if times is None:
        return []
    known = times.places[times.places["share_high"].notna()]
    pairs = zip(known["kind"], known["scenario"], strict=True)
    return list(dict.fromkeys((str(kind), str(plan)) for kind, plan in pairs))


def service_page(
    evaluation: Evaluation,
    times: ServiceTimes,
    kind: str,
    *,
    plan: str = TODAY,
    lang: str | None = None,
) -> SealedMap:
    """Make the sealed map of how soon a service begins.

    Districts are coloured by the least share of the moments within the shortest window: what is
    not known counts as no.

    Parameters
    ----------
    evaluation
        The study as it stands.
    times
        From `analysis.service_times`.
    kind, plan
        Keys of a kind with windows, and of a plan of `times`.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If there is no such kind, plan or language.
    """
    study = evaluation.study
    which = next((one for one in timed_kinds(study) if one.id == kind), None)
    if which is None or (kind, plan) not in times.studies:
        known = ", ".join(dict.fromkeys(f"{one} ({key})" for one, key in times.studies)) or "none"
        raise OutputError(f"No times are known of {kind} ({plan}). There are: {known}.")
    rows = times.places[(times.places["kind"] == kind) & (times.places["scenario"] == plan)]
    everybody = rows[rows["who"] == ANYBODY]
    windows = sorted(float(hours) for hours in everybody["within_h"].unique())
    units = _units(evaluation, everybody, windows[0])
    classes = _classes()
    ranks = ranks_of(classes, units["percent"], units)
    changed = times.studies[kind, plan]
    offices = in_degrees(cities_of(changed), "shelters", ("shelter_id", "places"))
    ground = ground_of(study)
    unknown = say("services.figure_unknown")
    page = MapPage(
        mark=which.colour or MARK,
        key=[
            *class_key(units, ranks, classes, missing=unknown),
            *no_figure_key(units, ground),
            *(sign_key(offices, say("services.map_sign")) if len(offices) else []),
            *elsewhere_key(units),
        ],
        table=_table(units, rows, windows, classes, unknown),
        short_title=say("services.map_least"),
        short_list=range(min(_LISTED, int(units["percent"].notna().sum()))),
        **page_texts(
            title=_title(evaluation, times, which, plan, windows[0]),
            lead=dated(
                study,
                say("services.map_about", plan=_name(times, plan), kinds=_plural(which)),
            ),
            figures=list(_figures(times, which, plan, windows)),
            assumptions=[*_assumed(times, plan), *study_texts.assumptions(evaluation)],
            sources=[*_sources(evaluation, which), *study_texts.sources(evaluation)],
            notes=[
                say("services.map_note", none=Quantity.share(0)),
                *study_texts.left_out(study),
                *which_shelters(study),
            ],
        ),
    )
    layers = [*ground_layers(ground), areas(units, ranks, classes), names(units, ranks, classes)]
    if len(offices):
        layers.append(cities(offices, holding=lambda _: _plural(which)))
    return SealedMap(page, layers, languages=languages_of(changed, lang))


def _classes() -> NamedClasses:
    """Give the classes of a share; a small one is dark."""
    ends = tuple(pairwise((0.0, *_LIMITS, 100.0)))
    labels = tuple(in_each(partial(_label, low=low, high=high)) for low, high in ends)
    return NamedClasses(_LIMITS, tuple(reversed(ramp(len(ends)))), names=labels)


def _label(words: Words, *, low: float, high: float) -> str:
    return words.text("units.percent", n=f"{words.number(low)}–{words.number(high)}")


def _plural(kind: Kind) -> Text:
    return in_each(lambda words: words.capital(everywhere(kind.plural or kind.id).of(words)))


def _units(evaluation: Evaluation, rows: pd.DataFrame, window: float) -> gpd.GeoDataFrame:
    """Put the share of each district beside it; the least stand first."""
    own = rows[rows["within_h"] == window].set_index("district_id")
    columns = ["travel_min", "reason"]
    districts = with_regions(evaluation.districts).drop(columns=columns)
    units = districts.join(own[[*columns, "longest_wait_h"]]).assign(
        percent=100 * own["share_low"].reindex(districts.index).astype(float)
    )
    units = in_degrees(units, "districts", ("district_id", "percent"))
    order = ["percent", "travel_min", "district_id"]
    return units.sort_values(order, ascending=[True, False, True]).reset_index(drop=True)


def _table(
    units: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    windows: list[float],
    classes: NamedClasses,
    unknown: Text,
) -> ReaderTable:
    told = rows_of(units)
    everybody, ordered = rows[rows["who"] == ANYBODY], rows[rows["who"] == WITHOUT_ORDER]
    shares = [_share_column(units, everybody, hours, unknown) for hours in windows]
    wait = units["longest_wait_h"] * _MINUTES
    without = ordered[ordered["within_h"] == windows[-1]].set_index("district_id")["share_low"]
    columns: list[Column] = [
        words_column(say("access.district"), [own_name(row) for row in told]),
        replace(shares[0], spoken=True),
        class_column(say("access.class"), units["percent"], classes, unknown),
        *shares[1:],
        number_column(say("services.map_wait"), wait, Words.duration, spoken=True),
        number_column(say("services.map_travel"), units["travel_min"], Words.duration, spoken=True),
        number_column(
            say("services.map_without", time=_time(windows[-1])),
            without.reindex(units["district_id"]).reset_index(drop=True),
            Words.percent,
        ),
        *region_column(units),
        *(people_column(units, name) for name in ("population", "women") if name in units),
    ]
    return ReaderTable(
        say("services.map_table"),
        tuple(columns),
        elsewhere_marks(units),
        sorted_by=1,
        descending=False,
    )


def _share_column(
    units: gpd.GeoDataFrame, rows: pd.DataFrame, hours: float, unknown: Text
) -> Column:
    """Give the share within one window; both ends where they differ."""
    own = rows[rows["within_h"] == hours].set_index("district_id").reindex(units["district_id"])
    low, high = (own[f"share_{end}"].reset_index(drop=True) for end in ("low", "high"))
    column = number_column(
        say("services.map_within", time=_time(hours)),
        low,
        Words.percent,
        missing=[unknown] * len(units),
    )
    cells = [
        cell if pd.isna(least) else _between(least, most)
        for cell, least, most in zip(column.cells, low.tolist(), high.tolist(), strict=True)
    ]
    return replace(column, cells=tuple(cells))


def _between(low: float, high: float) -> Text:
    return in_each(lambda words: words.between(low, high, words.percent))


def _time(hours: float) -> Quantity:
    return Quantity.minutes(hours * _MINUTES)


def _name(times: ServiceTimes, plan: str) -> Text:
    if plan == TODAY:
        return say("brief.service_today")
    scenario = times.plans[plan].scenario
    if scenario.evidence != Evidence.ASSUMED:
        return everywhere(scenario.name)
    how = say("evidence.assumed")
    return say("services.figure_plan", plan=everywhere(scenario.name), how=how)


def _title(
    evaluation: Evaluation, times: ServiceTimes, kind: Kind, plan: str, window: float
) -> Text:
    name = everywhere(evaluation.study.settings.study.name)
    share = _share(times, kind, plan, window)
    if share is None:
        return say("services.map_finding_none", name=name)
    key = "services.map_finding" if plan == TODAY else "services.map_finding_plan"
    return say(key, name=name, share=share, time=_time(window))


def _share(times: ServiceTimes, kind: Kind, plan: str, window: float) -> Quantity | None:
    """Give the share of all people within a window, with the mark of a plan that is assumed."""
    table = times.of(kind.id, plan)
    if table.empty or pd.isna(table["share_high"][window]):
        return None
    low, high = (float(table[f"share_{end}"][window]) for end in ("low", "high"))
    return Quantity.span(low, high, Unit.SHARE, evidence=_known(times, plan))


def _known(times: ServiceTimes, plan: str) -> Evidence:
    """Say how the hours are known that the times rest on."""
    return Evidence.DERIVED if plan == TODAY else times.plans[plan].scenario.evidence


def _figures(
    times: ServiceTimes, kind: Kind, plan: str, windows: list[float]
) -> Iterator[tuple[Text, Text]]:
    """Give the share of all people within each window, and the longest wait of all."""
    shares = [(hours, _share(times, kind, plan, hours)) for hours in windows]
    for hours, share in shares:
        if share is not None:
            yield say("services.map_within", time=_time(hours)), everywhere(share)
    if any(share is not None for _, share in shares):
        wait = _time(float(times.of(kind.id, plan)["longest_wait_h"].iloc[0]))
        yield say("services.map_wait"), everywhere(wait.known_as(_known(times, plan)))


def _assumed(times: ServiceTimes, plan: str) -> list[Text]:
    """Say what the plan itself takes for granted."""
    note = None if plan == TODAY else times.plans[plan].scenario.note
    return [] if note is None else [everywhere(note)]


def _sources(evaluation: Evaluation, kind: Kind) -> list[Text]:
    """Name who says within how many hours it must begin, and which days are holidays."""
    told = [everywhere(window.source) for window in kind.windows]
    days = evaluation.study.settings.calendar.source
    return told if days is None else [*told, everywhere(days)]
