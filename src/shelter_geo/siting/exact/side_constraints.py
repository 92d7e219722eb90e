"""Levels that a search must keep at their best, as guards and as pairs that may not be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import EXACT_SINGLE, EXACT_SUM
from shelter_geo.siting.exact.set_cover import as_level, must_cover
from shelter_geo.siting.objectives import Objective, combined

Array = NDArray[Any]

_TIMES: Final = 32


class Task(NamedTuple):
    """What a search makes small and what it must keep.

    Attributes
    ----------
    target : Objective
        To be made small.
    offset : int
        What the levels to keep add to the target.
    widest : int
        What the dearest pair costs that may be used; 0 if any may.
    guards : list of Objective
        Levels to bound in place of those to keep.
    guard_limits : list of int
        Their largest totals.
    rows : list of (bool array or None)
        What says which rows of a guard lie close, if its rows are not the demand points.
    """

    target: Objective
    offset: int
    widest: int
    guards: list[Objective]
    guard_limits: list[int]
    rows: list[Array | None]


def guarded_task(levels: Sequence[Objective], limits: Sequence[int]) -> Task:
    """Split the levels of a search into its target and its guards.

    Parameters
    ----------
    levels
        The level to minimise, after those to keep.
    limits
        Totals of the levels to keep; a choice may not exceed them.
    """
    *kept, last = levels
    floors, others, weighed = [], [], []
    guards: list[Objective] = []
    guard_limits: list[int] = []
    rows: list[Array | None] = []
    for level, most in zip(kept, limits, strict=True):
        if level.binary and most == level.floor:
            # At its floor a guard counts rows left uncovered, of which there may be none.
            needed = must_cover(level)
            floors.append(level)
            guards.append(as_level(needed))
            guard_limits.append(0)
            rows.append(needed.astype(float))
        else:
            others.append(level)
            weighed.append(most)
            guards.append(level)
            guard_limits.append(most)
            rows.append(None)
    target, factors = combined([*others, last])
    offset = sum(factor * most for factor, most in zip(factors, weighed, strict=False))
    if not floors:
        return Task(target, offset, 0, guards, guard_limits, rows)
    target, widest = hardened(target, floors)
    return Task(target, offset, widest, guards, guard_limits, rows)


def hardened(target: Objective, floors: list[Objective]) -> tuple[Objective, int]:
    """Forbid the pairs that would lift a level off its floor.

    A demand point that some candidate can keep at 0 may use no other, and going without is as
    dear as can be added exactly. The bound then needs no weight that says how much one level
    counts against another.

    Parameters
    ----------
    target
        The level to make small.
    floors
        Levels of costs 0 and 1 that are to stay as small as they are with every candidate open.

    Returns
    -------
    Objective
        Equal to `target` for choices that keep all floors, larger for others.
    int
        What the dearest pair costs that may be used.
    """
    forbidden = np.zeros(target.cost.shape, dtype=bool)
    bound = np.zeros(len(target.cap), dtype=bool)
    for level in floors:
        rows = (level.weight > 0) & (level.cap > 0) & (level.cost == 0).any(axis=1)
        forbidden[rows] |= level.cost[rows] > 0
        bound |= rows
    # Two floors can contradict each other at a point: a guard of its own finds that out.
    allowed = np.where(forbidden, 0, target.cost)
    widest = int(max(allowed.max(initial=0), target.cap[~bound].max(initial=0), 1))
    own = np.maximum(target.cap, allowed.max(axis=1)) + 1
    room = (EXACT_SUM - 1 - int((target.weight * own).sum())) // max(int(target.weight.sum()), 1)
    dear = min(_TIMES * widest, max(EXACT_SINGLE - 1, 4 * widest), room)
    missed = np.maximum(own, dear)
    cost = np.where(forbidden, missed[:, None], target.cost)
    return Objective(target.name, cost, np.where(bound, missed, target.cap), target.weight), widest
