"""Shapes of edges, whole and in part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.network import RoadNetwork

Line = NDArray[np.float64]
"""Points in degrees, shape (k, 2)."""


def edge_shape(network: RoadNetwork, edge: int) -> Line:
    """Return the points of an edge from its `u` to its `v`."""
    first, last = network.shape_start[edge : edge + 2]
    return network.shape_lonlat[first:last]


def edge_piece(network: RoadNetwork, edge: int, start: float, end: float) -> Line:
    """Return the part of an edge between two shares of its length, in the order given.

    Parameters
    ----------
    network
        The roads.
    edge
        Index of the edge.
    start, end
        Shares of its length, 0 at its `u` and 1 at its `v`.
    """
    shape = edge_shape(network, edge)
    metres = np.diff(shape, axis=0) * np.stack(metres_per_degree(shape[:-1, 1]), axis=1)
    done = np.append(0.0, np.cumsum(np.hypot(*metres.T)))
    low, high = np.array(sorted((start, end))) * done[-1]
    inner = shape[(done > low) & (done < high)]
    cut = [[np.interp(at, done, shape[:, k]) for k in (0, 1)] for at in (low, high)]
    piece = np.concatenate([cut[:1], inner, cut[1:]])
    return piece if start <= end else piece[::-1]
