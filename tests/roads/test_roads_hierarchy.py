"""Building, keeping and reading hierarchies, and what the engine refuses."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import engine_toys as toys
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import CostError, OutputError
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing import hierarchy_cache
from shelter_geo.roads.routing.engine import cache_folder, make_engine
from shelter_geo.roads.routing.graph import Graph, Seeds
from shelter_geo.roads.routing.hierarchy import build_hierarchy, graph_key, hilbert_order
from shelter_geo.roads.routing.hierarchy_cache import (
    cached_hierarchy,
    read_hierarchy,
    write_hierarchy,
)
from shelter_geo.roads.routing.phast import Phast

DAY_MS = 24 * 3600 * 1000


def grid(side: int) -> RoadNetwork:
    """Square town with streets that differ in time and length."""
    random = np.random.default_rng(5)
    at = np.arange(side * side).reshape(side, side)
    ends = [*zip(at[:, :-1].flat, at[:, 1:].flat, strict=True)]
    ends += [*zip(at[:-1].flat, at[1:].flat, strict=True)]
    return toys.network(side * side, [(*e, *random.integers(1, 90, 3)) for e in ends])


TOWN = grid(7)
EVERY = toys.at_nodes(*range(49))


def town_graph(net: RoadNetwork = TOWN) -> Graph:
    return Graph.from_network(net, "travel_min")


def costs(hierarchy) -> np.ndarray:
    return np.stack(Phast(town_graph(), hierarchy).matrix(EVERY, EVERY))


EXPECTED = np.stack(make_engine(TOWN, method="dijkstra").matrix(EVERY, EVERY))


@settings(max_examples=40)
@given(st.permutations(range(49)))
def test_any_order_is_exact(order) -> None:
    hierarchy = build_hierarchy(town_graph(), order=np.array(order, np.int32))
    assert hierarchy.order.tolist() == order
    np.testing.assert_array_equal(costs(hierarchy), EXPECTED)


def test_more_shortcuts_than_there_is_room_for() -> None:
    # A hub taken out first needs a shortcut for each of 80 x 80 pairs around it.
    net = toys.network(
        161, [(i, 0, 7, 3, -1) for i in range(1, 81)] + [(0, i, 7, 2, -1) for i in range(81, 161)]
    )
    graph = Graph.from_network(net, "travel_min")
    hierarchy = build_hierarchy(graph, order=np.arange(161, dtype=np.int32))
    time, length = Phast(graph, hierarchy).matrix(
        toys.at_nodes(*range(1, 81)), toys.at_nodes(*range(81, 161))
    )
    assert (time == 5).all()
    assert (length == 14).all()
    assert len(hierarchy.forward.to) + len(hierarchy.backward.to) >= 80 * 80


def test_order_taken_over_after_a_closure() -> None:
    first = make_engine(TOWN, method="hierarchy")
    first.prepare()
    closed = TOWN.forward_ms.copy()
    closed[::5] = -1
    net = replace(TOWN, forward_ms=closed)
    second = make_engine(net, method="hierarchy", like=first)
    second.prepare()
    assert second.hierarchy.order.tolist() == first.hierarchy.order.tolist()
    plain = make_engine(net, method="dijkstra").matrix(EVERY, EVERY)
    np.testing.assert_array_equal(second.matrix(EVERY, EVERY), plain)
    assert (plain.time_ms != EXPECTED[0]).any()


def test_kept_file_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "made" / "here"
    made = cached_hierarchy(town_graph(), folder)
    (path,) = folder.iterdir()
    written = path.read_bytes()
    monkeypatch.setattr(hierarchy_cache, "build_hierarchy", None)
    np.testing.assert_array_equal(costs(cached_hierarchy(town_graph(), folder)), EXPECTED)
    write_hierarchy(made, path)
    assert path.read_bytes() == written
    assert [file.name for file in folder.iterdir()] == [path.name]


def test_engine_keeps_its_hierarchy(tmp_path: Path) -> None:
    engine = make_engine(TOWN, method="hierarchy", cache_dir=tmp_path)
    np.testing.assert_array_equal(engine.matrix(EVERY, EVERY), EXPECTED)
    assert len(list(tmp_path.iterdir())) == 1
    make_engine(TOWN, method="hierarchy", weight="distance_km", cache_dir=tmp_path).prepare()
    assert len(list(tmp_path.iterdir())) == 2


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("not a hierarchy")


def _pickle(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, key=np.array([{}], object))


def _compressed_otherwise(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 10] = 99  # no compression method that Python knows
    path.write_bytes(data)


def _other_network(path: Path) -> None:
    write_hierarchy(build_hierarchy(town_graph(replace(TOWN, u=TOWN.v, v=TOWN.u))), path)


def _changed(**columns) -> object:
    def change(path: Path) -> None:
        with np.load(path) as held:
            kept = {name: held[name] for name in held.files}
        for name, alter in columns.items():
            kept[name] = alter(kept[name])
        with path.open("wb") as file:
            np.savez(file, **kept)

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _flip,
        _empty,
        _text,
        _pickle,
        _compressed_otherwise,
        _other_network,
        _changed(forward_to=lambda to: to + 40),
        _changed(forward_to=lambda to: to[:-1]),
        _changed(forward_cost=lambda cost: -cost - 1),
        _changed(forward_cost=lambda cost: cost.astype(float)),
        _changed(backward_start=lambda start: start[::-1].copy()),
        _changed(backward_start=lambda start: start[:-1]),
        _changed(place=lambda place: place * 0),
        _changed(order=lambda order: order.astype(np.int64)),
        _changed(bounds=lambda bounds: bounds[:1]),
    ],
)
def test_spoilt_file_is_made_anew(tmp_path: Path, spoil) -> None:
    cached_hierarchy(town_graph(), tmp_path)
    (path,) = tmp_path.iterdir()
    sound = path.read_bytes()
    spoil(path)
    assert read_hierarchy(path, graph_key(town_graph())) is None
    np.testing.assert_array_equal(costs(cached_hierarchy(town_graph(), tmp_path)), EXPECTED)
    assert path.read_bytes() == sound


def test_folder_that_cannot_be_written_does_not_stop_the_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    made = cached_hierarchy(town_graph(), tmp_path / "file")
    np.testing.assert_array_equal(costs(made), EXPECTED)
    assert "cannot keep" in caplog.text
    with pytest.raises(OutputError, match="cannot keep"):
        write_hierarchy(made, tmp_path / "file" / "h.npz")


def test_only_the_files_used_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy_cache, "KEPT", 2)
    graph = town_graph()
    first, second, third = (replace(graph, minor=graph.minor + more) for more in range(3))
    for age, made in enumerate((first, second)):
        cached_hierarchy(made, tmp_path)
        os.utime(_kept(made, tmp_path), (age, age))
    cached_hierarchy(first, tmp_path)
    cached_hierarchy(third, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(_kept(made, tmp_path) for made in (first, third))


def _kept(graph: Graph, folder: Path) -> Path:
    return folder / f"hierarchy-{graph_key(graph)[:32]}.npz"


def test_folder_is_the_one_stated_or_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELTER_GEO_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("SHELTER_GEO_CACHE", "")
    assert cache_folder() is None
    monkeypatch.delenv("SHELTER_GEO_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "shelter_geo"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "shelter_geo"


def test_key_tells_costs_and_weights_apart() -> None:
    graph = town_graph()
    other = replace(graph, minor=graph.minor + 1)
    weights = Graph.from_network(TOWN, "distance_km")
    assert len({graph_key(graph), graph_key(other), graph_key(weights)}) == 3
    assert graph_key(graph) == graph_key(town_graph())


def test_hilbert_order_walks_from_neighbour_to_neighbour() -> None:
    x, y = (side.ravel() for side in np.meshgrid(np.arange(16.0), np.arange(16.0)))
    order = hilbert_order(x, y)
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert sorted(order) == list(range(256))
    assert (steps == 1).all()
    assert hilbert_order(x[:0], y[:0]).tolist() == []
    assert hilbert_order(np.full(3, 9.0), np.full(3, 9.0)).tolist() == [0, 1, 2]


def test_costs_too_large_for_their_bits() -> None:
    one = toys.at_nodes(0)
    slow = toys.network(2, [(0, 1, 5, 13 * DAY_MS, 5)])
    with pytest.raises(CostError, match="12 days"):
        make_engine(slow, method="hierarchy").matrix(one, one)
    assert make_engine(slow, method="dijkstra").matrix(one, toys.at_nodes(1)).time_ms == 13 * DAY_MS
    # Each road fits, the way along ten of them does not.
    chain = [(i, i + 1, 5, 3 * DAY_MS, 3 * DAY_MS) for i in range(10)]
    with pytest.raises(CostError, match="too long"):
        make_engine(toys.network(11, chain), method="hierarchy").matrix(one, one)
    long = [(i, i + 1, 3 * 10**8, 5, 5) for i in range(10)]
    with pytest.raises(CostError, match="too long"):
        make_engine(toys.network(11, long), method="hierarchy").matrix(one, one)
    far = toys.seeds([[(0, 10 * DAY_MS, 0)]])
    with pytest.raises(CostError, match="too long"):
        make_engine(toys.network(3, chain[:2]), method="hierarchy").matrix(far, far)


def test_largest_costs_that_fit_are_exact() -> None:
    """Either cost may take all of its 31 bits, and not one more."""
    most = 2**31 - 1
    arc = 2**29
    road = make_engine(toys.network(2, [(0, 1, arc, arc, arc)]), method="hierarchy")
    road.prepare()
    assert road.hierarchy is not None
    rest, to = most - road.hierarchy.major_bound, toys.at_nodes(1)
    assert rest == most - road.hierarchy.minor_bound
    found = road.matrix(toys.seeds([[(0, rest, rest)]]), to)
    assert found.time_ms[0, 0] == found.length_cm[0, 0] == arc + rest
    for entry in ((0, rest + 1, 0), (0, 0, rest + 1)):
        with pytest.raises(CostError, match=r"too long|costs more than"):
            road.matrix(toys.seeds([[entry]]), to)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weight": "money"}, "unknown weight 'money'"),
        ({"method": "magic"}, "unknown method 'magic'"),
        ({"threads": 0}, "at least one thread"),
        ({"like": make_engine(toys.network(2, []))}, "2 nodes cannot serve one of 49"),
    ],
)
def test_engine_refuses(wrong, words: str) -> None:
    with pytest.raises(CostError, match=words):
        make_engine(TOWN, **wrong)


@pytest.mark.parametrize("method", ["dijkstra", "hierarchy"])
def test_requests_refused(method: str) -> None:
    engine = make_engine(TOWN, method=method)
    for request in (
        lambda: engine.matrix(toys.at_nodes(49), EVERY),
        lambda: engine.nearest(EVERY, leave=toys.at_nodes(49)),
        lambda: engine.reach(toys.at_nodes(49)),
        lambda: engine.paths(EVERY, toys.at_nodes(49), np.array([[0, 0]])),
    ):
        with pytest.raises(CostError, match="names node 49 of 49"):
            request()
    for pair in ([0, 49], [-1, 0]):
        with pytest.raises(CostError, match="a pair names a point"):
            engine.paths(EVERY, EVERY, np.array([pair]))


def test_order_must_name_every_node() -> None:
    with pytest.raises(CostError, match="every node once"):
        build_hierarchy(town_graph(), order=np.zeros(49, np.int32))


@pytest.mark.parametrize(
    ("start", "node", "ms", "words"),
    [
        ([0, 2], [1], [1], "start must rise"),
        ([1, 1], [1], [1], "start must rise"),
        ([0, 1, 0, 1], [1], [1], "start must rise"),
        ([], [], [], "start must rise"),
        ([0, 1], [1], [], "differ in length"),
        ([0, 1], [1], [-1], "negative"),
        ([0, 1], [-1], [1], "negative"),
    ],
)
def test_seeds_refused(start, node, ms, words: str) -> None:
    ids, cost = np.array(node, np.int32), np.array(ms, np.int64)
    with pytest.raises(CostError, match=words):
        Seeds(np.array(start, np.int64), ids, cost, cost)


def test_seeds_of_columns_drop_missing_entries() -> None:
    node = np.array([[3, -1], [-1, -1], [4, 5]])
    made = Seeds.from_columns(node, node * 10, node * 100)
    assert made.start.tolist() == [0, 1, 1, 3]
    assert made.node.tolist() == [3, 4, 5]
    assert made.time_ms.tolist() == [30, 40, 50]
    assert made.part(1, 3).start.tolist() == [0, 0, 2]
    assert made.part(1, 3).length_cm.tolist() == [400, 500]
    with pytest.raises(CostError, match="differ in shape"):
        Seeds.from_columns(node, node[:2])
