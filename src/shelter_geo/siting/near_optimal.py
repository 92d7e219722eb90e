"""Choices close to the best: all of them where they can be counted, else one exchange away."""

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

_ALL_EXCHANGES: Final = 20
_BLOCK: Final = 1 << 16


class Ranking(NamedTuple):
    """The best choices, in order of their levels and then of their candidates' numbers.

    Attributes
    ----------
    choices : list of int64 arrays
    totals : int64, shape (choices, levels)
    complete : bool
        Whether all choices were looked at.
    """

    choices: list[Array]
    totals: Array
    complete: bool


def countable(levels: list[Objective], rules: Constraints) -> bool:
    """Whether enumeration is quick enough to be the way to an answer."""
    count = count_choices(len(rules.region), rules.k)
    rows = sum(int((level.weight > 0).sum()) for level in levels)
    return count <= LIMIT and count * rows <= MOST_WORK


def rank_all(levels: list[Objective], rules: Constraints, keep: int) -> Ranking:
    """Rank every choice that meets the rules; there is one at least."""
    totals = objective_totals(levels, rules.k)
    return rank_totals(totals, rules, keep)


def rank_totals(totals: Array, rules: Constraints, keep: int) -> Ranking:
    """Rank all choices by their totals, shape (choices, levels)."""
    totals[~allowed_choices(rules)] = NEVER
    best = _smallest(totals, keep)
    best = best[totals[best, 0] != NEVER]
    n = len(rules.region)
    choices = [choice(int(rank), n, rules.k) for rank in best]
    return Ranking(choices, totals[best], complete=True)


def rank_interchanges(
    levels: list[Objective], rules: Constraints, chosen: Array, keep: int
) -> Ranking:
    """Rank a choice and those that differ from it by one site.

    While one of them ties in every level and comes first by its numbers, that one takes its place.
    """
    for _ in range(_ALL_EXCHANGES):
        outs, ins, totals = _exchange_totals(levels, rules, chosen)
        own = np.array([[level.total(chosen) for level in levels]])
        choices = [chosen]
        order: Array = _smallest(totals, keep + len(chosen) * len(levels))
        choices += [_exchanged(chosen, outs[q], ins[q]) for q in order]
        totals = np.vstack([own, totals[order]]) if len(order) else own
        ties = [c for c, t in zip(choices, totals, strict=True) if (t == own[0]).all()]
        first = min(ties, key=tuple)
        if (first == chosen).all():
            by_level = [totals[:, v] for v in range(len(levels))]
            by_number = [[c[r] for c in choices] for r in range(rules.k)]
            ranked = np.lexsort([*reversed(by_number), *reversed(by_level)])[:keep]
            return Ranking([choices[q] for q in ranked], totals[ranked], complete=False)
        chosen = first
    return Ranking([chosen], own, complete=False)


def _exchanged(chosen: Array, out: int, new: int) -> Array:
    return np.sort(np.append(np.delete(chosen, out), new))


def _exchange_totals(
    levels: list[Objective], rules: Constraints, chosen: Array
) -> tuple[Array, Array, Array]:
    """Places given up, candidates taken instead, and the totals of each such choice."""
    rest = np.setdiff1d(np.arange(len(rules.region)), chosen)
    outs, ins = np.repeat(np.arange(len(chosen)), len(rest)), np.tile(rest, len(chosen))
    grids = []
    for level in levels:
        by_site = np.ascontiguousarray(level.cost.T)
        parts = []
        for out in range(len(chosen)):
            base = level.least(np.delete(chosen, out))
            parts.append(_totals_with(by_site, base, level.weight, rest))
        grids.append(np.concatenate(parts))
    totals = np.column_stack(grids)
    if rules.needed.any():
        pairs = zip(outs.tolist(), ins.tolist(), strict=True)
        fine = np.array([rules.met_by(_exchanged(chosen, *pair)) for pair in pairs], dtype=bool)
        outs, ins, totals = outs[fine], ins[fine], totals[fine]
    return outs, ins, totals


def _smallest(totals: Array, keep: int) -> Array:
    """Rows of the smallest totals, level before level; ties by the number of the row."""
    shortlist = np.arange(len(totals))
    if len(shortlist) > 4 * keep:
        # The first level thins the rows out; the sort then sees few of them.
        limit = np.partition(totals[:, 0], keep)[keep]
        shortlist = shortlist[totals[:, 0] <= limit]
    order = np.lexsort([totals[shortlist, v] for v in range(totals.shape[1])][::-1])
    return shortlist[order][:keep]


def _totals_with(by_site: Array, base: Array, weight: Array, sites: Array) -> Array:
    """Total of one level for each of some sites opened beside a base."""
    found = np.empty(len(sites), np.int64)
    few = max(_BLOCK // max(len(base), 1), 1)
    for at in range(0, len(sites), few):
        part = slice(at, at + few)
        found[part] = np.minimum(by_site[sites[part]], base) @ weight
    return found
