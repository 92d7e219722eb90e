"""Solve questions that add up over the people, and turn a choice of sites into an answer."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.siting.combinations import countable, rank_all, rank_interchanges
from shelter_geo.siting.exact.lexicographic import Effort, Solution, solve_lexicographic
from shelter_geo.siting.exact.symmetry import best_of_alike
from shelter_geo.siting.model import CountModel, Model
from shelter_geo.siting.objectives import Constraints, Objective, constraints_for, regions_fault
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.result import (
    Infeasibility,
    Remark,
    RunnerUp,
    SiteWorth,
    SitingResult,
    Status,
)
from shelter_geo.vocabulary import Effect, Note, choose

Array = NDArray[Any]


class Solved(NamedTuple):
    """What a solver returns; sites are numbered among the candidates.

    Attributes
    ----------
    chosen : int64 array
    status : {"optimal", "not proven"}
    bound : float or None
        In the unit of the objective.
    near_optimal : sequence of int64 arrays
        Other choices, best first.
    complete : bool
        Whether all choices were looked at for them.
    method : str
    notes : tuple of Remark
    """

    chosen: Array
    status: Status
    bound: float | None
    near_optimal: Sequence[Array]
    complete: bool
    method: str
    notes: tuple[Remark, ...] = ()


def answer(model: Model, solved: Solved, started: float, within_share: float) -> SitingResult:
    """Describe a choice of sites.

    Parameters
    ----------
    model
        The question.
    solved
        The choice.
    started
        Value of ``time.monotonic()`` when the question was put.
    within_share
        How much worse than the choice another may be to be named.
    """
    objective = model.objective_of(solved.chosen)
    nobody = np.empty(0, np.int64)
    gap = None
    if solved.bound is not None:
        off = abs(objective - solved.bound)
        gap = 0.0 if off == 0 else off / abs(objective) if objective else float("inf")
    return SitingResult(
        model=model.key,
        options=model.options(),
        status=solved.status,
        reason=None,
        chosen=_ids(model, solved.chosen),
        objective=objective,
        unit=model.problem.unit,
        bound=solved.bound,
        gap=gap,
        runner_ups=_runner_ups(model, solved, objective, within_share),
        runner_ups_complete=solved.complete,
        worth=_worth(model, solved.chosen),
        today=model.metrics_of(nobody),
        after=model.metrics_of(solved.chosen),
        changes=changes(model.problem, model.columns(solved.chosen)),
        unreachable=unreachable(model.problem),
        method=solved.method,
        notes=solved.notes + _notes(model, solved.chosen),
        seconds=time.monotonic() - started,
    )


def infeasible(model: Model, reason: Infeasibility, started: float) -> SitingResult:
    """Say that a constraint cannot be met, next to the access of today."""
    nobody = np.empty(0, np.int64)
    today = model.metrics_of(nobody)
    return SitingResult(
        model=model.key,
        options=model.options(),
        status="infeasible",
        reason=reason,
        chosen=(),
        objective=None,
        unit=model.problem.unit,
        bound=None,
        gap=None,
        runner_ups=(),
        runner_ups_complete=True,
        worth=(),
        today=today,
        after=today,
        changes=changes(model.problem, nobody),
        unreachable=unreachable(model.problem),
        method="",
        seconds=time.monotonic() - started,
    )


def changes(problem: SitingProblem, opened: Array) -> pd.DataFrame:
    """Compare every demand point with today.

    Parameters
    ----------
    problem
        The question.
    opened
        Columns of the sites that open.
    """
    before, after = problem.fixed, np.union1d(problem.fixed, opened).astype(np.int64)
    old, new = problem.nearest(before), problem.nearest(after)
    was, is_ = old != UNREACHED, new != UNREACHED
    both = was & is_
    effect = choose(
        [both & (new < old), both & (new > old), ~was & is_, was & ~is_, ~was & ~is_],
        [
            Effect.NEARER,
            Effect.FARTHER,
            Effect.COMES_WITHIN_REACH,
            Effect.CUT_OFF,
            Effect.STAYS_CUT_OFF,
        ],
        Effect.NO_CHANGE,
    )
    unit = problem.steps_per_unit
    columns = {
        "demand_id": list(problem.demand_ids),
        "people": problem.weights,
        "before": np.where(was, old / unit, np.nan),
        "after": np.where(is_, new / unit, np.nan),
        "change": np.where(was & is_, (new - old) / unit, np.nan),
        "site_before": _nearest_ids(problem, before),
        "site_after": _nearest_ids(problem, after),
        "effect": effect,
    }
    return pd.DataFrame(columns)


def unreachable(problem: SitingProblem) -> tuple[Any, ...]:
    """Return the keys of the demand points with people whom no site at all can reach."""
    sites = np.union1d(problem.fixed, problem.candidates)
    lost = (problem.costs[:, sites] == UNREACHED).all(axis=1) & (problem.weights > 0)
    return tuple(problem.demand_ids[i] for i in np.flatnonzero(lost))


def _nearest_ids(problem: SitingProblem, sites: Array) -> list[Any]:
    if len(sites) == 0:
        return [None] * len(problem.weights)
    costs = problem.costs[:, sites].view(np.uint64)
    best = costs.argmin(axis=1)
    reached = costs[np.arange(len(best)), best].view(np.int64) != UNREACHED
    return [problem.site_ids[sites[j]] if ok else None for j, ok in zip(best, reached, strict=True)]


def _ids(model: Model, chosen: Array) -> tuple[Any, ...]:
    return tuple(model.problem.site_ids[j] for j in np.sort(model.columns(chosen)))


def _runner_ups(
    model: Model, solved: Solved, objective: float, within_share: float
) -> tuple[RunnerUp, ...]:
    named = []
    for other in solved.near_optimal:
        value = model.objective_of(other)
        worse = objective - value if model.larger_is_better else value - objective
        excess = worse / abs(objective) if objective else (0.0 if worse == 0 else float("inf"))
        if excess <= within_share:
            named.append(RunnerUp(_ids(model, other), value, excess))
    return tuple(named)


def _worth(model: Model, chosen: Array) -> tuple[SiteWorth, ...]:
    if len(chosen) == 0:
        return ()
    problem, columns = model.problem, model.columns(chosen)
    everything = np.union1d(problem.fixed, columns)
    costs = problem.costs[:, everything].view(np.uint64)
    best, served = everything[costs.argmin(axis=1)], model.nearest(chosen) != UNREACHED
    worth = []
    for j in np.argsort(columns):
        rest = np.delete(chosen, j)
        mine = served & (best == columns[j])
        worth.append(
            SiteWorth(
                problem.site_ids[columns[j]],
                int(problem.weights[mine].sum()),
                model.objective_of(rest),
                model.metrics_of(rest),
            )
        )
    return tuple(worth)


def _notes(model: Model, chosen: Array) -> tuple[Remark, ...]:
    problem = model.problem
    lost = model.nearest(chosen) == UNREACHED
    sites = np.union1d(problem.fixed, problem.candidates)
    never = lost & (problem.costs[:, sites] == UNREACHED).all(axis=1)
    notes = []
    if people := int(problem.weights[never].sum()):
        notes.append(Remark(Note.NO_SITE_REACHES, {"people": people}))
    if people := int(problem.weights[lost & ~never].sum()):
        notes.append(Remark(Note.UNOPENED_SITE_REACHES, {"people": people}))
    return tuple(notes)


class Lexicographic(NamedTuple):
    """What a model makes small.

    Attributes
    ----------
    objectives : list of Objective
        The first before the second and so on.
    value : callable
        Turns totals of the objectives into the value of the model.
    """

    objectives: list[Objective]
    value: Callable[[list[int]], float]


class MinisumModel(CountModel):
    """A model whose objective is a weighted sum over the demand points.

    People whom no open site can reach come first in every model that would otherwise gain by
    leaving them out: as many people as possible are served, and only then is the objective made
    as good as can be for those served. A penalty in kilometres would instead have to be argued
    for, and would trade people who have no way at all against detours of others.
    """

    headline: ClassVar[int] = -1
    """Which of the objectives the value of the model is made of."""

    @abstractmethod
    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return what is made small."""

    def solve(
        self,
        *,
        time_limit: float = 60.0,
        runner_ups: int = 10,
        within_share: float = 0.05,
        most_work: float = math.inf,
    ) -> SitingResult:
        """Find the best plan and prove it; see `Model.solve`."""
        started = time.monotonic()
        effort = Effort(deadline := started + time_limit, most_work)
        if reason := regions_fault(self.problem, self.p):
            return infeasible(self, reason, started)
        constraints = constraints_for(self.problem, self.p)
        if self.p == 0:
            nobody = np.empty(0, np.int64)
            solved = Solved(nobody, "optimal", self.objective_of(nobody), (), True, "enumeration")
        else:
            program = self.lexicographic(constraints, deadline)
            quick = countable(program.objectives, constraints)
            few = runner_ups == 0 or not quick
            alike = best_of_alike(program.objectives, constraints) if few else None
            if quick or alike is not None:
                solved = self._by_counting(program, constraints, runner_ups, alike)
            else:
                solved = self._by_search(program, constraints, runner_ups, effort)
        if reason := self.fault(solved, deadline):
            return infeasible(self, reason, started)
        return answer(self, solved, started, within_share)

    def fault(self, solved: Solved, deadline: float) -> Infeasibility | None:
        """Say why the best plan there is does not do; None if it does."""
        return None

    def _by_counting(
        self, program: Lexicographic, constraints: Constraints, keep: int, alike: Array | None
    ) -> Solved:
        objectives = program.objectives
        if alike is None:
            ranking = rank_all(objectives, constraints, keep + 1)
        else:
            ranking = rank_interchanges(objectives, constraints, alike, keep + 1)
        best, *others = ranking.choices
        others, every = self._as_good_before(objectives, best, others), ranking.complete or not keep
        return Solved(best, "optimal", self.objective_of(best), others, every, "enumeration")

    def _by_search(
        self, program: Lexicographic, constraints: Constraints, keep: int, effort: Effort
    ) -> Solved:
        objectives = program.objectives
        solution = solve_lexicographic(
            objectives, constraints, self.problem.position, effort, headline=self.headline
        )
        ranking = rank_interchanges(objectives, constraints, solution.chosen, keep + 1)
        best, *others = ranking.choices
        proven = solution.proven(self.headline % len(objectives))
        notes: tuple[Remark, ...] = ()
        if proven and not solution.proven(len(objectives) - 1):
            notes = (Remark(Note.TIE_NOT_PROVEN),)
        return Solved(
            best,
            "optimal" if proven else "not proven",
            self.objective_of(best) if proven else self._bound(program, solution),
            self._as_good_before(objectives, best, others),
            False,
            "branch and bound",
            notes,
        )

    def _as_good_before(
        self, objectives: list[Objective], best: Array, others: list[Array]
    ) -> list[Array]:
        """Keep the choices that are as good in all objectives before the headline."""
        first = objectives[: self.headline % len(objectives)]
        return [c for c in others if all(v.total(c) == v.total(best) for v in first)]

    def _bound(self, program: Lexicographic, solution: Solution) -> float | None:
        at = self.headline % len(program.objectives)
        bound = solution.bounds[at]
        if bound is None:
            return None
        totals = list(solution.totals)
        totals[at] = bound
        return program.value(totals)
