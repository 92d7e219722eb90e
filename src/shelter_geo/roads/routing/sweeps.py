"""Sweeps over a hierarchy: costs of many pairs, and the nearest point of every node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.routing.kernels import (
    FAR,
    MASK,
    ROOM,
    SHIFT,
    Room,
    UpArcs,
    climb,
    inner,
    kernel,
)
from shelter_geo.roads.routing.restriction import Plan

# Columns of the costs known from the lanes.
NEXT, LANE, KNOWN = 0, 1, 2


@inner
def _grown(table: NDArray[np.int64]) -> NDArray[np.int64]:
    longer = np.empty((2 * len(table), table.shape[1]), np.int64)
    for i in range(len(table)):
        for j in range(table.shape[1]):
            longer[i, j] = table[i, j]
    return longer


@inner
def _row(plan: Plan, s: int, kept: NDArray[np.int64], row: NDArray[np.int64]) -> None:
    """Make the row of one step, for all lanes at once, four arcs at a time."""
    for i in range(len(row)):
        row[i] = FAR
    a, end = plan.start[s], plan.start[s + 1]
    while a + 4 <= end:
        p, q, r, t = plan.source[a], plan.source[a + 1], plan.source[a + 2], plan.source[a + 3]
        w, x, y, z = plan.cost[a], plan.cost[a + 1], plan.cost[a + 2], plan.cost[a + 3]
        for i in range(len(row)):
            low = min(min(kept[p, i] + w, kept[q, i] + x), min(kept[r, i] + y, kept[t, i] + z))
            row[i] = min(row[i], low)
        a += 4
    while a < end:
        p, w = plan.source[a], plan.cost[a]
        for i in range(len(row)):
            row[i] = min(row[i], kept[p, i] + w)
        a += 1


@inner
def _unpack(packed: NDArray[np.int64], major: NDArray[np.int32], minor: NDArray[np.int32]) -> None:
    """Part packed costs; one of `FAR` has its 63rd bit set, which makes both parts -1."""
    for i in range(len(packed)):
        major[i] = np.int32(packed[i] >> SHIFT) | np.int32(-(packed[i] >> 62))
    for i in range(len(packed)):
        minor[i] = np.int32(packed[i] & MASK) | np.int32(-(packed[i] >> 62))


@kernel
def sweep(
    up: UpArcs,
    lane_start: NDArray[np.int64],
    lane_place: NDArray[np.int32],
    lane_cost: NDArray[np.int64],
    order: NDArray[np.int64],
    first: int,
    last: int,
    plan: Plan,
    room: Room,
    major: NDArray[np.int32],
    minor: NDArray[np.int32],
) -> None:
    """Costs between the points of a plan and points `first` to `last`, the lanes.

    Parameters
    ----------
    up
        Arcs that the lanes reach the hierarchy by.
    lane_start, lane_place, lane_cost
        Entries of all lanes.
    order : shape (last - first,)
        Lanes `first` to `last`, neighbours together, so that what they pass stays in cache.
    first, last
        Lanes to sweep.
    plan
    room
        Not the one that the plan uses.
    major, minor : shape (points, lanes)
        Filled in columns `first` to `last`; -1 where there is no way.
    """
    lanes = last - first
    # Costs known from the lanes, with lane and cost, linked by the step they go to.
    cost, found, known = room.cost, room.found, room.known
    head = np.full(len(plan.goal), -1, np.int64)
    used = 0
    for i in order:
        count = climb(
            up, lane_place, lane_cost, lane_start[i], lane_start[i + 1], cost, found, room.heap
        )
        while used + count > len(known):
            known = _grown(known)
        for j in range(count):
            place = found[j]
            r = plan.row[place]
            if r >= 0:
                s = plan.step[r]
                known[used, NEXT], known[used, LANE] = head[s], i - first
                known[used, KNOWN] = cost[place] + plan.extra[r]
                head[s] = used
                used += 1
            cost[place] = FAR
    size = plan.slots * lanes
    kept = (room.kept if size <= ROOM else np.empty(size, np.int64))[:size].reshape(-1, lanes)
    row = np.empty(lanes, np.int64)
    for s in range(len(plan.goal)):
        _row(plan, s, kept, row)
        j = head[s]
        while j >= 0:
            lane = known[j, LANE]
            row[lane] = min(row[lane], known[j, KNOWN])
            j = known[j, NEXT]
        goal = plan.goal[s]
        if goal >= 0:
            for i in range(lanes):
                kept[goal, i] = row[i]
        else:
            _unpack(row, major[-1 - goal, first:last], minor[-1 - goal, first:last])


@kernel
def sweep_nearest(
    climbed: UpArcs,
    swept: UpArcs,
    place_of: NDArray[np.int32],
    point_start: NDArray[np.int64],
    entry_place: NDArray[np.int32],
    entry_cost: NDArray[np.int64],
    room: Room,
    which: NDArray[np.int32],
    major: NDArray[np.int64],
    minor: NDArray[np.int64],
) -> None:
    """Nearest point of every node, the lowest index among equals.

    Parameters
    ----------
    climbed, swept
        Arcs that the points, and then the nodes, reach the hierarchy by.
    place_of : shape (n,)
        Place of each node.
    point_start, entry_place, entry_cost
        Entries of the points.
    room
    which, major, minor : shape (n,)
        Filled; -1 where no point is reached.
    """
    n, cost, found = len(place_of), room.cost, room.found
    best, point = np.full(n, FAR, np.int64), np.full(n, -1, np.int32)
    for i in range(len(point_start) - 1):
        count = climb(
            climbed,
            entry_place,
            entry_cost,
            point_start[i],
            point_start[i + 1],
            cost,
            found,
            room.heap,
        )
        for j in range(count):
            place = found[j]
            if cost[place] < best[place]:
                best[place], point[place] = cost[place], i
            cost[place] = FAR
    for place in range(n):
        least, nearest = best[place], point[place]
        for a in range(swept.start[place], swept.start[place + 1]):
            above = swept.to[a]
            total = best[above] + swept.cost[a]
            if total < least or (total == least and point[above] < nearest):
                least, nearest = total, point[above]
        best[place], point[place] = least, nearest
    for node in range(n):
        place = place_of[node]
        which[node] = point[place]
        major[node] = (best[place] >> SHIFT) | -(best[place] >> 62)
        minor[node] = (best[place] & MASK) | -(best[place] >> 62)
