"""Compiled loops of the nearest-line search: the grid of segments and the walk around a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from shelter_geo.progress import announce_compiling

if TYPE_CHECKING:
    from shelter_geo.roads.joining.nearest import Segments

announce_compiling()

Array = NDArray[Any]

MARGIN: Final = 1e-9
"""Degrees by which a segment is widened, so that rounding never loses it at a cell's rim."""


class Grid(NamedTuple):
    """Square cells in degrees; cell c holds ``items[first[c]:first[c + 1]]``."""

    west: float
    south: float
    cell: float
    columns: int
    rows: int
    first: NDArray[np.int64]
    items: NDArray[np.int32]


@njit(cache=True)
def _clip(value: float, upper: int) -> int:
    return min(max(int(np.floor(value)), 0), upper)


@njit(cache=True)
def _columns(
    ax: float, ay: float, bx: float, by: float, bottom: float, top: float
) -> tuple[float, float]:
    """Least and greatest longitude of a segment between two latitudes."""
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    low, high = ax, bx
    if ay < bottom and by > ay:
        low = ax + (bx - ax) * ((bottom - ay) / (by - ay))
    if by > top and by > ay:
        high = ax + (bx - ax) * ((top - ay) / (by - ay))
    return min(low, high) - MARGIN, max(low, high) + MARGIN


@njit(cache=True)
def _visit(segments: Segments, grid: Grid, cursor: Array, place: bool) -> None:
    """Move each cell's cursor past the segments that cross it, placing them if asked."""
    row, lonlat = segments.row, segments.lonlat
    for s in range(len(row)):
        ax, ay = lonlat[row[s], 0], lonlat[row[s], 1]
        bx, by = lonlat[row[s] + 1, 0], lonlat[row[s] + 1, 1]
        lowest = _clip((min(ay, by) - MARGIN - grid.south) / grid.cell, grid.rows - 1)
        highest = _clip((max(ay, by) + MARGIN - grid.south) / grid.cell, grid.rows - 1)
        for r in range(lowest, highest + 1):
            bottom = grid.south + r * grid.cell - MARGIN
            left, right = _columns(ax, ay, bx, by, bottom, bottom + grid.cell + 2 * MARGIN)
            begin = _clip((left - grid.west) / grid.cell, grid.columns - 1)
            end = _clip((right - grid.west) / grid.cell, grid.columns - 1)
            for c in range(r * grid.columns + begin, r * grid.columns + end + 1):
                if place:
                    grid.items[cursor[c]] = s
                cursor[c] += 1


def lay_grid(segments: Segments) -> Grid:
    """Lay a grid of about one cell per segment over the segments."""
    lon, lat = segments.lonlat[:, 0], segments.lonlat[:, 1]
    west, south = float(lon.min()), float(lat.min())
    width, height = max(float(lon.max()) - west, 1e-6), max(float(lat.max()) - south, 1e-6)
    cell = max((width * height / max(len(segments.row), 1)) ** 0.5, max(width, height) / 4_000)
    columns, rows = int(width / cell) + 1, int(height / cell) + 1
    none = np.zeros(0, dtype=np.int32)
    first = np.zeros(columns * rows + 1, dtype=np.int64)
    _visit(segments, Grid(west, south, cell, columns, rows, first, none), first[1:], False)
    first = np.cumsum(first)
    grid = Grid(west, south, cell, columns, rows, first, np.zeros(int(first[-1]), dtype=np.int32))
    _visit(segments, grid, first[:-1].copy(), True)
    return grid


@njit(cache=True)
def _to_segment(ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Squared distance of the origin from a segment, and the share of the segment before it."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    share = -(ax * dx + ay * dy) / (length2 if length2 > 0 else 1.0)
    share = min(max(share, 0.0), 1.0)
    px, py = (ax + share * dx, ay + share * dy) if share < 1 else (bx, by)
    return px * px + py * py, share


@njit(cache=True)
def _in_cell(
    c: int,
    grid: Grid,
    segments: Segments,
    wanted: int,
    x: float,
    y: float,
    scale_x: float,
    scale_y: float,
    known: tuple[float, int, float],
) -> tuple[float, int, float]:
    """Better the best segment by those of one cell."""
    row, lonlat = segments.row, segments.lonlat
    best, segment, share = known
    for i in range(grid.first[c], grid.first[c + 1]):
        s = grid.items[i]
        part = segments.part[segments.line[s]]
        if part < 0 or (wanted >= 0 and part != wanted):
            continue
        distance2, place = _to_segment(
            (lonlat[row[s], 0] - x) * scale_x,
            (lonlat[row[s], 1] - y) * scale_y,
            (lonlat[row[s] + 1, 0] - x) * scale_x,
            (lonlat[row[s] + 1, 1] - y) * scale_y,
        )
        if distance2 < best or (distance2 == best and s < segment):
            best, segment, share = distance2, s, place
    return best, segment, share


@njit(cache=True)
def _search_one(
    x: float,
    y: float,
    scale_x: float,
    scale_y: float,
    limit_m: float,
    wanted: int,
    segments: Segments,
    grid: Grid,
) -> tuple[int, float]:
    """Walk rings of cells around a point until none can hold anything nearer."""
    column = int(np.floor((x - grid.west) / grid.cell))
    level = int(np.floor((y - grid.south) / grid.cell))
    best, segment, share = limit_m * limit_m, len(segments.row), 0.0
    ring = max(0, -column, column - grid.columns + 1, -level, level - grid.rows + 1)
    last = max(column, grid.columns - 1 - column, level, grid.rows - 1 - level)
    while ring <= last:
        seen = min(
            (x - (grid.west + (column - ring + 1) * grid.cell)) * scale_x,
            (grid.west + (column + ring) * grid.cell - x) * scale_x,
            (y - (grid.south + (level - ring + 1) * grid.cell)) * scale_y,
            (grid.south + (level + ring) * grid.cell - y) * scale_y,
        )
        if ring > 0 and seen > 0 and seen * seen > best:
            break
        for r in range(max(level - ring, 0), min(level + ring, grid.rows - 1) + 1):
            whole = ring == 0 or r == level - ring or r == level + ring
            for c in range(column - ring, column + ring + 1, 1 if whole else 2 * ring):
                if 0 <= c < grid.columns:
                    cell, known = r * grid.columns + c, (best, segment, share)
                    best, segment, share = _in_cell(
                        cell, grid, segments, wanted, x, y, scale_x, scale_y, known
                    )
        ring += 1
    return segment, share


@njit(cache=True)
def search(
    lon: Array,
    lat: Array,
    scale_x: Array,
    scale_y: Array,
    limit_m: float,
    wanted: Array,
    segments: Segments,
    grid: Grid,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for each point its nearest segment, or the number of segments, and the place on it."""
    found = np.full(len(lon), len(segments.row), dtype=np.int64)
    share = np.zeros(len(lon))
    for k in range(len(lon)):
        if np.isfinite(lon[k]) and np.isfinite(lat[k]):
            found[k], share[k] = _search_one(
                lon[k], lat[k], scale_x[k], scale_y[k], limit_m, wanted[k], segments, grid
            )
    return found, share
