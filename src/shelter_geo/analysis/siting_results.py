"""Where a study's next shelters should go: every model, the trade-offs, and what holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import populations
from shelter_geo.analysis.candidates import SiteOptions
from shelter_geo.analysis.evaluation import Evaluation, evaluate
from shelter_geo.analysis.siting_question import (
    SiteQuestion,
    UnreachedPeople,
    share_in_own_region,
    site_question,
    unreached_people,
)
from shelter_geo.cluster import Spread, here
from shelter_geo.plans import OpenShelter, Plan, PlanIdentity, apply_plan
from shelter_geo.progress import Progress
from shelter_geo.siting import (
    LSCP,
    MODELS,
    UNREACHED,
    Infeasibility,
    Model,
    OwnRegion,
    ParetoFront,
    PCenter,
    PMedian,
    RegisteredModel,
    Robustness,
    SitingProblem,
    SitingResult,
    access_metrics,
    infeasible,
    is_enumerable,
    kappa_per_step,
    limit_steps,
    pareto_front,
    robustness,
)
from shelter_geo.study import REGION, Study
from shelter_geo.vocabulary import Infeasible

Array = NDArray[Any]

MOST_NEW: Final = 10
"""New sites up to which every model is solved."""

NEW_SITES: Final = 3
"""New sites of the front, of robustness and of the plans that are mapped."""

_PATIENCE_S: Final = 86_400.0
"""A limit that the clock of a slow machine does not meet: the same study gives the same bytes."""

_MOST_WORK: Final = 3e10
"""Pairs that one search prices at most: thirty times what 500 districts take. What ends there is
not proven, and says so."""

SCENARIOS: Final = 100
SEED: Final = 1
PER_REGION: Final = "p-median-per-region"


@dataclass(frozen=True, eq=False)
class SitedPlan:
    """A plan that a model chose, as a study would be under it.

    Attributes
    ----------
    key : {"mean", "farthest", "region", "own-region"}
    result : SitingResult
    places : int
        Places that each new shelter is given: the mean of today's, an assumption.
    evaluation : Evaluation
    """

    key: str
    result: SitingResult
    places: int
    evaluation: Evaluation


@dataclass(frozen=True, eq=False)
class SitingResults:
    """What a study's siting models say.

    Attributes
    ----------
    question : SiteQuestion
    problem : SitingProblem
        In kilometres.
    within_km, half_km : float
        Limit of the models that have one, and distance over which uptake halves.
    answers : dict
        Results by model and number of new sites.
    p_curve : DataFrame
        A row for each of them: access by model and number of new sites.
    front : ParetoFront or None
        Mean against farthest; None if there are too many choices.
    robustness : Robustness or None
    unreached : tuple of UnreachedPeople
        People without a road to any shelter of today, by what reaches them.
    plans : tuple of SitedPlan
        The plans that are mapped: best for the mean, for the farthest and, where the study has
        regions, for all of them and for women in their own.
    """

    question: SiteQuestion
    problem: SitingProblem
    within_km: float
    half_km: float
    answers: dict[tuple[str, int], SitingResult]
    p_curve: pd.DataFrame
    front: ParetoFront | None
    robustness: Robustness | None
    unreached: tuple[UnreachedPeople, ...]
    plans: tuple[SitedPlan, ...]


def siting_results(
    study: Study,
    options: SiteOptions,
    *,
    progress: Progress | None = None,
    spread: Spread = here,
) -> SitingResults:
    """Solve every model for 0 to `MOST_NEW` new sites, the front and the robustness.

    The limit and the distance over which uptake halves are those of the study's `[siting]`.

    Parameters
    ----------
    study
        From `study.load_study`.
    options
        Candidates beside today's shelters.
    progress
        Called with a name, the work done and the whole.
    spread
        What does the work, a model and a number of new sites an item; the answer is the same
        wherever it is done.

    Raises
    ------
    ClusterError
        If workers are lost; see `cluster.Spread`.
    """
    half, within = study.settings.siting.half_km, study.settings.siting.within_km
    question = site_question(study, options)
    problem = question.problem()
    kappa = kappa_per_step(problem) * problem.steps_per_unit
    answers = _answers(question, within, half, progress, spread)
    own = question.problem(own_region=True) if REGION in question.districts else None
    rows = [
        _row(key, p, result, problem, within, kappa) | _own_region_share(own, result)
        for (key, p), result in answers.items()
    ]
    new = min(NEW_SITES, len(problem.candidates))
    front = robust = None
    if is_enumerable(len(problem.candidates), new):
        front = pareto_front(problem, new, beyond=within, kappa=kappa)
        robust = robustness(
            problem,
            new,
            registered=counted_elsewhere(study, problem),
            scenarios=SCENARIOS,
            seed=SEED,
            progress=progress,
            spread=spread,
        )
    return SitingResults(
        question=question,
        problem=problem,
        within_km=within,
        half_km=half,
        answers=answers,
        p_curve=pd.DataFrame(rows),
        front=front,
        robustness=robust,
        unreached=unreached_people(question, problem),
        plans=tuple(_plans(study, answers, new)),
    )


def counted_elsewhere(study: Study, problem: SitingProblem) -> Array | None:
    """Return which districts count people who live elsewhere; None if all do, or none has people.

    It is None too where the study says who lives where, for nobody else is counted then.

    Parameters
    ----------
    study, problem
        The study, and its siting question.
    """
    if len(populations(study.districts)) > 1:
        return None
    registered = study.districts["counts_registered_not_resident"].to_numpy(bool)
    return registered if problem.weights[~registered].any() else None


class _Posed(NamedTuple):
    """Models by key, each with its question: as it is, or with a shelter in every region."""

    models: dict[str, tuple[RegisteredModel, SitingProblem]]
    fewest: SitingResult
    within: float
    half: float


def _answers(
    question: SiteQuestion,
    within: float,
    half: float,
    progress: Progress | None,
    spread: Spread,
) -> dict[tuple[str, int], SitingResult]:
    """Solve every registered model for every number of new sites."""
    problem = question.problem()
    fewest = LSCP(problem, within).solve(time_limit=_PATIENCE_S, runner_ups=0, most_work=_MOST_WORK)
    by_count = [model for model in MODELS.values() if model.takes_p]
    models = {model.key: (model, problem) for model in by_count if not model.own_area}
    if REGION in question.districts:
        own = question.problem(own_region=True)
        models |= {model.key: (model, own) for model in by_count if model.own_area}
        models[PER_REGION] = MODELS[PMedian.key], question.problem(per_region=True)
    numbers = range(0 if len(problem.fixed) else 1, min(MOST_NEW, len(problem.candidates)) + 1)
    runs: list[tuple[str, int]] = []
    for key, (entry, posed) in models.items():
        # Some models have no answer below a number of sites: that number is solved for too.
        least = _least_sites(entry, posed, len(fewest.chosen)) or numbers[0]
        runs += [(key, p) for p in sorted({*numbers, least} & set(_possible(problem)))]
    shared = _Posed(models, fewest, within, half)
    answers = {(LSCP.key, len(fewest.chosen)): fewest}
    answers |= dict.fromkeys(runs, fewest)  # in their order, whichever comes first
    for done, (run, result) in enumerate(spread(_solved, shared, runs)):
        if progress is not None:
            progress("siting", done, len(runs))
        answers[run] = result
    return answers


def _solved(posed: _Posed, run: tuple[str, int]) -> SitingResult:
    key, p = run
    entry, problem = posed.models[key]
    limit = posed.half if entry.limit == "half" else posed.within
    model: Model = entry.put(problem, p=p, limit=limit)
    fewest = posed.fewest
    if entry.everyone_within and p < len(fewest.chosen) and fewest.status == "optimal":
        reason = Infeasibility(
            Infeasible.TOO_FEW_SITES,
            {"sites": p, "limit": posed.within, "unit": "km", "fewest": len(fewest.chosen)},
        )
        return infeasible(model, reason, time.monotonic())
    return model.solve(time_limit=_PATIENCE_S, runner_ups=0, most_work=_MOST_WORK)


def _least_sites(model: RegisteredModel, problem: SitingProblem, fewest: int) -> int:
    """Return the new sites below which a model has no answer."""
    standing = {problem.regions[j] for j in problem.fixed} if problem.regions else set()
    without = len(set(problem.required) - standing)
    return max(without, fewest) if model.everyone_within else without


def _plans(
    study: Study, answers: dict[tuple[str, int], SitingResult], new: int
) -> Iterator[SitedPlan]:
    """Evaluate the plans that are mapped; candidates of a study are its settlements."""
    given, kind = study.shelters["places"], study.kind.id
    places = max(round(float(given.mean())), 1) if len(given) else 1
    regional = max((p for key, p in answers if key == PER_REGION), default=0)
    for name, wanted in (
        ("mean", (PMedian.key, new)),
        ("farthest", (PCenter.key, new)),
        ("region", (PER_REGION, regional)),
        ("own-region", (OwnRegion.key, new)),
    ):
        result = answers.get(wanted)
        if result is not None and result.chosen:
            opened = tuple(
                OpenShelter(settlement_id=str(key), places=places, kind=kind)
                for key in result.chosen
            )
            plan = Plan(scenario=PlanIdentity(id=f"siting-{name}", name=name), open=opened)
            yield SitedPlan(name, result, places, evaluate(apply_plan(study, plan)))


def _possible(problem: SitingProblem) -> range:
    return range(len(problem.candidates) + 1)


def _own_region_share(own: SitingProblem | None, result: SitingResult) -> dict[str, float]:
    """Share of the women with a shelter in their own region; nothing where there are none."""
    if own is None or result.status == "infeasible":
        return {}
    return {"share_in_own_region": share_in_own_region(own, result.chosen)}


def _row(
    key: str, p: int, result: SitingResult, problem: SitingProblem, within: float, kappa: float
) -> dict[str, Any]:
    """Write one answer as a row; an answer that cannot be has no sites and no figures."""
    row: dict[str, Any] = {
        "model": key,
        "new_sites": p,
        "sites": " ".join(map(str, result.chosen)),
        "status": result.status,
        "reason": "" if result.reason is None else result.reason.key,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "limit_km": within,
    }
    if result.status == "infeasible":
        return row
    number = {site: j for j, site in enumerate(problem.site_ids)}
    opened = [number[site] for site in result.chosen]
    nearest = problem.nearest(np.union1d(problem.fixed, opened).astype(np.int64))
    access = access_metrics(
        problem,
        nearest,
        limit=limit_steps(problem, within),
        kappa=kappa / problem.steps_per_unit,
    )
    # An answer may count women alone; all answers are compared by the people of the question.
    today = np.where(problem.today == UNREACHED, np.iinfo(np.int64).max, problem.today)
    after = np.where(nearest == UNREACHED, np.iinfo(np.int64).max, nearest)
    return row | {
        "people_gaining": int(problem.weights[after < today].sum()),
        "people_losing": int(problem.weights[(after > today) & (nearest != UNREACHED)].sum()),
        "unserved": access.unserved,
        "distance_km_mean": access.mean,
        "distance_km_median": access.median,
        "distance_km_p90": access.p90,
        "distance_km_max": access.max,
        "share_beyond_limit": access.beyond,
        "distance_km_kolm_pollak": access.kolm_pollak,
        "gini": access.gini,
    }
