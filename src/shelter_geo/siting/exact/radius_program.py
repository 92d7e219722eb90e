"""The few sites that a search leaves undecided, as an integer program for the solver.

Every demand point pays its way out from one distance to the next, unless a site within it is open
(the radius formulation: Cornuejols, Nemhauser and Wolsey 1980, SIAM Journal on Algebraic Discrete
Methods 1; Garcia, Labbe and Marin 2011, INFORMS Journal on Computing 23). Steps of different points
that the same sites spare are one column, which makes the program small.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shelter_geo.siting.constraints import Constraints
from shelter_geo.siting.exact.highs import Program, solve
from shelter_geo.siting.exact.lagrangian import Outcome
from shelter_geo.siting.objectives import Objective

Array = NDArray[Any]

WIDEST: Final = 100_000
"""Largest total above the floor of which the solver's rounding cannot hide a whole unit."""
LARGEST: Final = 400_000
"""Most pairs of a demand point and a site."""


def is_small(level: Objective, state: Array, best: float) -> bool:
    """Whether the solver can be asked for a better choice, and its answer trusted to the unit."""
    pairs = len(level.weight) * int((state >= 0).sum())
    return pairs <= LARGEST and best - level.floor <= WIDEST


def best_below(
    level: Objective, rules: Constraints, state: Array, best: int, time_limit: float
) -> Outcome:
    """Find the least total below one that is known, with sites opened and ruled out.

    Parameters
    ----------
    level
        What to minimise; `is_small` must hold.
    rules
        What a choice must keep to.
    state
        1 for sites that are open, -1 for those ruled out, 0 for the rest.
    best
        Only smaller totals are wanted.
    time_limit
        Seconds.

    Returns
    -------
    Outcome
        Its choice is None if none was found below; it is proven if there is no better one.
    """
    sites = np.flatnonzero(state >= 0)
    program, settled = _program(level, rules, sites, state[sites] == 1)
    found = solve(program, time_limit)
    chosen = None if found.x is None else sites[found.x[: len(sites)] > 0.5]
    total = best if chosen is None else level.total(chosen)
    if total >= best:
        chosen, total = None, best
    least = settled + found.bound
    bound = total if least > total - 0.5 else int(np.floor(least))
    return Outcome(chosen, None if chosen is None else total, bound, bound == total)


def _program(
    level: Objective, rules: Constraints, sites: Array, is_open: Array
) -> tuple[Program, float]:
    """Write the choice among some sites as a program; what every choice costs comes apart."""
    steps, settled = _steps(level, sites, len(sites) - rules.k)
    n, m = len(sites), len(steps)
    spared = [np.frombuffer(key, dtype=np.int64) for key in steps]
    ends = np.cumsum([len(part) for part in spared], dtype=np.int64)
    spares = sp.csr_array(
        (np.ones(ends[-1] if m else 0), np.concatenate([*spared, []]).astype(np.int64), [0, *ends]),
        shape=(m, n),
    )
    regions = np.flatnonzero(rules.needed)
    held = sp.csr_array((rules.region[sites] == regions[:, None]).astype(float))
    chosen = sp.vstack([held, sp.csr_array(np.ones((1, n)))])
    rows = sp.block_array([[spares, sp.eye_array(m)], [chosen, None]], format="csr")
    high = np.full(m + len(regions) + 1, np.inf)
    high[-1] = rules.k
    return Program(
        cost=np.concatenate([np.zeros(n), np.fromiter(steps.values(), float, m)]),
        rows=rows,
        low=np.append(np.ones(m + len(regions)), float(rules.k)),
        high=high,
        least=np.concatenate([is_open.astype(float), np.zeros(m)]),
        most=np.ones(n + m),
        whole=np.concatenate([np.ones(n, dtype=bool), np.zeros(m, dtype=bool)]),
    ), settled


def _steps(level: Objective, sites: Array, spare: int) -> tuple[dict[bytes, float], float]:
    """Add up, for every set of sites, what demand points pay if none of them is open.

    Sets of more than `spare` sites always hold an open one.
    """
    steps: dict[bytes, float] = {}
    settled = 0.0
    for cost, cap, weight in zip(level.cost[:, sites], level.cap, level.weight, strict=True):
        capped = np.minimum(cost, cap)
        order = np.argsort(capped, kind="stable")
        ends = np.unique(np.append(capped, cap))
        counts = np.searchsorted(capped[order], ends[:-1], side="right")
        settled += float(weight * ends[0])
        for count, rise in zip(counts, np.diff(ends), strict=True):
            if count <= spare:
                key = np.sort(order[:count]).tobytes()
                steps[key] = steps.get(key, 0.0) + float(weight * rise)
    return steps, settled
