"""Strongly connected parts of a network: where one can both leave and come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.network import RoadNetwork


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
    inside = (raw[network.u] == raw[network.v]) & _drivable(network)
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


def _drivable(network: RoadNetwork) -> NDArray[np.bool_]:
    drivable: NDArray[np.bool_] = (network.forward_ms >= 0) | (network.backward_ms >= 0)
    return drivable


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
