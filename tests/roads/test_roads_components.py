from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from helpers.road_toys import GEOD, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import RoadError
from shelter_geo.roads.check import NO_RETURN, NO_WAY_IN, check_network
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.finder import components
from shelter_geo.roads.joining.snapping import SnapSettings, snap

# Two mainlands (0-1-2 and 7-8), a way out (1 to 3), a way in (4 to 2), a closed road (5-6).
NODES = [
    (0, 0),
    (0.1, 0),
    (0.2, 0),
    (0.1, 0.05),
    (0.2, 0.05),
    (0.3, 0.3),
    (0.4, 0.3),
    (1.0, 0),
    (1.08, 0),
]
COUNTRY = toy_network(
    NODES,
    [
        (0, 1, "both", (), "primary"),
        (1, 2),
        (1, 3, "forward"),
        (4, 2, "forward"),
        (5, 6, "closed"),
        (7, 8, "both", (), "track"),
    ],
)


def points(*lonlat: tuple[float, float]) -> gpd.GeoSeries:
    names = [f"place {k}" for k in range(len(lonlat))]
    return gpd.GeoSeries(shapely.points(list(lonlat)), index=names, crs="EPSG:4326")


def test_components_are_numbered_by_length():
    parts = components(COUNTRY)
    assert parts.of_node[[0, 1, 2]].tolist() == [0, 0, 0]
    assert parts.of_node[[7, 8]].tolist() == [1, 1]
    assert parts.of_edge.tolist() == [0, 0, NOWHERE, NOWHERE, NOWHERE, 1]
    km = COUNTRY.length_cm / 1e5
    assert parts.length_km[:2].tolist() == pytest.approx([km[0] + km[1], km[5]])
    assert parts.of_node[[3, 4, 5, 6]].tolist() == [2, 3, 4, 5]


def test_equal_components_are_numbered_by_their_first_node():
    twins = toy_network([(0, 0), (0, 1), (1, 0), (1, 1)], [(2, 3), (0, 1)])
    assert components(twins).of_node.tolist() == [0, 0, 1, 1]


def test_network_without_nodes_has_no_components():
    assert len(components(toy_network([], []))) == 0


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 6),
            st.sampled_from(["both", "forward", "backward", "closed"]),
        ),
        max_size=14,
    )
)
def test_components_equal_those_of_networkx(arcs):
    network = toy_network([(k * 0.01, 0) for k in range(7)], arcs)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(7))
    for u, v, way in arcs:
        graph.add_edges_from([(u, v)] * (way in ("both", "forward")))
        graph.add_edges_from([(v, u)] * (way in ("both", "backward")))
    parts = components(network)
    found = {frozenset(np.flatnonzero(parts.of_node == c).tolist()) for c in range(len(parts))}
    assert found == {frozenset(part) for part in nx.strongly_connected_components(graph)}
    assert (np.diff(parts.length_km) <= 0).all()


def test_check_counts_places_and_people_by_component():
    places = points((0.01, 0.001), (0.11, 0.001), (1.01, 0), (0.6, 0.6))
    people = pd.Series([100, 20, 7, 5])
    check = check_network(COUNTRY, points=places, people=people)
    assert check.components["component"].tolist() == [0, 1]
    assert check.components["nodes"].tolist() == [3, 2]
    assert check.components["edges"].tolist() == [2, 1]
    assert check.components["places"].tolist() == [2, 1]
    assert check.components["people"].tolist() == [120, 7]
    assert check.facts["unjoined"] == 1


def test_traps_are_nodes_without_a_way_back():
    traps = check_network(COUNTRY).traps
    assert traps[["node_id", "kind", "component"]].to_numpy().tolist() == [
        [103, NO_RETURN, 0],
        [104, NO_WAY_IN, 0],
    ]
    assert traps["lon"].tolist() == [0.1, 0.2]


def test_traps_beside_short_components_are_left_out():
    network = toy_network(
        [(0, 0), (1, 0), (2, 0), (2.001, 0), (2.002, 0)], [(0, 1), (2, 3), (3, 4, "forward")]
    )
    assert check_network(network).traps.empty
    assert check_network(network, min_component_share=0).traps["node_id"].tolist() == [104]


def test_dead_ends_near_the_border_are_listed():
    study = shapely.box(-0.005, -0.1, 0.5, 0.1)
    ends = check_network(COUNTRY, boundary=study, border_km=1).border_ends
    assert ends["node_id"].tolist() == [100]
    assert ends["road_class"].tolist() == ["primary"]
    assert ends["border_km"].iloc[0] == pytest.approx(GEOD.inv(-0.005, 0, 0, 0)[2] / 1000, rel=1e-4)
    assert check_network(COUNTRY).border_ends.empty


def test_places_far_from_any_road_are_listed():
    places = points((0.05, 0.008), (0.05, 0.01), (0.1, 0.05), (30, 30))
    people = pd.Series([1, 2, 3, 4])
    remote = check_network(COUNTRY, points=places, people=people, far_km=1).remote
    assert remote.index.tolist() == ["place 1", "place 3"]
    assert remote["people"].tolist() == [2, 4]
    assert remote["nearest_road_km"].iloc[0] == pytest.approx(1.1057, abs=1e-3)
    assert remote["nearest_road_km"].isna().tolist() == [False, True]


def test_summary_tells_the_figures():
    places = points((0.05, 0.01), (1.01, 0))
    check = check_network(
        COUNTRY, points=places, people=pd.Series([1500, 7]), boundary=shapely.box(0, -1, 2, 1)
    )
    text = check.summary()
    assert "9 nodes, 6 edges, " in text
    assert "2 strongly connected components; the longest:" in text
    assert "  0: 22 km, 1 places, 1,500 people" in text
    assert "1 nodes can be reached but not left, 1 can be left but not reached" in text
    assert "1 dead ends within 1 km of the border." in text
    assert "1 of 2 places are more than 1 km from a road (1,500 people); 0 could not be" in text
    bare = check_network(COUNTRY).summary()
    assert "border" not in bare
    assert "could not be joined" not in bare


def test_check_of_an_empty_network():
    check = check_network(toy_network([], []), boundary=shapely.box(0, 0, 1, 1))
    assert check.components.empty
    assert check.traps.empty
    assert check.border_ends.empty
    assert "0 nodes" in check.summary()


def test_anchors_given_are_used():
    places = points((0.01, 0.001))
    anchors = snap(COUNTRY, places, settings=SnapSettings(max_connector_km=0))
    check = check_network(COUNTRY, points=places, anchors=anchors)
    assert check.components["places"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([1, 2], "1 points, 1 anchors and 2 counts of people"),
        ([-1], "people must be counted for every place, and not be negative"),
        ([np.nan], "people must be counted for every place, and not be negative"),
    ],
)
def test_bad_people_are_refused(people: list[float], message: str):
    with pytest.raises(RoadError, match=message):
        check_network(COUNTRY, points=points((0, 0)), people=pd.Series(people))
