"""Can k sites cover all rows: the covering question inside the p-center and the set cover.

The fewest sites of an LSCP follow from `least_to_cover` and as a rule one cover: 0.07 CPU s at
1,000 x 200 with limits of 50 and 80 km, where one program by HiGHS takes 0.2 to 1.1; with limits
of 20 and 30 km both take less than 0.1. Rows and sites that do not matter are left out first.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import PLAIN, is_compiled, kernel
from shelter_geo.siting.exact.highs import Program, relaxed, solve
from shelter_geo.siting.objectives import Constraints, Objective

Array = NDArray[Any]

_ROUNDING: Final = 1e-4
_TOLERANCE: Final = 1e-6
_FINE: Final = 2.0**40
"""Prices are whole multiples of one over this, which add up without rounding."""


def must_cover(level: Objective) -> Array:
    """Return which candidates cover each demand point that has to be covered.

    Demand points whose candidates include all those of another are left out: they are covered
    along with it.

    Parameters
    ----------
    level
        Costs of 0 (covered) and 1.

    Returns
    -------
    bool array, shape (rows, candidates)
    """
    open_ = (level.weight > 0) & (level.cap > 0) & (level.cost == 0).any(axis=1)
    rows: Array = level.cost[open_] == 0
    return np.asarray(rows[minimal(rows)])


def as_level(rows: Array) -> Objective:
    """Return the number of rows not covered, as a level."""
    ones = np.ones(len(rows), dtype=np.int64)
    return Objective("uncovered", (~rows).astype(np.int64), ones, ones)


def cover_by_solver(rows: Array, rules: Constraints, deadline: float) -> tuple[Array | None, bool]:
    """Find k candidates that cover all rows and keep the rules, by mixed integer programming.

    Returns
    -------
    array or None
        Candidates, increasing, no more than k.
    bool
        Whether the answer is proven.
    """
    n = rows.shape[1]
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    matrix = sp.csr_array(np.vstack([rows, *regions, np.ones((1, n), dtype=bool)]), dtype=float)
    count = matrix.shape[0] - 1
    program = Program(
        cost=np.ones(n),
        rows=matrix,
        low=np.concatenate([np.ones(count), [0.0]]),
        high=np.concatenate([np.full(count, np.inf), [float(rules.k)]]),
        least=np.zeros(n),
        most=np.ones(n),
        whole=np.ones(n, dtype=bool),
    )
    found = solve(program, deadline - time.monotonic(), good_enough=rules.k)
    if found.x is None:
        return None, found.proven
    return np.flatnonzero(found.x > 0.5), True


def least_to_cover(rows: Array, deadline: float) -> int:
    """Return a number of sites of which no cover of all rows has fewer.

    The linear relaxation prices the rows, in whole numbers; the rows of one site are worth
    `dearest` at most, so that a cover has at least the sum of all prices divided by it.

    Parameters
    ----------
    rows
        Shape (rows, sites): which sites cover it; every row has one.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    """
    if len(rows) == 0:
        return 0
    count, n = rows.shape
    packing = Program(
        cost=np.full(count, -1.0),
        rows=sp.csr_array(np.asarray(rows.T, dtype=float)),
        low=np.full(n, -np.inf),
        high=np.ones(n),
        least=np.zeros(count),
        most=np.ones(count),
        whole=np.zeros(count, dtype=bool),
    )
    left = deadline - time.monotonic()
    found = relaxed(packing, left) if left > 0 else None
    if found is None:
        return 1
    price = (np.maximum(found[0], 0.0) * _FINE).astype(np.int64)
    dearest = int((price @ rows).max())
    return max(1, -(-int(price.sum()) // max(dearest, 1)))


def most_covered(
    level: Objective, rules: Constraints, deadline: float, start: Array
) -> tuple[Array, int]:
    """Find k candidates that leave as little as can be uncovered, by mixed integer programming.

    Parameters
    ----------
    level
        Costs of 0 (covered) and 1.
    rules
        What a choice must keep to.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    start
        A choice to begin with.

    Returns
    -------
    array
        Best choice found, increasing.
    int
        No choice leaves less uncovered.
    """
    program, rows = _covering(level, rules)
    m = rows.shape[1]
    known = np.concatenate([np.isin(np.arange(m), start), rows[:, start].any(axis=1)])
    found = solve(program, deadline - time.monotonic(), start=known.astype(float))
    bound = level.floor
    if np.isfinite(found.bound):
        everyone = int((level.weight * level.cap).sum())
        bound = max(bound, everyone + math.ceil(found.bound - _ROUNDING))
    chosen = start if found.x is None else np.flatnonzero(found.x[:m] > 0.5)
    return (chosen if level.total(chosen) < level.total(start) else start), bound


def only_covered(
    level: Objective, rules: Constraints, deadline: float, chosen: Array
) -> Objective | None:
    """Turn a cover that is proven best into a level of its own, where no other is as good.

    What every best choice covers must be covered, which bounds the levels after it far better than
    a price on what is left uncovered: 0.1 CPU s at 75 x 138, where that took up to 4.

    Parameters
    ----------
    level, rules, deadline
        As for `most_covered`.
    chosen
        A choice that leaves as little as can be uncovered.

    Returns
    -------
    Objective or None
        Costs of 0 and 1, and 0 in all for the choices that are as good as this one; None if they
        do not all cover the same, or that is not proven.
    """
    program, rows = _covering(level, rules)
    m = rows.shape[1]
    covered = rows[:, chosen].any(axis=1)
    same = np.concatenate([np.zeros(m), np.where(covered, 1.0, -1.0)])
    program = program._replace(
        rows=sp.csr_array(sp.vstack([program.rows, sp.csr_array(same[None])])),
        low=np.append(program.low, -np.inf),
        high=np.append(program.high, covered.sum() - 1.0),
        whole=np.ones_like(program.whole),
    )
    another = solve(program, deadline - time.monotonic())
    best = int((level.weight * level.cap).sum()) - level.total(chosen)
    # The solver's rounding may not hide a whole person.
    if -another.bound > best - 1 - _TOLERANCE * level.weight.sum():
        return None
    return replace(level, weight=np.where(level.least(chosen) == 0, level.weight, 0))


def _covering(level: Objective, rules: Constraints) -> tuple[Program, Array]:
    """Write the most people covered as a program; equal rows are one, after the sites."""
    open_ = (level.weight > 0) & (level.cap > 0) & (level.cost == 0).any(axis=1)
    rows, group = np.unique(level.cost[open_] == 0, axis=0, return_inverse=True)
    weight = np.bincount(group.ravel(), level.weight[open_], minlength=len(rows))
    n, m = rows.shape
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    for_sites = np.zeros((len(regions) + 1, m + n))
    for_sites[:, :m] = np.vstack([*regions, np.ones((1, m), dtype=bool)])
    covered, each = sp.csr_array(rows, dtype=float), sp.csr_array(sp.eye_array(n))
    return Program(
        cost=np.concatenate([np.zeros(m), -weight]),
        rows=sp.csr_array(sp.vstack([sp.hstack([-covered, each]), sp.csr_array(for_sites)])),
        low=np.concatenate([np.full(n, -np.inf), np.ones(len(regions)), [float(rules.k)]]),
        high=np.concatenate([np.zeros(n), np.full(len(regions), np.inf), [float(rules.k)]]),
        least=np.zeros(m + n),
        most=np.ones(m + n),
        whole=np.arange(m + n) < m,
    ), rows


def filled_up(chosen: Array, rules: Constraints) -> Array:
    """Add the first free candidates until there are k; more sites never hurt."""
    rest = np.setdiff1d(np.arange(len(rules.region)), chosen)
    return np.union1d(chosen, rest[: rules.k - len(chosen)])


def reduced(rows: Array) -> tuple[Array, Array]:
    """Leave out rows that are covered along with another and sites that another can stand for.

    Parameters
    ----------
    rows
        Shape (rows, sites): which sites cover a row.

    Returns
    -------
    bool array
        Rows left, by the sites left.
    int64 array
        Sites left, increasing.
    """
    sites = np.arange(rows.shape[1])
    while True:
        before = rows.shape
        rows = rows[minimal(rows)]
        # A site can stand for another if what it leaves uncovered lies within what that leaves.
        kept = minimal(~rows.T)
        rows, sites = rows[:, kept], sites[kept]
        if rows.shape == before:
            return rows, sites


def minimal(rows: Array) -> Array:
    """Return the numbers of the rows that contain no other, the first of each that are equal."""
    if len(rows) == 0:
        return np.empty(0, np.int64)
    bits = np.packbits(rows, axis=1)
    words = np.zeros((len(rows), -(-bits.shape[1] // 8) * 8), np.uint8)
    words[:, : bits.shape[1]] = bits
    order = np.argsort(rows.sum(axis=1), kind="stable")
    words = words.view(np.uint64)[order]
    plain = rows.size <= PLAIN and not is_compiled(_contains_none)
    contains_none = _contains_none_plain if plain else _contains_none
    return np.sort(order[contains_none(words)])


def _contains_none_plain(rows: Array) -> Array:
    found = np.ones(len(rows), np.bool_)
    for i in range(len(rows)):
        if found[i]:
            found[i + 1 :] &= (rows[i] & ~rows[i + 1 :]).any(axis=1)
    return found


@kernel
def _contains_none(rows: Array) -> Array:
    """Whether each row, smaller ones first, contains none of those before it."""
    kept, count = np.empty_like(rows), 0
    found = np.zeros(len(rows), np.bool_)
    for i in range(len(rows)):
        inside = False
        for q in range(count):
            inside = True
            for w in range(rows.shape[1]):
                if kept[q, w] & ~rows[i, w]:
                    inside = False
                    break
            if inside:
                break
        if not inside:
            found[i] = True
            kept[count] = rows[i]
            count += 1
    return found


class Question(Protocol):
    """Whether a number will do."""

    def __call__(self, number: int, *, easily: bool) -> tuple[int | None, bool]:
        """Return a number, this or a smaller one, that will do, and whether the answer is proven.

        None says that the number will not do, or, unproven, that no answer was found: in the time
        given, or, if asked `easily`, with little work.
        """


def least(question: Question, high: int, low: int = 0) -> tuple[int, int]:
    """Find the least number that will do.

    Easy questions close in from both sides; what stays doubtful is then asked in earnest, from
    above, since one proof that a number will not do rules out all below it.

    Parameters
    ----------
    question
        If a number will do, larger ones will.
    high
        A number that will do.
    low
        Smaller numbers will not do.

    Returns
    -------
    int
        The least number known to do.
    int
        The least number not ruled out: the same, unless a question stayed without an answer.
    """
    doubtful = low - 1
    while low < high:
        bottom = max(low, doubtful + 1)
        easily = bottom < high
        number = (bottom + high) // 2 if easily else high - 1
        found, proven = question(number, easily=easily)
        if found is not None:
            high = found
            doubtful = doubtful if easily else -1
        elif proven:
            low = number + 1
        elif easily:
            doubtful = number
        else:
            break
    return high, low
