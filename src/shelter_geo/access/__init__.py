"""Costs by road, the nearest shelter, distances and times."""

from shelter_geo.access.costs import CostMatrix, cost_blocks, cost_matrix
from shelter_geo.access.lines import routes, service_area
from shelter_geo.access.metrics import (
    BusTime,
    access_metrics,
    farthest,
    point_access,
    weight_over_settlements,
    weighted_quantile,
)
from shelter_geo.access.nearest import nearest
from shelter_geo.access.people import UNITS, resident_units

__all__ = [
    "UNITS",
    "BusTime",
    "CostMatrix",
    "access_metrics",
    "cost_blocks",
    "cost_matrix",
    "farthest",
    "nearest",
    "point_access",
    "resident_units",
    "routes",
    "service_area",
    "weight_over_settlements",
    "weighted_quantile",
]
