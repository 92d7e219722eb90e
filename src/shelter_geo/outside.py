"""What comes from outside and goes out again: files that may be read, cells that nothing runs."""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from shelter_geo.errors import OBEYED, disarmed

if TYPE_CHECKING:
    import pandas as pd

_Frame = TypeVar("_Frame", bound="pd.DataFrame")

MOST_BYTES: Final = 1 << 30
"""Of a table, a file of settings or of features: more than any country has."""
MOST_SETTINGS_BYTES: Final = 10 << 20
"""Of a TOML file; nobody writes more by hand."""


def unreadable(path: Path, most_bytes: int | None = MOST_BYTES) -> str:
    """Say why a file must not be read: a pipe or device may never end, and a huge one hangs.

    Parameters
    ----------
    path
        Whatever stands there; links are followed.
    most_bytes
        Its largest size; None for files that are as large as a country's roads.

    Returns
    -------
    str
        What it is, such as "is a pipe"; empty if it may be read, or if its reader will say better
        why not, as of a file that is not there.

    Examples
    --------
    >>> unreadable(Path("/dev/zero"))
    'is a device'
    """
    try:
        state = path.stat()
    except (OSError, ValueError):
        return ""
    for is_such, said in _ENDLESS:
        if is_such(state.st_mode):
            return said
    if most_bytes is not None and stat.S_ISREG(state.st_mode) and state.st_size > most_bytes:
        return f"has {state.st_size / 2**20:,.0f} MB, and at most {most_bytes >> 20:,} MB are read"
    return ""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits; it is read piece by piece.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_ENDLESS: Final = (
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISSOCK, "is a socket"),
)
REMEDY: Final = "Name a file of the size that such a file has."
LIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that a spreadsheet takes for a formula, full-width ones as well."""
_LIVE_INSIDE: Final = re.compile(
    r"([;\t\r\n][\s\"']*)(?=[=@\uff1d\uff0b\uff0d\uff20\ufe66]"
    r"|[+-](?!\s*[\d.,]*\d\s*(?:[%a-z;,.)]|$)))"  # a number alone is none
)
"""What begins a cell of its own where a spreadsheet parts cells by semicolons or tabs."""


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> print(defuse("=1+1"))
    '=1+1
    """
    if text[:1].isalnum() and text[:1].isascii() and text.isprintable() and ";" not in text:
        return text  # nearly every text
    seen = next((sign for sign in text if unicodedata.category(sign)[0] not in "ZC"), text[:1])
    live = text.startswith(LIVE) or unicodedata.normalize("NFKC", seen) in LIVE
    inside = _LIVE_INSIDE.sub(r"\1'", text)
    return f"'{inside}" if live and text else inside


def toml_of(text: str) -> dict[str, Any]:
    """Read TOML whose keys and texts hold no sign that a terminal would obey.

    Raises
    ------
    tomllib.TOMLDecodeError
        If it is no TOML, or holds such a sign, which is not printed.
    RecursionError
        If it is nested too deeply.
    """
    document = tomllib.loads(text)
    for path, words in _texts(document):
        found = OBEYED.search(words)
        if found:
            sign = f"holds a character that is no letter (U+{ord(found[0]):04X})"
            raise tomllib.TOMLDecodeError(f"{disarmed('.'.join(path))} {sign}")
    return document


def _texts(given: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every key and every text of a document, by its path."""
    if isinstance(given, dict):
        for key, inner in given.items():
            yield (*path, key), key
            yield from _texts(inner, (*path, key))
    elif isinstance(given, list):
        for inner in given:
            yield from _texts(inner, path)
    elif isinstance(given, str):
        yield path, given


def without_live_cells(frame: _Frame) -> _Frame:
    """Defuse every text of a frame; see `defuse`."""
    texts = {
        name: frame[name].map(lambda cell: defuse(cell) if isinstance(cell, str) else cell)
        for name in frame.columns
        if str(frame[name].dtype) in {"object", "str", "string"}
    }
    return frame.assign(**texts)
