"""Choices close to the best: all of them where they can be counted, else one interchange away."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.combinations import (
    LIMIT,
    NEVER,
    allowed_choices,
    choice,
    count_choices,
    objective_totals,
)
from shelter_geo.siting.constraints import Constraints
from shelter_geo.siting.objectives import Objective

Array = NDArray[Any]

MOST_WORK: Final = 300_000_000
"""Costs that an enumeration looks at, at most; a search is quicker beyond that."""

_MOST_INTERCHANGES: Final = 20
_BLOCK: Final = 1 << 16


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
        by_site = np.ascontiguousarray(objective.cost.T)
        parts = []
        for out in range(len(chosen)):
            base = objective.least(np.delete(chosen, out))
            parts.append(_totals_with(by_site, base, objective.weight, rest))
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


def _totals_with(by_site: Array, base: Array, weight: Array, sites: Array) -> Array:
    """Total of one objective for each of some sites opened beside a base."""
    totals = np.empty(len(sites), np.int64)
    few = max(_BLOCK // max(len(base), 1), 1)
    for at in range(0, len(sites), few):
        part = slice(at, at + few)
        totals[part] = np.minimum(by_site[sites[part]], base) @ weight
    return totals
