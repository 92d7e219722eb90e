"""Good covers quickly, by exchanges of one site on sparse rows; they prove nothing.

`swapped` covers most people first, then exchanges and kicks. `walk_to_cover` piles weight on rows
that stay uncovered until they are covered (Gao, Weise and Li 2015, European Journal of Operational
Research 246), and finds most covers of all rows that there are. For which size they beat HiGHS is
said by the engines that they serve, `max_cover` and `set_cover_search`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import inner, kernel
from shelter_geo.siting.exact.set_cover_search import Cover, listed

Array = NDArray[Any]

_KICKS: Final = 50
_KICK_WORK: Final = 2.5e5
_KICKED: Final = 4


class _Held(NamedTuple):
    """What the open sites cover.

    Attributes
    ----------
    opened : bool, shape (sites,)
    times, who : int64, shape (rows,)
        How many open sites cover a row, and the sum of their numbers: of one, its number.
    alone : float64, shape (sites,)
        People of the rows that an open site alone covers.
    """

    opened: Array
    times: Array
    who: Array
    alone: Array


def swapped(cover: Cover, weight: Array) -> Array:
    """Return a good choice of `cover.k` sites, proving nothing.

    Parameters
    ----------
    cover
        Rows and the sites that cover them; no fewer sites than are to open.
    weight
        People of each row.
    """
    kicks = int(min(_KICKS, _KICK_WORK / max(len(cover.row_sites), 1)))
    return np.flatnonzero(_swap(cover, weight, kicks))


@kernel
def missed_by(cover: Cover, weight: Array, chosen: Array) -> float:
    """Return the people of the rows that none of the chosen sites covers."""
    met = np.zeros(len(weight), np.bool_)
    for j in chosen:
        for q in range(cover.site_start[j], cover.site_start[j + 1]):
            met[cover.site_rows[q]] = True
    missed = 0.0
    for i in range(len(weight)):
        if not met[i]:
            missed += weight[i]
    return missed


@kernel
def _swap(cover: Cover, weight: Array, kicks: int) -> Array:
    """Open sites one by one, exchange while that helps, and again after every kick."""
    n_rows, n = len(weight), len(cover.site_start) - 1
    held = _Held(
        np.zeros(n, np.bool_), np.zeros(n_rows, np.int64), np.zeros(n_rows, np.int64), np.zeros(n)
    )
    for _ in range(cover.k):
        pick, most = -1, -1.0
        for j in range(n):
            gain = _gain(cover, weight, held, j) if not held.opened[j] else -1.0
            if gain > most:
                pick, most = j, gain
        _open(cover, weight, held, pick)
    covered = _exchange(cover, weight, held)
    best, most, state = held.opened.copy(), covered, np.uint64(1)
    whole = weight.sum()
    for _ in range(kicks):
        if most == whole:
            break
        for _ in range(min(_KICKED, cover.k)):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            draw = state >> np.uint64(33)
            new = int(draw % np.uint64(n))
            if not held.opened[new]:
                out = int((draw >> np.uint64(8)) % np.uint64(cover.k))
                _close(cover, weight, held, np.flatnonzero(held.opened)[out])
                _open(cover, weight, held, new)
        covered = _exchange(cover, weight, held)
        if covered >= most:
            most = covered
            best[:] = held.opened
        else:
            for j in range(n):
                if held.opened[j] and not best[j]:
                    _close(cover, weight, held, j)
            for j in range(n):
                if best[j] and not held.opened[j]:
                    _open(cover, weight, held, j)
    return best


@inner
def _exchange(cover: Cover, weight: Array, held: _Held) -> float:
    """Exchange open sites for others while that covers more; return the people covered."""
    n = len(held.opened)
    credit, idle, j = np.zeros(n), 0, 0
    while idle < n:
        idle += 1
        j = j + 1 if j + 1 < n else 0
        if held.opened[j]:
            continue
        gain = 0.0
        for q in range(cover.site_start[j], cover.site_start[j + 1]):
            i = cover.site_rows[q]
            if held.times[i] == 0:
                gain += weight[i]
            elif held.times[i] == 1:
                credit[held.who[i]] += weight[i]
        out, least = -1, gain - 0.5
        for r in range(n):
            if held.opened[r]:
                if held.alone[r] - credit[r] <= least:
                    out, least = r, held.alone[r] - credit[r]
                credit[r] = 0.0
        if out >= 0:
            _close(cover, weight, held, out)
            _open(cover, weight, held, j)
            idle = 0
    covered = 0.0
    for i in range(len(weight)):
        covered += weight[i] if held.times[i] > 0 else 0.0
    return covered


@inner
def _gain(cover: Cover, weight: Array, held: _Held, j: int) -> float:
    gain = 0.0
    for q in range(cover.site_start[j], cover.site_start[j + 1]):
        i = cover.site_rows[q]
        gain += weight[i] if held.times[i] == 0 else 0.0
    return gain


@inner
def _open(cover: Cover, weight: Array, held: _Held, j: int) -> None:
    held.opened[j], held.alone[j] = True, 0.0
    for q in range(cover.site_start[j], cover.site_start[j + 1]):
        i = cover.site_rows[q]
        if held.times[i] == 0:
            held.alone[j] += weight[i]
        elif held.times[i] == 1:
            held.alone[held.who[i]] -= weight[i]
        held.times[i] += 1
        held.who[i] += j


@inner
def _close(cover: Cover, weight: Array, held: _Held, j: int) -> None:
    held.opened[j] = False
    for q in range(cover.site_start[j], cover.site_start[j + 1]):
        i = cover.site_rows[q]
        held.times[i] -= 1
        held.who[i] -= j
        if held.times[i] == 1:
            held.alone[held.who[i]] += weight[i]


def walk_to_cover(rows: Array, k: int, steps: int, start: Array | None = None) -> Array | None:
    """Look for k sites that cover all rows.

    Parameters
    ----------
    rows
        Shape (rows, sites): which sites cover it; every row has one, and there are k sites.
    k
        1 or more.
    steps
        Exchanges to make at most.
    start
        Sites to begin with, k at most.

    Returns
    -------
    int64 array or None
        k sites, increasing; None if none were found.
    """
    opened = np.zeros(rows.shape[1], dtype=bool)
    if start is not None:
        opened[start] = True
    found = _walk(listed(rows, k), opened, steps)
    return np.flatnonzero(opened) if found else None


@kernel
def _walk(cover: Cover, opened: Array, steps: int) -> bool:
    """Change the open sites until they cover all rows; whether that was reached."""
    n_rows, n_sites = len(cover.row_start) - 1, len(opened)
    weight, times = np.ones(n_rows, np.int64), np.zeros(n_rows, np.int64)
    # What a closed site would add, or an open one alone covers.
    worth, since = np.diff(cover.site_start), np.zeros(n_sites, np.int64)
    may_open = np.ones(n_sites, np.bool_)
    count = 0
    for j in range(n_sites):
        if opened[j]:
            _flip(cover, j, opened, weight, times, worth)
            count += 1
    while count < cover.k:
        best = -1
        for j in range(n_sites):
            if not opened[j] and (best < 0 or worth[j] > worth[best]):
                best = j
        opened[best] = True
        _flip(cover, best, opened, weight, times, worth)
        count += 1
    state, last = np.uint64(1), -1
    for step in range(1, steps + 1):
        left = int((times == 0).sum())
        if left == 0:
            return True
        out = _least(opened, worth, since, last)
        opened[out] = False
        _flip(cover, out, opened, weight, times, worth)
        _allow_around(cover, out, may_open)
        may_open[out], since[out] = False, step
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        row = _missed(times, int(state >> np.uint64(33)))
        last = _most(cover, row, opened, worth, since, may_open)
        opened[last] = True
        _flip(cover, last, opened, weight, times, worth)
        _allow_around(cover, last, may_open)
        since[last] = step
        for i in range(n_rows):
            if times[i] == 0:
                weight[i] += 1
                for q in range(cover.row_start[i], cover.row_start[i + 1]):
                    worth[cover.row_sites[q]] += 1
    return not (times == 0).any()


@inner
def _flip(cover: Cover, j: int, opened: Array, weight: Array, times: Array, worth: Array) -> None:
    """Count a site in that was opened, or out that was closed."""
    change = 1 if opened[j] else -1
    for q in range(cover.site_start[j], cover.site_start[j + 1]):
        i = cover.site_rows[q]
        before = times[i]
        times[i] += change
        low = min(before, times[i])
        if low > 1:
            continue
        for r in range(cover.row_start[i], cover.row_start[i + 1]):
            s = cover.row_sites[r]
            if s == j:
                continue
            if low == 0 and not opened[s]:
                # The row is newly covered, or newly open to be covered.
                worth[s] -= change * weight[i]
            elif low == 1 and opened[s]:
                # The one other open site is no longer alone, or alone again.
                worth[s] -= change * weight[i]


@inner
def _least(opened: Array, worth: Array, since: Array, last: int) -> int:
    """Return the open site that alone covers least, the longest open among equals, not the last."""
    best = -1
    for j in range(len(opened)):
        if not opened[j] or (j == last and best >= 0):
            continue
        less = best >= 0 and worth[j] < worth[best]
        older = best >= 0 and worth[j] == worth[best] and since[j] < since[best]
        if best < 0 or best == last or less or older:
            best = j
    return best


@inner
def _most(
    cover: Cover, row: int, opened: Array, worth: Array, since: Array, may_open: Array
) -> int:
    """Return the closed site of a row that adds most, the longest closed among equals."""
    best = -1
    for allowed in (True, False):
        for q in range(cover.row_start[row], cover.row_start[row + 1]):
            j = cover.row_sites[q]
            if may_open[j] != allowed:
                continue
            more = best >= 0 and worth[j] > worth[best]
            older = best >= 0 and worth[j] == worth[best] and since[j] < since[best]
            if best < 0 or more or older:
                best = j
        if best >= 0:
            break
    return best


@inner
def _allow_around(cover: Cover, j: int, may_open: Array) -> None:
    """Let the sites that share a row with one be opened again."""
    for q in range(cover.site_start[j], cover.site_start[j + 1]):
        i = cover.site_rows[q]
        for r in range(cover.row_start[i], cover.row_start[i + 1]):
            may_open[cover.row_sites[r]] = True


@inner
def _missed(times: Array, draw: int) -> int:
    """One of the uncovered rows, by a number drawn."""
    rows = np.flatnonzero(times == 0)
    return int(rows[draw % len(rows)])
