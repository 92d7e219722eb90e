"""Everyone within reach: the p-center, and the fewest sites within a limit (LSCP)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.answer import Solved, answer, infeasible
from shelter_geo.siting.combinations import (
    Ranking,
    countable,
    farthest,
    objective_totals,
    rank_all,
    rank_interchanges,
    rank_totals,
)
from shelter_geo.siting.exact.blocks import PLAIN
from shelter_geo.siting.exact.lexicographic import (
    Effort,
    find_cover,
    quick_choice,
    reach_below,
    solve_lexicographic,
)
from shelter_geo.siting.exact.set_cover import least, least_to_cover, must_cover, reduced
from shelter_geo.siting.exact.symmetry import best_of_alike
from shelter_geo.siting.model import CountModel, Model
from shelter_geo.siting.objectives import (
    Constraints,
    Objective,
    beyond,
    constraints_for,
    distance,
    limit_steps,
    regions_fault,
    unserved,
)
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.result import Remark, SitingResult, Status
from shelter_geo.vocabulary import Note

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class PCenter(CountModel):
    """Least distance of the worst served people (Hakimi 1964).

    As many people as possible are served first; the worst served are then as near as can be, and
    ties go to the smaller mean distance. Whether a distance can be kept is a covering question
    (Minieka 1970), so the distances are bisected.
    """

    key: ClassVar[str] = "p-center"

    def objective_of(self, chosen: Array) -> float:
        """Return the distance of the worst served people; 0 if nobody is served."""
        return self._farthest(chosen) / self.problem.steps_per_unit

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
        if reason := regions_fault(self.problem, self.p):
            return infeasible(self, reason, started)
        constraints = constraints_for(self.problem, self.p)
        lost = unserved(self.problem)
        objectives = [*([] if lost is None else [lost]), distance(self.problem)]
        if self.p == 0:
            nobody = np.empty(0, np.int64)
            solved = Solved(nobody, "optimal", self.objective_of(nobody), (), True, "enumeration")
        else:
            quick = countable([*objectives, objectives[-1]], constraints)
            best = None if runner_ups else self._best_of_alike(objectives, constraints)
            if best is not None:
                value = self.objective_of(best)
                solved = Solved(best, "optimal", value, (), quick, "enumeration")
            elif quick:
                solved = self._by_counting(objectives, constraints, runner_ups)
            else:
                effort = Effort(started + time_limit, most_work)
                solved = self._by_search(objectives, constraints, runner_ups, effort)
        return answer(self, solved, started, within_share)

    def _farthest(self, chosen: Array) -> int:
        nearest = self.nearest(chosen)
        return int(nearest[(nearest != UNREACHED) & (self.problem.weights > 0)].max(initial=0))

    def _best_of_alike(self, objectives: list[Objective], rules: Constraints) -> Array | None:
        *first, last = objectives

        def key(chosen: Array) -> list[int]:
            served = [level.total(chosen) for level in first]
            return [*served, self._farthest(chosen), last.total(chosen)]

        return best_of_alike(objectives, rules, key)

    def _by_counting(
        self, objectives: list[Objective], constraints: Constraints, keep: int
    ) -> Solved:
        totals = objective_totals(objectives, constraints.k)
        worst = farthest(self.problem, constraints.k)
        totals = np.insert(totals, len(objectives) - 1, worst, axis=1)
        ranking = rank_totals(totals, constraints, keep + 1)
        best = ranking.choices[0]
        others = _as_served(ranking, len(objectives) - 1)
        return Solved(best, "optimal", self.objective_of(best), others, True, "enumeration")

    def _by_search(
        self, objectives: list[Objective], constraints: Constraints, keep: int, effort: Effort
    ) -> Solved:
        first = objectives[:-1]
        position = self.problem.position
        start = quick_choice(objectives, constraints, position)
        served = True
        if first:
            served_best = solve_lexicographic(first, constraints, position, effort, start)
            start, served = served_best.chosen, served_best.proven(0)
        radius, lower, start = self._bisect(first, constraints, start, effort.deadline)
        objectives = [*first, beyond(self.problem, radius), objectives[-1]]
        solution = solve_lexicographic(
            objectives, constraints, position, effort, start, headline=len(first)
        )
        ranking = rank_interchanges(objectives, constraints, solution.chosen, keep + 1)
        proven = served and lower == radius
        notes: tuple[Remark, ...] = ()
        if proven and not solution.proven(len(objectives) - 1):
            notes = (Remark(Note.TIE_NOT_PROVEN),)
        return Solved(
            ranking.choices[0],
            "optimal" if proven else "not proven",
            lower / self.problem.steps_per_unit if served else None,
            self._near_optimal(objectives, ranking),
            False,
            "branch and bound",
            notes,
        )

    def _near_optimal(self, objectives: list[Objective], ranking: Ranking) -> list[Array]:
        """Order the interchanges that serve as many people by their worst served ones."""
        served = _as_served(ranking, len(objectives) - 2)
        return sorted(served, key=lambda c: (self._farthest(c), objectives[-1].total(c), tuple(c)))

    def _bisect(
        self, first: list[Objective], constraints: Constraints, start: Array, deadline: float
    ) -> tuple[int, int, Array]:
        """Return the least distance known, the least not ruled out, and a choice that keeps it."""
        limits = [objective.total(start) for objective in first]
        lost = limits[0] if limits else 0
        values = self._distances(everyone=not first or lost == first[0].floor)
        best = start

        def keep(number: int, *, easily: bool) -> tuple[int | None, bool]:
            nonlocal best
            radius = int(values[number])
            chosen, proven = self._keep(first, limits, constraints, radius, best, deadline, easily)
            if chosen is None:
                return None, proven
            best = chosen
            return min(number, int(np.searchsorted(values, self._farthest(best)))), True

        high, low = least(keep, int(np.searchsorted(values, self._farthest(start))))
        return int(values[high]), int(values[low]), best

    def _keep(
        self,
        first: list[Objective],
        limits: list[int],
        constraints: Constraints,
        radius: int,
        start: Array,
        deadline: float,
        easily: bool,
    ) -> tuple[Array | None, bool]:
        """Find a choice with everyone served within a radius, and say whether that is proven."""
        far, position = beyond(self.problem, radius), self.problem.position
        lost = limits[0] if limits else 0
        if not first or lost == first[0].floor:
            if far.floor > lost:
                return None, True
            large = far.cost.size > PLAIN
            return find_cover(must_cover(far), constraints, deadline, easily=easily, large=large)
        return reach_below([*first, far], limits, constraints, position, deadline, start, lost + 1)

    def _distances(self, *, everyone: bool) -> Array:
        """Return the distances that can be the answer, increasing."""
        problem = self.problem
        sites = np.union1d(problem.fixed, problem.candidates)
        some = problem.weights > 0
        costs = problem.costs[some][:, sites]
        values = np.unique(costs[costs != UNREACHED])
        if not everyone or len(values) == 0:
            return np.union1d(values, [0])
        reached = problem.nearest(sites)[some]
        return np.asarray(values[values >= reached.max(initial=0)])


def _as_served(ranking: Ranking, n_first: int) -> list[Array]:
    """Choices beside the first one that are as good in the first objectives."""
    own = ranking.totals[0, :n_first]
    both = zip(ranking.choices[1:], ranking.totals[1:, :n_first], strict=True)
    return [choice for choice, totals in both if (totals == own).all()]


@dataclass(frozen=True, eq=False)
class LSCP(Model):
    """Fewest new sites so that everyone is within a limit (set covering; Toregas et al. 1971).

    People who are beyond the limit of every site, standing or candidate, are reported and do not
    make the question infeasible. Ties are broken by fewer people unserved, then by the mean
    distance. The fewest are found by bisection, until one site less is proven not to do.

    Attributes
    ----------
    within : float
        The limit, in the unit of the costs.
    """

    key: ClassVar[str] = "lscp"

    within: float

    def __post_init__(self) -> None:
        """Check the options."""
        limit_steps(self.problem, self.within)

    def objective_of(self, chosen: Array) -> float:
        """Return the number of new sites."""
        return float(len(chosen))

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
        if reason := regions_fault(self.problem):
            return infeasible(self, reason, started)
        limit = limit_steps(self.problem, self.within)
        effort = Effort(started + time_limit, most_work)
        chosen, proven = fewest_sites(self.problem, limit, effort.deadline)
        solved = self._best_of_the_fewest(chosen, proven, runner_ups, effort)
        return answer(self, solved, started, within_share)

    def _best_of_the_fewest(self, chosen: Array, proven: bool, keep: int, effort: Effort) -> Solved:
        status: Status = "optimal" if proven else "not proven"
        bound = float(len(chosen)) if proven else None
        notes = self._uncovered()
        if len(chosen) == 0:
            return Solved(chosen, "optimal", 0.0, (), True, "branch and bound", notes)
        problem, constraints = self.problem, constraints_for(self.problem, len(chosen))
        far, lost = beyond(problem, limit_steps(problem, self.within)), unserved(problem)
        objectives = [far, *([] if lost is None else [lost]), distance(problem)]
        if countable(objectives, constraints):
            alike = None if keep else best_of_alike(objectives, constraints)
            ranking = (
                rank_all(objectives, constraints, keep + 1)
                if alike is None
                else Ranking([alike], np.empty((1, 0), np.int64), complete=True)
            )
        else:
            solution = solve_lexicographic(
                objectives, constraints, problem.position, effort, chosen, headline=0
            )
            ranking = rank_interchanges(objectives, constraints, solution.chosen, keep + 1)
            if not solution.proven(len(objectives) - 1):
                notes += (Remark(Note.COVER_TIE_NOT_PROVEN),)
        best, *others = ranking.choices
        others = [c for c in others if far.total(c) == far.total(best)]
        # The number was found by search even where its ties could be counted.
        return Solved(best, status, bound, others, ranking.complete, "branch and bound", notes)

    def _uncovered(self) -> tuple[Remark, ...]:
        far = beyond(self.problem, limit_steps(self.problem, self.within)).floor
        if far == 0:
            return ()
        limit = {"limit": self.within, "unit": self.problem.unit}
        return (Remark(Note.BEYOND_EVERY_SITE, {"people": far, **limit}),)


def fewest_sites(problem: SitingProblem, limit: int, deadline: float) -> tuple[Array, bool]:
    """Find the fewest candidates that leave beyond a limit only those beyond it of every site.

    Parameters
    ----------
    problem
        The question; its regions can be met.
    limit
        Whole steps.
    deadline
        Value of ``time.monotonic()`` at which to stop.

    Returns
    -------
    array
        Candidates, increasing.
    bool
        Whether fewer are proven not to do.
    """
    best, rules = _greedy_cover(problem, limit), constraints_for(problem, 0)
    regions = [rules.region == r for r in np.flatnonzero(rules.needed)]
    far = beyond(problem, limit)
    rows, sites = reduced(np.vstack([must_cover(far), *regions]))
    low = least_to_cover(rows, deadline)

    def enough(number: int, *, easily: bool) -> tuple[int | None, bool]:
        nonlocal best
        anywhere = Constraints(number, np.zeros(len(sites), np.int64), np.zeros(1, dtype=bool))
        large = far.cost.size > PLAIN
        cover, proven = find_cover(rows, anywhere, deadline, easily=easily, large=large)
        if cover is None:
            return None, proven
        best = sites[cover]
        return len(best), True

    # As a rule the bound is the answer, and one cover shows it.
    if low < len(best) and enough(low, easily=True) == (None, True):
        low += 1
    high, low = least(enough, len(best), low)
    return best, high == low


def _greedy_cover(problem: SitingProblem, limit: int) -> Array:
    """Cover all that can be covered, most people first, then give every region its site."""
    far, constraints = beyond(problem, limit), constraints_for(problem, 0)
    left = (far.cap > 0) & (far.weight > 0) & (far.cost == 0).any(axis=1)
    covers = far.cost[left] == 0
    people = far.weight[left].astype(float)
    chosen: list[int] = []
    while people.any():
        site = int((people @ covers).argmax())
        chosen.append(site)
        people[covers[:, site]] = 0
    unmet = constraints.unmet(np.array(chosen, dtype=np.int64)).unmet
    chosen += [int(np.argmax(constraints.region == r)) for r in np.flatnonzero(unmet)]
    return np.array(sorted(chosen), dtype=np.int64)
