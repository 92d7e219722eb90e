"""How much worse each plan is than the best one, in each of many scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.blocks import EXACT_SUM
from shelter_geo.siting.choices import blocks
from shelter_geo.siting.combinations import choice
from shelter_geo.siting.model_levels import top_cost
from shelter_geo.siting.problem import UNREACHED, SitingProblem

Array = NDArray[Any]
_SMALL: Final = 1 << 18
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Regrets:
    """Regret of every choice of p sites over scenarios of the burden.

    The regret of a plan in a scenario is its mean cost less that of the scenario's best plan: how
    much farther people have to go on average because this plan was built and not that one.

    Attributes
    ----------
    problem : SitingProblem
    p : int
    burdens : int64, shape (scenarios, demand)
    factors : float64, shape (scenarios,)
        What all costs of a scenario are multiplied by.
    ranks : int64, shape (choices,)
        Choices looked at: those that leave as few people unserved as can be.
    best : int64, shape (scenarios,)
        Rows of `ranks`: the best choice of each scenario, ties to the first.
    least : float64, shape (scenarios,)
        Burden times steps of that choice.
    worst, mean : float64, shape (choices,)
        Largest and mean regret over the scenarios, in the unit of the costs.
    """

    problem: SitingProblem
    p: int
    burdens: Array
    factors: Array
    ranks: Array
    best: Array
    least: Array
    worst: Array
    mean: Array

    @property
    def minimax(self) -> int:
        """Row of the choice of least worst regret; ties to the smaller mean, then to the first."""
        rows = np.flatnonzero(self.worst == self.worst.min())
        return int(rows[self.mean[rows].argmin()])

    def chosen(self, at: int) -> Array:
        """Return the candidates of the choice in one row, numbered among the candidates."""
        return choice(int(self.ranks[at]), len(self.problem.candidates), self.p)

    def of(self, chosen: Array) -> Array:
        """Return the regret of any choice in every scenario."""
        problem, columns = self.problem, self.problem.candidates[np.asarray(chosen, np.int64)]
        steps = problem.nearest(np.union1d(problem.fixed, columns))
        walked = self.burdens @ np.where(steps == UNREACHED, top_cost(problem), steps)
        return np.asarray((walked - self.least) * _scale(problem, self.burdens, self.factors))


def regrets(
    problem: SitingProblem,
    p: int,
    burdens: ArrayLike,
    *,
    factors: ArrayLike | None = None,
    progress: Progress | None = None,
) -> Regrets:
    """Find the best choice of p candidates in every scenario, and the regret of every choice.

    Being unserved costs more than any road, the same in all scenarios; it tells no choices apart
    that leave the same demand points unserved.

    Parameters
    ----------
    problem
        The question; its people only say which choices leave as few as can be unserved.
    p
        Sites to open beside those that stand.
    burdens
        Shape (scenarios, demand), whole numbers of 0 or more: people, or people times how much
        slower they travel.
    factors
        What all costs of a scenario are multiplied by, above 0; by default 1.
    progress
        Called with a name, the work done and the whole.

    Raises
    ------
    SitingError
        If there are too many choices, none meets the regions, or the burdens make no sense.
    """
    whole = _checked(problem, burdens)
    # Sums stay below 2 to the power of 51, where double precision is exact in any order.
    weights = np.ascontiguousarray(whole[:, problem.weights > 0].T, dtype=float)
    factor = _factors(factors, len(whole))
    scale = _scale(problem, whole, factor)
    ranks, best, least = [], np.zeros(len(whole), np.int64), np.full(len(whole), np.inf)
    seen = 0
    for numbers, steps in blocks(problem, p, serving_most=True):
        walked = _product(steps, weights)
        value = walked.min(axis=0)
        better = np.flatnonzero(value < least)
        best[better] = seen + walked[:, better].argmin(axis=0)
        least[better] = value[better]
        ranks.append(numbers)
        seen += len(numbers)
        if progress is not None:
            progress("regret", int(numbers[-1]), 2 * int(numbers[-1]) + 1)
    worst, mean, at = np.empty(seen), np.empty(seen), 0
    for numbers, steps in blocks(problem, p, serving_most=True):
        regret = (_product(steps, weights) - least) * scale
        worst[at : at + len(numbers)] = regret.max(axis=1)
        mean[at : at + len(numbers)] = regret.mean(axis=1)
        at += len(numbers)
        if progress is not None:
            progress("regret", seen + at, 2 * seen)
    return Regrets(problem, p, whole, factor, np.concatenate(ranks), best, least, worst, mean)


def _product(steps: Array, weights: Array) -> Array:
    """Multiply few rows at a time: a larger product would start threads, which takes longer."""
    rows = max(_SMALL // weights.size, 1)
    found = np.empty((len(steps), weights.shape[1]))
    for at in range(0, len(steps), rows):
        np.matmul(steps[at : at + rows], weights, out=found[at : at + rows])
    return found


def _checked(problem: SitingProblem, burdens: ArrayLike) -> Array:
    given = np.asarray(burdens)
    n = len(problem.weights)
    if given.ndim != 2 or len(given) == 0 or given.shape[1] != n:
        raise SitingError(f"burdens need a row a scenario and {n} columns, not {given.shape}")
    if given.dtype.kind not in "iuf" or not np.isfinite(given.astype(float)).all():
        raise SitingError("burdens must be known numbers")
    whole = np.rint(given).astype(np.int64)
    if (whole != given).any() or (whole < 0).any():
        raise SitingError("burdens are whole numbers of 0 or more")
    if (whole[:, problem.weights > 0].sum(axis=1) == 0).any():
        raise SitingError("a scenario leaves nobody to serve")
    if int(whole.sum(axis=1).max()) * top_cost(problem) >= EXACT_SUM:
        raise SitingError("people times cost is too large to be added exactly: use coarser units")
    return np.asarray(whole)


def _factors(factors: ArrayLike | None, count: int) -> Array:
    if factors is None:
        return np.ones(count)
    given = np.asarray(factors, dtype=float)
    if given.shape != (count,) or not (np.isfinite(given) & (given > 0)).all():
        raise SitingError(f"{count} scenarios need as many factors above 0")
    return given


def _scale(problem: SitingProblem, burdens: Array, factors: Array) -> Array:
    people = burdens[:, problem.weights > 0].sum(axis=1)
    return np.asarray(factors / (people * float(problem.steps_per_unit)))
