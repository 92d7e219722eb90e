"""Table files as text: bytes decoded, rows counted, nothing yet believed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from shelter_geo.errors import Fault

MAX_ROWS_NAMED = 20


def read_text_table(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a CSV file as text, with the row numbers that a spreadsheet shows.

    Parameters
    ----------
    path
        A comma-separated file in UTF-8, with or without a byte order mark, its first row the
        column names.

    Returns
    -------
    frame
        All columns as stripped text, indexed by row number (the header is row 1); None where the
        file cannot be read as a table.
    faults
        What is wrong with the file as such.
    """
    text, faults = _decode(path)
    if text is None:
        return None, faults
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return None, [_fault(path, f"cannot be split into columns: {error}", "Check the quotes.")]
    header = [name.strip() for name in rows[0]] if rows else []
    if not any(header):
        return None, [_fault(path, "the table is empty", "Give at least a row of column names.")]
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        return None, [
            _fault(path, "columns are not separated by commas", "Save it as comma-separated CSV.")
        ]
    if doubled := sorted({name for name in header if header.count(name) > 1}):
        return None, [
            _fault(path, f"column {name!r} stands twice", "Keep one of them.") for name in doubled
        ]
    return _frame(path, header, rows[1:])


def _frame(
    path: Path, header: list[str], rows: list[list[str]]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    filled = [(i, row) for i, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    ragged = [(i, len(row)) for i, row in filled if len(row) != len(header)]
    if ragged:
        return None, [
            Fault(
                path.name,
                f"has {found} cells where the header has {len(header)}",
                "Quote cells that hold commas, and fill or remove the others.",
                row=i,
            )
            for i, found in ragged[:MAX_ROWS_NAMED]
        ]
    cells = [[cell.strip() for cell in row] for _, row in filled]
    index = pd.Index([i for i, _ in filled], name="row", dtype="int64")
    return pd.DataFrame(cells, index=index, columns=header, dtype=str), []


def _decode(path: Path) -> tuple[str | None, list[Fault]]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None, [_fault(path, "there is no such file", f"Put it at {path}.")]
    except OSError as error:
        return None, [_fault(path, f"cannot be read: {error.strerror}", "Check the path.")]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:4096]:
        return None, [_fault(path, "is UTF-16 or not text", "Save it as CSV in UTF-8.")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        return None, [
            Fault(
                path.name,
                f"byte {error.start} is not UTF-8; the file may be Windows-1251 or Windows-1254",
                "Save it as CSV in UTF-8.",
                row=row,
            )
        ]


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, message, remedy)
