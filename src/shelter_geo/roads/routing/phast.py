"""Routes over a contraction hierarchy: one preparation, then any number of fast requests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.roads.routing.graph import UNREACHED, Graph, Matrix, Nearest, Path, Seeds
from shelter_geo.roads.routing.hierarchy import Hierarchy, packed
from shelter_geo.roads.routing.kernels import (
    FAR,
    LARGEST,
    MASK,
    ROOM,
    SHIFT,
    Room,
    UpArcs,
    new_room,
)
from shelter_geo.roads.routing.restriction import Plan, restrict
from shelter_geo.roads.routing.sweeps import sweep, sweep_nearest
from shelter_geo.roads.routing.walks import Streets, face, new_desk, walk

_NO_POINTS = Seeds.from_columns(np.empty(0, np.int32))
_MIN_LANES, _MAX_LANES = 32, 1024


class _Entries(NamedTuple):
    """Seeds as the kernels take them: node, place and packed cost of each entry."""

    start: NDArray[np.int64]
    node: NDArray[np.int32]
    place: NDArray[np.int32]
    cost: NDArray[np.int64]


class Phast:
    """Routes on one graph by sweeps over its hierarchy."""

    def __init__(self, graph: Graph, hierarchy: Hierarchy, threads: int | None = None) -> None:
        self.graph = graph
        self.hierarchy = hierarchy
        self.threads = threads or os.cpu_count() or 1
        self._rooms: list[Room] = []

    def matrix(
        self, leave: Seeds, arrive: Seeds, *, progress: Callable[[int, int], None] | None = None
    ) -> Matrix:
        """Costs of all pairs: the longer side is planned once, the shorter swept in lanes."""
        origins, facilities = self._entries(leave, arrive)
        shape = (len(leave), len(arrive))
        up, down = self.hierarchy.forward, self.hierarchy.backward
        by_facility = shape[1] <= shape[0]
        if not by_facility:
            origins, facilities, up, down = facilities, origins, down, up
        # The packed costs leave 31 bits to each, so that half the memory holds any of them.
        major, minor = (np.empty((max(shape), min(shape)), np.int32) for _ in range(2))
        with self._room() as room:
            plan = restrict(up, origins.start, origins.place, origins.cost, room)
            self._sweep_lanes(down, facilities, plan, major, minor, progress)
        if not by_facility:
            major, minor = major.T, minor.T
        return Matrix(*self.graph.time_and_length(major, minor))

    def nearest(self, points: Seeds, *, towards: bool = True, at: Seeds | None = None) -> Nearest:
        """Nearest point to every node (or from it, if not `towards`), or to the points `at`."""
        entries, seen = self._entries(points, _NO_POINTS if at is None else at)
        climbed, swept = self.hierarchy.backward, self.hierarchy.forward
        if not towards:
            climbed, swept = swept, climbed
        n = self.graph.n_nodes
        which, major, minor = np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int64)
        with self._room() as room:
            sweep_nearest(
                climbed,
                swept,
                self.hierarchy.place,
                entries.start,
                entries.place,
                entries.cost,
                room,
                which,
                major,
                minor,
            )
        if at is not None:
            which, major, minor = _least(seen, which, major, minor)
        return Nearest(which, *self.graph.time_and_length(major, minor))

    def paths(self, leave: Seeds, arrive: Seeds, pairs: NDArray[np.integer]) -> list[Path]:
        """Best routes of chosen pairs, those to one facility together."""
        origins, facilities = self._entries(leave, arrive)
        up, down = self.hierarchy.forward, self.hierarchy.backward
        desk = new_desk(self.graph.n_nodes)
        found: list[Path | None] = [None] * len(pairs)
        facing = UNREACHED
        for k in np.argsort(pairs[:, 1], kind="stable").tolist():
            origin, facility = pairs[k].tolist()
            first_door, last_door = origins.start[origin : origin + 2].tolist()
            first_end, last_end = facilities.start[facility : facility + 2].tolist()
            if facility != facing:
                face(down, facilities.place, facilities.cost, first_end, last_end, desk)
                facing = facility
            cost, door, end, length = walk(
                up,
                self._streets,
                origins.node,
                origins.cost,
                first_door,
                last_door,
                facilities.node,
                facilities.cost,
                first_end,
                last_end,
                desk,
            )
            total = (UNREACHED, UNREACHED) if cost >= FAR else (cost >> SHIFT, cost & MASK)
            found[k] = Path(
                desk.route[:length].copy(), door, end, *self.graph.time_and_length(*total)
            )
        return [path for path in found if path is not None]

    @cached_property
    def _streets(self) -> Streets:
        graph = self.graph
        first = np.searchsorted(graph.tail, np.arange(graph.n_nodes + 1)).astype(np.int64)
        cost = packed(graph.major, graph.minor)
        return Streets(first, graph.tail.copy(), graph.head.copy(), cost, self.hierarchy.place)

    @contextmanager
    def _room(self) -> Iterator[Room]:
        """Lend room to work in, and keep it for the next request unless this one failed."""
        try:
            room = self._rooms.pop()
        except IndexError:
            room = new_room(self.graph.n_nodes)
        yield room
        self._rooms.append(room)

    def _entries(self, *sides: Seeds) -> tuple[_Entries, ...]:
        """Pack the entries of both sides, and check that no sum can outgrow its bits."""
        major_sum, minor_sum = self.hierarchy.major_bound, self.hierarchy.minor_bound
        entries = []
        for seeds in sides:
            major, minor = self.graph.costs_of(seeds)
            major_sum += int(major.max(initial=0))
            minor_sum += int(minor.max(initial=0))
            node = seeds.node.astype(np.int32)
            entries.append(
                _Entries(
                    seeds.start.astype(np.int64),
                    node,
                    self.hierarchy.place[node],
                    packed(major, minor),
                )
            )
        if major_sum >= 2 * LARGEST >> SHIFT or minor_sum > MASK:
            raise CostError("routes on this network are too long to be added exactly")
        return tuple(entries)

    def _sweep_lanes(
        self,
        up: UpArcs,
        lanes: _Entries,
        plan: Plan,
        major: NDArray[np.int32],
        minor: NDArray[np.int32],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """Fill the columns block by block; each block is the work of one thread."""
        total = major.shape[1]
        # What a sweep keeps should stay in the processor's last cache.
        fit = ROOM // max(plan.slots, 1)
        width = min(max(fit, _MIN_LANES), _MAX_LANES, max(-(-total // self.threads), _MIN_LANES))
        # A lane without entries may take any turn.
        lead = np.append(lanes.place, 0)[lanes.start[:-1]]

        def work(first: int) -> int:
            last = min(first + width, total)
            order = first + np.argsort(lead[first:last])
            with self._room() as room:
                sweep(
                    up,
                    lanes.start,
                    lanes.place,
                    lanes.cost,
                    order,
                    first,
                    last,
                    plan,
                    room,
                    major,
                    minor,
                )
            return int(last - first)

        done = 0
        for finished in self._shared(work, range(0, total, width)):
            done += finished
            if progress is not None:
                progress(done, total)

    def _shared(self, work: Callable[[int], int], blocks: range) -> Iterator[int]:
        """Share blocks out among threads; a single one is not worth starting any."""
        if len(blocks) < 2 or self.threads == 1:
            yield from map(work, blocks)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            for task in as_completed([pool.submit(work, first) for first in blocks]):
                yield task.result()


def _least(
    seen: _Entries, which: NDArray[np.int32], major: NDArray[np.int64], minor: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Best of the entries of each point: by cost, then by index of what it is near to."""
    reached = which[seen.node] != UNREACHED
    owner = np.repeat(np.arange(len(seen.start) - 1), np.diff(seen.start))[reached]
    node = seen.node[reached]
    cost = ((major[node] << SHIFT) | minor[node]) + seen.cost[reached]
    order = np.lexsort((which[node], cost, owner))
    owner, first = np.unique(owner[order], return_index=True)
    chosen = order[first]
    points = len(seen.start) - 1
    near, near_major, near_minor = (np.full(points, UNREACHED, np.int64) for _ in range(3))
    near[owner] = which[node][chosen]
    near_major[owner], near_minor[owner] = cost[chosen] >> SHIFT, cost[chosen] & MASK
    return near.astype(np.int32), near_major, near_minor
