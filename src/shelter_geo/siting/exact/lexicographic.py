"""Solve levels in order: each is made as small as can be without giving up those before it.

Each question goes to the engine that is quickest for its size; they say for which size they beat
HiGHS.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import PLAIN, PLAIN_COVER
from shelter_geo.siting.exact.branch_and_bound import Search
from shelter_geo.siting.exact.cover_exchange import walk_to_cover
from shelter_geo.siting.exact.interchange import exchange, greedy
from shelter_geo.siting.exact.lagrangian import Bounder
from shelter_geo.siting.exact.max_cover import most_covered_by
from shelter_geo.siting.exact.plain import Outcome
from shelter_geo.siting.exact.set_cover import (
    cover_by_solver,
    filled_up,
    most_covered,
    only_covered,
    reduced,
)
from shelter_geo.siting.exact.set_cover_search import search_cover
from shelter_geo.siting.objectives import Constraints, Objective, combined

Array = NDArray[Any]

_COVER_NODES: Final = 4_000
_FEW_NODES: Final = 500
_WALK_STEPS: Final = 20_000
_WALK_WORK: Final = 4e6
_FEW_COVER_NODES: Final = 20
_TIE_WORK: Final = 4e8


@dataclass(frozen=True, eq=False)
class Solution:
    """A choice of candidates and how good it is known to be.

    Attributes
    ----------
    chosen : int64
        Chosen candidates, increasing.
    totals : tuple of int
        Total of each level.
    bounds : tuple of (int or None)
        No choice that keeps the levels before has a smaller total; None where that is not known,
        because a level before it was not brought to its proven end.
    """

    chosen: Array
    totals: tuple[int, ...]
    bounds: tuple[int | None, ...]

    def proven(self, level: int) -> bool:
        """Whether a level and all before it are proven to be as small as can be."""
        both = zip(self.totals[: level + 1], self.bounds[: level + 1], strict=True)
        return all(total == bound for total, bound in both)


class Effort(NamedTuple):
    """How long a search may go on.

    Attributes
    ----------
    deadline
        Value of ``time.monotonic()`` at which to stop.
    most_work
        Pairs of a site and a demand point that the search of a level prices at most.
    """

    deadline: float
    most_work: float = math.inf


def solve_lexicographic(
    levels: list[Objective],
    rules: Constraints,
    position: Array,
    effort: Effort,
    start: Array | None = None,
    *,
    headline: int = -1,
) -> Solution:
    """Make the levels as small as can be, the first before the second and so on.

    Parameters
    ----------
    levels
        One at least.
    rules
        What a choice must keep to; it can be done, with at least one site to open.
    position
        Shape (demand, anything): demand points with close rows lie close.
    effort
        When to stop.
    start
        A choice to begin with.
    headline
        The last level to be searched to its end. Those after it only break ties, and are given up
        after a fixed amount of work.
    """
    deadline, most_work = effort
    bounds: list[int | None] = []
    limits: list[int] = []
    certain, covered, kept = True, None, levels
    plain = levels[0].cost.size <= PLAIN
    if levels[0].binary and not (plain or rules.needed.any() or _at_floor(levels[0], start)):
        covered = most_covered_by(levels[0], rules.k, deadline)
        if covered.ties:
            best = min(covered.ties, key=lambda tie: [level.total(tie) for level in levels])
            totals = tuple(level.total(best) for level in levels)
            return Solution(best, totals, totals)
    if start is None and (len(levels) > 1 or plain):
        # A choice that is good by all levels at once often has the first ones at their floor,
        # and a level at its floor needs no search of its own.
        start = quick_choice(levels, rules, position)
    for at, level in enumerate(levels):
        if _at_floor(level, start):
            limits.append(level.floor)
            bounds.append(level.floor if certain else None)
            continue
        if at == 0 and covered is not None:
            found = _certain_cover(level, rules, deadline, covered.chosen, covered.bound)
        elif at == 0 and level.binary and plain and start is not None:
            found = _certain_cover(level, rules, deadline, start, level.floor)
        else:
            search = Search(kept[: at + 1], limits, rules, position, deadline, most_work)
            is_tie = certain and at > headline % len(levels)
            is_cover = at == 0 and level.binary
            found = search.run(
                start,
                most_nodes=_FEW_COVER_NODES if is_cover else None,
                most_work=_TIE_WORK if is_tie else math.inf,
            )
            if is_cover and found.chosen is not None:
                # Branch and bound is quick on most covers, and slow where the solver is quick.
                found = _certain_cover(level, rules, deadline, found.chosen, found.bound)
        if found.chosen is None:
            raise AssertionError("a search without a cutoff ends with a choice")
        start = found.chosen
        limits.append(level.total(start))
        bounds.append(found.bound if certain else None)
        certain = certain and found.proven
        if at == 0 < len(levels) - 1 and plain and certain and level.binary:
            same = only_covered(level, rules, deadline, start)
            if same is not None:
                kept, limits = [same, *levels[1:]], [0]
        if time.monotonic() > deadline:
            break
    if start is None:
        raise AssertionError("there is at least one level")
    totals = tuple(level.total(start) for level in levels)
    rest = len(levels) - len(bounds)
    return Solution(start, totals, (*bounds, *([None] * rest)))


def _at_floor(level: Objective, chosen: Array | None) -> bool:
    return chosen is not None and level.total(chosen) == level.floor


def _certain_cover(
    level: Objective, rules: Constraints, deadline: float, chosen: Array, bound: int
) -> Outcome:
    """Ask the solver for a better cover, unless the one at hand is proven best."""
    if level.total(chosen) > bound:
        chosen, least = most_covered(level, rules, deadline, chosen)
        bound = max(bound, least)
    total = level.total(chosen)
    return Outcome(chosen, total, bound, proven=total == bound)


def best_served(
    first: list[Objective], last: Objective, rules: Constraints, position: Array, deadline: float
) -> Array:
    """Return a choice that has the first levels at their best and is good by the last one."""
    start = quick_choice([*first, last], rules, position)
    found = solve_lexicographic(first, rules, position, Effort(deadline), start) if first else None
    return start if found is None else found.chosen


def quick_choice(levels: list[Objective], rules: Constraints, position: Array) -> Array:
    """Return a good choice by all levels at once, proving nothing."""
    blocks = Bounder(combined(levels)[0], position).blocks
    everywhere, regions = np.arange(len(rules.region)), rules.unmet(np.empty(0, np.int64))
    chosen = greedy(blocks, everywhere, rules.k, regions)
    exchange(blocks, everywhere, chosen, regions)
    return np.sort(chosen)


def find_cover(
    rows: Array, rules: Constraints, deadline: float, *, easily: bool = False, large: bool = False
) -> tuple[Array | None, bool]:
    """Find k candidates that cover all rows.

    A walk finds most covers that there are, and branch and bound proves of most others that there
    are none; the few hard ones go to the solver.

    Parameters
    ----------
    rows
        Shape (rows, candidates): which candidates cover a row; see `must_cover`.
    rules
        What the choice must keep to; it can be done.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    easily
        Give up where the answer takes long.
    large
        Whether the question that these rows are left of is one for compiled loops.

    Returns
    -------
    array or None
        The choice.
    bool
        Whether the answer is proven; a choice that was found always is.
    """
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    rows, sites = reduced(np.vstack([rows, *regions]))
    if rules.k >= len(sites):
        return filled_up(sites, rules), True
    anywhere = Constraints(rules.k, np.zeros(len(sites), np.int64), np.zeros(1, dtype=bool))
    if rows.size <= PLAIN_COVER and not large:
        chosen, proven = cover_by_solver(rows, anywhere, deadline)
        return (None if chosen is None else filled_up(sites[chosen], rules)), proven
    work = float(rows.sum(axis=0).mean() * rows.sum(axis=1).mean())
    steps = int(min(_WALK_WORK / work, _WALK_STEPS))
    # The bound of the root, a short walk or a short search settles most questions.
    chosen, proven = search_cover(rows, rules.k, deadline, 0)
    if not proven:
        chosen = walk_to_cover(rows, rules.k, steps // 8)
        proven = chosen is not None
    if not proven and not easily:
        chosen, proven = search_cover(rows, rules.k, deadline, _FEW_NODES)
    if not proven and not easily:
        chosen = walk_to_cover(rows, rules.k, steps)
        proven = chosen is not None
    if not proven and not easily:
        chosen, proven = search_cover(rows, rules.k, deadline, _COVER_NODES)
    if not proven and not easily:
        chosen, proven = cover_by_solver(rows, anywhere, deadline)
    return (None if chosen is None else filled_up(sites[chosen], rules)), proven


def reach_below(
    levels: list[Objective],
    limits: list[int],
    rules: Constraints,
    position: Array,
    deadline: float,
    start: Array | None,
    cutoff: int,
) -> tuple[Array | None, bool]:
    """Find a choice whose last level is below a cutoff, the others within their limits.

    Returns
    -------
    array or None
        The choice.
    bool
        Whether the answer is proven; a choice that was found always is.
    """
    if levels[-1].floor >= cutoff:
        return None, True
    if start is not None and levels[-1].total(start) < cutoff:
        return np.sort(start), True
    found = Search(levels, limits, rules, position, deadline).run(start, cutoff=cutoff)
    return found.chosen, found.proven
