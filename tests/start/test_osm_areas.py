"""Boundaries, places and roads of OpenStreetMap from servers in the form of the real ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import pytest
import shapely
from helpers.invented_country import Country
from pyproj import Geod
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.errors import NetworkAccessError, OutputError
from shelter_geo.roads import load_network
from shelter_geo.start import Fetched, Manners, OsmWanted, fetch_osm

COUNTRY = Country()
GROUND = shapely.union_all([COUNTRY.square(number) for number in range(4)])
ABROAD = COUNTRY.square(5)


class Osm(ThreadingHTTPServer):
    """Answers as Overpass (POST) and as Nominatim (GET), save for the faults it is to make."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api"

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Osm

    def do_GET(self) -> None:
        self.server.asked.append(f"country {parse_qs(urlparse(self.path).query)['country'][0]}")
        self.give(json.dumps([outline()]).encode())

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        query = parse_qs(self.rfile.read(length).decode())["data"][0]
        self.server.asked.append(query)
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "slow":
            self.server.closing.wait(30)
        elif fault == "429":
            self.send_response(429)
            self.send_header("Retry-After", "37")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault.isdigit():
            self.send_error(int(fault))
        elif fault == "page":
            self.give(b"<html>Log in first</html>")
        else:
            elements = areas() if "'admin_level'='6'" in query else []
            elements = towns() if "'place'='town'" in query else elements
            elements = streets() if '"highway"~' in query else elements
            self.give(json.dumps(answer(elements)).encode(), cut=fault == "cut")

    def give(self, body: bytes, *, cut: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def outline() -> dict[str, Any]:
    west, south, east, north = GROUND.bounds
    return {
        "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": str(south), "lon": str(west),
        "class": "boundary", "type": "administrative", "place_rank": 4, "importance": 1.0,
        "addresstype": "country", "name": "Valeland", "display_name": "Valeland",
        "boundingbox": [str(south), str(north), str(west), str(east)],
        "geojson": json.loads(shapely.to_geojson(GROUND)),
    }  # fmt: skip


def answer(elements: list[dict[str, Any]]) -> dict[str, Any]:
    about = {"timestamp_osm_base": "2021-08-01T00:00:00Z", "copyright": "ODbL"}
    return {"version": 0.6, "generator": "Overpass API", "osm3s": about, "elements": elements}


def areas() -> list[dict[str, Any]]:
    """Relations of districts with their ways and nodes, one of them abroad, one no authority's."""
    elements: list[dict[str, Any]] = []
    shapes = [COUNTRY.square(number) for number in range(4)] + [ABROAD, COUNTRY.square(0)]
    for number, shape in enumerate(shapes, start=1):
        ring = list(shape.exterior.coords)[:-1]
        ids = [100 * number + place for place in range(len(ring))]
        elements += [
            {"type": "node", "id": ref, "lon": lon, "lat": lat}
            for ref, (lon, lat) in zip(ids, ring, strict=True)
        ]
        elements.append({"type": "way", "id": number, "nodes": [*ids, ids[0]]})
        kind = "administrative" if number <= 5 else "census"
        name = [*COUNTRY.names, "Abroad", "Census area"][number - 1]
        tags = {"type": "boundary", "boundary": kind, "admin_level": "6", "name": name}
        if number == 1:
            tags["name:ka"] = "ზემო"
        members = [{"type": "way", "ref": number, "role": "outer"}]
        elements.append({"type": "relation", "id": number, "members": members, "tags": tags})
    return elements


def towns() -> list[dict[str, Any]]:
    found = []
    for number, name in enumerate(COUNTRY.towns):
        lon, lat = COUNTRY.town(number)
        tags = {"place": "town", "name": name, "population": str(1000 * (number + 1))}
        found.append({"type": "node", "id": 900 + number, "lon": lon, "lat": lat, "tags": tags})
    return found


def streets() -> list[dict[str, Any]]:
    """One road of the class `primary` from the first town to the last."""
    spots = [COUNTRY.town(number) for number in range(4)]
    nodes = [
        {"type": "node", "id": 900 + number, "lon": lon, "lat": lat}
        for number, (lon, lat) in enumerate(spots)
    ]
    ids = [node["id"] for node in nodes]
    return [*nodes, {"type": "way", "id": 1, "nodes": ids, "tags": {"highway": "primary"}}]


@pytest.fixture
def osm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Osm]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Osm() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def bring(
    osm: Osm,
    folder: Path,
    *,
    waits: list[float] | None = None,
    timeout_s: float = 20,
    admin_level: int = 6,
    places: bool = True,
    roads: bool = False,
) -> list[Fetched]:
    manners = Manners(
        timeout_s=timeout_s, tries=3, wait_s=2, sleep=([] if waits is None else waits).append
    )
    wanted = OsmWanted("Valeland", admin_level, places, osm.url, osm.url, roads)
    return fetch_osm(folder, wanted, online=True, manners=manners)


def test_areas_and_places_of_the_country_come_with_names_and_keys(osm: Osm, tmp_path: Path) -> None:
    borders, places = bring(osm, tmp_path)
    assert {borders.source, places.source} == {"OpenStreetMap"}
    areas = gpd.read_file(tmp_path / borders.file).set_index("osm_id")
    assert areas["name"].to_dict() == {
        f"r{number}": name for number, name in enumerate(COUNTRY.names, start=1)
    }
    assert areas.loc["r1", "name:ka"] == "ზემო"
    for number, shape in enumerate(areas.geometry):
        assert shape.symmetric_difference(COUNTRY.square(number)).area < 1e-9
    towns = gpd.read_file(tmp_path / places.file)
    assert sorted(towns["name"]) == sorted(COUNTRY.towns)
    assert sorted(towns["population"].astype(int)) == [1000, 2000, 3000, 4000]


def test_what_is_there_is_not_asked_for_again(osm: Osm, tmp_path: Path) -> None:
    (tmp_path / "shelters.csv").write_text("name,lat,lon\nSecret House,40.1234,-29.4321\n")
    first = bring(osm, tmp_path)
    assert "Secret" not in "".join(osm.asked)
    assert "40.1234" not in "".join(osm.asked)
    osm.asked.clear()
    assert bring(osm, tmp_path) == first
    assert osm.asked == []


@pytest.mark.parametrize(
    ("fault", "waits"),
    [("429", [37]), ("504", [2]), ("cut", [2]), ("page", [2]), ("slow", [2])],
)
def test_a_failing_server_is_asked_again(
    osm: Osm, tmp_path: Path, fault: str, waits: list[float]
) -> None:
    waited: list[float] = []
    osm.faults.append(fault)
    timeout_s = 1.0 if fault == "slow" else 20
    assert len(bring(osm, tmp_path, waits=waited, timeout_s=timeout_s)) == 2
    assert waited == waits


def test_a_level_without_areas_is_a_sentence(osm: Osm, tmp_path: Path) -> None:
    with pytest.raises(NetworkAccessError, match="nothing there that is tagged admin_level=9"):
        bring(osm, tmp_path, admin_level=9)
    assert not (tmp_path / "boundaries.geojson").exists()


def test_a_full_disk_is_a_sentence(osm: Osm, tmp_path: Path) -> None:
    (tmp_path / "boundaries.geojson").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left on device"):
        bring(osm, tmp_path)


def test_the_network_is_used_only_if_it_may_be(osm: Osm, tmp_path: Path) -> None:
    wanted = OsmWanted("Valeland", 6, False, osm.url, osm.url)
    with pytest.raises(NetworkAccessError, match="--online"):
        fetch_osm(tmp_path, wanted, online=False)
    assert osm.asked == []


def bring_roads(osm: Osm, folder: Path, **how: Any) -> Fetched:
    return bring(osm, folder, admin_level=0, places=False, roads=True, **how)[0]


def test_roads_come_tile_by_tile_and_are_stored_once(osm: Osm, tmp_path: Path) -> None:
    (tmp_path / "shelters.csv").write_text("name,lat,lon\nSecret House,40.1234,-29.4321\n")
    first = bring_roads(osm, tmp_path)
    assert (first.file, first.licence, first.as_of) == ("roads.npz", "ODbL-1.0", "2021-08-01")
    assert len([query for query in osm.asked if '"highway"~' in query]) > 1  # tiles
    assert "Secret" not in "".join(osm.asked)
    network = load_network(tmp_path / first.file)
    lon, lat = zip(*(COUNTRY.town(number) for number in range(4)), strict=True)
    km = Geod(ellps="WGS84").line_length(lon, lat) / 1000
    assert network.length_cm.sum() / 1e5 == pytest.approx(km, abs=0.01)
    osm.asked.clear()
    assert bring_roads(osm, tmp_path) == first
    assert [query for query in osm.asked if not query.startswith("country")] == []


def test_roads_are_asked_for_within_the_boundaries_that_were_brought(
    osm: Osm, tmp_path: Path
) -> None:
    bring(osm, tmp_path, places=False)
    osm.asked.clear()
    bring_roads(osm, tmp_path)
    assert not any(query.startswith("country") for query in osm.asked)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [("429", [37]), ("504", [2]), ("cut", [2]), ("page", [2]), ("slow", [2])],
)
def test_roads_are_gone_on_with_after_a_failure(
    osm: Osm, tmp_path: Path, fault: str, waits: list[float]
) -> None:
    bring(osm, tmp_path, places=False)
    waited: list[float] = []
    osm.faults += ["", fault]
    timeout_s = 1.0 if fault == "slow" else 20
    osm.asked.clear()
    bring_roads(osm, tmp_path, waits=waited, timeout_s=timeout_s)
    assert waited == waits
    assert len(osm.asked) == len(set(osm.asked)) + 1  # what had come is not asked for again


def test_roads_of_a_dead_server_are_kept_as_far_as_they_came(osm: Osm, tmp_path: Path) -> None:
    bring(osm, tmp_path, places=False)
    osm.faults += ["", *["504"] * 3]
    with pytest.raises(NetworkAccessError, match=r"1 answers are kept in .*run the same command"):
        bring_roads(osm, tmp_path)
    asked = set(osm.asked)
    osm.asked.clear()
    bring_roads(osm, tmp_path)
    assert len(set(osm.asked) & asked) == 1  # the one that failed


def test_roads_without_room_on_the_disk_are_a_sentence(osm: Osm, tmp_path: Path) -> None:
    bring(osm, tmp_path, places=False)
    (tmp_path / f".roads.npz.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left on device"):
        bring_roads(osm, tmp_path)
    (tmp_path / "answers" / "roads").rename(tmp_path / "moved")
    (tmp_path / "answers" / "roads").write_text("")
    with pytest.raises(OutputError, match=r"roads/.* cannot be written.*run the same command"):
        bring_roads(osm, tmp_path)


def test_what_is_brought_begins_a_study(
    osm: Osm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    COUNTRY.write(tmp_path / "files")

    def said(*words: str) -> str:
        result = CliRunner().invoke(app, [*words])
        assert result.exit_code == 0, result.output
        return result.output

    servers = ("--overpass", osm.url, "--names-server", osm.url)
    country = ("--country", "Valeland", "--osm-level", "6", "--places", "--osm-roads")
    words = ("brought", "--online", *country)
    command = said("fetch", *words, *servers).splitlines()[-1].split()
    people = {"NAME": "Valeland", "FILE": "files/people.csv"}
    said(*(people.get(word, word) for word in command[1:]))
    text = (tmp_path / "my-study" / "settlements.csv").read_text(encoding="utf-8")
    assert all(town in text for town in COUNTRY.towns)
    assert "No fault found: 4 districts, 4 settlements" in said("validate", "my-study")
    assert 'file = "country.roads.npz"' in (tmp_path / "my-study" / "study.toml").read_text()
