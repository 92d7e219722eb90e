"""Where points meet the roads: the ends they leave by and arrive through, and ways on one edge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.routing.graph import UNREACHED

NOWHERE: Final = -1
"""Index of a node or edge that is not there."""


@dataclass(frozen=True, eq=False)
class Anchors:
    """Points joined to a network, each on one edge at one place along it.

    A point leaves through up to two ends of its edge and arrives through up to two; the costs hold
    the connector from the point to the road and the way along the edge. Missing ends are `NOWHERE`.

    Attributes
    ----------
    edge : int32, shape (k,)
        The edge joined, or `NOWHERE` for a point that could not be joined.
    along : float64, shape (k,)
        Place on the edge as a share of its length, 0 at `u` and 1 at `v`.
    connector_cm, connector_ms : int64, shape (k,)
        Way from the point to the road.
    leave_node, arrive_node : int32, shape (k, 2)
        Columns are the edge's `u` and `v`, or the nodes that these junctions became; see `turns`.
    leave_ms, leave_cm, arrive_ms, arrive_cm : int64, shape (k, 2)
        Cost between the point and the node, connector included; 0 where the node is missing.
    reason : shape (k,)
        Why a point could not be joined, else an empty text.
    """

    edge: NDArray[np.int32]
    along: NDArray[np.float64]
    connector_cm: NDArray[np.int64]
    connector_ms: NDArray[np.int64]
    leave_node: NDArray[np.int32]
    leave_ms: NDArray[np.int64]
    leave_cm: NDArray[np.int64]
    arrive_node: NDArray[np.int32]
    arrive_ms: NDArray[np.int64]
    arrive_cm: NDArray[np.int64]
    reason: NDArray[Any]

    def __len__(self) -> int:
        return len(self.edge)

    def part(self, first: int, last: int) -> Anchors:
        """Points `first` to `last`, the last not included."""
        return Anchors(*(getattr(self, field.name)[first:last] for field in fields(self)))

    def where(self, kept: NDArray[np.bool_], other: Anchors) -> Anchors:
        """Take points from these anchors where `kept`, and from the other ones elsewhere."""
        columns = []
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            mask = kept[:, None] if mine.ndim == 2 else kept
            columns.append(np.where(mask, mine, theirs))
        return Anchors(*columns)


class Direct(NamedTuple):
    """Cost of the way along the shared edge, `UNREACHED` where there is none.

    Attributes
    ----------
    time_ms, length_cm : int64, shape (k,)
    """

    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]


def direct(
    network: RoadNetwork,
    leave: Anchors,
    arrive: Anchors,
    origin: NDArray[np.intp],
    facility: NDArray[np.intp],
) -> Direct:
    """Cost from origins to facilities along the edge that both join, connectors included.

    Parameters
    ----------
    network
        The roads.
    leave, arrive
        Where origins and facilities join them.
    origin, facility : shape (k,)
        Rows of the pairs.
    """
    edge = leave.edge[origin]
    shared = (edge == arrive.edge[facility]) & (edge != NOWHERE)
    a, b = leave.along[origin], arrive.along[facility]
    length = np.abs(np.rint(b * network.length_cm[edge]) - np.rint(a * network.length_cm[edge]))
    whole = np.where(b >= a, network.forward_ms[edge], network.backward_ms[edge])
    whole = np.where(a == b, 0, whole)
    time = np.abs(np.rint(b * whole) - np.rint(a * whole))
    open_ = shared & (whole != CLOSED)
    time = time + leave.connector_ms[origin] + arrive.connector_ms[facility]
    length = length + leave.connector_cm[origin] + arrive.connector_cm[facility]
    return Direct(
        np.where(open_, time, UNREACHED).astype(np.int64),
        np.where(open_, length, UNREACHED).astype(np.int64),
    )


def sharing_pairs(leave: Anchors, arrive: Anchors) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of all origins and facilities that join the same edge."""
    facility = np.flatnonzero(arrive.edge != NOWHERE)
    facility = facility[np.argsort(arrive.edge[facility], kind="stable")]
    edges = arrive.edge[facility]
    first = np.searchsorted(edges, leave.edge, side="left")
    count = np.searchsorted(edges, leave.edge, side="right") - first
    count = np.where(leave.edge == NOWHERE, 0, count)
    origin = np.repeat(np.arange(len(leave)), count)
    step = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
    return origin, facility[np.repeat(first, count) + step]
