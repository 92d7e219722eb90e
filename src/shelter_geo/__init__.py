"""Road access to shelters: distances, missing places, and what new shelters would change."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shelter_geo.access.costs import (
        CostMatrix,
        cost_blocks,
        cost_matrix,
        nearest,
        routes,
        service_area,
    )
    from shelter_geo.analysis import Evaluation, evaluate
    from shelter_geo.publish.outputs import write_outputs
    from shelter_geo.roads.network import RoadNetwork
    from shelter_geo.study.load import Study, load_study

__version__ = "0.1.0"

_HOME = {
    "CostMatrix": "access.costs",
    "Evaluation": "analysis",
    "RoadNetwork": "roads.network",
    "Study": "study.load",
    "cost_blocks": "access.costs",
    "cost_matrix": "access.costs",
    "evaluate": "analysis",
    "load_study": "study.load",
    "nearest": "access.costs",
    "routes": "access.costs",
    "service_area": "access.costs",
    "write_outputs": "publish.outputs",
}

__all__ = [
    "CostMatrix",
    "Evaluation",
    "RoadNetwork",
    "Study",
    "cost_blocks",
    "cost_matrix",
    "evaluate",
    "load_study",
    "nearest",
    "routes",
    "service_area",
    "write_outputs",
]


def __getattr__(name: str) -> Any:
    """Import public names when they are first used, so that the command line starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
