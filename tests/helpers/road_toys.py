"""Small networks for the tests of roads, and places to put them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable
import pytest
from pyproj import Geod

from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork

GEOD = Geod(ellps="WGS84")
EXTRACT = "osm/azerbaijan-roads-2021-08.osm.pbf"


def extra(name: str) -> Path:
    """Find an optional input, or skip the test."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("SHELTER_GEO_EXTRAS", root.parent / "shared"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"optional input {name} is not in {folder}; set SHELTER_GEO_EXTRAS")
    return path


def length_cm(shape: Sequence[tuple[float, float]]) -> int:
    lon, lat = zip(*shape, strict=True)
    return round(GEOD.line_length(lon, lat) * 100)


def toy_network(
    nodes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[object, ...]],
    *,
    kmh: float = 36.0,
) -> RoadNetwork:
    """Build a network from nodes (lon, lat) and edges (u, v, direction, via, class).

    The direction is "both", "forward", "backward" or "closed"; only `u` and `v` are needed. At
    36 km/h a centimetre takes a millisecond, so that times can be read off the lengths.
    """
    rows = [(*edge, *("both", (), "road")[len(edge) - 2 :]) for edge in edges]
    classes = tuple(sorted({row[4] for row in rows})) or ("road",)
    shapes = [[nodes[row[0]], *row[3], nodes[row[1]]] for row in rows]
    lengths = np.array([length_cm(shape) for shape in shapes], dtype=np.int64)
    times = np.rint(lengths * 36 / kmh).astype(np.int64)
    ways = np.array([row[2] for row in rows], dtype=object)
    counts = [len(shape) for shape in shapes]
    points = [point for shape in shapes for point in shape]
    return RoadNetwork(
        node_id=np.arange(len(nodes)) + 100,
        lon=np.array([node[0] for node in nodes], dtype=float),
        lat=np.array([node[1] for node in nodes], dtype=float),
        u=np.array([row[0] for row in rows], dtype=np.int32),
        v=np.array([row[1] for row in rows], dtype=np.int32),
        length_cm=lengths,
        forward_ms=np.where(np.isin(ways, ["both", "forward"]), times, CLOSED).astype(np.int64),
        backward_ms=np.where(np.isin(ways, ["both", "backward"]), times, CLOSED).astype(np.int64),
        road_class=np.array([classes.index(row[4]) for row in rows], dtype=np.int16),
        class_names=classes,
        shape_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        shape_lonlat=np.array(points, dtype=float).reshape(-1, 2),
        provenance=Provenance("toy", "none"),
    )


def write_pbf(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    places: Mapping[int, Mapping[str, str]] | None = None,
    turns: Sequence[tuple[Sequence[tuple[str, int, str]], Mapping[str, str]]] = (),
) -> Path:
    """Write an OpenStreetMap file of numbered nodes (lon, lat), ways and turn restrictions."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for ref, lonlat in sorted(nodes.items()):
            tags = dict((places or {}).get(ref, {}))
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=lonlat, tags=tags))
        for number, (refs, tags) in enumerate(ways, start=1):
            way = osmium.osm.mutable.Way(id=number, nodes=list(refs), tags=dict(tags))
            writer.add_way(way)
        for number, (members, tags) in enumerate(turns, start=1):
            about = {"type": "restriction", **tags}
            relation = osmium.osm.mutable.Relation(id=number, members=list(members), tags=about)
            writer.add_relation(relation)
    return path
