"""The journeys of a study: against networkx for the bundled one, by hand for a small one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from weakref import WeakKeyDictionary

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy

from shelter_geo.analysis import Evaluation, evaluate, journeys
from shelter_geo.analysis.beyond_distance import far_range, journey_metrics
from shelter_geo.errors import StudyError, TableError
from shelter_geo.plans import OpenShelter, Plan, PlanIdentity, apply_plan
from shelter_geo.publish.brief.journeys import journeys as told
from shelter_geo.publish.study.journey_page import journey_page
from shelter_geo.publish.study.study_tables import journey_frames
from shelter_geo.publish.words import Words
from shelter_geo.study import load_study
from shelter_geo.study.load import bundled_study

KMH = 20.0


def graph_of(folder: Path) -> nx.DiGraph:
    """The roads of a study read from its tables, with no code of the package."""
    graph = nx.DiGraph()
    with (folder / "roads" / "links.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            one, other = row["from_node"], row["to_node"]
            pairs = [((one, other), "km", "minutes")]
            if row.get("km_back"):
                pairs.append(((other, one), "km_back", "minutes_back"))
            for (start, end), km, minutes in pairs:
                graph.add_edge(start, end, km=float(row[km]), time=float(row[minutes]))
    return graph


def joined(evaluation: Evaluation, graph: nx.DiGraph, keys: pd.Index) -> dict[str, str]:
    """The node that each district's centre joins, from the table of joins' own distance."""
    with (bundled_study().parent / "roads" / "nodes.csv").open(encoding="utf-8-sig") as file:
        nodes = [row for row in csv.DictReader(file) if row["node_id"] in graph]
    at = gpd.GeoSeries(
        gpd.points_from_xy(*([float(row[name]) for row in nodes] for name in ("lon", "lat"))),
        crs=4326,
    ).to_crs(evaluation.study.districts.estimate_utm_crs())
    centres = evaluation.study.centres.loc[keys].to_crs(at.crs)
    return {
        key: nodes[int(at.distance(point).argmin())]["node_id"] for key, point in centres.items()
    }


def test_papers_equal_an_independent_computation_for_all_districts(evaluation: Evaluation) -> None:
    journeys = evaluation.journeys
    assert journeys is not None
    graph = graph_of(bundled_study().parent)
    found = journeys.of("papers", "district_centre")
    assert set(found.index) == set(evaluation.districts.index)
    nodes = joined(evaluation, graph, found.index)
    joins = evaluation.joins.set_index("point_id")
    baku = nodes["AZ-BA"]
    there = nx.single_source_dijkstra_path(graph.reverse(copy=False), baku, weight="time")
    back = nx.single_source_dijkstra_path(graph, baku, weight="time")
    for key, row in found.iterrows():
        node = nodes[key]
        if node not in there:
            assert np.isnan(row["distance_km"]), key
            assert row["reason"] == "no_domestic_road", key
            continue
        assert row["reason"] == ""
        ends = joins.loc[key, "connector_km"] + joins.loc["AZ-BA", "connector_km"]
        for column, weight, by_end in (
            ("distance_km", "km", 1.0),
            ("travel_min", "time", 60 / KMH),
        ):
            to = nx.path_weight(graph, there[node][::-1], weight)
            home = nx.path_weight(graph, back[node], weight)
            whole = 2 * to + home + (3 * ends * by_end if key != "AZ-BA" else 0)
            assert row[column] == pytest.approx(whole, abs=0.002), key


def test_leg_to_the_nearest_shelter_is_that_of_the_access_tables(evaluation: Evaluation) -> None:
    journeys = evaluation.journeys
    assert journeys is not None
    for kind, table in (
        ("district_centre", evaluation.districts),
        ("settlement", evaluation.settlements),
    ):
        found = journeys.of("nearest", kind)
        for column in ("distance_km", "travel_min"):
            np.testing.assert_array_equal(found[column], table[column])


def test_road_kilometres_hold_no_link(evaluation: Evaluation) -> None:
    journeys = evaluation.journeys
    assert journeys is not None
    beside = journeys.beside[journeys.beside["place_kind"] == "district_centre"]
    lost = journeys.of("papers", "district_centre")
    lost = lost[lost["distance_km"].isna()]
    of_papers = beside[(beside["journey"] == "papers") & (beside["link"] == "air")]
    assert set(of_papers["place_id"]) == set(lost.index)
    assert set(of_papers["link_legs"]) == {3}
    assert set(of_papers["link_min_low"]) == {3 * 60.0}
    assert set(of_papers["price"]) == {3 * 60.0}
    to_airport = beside[(beside["journey"] == "baku") & (beside["link"] == "air")]
    city = to_airport[to_airport["place_id"] == "AZ-NV"].iloc[0]
    assert city["road_km"] == pytest.approx(0, abs=1.0)  # the link ends in that town


JOURNEYS = """
[[roads.link]]
id = "ferry"
mode = "water"
name = "ferry"
between = ["s1", "s3"]
minutes_low = 30
minutes_high = 40
source = "invented"

[[journeys]]
id = "there"
name = "There"
stops = ["home", "nearest shelter", "district police", "s1", "home"]
far_km = 62
links = ["ferry"]
"""


@pytest.fixture
def small(tmp_path: Path) -> StudyCopy:
    study = small_study(tmp_path)
    study.write("study.toml", study.text("study.toml") + JOURNEYS)
    return study


def test_legs_by_hand(small: StudyCopy) -> None:
    # s1 –62 km, 55 min– s2 –48 km, 36 min– s3, where the one shelter stands.
    evaluation = evaluate(load_study(small.folder))
    journeys = evaluation.journeys
    assert journeys is not None
    legs = journeys.legs[journeys.legs["place_kind"] == "district_centre"]
    table = legs.pivot_table("distance_km", index="place_id", columns="leg").round(6)
    assert table.loc["upper"].tolist() == [110.0, 110.0, 0.0, 0.0]
    assert table.loc["lower"].tolist() == [48.0, 48.0, 62.0, 62.0]
    assert table.loc["coast"].tolist() == [0.0, 0.0, 110.0, 110.0]
    whole = journeys.of("there", "district_centre")
    assert whole["distance_km"].round(6).to_dict() == {"coast": 220, "lower": 220, "upper": 220}
    assert whole.loc["lower", "travel_min"] == pytest.approx(2 * 36 + 2 * 55)
    assert whole["longest_leg_km"].round(6).to_dict() == {"coast": 110, "lower": 62, "upper": 110}
    assert journeys.beside.empty


def test_means_and_long_legs_by_hand(small: StudyCopy) -> None:
    evaluation = evaluate(load_study(small.folder))
    rows = {
        row["metric"]: row["value"]
        for row in journey_metrics(evaluation)
        if (row["basis"], row["weighted_by"]) == ("district_centres", "people")
    }
    assert rows["journey_there_distance_km_mean"] == pytest.approx(220)
    assert rows["journey_there_reachable"] == 270_000
    # One leg of lower's is 62 km long: not shorter than the limit.
    assert rows["journey_there_leg_of_62_km"] == 270_000
    assert rows["journey_there_travel_min_max"] == pytest.approx(182)


def test_without_a_road_the_link_stands_beside(small: StudyCopy) -> None:
    small.replace("links.csv", "s1,s2,62,55\n", "")
    evaluation = evaluate(load_study(small.folder))
    journeys = evaluation.journeys
    assert journeys is not None
    whole = journeys.of("there", "district_centre")
    assert whole["distance_km"].isna().all()
    beside = journeys.beside[journeys.beside["place_kind"] == "district_centre"]
    beside = beside.set_index("place_id")
    # lower: home-s3 48, s3-home 48, then over the link to s1 (48 to its end), and back (48).
    assert beside.loc["lower", ["road_km", "link_legs", "link_min_high"]].tolist() == [192, 2, 80]
    assert beside.loc["coast", ["road_km", "link_legs"]].tolist() == [0, 2]
    # upper reaches no shelter by road, so it has no nearest one to go to.
    assert "upper" not in beside.index


def test_a_plan_changes_the_journeys(small: StudyCopy) -> None:
    study = load_study(small.folder)
    opened = OpenShelter(settlement_id="s1", places=5)
    plan = Plan(scenario=PlanIdentity(id="more", name="More"), open=(opened,))
    journeys = evaluate(apply_plan(study, plan)).journeys
    assert journeys is not None
    assert journeys.of("there", "district_centre").loc["upper", "distance_km"] == 0


def test_ways_are_shared_only_by_studies_in_which_they_are_the_same(
    small: StudyCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two settlements change places on roads that stay, after the first ways are remembered."""
    study = load_study(small.file)
    first = evaluate(study).journeys
    points = study.settlements.geometry.to_numpy().copy()
    points[[0, 1]] = points[[1, 0]]
    other = replace(study, settlements=study.settlements.set_geometry(points, crs=4326))
    found = evaluate(other).journeys
    monkeypatch.setattr(journeys, "_WAYS", WeakKeyDictionary())
    alone = evaluate(other).journeys
    assert first is not None
    assert found is not None
    assert alone is not None
    pd.testing.assert_frame_equal(found.places, alone.places)
    pd.testing.assert_frame_equal(found.legs, alone.legs)
    assert not found.places.equals(first.places)


def test_a_range_of_people_near_the_limit(small: StudyCopy) -> None:
    evaluation = evaluate(load_study(small.folder))
    journeys = evaluation.journeys
    assert journeys is not None
    (journey,) = evaluation.study.settings.journeys
    places = journeys.of("there", "district_centre")
    # lower's longest leg of 62 km is on the limit: a third of the people may fall on either side.
    assert far_range(journey, places, evaluation.districts) == (180_000, 270_000)


def test_a_study_without_journeys_has_none(tmp_path: Path) -> None:
    evaluation = evaluate(load_study(small_study(tmp_path).folder))
    assert evaluation.journeys is None
    assert journey_metrics(evaluation) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"home", "nearest', '"nearest', 'begins at "home"'),
        ('"s1", "home"]', '"s1", "s1"]', '"s1" follows on itself'),
        ('["home", "nearest shelter", "district police", "s1", "home"]', '["home"]', "2 to 12"),
        ("far_km = 62", "far_km = 0", "journeys, entry 1, far_km"),
        ('between = ["s1", "s3"]', 'between = ["s1", "s1"]', "two settlements"),
        ("minutes_low = 30", "minutes_low = 50", "minutes_low must not be more"),
        ("minutes_high = 40", "minutes_high = 40\nprice = 5", "price and currency together"),
        ('mode = "water"', 'mode = "wings"', "roads.link, entry 1, mode"),
    ],
)
def test_what_cannot_be_is_refused(small: StudyCopy, old: str, new: str, said: str) -> None:
    small.replace("study.toml", old, new)
    with pytest.raises(StudyError, match=said):
        load_study(small.folder)


def test_unknown_stops_links_and_ends_are_named_together(small: StudyCopy) -> None:
    small.replace("study.toml", '"s1", "home"]', '"capital", "home"]')
    small.replace("study.toml", 'links = ["ferry"]', 'links = ["bridge"]')
    small.replace("study.toml", 'between = ["s1", "s3"]', 'between = ["s1", "harbour"]')
    with pytest.raises(TableError) as raised:
        load_study(small.folder)
    said = str(raised.value)
    for value in ("capital", "bridge", "harbour"):
        assert value in said
    assert "settlement_id" in said


def test_own_areas_of_a_study_and_of_a_plan(tmp_path: Path) -> None:
    study = load_study(small_study(tmp_path).folder)
    opened = OpenShelter(settlement_id="s2", places=5)
    plan = Plan(scenario=PlanIdentity(id="more", name="More"), open=(opened,))
    for evaluated, district, region in (
        (evaluate(study), 120_000, 120_000),
        # Lower Vale has a shelter then, and with it the whole Vale.
        (evaluate(apply_plan(study, plan)), 210_000, 270_000),
    ):
        table = evaluated.metrics
        rows = table[(table["basis"] == "district_centres") & (table["weighted_by"] == "people")]
        found = rows.set_index("metric")["value"]
        assert found["shelter_in_own_district"] == district
        assert found["shelter_in_own_region"] == region


def test_a_shelter_that_refuses_women_is_none_of_theirs(small: StudyCopy) -> None:
    small.replace("shelters.csv", "places_basis,source", "places_basis,source,women")
    small.replace("shelters.csv", "published,invented", "published,invented,no")
    table = evaluate(load_study(small.folder)).metrics
    found = table.set_index(["basis", "weighted_by", "metric"])["value"]
    metric = "shelter_in_own_district"
    assert found["settlements", "women", metric] == 0
    assert found["settlements", "people", metric] == 120_000


TRAVEL = """\
line_id,mode,from_settlement,to_settlement,year,hours,first_departure,last_departure,\
first_departure_back,last_departure_back,source,evidence
a,bus,s1,s3,2024,7,06:00,10:00,06:00,12:00,a timetable,sourced
b,bus,s2,s3,2024,7,06:00,10:00,,,a timetable,sourced
"""


def test_nights_of_a_study_by_hand_in_table_map_and_brief(small: StudyCopy) -> None:
    small.replace(
        "study.toml",
        '["home", "nearest shelter", "district police", "s1", "home"]',
        '["home", "s3", "home"]',
    )
    small.write("travel.csv", TRAVEL)
    small.replace("study.toml", "[roads]\n", 'travel = "travel.csv"\n\n[roads]\n')
    evaluation = evaluate(load_study(small.folder))
    found = evaluation.journeys
    assert found is not None
    for kind, key, others in (
        ("district_centre", "upper", ["lower", "coast"]),
        ("settlement", "s1", ["s2", "s3"]),
    ):
        # Leaves 6:00 to 10:00, arrives 13:00 to 17:00: the last way home is at 12:00.
        nights = found.of("there", kind)[["nights_low", "nights_high"]]
        assert nights.loc[key].tolist() == [1, 1]
        # No way back is known from lower, and who lives at the coast takes no bus.
        assert nights.loc[others].isna().all(axis=None)
    table = journey_frames(evaluation)["journeys.csv"].set_index("place_id")
    assert table.loc["upper", "nights_high"] == 1
    words = Words("en")
    columns = journey_page(evaluation, "there").page.table.columns
    cells = {column.title.of(words): column.cells for column in columns}
    said = [cell.of(words) for cell in cells["Nights of waiting for a bus"]]
    assert sorted(said) == ["1", "–", "–"]
    sentences = [text.of(words) for text in told(evaluation)]
    assert any(text.startswith("Nights of waiting for a bus (There): 1.") for text in sentences)


def test_nothing_is_claimed_of_nights_where_departures_are_not_known(
    evaluation: Evaluation,
) -> None:
    found = evaluation.journeys
    assert found is not None
    assert found.places[["nights_low", "nights_high"]].isna().all(axis=None)
    words = Words("en")
    assert not any("Nights" in text.of(words) for text in told(evaluation))
    table = journey_page(evaluation, "papers").page.table
    assert not any("Nights" in column.title.of(words) for column in table.columns)
