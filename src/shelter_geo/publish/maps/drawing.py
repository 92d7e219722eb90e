"""A map as SVG paths: an equal-area projection centred on the study."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.map_layer import KINDS, NO_ROW
from shelter_geo.publish.maps.shapes import box_of, in_degrees
from shelter_geo.publish.words import Text, own_name

WIDTH: Final = 640
"""Width of the drawing, in its own units."""
_MARGIN: Final = 0.03
_LEAST: Final = 0.35
_LEAST_M: Final = 1000.0
"""The narrowest ground that is drawn, in metres."""
_NARROWEST: Final = 20.0
"""A drawing is at most so many times as long as it is wide."""
BEND: Final = 0.9
"""Of areas on a map that a reader may print large, in units of the drawing."""
_DOT: Final = 5.0
_LETTER: Final = 9.0
_LEADING_ZERO: Final = re.compile(r"^(-?)0(?=\.)")


@dataclass(frozen=True)
class GroundName:
    """The name of a sea, a country or a lake, and where it stands."""

    kind: str
    name: Text
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """The shapes of a map in the units of its view box.

    Attributes
    ----------
    width, height
        Size of the view box.
    ground
        Kind and path of each piece of ground, in drawing order.
    names
        Names on the ground that lie inside the map.
    areas
        Path of each district.
    middles
        A point inside each district, shape (districts, 2).
    sites
        Position of each site, shape (sites, 2).
    km
        Kilometres that one unit stands for.
    lines
        Path of each line, such as a road.
    """

    width: int
    height: int
    ground: tuple[tuple[str, str], ...]
    names: tuple[GroundName, ...]
    areas: tuple[str, ...]
    middles: NDArray[np.float64]
    sites: NDArray[np.float64]
    km: float
    lines: tuple[str, ...] = ()


def draw(
    districts: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame | None = None,
    *,
    bend: float = BEND,
) -> Drawing:
    """Project a study and write its shapes as paths.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none.
    sites
        Points.
    basemap
        See `basemap.ground_layers`.
    lines
        Roads to draw, if any.
    bend
        Bends of areas go whose triangle is smaller than the square of this, in units.

    Raises
    ------
    OutputError
        If a shape is missing or lies at no place, or a kind of ground is unknown.
    """
    units = in_degrees(districts, "districts", ())
    ground = in_degrees(basemap, "basemap", ("kind", "label_lon", "label_lat"))
    unknown = sorted(set(ground["kind"]) - set(KINDS))
    if unknown:
        raise OutputError(f"The basemap has unknown kinds of ground: {', '.join(unknown)}.")
    bare = ground[ground["kind"] == NO_ROW]
    view = _View(units if bare.empty else pd.concat([units[["geometry"]], bare[["geometry"]]]))
    places = view.points(in_degrees(sites, "sites", ()).geometry)
    shapes = _simpler(view.shapes(units.geometry), bend)
    return Drawing(
        width=WIDTH,
        height=view.height,
        ground=tuple(view.ground(ground)),
        names=tuple(view.names(ground[ground["kind"] != NO_ROW], shapes)),
        areas=tuple(map(_path_of, shapely.to_wkb(shapes))),
        middles=np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), 1),
        sites=np.round(places, 1),
        km=view.metres / 1000,
        lines=() if lines is None else view.lines(lines),
    )


class _View:
    """Takes degrees to the units of the drawing, west at 0 and north at 0."""

    def __init__(self, units: gpd.GeoDataFrame) -> None:
        west, south, east, north = box_of(units.geometry.to_numpy())
        if not np.isfinite([west, south, east, north]).all():
            raise OutputError("The districts for a map lie at no place.")
        self.crs = (
            f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +units=m"
        )
        left, low, right, top = units.to_crs(self.crs).total_bounds
        # one place, or places in a row, have no width or no height
        wider = max(0.0, _LEAST_M - (right - left), (top - low) / _NARROWEST - (right - left)) / 2
        left, right = left - wider, right + wider
        taller = max(0.0, (right - left) / _NARROWEST - (top - low)) / 2
        low, top = low - taller, top + taller
        margin = _MARGIN * (right - left)
        self.left, self.top = left - margin, top + margin
        self.metres = (right - left + 2 * margin) / WIDTH
        self.height = int(np.ceil((top - low + 2 * margin) / self.metres))

    def shapes(self, shapes: gpd.GeoSeries) -> NDArray[np.object_]:
        """Return shapes in units of the drawing."""
        projected = shapes.to_crs(self.crs).to_numpy()
        return np.asarray(shapely.transform(projected, self._units), dtype=object)

    def points(self, points: gpd.GeoSeries) -> NDArray[np.float64]:
        """Return points in units of the drawing."""
        return shapely.get_coordinates(self.shapes(points))

    def lines(self, lines: gpd.GeoDataFrame) -> tuple[str, ...]:
        """Write lines, their smallest bends left out."""
        shapes = shapely.simplify(
            self.shapes(in_degrees(lines, "lines", ()).geometry), _LEAST, preserve_topology=False
        )
        return tuple(
            "".join(_open(shapely.get_coordinates(part)) for part in shapely.get_parts(shape))
            for shape in shapes
        )

    def ground(self, ground: gpd.GeoDataFrame) -> list[tuple[str, str]]:
        """Cut the ground to the drawing and write it, seas first."""
        frame = shapely.box(0, 0, WIDTH, self.height)
        near = shapely.box(-9, -9, WIDTH + 9, self.height + 9)
        pieces = []
        for kind in KINDS:
            shapes = self.shapes(ground[ground["kind"] == kind].geometry)
            for shape in shapely.simplify(shapely.make_valid(shapes), _LEAST):
                if shape.intersects(frame):
                    pieces.append((kind, path(shape.intersection(near))))
        return [(kind, drawn) for kind, drawn in pieces if drawn]

    def names(self, ground: gpd.GeoDataFrame, covered: NDArray[np.object_]) -> list[GroundName]:
        """Return the names that stand inside the drawing and on no district."""
        spots = gpd.GeoSeries(
            gpd.points_from_xy(ground["label_lon"], ground["label_lat"]), crs="EPSG:4326"
        )
        found = []
        for (_, row), (x, y) in zip(ground.iterrows(), self.points(spots), strict=True):
            inside = 0.06 * WIDTH < x < 0.94 * WIDTH and 10 < y < self.height - 10
            if inside and not shapely.intersects_xy(covered, x, y).any():
                written = [str(v) for key, v in row.items() if str(key).startswith("name")]
                half = _LETTER * max(map(len, written)) / 2
                middle = min(max(x, half), WIDTH - half)  # no name is cut off at the edge
                found.append(
                    GroundName(str(row["kind"]), own_name(row), round(middle, 1), round(y, 1))
                )
        return found

    def _units(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            [(metres[:, 0] - self.left) / self.metres, (self.top - metres[:, 1]) / self.metres]
        )


def _simpler(shapes: NDArray[np.object_], bend: float) -> NDArray[np.object_]:
    """Leave out the smallest bends of areas, alike on both sides of what they share."""
    kinds = shapely.get_type_id(shapes)
    areas = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    simple = shapes.copy()
    simple[areas] = shapely.coverage_simplify(shapes[areas], bend)
    return simple


def path(shape: BaseGeometry) -> str:
    """Write a shape as the path of an SVG, in tenths of a unit; a point becomes a small disc."""
    if isinstance(shape, Point):
        x, y = round(shape.x - _DOT, 1), round(shape.y, 1)
        return f"M{x} {y}a{_DOT} {_DOT} 0 1 0 {2 * _DOT} 0a{_DOT} {_DOT} 0 1 0 {-2 * _DOT} 0z"
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join(_ring(shapely.get_coordinates(ring)) for ring in rings)


@lru_cache(maxsize=4096)
def _path_of(shape: bytes) -> str:
    """Write the path of a shape once for all maps that show it."""
    return path(shapely.from_wkb(shape))


def _ring(positions: NDArray[np.float64]) -> str:
    """Write a ring as steps in tenths of a unit; one that shrinks to nothing goes."""
    tenths = np.round(positions * 10).astype(int)
    steps = np.diff(tenths, axis=0)[:-1]
    steps = steps[(steps != 0).any(axis=1)]
    if len(steps) < 2:
        return ""
    return f"M{_pairs(tenths[:1])}l{_pairs(steps)}z"


def _open(positions: NDArray[np.float64]) -> str:
    """Write a line as steps in tenths of a unit."""
    tenths = np.round(positions * 10).astype(int)
    return f"M{_pairs(tenths[:1])}l{_pairs(np.diff(tenths, axis=0))}"


def _pairs(tenths: NDArray[np.int64]) -> str:
    """Write numbers with the fewest signs: a minus separates by itself, a leading 0 goes."""
    numbers = [_LEADING_ZERO.sub(r"\1", f"{value / 10:g}") for value in tenths.ravel()]
    return "".join(
        number if rank == 0 or number.startswith("-") else f" {number}"
        for rank, number in enumerate(numbers)
    )
