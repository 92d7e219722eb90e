"""The inputs' own data package: their sources and licences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shelter_geo.errors import Fault
from shelter_geo.study.tables.reading import decoded


def read_package(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Read a data package as far as the outputs carry it on.

    Parameters
    ----------
    path
        A `datapackage.json`.

    Returns
    -------
    package
        None if there is any fault.
    faults
        All faults.
    """
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        package = json.loads(text)
    except (ValueError, RecursionError) as error:
        remedy = "Make it anew, or take the key package out of the study file."
        return None, [Fault(path.name, f"is not valid JSON: {error}", remedy)]
    if not isinstance(package, dict):
        return None, [Fault(path.name, "is no data package", "Give an object.")]
    for name in ("sources", "licenses"):
        entries = package.get(name, [])
        if not isinstance(entries, list) or not all(_has_title(entry) for entry in entries):
            remedy = "Give a list of objects, each with a title."
            faults.append(Fault(path.name, f"{name} cannot be read", remedy, column=name))
    return (None, faults) if faults else (package, [])


def _has_title(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("title"), str)
