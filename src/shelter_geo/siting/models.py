"""Siting models as in the literature, each solved exactly: sums over the nearest open site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.answer import Lexicographic, MinisumModel, Solved
from shelter_geo.siting.covering import fewest_sites
from shelter_geo.siting.exact.lexicographic import best_served
from shelter_geo.siting.objectives import (
    Constraints,
    Objective,
    beyond,
    burden,
    distance,
    elsewhere,
    limit_steps,
    no_uptake,
    top_cost,
    unserved,
    unserved_for_good,
)
from shelter_geo.siting.problem import UNREACHED
from shelter_geo.siting.result import Infeasibility, Value, kappa_per_step, kolm_pollak
from shelter_geo.vocabulary import Infeasible

Array = NDArray[Any]

_GRAIN: Final = 1_000_000


@dataclass(frozen=True, eq=False)
class PMedian(MinisumModel):
    """Least people-kilometres to the nearest open site.

    min sum_i w_i min_j d_ij over all sets with p new sites (Hakimi 1964), after the number of
    people whom no open site can reach.

    Examples
    --------
    Three towns in a row, kilometres between them, and a shelter in the first.

    >>> km = [[0, 30, 90], [30, 0, 60], [90, 60, 0]]
    >>> people, towns = [1000, 4000, 500], ["first", "middle", "last"]
    >>> model = PMedian.from_cost_matrix(km, weights=people, fixed=[0], site_ids=towns, p=1)
    >>> answer = model.solve()
    >>> answer.chosen, answer.objective, answer.status
    (('middle',), 30000.0, 'optimal')
    """

    key: ClassVar[str] = "p-median"

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the unserved people, if any choice changes them, and the distance."""
        lost, walked = unserved(self.problem), distance(self.problem)
        if lost is None:
            return Lexicographic([walked], lambda totals: self._kilometres(totals[0], 0))
        return Lexicographic([lost, walked], lambda totals: self._kilometres(totals[1], totals[0]))

    def objective_of(self, chosen: Array) -> float:
        """Return the people-kilometres of the people served."""
        nearest = self.nearest(chosen)
        some = nearest != UNREACHED
        return int((self.problem.weights * nearest)[some].sum()) / self.problem.steps_per_unit

    def _kilometres(self, walked: int, lost: int) -> float:
        return (walked - lost * top_cost(self.problem)) / self.problem.steps_per_unit


@dataclass(frozen=True, eq=False)
class PMedianWithin(PMedian):
    """Nobody beyond a limit, then least people-kilometres.

    People whom no site at all can reach are left out of the limit and listed; for anybody else
    the limit holds, or the answer is "infeasible" and says why.

    Attributes
    ----------
    within : float
        The limit, in the unit of the costs.
    """

    key: ClassVar[str] = "p-median-within"

    within: float

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        limit_steps(self.problem, self.within)

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the people beyond the limit, and the distance."""
        lost = unserved_for_good(self.problem)
        objectives = [self._beyond(), distance(self.problem)]
        return Lexicographic(objectives, lambda totals: self._kilometres(totals[1], lost))

    def fault(self, solved: Solved, deadline: float) -> Infeasibility | None:
        """Say who is beyond the limit, and what it would take."""
        beyond_limit, lost = self._beyond(), unserved_for_good(self.problem)
        limit: dict[str, Value] = {"limit": self.within, "unit": self.problem.unit}
        if people := beyond_limit.floor - lost:
            return Infeasibility(Infeasible.NO_SITE_WITHIN, {"people": people, **limit})
        far = beyond_limit.total(solved.chosen) - lost
        if far == 0:
            return None
        if solved.status != "optimal":
            return Infeasibility(Infeasible.NONE_FOUND_WITHIN, limit)
        steps = limit_steps(self.problem, self.within)
        fewest, proven = fewest_sites(self.problem, steps, deadline)
        return Infeasibility(
            Infeasible.PEOPLE_BEYOND if proven else Infeasible.PEOPLE_BEYOND_UNPROVEN,
            {"sites": self.p, "people": far, **limit, "fewest": len(fewest)},
        )

    def _beyond(self) -> Objective:
        return beyond(self.problem, limit_steps(self.problem, self.within))


@dataclass(frozen=True, eq=False)
class MCLP(MinisumModel):
    """Most people within a limit (maximal covering; Church and ReVelle 1974).

    Ties are broken by fewer people unserved, then by the mean distance.

    Attributes
    ----------
    within : float
        The limit, in the unit of the costs.
    """

    key: ClassVar[str] = "mclp"
    larger_is_better: ClassVar[bool] = True
    headline: ClassVar[int] = 0

    within: float

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        limit_steps(self.problem, self.within)

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the people beyond the limit, the unserved, and the distance."""
        lost, everyone = unserved(self.problem), int(self.problem.weights.sum())
        far = beyond(self.problem, limit_steps(self.problem, self.within))
        objectives = [far, *([] if lost is None else [lost]), distance(self.problem)]
        return Lexicographic(objectives, lambda totals: float(everyone - totals[0]))

    def objective_of(self, chosen: Array) -> float:
        """Return the people within the limit."""
        nearest, limit = self.nearest(chosen), limit_steps(self.problem, self.within)
        near = (nearest != UNREACHED) & (nearest <= limit)
        return float(self.problem.weights[near].sum())


@dataclass(frozen=True, eq=False)
class OwnRegion(MinisumModel):
    """Most people in whose own area a site is open.

    max sum_i w_i [some open j is in the area of i]: maximal covering (Church and ReVelle 1974) by
    areas instead of distances. Ties are broken by fewer people unserved, then by the mean
    distance.

    Raises
    ------
    SitingError
        If the question does not say which sites are in one's own area.

    Examples
    --------
    Two towns share a region, a third has one of its own, and a shelter stands in the first.

    >>> km, own = [[0, 9, 5], [9, 0, 7], [5, 7, 0]], [[True, True, False]] * 2
    >>> own += [[False, False, True]]
    >>> model = OwnRegion.from_cost_matrix(km, weights=[90, 80, 10], fixed=[0], own=own, p=1)
    >>> model.solve().chosen, model.solve().objective
    ((2,), 180.0)
    """

    key: ClassVar[str] = "own-region"
    larger_is_better: ClassVar[bool] = True
    headline: ClassVar[int] = 0

    def __post_init__(self) -> None:
        """Check the question."""
        super().__post_init__()
        elsewhere(self.problem)

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the people without a site in their own area, the unserved, and the distance."""
        lost, everyone = unserved(self.problem), int(self.problem.weights.sum())
        first = [elsewhere(self.problem), *([] if lost is None else [lost])]
        return Lexicographic(
            [*first, distance(self.problem)], lambda totals: float(everyone - totals[0])
        )

    def objective_of(self, chosen: Array) -> float:
        """Return the people in whose own area a site is open."""
        return float(int(self.problem.weights.sum()) - elsewhere(self.problem).total(chosen))


@dataclass(frozen=True, eq=False)
class KolmPollak(MinisumModel):
    """Least Kolm-Pollak equivalent of the distances of the people served.

    The equivalent ln(mean(exp(kappa d))) / kappa grows with the sum of exp(kappa d), so its best
    plan is a p-median on transformed costs (Horton, Logan, Murrell, Skipper and Speakman, arXiv
    2401.15452). Distance is a burden: kappa here is above 0, the absolute value of theirs.
    Transformed costs are rounded to the finest whole numbers that can be added exactly.

    Attributes
    ----------
    aversion : float
        Aversion to inequality, the absolute value of their epsilon.
    kappa : float or None
        Coefficient per unit of cost, to be used instead of the one that `aversion` gives.

    Raises
    ------
    SitingError
        If the aversion or the coefficient is not above 0.
    """

    key: ClassVar[str] = "kolm-pollak"

    aversion: float = 1.0
    kappa: float | None = None

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        for value in (self.aversion, self.kappa):
            if value is not None and not (np.isfinite(value) and value > 0):
                raise SitingError("the aversion to inequality must be above 0")

    @property
    def _per_step(self) -> float:
        if self.kappa is not None:
            return self.kappa / self.problem.steps_per_unit
        return kappa_per_step(self.problem, self.aversion)

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the unserved people, if any choice changes them, and the burden."""
        problem, kappa, lost = self.problem, self._per_step, unserved(self.problem)
        first = [] if lost is None else [lost]
        known = best_served(first, distance(problem), constraints, problem.position, deadline)
        felt, one, alone = burden(problem, kappa, self.nearest(known))
        everyone = int(problem.weights.sum())

        def equivalent(totals: list[int]) -> float:
            gone = totals[0] if first else 0
            mean = max(totals[-1] - gone * alone, 1) / (everyone - gone)
            return (one + float(np.log(mean))) / kappa / problem.steps_per_unit

        return Lexicographic([*first, felt], equivalent)

    def objective_of(self, chosen: Array) -> float:
        """Return the equivalent distance of the people served; NaN if nobody is."""
        nearest = self.nearest(chosen)
        some = (nearest != UNREACHED) & (self.problem.weights > 0)
        if not some.any():
            return float("nan")
        felt = kolm_pollak(nearest[some], self.problem.weights[some], self._per_step)
        return felt / self.problem.steps_per_unit


@dataclass(frozen=True, eq=False)
class Uptake(MinisumModel):
    """Most people expected to come, if uptake halves with every so many kilometres or minutes.

    Nobody unserved comes, so no rule about them is needed. Shares are rounded to a millionth.

    Attributes
    ----------
    half : float
        Distance over which uptake halves, in the unit of the costs.

    Raises
    ------
    SitingError
        If the distance is not above 0.
    """

    key: ClassVar[str] = "uptake"
    larger_is_better: ClassVar[bool] = True

    half: float

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if not (np.isfinite(self.half) and self.half > 0):
            raise SitingError("the distance over which uptake halves must be above 0")

    def lexicographic(self, constraints: Constraints, deadline: float) -> Lexicographic:
        """Return the people expected to stay away."""
        return Lexicographic([self._away()], self._coming)

    def objective_of(self, chosen: Array) -> float:
        """Return the people expected to come."""
        return self._coming([self._away().total(chosen)])

    def _away(self) -> Objective:
        return no_uptake(self.problem, self.half * self.problem.steps_per_unit, _GRAIN)

    def _coming(self, totals: list[int]) -> float:
        return int(self.problem.weights.sum()) - totals[0] / _GRAIN
