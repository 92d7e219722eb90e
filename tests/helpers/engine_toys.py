"""Small road networks with chosen costs, and the routes that networkx finds on them."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
from shelter_geo.roads.routing.graph import Seeds

Edge = tuple[int, int, int, int, int]
Point = list[tuple[int, int, int]]


def network(n: int, edges: Sequence[Edge]) -> RoadNetwork:
    """Build n nodes and edges (u, v, length_cm, forward_ms, backward_ms); -1 is closed."""
    columns = np.array(edges, np.int64).reshape(-1, 5)
    u, v, length, forward, backward = columns.T
    angle = np.arange(n) * 2.4
    return RoadNetwork(
        node_id=np.arange(n),
        lon=45 + np.cos(angle) * np.sqrt(np.arange(n)),
        lat=40 + np.sin(angle) * np.sqrt(np.arange(n)),
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length_cm=length.copy(),
        forward_ms=forward.copy(),
        backward_ms=backward.copy(),
        road_class=np.zeros(len(u), np.int16),
        class_names=("road",),
        shape_start=np.zeros(len(u) + 1, np.int64),
        shape_lonlat=np.empty((0, 2)),
        provenance=Provenance("toy", "none"),
    )


def seeds(points: Sequence[Point]) -> Seeds:
    """Points given as lists of entries (node, time_ms, length_cm)."""
    entries = np.array([entry for point in points for entry in point], np.int64).reshape(-1, 3)
    start = np.cumsum([0, *(len(point) for point in points)])
    return Seeds(start, entries[:, 0].astype(np.int32), entries[:, 1].copy(), entries[:, 2].copy())


def at_nodes(*nodes: int) -> Seeds:
    return Seeds.from_columns(np.array(nodes, np.int64))


# Python's whole numbers do not overflow, so one of them can hold both costs, whatever they are.
PACK = 10**30


def multigraph(net: RoadNetwork, weight: str) -> nx.MultiDiGraph:
    """Build the network with networkx, each arc with the packed cost of the pair."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(net.n_nodes))
    for u, v, cm, go, back in zip(
        net.u.tolist(),
        net.v.tolist(),
        net.length_cm.tolist(),
        net.forward_ms.tolist(),
        net.backward_ms.tolist(),
        strict=True,
    ):
        for tail, head, ms in ((u, v, go), (v, u, back)):
            if ms != CLOSED:
                pair = (ms, cm) if weight == "travel_min" else (cm, ms)
                graph.add_edge(tail, head, cost=pair[0] * PACK + pair[1], time=ms)
    return graph


def expected(
    net: RoadNetwork, weight: str, leave: Sequence[Point], arrive: Sequence[Point]
) -> list[list[tuple[int, int]]]:
    """Time and length of the best route of each pair, by networkx."""
    graph = multigraph(net, weight)
    costs = dict(nx.all_pairs_dijkstra_path_length(graph, weight="cost"))

    def pack(entry: tuple[int, int, int]) -> int:
        _, ms, cm = entry
        return ms * PACK + cm if weight == "travel_min" else cm * PACK + ms

    def best(origin: Point, facility: Point) -> tuple[int, int]:
        totals = [
            pack(a) + costs[a[0]][b[0]] + pack(b)
            for a in origin
            for b in facility
            if b[0] in costs[a[0]]
        ]
        if not totals:
            return (-1, -1)
        major, minor = divmod(min(totals), PACK)
        return (major, minor) if weight == "travel_min" else (minor, major)

    return [[best(origin, facility) for facility in arrive] for origin in leave]


@st.composite
def cases(draw: st.DrawFn) -> tuple[RoadNetwork, list[Point], list[Point], str]:
    """Draw networks with loops, parallel edges, one-ways, free roads and parts of their own."""
    n = draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    ms = st.integers(-1, draw(st.sampled_from([0, 2, 50])))
    cm = st.integers(0, draw(st.sampled_from([0, 2, 50])))
    edges = draw(st.lists(st.tuples(node, node, cm, ms, ms), max_size=3 * n))
    extra = st.integers(0, 20)
    points = st.lists(st.lists(st.tuples(node, extra, extra), max_size=3), max_size=6)
    weight = draw(st.sampled_from(["travel_min", "distance_km"]))
    return network(n, edges), draw(points), draw(points), weight
