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
    step : int32, shape (r,)
        Step at which each row takes up a cost known at its place.
    extra : int64, shape (r,)
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
def _mark(
    up: UpArcs,
    entry_place: NDArray[np.int32],
    row: NDArray[np.int32],
    places: NDArray[np.int32],
) -> tuple[NDArray[np.int32], int]:
    """Fill `row` with numbers of the places above the entries; these in order, and their arcs."""
    row[:] = _NONE
    for place in entry_place:
        row[place] = 0
    rows, arcs = 0, 0
    for place in range(len(row) - 1, -1, -1):
        if row[place] == 0:
            places[rows] = place
            rows += 1
            arcs += up.start[place + 1] - up.start[place]
            for a in range(up.start[place], up.start[place + 1]):
                row[up.to[a]] = 0
    places = places[:rows][::-1]
    for r in range(rows):
        row[places[r]] = r
    return places, arcs


@inner
def _note(child: NDArray[np.int32], row: int, below: int) -> None:
    """Remember that one more row needs a row."""
    if child[row] == _NONE:
        child[row] = below
    elif child[row] != below:
        child[row] = _MANY


@inner
def _merge(
    v: int,
    y: int,
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    source: NDArray[np.int32],
    cost: NDArray[np.int64],
    used: int,
    where: NDArray[np.int32],
    child: NDArray[np.int32],
) -> tuple[int, int]:
    """Give the arcs of row v to row y, the only one that needs it; slots used, way from y to v."""
    begin, end = used, used
    way = -1
    for i in range(first[y], first[y] + count[y]):
        if source[i] == v:
            way = int(cost[i]) if way < 0 else min(way, int(cost[i]))
        else:
            source[end], cost[end] = source[i], cost[i]
            where[source[i]] = end
            end += 1
    for i in range(first[v], first[v] + count[v]):
        x, total = source[i], cost[i] + way
        if where[x] >= begin:
            cost[where[x]] = min(cost[where[x]], total)
        else:
            source[end], cost[end] = x, total
            end += 1
            _note(child, x, y)
    first[y], count[y] = begin, end - begin
    return end, way


@inner
def _schedule(
    rows: int,
    points: int,
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    source: NDArray[np.int32],
    merged: NDArray[np.int32],
) -> tuple[NDArray[np.int32], int]:
    """Order rows so that each follows all it needs, points at once after the last of these."""
    head = np.full(rows + 1, _NONE, np.int32)
    after = np.full(points, _NONE, np.int32)
    arcs, steps = 0, points
    for i in range(points - 1, -1, -1):
        lowest = _NONE
        for e in range(first[rows + i], first[rows + i] + count[rows + i]):
            lowest = max(lowest, source[e])
        after[i], head[lowest + 1] = head[lowest + 1], i
        arcs += count[rows + i]
    for r in range(rows):
        if merged[r] < 0:
            steps += 1
            arcs += count[r]
    order = np.empty(steps, np.int32)
    s = 0
    for r in range(-1, rows):
        if r >= 0 and merged[r] < 0:
            order[s] = r
            s += 1
        i = head[r + 1]
        while i != _NONE:
            order[s] = rows + i
            s += 1
            i = after[i]
    return order, arcs


@inner
def _assign(
    rows: int,
    order: NDArray[np.int32],
    arcs: int,
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    source: NDArray[np.int32],
    cost: NDArray[np.int64],
    goal: NDArray[np.int32],
    step: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], int]:
    """Write the arcs step by step, reusing the slots of rows that are done with."""
    last = np.full(rows, _NONE, np.int32)
    for s in range(len(order)):
        for e in range(first[order[s]], first[order[s]] + count[order[s]]):
            last[source[e]] = s
    start, taken = np.zeros(len(order) + 1, np.int32), np.empty(arcs, np.int32)
    price, slot, free = np.empty(arcs, np.int64), np.empty(rows, np.int32), np.empty(rows, np.int32)
    idle, slots, a = 0, 0, 0
    for s in range(len(order)):
        r = order[s]
        step[r] = s
        for e in range(first[r], first[r] + count[r]):
            taken[a], price[a] = slot[source[e]], cost[e]
            a += 1
            if last[source[e]] == s:
                free[idle] = slot[source[e]]
                idle += 1
                last[source[e]] = _MANY
        start[s + 1] = a
        if r >= rows:
            goal[s] = -1 - (r - rows)
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
    points = len(point_start) - 1
    row, source, cost = room.row, room.head, room.price
    places, arcs = _mark(up, entry_place, row, room.found)
    rows = len(places)
    arcs += len(entry_place)
    first, count = np.empty(rows + points, np.int32), np.empty(rows + points, np.int32)
    if len(source) < 4 * arcs:
        source, cost = np.empty(4 * arcs, np.int32), np.empty(4 * arcs, np.int64)
    child = np.full(rows, _NONE, np.int32)
    used = 0
    for r in range(rows):
        first[r] = used
        for a in range(up.start[places[r]], up.start[places[r] + 1]):
            source[used], cost[used] = row[up.to[a]], up.cost[a]
            used += 1
        count[r] = used - first[r]
    for i in range(points):
        first[rows + i] = used
        for e in range(point_start[i], point_start[i + 1]):
            source[used], cost[used] = row[entry_place[e]], entry_cost[e]
            _note(child, row[entry_place[e]], rows + i)
            used += 1
        count[rows + i] = used - first[rows + i]
    merged, where = np.full(rows, _NONE, np.int32), np.full(rows, _NONE, np.int32)
    extra = np.zeros(rows + points, np.int64)
    for r in range(rows - 1, -1, -1):
        y = child[r]
        if y >= 0 and used + count[y] + count[r] <= len(source):
            used, extra[r] = _merge(r, y, first, count, source, cost, used, where, child)
            merged[r] = y
        else:
            for i in range(first[r], first[r] + count[r]):
                _note(child, source[i], r)
    order, arcs = _schedule(rows, points, first, count, source, merged)
    goal, step = np.empty(len(order), np.int32), np.empty(rows + points, np.int32)
    start, taken, price, slots = _assign(rows, order, arcs, first, count, source, cost, goal, step)
    for r in range(rows):
        if merged[r] >= 0:
            step[r] = step[merged[r]]
    return Plan(start, taken, price, goal, slots, row, step, extra)
