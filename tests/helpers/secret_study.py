"""The bundled study with an invented private point, and with columns that nobody may see."""

from __future__ import annotations

from pathlib import Path

from helpers.study_copy import DISTRICTS, SETTLEMENTS, StudyCopy, copy_study

HEADER = "shelter_id,lat,lon\n"
SECRET = ("40.3571948", "49.8124073")
MOVED = ("40.4437267", "49.9185284")
"""Two points kilometres apart, both within the settlement that the shelter names."""
MARK = "zqsecretmark"


def private(lat: str, lon: str, shelter: str = "baku-state") -> str:
    """Write a table of one private point."""
    return f"{HEADER}{shelter},{lat},{lon}\n"


def secret_study(folder: Path, point: tuple[str, str]) -> StudyCopy:
    """Copy the bundled study and add the point and a column of contacts."""
    copy = copy_study(folder)
    for name in (DISTRICTS, SETTLEMENTS):
        copy.change(name, lambda row: row.update(contact=MARK))
    copy.write_private(private(*point))
    return copy
