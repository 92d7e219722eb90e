"""Make a network of ways from junction to junction, or of two tables of places and roads."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
from shelter_geo.roads.sources.driving import NEVER_ENTERED, Drive
from shelter_geo.roads.sources.restrictions import Restrictions
from shelter_geo.roads.sources.speeds import rank
from shelter_geo.units import CM_PER_KM, MS_PER_MIN

GEOD: Final = Geod(ellps="WGS84")
SHORT: Final = 0.01
"""Degrees of a step that is measured on the plane."""
MOST_NORTH: Final = 75.0
BLOCK: Final = 100_000
UNCLASSED: Final = "road"  # class of a link whose class the table does not say


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways through numbered points, as a map draws them.

    Attributes
    ----------
    start : int64, shape (w + 1,)
        Way i runs through rows ``start[i]:start[i + 1]`` of `refs` and `lonlat`.
    refs : int64, shape (k,)
        Numbers of the points; ways meet where they share one.
    lonlat : float64, shape (k, 2)
    forward_kmh, backward_kmh : float64, shape (w,)
        Speed in each direction, 0 where it is closed.
    minutes : float64, shape (w,)
        Time along the whole way where it is known, else 0; it overrules the speeds.
    road_class : int16, shape (w,)
    class_names : tuple of str
    enterable : bool, shape (w,)
    numbers : int64, shape (w,), or none
    """

    start: NDArray[np.int64]
    refs: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    forward_kmh: NDArray[np.float64]
    backward_kmh: NDArray[np.float64]
    minutes: NDArray[np.float64]
    road_class: NDArray[np.int16]
    class_names: tuple[str, ...]
    enterable: NDArray[np.bool_]
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def make_ways(
    drives: Sequence[Drive],
    size: array[int],
    refs: array[int],
    lonlat: NDArray[np.float64],
) -> Ways:
    """Put ways together from how each is driven, its number of points, and all their points."""
    present = {found.road_class for found in drives}
    names = tuple(sorted(present, key=lambda name: (rank(name), name)))
    return Ways(
        start=np.concatenate([[0], np.cumsum(np.frombuffer(size, dtype=np.int64))]),
        refs=np.frombuffer(refs, dtype=np.int64),
        lonlat=lonlat,
        forward_kmh=np.array([found.forward_kmh for found in drives], dtype=np.float64),
        backward_kmh=np.array([found.backward_kmh for found in drives], dtype=np.float64),
        minutes=np.array([found.minutes for found in drives], dtype=np.float64),
        road_class=np.array([names.index(found.road_class) for found in drives], dtype=np.int16),
        class_names=names,
        enterable=np.array([found.enterable for found in drives], dtype=bool),
    )


def network_of_ways(
    ways: Ways,
    provenance: Provenance,
    shut: NDArray[np.int64] | None = None,
    restrictions: Restrictions | None = None,
) -> RoadNetwork:
    """Split ways where they meet, end or cross themselves, and measure the pieces.

    A street is one edge whether it is driven both ways or one way. A point repeated at once is
    taken once; every other point stays in the shape of its edge.

    Parameters
    ----------
    ways, provenance
        What the network is made of.
    shut
        Numbers of points that cannot be passed. Ways end there, each at a node of its own: the
        first bears the number of the point, the others numbers that no point has.
    restrictions
        Of turns between the ways that `ways.numbers` names; the provenance counts them.
    """
    rows, way = _distinct_rows(ways)
    refs, lonlat, part = ways.refs[rows], ways.lonlat[rows], way
    if shut is not None and len(shut):
        cut, part, refs = _cut(refs, way, shut)
        lonlat, way = lonlat[cut], way[cut]
    node_ref, node = _nodes(refs, part)
    first, last = _pieces(node >= 0, part)
    counts = last - first + 1
    shape_start = np.concatenate([[0], np.cumsum(counts)])
    shape = np.arange(shape_start[-1]) + np.repeat(first - shape_start[:-1], counts)
    metres = _metres(lonlat[shape], shape_start)
    kmh = _speeds(ways, way[first], metres)
    length_cm = np.rint(metres * 100).astype(np.int64)
    node_lonlat = np.empty((len(node_ref), 2))
    node_lonlat[node[first]], node_lonlat[node[last]] = lonlat[first], lonlat[last]
    network = RoadNetwork(
        node_id=node_ref,
        lon=np.ascontiguousarray(node_lonlat[:, 0]),
        lat=np.ascontiguousarray(node_lonlat[:, 1]),
        u=node[first],
        v=node[last],
        length_cm=length_cm,
        forward_ms=travel_ms(length_cm, kmh[0]),
        backward_ms=travel_ms(length_cm, kmh[1]),
        road_class=ways.road_class[way[first]],
        class_names=ways.class_names,
        shape_start=shape_start.astype(np.int64),
        shape_lonlat=lonlat[shape],
        provenance=provenance,
        enterable=ways.enterable[way[first]],
    )
    if restrictions is None:
        return network
    return restrictions.obey(network, ways.numbers[way[first]], shut)


def travel_ms(length_cm: NDArray[np.int64], kmh: NDArray[np.float64]) -> NDArray[np.int64]:
    """Travel times of lengths at speeds, `CLOSED` where the speed is 0."""
    open_ = kmh > 0
    times = np.rint(length_cm * 36 / np.where(open_, kmh, 1.0)).astype(np.int64)
    return np.where(open_, times, np.int64(CLOSED))


def _distinct_rows(ways: Ways) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that do not repeat the one before on the same way, and the way of each."""
    way = np.repeat(np.arange(len(ways.start) - 1), np.diff(ways.start))
    again = (ways.refs[1:] == ways.refs[:-1]) & (way[1:] == way[:-1])
    rows = np.flatnonzero(np.concatenate([[True], ~again])[: len(way)])
    return rows, way[rows]


def _cut(
    refs: NDArray[np.int64], way: NDArray[np.int64], shut: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut ways at shut points.

    Returns
    -------
    rows
        Rows of the cut ways: those within a way at a shut point stand twice.
    part
        Number of the part of a way that each row belongs to.
    refs
        References of the rows, of which no two at shut points are equal.
    """
    closed = np.isin(refs, shut)
    change = way[1:] != way[:-1]
    first = np.concatenate([[True], change])[: len(way)]
    last = np.concatenate([change, [True]])[: len(way)]
    rows = np.repeat(np.arange(len(refs)), 1 + (closed & ~first & ~last))
    starts = np.concatenate([[True], (rows[1:] == rows[:-1]) | (way[rows][1:] != way[rows][:-1])])
    cut = refs[rows].copy()
    at = np.flatnonzero(closed[rows])
    again = at[np.setdiff1d(np.arange(len(at)), np.unique(cut[at], return_index=True)[1])]
    cut[again] = refs.max() + 1 + np.arange(len(again))
    return rows, np.cumsum(starts[: len(rows)]) - 1, cut


def _nodes(
    refs: NDArray[np.int64], way: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Find the references that become nodes, sorted, and the node of each row or -1."""
    order = np.argsort(refs, kind="stable")
    ordered = refs[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(refs)]
    point = np.empty(len(refs), dtype=np.int64)
    point[order] = np.cumsum(new) - 1
    change = way[1:] != way[:-1]
    tip = np.concatenate([[True], change])[: len(way)]
    tip |= np.concatenate([change, [True]])[: len(way)]
    uses = np.bincount(point, minlength=int(new.sum()))
    meets = (uses > 1) | (np.bincount(point, weights=tip, minlength=len(uses)) > 0)
    number = np.where(meets, np.cumsum(meets) - 1, -1).astype(np.int32)
    return ordered[new][meets], number[point]


def _pieces(
    is_node: NDArray[np.bool_], way: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last row of each piece between neighbouring nodes of one way."""
    rows = np.flatnonzero(is_node)
    together = way[rows[1:]] == way[rows[:-1]]
    return rows[:-1][together], rows[1:][together]


def _metres(lonlat: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    if len(lonlat) == 0:
        return np.zeros(0)
    steps = np.zeros(len(lonlat))
    for begin in range(0, len(lonlat) - 1, BLOCK):  # all at once would take much memory
        end = min(begin + BLOCK, len(lonlat) - 1)
        steps[begin:end] = step_metres(lonlat[begin : end + 1])
    steps[start[1:] - 1] = 0.0
    return np.add.reduceat(steps, start[:-1])


def step_metres(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geodesic lengths on WGS84 between each point and the next.

    Short steps are measured on the plane that touches the ellipsoid half way, which is right to a
    hundredth of a millimetre and ten times as fast; long ones, and those near a pole, in full.
    """
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    east, north = np.diff(lon), np.diff(lat)
    middle = np.deg2rad((lat[1:] + lat[:-1]) / 2)
    square = 1 - GEOD.es * np.sin(middle) ** 2
    across = GEOD.a / np.sqrt(square)
    along = across * (1 - GEOD.es) / square
    metres: NDArray[np.float64] = np.deg2rad(
        np.hypot(along * north, across * np.cos(middle) * east)
    )
    long = (np.abs(east) > SHORT) | (np.abs(north) > SHORT) | (np.abs(lat[1:]) > MOST_NORTH)
    (far,) = np.nonzero(long)
    metres[far] = GEOD.inv(lon[far], lat[far], lon[far + 1], lat[far + 1])[2]
    return metres


def _speeds(
    ways: Ways, way: NDArray[np.int64], metres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speeds of the pieces in both directions, from known times where there are any."""
    whole = np.bincount(way, weights=metres, minlength=len(ways.minutes))
    timed = (ways.minutes > 0) & (whole > 0)
    kmh = whole * 0.06 / np.where(timed, ways.minutes, 1.0)
    forward = np.where(timed & (ways.forward_kmh > 0), kmh, ways.forward_kmh)
    backward = np.where(timed & (ways.backward_kmh > 0), kmh, ways.backward_kmh)
    return forward[way], backward[way]


def network_from_tables(
    nodes: pd.DataFrame, links: pd.DataFrame, provenance: Provenance
) -> RoadNetwork:
    """Build a network from a table of nodes and a table of links.

    A link whose way back is of another length becomes two one-way edges, one after the other.

    Parameters
    ----------
    nodes
        With `node_id`, `lat`, `lon` (degrees).
    links
        With `from_node`, `to_node`, `km`, `minutes`; `km_back` and `minutes_back` hold the other
        direction, both missing where it cannot be driven back, and without these columns a link is
        the same both ways. `road_class` may say what it counts as.
    provenance
        Source and licence of the tables.

    Returns
    -------
    RoadNetwork
        Nodes and edges in the order of the tables; every edge is drawn straight.

    Raises
    ------
    RoadError
        If there is no link, a link names an unknown node, or a way back has only one of its two
        numbers.
    """
    if len(links) == 0:
        raise RoadError("the road links table is empty: without roads nothing can be reached")
    ids = pd.Index(nodes["node_id"])
    u, v = ids.get_indexer(links["from_node"]), ids.get_indexer(links["to_node"])
    if (u < 0).any() or (v < 0).any():
        unknown = set(links["from_node"][u < 0]) | set(links["to_node"][v < 0])
        raise RoadError(f"road links name unknown nodes: {', '.join(sorted(unknown))}")
    length, forward = _whole(links["km"], CM_PER_KM), _whole(links["minutes"], MS_PER_MIN)
    length_back, backward = _way_back(links, length, forward)
    # An edge has one length: a way back of another length is an edge of its own.
    apart = (backward != CLOSED) & (length_back != length)
    row = np.repeat(np.arange(len(links)), 1 + apart)
    second = np.append(False, row[1:] == row[:-1])
    u, v = np.where(second, v[row], u[row]), np.where(second, u[row], v[row])
    lon, lat = nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)
    ends = np.stack([u, v], axis=1).ravel()
    road_class, class_names = _classes(links)
    return RoadNetwork(
        node_id=ids.to_numpy(dtype=str),
        lon=lon,
        lat=lat,
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length_cm=np.where(second, length_back[row], length[row]),
        forward_ms=np.where(second, backward[row], forward[row]),
        backward_ms=np.where(apart[row], CLOSED, backward[row]),
        road_class=road_class[row],
        class_names=class_names,
        enterable=~np.isin(class_names, list(NEVER_ENTERED))[road_class[row]],
        shape_start=np.arange(0, 2 * len(row) + 1, 2, dtype=np.int64),
        shape_lonlat=np.stack([lon[ends], lat[ends]], axis=1),
        provenance=provenance,
    )


def _whole(values: pd.Series, per_unit: int) -> NDArray[np.int64]:
    return np.asarray(np.rint(values.to_numpy(float) * per_unit), dtype=np.int64)


def _way_back(
    links: pd.DataFrame, length: NDArray[np.int64], time: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Centimetres and milliseconds back; `CLOSED` milliseconds where there is no way back."""
    given = [name in links for name in ("km_back", "minutes_back")]
    if not any(given):
        return length, time
    if not all(given):
        raise RoadError("road links need both km_back and minutes_back, or neither")
    closed = links[["km_back", "minutes_back"]].isna()
    half = closed["km_back"] != closed["minutes_back"]
    if half.any():
        first = links[half].iloc[0]
        raise RoadError(
            f"the road link from {first['from_node']} to {first['to_node']} has only one of "
            "km_back and minutes_back"
        )
    there = closed["km_back"].to_numpy()
    back = _whole(links["minutes_back"].fillna(0), MS_PER_MIN)
    return _whole(links["km_back"].fillna(0), CM_PER_KM), np.where(there, CLOSED, back)


def _classes(links: pd.DataFrame) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Class of each link, and the names of all classes in their order."""
    named: Any = links.get("road_class", UNCLASSED)
    text = pd.Series(named, index=links.index, dtype=object)
    code, names = pd.factorize(text.mask(text == "").fillna(UNCLASSED), sort=True)
    return code.astype(np.int16), tuple(str(name) for name in names)
