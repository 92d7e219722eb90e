"""Figures of access for every choice of p sites, and the choices of which none is better."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.combinations import check_countable, choice, least_costs
from shelter_geo.siting.objectives import (
    constraints_for,
    limit_steps,
    regions_fault,
    top_cost,
    unmet_regions,
)
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.result import METRICS, AccessMetrics, access_metrics, kappa_per_step

Array = NDArray[Any]

_SORTED: Final = ("median", "p90", "gini")


@dataclass(frozen=True, eq=False)
class ChoiceTable:
    """Figures of every choice that meets the regions; a choice is named by its rank.

    Attributes
    ----------
    problem : SitingProblem
    p : int
        Sites to open.
    ranks : int64, shape (choices,)
        Places of the choices in the alphabet of candidates' numbers, increasing.
    unserved : int64, shape (choices,)
        People whom no open site can reach.
    values : dict of float64, shape (choices,)
        The figures by name, as in `metrics.AccessMetrics`; NaN where nobody is served.
    """

    problem: SitingProblem
    p: int
    ranks: Array
    unserved: Array
    values: dict[str, Array]

    def chosen(self, at: int) -> Array:
        """Return the candidates of the choice in one row, numbered among the candidates."""
        return choice(int(self.ranks[at]), len(self.problem.candidates), self.p)


def tabulate(
    problem: SitingProblem,
    p: int,
    metrics: Sequence[str] = METRICS,
    *,
    beyond: float = 100.0,
    kappa: float | None = None,
    serving_most: bool = False,
) -> ChoiceTable:
    """Compute figures of access for every choice of p candidates.

    Parameters
    ----------
    problem
        The question.
    p
        Sites to open beside those that stand.
    metrics
        Names out of `metrics.METRICS`.
    beyond
        Limit of the share beyond it, in the unit of the costs.
    kappa
        Kolm-Pollak coefficient per unit of cost; by default as `metrics.kappa_per_step` has it.
    serving_most
        Only for the choices that leave as few people unserved as can be.

    Raises
    ------
    SitingError
        If there are too many choices, a figure is not known, or no choice meets the regions.
    """
    if strange := [name for name in metrics if name not in METRICS]:
        raise SitingError(f"{strange[0]!r} is no figure of access: {', '.join(METRICS)}")
    per_step = kappa_per_step(problem) if kappa is None else kappa / problem.steps_per_unit
    figures = _Figures(problem, metrics, limit_steps(problem, beyond), per_step)
    parts = [
        (ranks, figures.of(steps)) for ranks, steps in blocks(problem, p, serving_most=serving_most)
    ]
    names = ("unserved", *metrics)
    columns = {name: np.concatenate([values[name] for _, values in parts]) for name in names}
    ranks = np.concatenate([ranks for ranks, _ in parts])
    unserved = columns["unserved"].astype(np.int64)
    return ChoiceTable(problem, p, ranks, unserved, {name: columns[name] for name in metrics})


def blocks(
    problem: SitingProblem, p: int, *, serving_most: bool = False
) -> Iterator[tuple[Array, Array]]:
    """Go through the choices that meet the regions, some thousands at a time.

    Demand points without people are left out.

    Parameters
    ----------
    problem, p
        The question.
    serving_most
        Only those that leave as few people unserved as can be.

    Yields
    ------
    array
        Ranks of the choices.
    array
        Steps to the nearest open site, whole numbers in double precision, shape (choices, demand);
        `objectives.top_cost` where there is none. Overwritten by the next block.

    Raises
    ------
    SitingError
        If p sites cannot be opened, there are too many choices, or none meets the regions.
    """
    candidates = problem.candidates
    if p < 0:
        raise SitingError(f"{p} sites cannot be opened: give a number of 0 or more")
    if p > len(candidates):
        raise SitingError(f"{p} sites cannot be opened: there are {len(candidates)} candidates")
    check_countable(len(candidates), p)
    if regions_fault(problem, p) is not None:
        without = ", ".join(unmet_regions(problem))
        raise SitingError(f"no choice of {p} sites puts a shelter in each of: {without}")
    some, top = problem.weights > 0, float(top_cost(problem))
    costs = problem.costs[some][:, candidates].T.astype(float)
    cap = problem.today[some].astype(float)
    costs[costs == UNREACHED] = top
    cap[cap == UNREACHED] = top
    regions = _regions(problem, p)
    lost, people = _lost(costs == top, cap == top, problem.weights[some])
    n, m = len(cap), len(regions[1])
    least = np.inf
    if serving_most and people.any():
        both = np.hstack([regions[0], lost[0]]), np.append(regions[1], lost[1])
        for _, open_ in least_costs(*both, p):
            gone = open_[:, m:] @ people + np.where(open_[:, :m].any(axis=1), np.inf, 0)
            least = min(least, float(gone.min()))
    extra = np.hstack([costs, regions[0], lost[0]]), np.concatenate([cap, regions[1], lost[1]])
    for first, steps in least_costs(*extra, p):
        fine = ~steps[:, n : n + m].any(axis=1) & (steps[:, n + m :] @ people <= least)
        if fine.any():
            ranks = first + np.flatnonzero(fine)
            yield ranks, steps[:, :n] if fine.all() else steps[fine, :n]


def _regions(problem: SitingProblem, p: int) -> tuple[Array, Array]:
    """One column for each region that needs a site, 0 once one of its candidates is open."""
    constraints = constraints_for(problem, p)
    unmet = np.flatnonzero(constraints.needed)
    return (constraints.region[:, None] != unmet[None, :]).astype(float), np.ones(len(unmet))


def _lost(never: Array, lost: Array, people: Array) -> tuple[tuple[Array, Array], Array]:
    """One column for the demand points reached alike, 0 once an open site reaches them."""
    open_to_choice = lost & never.any(axis=0) & ~never.all(axis=0)
    patterns, group = np.unique(never[:, open_to_choice], axis=1, return_inverse=True)
    count = np.bincount(group.ravel(), people[open_to_choice], minlength=patterns.shape[1])
    return (patterns.astype(float), np.ones(patterns.shape[1])), count


class _Figures:
    """Computes figures for many choices at a time; see `metrics.access_metrics`."""

    def __init__(
        self, problem: SitingProblem, metrics: Sequence[str], limit: int, kappa: float
    ) -> None:
        self.people = problem.weights[problem.weights > 0].astype(float)
        self.unit, self.top = problem.steps_per_unit, float(top_cost(problem))
        self.metrics, self.limit, self.kappa = tuple(metrics), limit, kappa

    def of(self, steps: Array) -> dict[str, Array]:
        """Return the figures of some choices, and always their unserved people."""
        lost = steps == self.top
        unserved, near, far = np.zeros(len(steps)), steps, steps
        if lost.any():
            unserved = lost @ self.people
            near, far = np.where(lost, 0.0, steps), np.where(lost, -1.0, steps)
        served = self.people.sum() - unserved
        figures = {"unserved": unserved}
        with np.errstate(divide="ignore", invalid="ignore"):
            if "mean" in self.metrics:
                figures["mean"] = near @ self.people / served / self.unit
            if "max" in self.metrics or "kolm_pollak" in self.metrics:
                most = far.max(axis=1)
                most[served == 0] = np.nan
                figures["max"] = most / self.unit
            if "beyond" in self.metrics:
                figures["beyond"] = (far > self.limit) @ self.people / served
            if "kolm_pollak" in self.metrics:
                felt = np.exp(self.kappa * (near - most[:, None]))
                mean = (felt * (far >= 0)) @ self.people / served
                figures["kolm_pollak"] = (most + np.log(mean) / self.kappa) / self.unit
            if set(_SORTED) & set(self.metrics):
                figures |= self._sorted(steps, served)
        return figures

    def _sorted(self, steps: Array, served: Array) -> dict[str, Array]:
        """Figures that need the demand points in order of their distance, the unserved last."""
        n = steps.shape[1]
        bits = max(n - 1, 1).bit_length()
        # Steps and place in one whole number: plain numbers sort several times as fast.
        packed = np.sort((steps.astype(np.int64) << bits) | np.arange(n), axis=1)
        place, steps = packed & ((1 << bits) - 1), (packed >> bits).astype(float)
        people = np.where(steps == self.top, 0.0, self.people[place])
        filled, rows, nobody = np.cumsum(people, axis=1), np.arange(len(steps)), served == 0
        figures = {}
        for name, share in (("median", 0.5), ("p90", 0.9)):
            at = (filled < share * served[:, None]).sum(axis=1)
            value = steps[rows, np.minimum(at, n - 1)] / self.unit
            figures[name] = np.where(nobody, np.nan, value)
        walked = np.cumsum(steps * people, axis=1)
        whole = walked[:, -1]
        area = ((2 * walked - steps * people) * people).sum(axis=1)
        figures["gini"] = np.where(whole > 0, 1 - area / (whole * served), 0.0)
        figures["gini"][nobody] = np.nan
        return figures


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
