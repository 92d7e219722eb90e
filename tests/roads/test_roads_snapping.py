from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from helpers.road_toys import GEOD, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shelter_geo.errors import RoadError
from shelter_geo.roads.joining import nearest as nearest_module
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.nearest import Lines
from shelter_geo.roads.joining.snap_report import snap_table
from shelter_geo.roads.joining.snapping import SnapSettings, rejoin, snap
from shelter_geo.vocabulary import Passed, Reason


def points(*lonlat: tuple[float, float], index: list[str] | None = None) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(list(lonlat)), index=index, crs="EPSG:4326")


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return GEOD.inv(*a, *b)[2]


STREET = toy_network([(0, 0), (0.04, 0)], [(0, 1)])
"""One two-way street along the equator, at 1 ms a centimetre."""


def test_point_beside_a_street_joins_the_street_and_not_its_ends():
    anchors = snap(STREET, points((0.01, 0.002)))
    total = STREET.length_cm[0]
    assert anchors.edge.tolist() == [0]
    assert anchors.along[0] == pytest.approx(0.25, abs=1e-9)
    connector = round(metres((0.01, 0.002), (0.01, 0)) * 100)
    assert anchors.connector_cm[0] == connector
    assert anchors.connector_ms[0] == round(connector * 36 / 5)
    assert anchors.leave_node.tolist() == [[0, 1]]
    quarter = round(total / 4)
    assert anchors.leave_cm[0].tolist() == [connector + quarter, connector + total - quarter]
    assert (anchors.leave_ms[0] - anchors.connector_ms[0]).tolist() == [quarter, total - quarter]
    assert (anchors.arrive_ms == anchors.leave_ms).all()
    assert anchors.reason.tolist() == [""]


def test_one_way_street_is_left_forward_and_reached_from_behind():
    ring = toy_network(
        [(0, 0), (0.04, 0), (0.02, 0.04)],
        [(0, 1, "forward"), (1, 2, "forward"), (0, 2, "backward")],
    )
    anchors = snap(ring, points((0.01, 0.001), (0.009, 0.019)))
    assert anchors.edge.tolist() == [0, 2]
    assert anchors.leave_node.tolist() == [[NOWHERE, 1], [0, NOWHERE]]
    assert anchors.arrive_node.tolist() == [[0, NOWHERE], [NOWHERE, 2]]
    assert anchors.leave_ms[0, 0] == anchors.arrive_ms[0, 1] == 0
    through = anchors.leave_cm[0, 1] + anchors.arrive_cm[0, 0] - 2 * anchors.connector_cm[0]
    assert through == ring.length_cm[0]


def test_speeds_of_the_two_directions_are_kept_apart():
    slow_back = toy_network([(0, 0), (0.04, 0)], [(0, 1)])
    double = slow_back.backward_ms * 2
    network = replace(slow_back, backward_ms=double)
    anchors = snap(network, points((0.01, 0)))
    go, back = network.forward_ms[0], network.backward_ms[0]
    assert anchors.connector_cm[0] == 0
    assert anchors.leave_ms[0].tolist() == [round(back / 4), go - round(go / 4)]
    assert anchors.arrive_ms[0].tolist() == [round(go / 4), back - round(back / 4)]


def test_point_on_a_node_uses_it_freely_even_against_a_one_way_street():
    ring = toy_network(
        [(0, 0), (0.04, 0), (0.02, 0.04)],
        [(0, 1, "forward"), (1, 2, "forward"), (2, 0, "forward")],
    )
    anchors = snap(ring, points((0, 0), (0.04, 0)))
    assert anchors.edge.tolist() == [0, 0]
    assert anchors.along.tolist() == [0, 1]
    assert anchors.connector_cm.tolist() == [0, 0]
    assert anchors.leave_node.tolist() == [[0, 1], [NOWHERE, 1]]
    assert anchors.leave_ms[0].tolist() == [0, ring.forward_ms[0]]
    assert anchors.arrive_node.tolist() == [[0, NOWHERE], [0, 1]]
    assert anchors.arrive_ms[1].tolist() == [ring.forward_ms[0], 0]


def test_ties_go_to_the_lowest_edge():
    twin = toy_network([(0, 0), (0.04, 0)], [(0, 1), (1, 0), (0, 1)])
    assert snap(twin, points((0.02, 0.001), (0, -0.001))).edge.tolist() == [0, 0]


def test_bent_edge_counts_its_share_along_the_shape():
    bent = toy_network([(0, 0), (0.03, 0.01)], [(0, 1, "both", [(0.03, 0)])])
    anchors = snap(bent, points((0.031, 0.005)))
    first, second = metres((0, 0), (0.03, 0)), metres((0.03, 0), (0.03, 0.01))
    assert anchors.along[0] == pytest.approx((first + second / 2) / (first + second), rel=1e-6)


def test_degrees_are_not_metres():
    """At 60 degrees north a degree of longitude is half one of latitude."""
    network = toy_network(
        [(0, 60), (0, 60.1), (0.0, 60.02), (0.05, 60.02)],
        [(0, 1), (1, 2), (2, 3)],
    )
    east_of_0 = (0.015, 60.01)
    anchors = snap(network, points(east_of_0))
    assert anchors.edge.tolist() == [0]


def test_islands_and_traps_are_passed_over():
    network = toy_network(
        [(0, 0), (1, 0), (0.5, 0.02), (0.5, 0.021), (0.2, 0), (0.2, 0.03)],
        [(0, 4), (4, 1), (2, 3), (4, 5, "forward")],
    )
    table_points = points((0.5, 0.0205), (0.2, 0.029), index=["island", "trap"])
    anchors = snap(network, table_points)
    assert anchors.edge.tolist() == [1, 1 if anchors.along[1] == 0 else 0]
    table = snap_table(network, table_points, anchors)
    assert table.index.tolist() == ["island", "trap"]
    assert table["nearest_road_km"].tolist() == pytest.approx([0, 0], abs=1e-3)
    assert table["connector_km"].iloc[0] == pytest.approx(metres((0, 0), (0, 0.0205)) / 1000, 1e-4)
    assert table["passed_over"].tolist() == [Passed.FRAGMENT, Passed.NO_WAY_BACK]
    assert table["passed_class"].tolist() == ["road", "road"]
    assert table["nearest_component"].isna().tolist() == [False, True]
    every = SnapSettings(min_component_share=0, fragment_km=0)
    free = snap(network, table_points, settings=every)
    assert snap_table(network, table_points, free)["passed_over"].tolist()[0] == ""
    assert free.edge[0] == 2


def test_beyond_the_limit_is_unreachable_with_a_reason():
    here = points((0.02, 0.044), (0.02, 0.046))
    missing = pd.concat([here, gpd.GeoSeries([None, shapely.Point()], crs="EPSG:4326")])
    anchors = snap(STREET, missing)
    assert anchors.edge.tolist() == [0, NOWHERE, NOWHERE, NOWHERE]
    assert anchors.reason.tolist() == [
        "",
        Reason.NO_ROAD_NEARBY,
        Reason.NO_COORDINATES,
        Reason.NO_COORDINATES,
    ]
    assert (anchors.leave_node[1:] == NOWHERE).all()
    assert not anchors.leave_ms[1:].any()
    assert not anchors.connector_cm[1:].any()
    table = snap_table(STREET, missing, anchors)
    assert table["joined"].tolist() == [True, False, False, False]
    assert table["connector_km"].isna().tolist() == [False, True, True, True]
    assert table["nearest_road_km"].isna().tolist() == [False, False, True, True]


TWO_TOWNS = toy_network(
    [(0, 0), (0.1, 0), (0, 0.02), (0.1, 0.02)],
    [(0, 1), (2, 3)],
)


def test_group_is_reported_or_connected_to_its_main_component():
    village = points((0.01, 0.001), (0.02, 0.001), (0.03, 0.018))
    group = pd.Series(["d1", "d1", "d1"])
    reported = snap(TWO_TOWNS, village, groups=group)
    assert reported.edge.tolist() == [0, 0, 1]
    table = snap_table(TWO_TOWNS, village, reported, groups=group)
    assert table["apart"].tolist() == [False, False, True]
    assert table[["component", "main_component"]].iloc[2].tolist() == [1, 0]
    connected = snap(TWO_TOWNS, village, groups=group, settings=SnapSettings(to_main=True))
    assert connected.edge.tolist() == [0, 0, 0]
    assert connected.connector_cm[2] == round(metres((0.03, 0.018), (0.03, 0)) * 100)
    table = snap_table(TWO_TOWNS, village, connected, groups=group)
    assert table["passed_over"].tolist() == ["", "", Passed.OTHER_PART]
    assert table["nearest_road_km"].iloc[2] == pytest.approx(0.22, abs=0.005)
    assert not table["apart"].any()
    near = SnapSettings(to_main=True, max_connector_km=1)
    cut = snap(TWO_TOWNS, village, groups=group, settings=near)
    assert cut.reason[2] == Reason.NO_MAIN_ROAD_NEARBY


def test_main_component_may_be_given_and_points_without_group_stay_where_they_are():
    village = points((0.01, 0.001), (0.02, 0.001), (0.03, 0.018))
    group = pd.Series(["d1", None, "d2"])
    to_main = SnapSettings(to_main=True)
    anchors = snap(TWO_TOWNS, village, groups=group, settings=to_main, main={"d1": 1, "d2": 0})
    assert anchors.edge.tolist() == [1, 0, 0]


def test_joining_nodes_ignores_what_the_edges_pass_by():
    settings = SnapSettings(to="node")
    anchors = snap(STREET, points((0.03, 0.0001), (0.01, 0.0001)), settings=settings)
    assert anchors.edge.tolist() == [0, 0]
    assert anchors.along.tolist() == [1, 0]
    assert anchors.connector_cm[0] == round(metres((0.03, 0.0001), (0.04, 0)) * 100)
    assert anchors.leave_cm[0, 1] == anchors.connector_cm[0]
    assert anchors.leave_cm[0, 0] == anchors.connector_cm[0] + STREET.length_cm[0]


def test_node_of_a_trap_is_not_joined():
    network = toy_network([(0, 0), (1, 0), (0.5, 0)], [(0, 1), (0, 2, "forward")])
    anchors = snap(
        network, points((0.51, 0)), settings=SnapSettings(to="node", max_connector_km=99)
    )
    assert (network.v[anchors.edge[0]], anchors.along[0]) == (1, 1)


def test_rejoin_keeps_places_and_follows_new_times_and_closures():
    anchors = snap(STREET, points((0.01, 0.001), (0, 0)))
    slow = replace(STREET, forward_ms=STREET.forward_ms * 3)
    again = rejoin(slow, anchors)
    assert again.leave_ms[0, 1] - again.connector_ms[0] == pytest.approx(
        3 * (anchors.leave_ms[0, 1] - anchors.connector_ms[0]), abs=3
    )
    closed = np.full(1, -1, dtype=np.int64)
    shut = replace(STREET, forward_ms=closed, backward_ms=closed)
    stuck = rejoin(shut, anchors)
    assert stuck.reason.tolist() == [Reason.ROAD_CLOSED, ""]
    assert (stuck.leave_node[0] == NOWHERE).all()
    assert stuck.leave_node[1].tolist() == [0, NOWHERE]
    back = rejoin(STREET, stuck)
    assert back.reason.tolist() == ["", ""]
    assert (back.leave_ms == anchors.leave_ms).all()


@pytest.mark.parametrize("loaded", ["no such module", "sys"], ids=["plain", "by a grid"])
def test_network_without_roads_joins_nothing(monkeypatch: pytest.MonkeyPatch, loaded: str):
    monkeypatch.setattr(nearest_module, "_GRIDS", loaded)
    empty = toy_network([(0, 0)], [])
    for target in ("edge", "node"):
        anchors = snap(empty, points((0, 0)), settings=SnapSettings(to=target))
        assert anchors.edge.tolist() == [NOWHERE]
        assert snap_table(empty, points((0, 0)), anchors)["nearest_road_km"].isna().all()


def test_no_points_give_no_anchors():
    nobody = gpd.GeoSeries([], crs="EPSG:4326")
    anchors = snap(STREET, nobody)
    assert len(anchors) == 0
    assert snap_table(STREET, nobody, anchors).empty


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (gpd.GeoSeries([shapely.Point(0, 0)]), "not in none"),
        (gpd.GeoSeries([shapely.Point(0, 0)], crs="EPSG:3857"), "Pseudo-Mercator"),
        (gpd.GeoSeries([shapely.LineString([(0, 0), (1, 1)])], crs="EPSG:4326"), "not a point"),
        (points((0, 95)), "not longitudes and latitudes: row 0"),
    ],
)
def test_bad_points_are_refused(bad: gpd.GeoSeries, message: str):
    with pytest.raises(RoadError, match=message):
        snap(STREET, bad)


def test_groups_and_anchors_must_fit_the_points():
    to_main = SnapSettings(to_main=True)
    with pytest.raises(RoadError, match="2 groups were given for 1 points"):
        snap(STREET, points((0, 0)), groups=pd.Series(["a", "b"]), settings=to_main)
    anchors = snap(STREET, points((0, 0)))
    with pytest.raises(RoadError, match="1 anchors were given for 2 points"):
        snap_table(STREET, points((0, 0), (0, 0)), anchors)


@pytest.mark.parametrize("bad", [{"connector_kmh": 0}, {"max_connector_km": -1}, {"walk": 1}])
def test_bad_settings_are_refused(bad: dict[str, float]):
    with pytest.raises(ValidationError):
        SnapSettings(**bad)


coordinate = st.integers(0, 60).map(lambda value: value / 1000)
lonlat = st.tuples(coordinate, coordinate)


@st.composite
def lines_and_points(draw: st.DrawFn) -> tuple[Lines, np.ndarray, np.ndarray]:
    shapes = draw(st.lists(st.lists(lonlat, min_size=2, max_size=5), min_size=1, max_size=12))
    part = draw(st.lists(st.integers(-1, 2), min_size=len(shapes), max_size=len(shapes)))
    start = np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])])
    far = st.floats(-0.2, 0.3, allow_nan=False)
    places = draw(st.lists(lonlat | st.tuples(far, far), min_size=1, max_size=6))
    wanted = draw(st.lists(st.sampled_from([-2, 0, 1]), min_size=len(places), max_size=len(places)))
    base = np.array([0.0, draw(st.sampled_from([-40.0, 0.0, 40.0]))])
    lines = Lines(
        start.astype(np.int64),
        np.array([point for shape in shapes for point in shape]) + base,
        np.array(part, dtype=np.int32),
    )
    return lines, np.array(places) + base, np.array(wanted, dtype=np.int32)


def shapely_distances(lines: Lines, place: np.ndarray) -> np.ndarray:
    """Metres from a place to every line, in an equidistant projection centred on it."""
    there = np.broadcast_to(place, lines.lonlat.shape)
    azimuth, _, distance = GEOD.inv(*there.T, *lines.lonlat.T)
    turn = np.radians(azimuth)
    local = np.column_stack([distance * np.sin(turn), distance * np.cos(turn)])
    pairs = zip(lines.start[:-1], lines.start[1:], strict=True)
    shapes = [shapely.LineString(local[a:b]) for a, b in pairs]
    return shapely.distance(shapes, shapely.Point(0, 0))


@settings(max_examples=150)
@given(lines_and_points(), st.sampled_from([2_000.0, 1e6]))
def test_grid_trying_all_and_a_projection_agree(case, limit):
    lines, places, wanted = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest_module, "_GRIDS", "not loaded")
        found = lines.nearest(*places.T, limit_m=limit, part=wanted)
        patch.setattr(nearest_module, "FEW", -1)
        gridded = lines.nearest(*places.T, limit_m=limit, part=wanted)
    for name in ("line", "segment", "share"):
        assert (getattr(found, name) == getattr(gridded, name)).all()
    for k, place in enumerate(places):
        distance = shapely_distances(lines, place)
        allowed = (lines.part >= 0) if wanted[k] < 0 else (lines.part == wanted[k])
        distance = np.where(allowed, distance, np.inf)
        if found.line[k] == NOWHERE:
            assert distance.min() > limit * 0.995
        else:
            assert distance[found.line[k]] <= distance.min() * 1.005 + 0.01
            assert distance[found.line[k]] <= limit * 1.005 + 0.01
