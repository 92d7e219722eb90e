"""A copy of the bundled study in which a test can spoil one thing."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from shelter_geo.study.load import bundled_study

DISTRICTS = "population/districts.csv"
SETTLEMENTS = "places/settlements.csv"
SHELTERS = "shelters/shelters.csv"
NODES = "roads/nodes.csv"
LINKS = "roads/links.csv"
BOUNDARIES = "boundaries/districts.geojson"
BASEMAP = "boundaries/basemap.geojson"
PACKAGE = "datapackage.json"
PRIVATE = "private/shelter_points.csv"


class StudyCopy:
    """The files of a study, ready to be spoilt. Rows are counted as a spreadsheet does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "study.toml"

    def path(self, name: str) -> Path:
        return self.folder / name

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8", newline="")

    def write_private(self, text: str) -> None:
        """Write the file of private points, and name it in the study file."""
        self.write(PRIVATE, text)
        self.write(
            "study.toml", self.text("study.toml").replace("# private_points", "private_points")
        )

    def replace(self, name: str, old: str, new: str) -> None:
        """Exchange the first occurrence of a text that must be there."""
        text = self.text(name)
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, 1))

    def rows(self, name: str) -> list[dict[str, str]]:
        with self.path(name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write_rows(self, name: str, rows: list[dict[str, str]]) -> None:
        with self.path(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def cell(self, name: str, row: int, column: str) -> str:
        return self.rows(name)[row - 2][column]

    def set_cell(self, name: str, row: int, column: str, value: str) -> None:
        rows = self.rows(name)
        assert column in rows[0], f"{name} has no column {column}"
        rows[row - 2][column] = value
        self.write_rows(name, rows)

    def change(self, name: str, edit: Callable[[dict[str, str]], None]) -> None:
        """Edit every row of a table; columns may come and go."""
        rows = self.rows(name)
        for row in rows:
            edit(row)
        self.write_rows(name, rows)


def copy_study(folder: Path) -> StudyCopy:
    """Copy the bundled study, without any private file, into a new folder."""
    shutil.copytree(bundled_study().parent, folder, ignore=shutil.ignore_patterns("private"))
    return StudyCopy(folder)


def without_shelters(folder: Path) -> StudyCopy:
    """Copy the bundled study with an empty table of shelters, and no plan that names one."""
    copy = copy_study(folder)
    copy.write(SHELTERS, copy.text(SHELTERS).splitlines()[0] + "\n")
    copy.replace("study.toml", 'admission = "shelters/admission.csv"\n', "")
    for plan in (folder / "scenarios").glob("*.toml"):
        if "shelter_id" in plan.read_text(encoding="utf-8"):
            plan.unlink()
    return copy


def keep_plans(copy: StudyCopy, *keys: str) -> None:
    """Take all other plans away, each of which a run evaluates, maps and writes."""
    for plan in copy.path("scenarios").glob("*.toml"):
        if plan.stem not in keys:
            plan.unlink()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder, by their path in it; links are left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
