"""Copies of studies whose districts lack columns that are optional."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.small_study import small_study
from helpers.study_copy import DISTRICTS, StudyCopy, copy_study

OPTIONAL = (("women",), ("region",), ("women", "region"))
"""What a study may lack."""
_NORM = r'\[\[capacity\.norms\]\]\n(?:(?!\n\[).)*?asks_for = "{}"\n(?:each = [^\n]*\n)?\n'
_SEPARATE = r"\[\[roads\.separate\]\]\n(?:\w.*\n)+"
_STAYS = r"\[\[capacity\.demand\.regions\]\][^\n]*\n(?:\w.*\n)+"
_ASKED = {"women": "women", "region": "regions"}


def drop(copy: StudyCopy, name: str, *columns: str) -> StudyCopy:
    """Take columns out of a table, those in other languages too."""
    gone = re.compile(f"({'|'.join(columns)})(_[a-z]+)?")
    copy.change(name, lambda row: [row.pop(column) for column in [*row] if gone.fullmatch(column)])
    return copy


def small_without(folder: Path, *columns: str) -> StudyCopy:
    """Write the small study without these columns."""
    return drop(small_study(folder), "districts.csv", *columns)


def bundled_without(folder: Path, *columns: str) -> StudyCopy:
    """Copy the bundled study without these columns, and without what its file rests on them."""
    copy = drop(copy_study(folder), DISTRICTS, *columns)
    text = copy.text("study.toml")
    for column in columns:
        text, count = re.subn(_NORM.format(_ASKED[column]), "", text, flags=re.DOTALL)
        assert count, column
    if "region" in columns:
        for rests_on_regions in (_SEPARATE, _STAYS):
            text, count = re.subn(rests_on_regions, "", text)
            assert count == 1
    copy.write("study.toml", text)
    return copy
