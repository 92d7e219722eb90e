"""Where new shelters should go: exact models of the literature, and what each plan trades away.

The models are `PMedian`, `PMedianWithin`, `PCenter`, `MCLP`, `LSCP`, `OwnRegion`, `KolmPollak`,
`Uptake` and `PlacesBudget`; `MODELS` says what each is for. A question is a `SitingProblem`, an
answer a `SitingResult` or a `BudgetResult`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shelter_geo.siting.answer import infeasible
    from shelter_geo.siting.budget import PlacesBudget
    from shelter_geo.siting.budget_result import BudgetResult
    from shelter_geo.siting.combinations import is_enumerable
    from shelter_geo.siting.covering import LSCP, PCenter
    from shelter_geo.siting.enumeration import (
        AIMS,
        ChoiceTable,
        ParetoFront,
        ParetoPlan,
        pareto_front,
        pareto_rows,
        tabulate,
    )
    from shelter_geo.siting.model import CountModel, Model, problem_from_frames
    from shelter_geo.siting.models import (
        MCLP,
        KolmPollak,
        OwnRegion,
        PMedian,
        PMedianWithin,
        Uptake,
    )
    from shelter_geo.siting.objectives import limit_steps
    from shelter_geo.siting.problem import UNREACHED, SitingProblem, Unit
    from shelter_geo.siting.registry import (
        MODELS,
        RegisteredModel,
        model_choices,
        register_model,
        registered_model,
        robust_models,
    )
    from shelter_geo.siting.regret import Regrets, regrets
    from shelter_geo.siting.result import (
        METRICS,
        AccessMetrics,
        Infeasibility,
        Remark,
        RunnerUp,
        SiteWorth,
        SitingResult,
        access_metrics,
        gini,
        kappa_per_step,
        kolm_pollak,
    )
    from shelter_geo.siting.robust import PlanRobustness, Robustness, SiteRobustness, robustness
    from shelter_geo.siting.scenarios import (
        Scenarios,
        Uncertainty,
        draw_scenarios,
        scenario_regrets,
    )

_HOME = {
    "AIMS": "enumeration",
    "AccessMetrics": "result",
    "BudgetResult": "budget_result",
    "ChoiceTable": "enumeration",
    "CountModel": "model",
    "KolmPollak": "models",
    "LSCP": "covering",
    "MCLP": "models",
    "METRICS": "result",
    "MODELS": "registry",
    "Model": "model",
    "Infeasibility": "result",
    "OwnRegion": "models",
    "PCenter": "covering",
    "PMedian": "models",
    "PMedianWithin": "models",
    "ParetoFront": "enumeration",
    "ParetoPlan": "enumeration",
    "PlacesBudget": "budget",
    "PlanRobustness": "robust",
    "RegisteredModel": "registry",
    "Regrets": "regret",
    "Remark": "result",
    "Robustness": "robust",
    "RunnerUp": "result",
    "Scenarios": "scenarios",
    "SiteRobustness": "robust",
    "SiteWorth": "result",
    "SitingProblem": "problem",
    "SitingResult": "result",
    "UNREACHED": "problem",
    "Uncertainty": "scenarios",
    "Unit": "problem",
    "Uptake": "models",
    "access_metrics": "result",
    "model_choices": "registry",
    "draw_scenarios": "scenarios",
    "is_enumerable": "combinations",
    "pareto_rows": "enumeration",
    "gini": "result",
    "infeasible": "answer",
    "kappa_per_step": "result",
    "kolm_pollak": "result",
    "limit_steps": "objectives",
    "pareto_front": "enumeration",
    "problem_from_frames": "model",
    "register_model": "registry",
    "registered_model": "registry",
    "regrets": "regret",
    "robust_models": "registry",
    "robustness": "robust",
    "scenario_regrets": "scenarios",
    "tabulate": "enumeration",
}

__all__ = [
    "AIMS",
    "LSCP",
    "MCLP",
    "METRICS",
    "MODELS",
    "UNREACHED",
    "AccessMetrics",
    "BudgetResult",
    "ChoiceTable",
    "CountModel",
    "Infeasibility",
    "KolmPollak",
    "Model",
    "OwnRegion",
    "PCenter",
    "PMedian",
    "PMedianWithin",
    "ParetoFront",
    "ParetoPlan",
    "PlacesBudget",
    "PlanRobustness",
    "RegisteredModel",
    "Regrets",
    "Remark",
    "Robustness",
    "RunnerUp",
    "Scenarios",
    "SiteRobustness",
    "SiteWorth",
    "SitingProblem",
    "SitingResult",
    "Uncertainty",
    "Unit",
    "Uptake",
    "access_metrics",
    "draw_scenarios",
    "gini",
    "infeasible",
    "is_enumerable",
    "kappa_per_step",
    "kolm_pollak",
    "limit_steps",
    "model_choices",
    "pareto_front",
    "pareto_rows",
    "problem_from_frames",
    "register_model",
    "registered_model",
    "regrets",
    "robust_models",
    "robustness",
    "scenario_regrets",
    "tabulate",
]


def __getattr__(name: str) -> Any:
    """Import public names when they are first used, so that the command line starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
