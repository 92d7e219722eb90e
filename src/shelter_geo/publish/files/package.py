"""The data package: every output with its hash, sources, licences and assumptions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shelter_geo import __version__
from shelter_geo.outside import sha256_of
from shelter_geo.publish.files.columns import Column, described
from shelter_geo.study import StudySettings, in_english

_UNTOLD: Any = {"assumptions": True, "study": True, "tables": {"private_points"}}
"""Settings that stand elsewhere in the package, and where private points are kept."""

PACKAGE: Final = "datapackage.json"
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
    tagged: bool = False,
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
    tagged
        Whether the second row of each CSV holds HXL tags, which readers are to skip.
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
        "resources": [_resource(folder, path, tables, tagged) for path in files],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / PACKAGE).write_text(text + "\n", encoding="utf-8")


def outdated(out: Path, stage: Path) -> list[Path]:
    """Name the files that an earlier run made and the new one does not.

    Parameters
    ----------
    out
        Folder of the outputs, with the package of the earlier run.
    stage
        Folder of the new outputs.

    Returns
    -------
    list of Path
        Files in `out` that its package lists and that are as it says; what somebody has changed
        since, or added, is not among them.
    """
    try:
        listed = json.loads((out / PACKAGE).read_text(encoding="utf-8"))["resources"]
        hashes = {str(entry["path"]): entry["hash"] for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):  # no package of ours
        return []
    gone = sorted(path for path in hashes if not (stage / path).exists())
    return [out / path for path in gone if _is_as_listed(out, path, hashes[path])]


def _is_as_listed(out: Path, path: str, told: str) -> bool:
    """Whether a file stands in a folder, and not behind a link, and is what was told of it."""
    file = out.resolve() / path
    stands = file.is_relative_to(out.resolve()) and file == file.resolve() and file.is_file()
    return stands and _hash(file) == told


def _hash(file: Path) -> str:
    return f"sha256:{sha256_of(file)}"


def _resource(
    folder: Path, path: Path, tables: Mapping[str, Sequence[str]], tagged: bool
) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    resource: dict[str, Any] = {
        "name": name.replace("/", "-").replace("_", "-").replace(".", "-").lower(),
        "path": name,
        "mediatype": MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        "bytes": path.stat().st_size,
        "hash": _hash(path),
    }
    if name in tables:
        resource["profile"] = "tabular-data-resource"
        if tagged and path.suffix == ".csv":
            resource["dialect"] = {"commentRows": [2]}
        resource["schema"] = {"fields": [_field(column) for column in tables[name]]}
    return resource


def _field(column: str) -> dict[str, Any]:
    about = described(column) or Column("string", "")
    field = {"name": column, "type": about.type, "description": about.description}
    if about.type == "boolean":
        return field | {"trueValues": ["yes"], "falseValues": ["no"]}
    return field
