"""Bring what a new study lacks from servers: boundaries of districts, and an extract of roads."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import requests

from shelter_geo.errors import NetworkAccessError, OutputError
from shelter_geo.outside import sha256_of
from shelter_geo.start.downloads import Manners, ask, download, kind_of, settle, unwritten
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

    def read(answer: requests.Response) -> dict[str, Any]:
        try:
            document = answer.json()
        except ValueError:
            raise NetworkAccessError(
                f"{address} answers with no description of boundaries but "
                f"{kind_of(answer.content[:512])}. Check country, level and server."
            ) from None
        if not isinstance(document, dict) or "gjDownloadURL" not in document:
            raise NetworkAccessError(f"{address} names no file of boundaries. Check the server.")
        return document

    return ask(address, manners, read)


def _brought(
    folder: Path, name: str, address: str, said: dict[str, str], manners: Manners
) -> Fetched:
    """Download a file unless it is there, and note where it is from."""
    known = whole_already(folder, name, address)
    if known is not None:
        return known
    path, part = folder / name, folder / f"{name}.part"
    download(address, part, manners)
    with part.open("rb") as file:
        head = file.read(512)
    if not (b"OSMHeader" in head if name == ROADS else head.lstrip().startswith(b"{")):
        part.unlink()
        wanted = "an extract of OpenStreetMap" if name == ROADS else "GeoJSON"
        raise NetworkAccessError(
            f"{address} gives {kind_of(head)}, not {wanted}. Check the address in a browser."
        )
    settle(part, path)
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
    record[name] = fetched = Fetched(name, address, sha256_of(folder / name), **said)
    text = json.dumps([asdict(each) for _, each in sorted(record.items())], indent=1)
    try:
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritten(folder / RECORD, error) from error
    return fetched


def _record(folder: Path) -> dict[str, Fetched]:
    """Read what was brought before; a record that cannot be read counts for nothing."""
    try:
        rows = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {row["file"]: Fetched(**row) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _is_whole(folder: Path, fetched: Fetched) -> bool:
    path = folder / fetched.file
    return path.is_file() and sha256_of(path) == fetched.sha256
