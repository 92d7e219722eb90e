"""Tables as text, whatever file they stand in: rows counted, nothing yet believed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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
    decoded,
    file_bytes,
    file_fault,
    format_of,
    sheet_rows,
)

SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?,*[ ]*(\r\n|\r|\n|$)', re.IGNORECASE)
"""What Excel may write into the first line: how the columns are separated."""
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
    kind, first, sign = format_of(path, raw), 1, ","
    if kind in FEATURES:
        return _of_features(path, list(columns))
    if kind == Format.SPREADSHEET:
        rows, faults = sheet_rows(path)
        faults += _strange_letters(path, rows)
    elif kind == Format.TEXT:
        text, faults = decoded(path)
        if text is None:
            return None, faults
        rows, first, sign, faults = _split(path, text)
    else:
        remedy = "Give CSV, Excel, ODS, or a file of points or areas such as GeoJSON."
        return None, [file_fault(path, f"is {kind}, not a table", remedy)]
    if faults:
        return None, faults
    header = [name.strip() for name in rows[0]] if rows else []
    blank = not any(cell.strip() for row in rows for cell in row)
    if faults := _header_faults(path, header, empty=blank):
        return None, faults
    numbered = enumerate(rows, start=first)
    filled = [(i, row) for i, row in numbered if any(cell.strip() for cell in row)]
    return _frame(path, header, filled[1:], sign)


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


def _split(path: Path, text: str) -> tuple[list[list[str]], int, str, list[Fault]]:
    """Split a text into cells: rows, the number of the first one, and what separates cells."""
    first, signs = 1, ",;\t"
    if line := SEPARATOR_LINE.match(text):
        text, first, signs = text[line.end() :], 2, line[1] + signs
    sign = max(signs, key=lambda sign: _width(text, sign))
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True):
            rows.append(row)
    except csv.Error as error:
        message = f"cannot be split into columns from here on: {error}"
        remedy = "Close every quote, and double a quote inside a cell."
        return [], first, sign, [Fault(path.name, message, remedy, len(rows) + first)]
    return rows, first, sign, []


def _width(text: str, sign: str) -> int:
    """Count the cells of the first row that is not blank, if it were separated so."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
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
    path: Path, header: list[str], rows: list[tuple[int, list[str]]], sign: str
) -> tuple[pd.DataFrame | None, list[Fault]]:
    width = len(header)
    words = {",": "commas", ";": "semicolons", "\t": "tabs"}[sign]
    remedy = f"Quote cells that hold {words}, and fill or remove the others."
    faults, whole = [], []
    for i, row in rows:
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            message = f"has {len(row)} cells where the header has {width}"
            faults.append(Fault(path.name, message, remedy, i))
        else:
            whole.append((i, [cell.strip() for cell in row[:width]]))
    named = [place for place, name in enumerate(header) if name]
    for place in sorted(set(range(width)) - set(named)):
        if any(cells[place] for _, cells in whole):
            message = f"column {place + 1} has no name"
            faults.append(file_fault(path, message, "Name it in the first row, or remove it."))
    index = pd.Index([i for i, _ in whole], name="row", dtype="int64")
    cells = [[cells[place] for place in named] for _, cells in whole]
    return pd.DataFrame(cells, index=index, columns=[header[p] for p in named], dtype=str), faults
