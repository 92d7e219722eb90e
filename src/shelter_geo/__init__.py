"""Road access to shelters: distances, missing places, and what new shelters would change."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter_geo.access.costs import CostMatrix, cost_blocks, cost_matrix
    from shelter_geo.access.lines import routes, service_area
    from shelter_geo.access.nearest import nearest
    from shelter_geo.analysis import (
        Evaluation,
        SiteOptions,
        compare,
        evaluate,
        evaluate_plans,
        site_options,
    )
    from shelter_geo.analysis.capacity_results import capacity_results
    from shelter_geo.analysis.siting_question import site_question
    from shelter_geo.analysis.siting_results import siting_results
    from shelter_geo.plans import Plan, apply_plan, find_plans, read_plan, read_plans
    from shelter_geo.publish.outputs import write_outputs
    from shelter_geo.roads.network import RoadNetwork
    from shelter_geo.study.load import load_study
    from shelter_geo.study.study import Study

__version__ = "0.1.0"

_HOME = {
    "CostMatrix": "access.costs",
    "Evaluation": "analysis",
    "Plan": "plans",
    "RoadNetwork": "roads.network",
    "SiteOptions": "analysis",
    "Study": "study.study",
    "apply_plan": "plans",
    "capacity_results": "analysis",
    "compare": "analysis",
    "cost_blocks": "access.costs",
    "cost_matrix": "access.costs",
    "evaluate": "analysis",
    "evaluate_plans": "analysis",
    "find_plans": "plans",
    "load_study": "study.load",
    "nearest": "access.nearest",
    "read_plan": "plans",
    "read_plans": "plans",
    "routes": "access.lines",
    "service_area": "access.lines",
    "site_options": "analysis",
    "site_question": "analysis.siting_question",
    "siting_results": "analysis.siting_results",
    "write_outputs": "publish.outputs",
}

__all__ = [
    "CostMatrix",
    "Evaluation",
    "Plan",
    "RoadNetwork",
    "SiteOptions",
    "Study",
    "apply_plan",
    "capacity_results",
    "compare",
    "cost_blocks",
    "cost_matrix",
    "evaluate",
    "evaluate_plans",
    "find_plans",
    "load_study",
    "nearest",
    "read_plan",
    "read_plans",
    "routes",
    "service_area",
    "site_options",
    "site_question",
    "siting_results",
    "write_outputs",
]


def __getattr__(name: str) -> object:
    """Import public names when they are first used, so that the command line starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
