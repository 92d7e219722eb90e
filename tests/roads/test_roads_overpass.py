from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import osmnx
import pytest
import shapely
from helpers.overpass_server import AREA, NODES, TURNS, WAYS, Handler, Overpass, overpass
from helpers.road_toys import write_pbf

from shelter_geo.errors import NetworkAccessError, RoadError
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.roads.sources.osmnx_session import Server
from shelter_geo.roads.sources.overpass import country_area, fetch, sides_of_180
from shelter_geo.roads.sources.speeds import RoadSettings

__all__ = ["overpass"]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def server(overpass: Overpass, tmp_path: Path, slept: list[float]) -> Server:
    cache = tmp_path / "cache"
    return Server(overpass.url, cache, timeout_s=60, tries=3, wait_s=4, sleep=slept.append)


def get(server: Server, **options: Any) -> RoadNetwork:
    return fetch(AREA, online=True, server=server, tile_km2=700, **options)


@pytest.fixture
def expected(tmp_path: Path) -> RoadNetwork:
    return read_pbf(write_pbf(tmp_path / "same.osm.pbf", NODES, WAYS[:-1], turns=TURNS))


def same(a: RoadNetwork, b: RoadNetwork) -> bool:
    arrays = [name for name, value in vars(a).items() if isinstance(value, np.ndarray)]
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in arrays)


def test_tiles_make_the_same_network_as_the_file(
    overpass: Overpass, server: Server, expected: RoadNetwork, slept: list[float]
):
    network = get(server)
    assert same(network, expected)
    assert network.class_names == ("primary", "track", "ferry")
    assert len(overpass.asked) >= 8
    assert network.provenance.source == f"OpenStreetMap by way of {overpass.url}"
    assert network.provenance.date == "2021-08-01"
    assert network.provenance.settings["counts"] == {
        "incomplete": 0,
        "kept": 21,
        "ways": 21,
        "turn_restrictions": 2,
    }
    assert slept == []
    assert {agent.split("/")[0] for agent in overpass.headers} == {"shelter_geo"}


def test_what_is_cached_is_not_asked_again(overpass: Overpass, server: Server):
    first = get(server)
    asked = len(overpass.asked)
    assert same(get(server), first)
    assert len(overpass.asked) == asked


def test_settings_decide_what_is_asked_for(overpass: Overpass, server: Server):
    settings = RoadSettings(keep=("primary",), ramps=False, ferries=False, construction="open")
    network = get(server, settings=settings)
    assert network.class_names == ("primary",)
    roads = [query for query in overpass.asked if "restriction" not in query]
    assert all('["highway"~"^(primary|construction)$"]' in query for query in roads)
    assert 2 * len(roads) == len(overpass.asked)
    assert not any("ferry" in query for query in overpass.asked)


@pytest.mark.parametrize("fault", ["429", "504", "503", "cut", "cut without length", "remark"])
def test_passing_faults_are_survived(
    overpass: Overpass, server: Server, expected: RoadNetwork, slept: list[float], fault: str
):
    overpass.faults = ["", fault, fault]
    assert same(get(server), expected)
    assert slept == [4, 8]


def test_slow_server_is_asked_again(
    overpass: Overpass, server: Server, expected: RoadNetwork, slept: list[float]
):
    overpass.faults = ["slow"]
    assert same(get(replace(server, timeout_s=2)), expected)
    assert slept == [4]


def test_failures_in_a_row_end_and_the_next_fetch_goes_on(
    overpass: Overpass, server: Server, expected: RoadNetwork, slept: list[float]
):
    overpass.faults = ["", "", "429", "", "504", "504", "504"]
    with pytest.raises(NetworkAccessError, match="failed 3 times, lastly: 504") as failed:
        get(server)
    assert "3 answers are kept in" in str(failed.value)
    assert "run the same command again" in str(failed.value)
    assert slept == [4, 4, 8]
    before = list(overpass.asked)
    assert same(get(server), expected)
    assert not set(before) & set(overpass.asked[len(before) :])


def test_half_written_answer_is_asked_for_again(
    overpass: Overpass, server: Server, expected: RoadNetwork
):
    get(server)
    victim = sorted(server.cache.rglob("*.json"))[2]
    victim.write_text(victim.read_text(encoding="utf-8")[:50], encoding="utf-8")
    asked = len(overpass.asked)
    assert same(get(server), expected)
    assert len(overpass.asked) == asked + 1


def test_retry_after_is_obeyed_within_reason(
    overpass: Overpass, server: Server, slept: list[float], monkeypatch: pytest.MonkeyPatch
):
    overpass.faults = ["429", "429"]

    def send_error(self: Handler, code: int) -> None:
        self.send_response(code)
        self.send_header("Retry-After", "90" if len(slept) == 0 else "99999")
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(Handler, "send_error", send_error)
    get(server)
    assert slept == [90, 300]


@pytest.mark.parametrize("fault", ["400", "403", "404"])
def test_refusal_is_not_repeated(
    overpass: Overpass, server: Server, slept: list[float], fault: str
):
    overpass.faults = [fault]
    with pytest.raises(NetworkAccessError, match=f"refused: {fault}"):
        get(server)
    assert slept == []


def test_server_that_is_not_there(tmp_path: Path, slept: list[float], monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api"
    with pytest.raises(NetworkAccessError, match="cannot be reached"):
        get(Server(url, tmp_path, sleep=slept.append))
    assert slept == []


def test_progress_counts_answers(overpass: Overpass, server: Server):
    seen: list[int] = []
    get(replace(server, progress=seen.append))
    assert seen == list(range(1, len(overpass.asked) + 1))


def test_nothing_is_left_changed(server: Server, overpass: Overpass):
    before = {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)}
    look_up = socket.getaddrinfo
    get(server)
    overpass.faults = ["403"]
    with pytest.raises(NetworkAccessError):
        get(server, settings=RoadSettings(keep=("track",)))
    assert {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)} == before
    assert socket.getaddrinfo is look_up


def test_area_without_roads(server: Server):
    with pytest.raises(RoadError, match="has no road that is kept in this area"):
        fetch(shapely.box(10, 10, 10.1, 10.1), online=True, server=server)


def test_without_leave_nothing_is_asked(overpass: Overpass, server: Server):
    with pytest.raises(NetworkAccessError, match="allow it with --online"):
        fetch(AREA, online=False, server=server)
    with pytest.raises(NetworkAccessError, match="allow it with --online"):
        country_area("Somewhere", online=False, server=server)
    assert overpass.asked == []


@pytest.mark.parametrize(
    "area", [shapely.Point(0, 0), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])]
)
def test_area_must_be_a_valid_polygon(server: Server, area: Any):
    with pytest.raises(RoadError, match="must be a valid polygon"):
        fetch(area, online=True, server=server)


def test_country_is_looked_up(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
    assert country_area("Somewhere", online=True, server=server).equals(AREA)
    for name in ("Atlantis", "Point"):
        with pytest.raises(NetworkAccessError, match=f"knows no outline of '{name}'"):
            country_area(name, online=True, server=server)


def test_an_area_on_both_sides_of_180_degrees_is_two() -> None:
    """At the equator half a kilometre is 0.0045 degrees, at 60 degrees it is twice as many."""
    home = shapely.box(10, 50, 11, 51)
    assert [side.equals(home) for side in sides_of_180(home)] == [True]
    for south, gap in ((0, 0.0055), (59, 0.011)):
        both = shapely.union(
            shapely.box(179, south, 180, south + 1), shapely.box(-180, south, -179, south + 1)
        )
        west, east = sides_of_180(both)
        assert west.bounds[:3:2] == pytest.approx((-180 + gap, -179), abs=1e-4)
        assert east.bounds[:3:2] == pytest.approx((179, 180 - gap), abs=1e-4)
