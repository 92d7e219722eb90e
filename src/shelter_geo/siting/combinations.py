"""Every choice of k sites: which is which, what each costs, and which are close to the best."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.exact.blocks import EXACT_SUM
from shelter_geo.siting.objectives import Constraints, Objective
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


MOST_WORK: Final = 300_000_000
"""Costs that an enumeration looks at, at most; a search is quicker beyond that."""

_MOST_INTERCHANGES: Final = 20
_CHUNK: Final = 1 << 16


class Ranking(NamedTuple):
    """The best choices, in order of their objectives and then of their candidates' numbers.

    Attributes
    ----------
    choices : list of int64 arrays
    totals : int64, shape (choices, objectives)
    complete : bool
        Whether all choices were looked at.
    """

    choices: list[Array]
    totals: Array
    complete: bool


def countable(objectives: list[Objective], constraints: Constraints) -> bool:
    """Whether enumeration is quick enough to be the way to an answer."""
    count = count_choices(len(constraints.region), constraints.k)
    rows = sum(int((objective.weight > 0).sum()) for objective in objectives)
    return count <= LIMIT and count * rows <= MOST_WORK


def rank_all(objectives: list[Objective], constraints: Constraints, keep: int) -> Ranking:
    """Rank every choice that meets the constraints; there is one at least."""
    totals = objective_totals(objectives, constraints.k)
    return rank_totals(totals, constraints, keep)


def rank_totals(totals: Array, constraints: Constraints, keep: int) -> Ranking:
    """Rank all choices by their totals, shape (choices, objectives)."""
    totals[~allowed_choices(constraints)] = NEVER
    best = _smallest(totals, keep)
    best = best[totals[best, 0] != NEVER]
    n = len(constraints.region)
    choices = [choice(int(rank), n, constraints.k) for rank in best]
    return Ranking(choices, totals[best], complete=True)


def rank_interchanges(
    objectives: list[Objective], constraints: Constraints, chosen: Array, keep: int
) -> Ranking:
    """Rank a choice and those that differ from it by one site.

    While one of them ties in every objective and comes first by its numbers, it takes its place.
    """
    for _ in range(_MOST_INTERCHANGES):
        outs, ins, totals = _interchange_totals(objectives, constraints, chosen)
        own = np.array([[objective.total(chosen) for objective in objectives]])
        choices = [chosen]
        order: Array = _smallest(totals, keep + len(chosen) * len(objectives))
        choices += [_swapped(chosen, outs[q], ins[q]) for q in order]
        totals = np.vstack([own, totals[order]]) if len(order) else own
        ties = [c for c, t in zip(choices, totals, strict=True) if (t == own[0]).all()]
        first = min(ties, key=tuple)
        if (first == chosen).all():
            by_objective = [totals[:, v] for v in range(len(objectives))]
            by_number = [[c[r] for c in choices] for r in range(constraints.k)]
            ranked = np.lexsort([*reversed(by_number), *reversed(by_objective)])[:keep]
            return Ranking([choices[q] for q in ranked], totals[ranked], complete=False)
        chosen = first
    return Ranking([chosen], own, complete=False)


def _swapped(chosen: Array, out: int, new: int) -> Array:
    return np.sort(np.append(np.delete(chosen, out), new))


def _interchange_totals(
    objectives: list[Objective], constraints: Constraints, chosen: Array
) -> tuple[Array, Array, Array]:
    """Places given up, candidates taken instead, and the totals of each such choice."""
    rest = np.setdiff1d(np.arange(len(constraints.region)), chosen)
    outs, ins = np.repeat(np.arange(len(chosen)), len(rest)), np.tile(rest, len(chosen))
    grids = []
    for objective in objectives:
        # Sums of doubles are exact below the limit, and many times as quick.
        number = np.float64 if objective.highest < EXACT_SUM else np.int64
        by_site = np.ascontiguousarray(objective.cost[:, rest].T, dtype=number)
        weight = objective.weight.astype(number)
        parts = []
        for out in range(len(chosen)):
            base = objective.least(np.delete(chosen, out)).astype(number)
            parts.append(_totals_with(by_site, base, weight))
        grids.append(np.concatenate(parts))
    totals = np.column_stack(grids)
    if constraints.needed.any():
        pairs = zip(outs.tolist(), ins.tolist(), strict=True)
        fine = np.array([constraints.met_by(_swapped(chosen, *pair)) for pair in pairs], dtype=bool)
        outs, ins, totals = outs[fine], ins[fine], totals[fine]
    return outs, ins, totals


def _smallest(totals: Array, keep: int) -> Array:
    """Rows of the smallest totals, objective before objective; ties by the number of the row."""
    shortlist = np.arange(len(totals))
    if len(shortlist) > 4 * keep:
        # The first objective thins the rows out; the sort then sees few of them.
        limit = np.partition(totals[:, 0], keep)[keep]
        shortlist = shortlist[totals[:, 0] <= limit]
    order = np.lexsort([totals[shortlist, v] for v in range(totals.shape[1])][::-1])
    return shortlist[order][:keep]


def _totals_with(by_site: Array, base: Array, weight: Array) -> Array:
    """Total of one objective for each site opened beside a base."""
    totals = np.empty(len(by_site), np.int64)
    few = max(_CHUNK // max(len(base), 1), 1)
    for at in range(0, len(by_site), few):
        part = slice(at, at + few)
        totals[part] = np.minimum(by_site[part], base) @ weight
    return totals
