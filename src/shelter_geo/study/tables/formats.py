"""What a file holds, by its bytes and not by its name: text, a spreadsheet, or features."""

from __future__ import annotations

import re
import zipfile
from codecs import getincrementaldecoder
from datetime import date, datetime, time
from enum import StrEnum
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.outside import REMEDY, unreadable

NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]")
"""Controls, turns of the writing direction, and the sign for a letter lost on the way."""
_BLOCK: Final = 1 << 20
"""Bytes of a text that are looked at together."""
SIDECARS: Final = (".dbf", ".shx", ".prj", ".cpg")
"""Files that belong to a Shapefile."""
SHORT_NAME: Final = 10
"""Letters of a column's name that a Shapefile keeps."""


class Format(StrEnum):
    """Formats that are read, in the words of sentences."""

    TEXT = "text"
    SPREADSHEET = "a spreadsheet"
    GEOJSON = "GeoJSON"
    GEOPACKAGE = "a GeoPackage"
    SHAPEFILE = "a Shapefile"
    KML = "KML"
    PARQUET = "Parquet"


FEATURES: Final = frozenset(Format) - {Format.TEXT, Format.SPREADSHEET}

_OTHER: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a raster or picture (TIFF)"),
    (b"MM\x00*", "a raster or picture (TIFF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"BZh", "a compressed file (bzip2)"),
    (b"\xfd7zXZ", "a compressed file (xz)"),
    (b"7z\xbc\xaf", "a compressed folder (7z)"),
    (b"Rar!", "a compressed folder (RAR)"),
    (b"fgb", "FlatGeobuf"),
)
"""First bytes of files that are no table, and what they are."""


def format_of(path: Path, raw: bytes) -> Format | str:
    """Tell what a file is.

    Parameters
    ----------
    path
        Where it stands, for what zipped files hold.
    raw
        Its first bytes, at least some thousand.

    Returns
    -------
    Format or str
        In words such as "a PDF document" if it is nothing that is read.
    """
    if raw.startswith(b"PK\x03\x04"):
        return _of_zip(path)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return Format.SPREADSHEET
    if raw.startswith(b"SQLite format 3\x00"):
        return Format.GEOPACKAGE
    if raw.startswith(b"\x00\x00\x27\x0a"):
        return Format.SHAPEFILE
    if raw.startswith(b"PAR1"):
        return Format.PARQUET
    for start, words in _OTHER:
        if raw.startswith(start):
            return words
    if raw[4:16].find(b"OSMHeader") > 0:
        return "an extract of OpenStreetMap (PBF)"
    if raw[:1] == b"\x03" and b"\x00" in raw[:32]:
        return "the table of a Shapefile (dBASE); name its .shp"
    return _of_text(raw[:4000].decode(_encoding(raw), "ignore").removeprefix("\ufeff").lstrip())


def _of_zip(path: Path) -> Format | str:
    try:
        with zipfile.ZipFile(path) as folder:
            names = folder.namelist()
            mime = folder.read("mimetype") if "mimetype" in names else b""
    except Exception:  # a damaged archive fails in many ways, all of them the file's
        return "a ZIP archive that is cut off or damaged"
    if any(name.startswith("xl/") for name in names) or b"spreadsheet" in mime:
        return Format.SPREADSHEET
    if any(name.startswith("word/") for name in names) or b"opendocument.text" in mime:
        return "a text document"
    if any(name.lower().endswith(".kml") for name in names):
        return Format.KML
    if sum(name.lower().endswith(".shp") for name in names) == 1:
        return Format.SHAPEFILE
    if any(name.endswith(".npy") for name in names):
        return "a prepared road network"
    return "a ZIP archive: unpack it, and name the file in it"


def _of_text(start: str) -> Format | str:
    low = start.lower()
    if low.startswith(("<!doctype html", "<html")):
        return "a web page"
    if low.startswith("<"):
        if "<kml" in low:
            return Format.KML
        return "an extract of OpenStreetMap (XML)" if "<osm" in low else "XML"
    return Format.GEOJSON if low.startswith(("{", "[")) else Format.TEXT


def file_bytes(path: Path) -> tuple[bytes | None, list[Fault]]:
    """Read a file, or say why it cannot be."""
    if said := unreadable(path):
        return None, [file_fault(path, said, REMEDY)]
    try:
        return path.read_bytes(), []
    except FileNotFoundError:
        return None, [file_fault(path, "there is no such file", f"Put it at {path}.")]
    except OSError as error:
        return None, [file_fault(path, f"cannot be read: {error.strerror}", "Check the path.")]


def decoded(path: Path) -> tuple[str | None, list[Fault]]:
    """Read the text of a file.

    Parameters
    ----------
    path
        A file in UTF-8 or UTF-16, with or without a byte order mark.

    Returns
    -------
    text
        None if the file cannot be read or is not such a text.
    faults
        Why not.
    """
    raw, faults = file_bytes(path)
    if raw is None:
        return None, faults
    encoding, faults = encoding_of(path, raw)
    return (None if encoding is None else raw.decode(encoding)), faults


def encoding_of(path: Path, raw: bytes) -> tuple[str | None, list[Fault]]:
    """Tell how a text is written, after looking at all of it without holding it.

    Parameters
    ----------
    path
        What the faults call it.
    raw
        UTF-8 or UTF-16, with or without a byte order mark.

    Returns
    -------
    encoding
        None if it is no such text.
    faults
        Why not.
    """
    encoding = _encoding(raw)
    if _is_sound(raw, encoding):
        return encoding, []
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        if encoding != "utf-8-sig":
            return None, [
                file_fault(path, "is UTF-16 that is cut off, or no text", "Save it in UTF-8.")
            ]
        message = f"byte {error.start} is not UTF-8; the file may be Windows-1251 or Windows-1254"
        return None, [Fault(path.name, message, "Save it in UTF-8.", row)]
    if found := NO_LETTER.search(text):
        row = text[: found.start()].count("\n") + 1
        message = f"holds a character that is no letter (U+{ord(found[0]):04X})"
        return None, [Fault(path.name, message, "Take it out, or mend the letter.", row)]
    return encoding, []


def _is_sound(raw: bytes, encoding: str) -> bool:
    """Whether bytes are a text of letters, block by block."""
    decoder, whole = getincrementaldecoder(encoding)(), memoryview(raw)
    try:
        for first in range(0, len(raw) + 1, _BLOCK):
            block = whole[first : first + _BLOCK]
            if NO_LETTER.search(decoder.decode(block, final=first + _BLOCK > len(raw))):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _encoding(raw: bytes) -> str:
    """Tell UTF-16 from UTF-8: by its mark, else by the zero bytes beside the Latin letters."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    start = raw[:400]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd < len(start) / 4:
        return "utf-8-sig"
    return "utf-16-le" if odd > even else "utf-16-be"


def sheet_rows(path: Path) -> tuple[list[list[str]], list[Fault]]:
    """Read the cells of an Excel or ODS file as text.

    Parameters
    ----------
    path
        A spreadsheet. Of several sheets the one that is called like the file counts, else the
        first.

    Returns
    -------
    rows
        From the first row of the sheet on.
    faults
        Why it cannot be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        name = path.stem if path.stem in book.sheet_names else book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError, ValueError):
        remedy = "Save it again, without a password, or as CSV."
        return [], [file_fault(path, "is no spreadsheet that can be read", remedy)]
    return [[as_text(cell) for cell in row] for row in rows], []


def as_text(value: Any) -> str:
    """Write a value of a typed file as a table of text has it.

    Whole numbers have no decimal point, yes and no are words, days are of ISO 8601, what is
    missing is empty.
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        number = float(value)
        if not np.isfinite(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else _plain(number)
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(number: float) -> str:
    return np.format_float_positional(number, trim="-")


def file_fault(path: Path, message: str, remedy: str) -> Fault:
    """Name a fault of a whole file."""
    return Fault(path.name, message, remedy)
