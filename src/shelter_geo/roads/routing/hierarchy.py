"""A contraction hierarchy: the arcs of a graph and its shortcuts, ordered for sweeps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.roads.routing.contraction import FULL, HUGE, contract
from shelter_geo.roads.routing.graph import Graph
from shelter_geo.roads.routing.kernels import LARGEST, MASK, SHIFT, UpArcs, inner, kernel

_LEVELS = 16
VERSION = 1
"""Changes whenever hierarchies of another version must not be read."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Places of nodes, most important first, and the arcs that lead to more important ones.

    Every best route goes up along `forward` arcs, then down along `backward` arcs driven the
    other way, at exactly its own cost.

    Attributes
    ----------
    key : str
        Hash of the arcs and costs that it was made of.
    place : int32, shape (n,)
        Place of each node; arcs go to smaller places, and neighbours are close together.
    forward : UpArcs
        Arcs out of each place.
    backward : UpArcs
        Arcs into each place, seen from their heads.
    order : int32, shape (n,)
        Nodes from the least to the most important, as they were contracted.
    major_bound, minor_bound : int
        Largest cost that any search, up and down, can come to.
    """

    key: str
    place: NDArray[np.int32]
    forward: UpArcs
    backward: UpArcs
    order: NDArray[np.int32]
    major_bound: int
    minor_bound: int


def packed(major: NDArray[np.int64], minor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pack two costs into one number that adds and compares like the pair.

    Raises
    ------
    CostError
        If a cost is too large for its part.
    """
    if len(major) and (major.max() >= LARGEST >> SHIFT or minor.max() > MASK):
        raise CostError(
            "a road or an entry costs more than 12 days or 10,000 km; check the network's units"
        )
    return (major << SHIFT) | minor


def graph_key(graph: Graph) -> str:
    """Hash of all that a hierarchy depends on."""
    digest = hashlib.sha256(f"hierarchy {VERSION} {graph.n_nodes} {graph.weight}".encode())
    for column, kind in (
        (graph.tail, "<i4"),
        (graph.head, "<i4"),
        (graph.major, "<i8"),
        (graph.minor, "<i8"),
    ):
        digest.update(np.ascontiguousarray(column, kind).data)
    return digest.hexdigest()


def build_hierarchy(graph: Graph, *, order: NDArray[np.int32] | None = None) -> Hierarchy:
    """Contract a graph.

    Parameters
    ----------
    graph
    order
        Nodes from the least to the most important, such as those of a hierarchy of the same
        nodes under other costs, which saves finding an order. Any order is exact.

    Raises
    ------
    CostError
        If costs are too large to be added exactly, or `order` does not name each node once.
    """
    n = graph.n_nodes
    if order is not None and not np.array_equal(np.sort(order), np.arange(n)):
        raise CostError("the order of contraction must name every node once")
    near = hilbert_order(graph.lon, graph.lat)
    number = np.empty(n, np.int32)
    number[near] = np.arange(n, dtype=np.int32)
    turns = np.full(n, -1, np.int32) if order is None else number[order]
    slot, at = _contracted(n, *_simple_arcs(graph, number), turns)
    place = np.full(n, -1, np.int32)
    number_places(slot, at, place, np.empty((n, 2), np.int64))
    forward, up_major, up_minor = _laid_out(slot, at[:n], place)
    backward, down_major, down_minor = _laid_out(slot, at[n:], place)
    return Hierarchy(
        graph_key(graph),
        place[number],
        forward,
        backward,
        near[turns].astype(np.int32),
        up_major + down_major,
        up_minor + down_minor,
    )


def _simple_arcs(
    graph: Graph, number: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Arcs between renumbered nodes, without loops and with the best of parallel ones."""
    cost = packed(graph.major, graph.minor)
    tail, head = number[graph.tail], number[graph.head]
    order = np.lexsort((cost, head, tail))
    order = order[tail[order] != head[order]]
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return tail[first], head[first], cost[first]


def _contracted(
    n: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.int64],
    order: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Contract with as much room as it takes; fills `order` if it is negative."""
    given = order.copy()
    room = 4 * len(tail) + 8 * n + 16
    cuts = 1 << 12
    while True:
        slot, at = np.empty((room, 3), np.int64), np.zeros((2 * n, 3), np.int64)
        mood, state = np.zeros((n, 2), np.int64), np.zeros(4, np.int64)
        mood[:, 1] = 1
        contract(
            tail,
            head,
            cost,
            order,
            slot,
            at,
            np.zeros((n, 3), np.int64),
            mood,
            np.empty((cuts, 4), np.int64),
            np.empty(1 << 14, np.int64),
            np.empty(n + 1, np.int64),
            state,
        )
        if state[HUGE]:
            raise CostError("routes on this network are too long to be added exactly")
        if not state[FULL]:
            return slot, at
        room, cuts = 2 * room, 4 * cuts
        order[:] = given


def _laid_out(
    slot: NDArray[np.int64], listed: NDArray[np.int64], place: NDArray[np.int32]
) -> tuple[UpArcs, int, int]:
    """Arcs of one direction in the order of places, and the largest costs of any way up."""
    n, total = len(place), int(listed[:, 1].sum())
    up = UpArcs(np.zeros(n + 1, np.int64), np.empty(total, np.int32), np.empty(total, np.int64))
    np.cumsum(listed[np.argsort(place), 1], out=up.start[1:])
    major, minor = _lay_out(slot, listed, place, up, np.zeros((n, 2), np.int64))
    return up, major, minor


@kernel
def number_places(
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    place: NDArray[np.int32],
    stack: NDArray[np.int64],
) -> None:
    """Give nodes their places depth first, each after all that its arcs lead up to.

    So a sweep in this order finds what it needs in cache, and few rows are alive at a time.
    """
    n, count = len(place), 0
    for root in range(n):
        if place[root] != -1:
            continue
        stack[0, 0], stack[0, 1] = root, 0
        place[root] = -2
        depth = 1
        while depth > 0:
            node, i = stack[depth - 1, 0], stack[depth - 1, 1]
            outs = at[node, 1]
            if i == outs + at[n + node, 1]:
                place[node] = count
                count += 1
                depth -= 1
                continue
            stack[depth - 1, 1] += 1
            j = at[node, 0] + i if i < outs else at[n + node, 0] + i - outs
            above = slot[j, 0]
            if place[above] == -1:
                place[above] = -2
                stack[depth, 0], stack[depth, 1] = above, 0
                depth += 1


@inner
def _sort_arcs(to: NDArray[np.int32], cost: NDArray[np.int64], first: int, last: int) -> None:
    for i in range(first + 1, last):
        head, c, j = to[i], cost[i], i
        while j > first and to[j - 1] > head:
            to[j], cost[j] = to[j - 1], cost[j - 1]
            j -= 1
        to[j], cost[j] = head, c


@kernel
def _lay_out(
    slot: NDArray[np.int64],
    listed: NDArray[np.int64],
    place: NDArray[np.int32],
    up: UpArcs,
    longest: NDArray[np.int64],
) -> tuple[int, int]:
    """Fill arcs in the order of places; the largest costs of any way up."""
    for node in range(len(place)):
        p = place[node]
        for i in range(listed[node, 1]):
            a = up.start[p] + i
            up.to[a] = place[slot[listed[node, 0] + i, 0]]
            up.cost[a] = slot[listed[node, 0] + i, 1]
        _sort_arcs(up.to, up.cost, up.start[p], up.start[p + 1])
    major, minor = 0, 0
    for p in range(len(place)):
        for a in range(up.start[p], up.start[p + 1]):
            above = longest[up.to[a]]
            longest[p, 0] = max(longest[p, 0], above[0] + (up.cost[a] >> SHIFT))
            longest[p, 1] = max(longest[p, 1], above[1] + (up.cost[a] & MASK))
        major, minor = max(major, longest[p, 0]), max(minor, longest[p, 1])
    return major, minor


def hilbert_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order of points along a Hilbert curve over their bounding square.

    Parameters
    ----------
    x, y : shape (k,)

    Returns
    -------
    shape (k,)
        Positions of the points in the order of the curve; ties keep their order.
    """
    if len(x) == 0:
        return np.empty(0, np.int64)
    span = max(np.ptp(x), np.ptp(y)) or 1.0
    scale = ((1 << _LEVELS) - 1) / span
    i = ((x - x.min()) * scale).astype(np.int64)
    j = ((y - y.min()) * scale).astype(np.int64)
    along = np.zeros(len(x), np.int64)
    for level in range(_LEVELS - 1, -1, -1):
        side = 1 << level
        right, upper = (i & side) > 0, (j & side) > 0
        along += side * side * ((3 * right) ^ upper)
        i, j = i & (side - 1), j & (side - 1)
        turned = right & ~upper
        i, j = np.where(turned, side - 1 - i, i), np.where(turned, side - 1 - j, j)
        i, j = np.where(upper, i, j), np.where(upper, j, i)
    return np.argsort(along, kind="stable")
