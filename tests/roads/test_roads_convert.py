from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmium.osm.mutable
import osmnx as ox
import pytest
import shapely
from helpers.road_toys import GEOD, length_cm, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
from shelter_geo.roads.sources.convert import from_networkx, to_networkx
from shelter_geo.roads.sources.doors import read_graphml
from shelter_geo.roads.sources.speeds import RoadSettings

TOWN = replace(
    toy_network(
        [(49.8, 40.3), (49.9, 40.3), (49.9, 40.4), (49.8, 40.4)],
        [
            (0, 1, "both", (), "primary"),
            (1, 2, "forward", [(49.95, 40.35)], "tertiary"),
            (2, 3, "both", (), "primary"),
            (0, 3, "backward", (), "tertiary"),
            (0, 1, "both", [(49.85, 40.2)], "tertiary"),
        ],
        kmh=50,
    ),
    provenance=Provenance("a source", "a licence", "2021-08-01"),
)


def edges(network: RoadNetwork) -> list[tuple[object, ...]]:
    """Edges without their order and their direction of drawing."""
    found = []
    for e in range(network.n_edges):
        rows = slice(network.shape_start[e], network.shape_start[e + 1])
        shape = [tuple(point) for point in network.shape_lonlat[rows].tolist()]
        ends = [network.node_id[network.u[e]], network.node_id[network.v[e]]]
        times = [int(network.forward_ms[e]), int(network.backward_ms[e])]
        if (ends[0], shape) > (ends[1], shape[::-1]):
            ends, times, shape = ends[::-1], times[::-1], shape[::-1]
        name = network.class_names[network.road_class[e]]
        found.append((*map(str, ends), int(network.length_cm[e]), *times, name, tuple(shape)))
    return sorted(found)


def graph(
    *arcs: tuple[object, object, dict[str, object]], crs: str = "epsg:4326"
) -> nx.MultiDiGraph:
    result = nx.MultiDiGraph(crs=crs)
    for k, key in enumerate("abcd"):
        result.add_node(key, x=0.1 * k, y=0.0)
    result.add_edges_from(arcs)
    return result


def test_graph_has_what_osmnx_expects():
    result = to_networkx(TOWN)
    assert result.graph["crs"] == "epsg:4326"
    assert result.nodes[101] == {"x": 49.9, "y": 40.3, "street_count": 3}
    counts = {node: tags["street_count"] for node, tags in result.nodes(data=True)}
    assert counts == ox.stats.count_streets_per_node(result)
    assert result.number_of_edges() == 8
    one_way = result.edges[101, 102, 0]
    assert one_way["oneway"] is True
    assert one_way["reversed"] is False
    assert one_way["highway"] == "tertiary"
    assert one_way["length"] == TOWN.length_cm[1] / 100
    assert one_way["travel_time"] == TOWN.forward_ms[1] / 1000
    assert one_way["speed_kph"] == pytest.approx(50, rel=1e-5)
    assert list(one_way["geometry"].coords)[1] == (49.95, 40.35)
    back = result.edges[103, 100, 0]
    assert back["reversed"] is True
    assert result.edges[101, 100, 1]["geometry"].coords[0] == (49.9, 40.3)
    gdf = ox.graph_to_gdfs(result, nodes=False)
    assert len(gdf) == 8


def test_round_trip_keeps_every_edge_and_the_provenance():
    again = from_networkx(to_networkx(TOWN))
    assert again.node_id.tolist() == TOWN.node_id.tolist()
    assert edges(again) == edges(TOWN)
    assert again.provenance.source == "a source"
    assert again.provenance.licence == "a licence"
    assert again.provenance.date == "2021-08-01"


def test_round_trip_through_the_graphml_of_osmnx(tmp_path: Path):
    path = tmp_path / "town.graphml"
    ox.save_graphml(to_networkx(TOWN), path)
    assert edges(read_graphml(path)) == edges(TOWN)
    third = to_networkx(read_graphml(path))
    ox.save_graphml(third, path)
    assert edges(read_graphml(path)) == edges(TOWN)


def test_a_network_goes_there_and_back_with_what_is_said_of_its_source():
    """As an analyst writes it, with everything that the graph or the call says of its source."""
    again = from_networkx(to_networkx(TOWN))
    assert edges(again) == edges(TOWN)
    assert again.provenance.source == "a source"
    slow = RoadSettings(speed_kmh={"primary": 36})
    arcs = ("a", "b", {"highway": "primary", "length": 10.0})
    told = from_networkx(graph(arcs), slow, source="survey", licence="CC0", date="2020-01-01")
    assert told.forward_ms.tolist() == [1000]
    assert (told.provenance.source, told.provenance.licence) == ("survey", "CC0")
    assert told.provenance.date == "2020-01-01"
    with pytest.raises(RoadError, match="1 edge has a negative length"):
        from_networkx(graph(("a", "b", {"length": -1.0, "highway": "road"})))
    with pytest.raises(RoadError, match="project it"):
        from_networkx(graph(crs="EPSG:3857"))


@pytest.fixture(scope="module")
def town_of_osmnx(tmp_path_factory: pytest.TempPathFactory) -> nx.MultiDiGraph:
    """A graph that osmnx itself made of OpenStreetMap data, simplified, with speeds and times."""
    nodes = {
        1: (49.80, 40.30), 2: (49.81, 40.305), 3: (49.82, 40.30), 4: (49.82, 40.31),
        5: (49.81, 40.32), 6: (49.80, 40.31),
    }  # fmt: skip
    ways = [
        ([1, 2, 3], {"highway": "primary", "maxspeed": "60", "name": "A"}),
        ([3, 4], {"highway": "secondary", "oneway": "yes"}),
        ([4, 5, 6], {"highway": "tertiary"}),
        ([6, 1], {"highway": "residential", "oneway": "-1"}),
        ([1, 4], {"highway": "track"}),
    ]
    path = tmp_path_factory.mktemp("osmnx") / "town.osm"
    with osmium.SimpleWriter(str(path)) as writer:
        for ref, at in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, version=1, location=at))
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=refs, tags=tags))
    made = ox.graph_from_xml(path, retain_all=True)
    nx.set_node_attributes(made, ox.stats.count_streets_per_node(made), "street_count")
    return ox.add_edge_travel_times(ox.add_edge_speeds(made))


def arc_costs(made: nx.MultiDiGraph) -> list[tuple[int, int, float, float]]:
    """Arcs as (tail, head, metres, seconds), whatever object holds them."""
    return sorted(
        (u, v, round(tags["length"], 2), round(tags["travel_time"], 3))
        for u, v, tags in made.edges(data=True)
    )


def test_graph_that_osmnx_made_survives_the_round_trip(town_of_osmnx: nx.MultiDiGraph):
    network = from_networkx(town_of_osmnx)
    assert network.provenance.settings["counts"] == {}
    back = to_networkx(network)
    assert arc_costs(back) == arc_costs(town_of_osmnx)
    places = {node: (tags["x"], tags["y"]) for node, tags in town_of_osmnx.nodes(data=True)}
    assert {node: (tags["x"], tags["y"]) for node, tags in back.nodes(data=True)} == places
    for u, v in (pair for pair in ((1, 3), (6, 3), (3, 6)) if set(pair) <= set(places)):
        routes = [
            ox.routing.shortest_path(made, u, v, weight="travel_time")
            for made in (town_of_osmnx, back)
        ]
        assert routes[0] == routes[1]
    theirs, ours = ox.stats.basic_stats(town_of_osmnx), ox.stats.basic_stats(back)
    assert ours["streets_per_node_counts"] == theirs["streets_per_node_counts"]
    for name in ("n", "m", "edge_length_total", "street_length_total", "circuity_avg"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-5), name
    nodes, streets = ox.graph_to_gdfs(back)
    assert (len(nodes), len(streets)) == (network.n_nodes, len(network.arcs.tail))


def test_graphml_that_osmnx_saved_and_loaded_is_the_same_network(
    town_of_osmnx: nx.MultiDiGraph, tmp_path: Path
):
    ox.save_graphml(town_of_osmnx, tmp_path / "town.graphml")
    direct = from_networkx(town_of_osmnx)
    loaded = from_networkx(ox.load_graphml(tmp_path / "town.graphml"))
    assert edges(loaded) == edges(direct)
    ox.save_graphml(to_networkx(direct), tmp_path / "ours.graphml")
    again = from_networkx(ox.load_graphml(tmp_path / "ours.graphml"))
    assert edges(again) == edges(direct)


def test_osmnx_finds_the_same_shortest_route():
    result = to_networkx(TOWN)
    for weight, arc_weight in (("length", "length_cm"), ("travel_time", "time_ms")):
        route = ox.routing.shortest_path(result, 103, 102, weight=weight)
        frame = ox.routing.route_to_gdf(result, route, weight=weight)
        arcs = TOWN.arcs
        plain = nx.MultiDiGraph()
        costs = getattr(arcs, arc_weight).tolist()
        for tail, head, cost in zip(arcs.tail.tolist(), arcs.head.tolist(), costs, strict=True):
            plain.add_edge(tail, head, cost=cost)
        scale = 100 if weight == "length" else 1000
        expected = nx.dijkstra_path_length(plain, 3, 2, weight="cost")
        assert round(frame[weight].sum() * scale) == expected


def test_speeds_and_times_of_osmnx_are_taken():
    bare = to_networkx(TOWN)
    for _, _, tags in bare.edges(data=True):
        del tags["speed_kph"], tags["travel_time"]
    timed = ox.add_edge_travel_times(
        ox.add_edge_speeds(bare, hwy_speeds={"primary": 60, "tertiary": 30})
    )
    network = from_networkx(timed)
    kmh = np.where(network.road_class == network.class_names.index("primary"), 60, 30)
    open_ = network.forward_ms != CLOSED
    expected = (network.length_cm * 36 / kmh)[open_]
    assert network.forward_ms[open_].tolist() == pytest.approx(expected.tolist(), abs=1)
    assert network.provenance.settings["counts"] == {}


def test_simplified_graph_of_osmnx_keeps_its_length():
    chain = toy_network(
        [(0, 0), (0.01, 0.01), (0.02, 0), (0.03, 0.01), (0.03, -0.01)],
        [(0, 1), (1, 2), (2, 3), (2, 4)],
    )
    simplified = ox.simplify_graph(
        to_networkx(chain), edge_attr_aggs={"length": sum, "travel_time": sum}
    )
    network = from_networkx(simplified)
    assert network.n_edges == 3
    assert network.length_cm.sum() == chain.length_cm.sum()
    assert network.forward_ms.sum() == chain.forward_ms.sum()
    bent = int(np.argmax(np.diff(network.shape_start)))
    assert network.length_cm[bent] == chain.length_cm[:2].sum()


def test_missing_lengths_are_measured_and_counted():
    bent = shapely.LineString([(0, 0), (0.05, 0.05), (0.1, 0)])
    network = from_networkx(
        graph(
            ("a", "b", {"travel_time": 60.0, "geometry": bent}),
            ("b", "c", {"speed_kph": 36.0}),
            ("c", "d", {"highway": "primary", "length": 1000.0}),
            ("d", "a", {"highway": ["primary", "track"], "length": 1000, "maxspeed": ["50", "90"]}),
        )
    )
    assert network.node_id.tolist() == ["a", "b", "c", "d"]
    straight = round(GEOD.inv(0.1, 0, 0.2, 0)[2] * 100)
    ends = list(zip(network.u.tolist(), network.v.tolist(), strict=True))
    by_ends = dict(zip(ends, network.length_cm.tolist(), strict=True))
    assert by_ends[0, 1] == length_cm(list(bent.coords))
    assert by_ends[1, 2] == straight
    times = dict(zip(ends, network.forward_ms.tolist(), strict=True))
    assert times[0, 1] == 60_000
    assert times[1, 2] == pytest.approx(straight, abs=1)
    assert times[2, 3] == round(100_000 * 36 / 65)
    assert network.backward_ms[network.u == 0].tolist() == [CLOSED, round(100_000 * 36 / 50)]
    assert network.provenance.settings["counts"] == {
        "lengths_measured": 2,
        "times_from_class": 2,
        "times_from_speed": 1,
    }


def test_settings_give_speeds_and_leave_out_classes():
    arcs = [("a", "b", {"highway": "track", "length": 10.0}), ("b", "c", {"highway": "trunk"})]
    network = from_networkx(graph(*arcs), RoadSettings(keep=("track",), speed_kmh={"track": 36}))
    assert network.forward_ms.tolist() == [1000]
    assert network.provenance.settings["counts"]["not_kept"] == 1


def test_two_directions_become_one_edge_only_along_one_line():
    there = {"length": 10.0, "travel_time": 1.0}
    back = {"length": 10.0, "travel_time": 2.0}
    both = from_networkx(graph(("b", "a", there), ("a", "b", back)))
    assert (both.n_edges, both.forward_ms.tolist(), both.backward_ms.tolist()) == (
        1,
        [2000],
        [1000],
    )
    dual = from_networkx(graph(("a", "b", there), ("b", "a", {**back, "length": 11.0})))
    assert dual.n_edges == 2
    twice = from_networkx(graph(("a", "b", there), ("a", "b", there), ("b", "a", back)))
    assert sorted(twice.backward_ms.tolist()) == [CLOSED, 2000]
    apart = {"oneway": True}
    ways = from_networkx(graph(("a", "b", there | apart), ("b", "a", back | apart)))
    assert ways.n_edges == 2


def test_geometry_drawn_against_the_edge_is_turned_round():
    line = shapely.LineString([(0.1, 0), (0.05, 0.05), (0, 0)])
    tags = {"travel_time": 1.0, "geometry": line.wkt}
    network = from_networkx(graph(("a", "b", tags)))
    assert network.shape_lonlat.tolist() == [[0, 0], [0.05, 0.05], [0.1, 0]]


def test_undirected_graph_is_two_way_and_tuple_keys_are_kept():
    plain = nx.Graph()
    plain.add_node((0, 0), x=0.0, y=0.0)
    plain.add_node((0, 1), x=0.1, y=0.0)
    plain.add_edge((0, 0), (0, 1), travel_time=5)
    network = from_networkx(plain)
    assert network.node_id.tolist() == [(0, 0), (0, 1)]
    assert (network.forward_ms.tolist(), network.backward_ms.tolist()) == ([5000], [5000])


def test_order_of_the_graph_does_not_matter():
    forward = to_networkx(TOWN)
    backward = nx.MultiDiGraph(**forward.graph)
    backward.add_nodes_from(reversed(list(forward.nodes(data=True))))
    backward.add_edges_from(reversed(list(forward.edges(data=True))))
    first, second = from_networkx(forward), from_networkx(backward)
    for name, value in vars(first).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(second, name)), name


def test_empty_graph_is_an_empty_network():
    assert from_networkx(nx.MultiDiGraph()).n_nodes == 0


@pytest.mark.parametrize(
    ("arcs", "message"),
    [
        (
            [
                ("a", "b", {"length": -1.0, "highway": "road"}),
                ("b", "c", {"length": -2, "highway": "road"}),
            ],
            r"2 edges have a negative length, e\.g\. a-b \(-1\.0\), b-c \(-2\)",
        ),
        ([("a", "b", {"travel_time": -5.0})], r"1 edge has a negative travel_time, e\.g\. a-b"),
        ([("a", "b", {"travel_time": float("nan")})], "1 edge has no number as travel_time"),
        (
            [("a", "b", {"length": "long", "highway": "road"})],
            r"no number as length, e\.g\. a-b \(long\)",
        ),
        ([("a", "b", {"length": 5.0})], "1 edge has no travel_time, speed_kph or highway"),
        ([("a", "b", {"speed_kph": 0})], "1 edge has a speed of 0"),
        (
            [("a", "b", {"travel_time": 1, "geometry": shapely.Point(0, 0)})],
            "a geometry that is not a line",
        ),
        ([("a", "b", {"travel_time": 1, "geometry": "LINE"})], "a geometry that is not a line"),
        ([("a", "z", {"travel_time": 1})], "1 nodes have no x and y in degrees, e.g. z"),
    ],
)
def test_bad_weights_are_counted_with_examples(arcs, message):
    with pytest.raises(RoadError, match=message):
        from_networkx(graph(*arcs))


def test_projected_graph_is_refused():
    with pytest.raises(RoadError, match="the graph is in EPSG:32639; project it"):
        from_networkx(graph(crs="EPSG:32639"))
    far = graph()
    far.nodes["a"]["x"] = 400_000.0
    with pytest.raises(RoadError, match=r"1 nodes have no x and y in degrees, e\.g\. a"):
        from_networkx(far)


@pytest.mark.parametrize("content", ["", "<osm/>", "<graphml", "from,to\n", None])
def test_what_is_not_graphml_is_refused(tmp_path: Path, content: str | None):
    path = tmp_path / "g.graphml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(RoadError, match=r"g\.graphml (is not a graph|does not exist)"):
        read_graphml(path)


arc = st.tuples(
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from(["both", "forward", "backward"]),
    st.just([]) | st.lists(st.sampled_from([(0.5, 0.5), (0.2, 0.7)]), min_size=1, max_size=2),
    st.sampled_from(["primary", "track"]),
)


@settings(max_examples=100)
@given(st.lists(arc, max_size=10))
def test_any_network_survives_the_round_trip(arcs):
    places = [(0.1 * k, 0.01 * k * k) for k in range(6)]
    straight_loops = [a for a in arcs if a[0] != a[1] or len(set(a[3])) > 1]
    network = toy_network(places, straight_loops, kmh=30)
    assert edges(from_networkx(to_networkx(network))) == edges(network)
