"""The line nearest to each point: exact, by a grid of segments or by trying them all."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE

if TYPE_CHECKING:
    from shelter_geo.roads.joining.segment_grid import Grid

ANY: Final = -2
"""Any part will do, except `NOWHERE`."""
FEW: Final = 25_000_000
"""Pairs of point and segment up to which all are tried: 1 s, where compiling a grid takes 6 s."""
_GRIDS: Final = "shelter_geo.roads.joining.segment_grid"
SEMI_MAJOR_M: Final = 6378137.0
ECCENTRICITY2: Final = 0.0066943799901413165


@dataclass(frozen=True, eq=False)
class Nearest:
    """For each point the nearest place on a line.

    Attributes
    ----------
    line : int32, shape (k,)
        Index of the line, or `NOWHERE` beyond the limit.
    segment : int64, shape (k,)
        Row of the line's points at which the nearest segment starts.
    share : float64, shape (k,)
        Place on that segment, 0 at its start and 1 at its end.
    """

    line: NDArray[np.int32]
    segment: NDArray[np.int64]
    share: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines to search, each belonging to one part of the network.

    Attributes
    ----------
    start : int64, shape (m + 1,)
        Line e runs through rows ``start[e]:start[e + 1]`` of `lonlat`.
    lonlat : float64, shape (k, 2)
    part : int32, shape (m,)
        Part of each line; lines of the part `NOWHERE` are never found.
    whole : Lines or None
        The same lines, all of which may be found, with the grid to search in.
    """

    start: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    part: NDArray[np.int32]
    whole: Lines | None = None

    def with_part(self, part: NDArray[np.int32]) -> Lines:
        """Return the same lines in other parts, searched in the grid of these."""
        return Lines(self.start, self.lonlat, part, self)

    @cached_property
    def segments(self) -> Segments:
        """Every segment that may be found, and perhaps others of the part `NOWHERE`."""
        if self.whole is not None:
            return self.whole.segments._replace(part=self.part)
        counts = np.where(self.part >= 0, np.diff(self.start) - 1, 0)
        line = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        before = np.cumsum(counts) - counts
        row = np.arange(len(line), dtype=np.int64) + (self.start[:-1] - before)[line]
        return Segments(row, line, self.part, self.lonlat)

    @cached_property
    def grid(self) -> Grid:
        """Cells of about one segment each, and the segments that cross each cell."""
        if self.whole is not None:
            return self.whole.grid
        from shelter_geo.roads.joining.segment_grid import lay_grid

        return lay_grid(self.segments)

    def nearest(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        *,
        limit_m: float,
        part: NDArray[np.int32] | None = None,
    ) -> Nearest:
        """Find the nearest place on any line, ties going to the lowest line.

        Parameters
        ----------
        lon, lat
            Points, shape (k,); a point that is not finite finds nothing.
        limit_m
            Metres beyond which nothing is found.
        part
            Part wanted for each point, or `ANY`.

        Notes
        -----
        Degrees are scaled to metres by the curvatures of the WGS 84 ellipsoid at the point, which
        is true to 0.1 % within 5 km below 60 degrees of latitude.
        """
        wanted = np.full(len(lon), ANY, dtype=np.int32) if part is None else part
        scale_x, scale_y = metres_per_degree(lat)
        segments = self.segments
        # Both give the same. Once the compiler has been loaded a grid is the quicker one.
        quick = _GRIDS not in sys.modules and len(segments.row) * len(lon) <= FEW
        if quick or not len(segments.row):
            found, share = try_all(segments, lon, lat, scale_x, scale_y, limit_m, wanted)
        else:
            from shelter_geo.roads.joining.segment_grid import search

            found, share = search(
                lon, lat, scale_x, scale_y, float(limit_m), wanted, segments, self.grid
            )
        there = found < len(segments.row)
        line, row = np.full(len(found), NOWHERE, np.int32), np.full(len(found), NOWHERE, np.int64)
        line[there], row[there] = segments.line[found[there]], segments.row[found[there]]
        return Nearest(line, row, share)


def metres_per_degree(
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres per degree of longitude and of latitude on the WGS 84 ellipsoid, shape (k,) each."""
    phi = np.radians(lat)
    w2 = 1 - ECCENTRICITY2 * np.sin(phi) ** 2
    east = SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi)
    north = SEMI_MAJOR_M * (1 - ECCENTRICITY2) / w2**1.5
    return np.radians(east), np.radians(north)


class Segments(NamedTuple):
    """Segments to search: first point row and line of each, and the part of each line."""

    row: NDArray[np.int64]
    line: NDArray[np.int32]
    part: NDArray[np.int32]
    lonlat: NDArray[np.float64]


def try_all(
    segments: Segments,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    scale_x: NDArray[np.float64],
    scale_y: NDArray[np.float64],
    limit_m: float,
    wanted: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for each point its nearest segment, or the number of segments, and the place on it."""
    found = np.full(len(lon), len(segments.row), dtype=np.int64)
    found_share = np.zeros(len(lon))
    if not len(segments.row):
        return found, found_share
    a, b = segments.lonlat[segments.row], segments.lonlat[segments.row + 1]
    part = segments.part[segments.line]
    for k in np.flatnonzero(np.isfinite(lon) & np.isfinite(lat)):
        distance2, share = _to_segments(a, b, lon[k], lat[k], scale_x[k], scale_y[k])
        usable = part >= 0 if wanted[k] < 0 else part == wanted[k]
        distance2 = np.where(usable, distance2, np.inf)
        best = int(np.argmin(distance2))
        if distance2[best] <= limit_m * limit_m:
            found[k], found_share[k] = best, share[best]
    return found, found_share


def _to_segments(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    lon: float,
    lat: float,
    scale_x: float,
    scale_y: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ax, ay = (a[:, 0] - lon) * scale_x, (a[:, 1] - lat) * scale_y
    bx, by = (b[:, 0] - lon) * scale_x, (b[:, 1] - lat) * scale_y
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    share = -(ax * dx + ay * dy) / np.where(length2 > 0, length2, 1.0)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    px = np.where(share < 1, ax + share * dx, bx)
    py = np.where(share < 1, ay + share * dy, by)
    return px * px + py * py, share


def share_of_edge(
    start: NDArray[np.int64],
    lonlat: NDArray[np.float64],
    edge: NDArray[np.int32],
    row: NDArray[np.int64],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Length before each place as a share of its edge, exactly 0 and 1 at the ends."""
    joined, inverse = np.unique(edge, return_inverse=True)
    counts = np.diff(start)[joined]
    first = np.cumsum(counts) - counts
    rows = np.arange(counts.sum()) + np.repeat(start[joined] - first, counts)
    lon, lat = lonlat[rows, 0], lonlat[rows, 1]
    scale_x, scale_y = metres_per_degree((lat[1:] + lat[:-1]) / 2)
    step = np.hypot(np.diff(lon) * scale_x, np.diff(lat) * scale_y)
    step[first[1:] - 1] = 0.0
    total = np.concatenate([[0.0], np.cumsum(step)])
    begin, end = first[inverse], (first + counts - 1)[inverse]
    here = begin + row - start[edge]
    length = total[here + 1] - total[here]
    before = total[here] - total[begin] + share * length
    after = total[end] - total[here + 1] + (1 - share) * length
    whole = np.where(before + after > 0, before + after, 1.0)
    return np.where(after > 0, before / whole, np.where(before > 0, 1.0, 0.0))
