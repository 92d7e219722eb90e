"""Cut a hierarchy down to what some points need, as a plan of rows to sweep.

Delling, Goldberg and Werneck (2011), Faster batched shortest paths in road networks, ATMOS.
Here a place that only one row needs is also merged into that row, which halves the work, and the
plan says when a row is done with, so that few rows are kept and they stay in the processor's cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.routing.kernels import Room, UpArcs, inner, kernel

_NONE, _MANY = -1, -2
_SPARE = 1024


class _Rows(NamedTuple):
    """What is known of each row while the plan is made; points come first, then places.

    Attributes
    ----------
    first, size : int32
        Where the arcs of the row stand among all, and how many they are.
    child : int32
        The only row that needs this one, or `_NONE`, or `_MANY`.
    where : int32
        Where this row was last seen among the arcs of another.
    merged : int32
        The row that it was merged into, or itself.
    extra : int64
        The way from there.
    """

    first: NDArray[np.int32]
    size: NDArray[np.int32]
    child: NDArray[np.int32]
    where: NDArray[np.int32]
    merged: NDArray[np.int32]
    extra: NDArray[np.int64]


class Plan(NamedTuple):
    """Steps that each make one row, of a place or of a point, out of rows made before.

    Attributes
    ----------
    start : int32, shape (s + 1,)
        Arcs of each step.
    source : int32, shape (a,)
        Slot of the row at the other end of each arc.
    cost : int64, shape (a,)
        Packed costs.
    goal : int32, shape (s,)
        Slot that keeps the row, or ``-1 - i`` for the row of point i, which is the result.
    slots : int
        Rows kept at a time.
    row : int32, shape (n,)
        Row of each place of the hierarchy, or -1 where it is not needed.
    step : int32
        Step at which each row takes up a cost known at its place.
    extra : int64
        What is added to that cost: the way to the row that the place was merged into.
    """

    start: NDArray[np.int32]
    source: NDArray[np.int32]
    cost: NDArray[np.int64]
    goal: NDArray[np.int32]
    slots: int
    row: NDArray[np.int32]
    step: NDArray[np.int32]
    extra: NDArray[np.int64]


@inner
def _enter(
    point_start: NDArray[np.int64],
    entry_place: NDArray[np.int32],
    entry_cost: NDArray[np.int64],
    row: NDArray[np.int32],
    rows: _Rows,
    source: NDArray[np.int32],
    cost: NDArray[np.int64],
) -> tuple[int, int]:
    """Make the arcs of the points; rows made and arcs used, -1 where there is no room for them."""
    first, size, child, where, _, _ = rows
    row[:] = _NONE
    points, used = len(point_start) - 1, 0
    made = points
    if len(entry_place) > len(source):
        return made, _NONE
    for i in range(points):
        first[i] = used
        for e in range(point_start[i], point_start[i + 1]):
            r = row[entry_place[e]]
            if r == _NONE:
                r = row[entry_place[e]] = made
                child[r], where[r] = i, _NONE
                made += 1
            elif child[r] != i:
                child[r] = _MANY
            source[used], cost[used] = r, entry_cost[e]
            used += 1
        size[i] = used - first[i]
    return made, used


@inner
def _gather(
    up: UpArcs,
    row: NDArray[np.int32],
    rows: _Rows,
    made: int,
    source: NDArray[np.int32],
    cost: NDArray[np.int64],
    used: int,
    order: NDArray[np.int32],
) -> tuple[int, int]:
    """Find the arcs of every row, from the points upwards; rows made, and kept in `order`.

    A place that a single row needs is merged into it: its arcs are added to those of that row.
    None is kept where there is not enough room for the arcs.
    """
    start, to, price = up
    first, size, child, where, merged, extra = rows
    kept, seen = 0, used
    for place in range(len(row) - 1, -1, -1):
        v = row[place]
        if v == _NONE:
            continue
        y, arcs = child[v], start[place + 1] - start[place]
        seen += arcs
        longest = used + arcs + (size[y] if y >= 0 else 0)
        if longest > len(source):
            return made, _NONE
        begin, way = used, 0
        # Rows of many arcs are not copied over and over.
        if y >= 0 and longest <= 4 * seen + _SPARE:
            way = -1
            for i in range(first[y], first[y] + size[y]):
                if source[i] == v:
                    way = cost[i] if way < 0 else min(way, cost[i])
                else:
                    source[used], cost[used] = source[i], cost[i]
                    where[source[i]] = used
                    used += 1
        else:
            y = v
            order[kept] = v
            kept += 1
        for a in range(start[place], start[place + 1]):
            x, total = row[to[a]], price[a] + way
            if x == _NONE:
                x = row[to[a]] = made
                child[x] = y
                made += 1
            elif where[x] >= begin:
                cost[where[x]] = min(cost[where[x]], total)
                continue
            elif child[x] != y:
                child[x] = _MANY
            source[used], cost[used], where[x] = x, total, used
            used += 1
        first[y], size[y] = begin, used - begin
        merged[v], extra[v] = y, way
    return made, kept


@inner
def _schedule(
    points: int, made: int, kept: NDArray[np.int32], rows: _Rows, source: NDArray[np.int32]
) -> tuple[NDArray[np.int32], int]:
    """Order rows so that each follows all it needs, points at once after the last of these."""
    turn = np.empty(made, np.int32)
    for k in range(len(kept)):
        turn[kept[k]] = len(kept) - 1 - k
    head = np.full(len(kept) + 1, _NONE, np.int32)
    after = np.full(points, _NONE, np.int32)
    arcs = 0
    for i in range(points - 1, -1, -1):
        latest = _NONE
        for e in range(rows.first[i], rows.first[i] + rows.size[i]):
            latest = max(latest, turn[source[e]])
        after[i], head[latest + 1] = head[latest + 1], i
        arcs += rows.size[i]
    order = np.empty(points + len(kept), np.int32)
    s = 0
    for r in range(-1, len(kept)):
        if r >= 0:
            order[s] = kept[len(kept) - 1 - r]
            arcs += rows.size[order[s]]
            s += 1
        i = head[r + 1]
        while i != _NONE:
            order[s] = i
            s += 1
            i = after[i]
    return order, arcs


@inner
def _assign(
    points: int,
    made: int,
    order: NDArray[np.int32],
    arcs: int,
    rows: _Rows,
    source: NDArray[np.int32],
    cost: NDArray[np.int64],
    goal: NDArray[np.int32],
    step: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], int]:
    """Write the arcs step by step, reusing the slots of rows that are done with."""
    first, size = rows.first, rows.size
    last = np.full(made, _NONE, np.int32)
    for s in range(len(order)):
        for e in range(first[order[s]], first[order[s]] + size[order[s]]):
            last[source[e]] = s
    start, taken = np.zeros(len(order) + 1, np.int32), np.empty(arcs, np.int32)
    price, slot, free = np.empty(arcs, np.int64), np.empty(made, np.int32), np.empty(made, np.int32)
    idle, slots, a = 0, 0, 0
    for s in range(len(order)):
        r = order[s]
        step[r] = s
        for e in range(first[r], first[r] + size[r]):
            taken[a], price[a] = slot[source[e]], cost[e]
            a += 1
            if last[source[e]] == s:
                free[idle] = slot[source[e]]
                idle += 1
                last[source[e]] = _MANY
        start[s + 1] = a
        if r < points:
            goal[s] = -1 - r
        elif idle > 0:
            idle -= 1
            goal[s] = slot[r] = free[idle]
        else:
            goal[s] = slot[r] = slots
            slots += 1
    return start, taken, price, slots


@kernel
def restrict(
    up: UpArcs,
    point_start: NDArray[np.int64],
    entry_place: NDArray[np.int32],
    entry_cost: NDArray[np.int64],
    room: Room,
) -> Plan:
    """Plan the rows of some points.

    Parameters
    ----------
    up
        Arcs that the points reach the hierarchy by.
    point_start : shape (k + 1,)
        Entries of each point.
    entry_place, entry_cost : shape (e,)
        Places and packed costs of the entries.
    room
        Its `row` stays in use as long as the plan.
    """
    points, row = len(point_start) - 1, room.row
    most = points + len(row)
    rows = _Rows(
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int64),
    )
    source, cost, length = room.head, room.price, len(room.head)
    made, kept = points, _NONE
    while kept == _NONE:
        if length > len(source):
            source, cost = np.empty(length, np.int32), np.empty(length, np.int64)
        made, used = _enter(point_start, entry_place, entry_cost, row, rows, source, cost)
        if used >= 0:
            made, kept = _gather(up, row, rows, made, source, cost, used, room.found)
        length *= 2
    order, arcs = _schedule(points, made, room.found[:kept], rows, source)
    goal, step = np.empty(len(order), np.int32), np.empty(made, np.int32)
    start, taken, price, slots = _assign(points, made, order, arcs, rows, source, cost, goal, step)
    for r in range(points, made):
        step[r] = step[rows.merged[r]]
    return Plan(start, taken, price, goal, slots, row, step, rows.extra[:made].copy())
