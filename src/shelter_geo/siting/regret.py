"""Scenarios of demand, roads and registration, and how much worse than the best each plan is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import SitingError
from shelter_geo.progress import Progress
from shelter_geo.siting.combinations import choice
from shelter_geo.siting.enumeration import blocks
from shelter_geo.siting.exact.blocks import EXACT_SUM
from shelter_geo.siting.objectives import top_cost
from shelter_geo.siting.problem import UNREACHED, SitingProblem

Array = NDArray[Any]

_SMALL: Final = 1 << 18
Values = Callable[[Array], list[Array]]
Weigh = Callable[..., "Regrets"]
PART: Final = 25
"""Scenarios of a part."""


@dataclass(frozen=True, eq=False)
class Regrets:
    """Regret of every choice of p sites over scenarios of the burden.

    The regret of a plan in a scenario is its mean cost less that of the scenario's best plan: how
    much farther people have to go on average because this plan was built and not that one.

    Attributes
    ----------
    problem : SitingProblem
    p : int
    values : callable
        What choices cost in every scenario; see `weigh_choices`.
    scale : float64, shape (scenarios,)
        What one of these costs is in the unit of the regret.
    ranks : int64, shape (choices,)
        Choices looked at: those that leave as few people unserved as can be.
    best : int64, shape (scenarios,)
        Rows of `ranks`: the best choice of each scenario, ties to the first.
    least : float64, shape (scenarios,)
        What that choice costs.
    worst, mean : float64, shape (choices,)
        Largest and mean regret over the scenarios.
    """

    problem: SitingProblem
    p: int
    values: Values
    scale: Array
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
        steps = problem.nearest(np.union1d(problem.fixed, columns))[problem.weights > 0]
        steps = np.where(steps == UNREACHED, top_cost(problem), steps).astype(float)
        return np.asarray((self.values(steps[None])[0][0] - self.least) * self.scale)


def regrets(
    problem: SitingProblem,
    p: int,
    burdens: ArrayLike,
    *,
    factors: ArrayLike | None = None,
    progress: Progress | None = None,
    weigh: Weigh | None = None,
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
    weigh
        What compares the choices; by default `weigh_choices`.

    Raises
    ------
    SitingError
        If there are too many choices, none meets the regions, or the burdens make no sense.
    """
    whole = _checked(problem, burdens)
    # Sums stay below 2 to the power of 51, where double precision is exact in any order.
    weights = np.ascontiguousarray(whole[:, problem.weights > 0].T, dtype=float)
    people = whole[:, problem.weights > 0].sum(axis=1)
    scale = _factors(factors, len(whole)) / (people * float(problem.steps_per_unit))
    return (weigh or weigh_choices)(
        problem, p, lambda steps: [summed(steps, weights)], scale, progress=progress
    )


def weigh_choices(
    problem: SitingProblem,
    p: int,
    values: Values,
    scale: Array,
    *,
    serving_most: bool = True,
    keep: Callable[[Array], Array] | None = None,
    progress: Progress | None = None,
) -> Regrets:
    """Compare every choice of p candidates with the best of every scenario.

    Parameters
    ----------
    problem, p
        The question.
    values
        Turns the steps of some choices, shape (choices, demand points with people), into what
        they cost in each scenario, shape (choices, scenarios), and into what breaks ties, the
        first before the next; `objectives.top_cost` stands for being unserved.
    scale
        What one of these costs is in the unit of the regret, shape (scenarios,).
    serving_most
        Only choices that leave as few people unserved as can be.
    keep
        Says which choices count, by their steps; by default all.
    progress
        Called with a name, the work done and the whole.

    Raises
    ------
    SitingError
        If there are too many choices, or none meets the regions or counts.
    """

    def looked_at() -> Iterator[tuple[Array, Array]]:
        for numbers, steps in blocks(problem, p, serving_most=serving_most):
            counts = np.ones(len(numbers), dtype=bool) if keep is None else keep(steps)
            if counts.any():
                yield numbers[counts], steps if counts.all() else steps[counts]

    ranks: list[Array] = []
    least: list[Array] = []
    best, seen = np.zeros(len(scale), np.int64), 0
    for numbers, steps in looked_at():
        costs = values(steps)
        rows = _first_least(costs)
        here = [value[rows, np.arange(len(scale))] for value in costs]
        least = least or [np.full(len(scale), np.inf)] * len(here)
        better = _before(here, least)
        best = np.where(better, seen + rows, best)
        least = [np.where(better, new, old) for new, old in zip(here, least, strict=True)]
        ranks.append(numbers)
        seen += len(numbers)
        if progress is not None:
            progress("regret", int(numbers[-1]), 2 * int(numbers[-1]) + 1)
    if not seen:
        raise SitingError("no plan keeps to the limit")
    worst, mean, at = np.empty(seen), np.empty(seen), 0
    for numbers, steps in looked_at():
        regret = (values(steps)[0] - least[0]) * scale
        worst[at : at + len(numbers)] = regret.max(axis=1)
        parts = parts_of(len(scale))
        means = [regret[:, part.start : part.stop].mean(axis=1) for part in parts]
        mean[at : at + len(numbers)] = mean_of(means, parts)
        at += len(numbers)
        if progress is not None:
            progress("regret", seen + at, 2 * seen)
    return Regrets(problem, p, values, scale, np.concatenate(ranks), best, least[0], worst, mean)


def parts_of(scenarios: int) -> list[range]:
    """Scenarios that are looked at together, wherever that is done."""
    every = range(scenarios)
    return [every[at : at + PART] for at in range(0, scenarios, PART)]


def mean_of(means: list[Array], parts: list[range]) -> Array:
    """Mean over all scenarios of the means over parts of them, always added in the same order."""
    if len(means) == 1:
        return means[0]
    total = np.zeros(len(means[0]))
    for mean, part in zip(means, parts, strict=True):
        total += mean * len(part)
    return total / parts[-1].stop


def _first_least(values: list[Array]) -> Array:
    """Row of the least value of every column; ties by the next values, then the first row."""
    key = values[0]
    for value in values[1:]:
        key = np.where(key == key.min(axis=0), value, np.inf)
    return np.asarray(key.argmin(axis=0))


def _before(new: list[Array], old: list[Array]) -> Array:
    """Whether each value is less than the one before; ties by the next values."""
    less, equal = np.zeros(len(new[0]), dtype=bool), np.ones(len(new[0]), dtype=bool)
    for one, other in zip(new, old, strict=True):
        less |= equal & (one < other)
        equal &= one == other
    return less


def summed(steps: Array, weights: Array) -> Array:
    """Add up steps times weights, shape (demand, scenarios), exactly if the sums are below 2**51.

    It takes few rows at a time: a larger product would start threads, which takes longer.
    """
    rows = max(_SMALL // weights.size, 1)
    sums = np.empty((len(steps), weights.shape[1]))
    for at in range(0, len(steps), rows):
        np.matmul(steps[at : at + rows], weights, out=sums[at : at + rows])
    return sums


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
