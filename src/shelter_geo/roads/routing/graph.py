"""What the routing engine works on: weighted arcs, and the points that enter and leave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.roads.network import RoadNetwork, arcs_of

UNREACHED: Final = -1
"""Cost, index or entry where there is no way."""

_T = TypeVar("_T")

Weight = Literal["travel_min", "distance_km"]
"""What a route makes smallest; the other of time and length settles ties."""


class Matrix(NamedTuple):
    """Costs of every pair along its best route, `UNREACHED` where there is none.

    Attributes
    ----------
    time_ms, length_cm : int32 or int64, shape (origins, facilities)
        As small as holds every cost: a hierarchy gives int32, so widen them before adding up.
    """

    time_ms: NDArray[np.signedinteger[Any]]
    length_cm: NDArray[np.signedinteger[Any]]


class Nearest(NamedTuple):
    """The nearest point of a set, seen from every node or from other points.

    Attributes
    ----------
    which : int32, shape (k,)
        Index of the nearest point, the lowest among equals, or `UNREACHED`.
    time_ms, length_cm : int64, shape (k,)
    """

    which: NDArray[np.int32]
    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]


class Path(NamedTuple):
    """One best route, as arcs in the order they are driven.

    Attributes
    ----------
    arcs : int32, shape (k,)
        Positions in ``network.arcs``; empty where there is no way or none is needed.
    leave_entry, arrive_entry : int
        Positions in the `Seeds` of the entries used, or `UNREACHED`.
    time_ms, length_cm : int
        Whole cost, entries included, or `UNREACHED`.
    """

    arcs: NDArray[np.int32]
    leave_entry: int
    arrive_entry: int
    time_ms: int
    length_cm: int


@dataclass(frozen=True, eq=False)
class Seeds:
    """Points, each with the nodes it enters the network by and what it costs to get there.

    Attributes
    ----------
    start : int64, shape (k + 1,)
        The entries of point i are ``start[i]:start[i + 1]``; a point may have none.
    node : int32, shape (e,)
    time_ms, length_cm : int64, shape (e,)
        Cost between the point and the node.
    """

    start: NDArray[np.int64]
    node: NDArray[np.int32]
    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]

    def __post_init__(self) -> None:
        entries = len(self.node)
        if len(self.time_ms) != entries or len(self.length_cm) != entries:
            raise CostError("entry arrays differ in length")
        if (
            len(self.start) == 0
            or self.start[0] != 0
            or self.start[-1] != entries
            or (np.diff(self.start) < 0).any()
        ):
            raise CostError("start must rise from 0 to the number of entries")
        if entries and min(self.time_ms.min(), self.length_cm.min(), self.node.min()) < 0:
            raise CostError("an entry has a negative node or cost")

    def __len__(self) -> int:
        return len(self.start) - 1

    @classmethod
    def from_columns(
        cls,
        node: NDArray[np.integer],
        time_ms: NDArray[np.integer] | None = None,
        length_cm: NDArray[np.integer] | None = None,
    ) -> Seeds:
        """Make seeds of a table with one row per point.

        Parameters
        ----------
        node : shape (k,) or (k, entries)
            Negative where there is no entry.
        time_ms, length_cm
            Same shape as `node`; 0 if not given.

        Raises
        ------
        CostError
            If the shapes differ or a cost is negative.
        """
        table = np.asarray(node)
        table = table[:, None] if table.ndim == 1 else table
        kept = table >= 0
        costs = []
        for given in (time_ms, length_cm):
            column = np.zeros(table.shape, np.int64) if given is None else np.asarray(given)
            if column.size != table.size:
                raise CostError("nodes and costs of the entries differ in shape")
            costs.append(column.reshape(table.shape)[kept].astype(np.int64))
        start = np.zeros(len(table) + 1, np.int64)
        np.cumsum(kept.sum(axis=1), out=start[1:])
        return cls(start, table[kept].astype(np.int32), costs[0], costs[1])

    def part(self, first: int, last: int) -> Seeds:
        """Points `first` to `last`, the last not included."""
        a, b = self.start[first], self.start[last]
        start = self.start[first : last + 1] - a
        return Seeds(start, self.node[a:b], self.time_ms[a:b], self.length_cm[a:b])


@dataclass(frozen=True, eq=False)
class Graph:
    """Arcs with two costs: the one to make smallest, and the one that settles ties.

    Attributes
    ----------
    n_nodes : int
        Nodes of the network, then those of its junctions that are taken apart.
    tail, head : int32, shape (a,)
        Sorted by tail.
    major, minor : int64, shape (a,)
        Cost to make smallest, and the other one.
    lon, lat : float64, shape (n,)
        Used to number neighbours close together, never to measure.
    weight : Weight
    """

    n_nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    major: NDArray[np.int64]
    minor: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: Weight

    @classmethod
    def from_network(cls, network: RoadNetwork, weight: Weight) -> Graph:
        """Take the arcs of a network under one weight.

        Raises
        ------
        CostError
            If the weight is unknown.
        """
        if weight not in get_args(Weight):
            raise CostError(f"unknown weight {weight!r}; use one of {', '.join(get_args(Weight))}")
        arcs = network.arcs
        major, minor = arcs.time_ms, arcs.length_cm
        if weight == "distance_km":
            major, minor = minor, major
        added = network.junctions.of
        lon, lat = (np.append(at, at[added]) for at in (network.lon, network.lat))
        return cls(len(lon), arcs.tail, arcs.head, major, minor, lon, lat, weight)

    def costs_of(self, seeds: Seeds) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Major and minor cost of each entry, after checking its node.

        Raises
        ------
        CostError
            If an entry names a node that the network does not have.
        """
        if len(seeds.node) and seeds.node.max() >= self.n_nodes:
            raise CostError(f"an entry names node {seeds.node.max()} of {self.n_nodes}")
        if self.weight == "travel_min":
            return seeds.time_ms, seeds.length_cm
        return seeds.length_cm, seeds.time_ms

    def time_and_length(self, major: _T, minor: _T) -> tuple[_T, _T]:
        """Put a pair of costs into the order time, length."""
        return (major, minor) if self.weight == "travel_min" else (minor, major)


class RedrawnGraph(Graph):
    """Graph of roads that are looked at once: their arcs are sorted when a route is followed.

    Parameters
    ----------
    network
        The roads; the fastest routes are asked for.
    """

    def __init__(self, network: RoadNetwork) -> None:
        added = network.junctions.of
        lon, lat = (np.append(at, at[added]) for at in (network.lon, network.lat))
        vars(self).update(n_nodes=len(lon), lon=lon, lat=lat, weight="travel_min")
        # Not the network itself: it would live as long as its engine, which lives as long as it.
        times = network.forward_ms, network.backward_ms
        vars(self)["_given"] = (network.junctions, network.length_cm, *times)

    def __getattr__(self, name: str) -> Any:
        """Sort the arcs at the first question about them."""
        if name not in ("tail", "head", "major", "minor"):
            raise AttributeError(name)
        arcs = arcs_of(*self._given)
        vars(self).update(tail=arcs.tail, head=arcs.head, major=arcs.time_ms, minor=arcs.length_cm)
        return vars(self)[name]
