"""Files of every kind are read, or named with the command that mends them."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable
import osmnx as ox
import pytest
from helpers.road_toys import GEOD, toy_network, write_pbf

from shelter_geo.errors import RoadError
from shelter_geo.roads.sources.convert import to_networkx
from shelter_geo.roads.sources.doors import read_roads_file
from shelter_geo.roads.sources.osm import read_pbf

NODES = {1: (30.0, 50.0), 2: (30.1, 50.0), 3: (30.2, 50.0)}


def history(path: Path, *, stated: bool) -> Path:
    """A way that was deleted later, and one that was a motorway before, in a file that says so."""
    head = osmium.io.Header()
    head.has_multiple_object_versions = stated
    with osmium.SimpleWriter(str(path), header=head) as writer:
        for ref, at in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, version=1, location=at))
        writer.add_node(osmium.osm.mutable.Node(id=3, version=2, location=(30.4, 50.0)))
        for way, version, visible, highway in (
            (8, 1, True, "motorway"),
            (8, 2, True, "primary"),
            (9, 1, True, "primary"),
            (9, 2, False, ""),
        ):
            about = {"nodes": [9 - way + 1, 3], "tags": {"highway": highway}} if visible else {}
            writer.add_way(
                osmium.osm.mutable.Way(id=way, version=version, visible=visible, **about)
            )
    return path


@pytest.mark.parametrize("stated", [True, False])
def test_of_a_history_file_the_newest_state_is_taken(stated: bool, tmp_path: Path):
    network = read_roads_file(history(tmp_path / "town.osh.pbf", stated=stated))
    assert network.class_names == ("primary",)
    metres = GEOD.line_length([30.1, 30.4], [50.0, 50.0])
    assert network.length_cm.tolist() == [round(metres * 100)]
    assert "history file" in network.provenance.settings["disorder"]


def test_negative_numbers_are_replaced(tmp_path: Path):
    path = tmp_path / "edited.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for ref in (-1, -2, 3):
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=NODES[abs(ref)]))
        writer.add_way(osmium.osm.mutable.Way(id=-9, nodes=[-1, -2], tags={"highway": "primary"}))
        writer.add_way(osmium.osm.mutable.Way(id=4, nodes=[-2, 3], tags={"highway": "primary"}))
        about = {"members": [("w", -9, "from"), ("n", -2, "via"), ("w", 4, "to")]}
        writer.add_relation(
            osmium.osm.mutable.Relation(id=-1, tags={"type": "restriction"}, **about)
        )
    network = read_roads_file(path)
    assert network.n_edges == 2
    assert network.n_nodes == 3
    assert network.node_id.min() == 3
    assert "negative numbers" in network.provenance.settings["disorder"]


def test_a_whole_file_says_nothing_of_disorder(tmp_path: Path):
    ways = [([1, 2, 9], {"highway": "primary"})]
    network = read_roads_file(write_pbf(tmp_path / "a.osm.pbf", NODES, ways))
    assert network.provenance.settings["disorder"] == ""
    assert network.provenance.settings["counts"]["incomplete"] == 1


def o5m(points: dict[int, tuple[float, float]], tags: dict[str, str]) -> bytes:
    """One way through some points in o5m: differences of numbers, seven bits a byte."""

    def unsigned(number: int) -> bytes:
        low, rest = number & 127, number >> 7
        return bytes([low | 128]) + unsigned(rest) if rest else bytes([low])

    def signed(number: int) -> bytes:
        return unsigned(number << 1 if number >= 0 else ((-number - 1) << 1) | 1)

    def part(kind: int, body: bytes) -> bytes:
        return bytes([kind]) + unsigned(len(body)) + body

    written, before = b"\xff\xe0\x04o5m2", (0, 0, 0)
    for ref, (lon, lat) in points.items():
        now = (ref, round(lon * 1e7), round(lat * 1e7))
        step = [signed(new - old) for new, old in zip(now, before, strict=True)]
        written += part(0x10, step[0] + b"\0" + step[1] + step[2])
        before = now
    refs, last = b"", 0
    for ref in points:
        refs, last = refs + signed(ref - last), ref
    pairs = b"".join(b"\0%s\0%s\0" % (k.encode(), v.encode()) for k, v in tags.items())
    return (
        written
        + b"\xff"
        + part(0x11, signed(9) + b"\0" + unsigned(len(refs)) + refs + pairs)
        + b"\xfe"
    )


def xml(root: bytes = b"osm") -> bytes:
    points = b"".join(b'<node id="%d" lon="%f" lat="%f"/>' % (k, *at) for k, at in NODES.items())
    way = b'<way id="9"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
    return b'<?xml version="1.0"?>\n<!-- made --><%s version="0.6">%s%s</%s>' % (
        root,
        points,
        way,
        root,
    )


def gzipped(content: bytes) -> bytes:
    """Compressed without the second at which it was: a test's name holds these bytes."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.osm", xml()),
        ("a.osm", b"\xef\xbb\xbf" + xml()),
        ("a.osm.gz", gzipped(xml())),
        ("a.osm.bz2", bz2.compress(xml())),
        ("a.osm.pbf", gzipped(xml())),
        ("a.osm.gz", xml()),
        ("a.graphml", bz2.compress(xml())),
        ("a.o5m", o5m(NODES, {"highway": "primary"})),
        ("a.pbf", o5m(NODES, {"highway": "primary"})),
    ],
)
def test_xml_and_o5m_are_read_by_what_they_hold(name: str, content: bytes, tmp_path: Path):
    (tmp_path / name).write_bytes(content)
    network = read_roads_file(tmp_path / name)
    metres = GEOD.line_length([30.0, 30.2], [50.0, 50.0])
    assert network.length_cm.tolist() == pytest.approx([metres * 100], abs=20)
    assert network.class_names == ("primary",)


def test_xml_that_an_editor_saved_unsorted_is_read(tmp_path: Path):
    text = xml().replace(b"<way", b"</osm>").partition(b"</osm>")[0]
    way = b'<way id="-4"><nd ref="1"/><nd ref="-2"/><tag k="highway" v="primary"/></way>'
    point = b'<node id="-2" lon="30.1" lat="50.0"/>'
    (tmp_path / "a.osm").write_bytes(text.replace(b"<node", way + b"<node", 1) + point + b"</osm>")
    assert read_roads_file(tmp_path / "a.osm").n_edges == 1


def test_locations_that_stand_on_the_ways_are_read(tmp_path: Path):
    whole = write_pbf(tmp_path / "a.osm.pbf", NODES, [([1, 2, 3], {"highway": "primary"})])
    bare = tmp_path / "b.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(bare), "pbf,locations_on_ways=true")) as writer:
        for item in osmium.FileProcessor(str(whole)).with_locations():
            if item.is_way():
                writer.add_way(item)
    first, second = read_pbf(whole), read_pbf(bare)
    assert np.array_equal(first.length_cm, second.length_cm)
    assert np.array_equal(first.shape_lonlat, second.shape_lonlat)


def test_turn_restrictions_are_counted(tmp_path: Path):
    path = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for ref, at in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=at))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "primary"}))
        for number, kind in enumerate(("restriction", "restriction", "route"), start=1):
            about = {"id": number, "members": [("w", 1, "from")], "tags": {"type": kind}}
            writer.add_relation(osmium.osm.mutable.Relation(**about))
    settings = read_pbf(path).provenance.settings
    assert settings["counts"]["turn_restrictions"] == 2
    assert settings["turns"] == {"not_understood": 2}


CHANGES = r"is a file of changes.*osmium apply-changes EXTRACT.osm.pbf a\.osc"
PBF = b"\0\0\0\x0d\x0a\x09OSMHeader"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.osc", xml(b"osmChange"), CHANGES),
        ("a.osc.gz", gzipped(xml(b"osmChange")), CHANGES),
        ("a.osm", xml().replace(b"<way", b"<way action='delete'"), "marked as deleted"),
        ("a.osm", xml().replace(b'<way id="9', b'<way id="nine'), "is damaged or cut short"),
        ("a.osm", xml().replace(b'lon="', b'lon="('), "is damaged or cut short"),
        ("a.osm.pbf", b"\n<!DOCTYPE html><html>404</html>", r"is a web page \(HTML\)"),
        ("a.graphml", b"<html><body>404", r"is a web page \(HTML\)"),
        ("a.osm.pbf", gzipped(b"<html>404</html>"), r"web page \(HTML\) compressed"),
        ("a.pbf.gz", gzipped(PBF), r"a PBF file.* gzip -dc a\.pbf\.gz > a\.osm\.pbf$"),
        ("a.osm.pbf", gzipped(PBF), r"gzip -dc a\.osm\.pbf > a-new\.osm\.pbf$"),
        ("a.graphml.gz", gzipped(b"<graphml/>"), r"gzip -dc .* > a\.graphml$"),
        ("a.gpx.gz", gzipped(b"<gpx/>"), "begins with <gpx> compressed with gzip"),
        ("a.txt.gz", gzipped(b"roads"), "compressed with gzip and holds no OpenStreetMap"),
        ("a.pbf.xz", b"\xfd7zXZ\x00", r"compressed with xz.*xz -dc a\.pbf\.xz > a\.osm\.pbf"),
        ("a.gpx", b"<gpx/>", "begins with <gpx>, not OpenStreetMap data"),
        ("a.json", b'{"elements": []}', "is JSON, not.*roads fetch"),
        ("a.npz", b"PK\x03\x04", "is a zip archive"),
        ("a.gpkg", b"SQLite format 3\0", "GeoPackage"),
        ("a.pbf", b"", "it is empty"),
        ("a.pbf", b"\x1f\x8b\x08", "is a file compressed with gzip; unpack"),
    ],
)
def test_a_file_of_another_kind_is_named_with_its_remedy(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RoadError, match=message) as refused:
        read_roads_file(path)
    assert str(path) in str(refused.value)


def test_a_name_does_not_decide_what_a_file_is(tmp_path: Path):
    ways = [([1, 2, 3], {"highway": "primary"})]
    pbf = write_pbf(tmp_path / "town.osm.pbf", NODES, ways).rename(tmp_path / "town.graphml")
    graph = to_networkx(toy_network(list(NODES.values()), [(0, 1), (1, 2)]))
    ox.save_graphml(graph, tmp_path / "graph.osm.pbf")
    lengths = [read_roads_file(path).length_cm.sum() for path in (pbf, tmp_path / "graph.osm.pbf")]
    assert lengths[0] == pytest.approx(lengths[1], abs=2)
