"""Tables as text, whatever file they stand in: rows counted, nothing yet believed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.study.tables.features import read_features
from shelter_geo.study.tables.formats import (
    FEATURES,
    NO_LETTER,
    SHORT_NAME,
    Format,
    as_text,
    encoding_of,
    file_bytes,
    file_fault,
    format_of,
    sheet_rows,
)

SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?,*[ ]*(\r\n|\r|\n|$)', re.IGNORECASE)
"""What Excel may write into the first line: how the columns are separated."""
_AT_ONCE: Final = 20_000
"""Rows that are lists of cells at a time."""
POINT = ("lat", "lon")
"""Columns that a file of features gives by its geometry."""


def read_text_table(
    path: Path, *, columns: Iterable[str] = ()
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a table as text, with the row numbers that a spreadsheet shows.

    Parameters
    ----------
    path
        CSV in UTF-8 or UTF-16, with or without a byte order mark, separated by commas, semicolons
        or tabs, its first row the column names, perhaps below a line such as ``sep=;``; Excel or
        ODS; or a file that `read_features` reads.
    columns
        Columns that are wanted. Of features `lat` and `lon` are taken from the point, or from a
        point in the area, only if they are among these. Names that a Shapefile cut are made whole.

    Returns
    -------
    frame
        All columns as stripped text, indexed by row number (the header is row 1), without blank
        rows and rows of a wrong length; None where the file cannot be read as a table.
    faults
        What is wrong with the file as such. They name no cell value.
    """
    raw, faults = file_bytes(path)
    if raw is None:
        return None, faults
    kind = format_of(path, raw)
    if kind in FEATURES:
        return _of_features(path, list(columns))
    if kind == Format.SPREADSHEET:
        rows, faults = sheet_rows(path)
        faults += _strange_letters(path, rows)
        if faults:
            return None, faults
        return _frame(path, enumerate(rows, start=1), ",")
    if kind == Format.TEXT:
        return _of_text(path, raw)
    remedy = "Give CSV, Excel, ODS, or a file of points or areas such as GeoJSON."
    return None, [file_fault(path, f"is {kind}, not a table", remedy)]


def _of_features(path: Path, columns: list[str]) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read features as rows, each numbered as in the file."""
    features, faults = read_features(path)
    if features is None:
        return None, faults
    table = pd.DataFrame(features.drop(columns="geometry"))
    table.columns = [str(name).strip() for name in table.columns]
    for name in columns:
        if len(name) > SHORT_NAME and name not in table and name[:SHORT_NAME] in table:
            table = table.rename(columns={name[:SHORT_NAME]: name})
    # The name of a placemark in KML.
    if "name" in table and "name" not in columns and columns:
        called = {"name": "name_en"} if "name_en" not in table else {}
        table = table.rename(columns=called).drop(columns="name", errors="ignore")
    if set(POINT) <= set(columns) and not set(POINT) & set(table):
        table = table.assign(**_points(features))
    rows = [[as_text(cell) for cell in row] for row in table.itertuples(index=False)]
    if faults := _strange_letters(path, [list(table.columns), *rows]):
        return None, faults
    index = pd.Index(range(1, len(table) + 1), name="row", dtype="int64")
    frame = pd.DataFrame(rows, index=index, columns=table.columns, dtype=str)
    return frame, []


def _points(features: gpd.GeoDataFrame) -> dict[str, Any]:
    """Take a point of each feature: itself, or one on its surface; None where it has none."""
    shapes = [None if s is None or s.is_empty else s for s in features.geometry]
    spots = [None if s is None else s.representative_point() for s in shapes]
    return {
        "lat": [None if spot is None else float(spot.y) for spot in spots],
        "lon": [None if spot is None else float(spot.x) for spot in spots],
    }


def _strange_letters(path: Path, rows: list[list[str]]) -> list[Fault]:
    remedy = "Take it out, or mend the letter."
    return [
        Fault(path.name, f"holds a character that is no letter (U+{ord(bad[0]):04X})", remedy, i)
        for i, row in enumerate(rows, start=1)
        for bad in [next(filter(None, map(NO_LETTER.search, row)), None)]
        if bad
    ]


def _of_text(path: Path, raw: bytes) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Split a text into cells row by row, so that only the frame is ever held as a whole."""
    encoding, faults = encoding_of(path, raw)
    if encoding is None:
        return None, faults
    signs, first = ",;\t", 1
    if line := SEPARATOR_LINE.match(_opened(raw, encoding, 0).readline()):
        signs, first = line[1] + signs, 2
    sign = max(signs, key=lambda sign: _width(_opened(raw, encoding, first - 1), sign))
    reader = csv.reader(_opened(raw, encoding, first - 1), delimiter=sign, strict=True)
    numbered = Numbered(reader, first)
    try:
        return _frame(path, numbered, sign)
    except csv.Error as error:
        message = f"cannot be split into columns from here on: {error}"
        remedy = "Close every quote, and double a quote inside a cell."
        return None, [Fault(path.name, message, remedy, numbered.row)]


def _opened(raw: bytes, encoding: str, skipped: int) -> io.TextIOWrapper:
    """Open a text behind some lines."""
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")
    for _ in range(skipped):
        text.readline()
    return text


@dataclass
class Numbered:
    """Rows with their numbers; knows the number of the row that comes next."""

    rows: Iterator[list[str]]
    row: int

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for cells in self.rows:
            self.row += 1
            yield self.row - 1, cells


def _width(text: Iterable[str], sign: str) -> int:
    """Count the cells of the first row that is not blank, if it were separated so."""
    try:
        rows = csv.reader(text, delimiter=sign)
        return next((len(row) for row in rows if any(cell.strip() for cell in row)), 0)
    except csv.Error:
        return 0


def _header_faults(path: Path, header: list[str], *, empty: bool) -> list[Fault]:
    if empty:
        return [
            file_fault(path, "the table is empty", "Give a row of column names, then the data.")
        ]
    if not any(header):
        remedy = "Put the column names into the first row."
        return [file_fault(path, "the first row is blank", remedy)]
    named = [name for name in header if name]
    twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    return [
        file_fault(
            path, f"columns {_numbers(header, name)} have the same name", "Keep one of them."
        )
        for name in twice
    ]


def _numbers(header: list[str], name: str) -> str:
    return " and ".join(str(i) for i, other in enumerate(header, start=1) if other == name)


def _frame(
    path: Path, numbered: Iterable[tuple[int, list[str]]], sign: str
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Make a frame of numbered rows, the header first, some thousand rows at a time."""
    rows = iter(numbered)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    width, named = len(header), [place for place, name in enumerate(header) if name]
    words = {",": "commas", ";": "semicolons", "\t": "tabs"}[sign]
    remedy = f"Quote cells that hold {words}, and fill or remove the others."
    faults: list[Fault] = []
    parts, empty, nameless = [], not any(header), set[int]()
    while block := list(islice(rows, _AT_ONCE)):
        whole = []
        for i, row in block:
            if not any(cell.strip() for cell in row):
                continue
            empty = False
            if len(row) < width or any(cell.strip() for cell in row[width:]):
                message = f"has {len(row)} cells where the header has {width}"
                faults.append(Fault(path.name, message, remedy, i))
            else:
                whole.append((i, [cell.strip() for cell in row[:width]]))
        for place in set(range(width)) - set(named) - nameless:
            if any(cells[place] for _, cells in whole):
                nameless.add(place)
        parts.append(_part(header, named, whole))
    if wrong := _header_faults(path, header, empty=empty):
        return None, wrong
    for place in sorted(nameless):
        message = f"column {place + 1} has no name"
        faults.append(file_fault(path, message, "Name it in the first row, or remove it."))
    return pd.concat(parts or [_part(header, named, [])]), faults


def _part(header: list[str], named: list[int], rows: list[tuple[int, list[str]]]) -> pd.DataFrame:
    index = pd.Index([i for i, _ in rows], name="row", dtype="int64")
    cells = [[cells[place] for place in named] for _, cells in rows]
    return pd.DataFrame(cells, index=index, columns=[header[p] for p in named], dtype=str)
