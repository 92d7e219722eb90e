"""Contract a graph node by node into a hierarchy, adding the shortcuts that keep it exact.

Geisberger, Sanders, Schultes and Vetter (2012), Exact routing in large road networks using
contraction hierarchies, Transportation Science 46(3).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.routing.kernels import LARGEST, MASK, SHIFT, inner, kernel, pop, push

# List v holds the arcs out of v, list n + v those into v, as rows of `slot`.
NODE, COST, HOPS = 0, 1, 2
FIRST, COUNT, ROOM = 0, 1, 2
# Rows of `work`: cost of a witness, the search that found it, the search that wants it.
BEST, SEEN, WANTED = 0, 1, 2
# Rows of `mood`: contracted neighbours below, and whether the neighbourhood has changed.
LEVEL, STALE = 0, 1
# Rows of `cuts`: ends, cost and hops of the shortcuts that one node needs.
TAIL, HEAD, CUT_COST, CUT_HOPS = 0, 1, 2, 3
# Entries of `state`: searches made, slots used, and what went wrong.
CLOCK, USED, FULL, HUGE = 0, 1, 2, 3

WITNESS_LIMIT: Final = 500
"""Nodes that one witness search settles; fewer made dense networks much slower to contract."""


@inner
def _find(slot: NDArray[np.int64], at: NDArray[np.int64], key: int, node: int) -> int:
    for i in range(at[key, FIRST], at[key, FIRST] + at[key, COUNT]):
        if slot[i, NODE] == node:
            return i
    return -1


@inner
def _drop(slot: NDArray[np.int64], at: NDArray[np.int64], key: int, node: int) -> None:
    i = _find(slot, at, key, node)
    at[key, COUNT] -= 1
    last = at[key, FIRST] + at[key, COUNT]
    for k in range(3):
        slot[i, k] = slot[last, k]


@inner
def _put(
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    key: int,
    node: int,
    cost: int,
    hops: int,
    state: NDArray[np.int64],
) -> None:
    """Add an arc to a list, or lower the one that is there; a full list moves to the end."""
    i = _find(slot, at, key, node)
    if i >= 0:
        if slot[i, COST] <= cost:
            return
    else:
        count = at[key, COUNT]
        if count == at[key, ROOM]:
            room = max(4, 2 * count)
            if state[USED] + room > len(slot):
                state[FULL] = 1
                return
            for j in range(count):
                for k in range(3):
                    slot[state[USED] + j, k] = slot[at[key, FIRST] + j, k]
            at[key, FIRST] = state[USED]
            at[key, ROOM] = room
            state[USED] += room
        i = at[key, FIRST] + count
        at[key, COUNT] += 1
    slot[i, NODE] = node
    slot[i, COST] = cost
    slot[i, HOPS] = hops


@inner
def _witness(
    source: int,
    avoided: int,
    far: int,
    wanted: int,
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    work: NDArray[np.int64],
    heap: NDArray[np.int64],
    search: int,
) -> None:
    """Look near a node for ways around another; giving up early costs a shortcut, not exactness."""
    work[source, BEST] = 0
    work[source, SEEN] = search
    heap[0] = source
    size = 1
    for _ in range(WITNESS_LIMIT):
        if size == 0:
            break
        key, size = pop(heap, size)
        node = key & 0xFFFFFFFF
        cost = work[node, BEST]
        if (key >> 32) > (cost >> SHIFT):
            continue
        if cost > far:
            break
        if work[node, WANTED] == search:
            wanted -= 1
            if wanted == 0:
                break
        for i in range(at[node, FIRST], at[node, FIRST] + at[node, COUNT]):
            head = slot[i, NODE]
            total = cost + slot[i, COST]
            if head == avoided or total > far:
                continue
            if work[head, SEEN] != search or total < work[head, BEST]:
                work[head, BEST] = total
                work[head, SEEN] = search
                if size < len(heap):
                    size = push(heap, size, ((total >> SHIFT) << 32) | head)


@inner
def _shortcuts(
    n: int,
    node: int,
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    work: NDArray[np.int64],
    heap: NDArray[np.int64],
    cuts: NDArray[np.int64],
    state: NDArray[np.int64],
) -> int:
    """List in `cuts` the shortcuts needed once a node is gone; how many."""
    found = 0
    outs = range(at[node, FIRST], at[node, FIRST] + at[node, COUNT])
    for j in range(at[n + node, FIRST], at[n + node, FIRST] + at[n + node, COUNT]):
        tail, first = slot[j, NODE], slot[j, COST]
        state[CLOCK] += 1
        search = state[CLOCK]
        wanted, longest = 0, 0
        for i in outs:
            if slot[i, NODE] != tail:
                work[slot[i, NODE], WANTED] = search
                wanted += 1
                longest = max(longest, slot[i, COST])
        if wanted == 0:
            continue
        _witness(tail, node, first + longest, wanted, slot, at, work, heap, search)
        for i in outs:
            head, total = slot[i, NODE], first + slot[i, COST]
            if head == tail or (work[head, SEEN] == search and work[head, BEST] <= total):
                continue
            if found == len(cuts):
                state[FULL] = 1
                return found
            if total >= LARGEST or (first & MASK) + (slot[i, COST] & MASK) > MASK:
                state[HUGE] = 1
            cuts[found, TAIL], cuts[found, HEAD] = tail, head
            cuts[found, CUT_COST] = total
            cuts[found, CUT_HOPS] = slot[j, HOPS] + slot[i, HOPS]
            found += 1
    return found


@inner
def _priority(
    n: int,
    node: int,
    found: int,
    level: int,
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    cuts: NDArray[np.int64],
) -> int:
    """Weigh what a node adds against what it takes away, and how deep its neighbourhood is."""
    added, arcs, hops = 0, 0, 0
    for i in range(found):
        added += cuts[i, CUT_HOPS]
    for key in (node, n + node):
        arcs += at[key, COUNT]
        for i in range(at[key, FIRST], at[key, FIRST] + at[key, COUNT]):
            hops += slot[i, HOPS]
    return 1000 * level + 1000 * (found + 1) // (arcs + 1) + 1000 * (added + 1) // (hops + 1)


@inner
def _guess(n: int, node: int, slot: NDArray[np.int64], at: NDArray[np.int64]) -> int:
    """Priority before any search: as if every other pair of neighbours needed a shortcut."""
    pairs = 0
    for i in range(at[node, FIRST], at[node, FIRST] + at[node, COUNT]):
        pairs += at[n + node, COUNT]
        if _find(slot, at, n + node, slot[i, NODE]) >= 0:
            pairs -= 1
    arcs = int(at[node, COUNT] + at[n + node, COUNT])
    return 1000 * (pairs // 2 + 1) // (arcs + 1) + 1000 * (pairs + 1) // (arcs + 1)


@inner
def _fill(
    n: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.int64],
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
) -> int:
    """Lay the arcs out as lists; the slots used."""
    for a in range(len(tail)):
        at[tail[a], ROOM] += 1
        at[n + head[a], ROOM] += 1
    used = 0
    for i in range(2 * n):
        at[i, FIRST] = used
        used += at[i, ROOM]
    for a in range(len(tail)):
        u, v = np.int64(tail[a]), np.int64(head[a])
        for key, node in ((u, v), (n + v, u)):
            i = at[key, FIRST] + at[key, COUNT]
            at[key, COUNT] += 1
            slot[i, NODE], slot[i, COST], slot[i, HOPS] = node, cost[a], 1
    return used


@kernel
def contract(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.int64],
    order: NDArray[np.int32],
    slot: NDArray[np.int64],
    at: NDArray[np.int64],
    work: NDArray[np.int64],
    mood: NDArray[np.int64],
    cuts: NDArray[np.int64],
    heap: NDArray[np.int64],
    queue: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None:
    """Contract every node, least important first.

    Leaves in list v the arcs from v to nodes contracted after it, and in list n + v those from
    such nodes to v.

    Parameters
    ----------
    tail, head, cost : shape (a,)
        Simple arcs, no loops, with packed costs.
    order : shape (n,)
        Order to contract in; if negative, found on the way and written here.
    slot : shape (s, 3)
        Room for the lists; `state` says if it was too little.
    at, work, mood : shape (2 n, 3), (n, 3), (n, 2)
        Zeros, but ones in the second column of `mood`.
    cuts, heap, queue : shape (c, 4), (h,), (n,)
        Room to work in.
    state : shape (4,)
        Zeros; entry ``FULL`` is set if room was short, ``HUGE`` if a cost was too large.
    """
    n = len(work)
    state[USED] = _fill(n, tail, head, cost, slot, at)
    size = 0
    free = n > 0 and order[0] < 0
    if free:
        for node in range(n):
            size = push(queue, size, (_guess(n, node, slot, at) << 32) | node)
    for turn in range(n):
        node, found = 0, -1
        while found < 0:
            if not free:
                node = order[turn]
                found = _shortcuts(n, node, slot, at, work, heap, cuts, state)
                break
            key, size = pop(queue, size)
            node = key & 0xFFFFFFFF
            found = _shortcuts(n, node, slot, at, work, heap, cuts, state)
            if mood[node, STALE] and size > 0:
                # Its neighbourhood has changed: weigh it again, and wait if another is lighter.
                mood[node, STALE] = 0
                weight = _priority(n, node, found, mood[node, LEVEL], slot, at, cuts)
                if weight > queue[0] >> 32:
                    size = push(queue, size, (weight << 32) | node)
                    found = -1
        for i in range(found):
            u, v, c, h = cuts[i, TAIL], cuts[i, HEAD], cuts[i, CUT_COST], cuts[i, CUT_HOPS]
            _put(slot, at, u, v, c, h, state)
            _put(slot, at, n + v, u, c, h, state)
        if state[FULL] or state[HUGE]:
            return
        order[turn] = node
        for key, other in ((node, n), (n + node, 0)):
            for i in range(at[key, FIRST], at[key, FIRST] + at[key, COUNT]):
                x = slot[i, NODE]
                _drop(slot, at, other + x, node)
                mood[x, STALE] = 1
                mood[x, LEVEL] = max(mood[x, LEVEL], mood[node, LEVEL] + 1)
