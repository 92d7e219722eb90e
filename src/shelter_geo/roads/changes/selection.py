"""Find the edges that a change of roads means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.types import Selection
from shelter_geo.roads.joining.meridian import HALF_TURN, TURN, beside
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.network import RoadNetwork

MOST = 0.5
"""Share of an edge that must run along a line for the edge to be meant."""


def select(
    network: RoadNetwork, wanted: Selection, *, origin: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Find the edges that meet every condition of a selection.

    Parameters
    ----------
    network
        The roads.
    wanted
        The conditions.
    origin
        For each edge the one it was cut from, shape (m,): what is said of that one by index is
        said of all its parts.

    Returns
    -------
    int64, sorted
        Indices of edges.

    Raises
    ------
    RoadError
        If a class, node or edge is unknown, or no road is meant.
    """
    meant = np.ones(network.n_edges, dtype=bool)
    if wanted.classes:
        meant &= np.isin(network.road_class, _classes(network, wanted.classes))
    if wanted.edges:
        meant &= _by_index(network, wanted.edges, origin)
    if wanted.between:
        meant &= _between(network, wanted.between)
    if wanted.within is not None:
        meant &= _touching(network, wanted.within)
    if wanted.along is not None:
        meant &= _along(network, wanted.along, wanted.width_m)
    found = np.flatnonzero(meant)
    if not len(found):
        raise RoadError(f"a change means no road: {wanted.model_dump_json(exclude_defaults=True)}")
    return found


def node_of_key(network: RoadNetwork, key: int | str) -> int | None:
    """Index of the node with a key, or None."""
    found = np.flatnonzero(network.node_id == key)
    return int(found[0]) if len(found) else None


def unknown(what: str, name: object, known: Iterable[Any]) -> RoadError:
    """Make an error that says which known name is most like the unknown one."""
    close = get_close_matches(str(name), [str(one) for one in known], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return RoadError(f"unknown {what} {name!r}{hint}")


def share_within(
    network: RoadNetwork, edges: NDArray[np.int64], area: BaseGeometry
) -> NDArray[np.float64]:
    """Share of each edge's drawn length that lies within an area, shape of `edges`."""
    scale = np.array(metres_per_degree(np.array([shapely.centroid(area).y]))).T
    flat = shapely.transform(area, lambda lonlat: lonlat * scale)
    lines = shapely.transform(_lines(network, edges), lambda lonlat: lonlat * scale)
    twice = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    length = shapely.length(lines) / np.where(twice, 2, 1)
    inside = shapely.length(shapely.intersection(lines, flat))
    return np.where(length > 0, inside / np.where(length > 0, length, 1.0), 1.0)


def _classes(network: RoadNetwork, names: tuple[str, ...]) -> list[int]:
    for name in names:
        if name not in network.class_names:
            raise unknown("class of road", name, network.class_names)
    return [network.class_names.index(name) for name in names]


def _by_index(
    network: RoadNetwork, edges: tuple[int, ...], origin: NDArray[np.int64] | None
) -> NDArray[np.bool_]:
    if max(edges) >= network.n_edges:
        raise RoadError(f"unknown edge {max(edges)}: there are {network.n_edges}")
    return np.isin(np.arange(network.n_edges) if origin is None else origin, edges)


def _between(
    network: RoadNetwork, pairs: tuple[tuple[int | str, int | str], ...]
) -> NDArray[np.bool_]:
    meant = np.zeros(network.n_edges, dtype=bool)
    for pair in pairs:
        ends = [node_of_key(network, key) for key in pair]
        for key, end in zip(pair, ends, strict=True):
            if end is None:
                raise unknown("node", key, network.node_id)
        a, b = ends
        joins = ((network.u == a) & (network.v == b)) | ((network.u == b) & (network.v == a))
        if not joins.any():
            raise RoadError(f"no road joins {pair[0]!r} and {pair[1]!r} without a junction between")
        meant |= joins
    return meant


def _touching(network: RoadNetwork, area: BaseGeometry) -> NDArray[np.bool_]:
    meant = np.zeros(network.n_edges, dtype=bool)
    near = _near_box(network, area.bounds)
    shapely.prepare(area)
    meant[near[shapely.intersects(area, _lines(network, near))]] = True
    return meant


def _along(network: RoadNetwork, line: BaseGeometry, width_m: float) -> NDArray[np.bool_]:
    scale = np.array(metres_per_degree(np.array([shapely.centroid(line).y]))).T
    flat = shapely.transform(line, lambda lonlat: lonlat * scale)
    corridor = shapely.transform(shapely.buffer(flat, width_m), lambda xy: xy / scale)
    near = _near_box(network, corridor.bounds)
    meant = np.zeros(network.n_edges, dtype=bool)
    meant[near[share_within(network, near, corridor) >= MOST]] = True
    return meant


def _near_box(network: RoadNetwork, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    """Edges with a segment whose own box touches a box (west, south, east, north)."""
    west, south, east, north = box
    lon, lat = network.shape_lonlat[:, 0], network.shape_lonlat[:, 1]
    low, high = np.minimum(lon[1:], lon[:-1]), np.maximum(lon[1:], lon[:-1])
    near = ((low <= east) & (high >= west)) | (high - low > HALF_TURN)
    near &= (np.minimum(lat[1:], lat[:-1]) <= north) & (np.maximum(lat[1:], lat[:-1]) >= south)
    row = np.flatnonzero(near)
    edge = np.searchsorted(network.shape_start, row, side="right") - 1
    return np.unique(edge[row + 1 < network.shape_start[edge + 1]])


def _lines(network: RoadNetwork, edges: NDArray[np.int64]) -> NDArray[Any]:
    """Draw edges; one across 180 degrees is drawn twice, once on each side of the world's map."""
    begin = network.shape_start[edges]
    counts = network.shape_start[edges + 1] - begin
    before = np.cumsum(counts) - counts
    rows = np.arange(counts.sum()) + np.repeat(begin - before, counts)
    indices = np.repeat(np.arange(len(edges)), counts)
    lonlat = network.shape_lonlat[rows]
    lines = np.asarray(shapely.linestrings(lonlat, indices=indices))
    box = shapely.bounds(lines)
    for place in np.flatnonzero(box[:, 2] - box[:, 0] > HALF_TURN):
        lon, lat = lonlat[indices == place].T
        east = np.column_stack([beside(lon, HALF_TURN), lat])
        lines[place] = shapely.multilinestrings([east, east - [TURN, 0]])
    return lines
