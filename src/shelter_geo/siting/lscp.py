"""Fewest sites that have everyone within a limit whom some site has within it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.answer import Solved, answer, infeasible
from shelter_geo.siting.constraints import Constraints, constraints_for, regions_fault
from shelter_geo.siting.exact.lexicographic import find_cover, solve_lexicographic
from shelter_geo.siting.exact.set_cover import least, least_to_cover, must_cover, reduced
from shelter_geo.siting.model import Model
from shelter_geo.siting.near_optimal import countable, rank_all, rank_interchanges
from shelter_geo.siting.objectives import beyond, distance, limit_steps, unserved
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.result import Remark, SitingResult, Status
from shelter_geo.vocabulary import Note

Array = NDArray[Any]


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
        self, *, time_limit: float = 60.0, runner_ups: int = 10, within_share: float = 0.05
    ) -> SitingResult:
        """Find the best plan and prove it; see `Model.solve`."""
        started = time.monotonic()
        if reason := regions_fault(self.problem):
            return infeasible(self, reason, started)
        limit, deadline = limit_steps(self.problem, self.within), started + time_limit
        chosen, proven = fewest_sites(self.problem, limit, deadline)
        solved = self._best_of_the_fewest(chosen, proven, runner_ups, deadline)
        return answer(self, solved, started, within_share)

    def _best_of_the_fewest(
        self, chosen: Array, proven: bool, keep: int, deadline: float
    ) -> Solved:
        status: Status = "optimal" if proven else "not proven"
        bound = float(len(chosen)) if proven else None
        notes = self._uncovered()
        if len(chosen) == 0:
            return Solved(chosen, "optimal", 0.0, (), True, "branch and bound", notes)
        problem, constraints = self.problem, constraints_for(self.problem, len(chosen))
        far, lost = beyond(problem, limit_steps(problem, self.within)), unserved(problem)
        objectives = [far, *([] if lost is None else [lost]), distance(problem)]
        if countable(objectives, constraints):
            ranking = rank_all(objectives, constraints, keep + 1)
        else:
            solution = solve_lexicographic(
                objectives, constraints, problem.position, deadline, chosen, headline=0
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
    rows, sites = reduced(np.vstack([must_cover(beyond(problem, limit)), *regions]))
    low = least_to_cover(rows, deadline)

    def enough(number: int, *, easily: bool) -> tuple[int | None, bool]:
        nonlocal best
        anywhere = Constraints(number, np.zeros(len(sites), np.int64), np.zeros(1, dtype=bool))
        cover, proven = find_cover(rows, anywhere, deadline, easily=easily)
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
