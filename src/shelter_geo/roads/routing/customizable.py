"""A hierarchy whose order and shortcuts depend on which roads meet, not on how fast they are.

Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies, Journal of Experimental
Algorithmics 21. Nodes are eliminated by fewest neighbours first. It takes a fraction of a
contraction to fit it to new times, which is worth its longer lists where roads are drawn often.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.hierarchy import Hierarchy, hilbert_order, number_places, packed
from shelter_geo.roads.routing.kernels import FAR, MASK, SHIFT, UpArcs, kernel, pop, push

NONE = FAR >> 1
"""Packed cost of an arc that nobody can drive; two of them still add up."""
# Columns of the lists of neighbours.
FIRST, COUNT, ROOM = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Arcs up a hierarchy of some roads, whatever their times and whichever are closed.

    Attributes
    ----------
    place : int32, shape (n,)
        Place of each node, most important first.
    order : int32, shape (n,)
        Nodes in the order of their elimination.
    start : int64, shape (n + 1,)
    to : int32, shape (a,)
        Places that each place has arcs to, rising; all of them smaller.
    of_drive : int64, shape (2 m,)
        Arc of each drive, or `a` more where it leads down; -1 for a loop.
    of_turn : int64, shape (t,)
        The same of the turns within junctions.
    """

    place: NDArray[np.int32]
    order: NDArray[np.int32]
    start: NDArray[np.int64]
    to: NDArray[np.int32]
    of_drive: NDArray[np.int64]
    of_turn: NDArray[np.int64]

    @classmethod
    def of(cls, network: RoadNetwork) -> Skeleton:
        """Return the skeleton of a network, made once for as long as it lives."""
        if network not in _SKELETONS:
            _SKELETONS[network] = _skeleton(network)
        return _SKELETONS[network]

    def hierarchy(self, network: RoadNetwork) -> Hierarchy:
        """Fit it to the times of the same roads.

        Returns
        -------
        Hierarchy
            Without a key: it is not to be kept.

        Raises
        ------
        CostError
            If a road costs too much to be packed.
        """
        drive = np.stack([network.forward_ms, network.backward_ms], axis=1).ravel()
        length = np.repeat(network.length_cm, 2)
        used = (drive >= 0) & (self.of_drive >= 0)
        cost = np.full(2 * len(self.to), NONE, np.int64)
        _lower(cost, self.of_drive[used], packed(drive[used], length[used]))
        cost[self.of_turn] = 0
        up, down = cost[: len(self.to)], cost[len(self.to) :]
        _raise_shortcuts(self.start, self.to, up, down)
        kept = np.ones((2, len(self.to)), np.bool_)
        _make_exact(self.start, self.to, up, down, kept)
        longest = np.zeros((len(self.place), 2), np.int64)
        forward = _thinned(self.start, self.to, up, kept[0] & (up < NONE), longest)
        bounds = longest.max(axis=0, initial=0)
        longest[:] = 0
        backward = _thinned(self.start, self.to, down, kept[1] & (down < NONE), longest)
        bounds += longest.max(axis=0, initial=0)
        return Hierarchy(
            "", self.place, forward, backward, self.order, int(bounds[0]), int(bounds[1])
        )


_SKELETONS: WeakKeyDictionary[RoadNetwork, Skeleton] = WeakKeyDictionary()


def _skeleton(network: RoadNetwork) -> Skeleton:
    """Eliminate the nodes of a network, and find the arcs of its drives."""
    junctions = network.junctions
    n = network.n_nodes + len(junctions.of)
    lon, lat = (np.append(at, at[junctions.of]) for at in (network.lon, network.lat))
    near = hilbert_order(lon, lat)
    number = np.empty(n, np.int64)
    number[near] = np.arange(n)
    tail = number[np.append(junctions.tail, junctions.turn_tail)]
    head = number[np.append(junctions.head, junctions.turn_head)]
    pairs = np.unique(np.concatenate([tail * n + head, head * n + tail])[np.tile(tail != head, 2)])
    first = np.searchsorted(pairs, np.arange(n + 1) * n)
    beside = (pairs % n).astype(np.int64) if n else pairs
    turns, listed, at = _eliminated(n, first, beside)
    place = np.full(n, -1, np.int32)
    none = np.zeros((n, 3), np.int64)
    number_places(listed, np.concatenate([at, none]), place, np.empty((n, 2), np.int64))
    start = np.zeros(n + 1, np.int64)
    np.cumsum(at[np.argsort(place), COUNT], out=start[1:])
    to = np.empty(int(start[-1]), np.int32)
    _list_places(listed, at, place, start, to)
    keys = np.repeat(np.arange(n), np.diff(start)) * n + to
    high, low = place[tail].astype(np.int64), place[head].astype(np.int64)
    arc = np.searchsorted(keys, np.maximum(high, low) * n + np.minimum(high, low))
    arc = np.where(high > low, arc, arc + len(to))
    arc[high == low] = -1
    drives = len(junctions.tail)
    turned = arc[drives:]
    order = near[turns].astype(np.int32)
    return Skeleton(place[number], order, start, to, arc[:drives], turned[turned >= 0])


def _eliminated(
    n: int, first: NDArray[np.int64], beside: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Eliminate with as much room as it takes: the order, and lists of neighbours left then."""
    room = 6 * len(beside) + 16
    while True:
        order, at = np.empty(n, np.int64), np.zeros((n, 3), np.int64)
        listed = np.empty((room, 1), np.int64)
        queue, seen = np.empty(n + 1, np.int64), np.full(n, -1, np.int64)
        if _eliminate(first, beside, order, listed, at, queue, seen):
            return order, listed, at
        room *= 2


@kernel
def _eliminate(
    first: NDArray[np.int64],
    beside: NDArray[np.int64],
    order: NDArray[np.int64],
    listed: NDArray[np.int64],
    at: NDArray[np.int64],
    queue: NDArray[np.int64],
    seen: NDArray[np.int64],
) -> bool:
    """Take out the node with the fewest neighbours, join those to each other, and so on.

    Returns whether there was room.
    """
    n, used, size = len(order), len(beside), 0
    for i in range(used):
        listed[i, 0] = beside[i]
    for node in range(n):
        count = first[node + 1] - first[node]
        at[node, FIRST], at[node, COUNT], at[node, ROOM] = first[node], count, count
        size = push(queue, size, (count << 32) | node)
    for turn in range(n):
        key, size = pop(queue, size)
        node = key & 0xFFFFFFFF
        while at[node, COUNT] != key >> 32:  # it has other neighbours by now
            size = push(queue, size, (at[node, COUNT] << 32) | node)
            key, size = pop(queue, size)
            node = key & 0xFFFFFFFF
        order[turn] = node
        begin, end = at[node, FIRST], at[node, FIRST] + at[node, COUNT]
        for i in range(begin, end):
            other = listed[i, 0]
            start, count = at[other, FIRST], at[other, COUNT] - 1
            place = start
            for j in range(start, start + count + 1):
                seen[listed[j, 0]] = other
                if listed[j, 0] == node:
                    place = j
            listed[place, 0] = listed[start + count, 0]
            seen[other] = other
            more = 0
            for j in range(begin, end):
                more += seen[listed[j, 0]] != other
            if count + more > at[other, ROOM]:
                room = max(2 * at[other, ROOM], count + more)
                if used + room > len(listed):
                    return False
                for j in range(count):
                    listed[used + j, 0] = listed[start + j, 0]
                at[other, FIRST], at[other, ROOM] = used, room
                start, used = used, used + room
            for j in range(begin, end):
                if seen[listed[j, 0]] != other:
                    listed[start + count, 0] = listed[j, 0]
                    count += 1
            at[other, COUNT] = count
    return True


@kernel
def _list_places(
    listed: NDArray[np.int64],
    at: NDArray[np.int64],
    place: NDArray[np.int32],
    start: NDArray[np.int64],
    to: NDArray[np.int32],
) -> None:
    """Write the places of each node's later neighbours, rising."""
    for node in range(len(place)):
        begin = start[place[node]]
        for i in range(at[node, COUNT]):
            to[begin + i] = place[listed[at[node, FIRST] + i, 0]]
        to[begin : begin + at[node, COUNT]].sort()


@kernel
def _lower(cost: NDArray[np.int64], arc: NDArray[np.int64], given: NDArray[np.int64]) -> None:
    for i in range(len(arc)):
        cost[arc[i]] = min(cost[arc[i]], given[i])


@kernel
def _raise_shortcuts(
    start: NDArray[np.int64],
    to: NDArray[np.int32],
    up: NDArray[np.int64],
    down: NDArray[np.int64],
) -> None:
    """Lower every arc to the best way over less important places, the least important first."""
    for place in range(len(start) - 2, -1, -1):
        for a in range(start[place + 1] - 1, start[place], -1):
            j = start[to[a]]
            for b in range(start[place], a):
                while to[j] != to[b]:
                    j += 1
                up[j] = min(up[j], down[a] + up[b])
                down[j] = min(down[j], down[b] + up[a])


@kernel
def _make_exact(
    start: NDArray[np.int64],
    to: NDArray[np.int32],
    up: NDArray[np.int64],
    down: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> None:
    """Lower every arc to the best way at all; what is lowered now no route needs."""
    for place in range(len(start) - 1):
        for a in range(start[place] + 1, start[place + 1]):
            j = start[to[a]]
            for b in range(start[place], a):
                while to[j] != to[b]:
                    j += 1
                if up[a] + up[j] < up[b]:
                    up[b], kept[0, b] = up[a] + up[j], False
                if up[b] + down[j] < up[a]:
                    up[a], kept[0, a] = up[b] + down[j], False
                if down[j] + down[a] < down[b]:
                    down[b], kept[1, b] = down[j] + down[a], False
                if up[j] + down[b] < down[a]:
                    down[a], kept[1, a] = up[j] + down[b], False


@kernel
def _thin(
    start: NDArray[np.int64],
    to: NDArray[np.int32],
    cost: NDArray[np.int64],
    kept: NDArray[np.bool_],
    fewer: UpArcs,
    longest: NDArray[np.int64],
) -> None:
    """Leave out arcs that are not kept, and find the largest costs of any way up."""
    count = 0
    for place in range(len(start) - 1):
        for a in range(start[place], start[place + 1]):
            if kept[a]:
                above = to[a]
                fewer.to[count], fewer.cost[count] = above, cost[a]
                count += 1
                far, also = longest[above, 0] + (cost[a] >> SHIFT), cost[a] & MASK
                longest[place, 0] = max(longest[place, 0], far)
                longest[place, 1] = max(longest[place, 1], longest[above, 1] + also)
        fewer.start[place + 1] = count


def _thinned(
    start: NDArray[np.int64],
    to: NDArray[np.int32],
    cost: NDArray[np.int64],
    kept: NDArray[np.bool_],
    longest: NDArray[np.int64],
) -> UpArcs:
    total = int(np.count_nonzero(kept))
    fewer = UpArcs(
        np.zeros(len(start), np.int64), np.empty(total, np.int32), np.empty(total, np.int64)
    )
    _thin(start, to, cost, kept, fewer, longest)
    return fewer
