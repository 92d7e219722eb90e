"""Table files as text: bytes decoded, rows counted, nothing yet believed."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from shelter_geo.errors import Fault

NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]")
"""Controls, turns of the writing direction, and the sign for a letter lost on the way."""

SEPARATOR_LINE = re.compile(r'"?sep=[,;\t]"?,*[ ]*(\r|\n|$)', re.IGNORECASE)
"""What Excel may write into the first line: how the columns are separated."""


def read_text_table(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a CSV file as text, with the row numbers that a spreadsheet shows.

    Parameters
    ----------
    path
        A comma-separated file in UTF-8, with or without a byte order mark, its first row the
        column names. A line such as ``sep=,`` above them, which Excel writes, is passed over.

    Returns
    -------
    frame
        All columns as stripped text, indexed by row number (the header is row 1), without blank
        rows and rows of a wrong length; None where the file cannot be read as a table.
    faults
        What is wrong with the file as such. They name no cell value.
    """
    text, faults = decoded(path)
    if text is None:
        return None, faults
    rows, faults = _split(path, text)
    if faults:
        return None, faults
    first = 2 if SEPARATOR_LINE.match(text) else 1
    rows = rows[first - 1 :]
    header = [name.strip() for name in rows[0]] if rows else []
    if faults := _header_faults(path, header, empty=not text.strip()):
        return None, faults
    numbered = enumerate(rows, start=first)
    filled = [(i, row) for i, row in numbered if any(cell.strip() for cell in row)]
    return _frame(path, header, filled[1:])


def decoded(path: Path) -> tuple[str | None, list[Fault]]:
    """Read the text of a file.

    Parameters
    ----------
    path
        A file in UTF-8, with or without a byte order mark.

    Returns
    -------
    text
        None if the file cannot be read or is not such a text.
    faults
        Why not.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None, [_fault(path, "there is no such file", f"Put it at {path}.")]
    except OSError as error:
        return None, [_fault(path, f"cannot be read: {error.strerror}", "Check the path.")]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        return None, [_fault(path, "is UTF-16 or not text", "Save it in UTF-8.")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8; the file may be Windows-1251 or Windows-1254"
        row = raw[: error.start].count(b"\n") + 1
        return None, [Fault(path.name, message, "Save it in UTF-8.", row)]
    if found := NO_LETTER.search(text):
        row = text[: found.start()].count("\n") + 1
        message = f"holds a character that is no letter (U+{ord(found[0]):04X})"
        return None, [Fault(path.name, message, "Take it out, or mend the letter.", row)]
    return text, []


def _split(path: Path, text: str) -> tuple[list[list[str]], list[Fault]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append(row)
    except csv.Error as error:
        message = f"cannot be split into columns from here on: {error}"
        remedy = "Close every quote, and double a quote inside a cell."
        return [], [Fault(path.name, message, remedy, len(rows) + 1)]
    return rows, []


def _header_faults(path: Path, header: list[str], *, empty: bool) -> list[Fault]:
    if empty:
        return [_fault(path, "the table is empty", "Give a row of column names, then the data.")]
    if not any(header):
        remedy = "Put the column names into the first row."
        return [_fault(path, "the first row is blank", remedy)]
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        remedy = "Save it as comma-separated CSV."
        return [_fault(path, "columns are not separated by commas", remedy)]
    named = [name for name in header if name]
    twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    return [
        _fault(path, f"columns {_numbers(header, name)} have the same name", "Keep one of them.")
        for name in twice
    ]


def _numbers(header: list[str], name: str) -> str:
    return " and ".join(str(i) for i, other in enumerate(header, start=1) if other == name)


def _frame(
    path: Path, header: list[str], rows: list[tuple[int, list[str]]]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    width = len(header)
    remedy = "Quote cells that hold commas, and fill or remove the others."
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
            faults.append(_fault(path, message, "Name it in the first row, or remove it."))
    index = pd.Index([i for i, _ in whole], name="row", dtype="int64")
    cells = [[cells[place] for place in named] for _, cells in whole]
    return pd.DataFrame(cells, index=index, columns=[header[p] for p in named], dtype=str), faults


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, message, remedy)
