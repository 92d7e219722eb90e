"""Longitudes on both sides of 180 degrees, brought together so that plain differences are right."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

HALF_TURN: Final = 180.0
TURN: Final = 360.0


def continuous(start: NDArray[np.int64], lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give lines longitudes that do not jump, with lines beside each other side by side.

    Parameters
    ----------
    start : int64, shape (m + 1,)
        Line e runs through rows ``start[e]:start[e + 1]`` of `lonlat`.
    lonlat
        Degrees, shape (k, 2).

    Returns
    -------
    float64, shape (k, 2)
        `lonlat` itself where the lines span at most half of the Earth, which is nearly always.
        Else longitudes may lie beyond 180 degrees: no line jumps, and all lines together begin
        east of the widest gap that they leave.
    """
    lon = lonlat[:, 0]
    if not len(lon) or lon.max() - lon.min() <= HALF_TURN:
        return lonlat
    step = np.diff(lon, prepend=lon[0])
    step[start[:-1][start[:-1] < len(lon)]] = 0.0
    turns = np.cumsum(-np.rint(step / TURN))
    first = np.repeat(start[:-1], np.diff(start))
    smooth = lon + TURN * (turns - turns[first])
    west = _east_of_widest_gap(lon)
    home = TURN * np.floor((smooth[first] - west) / TURN)
    return np.column_stack([smooth - home, lonlat[:, 1]])


def _east_of_widest_gap(lon: NDArray[np.float64]) -> float:
    """Longitude at which the widest stretch without any point ends."""
    known = np.unique(lon)
    gaps = np.diff(known, append=known[0] + TURN)
    return float(known[(int(np.argmax(gaps)) + 1) % len(known)])


def beside(lon: NDArray[np.float64], middle: float) -> NDArray[np.float64]:
    """Turn longitudes by whole circles to within half of the Earth of a meridian.

    Examples
    --------
    >>> beside(np.array([-179.5, 10.0]), 178.0).tolist()
    [180.5, 10.0]
    """
    return np.asarray(lon + TURN * np.rint((middle - lon) / TURN))


def usual(lon: NDArray[Any]) -> NDArray[np.float64]:
    """Bring longitudes back to between -180 and 180 degrees.

    Examples
    --------
    >>> usual(np.array([180.5, 10.0, 180.0])).tolist()
    [-179.5, 10.0, 180.0]
    """
    return np.where(np.abs(lon) <= HALF_TURN, lon, lon - TURN * np.rint(lon / TURN))


def line_of(lonlat: NDArray[np.float64]) -> shapely.LineString | shapely.MultiLineString:
    """Draw a line, cut in two where it crosses 180 degrees, as GeoJSON asks for.

    Examples
    --------
    >>> line_of(np.array([[179.0, 0.0], [-179.0, 2.0]])).wkt
    'MULTILINESTRING ((179 0, 180 1), (-180 1, -179 2))'
    """
    step = np.diff(lonlat[:, 0])
    jumps = np.flatnonzero(np.abs(step) > HALF_TURN)
    if not len(jumps):
        return shapely.LineString(lonlat)
    pieces, start = [], lonlat[:0]
    first = 0
    for jump in jumps.tolist():
        (lon, lat), (onward, lat_onward) = lonlat[jump], lonlat[jump + 1]
        rim = float(np.copysign(HALF_TURN, -step[jump]))
        way = onward - lon + 2 * rim
        crossing = lat + (lat_onward - lat) * ((rim - lon) / way if way else 0.0)
        pieces.append(np.concatenate([start, lonlat[first : jump + 1], [[rim, crossing]]]))
        start, first = np.array([[-rim, crossing]]), jump + 1
    pieces.append(np.concatenate([start, lonlat[first:]]))
    moved = [np.append(True, (np.diff(piece, axis=0) != 0).any(axis=1)) for piece in pieces]
    parts = [piece[kept] for piece, kept in zip(pieces, moved, strict=True) if kept.sum() > 1]
    lines = [shapely.LineString(part) for part in parts]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
