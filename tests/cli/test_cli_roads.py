from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import osmnx as ox
import pandas as pd
import pytest
import shapely
from helpers.overpass_server import AREA, Overpass, overpass
from helpers.road_toys import toy_network, write_pbf
from typer.testing import CliRunner

from shelter_geo.cli.roads import app
from shelter_geo.errors import NetworkAccessError, OutputError, RoadError, StudyError
from shelter_geo.roads.sources.convert import to_networkx
from shelter_geo.roads.sources.store import load_network, save_network

__all__ = ["overpass"]

NODES = {1: (0.0, 0.0), 2: (0.01, 0.0), 3: (0.02, 0.0)}
ROADS = [
    ([1, 2], {"highway": "primary", "maxspeed": "fast"}),
    ([2, 3], {"highway": "primary"}),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_import_writes_a_network_with_chains_joined(here: Path):
    write_pbf(here / "town.osm.pbf", NODES, ROADS)
    said = run("import", "town.osm.pbf", "--date", "2021-08-01")
    assert "town.roads.npz: 2 nodes, 1 edges, 2 km" in said
    assert "kept: 2" in said
    assert "Tags not understood (tag, value, ways, km, taken for):" in said
    assert "maxspeed=fast: 1 ways, 1.1 km, the speed of the class" in said
    assert re.search(r"Warning: maxspeed=fast is not understood on (49|50)\.\d% of the", said)
    assert "1 strongly connected components; the longest:\n  0: 2 km, 0 places, 0 people" in said
    assert "One-way traps: 0 nodes can be reached but not left" in said
    network = load_network(here / "town.roads.npz")
    assert network.node_id.tolist() == [1, 3]
    assert network.provenance.date == "2021-08-01"
    assert network.provenance.settings["chains"] == "alike"


def test_import_obeys_settings_and_out(here: Path):
    write_pbf(here / "town.osm.pbf", NODES, ROADS)
    (here / "rules.toml").write_text("[speed_kmh]\nprimary = 36\n", encoding="utf-8")
    run("import", "town.osm.pbf", "--settings", "rules.toml", "--out", "slow.npz")
    network = load_network(here / "slow.npz")
    assert network.forward_ms.tolist() == pytest.approx(network.length_cm.tolist(), abs=2)


def test_import_checks_the_places_of_a_study(here: Path):
    write_pbf(here / "town.osm.pbf", NODES, ROADS)
    study = Path(__file__).parents[2] / "data"
    said = run("import", "town.osm.pbf", "--study", study)
    assert "places are more than 1 km from a road" in said
    with pytest.raises(StudyError):
        run("import", "town.osm.pbf", "--study", here / "absent.toml", "--out", "other.npz")
    assert not (here / "other.npz").exists()


def test_import_of_graphml(here: Path):
    network = toy_network([(0, 0), (0.1, 0)], [(0, 1)])
    ox.save_graphml(to_networkx(network), here / "town.graphml")
    run("import", "town.graphml")
    loaded = load_network(here / "town.roads.npz")
    assert loaded.length_cm.tolist() == network.length_cm.tolist()


def test_a_graph_of_footpaths_alone_is_refused_in_one_sentence(here: Path):
    network = toy_network([(0, 0), (0.1, 0)], [(0, 1)])
    graph = to_networkx(network)
    for *_, road in graph.edges(data=True):
        road["highway"] = "path"
    ox.save_graphml(graph, here / "walk.graphml")
    with pytest.raises(RoadError, match=r"no road that is kept among its 2 edges.*highway=path"):
        run("import", "walk.graphml")
    assert [path.name for path in here.iterdir()] == ["walk.graphml"]


def test_failed_import_writes_nothing(here: Path):
    (here / "town.osm.pbf").write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader")
    with pytest.raises(RoadError, match="damaged or cut short"):
        run("import", "town.osm.pbf")
    with pytest.raises(OutputError, match="it needs a file name in a folder there is"):
        run("import", "town.osm.pbf", "--out", "absent/n.npz")
    with pytest.raises(OutputError, match="it needs a file name"):
        run("import", "town.osm.pbf", "--out", here)
    assert [path.name for path in here.iterdir()] == ["town.osm.pbf"]


def test_check_tells_and_writes_what_it_found(here: Path):
    network = toy_network([(0, 0), (0.1, 0), (0.1, 0.1)], [(0, 1), (1, 2, "forward")])
    save_network(network, here / "n.npz")
    said = run("check", "n.npz", "--tables", "found")
    assert "1 nodes can be reached but not left" in said
    traps = pd.read_csv(here / "found" / "traps.csv")
    assert traps["node_id"].tolist() == [102]
    assert sorted(path.name for path in (here / "found").iterdir()) == [
        "border_ends.csv",
        "components.csv",
        "overlaps.csv",
        "remote.csv",
        "traps.csv",
        "turns.csv",
    ]


def test_check_against_the_bundled_study(here: Path):
    save_network(toy_network([(0, 0), (0.1, 0)], [(0, 1)]), here / "n.npz")
    study = Path(__file__).parents[2] / "data"
    said = run("check", "n.npz", "--study", study)
    assert "places are more than 1 km from a road" in said
    assert "of the border" in said


def test_fetch_by_boundary_and_row(here: Path, overpass: Overpass, monkeypatch):
    elsewhere = shapely.box(5, 5, 6, 6)
    frame = gpd.GeoDataFrame({"iso": ["XA", "XB"]}, geometry=[elsewhere, AREA], crs="EPSG:4326")
    frame.to_file(here / "countries.geojson")
    fetch = ["fetch", "--online", "--server", overpass.url, "--boundary", "countries.geojson"]
    said = run(*fetch, "--country", "XB", "--cache", "kept")
    assert "XB.roads.npz" in said
    assert load_network(here / "XB.roads.npz").provenance.settings["counts"]["kept"] == 21
    assert list((here / "kept").rglob("*.json"))
    with pytest.raises(RoadError, match="has no polygon named 'XC'"):
        run(*fetch, "--country", "XC")


def test_fetch_by_country(here: Path, overpass: Overpass, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
    servers = ["--server", overpass.url, "--names-server", overpass.url]
    said = run("fetch", "--online", "--country", "Some where", *servers)
    assert "Some-where.roads.npz" in said


def test_fetch_waits_between_tries(here: Path, overpass: Overpass, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("shelter_geo.cli.roads.time.sleep", slept.append)
    gpd.GeoSeries([AREA], crs="EPSG:4326").to_file(here / "area.geojson")
    overpass.faults = ["429"]
    run("fetch", "--online", "--server", overpass.url, "--boundary", "area.geojson")
    assert [seconds for seconds in slept if seconds] == [5]
    assert (here / "area.roads.npz").exists()


def test_fetch_needs_leave_and_an_area(here: Path):
    with pytest.raises(NetworkAccessError, match="allow it with --online"):
        run("fetch", "--country", "Somewhere")
    result = CliRunner().invoke(app, ["fetch", "--online"])
    assert result.exit_code == 2
    assert "give a --country or a --boundary file" in result.output
    (here / "bad.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(RoadError, match="cannot be read as polygons"):
        run("fetch", "--online", "--boundary", "bad.geojson")
