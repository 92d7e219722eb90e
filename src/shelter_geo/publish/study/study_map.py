"""The map page of an evaluation: a study as it stands, or a plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import Evaluation, Quantity, near_ties
from shelter_geo.plans import BY_SCENARIO, NEW
from shelter_geo.publish.files.styles import EDGE, LayerStyle, Rule
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.access_map import access_map
from shelter_geo.publish.maps.district_map import no_way
from shelter_geo.publish.maps.map_layer import NO_ROW
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.pages.sealed import sign_of
from shelter_geo.publish.palette import MARK, Classes
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.headline import headline, key_figures
from shelter_geo.publish.words import AnyText, Languages, Text, Words, everywhere, say
from shelter_geo.study import FALLBACK, Study, settlement_names

_CITIES: Final[WeakKeyDictionary[Study, gpd.GeoDataFrame]] = WeakKeyDictionary()
"""Every page, figure and table of a plan names the same cities."""
_ROUTE: Final = "#0a6fb8"
"""Ink of routes, as on the pages."""
_NO_GROUND: Final = gpd.GeoDataFrame(
    {"kind": [], "label_lon": [], "label_lat": []}, geometry=[], crs=4326
)


def ground_of(study: Study) -> gpd.GeoDataFrame:
    """Return what is drawn below the districts: the basemap, and areas that have no row.

    Returns
    -------
    GeoDataFrame
        As of `map_layer.ground_layers`.
    """
    ground = _NO_GROUND if study.basemap is None else study.basemap
    bare = study.areas_without_figures
    if bare.empty:
        return ground
    areas = gpd.GeoDataFrame({"kind": NO_ROW}, index=bare.index, geometry=bare.geometry, crs=4326)
    areas = areas.assign(label_lon=float("nan"), label_lat=float("nan"))
    return areas if ground.empty else gpd.GeoDataFrame(pd.concat([ground, areas]), crs=4326)


def access_page(
    evaluation: Evaluation,
    *,
    title: Text,
    lead: Text,
    notes: Sequence[Text] = (),
    settlements: bool = True,
    lang: str | None = None,
) -> SealedMap:
    """Make the sealed map of an evaluation.

    Parameters
    ----------
    evaluation
        From `scenarios.evaluate`.
    title, lead
        Heading and the sentence below it.
    notes
        What to know beside the study's own notes.
    settlements
        Whether settlements can be shown too.
    lang
        Language in which the page opens.
    """
    study = evaluation.study
    return access_map(
        _in_every_language(evaluation),
        evaluation.settlements if settlements else None,
        with_cities(evaluation),
        evaluation.routes.rename_axis("district_id").reset_index(),
        ground_of(study),
        title=title,
        lead=lead,
        mark=study.kind.colour or MARK,
        figures=key_figures(evaluation),
        sources=study_texts.sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=[*notes, *study_texts.notes(evaluation)],
        classes=distance_classes(evaluation),
        languages=languages_of(evaluation.study, lang),
    )


def plan_title(name: AnyText, evaluation: Evaluation) -> Text:
    """Write what the map of a plan shows: in minutes where it changes roads, else in kilometres."""
    head, name = headline(evaluation), everywhere(name)
    if head.farthest is None or head.longest is None:
        return say("scenario.title_none", name=name)
    if evaluation.study.roads_before is not None:
        time = Quantity.minutes(float(head.longest["travel_min"]))
        return say("scenario.title_time", name=name, time=time)
    return study_texts.up_to("scenario.title", name, head)


def under_plan(page: SealedMap, name: AnyText) -> SealedMap:
    """Say on the map of a plan which plan it is, and that nothing on it is how it is today."""
    name, said = everywhere(name), page.page
    title = say("scenario.map_title", plan=name, title=said.title)
    page.page = replace(said, title=title, lead=say("scenario.map_lead", lead=said.lead))
    return page


def distance_classes(evaluation: Evaluation) -> Classes:
    """Return the classes of distance that the study asks for."""
    return Classes(breaks=evaluation.study.settings.access.distance_classes_km)


def layer_styles(
    evaluation: Evaluation, words: Words, *, named: Collection[str]
) -> dict[str, LayerStyle]:
    """Give the styles of the layers of a study: the classes, hatches and signs of its maps.

    Parameters
    ----------
    evaluation
        The study as it stands.
    words
        Language of the classes, and of the names where the layers have a column for it.
    named
        Columns of the layer of districts.
    """
    classes, column = distance_classes(evaluation), "distance_km"
    lows, highs = (None, *classes.breaks), (*classes.breaks, None)
    rules = [Rule(f'"{column}" IS NULL', no_way(evaluation.districts).of(words), "#7c7c7c", True)]
    for rank, (low, high) in enumerate(zip(lows, highs, strict=True)):
        above = [f'"{column}" > {low:g}'] if low is not None else []
        below = [f'"{column}" <= {high:g}'] if high is not None else []
        label = classes.label(rank).of(words)
        rules.append(Rule(" AND ".join(above + below), label, classes.colour(rank)))
    own = f"name_{words.lang}"
    name = own if own in named else f"name_{FALLBACK}"
    mark, road = evaluation.study.kind.colour or MARK, say("access.route_key").of(words)
    return {
        "districts": LayerStyle("fill", rules, name),
        "settlements": LayerStyle("marker", rules),
        "shelters": LayerStyle(
            "marker",
            [Rule("", say("access.shelter_key").of(words), mark, sign=sign_of("shelter", mark))],
            name,
        ),
        "routes": LayerStyle("line", [Rule("", road, _ROUTE)]),
        "roads": LayerStyle("line", [Rule("", road, EDGE)]),
    }


def _in_every_language(evaluation: Evaluation) -> gpd.GeoDataFrame:
    """Add the regions and reasons in every language that the study gives them in."""
    districts = with_regions(evaluation.districts)
    districts["other_km"] = near_ties(evaluation)["other_km"].reindex(districts.index)
    reasons = study_texts.reasons(evaluation, districts)
    for words in languages_of(evaluation.study):
        districts[f"reason_{words.lang}"] = [reason.of(words) for reason in reasons]
    return districts


def with_regions(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the names of the regions for their English ones, where the study has regions."""
    return districts.assign(region_en=districts["region"]) if "region" in districts else districts


def with_cities(evaluation: Evaluation) -> gpd.GeoDataFrame:
    """Name the settlement of each shelter in every language that the tables hold."""
    return cities_of(evaluation.study)


def cities_of(study: Study) -> gpd.GeoDataFrame:
    """Name the settlement of each facility of a study, or of a study under a plan."""
    if study not in _CITIES:
        _CITIES[study] = _cities_named(study)
    return _CITIES[study].copy()


def _cities_named(study: Study) -> gpd.GeoDataFrame:
    shelters = study.shelters.assign(city_en=study.shelters["settlement"])
    languages = languages_of(study)
    others = [lang for lang in languages.codes if lang != FALLBACK]
    named = settlement_names(study.districts, study.settlements, others)
    named = named.loc[shelters["settlement_id"]].set_axis(shelters.index)
    for lang in others:
        shelters[f"city_{lang}"] = named[f"name_{lang}"].fillna(shelters["settlement"])
    return _in_words_of_a_plan(shelters, languages)


def _in_words_of_a_plan(shelters: gpd.GeoDataFrame, languages: Languages) -> gpd.GeoDataFrame:
    """Word what a plan opens or resizes, of which the tables say nothing."""
    opened = shelters["name_en"] == shelters["settlement"]
    planned = shelters["places_basis"] == BY_SCENARIO
    shelters["is_new"] = planned & shelters["shelter_id"].str.startswith(NEW)
    nothing = pd.Series(index=shelters.index, dtype=object)
    for lang, basis in languages.each(say("access.by_scenario")).items():
        city = shelters.get(f"city_{lang}", nothing)
        name = shelters.get(f"name_{lang}", nothing)
        shelters[f"name_{lang}"] = name.mask(opened, city)
        own = shelters.get(f"places_basis_{lang}", nothing)
        shelters[f"places_basis_{lang}"] = own.mask(planned, basis)
    return shelters
