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
from helpers.road_toys import toy_network, write_pbf

from shelter_geo.errors import RoadError
from shelter_geo.roads.sources.convert import to_networkx
from shelter_geo.roads.sources.doors import read_roads_file
from shelter_geo.roads.sources.osm import read_pbf

NODES = {1: (30.0, 50.0), 2: (30.1, 50.0), 3: (30.2, 50.0)}


def history(path: Path, *, told: bool) -> Path:
    """A way that was deleted later, in a file that says so or not."""
    head = osmium.io.Header()
    head.has_multiple_object_versions = told
    with osmium.SimpleWriter(str(path), header=head) as writer:
        for ref, at in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, version=1, location=at))
        for version, visible in ((1, True), (2, False)):
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=9,
                    version=version,
                    visible=visible,
                    nodes=[1, 2] if visible else [],
                    tags={"highway": "primary"},
                )
            )
    return path


def test_a_history_file_is_refused_with_the_command_that_helps(tmp_path: Path):
    named = history(tmp_path / "town.osh.pbf", told=True)
    with pytest.raises(RoadError, match=r"history file.*osmium time-filter town.osh.pbf -o town.o"):
        read_roads_file(named)
    silent = history(tmp_path / "town.osm.pbf", told=False)
    with pytest.raises(RoadError, match=r"history file.*town.osm.pbf -o town-new.osm.pbf"):
        read_roads_file(silent)


def test_negative_numbers_are_refused_with_the_command_that_helps(tmp_path: Path):
    path = tmp_path / "edited.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for ref in (-1, -2):
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=NODES[-ref]))
        writer.add_way(osmium.osm.mutable.Way(id=-9, nodes=[-1, -2], tags={"highway": "primary"}))
    with pytest.raises(RoadError, match=r"negative numbers.*osmium renumber edited.osm.pbf -o"):
        read_roads_file(path)


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
    assert read_pbf(path).provenance.settings["counts"]["turn_restrictions"] == 2


XML = b'<?xml version="1.0"?>\n<!-- made -->\n<osm version="0.6"></osm>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.osm.gz", gzip.compress(XML), r"gzip.*osmium cat -F osm\.gz a\.osm\.gz -o a\.osm\.pbf"),
        (
            "a.osm.bz2",
            bz2.compress(XML),
            r"bzip2.*osmium cat -F osm\.bz2 a\.osm\.bz2 -o a\.osm",
        ),
        ("a.osm.pbf", gzip.compress(XML), r"gzip.*-F osm\.gz a\.osm\.pbf -o a-new\.osm\.pbf"),
        ("a.osm", XML, r"is XML, not PBF.*osmium cat -F osm a\.osm -o a\.osm\.pbf"),
        ("a.osc", XML.replace(b"osm", b"osmChange"), r"XML of changes.*-F osc"),
        ("a.osm.pbf", b"\n<!DOCTYPE html><html>404</html>", r"is a web page \(HTML\)"),
        ("a.graphml", b"<html><body>404", r"is a web page \(HTML\)"),
        ("a.osm.pbf", gzip.compress(b"<html>404</html>"), r"web page \(HTML\) compressed"),
        (
            "a.osm.gz",
            gzip.compress(b"\0\0\0\x0d\x0a\x09OSMHeader"),
            "PBF file compressed with gzip",
        ),
        ("a.graphml.gz", gzip.compress(b"<graphml/>"), "is GraphML compressed with gzip"),
        ("a.gpx.gz", gzip.compress(b"<gpx/>"), "begins with <gpx> compressed with gzip"),
        ("a.pbf", b"\xfd7zXZ\x00", "compressed with xz"),
        ("a.gpx", b"<gpx/>", "begins with <gpx>, not OpenStreetMap data"),
        ("a.json", b'{"elements": []}', "is JSON, not PBF.*roads fetch"),
        ("a.npz", b"PK\x03\x04", "is a zip archive"),
        ("a.o5m", b"\xff\xe0\x04o5m2", "osmium cat -F o5m a.o5m"),
        ("a.gpkg", b"SQLite format 3\0", "GeoPackage"),
        ("a.pbf", b"", "it is empty"),
        ("a.pbf", b"\x1f\x8b\x08", "is compressed with gzip"),
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
