"""Objectives, the first decides and the next break ties; and constraints on sites and regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.exact.blocks import EXACT_SUM
from shelter_geo.siting.exact.plain import Regions
from shelter_geo.siting.problem import UNREACHED, SitingProblem
from shelter_geo.siting.result import Infeasibility
from shelter_geo.vocabulary import Infeasible

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Objective:
    """A weighted sum, over the demand points, of the cost of the cheapest open site.

    Attributes
    ----------
    name : str
    cost : int64, shape (demand, candidates)
        0 or more; grows with the distance.
    cap : int64, shape (demand,)
        Cost if no candidate opens: of the nearest standing shelter, or of being unserved.
    weight : int64, shape (demand,)
    """

    name: str
    cost: Array
    cap: Array
    weight: Array

    def total(self, chosen: Array) -> int:
        """Return the weighted cost if the chosen candidates open."""
        return int((self.weight * self.least(chosen)).sum())

    def least(self, chosen: Array) -> Array:
        """Return the cost of the cheapest open site for every demand point."""
        if len(chosen) == 0:
            return self.cap
        return np.asarray(np.minimum(self.cap, self.cost[:, chosen].min(axis=1)))

    @property
    def floor(self) -> int:
        """What it costs if every candidate opens."""
        return self.total(np.arange(self.cost.shape[1]))

    @property
    def highest(self) -> int:
        """What it can cost at most."""
        return int((self.weight * np.maximum(self.cap, self.cost.max(axis=1, initial=0))).sum())

    @property
    def binary(self) -> bool:
        """Whether every cost is 0 or 1."""
        return bool(self.cap.max(initial=0) <= 1 and self.cost.max(initial=0) <= 1)


def combined(objectives: list[Objective]) -> tuple[Objective, list[int]]:
    """Add up objectives, the earlier ones multiplied so that they weigh more.

    Returns
    -------
    Objective
    list of int
        Factors of the objectives, 1 for the last. Larger factors would overflow; a search that
        constrains the earlier objectives itself is right with any.

    Raises
    ------
    SitingError
        If people times cost is too large to be added exactly.
    """
    *first, last = objectives
    if last.highest >= EXACT_SUM:
        raise SitingError("people times cost is too large to be added exactly: use coarser units")
    if not first:
        return last, [1]
    widest = int(max(last.cap.max(), last.cost.max()))
    room = (EXACT_SUM - 1 - last.highest) // max(sum(objective.highest for objective in first), 1)
    factors = [min(8 * (widest + 1), room)] * len(first) + [1]
    cost = sum(f * v.cost for f, v in zip(factors, objectives, strict=True))
    cap = sum(f * v.cap for f, v in zip(factors, objectives, strict=True))
    return Objective(last.name, np.asarray(cost), np.asarray(cap), last.weight), factors


def limit_steps(problem: SitingProblem, within: float) -> int:
    """Return a distance or time limit as a whole number of steps.

    Raises
    ------
    SitingError
        If it is no number of 0 or more.
    """
    if not np.isfinite(within) or within < 0:
        raise SitingError(f"a limit on the distance must be 0 or more, not {within}")
    return int(np.floor(within * problem.steps_per_unit + 1e-6))


def unserved(problem: SitingProblem) -> Objective | None:
    """Return the people whom no open site can reach; None if no choice changes their number."""
    costs = problem.costs[:, problem.candidates]
    never, lost = costs == UNREACHED, problem.today == UNREACHED
    if not (problem.weights[lost & never.any(axis=1)]).any():
        return None
    return Objective("unserved", never.astype(np.int64), lost.astype(np.int64), problem.weights)


def unserved_for_good(problem: SitingProblem) -> int:
    """Return the people whom no site, standing or candidate, can reach."""
    sites = np.union1d(problem.fixed, problem.candidates)
    lost = (problem.costs[:, sites] == UNREACHED).all(axis=1)
    return int(problem.weights[lost].sum())


def top_cost(problem: SitingProblem) -> int:
    """Return a cost above that of any road, charged for being unserved."""
    return int(problem.costs.max()) + 1


def distance(problem: SitingProblem) -> Objective:
    """Return people times steps to the nearest open site; being unserved costs `top_cost`."""
    top = top_cost(problem)
    costs = problem.costs[:, problem.candidates]
    if (costs == UNREACHED).any():
        costs = np.where(costs == UNREACHED, top, costs)
    cap = np.where(problem.today == UNREACHED, top, problem.today)
    return Objective("distance", costs, cap, problem.weights)


def beyond(problem: SitingProblem, limit: int) -> Objective:
    """Return the people farther than a limit from every open site, the unserved among them."""
    costs = problem.costs[:, problem.candidates]
    far = (costs > limit) | (costs == UNREACHED)
    cap = (problem.today > limit) | (problem.today == UNREACHED)
    return Objective("beyond", far.astype(np.int64), cap.astype(np.int64), problem.weights)


def elsewhere(problem: SitingProblem) -> Objective:
    """Return the people in whose own area no site is open.

    Raises
    ------
    SitingError
        If the question does not say which sites are in one's own area.
    """
    if problem.own is None:
        raise SitingError("say which sites are in one's own area: the question lacks `own`")
    away = ~problem.own
    cap = away[:, problem.fixed].all(axis=1)
    cost = away[:, problem.candidates].astype(np.int64)
    return Objective("elsewhere", cost, np.asarray(cap, dtype=np.int64), problem.weights)


def burden(problem: SitingProblem, kappa: float, known: Array) -> tuple[Objective, float, int]:
    """Return people times the exponential of kappa times the steps, in whole numbers.

    The exponentials are cut off where one demand point alone would feel more than everyone does
    under a known plan, since no plan that good goes there; the whole numbers are then as fine as
    can be added exactly.

    Parameters
    ----------
    problem
        The question.
    kappa
        Aversion per step, above 0.
    known
        Steps to the nearest open site under a plan that leaves as few people unserved as can be.

    Returns
    -------
    Objective
    float
        Natural logarithm of what one whole number of burden stands for.
    int
        Burden of a person unserved.
    """
    travel, people = distance(problem), np.maximum(problem.weights, 1).astype(float)
    some = (known != UNREACHED) & (problem.weights > 0)
    felt = np.log(people[some]) + kappa * known[some]
    # One per cent more, so that what is cut off stays worse than the known plan.
    most = float(np.logaddexp.reduce(felt)) + 0.01 if some.any() else 0.0
    loose = (problem.today == UNREACHED) & (travel.cost >= top_cost(problem)).any(axis=1)
    cut = most - np.log(people)
    if loose.any():
        cut[loose] = most - np.log(people[loose].min())
    # In units of everyone's burden under the known plan, what all cut-offs add up to.
    height = float((people * np.exp(cut - most)).sum())
    one = most + float(np.log(height)) - float(np.log(EXACT_SUM / 2))

    def whole(steps: Array, cut: Array) -> Array:
        return np.asarray(np.rint(np.exp(np.minimum(kappa * steps, cut) - one)).astype(np.int64))

    cost, cap = whole(travel.cost, cut[:, None]), whole(travel.cap, cut)
    alone = int(max(cost[loose].max(initial=0), cap[loose].max(initial=0))) + 1
    cost[loose] = np.where(travel.cost[loose] >= top_cost(problem), alone, cost[loose])
    cap[loose] = alone
    return Objective("burden", cost, cap, problem.weights), one, alone


def no_uptake(problem: SitingProblem, half: float, grain: int) -> Objective:
    """Return the people expected to stay away, in 1/grain of a person.

    Uptake halves with every `half` steps of distance, and nobody unserved comes.
    """
    travel, top = distance(problem), top_cost(problem)

    def away(steps: Array) -> Array:
        share = np.where(steps >= top, 0.0, 0.5 ** (steps / half))
        return np.asarray(np.rint(grain * (1 - share)).astype(np.int64))

    return Objective("no uptake", away(travel.cost), away(travel.cap), travel.weight)


@dataclass(frozen=True, eq=False)
class Constraints:
    """What a choice of candidates must keep to.

    Attributes
    ----------
    k : int
        Sites to open.
    region : int64, shape (candidates,)
        Region of each candidate, counted from 0.
    needed : bool, shape (regions,)
        Regions that no standing shelter meets.
    """

    k: int
    region: Array
    needed: Array

    def unmet(self, opened: Array) -> Regions:
        """Regions still to be given a site once some are open."""
        unmet = self.needed.copy()
        unmet[self.region[opened]] = False
        return Regions(self.region, unmet, int(unmet.sum()))

    def met_by(self, chosen: Array) -> bool:
        """Whether a choice has the right number of sites and meets every region."""
        return len(chosen) == self.k and self.unmet(chosen).missing == 0

    def possible(self, state: Array) -> bool:
        """Whether the undecided sites (state 0) can complete the open ones (1) to a choice."""
        opened, free = np.flatnonzero(state == 1), np.flatnonzero(state == 0)
        regions = self.unmet(opened)
        on_offer = np.zeros(len(self.needed), dtype=bool)
        on_offer[self.region[free]] = True
        k = self.k - len(opened)
        return regions.missing <= k <= len(free) and not (regions.unmet & ~on_offer).any()


def constraints_for(problem: SitingProblem, k: int) -> Constraints:
    """Return the side constraints on opening k candidates."""
    if problem.regions is None:
        return Constraints(k, np.zeros(len(problem.candidates), np.int64), np.zeros(1, dtype=bool))
    names = sorted(set(problem.regions) | set(problem.required))
    number = {name: i for i, name in enumerate(names)}
    region = np.array([number[problem.regions[j]] for j in problem.candidates], dtype=np.int64)
    needed = np.zeros(len(names), dtype=bool)
    needed[[number[name] for name in unmet_regions(problem)]] = True
    return Constraints(k, region, needed)


def unmet_regions(problem: SitingProblem) -> list[str]:
    """Return the required regions where no shelter stands."""
    if problem.regions is None:
        return []
    met = {problem.regions[j] for j in problem.fixed}
    return [name for name in problem.required if name not in met]


def regions_fault(problem: SitingProblem, k: int | None = None) -> Infeasibility | None:
    """Say why the required regions cannot be met by opening k candidates, or any number of them.

    Returns
    -------
    Infeasibility or None
        None if they can.
    """
    unmet = unmet_regions(problem)
    on_offer = {problem.regions[j] for j in problem.candidates} if problem.regions else set()
    if hopeless := [name for name in unmet if name not in on_offer]:
        return Infeasibility(Infeasible.NO_CANDIDATE_IN_REGIONS, {"regions": tuple(hopeless)})
    if k is not None and len(unmet) > k:
        return Infeasibility(
            Infeasible.TOO_FEW_FOR_REGIONS,
            {"count": len(unmet), "sites": k, "regions": tuple(unmet)},
        )
    return None
