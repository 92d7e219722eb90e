"""Good covers quickly: most people first, then exchanges of one site and kicks, on sparse rows."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.compiled import inner, kernel
from shelter_geo.siting.exact.set_cover_search import Cover

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
