"""What a file of OpenStreetMap data is by its first bytes, and how one in disorder is put right."""

from __future__ import annotations

import bz2
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import osmium

from shelter_geo.errors import RoadError
from shelter_geo.outside import REMEDY, unreadable

PBF_START: Final = b"\x0a\x09OSMHeader"
_LOOK: Final = 4096
_COMPRESSED: Final = {
    b"\x1f\x8b": ("gzip", "gz"),
    b"BZh": ("bzip2", "bz2"),
    b"\xfd7zXZ\x00": ("xz", "xz"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zst"),
}
_UNPACK: Final = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}
_BOM: Final = b"\xef\xbb\xbf"
_O5M: Final = b"\xff\xe0\x04o5m2"
_ABOVE: Final = 1 << 60
"""Larger than the number of any point."""
_ENDS: Final = (
    ".graphml",
    ".gz",
    ".bz2",
    ".xz",
    ".zst",
    ".pbf",
    ".osm",
    ".osh",
    ".osc",
    ".xml",
    ".o5m",
)
_DELETED: Final = re.compile(rb"\baction=.delete.")
_EDITED: Final = (
    "is an editor's file in which things are marked as deleted (action='delete'); upload or "
    "discard the changes in the editor, download the area again and save that"
)
_CHANGES: Final = (
    "is a file of changes, not a map; lay it on the extract that it belongs to with: "
    "osmium apply-changes EXTRACT.osm.pbf {name} -o {made}"
)
_XML_HEAD: Final = re.compile(
    rb"^(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<([\w:.-]+)", re.S | re.I
)
_HTML: Final = re.compile(
    rb"^\s*(?:<\?.*?\?>|<!--.*?-->|\s)*<(?:!doctype\s+html|html\b)", re.S | re.I
)


def is_graphml(path: Path) -> bool:
    """Whether a file is GraphML by what it begins with, or may be and is called so."""
    if said := unreadable(path, None):
        raise RoadError(f"{path} {said}. {REMEDY}")
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK).removeprefix(_BOM).lstrip()
    except OSError:
        return path.suffix == ".graphml"
    return _root(start) == "graphml"


class OsmFile(NamedTuple):
    """A file of OpenStreetMap data.

    Attributes
    ----------
    path
    kind
        Its format as osmium names it, by what the file holds: "pbf", "osm", "osm.gz", "o5m".
    sha256
        Of its bytes.
    """

    path: Path
    kind: str
    sha256: str

    def opened(self) -> Any:
        """Give the file to osmium in its own format, whatever its name ends in."""
        return osmium.io.File(str(self.path), self.kind)


def osm_file(path: Path) -> OsmFile:
    """Make sure of a file of OpenStreetMap data: PBF, o5m, or XML, which may be compressed.

    Raises
    ------
    RoadError
        If the file cannot be read or is something else: what it is, and the command that mends it.
    """
    if said := unreadable(path, None):
        raise RoadError(f"{path} {said}. {REMEDY}")
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
            kind = _kind(start)
            if not kind:
                raise RoadError(f"{path} {_what(start, path.name)}")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if kind == "osm" and _marks_deleted(path):
                raise RoadError(f"{path} {_EDITED}")
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror}") from error
    return OsmFile(path, kind, digest)


def put_in_order(file: OsmFile, folder: Path) -> OsmFile:
    """Write the newest version of everything in a file into a folder, sorted, as a PBF.

    Points with negative numbers, as editors give them, get numbers that no point has.
    """
    reader = osmium.MergeInputReader()
    reader.add_buffer(file.path.read_bytes(), file.kind)
    target = folder / "ordered.osm.pbf"
    writer = _Ordered(osmium.SimpleWriter(str(target)))
    reader.apply(writer, simplify=True)
    writer.close()
    return OsmFile(target, "pbf", file.sha256)


class _Ordered(osmium.SimpleHandler):
    """Writes what is not deleted, without negative numbers of points."""

    def __init__(self, writer: osmium.SimpleWriter) -> None:
        super().__init__()
        self._writer = writer
        self.close = writer.close

    def node(self, node: Any) -> None:
        if node.visible:
            self._writer.add_node(node if node.id > 0 else node.replace(id=_positive(node.id)))

    def way(self, way: Any) -> None:
        if way.visible:
            refs = [node.ref for node in way.nodes]
            if refs and min(refs) < 0:
                way = way.replace(nodes=[_positive(ref) for ref in refs])
            self._writer.add_way(way)

    def relation(self, relation: Any) -> None:
        if relation.visible:
            members = [
                (one.type, _positive(one.ref) if one.type == "n" else one.ref, one.role)
                for one in relation.members
            ]
            self._writer.add_relation(relation.replace(members=members))


def _positive(ref: int) -> int:
    return ref if ref >= 0 else _ABOVE - ref


def stem_of(name: str) -> str:
    """Name of a file without what tells its format."""
    shorter = name
    while shorter.endswith(_ENDS):
        shorter = shorter[: shorter.rindex(".")]
    return shorter or "roads"


def _kind(start: bytes) -> str:
    """Format of OpenStreetMap data that begins so, or an empty text."""
    if start[4 : 4 + len(PBF_START)] == PBF_START:
        return "pbf"
    if start.startswith(_O5M):
        return "o5m"
    for magic, (name, end) in _COMPRESSED.items():
        if start.startswith(magic):
            inner = _unpacked(start, name).removeprefix(_BOM).lstrip()
            return f"osm.{end}" if _root(inner) == "osm" else ""
    return "osm" if _root(start.removeprefix(_BOM).lstrip()) == "osm" else ""


def _marks_deleted(path: Path) -> bool:
    """Whether an editor marked objects of XML as deleted, which osmium does not heed."""
    with path.open("rb") as file:
        return any(_DELETED.search(line) for line in file)


_FETCH: Final = "fetch an extract of OpenStreetMap in PBF"


def _what(start: bytes, name: str) -> str:
    """Say what a file is that begins so, and what to do."""
    for magic, (kind, end) in _COMPRESSED.items():
        if start.startswith(magic):
            return _compressed(start, name, kind, end)
    text = start.removeprefix(_BOM).lstrip()
    if _HTML.match(text):
        return (
            "is a web page (HTML), not OpenStreetMap data, perhaps the message of a server; look "
            "into it and fetch the file again"
        )
    if text.startswith(b"<"):
        return _xml(text, name)
    if text.startswith(b"{"):
        return (
            "is JSON, not OpenStreetMap data in PBF or XML; fetch an extract, or let the program "
            "ask the server itself: shelter-geo roads fetch --online"
        )
    if start.startswith(b"PK\x03\x04"):
        return (
            "is a zip archive, not OpenStreetMap data; a network that was imported already is "
            "named as it is in study.toml, and another archive is to be unpacked first"
        )
    if start.startswith(b"SQLite format 3"):
        return f"is a GeoPackage or another SQLite file, not OpenStreetMap data; {_FETCH}"
    empty = "it is empty; " if not start else ""
    return f"is not OpenStreetMap data in PBF, XML or o5m; {empty}{_FETCH}"


def _compressed(start: bytes, name: str, kind: str, end: str) -> str:
    inner = _unpacked(start, kind).removeprefix(_BOM).lstrip()
    if _HTML.match(inner):
        return f"is a web page (HTML) compressed with {kind}, not OpenStreetMap data; {_FETCH}"
    if _root(inner) == "osmchange":
        return _CHANGES.format(name=name, made=f"{stem_of(name)}-new.osm.pbf")
    what, made = "a file", f"{stem_of(name)}.osm.pbf"
    if PBF_START in inner[: 8 + len(PBF_START)]:
        what = "a PBF file"
    elif _root(inner) == "graphml":
        what, made = "GraphML", f"{stem_of(name)}.graphml"
    elif inner.startswith(b"<"):
        return (
            f"is XML that begins with <{_root(inner)}> compressed with {kind}, not roads; {_FETCH}"
        )
    elif _unpacked(start, kind):
        return f"is compressed with {kind} and holds no OpenStreetMap data; {_FETCH}"
    made = made if made != name else f"{stem_of(name)}-new.osm.pbf"
    return f"is {what} compressed with {kind}; unpack it with: {_UNPACK[end]} -dc {name} > {made}"


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
        return "is GraphML, not OpenStreetMap data; give it the ending .graphml"
    if root == "osmchange":
        return _CHANGES.format(name=name, made=f"{stem_of(name)}-new.osm.pbf")
    return f"is XML that begins with <{root}>, not OpenStreetMap data; {_FETCH}"


def _root(text: bytes) -> str:
    """Name of the outermost element of XML, in lower case."""
    head = _XML_HEAD.match(text)
    return head[1].decode("ascii", "replace").lower() if head else ""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Read within; what breaks off there is a file that is damaged."""
    try:
        yield
    # An id or a coordinate that is no number, too.
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise RoadError(
            f"{path} is damaged or cut short ({error}); fetch or copy it again"
        ) from error
