"""Raise the Lagrangian bound of a siting problem by subgradient steps.

The assignment of every demand point is priced out with a multiplier u per person, so that what is
left is to pick the k sites of least reduced cost (Narula, Ogbu and Samuelsson 1977; Beasley 1985).
The steps are taken in single precision and, in between, over the promising sites only; they prove
nothing. `reduced_costs` prices the multipliers found in whole numbers, and that is the proof.

The bound of a p-median of 300 x 300 and p = 10 takes 0.009 CPU s, where the linear relaxation by
HiGHS is not there after 22; in numpy (`plain`) that of 150 x 150 takes 0.12, where HiGHS takes 10.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import WIDTH, Blocks, inner, kernel, quick, quick_inner
from shelter_geo.siting.exact.plain import Regions, Steps

Array = NDArray[Any]
f4 = np.float32


@inner
def _choose(price: Array, sites: Array, k: int, regions: Regions, picked: Array) -> None:
    """Mark the k sites of least price, one at least in each of the unmet regions, k at most."""
    picked[:] = False
    left = k
    key = price[sites]
    if regions.missing > 0:
        order = np.argsort(key, kind="mergesort")
        unmet = regions.unmet.copy()
        for q in order:
            region = regions.of[sites[q]]
            if unmet[region]:
                unmet[region] = False
                picked[sites[q]] = True
                left -= 1
        for q in order:
            if left > 0 and not picked[sites[q]]:
                picked[sites[q]] = True
                left -= 1
        return
    limit = np.partition(key, k - 1)[k - 1]
    for j in sites:
        if price[j] < limit:
            picked[j] = True
            left -= 1
    for j in sites:
        if left > 0 and price[j] == limit:
            picked[j] = True
            left -= 1


@kernel
def ascend(
    blocks: Blocks,
    open_to: Array,
    k: int,
    regions: Regions,
    cap: Array,
    least: Array,
    start: Array,
    steps: Steps,
    target: float,
    often: Array,
) -> tuple[Array, float, int]:
    """Climb from the multipliers `start` towards the bound `target`.

    Parameters
    ----------
    blocks
        Costs.
    open_to
        Sites that may be picked, increasing; more than k.
    k
        Sites to pick.
    regions
        Regions that the picked sites must meet.
    cap, least
        Upper and lower ends of the multipliers, float32, shaped like `start`.
    start
        Multipliers, cost per person, float32, shape (blocks, WIDTH).
    steps
        Length of the climb.
    target
        Cost of a known choice; a bound above it less one closes the gap.
    often
        Running mean of how often each site is picked; changed in place.

    Returns
    -------
    array
        Best multipliers found.
    float
        Boldness left.
    int
        Steps taken.
    """
    n_blocks = start.shape[0]
    u, best_u = start.copy(), start.copy()
    price, picked = np.zeros(len(often)), np.zeros(len(often), np.bool_)
    drift, served, reach = np.zeros_like(u), np.zeros_like(u), np.empty(n_blocks, np.float32)
    best, idle, boldness, promising = -np.inf, 0, steps.boldness, open_to
    taken = 0
    enough = target - 1 + 1e-3 + 1e-6 * abs(target)
    for step in range(steps.most):
        taken += 1
        _reach(u, reach)
        if step % steps.every == 0 or regions.missing > 0:
            _price(blocks, open_to, u, reach, price)
            promising = _promising(price, open_to, 5 * k + 20, regions.missing)
        else:
            _price(blocks, promising, u, reach, price)
        _choose(price, promising, k, regions, picked)
        bound = _weighted_sum(blocks.light, u)
        for j in open_to:
            often[j] *= 0.95
            if picked[j]:
                bound += price[j]
                often[j] += 0.05
        idle += 1
        if bound > best:
            if bound > best + 1e-5 * abs(target):
                idle = 0
            best = bound
            best_u[:] = u
            if best > enough:
                break
        if idle >= steps.patience:
            boldness *= 0.7
            idle = 0
            u[:] = best_u
            drift[:] = 0
            if boldness < 0.01:
                break
        _count(blocks, np.flatnonzero(picked), u, reach, served)
        length = _turn(blocks.light, u, cap, least, served, drift)
        if length == 0:
            break
        _move(u, cap, least, drift, f4(boldness * (1.002 * target - bound) / length))
    return best_u, boldness, taken


@quick
def reduced_costs(blocks: Blocks, sites: Array, fee: Array, top: Array, price: Array) -> None:
    """Price the fees of all demand points exactly: sum of min(0, weighted cost - fee) per site.

    Parameters
    ----------
    blocks
        Costs.
    sites
        Sites to price.
    fee
        Multiplier times people: multiples of one power of two, shape (blocks, WIDTH).
    top
        More than the multiplier of any demand point of the block, float32, shape (blocks,).
    price
        Written at `sites`.
    """
    for j in sites:
        total = 0.0
        for b in range(len(top)):
            if blocks.near[j, b] < top[b]:
                for i in range(WIDTH):
                    value = blocks.weight[b, i] * blocks.cost[j, b, i] - fee[b, i]
                    total += value if value < 0.0 else 0.0
        price[j] = total


@inner
def _promising(price: Array, open_to: Array, width: int, unmet: int) -> Array:
    if unmet > 0 or width >= len(open_to):
        return open_to
    key = price[open_to]
    near: Array = open_to[key <= np.partition(key, width - 1)[width - 1]]
    return near


@quick_inner
def _price(blocks: Blocks, sites: Array, u: Array, reach: Array, price: Array) -> None:
    """Reduced costs in single precision; blocks too far from a site to gain by it are skipped."""
    for j in sites:
        total = 0.0
        for b in range(len(reach)):
            if blocks.near[j, b] < reach[b]:
                part = f4(0)
                for i in range(WIDTH):
                    value = f4(blocks.cost[j, b, i]) - u[b, i]
                    part += blocks.light[b, i] * (value if value < f4(0) else f4(0))
                total += float(part)
        price[j] = total


@quick_inner
def _count(blocks: Blocks, sites: Array, u: Array, reach: Array, served: Array) -> None:
    """How many of some sites each demand point would rather use than pay its multiplier."""
    served[:] = 0
    for j in sites:
        for b in range(len(reach)):
            if blocks.near[j, b] < reach[b]:
                for i in range(WIDTH):
                    served[b, i] += f4(1) if f4(blocks.cost[j, b, i]) < u[b, i] else f4(0)


@quick_inner
def _reach(u: Array, reach: Array) -> None:
    for b in range(len(reach)):
        most = f4(0)
        for i in range(WIDTH):
            most = u[b, i] if u[b, i] > most else most
        reach[b] = most


@quick_inner
def _weighted_sum(light: Array, u: Array) -> float:
    total = 0.0
    for b in range(u.shape[0]):
        part = f4(0)
        for i in range(WIDTH):
            part += light[b, i] * u[b, i]
        total += float(part)
    return total


@quick_inner
def _turn(light: Array, u: Array, cap: Array, least: Array, served: Array, drift: Array) -> float:
    """Turn the drift towards the subgradient and return its squared length by people."""
    length = 0.0
    for b in range(u.shape[0]):
        part = f4(0)
        for i in range(WIDTH):
            slope = f4(1) - served[b, i]
            slope = f4(0) if slope > f4(0) and u[b, i] >= cap[b, i] else slope
            slope = f4(0) if slope < f4(0) and u[b, i] <= least[b, i] else slope
            slope += f4(0.6) * drift[b, i]
            drift[b, i] = slope
            part += light[b, i] * slope * slope
        length += float(part)
    return length


@quick_inner
def _move(u: Array, cap: Array, least: Array, drift: Array, step: np.float32) -> None:
    for b in range(u.shape[0]):
        for i in range(WIDTH):
            value = u[b, i] + step * drift[b, i]
            value = value if value > least[b, i] else least[b, i]
            u[b, i] = value if value < cap[b, i] else cap[b, i]
