"""The page of one journey: every district by the kilometres of the whole of it, leg by leg."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Final

import geopandas as gpd
import pandas as pd

from shelter_geo.access import NIGHTS, UNITS, counted
from shelter_geo.analysis import PLACE_KINDS, Evaluation, Quantity, Unit, far_range
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
from shelter_geo.publish.palette import MARK, Classes
from shelter_geo.publish.qualifiers import by_bus, dated, which_shelters
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.study_map import ground_of, with_cities, with_regions
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.study import HOME, NEAREST, POLICE, Journey, Study

_FARTHEST: Final = 10
_WORDED: Final = {HOME: "journey.home", NEAREST: "access.nearest", POLICE: "journey.police"}


def mapped_journeys(study: Study) -> list[str]:
    """Name the journeys that a run maps: all but the one leg that the map of access shows."""
    return [one.id for one in study.settings.journeys if one.stops != (HOME, NEAREST)]


def journey_page(evaluation: Evaluation, key: str, *, lang: str | None = None) -> SealedMap:
    """Make the sealed map of one journey of a study.

    The limits of the classes are those of the distance to the nearest facility, times the legs.

    Parameters
    ----------
    evaluation
        The study, or a plan, evaluated.
    key
        Of the journey, in `[[journeys]]` of the study.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If the study has no such journey, or there is no such language.
    """
    study, results = evaluation.study, evaluation.journeys
    journey = next((one for one in study.settings.journeys if one.id == key), None)
    if journey is None or results is None:
        known = ", ".join(one.id for one in study.settings.journeys) or "none"
        raise OutputError(f"The study has no journey {key}. It has: {known}.")
    places = results.of(key, PLACE_KINDS[0])
    legs = results.legs[
        (results.legs["journey"] == key) & (results.legs["place_kind"] == PLACE_KINDS[0])
    ]
    units = _units(evaluation, places)
    limits = study.settings.access.distance_classes_km
    classes = Classes(breaks=tuple(limit * (len(journey.stops) - 1) for limit in limits))
    ranks = ranks_of(classes, units["distance_km"], units)
    shelters = in_degrees(with_cities(evaluation), "shelters", ("shelter_id", "places"))
    ground = ground_of(study)
    page = MapPage(
        mark=study.kind.colour or MARK,
        key=[
            *class_key(units, ranks, classes, missing=_no_road()),
            *no_figure_key(units, ground),
            *(sign_key(shelters, say("access.shelter_key")) if len(shelters) else []),
            *elsewhere_key(units),
        ],
        table=_table(evaluation, journey, units, legs, classes),
        short_title=say("journey.farthest"),
        short_list=range(min(_FARTHEST, int(units["distance_km"].notna().sum()))),
        **page_texts(
            title=_title(evaluation, journey, places),
            lead=dated(study, _lead(study, journey)),
            figures=_figures(evaluation, journey, places),
            assumptions=study_texts.assumptions(evaluation),
            sources=[*_source(journey), *study_texts.sources(evaluation)],
            notes=_notes(evaluation, journey),
        ),
    )
    layers = [*ground_layers(ground), areas(units, ranks, classes), names(units, ranks, classes)]
    if len(shelters):
        layers.append(cities(shelters))
    return SealedMap(page, layers, languages=languages_of(study, lang))


def _units(evaluation: Evaluation, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the journey of each district in the place of its way to the nearest facility."""
    columns = ["distance_km", "travel_min", "bus_hours_low", "bus_hours_high", *NIGHTS, "reason"]
    districts = with_regions(evaluation.districts)
    districts = districts.drop(columns=[*columns, "bus_min"], errors="ignore")
    units = in_degrees(districts.join(places[columns]), "districts", ("district_id", *columns))
    return units.sort_values(["distance_km", "district_id"], ascending=[False, True]).reset_index(
        drop=True
    )


def _no_road() -> Text:
    return say("journey.no_road")


def _table(
    evaluation: Evaluation,
    journey: Journey,
    units: gpd.GeoDataFrame,
    legs: pd.DataFrame,
    classes: Classes,
) -> ReaderTable:
    rows = rows_of(units)
    missing = [_no_road()] * len(rows)
    beside = _beside(evaluation, journey)
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        number_column(
            say("journey.whole"), units["distance_km"], Words.distance, missing=missing, spoken=True
        ),
        class_column(say("access.class"), units["distance_km"], classes, missing[0]),
        number_column(say("access.by_car"), units["travel_min"], Words.duration, spoken=True),
        text_column(say("access.by_bus"), [by_bus(row) for row in rows]),
        *_nights_column(units),
        *_leg_columns(evaluation.study, journey, units, legs),
    ]
    if beside:
        cells = [beside.get(str(row["district_id"])) for row in rows]
        columns.append(text_column(say("journey.beside"), cells, spoken=True))
    columns += [
        *region_column(units),
        *(people_column(units, name) for name in ("population", "women") if name in units),
    ]
    caption = say("journey.table", journey=everywhere(journey.name))
    return ReaderTable(caption, tuple(columns), elsewhere_marks(units), sorted_by=1)


def _nights_column(units: gpd.GeoDataFrame) -> list[Column]:
    """Give the nights of waiting for a bus, where they are known for any district."""
    ends = units[list(NIGHTS)]
    if ends.isna().all(axis=None):
        return []
    cells = [
        None if pd.isna(low) else in_each(partial(Words.between, low=low, high=high))
        for low, high in ends.to_numpy(float).tolist()
    ]
    return [text_column(say("journey.nights"), cells)]


def _leg_columns(
    study: Study, journey: Journey, units: gpd.GeoDataFrame, legs: pd.DataFrame
) -> list[Column]:
    """Give the kilometres and the time of each leg; one leg alone is the whole journey."""
    stops = [_stop(study, stop) for stop in journey.stops]
    columns = []
    for number, (start, end) in enumerate(pairwise(stops), start=1):
        own = legs[legs["leg"] == number].set_index("place_id").reindex(units["district_id"])
        head = say("journey.leg", n=Quantity.count(number), start=start, end=end)
        column = number_column(head, own["distance_km"], Words.distance, spoken=True)
        cells = [
            cell if pd.isna(time) else say("journey.leg_cell", km=cell, time=_duration(time))
            for cell, time in zip(column.cells, own["travel_min"].tolist(), strict=True)
        ]
        columns.append(replace(column, cells=tuple(cells)))
    return columns if len(columns) > 1 else []


def _duration(minutes: float) -> Text:
    return in_each(lambda words: words.duration(minutes))


def _stop(study: Study, stop: str) -> Text:
    if stop in _WORDED:
        return say(_WORDED[stop])
    places = study.settlements if stop in study.settlements.index else study.shelters
    if stop not in places.index:
        return everywhere(stop)
    row = pd.DataFrame(places).loc[[stop]].to_dict("records")[0]
    return own_name({str(name): value for name, value in row.items()})


def _beside(evaluation: Evaluation, journey: Journey) -> dict[str, Text]:
    """Write which links that are no domestic road stand in, by district."""
    results = evaluation.journeys
    beside = pd.DataFrame() if results is None else results.beside
    if beside.empty:
        return {}
    links = {link.id: link for link in evaluation.study.settings.roads.link}
    rows = beside[(beside["journey"] == journey.id) & (beside["place_kind"] == PLACE_KINDS[0])]
    found: dict[str, list[Text]] = {}
    for row in rows.to_dict("records"):
        link = links[str(row["link"])]
        text = say(
            "journey.link",
            link=everywhere(link.name),
            n=Quantity.count(float(row["link_legs"])),
            time=Quantity.span(
                float(row["link_min_low"]), float(row["link_min_high"]), Unit.MINUTES
            ),
            km=Quantity.km(float(row["road_km"])),
        )
        found.setdefault(str(row["place_id"]), []).append(text)
    return {key: _joined(texts) for key, texts in found.items()}


def _joined(texts: list[Text]) -> Text:
    return in_each(lambda words: "; ".join(text.of(words) for text in texts))


def _means(evaluation: Evaluation, places: pd.DataFrame) -> tuple[float, float, float]:
    """Return the mean over people with a road all the way, the most, and who has none."""
    people = counted(evaluation.districts, UNITS[0]).reindex(places.index).astype(float)
    km = places["distance_km"]
    some = km.notna() & (people > 0)
    without = float(people[km.isna()].sum())
    if not some.any():
        return float("nan"), float("nan"), without
    mean = float((km[some] * people[some]).sum() / people[some].sum())
    return mean, float(km[some].max()), without


def _title(evaluation: Evaluation, journey: Journey, places: pd.DataFrame) -> Text:
    mean, *_ = _means(evaluation, places)
    name = everywhere(evaluation.study.settings.study.name)
    about = everywhere(journey.name)
    if pd.isna(mean):
        return say("journey.title_none", name=name, journey=about)
    return say("journey.title", name=name, journey=about, mean=Quantity.km(mean))


def _lead(study: Study, journey: Journey) -> Text:
    stops = [_stop(study, stop) for stop in journey.stops]
    listed = in_each(lambda words: " → ".join(stop.of(words) for stop in stops))
    return say("journey.lead", stops=listed)


def _figures(
    evaluation: Evaluation, journey: Journey, places: pd.DataFrame
) -> list[tuple[Text, Text]]:
    mean, most, without = _means(evaluation, places)
    told = [
        (say("journey.mean"), in_each(lambda words: words.distance(mean))),
        (say("journey.most"), in_each(lambda words: words.distance(most))),
    ]
    if pd.isna(mean):
        told = []
    if journey.far_km is not None:
        limit = Quantity.km(float(journey.far_km))
        far = far_range(journey, places, evaluation.districts)
        told.append(
            (
                say("journey.far", limit=limit),
                in_each(lambda words: words.people_between(*far)),
            )
        )
    told.append((say("journey.without"), in_each(lambda words: words.people(without))))
    return told


def _source(journey: Journey) -> list[Text]:
    return [] if journey.source is None else [everywhere(journey.source)]


def _notes(evaluation: Evaluation, journey: Journey) -> list[Text]:
    study = evaluation.study
    notes = [say("journey.note"), *study_texts.left_out(study), *which_shelters(study)]
    links = {link.id: link for link in evaluation.study.settings.roads.link}
    for name in journey.links:
        link = links[name]
        notes.append(
            say(
                "journey.link_source",
                link=everywhere(link.name),
                source=everywhere(link.source),
                papers=everywhere(link.papers) if link.papers else say("table.nothing"),
            )
        )
    return [*notes, *which_shelters(evaluation.study)]
