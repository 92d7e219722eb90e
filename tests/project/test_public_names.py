"""What the package shows at Tab and how its objects print."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest

import shelter_geo
from shelter_geo import Evaluation, Study, apply_plan, read_plans


def test_tab_shows_the_public_names_and_nothing_else() -> None:
    assert set(dir(shelter_geo)) == {*shelter_geo.__all__, "__version__"}
    assert sorted(shelter_geo.__all__) == shelter_geo.__all__
    assert 18 <= len(shelter_geo.__all__) <= 26


def test_importing_the_package_imports_no_room() -> None:
    code = "import shelter_geo, sys; print([m for m in sys.modules if 'shelter_geo.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'anything'"):
        shelter_geo.anything  # noqa: B018


def test_studies_and_results_print_in_one_line(study: Study, evaluation: Evaluation) -> None:
    assert repr(study) == "Study 'azerbaijan': 75 districts, 3 shelters"
    assert repr(evaluation) == f"Evaluation of {study!r}; 67 districts reach a shelter"
    assert repr(evaluation.district_costs) == "CostMatrix: 75 origins, 3 facilities"
    nodes, edges = study.network.n_nodes, study.network.n_edges
    assert repr(study.network) == f"RoadNetwork: {nodes:,} nodes, {edges:,} edges"


def test_a_plan_prints_what_it_changes(study: Study) -> None:
    plans = {plan.scenario.id: plan for plan in read_plans(study.scenarios)}
    opened = plans["best-three-mean"]
    assert repr(opened) == "Plan 'best-three-mean': opens 3"
    assert repr(apply_plan(study, opened)) == "Study 'azerbaijan': 75 districts, 6 shelters"
    still = opened.model_copy(update={"open": ()})
    assert repr(still) == "Plan 'best-three-mean': no shelter and no road changes"


def test_areas_are_numbers_and_the_farthest_districts_have_a_place(evaluation: Evaluation) -> None:
    assert pd.api.types.is_float_dtype(evaluation.study.districts["area_km2"])
    assert isinstance(evaluation.farthest, gpd.GeoDataFrame)
    assert evaluation.farthest.crs == 4326
