"""The loops of a search in numpy, for questions that are answered before a compiler would be.

They give what the compiled loops give, except that an exchange takes the swap that saves most and
not the first that saves, and that all sites are priced at every step. `branch_and_bound` and
`subgradient` say for which size they beat HiGHS.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.blocks import Blocks

Array = NDArray[Any]


class Regions(NamedTuple):
    """Regions that must hold a site.

    Attributes
    ----------
    of : int64, shape (sites,)
        Region of each site.
    unmet : bool, shape (regions,)
        Regions that must be given a site.
    missing : int
        Number of unmet regions.
    """

    of: Array
    unmet: Array
    missing: int


class Steps(NamedTuple):
    """How long to climb and how boldly.

    Attributes
    ----------
    most : int
        Steps at most.
    boldness : float
        First length of a step, as a multiple of the one that would close the gap.
    patience : int
        Steps without progress before `boldness` falls.
    every : int
        All sites are priced at every so many steps, the promising ones in between.
    """

    most: int
    boldness: float
    patience: int
    every: int


class Outcome(NamedTuple):
    """Where a search ended.

    Attributes
    ----------
    chosen : int64 array or None
        Best choice of candidates, increasing; None if none was found below the cutoff.
    total : int or None
        Its total.
    bound : int
        No choice has a smaller total.
    proven : bool
        Whether the search came to its end.
    """

    chosen: Array | None
    total: int | None
    bound: int
    proven: bool


def least_sites(price: Array, sites: Array, k: int, regions: Regions) -> Array:
    """Return the k sites of least price, one at least in each of the unmet regions, k at most."""
    order = sites[np.argsort(price[sites], kind="stable")]
    if regions.missing == 0:
        return order[:k]
    of = regions.of[order]
    open_ = np.flatnonzero(regions.unmet[of])
    first = np.zeros(len(order), dtype=bool)
    first[open_[np.unique(of[open_], return_index=True)[1]]] = True
    rest = order[~first][: max(k - int(first.sum()), 0)]
    return np.concatenate([order[first], rest])


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
    """Climb from the multipliers `start` towards the bound `target`; see `subgradient.ascend`."""
    some = np.flatnonzero(blocks.light.ravel() > 0)
    cost = blocks.cost.reshape(len(often), -1)[np.ix_(open_to, some)].astype(np.float32)
    light, most, low = blocks.light.ravel()[some], cap.ravel()[some], least.ravel()[some]
    u = start.ravel()[some]
    best_u, drift = u, np.zeros_like(u)
    best, idle, boldness, taken = -np.inf, 0, steps.boldness, 0
    enough = target - 1 + 1e-3 + 1e-6 * abs(target)
    everywhere = np.arange(len(open_to))
    local = Regions(regions.of[open_to], regions.unmet, regions.missing)
    seen = often[open_to]
    for _ in range(steps.most):
        taken += 1
        slack = u - cost
        np.maximum(slack, 0, out=slack)
        price = -(slack @ light)
        picked = least_sites(price, everywhere, k, local)
        bound = float(light @ u) + float(price[picked].sum(dtype=float))
        seen *= 0.95
        seen[picked] += 0.05
        idle += 1
        if bound > best:
            if bound > best + 1e-5 * abs(target):
                idle = 0
            best, best_u = bound, u
            if best > enough:
                break
        if idle >= steps.patience:
            boldness, idle, u = boldness * 0.7, 0, best_u
            drift = np.zeros_like(u)
            if boldness < 0.01:
                break
        slope = 1 - (cost[picked] < u).sum(axis=0, dtype=np.float32)
        slope[((slope > 0) & (u >= most)) | ((slope < 0) & (u <= low))] = 0
        drift = slope + np.float32(0.6) * drift
        length = float(light @ (drift * drift))
        if length == 0:
            break
        u = u + np.float32(boldness * (1.002 * target - bound) / length) * drift
        u = np.minimum(np.maximum(u, low), most)
    often[open_to] = seen
    found = start.ravel().copy()
    found[some] = best_u
    return found.reshape(start.shape), boldness, taken


def greedy(blocks: Blocks, sites: Array, k: int, regions: Regions) -> Array:
    """Open k sites one by one, each the one that saves most; unmet regions come in time."""
    cost, weight = _flat(blocks, sites), blocks.weight.ravel()
    best, unmet, missing = blocks.cap.ravel(), regions.unmet.copy(), regions.missing
    of, used = regions.of[sites], np.zeros(len(sites), dtype=bool)
    chosen = np.empty(k, np.int64)
    for r in range(k):
        saving = np.maximum(best - cost, 0) @ weight
        saving[used | (~unmet[of] if missing == k - r else False)] = -1
        pick = int(saving.argmax())
        chosen[r], used[pick] = sites[pick], True
        missing -= int(unmet[of[pick]])
        unmet[of[pick]] = False
        best = np.minimum(best, cost[pick])
    return chosen


def exchange(blocks: Blocks, sites: Array, chosen: Array, regions: Regions) -> float:
    """Exchange chosen sites for others while that saves; `chosen` is changed in place.

    Returns
    -------
    float
        Weighted cost of the packed demand points.
    """
    cost, weight, cap = _flat(blocks, sites), blocks.weight.ravel(), blocks.cap.ravel()
    k, everyone = len(chosen), np.arange(len(cap))
    while True:
        # The last row stands for the sites that are open anyway.
        own = np.vstack([_flat(blocks, chosen), cap])
        who = own.argmin(axis=0)
        first = own[who, everyone]
        own[who, everyone] = np.inf
        second = np.minimum(own.min(axis=0), cap)
        served = (who == np.arange(k)[:, None]) * weight
        saving = np.maximum(first - cost, 0) @ weight
        rest = np.maximum(second - np.maximum(cost, first), 0)
        change = saving[:, None] - (served @ (second - first) - rest @ served.T)
        change[np.isin(sites, chosen)] = -np.inf
        if regions.unmet.any():
            mine = regions.of[chosen]
            lone = regions.unmet[mine] & (np.bincount(mine)[mine] == 1)
            change[lone & (regions.of[sites][:, None] != mine)] = -np.inf
        at = int(change.argmax()) if change.size else 0
        if not change.size or change.flat[at] < 0.5:
            return float(first @ weight)
        chosen[at % k] = sites[at // k]


def kicked(
    blocks: Blocks, sites: Array, chosen: Array, regions: Regions, tries: int, seed: int
) -> Array:
    """Replace four sites at random and exchange again, a number of times; keep the best."""
    best, least = chosen.copy(), weighted_total(blocks, chosen)
    random = np.random.default_rng(seed)
    for _ in range(tries):
        trial = best.copy()
        for r, j in zip(
            random.integers(len(trial), size=4).tolist(),
            sites[random.integers(len(sites), size=4)].tolist(),
            strict=True,
        ):
            mine = regions.of[trial]
            lone = regions.unmet[mine[r]] and (mine == mine[r]).sum() == 1
            if j not in trial and not (lone and regions.of[j] != mine[r]):
                trial[r] = j
        total = exchange(blocks, sites, trial, regions)
        if total < least:
            best, least = trial, total
    return best


def weighted_total(blocks: Blocks, chosen: Array) -> float:
    """Weighted cost of the packed demand points if the chosen sites open."""
    least = np.minimum(blocks.cap, blocks.cost[chosen].min(axis=0, initial=np.inf))
    return float((blocks.weight * least).sum())


def _flat(blocks: Blocks, sites: Array) -> Array:
    return blocks.cost[sites].reshape(len(sites), -1).astype(float)
