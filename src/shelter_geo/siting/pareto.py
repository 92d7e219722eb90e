"""Plans of which none is better in one figure without being worse in another."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.enumeration import tabulate
from shelter_geo.siting.metrics import METRICS, AccessMetrics, access_metrics, kappa_per_step
from shelter_geo.siting.objectives import limit_steps
from shelter_geo.siting.problem import SitingProblem

Array = NDArray[Any]

AIMS: Final = tuple(name for name in METRICS if name != "gini")
"""Figures that can be made small. The Gini coefficient is not one: it is 0 if all are far alike."""

_DIGITS: Final = 9


@dataclass(frozen=True)
class ParetoPlan:
    """A plan on the front.

    Attributes
    ----------
    chosen : tuple
        Keys of the sites to open, in the order of the sites.
    pair : tuple of float
        The two figures.
    alike : int
        Choices with just these two figures, this one included; the first of them is named.
    access : AccessMetrics
        All figures.
    """

    chosen: tuple[Hashable, ...]
    pair: tuple[float, float]
    alike: int
    access: AccessMetrics


@dataclass(frozen=True)
class ParetoFront:
    """All plans that no other plan betters in one of two figures without losing in the other.

    Attributes
    ----------
    metrics : tuple of str
        The two figures.
    p : int
        New sites.
    plans : tuple of ParetoPlan
        Best in the first figure first.
    looked_at : int
        Choices looked at: all that leave as few people unserved as can be.
    """

    metrics: tuple[str, str]
    p: int
    plans: tuple[ParetoPlan, ...]
    looked_at: int


def pareto_front(
    problem: SitingProblem,
    p: int,
    metrics: tuple[str, str] = ("mean", "max"),
    *,
    beyond: float = 100.0,
    kappa: float | None = None,
) -> ParetoFront:
    """Find the Pareto set of two figures by looking at every choice of p candidates.

    As in every model, plans that leave more people unserved than need be are left out, unless
    `unserved` is one of the two figures. Figures that differ by less than 1e-9 are the same.

    Parameters
    ----------
    problem
        The question.
    p
        Sites to open beside those that stand.
    metrics
        Two names out of `AIMS`; both are made small.
    beyond, kappa
        As for `enumeration.tabulate`.

    Raises
    ------
    SitingError
        If there are too many choices, none meets the regions, or the two figures are no two aims.
    """
    first, second = metrics
    if first == second or first not in AIMS or second not in AIMS:
        raise SitingError(f"a front needs two of these figures: {', '.join(AIMS)}")
    table = tabulate(
        problem, p, metrics, beyond=beyond, kappa=kappa, serving_most="unserved" not in metrics
    )
    values = np.column_stack([np.round(table.values[name], _DIGITS) for name in metrics])
    # Where nobody is served, no figure is better than another.
    values[np.isnan(values)] = 0.0
    per_step = kappa_per_step(problem) if kappa is None else kappa / problem.steps_per_unit
    plans = []
    for at in pareto_rows(values):
        columns = problem.candidates[table.chosen(int(at))]
        nearest = problem.nearest(np.union1d(problem.fixed, columns))
        access = access_metrics(
            problem, nearest, limit=limit_steps(problem, beyond), kappa=per_step
        )
        alike = int((values == values[at]).all(axis=1).sum())
        chosen = tuple(problem.site_ids[j] for j in columns)
        plans.append(
            ParetoPlan(chosen, (float(values[at, 0]), float(values[at, 1])), alike, access)
        )
    return ParetoFront((first, second), p, tuple(plans), len(values))


def pareto_rows(values: Array) -> Array:
    """Return the rows that no other row betters, the least in the first column first.

    Parameters
    ----------
    values
        Shape (rows, 2), both made small. Of rows that are alike the first is taken.
    """
    order = np.lexsort([values[:, 1], values[:, 0]])
    second = values[order, 1]
    before = np.concatenate([[np.inf], np.minimum.accumulate(second)[:-1]])
    return np.asarray(order[second < before])
