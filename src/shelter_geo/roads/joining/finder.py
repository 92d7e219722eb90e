"""Search a network, or its strongly connected parts, for the place nearest to a point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.nearest import Lines, Nearest, share_of_edge
from shelter_geo.roads.network import RoadNetwork, beside, continuous, usual

GEOD: Final = Geod(ellps="WGS84")
Target = Literal["edge", "node"]
_FEW_POINTS: Final = 2000
_ANSWERS: Final = 64
"""Searches of few points that a finder remembers: every plan of a study asks for the same again."""
_CLOSED: Final = -1.0
"""Stands among the fewest kilometres of components for the roads that are closed."""


@dataclass(frozen=True, eq=False)
class Components:
    """Strongly connected components, the longest first, ties by their first node.

    Attributes
    ----------
    of_node : int32, shape (n,)
        Component of each node.
    of_edge : int32, shape (m,)
        Component of each edge that lies within one and may be driven, else `NOWHERE`.
    length_km : float64, shape (c,)
        Kilometres of the edges of each component.
    """

    of_node: NDArray[np.int32]
    of_edge: NDArray[np.int32]
    length_km: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.length_km)


def components(network: RoadNetwork) -> Components:
    """Find the strongly connected components of a network.

    Notes
    -----
    Within a component every node can be reached from every other. An edge between two components
    can be driven once and not back, so it belongs to neither.
    """
    count, raw = _strong_labels(network)
    inside = (raw[network.u] == raw[network.v]) & drivable(network)
    length_cm = np.zeros(count, dtype=np.int64)
    np.add.at(length_cm, raw[network.u[inside]], network.length_cm[inside])
    first_node = np.full(count, network.n_nodes, dtype=np.int64)
    np.minimum.at(first_node, raw, np.arange(network.n_nodes))
    order = np.lexsort((first_node, -length_cm))
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    of_node = rank[raw]
    of_edge = np.where(inside, of_node[network.u], np.int32(NOWHERE)).astype(np.int32)
    return Components(of_node, of_edge, length_cm[order] / 1e5)


def drivable(network: RoadNetwork) -> NDArray[np.bool_]:
    """Return which edges may be driven at all, shape (m,)."""
    return np.asarray((network.forward_ms >= 0) | (network.backward_ms >= 0))


def _strong_labels(network: RoadNetwork) -> tuple[int, NDArray[np.int32]]:
    if not network.n_nodes:
        return 0, np.zeros(0, dtype=np.int32)
    return connected_components(arc_matrix(network), directed=True, connection="strong")


def arc_matrix(network: RoadNetwork) -> csr_array:
    """Sparse matrix, shape (n, n), with an entry from every node to those it can be driven to."""
    go, back = network.forward_ms >= 0, network.backward_ms >= 0
    tail = np.concatenate([network.u[go], network.v[back]])
    head = np.concatenate([network.v[go], network.u[back]])
    ones = np.ones(len(tail), dtype=np.int8)
    matrix = coo_array((ones, (tail, head)), shape=(network.n_nodes, network.n_nodes)).tocsr()
    matrix.data[:] = 1
    return matrix


@dataclass(frozen=True, eq=False)
class Places:
    """Places on edges, one for each point.

    Attributes
    ----------
    edge : int32, shape (k,)
        The edge, or `NOWHERE`.
    along : float64, shape (k,)
        Share of the edge's length before the place, 0 at `u` and 1 at `v`.
    lon, lat : float64, shape (k,)
        The place itself, missing where there is none.
    """

    edge: NDArray[np.int32]
    along: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def metres_from(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Geodesic metres from each point to its place, missing where there is none."""
        _, _, metres = GEOD.inv(lon, lat, self.lon, self.lat)
        return np.where(self.edge != NOWHERE, metres, np.nan)

    def at(self, rows: NDArray[Any]) -> Places:
        """Places of some of the points, by their rows or a mask."""
        return Places(self.edge[rows], self.along[rows], self.lon[rows], self.lat[rows])

    def replaced(self, rows: NDArray[np.intp], others: Places) -> Places:
        """Take the places of some rows from others, in their order."""
        merged = Places(self.edge.copy(), self.along.copy(), self.lon.copy(), self.lat.copy())
        merged.edge[rows], merged.along[rows] = others.edge, others.along
        merged.lon[rows], merged.lat[rows] = others.lon, others.lat
        return merged


class RoadFinder:
    """The edges and nodes of one network, laid out for searching when first needed.

    Parameters
    ----------
    network
    base
        Finder of the same roads at other times, with which the layout is shared.
    """

    def __init__(self, network: RoadNetwork, base: RoadFinder | None = None) -> None:
        self._base = base
        self._start = network.shape_start
        self._u, self._v = network.u, network.v
        if base is None:
            self._lonlat = continuous(network.shape_start, network.shape_lonlat)
            self._middle = _middle(self._lonlat[:, 0])
            lon = beside(network.lon, self._middle)
            self._node_lonlat = np.column_stack([lon, network.lat])
        else:
            self._lonlat, self._middle = base._lonlat, base._middle
            self._node_lonlat = base._node_lonlat
        self._drivable = drivable(network)
        self._enterable = network.enterable
        names = np.array(network.class_names)
        self._ferry = np.isin(network.road_class, np.flatnonzero(names == "ferry"))
        self.components: Final[Components] = components(network)
        # With an entry for `NOWHERE` at the end.
        self._of_edge = np.append(self.components.of_edge, np.int32(NOWHERE))
        self._length_km = np.append(self.components.length_km, np.nan)
        self._lines: dict[tuple[Target, float | None], Lines] = {}
        self._every: dict[Target, Lines] = {}
        self._answers: dict[tuple[object, ...], Places] = {}

    @classmethod
    def of(cls, network: RoadNetwork) -> RoadFinder:
        """Return the finder of a network, made once for as long as the network lives."""
        if network not in _FINDERS:
            _FINDERS[network] = cls(network)
        return _FINDERS[network]

    @classmethod
    def redraw(cls, network: RoadNetwork, base: RoadNetwork) -> None:
        """Let the finder of a network share the layout of that of the same roads."""
        _FINDERS[network] = cls(network, cls.of(base))

    def component(self, edge: NDArray[np.int32]) -> NDArray[np.int32]:
        """Component of each edge, or `NOWHERE`."""
        return self._of_edge[edge]

    def length_km(self, component: NDArray[np.int32]) -> NDArray[np.float64]:
        """Kilometres of each component, missing for `NOWHERE`."""
        return self._length_km[component]

    def nearest(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        *,
        limit_m: float,
        to: Target = "edge",
        shortest_km: float | None = None,
        part: NDArray[np.int32] | None = None,
    ) -> Places:
        """Find the nearest place on a usable road: one to step onto, to leave by and to come back.

        Parameters
        ----------
        lon, lat
            Points in degrees, shape (k,).
        limit_m
            Metres beyond which nothing is found.
        to
            Anywhere on an edge, or nodes alone.
        shortest_km
            Fewest kilometres that a component must have; without it every road that may be driven
            counts, even one that cannot be left, or not be stepped onto.
        part
            Component wanted for each point, or `ANY`.

        Notes
        -----
        Exact on both sides of 180 degrees if the roads leave, somewhere around the Earth, a gap of
        twice the limit.
        """
        wanted = None if part is None else part.tobytes()
        key = (lon.tobytes(), lat.tobytes(), limit_m, to, shortest_km, wanted)
        places = self._answers.pop(key, None)
        if places is None:
            east = beside(lon, self._middle)
            found = self._prepared(to, shortest_km).nearest(east, lat, limit_m=limit_m, part=part)
            places = self._at_nodes(found.line) if to == "node" else self._on_edges(found)
        if len(lon) <= _FEW_POINTS:
            self._answers[key] = places
            if len(self._answers) > _ANSWERS:
                self._answers.pop(next(iter(self._answers)))
        return places

    def dead_ends(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], *, limit_m: float
    ) -> Places:
        """Find the nearest landing of ferries, or dead end of a road that nobody steps onto.

        Parameters
        ----------
        lon, lat
            Points in degrees, shape (k,).
        limit_m
            Metres beyond which nothing is found.
        """
        east = beside(lon, self._middle)
        return self._at_nodes(self._dead_end_lines.nearest(east, lat, limit_m=limit_m).line)

    def closed_near(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], *, limit_m: float, to: Target
    ) -> NDArray[np.bool_]:
        """Return which points have a road within reach that may not be driven either way."""
        if self._drivable.all():
            return np.zeros(len(lon), dtype=bool)
        east = beside(lon, self._middle)
        found = self._prepared(to, _CLOSED).nearest(east, lat, limit_m=limit_m)
        return np.asarray(found.line != NOWHERE)

    def _prepared(self, to: Target, shortest_km: float | None) -> Lines:
        key = (to, shortest_km)
        if key not in self._lines:
            part = self._edge_part(shortest_km)
            part = part if to == "edge" else self._node_part(part)
            if self._base is None:
                self._lines[key] = self._laid(to, part)
            else:
                self._lines[key] = self._base.every(to).with_part(part)
        return self._lines[key]

    def every(self, to: Target) -> Lines:
        """All edges or nodes as lines of one part, for finders that share them."""
        if to not in self._every:
            size = len(self._start) - 1 if to == "edge" else len(self._node_lonlat)
            self._every[to] = self._laid(to, np.zeros(size, dtype=np.int32))
        return self._every[to]

    def _laid(self, to: Target, part: NDArray[np.int32]) -> Lines:
        if to == "edge":
            return Lines(self._start, self._lonlat, part)
        start = np.arange(len(part) + 1, dtype=np.int64) * 2
        return Lines(start, np.repeat(self._node_lonlat, 2, axis=0), part)

    def _edge_part(self, shortest_km: float | None) -> NDArray[np.int32]:
        if shortest_km is None or shortest_km == _CLOSED:
            wanted = self._drivable if shortest_km is None else ~self._drivable & self._enterable
            return np.where(wanted, np.int32(0), np.int32(NOWHERE))
        of_edge = self.components.of_edge
        long_enough = np.append(self.components.length_km >= shortest_km, False)[of_edge]
        return np.where(long_enough & self._enterable, of_edge, np.int32(NOWHERE))

    def _node_part(self, edge_part: NDArray[np.int32]) -> NDArray[np.int32]:
        part = np.full(len(self._node_lonlat), NOWHERE, dtype=np.int32)
        np.maximum.at(part, self._u, edge_part)
        np.maximum.at(part, self._v, edge_part)
        return part

    @cached_property
    def _dead_end_lines(self) -> Lines:
        size = len(self._node_lonlat)
        met, land = (
            np.bincount(np.concatenate([self._u[some], self._v[some]]), minlength=size)
            for some in (self._drivable, self._drivable & ~self._ferry)
        )
        single = (met == 1) | ((met > 2) & (land == 0))
        barred = np.where(self._enterable, np.int32(NOWHERE), self.components.of_edge)
        part = np.where(single, self._node_part(barred), np.int32(NOWHERE))
        start = np.arange(len(part) + 1, dtype=np.int64) * 2
        return Lines(start, np.repeat(self._node_lonlat, 2, axis=0), part)

    @cached_property
    def _edge_at_node(self) -> NDArray[np.int32]:
        """Lowest edge at each node, of the usable ones if there are any."""
        edge = np.full(len(self._node_lonlat), len(self._u), dtype=np.int32)
        inside = self.components.of_edge >= 0
        for candidates in (self._drivable, inside, inside & self._enterable):
            chosen = np.flatnonzero(candidates).astype(np.int32)
            lowest = np.full(len(edge), len(self._u), dtype=np.int32)
            np.minimum.at(lowest, self._u[chosen], chosen)
            np.minimum.at(lowest, self._v[chosen], chosen)
            edge = np.where(lowest < len(self._u), lowest, edge)
        return edge

    def _at_nodes(self, node: NDArray[np.int32]) -> Places:
        found = node != NOWHERE
        edge = np.where(found, self._edge_at_node[node], np.int32(NOWHERE))
        along = np.where(found & (np.append(self._u, NOWHERE)[edge] != node), 1.0, 0.0)
        place = np.where(found[:, None], self._node_lonlat[node], np.nan)
        return Places(edge, along, usual(place[:, 0]), place[:, 1])

    def _on_edges(self, found: Nearest) -> Places:
        on_road = found.line != NOWHERE
        edge, row, share = found.line[on_road], found.segment[on_road], found.share[on_road]
        a, b = self._lonlat[row], self._lonlat[row + 1]
        place = np.full((len(on_road), 2), np.nan)
        place[on_road] = np.where(share[:, None] < 1, a + share[:, None] * (b - a), b)
        along = np.zeros(len(on_road))
        along[on_road] = share_of_edge(self._start, self._lonlat, edge, row, share)
        return Places(found.line, along, usual(place[:, 0]), place[:, 1])


def _middle(lon: NDArray[np.float64]) -> float:
    return float(lon.max() + lon.min()) / 2 if len(lon) else 0.0


_FINDERS: WeakKeyDictionary[RoadNetwork, RoadFinder] = WeakKeyDictionary()
