"""Exact lower bounds on one level of a siting problem, beside levels kept at their best.

`subgradient` climbs to them, and says for which size it beats HiGHS.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact import plain, subgradient
from shelter_geo.siting.exact.blocks import (
    EXACT_SINGLE,
    EXACT_SUM,
    Blocks,
    cheapest,
    merge_equal,
    pack,
)
from shelter_geo.siting.exact.plain import Regions, Steps, least_sites
from shelter_geo.siting.exact.set_cover import as_level, must_cover
from shelter_geo.siting.objectives import Objective, combined

Array = NDArray[Any]


class Bound(NamedTuple):
    """A lower bound on the total of a level.

    Attributes
    ----------
    value : float
        Exact: it was added up from whole multiples of a power of two.
    u : float32, shape (blocks, WIDTH)
        Multipliers, to start the next climb from.
    picked : bool, shape (sites,)
        Sites that the relaxation opens.
    if_open, if_closed : shape (sites,)
        Bounds if one more site must open, or one picked site must not.
    boldness : float
        Left for the next climb.
    work : int
        Pairs of a site and a demand point looked at.
    """

    value: float
    u: Array
    picked: Array
    if_open: Array
    if_closed: Array
    boldness: float
    work: int


class Node(NamedTuple):
    """Sites open (1), ruled out (-1) and undecided (0), and where the climbs left off."""

    state: Array
    climbs: tuple[Array, ...]
    often: Array
    value: float


def branches(node: Node | None, best: float) -> list[Node]:
    """Split a node by the undecided site that is picked closest to half of the time.

    None, or a node that can hold nothing better than a total of `best`, has no branches.
    """
    if node is None or node.value > best - 1:
        return []
    free = np.flatnonzero(node.state == 0)
    site = free[np.argmin(np.abs(node.often[free] - 0.5))]
    closed, opened = node.state.copy(), node.state.copy()
    closed[site], opened[site] = -1, 1
    often = np.zeros(len(node.often))
    return [node._replace(state=closed, often=often), node._replace(state=opened, often=often)]


class Bounder:
    """Lower bounds on the total of one level under any sites opened or ruled out."""

    def __init__(self, level: Objective, position: Array) -> None:
        parts = (level.cost, level.cap, level.weight, position)
        self.blocks, self.settled = pack(*(merge_equal(*parts) if level.binary else parts))
        self.n_sites = level.cost.shape[1]
        every = np.arange(self.n_sites)
        least = cheapest(self.blocks, every, self.blocks.cap)
        self._least = least.astype(np.float32)
        self.floor = self.settled + float((self.blocks.weight * least).sum())
        self._grain = _grain(self.blocks)

    def capped(self, most: float) -> Bounder:
        """Return the bounds if no demand point costs more than `most`."""
        lower = copy(self)
        lower.blocks = self.blocks._replace(cap=np.minimum(self.blocks.cap, most))
        lower._grain = _grain(lower.blocks)
        return lower

    def first_multipliers(self, chosen: Array) -> Array:
        """Multipliers half way between the nearest and the next chosen site."""
        one = cheapest(self.blocks, chosen, self.blocks.cap)
        two = np.full_like(one, np.inf)
        for j in chosen:
            cost = self.blocks.cost[j].astype(float)
            two = np.where(cost > one, np.minimum(two, cost), two)
        two = np.minimum(two, self.blocks.cap)
        return np.asarray((one + two) / 2, dtype=np.float32)

    def bound(
        self,
        state: Array,
        k: int,
        regions: Regions,
        u: Array,
        *,
        goal: float,
        steps: Steps,
        often: Array,
    ) -> Bound:
        """Bound the total below.

        Parameters
        ----------
        state
            1 for sites that are open, -1 for those ruled out, 0 for the rest.
        k
            Sites still to open; fewer than there are undecided ones.
        regions
            Regions still to be given a site.
        u
            Multipliers to start from.
        goal
            A total that is known to be possible, or the least that is of no interest.
        steps
            Length of the climb.
        often
            Running mean of how often each site is picked; changed in place.
        """
        blocks, free = self.blocks, np.flatnonzero(state == 0)
        cap = cheapest(blocks, np.flatnonzero(state == 1), blocks.cap)
        cap32 = cap.astype(np.float32)
        least = np.minimum(self._least, cap32)
        u = np.clip(u, least, cap32)
        goal -= self.settled
        ascend = plain.ascend if blocks.plain else subgradient.ascend
        u, boldness, taken = ascend(
            blocks, free, k, regions, cap32, least, u, steps, float(goal), often
        )
        fee = np.floor(u * blocks.weight / self._grain) * self._grain
        fee = np.minimum(fee, cap * blocks.weight)
        price, picked = np.zeros(self.n_sites), np.zeros(self.n_sites, dtype=bool)
        if blocks.plain:
            # Multiples of one power of two add up to the same in any order.
            left = blocks.weight * blocks.cost[free] - fee
            price[free] = np.minimum(left, 0).sum(axis=(1, 2))
        else:
            top = u.max(axis=1) * np.float32(1.00001)
            subgradient.reduced_costs(blocks, free, fee, top, price)
        picked[least_sites(price, free, k, regions)] = True
        value = math.fsum((float(fee.sum()), *price[picked], self.settled))
        if_open, if_closed = _exchanges(price, picked, state == 0, regions)
        work = (taken + 1) * len(free) * u.size
        return Bound(value, u, picked, value + if_open, value + if_closed, boldness, work)


def _grain(blocks: Blocks) -> float:
    """Return the finest power of two of which sums of multipliers can be added exactly."""
    widest = float((blocks.weight * blocks.cap).sum())
    return float(2.0 ** -np.floor(np.log2(EXACT_SUM / max(widest, 1.0))))


def _exchanges(price: Array, picked: Array, free: Array, regions: Regions) -> tuple[Array, Array]:
    """Price the cheapest exchange that opens a site not picked, or closes a picked one.

    Choices that meet the regions are the bases of a matroid, so the best choice with or without
    one site is a single exchange away from the best of all.
    """
    rest = free & ~picked
    if_open, if_closed = np.full(len(price), -np.inf), np.full(len(price), -np.inf)
    held = np.bincount(regions.of[picked], minlength=len(regions.unmet))
    lone = picked & regions.unmet[regions.of] & (held[regions.of] == 1)
    dearest = price[picked & ~lone].max(initial=-np.inf)
    cheapest_rest = price[rest].min(initial=np.inf)
    if_open[rest] = price[rest] - dearest
    if_closed[picked] = cheapest_rest - price[picked]
    for site in np.flatnonzero(lone):
        same = rest & (regions.of == regions.of[site])
        if_open[same] = price[same] - max(dearest, price[site])
        if_closed[site] = price[same].min(initial=np.inf) - price[site]
    return if_open, if_closed


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
            if len(needed) > 1:  # one row alone is felt by the target
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
