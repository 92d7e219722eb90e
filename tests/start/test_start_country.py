"""The bundled country begun anew from its boundaries, its table of people and its extract."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.road_toys import EXTRACT, extra

from shelter_geo.analysis import evaluate
from shelter_geo.start import StartInputs, start_study
from shelter_geo.study import Study, load_study

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.country
def test_distances_are_those_of_the_bundled_study_on_the_same_roads(tmp_path: Path, study: Study):
    inputs = StartInputs(
        name="Anew",
        boundaries=DATA / "boundaries" / "districts.geojson",
        as_of=dt.date(2026, 1, 1),
        roads=extra(EXTRACT),
        population=DATA / "population" / "districts.csv",
        settlements=DATA / "places" / "settlements.csv",
        shelters=DATA / "shelters" / "shelters.csv",
    )
    start_study(tmp_path / "anew", inputs)
    anew = load_study(tmp_path / "anew")
    roads = study.settings.roads.model_copy(update={"network": "osm", "file": "extract"})
    settings = study.settings.model_copy(update={"roads": roads})
    bundled = evaluate(replace(study, settings=settings, network=anew.network)).districts
    found = evaluate(anew).districts
    there = bundled["distance_km"].reindex(found.index)
    assert len(found) == len(bundled) - 1  # one district has no polygon
    assert (found["distance_km"].isna() == there.isna()).all()
    np.testing.assert_allclose(found["distance_km"], there, rtol=0.01)
