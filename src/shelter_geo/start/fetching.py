"""Bring what a new study lacks from servers: boundaries of districts, and an extract of roads."""

from __future__ import annotations

import hashlib
import json
import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import requests

from shelter_geo import __version__
from shelter_geo.errors import NetworkAccessError, OutputError
from shelter_geo.start.study_files import template

BOUNDARIES: Final = "boundaries.geojson"
PLACES: Final = "places.geojson"
ROADS: Final = "roads.osm.pbf"
NETWORK: Final = "roads.npz"
RECORD: Final = "fetched.json"
"""What was brought: addresses, hashes, sources and licences."""
OFFLINE: Final = "this needs the network; allow it with --online"
COUNTRY: Final = re.compile(r"[A-Z]{3}")
LEVEL: Final = re.compile(r"ADM[0-5]")
_BUSY: Final = {429, 500, 502, 503, 504}
"""Answers that may be better the next time."""
_LONGEST_WAIT_S: Final = 300.0
_CHUNK: Final = 1 << 16
_AGENT: Final = {"User-Agent": f"shelter_geo/{__version__}", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Manners:
    """How a server is treated.

    Attributes
    ----------
    timeout_s
        Seconds to wait for the next part of an answer.
    tries
        Attempts in a row that may bring nothing new before giving up.
    wait_s
        Wait after the first of them, doubled each time, unless the server says how long.
    sleep
        What waits.
    progress
        Called with what is fetched, the bytes that have come and the whole (0 if not known).
    """

    timeout_s: float = 60.0
    tries: int = 5
    wait_s: float = 5.0
    sleep: Callable[[float], object] = time.sleep
    progress: Callable[[str, int, int], object] = lambda what, done, whole: None


@dataclass(frozen=True)
class Fetched:
    """A file that was brought: its address, its hash, and whose it is."""

    file: str
    address: str
    sha256: str
    source: str = "not stated"
    licence: str = "not stated"
    as_of: str = "not stated"


@dataclass(frozen=True)
class Wanted:
    """What is to be brought; a request holds nothing else.

    Attributes
    ----------
    country, level
        Code of three letters and level of its boundaries, such as ADM2; no country for none.
    roads
        Address of an extract of OpenStreetMap (.osm.pbf); empty for none.
    server
        Server of boundaries; the one of `templates/servers.toml` if empty.
    """

    country: str = ""
    level: str = "ADM2"
    roads: str = ""
    server: str = ""


def fetch_inputs(
    folder: Path, wanted: Wanted, *, online: bool, manners: Manners | None = None
) -> list[Fetched]:
    """Bring boundaries and roads into a folder; what is there whole is not asked for again.

    A file that was cut off is kept beside its place and gone on with the next time.

    Parameters
    ----------
    folder
        It is made if it is not there.
    wanted
        What to bring.
    online
        Whether the network may be used.
    manners
        How the servers are treated.

    Raises
    ------
    NetworkAccessError
        If the network may not be used, or a server refuses, keeps failing, or gives another kind
        of file.
    OutputError
        If the folder cannot be written, or the disk is full.
    """
    if not online:
        raise NetworkAccessError(OFFLINE)
    manners = manners or Manners()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from error
    brought = []
    if wanted.country:
        server = wanted.server or servers()["boundaries"]
        brought.append(_boundaries(folder, wanted, server.rstrip("/"), manners))
    if wanted.roads:
        said = {"source": "OpenStreetMap", "licence": "ODbL-1.0"}
        brought.append(_brought(folder, ROADS, wanted.roads, said, manners))
    return brought


def servers() -> dict[str, str]:
    """Return the addresses of `templates/servers.toml`, by what each is asked for."""
    return {
        name: entry["address"] for name, entry in tomllib.loads(template("servers.toml")).items()
    }


def _boundaries(folder: Path, wanted: Wanted, server: str, manners: Manners) -> Fetched:
    """Ask for the description of the boundaries, and then for their file."""
    address = f"{server}/{wanted.country}/{wanted.level}/"
    known = _record(folder).get(BOUNDARIES)
    of = f"{wanted.country} {wanted.level}, "
    if known is not None and known.source.startswith(of) and _is_whole(folder, known):
        return known
    about = _document(address, manners)
    said = {
        "source": of + str(about.get("boundarySource", "not stated")),
        "licence": str(about.get("boundaryLicense", "not stated")),
        "as_of": str(about.get("boundaryYearRepresented", "not stated")),
    }
    return _brought(folder, BOUNDARIES, str(about["gjDownloadURL"]), said, manners)


def _document(address: str, manners: Manners) -> dict[str, Any]:
    """Ask for a description, which names the file of the boundaries."""
    kept: list[dict[str, Any]] = []

    def once() -> bool:
        with requests.get(address, headers=_AGENT, timeout=manners.timeout_s) as answer:
            _refuse(answer, address)
            try:
                document = answer.json()
            except ValueError:
                raise NetworkAccessError(
                    f"{address} answers with no description of boundaries but "
                    f"{_kind(answer.content[:512])}. Check country, level and server."
                ) from None
        if not isinstance(document, dict) or "gjDownloadURL" not in document:
            raise NetworkAccessError(f"{address} names no file of boundaries. Check the server.")
        kept.append(document)
        return True

    _patiently(once, address, manners, lambda: 0)
    return kept[0]


def _brought(
    folder: Path, name: str, address: str, said: dict[str, str], manners: Manners
) -> Fetched:
    """Download a file unless it is there, and note where it is from."""
    known = whole_already(folder, name, address)
    if known is not None:
        return known
    path, part = folder / name, folder / f"{name}.part"
    _patiently(lambda: _go_on(address, part, manners), address, manners, lambda: _size(part))
    with part.open("rb") as file:
        head = file.read(512)
    if not (b"OSMHeader" in head if name == ROADS else head.lstrip().startswith(b"{")):
        part.unlink()
        wanted = "an extract of OpenStreetMap" if name == ROADS else "GeoJSON"
        raise NetworkAccessError(
            f"{address} gives {_kind(head)}, not {wanted}. Check the address in a browser."
        )
    try:
        part.replace(path)
        _mark(part).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from error
    return note_fetched(folder, name, address, **said)


def whole_already(folder: Path, name: str, address: str) -> Fetched | None:
    """Return a file that is there as it was brought from this address, or None."""
    known = _record(folder).get(name)
    same = known is not None and known.address == address and _is_whole(folder, known)
    return known if same else None


def note_fetched(folder: Path, name: str, address: str, **said: str) -> Fetched:
    """Note in the record of a folder where a file is from, and its hash.

    Raises
    ------
    OutputError
        If the record cannot be written.
    """
    record = _record(folder)
    record[name] = fetched = Fetched(name, address, _hash(folder / name), **said)
    text = json.dumps([asdict(each) for _, each in sorted(record.items())], indent=1)
    try:
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritten(folder / RECORD, error) from error
    return fetched


def _go_on(address: str, part: Path, manners: Manners) -> bool:
    """Ask for the rest of a file, or for all of it; say whether it is whole."""
    mark = _mark(part).read_text(encoding="utf-8") if _mark(part).is_file() else ""
    start = _size(part) if mark else 0
    more = {"Range": f"bytes={start}-", "If-Range": mark} if start else {}
    stream = requests.get(address, headers=_AGENT | more, timeout=manners.timeout_s, stream=True)
    with stream as answer:
        if answer.status_code == 416:  # it is not what it was
            part.unlink()
            return False
        _refuse(answer, address)
        start = start if answer.status_code == 206 else 0
        rest = answer.headers.get("Content-Length", "")
        whole = start + int(rest) if rest.isdigit() else 0
        tag = answer.headers.get("ETag", "")
        tag = "" if tag.startswith("W/") else tag or answer.headers.get("Last-Modified", "")
        try:
            _mark(part).write_text(tag, encoding="utf-8")
            with part.open("ab" if start else "wb") as file:
                for block in answer.iter_content(_CHUNK):
                    file.write(block)
                    manners.progress(part.stem, file.tell(), whole)
        except requests.RequestException:
            raise
        except OSError as error:
            raise _unwritten(part, error) from error
    return not whole or _size(part) >= whole


def _patiently(
    once: Callable[[], bool], address: str, manners: Manners, size: Callable[[], int]
) -> None:
    """Try until it is done; attempts that bring something new do not count as failures."""
    failures, reason = 0, "it was cut off"
    while failures < manners.tries:
        before, wait_s = size(), 0.0
        try:
            if once():
                return
            reason = "it was cut off"
        except _BusyError as error:
            reason, wait_s = str(error), error.wait_s
        except requests.Timeout:
            reason = "no answer in time"
        except requests.exceptions.InvalidURL as error:
            raise NetworkAccessError(f"{address} is no address of a file") from error
        except requests.exceptions.MissingSchema as error:
            raise NetworkAccessError(f"{address} is no address of a file") from error
        except requests.RequestException:
            reason = "the connection failed or was cut off"
        failures = 1 if size() > before else failures + 1
        if failures < manners.tries:
            planned = manners.wait_s * 2 ** (failures - 1)
            manners.sleep(min(max(wait_s, planned), _LONGEST_WAIT_S))
    raise NetworkAccessError(
        f"{address} failed {manners.tries} times, lastly: {reason}. What has come is kept; run the "
        "same command again to go on from there."
    )


class _BusyError(Exception):
    """An answer that may be better the next time."""

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def _refuse(answer: requests.Response, address: str) -> None:
    """Raise for an answer that is no success."""
    status = f"{answer.status_code} {answer.reason}"
    if answer.status_code in _BUSY:
        raise _BusyError(status, _asked_wait(answer.headers.get("Retry-After", "")))
    if answer.status_code >= 400:
        hint = "Check country and level." if answer.status_code == 404 else "Check the address."
        raise NetworkAccessError(f"{address} refused: {status}. {hint}")


def _asked_wait(said: str) -> float:
    """Return the seconds that a server asks to wait: a number, or a day and an hour."""
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return 0.0


def _kind(head: bytes) -> str:
    """Say what a file is by its first bytes."""
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a page (HTML)"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer to a large file (Git LFS)"
    if start.startswith(b"pk\x03\x04"):
        return "a zip archive"
    if start.startswith(b"<?xml"):
        return "XML"
    return "another kind of file" if head else "an empty file"


def _record(folder: Path) -> dict[str, Fetched]:
    """Read what was brought before; a record that cannot be read counts for nothing."""
    try:
        rows = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {row["file"]: Fetched(**row) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _is_whole(folder: Path, fetched: Fetched) -> bool:
    path = folder / fetched.file
    return path.is_file() and _hash(path) == fetched.sha256


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark(part: Path) -> Path:
    """File that says which version of a file a part is of."""
    return part.with_name(f"{part.name}.version")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _unwritten(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} could not be written: {error.strerror or error}. What has come is kept; free some "
        "room and run the same command again to go on from there."
    )
