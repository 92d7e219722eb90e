"""One set of rules holds at every door by which roads come in."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import osmnx as ox
import pytest
from helpers.road_doors import graph_of
from helpers.road_toys import GEOD, write_pbf

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.convert import from_networkx, to_networkx
from shelter_geo.roads.sources.doors import read_roads_file
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.roads.sources.osmnx_session import Server
from shelter_geo.roads.sources.overpass import _network
from shelter_geo.roads.sources.speeds import RoadSettings

NODES = {1: (30.0, 50.0), 2: (30.1, 50.0), 3: (30.2, 50.0), 4: (30.1, 50.1)}
KM = {pair: GEOD.inv(*NODES[pair[0]], *NODES[pair[1]])[2] / 1000 for pair in ((1, 2), (2, 3))}
Ways = list[tuple[list[int], dict[str, str]]]
Points = dict[int, dict[str, str]]


def by_pbf(folder: Path, ways: Ways, points: Points) -> RoadNetwork:
    return read_pbf(write_pbf(folder / "town.osm.pbf", NODES, ways, points))


def by_overpass(folder: Path, ways: Ways, points: Points) -> RoadNetwork:
    elements = [
        {"type": "node", "id": ref, "lon": lon, "lat": lat, "tags": points.get(ref, {})}
        for ref, (lon, lat) in NODES.items()
    ] + [
        {"type": "way", "id": number, "nodes": refs, "tags": tags}
        for number, (refs, tags) in enumerate(ways, start=1)
    ]
    (folder / "a.json").write_text(json.dumps({"elements": elements}), encoding="utf-8")
    return _network(Server("http://here/api", folder), RoadSettings())


def by_networkx(folder: Path, ways: Ways, points: Points) -> RoadNetwork:
    return from_networkx(graph_of(NODES, ways, points))


def by_graphml_of_networkx(folder: Path, ways: Ways, points: Points) -> RoadNetwork:
    nx.write_graphml(graph_of(NODES, ways, points), folder / "town.graphml")
    return read_roads_file(folder / "town.graphml")


def by_graphml_of_osmnx(folder: Path, ways: Ways, points: Points) -> RoadNetwork:
    ox.save_graphml(graph_of(NODES, ways, points), folder / "town.graphml")
    return read_roads_file(folder / "town.graphml")


DOORS = [by_pbf, by_overpass, by_networkx, by_graphml_of_networkx, by_graphml_of_osmnx]


def minutes(network: RoadNetwork, tail: int, head: int) -> float | None:
    """Time of the only street between two nodes, None where that way is closed."""
    ids = network.node_id.tolist()
    for e in range(network.n_edges):
        ends = ids[network.u[e]], ids[network.v[e]]
        times = network.forward_ms[e], network.backward_ms[e]
        for pair, time in zip((ends, ends[::-1]), times, strict=True):
            if pair == (tail, head):
                return None if time == CLOSED else float(time) / 60_000
    return None


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({}, 65, 65),
        ({"motor_vehicle": "agricultural;forestry"}, None, None),
        ({"motor_vehicle": "forestry;yes"}, 65, 65),
        ({"access": "Private"}, None, None),
        ({"access": "permit"}, None, None),
        ({"motor_vehicle": "bus"}, None, None),
        ({"motor_vehicle:backward": "no"}, 65, None),
        ({"oneway": "yes"}, 65, None),
        ({"oneway": "-1"}, None, 65),
        ({"oneway": "reversible"}, None, None),
        ({"maxspeed": "50;30"}, 30, 30),
        ({"maxspeed": "40 KM/H", "maxspeed:backward": "20"}, 40, 20),
        ({"maxspeed": "40,5"}, 40.5, 40.5),
        ({"maxspeed": "AZ:urban"}, 60, 60),
        ({"surface": "gravel"}, 40, 40),
        ({"smoothness": "impassable"}, None, None),
        ({"ice_road": "yes"}, None, None),
        ({"seasonal": "winter"}, None, None),
        ({"service": "emergency_access"}, None, None),
    ],
)
def test_a_way_means_the_same_at_every_door(door, tags, there, back, tmp_path: Path):
    ways = [([1, 2], {"highway": "primary", **tags}), ([2, 3], {"highway": "primary"})]
    network = door(tmp_path, ways, {})
    for pair, kmh in (((1, 2), there), ((2, 1), back)):
        expected = None if kmh is None else KM[1, 2] / kmh * 60
        assert minutes(network, *pair) == (expected and pytest.approx(expected, rel=1e-5))
    assert minutes(network, 2, 3) == pytest.approx(KM[2, 3] / 65 * 60, rel=1e-5)


@pytest.mark.parametrize("door", DOORS)
def test_a_ferry_takes_its_duration_over_all_its_parts(door, tmp_path: Path):
    ways = [
        ([1, 2, 3], {"route": "ferry", "duration": "pt1h30m"}),
        ([2, 4], {"highway": "primary"}),
    ]
    network = door(tmp_path, ways, {})
    assert minutes(network, 1, 2) + minutes(network, 2, 3) == pytest.approx(90, rel=1e-5)
    assert minutes(network, 1, 2) == pytest.approx(90 * KM[1, 2] / (KM[1, 2] + KM[2, 3]), rel=1e-4)
    assert network.enterable.tolist() == [
        network.class_names[c] != "ferry" for c in network.road_class
    ]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("barrier", "open_"),
    [
        ({"barrier": "bollard"}, False),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "bollard", "motorcar": "yes"}, True),
    ],
)
def test_a_barrier_cuts_the_way_at_every_door(door, barrier, open_, tmp_path: Path):
    ways = [([1, 2, 3], {"highway": "primary"}), ([1, 4], {"highway": "primary"})]
    network = door(tmp_path, ways, {2: barrier})
    reach = nx.Graph(zip(network.u.tolist(), network.v.tolist(), strict=True))
    ids = network.node_id.tolist()
    assert nx.has_path(reach, ids.index(1), ids.index(3)) is open_
    assert network.length_cm.sum() / 1e5 == pytest.approx(
        KM[1, 2] + KM[2, 3] + GEOD.inv(*NODES[1], *NODES[4])[2] / 1000, rel=1e-6
    )
    counts = network.provenance.settings["barriers"]
    assert sum(counts.values()) == (0 if open_ else 1)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("tags", "enterable"),
    [
        ({"highway": "motorway", "oneway": "no"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "trunk"}, True),
        ({"highway": "primary", "tunnel": "yes"}, False),
        ({"highway": "primary", "tunnel": "building_passage"}, True),
    ],
)
def test_what_a_person_can_step_onto(door, tags, enterable, tmp_path: Path):
    network = door(tmp_path, [([1, 2], tags), ([2, 3], {"highway": "track"})], {})
    track = network.class_names.index("track")
    assert network.enterable[network.road_class != track].tolist() == [enterable]
    assert network.enterable[network.road_class == track].tolist() == [True]
    assert contract_chains(network).enterable.sum() == network.enterable.sum()
    again = from_networkx(to_networkx(network))
    assert sorted(again.enterable.tolist()) == sorted(network.enterable.tolist())


@pytest.mark.parametrize("door", DOORS)
def test_values_that_are_not_understood_are_told_at_every_door(door, tmp_path: Path):
    ways = [([1, 2], {"highway": "primary", "maxspeed": "fast"}), ([2, 3], {"highway": "track"})]
    (row,) = door(tmp_path, ways, {}).provenance.settings["tags"]
    assert (row["tag"], row["value"], row["ways"]) == ("maxspeed", "fast", 1)
    assert row["km"] == pytest.approx(KM[1, 2], rel=0.005)


# --- graphs


def test_edges_joined_of_several_ways_are_as_slow_and_as_closed_as_any(tmp_path: Path):
    made = graph_of(NODES, [([1, 2], {}), ([2, 3], {}), ([1, 4], {})], {})
    joined = {
        (1, 2): {"highway": ["primary", "track"], "osmid": [1, 2], "tunnel": "yes"},
        (2, 3): {"highway": "primary", "access": ["yes", "private"]},
        (1, 4): {"highway": ["primary", "footway"]},
    }
    for u, v, tags in made.edges(data=True):
        tags.update(joined[min(u, v), max(u, v)])
    for network in (from_networkx(made), saved(made, tmp_path)):
        assert network.n_edges == 1
        assert minutes(network, 1, 2) == pytest.approx(KM[1, 2] / 25 * 60, rel=1e-5)
        assert network.class_names == ("track",)
        assert network.enterable.tolist() == [True]


def saved(made: nx.MultiDiGraph, folder: Path) -> RoadNetwork:
    ox.save_graphml(made, folder / "joined.graphml")
    return read_roads_file(folder / "joined.graphml")


def test_a_class_outside_keep_is_left_out_though_its_speed_is_given():
    ways = [([1, 2], {"highway": "footway"}), ([2, 3], {"highway": "primary"})]
    made = graph_of(NODES, ways, {})
    for _, _, tags in made.edges(data=True):
        tags["speed_kph"] = 30.0
    network = from_networkx(made)
    assert minutes(network, 1, 2) is None
    assert minutes(network, 2, 3) == pytest.approx(KM[2, 3] / 30 * 60, rel=1e-5)
    (row,) = network.provenance.settings["tags"]
    assert (row["tag"], row["value"], row["kind"]) == ("highway", "footway", "left out")
    assert row["km"] == pytest.approx(KM[1, 2], abs=0.001)
    made.remove_edges_from([(2, 3), (3, 2)])
    with pytest.raises(RoadError, match=r"no road that is kept among its 2 edges; .*=footway"):
        from_networkx(made)


def test_a_class_that_is_unknown_is_driven_in_the_time_given_and_told():
    made = nx.MultiDiGraph(crs="epsg:4326")
    made.add_nodes_from((ref, {"x": lon, "y": lat}) for ref, (lon, lat) in NODES.items())
    made.add_edge(1, 2, highway="chaussee", travel_time=60.0)
    network = from_networkx(made)
    assert minutes(network, 1, 2) == 1
    (row,) = network.provenance.settings["tags"]
    assert (row["value"], row["kind"]) == ("chaussee", "not understood")


def test_a_graph_without_directions_cannot_be_one_way():
    made = nx.Graph()
    made.add_node("a", x=30.0, y=50.0, barrier="block")
    made.add_node("b", x=30.1, y=50.0)
    made.add_node("c", x=30.2, y=50.0)
    made.add_edge("a", "b", highway="primary", oneway="yes", length=100)
    made.add_edge("a", "c", highway="primary", length=100)
    network = from_networkx(made)
    assert (network.forward_ms >= 0).all()
    assert (network.backward_ms >= 0).all()
    assert sorted(network.node_id.tolist()) == ["a", "a#2", "b", "c"]
    assert [row["tag"] for row in network.provenance.settings["tags"]] == ["oneway"]
