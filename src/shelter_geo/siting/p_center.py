"""Nobody farther than necessary: the p-center, by halving the distances that can be the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.answer import Finding, answer, infeasible
from shelter_geo.siting.combinations import farthest, objective_totals
from shelter_geo.siting.constraints import Constraints, constraints_for, regions_fault
from shelter_geo.siting.exact.bisection import least
from shelter_geo.siting.exact.lexicographic import (
    find_cover,
    quick_choice,
    reach_below,
    solve_lexicographic,
)
from shelter_geo.siting.exact.set_cover import must_cover
from shelter_geo.siting.model import CountModel
from shelter_geo.siting.near_optimal import Ranking, countable, rank_interchanges, rank_totals
from shelter_geo.siting.objectives import Objective, beyond, distance, unserved
from shelter_geo.siting.problem import UNREACHED
from shelter_geo.siting.result import SitingResult

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class PCenter(CountModel):
    """Least distance of the worst served people (Hakimi 1964).

    As many people as possible are served first; the worst served are then as near as can be, and
    ties go to the smaller mean distance. Whether a distance can be kept is a covering question
    (Minieka 1970), put to each half of the distances that are left.
    """

    key: ClassVar[str] = "p-center"
    objective_name: ClassVar[str] = "largest distance, {unit}"

    def objective_of(self, chosen: Array) -> float:
        """Return the distance of the worst served people; 0 if nobody is served."""
        return self._farthest(chosen) / self.problem.steps_per_unit

    def solve(
        self, *, time_limit: float = 60.0, runner_ups: int = 10, within_share: float = 0.05
    ) -> SitingResult:
        """Find the best plan and prove it; see `Model.solve`."""
        started = time.monotonic()
        if reason := regions_fault(self.problem, self.p):
            return infeasible(self, reason, started)
        rules = constraints_for(self.problem, self.p)
        lost = unserved(self.problem)
        levels = [*([] if lost is None else [lost]), distance(self.problem)]
        if self.p == 0:
            nobody = np.empty(0, np.int64)
            found = Finding(nobody, "optimal", self.objective_of(nobody), (), True, "enumeration")
        elif countable([*levels, levels[-1]], rules):
            found = self._by_counting(levels, rules, runner_ups)
        else:
            found = self._by_search(levels, rules, runner_ups, started + time_limit)
        return answer(self, found, started, within_share)

    def _farthest(self, chosen: Array) -> int:
        nearest = self.nearest(chosen)
        return int(nearest[(nearest != UNREACHED) & (self.problem.weights > 0)].max(initial=0))

    def _by_counting(self, levels: list[Objective], rules: Constraints, keep: int) -> Finding:
        totals = objective_totals(levels, rules.k)
        worst = farthest(self.problem, rules.k)
        ranking = rank_totals(np.insert(totals, len(levels) - 1, worst, axis=1), rules, keep + 1)
        best = ranking.choices[0]
        rivals = _as_served(ranking, len(levels) - 1)
        return Finding(best, "optimal", self.objective_of(best), rivals, True, "enumeration")

    def _by_search(
        self, levels: list[Objective], rules: Constraints, keep: int, deadline: float
    ) -> Finding:
        first = levels[:-1]
        position = self.problem.position
        start = quick_choice(levels, rules, position)
        served = True
        if first:
            served_best = solve_lexicographic(first, rules, position, deadline, start)
            start, served = served_best.chosen, served_best.proven(0)
        radius, lower, start = self._halve(first, rules, start, deadline)
        levels = [*first, beyond(self.problem, radius), levels[-1]]
        solution = solve_lexicographic(
            levels, rules, position, deadline, start, headline=len(first)
        )
        ranking = rank_interchanges(levels, rules, solution.chosen, keep + 1)
        proven = served and lower == radius
        notes: tuple[str, ...] = ()
        if proven and not solution.proven(len(levels) - 1):
            notes = ("the objective is proven, that no tie has a smaller mean is not",)
        return Finding(
            ranking.choices[0],
            "optimal" if proven else "not proven",
            lower / self.problem.steps_per_unit if served else None,
            self._near_rivals(levels, rules, ranking, keep),
            False,
            "branch and bound",
            notes,
        )

    def _near_rivals(
        self, levels: list[Objective], rules: Constraints, ranking: Ranking, keep: int
    ) -> list[Array]:
        """Order the exchanges that serve as many people by their worst served ones."""
        served = _as_served(ranking, len(levels) - 2)
        return sorted(served, key=lambda c: (self._farthest(c), levels[-1].total(c), tuple(c)))

    def _halve(
        self, first: list[Objective], rules: Constraints, start: Array, deadline: float
    ) -> tuple[int, int, Array]:
        """Return the least distance found, the least not ruled out, and a choice that keeps it."""
        limits = [level.total(start) for level in first]
        lost = limits[0] if limits else 0
        values = self._distances(everyone=not first or lost == first[0].floor)
        best = start

        def keep(number: int, *, easily: bool) -> tuple[int | None, bool]:
            nonlocal best
            radius = int(values[number])
            found, proven = self._keep(first, limits, rules, radius, best, deadline, easily)
            if found is None:
                return None, proven
            best = found
            return min(number, int(np.searchsorted(values, self._farthest(best)))), True

        high, low = least(keep, int(np.searchsorted(values, self._farthest(start))))
        return int(values[high]), int(values[low]), best

    def _keep(
        self,
        first: list[Objective],
        limits: list[int],
        rules: Constraints,
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
            return find_cover(must_cover(far), rules, deadline, easily=easily)
        return reach_below([*first, far], limits, rules, position, deadline, start, lost + 1)

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
    """Rivals of the first choice that are as good in the first levels."""
    own = ranking.totals[0, :n_first]
    both = zip(ranking.choices[1:], ranking.totals[1:, :n_first], strict=True)
    return [choice for choice, totals in both if (totals == own).all()]
