"""Networks made of two tables: one-way links by hand, and random tables against networkx."""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.access.costs import cost_matrix
from shelter_geo.access.lines import routes
from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import CloseRoads, SlowRoads
from shelter_geo.roads.joining.snapping import SnapSettings
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.ways import network_from_tables

TO_NODES = SnapSettings(to="node", max_connector_km=1.0, min_component_share=0.0)
NODES = pd.DataFrame(
    {"node_id": list("abc"), "lon": [1.0, 1.1, 1.05], "lat": [1.0, 1.0, 1.1]},
)
Row = tuple[str, str, float, float, float | None, float | None, str]
# a to b is one way, 10 km; the way back leads over c: b-c as far both ways, c-a 12 km, a-c 14 km.
RING: list[Row] = [
    ("a", "b", 10, 8, None, None, "motorway"),
    ("b", "c", 11, 12, 11, 13, "primary"),
    ("c", "a", 12, 15, 14, 16, ""),
]


def links(rows: list[Row]) -> pd.DataFrame:
    names = ["from_node", "to_node", "km", "minutes", "km_back", "minutes_back", "road_class"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"km_back": float, "minutes_back": float})


def network(rows: list[Row]) -> RoadNetwork:
    return network_from_tables(NODES, links(rows), Provenance("toy", "none"))


def points(nodes: pd.DataFrame = NODES) -> gpd.GeoSeries:
    at = gpd.points_from_xy(nodes["lon"], nodes["lat"])
    return gpd.GeoSeries(at, index=nodes["node_id"].to_list(), crs=4326)


def test_an_empty_pair_is_no_way_back() -> None:
    costs = cost_matrix(network(RING), points(), points(), snapping=TO_NODES)
    there, back = costs.distance_km.loc["a", "b"], costs.distance_km.loc["b", "a"]
    assert (there, back) == (10.0, 23.0)
    assert costs.travel_min.loc["b", "a"] == 12 + 15
    assert costs.distance_km.loc["a", "c"] == 14.0
    assert costs.travel_min.loc["a", "c"] == 16
    assert costs.distance_km.loc["c", "a"] == 12.0
    assert costs.travel_min.loc["c", "b"] == 13


def test_the_way_round_is_drawn_and_as_long_as_its_cost() -> None:
    line = routes(network(RING), points(), points(), pd.Series({"b": "a"}), snapping=TO_NODES)
    assert list(line.at["b", "geometry"].coords) == [(1.1, 1.0), (1.05, 1.1), (1.0, 1.0)]
    assert line.at["b", "distance_km"] == 23.0


def test_without_a_way_round_there_is_no_road_back() -> None:
    costs = cost_matrix(network(RING[:1]), points(), points(), snapping=TO_NODES)
    assert costs.distance_km.isna().all(axis=None) or np.isnan(costs.distance_km.loc["b", "a"])


def test_a_way_back_of_another_length_is_an_edge_of_its_own() -> None:
    roads = network(RING).to_frame()
    assert roads[["from_node", "to_node"]].agg("".join, axis=1).tolist() == ["ab", "bc", "ca", "ac"]
    assert roads["length_km"].tolist() == [10, 11, 12, 14]
    assert roads["forward_min"].tolist() == [8, 12, 15, 16]
    assert roads["backward_min"].fillna(-1).tolist() == [-1, 13, -1, -1]


def test_without_the_columns_of_the_way_back_links_are_the_same_both_ways() -> None:
    plain = links(RING)[["from_node", "to_node", "km", "minutes"]]
    roads = network_from_tables(NODES, plain, Provenance("toy", "none"))
    assert roads.forward_ms.tolist() == roads.backward_ms.tolist() == [480_000, 720_000, 900_000]
    assert roads.class_names == ("road",)


def test_plans_select_links_by_the_class_of_the_table() -> None:
    base = network(RING)
    assert base.class_names == ("motorway", "primary", "road")
    slow = apply_changes(base, [SlowRoads(factor=2.0, classes=("primary",))])
    assert slow.forward_ms.tolist() == [480_000, 1_440_000, 900_000, 960_000]
    shut = apply_changes(base, [CloseRoads(classes=("road",))])
    assert cost_matrix(shut, points(), points(), snapping=TO_NODES).travel_min.loc["c", "b"] == 13
    assert shut.forward_ms.tolist() == [480_000, 720_000, -1, -1]
    both = apply_changes(base, [CloseRoads(between=(("a", "c"),))])
    assert both.forward_ms.tolist() == [480_000, 720_000, -1, -1]
    with pytest.raises(RoadError, match="unknown class of road 'primry'; did you mean 'primary'"):
        apply_changes(base, [CloseRoads(classes=("primry",))])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "the road links table is empty"),
        ([("a", "z", 1, 1, 1, 1, "")], "road links name unknown nodes: z"),
        ([("a", "b", 1, 1, 1, None, "")], "from a to b has only one of km_back and minutes_back"),
        ([("a", "b", 1, 1, None, 1, "")], "from a to b has only one of km_back and minutes_back"),
    ],
)
def test_tables_that_make_no_network(rows: list[Row], said: str) -> None:
    with pytest.raises(RoadError, match=said):
        network(rows)


@pytest.mark.parametrize("column", ["km_back", "minutes_back"])
def test_one_column_of_the_way_back_is_not_enough(column: str) -> None:
    with pytest.raises(RoadError, match="need both km_back and minutes_back, or neither"):
        network_from_tables(NODES, links(RING).drop(columns=column), Provenance("toy", "none"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, list[Row]]:
    """Random links between two to seven nodes, each pair at most once, a third of them one way."""
    n = draw(st.integers(2, 7))
    pairs = [(i, j) for i in range(n) for j in range(i)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    cost = st.integers(1, 60)
    rows: list[Row] = []
    for i, j in chosen:
        start, end = (i, j) if draw(st.booleans()) else (j, i)
        back = draw(st.sampled_from(["none", "same", "other"]))
        go = draw(cost), draw(cost)
        home = {"none": (None, None), "same": go, "other": (draw(cost), draw(cost))}[back]
        rows.append((f"n{start}", f"n{end}", *go, *home, draw(st.sampled_from(["", "x"]))))
    return n, rows


@settings(deadline=None)
@given(tables())
def test_random_tables_equal_networkx(case: tuple[int, list[Row]]) -> None:
    n, rows = case
    ids = [f"n{i}" for i in range(n)]
    nodes = pd.DataFrame({"node_id": ids, "lon": np.arange(n) * 1.0, "lat": 0.0})
    graph: nx.DiGraph[str] = nx.DiGraph()
    for start, end, km, minutes, km_back, minutes_back, _ in rows:
        graph.add_edge(start, end, cost=(minutes, km))
        if km_back is not None and minutes_back is not None:
            graph.add_edge(end, start, cost=(minutes_back, km_back))
    # Points join a node only where a road can be left and reached: others are passed over here.
    at_home = max(nx.strongly_connected_components(graph), key=len)
    some = points(nodes).loc[sorted(at_home)]
    made = network_from_tables(nodes, links(rows), Provenance("toy", "none"))
    costs = cost_matrix(made, some, some, snapping=TO_NODES) if len(at_home) > 1 else None
    for start in at_home if costs is not None else ():
        for end in at_home:
            ways = [
                (sum(graph.edges[leg]["cost"][0] for leg in legs),
                 sum(graph.edges[leg]["cost"][1] for leg in legs))
                for path in ([[start]] if start == end else nx.all_simple_paths(graph, start, end))
                for legs in [list(itertools.pairwise(path))]
            ]  # fmt: skip
            found = costs.travel_min.at[start, end], costs.distance_km.at[start, end]
            assert found == min(ways)
