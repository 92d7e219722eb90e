"""Roads at other times, beside the same roads laid out and prepared anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import engine_toys as toys
from helpers.road_toys import toy_network
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import CostError, RoadError
from shelter_geo.roads.joining import nearest
from shelter_geo.roads.joining.finder import RoadFinder
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.redrawing import redraw
from shelter_geo.roads.routing.engine import make_engine, redrawn_engine
from shelter_geo.roads.routing.graph import RedrawnGraph


def _other_times(draw: st.DrawFn, net: RoadNetwork) -> RoadNetwork:
    times = st.lists(st.integers(-1, 30), min_size=net.n_edges, max_size=net.n_edges)
    forward, backward = (np.array(draw(times), np.int64) for _ in range(2))
    return redraw(net, forward, backward)


@settings(max_examples=150)
@given(st.data())
def test_costs_of_redrawn_roads_equal_networkx(data: st.DataObject) -> None:
    base, leave, arrive, _ = data.draw(toys.cases())
    for _ in range(2):  # the skeleton is used again
        net = data.draw(st.composite(_other_times)(base))
        engine = redrawn_engine(net, base)
        time, length = engine.matrix(toys.seeds(leave), toys.seeds(arrive))
        wanted = toys.expected(net, "travel_min", leave, arrive)
        wanted = np.array(wanted, np.int64).reshape(len(leave), len(arrive), 2)
        np.testing.assert_array_equal(time, wanted[:, :, 0])
        np.testing.assert_array_equal(length, wanted[:, :, 1])
        near = engine.nearest(toys.seeds(arrive), leave=toys.seeds(leave))
        plain = make_engine(net, method="dijkstra")
        for mine, theirs in zip(
            near, plain.nearest(toys.seeds(arrive), leave=toys.seeds(leave)), strict=True
        ):
            np.testing.assert_array_equal(mine, theirs)
        pairs = np.array([(i, j) for i in range(len(leave)) for j in range(len(arrive))])
        routes = [
            e.paths(toys.seeds(leave), toys.seeds(arrive), pairs.reshape(-1, 2))
            for e in (engine, plain)
        ]
        for mine, theirs in zip(*routes, strict=True):
            assert mine.arcs.tolist() == theirs.arcs.tolist()


def _grid(side: int) -> RoadNetwork:
    nodes = [(45 + 0.01 * (k % side), 40 + 0.01 * (k // side)) for k in range(side * side)]
    edges = [(k, k + 1) for k in range(side * side) if (k + 1) % side]
    edges += [(k, k + side) for k in range(side * (side - 1))]
    return toy_network(nodes, edges)


GRID = _grid(6)


@pytest.mark.parametrize("pairs_at_once", [0, nearest.FEW])
@given(shut=st.sets(st.integers(0, GRID.n_edges - 1)), seed=st.integers(0, 99))
def test_points_join_redrawn_roads_as_they_join_them_anew(
    pairs_at_once: int, shut: set[int], seed: int
) -> None:
    closed = np.isin(np.arange(GRID.n_edges), list(shut))
    one_way = np.random.default_rng(seed).random(GRID.n_edges) < 0.3
    forward = np.where(closed, -1, GRID.forward_ms)
    backward = np.where(closed | one_way, -1, GRID.backward_ms)
    lon, lat = np.random.default_rng(seed).uniform(-0.02, 0.07, (2, 20))
    anew = replace(GRID, forward_ms=forward, backward_ms=backward)
    known = nearest.FEW
    nearest.FEW = pairs_at_once  # 0: a grid, else every segment is tried
    try:
        for to in ("edge", "node"):
            for shortest_km in (None, 0.0, 3.0):
                found = [
                    RoadFinder.of(net).nearest(
                        45 + lon, 40 + lat, limit_m=1500, to=to, shortest_km=shortest_km
                    )
                    for net in (redraw(GRID, forward, backward), anew)
                ]
                assert found[0].edge.tolist() == found[1].edge.tolist()
                np.testing.assert_array_equal(found[0].along, found[1].along)
            shut_near = [
                RoadFinder.of(net).closed_near(45 + lon, 40 + lat, limit_m=1500, to=to).tolist()
                for net in (redraw(GRID, forward, backward), anew)
            ]
            assert shut_near[0] == shut_near[1]
    finally:
        nearest.FEW = known


def test_other_roads_and_times_that_do_not_fit_are_refused() -> None:
    with pytest.raises(CostError, match="other junctions"):
        redrawn_engine(_grid(6), GRID)
    with pytest.raises(RoadError, match="differ in length"):
        redraw(GRID, GRID.forward_ms[:-1], GRID.backward_ms)
    slow = redraw(GRID, GRID.forward_ms + (1 << 40), GRID.backward_ms)
    with pytest.raises(CostError, match="12 days"):
        redrawn_engine(slow, GRID)


def test_ways_up_that_may_be_too_long_are_left_to_contraction() -> None:
    """A chain of 10,400 km: ways up may come to more than half of what costs can hold."""
    chain = toys.network(9, [(k, k + 1, 13 * 10**7, 10**6, 10**6) for k in range(8)])
    net = redraw(chain, chain.forward_ms, chain.backward_ms)
    made = redrawn_engine(net, chain)
    ends = toys.at_nodes(0), toys.at_nodes(5)
    assert made.matrix(*ends).time_ms.tolist() == [[5 * 10**6]]
    assert made.matrix(*ends).length_cm.tolist() == [[65 * 10**7]]
    assert not isinstance(made.graph, RedrawnGraph)
    short = redraw(GRID, GRID.forward_ms, GRID.backward_ms)
    assert isinstance(redrawn_engine(short, GRID).graph, RedrawnGraph)
