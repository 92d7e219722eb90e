"""A small server that answers as Overpass and Nominatim do, with faults when told to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import shapely

WEST, SOUTH, STEP, SIZE = 49.0, 40.0, 0.05, 10
AREA = shapely.box(WEST - 0.01, SOUTH - 0.01, WEST + 0.46, SOUTH + 0.46)
NODES = {
    row * SIZE + column + 1: (round(WEST + column * STEP, 6), round(SOUTH + row * STEP, 6))
    for row in range(SIZE)
    for column in range(SIZE)
}
WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([row * SIZE + column + 1 for column in range(SIZE)], {"highway": "primary", "name": "x"})
    for row in range(SIZE)
]
WAYS += [
    ([row * SIZE + column + 1 for row in range(SIZE)], {"highway": "track", "oneway": "yes"})
    for column in range(SIZE)
]
TURNS: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = [
    ([("w", 1, "from"), ("n", 10, "via"), ("w", 20, "to")], {"restriction": "no_left_turn"}),
    ([("w", 10, "from"), ("n", 100, "via"), ("w", 9, "to")], {"restriction": "no_parking"}),
]
"""Members and tags of the relations; the first forbids to turn out of the southern road."""
WAYS += [([1, 12], {"route": "ferry", "duration": "00:30"}), ([3, 14], {"highway": "footway"})]


POINTS: dict[int, dict[str, str]] = {}
"""Tags of nodes, of those that have any."""


class Overpass(ThreadingHTTPServer):
    """Answers as Overpass and Nominatim do, save for the faults it is told to make."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.headers: list[str] = []
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api"

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Overpass

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        query = parse_qs(self.rfile.read(length).decode())["data"][0]
        self.server.headers.append(self.headers["User-Agent"])
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "slow":
            self.server.closing.wait(30)
        if fault.isdigit():
            self.send_error(int(fault))
            return
        self.server.asked.append(query)
        body = json.dumps(answer(query, remark=fault == "remark")).encode()
        self.answer(body, cut=fault if fault.startswith("cut") else "")

    def do_GET(self) -> None:
        asked = parse_qs(urlparse(self.path).query)["country"][0]
        self.answer(json.dumps([place(asked)] if asked != "Atlantis" else []).encode())

    def answer(self, body: bytes, cut: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if cut != "cut without length":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def log_message(self, *_: object) -> None:
        """Be silent."""


def answer(query: str, *, remark: bool) -> dict[str, Any]:
    """Elements that a query means, in Overpass's own JSON."""
    numbers = [float(text) for text in re.search(r"poly:'([^']*)'", query)[1].split()]
    polygon = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
    if "'type'='restriction'" in query:
        return turns(polygon)
    key, pattern = re.search(r'way\["(\w+)"~?="?\^?([^"]*)', query.replace('~"', '~="')).groups()
    ways = [
        {"type": "way", "id": number, "nodes": refs, "tags": tags}
        for number, (refs, tags) in enumerate(WAYS, start=1)
        if re.fullmatch(pattern.rstrip("$"), tags.get(key, ""))
        and polygon.intersects(shapely.LineString([NODES[ref] for ref in refs]))
    ]
    result = whole(ways)
    if remark:
        result["elements"] = result["elements"][:3]
        result["remark"] = "runtime error: Query timed out"
    return result


def whole(ways: list[dict[str, Any]], relations: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """An answer of ways and relations, with the points of the ways."""
    used = sorted({ref for way in ways for ref in way["nodes"]})
    nodes = [
        {"type": "node", "id": ref, "lat": NODES[ref][1], "lon": NODES[ref][0]}
        | ({"tags": POINTS[ref]} if ref in POINTS else {})
        for ref in used
    ]
    return {
        "version": 0.6,
        "generator": "Overpass API 0.7.62",
        "osm3s": {"timestamp_osm_base": "2021-08-01T00:00:00Z", "copyright": "ODbL"},
        "elements": [*nodes, *ways, *relations],
    }


def turns(polygon: shapely.Polygon) -> dict[str, Any]:
    """Relations with a point in a polygon, and their members, the points of these too."""
    kinds = {"n": "node", "w": "way"}
    relations, used = [], set()
    for number, (members, tags) in enumerate(TURNS, start=1):
        if not any(k == "n" and polygon.intersects(shapely.Point(NODES[r])) for k, r, _ in members):
            continue
        used |= {ref for kind, ref, _ in members if kind == "w"}
        relations.append(
            {
                "type": "relation",
                "id": number,
                "members": [{"type": kinds[k], "ref": r, "role": role} for k, r, role in members],
                "tags": {"type": "restriction", **tags},
            }
        )
    ways = [
        {"type": "way", "id": number, "nodes": WAYS[number - 1][0], "tags": WAYS[number - 1][1]}
        for number in sorted(used)
    ]
    return whole(ways, relations)


def place(name: str) -> dict[str, Any]:
    """A country, or a point if that is what it is called, as Nominatim has it."""
    shape: dict[str, Any] = {"type": "Point", "coordinates": [49.0, 40.0]}
    if name != "Point":
        shape = json.loads(shapely.to_geojson(AREA))
    box = ["40.0", "41.0", "49.0", "50.0"]
    return {
        "place_id": 1,
        "osm_type": "relation",
        "osm_id": 1,
        "lat": "40.0",
        "lon": "49.0",
        "class": "boundary",
        "type": "administrative",
        "place_rank": 4,
        "importance": 1.0,
        "addresstype": "country",
        "name": name,
        "display_name": name,
        "boundingbox": box,
        "geojson": shape,
    }


@pytest.fixture
def overpass(monkeypatch: pytest.MonkeyPatch) -> Iterator[Overpass]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as server:
        yield server


@contextmanager
def serving() -> Iterator[Overpass]:
    """Serve as long as the block runs."""
    server = Overpass()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()
