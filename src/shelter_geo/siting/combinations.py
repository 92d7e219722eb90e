"""Every choice of k sites: how many there are, which is which, and what each costs."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.constraints import Constraints
from shelter_geo.siting.exact.compiled import inner, kernel, quick_inner
from shelter_geo.siting.objectives import Objective
from shelter_geo.siting.problem import UNREACHED, SitingProblem

Array = NDArray[Any]

LIMIT: Final = 2_000_000
"""Choices that are enumerated at most."""

NEVER: Final = np.iinfo(np.int64).max
"""Total of a choice that breaks the rules."""


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


def allowed_choices(rules: Constraints) -> Array:
    """Whether each choice, by rank, meets the regions."""
    n = len(rules.region)
    return np.asarray(_meeting(rules.region, rules.needed, n, rules.k, count_choices(n, rules.k)))


def objective_totals(level: Objective, k: int) -> Array:
    """Total of a level for every choice, by rank; int64.

    Demand points of equal costs should have been merged, and those no choice changes left out.
    """
    changes = (level.weight > 0) & (level.cost.min(axis=1, initial=NEVER) < level.cap)
    settled = int((level.weight * level.cap)[~changes].sum())
    n = level.cost.shape[1]
    # Sums stay below 2 to the power of 53, where double precision is exact and quicker.
    cost = np.ascontiguousarray(level.cost[changes].T, dtype=float)
    cap, weight = level.cap[changes].astype(float), level.weight[changes].astype(float)
    return _sums(cost, cap, weight, n, k, count_choices(n, k)).astype(np.int64) + settled


def farthest(problem: SitingProblem, k: int) -> Array:
    """Cost of the worst served people for every choice, by rank; int64.

    People whom a choice leaves unserved are not counted.
    """
    some = problem.weights > 0
    cost = np.where(problem.costs == UNREACHED, NEVER, problem.costs)[some]
    cost = np.ascontiguousarray(cost[:, problem.candidates].T)
    cap = np.where(problem.today == UNREACHED, NEVER, problem.today)[some]
    n = len(problem.candidates)
    return np.asarray(_maxima(cost, cap, n, k, count_choices(n, k)))


@inner
def advance(chosen: Array, n: int) -> int:
    """Step to the next choice and return the first place that changed, -1 after the last."""
    k = len(chosen)
    place = k - 1
    while place >= 0 and chosen[place] == n - k + place:
        place -= 1
    if place < 0:
        return -1
    chosen[place] += 1
    for q in range(place + 1, k):
        chosen[q] = chosen[q - 1] + 1
    return place


@kernel
def _meeting(region: Array, needed: Array, n: int, k: int, count: int) -> Array:
    found = np.ones(count, np.bool_)
    chosen = np.arange(k)
    for rank in range(count):
        for r in range(len(needed)):
            if needed[r]:
                met = False
                for j in chosen:
                    met = met or region[j] == r
                if not met:
                    found[rank] = False
                    break
        advance(chosen, n)
    return found


@quick_inner
def _sum_of_least(base: Array, cost: Array, weight: Array) -> float:
    total = 0.0
    for i in range(len(base)):
        value = cost[i] if cost[i] < base[i] else base[i]
        total += weight[i] * value
    return total


@quick_inner
def _lesser(base: Array, cost: Array, into: Array) -> None:
    for i in range(len(base)):
        into[i] = cost[i] if cost[i] < base[i] else base[i]


@kernel
def _sums(cost: Array, cap: Array, weight: Array, n: int, k: int, count: int) -> Array:
    totals, chosen = np.empty(count), np.arange(k)
    # Row q holds the least cost over the cap and the first q chosen sites.
    least = np.empty((k, len(cap)))
    least[0] = cap
    place = 0
    for rank in range(count):
        for q in range(place, k - 1):
            _lesser(least[q], cost[chosen[q]], least[q + 1])
        totals[rank] = _sum_of_least(least[k - 1], cost[chosen[k - 1]], weight)
        place = advance(chosen, n)
    return totals


@kernel
def _maxima(cost: Array, cap: Array, n: int, k: int, count: int) -> Array:
    worst, chosen = np.empty(count, np.int64), np.arange(k)
    least = np.empty((k + 1, len(cap)), np.int64)
    least[0] = cap
    place = 0
    for rank in range(count):
        for q in range(place, k):
            _lesser(least[q], cost[chosen[q]], least[q + 1])
        most = np.int64(0)
        for value in least[k]:
            if value != NEVER and value > most:
                most = value
        worst[rank] = most
        place = advance(chosen, n)
    return worst
