"""Scenarios drawn, and the best plan of a model in each of them, looked at here or on workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.cluster import Spread, here
from shelter_geo.errors import SitingError
from shelter_geo.progress import Progress
from shelter_geo.siting.objectives import limit_steps, top_cost
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.registry import registered_model, robust_models
from shelter_geo.siting.regret import (
    Regrets,
    Values,
    Weigh,
    mean_of,
    parts_of,
    regrets,
    summed,
    weigh_choices,
)

Array = NDArray[Any]

GRAIN: Final = 100
"""People are counted to a hundredth."""


@dataclass(frozen=True)
class Uncertainty:
    """What is uncertain, and by how much; every number here is an assumption to be argued for.

    Attributes
    ----------
    demand_sigma : float
        Standard deviation of the logarithm of the demand of each demand point around its people.
    under_reporting : tuple of float
        Each demand point's demand is multiplied by a factor between these two, drawn evenly on a
        logarithmic scale: how many cases stand behind one that is known differs from place to
        place, and nobody knows how.
    slowdown_sigma : float
        Standard deviation of the logarithm of the cost of travel from each demand point around
        what the roads say: weather, roadworks, the car somebody has.
    slowdown : tuple of float
        All costs of a scenario are multiplied by a factor between these two, drawn evenly.
    counted_where_registered : float
        Share of the scenarios in which people count where they are registered though they live
        elsewhere; in the others they count for nothing there.

    Raises
    ------
    SitingError
        If a spread is below 0, a factor not above 0, a range upside down or a share not from 0
        to 1.
    """

    demand_sigma: float = 0.3
    under_reporting: tuple[float, float] = (1.0, 3.0)
    slowdown_sigma: float = 0.1
    slowdown: tuple[float, float] = (1.0, 1.3)
    counted_where_registered: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        for sigma in (self.demand_sigma, self.slowdown_sigma):
            if not (np.isfinite(sigma) and 0 <= sigma <= 3):
                raise SitingError(f"a spread lies between 0 and 3, not at {sigma}")
        for low, high in (self.under_reporting, self.slowdown):
            if not (0 < low <= high <= 100):
                raise SitingError(f"a factor lies between 0 and 100, low end first: {low}, {high}")
        if not 0 <= self.counted_where_registered <= 1:
            raise SitingError("the share of scenarios lies between 0 and 1")


class Scenarios(NamedTuple):
    """Drawn scenarios; the first is the data as given.

    Attributes
    ----------
    people : float64, shape (scenarios, demand)
    slower : float64, shape (scenarios, demand)
        Factor of the costs of one demand point.
    common : float64, shape (scenarios,)
        Factor of all costs.
    """

    people: Array
    slower: Array
    common: Array

    @property
    def burdens(self) -> Array:
        """Hundredths of a person times how much slower they travel than the rest, whole."""
        return np.asarray(np.rint(self.people * self.slower * GRAIN).astype(np.int64))


def draw_scenarios(
    problem: SitingProblem,
    registered: ArrayLike | None,
    uncertainty: Uncertainty,
    scenarios: int,
    seed: int,
) -> Scenarios:
    """Draw scenarios; the first is the data as given.

    Raises
    ------
    SitingError
        If there is no scenario, or `registered` does not fit.
    """
    if scenarios < 1:
        raise SitingError("there is at least one scenario: the data as given")
    n = len(problem.weights)
    elsewhere = np.zeros(n, bool) if registered is None else np.asarray(registered)
    if elsewhere.shape != (n,) or elsewhere.dtype != bool:
        raise SitingError(f"{n} demand points need as many yes or no, not {elsewhere.shape}")
    if not problem.weights[~elsewhere].any():
        raise SitingError("if nobody registered elsewhere is counted, there is nobody to serve")
    random = np.random.default_rng(seed)
    shape = (scenarios, n)
    demand = np.exp(uncertainty.demand_sigma * random.standard_normal(shape))
    low, high = np.log(uncertainty.under_reporting)
    hidden = np.exp(random.uniform(low, high, shape))
    slower = np.exp(uncertainty.slowdown_sigma * random.standard_normal(shape))
    common = random.uniform(*uncertainty.slowdown, scenarios)
    counted = random.random(scenarios) < uncertainty.counted_where_registered
    people = problem.weights * demand * hidden
    people = np.where(elsewhere & ~counted[:, None], 0.0, people)
    people[0], slower[0], common[0] = problem.weights, 1.0, 1.0
    return Scenarios(people, slower, common)


def scenario_regrets(
    problem: SitingProblem,
    p: int,
    scenarios: Scenarios,
    model: str,
    within: float | None = None,
    progress: Progress | None = None,
    spread: Spread = here,
) -> Regrets:
    """Find the best plan of a model in every scenario, and the regret of every plan.

    The regret is in the unit of the costs, for "mclp" the share of people who could be within
    the limit and are not.

    Parameters
    ----------
    problem, p
        The question.
    scenarios
        From `draw_scenarios`.
    model
        One of `registry.robust_models`. For "p-median-within" the limit holds on the roads as
        given.
    within
        The limit, in the unit of the costs, of the models that have one.
    progress
        Called with a name, the work done and the whole.
    spread
        What does the work, a part of the scenarios an item; the answer is the same wherever.

    Raises
    ------
    SitingError
        If the model or its limit is not known, no plan keeps to the limit, or there are too many.
    """
    if model not in robust_models():
        raise SitingError(f"robustness is for {', '.join(robust_models())}, not for {model!r}")
    entry = registered_model(model)
    if (within is None) == bool(entry.limit):
        raise SitingError(f"{model} has {'a' if within is None else 'no'} limit")
    parts = parts_of(len(scenarios.common))
    if spread is here or len(parts) == 1:  # one look at every choice serves all scenarios
        return entry.regret_function(problem, p, scenarios, within, progress, weigh_choices)
    shared = _Asked(problem, p, scenarios, model, within)
    looked_at: dict[range, _Part] = {}
    for part, result in spread(_part, shared, parts):
        looked_at[part] = result
        if progress is not None:
            progress("regret", len(looked_at), len(parts))
    of = [looked_at[part] for part in parts]
    best, least = (
        np.concatenate([getattr(one, name) for one in of]) for name in _Part._fields[1:3]
    )
    worst, mean = (
        np.max([one.worst for one in of], axis=0),
        mean_of([one.mean for one in of], parts),
    )

    def together(
        problem: SitingProblem, p: int, values: Values, scale: Array, **_: object
    ) -> Regrets:
        return Regrets(problem, p, values, scale, of[0].ranks, best, least, worst, mean)

    return entry.regret_function(problem, p, scenarios, within, progress, together)


class _Asked(NamedTuple):
    """What parts of the scenarios have in common."""

    problem: SitingProblem
    p: int
    scenarios: Scenarios
    model: str
    within: float | None


class _Part(NamedTuple):
    """Columns of `Regrets` over a part of the scenarios."""

    ranks: Array
    best: Array
    least: Array
    worst: Array
    mean: Array


def _part(asked: _Asked, part: range) -> _Part:
    some = Scenarios(*(column[part.start : part.stop] for column in asked.scenarios))
    found = registered_model(asked.model).regret_function(
        asked.problem, asked.p, some, asked.within, None, weigh_choices
    )
    return _Part(*(getattr(found, name) for name in _Part._fields))


def median_regrets(
    problem: SitingProblem,
    p: int,
    scenarios: Scenarios,
    _: None,
    progress: Progress | None,
    weigh: Weigh,
) -> Regrets:
    """Return how much farther people go on average than under the best plan of each scenario."""
    return regrets(
        problem, p, scenarios.burdens, factors=scenarios.common, progress=progress, weigh=weigh
    )


def within_regrets(
    problem: SitingProblem,
    p: int,
    scenarios: Scenarios,
    within: float,
    progress: Progress | None,
    weigh: Weigh,
) -> Regrets:
    """Return the regrets of `median_regrets` for the plans with everyone within a limit."""
    some, limit = problem.weights > 0, limit_steps(problem, within)
    weights = np.ascontiguousarray(scenarios.burdens[:, some].T, dtype=float)
    sites = np.union1d(problem.fixed, problem.candidates)
    reached = (problem.costs[:, sites] != UNREACHED).any(axis=1)[some]
    return weigh(
        problem,
        p,
        lambda steps: [summed(steps, weights)],
        scenarios.common / (weights.sum(axis=0) * problem.steps_per_unit),
        keep=lambda steps: np.asarray((steps[:, reached] <= limit).all(axis=1)),
        progress=progress,
    )


def center_regrets(
    problem: SitingProblem,
    p: int,
    scenarios: Scenarios,
    _: None,
    progress: Progress | None,
    weigh: Weigh,
) -> Regrets:
    """Return how much farther the worst served go than under the best plan of each scenario."""
    served = _served(problem, scenarios)
    top = float(top_cost(problem))

    def farthest(steps: Array) -> list[Array]:
        reached = np.where(steps == top, 0.0, steps)
        most = np.empty((len(steps), len(served.pace)))
        for s in range(len(served.pace)):
            most[:, s] = (reached * (served.pace[s] * (served.people[s] > 0))).max(axis=1)
        return [most, summed(steps, served.weights)]

    scale = np.full(len(served.pace), 1 / problem.steps_per_unit)
    return weigh(problem, p, farthest, scale, progress=progress)


def cover_regrets(
    problem: SitingProblem,
    p: int,
    scenarios: Scenarios,
    within: float,
    progress: Progress | None,
    weigh: Weigh,
) -> Regrets:
    """Return the share of people who could be within a limit in each scenario and are not."""
    served, limit = _served(problem, scenarios), limit_steps(problem, within)
    top = float(top_cost(problem))

    def beyond(steps: Array) -> list[Array]:
        far, lost = np.empty((len(steps), len(served.pace))), steps == top
        for s in range(len(served.pace)):
            outside = lost | (steps * served.pace[s] > limit + 1e-6)
            far[:, s] = outside.astype(float) @ served.people[s]
        unserved = lost.astype(float) @ served.people.T
        return [far, unserved, summed(steps, served.weights)]

    scale = 1 / served.people.sum(axis=1)
    return weigh(problem, p, beyond, scale, serving_most=False, progress=progress)


class _Served(NamedTuple):
    """Scenarios of the demand points with people: weights of their steps, pace and people."""

    weights: Array
    pace: Array
    people: Array


def _served(problem: SitingProblem, scenarios: Scenarios) -> _Served:
    some = problem.weights > 0
    return _Served(
        np.ascontiguousarray(scenarios.burdens[:, some].T, dtype=float),
        (scenarios.slower * scenarios.common[:, None])[:, some],
        np.rint(scenarios.people[:, some] * GRAIN),
    )
