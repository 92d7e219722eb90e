"""A study of frames: what files give, with their checks and sentences, in any coordinate system."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
from helpers.small_study import small_study
from pandas.testing import assert_frame_equal

from shelter_geo.access import cost_matrix, service_area
from shelter_geo.analysis.siting_question import site_question
from shelter_geo.errors import CostError, StudyError, TableError
from shelter_geo.plans import Plan
from shelter_geo.study import Study, load_study

MINE = {"study": {"id": "mine", "name": "Mine", "as_of": dt.date(2026, 1, 1)}}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(small_study(tmp_path_factory.mktemp("small")).file)


def from_frames(study: Study, crs: int = 4326, **more: object) -> Study:
    frames = {
        "districts": study.districts[["name_en", "population", "geometry"]].to_crs(crs),
        "settlements": study.settlements[
            ["name_en", "district_id", "population_listed", "geometry"]
        ].to_crs(crs),
        "shelters": study.shelters[["name_en", "places", "geometry"]].to_crs(crs),
        "network": study.network,
    }
    return Study.from_frames(MINE, **(frames | more))


def test_frames_in_another_projection_make_the_same_study(small: Study) -> None:
    found = from_frames(small, 3857)
    assert found.districts["population"].equals(small.districts["population"])
    assert found.settlements["population"].equals(small.settlements["population"])
    # The points of the shelters stood in Quayside, and the largest settlements are the centres.
    assert found.shelters["settlement_id"].tolist() == ["s3"]
    assert found.shelters["places"].tolist() == [12]
    assert found.centres.geom_equals_exact(small.centres, 1e-7).all()
    assert found.areas_without_figures.empty


def test_settings_of_another_study_serve(small: Study) -> None:
    found = Study.from_frames(
        small.settings, districts=small.districts, settlements=small.settlements,
        network=small.network,
    )  # fmt: skip
    assert found.settings.capacity == small.settings.capacity
    assert found.shelters.empty


def test_what_is_no_study_of_frames_is_said(small: Study) -> None:
    with pytest.raises(StudyError, match=r"settings: the key study\.name is missing"):
        Study.from_frames(
            {"study": {"id": "a", "as_of": dt.date(2026, 1, 1)}}, districts=small.districts,
            settlements=small.settlements, network=small.network,
        )  # fmt: skip
    with pytest.raises(StudyError, match=r"network: is dict\. Give a RoadNetwork"):
        from_frames(small, network={})
    with pytest.raises(StudyError, match="settlements: is no frame but list"):
        from_frames(small, settlements=[])
    bare = small.settlements.set_crs(None, allow_override=True)
    with pytest.raises(StudyError, match=r"coordinate system is not known\. Say which it is with"):
        from_frames(small, settlements=bare.drop(columns=["lat", "lon"]))
    strange = small.settlements.assign(district_id=["upper", "nowhere", "coast"])
    with pytest.raises(TableError, match=r"settlements, row 2.*no district has this key"):
        from_frames(small, settlements=strange)


def test_other_shelters(small: Study) -> None:
    house = gpd.GeoDataFrame(
        {"name_en": ["House"], "places": [5]}, index=["h1"],
        geometry=[shapely.Point(-29.7512, 40.7534)], crs=4326,
    )  # fmt: skip
    found = small.with_shelters(house.to_crs(3857))
    # Highmill lies 400 m away; the house itself is forgotten.
    assert found.shelters["settlement_id"].to_dict() == {"h1": "s1"}
    assert found.shelters.geometry.iloc[0].equals(shapely.Point(-29.75, 40.75))
    assert small.shelters.index.tolist() == ["quayside-1"]
    with pytest.raises(TableError) as caught:
        small.with_shelters(house.set_geometry([shapely.Point(-20.5123, 45.5)], crs=4326))
    assert "more than 30 km from every settlement" in str(caught.value)
    assert "20.5" not in str(caught.value)
    with pytest.raises(TableError, match="a shelter needs at least one place"):
        small.with_shelters(house.assign(places=0))
    assert small.with_shelters(house.iloc[:0]).shelters.empty


def test_another_network(small: Study) -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for key, point in small.settlements.geometry.items():
        graph.add_node(key, x=point.x, y=point.y)
    for ends in (("s1", "s3"), ("s3", "s1")):
        graph.add_edge(*ends, length=5e4, travel_time=3600.0)
    found = small.with_network(graph)
    costs = cost_matrix(found.network, small.settlements, small.shelters)
    assert costs.distance_km.loc["s1", "quayside-1"] == pytest.approx(50)
    with pytest.raises(StudyError, match="network: is str"):
        small.with_network("roads.pbf")


def test_other_people(small: Study) -> None:
    people = pd.DataFrame(
        {"population": [10, 20, 30], "women": [5, 10, 15]}, index=["coast", "lower", "upper"]
    )
    found = small.with_demand(people)
    assert found.settlements["population"].to_dict() == {"s1": 30, "s2": 20, "s3": 10}
    assert found.districts["registered_women"].tolist() == [5, 10, 15]
    with pytest.raises(TableError, match=r"people, column district_id.*\('upper'\). Add it"):
        small.with_demand(people.drop(index="upper"))
    with pytest.raises(TableError, match="is not a whole number"):
        small.with_demand(people.assign(population=-1))


def test_candidates_in_a_frame(small: Study) -> None:
    spots = gpd.GeoDataFrame(
        {"allowed": [True, False]}, index=["c1", "c2"],
        geometry=[small.settlements.geometry["s1"], small.settlements.geometry["s2"]], crs=4326,
    )  # fmt: skip
    question = site_question(small, candidates=spots.to_crs(3857))
    assert question.sites["allowed"].to_dict() == {"c1": True, "c2": False, "quayside-1": True}
    # 62 km from Highmill to Fordham and 48 km on to Quayside.
    assert question.costs.distance_km.loc["upper", "quayside-1"] == pytest.approx(110)
    with pytest.raises(TableError, match="is the key of a shelter that stands"):
        site_question(small, candidates=spots.rename(index={"c1": "quayside-1"}))


def test_a_plan_takes_lists(small: Study) -> None:
    plan = Plan(
        scenario={"id": "more", "name": "More"}, open=[{"settlement_id": "s1", "places": 10}]
    )  # type: ignore[arg-type]
    assert [entry.settlement_id for entry in plan.open] == ["s1"]


def test_rings_add_up_to_the_area(small: Study) -> None:
    args = small.network, small.shelters
    rings = service_area(*args, limits=[90, 30, 60])
    assert rings["limit"].tolist() == [30, 60, 90]
    assert rings.index.tolist() == ["quayside-1"] * 3
    whole = service_area(*args, 90)
    assert rings["road_km"].sum() == pytest.approx(whole["road_km"].sum())
    # 36 minutes bring one to Fordham, 48 km away: the rest of the first 60 is of 62 km in 55.
    assert rings["road_km"].tolist() == pytest.approx(
        [40, 8 + 24 * 62 / 55, 30 * 62 / 55], rel=1e-3
    )
    with pytest.raises(CostError, match="give one limit of a service area, or several"):
        service_area(*args)
    with pytest.raises(CostError, match="give one limit"):
        service_area(*args, 30, limits=[60])


def test_centres_of_areas_are_taken_when_asked(small: Study) -> None:
    boxes = gpd.GeoSeries([small.settlements.geometry["s1"].buffer(0.01)], ["b"], crs=4326)
    found = cost_matrix(small.network, boxes, small.shelters, centres=True)
    wanted = cost_matrix(small.network, small.settlements.loc[["s1"]], small.shelters)
    assert found.distance_km.iloc[0, 0] == pytest.approx(wanted.distance_km.iloc[0, 0], abs=2)


def test_an_area_without_a_row_and_a_row_without_an_area(tmp_path: Path, small: Study) -> None:
    study = small_study(tmp_path)
    study.replace("districts.geojson", '"coast"', '"disputed"')
    found = load_study(study.file)
    assert found.areas_without_figures.index.tolist() == ["disputed"]
    assert found.districts.geom_type.to_dict() == {
        "coast": "Point", "lower": "Polygon", "upper": "Polygon",
    }  # fmt: skip
    study.replace("study.toml", 'boundaries = "districts.geojson"\n', "")
    bare = load_study(study.file)
    assert set(bare.districts.geom_type) == {"Point"}
    assert_frame_equal(
        pd.DataFrame(bare.districts.drop(columns="geometry")),
        pd.DataFrame(small.districts.drop(columns="geometry")),
    )


def test_a_centre_that_is_not_given_is_the_largest_settlement(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    study.replace("districts.csv", "no,40.75,-29.75", "no,,")
    study.write(
        "settlements.csv", study.text("settlements.csv") + "s0,Mill,upper,40.8,-29.8,20000\n"
    )
    # Highmill and Mill are as large; s0 comes before s1.
    assert load_study(study.file).centres["upper"].equals(shapely.Point(-29.8, 40.8))
