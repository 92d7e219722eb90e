"""How models that add up over the demand points are solved: by counting or by search."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.answer import Solved, answer, infeasible
from shelter_geo.siting.constraints import Constraints, constraints_for, regions_fault
from shelter_geo.siting.exact.lexicographic import Solution, solve_lexicographic
from shelter_geo.siting.model import CountModel
from shelter_geo.siting.near_optimal import countable, rank_all, rank_interchanges
from shelter_geo.siting.objectives import Objective
from shelter_geo.siting.result import Infeasibility, Remark, SitingResult
from shelter_geo.vocabulary import Note

Array = NDArray[Any]


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
        self, *, time_limit: float = 60.0, runner_ups: int = 10, within_share: float = 0.05
    ) -> SitingResult:
        """Find the best plan and prove it; see `Model.solve`."""
        started = time.monotonic()
        deadline = started + time_limit
        if reason := regions_fault(self.problem, self.p):
            return infeasible(self, reason, started)
        constraints = constraints_for(self.problem, self.p)
        if self.p == 0:
            nobody = np.empty(0, np.int64)
            solved = Solved(nobody, "optimal", self.objective_of(nobody), (), True, "enumeration")
        else:
            program = self.lexicographic(constraints, deadline)
            if countable(program.objectives, constraints):
                solved = self._by_counting(program, constraints, runner_ups)
            else:
                solved = self._by_search(program, constraints, runner_ups, deadline)
        if reason := self.fault(solved, deadline):
            return infeasible(self, reason, started)
        return answer(self, solved, started, within_share)

    def fault(self, solved: Solved, deadline: float) -> Infeasibility | None:
        """Say why the best plan there is does not do; None if it does."""
        return None

    def _by_counting(self, program: Lexicographic, constraints: Constraints, keep: int) -> Solved:
        best, *others = rank_all(program.objectives, constraints, keep + 1).choices
        others = self._as_good_before(program.objectives, best, others)
        return Solved(best, "optimal", self.objective_of(best), others, True, "enumeration")

    def _by_search(
        self, program: Lexicographic, constraints: Constraints, keep: int, deadline: float
    ) -> Solved:
        objectives = program.objectives
        solution = solve_lexicographic(
            objectives, constraints, self.problem.position, deadline, headline=self.headline
        )
        best, *others = rank_interchanges(
            objectives, constraints, solution.chosen, keep + 1
        ).choices
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
