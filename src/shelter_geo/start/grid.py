"""Grids of people: how many live in an area, with cells that a border cuts taken in part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import Fault, StudyError, TableError
from shelter_geo.outside import REMEDY, unreadable
from shelter_geo.start.boundaries import cut_at_180

GRIDS: Final = (".tif", ".tiff", ".vrt")


@dataclass(frozen=True)
class Grid:
    """A grid of people.

    Attributes
    ----------
    values
        People in each cell, rows from north to south; 0 where nobody is counted.
    bounds
        West, south, east and north of the grid, in its own system of coordinates.
    crs
        That system.
    """

    values: NDArray[Any]
    bounds: tuple[float, float, float, float]
    crs: Any

    def people_in(self, areas: NDArray[Any]) -> NDArray[Any]:
        """Add up the people in areas of EPSG:4326, cells cut by a border by the part inside.

        Sums are those of exactextract (Baston, github.com/isciences/exactextract).
        """
        from exactextract import exact_extract
        from exactextract.raster import NumPyRasterSource

        frame = gpd.GeoDataFrame({"row": range(len(areas))}, geometry=areas, crs=4326)
        there = frame.to_crs(self.crs)
        source = NumPyRasterSource(self.values, *self.bounds)
        sums = exact_extract(source, there, ["sum"], output="pandas")["sum"]
        people: NDArray[Any] = np.nan_to_num(sums.to_numpy(float))
        return people


def read_grid(path: Path, areas: NDArray[Any]) -> Grid:
    """Read the part of a grid of people that lies around areas.

    Parameters
    ----------
    path
        A raster that GDAL reads, such as a GeoTIFF, with people in each cell.
    areas
        Polygons in EPSG:4326.

    Raises
    ------
    StudyError
        If the packages that read grids are not installed.
    TableError
        If the file cannot be read, does not say where it lies, or touches no area.
    """
    with _opened(path) as source:
        import rasterio
        from rasterio.warp import transform_bounds
        from rasterio.windows import Window, from_bounds

        west, south, east, north = shapely.total_bounds(areas).tolist()
        box = transform_bounds("EPSG:4326", source.crs, west, south, east, north)
        whole = Window(0, 0, source.width, source.height)
        wanted = from_bounds(*box, transform=source.transform)
        if not rasterio.windows.intersect([wanted, whole]):
            said = "lies elsewhere than the boundaries"
            raise _fault(path, said, "Give the grid of this country.")
        met = wanted.intersection(whole)
        first = math.floor(met.col_off), math.floor(met.row_off)
        last = math.ceil(met.col_off + met.width), math.ceil(met.row_off + met.height)
        window = Window(*first, last[0] - first[0], last[1] - first[1]).intersection(whole)
        values = source.read(1, window=window, masked=True).filled(0).astype(float)
        bounds, crs = source.window_bounds(window), source.crs
    values = np.where(np.isfinite(values) & (values > 0), values, 0.0)
    return Grid(values, tuple(bounds), crs)


def check_grid(path: Path) -> None:
    """Look whether a grid of people can be read at all, where there are no areas to read it for.

    Raises
    ------
    StudyError, TableError
        As `read_grid`.
    """
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a grid that says where it lies."""
    try:
        import exactextract  # noqa: F401
        import rasterio
    except ImportError:
        raise StudyError(
            f"{path.name} is a grid, and what reads grids is not installed. Install it with: "
            "pip install 'shelter-geo[grids]'"
        ) from None
    if not path.exists():
        raise _fault(path, "there is no such file", "Check the path.")
    if said := unreadable(path, None):
        raise _fault(path, said, REMEDY)
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                said = "does not say where it lies"
                raise _fault(path, said, "Give a GeoTIFF with its coordinates.")
            yield source
    except rasterio.errors.RasterioError as error:
        raise _fault(path, f"cannot be read as a grid: {error}", "Give a GeoTIFF.") from None


def _fault(path: Path, message: str, remedy: str) -> TableError:
    return TableError([Fault(path.name, message, remedy)])


def nearest_parts(area: shapely.Geometry, points: NDArray[Any]) -> NDArray[Any]:
    """Part an area into what lies nearest to each point (Voronoi).

    Parameters
    ----------
    area
        In EPSG:4326.
    points
        In EPSG:4326; of several at one place the first gets the part, the others an empty one.

    Returns
    -------
    array
        A polygon for each point; together they are the area.
    """
    xy = shapely.get_coordinates(points)
    across = float(np.ptp([*xy[:, 0], *shapely.bounds(area)[[0, 2]]])) > 180
    scale = np.array([np.cos(np.radians(xy[:, 1].mean())), 1.0])

    def flat(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        lon = lonlat[:, 0] % 360 if across else lonlat[:, 0]
        plane: NDArray[np.float64] = np.column_stack([lon, lonlat[:, 1]]) * scale
        return plane

    seeds, first = np.unique(flat(xy), axis=0, return_index=True)
    parts = np.full(len(points), shapely.Polygon(), dtype=object)
    if len(seeds) == 1:
        parts[first[0]] = area
        return parts
    flattened = [shapely.transform(part, flat) for part in shapely.get_parts(area)]
    plane = shapely.make_valid(shapely.union_all(flattened))
    west, south, east, north = shapely.bounds(plane).tolist()
    wide = shapely.box(west - 1, south - 1, east + 1, north + 1)
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=wide, ordered=True)
    pieces = shapely.intersection(shapely.get_parts(diagram), plane)
    parts[first] = [cut_at_180(shapely.transform(piece, lambda xy: xy / scale)) for piece in pieces]
    return parts
