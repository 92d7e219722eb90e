"""The answer to where places should go, with its proof, who is served where and who is not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.siting.budget_program import Allocation, PlacesProgram, PlacesSolution, Terms
from shelter_geo.siting.problem import UNREACHED, SitingProblem, Unit
from shelter_geo.siting.result import Infeasibility, Remark, Status
from shelter_geo.vocabulary import Note, Reason, choose

Array = NDArray[Any]

PLACES_BUDGET: Final = "places-budget"
"""Key of the model."""

_DEARER: Final = Remark(Note.CHEAPEST_NOT_PROVEN)


@dataclass(frozen=True, eq=False)
class BudgetResult:
    """Places that open or are added within a budget, and who uses them.

    Attributes
    ----------
    model : str
    status : {"optimal", "not proven", "infeasible"}
        "optimal" is proven for the places missing and for the distance; "not proven" is the best
        found within the time, with its gap; "infeasible" means that a constraint cannot be met,
        and `reason` says which.
    reason : Infeasibility or None
    unserved, unserved_bound : int or None
        Family places asked for that nobody gets, and the fewest there can be, as far as is known.
    objective : float or None
        Family places times cost from the demand point to the place that serves it.
    unit : {"km", "min", "one"}
        Unit of the costs.
    bound : float or None
        The objective cannot be less, if as few places are to be missing; None if nothing is known.
    gap : float or None
        Of the places missing as long as those are not proven, else of the objective.
    spent : int or None
        Money, in the unit of the costs of places.
    sites : DataFrame
        A row for every site that has places: `site_id`, `standing`, `places_before`,
        `places_added`, `places_after`, `places_used`, `cost`.
    served : DataFrame
        Who is served where: `demand_id`, `site_id`, `places`, `cost` of travel.
    demand : DataFrame
        A row for every demand point: `demand_id`, `needed`, `served`, `unserved`, `cost_mean` of
        travel (missing where nobody is served) and `reason`, of
        `Reason`, why some are not served, else empty.
    method : str
    notes : tuple of Remark
    seconds : float
        Time taken; it differs from run to run and belongs in no file.
    """

    model: str
    status: Status
    reason: Infeasibility | None
    unserved: int | None
    unserved_bound: int | None
    objective: float | None
    unit: Unit
    bound: float | None
    gap: float | None
    spent: int | None
    sites: pd.DataFrame
    served: pd.DataFrame
    demand: pd.DataFrame
    method: str
    notes: tuple[Remark, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def actions(self) -> pd.DataFrame:
        """Rows of `sites` that open or grow."""
        return self.sites[self.sites["places_added"] > 0]


def places_answer(
    program: PlacesProgram,
    solution: PlacesSolution,
    best: Allocation,
    started: float,
) -> BudgetResult:
    """Describe the best allocation found.

    Parameters
    ----------
    program
        The question.
    solution, best
        What was found, and what is proven of it.
    started
        Value of ``time.monotonic()`` when the question was put.
    """
    problem, terms, bound = program.problem, program.terms, solution.walked_bound
    unit = problem.steps_per_unit
    status: Status = "optimal" if bound == best.walked else "not proven"
    if bound is None:
        gap = (best.unserved - solution.unserved_bound) / best.unserved
    else:
        gap = (best.walked - bound) / max(best.walked, 1)
    used = np.bincount(program.site, best.flow, minlength=len(terms.places)).astype(np.int64)
    sent = best.flow > 0
    origin, site, flow = program.origin[sent], program.site[sent], best.flow[sent]
    served = pd.DataFrame(
        {
            "demand_id": [problem.demand_ids[i] for i in origin],
            "site_id": [problem.site_ids[j] for j in site],
            "places": flow,
            "cost": problem.costs[origin, site] / unit,
        }
    )
    return BudgetResult(
        model=PLACES_BUDGET,
        status=status,
        reason=None,
        unserved=best.unserved,
        unserved_bound=solution.unserved_bound,
        objective=best.walked / unit,
        unit=problem.unit,
        bound=None if bound is None else bound / unit,
        gap=gap,
        spent=best.spent,
        sites=_site_table(problem, terms, best.added, used),
        served=served,
        demand=_demand_table(problem, origin, site, flow),
        method="mixed integer program",
        notes=(_DEARER,) if status == "optimal" and not solution.cheapest else (),
        seconds=time.monotonic() - started,
    )


def infeasible_places(
    problem: SitingProblem, terms: Terms, reason: Infeasibility, started: float
) -> BudgetResult:
    """Say that a constraint cannot be met, next to the places that stand."""
    nothing, nobody = np.zeros(len(terms.places), np.int64), np.empty(0, np.int64)
    return BudgetResult(
        model=PLACES_BUDGET,
        status="infeasible",
        reason=reason,
        unserved=None,
        unserved_bound=None,
        objective=None,
        unit=problem.unit,
        bound=None,
        gap=None,
        spent=None,
        sites=_site_table(problem, terms, nothing, nothing),
        served=pd.DataFrame({"demand_id": [], "site_id": [], "places": [], "cost": []}),
        demand=_demand_table(problem, nobody, nobody, nobody),
        method="",
        seconds=time.monotonic() - started,
    )


def _site_table(problem: SitingProblem, terms: Terms, added: Array, used: Array) -> pd.DataFrame:
    after = terms.places + added
    shown = np.flatnonzero(after > 0)
    cost = terms.fixed_cost * (added > 0) + terms.place_cost * added
    stands = np.isin(np.arange(len(after)), problem.fixed)
    return pd.DataFrame(
        {
            "site_id": [problem.site_ids[j] for j in shown],
            "standing": stands[shown],
            "places_before": terms.places[shown],
            "places_added": added[shown],
            "places_after": after[shown],
            "places_used": used[shown],
            "cost": cost[shown],
        }
    )


def _demand_table(problem: SitingProblem, origin: Array, site: Array, flow: Array) -> pd.DataFrame:
    n = len(problem.weights)
    served = np.bincount(origin, flow, minlength=n).astype(np.int64)
    walked = np.bincount(origin, problem.costs[origin, site] * flow, minlength=n)
    left = problem.weights - served
    sites = np.union1d(problem.fixed, problem.candidates)
    nowhere = (problem.costs[:, sites] == UNREACHED).all(axis=1)
    with np.errstate(invalid="ignore"):
        mean = walked / served / problem.steps_per_unit
    return pd.DataFrame(
        {
            "demand_id": list(problem.demand_ids),
            "needed": problem.weights,
            "served": served,
            "unserved": left,
            "cost_mean": mean,
            "reason": choose(
                [left == 0, nowhere], ["", Reason.NO_SITE_REACHED], Reason.NO_PLACE_LEFT
            ),
        }
    )
