"""The page of one plan beside today: who gains and who loses, district by district."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import EvaluatedPlans
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.comparison_map import GainClasses, comparison_map
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.study import comparison_texts as texts
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.dates import dated, which_shelters
from shelter_geo.publish.study.study_map import NO_GROUND, with_cities
from shelter_geo.publish.words import everywhere, say
from shelter_geo.vocabulary import Impedance

_KEPT = ("district_id", "counts_registered_not_resident")


def comparison_page(evaluated: EvaluatedPlans, key: str, *, lang: str | None = None) -> SealedMap:
    """Make the sealed map of a comparison.

    Parameters
    ----------
    evaluated
        Plans with their comparison.
    key
        The plan that is compared with the first.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If there is no such language.
    """
    evaluation, plan = evaluated.evaluations[key], texts.plan_of(evaluated, key)
    note = plan.scenario.note
    study = evaluation.study
    return comparison_map(
        _districts(evaluated, key),
        _shelters(evaluated, key),
        study.basemap if study.basemap is not None else NO_GROUND,
        mark=study.kind.colour or MARK,
        title=say("compare.title", plan=texts.plan_name(plan)),
        lead=dated(study, texts.paragraph(texts.summary(evaluated, key))),
        figures=texts.figures(evaluated, key),
        sources=study_texts.sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=[
            *([] if note is None else [everywhere(note)]),
            say("compare.note_gain"),
            *which_shelters(study),
            *texts.moves(evaluated, key),
        ],
        classes=_classes(evaluated, key),
        languages=languages_of(study, lang),
    )


def _classes(evaluated: EvaluatedPlans, key: str) -> GainClasses:
    measure = texts.facts_of(evaluated, key)["measure"]
    access = evaluated.evaluations[key].study.settings.access
    limits = access.change_classes_km
    if measure == Impedance.TIME:
        limits = access.change_classes_min
    return GainClasses.mirrored(limits, measure)


def _districts(evaluated: EvaluatedPlans, key: str) -> gpd.GeoDataFrame:
    """Join the shapes of the districts to what the plan changes in them."""
    base = next(iter(evaluated.evaluations.values()))
    evaluation = evaluated.evaluations[key]
    table = evaluated.comparison.districts
    changes = table[table["scenario"] == key].set_index("district_id").drop(columns="name_en")
    named = [c for c in evaluation.districts if c in _KEPT or str(c).startswith("name_")]
    shapes = evaluation.districts[[*named, "geometry"]]
    before, after = texts.place_names(base), texts.place_names(evaluation)
    return shapes.join(changes).assign(
        place_before=lambda frame: [before.get(shelter) for shelter in frame["shelter_before"]],
        place_after=lambda frame: [after.get(shelter) for shelter in frame["shelter_after"]],
    )


def _shelters(evaluated: EvaluatedPlans, key: str) -> gpd.GeoDataFrame:
    """Say of each shelter of the plan what has become of it since today."""
    today = next(iter(evaluated.evaluations.values())).study.shelters
    shelters = with_cities(evaluated.evaluations[key])
    return shelters.assign(change=[_change(today, row) for _, row in shelters.iterrows()])


def _change(today: gpd.GeoDataFrame, shelter: pd.Series) -> str:
    key = shelter["shelter_id"]
    if key not in today.index:
        return "opened"
    before = today.loc[key]
    if before["settlement_id"] != shelter["settlement_id"]:
        return "moved"
    return "" if before["places"] == shelter["places"] else "resized"
