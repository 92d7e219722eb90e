"""Follow best routes arc by arc, down the costs that remain to their end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.routing.kernels import FAR, Int, UpArcs, climb, inner, kernel, pop, push

_UNKNOWN = -1
_ROOT = -2


class Streets(NamedTuple):
    """Arcs of the network itself, by their tails.

    Attributes
    ----------
    first : int64, shape (n + 1,)
    tail, head : int32, shape (a,)
    cost : int64, shape (a,)
        Packed costs.
    place : int32, shape (n,)
        Place of each node in the hierarchy.
    """

    first: NDArray[np.int64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: NDArray[np.int64]
    place: NDArray[np.int32]


class Desk(NamedTuple):
    """What is known of the way to one end, and room to work in; one for each thread.

    Attributes
    ----------
    rest : int64, shape (n,)
        Remaining cost of each place, or -1 where it has not been asked for.
    below : int64, shape (n,)
        Cost from places above the end, down to it; `FAR` elsewhere.
    came : int32, shape (n,)
        Arc by which a search over arcs that cost nothing came to each node.
    queue, found, asked, above, route : int32, shape (n,)
    heap : int64, shape (n + 1,)
    used : int64, shape (2,)
        Entries used of `asked` and of `above`.
    """

    rest: NDArray[np.int64]
    below: NDArray[np.int64]
    came: NDArray[np.int32]
    queue: NDArray[np.int32]
    found: NDArray[np.int32]
    asked: NDArray[np.int32]
    above: NDArray[np.int32]
    route: NDArray[np.int32]
    heap: NDArray[np.int64]
    used: NDArray[np.int64]


def new_desk(n: int) -> Desk:
    """Make a desk for a network of n nodes."""
    return Desk(
        np.full(n, _UNKNOWN, np.int64),
        np.full(n, FAR, np.int64),
        np.full(n, _UNKNOWN, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n + 1, np.int64),
        np.zeros(2, np.int64),
    )


@kernel
def face(
    backward: UpArcs,
    end_place: NDArray[np.int32],
    end_cost: NDArray[np.int64],
    first: Int,
    last: Int,
    desk: Desk,
) -> None:
    """Turn a desk to the end whose entries are `first` to `last`."""
    for i in range(desk.used[0]):
        desk.rest[desk.asked[i]] = _UNKNOWN
    for i in range(desk.used[1]):
        desk.below[desk.above[i]] = FAR
    desk.used[0] = 0
    desk.used[1] = climb(
        backward, end_place, end_cost, first, last, desk.below, desk.above, desk.heap
    )


@inner
def _rest(up: UpArcs, place: Int, desk: Desk) -> int:
    """Remaining cost of a place, after that of all places above it that it hangs on."""
    if desk.rest[place] != _UNKNOWN:
        return int(desk.rest[place])
    desk.rest[place] = FAR
    size, count = push(desk.heap, 0, -place), 0
    while size > 0:
        key, size = pop(desk.heap, size)
        desk.found[count] = -key
        count += 1
        for a in range(up.start[-key], up.start[-key + 1]):
            if desk.rest[up.to[a]] == _UNKNOWN:
                desk.rest[up.to[a]] = FAR
                size = push(desk.heap, size, -up.to[a])
    for i in range(count - 1, -1, -1):
        p = desk.found[i]
        least = desk.below[p]
        for a in range(up.start[p], up.start[p + 1]):
            least = min(least, desk.rest[up.to[a]] + up.cost[a])
        desk.rest[p] = least
        desk.asked[desk.used[0]] = p
        desk.used[0] += 1
    return int(desk.rest[place])


@inner
def _arrival(
    node: Int,
    rest: int,
    end_node: NDArray[np.int32],
    end_cost: NDArray[np.int64],
    first: Int,
    last: Int,
) -> int:
    """First entry that ends a walk at a node, or -1."""
    for e in range(first, last):
        if end_node[e] == node and end_cost[e] == rest:
            return e
    return -1


@inner
def _leads(up: UpArcs, streets: Streets, arc: int, rest: int, desk: Desk) -> bool:
    """Whether an arc is on a best route from its tail, whose remaining cost is `rest`."""
    return bool(streets.cost[arc] + _rest(up, streets.place[streets.head[arc]], desk) == rest)


@inner
def _step(
    up: UpArcs,
    streets: Streets,
    end_node: NDArray[np.int32],
    end_cost: NDArray[np.int64],
    first: Int,
    last: Int,
    node: Int,
    rest: int,
    length: int,
    desk: Desk,
) -> int:
    """Add the arcs to the next node that is nearer to a route; its new length.

    This is one arc, unless only arcs that cost nothing lead on: they are searched in breadth.
    """
    desk.queue[0], desk.came[node] = node, _ROOT
    head, tail = 0, 1
    more = length
    while more == length and head < tail:
        here = desk.queue[head]
        head += 1
        gain = -1
        done = here != node and _arrival(here, rest, end_node, end_cost, first, last) >= 0
        for arc in range(streets.first[here], streets.first[here + 1]):
            if streets.cost[arc] > 0 and _leads(up, streets, arc, rest, desk):
                gain = arc
                break
        if done or gain >= 0:
            if not done:
                desk.route[more] = gain
                more += 1
            while desk.came[here] != _ROOT:
                desk.route[more] = desk.came[here]
                more += 1
                here = streets.tail[desk.came[here]]
            for i in range((more - length) // 2):
                a, b = length + i, more - 1 - i
                desk.route[a], desk.route[b] = desk.route[b], desk.route[a]
        else:
            for arc in range(streets.first[here], streets.first[here + 1]):
                other = streets.head[arc]
                if desk.came[other] == _UNKNOWN and _leads(up, streets, arc, rest, desk):
                    desk.came[other] = arc
                    desk.queue[tail] = other
                    tail += 1
    for i in range(tail):
        desk.came[desk.queue[i]] = _UNKNOWN
    return more


@kernel
def walk(
    up: UpArcs,
    streets: Streets,
    door_node: NDArray[np.int32],
    door_cost: NDArray[np.int64],
    first_door: int,
    last_door: int,
    end_node: NDArray[np.int32],
    end_cost: NDArray[np.int64],
    first_end: int,
    last_end: int,
    desk: Desk,
) -> tuple[int, int, int, int]:
    """Walk from one point to the end that a desk faces.

    Parameters
    ----------
    up
        Forward arcs of the hierarchy.
    streets
    door_node, door_cost, first_door, last_door
        Entries of the origins, and those of this one.
    end_node, end_cost, first_end, last_end
        The same of the facilities.
    desk
        Its `route` is filled with arcs.

    Returns
    -------
    tuple
        Whole packed cost (`FAR` if there is no way), door and end taken, arcs in the route.
    """
    least, door = FAR, -1
    for e in range(first_door, last_door):
        total = _rest(up, streets.place[door_node[e]], desk) + door_cost[e]
        if total < least:
            least, door = total, e
    if door < 0:
        return FAR, -1, -1, 0
    node, length = door_node[door], 0
    while True:
        rest = _rest(up, streets.place[node], desk)
        end = _arrival(node, rest, end_node, end_cost, first_end, last_end)
        if end >= 0:
            return least, door, end, length
        length = _step(
            up, streets, end_node, end_cost, first_end, last_end, node, rest, length, desk
        )
        node = streets.head[desk.route[length - 1]]
