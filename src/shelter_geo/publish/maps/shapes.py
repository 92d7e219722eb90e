"""Shapes as the features of a page: degrees with four decimals, and nothing they were not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import OutputError

_DEGREES: Final = "EPSG:4326"
_DECIMALS: Final = 4
HALF_TURN: Final = 180.0
TURN: Final = 360.0


def in_degrees(frame: gpd.GeoDataFrame, what: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Check a frame that a page is to show and give it in degrees.

    Parameters
    ----------
    frame
        Geometries with a coordinate system.
    what
        Name of the frame in messages.
    columns
        Columns that must be there; the name of the index counts as one.

    Raises
    ------
    OutputError
        If a column, the coordinate system or a geometry is missing.
    """
    if frame.index.name is not None and frame.index.name not in frame:
        frame = frame.reset_index()
    missing = [column for column in columns if column not in frame]
    if missing:
        raise OutputError(f"The {what} for a map lack {', '.join(missing)}.")
    if frame.crs is None:
        raise OutputError(f"The {what} for a map have no coordinate system.")
    if bool((frame.geometry.isna() | frame.geometry.is_empty).any()):
        raise OutputError(f"Some of the {what} for a map have no shape.")
    return frame.to_crs(_DEGREES)


def feature(shape: BaseGeometry, key: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Write one GeoJSON feature, its coordinates rounded to 11 m, with their bounds.

    Raises
    ------
    OutputError
        If a coordinate is not a finite number.
    """
    geometry = _drawn(shape.wkb)
    if geometry is None:
        raise OutputError(f"The shape {key} has a coordinate that is not a number.")
    return {"type": "Feature", "id": key, "properties": dict(properties), "geometry": geometry}


@lru_cache(maxsize=1024)
def _drawn(wkb: bytes) -> dict[str, Any] | None:
    """Write a shape once, for many maps of one study draw the same ones; it is not altered."""
    shape = shapely.from_wkb(wkb)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    rounded = shapely.transform(shape, _rounded)
    written: dict[str, Any] = shapely.geometry.mapping(rounded)
    return written | {"bbox": rounded.bounds}


def middle_of(shape: BaseGeometry) -> Point:
    """Give a point well inside a shape, in the largest of its parts."""
    parts = shapely.get_parts(shape)
    largest = max(parts, key=lambda part: (part.area, part.wkb)) if len(parts) else shape
    return largest.representative_point()


def box_of(shapes: Sequence[BaseGeometry]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of shapes; across 180 degrees the east is above 180.

    Shapes that span more than half of the Earth are taken to lie on both sides of 180 degrees.
    """
    lon, lat = shapely.get_coordinates(np.asarray(shapes, dtype=object)).T
    if not len(lon):
        return (np.nan,) * 4
    if lon.max() - lon.min() > HALF_TURN:
        lon = eastern(lon)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def eastern(lon: Any) -> Any:
    """Count longitudes east of Greenwich only, from 0 to 360 degrees."""
    return np.where(np.asarray(lon) < 0, np.asarray(lon) + TURN, lon)


def turned(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Write a GeoJSON geometry with its longitudes from 0 to 360 degrees.

    What was cut in two at 180 degrees is one again, so that no edge is drawn there.
    """
    shape = shapely.transform(
        shapely.geometry.shape(dict(geometry)),
        lambda at: np.column_stack([eastern(at[:, 0]), at[:, 1]]),
    )
    if (shapely.get_coordinates(shape)[:, 0] == HALF_TURN).any():
        if shape.geom_type == "MultiPolygon":
            shape = shapely.union_all(shapely.make_valid(shapely.get_parts(shape)))
        elif shape.geom_type == "MultiLineString":
            shape = shapely.line_merge(shape)
    written: dict[str, Any] = shapely.geometry.mapping(shape)
    return written


def packed(coordinates: Any) -> Any:
    """Write GeoJSON coordinates in a third of the room: each line as steps in ten-thousandths.

    A position becomes a pair, a list of positions one flat list that begins with the first
    position and goes on with the steps to the next; nesting stays.
    """
    if isinstance(coordinates[0], float | int):
        return [_whole(value) for value in coordinates]
    if isinstance(coordinates[0][0], float | int):
        positions = [[_whole(value) for value in position] for position in coordinates]
        before = [[0, 0], *positions]
        return [
            after[axis] - ahead[axis]
            for ahead, after in zip(before, positions, strict=False)
            for axis in (0, 1)
        ]
    return [packed(part) for part in coordinates]


def _whole(degrees: float) -> int:
    return round(degrees * 10**_DECIMALS)


def _rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(coordinates, _DECIMALS) + 0.0
