"""Forbidden turns: beside a plain search from drive to drive, and restrictions read from files."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import osmium.osm.mutable
import pandas as pd
import pytest
from helpers.engine_toys import network as toy
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from shelter_geo.access.costs import cost_matrix
from shelter_geo.access.lines import roads_of_routes, routes
from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import OpenRoad
from shelter_geo.roads.check import check_network
from shelter_geo.roads.joining.snapping import SnapSettings
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.redrawing import redraw
from shelter_geo.roads.routing.engine import make_engine, redrawn_engine
from shelter_geo.roads.routing.graph import Seeds
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.roads.sources.restrictions import (
    Member,
    Outcome,
    Restriction,
    read_restriction,
    turn_summary,
)
from shelter_geo.roads.sources.store import load_network, save_network

END = 10**18


class Case(NamedTuple):
    """A network, and places to set out and to arrive: a node, or half way along a drive."""

    net: RoadNetwork
    starts: list[tuple[str, int]]
    goals: list[tuple[str, int]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n = draw(st.integers(1, 7))
    node, ms = st.integers(0, n - 1), st.integers(-1, 9)
    edges = draw(st.lists(st.tuples(node, node, st.integers(0, 9), ms, ms), max_size=2 * n))
    net = toy(n, edges)
    turns = [
        (before, after)
        for before in range(2 * len(edges))
        for after in range(2 * len(edges))
        if ends(net, before)[1] == ends(net, after)[0]
    ]
    chosen = sorted(draw(st.sets(st.sampled_from(turns), max_size=12))) if turns else []
    pairs = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    net = replace(net, turn_from=pairs[:, 0].copy(), turn_to=pairs[:, 1].copy())
    drives = [drive for drive in range(2 * len(edges)) if cost(net, drive) is not None]
    place = st.tuples(st.just("node"), node)
    if drives:
        place |= st.tuples(st.just("drive"), st.sampled_from(drives))
    some = st.lists(place, min_size=1, max_size=4)
    return Case(net, draw(some), draw(some))


def ends(net: RoadNetwork, drive: int) -> tuple[int, int]:
    """Nodes from which and to which a drive runs."""
    pair = int(net.u[drive // 2]), int(net.v[drive // 2])
    return pair[::-1] if drive % 2 else pair


def cost(net: RoadNetwork, drive: int) -> tuple[int, int] | None:
    time = int((net.backward_ms if drive % 2 else net.forward_ms)[drive // 2])
    return None if time < 0 else (time, int(net.length_cm[drive // 2]))


def plainly(net: RoadNetwork, start: tuple[str, int], goal: tuple[str, int]) -> tuple[int, int]:
    """Least cost by a search whose states are drives that have been made."""
    forbidden = set(zip(net.turn_from.tolist(), net.turn_to.tolist(), strict=True))
    drives = [drive for drive in range(2 * net.n_edges) if cost(net, drive) is not None]
    best, done = (END, END), set()
    queue: list[tuple[tuple[int, int], int]] = []
    if start[0] == "drive":
        queue.append(((0, 0), start[1]))
    else:
        if goal == start:
            return 0, 0
        for drive in drives:
            if ends(net, drive)[0] == start[1]:
                if goal == ("drive", drive):
                    return 0, 0
                queue.append((cost(net, drive) or (0, 0), drive))
    heapq.heapify(queue)
    while queue:
        spent, drive = heapq.heappop(queue)
        if drive in done:
            continue
        done.add(drive)
        if goal == ("node", ends(net, drive)[1]):
            best = min(best, spent)
        for after in drives:
            if ends(net, after)[0] != ends(net, drive)[1] or (drive, after) in forbidden:
                continue
            if goal == ("drive", after):
                best = min(best, spent)
            time, length = cost(net, after) or (0, 0)
            heapq.heappush(queue, ((spent[0] + time, spent[1] + length), after))
    return best


def seeds(net: RoadNetwork, places: Sequence[tuple[str, int]], *, leaving: bool) -> Seeds:
    nodes = net.junctions.start if leaving else np.arange(net.n_nodes)
    drives = net.junctions.head if leaving else net.junctions.tail
    at = [int((nodes if kind == "node" else drives)[place]) for kind, place in places]
    return Seeds.from_columns(np.array(at))


@pytest.mark.parametrize("method", ["dijkstra", "hierarchy", "redrawn"])
@given(case=cases())
def test_engines_agree_with_a_plain_search_from_drive_to_drive(method: str, case: Case) -> None:
    net, starts, goals = case
    if method == "redrawn":
        base = replace(net, forward_ms=net.forward_ms + 1, backward_ms=net.backward_ms[::-1])
        net = redraw(base, net.forward_ms, net.backward_ms)
        engine = redrawn_engine(net, base)
    else:
        engine = make_engine(net, method=method)
    leave, arrive = seeds(net, starts, leaving=True), seeds(net, goals, leaving=False)
    found = engine.matrix(leave, arrive)
    expected = [[plainly(net, start, goal) for goal in goals] for start in starts]
    time = [[-1 if pair[0] == END else pair[0] for pair in row] for row in expected]
    length = [[-1 if pair[0] == END else pair[1] for pair in row] for row in expected]
    assert found.time_ms.tolist() == time
    assert found.length_cm.tolist() == length
    pairs = np.array([(i, j) for i in range(len(starts)) for j in range(len(goals))])
    forbidden = set(zip(net.turn_from.tolist(), net.turn_to.tolist(), strict=True))
    for way, (i, j) in zip(engine.paths(leave, arrive, pairs), pairs.tolist(), strict=True):
        assert (way.time_ms, way.length_cm) == (time[i][j], length[i][j])
        arcs = way.arcs[net.arcs.edge[way.arcs] >= 0]
        made = (2 * net.arcs.edge[arcs] + ~net.arcs.forward[arcs]).tolist()
        made = [place for kind, place in [starts[i]] if kind == "drive"] + made
        made += [place for kind, place in [goals[j]] if kind == "drive" and way.time_ms >= 0]
        if way.time_ms >= 0:
            assert forbidden.isdisjoint(pairwise(made))


@given(case=cases())
def test_chains_keep_every_cost_and_every_forbidden_turn(case: Case) -> None:
    net = case.net
    at = np.stack([net.u, net.v], axis=1).ravel()
    lines = np.stack([net.lon[at], net.lat[at]], axis=1)
    start = np.arange(0, len(at) + 1, 2)
    net = replace(net, shape_start=start, shape_lonlat=lines)
    merged = contract_chains(net, mixed=True)
    for i, here in enumerate(merged.node_id.tolist()):
        for j, there in enumerate(merged.node_id.tolist()):
            expected = plainly(net, ("node", here), ("node", there))
            assert plainly(merged, ("node", i), ("node", j)) == expected


def test_turns_of_drives_that_do_not_meet_are_refused() -> None:
    net = toy(3, [(0, 1, 5, 5, 5), (1, 2, 5, 5, 5)])
    turn = np.array([0])
    for after, message in ((1 + 2, "do not meet"), (4, "does not exist")):
        with pytest.raises(RoadError, match=message):
            replace(net, turn_from=turn, turn_to=np.array([after]))
    with pytest.raises(RoadError, match="differ in length"):
        replace(net, turn_from=turn)


# ------------------------------------------------------------------------------------- from files

KM = 1 / 111.19
"""Degrees of a kilometre on the equator."""
#   4        Way 1 runs 1-2, way 2 goes on 2-3, way 3 turns left 2-4, way 4 right 2-5;
# 1 2 3      way 5 joins 3 and 4 far around.
#   5
PLACES = {
    1: (-KM, 0.0),
    2: (0.0, 0.0),
    3: (KM, 0.0),
    4: (0.0, KM),
    5: (0.0, -KM),
    6: (9 * KM, 9 * KM),
}
WAYS = {1: [1, 2], 2: [2, 3], 3: [2, 4], 4: [2, 5], 5: [3, 6, 4]}
LEFT = [Member("w", 1, "from"), Member("n", 2, "via"), Member("w", 3, "to")]


def write(
    path: Path,
    relations: Sequence[tuple[Mapping[str, str], Sequence[Member]]],
    ways: Mapping[int, Sequence[int]] = WAYS,
    tags: Mapping[int, Mapping[str, str]] | None = None,
) -> Path:
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for ref, at in PLACES.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=at))
        for number, refs in ways.items():
            own = {"highway": "primary", **(tags or {}).get(number, {})}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=list(refs), tags=own))
        for number, (about, members) in enumerate(relations, start=1):
            writer.add_relation(
                osmium.osm.mutable.Relation(
                    id=number,
                    members=[tuple(member) for member in members],
                    tags={"type": "restriction", **about},
                )
            )
    return path


def turns_of(net: RoadNetwork) -> set[tuple[str, str]]:
    """Forbidden turns as pairs of drives, each by the keys of its ends."""

    def named(drive: int) -> str:
        return "-".join(str(net.node_id[node]) for node in ends(net, drive))

    pairs = zip(net.turn_from.tolist(), net.turn_to.tolist(), strict=True)
    return {(named(before), named(after)) for before, after in pairs}


@pytest.mark.parametrize(
    ("tags", "members", "turns", "outcome"),
    [
        ({"restriction": "no_left_turn"}, LEFT, {("1-2", "2-4")}, "obeyed"),
        (
            {"restriction": "only_straight_on"},
            [*LEFT[:2], Member("w", 2, "to")],
            {("1-2", "2-4"), ("1-2", "2-5"), ("1-2", "2-1")},
            "obeyed",
        ),
        (
            {"restriction": "no_u_turn"},
            [*LEFT[:2], Member("w", 1, "to")],
            {("1-2", "2-1")},
            "obeyed",
        ),
        (
            {"restriction": "no_entry"},
            [*LEFT, Member("w", 4, "from")],
            {("1-2", "2-4"), ("5-2", "2-4")},
            "obeyed",
        ),
        (
            {"restriction": "no_exit"},
            [*LEFT, Member("w", 4, "to")],
            {("1-2", "2-4"), ("1-2", "2-5")},
            "obeyed",
        ),
        ({"restriction:motorcar": "no_left_turn"}, LEFT, {("1-2", "2-4")}, "obeyed"),
        ({"restriction": "No_Left_Turn; no_u_turn"}, LEFT, {("1-2", "2-4")}, "obeyed"),
        ({"restriction:hgv": "no_left_turn"}, LEFT, set(), "not_for_cars"),
        ({"restriction": "no_left_turn", "except": "bus;motorcar"}, LEFT, set(), "not_for_cars"),
        ({"restriction": "no_left_turn", "except": "bus"}, LEFT, {("1-2", "2-4")}, "obeyed"),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr)"}, LEFT, set(), "conditional"),
        ({"restriction": "no_left_turn", "hour_on": "7:00"}, LEFT, set(), "conditional"),
        ({"restriction": "no_parking"}, LEFT, set(), "not_understood"),
        ({}, LEFT, set(), "not_understood"),
        ({"restriction": "no_left_turn"}, LEFT[:2], set(), "malformed"),
        ({"restriction": "no_left_turn"}, [*LEFT, Member("w", 4, "to")], set(), "malformed"),
        (
            {"restriction": "no_u_turn"},
            [LEFT[0], Member("w", 2, "via"), Member("w", 5, "to")],
            set(),
            "via_way",
        ),
        (
            {"restriction": "no_left_turn"},
            [*LEFT[:2], Member("w", 99, "to")],
            set(),
            "not_on_these_roads",
        ),
        (
            {"restriction": "no_left_turn"},
            [LEFT[0], Member("n", 3, "via"), LEFT[2]],
            set(),
            "not_on_these_roads",
        ),
    ],
)
def test_a_restriction_forbids_its_turns_or_is_counted(
    tmp_path: Path,
    tags: Mapping[str, str],
    members: Sequence[Member],
    turns: set[tuple[str, str]],
    outcome: str,
) -> None:
    net = read_pbf(write(tmp_path / "a.osm.pbf", [(tags, members)]))
    assert turns_of(net) == turns
    assert net.provenance.settings["turns"] == {outcome: 1}
    assert net.provenance.settings["counts"]["turn_restrictions"] == 1


def test_a_way_that_goes_on_is_obeyed_where_it_is_one_way(tmp_path: Path) -> None:
    ways = {1: [1, 2, 3], 3: [2, 4], 4: [2, 5]}
    rule = [({"restriction": "no_left_turn"}, LEFT)]
    net = read_pbf(write(tmp_path / "a.osm.pbf", rule, ways))
    assert (turns_of(net), net.provenance.settings["turns"]) == (set(), {"ambiguous": 1})
    one_way = {1: {"oneway": "yes"}}
    net = read_pbf(write(tmp_path / "b.osm.pbf", rule, ways, one_way))
    assert turns_of(net) == {("1-2", "2-4")}
    against = {1: {"oneway": "-1"}}
    net = read_pbf(write(tmp_path / "c.osm.pbf", rule, {1: [1, 2], 3: [2, 4]}, against))
    assert net.provenance.settings["turns"] == {"needless": 1}


def test_places_near_a_turn_that_is_not_obeyed_are_named(tmp_path: Path) -> None:
    rules = [
        ({"restriction": "no_u_turn"}, [LEFT[0], Member("w", 2, "via"), Member("w", 5, "to")]),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr)"}, LEFT),
        ({"restriction": "no_u_turn"}, [LEFT[0], Member("w", 77, "via"), Member("w", 5, "to")]),
        ({"restriction": "no_left_turn"}, LEFT),
    ]
    net = read_pbf(write(tmp_path / "a.osm.pbf", rules))
    left = net.provenance.settings["turns_left"]
    assert left == [("conditional", 0.0, 0.0), ("via_way", 0.0, 0.0)]
    save_network(net, tmp_path / "a.npz")
    points = gpd.GeoSeries([Point(0, KM / 2), Point(9 * KM, 9 * KM)], ["near", "far"], "EPSG:4326")
    found = check_network(load_network(tmp_path / "a.npz"), points=points)
    assert found.turns.index.tolist() == ["near"]
    assert found.turns["km"].item() == pytest.approx(0.5, abs=0.01)
    assert (
        "2 turn restrictions on these roads are not obeyed; places within 1 km of one: near."
        in found.summary()
    )
    assert "not obeyed" not in check_network(net).summary()


def test_what_only_opens_is_open_beside_what_another_only_opens() -> None:
    rule = read_restriction({"restriction": "only_right_turn"}, LEFT)
    assert rule == Restriction(only=True, from_ways=(1,), via=2, to_ways=(3,))
    assert turn_summary({}) == []
    assert turn_summary({"obeyed": 1200, "via_way": 2}) == [
        "Turn restrictions: 1,202",
        "  1,200 obeyed",
        "  2 not obeyed: by way of a road, not of a point",
    ]
    assert set(map(str, Outcome)) >= {"obeyed", "via_way"}


def test_a_route_goes_around_a_forbidden_turn_and_is_drawn_there(tmp_path: Path) -> None:
    """From 1 to the north: 2 km by the left turn, 3 km or less by turning round at a dead end."""
    rules = [
        ({"restriction": "no_left_turn"}, LEFT),
        ({"restriction": "no_u_turn"}, [*LEFT[:2], Member("w", 1, "to")]),
    ]
    free = contract_chains(read_pbf(write(tmp_path / "a.osm.pbf", [])))
    net = contract_chains(read_pbf(write(tmp_path / "b.osm.pbf", rules)))
    near = SnapSettings(connector_kmh=36.0, max_connector_km=5.0, min_component_share=0.0)
    start = gpd.GeoSeries([Point(-KM / 2, 0.0), Point(-KM, 0.0)], index=["half", "end"], crs=4326)
    goal = gpd.GeoSeries([Point(0.0, KM / 2), Point(0.0, 0.0)], index=["up", "mid"], crs=4326)

    def km(roads: RoadNetwork) -> pd.DataFrame:
        return cost_matrix(roads, start, goal, snapping=near).distance_km

    assert km(free).to_numpy().ravel() == pytest.approx([1.0, 0.5, 1.5, 1.0], abs=0.01)
    # Down to the dead end in the south and back, then straight on.
    assert km(net).to_numpy().ravel() == pytest.approx([3.0, 0.5, 3.5, 1.0], abs=0.02)
    nearest = pd.Series({"half": "up"})
    line = routes(net, start, goal, nearest, snapping=near).at["half", "geometry"]
    assert (0.0, pytest.approx(-KM, abs=1e-6)) in list(line.coords)
    used = roads_of_routes(net, start, goal, nearest, snapping=near)
    # The roads to the east and north are one loop, since nothing branches off.
    assert {tuple(sorted((net.node_id[net.u[e]], net.node_id[net.v[e]]))) for e in used} == {
        (1, 2), (2, 2), (2, 5),
    }  # fmt: skip
    kept = load_network(save_network(net, tmp_path / "roads.npz"))
    assert turns_of(kept) == turns_of(net)


def test_a_cut_edge_keeps_the_forbidden_turn_at_its_end(tmp_path: Path) -> None:
    rules = [({"restriction": "no_left_turn"}, LEFT)]
    net = read_pbf(write(tmp_path / "a.osm.pbf", rules))
    road = OpenRoad(start=(-KM / 2, 0.0), end=4, kmh=60, km=9)
    cut = apply_changes(net, [road])
    ((before, after),) = turns_of(cut)
    assert (before.endswith("-2"), before == "1-2", after) == (True, False, "2-4")
