"""Costs by road, the nearest shelter, distances and times."""

from shelter_geo.access.costs import (
    CostMatrix,
    cost_blocks,
    cost_matrix,
    nearest,
    routes,
    service_area,
)
from shelter_geo.access.metrics import (
    UNITS,
    BusTime,
    access_metrics,
    farthest,
    point_access,
    resident_units,
    weight_over_settlements,
)
from shelter_geo.access.quantiles import weighted_quantile

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
