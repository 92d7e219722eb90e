from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from helpers.road_toys import length_cm, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.sources.chains import contract_chains

PLACES = [(0.0, 0.0), (0.01, 0.0), (0.02, 0.005), (0.03, 0.0), (0.04, 0.0), (0.02, 0.02)]


def ends(network: RoadNetwork) -> list[tuple[int, int]]:
    return list(zip(network.node_id[network.u], network.node_id[network.v], strict=True))


def shape(network: RoadNetwork, edge: int) -> list[tuple[float, float]]:
    rows = slice(network.shape_start[edge], network.shape_start[edge + 1])
    return [(lon, lat) for lon, lat in network.shape_lonlat[rows].tolist()]


def test_chain_becomes_one_edge_with_its_shape_turned_round_where_needed():
    network = toy_network(PLACES, [(1, 0), (1, 2, "both", [(0.015, 0.01)]), (3, 2)])
    merged = contract_chains(network)
    assert merged.node_id.tolist() == [100, 103, 104, 105]
    assert ends(merged) == [(103, 100)]
    assert shape(merged, 0) == [PLACES[3], PLACES[2], (0.015, 0.01), PLACES[1], PLACES[0]]
    assert merged.length_cm.tolist() == [network.length_cm.sum()]
    assert merged.forward_ms.tolist() == [network.forward_ms.sum()]
    assert merged.provenance.settings["chains"] == "alike"


def test_junctions_and_dead_ends_remain():
    network = toy_network(PLACES, [(0, 1), (1, 2), (1, 3), (3, 4)])
    merged = contract_chains(network)
    assert ends(merged) == [(100, 101), (101, 102), (101, 104)]


def test_kept_nodes_remain():
    network = toy_network(PLACES, [(0, 1), (1, 2), (2, 3)])
    merged = contract_chains(network, keep=np.array([2]))
    assert ends(merged) == [(100, 102), (102, 103)]


def test_one_way_chain_merges_only_head_to_tail():
    along = toy_network(PLACES, [(0, 1, "forward"), (2, 1, "backward"), (2, 3, "forward")])
    merged = contract_chains(along)
    assert ends(merged) == [(100, 103)]
    assert merged.forward_ms.tolist() == [along.length_cm.sum()]
    assert merged.backward_ms.tolist() == [CLOSED]
    against = toy_network(PLACES, [(0, 1, "forward"), (1, 2, "backward"), (2, 3, "both")])
    assert contract_chains(against).n_edges == 3


def test_closed_roads_merge_with_closed_roads_only():
    network = toy_network(PLACES, [(0, 1, "closed"), (1, 2, "closed"), (2, 3, "both")])
    merged = contract_chains(network)
    assert ends(merged) == [(100, 102), (102, 103)]
    assert merged.forward_ms.tolist() == [CLOSED, network.forward_ms[2]]


def test_class_and_speed_part_edges_unless_mixed():
    network = toy_network(
        PLACES,
        [(0, 1, "both", (), "b"), (1, 2, "both", (), "a"), (2, 3, "both", [(0.025, 0.1)], "a")],
    )
    assert ends(contract_chains(network)) == [(100, 101), (101, 103)]
    merged = contract_chains(network, mixed=True)
    assert ends(merged) == [(100, 103)]
    assert merged.class_names[merged.road_class[0]] == "a"
    slower = replace(network, forward_ms=network.forward_ms * [1, 1, 2])
    assert contract_chains(slower).n_edges == 3
    assert contract_chains(slower, mixed=True).forward_ms.tolist() == [slower.forward_ms.sum()]


def test_equal_speeds_merge_in_spite_of_rounded_times():
    network = toy_network([(0, 0), (1e-5, 0), (0.5, 0)], [(0, 1), (1, 2)], kmh=77)
    assert contract_chains(network).n_edges == 1


def test_rings_keep_one_node():
    ring = toy_network(PLACES, [(3, 1), (2, 3), (1, 2)])
    merged = contract_chains(ring)
    assert merged.node_id.tolist() == [100, 101, 104, 105]
    assert ends(merged) == [(101, 101)]
    assert shape(merged, 0) == [PLACES[1], PLACES[2], PLACES[3], PLACES[1]]
    lens = toy_network(PLACES, [(0, 1), (0, 1)])
    assert ends(contract_chains(lens)) == [(100, 100)]
    loop = toy_network(PLACES, [(0, 0, "both", [PLACES[1]]), (0, 2)])
    assert ends(contract_chains(loop)) == [(100, 100), (100, 102)]


def test_network_without_edges_stays_as_it_is():
    empty = contract_chains(toy_network(PLACES, []))
    assert (empty.n_nodes, empty.n_edges) == (6, 0)
    assert empty.shape_start.tolist() == [0]


def test_contracting_twice_changes_nothing():
    network = toy_network(PLACES, [(1, 0), (1, 2), (3, 2), (3, 4), (3, 5), (5, 4)])
    once = contract_chains(network)
    twice = contract_chains(once)
    for name, value in vars(once).items():
        if isinstance(value, np.ndarray):
            assert (value == getattr(twice, name)).all()


edge = st.tuples(
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from(["both", "both", "forward", "backward", "closed"]),
    st.just([]) | st.just([(0.07, 0.03)]),
    st.sampled_from(["a", "a", "b"]),
)


def graph(network: RoadNetwork, weight: str) -> nx.MultiDiGraph:
    arcs, result = network.arcs, nx.MultiDiGraph()
    result.add_nodes_from(network.node_id.tolist())
    costs = getattr(arcs, weight).tolist()
    tails, heads = network.node_id[arcs.tail].tolist(), network.node_id[arcs.head].tolist()
    for tail, head, cost in zip(tails, heads, costs, strict=True):
        result.add_edge(tail, head, cost=cost)
    return result


@settings(max_examples=150)
@given(st.lists(edge, min_size=1, max_size=14), st.booleans())
def test_distances_between_remaining_nodes_are_unchanged(edges, mixed):
    places = [(0.01 * k, 0.013 * (k * k % 5)) for k in range(8)]
    network = toy_network(places, edges, kmh=50)
    merged = contract_chains(network, mixed=mixed)
    assert merged.length_cm.sum() == network.length_cm.sum()
    assert set(merged.node_id) <= set(network.node_id)
    for e in range(merged.n_edges):
        points = shape(merged, e)
        assert merged.length_cm[e] == pytest.approx(length_cm(points), abs=8)
        assert points[0] == (merged.lon[merged.u[e]], merged.lat[merged.u[e]])
        assert points[-1] == (merged.lon[merged.v[e]], merged.lat[merged.v[e]])
    for weight in ("time_ms", "length_cm"):
        before, after = graph(network, weight), graph(merged, weight)
        for source in merged.node_id.tolist():
            truth = nx.single_source_dijkstra_path_length(before, source, weight="cost")
            found = nx.single_source_dijkstra_path_length(after, source, weight="cost")
            assert found == {node: cost for node, cost in truth.items() if node in after}
