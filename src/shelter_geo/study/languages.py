"""Columns of tables that stand once for each language, such as `name_en`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from shelter_geo.study.types import FALLBACK, LANGUAGE_CODE

STEMS: Final = ("name", "region", "places_basis", "also_for")
"""Texts of places that may have a column for each language."""
NAME: Final = f"name_{FALLBACK}"
"""The column that tables, lines and keys take names from."""


def in_own_languages(table: pd.DataFrame, languages: Sequence[str]) -> pd.DataFrame:
    """Leave out columns in languages that a study does not speak; names in English stay.

    Parameters
    ----------
    table
        A checked table of the study.
    languages
        Those of the study. Without English names the first of them gives the column `name_en`.
    """
    if NAME not in table:
        table = table.assign(**{NAME: table[f"name_{languages[0]}"]})
    elif (first := f"name_{languages[0]}") in table:
        table = table.assign(**{NAME: table[NAME].fillna(table[first])})
    foreign = [
        f"{stem}_{code}"
        for stem in STEMS
        for code in languages_in(stem, table)
        if code not in (*languages, FALLBACK)
    ]
    return table.drop(columns=foreign)


def languages_in(stem: str, *tables: pd.DataFrame) -> list[str]:
    """List the languages in which tables say something, English first where it is there.

    Parameters
    ----------
    stem
        Name of the columns without their language.
    tables
        Tables that may have such columns; one without any word does not count.
    """
    pattern = re.compile(f"{stem}_({LANGUAGE_CODE})")
    codes = [
        match[1]
        for table in tables
        for column in table.columns
        if (match := pattern.fullmatch(str(column))) and table[column].notna().any()
    ]
    return sorted(set(codes), key=lambda code: (code != FALLBACK, codes.index(code)))
