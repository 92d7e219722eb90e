"""What plans cost in drawn scenarios, by the model that is asked for."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.progress import Progress
from shelter_geo.siting.objectives import limit_steps, top_cost
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.regret import Regrets, regrets, summed, weigh_choices

Array = NDArray[Any]

ROBUST_MODELS: Final = ("p-median", "p-median-within", "p-center", "mclp")
"""Models whose plans can be held against scenarios."""

GRAIN: Final = 100
"""People are kept to a hundredth."""


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


def scenario_regrets(
    problem: SitingProblem,
    p: int,
    drawn: Scenarios,
    model: str,
    within: float | None,
    progress: Progress | None = None,
) -> Regrets:
    """Find the best plan of a model in every scenario, and the regret of every plan.

    The regret is in the unit of the costs, for "mclp" the share of people who could be within
    the limit and are not.

    Parameters
    ----------
    problem, p
        The question.
    drawn
        Scenarios.
    model
        One of `ROBUST_MODELS`. For "p-median-within" the limit holds on the roads as given.
    within
        The limit, in the unit of the costs, of the models that have one.
    progress
        Called with a name, the work done and the whole.

    Raises
    ------
    SitingError
        If the model or its limit is not known, no plan keeps to the limit, or there are too many.
    """
    if model not in ROBUST_MODELS:
        raise SitingError(f"robustness is for {', '.join(ROBUST_MODELS)}, not for {model!r}")
    if (within is None) == (model in ("p-median-within", "mclp")):
        raise SitingError(f"{model} has {'a' if within is None else 'no'} limit")
    if model == "p-median":
        return regrets(problem, p, drawn.burdens, factors=drawn.common, progress=progress)
    some, top, unit = problem.weights > 0, float(top_cost(problem)), problem.steps_per_unit
    weights = np.ascontiguousarray(drawn.burdens[:, some].T, dtype=float)
    pace = (drawn.slower * drawn.common[:, None])[:, some]
    people = np.rint(drawn.people[:, some] * GRAIN)

    def farthest(steps: Array) -> list[Array]:
        served = np.where(steps == top, 0.0, steps)
        found = np.empty((len(steps), len(pace)))
        for s in range(len(pace)):
            found[:, s] = (served * (pace[s] * (people[s] > 0))).max(axis=1)
        return [found, summed(steps, weights)]

    if model == "p-center":
        scale = np.full(len(pace), 1 / unit)
        return weigh_choices(problem, p, farthest, scale, progress=progress)
    limit = limit_steps(problem, within or 0.0)
    if model == "mclp":

        def beyond(steps: Array) -> list[Array]:
            found, lost = np.empty((len(steps), len(pace))), steps == top
            for s in range(len(pace)):
                far = lost | (steps * pace[s] > limit + 1e-6)
                found[:, s] = far.astype(float) @ people[s]
            return [found, lost.astype(float) @ people.T, summed(steps, weights)]

        scale = 1 / people.sum(axis=1)
        return weigh_choices(problem, p, beyond, scale, serving_most=False, progress=progress)
    sites = np.union1d(problem.fixed, problem.candidates)
    reached = (problem.costs[:, sites] != UNREACHED).any(axis=1)[some]
    scale = drawn.common / (weights.sum(axis=0) * unit)
    return weigh_choices(
        problem,
        p,
        lambda steps: [summed(steps, weights)],
        scale,
        keep=lambda steps: np.asarray((steps[:, reached] <= limit).all(axis=1)),
        progress=progress,
    )
