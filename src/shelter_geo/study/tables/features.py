"""Features read from files, in degrees; areas checked, every broken one named at once."""

from __future__ import annotations

import io
import json
import logging
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import Fault
from shelter_geo.study.tables.formats import (
    FEATURES,
    SHORT_NAME,
    Format,
    as_text,
    decoded,
    file_bytes,
    file_fault,
    format_of,
)

KINDS: Final = ("sea", "country", "lake")
"""Kinds of ground that a basemap may hold."""
NO_AREAS: Final = gpd.GeoDataFrame(
    {"geometry": []}, index=pd.Index([], dtype=str, name="district_id"), crs=4326
)


def read_features(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read a file of features, in degrees whatever its coordinate system is.

    Parameters
    ----------
    path
        GeoJSON, a GeoPackage (of several layers the one called like the file, else the first with
        a geometry), a Shapefile or a zipped one, KML or KMZ, or GeoParquet.

    Returns
    -------
    features
        Indexed by the feature's number in the file, EPSG:4326, flat; a geometry that is missing
        or broken is None. None if the file is at fault as such.
    faults
        They name no value of the file.
    """
    raw, faults = file_bytes(path)
    if raw is None:
        return None, faults
    kind = format_of(path, raw)
    if kind not in FEATURES:
        words = "a table without points or areas" if kind in list(Format) else str(kind)
        remedy = "Give GeoJSON, GeoPackage, Shapefile, KML or GeoParquet."
        return None, [file_fault(path, f"is {words}", remedy)]
    if kind == Format.GEOJSON:
        return _geojson(path)
    try:
        with _silence():
            frame = _parquet(raw) if kind == Format.PARQUET else _layer(path, raw)
    except Exception:  # GDAL's and arrow's own words may quote what stands in the file
        frame = None
    if frame is None or frame.empty:
        message = f"is {kind} in which no feature with a point or an area can be read"
        remedy = "Save it again; a Shapefile needs its .dbf and .shx beside it."
        return None, [file_fault(path, message, remedy)]
    if kind == Format.KML:
        frame = frame.drop(columns=[name for name in _OF_KML if name in frame])
        frame = frame.rename(columns={"Name": "name"})
    return _in_degrees(path, frame, frame.crs)


_OF_KML: Final = (
    "id", "description", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude",
    "visibility", "drawOrder", "icon", "snippet",
)  # fmt: skip
"""Columns that GDAL adds to the data of a placemark."""


@contextmanager
def _silence() -> Iterator[None]:
    """Keep readers from warning in words of their own, which may quote the file."""
    logger = logging.getLogger("pyogrio")
    disabled, logger.disabled = logger.disabled, True
    others = [logging.getLogger(name) for name in ("pyogrio._io", "pyogrio._err", "pyogrio.core")]
    before = [other.disabled for other in others]
    for other in others:
        other.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
        for other, was in zip(others, before, strict=True):
            other.disabled = was


def _layer(path: Path, raw: bytes) -> gpd.GeoDataFrame | None:
    where = str(path)
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(path) as folder:
            inner = next(n for n in folder.namelist() if n.lower().endswith((".shp", ".kml")))
        where = f"/vsizip/{{{path}}}/{inner}"
    layers = [str(name) for name, kind in pyogrio.list_layers(where) if kind is not None]
    if not layers:
        return None
    name = path.stem if path.stem in layers else layers[0]
    frame = pyogrio.read_dataframe(where, layer=name)
    return frame if isinstance(frame, gpd.GeoDataFrame) else None


def _parquet(raw: bytes) -> gpd.GeoDataFrame:
    return gpd.read_parquet(io.BytesIO(raw))


def _geojson(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, [file_fault(path, f"is not valid JSON: {error}", "Save it as GeoJSON again.")]
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        remedy = "Give a FeatureCollection of at least one area or point."
        return None, [file_fault(path, "holds no feature", remedy)]
    whole = [feature if isinstance(feature, dict) else {} for feature in features]
    rows = [feature.get("properties") for feature in whole]
    shapes = [_shape(feature) for feature in whole]
    table = pd.DataFrame(
        [row if isinstance(row, dict) else {} for row in rows],
        index=pd.RangeIndex(1, len(rows) + 1),
        dtype=object,
    ).drop(columns="geometry", errors="ignore")
    frame = gpd.GeoDataFrame(table, geometry=shapes)
    return _in_degrees(path, frame, _declared(document.get("crs")))


def _shape(feature: dict[str, Any]) -> BaseGeometry | None:
    try:
        return shapely.geometry.shape(feature["geometry"])
    except Exception:  # shapely raises a different class for every way to be broken
        return None


def _declared(crs: Any) -> CRS | None:
    """Return what the member crs of older GeoJSON names; degrees where there is none."""
    if crs is None:
        return CRS.from_epsg(4326)
    try:
        return CRS.from_user_input(crs["properties"]["name"])
    except (CRSError, KeyError, TypeError):
        return None


def _in_degrees(
    path: Path, frame: gpd.GeoDataFrame, crs: CRS | None
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    if crs is None:
        remedy = "Save it with one (a Shapefile needs its .prj), or in EPSG:4326."
        return None, [file_fault(path, "names no coordinate system that is known", remedy)]
    flat = shapely.force_2d(frame.geometry.to_numpy())
    index = pd.RangeIndex(1, len(frame) + 1)
    table = pd.DataFrame(frame.drop(columns=str(frame.geometry.name))).set_axis(index)
    shapes = gpd.GeoSeries(flat, index=index, crs=crs)
    if crs not in (CRS.from_epsg(4326), CRS.from_user_input("OGC:CRS84")):
        shapes = shapes.to_crs(4326)
    return gpd.GeoDataFrame(table, geometry=shapes.set_crs(4326, allow_override=True)), []


def read_areas(
    path: Path, key: str, known: Iterable[str] = ()
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read a file of areas keyed by a property.

    Parameters
    ----------
    path
        See `read_features`.
    key
        Property that every feature must carry, as text of its own.
    known
        Keys that another table has, by which the property that was meant is recognised.

    Returns
    -------
    areas
        Sorted by key, indexed by the feature's number in the file; None if there is any fault.
    faults
        All faults, with the feature's number as row.
    """
    areas, faults = _read(path)
    return (None, faults) if areas is None else _with_keys(path, areas, key, known)


def read_area_frame(
    path: Path, frame: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Check areas in a frame as those of a file are checked.

    Parameters
    ----------
    path
        What the faults call it.
    frame
        With `district_id`, in EPSG:4326.
    """
    index = pd.RangeIndex(1, len(frame) + 1)
    keys = {"district_id": frame["district_id"].to_numpy()}
    areas = gpd.GeoDataFrame(keys, index=index, geometry=frame.geometry.to_numpy(), crs=4326)
    faults = _faults(path, areas)
    return (None, faults) if faults else _with_keys(path, areas, "district_id", ())


def _with_keys(
    path: Path, areas: gpd.GeoDataFrame, key: str, known: Iterable[str]
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    faults: list[Fault] = []
    if key not in areas and key[:SHORT_NAME] in areas:
        areas = areas.rename(columns={key[:SHORT_NAME]: key})
    if key not in areas:
        return None, [_keyless(path, areas, key, set(known))]
    values = areas[key].map(_key)
    is_text = np.array([value is not None for value in values], bool)
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
    return (None, faults) if faults else (areas.assign(**{key: values}).sort_values(key), [])


def _keyless(path: Path, areas: gpd.GeoDataFrame, key: str, known: set[str]) -> Fault:
    """Say that no feature has the key, and which property has its values if one has."""
    hits = {
        str(name): sum(_key(value) in known for value in areas[name])
        for name in areas.columns.drop("geometry")
    }
    best = max(hits, key=lambda name: hits[name], default="")
    remedy = f"Give every feature a text {key!r}."
    if hits.get(best):
        alike = f"{hits[best]} of {len(areas)} values are keys of the districts"
        remedy = f"Rename the property {best} to {key}: {alike}."
    return Fault(path.name, "no feature has the property", remedy, column=key)


def _key(value: Any) -> str | None:
    """Return a key as text; None where there is none. Numbers are keys in many files."""
    if isinstance(value, bool | list | dict):
        return None
    return as_text(value) or None


def read_basemap(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read the ground under the maps.

    Parameters
    ----------
    path
        See `read_features`; each feature with `kind`, `name_en` and the point `label_lon`,
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
    features, faults = read_features(path)
    if features is None:
        return None, faults
    faults = _faults(path, features)
    return (None, faults) if faults else (features, [])


def _faults(path: Path, features: gpd.GeoDataFrame) -> list[Fault]:
    """Name every feature that is no area."""
    said = map(_broken, features.geometry)
    return [
        Fault(path.name, message, "Repair the feature.", number)
        for number, message in zip(features.index.tolist(), said, strict=True)
        if message
    ]


def _broken(shape: BaseGeometry | None) -> str | None:
    """Return what is wrong with an area, or None."""
    if shape is None:
        return "has no geometry that can be read"
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return "is no area"
    corners = shapely.get_coordinates(shape)
    if not np.isfinite(corners).all() or (np.abs(corners) > (180, 90)).any():
        return "has coordinates that are not degrees"
    if not shape.is_valid:
        return f"has borders that cross: {shapely.is_valid_reason(shape)}"
    return None
