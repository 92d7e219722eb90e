"""The same roads at every door of the command line: extract, XML, Overpass, GraphML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
import shapely
from typer.testing import CliRunner

from helpers import overpass_server
from helpers.road_toys import GEOD, write_pbf
from shelter_geo.cli.main import app

DOORS = ("in.osm.pbf", "in.osm", "in.graphml", "Overpass")
Nodes = Mapping[int, tuple[float, float]]
Ways = Sequence[tuple[Sequence[int], Mapping[str, str]]]
Points = Mapping[int, Mapping[str, str]]


def graph_of(nodes: Nodes, ways: Ways, points: Points) -> nx.MultiDiGraph:
    """A graph as osmnx makes it with all tags kept: an edge for each direction of a street."""
    made = nx.MultiDiGraph(crs="epsg:4326")
    for ref, (lon, lat) in nodes.items():
        made.add_node(ref, x=lon, y=lat, **points.get(ref, {}))
    for number, (refs, tags) in enumerate(ways, start=1):
        word = tags.get("oneway", "no")
        oneway = word if word == "reversible" else word in ("yes", "-1")
        for u, v in pairwise(refs):
            metres = GEOD.inv(*nodes[u], *nodes[v])[2]
            about = {**tags, "osmid": number, "oneway": oneway, "length": metres}
            if tags.get("oneway") != "-1":
                made.add_edge(u, v, **about, reversed=False)
            if tags.get("oneway") != "yes":
                made.add_edge(v, u, **about, reversed=True)
    return made


def bring_in(
    door: str, folder: Path, nodes: Nodes, ways: Ways, points: Points | None = None
) -> str:
    """Make `roads.npz` of a study's folder by a command; return what that says."""
    points, out = points or {}, str(folder / "roads.npz")
    if door == "Overpass":
        return _fetched(folder, out, nodes, ways, points)
    if door == "in.graphml":
        nx.write_graphml(graph_of(nodes, ways, points), folder / door)
    else:
        write_pbf(folder / door, nodes, ways, points)
    return _run("roads", "import", str(folder / door), "--out", out, "--study", str(folder))


def _fetched(folder: Path, out: str, nodes: Nodes, ways: Ways, points: Points) -> str:
    """Bring roads from a server that answers as Overpass does."""
    west = min(lon for lon, _ in nodes.values()) - 0.1
    east = max(lon for lon, _ in nodes.values()) + 0.1
    lats = [lat for _, lat in nodes.values()]
    parts = [(west, east)] if east - west < 180 else [(179.0, 180.0), (-180.0, -179.0)]
    shape = shapely.MultiPolygon(
        [shapely.box(a, min(lats) - 0.1, b, max(lats) + 0.1) for a, b in parts]
    )
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
    around = folder / "around.geojson"
    around.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    held = {"NODES": dict(nodes), "WAYS": list(ways), "POINTS": dict(points), "TURNS": []}
    with pytest.MonkeyPatch.context() as patch, overpass_server.serving() as server:
        patch.setenv("NO_PROXY", "127.0.0.1")
        for name, elements in held.items():
            patch.setattr(overpass_server, name, elements)
        return _run(
            "roads", "fetch", "--online", "--server", server.url, "--boundary", str(around),
            "--cache", str(folder / "cache"), "--out", out, "--study", str(folder),
        )  # fmt: skip


def _run(*command: str) -> str:
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    return done.output
