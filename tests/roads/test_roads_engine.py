"""The routing engine against networkx, against itself and by hand."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from helpers import engine_toys as toys
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import CostError
from shelter_geo.roads.routing.engine import make_engine
from shelter_geo.roads.routing.graph import UNREACHED, Nearest, Seeds

METHODS = ["dijkstra", "hierarchy"]

# 0 to 3: the upper way over 1 is faster, the lower one over 2 is shorter; 4 leads in only.
DIAMOND = toys.network(
    6,
    [
        (0, 1, 900, 10, 10),
        (1, 3, 900, 10, 10),
        (0, 2, 500, 30, 30),
        (2, 3, 500, 30, 30),
        (4, 0, 100, 5, -1),
    ],
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("weight", "time", "length"),
    [("travel_min", 20, 1800), ("distance_km", 60, 1000)],
)
def test_diamond_by_hand(method: str, weight: str, time: int, length: int) -> None:
    engine = make_engine(DIAMOND, weight=weight, method=method)
    matrix = engine.matrix(toys.at_nodes(0, 4, 5), toys.at_nodes(3, 4))
    assert matrix.time_ms.tolist() == [[time, -1], [time + 5, 0], [-1, -1]]
    assert matrix.length_cm.tolist() == [[length, -1], [length + 100, 0], [-1, -1]]
    assert {matrix.time_ms.dtype.kind, matrix.length_cm.dtype.kind} == {"i"}


@settings(max_examples=150)
@given(toys.cases())
def test_matrix_equals_networkx(case) -> None:
    net, leave, arrive, weight = case
    wanted = np.array(toys.expected(net, weight, leave, arrive), np.int64)
    wanted = wanted.reshape(len(leave), len(arrive), 2)
    for method in METHODS:
        engine = make_engine(net, weight=weight, method=method)
        time, length = engine.matrix(toys.seeds(leave), toys.seeds(arrive))
        np.testing.assert_array_equal(time, wanted[:, :, 0])
        np.testing.assert_array_equal(length, wanted[:, :, 1])


@settings(max_examples=50)
@given(toys.cases())
def test_time_alone_equals_networkx(case) -> None:
    net = case[0]
    graph = toys.multigraph(net, "travel_min")
    times = dict(nx.all_pairs_dijkstra_path_length(graph, weight="time"))
    every = toys.at_nodes(*range(net.n_nodes))
    time = make_engine(net, method="hierarchy").matrix(every, every).time_ms
    for tail, row in enumerate(time.tolist()):
        assert [times[tail].get(head, UNREACHED) for head in range(net.n_nodes)] == row


@settings(max_examples=150)
@given(toys.cases())
def test_paths_chain_up_and_add_up(case) -> None:
    net, leave, arrive, weight = case
    origins, facilities = toys.seeds(leave), toys.seeds(arrive)
    pairs = np.array([(i, j) for i in range(len(leave)) for j in range(len(arrive))], np.int64)
    ways = {}
    for method in METHODS:
        engine = make_engine(net, weight=weight, method=method)
        time, length = engine.matrix(origins, facilities)
        ways[method] = engine.paths(origins, facilities, pairs)
        for way, (i, j) in zip(ways[method], pairs.tolist(), strict=True):
            assert (way.time_ms, way.length_cm) == (time[i, j], length[i, j])
            if way.time_ms == UNREACHED:
                assert (way.leave_entry, way.arrive_entry, len(way.arcs)) == (-1, -1, 0)
                continue
            assert origins.start[i] <= way.leave_entry < origins.start[i + 1]
            assert facilities.start[j] <= way.arrive_entry < facilities.start[j + 1]
            stops = [
                origins.node[way.leave_entry],
                *net.arcs.head[way.arcs],
            ]
            assert net.arcs.tail[way.arcs].tolist() == stops[:-1]
            assert stops[-1] == facilities.node[way.arrive_entry]
            assert len(set(stops)) == len(stops)
            for seed_cost, end_cost, arc_cost, whole in (
                (origins.time_ms, facilities.time_ms, net.arcs.time_ms, way.time_ms),
                (origins.length_cm, facilities.length_cm, net.arcs.length_cm, way.length_cm),
            ):
                ends = seed_cost[way.leave_entry] + end_cost[way.arrive_entry]
                assert ends + arc_cost[way.arcs].sum() == whole
    for one, other in zip(ways["dijkstra"], ways["hierarchy"], strict=True):
        assert one.arcs.tolist() == other.arcs.tolist()
        assert one[1:] == other[1:]


@pytest.mark.parametrize("method", METHODS)
def test_equal_routes_take_the_lowest_arc(method: str) -> None:
    # Two ways of the same time and length; that over node 1 begins with the lower arc.
    net = toys.network(4, [(0, 2, 5, 7, 7), (2, 3, 5, 7, 7), (0, 1, 5, 7, 7), (1, 3, 5, 7, 7)])
    (way,) = make_engine(net, method=method).paths(
        toys.at_nodes(0), toys.at_nodes(3), np.array([[0, 0]])
    )
    assert net.arcs.head[way.arcs].tolist() == [1, 3]


@pytest.mark.parametrize("method", METHODS)
def test_route_leaves_a_ring_that_costs_nothing(method: str) -> None:
    # The lowest free arc of node 1 goes back to 0, and that of 0 to 1: following it never ends.
    net = toys.network(4, [(0, 1, 0, 0, 0), (1, 2, 0, 0, 0), (2, 0, 0, 0, 0), (2, 3, 4, 9, 9)])
    (way,) = make_engine(net, method=method).paths(
        toys.at_nodes(1), toys.at_nodes(3), np.array([[0, 0]])
    )
    assert net.arcs.head[way.arcs].tolist() == [2, 3]
    assert (way.time_ms, way.length_cm) == (9, 4)


@settings(max_examples=100)
@given(toys.cases(), st.booleans())
def test_nearest_is_the_least_of_the_matrix(case, towards: bool) -> None:
    net, leave, arrive, weight = case
    every = toys.at_nodes(*range(net.n_nodes))
    origins, points = toys.seeds(leave), toys.seeds(arrive)
    for method in METHODS:
        engine = make_engine(net, weight=weight, method=method)
        least = _least(engine.matrix(origins, points), weight)
        for one, other in zip(engine.nearest(points, leave=origins), least, strict=True):
            np.testing.assert_array_equal(one, other)
        if towards:
            matrix = engine.matrix(every, points)
        else:
            matrix = [part.T for part in engine.matrix(points, every)]
        for one, other in zip(
            engine.reach(points, towards=towards), _least(matrix, weight), strict=True
        ):
            np.testing.assert_array_equal(one, other)


def _least(matrix, weight: str) -> Nearest:
    """Least pair and lowest index of each row, one by one."""
    rows = []
    for times, lengths in zip(*(part.tolist() for part in matrix), strict=True):
        ranked = sorted(
            ((ms, cm) if weight == "travel_min" else (cm, ms), i, ms, cm)
            for i, (ms, cm) in enumerate(zip(times, lengths, strict=True))
            if ms != UNREACHED
        )
        rows.append(ranked[0][1:] if ranked else (-1, -1, -1))
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return Nearest(*columns)


@pytest.mark.parametrize("method", METHODS)
def test_reach_stops_beyond_the_limit(method: str) -> None:
    chain = toys.network(4, [(0, 1, 100, 10, 10), (1, 2, 100, 10, -1), (2, 3, 100, 10, 10)])
    engine = make_engine(chain, method=method)
    assert engine.reach(toys.at_nodes(2), 20).time_ms.tolist() == [20, 10, 0, 10]
    assert engine.reach(toys.at_nodes(2), 19).time_ms.tolist() == [-1, 10, 0, 10]
    assert engine.reach(toys.at_nodes(2), 19).which.tolist() == [-1, 0, 0, 0]
    # Out of node 2 the road to 1 is closed.
    assert engine.reach(toys.at_nodes(2), towards=False).time_ms.tolist() == [-1, -1, 0, 10]
    with pytest.raises(CostError, match="negative"):
        engine.reach(toys.at_nodes(2), -1)


def test_numbers_do_not_depend_on_company_or_threads() -> None:
    random = np.random.default_rng(11)
    net = toys.network(300, random.integers((0, 0, 1, 1, -1), (300, 300, 90, 90, 90), (700, 5)))
    origins = Seeds.from_columns(random.integers(0, 300, (150, 2)), random.integers(0, 9, (150, 2)))
    engine = make_engine(net, method="hierarchy", threads=1)
    whole = engine.matrix(origins, origins)
    many = make_engine(net, method="hierarchy", threads=5).matrix(origins, origins)
    for one, other in zip(whole, many, strict=True):
        np.testing.assert_array_equal(one, other)
    part = engine.matrix(origins.part(40, 43), origins.part(7, 149))
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_array_equal(one[40:43, 7:149], other)


def test_a_million_nodes_and_more() -> None:
    # Nodes beyond 2^20 must not be taken for others; all but three here stand alone.
    n = (1 << 20) + 50
    net = toys.network(n, [(n - 1, n - 3, 4, 5, 6), (n - 3, 2, 40, 50, 60)])
    engine = make_engine(net, method="hierarchy")
    time, length = engine.matrix(toys.at_nodes(n - 1, 2), toys.at_nodes(2, n - 1, n - 2))
    assert time.tolist() == [[55, 0, -1], [0, 66, -1]]
    assert length.tolist() == [[44, 0, -1], [0, 44, -1]]


@pytest.mark.parametrize("method", METHODS)
def test_progress_reaches_the_whole_in_this_thread(method: str) -> None:
    seen = []

    def note(done: int, whole: int) -> None:
        seen.append((done, whole, threading.current_thread()))

    points = Seeds.from_columns(np.zeros(100, np.int64))
    make_engine(DIAMOND, method=method, threads=2).matrix(points, points, progress=note)
    assert seen[-1] == (100, 100, threading.current_thread())
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


@pytest.mark.parametrize("method", METHODS)
def test_empty_requests(method: str) -> None:
    nobody = Seeds.from_columns(np.empty((0, 2), np.int64))
    engine = make_engine(DIAMOND, method=method)
    assert engine.matrix(nobody, toys.at_nodes(1)).time_ms.shape == (0, 1)
    assert engine.matrix(toys.at_nodes(1), nobody).time_ms.shape == (1, 0)
    assert engine.nearest(nobody).which.tolist() == [-1] * 6
    assert engine.paths(nobody, nobody, np.empty((0, 2), np.int64)) == []
    roadless = make_engine(toys.network(2, []), method=method)
    assert roadless.matrix(toys.at_nodes(0, 1), toys.at_nodes(0)).time_ms.tolist() == [[0], [-1]]
    assert len(make_engine(toys.network(0, []), method=method).nearest(nobody).which) == 0


def test_small_work_loads_no_compiler() -> None:
    code = (
        "import sys; from helpers import engine_toys as toys;"
        "from shelter_geo.roads.routing.engine import make_engine;"
        "engine = make_engine(toys.network(2, [(0, 1, 5, 5, 5)]));"
        "engine.matrix(toys.at_nodes(0), toys.at_nodes(1));"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


def test_auto_prepares_once_work_has_grown() -> None:
    net = toys.network(2, [(0, 1, 5, 5, 5)])
    engine = make_engine(net)
    many = Seeds.from_columns(np.zeros(400_000, np.int64))
    assert engine.paths(many, many, np.empty((0, 2), np.int64)) == []
    assert engine.hierarchy is None
    assert engine.matrix(many.part(0, 1), many.part(0, 1)).time_ms.tolist() == [[0]]
    assert engine.hierarchy is None
    engine.prepare()
    assert engine.hierarchy is not None
    make_engine(net, method="dijkstra").prepare()
