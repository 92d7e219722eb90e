"""Costs by road, the nearest shelter, distances and times."""

from shelter_geo.access.bus_lines import Departures, bus_hours, lines_to, nights_waited
from shelter_geo.access.costs import CostMatrix, cost_blocks, cost_matrix
from shelter_geo.access.journeys import (
    NIGHTS,
    Stop,
    bus_legs,
    leg_costs,
    nights_on_the_way,
    over_link,
    whole_journey,
)
from shelter_geo.access.lines import roads_of_routes, routes, service_area
from shelter_geo.access.metrics import (
    FEW,
    NEAR,
    BusTime,
    access_metrics,
    beyond_range,
    farthest,
    point_access,
    weight_over_settlements,
    weighted_quantile,
)
from shelter_geo.access.nearest import (
    MEASURE,
    UNITS,
    counted,
    least,
    nearest,
    populations,
    resident_units,
)
from shelter_geo.access.requests import CostRequest
from shelter_geo.access.service_time import ServiceTime, service_time

__all__ = [
    "FEW",
    "MEASURE",
    "NEAR",
    "NIGHTS",
    "UNITS",
    "BusTime",
    "CostMatrix",
    "CostRequest",
    "Departures",
    "ServiceTime",
    "Stop",
    "access_metrics",
    "beyond_range",
    "bus_hours",
    "bus_legs",
    "cost_blocks",
    "cost_matrix",
    "counted",
    "farthest",
    "least",
    "leg_costs",
    "lines_to",
    "nearest",
    "nights_on_the_way",
    "nights_waited",
    "over_link",
    "point_access",
    "populations",
    "resident_units",
    "roads_of_routes",
    "routes",
    "service_area",
    "service_time",
    "weight_over_settlements",
    "weighted_quantile",
    "whole_journey",
]
