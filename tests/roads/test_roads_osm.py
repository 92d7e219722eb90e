from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmium.osm.mutable
import pytest
from helpers.road_toys import GEOD, length_cm, write_pbf
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.osm import read_pbf, read_places
from shelter_geo.roads.sources.speeds import SPEED_KMH, RoadSettings, read_road_settings
from shelter_geo.roads.sources.ways import Ways, network_of_ways, step_metres

CROSS = {1: (0.0, 0.0), 2: (0.01, 0.0), 3: (0.02, 0.0), 4: (0.01, 0.01), 5: (0.01, -0.01)}


def edges(network: RoadNetwork) -> list[tuple[int, int]]:
    return list(zip(network.node_id[network.u], network.node_id[network.v], strict=True))


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    return tmp_path / "town.osm.pbf"


# --- settings


def test_documented_defaults_are_the_defaults():
    page = Path(__file__).parents[2] / "docs" / "howto" / "osm-roads.md"
    blocks = page.read_text(encoding="utf-8").split("```toml\n")[1:]
    stated = next(tomllib.loads(b.split("```")[0]) for b in blocks if b.startswith("keep"))
    assert set(stated) == set(RoadSettings.model_fields)
    assert RoadSettings.model_validate(stated) == RoadSettings()
    assert stated["speed_kmh"] == SPEED_KMH


def test_settings_file(tmp_path: Path):
    path = tmp_path / "roads.toml"
    path.write_text('keep = ["primary"]\n[speed_kmh]\nprimary = 50\n', encoding="utf-8")
    found = read_road_settings(path)
    assert found.keep == ("primary",)
    assert (found.speed_kmh["primary"], found.speed_kmh["trunk"]) == (50, 85)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keeep = []", "keeep: Extra inputs are not permitted"),
        ("keep = []", "at least one class of road must be kept"),
        ("[speed_kmh]\ntrack = 0", "speed_kmh.track: Input should be greater than 0"),
        ("construction = 'yes'", "construction: Input should be 'drop', 'closed' or 'open'"),
        ("keep = ", "is not a TOML file"),
    ],
)
def test_bad_settings_file(tmp_path: Path, text: str, message: str):
    path = tmp_path / "roads.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RoadError, match=message):
        read_road_settings(path)
    with pytest.raises(RoadError, match="cannot be read: No such file"):
        read_road_settings(tmp_path / "absent.toml")


# --- ways to edges


def test_ways_are_split_where_they_meet_and_keep_every_point(pbf: Path):
    write_pbf(
        pbf,
        {**CROSS, 6: (0.015, 0.001)},
        [([1, 2, 6, 3], {"highway": "primary"}), ([4, 2, 5], {"highway": "tertiary"})],
    )
    network = read_pbf(pbf)
    assert network.node_id.tolist() == [1, 2, 3, 4, 5]
    assert edges(network) == [(1, 2), (2, 3), (4, 2), (2, 5)]
    assert network.class_names == ("primary", "tertiary")
    assert network.road_class.tolist() == [0, 0, 1, 1]
    assert network.shape_start.tolist() == [0, 2, 5, 7, 9]
    assert network.shape_lonlat[2:5].tolist() == [[0.01, 0], [0.015, 0.001], [0.02, 0]]
    bent = length_cm([(0.01, 0), (0.015, 0.001), (0.02, 0)])
    assert network.length_cm[1] == bent
    assert network.forward_ms[1] == network.backward_ms[1] == round(bent * 36 / 65)
    assert network.lon.tolist() == pytest.approx([CROSS[ref][0] for ref in (1, 2, 3, 4, 5)])
    assert network.lat.tolist() == pytest.approx([CROSS[ref][1] for ref in (1, 2, 3, 4, 5)])


def test_crossing_without_a_shared_point_is_a_bridge(pbf: Path):
    nodes = {**CROSS, 6: (0.01, 0.0)}
    write_pbf(pbf, nodes, [([1, 2, 3], {"highway": "trunk"}), ([4, 6, 5], {"highway": "trunk"})])
    assert edges(read_pbf(pbf)) == [(1, 3), (4, 5)]


def test_one_way_streets_have_one_direction(pbf: Path):
    tags = {"highway": "primary"}
    write_pbf(
        pbf,
        CROSS,
        [([1, 2], {**tags, "oneway": "yes"}), ([2, 3], {**tags, "oneway": "-1"}), ([2, 4], tags)],
    )
    network = read_pbf(pbf)
    assert (network.forward_ms >= 0).tolist() == [True, False, True]
    assert (network.backward_ms >= 0).tolist() == [False, True, True]


def test_rings_and_self_crossings_are_split_where_needed(pbf: Path):
    tags = {"highway": "residential"}
    write_pbf(pbf, CROSS, [([1, 4, 3, 1], tags), ([5, 2, 4, 3, 2], tags), ([1, 1], tags)])
    network = read_pbf(pbf)
    assert edges(network) == [(1, 4), (4, 3), (3, 1), (5, 2), (2, 4), (4, 3), (3, 2)]
    alone = read_pbf(write_pbf(pbf, CROSS, [([1, 2, 4, 1], tags)]))
    assert edges(alone) == [(1, 1)]
    assert alone.length_cm[0] == length_cm([CROSS[ref] for ref in (1, 2, 4, 1)])


def test_repeated_points_do_not_make_edges(pbf: Path):
    network = read_pbf(write_pbf(pbf, CROSS, [([1, 2, 2, 3], {"highway": "road"})]))
    assert edges(network) == [(1, 3)]
    assert len(network.shape_lonlat) == 3


def test_points_missing_from_a_clipped_extract_cut_the_way_and_are_counted(pbf: Path):
    tags = {"highway": "road"}
    write_pbf(pbf, CROSS, [([1, 2, 99, 3, 4], tags), ([5, 98], tags), ([2, 5], tags)])
    network = read_pbf(pbf)
    assert edges(network) == [(1, 2), (3, 4), (2, 5)]
    counts = network.provenance.settings["counts"]
    assert counts == {"incomplete": 2, "kept": 3, "turn_restrictions": 0, "ways": 3}
    assert network.length_cm[1] == length_cm([CROSS[3], CROSS[4]])


def test_ferry_takes_its_duration_and_ignored_speeds_are_counted(pbf: Path):
    write_pbf(
        pbf,
        CROSS,
        [
            ([1, 2, 3], {"route": "ferry", "duration": "00:30"}),
            ([4, 2], {"highway": "primary", "maxspeed": "fast"}),
        ],
    )
    network = read_pbf(pbf)
    ferry = network.road_class == network.class_names.index("ferry")
    assert network.forward_ms[ferry].sum() == pytest.approx(30 * 60_000, abs=20)
    (row,) = network.provenance.settings["tags"]
    assert (row["tag"], row["value"], row["ways"]) == ("maxspeed", "fast", 1)
    assert row["taken_for"] == "the speed of the class"
    assert row["kind"] == "not understood"
    assert row["km"] == pytest.approx(GEOD.inv(*CROSS[4], *CROSS[2])[2] / 1000, rel=0.01)


def test_provenance_names_file_licence_and_settings(pbf: Path):
    write_pbf(pbf, CROSS, [([1, 2], {"highway": "road"})])
    network = read_pbf(pbf, RoadSettings(one_way=False), date="2021-08-01")
    assert network.provenance.source == "OpenStreetMap extract town.osm.pbf"
    assert "ODbL" in network.provenance.licence
    assert network.provenance.date == "2021-08-01"
    assert network.provenance.settings["roads"]["one_way"] is False
    assert len(network.provenance.settings["input_sha256"]) == 64


def test_progress_is_told_the_ways_read(pbf: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shelter_geo.roads.sources.osm.REPORT_EVERY", 2)
    write_pbf(pbf, CROSS, [([1, 2], {"highway": "road"})] * 5)
    seen: list[int] = []
    read_pbf(pbf, progress=seen.append)
    assert seen == [2, 4]


def test_places_are_read_sorted(pbf: Path):
    places = {
        4: {"place": "village", "name": "Upper"},
        1: {"place": "town", "name": "Lower"},
        2: {"place": "hamlet"},
        3: {"name": "nothing"},
    }
    write_pbf(pbf, CROSS, [([1, 2], {"highway": "road"})], places)
    found = read_places(pbf)
    assert found["osm_id"].tolist() == [1, 4]
    assert found["name"].tolist() == ["Lower", "Upper"]
    assert found["place"].tolist() == ["town", "village"]
    assert found.crs == "EPSG:4326"
    assert (found.geometry.x.iloc[1], found.geometry.y.iloc[1]) == CROSS[4]


# --- broken files


def test_file_cut_short_anywhere_is_refused(pbf: Path):
    rng = np.random.default_rng(3)
    nodes = {ref: tuple(rng.uniform(0, 1, 2)) for ref in range(1, 400)}
    write_pbf(pbf, nodes, [([ref, ref + 1], {"highway": "road"}) for ref in range(1, 399)])
    whole = pbf.read_bytes()
    assert read_pbf(pbf).n_edges == 398
    for end in range(20, len(whole), 211):
        pbf.write_bytes(whole[:end])
        with pytest.raises(RoadError, match=r"damaged or cut short|no road that is kept"):
            read_pbf(pbf)
        pbf.write_bytes(whole[: len(whole) - end % 97 - 1])
        with pytest.raises(RoadError, match="damaged or cut short"):
            read_pbf(pbf)


def test_damaged_file_is_refused(pbf: Path):
    write_pbf(pbf, CROSS, [([1, 2], {"highway": "road"})])
    data = bytearray(pbf.read_bytes())
    data[-30:-10] = b"\xff" * 20
    pbf.write_bytes(bytes(data))
    with pytest.raises(RoadError, match="damaged or cut short"):
        read_pbf(pbf)


@pytest.mark.parametrize("reader", [read_pbf, read_places])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"from_node,to_node\n", "is not OpenStreetMap data in PBF, XML or o5m"),
        (b"", "is not OpenStreetMap data in PBF, XML or o5m; it is empty"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_map_is_refused(pbf: Path, reader, content: bytes | None, message: str):
    if content is not None:
        pbf.write_bytes(content)
    with pytest.raises(RoadError, match=message):
        reader(pbf)


def test_folder_is_refused(tmp_path: Path):
    with pytest.raises(RoadError, match="cannot be read: Is a directory"):
        read_pbf(tmp_path)


def test_ways_before_their_points_are_sorted(tmp_path: Path):
    path = tmp_path / "unsorted.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "road"}))
        for ref in (1, 2):
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=CROSS[ref]))
    network = read_pbf(path)
    assert network.n_edges == 1
    assert "which was sorted" in network.provenance.settings["disorder"]


@pytest.mark.parametrize(
    "ways", [[], [([1, 2], {"highway": "footway"})], [([1, 2], {"waterway": "river"})]]
)
def test_file_without_roads_is_refused(pbf: Path, ways: list[tuple[list[int], dict[str, str]]]):
    write_pbf(pbf, CROSS, ways)
    with pytest.raises(RoadError, match="has no road that is kept"):
        read_pbf(pbf)


def test_unknown_setting_is_refused():
    with pytest.raises(ValidationError):
        RoadSettings(speeds={"primary": 10})


# --- properties


@given(
    st.floats(-180, 180),
    st.floats(-89, 89),
    st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=5),
)
def test_steps_are_as_long_as_geodesics(lon: float, lat: float, moves: list[tuple[float, float]]):
    points = np.cumsum([(lon, lat), *moves], axis=0)
    exact = GEOD.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])[2]
    assert step_metres(points) == pytest.approx(exact, abs=1e-5)


@settings(max_examples=80)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=6), min_size=1, max_size=6),
    st.lists(st.sampled_from(["both", "forward", "backward"]), min_size=6, max_size=6),
)
def test_distances_equal_those_of_the_unsplit_points(refs, directions):
    """Dijkstra over every pair of neighbouring points is the independent answer."""
    rng = np.random.default_rng(0)
    places = rng.uniform(0, 0.1, (10, 2))
    ways = [[ref for i, ref in enumerate(way) if i == 0 or ref != way[i - 1]] for way in refs]
    flat = np.array([ref for way in refs for ref in way], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum([len(way) for way in refs])])
    kmh = np.full(len(refs), 36.0)
    network = network_of_ways(
        Ways(
            start,
            flat,
            places[flat],
            np.where([d == "backward" for d in directions[: len(refs)]], 0.0, kmh),
            np.where([d == "forward" for d in directions[: len(refs)]], 0.0, kmh),
            np.zeros(len(refs)),
            np.zeros(len(refs), dtype=np.int16),
            ("road",),
            np.ones(len(refs), dtype=bool),
        ),
        Provenance("toy", "none"),
    )
    expected, got = nx.MultiDiGraph(), nx.MultiDiGraph()
    total = 0.0
    for way, direction in zip(ways, directions, strict=False):
        for a, b in pairwise(way):
            metres = GEOD.inv(*places[a], *places[b])[2]
            total += metres
            if direction != "backward":
                expected.add_edge(a, b, length=metres)
            if direction != "forward":
                expected.add_edge(b, a, length=metres)
    got.add_nodes_from(network.node_id.tolist())
    arcs = network.arcs
    for tail, head, cm in zip(arcs.tail, arcs.head, arcs.length_cm, strict=True):
        got.add_edge(int(network.node_id[tail]), int(network.node_id[head]), length=cm / 100)
    assert network.length_cm.sum() / 100 == pytest.approx(total, abs=0.3)
    for source in network.node_id.tolist():
        reach = nx.single_source_dijkstra_path_length(got, source, weight="length")
        truth = (
            nx.single_source_dijkstra_path_length(expected, source, weight="length")
            if source in expected
            else {source: 0}
        )
        kept = {node: cost for node, cost in truth.items() if node in got}
        assert reach.keys() == kept.keys()
        assert all(reach[node] == pytest.approx(kept[node], abs=0.3) for node in reach)
