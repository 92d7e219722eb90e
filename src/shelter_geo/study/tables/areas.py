"""Areas read from GeoJSON, every broken feature named at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from shelter_geo.errors import Fault
from shelter_geo.study.tables.reading import decoded

DEGREES: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
"""Ends of the names under which GeoJSON may say that its coordinates are degrees."""
KINDS: Final = ("sea", "country", "lake")
"""Kinds of ground that a basemap may hold."""


def read_areas(path: Path, key: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read a GeoJSON file of areas keyed by a property.

    Parameters
    ----------
    path
        GeoJSON in degrees.
    key
        Property that every feature must carry, as text of its own.

    Returns
    -------
    areas
        Sorted by key, indexed by the feature's number in the file; None if there is any fault.
    faults
        All faults, with the feature's number as row.
    """
    areas, faults = _read(path)
    if areas is None:
        return None, faults
    values = areas[key] if key in areas else pd.Series(None, index=areas.index, dtype=object)
    is_text = np.array([_is_text(value) for value in values], bool)
    remedy = f"Give every feature a text {key!r}."
    faults += [
        Fault(path.name, "the property is missing or no text", remedy, row, key)
        for row in areas.index[~is_text].tolist()
    ]
    twice = values[is_text & values.duplicated().to_numpy()]
    faults += [
        Fault(path.name, "this key stands twice", "Merge the two.", row, key, value)
        for row, value in zip(twice.index.tolist(), twice, strict=True)
    ]
    return (None, faults) if faults else (areas.sort_values(key), [])


def read_basemap(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read the ground under the maps.

    Parameters
    ----------
    path
        GeoJSON in degrees; each feature with `kind`, `name_en` and the point `label_lon`,
        `label_lat` where its name stands.

    Returns
    -------
    basemap
        In the order of the file; None if there is any fault.
    faults
        All faults, with the feature's number as row.
    """
    ground, faults = _read(path)
    if ground is None:
        return None, faults
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "kind": (lambda value: value in KINDS, f"must be one of {', '.join(KINDS)}"),
        "name_en": (_is_text, "must be text"),
        "label_lon": (_is_number, "must be a number"),
        "label_lat": (_is_number, "must be a number"),
    }
    for column, (test, message) in rules.items():
        values = ground[column] if column in ground else pd.Series(None, index=ground.index)
        faults += [
            Fault(path.name, message, "Correct the property.", row, column, str(value))
            for row, value in zip(ground.index.tolist(), values, strict=True)
            if not test(value)
        ]
    return (None, faults) if faults else (ground.reset_index(drop=True), [])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def _read(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    document, faults = _document(path)
    if document is None:
        return None, faults
    features = document["features"]
    shapes = []
    for number, feature in enumerate(features, start=1):
        shape, fault = _shape(feature)
        shapes.append(shape)
        if fault:
            faults.append(Fault(path.name, fault, "Repair the feature.", number))
    if faults:
        return None, faults
    rows = [feature.get("properties") or {} for feature in features]
    index = pd.RangeIndex(1, len(features) + 1)
    return gpd.GeoDataFrame(pd.DataFrame(rows, index=index), geometry=shapes, crs=4326), []


def _document(path: Path) -> tuple[Any, list[Fault]]:
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, [Fault(path.name, f"is not valid JSON: {error}", "Save it as GeoJSON again.")]
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        remedy = "Give a FeatureCollection of at least one area."
        return None, [Fault(path.name, "holds no feature", remedy)]
    crs = json.dumps(document.get("crs"))
    if document.get("crs") is not None and not any(f'{name}"' in crs for name in DEGREES):
        remedy = "Save it in EPSG:4326."
        return None, [Fault(path.name, "its coordinates are not degrees", remedy)]
    return document, []


def _shape(feature: Any) -> tuple[shapely.Geometry | None, str | None]:
    """Return a feature's area, or what is wrong with it."""
    try:
        shape = shapely.geometry.shape(feature["geometry"])
    except Exception:  # shapely raises a different class for every way to be broken
        return None, "has no geometry that can be read"
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return None, "is no area"
    corners = shapely.get_coordinates(shape)
    if not np.isfinite(corners).all() or (np.abs(corners) > (180, 90)).any():
        return None, "has coordinates that are not degrees"
    if not shape.is_valid:
        return None, f"has borders that cross: {shapely.is_valid_reason(shape)}"
    return shape, None
