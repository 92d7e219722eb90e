"""Dijkstra's algorithm in plain Python: the reference, and the quick way for small inputs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.roads.routing.graph import UNREACHED, Graph, Matrix, Nearest, Path, Seeds

_FAR = 1 << 200
_SHIFT = 64
_FEW_NODES = 10_000
_SEARCHES = 128
"""Searches of a small graph that are remembered: every plan of a study asks for the same again."""

Neighbours = list[list[tuple[int, int]]]
Entries = list[list[tuple[int, int]]]


class Dijkstra:
    """Routes on one graph, one search per point; needs no preparation.

    Major and minor cost are one whole number, the major one shifted left by 64 bits, so that
    adding and comparing it adds and compares both, whatever their size.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.cost = [
            (major << _SHIFT) + minor
            for major, minor in zip(graph.major.tolist(), graph.minor.tolist(), strict=True)
        ]
        self.onward: Neighbours = [[] for _ in range(graph.n_nodes)]
        self.back: Neighbours = [[] for _ in range(graph.n_nodes)]
        for tail, head, cost in zip(
            graph.tail.tolist(), graph.head.tolist(), self.cost, strict=True
        ):
            self.onward[tail].append((head, cost))
            self.back[head].append((tail, cost))
        self._searched: dict[tuple[bool, tuple[tuple[int, int], ...]], list[int]] = {}
        self.first = np.searchsorted(graph.tail, np.arange(graph.n_nodes + 1)).tolist()

    def matrix(
        self, leave: Seeds, arrive: Seeds, *, progress: Callable[[int, int], None] | None = None
    ) -> Matrix:
        """Costs of all pairs, by one search for each point of the shorter side."""
        origins, facilities = self._entries(leave), self._entries(arrive)
        by_facility = len(facilities) <= len(origins)
        rows, lanes = (origins, facilities) if by_facility else (facilities, origins)
        major = np.empty((len(rows), len(lanes)), np.int64)
        minor = np.empty_like(major)
        for j, lane in enumerate(lanes):
            cost = self._search(lane, towards=by_facility)
            best = [min((cost[v] + c for v, c in row), default=_FAR) for row in rows]
            major[:, j], minor[:, j] = _split(best)
            if progress is not None:
                progress(j + 1, len(lanes))
        if not by_facility:
            major, minor = major.T, minor.T
        return Matrix(*self.graph.time_and_length(major, minor))

    def nearest(self, points: Seeds, *, towards: bool = True, at: Seeds | None = None) -> Nearest:
        """Nearest point to every node (or from it, if not `towards`), or to the points `at`."""
        entries = self._entries(points)
        cost, which = _search_all(self.back if towards else self.onward, entries)
        if at is not None:
            best = [
                min(((cost[v] + c, which[v]) for v, c in row), default=(_FAR, UNREACHED))
                for row in self._entries(at)
            ]
            cost, which = [b[0] for b in best], [b[1] for b in best]
        time, length = self.graph.time_and_length(*_split(cost))
        index = np.array(which, dtype=np.int32).reshape(len(cost))
        return Nearest(np.where(time == UNREACHED, UNREACHED, index).astype(np.int32), time, length)

    def paths(self, leave: Seeds, arrive: Seeds, pairs: NDArray[np.integer]) -> list[Path]:
        """Best routes of chosen pairs, by one search for each facility among them."""
        origins, facilities = self._entries(leave), self._entries(arrive)
        found: list[Path | None] = [None] * len(pairs)
        for facility in np.unique(pairs[:, 1]).tolist():
            remaining = self._search(facilities[facility], towards=True)
            for k in np.flatnonzero(pairs[:, 1] == facility).tolist():
                origin = int(pairs[k, 0])
                found[k] = self._path(
                    remaining,
                    origins[origin],
                    int(leave.start[origin]),
                    facilities[facility],
                    int(arrive.start[facility]),
                )
        return [path for path in found if path is not None]

    def _search(self, entries: list[tuple[int, int]], *, towards: bool) -> list[int]:
        """Cost of every node to the nearest of some entries, or from it."""
        key = (towards, tuple(entries))
        cost = self._searched.pop(key, None)
        if cost is None:
            cost = _search(self.back if towards else self.onward, entries)
        if len(cost) <= _FEW_NODES:
            self._searched[key] = cost
            if len(self._searched) > _SEARCHES:
                self._searched.pop(next(iter(self._searched)))
        return cost

    def _entries(self, seeds: Seeds) -> Entries:
        major, minor = self.graph.costs_of(seeds)
        packed = [
            (v, (a << _SHIFT) + b)
            for v, a, b in zip(seeds.node.tolist(), major.tolist(), minor.tolist(), strict=True)
        ]
        start = seeds.start.tolist()
        return [packed[start[i] : start[i + 1]] for i in range(len(seeds))]

    def _path(
        self,
        remaining: Sequence[int],
        doors: list[tuple[int, int]],
        first_door: int,
        ends: list[tuple[int, int]],
        first_end: int,
    ) -> Path:
        """Walk from the cheapest door down the remaining costs."""
        options = [remaining[v] + c for v, c in doors]
        if not options or min(options) >= _FAR:
            return Path(np.empty(0, np.int32), UNREACHED, UNREACHED, UNREACHED, UNREACHED)
        door = options.index(min(options))
        node, arcs = doors[door][0], list[int]()
        while (end := _arrived(node, remaining, ends)) is None:
            step = self._step(node, remaining, ends)
            arcs += step
            node = int(self.graph.head[step[-1]])
        major, minor = options[door] >> _SHIFT, options[door] & ((1 << _SHIFT) - 1)
        return Path(
            np.array(arcs, np.int32),
            first_door + door,
            first_end + end,
            *self.graph.time_and_length(major, minor),
        )

    def _step(self, node: int, remaining: Sequence[int], ends: list[tuple[int, int]]) -> list[int]:
        """Arcs to the next node that is nearer: one, or more where arcs that cost nothing lead."""
        came: dict[int, int] = {node: UNREACHED}
        queue = deque([node])
        while queue:
            here = queue.popleft()
            tight = [
                a
                for a in range(self.first[here], self.first[here + 1])
                if self.cost[a] + remaining[self.graph.head[a]] == remaining[here]
            ]
            gain = next((a for a in tight if self.cost[a] > 0), None)
            done = here != node and _arrived(here, remaining, ends) is not None
            if done or gain is not None:
                steps = [] if done or gain is None else [gain]
                while came[here] != UNREACHED:
                    steps.append(came[here])
                    here = int(self.graph.tail[came[here]])
                return steps[::-1]
            for a in tight:
                head = int(self.graph.head[a])
                if head not in came:
                    came[head] = a
                    queue.append(head)
        raise CostError("a route could not be followed; the costs do not fit the network")


def _arrived(node: int, remaining: Sequence[int], ends: Iterable[tuple[int, int]]) -> int | None:
    """Position of the first entry that ends the route at a node, if one does."""
    return next((i for i, (v, c) in enumerate(ends) if v == node and c == remaining[node]), None)


def _search(around: Neighbours, entries: Iterable[tuple[int, int]]) -> list[int]:
    """Cost between every node and the nearest of some entries."""
    cost = [_FAR] * len(around)
    heap = list[tuple[int, int]]()
    for node, c in entries:
        if c < cost[node]:
            cost[node] = c
            heappush(heap, (c, node))
    while heap:
        c, node = heappop(heap)
        if c > cost[node]:
            continue
        for other, step in around[node]:
            total = c + step
            if total < cost[other]:
                cost[other] = total
                heappush(heap, (total, other))
    return cost


def _search_all(around: Neighbours, points: Entries) -> tuple[list[int], list[int]]:
    """Cost of every node to its nearest point, and which point that is."""
    cost = [_FAR] * len(around)
    which = [UNREACHED] * len(around)
    heap = sorted((c, i, v) for i, entries in enumerate(points) for v, c in entries)
    while heap:
        c, i, node = heappop(heap)
        if cost[node] < _FAR:
            continue
        cost[node], which[node] = c, i
        for other, step in around[node]:
            if cost[other] == _FAR:
                heappush(heap, (c + step, i, other))
    return cost, which


def _split(packed: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Major and minor costs of packed numbers, `UNREACHED` where there is no way."""
    mask = (1 << _SHIFT) - 1
    major = [UNREACHED if c >= _FAR else c >> _SHIFT for c in packed]
    minor = [UNREACHED if c >= _FAR else c & mask for c in packed]
    try:
        return np.array(major, np.int64), np.array(minor, np.int64)
    except OverflowError as error:
        raise CostError("a cost does not fit 64 bits") from error
