"""What comes from outside and goes out again: files that may be read, cells that nothing runs."""

from __future__ import annotations

import hashlib
import stat
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

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
_UNSEEN: Final = " \u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
"""Signs before them that some spreadsheets leave out."""


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> print(defuse("=1+1"))
    '=1+1
    """
    if text[:1].isalnum() and text[:1].isascii():  # nearly every text
        return text
    start = text.lstrip(_UNSEEN)[:1] or text[:1]
    live = text.startswith(LIVE) or unicodedata.normalize("NFKC", start) in LIVE
    return f"'{text}" if live and text else text


def without_live_cells(frame: _Frame) -> _Frame:
    """Defuse every text of a frame; see `defuse`."""
    texts = {
        name: frame[name].map(lambda cell: defuse(cell) if isinstance(cell, str) else cell)
        for name in frame.columns
        if str(frame[name].dtype) in {"object", "str", "string"}
    }
    return frame.assign(**texts)
