"""The road network: arrays of nodes and edges, in whole units, right across 180 degrees."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.turns import Junctions, take_apart
from shelter_geo.units import CM_PER_KM, MS_PER_MIN

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

NO_EDGE: Final = -1
"""Edge of an arc that is a turn at a junction and no road."""
CLOSED: Final = -1
"""Travel time of a direction that may not be driven."""


@dataclass(frozen=True)
class Provenance:
    """Where a network comes from; carried into every file made of it."""

    source: str
    licence: str
    date: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed view of a network, sorted by tail, head, time, length, edge.

    Attributes
    ----------
    tail, head : int32, shape (a,)
        Node indices; those from `n_nodes` on are of the junctions taken apart.
    time_ms, length_cm : int64, shape (a,)
    edge : int32, shape (a,)
        The edge that each arc runs along, or `NO_EDGE` for a turn.
    forward : bool, shape (a,)
        Whether the arc runs from the edge's `u` to its `v`.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]
    edge: NDArray[np.int32]
    forward: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class RoadNetwork:
    """Roads as nodes and two-way edges; a closed direction has the time `CLOSED`.

    Parallel edges and loops are allowed. Arrays are read-only.

    Attributes
    ----------
    node_id : shape (n,)
        Keys of the nodes, unique, text or whole numbers.
    lon, lat : float64, shape (n,)
        Degrees, EPSG:4326.
    u, v : int32, shape (m,)
        Node indices of the ends of each edge.
    length_cm : int64, shape (m,)
    forward_ms, backward_ms : int64, shape (m,)
        Travel time from `u` to `v` and from `v` to `u`, or `CLOSED`.
    road_class : int16, shape (m,)
        Position in `class_names`.
    class_names : tuple of str
    shape_start : int64, shape (m + 1,)
        Edge e is drawn by rows ``shape_start[e]:shape_start[e + 1]`` of `shape_lonlat`.
    shape_lonlat : float64, shape (k, 2)
        Points of each edge from `u` to `v`, both ends included.
    provenance : Provenance
    enterable : bool, shape (m,)
        Whether a person can step onto the edge: not onto motorways, ramps, tunnels and ferries.
        True everywhere if not given.
    turn_from, turn_to : int64, shape (t,)
        Forbidden turns: a drive towards a junction and one away from it that may not follow. Drive
        2e runs along edge e from `u` to `v`, drive 2e + 1 from `v` to `u`. None if not given.
    """

    node_id: NDArray[Any]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    length_cm: NDArray[np.int64]
    forward_ms: NDArray[np.int64]
    backward_ms: NDArray[np.int64]
    road_class: NDArray[np.int16]
    class_names: tuple[str, ...]
    shape_start: NDArray[np.int64]
    shape_lonlat: NDArray[np.float64]
    provenance: Provenance
    enterable: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    turn_from: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    turn_to: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __repr__(self) -> str:
        return f"RoadNetwork: {self.n_nodes:,} nodes, {self.n_edges:,} edges"

    def __post_init__(self) -> None:
        n, m = len(self.node_id), len(self.u)
        if len(self.enterable) == 0:
            object.__setattr__(self, "enterable", np.ones(m, dtype=bool))
        if len(self.lon) != n or len(self.lat) != n:
            raise RoadError("node arrays differ in length")
        for name in ("v", "length_cm", "forward_ms", "backward_ms", "road_class", "enterable"):
            if len(getattr(self, name)) != m:
                raise RoadError(f"edge arrays differ in length: u and {name}")
        if len(self.shape_start) != m + 1:
            raise RoadError("shape_start must have one entry more than there are edges")
        if m and (min(self.u.min(), self.v.min()) < 0 or max(self.u.max(), self.v.max()) >= n):
            raise RoadError("an edge ends at a node that does not exist")
        if (
            m
            and min(self.length_cm.min(), self.forward_ms.min() + 1, self.backward_ms.min() + 1) < 0
        ):
            raise RoadError("an edge has a negative length or travel time")
        if len(self.turn_from) or len(self.turn_to):
            self._check_turns()
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def _check_turns(self) -> None:
        turns = np.concatenate([self.turn_from, self.turn_to])
        if len(self.turn_from) != len(self.turn_to):
            raise RoadError("turn arrays differ in length")
        if turns.min() < 0 or turns.max() >= 2 * len(self.u):
            raise RoadError("a forbidden turn is of a drive that does not exist")
        ends = np.stack([self.u, self.v], axis=1).ravel()
        if (ends[self.turn_from ^ 1] != ends[self.turn_to]).any():
            raise RoadError("a forbidden turn is of two drives that do not meet")

    @classmethod
    def without_roads(
        cls,
        node_id: NDArray[Any],
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        provenance: Provenance,
    ) -> RoadNetwork:
        """Return a network of nodes that no road joins."""
        whole, small = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        return cls(
            node_id=node_id,
            lon=lon,
            lat=lat,
            u=small,
            v=small.copy(),
            length_cm=whole,
            forward_ms=whole.copy(),
            backward_ms=whole.copy(),
            road_class=np.zeros(0, dtype=np.int16),
            class_names=(),
            shape_start=np.zeros(1, dtype=np.int64),
            shape_lonlat=np.zeros((0, 2)),
            provenance=provenance,
        )

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.u)

    @cached_property
    def junctions(self) -> Junctions:
        """Where drives end and begin; as the edges do, unless turns are forbidden."""
        return take_apart(self.u, self.v, self.n_nodes, self.turn_from, self.turn_to)

    def to_frame(self, edges: NDArray[np.integer] | None = None) -> gpd.GeoDataFrame:
        """Return edges as lines in EPSG:4326.

        Parameters
        ----------
        edges
            Indices of the edges wanted; all if not given.

        Returns
        -------
        GeoDataFrame
            One row an edge: `from_node`, `to_node`, `road_class`, `length_km`, `forward_min` and
            `backward_min` (missing where the direction is closed).
        """
        import geopandas as gpd
        import shapely

        wanted = np.arange(self.n_edges) if edges is None else np.asarray(edges, np.int64)
        first, counts = self.shape_start[wanted], np.diff(self.shape_start)[wanted]
        row = np.repeat(np.arange(len(wanted)), counts)
        at = np.arange(len(row)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        shapes = self.shape_lonlat[at]
        minutes = [
            np.where(time[wanted] == CLOSED, np.nan, time[wanted] / MS_PER_MIN)
            for time in (self.forward_ms, self.backward_ms)
        ]
        lines = np.asarray(shapely.linestrings(shapes, indices=row))
        jumps = np.abs(np.diff(shapes[:, 0])) > HALF_TURN
        for edge in np.unique(row[:-1][jumps & (row[:-1] == row[1:])]):
            lines[edge] = line_of(shapes[row == edge])
        return gpd.GeoDataFrame(
            {
                "from_node": self.node_id[self.u[wanted]],
                "to_node": self.node_id[self.v[wanted]],
                "road_class": np.array(self.class_names, dtype=object)[self.road_class[wanted]],
                "length_km": self.length_cm[wanted] / CM_PER_KM,
                "forward_min": minutes[0],
                "backward_min": minutes[1],
            },
            geometry=lines,
            crs=4326,
        )

    @cached_property
    def arcs(self) -> Arcs:
        """The directions that may be driven, in a fixed order."""
        return arcs_of(self.junctions, self.length_cm, self.forward_ms, self.backward_ms)


def arcs_of(
    junctions: Junctions,
    length_cm: NDArray[np.int64],
    forward_ms: NDArray[np.int64],
    backward_ms: NDArray[np.int64],
) -> Arcs:
    """Sort the directions of edges that may be driven; see `RoadNetwork`."""
    go, back = forward_ms >= 0, backward_ms >= 0
    edge = np.concatenate([np.flatnonzero(go), np.flatnonzero(back)]).astype(np.int32)
    forward = np.arange(len(edge)) < int(go.sum())
    time = np.where(forward, forward_ms[edge], backward_ms[edge])
    length = length_cm[edge]
    drive = 2 * edge.astype(np.int64) + ~forward
    tail = np.append(junctions.tail[drive], junctions.turn_tail)
    head = np.append(junctions.head[drive], junctions.turn_head)
    turns = np.zeros(len(junctions.turn_tail), dtype=np.int64)
    time, length = np.append(time, turns), np.append(length, turns)
    edge = np.append(edge, (turns + NO_EDGE).astype(np.int32))
    forward = np.append(forward, turns == 0)
    order = np.lexsort((edge, length, time, head, tail))
    return Arcs(tail[order], head[order], time[order], length[order], edge[order], forward[order])


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
    import shapely

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
