"""Candidates that stand for each other: choices that differ by such an exchange alone are one.

Equal districts round one town make any search by bounds try every exchange of equals (symmetry in
integer programs: Margot 2010, 50 Years of Integer Programming, 647-686). Two candidates stand for
each other if exchanging their columns leaves every objective the same rows, in any order; that is
an equivalence, so a choice is as good as the one with the first members of each class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.objectives import Constraints, Objective

Array = NDArray[Any]

_MOST: Final = 4_000
"""Choices that are looked at; where classes leave more of them a search is quicker."""

_WORTH: Final = 10
"""Times by which the classes must thin the choices out to be worth it."""


def best_of_alike(
    objectives: Sequence[Objective],
    constraints: Constraints,
    key: Callable[[Array], Any] | None = None,
) -> Array | None:
    """Return the best choice, ties to the first candidates, if few choices differ in kind.

    Parameters
    ----------
    objectives
        The first decides, the next break ties; the last tells sites apart.
    constraints
        What a choice must keep to; it can be done.
    key
        What choices are ordered by, of a choice; by default the totals of the objectives.
        It must not change where candidates that stand for each other are exchanged.

    Returns
    -------
    int64 array or None
        Candidates, increasing; None if too many choices differ in kind.
    """
    n, k = len(constraints.region), constraints.k
    few = min(_MOST, math.comb(n, k) // _WORTH)
    classes = _classes(objectives, constraints, few)
    if classes is None:
        return None
    allowed = [c for c in _first_members(classes, k) if constraints.met_by(c)]
    return min(allowed, key=key or (lambda c: [level.total(c) for level in objectives]))


def _classes(objectives: Sequence[Objective], constraints: Constraints, few: int) -> Array | None:
    """Return the class of each candidate; None if too many choices differ in kind."""
    # Equal columns of sums come first: on most questions no two are, and nothing more is done.
    sums = [(v.weight[:, None] * v.cost).sum(axis=0) for v in objectives]
    _, alike = np.unique(np.column_stack([constraints.region, *sums]), axis=0, return_inverse=True)
    alike = alike.ravel()
    if _count(np.bincount(alike), constraints.k, few) > few:
        return None
    rows = np.vstack([_rows(level, at) for at, level in enumerate(objectives)])
    classes = np.empty(len(alike), np.int64)
    firsts: list[int] = []
    for j, group in enumerate(alike):
        same = (c for c, i in enumerate(firsts) if alike[i] == group and _exchange(rows, i, j))
        classes[j] = next(same, len(firsts))
        if classes[j] == len(firsts):
            firsts.append(j)
    return classes if _count(np.bincount(classes), constraints.k, few) <= few else None


def _rows(level: Objective, number: int) -> Array:
    """Costs of each kind of demand point, its cap, its people and the number of the objective."""
    some = level.weight > 0
    kinds, kind = np.unique(
        np.column_stack([level.cost, level.cap])[some], axis=0, return_inverse=True
    )
    people = np.zeros(len(kinds), np.int64)
    np.add.at(people, kind.ravel(), level.weight[some])
    # A point that no candidate changes is no matter which.
    moved = kinds[:, :-1].min(axis=1, initial=np.iinfo(np.int64).max) < kinds[:, -1]
    return np.asarray(np.column_stack([kinds, people, np.full(len(kinds), number)])[moved])


def _exchange(rows: Array, i: int, j: int) -> bool:
    """Whether the rows are the same ones, in any order, once two columns are exchanged."""
    some = rows[rows[:, i] != rows[:, j]]
    other = some.copy()
    other[:, [i, j]] = some[:, [j, i]]
    return sorted(map(bytes, some)) == sorted(map(bytes, other))


def _count(sizes: Array, k: int, enough: int) -> int:
    """Count the choices of k that take the first members of classes, up to about `enough`."""
    if (one_of_each := math.comb(len(sizes), k)) > enough:
        return one_of_each
    ways = [1] + [0] * k
    for size in sizes.tolist():
        ways = [min(sum(ways[max(0, m - size) : m + 1]), enough + 1) for m in range(k + 1)]
    return ways[k]


def _first_members(classes: Array, k: int) -> list[Array]:
    """Return every choice of k that takes the first members of classes, in order."""
    members = [np.flatnonzero(classes == c) for c in range(int(classes.max()) + 1)]
    room = [*np.cumsum([len(m) for m in members][::-1])[::-1].tolist(), 0]
    choices: list[list[int]] = []

    def extend(at: int, taken: list[int]) -> None:
        left = k - len(taken)
        if at == len(members):
            choices.append(sorted(taken))
            return
        for count in range(max(0, left - room[at + 1]), min(left, len(members[at])) + 1):
            extend(at + 1, taken + members[at][:count].tolist())

    extend(0, [])
    return [np.array(choice, np.int64) for choice in sorted(choices)]
