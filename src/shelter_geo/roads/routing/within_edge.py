"""Ways that never leave one edge, which a router over nodes cannot see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.routing.graph import UNREACHED


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
