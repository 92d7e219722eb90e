"""Tables for spreadsheets: UTF-8 with a byte order mark, fixed decimals, no live cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.errors import OutputError
from shelter_geo.publish.files.columns import Column, described
from shelter_geo.publish.words import Words
from shelter_geo.study import FALLBACK

LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that a spreadsheet takes for a formula."""
KEYED: Final = {
    "reason": "reason",
    "change": "effect",
    "verdict": "verdict",
    "rule": "rule",
    "evidence": "evidence",
    "scenario_evidence": "evidence",
}
"""Columns of keys, and the section of the catalogues that has their words."""


def write_table(
    frame: pd.DataFrame, columns: Sequence[str], path: Path, english: Words | None = None
) -> None:
    """Write a table of results.

    Missing values are empty cells, truth values `yes` and `no`; text that a spreadsheet would run
    as a formula gets an apostrophe in front. A column such as `reason_en` that the frame lacks gets
    the English words of the keys in `reason`.

    Parameters
    ----------
    frame
        Results, in the order to be written. Without a row it may lack columns.
    columns
        Columns to write; each must be known to `columns.described`.
    path
        File to write.
    english
        Words of the keys; those of shelters if not given.

    Raises
    ------
    OutputError
        If a column is not described, is not there, or holds an infinite number.
    """
    unknown = [name for name in columns if described(name) is None]
    if unknown:
        raise OutputError(f"{path.name}: columns without a description: {', '.join(unknown)}")
    frame = frame.reindex(columns=list(columns)) if frame.empty else frame
    frame = _with_words(frame, columns, english or Words(FALLBACK))
    absent = [name for name in columns if name not in frame]
    if absent:
        raise OutputError(f"{path.name}: columns that are not there: {', '.join(absent)}")
    cells = pd.DataFrame({name: _cells(frame[name], path) for name in columns})
    path.parent.mkdir(parents=True, exist_ok=True)
    cells.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _with_words(frame: pd.DataFrame, columns: Sequence[str], words: Words) -> pd.DataFrame:
    """Add the English words of keys that are to stand beside them."""
    lacking = {
        f"{name}_en": [words.text(f"{section}.{key}") if key else "" for key in _keys(frame[name])]
        for name, section in KEYED.items()
        if f"{name}_en" in columns and f"{name}_en" not in frame and name in frame
    }
    return frame.assign(**lacking)


def _keys(column: pd.Series) -> list[str]:
    return ["" if pd.isna(key) else str(key) for key in column]


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> print(defuse("=1+1"))
    '=1+1
    """
    return f"'{text}" if text.startswith(LIVE) else text


def _cells(column: pd.Series, path: Path) -> list[str]:
    kind, _, decimals = described(str(column.name)) or Column("string", "")
    if kind == "boolean":
        return ["yes" if value else "no" for value in column]
    if kind == "string":
        return [defuse(str(value)) if pd.notna(value) else "" for value in column]
    number = column.astype("Float64").to_numpy(float, na_value=np.nan)
    if np.isinf(number).any():
        raise OutputError(f"{path.name}, column {column.name}: a number is infinite")
    return ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in number]
