"""Boundaries and roads from servers that answer in the real formats, and that fail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from helpers.invented_country import Country
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.errors import NetworkAccessError, OutputError
from shelter_geo.start import Fetched, Manners, Wanted, fetch_inputs

ETAG = '"one"'


class Files(ThreadingHTTPServer):
    """Gives boundaries as geoBoundaries does, and an extract that can be asked for in parts."""

    def __init__(self, roads: bytes, borders: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = {"/roads.osm.pbf": roads, "/borders.geojson": borders}
        self.faults: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.version = ETAG
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range", "")))
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "slow":
            self.server.closing.wait(30)
        elif fault.startswith("429"):
            self.send_response(429)
            self.send_header("Retry-After", fault.partition(" ")[2])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault.isdigit():
            self.send_error(int(fault))
        elif fault == "page":
            self.give(b"<!DOCTYPE html><html>Log in first</html>")
        elif self.path == "/api/VAL/ADM2/":
            self.give(json.dumps(self.about()).encode())
        elif self.path in self.server.bodies:
            self.give(self.server.bodies[self.path], cut=fault == "cut")
        else:
            self.send_error(404)

    def about(self) -> dict[str, object]:
        """What geoBoundaries says of a file, as far as it is of use."""
        return {
            "boundaryID": "VAL-ADM2-1", "boundaryISO": "VAL", "boundaryType": "ADM2",
            "boundaryYearRepresented": "2021", "boundarySource": "Valeland Survey",
            "boundaryLicense": "CC BY 4.0", "gjDownloadURL": f"{self.server.url}/borders.geojson",
        }  # fmt: skip

    def give(self, body: bytes, *, cut: bool = False) -> None:
        start = 0
        if (wanted := self.headers.get("Range")) and self.headers["If-Range"] == (
            self.server.version
        ):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", self.server.version)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        self.wfile.write(rest[: len(rest) // 2] if cut else rest)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Files]:
    made = Country().write(tmp_path / "files")
    roads, borders = ((made / name).read_bytes() for name in ("country.osm.pbf", "borders.geojson"))
    with Files(roads, borders) as files:
        thread = Thread(target=files.serve_forever, args=(0.01,))
        thread.start()
        yield files
        files.closing.set()
        files.shutdown()
        thread.join()


def bring(
    server: Files, folder: Path, *, waits: list[float] | None = None, timeout_s: float = 10
) -> list[Fetched]:
    manners = Manners(
        timeout_s=timeout_s, tries=3, wait_s=2, sleep=([] if waits is None else waits).append
    )
    wanted = Wanted("VAL", "ADM2", f"{server.url}/roads.osm.pbf", f"{server.url}/api/")
    return fetch_inputs(folder, wanted, online=True, manners=manners)


def test_what_is_brought_is_whole_with_its_hash_and_whose_it_is(
    server: Files, tmp_path: Path
) -> None:
    folder = tmp_path / "brought"
    borders, roads = bring(server, folder)
    for each, path in ((borders, "/borders.geojson"), (roads, "/roads.osm.pbf")):
        body = server.bodies[path]
        assert (folder / each.file).read_bytes() == body
        assert each.sha256 == hashlib.sha256(body).hexdigest()
    assert borders.source == "VAL ADM2, Valeland Survey"
    assert (borders.licence, borders.as_of) == ("CC BY 4.0", "2021")
    names = ["boundaries.geojson", "fetched.json", "roads.osm.pbf"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_what_is_there_is_not_asked_for_again_unless_it_was_changed(
    server: Files, tmp_path: Path
) -> None:
    folder = tmp_path / "brought"
    first = bring(server, folder)
    server.asked.clear()
    assert bring(server, folder) == first
    assert server.asked == []
    (folder / "roads.osm.pbf").write_bytes(b"changed")
    assert bring(server, folder) == first
    assert [path for path, _ in server.asked] == ["/roads.osm.pbf"]


def test_a_request_holds_a_country_a_level_and_an_address_only(
    server: Files, tmp_path: Path
) -> None:
    """Whatever stands in the folder, such as a table of shelters, is in no request."""
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "shelters.csv").write_text("name,lat,lon\nSecret House,40.1234,-29.4321\n")
    bring(server, folder)
    paths = ["/api/VAL/ADM2/", "/borders.geojson", "/roads.osm.pbf"]
    assert [path for path, _ in server.asked] == paths


def test_a_busy_server_is_given_the_time_that_it_asks_for(server: Files, tmp_path: Path) -> None:
    waits: list[float] = []
    server.faults += ["429 37", "504", "", "429 7"]
    bring(server, tmp_path / "brought", waits=waits)
    assert waits == [37, 4, 7]  # as asked; doubled from 2; as asked
    server.faults += ["429 Fri, 31 Dec 1999 23:59:59 GMT", "429 soon"]
    waits.clear()
    bring(server, tmp_path / "other", waits=waits)
    assert waits == [2, 4]


def test_a_slow_server_is_asked_again(server: Files, tmp_path: Path) -> None:
    waits: list[float] = []
    server.faults += ["slow"]
    assert len(bring(server, tmp_path / "brought", waits=waits, timeout_s=0.3)) == 2
    assert waits == [2]


def test_a_file_that_was_cut_off_is_gone_on_with(server: Files, tmp_path: Path) -> None:
    server.bodies["/roads.osm.pbf"] += bytes(1_000_000)
    server.faults += ["", "", "cut", "cut"]
    roads = bring(server, tmp_path / "brought")[1]
    body = server.bodies["/roads.osm.pbf"]
    assert roads.sha256 == hashlib.sha256(body).hexdigest()
    parts = [part for path, part in server.asked if path == "/roads.osm.pbf"]
    first, second, third = (int(part[6:-1] or 0) if part else 0 for part in parts)
    assert first == 0
    # All but the last block of what has come is on the disk.
    assert len(body) // 2 - 70_000 < second <= len(body) // 2
    assert 3 * len(body) // 4 - 140_000 < third <= 3 * len(body) // 4


def test_a_file_that_was_changed_meanwhile_is_begun_anew(server: Files, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    server.bodies["/roads.osm.pbf"] += bytes(1_000_000)
    server.faults += ["", "", "cut", "503", "503", "503"]
    with pytest.raises(NetworkAccessError, match="What has come is kept"):
        bring(server, folder)
    body = server.bodies["/roads.osm.pbf"]
    server.bodies["/roads.osm.pbf"] = body[:40] + b"1" * (len(body) - 40)
    server.version = '"two"'
    roads = bring(server, folder)[1]
    assert roads.sha256 == hashlib.sha256(server.bodies["/roads.osm.pbf"]).hexdigest()


def test_a_server_that_keeps_failing_is_left_alone(server: Files, tmp_path: Path) -> None:
    waits: list[float] = []
    server.faults += ["504"] * 9
    with pytest.raises(NetworkAccessError, match="failed 3 times, lastly: 504"):
        bring(server, tmp_path / "brought", waits=waits)
    assert waits == [2, 4]
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (["page"], "no description of boundaries but a page"),
        (["", "page"], r"borders.geojson gives a page \(HTML\), not GeoJSON"),
        (["", "", "page"], r"roads.osm.pbf gives a page \(HTML\), not an extract"),
        (["404"], "404 Not Found. Check country and level"),
        (["403"], "refused: 403"),
    ],
)
def test_another_kind_of_file_is_named_and_not_kept(
    server: Files, tmp_path: Path, faults: list[str], message: str
) -> None:
    folder = tmp_path / "brought"
    server.faults += faults
    with pytest.raises(NetworkAccessError, match=message):
        bring(server, folder)
    assert not list(folder.glob("*.part"))


def test_a_full_disk_is_a_sentence(server: Files, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "roads.osm.pbf.part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"No space left on device\. What has come is kept"):
        bring(server, folder)
    (folder / "roads.osm.pbf.part").unlink()
    assert len(bring(server, folder)) == 2


def test_the_network_is_used_only_if_it_may_be(server: Files, tmp_path: Path) -> None:
    with pytest.raises(NetworkAccessError, match="--online"):
        fetch_inputs(tmp_path / "brought", Wanted("VAL"), online=False)
    assert not (tmp_path / "brought").exists()
    with pytest.raises(NetworkAccessError, match="no address"):
        fetch_inputs(tmp_path / "brought", Wanted(roads="roads.osm.pbf"), online=True)


def said(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_what_is_brought_begins_a_study(
    server: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["fetch", "brought", "--online", "--country", "val", "--server", f"{server.url}/api"]
    code, text = said(*words, "--roads", f"{server.url}/roads.osm.pbf")
    assert code == 0, text
    command = text.splitlines()[-1].split()
    assert command[:2] == ["shelter-geo", "init"]
    people = {"NAME": "Valeland", "FILE": "files/people.csv"}
    code, text = said(*(people.get(word, word) for word in command[1:]))
    assert code == 0, text
    assert (tmp_path / "my-study" / "study.toml").is_file()


@pytest.mark.parametrize(
    "words",
    [("x", "--online"), ("x", "--country", "Georgia"), ("x", "--country", "GEO", "--level", "9")],
)
def test_impossible_wishes_are_refused(words: tuple[str, ...]) -> None:
    code, text = said("fetch", *words)
    assert code == 2
    assert "--country" in text or "--level" in text
