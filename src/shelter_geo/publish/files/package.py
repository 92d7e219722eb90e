"""The data package: every output with its hash, sources, licences and assumptions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shelter_geo import __version__
from shelter_geo.publish.files.columns import COLUMNS
from shelter_geo.study import StudySettings, in_english

_UNTOLD: Any = {"assumptions": True, "study": True, "tables": {"private_points"}}
"""Settings that stand elsewhere in the package, and where private points are kept."""

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


def write_package(
    folder: Path,
    settings: StudySettings,
    *,
    tables: Mapping[str, Sequence[str]],
    input_hashes: Mapping[str, str],
    input_package: Mapping[str, Any],
) -> None:
    """Describe all files of a folder in its `datapackage.json`.

    Parameters
    ----------
    folder
        Outputs of one study, without the package file.
    settings
        The study.
    tables
        Columns of each table by its path in `folder`.
    input_hashes
        SHA-256 of each input file.
    input_package
        Data package of the inputs, whose `sources` and `licenses` are carried on.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    name = in_english(settings.study.name)
    package = {
        "profile": "data-package",
        "name": settings.study.id,
        "title": f"{name}: road access to shelters and places against need",
        "as_of": settings.study.as_of.isoformat(),
        "software": {"name": "shelter_geo", "version": __version__},
        "sources": input_package.get("sources", []),
        "licenses": input_package.get("licenses", []),
        "assumptions": [entry.model_dump() for entry in settings.assumptions],
        "settings": settings.model_dump(mode="json", exclude=_UNTOLD),
        "inputs": [
            {"path": path, "hash": f"sha256:{value}"} for path, value in input_hashes.items()
        ],
        "resources": [_resource(folder, path, tables) for path in files],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def _resource(folder: Path, path: Path, tables: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    resource: dict[str, Any] = {
        "name": name.replace("/", "-").replace("_", "-").replace(".", "-").lower(),
        "path": name,
        "mediatype": MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
    }
    if name in tables:
        resource["profile"] = "tabular-data-resource"
        resource["schema"] = {"fields": [_field(column) for column in tables[name]]}
    return resource


def _field(column: str) -> dict[str, Any]:
    described = COLUMNS[column]
    field = {"name": column, "type": described.type, "description": described.description}
    if described.type == "boolean":
        return field | {"trueValues": ["yes"], "falseValues": ["no"]}
    return field
