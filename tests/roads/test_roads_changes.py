from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from helpers.road_toys import GEOD, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import (
    CloseRoads,
    OpenRoad,
    ReopenRoads,
    RoadChange,
    SlowRoads,
)
from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.joining.snapping import SnapSettings, rejoin, snap
from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.sources.store import content_hash

# A ladder: two main roads from west to east, two passes between them, one being built.
LADDER = toy_network(
    [(0, 0), (0.1, 0), (0.2, 0), (0, 0.1), (0.1, 0.1), (0.2, 0.1)],
    [
        (0, 1, "both", (), "main"),
        (1, 2, "both", (), "main"),
        (3, 4, "forward", (), "main"),
        (4, 5, "both", (), "main"),
        (0, 3, "both", [(0.01, 0.05)], "pass"),
        (1, 4, "both", (), "pass"),
        (2, 5, "closed", (), "building"),
    ],
)


def minutes(network: RoadNetwork, source: int, target: int, weight: str = "time_ms") -> float:
    arcs = network.arcs
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    costs = getattr(arcs, weight).tolist()
    for tail, head, cost in zip(arcs.tail.tolist(), arcs.head.tolist(), costs, strict=True):
        graph.add_edge(tail, head, cost=cost)
    return nx.dijkstra_path_length(graph, source, target, weight="cost")


def test_closing_by_class_pair_and_index():
    by_class = apply_changes(LADDER, [CloseRoads(classes=("pass",))])
    assert by_class.forward_ms[[4, 5]].tolist() == [CLOSED, CLOSED]
    assert by_class.backward_ms[[4, 5]].tolist() == [CLOSED, CLOSED]
    assert by_class.forward_ms[:4].tolist() == LADDER.forward_ms[:4].tolist()
    by_pair = apply_changes(LADDER, [CloseRoads(between=((104, 101),))])
    assert np.flatnonzero(by_pair.forward_ms != LADDER.forward_ms).tolist() == [5]
    by_index = apply_changes(LADDER, [CloseRoads(edges=(1, 3))])
    assert np.flatnonzero(by_index.forward_ms != LADDER.forward_ms).tolist() == [1, 3]
    assert LADDER.forward_ms[5] >= 0


def test_closing_by_polygon_takes_what_it_touches_and_all_conditions_count():
    south = [(0.05, -0.01), (0.15, -0.01), (0.15, 0.01), (0.05, 0.01)]
    touched = apply_changes(LADDER, [CloseRoads(within=south)])
    assert np.flatnonzero(touched.forward_ms != LADDER.forward_ms).tolist() == [0, 1, 5]
    passes = apply_changes(LADDER, [CloseRoads(within=shapely.Polygon(south), classes=("pass",))])
    assert np.flatnonzero(passes.forward_ms != LADDER.forward_ms).tolist() == [5]
    crossing = [(0.04, -0.01), (0.05, -0.01), (0.05, 0.01), (0.04, 0.01)]
    assert apply_changes(LADDER, [CloseRoads(within=crossing)]).forward_ms[0] == CLOSED


def test_closing_along_a_line_leaves_crossing_roads_open():
    line = "LINESTRING (0.0001 -0.0001, 0.08 0.0003, 0.2 -0.0002)"
    closed = apply_changes(LADDER, [CloseRoads(along=line, width_m=60)])
    assert np.flatnonzero(closed.forward_ms != LADDER.forward_ms).tolist() == [0, 1]
    with pytest.raises(RoadError, match="a change means no road"):
        apply_changes(LADDER, [CloseRoads(along=line, width_m=10)])


def test_slowing_everywhere_by_class_and_in_part():
    night = apply_changes(LADDER, [SlowRoads(factor=1.5)])
    open_ = LADDER.forward_ms >= 0
    assert (night.forward_ms[open_] == np.rint(LADDER.forward_ms[open_] * 1.5)).all()
    assert (night.forward_ms[~open_] == CLOSED).all()
    assert night.backward_ms[2] == CLOSED
    assert (night.length_cm == LADDER.length_cm).all()
    snow = apply_changes(LADDER, [SlowRoads(factor=2, classes=("pass",))])
    assert snow.forward_ms[4:6].tolist() == (LADDER.forward_ms[4:6] * 2).tolist()
    assert snow.forward_ms[0] == LADDER.forward_ms[0]
    quarter = [(0.075, -0.01), (0.1, -0.01), (0.1, 0.01), (0.075, 0.01)]
    part = apply_changes(LADDER, [SlowRoads(factor=3, within=quarter, classes=("main",))])
    assert part.forward_ms[0] == pytest.approx(LADDER.forward_ms[0] * 1.5, abs=1)


def test_reopening_drives_both_ways_at_the_speed_given():
    opened = apply_changes(LADDER, [ReopenRoads(classes=("building",), kmh=72)])
    assert opened.forward_ms[6] == opened.backward_ms[6] == round(LADDER.length_cm[6] / 2)
    untouched = apply_changes(LADDER, [ReopenRoads(classes=("main",), kmh=72)])
    assert untouched.forward_ms.tolist() == LADDER.forward_ms.tolist()
    assert untouched.provenance.settings["changes"][0]["altered"] == 0


def test_new_road_between_nodes():
    new = apply_changes(LADDER, [OpenRoad(start=100, end=105, km=30, kmh=60, one_way=True)])
    assert new.n_edges == 8
    assert (new.u[7], new.v[7], new.length_cm[7]) == (0, 5, 3_000_000)
    assert (new.forward_ms[7], new.backward_ms[7]) == (30 * 60_000, CLOSED)
    assert new.class_names[new.road_class[7]] == "new"
    assert new.shape_lonlat[new.shape_start[7] :].tolist() == [[0, 0], [0.2, 0.1]]
    assert minutes(new, 0, 5) == 30 * 60_000


def test_new_road_takes_the_length_of_its_drawing():
    via = ((0.1, 0.2),)
    new = apply_changes(LADDER, [OpenRoad(start=103, end=105, kmh=36, via=via, road_class="main")])
    drawn = GEOD.line_length([0, 0.1, 0.2], [0.1, 0.2, 0.1]) * 100
    assert new.length_cm[7] == round(drawn)
    assert new.class_names == LADDER.class_names


def test_new_road_from_a_place_cuts_the_road_it_meets():
    places = {"Upper": (0.125, 0.101), "Corner": (0.2, -0.001)}
    road = OpenRoad(start="Corner", end="Upper", kmh=36)
    new = apply_changes(LADDER, [road], places=places)
    assert (new.n_nodes, new.n_edges) == (7, 9)
    assert new.node_id[6] == 106
    assert (new.lon[6], new.lat[6]) == pytest.approx((0.125, 0.1))
    assert (new.u[3], new.v[3], new.u[7], new.v[7]) == (4, 6, 6, 5)
    for name in ("length_cm", "forward_ms", "backward_ms"):
        values = getattr(new, name)
        assert values[3] + values[7] == getattr(LADDER, name)[3]
    assert values[3] == round(LADDER.backward_ms[3] / 4)
    assert (new.u[8], new.v[8]) == (2, 6)
    assert new.length_cm[8] == round(GEOD.inv(0.2, 0, new.lon[6], new.lat[6])[2] * 100)
    shapes = [new.shape_lonlat[a:b].tolist() for a, b in pairwise(new.shape_start)]
    assert shapes[3] == [[0.1, 0.1], [new.lon[6], new.lat[6]]]
    assert shapes[7] == [[new.lon[6], new.lat[6]], [0.2, 0.1]]
    assert shapes[4] == [[0, 0], [0.01, 0.05], [0, 0.1]]
    assert new.provenance.settings["cuts"] == [[3, [pytest.approx(0.25)], [3, 7]]]


def test_cutting_a_bent_one_way_road_keeps_its_shape_and_direction():
    bent = toy_network(
        [(0, 0), (0.02, 0.02), (0, 0.02)],
        [(0, 1, "forward", [(0.02, 0)]), (1, 2, "forward"), (2, 0, "forward")],
    )
    ends = ((0.01, 0.0), (0.02, 0.01))
    new = apply_changes(bent, [OpenRoad(start=ends[0], end=ends[1], kmh=36)])
    shapes = [new.shape_lonlat[a:b].tolist() for a, b in pairwise(new.shape_start)]
    assert shapes[0] == [[0, 0], pytest.approx([0.01, 0])]
    assert shapes[3][1] == [0.02, 0]
    assert len(shapes[3]) == 3
    assert shapes[4][-1] == [0.02, 0.02]
    assert new.backward_ms[[0, 3, 4]].tolist() == [CLOSED] * 3
    assert new.forward_ms[[0, 3, 4]].sum() == bent.forward_ms[0]
    assert new.provenance.settings["cuts"][0][2] == [0, 3, 4]


def test_two_new_roads_meet_where_they_join_at_one_place():
    middle = (0.15, 0.1)
    roads = [
        OpenRoad(start=middle, end=102, kmh=36),
        OpenRoad(start=101, end=middle, kmh=36),
    ]
    new = apply_changes(LADDER, roads)
    assert new.n_nodes == 7
    assert minutes(new, 1, 2) == min(LADDER.forward_ms[1], new.forward_ms[[8, 9]].sum())


def test_joining_nodes_only():
    road = OpenRoad(start=(0.03, 0.0), end=(0.16, 0.1), kmh=36)
    settings_ = SnapSettings(to="node", max_connector_km=20)
    new = apply_changes(LADDER, [road], snapping=settings_)
    assert new.n_nodes == 6
    assert (new.u[7], new.v[7]) == (0, 5)


def test_changes_apply_in_order():
    road = OpenRoad(start=100, end=105, kmh=36)
    slow = SlowRoads(factor=2)
    after = apply_changes(LADDER, [road, slow])
    before = apply_changes(LADDER, [slow, road])
    assert after.forward_ms[7] == 2 * before.forward_ms[7]
    closed = apply_changes(LADDER, [road, CloseRoads(classes=("new",))])
    assert closed.forward_ms[7] == CLOSED


def test_parts_of_a_cut_road_are_closed_with_it():
    cut = OpenRoad(start=(0.125, 0.1), end=102, kmh=36)
    new = apply_changes(LADDER, [cut, CloseRoads(edges=(3,))])
    assert new.forward_ms[[3, 7]].tolist() == [CLOSED, CLOSED]


def test_text_keys_get_text_joints():
    named = replace(LADDER, node_id=np.array(["a", "b", "c", "d", "e", "joint-1"]))
    new = apply_changes(named, [OpenRoad(start="a", end=(0.125, 0.1), kmh=50)])
    assert new.node_id.tolist()[-1] == "joint-2"


def test_provenance_lists_the_changes():
    changes = [CloseRoads(classes=("pass",)), SlowRoads(factor=1.25)]
    new = apply_changes(LADDER, changes)
    assert new.provenance.settings["changes"] == [
        {"kind": "close", "classes": ["pass"], "altered": 2},
        {"kind": "slow", "factor": 1.25, "altered": 7},
    ]
    assert content_hash(new) != content_hash(LADDER)
    again = apply_changes(new, [CloseRoads(edges=(0,), within="POLYGON ((0 0, 1 0, 1 1, 0 0))")])
    assert len(again.provenance.settings["changes"]) == 3
    content_hash(again)


def test_no_changes_change_nothing():
    same = apply_changes(LADDER, [])
    for name, value in vars(LADDER).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(same, name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (CloseRoads(classes=("pas",)), "unknown class of road 'pas'; did you mean 'pass'"),
        (CloseRoads(edges=(7,)), "unknown edge 7: there are 7"),
        (CloseRoads(between=((100, 999),)), "unknown node 999"),
        (CloseRoads(between=((100, 105),)), "no road joins 100 and 105 without a junction"),
        (CloseRoads(within=[(5, 5), (6, 5), (6, 6)]), "a change means no road: .*POLYGON"),
        (SlowRoads(factor=2, classes=("main",), edges=(4,)), "a change means no road"),
        (OpenRoad(start="Uper", end=100, kmh=60), "unknown place 'Uper'; did you mean 'Upper'"),
        (OpenRoad(start=77, end=100, kmh=60), "unknown place 77"),
        (OpenRoad(start=(3, 3), end=100, kmh=60), r"no usable road within 5 km of \(3.0, 3.0\)"),
        (
            OpenRoad(start=100, end=102, km=20, kmh=60),
            "20 km cannot join 100 and 102, which are 22.3",
        ),
    ],
)
def test_impossible_changes_are_refused(change: RoadChange, message: str):
    with pytest.raises(RoadError, match=message):
        apply_changes(LADDER, [change], places={"Upper": (0.1, 0.1)})


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"kind": "close"}, "say which roads"),
        ({"kind": "reopen", "kmh": 50}, "say which roads"),
        ({"kind": "slow", "factor": 0}, "0.01"),
        ({"kind": "slow"}, "Field required"),
        ({"kind": "tunnel"}, "does not match any of the expected tags"),
        ({"kind": "open", "start": "a", "end": "b"}, "Field required"),
        ({"kind": "open", "start": [200, 0], "end": "b", "kmh": 9}, "less than or equal to 180"),
        ({"kind": "close", "within": [[0, 0], [1, 1]]}, "cannot be read as a Polygon"),
        ({"kind": "close", "within": "POLYGON EMPTY"}, "must be a valid Polygon"),
        ({"kind": "close", "within": "LINESTRING (0 0, 1 1)"}, "must be a valid Polygon"),
        ({"kind": "close", "along": "nowhere"}, "cannot be read as a LineString"),
        ({"kind": "close", "along": {"type": "Line"}}, "cannot be read as a LineString"),
        ({"kind": "close", "classes": ["a"], "width": 3}, "Extra inputs are not permitted"),
    ],
)
def test_impossible_data_are_refused(plain: dict[str, Any], message: str):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(RoadChange).validate_python(plain)


def test_changes_are_plain_data():
    adapter = TypeAdapter(list[RoadChange])
    plain = [
        {"kind": "open", "start": [0.0, 0.0], "end": 105, "kmh": 60.0, "via": [[0.1, 0.2]]},
        {
            "kind": "close",
            "within": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        },
        {"kind": "close", "along": [[0, 0], [0.1, 0]]},
    ]
    changes = adapter.validate_python(plain)
    assert adapter.validate_json(adapter.dump_json(changes)) == changes
    assert apply_changes(LADDER, changes[:1]).n_edges == 8


def leave_and_arrive(network: RoadNetwork, anchors: Anchors, a: int, b: int) -> float:
    """Fastest way from point a to point b by the ends of their edges."""
    best = np.inf
    for out, first in zip(anchors.leave_node[a], anchors.leave_ms[a], strict=True):
        for home, last in zip(anchors.arrive_node[b], anchors.arrive_ms[b], strict=True):
            if NOWHERE not in (out, home):
                best = min(best, first + minutes(network, int(out), int(home)) + last)
    return best


@settings(max_examples=40)
@given(st.floats(0.005, 0.195), st.floats(0.005, 0.195), st.floats(0.105, 0.195))
def test_points_carried_over_cuts_lie_where_points_snapped_anew_lie(x1, x2, joint):
    places = gpd.GeoSeries(shapely.points([(x1, 0.0), (x2, 0.1)]), crs="EPSG:4326")
    new = apply_changes(LADDER, [OpenRoad(start=(joint, 0.1), end=(joint, 0.0), kmh=100)])
    carried = rejoin(new, snap(LADDER, places), base=LADDER)
    anew = snap(new, places)
    for pair in ((0, 1), (1, 0)):
        there = leave_and_arrive(new, carried, *pair)
        assert there == pytest.approx(leave_and_arrive(new, anew, *pair), abs=10)
