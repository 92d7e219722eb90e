"""Every choice of k sites: how many there are, which is which, and what each costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.constraints import Constraints
from shelter_geo.siting.objectives import Objective
from shelter_geo.siting.problem import UNREACHED, SitingProblem

Array = NDArray[Any]

_BLOCK: Final = 1024

LIMIT: Final = 2_000_000
"""Choices that are enumerated at most."""

NEVER: Final = np.iinfo(np.int64).max
"""Total of a choice that breaks the constraints."""


def count_choices(n_candidates: int, k: int) -> int:
    """Return the number of choices of k candidates."""
    return math.comb(n_candidates, k)


def is_enumerable(n_candidates: int, k: int) -> bool:
    """Return whether the choices of k candidates are few enough to look at each."""
    return count_choices(n_candidates, k) <= LIMIT


def check_countable(n_candidates: int, k: int) -> int:
    """Return the number of choices.

    Raises
    ------
    SitingError
        If there are too many to enumerate.
    """
    count = count_choices(n_candidates, k)
    if not is_enumerable(n_candidates, k):
        raise SitingError(
            f"{count:,} choices of {k} out of {n_candidates} are too many to look at each: "
            f"{LIMIT:,} at most"
        )
    return count


def choice(rank: int, n_candidates: int, k: int) -> Array:
    """Return the choice of a rank; ranks follow the alphabet of the candidates' numbers."""
    chosen, at = [], 0
    for left in range(k, 0, -1):
        while (block := math.comb(n_candidates - at - 1, left - 1)) <= rank:
            rank -= block
            at += 1
        chosen.append(at)
        at += 1
    return np.array(chosen, dtype=np.int64)


def allowed_choices(constraints: Constraints) -> Array:
    """Whether each choice, by rank, meets the regions."""
    n, needed = len(constraints.region), np.flatnonzero(constraints.needed)
    allowed = np.ones(count_choices(n, constraints.k), dtype=bool)
    if len(needed):
        elsewhere = (constraints.region[:, None] != needed).astype(float)
        for first, lacking in least_costs(elsewhere, np.ones(len(needed)), constraints.k):
            allowed[first : first + len(lacking)] = ~lacking.any(axis=1)
    return allowed


def objective_totals(objectives: Sequence[Objective], k: int) -> Array:
    """Total of each objective for every choice, by rank; int64, shape (choices, objectives)."""
    costs, caps, people = [], [], []
    settled = np.zeros(len(objectives), np.int64)
    for at, objective in enumerate(objectives):
        changes = (objective.weight > 0) & (
            objective.cost.min(axis=1, initial=NEVER) < objective.cap
        )
        settled[at] = (objective.weight * objective.cap)[~changes].sum()
        # Points of equal costs are one: a limit or a missing road leaves few that differ.
        rows, group = np.unique(
            np.column_stack([objective.cost, objective.cap])[changes], axis=0, return_inverse=True
        )
        costs.append(rows[:, :-1].T)
        caps.append(rows[:, -1])
        people.append(np.bincount(group.ravel(), objective.weight[changes], minlength=len(rows)))
    ends = np.cumsum([0, *map(len, caps)])
    # Sums stay below 2 to the power of 53, where double precision is exact in any order.
    cost, cap = np.hstack(costs).astype(float), np.concatenate(caps).astype(float)
    totals = np.empty((count_choices(len(cost), k), len(objectives)), np.int64)
    for first, steps in least_costs(cost, cap, k):
        for at, weight in enumerate(people):
            part = steps[:, ends[at] : ends[at + 1]] @ weight
            totals[first : first + len(steps), at] = part
    return totals + settled


def farthest(problem: SitingProblem, k: int) -> Array:
    """Cost of the worst served people for every choice, by rank; int64.

    People whom a choice leaves unserved are not counted.
    """
    some = problem.weights > 0
    cost = np.where(problem.costs == UNREACHED, np.inf, problem.costs)[some]
    cap = np.where(problem.today == UNREACHED, np.inf, problem.today)[some]
    worst = np.empty(count_choices(len(problem.candidates), k), np.int64)
    for first, steps in least_costs(np.ascontiguousarray(cost[:, problem.candidates].T), cap, k):
        steps[steps == np.inf] = 0
        worst[first : first + len(steps)] = steps.max(axis=1, initial=0)
    return worst


def least_costs(costs: Array, cap: Array, p: int) -> Iterator[tuple[int, Array]]:
    """Least of a cap and of p rows of costs, for every p rows in order of rank.

    Yields
    ------
    int
        Rank of the first choice.
    array
        A row for it and for each that follows; overwritten by the next block.
    """
    n = len(costs)
    if p == 0:
        yield 0, cap[None, :].copy()
        return
    buffer = np.empty((max(_BLOCK, n), len(cap)))
    first = filled = 0
    outer: tuple[int, ...] = ()
    outer_least = cap
    for head in combinations(range(n), p - 1):
        if head[:-1] != outer:
            outer, outer_least = head[:-1], np.minimum(cap, costs[list(head[:-1])].min(axis=0))
        base = np.minimum(outer_least, costs[head[-1]]) if head else cap
        start = head[-1] + 1 if head else 0
        if filled + n - start > len(buffer):
            yield first, buffer[:filled]
            first, filled = first + filled, 0
        np.minimum(base, costs[start:], out=buffer[filled : filled + n - start])
        filled += n - start
    yield first, buffer[:filled]
