"""Places within a budget: open shelters or add places, and split families between them."""

from __future__ import annotations

import operator
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.access import CostMatrix
from shelter_geo.errors import SitingError
from shelter_geo.siting.budget_program import PlacesProgram, Terms
from shelter_geo.siting.budget_result import (
    PLACES_BUDGET,
    BudgetResult,
    infeasible_places,
    places_answer,
)
from shelter_geo.siting.model import problem_from_frames
from shelter_geo.siting.objectives import regions_fault
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.result import Infeasibility
from shelter_geo.vocabulary import Infeasible

Array = NDArray[Any]

_MOST: Final = 10**12
"""Money and places are added exactly up to here."""


@dataclass(frozen=True, eq=False)
class PlacesBudget:
    """Least families unserved, then least families times distance, then least money.

    min sum_i s_i, then min sum_ij d_ij f_ij, then min sum_j (F_j y_j + v_j x_j), over families f
    sent from demand points i to sites j and places x added, so that

        sum_j f_ij + s_i = b_i,   sum_i f_ij <= K_j + x_j,   x_j <= (M_j - K_j) y_j,
        sum_j (F_j y_j + v_j x_j) <= budget,   sum_j y_j <= actions.

    Families go where there is room, as one office that places everyone would send them.

    Attributes
    ----------
    problem : SitingProblem
        Costs of travel; the weights are the family places needed, b.
    places : int64, shape (sites,)
        Family places that stand, K; 0 for candidates.
    most_places : int64, shape (sites,)
        Family places there may be, M; not fewer than stand.
    fixed_cost, place_cost : int64, shape (sites,)
        Of opening or enlarging a site, F, and of each place added, v; whole numbers.
    budget : int or None
        Money.
    actions : int or None
        Sites that may open or grow.

    Raises
    ------
    SitingError
        If there is neither a budget nor a number of actions, or a number makes no sense.
    """

    key: ClassVar[str] = PLACES_BUDGET

    problem: SitingProblem
    places: Array
    most_places: Array
    fixed_cost: Array
    place_cost: Array
    budget: int | None = None
    actions: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        m = len(self.problem.site_ids)
        for name in ("places", "most_places", "fixed_cost", "place_cost"):
            object.__setattr__(self, name, _whole(getattr(self, name), m, name.replace("_", " ")))
        for name in ("budget", "actions"):
            object.__setattr__(self, name, _limit(getattr(self, name), name))
        if self.budget is None and self.actions is None:
            raise SitingError("places need a budget or a number of actions: else all would open")
        if self.places[self.problem.candidates].any():
            raise SitingError("a candidate has no places yet: name it as a shelter that stands")
        crowded = np.flatnonzero(self.most_places < self.places)
        if len(crowded):
            site = self.problem.site_ids[crowded[0]]
            raise SitingError(f"site {site!r} has more places than it may have")

    @classmethod
    def from_cost_matrix(
        cls,
        costs: ArrayLike,
        *,
        needed: ArrayLike,
        places: ArrayLike,
        most_places: ArrayLike,
        fixed_cost: ArrayLike = 0,
        place_cost: ArrayLike = 0,
        budget: int | None = None,
        actions: int | None = None,
        **options: Any,
    ) -> Self:
        """Put the model to a cost matrix.

        Parameters
        ----------
        costs
            Shape (demand, sites).
        needed
            Family places needed at each demand point, whole numbers.
        places, most_places, fixed_cost, place_cost
            One number for each site, or one for all.
        budget, actions
            Money, and sites that may open or grow; one of them at least.
        **options
            Those of `SitingProblem.from_cost_matrix` but the weights: fixed, candidates,
            demand_ids, site_ids, unit, regions, required.

        Raises
        ------
        SitingError
            If the question is impossible, empty, negative or contradictory.
        """
        problem = SitingProblem.from_cost_matrix(costs, weights=needed, **options)
        m = len(problem.site_ids)
        return cls(
            problem,
            places=_each(places, m),
            most_places=_each(most_places, m),
            fixed_cost=_each(fixed_cost, m),
            place_cost=_each(place_cost, m),
            budget=budget,
            actions=actions,
        )

    @classmethod
    def from_geodataframe(
        cls,
        demand: pd.DataFrame,
        sites: pd.DataFrame,
        costs: CostMatrix | pd.DataFrame,
        *,
        needed: str = "family_places_needed",
        places: str = "places",
        most_places: str = "most_places",
        fixed_cost: str = "fixed_cost",
        place_cost: str = "place_cost",
        budget: int | None = None,
        actions: int | None = None,
        **options: Any,
    ) -> Self:
        """Put the model to tables.

        Parameters
        ----------
        demand, sites, costs
            See `frames.problem_from_frames`.
        needed
            Column of `demand`: family places needed.
        places, most_places, fixed_cost, place_cost
            Columns of `sites`.
        budget, actions
            Money, and sites that may open or grow; one of them at least.
        **options
            Those of `frames.problem_from_frames` but the weight: role, allowed, unit, region,
            required.

        Raises
        ------
        SitingError
            If a table lacks a column, a key or a pair, or the question is impossible.
        """
        problem = problem_from_frames(demand, sites, costs, weight=needed, **options)

        def column(name: str) -> Array:
            if name not in sites:
                raise SitingError(f"the site table has no column {name!r}")
            return np.asarray(sites[name].to_numpy(float, na_value=np.nan))

        return cls(
            problem,
            places=column(places),
            most_places=column(most_places),
            fixed_cost=column(fixed_cost),
            place_cost=column(place_cost),
            budget=budget,
            actions=actions,
        )

    def solve(self, *, time_limit: float = 60.0) -> BudgetResult:
        """Find the best places and prove it.

        Parameters
        ----------
        time_limit
            Seconds; after that the best found is given with its gap, as "not proven".
        """
        started, problem = time.monotonic(), self.problem
        terms = Terms(
            self.places, self.most_places, self.fixed_cost, self.place_cost, self.budget,
            self.actions,
        )  # fmt: skip
        if reason := regions_fault(problem, self.actions):
            return infeasible_places(problem, terms, reason, started)
        program = PlacesProgram(problem, terms)
        solution = program.best(started + time_limit)
        if solution.best is None:
            reason = Infeasibility(Infeasible.BUDGET_TOO_SMALL)
            return infeasible_places(problem, terms, reason, started)
        return places_answer(program, solution, solution.best, started)


def _each(value: ArrayLike, m: int) -> Array:
    given = np.asarray(value)
    return np.full(m, given) if given.ndim == 0 else given


def _whole(value: Any, m: int, what: str) -> Array:
    given = np.asarray(value)
    if given.shape != (m,) or given.dtype.kind not in "iuf":
        raise SitingError(f"{m} sites need as many numbers of {what}, not {given.shape}")
    if not np.isfinite(given.astype(float)).all():
        raise SitingError(f"the {what} of every site must be known")
    whole = np.rint(given).astype(np.int64)
    if (whole != given).any() or (whole < 0).any() or (whole > _MOST).any():
        raise SitingError(f"the {what} of a site is a whole number from 0 to {_MOST:,}")
    return np.asarray(whole)


def _limit(value: Any, what: str) -> int | None:
    if value is None:
        return None
    try:
        whole = operator.index(value)
    except TypeError:
        raise SitingError(f"the {what} is a whole number, not {value!r}") from None
    if not 0 <= whole <= _MOST:
        raise SitingError(f"the {what} lies between 0 and {_MOST:,}, not at {whole}")
    return whole
