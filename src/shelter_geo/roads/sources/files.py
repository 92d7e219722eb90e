"""What a file of OpenStreetMap data is by its first bytes, and how to make a PBF of it."""

from __future__ import annotations

import bz2
import hashlib
import re
import zlib
from pathlib import Path
from typing import Final

from shelter_geo.errors import RoadError

PBF_START: Final = b"\x0a\x09OSMHeader"
_LOOK: Final = 4096
_COMPRESSED: Final = {
    b"\x1f\x8b": ("gzip", "gz"),
    b"BZh": ("bzip2", "bz2"),
    b"\xfd7zXZ\x00": ("xz", "xz"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zst"),
}
_OSM_ROOTS: Final = frozenset(("osm", "osmchange"))
_XML_HEAD: Final = re.compile(
    rb"^(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<([\w:.-]+)", re.S | re.I
)
_HTML: Final = re.compile(
    rb"^\s*(?:<\?.*?\?>|<!--.*?-->|\s)*<(?:!doctype\s+html|html\b)", re.S | re.I
)


def is_graphml(path: Path) -> bool:
    """Whether a file is GraphML by what it begins with, or may be and is called so."""
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return path.suffix == ".graphml"
    return _root(start) == "graphml"


def sha256_of_pbf(path: Path) -> str:
    """Make sure of a PBF file and return its SHA-256.

    Raises
    ------
    RoadError
        If the file cannot be read or is something else: what it is, and the command that mends it.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror}") from error
    if start[4 : 4 + len(PBF_START)] != PBF_START:
        raise RoadError(f"{path} {_what(start, path.name)}")
    return digest


def made_of(name: str) -> str:
    """Name of the PBF to make of a file."""
    stem = name
    for end in (".gz", ".bz2", ".xz", ".zst", ".pbf", ".osm", ".osh", ".xml", ".graphml"):
        stem = stem.removesuffix(end)
    made = f"{stem or 'roads'}.osm.pbf"
    return f"{stem}-new.osm.pbf" if made == name else made


def _what(start: bytes, name: str) -> str:
    """Say what a file is that begins so, and what to do."""
    for magic, (kind, end) in _COMPRESSED.items():
        if start.startswith(magic):
            return _compressed(start, name, kind, end)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(text):
        return (
            "is a web page (HTML), not OpenStreetMap data, perhaps the message of a server; look "
            "into it and fetch the file again"
        )
    if text.startswith(b"<"):
        return _xml(text, name)
    if text.startswith(b"{"):
        return (
            "is JSON, not PBF; fetch an extract in PBF, or let the program ask the server itself: "
            "shelter-geo roads fetch --online"
        )
    if start.startswith(b"PK\x03\x04"):
        return (
            "is a zip archive, not PBF; a network that was imported already is named as it is in "
            "study.toml, and another archive is to be unpacked first"
        )
    if start.startswith(b"\xff\xe0\x04o5m2"):
        return f"is o5m, not PBF; convert it with: osmium cat -F o5m {name} -o {made_of(name)}"
    if start.startswith(b"SQLite format 3"):
        return "is a GeoPackage or another SQLite file, not an OpenStreetMap PBF file"
    return "is not an OpenStreetMap PBF file" + ("; it is empty" if not start else "")


def _compressed(start: bytes, name: str, kind: str, end: str) -> str:
    inner = _unpacked(start, kind).removeprefix(b"\xef\xbb\xbf").lstrip()
    if PBF_START in inner[: 8 + len(PBF_START)]:
        return f"is a PBF file compressed with {kind}; unpack it first"
    if _HTML.match(inner):
        return f"is a web page (HTML) compressed with {kind}, not OpenStreetMap data"
    if inner.startswith(b"<") and _root(inner) not in _OSM_ROOTS:
        what = "GraphML" if _root(inner) == "graphml" else f"XML that begins with <{_root(inner)}>"
        return f"is {what} compressed with {kind}; unpack it first"
    if kind in ("xz", "zstd"):
        return f"is compressed with {kind}, not PBF; unpack it first"
    file_type = "osh" if ".osh" in name or ".osc" in name else "osm"
    return (
        f"is compressed with {kind}, not PBF; make a PBF of it with: "
        f"osmium cat -F {file_type}.{end} {name} -o {made_of(name)}"
    )


def _unpacked(start: bytes, kind: str) -> bytes:
    """As much of the contents as the first bytes give."""
    try:
        if kind == "gzip":
            return zlib.decompressobj(wbits=31).decompress(start)
        if kind == "bzip2":
            return bz2.BZ2Decompressor().decompress(start)
    except (OSError, zlib.error):
        pass
    return b""


def _xml(text: bytes, name: str) -> str:
    root = _root(text)
    if root == "graphml":
        return "is GraphML, not PBF"
    if root in _OSM_ROOTS:
        kind = "osc" if root == "osmchange" else "osm"
        change = " of changes" if kind == "osc" else ""
        return (
            f"is XML{change}, not PBF; convert it with: "
            f"osmium cat -F {kind} {name} -o {made_of(name)}"
        )
    return f"is XML that begins with <{root}>, not OpenStreetMap data"


def _root(text: bytes) -> str:
    """Name of the outermost element of XML, in lower case."""
    head = _XML_HEAD.match(text)
    return head[1].decode("ascii", "replace").lower() if head else ""
