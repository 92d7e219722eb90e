"""How models that add up over the demand points are solved: by counting or by search."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.answer import Finding, answer, infeasible
from shelter_geo.siting.constraints import Constraints, constraints_for, regions_fault
from shelter_geo.siting.exact.lexicographic import Solution, solve_lexicographic
from shelter_geo.siting.model import CountModel
from shelter_geo.siting.near_optimal import countable, rank_all, rank_interchanges
from shelter_geo.siting.objectives import Objective
from shelter_geo.siting.result import SitingResult

Array = NDArray[Any]


class Question(NamedTuple):
    """What a model makes small.

    Attributes
    ----------
    levels : list of Objective
        The first before the second and so on.
    objective : callable
        Turns totals of the levels into the objective.
    """

    levels: list[Objective]
    objective: Callable[[list[int]], float]


class MinisumModel(CountModel):
    """A model whose objective is a weighted sum over the demand points.

    People whom no open site can reach come first in every model that would otherwise gain by
    leaving them out: as many people as possible are served, and only then is the objective made
    as good as can be for those served. A penalty in kilometres would instead have to be argued
    for, and would trade people who have no way at all against detours of others.
    """

    headline: ClassVar[int] = -1
    """Which of the levels the objective is made of."""

    @abstractmethod
    def question(self, rules: Constraints, deadline: float) -> Question:
        """Return what is made small."""

    def solve(
        self, *, time_limit: float = 60.0, runner_ups: int = 10, within_share: float = 0.05
    ) -> SitingResult:
        """Find the best plan and prove it; see `Model.solve`."""
        started = time.monotonic()
        deadline = started + time_limit
        if reason := regions_fault(self.problem, self.p):
            return infeasible(self, reason, started)
        rules = constraints_for(self.problem, self.p)
        if self.p == 0:
            nobody = np.empty(0, np.int64)
            found = Finding(nobody, "optimal", self.objective_of(nobody), (), True, "enumeration")
        else:
            question = self.question(rules, deadline)
            if countable(question.levels, rules):
                found = self._by_counting(question, rules, runner_ups)
            else:
                found = self._by_search(question, rules, runner_ups, deadline)
        if reason := self.fault(found, deadline):
            return infeasible(self, reason, started)
        return answer(self, found, started, within_share)

    def fault(self, found: Finding, deadline: float) -> str:
        """Say why the best plan there is does not do; empty if it does."""
        return ""

    def _by_counting(self, question: Question, rules: Constraints, keep: int) -> Finding:
        best, *rivals = rank_all(question.levels, rules, keep + 1).choices
        rivals = self._alike(question.levels, best, rivals)
        return Finding(best, "optimal", self.objective_of(best), rivals, True, "enumeration")

    def _by_search(
        self, question: Question, rules: Constraints, keep: int, deadline: float
    ) -> Finding:
        levels = question.levels
        solution = solve_lexicographic(
            levels, rules, self.problem.position, deadline, headline=self.headline
        )
        best, *rivals = rank_interchanges(levels, rules, solution.chosen, keep + 1).choices
        proven = solution.proven(self.headline % len(levels))
        notes: tuple[str, ...] = ()
        if proven and not solution.proven(len(levels) - 1):
            notes = ("the objective is proven, that no tie has a smaller mean is not",)
        return Finding(
            best,
            "optimal" if proven else "not proven",
            self.objective_of(best) if proven else self._bound(question, solution),
            self._alike(levels, best, rivals),
            False,
            "branch and bound",
            notes,
        )

    def _alike(self, levels: list[Objective], best: Array, rivals: list[Array]) -> list[Array]:
        """Keep the rivals that are as good in all that comes before the objective."""
        first = levels[: self.headline % len(levels)]
        return [r for r in rivals if all(v.total(r) == v.total(best) for v in first)]

    def _bound(self, question: Question, solution: Solution) -> float | None:
        at = self.headline % len(question.levels)
        bound = solution.bounds[at]
        if bound is None:
            return None
        totals = list(solution.totals)
        totals[at] = bound
        return question.objective(totals)
