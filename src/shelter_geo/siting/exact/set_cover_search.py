"""Branch and bound for "do k sites cover all rows", one row after the other.

Multipliers u on the rows prove that they do not: k sites that cover all rows add up to the sum of
u at least, so if the k sites of largest sums stay below it, there are none. Multipliers are whole
multiples of a power of two, so that the sums are exact.

A p-center of 246 x 138 and p = 10 takes 2.3 CPU s by it and the walk of `cover_exchange`, where its
covers by HiGHS take over 30; at 150 x 150 both take 1.2.
"""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import inner, kernel

Array = NDArray[Any]

_GRAIN: Final = 2.0**-20
_ROOT_STEPS: Final = 200
_NODE_STEPS: Final = 40
_NODES_A_CALL: Final = 500

_NONE, _FOUND, _MORE = 0, 1, 2


class Cover(NamedTuple):
    """Rows and the sites that cover them, listed both ways.

    Attributes
    ----------
    row_start, row_sites : int64
        Sites of row i: ``row_sites[row_start[i]:row_start[i + 1]]``.
    site_start, site_rows : int64
        Rows of site j, likewise.
    k : int
        Sites that may open.
    """

    row_start: Array
    row_sites: Array
    site_start: Array
    site_rows: Array
    k: int


class Stack(NamedTuple):
    """Nodes on the way from the root, each one row of every array.

    Attributes
    ----------
    state : int8, shape (depth, sites)
        1 open, -1 ruled out, 0 undecided.
    u : float64, shape (depth, rows)
    branch : int64, shape (depth, sites)
        Sites to open next, one after the other.
    left : int64, shape (depth,)
        Number of them that were not tried.
    top : int64, shape (1,)
        Node at work; -1 if all is done.
    """

    state: Array
    u: Array
    branch: Array
    left: Array
    top: Array


def search_cover(
    rows: Array, k: int, deadline: float, most_nodes: int
) -> tuple[Array | None, bool]:
    """Find at most k sites that cover all rows.

    Parameters
    ----------
    rows
        Shape (rows, sites), one row at least: which sites cover it.
    k
        1 or more.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    most_nodes
        Give up after so many nodes.

    Returns
    -------
    array or None
        Sites, increasing.
    bool
        Whether the answer is proven; a cover that was found always is.
    """
    cover = listed(rows, k)
    n_rows, n_sites = rows.shape
    stack = Stack(
        np.zeros((k + 2, n_sites), np.int8),
        np.ones((k + 2, n_rows)),
        np.zeros((k + 2, n_sites), np.int64),
        np.zeros(k + 2, np.int64),
        np.zeros(1, np.int64),
    )
    opened = np.zeros(n_sites, np.bool_)
    ended = _enter(cover, stack, 0, _ROOT_STEPS, opened)
    visited = 0
    while True:
        if ended == _FOUND:
            return np.flatnonzero(opened), True
        if ended == _NONE and stack.top[0] < 0:
            return None, True
        if visited >= most_nodes or time.monotonic() > deadline:
            return None, False
        ended = _explore(cover, stack, opened)
        visited += _NODES_A_CALL


def listed(rows: Array, k: int) -> Cover:
    """List rows, shape (rows, sites), and the sites that cover them both ways."""
    return Cover(*_lists(rows), *_lists(rows.T), k)


def _lists(rows: Array) -> tuple[Array, Array]:
    start = np.concatenate([[0], np.cumsum(rows.sum(axis=1))]).astype(np.int64)
    return start, np.nonzero(rows)[1].astype(np.int64)


@kernel
def _explore(cover: Cover, stack: Stack, opened: Array) -> int:
    for _ in range(_NODES_A_CALL):
        top = stack.top[0]
        while top >= 0 and stack.left[top] == 0:
            top -= 1
        stack.top[0] = top
        if top < 0:
            return _NONE
        stack.left[top] -= 1
        site = stack.branch[top, stack.left[top]]
        stack.state[top + 1] = stack.state[top]
        stack.u[top + 1] = stack.u[top]
        stack.state[top + 1, site] = 1
        # Later branches need not try what this one tries.
        stack.state[top, site] = -1
        if _enter(cover, stack, top + 1, _NODE_STEPS, opened) == _FOUND:
            return _FOUND
    return _MORE


@kernel
def _enter(cover: Cover, stack: Stack, at: int, steps: int, opened: Array) -> int:
    """Bound a node and list its branches; it is left off the stack if there can be no cover."""
    state, u = stack.state[at], stack.u[at]
    open_rows = np.empty(len(cover.row_start) - 1, np.bool_)
    sums, picked = np.zeros(len(state)), np.zeros(len(state), np.bool_)
    boldness = 1.0
    stack.top[0] = at - 1
    for step in range(steps):
        k = _settle(cover, state, open_rows)
        if k < 0:
            return _NONE
        if not open_rows.any():
            opened[:] = state == 1
            return _FOUND
        if k == 0 or (state == 0).sum() <= k:
            opened[:] = state >= 0
            return _FOUND if k > 0 and _covers(cover, opened, open_rows) else _NONE
        total = _sums(cover, state, u, open_rows, sums)
        short = _pick(state, sums, k, total, picked)
        if short > 0:
            return _NONE
        opened[:] = picked | (state == 1)
        if _climb(cover, u, open_rows, picked, boldness * (0.01 * total - short)) == 0:
            return _FOUND
        boldness = max(boldness * 0.99, 0.1) if step > steps // 2 else boldness
    _branch(cover, stack, at, open_rows, sums)
    stack.top[0] = at
    return _MORE


@inner
def _settle(cover: Cover, state: Array, open_rows: Array) -> int:
    """Open sites that are alone in a row; return how many may open still, -1 if too few."""
    again = True
    while again:
        again = False
        for i in range(len(open_rows)):
            free, last, covered = 0, -1, False
            for q in range(cover.row_start[i], cover.row_start[i + 1]):
                j = cover.row_sites[q]
                if state[j] == 1:
                    covered = True
                    break
                if state[j] == 0:
                    free += 1
                    last = j
            open_rows[i] = not covered
            if not covered and free == 0:
                return -1
            if not covered and free == 1:
                state[last] = 1
                again = True
    return cover.k - int((state == 1).sum())


@inner
def _covers(cover: Cover, opened: Array, open_rows: Array) -> bool:
    for i in range(len(open_rows)):
        if open_rows[i]:
            found = False
            for q in range(cover.row_start[i], cover.row_start[i + 1]):
                found = found or opened[cover.row_sites[q]]
            if not found:
                return False
    return True


@inner
def _sums(cover: Cover, state: Array, u: Array, open_rows: Array, sums: Array) -> float:
    """Sum the multipliers of the open rows, of all and by site."""
    total = 0.0
    for i in range(len(open_rows)):
        u[i] = np.floor(u[i] / _GRAIN) * _GRAIN if open_rows[i] else 0.0
        total += u[i]
    for j in range(len(state)):
        sums[j] = 0.0
        if state[j] == 0:
            for q in range(cover.site_start[j], cover.site_start[j + 1]):
                sums[j] += u[cover.site_rows[q]]
    return total


@inner
def _pick(state: Array, sums: Array, k: int, total: float, picked: Array) -> float:
    """Pick the k sites of largest sums and rule sites in and out; return what they lack."""
    free = np.flatnonzero(state == 0)
    order = free[np.argsort(-sums[free], kind="mergesort")]
    picked[:] = False
    best = 0.0
    for q in range(k):
        picked[order[q]] = True
        best += sums[order[q]]
    last, following = sums[order[k - 1]], sums[order[k]]
    if best >= total:
        for q in range(len(order)):
            j = order[q]
            if q < k and best - sums[j] + following < total:
                state[j] = 1
            elif q >= k and best - last + sums[j] < total:
                state[j] = -1
    return total - best


@inner
def _climb(cover: Cover, u: Array, open_rows: Array, picked: Array, lift: float) -> int:
    """Move the multipliers; return the number of open rows that the picked sites miss."""
    missed, length = 0, 0.0
    slope = np.zeros(len(u))
    for i in range(len(u)):
        if open_rows[i]:
            count = 0
            for q in range(cover.row_start[i], cover.row_start[i + 1]):
                count += picked[cover.row_sites[q]]
            missed += count == 0
            slope[i] = 1.0 - count
            if slope[i] < 0.0 and u[i] == 0.0:
                slope[i] = 0.0
            length += slope[i] * slope[i]
    if length > 0.0:
        for i in range(len(u)):
            value = u[i] + lift / length * slope[i]
            u[i] = value if value > 0.0 else 0.0
    return missed


@inner
def _branch(cover: Cover, stack: Stack, at: int, open_rows: Array, sums: Array) -> None:
    """List the undecided sites of the open row that has fewest, the most promising last."""
    state = stack.state[at]
    pick, fewest = -1, len(state) + 1
    for i in range(len(open_rows)):
        if open_rows[i]:
            free = 0
            for q in range(cover.row_start[i], cover.row_start[i + 1]):
                free += state[cover.row_sites[q]] == 0
            if free < fewest:
                pick, fewest = i, free
    count = 0
    for q in range(cover.row_start[pick], cover.row_start[pick + 1]):
        j = cover.row_sites[q]
        if state[j] == 0:
            stack.branch[at, count] = j
            count += 1
    sites = stack.branch[at, :count]
    sites[:] = sites[np.argsort(sums[sites], kind="mergesort")]
    stack.left[at] = count
