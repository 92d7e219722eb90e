"""Solve levels in order: each is made as small as can be without giving up those before it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.bounds import Bounder
from shelter_geo.siting.cover import as_level, cover_by_solver, filled_up
from shelter_geo.siting.cover_search import search_cover
from shelter_geo.siting.exchange import exchange, greedy
from shelter_geo.siting.levels import Level, combined
from shelter_geo.siting.rules import Rules
from shelter_geo.siting.search import Search

Array = NDArray[Any]

_COVER_NODES: Final = 4_000
_TIE_NODES: Final = 500


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


def solve_in_order(
    levels: list[Level],
    rules: Rules,
    position: Array,
    deadline: float,
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
    deadline
        Value of ``time.monotonic()`` at which to stop.
    start
        A choice to begin with.
    headline
        The last level to be searched to its end. Those after it only break ties, and are given up
        after a fixed number of nodes.
    """
    bounds: list[int | None] = []
    limits: list[int] = []
    certain = True
    if start is None and len(levels) > 1:
        # A choice that is good by all levels at once often has the first ones at their floor,
        # and a level at its floor needs no search of its own.
        start = quick_choice(levels, rules, position)
    for at, level in enumerate(levels):
        if start is not None and level.total(start) == level.floor:
            limits.append(level.floor)
            bounds.append(level.floor if certain else None)
            continue
        search = Search(levels[: at + 1], limits, rules, position, deadline)
        is_tie = certain and at > headline % len(levels)
        found = search.run(start, most_nodes=_TIE_NODES if is_tie else None)
        if found.chosen is None:
            raise AssertionError("a search without a cutoff ends with a choice")
        start = found.chosen
        limits.append(level.total(start))
        bounds.append(found.bound if certain else None)
        certain = certain and found.proven
        if time.monotonic() > deadline:
            break
    if start is None:
        raise AssertionError("there is at least one level")
    totals = tuple(level.total(start) for level in levels)
    rest = len(levels) - len(bounds)
    return Solution(start, totals, (*bounds, *([None] * rest)))


def best_served(
    first: list[Level], last: Level, rules: Rules, position: Array, deadline: float
) -> Array:
    """Return a choice that has the first levels at their best and is good by the last one."""
    start = quick_choice([*first, last], rules, position)
    return solve_in_order(first, rules, position, deadline, start).chosen if first else start


def quick_choice(levels: list[Level], rules: Rules, position: Array) -> Array:
    """Return a good choice by all levels at once, proving nothing."""
    blocks = Bounder(combined(levels)[0], position).blocks
    everywhere, regions = np.arange(len(rules.region)), rules.unmet(np.empty(0, np.int64))
    chosen = greedy(blocks, everywhere, rules.k, regions)
    exchange(blocks, everywhere, chosen, regions)
    return np.sort(chosen)


def find_cover(rows: Array, rules: Rules, deadline: float) -> tuple[Array | None, bool]:
    """Find k candidates that cover all rows.

    A quick choice or branch and bound answers most of these questions at once; the few hard ones
    go to the solver.

    Parameters
    ----------
    rows
        Shape (rows, candidates): which candidates cover a row; see `must_cover`.
    rules
        What the choice must keep to; it can be done.
    deadline
        Value of ``time.monotonic()`` at which to stop.

    Returns
    -------
    array or None
        The choice.
    bool
        Whether the answer is proven; a choice that was found always is.
    """
    guess = quick_choice([as_level(rows)], rules, rows.astype(float))
    if rows[:, guess].any(axis=1).all():
        return guess, True
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    chosen, proven = search_cover(np.vstack([rows, *regions]), rules.k, deadline, _COVER_NODES)
    if not proven:
        chosen, proven = cover_by_solver(rows, rules, deadline)
    return (None if chosen is None else filled_up(chosen, rules)), proven


def reach_below(
    levels: list[Level],
    limits: list[int],
    rules: Rules,
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
