"""Road access to shelters: distances, missing places, and what new shelters would change."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shelter_geo.costs import (
        CostMatrix,
        cost_blocks,
        cost_matrix,
        nearest,
        routes,
        service_area,
    )
    from shelter_geo.inputs import Study, load_study
    from shelter_geo.publish.outputs import write_outputs
    from shelter_geo.roads.network import RoadNetwork
    from shelter_geo.scenarios import Evaluation, evaluate

__version__ = "0.1.0"

_HOME = {
    "CostMatrix": "costs",
    "Evaluation": "scenarios",
    "RoadNetwork": "roads.network",
    "Study": "inputs",
    "cost_blocks": "costs",
    "cost_matrix": "costs",
    "evaluate": "scenarios",
    "load_study": "inputs",
    "nearest": "costs",
    "routes": "costs",
    "service_area": "costs",
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
