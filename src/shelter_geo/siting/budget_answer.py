"""Describe places found within a budget: their sites, who uses them, and who is left without."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.siting.budget_program import Allocation, PlacesProgram, PlacesSolution
from shelter_geo.siting.budget_result import BudgetResult
from shelter_geo.siting.cards import CARDS
from shelter_geo.siting.problem import UNREACHED
from shelter_geo.siting.result import Status

if TYPE_CHECKING:
    from shelter_geo.siting.budget import PlacesBudget

Array = NDArray[Any]

_FULL = "no place left within the limits"
_NOWHERE = "no site can be reached"
_DEARER = "that no plan as good is cheaper is not proven"


def places_answer(
    model: PlacesBudget,
    program: PlacesProgram,
    outcome: PlacesSolution,
    best: Allocation,
    started: float,
) -> BudgetResult:
    """Describe the best allocation found.

    Parameters
    ----------
    model, program
        The question.
    outcome, best
        What was found, and what is proven of it.
    started
        Value of ``time.monotonic()`` when the question was put.
    """
    problem, bound = model.problem, outcome.walked_bound
    unit = problem.steps_per_unit
    status: Status = "optimal" if bound == best.walked else "not proven"
    if bound is None:
        gap = (best.unserved - outcome.unserved_bound) / best.unserved
    else:
        gap = (best.walked - bound) / max(best.walked, 1)
    used = np.bincount(program.site, best.flow, minlength=len(model.places)).astype(np.int64)
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
        model=model.key,
        status=status,
        reason="",
        unserved=best.unserved,
        unserved_bound=outcome.unserved_bound,
        objective=best.walked / unit,
        objective_name=_objective_name(model),
        bound=None if bound is None else bound / unit,
        gap=gap,
        spent=best.spent,
        sites=_site_table(model, best.added, used),
        served=served,
        demand=_demand_table(model, origin, site, flow),
        method="mixed integer program",
        card=CARDS[model.key],
        notes=(_DEARER,) if status == "optimal" and not outcome.cheapest else (),
        seconds=time.monotonic() - started,
    )


def infeasible_places(model: PlacesBudget, reason: str, started: float) -> BudgetResult:
    """Say that a constraint cannot be met, next to the places that stand."""
    nothing, nobody = np.zeros(len(model.places), np.int64), np.empty(0, np.int64)
    return BudgetResult(
        model=model.key,
        status="infeasible",
        reason=reason,
        unserved=None,
        unserved_bound=None,
        objective=None,
        objective_name=_objective_name(model),
        bound=None,
        gap=None,
        spent=None,
        sites=_site_table(model, nothing, nothing),
        served=pd.DataFrame({"demand_id": [], "site_id": [], "places": [], "cost": []}),
        demand=_demand_table(model, nobody, nobody, nobody),
        method="",
        card=CARDS[model.key],
        seconds=time.monotonic() - started,
    )


def _objective_name(model: PlacesBudget) -> str:
    unit = "steps" if model.problem.unit == "one" else model.problem.unit
    return f"family places-{unit}"


def _site_table(model: PlacesBudget, added: Array, used: Array) -> pd.DataFrame:
    after = model.places + added
    shown = np.flatnonzero(after > 0)
    cost = model.fixed_cost * (added > 0) + model.place_cost * added
    stands = np.isin(np.arange(len(after)), model.problem.fixed)
    return pd.DataFrame(
        {
            "site_id": [model.problem.site_ids[j] for j in shown],
            "standing": stands[shown],
            "places_before": model.places[shown],
            "places_added": added[shown],
            "places_after": after[shown],
            "places_used": used[shown],
            "cost": cost[shown],
        }
    )


def _demand_table(model: PlacesBudget, origin: Array, site: Array, flow: Array) -> pd.DataFrame:
    problem, n = model.problem, len(model.problem.weights)
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
            "reason": np.where(left == 0, "", np.where(nowhere, _NOWHERE, _FULL)),
        }
    )
