"""Segments of lines, and the plain search that tries all of them for every point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


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
        if wanted[k] >= 0:
            distance2 = np.where(part == wanted[k], distance2, np.inf)
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
