"""Can k sites cover all rows: the covering question inside the p-center and the set cover."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shelter_geo.siting.blocks import row_keys
from shelter_geo.siting.highs import Program, solve
from shelter_geo.siting.levels import Level
from shelter_geo.siting.rules import Rules

Array = NDArray[Any]

_CHUNK: Final = 2048


def must_cover(level: Level) -> Array:
    """Return which candidates cover each demand point that has to be covered.

    Demand points whose candidates include all those of another are left out: they are covered
    along with it.

    Parameters
    ----------
    level
        Costs of 0 (covered) and 1.

    Returns
    -------
    bool array, shape (rows, candidates)
    """
    open_ = (level.weight > 0) & (level.cap > 0) & (level.cost == 0).any(axis=1)
    return _minimal(level.cost[open_] == 0)


def as_level(rows: Array) -> Level:
    """Return the number of rows not covered, as a level."""
    ones = np.ones(len(rows), dtype=np.int64)
    return Level("uncovered", (~rows).astype(np.int64), ones, ones)


def cover_by_solver(rows: Array, rules: Rules, deadline: float) -> tuple[Array | None, bool]:
    """Find k candidates that cover all rows and keep the rules, by mixed integer programming.

    Returns
    -------
    array or None
        Candidates, increasing, no more than k.
    bool
        Whether the answer is proven.
    """
    n = rows.shape[1]
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    matrix = sp.csr_array(np.vstack([rows, *regions, np.ones((1, n), dtype=bool)]), dtype=float)
    count = matrix.shape[0] - 1
    program = Program(
        cost=np.ones(n),
        rows=matrix,
        low=np.concatenate([np.ones(count), [0.0]]),
        high=np.concatenate([np.full(count, np.inf), [float(rules.k)]]),
        least=np.zeros(n),
        most=np.ones(n),
        whole=np.ones(n, dtype=bool),
    )
    found = solve(program, deadline - time.monotonic(), good_enough=rules.k)
    if found.x is None:
        return None, found.proven
    return np.flatnonzero(found.x > 0.5), True


def filled_up(chosen: Array, rules: Rules) -> Array:
    """Add the first free candidates until there are k; more sites never hurt."""
    rest = np.setdiff1d(np.arange(len(rules.region)), chosen)
    return np.union1d(chosen, rest[: rules.k - len(chosen)])


def _minimal(rows: Array) -> Array:
    """Keep the rows that contain no other row, one of each that are equal."""
    if len(rows) == 0:
        return rows
    _, first = np.unique(row_keys(rows), return_index=True)
    rows = rows[first]
    rows = rows[np.argsort(rows.sum(axis=1), kind="stable")]
    kept = rows[:0]
    for at in range(0, len(rows), _CHUNK):
        part = rows[at : at + _CHUNK]
        part = part[~_contains(part, kept).any(axis=1)]
        inside = _contains(part, part)
        np.fill_diagonal(inside, val=False)
        kept = np.vstack([kept, part[~inside.any(axis=1)]])
    return kept


def _contains(large: Array, small: Array) -> Array:
    """Whether each row of `large` contains each row of `small`."""
    common = large.astype(np.float32) @ small.astype(np.float32).T
    return np.asarray(common == small.sum(axis=1))
