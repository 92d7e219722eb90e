"""The map of one's own area: in which districts a shelter stands in the district or the region."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.access import UNITS, counted
from shelter_geo.analysis import Evaluation, Quantity
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
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MARK, NamedClasses, ramp
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.study_map import ground_of, with_cities, with_regions
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.study import REGION, WOMEN

_LISTED: Final = 10


def own_area_page(evaluation: Evaluation, *, lang: str | None = None) -> SealedMap:
    """Make the sealed map of one's own area.

    A district is in the first class if a shelter stands in it, in the second if one stands in its
    region, else in the last. Where women are counted, shelters that refuse them are passed over.

    Parameters
    ----------
    evaluation
        The study, or a plan, evaluated.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If there is no such language.
    """
    study = evaluation.study
    who = WOMEN if WOMEN in evaluation.districts else "people"
    units, classes = _units(evaluation, who), _classes(evaluation)
    ranks = ranks_of(classes, units["own_area"], units)
    shelters = in_degrees(with_cities(evaluation), "shelters", ("shelter_id", "places"))
    ground = ground_of(study)
    shares = _shares(units, who)
    page = MapPage(
        mark=study.kind.colour or MARK,
        key=[
            *class_key(units, ranks, classes, missing=say("table.nothing")),
            *no_figure_key(units, ground),
            *(sign_key(shelters, say("access.shelter_key")) if len(shelters) else []),
            *elsewhere_key(units),
        ],
        table=_table(units, classes),
        short_title=say("own_area.largest"),
        short_list=range(min(_LISTED, int((units["own_area"] == len(classes.breaks)).sum()))),
        **page_texts(
            title=_title(evaluation, who, shares[-1]),
            lead=dated(study, _lead(evaluation)),
            figures=[
                (_label(evaluation, who, rank), everywhere(Quantity.share(share)))
                for rank, share in enumerate(shares)
            ],
            assumptions=study_texts.assumptions(evaluation),
            sources=study_texts.sources(evaluation),
            notes=[
                say(f"own_area.note_{who}"),
                *study_texts.left_out(study),
                *which_shelters(study),
            ],
        ),
    )
    layers = [*ground_layers(ground), areas(units, ranks, classes), names(units, ranks, classes)]
    if len(shelters):
        layers.append(cities(shelters))
    return SealedMap(page, layers, languages=languages_of(study, lang))


def _classes(evaluation: Evaluation) -> NamedClasses:
    inner = [say("own_area.in_district")]
    if REGION in evaluation.districts:
        inner.append(in_each(lambda words: words.text("own_area.in_region", area=words.area)))
    named = (*inner, say("own_area.none"))
    colours = ramp(3)
    breaks = tuple(rank + 0.5 for rank in range(len(inner)))
    return NamedClasses(breaks, (*colours[: len(inner)], colours[-1]), names=named)


def _units(evaluation: Evaluation, who: str) -> gpd.GeoDataFrame:
    """Put the class of each district beside it; those without a shelter come first."""
    districts = with_regions(evaluation.districts)
    suffix = "_for_women" if who == WOMEN else ""
    found = [f"shelter_in_district{suffix}", f"shelter_in_region{suffix}"]
    parts = [~districts[name].to_numpy(bool) for name in found if name in districts]
    own = np.sum(parts, axis=0).astype(float)
    units = districts.assign(own_area=own, asking=counted(districts, UNITS[0], who))
    units = in_degrees(units, "districts", ("district_id", "own_area"))
    return units.sort_values(
        ["own_area", "asking", "district_id"], ascending=[False, False, True]
    ).reset_index(drop=True)


def _shares(units: pd.DataFrame, who: str) -> list[float]:
    """Share of the women, or of the people, in the district and then in the region too."""
    people = units["asking"].astype(float)
    whole = float(people.sum())
    most = int(units["own_area"].max()) if len(units) else 0
    ranks = range(2 if REGION in units else 1)
    if not whole:
        return [0.0 for _ in ranks]
    return [float(people[units["own_area"] <= min(rank, most)].sum()) / whole for rank in ranks]


def _title(evaluation: Evaluation, who: str, share: float) -> Text:
    name = everywhere(evaluation.study.settings.study.name)
    known = Quantity.share(share)
    if REGION in evaluation.districts:
        key = f"own_area.title_{who}"
        return in_each(lambda words: words.text(key, name=name, share=known, area=words.area))
    return say(f"own_area.title_{who}_district", name=name, share=known)


def _lead(evaluation: Evaluation) -> Text:
    if REGION in evaluation.districts:
        return in_each(lambda words: words.text("own_area.lead", area=words.area))
    return say("own_area.lead_district")


def _label(evaluation: Evaluation, who: str, rank: int) -> Text:
    if rank == 0:
        return say(f"own_area.share_{who}_district")
    return in_each(lambda words: words.text(f"own_area.share_{who}", area=words.area))


def _table(units: gpd.GeoDataFrame, classes: NamedClasses) -> ReaderTable:
    rows, nothing = rows_of(units), say("table.nothing")
    return ReaderTable(
        say("own_area.table"),
        (
            text_column(say("access.district"), [own_name(row) for row in rows]),
            replace(
                class_column(say("own_area.column"), units["own_area"], classes, nothing),
                spoken=True,
            ),
            *region_column(units),
            number_column(
                say("planner.column_km"), units["distance_km"], Words.distance, spoken=True
            ),
            *(people_column(units, name) for name in ("population", "women") if name in units),
        ),
        elsewhere_marks(units),
        sorted_by=1,
    )
