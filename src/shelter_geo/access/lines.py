"""Roads drawn: the way to a facility, and what lies within reach of one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access.costs import Joining, Points, anchors_of, arriving, leaving, rows_of
from shelter_geo.errors import CostError
from shelter_geo.roads import (
    Engine,
    Path,
    RoadNetwork,
    RouteLines,
    Weight,
    draw_parts,
    kilometres,
    make_engine,
    own_shares,
    parts_within,
    shares_within,
)
from shelter_geo.units import CM_PER_KM, MS_PER_MIN


def routes(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    facility_of: pd.Series[Any],
    *,
    weight: Weight = "travel_min",
    snapping: Joining = None,
    engine: Engine | None = None,
) -> gpd.GeoDataFrame:
    """Draw the best road from origins to the facility chosen for each.

    Parameters
    ----------
    network, origins, facilities, weight, snapping, engine
        As for `cost_matrix`.
    facility_of
        Facility key by origin key; origins that are not in it are passed over.

    Returns
    -------
    GeoDataFrame
        Indexed by origin: `facility_id`, `distance_km`, `travel_min` and a line in EPSG:4326 with
        connectors at both ends; pairs without a road are left out.

    Raises
    ------
    CostError
        If a key is unknown.
    """
    draw, ways, pairs = _ways(network, origins, facilities, facility_of, weight, snapping, engine)
    found = [draw.route(way, a, b) for way, (a, b) in zip(ways, pairs.tolist(), strict=True)]
    kept = np.array([route is not None for route in found], bool)
    chosen = [route for route in found if route is not None]
    return gpd.GeoDataFrame(
        {
            "facility_id": facility_of.to_numpy()[kept],
            "distance_km": [route.length_cm / CM_PER_KM for route in chosen],
            "travel_min": [route.time_ms / MS_PER_MIN for route in chosen],
        },
        index=facility_of.index[kept],
        geometry=gpd.GeoSeries([r.line for r in chosen], index=facility_of.index[kept], crs=4326),
    )


def roads_of_routes(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    facility_of: pd.Series[Any],
    *,
    weight: Weight = "travel_min",
    snapping: Joining = None,
    engine: Engine | None = None,
) -> NDArray[np.int64]:
    """Find the edges that the best roads from origins to facilities run along, at least in part.

    Parameters
    ----------
    network, origins, facilities, facility_of, weight, snapping, engine
        As for `routes`.

    Returns
    -------
    int64, shape (k,)
        Edges of the network in rising order, each once.

    Raises
    ------
    CostError
        If a key is unknown.
    """
    draw, ways, pairs = _ways(network, origins, facilities, facility_of, weight, snapping, engine)
    used: set[int] = set()
    for way, (a, b) in zip(ways, pairs.tolist(), strict=True):
        used |= draw.edges(way, a, b)
    return np.array(sorted(used), dtype=np.int64)


def _ways(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    facility_of: pd.Series[Any],
    weight: Weight,
    snapping: Joining,
    engine: Engine | None,
) -> tuple[RouteLines, list[Path], NDArray[np.intp]]:
    """Find the best way of each origin that has a facility, with the rows of both."""
    from_row = rows_of(origins.index, facility_of.index, "origin")
    to_row = rows_of(facilities.index, pd.Index(facility_of), "facility")
    leave = anchors_of(network, origins, snapping)
    arrive = anchors_of(network, facilities, snapping)
    engine = engine or make_engine(network, weight=weight)
    pairs = np.stack([from_row, to_row], axis=1)
    ways = engine.paths(leaving(leave), arriving(arrive), pairs)
    draw = RouteLines(network, leave, arrive, origins.geometry, facilities.geometry)
    return draw, ways, pairs


def service_area(
    network: RoadNetwork,
    facilities: Points,
    limit: float | None = None,
    *,
    limits: Sequence[float] = (),
    weight: Weight = "travel_min",
    towards: bool = True,
    buffer_km: float | None = None,
    snapping: Joining = None,
    engine: Engine | None = None,
) -> gpd.GeoDataFrame:
    """Find the roads from which each facility is reached within a limit.

    Parameters
    ----------
    network, facilities, weight, snapping, engine
        As for `cost_matrix`.
    limit
        Minutes, or kilometres under the weight ``"distance_km"``.
    limits
        Several limits in place of one: each facility then has a ring for each, from the limit
        before to this one.
    towards
        Driving to the facility if true, from it if false.
    buffer_km
        Give polygons of everything within so many kilometres of those roads, else the roads.

    Returns
    -------
    GeoDataFrame
        Indexed by facility: `limit`, `road_km` and lines or polygons in EPSG:4326, empty where
        the facility joins no road. With `limits` a row for each facility and limit, in this order.

    Raises
    ------
    CostError
        If the limit is not 0 or more, there is no facility, or not one of `limit` and `limits`.
    """
    if (limit is None) == (len(limits) == 0):
        raise CostError("give one limit of a service area, or several as limits")
    if limit is None:
        areas = [
            service_area(
                network, facilities, one, weight=weight, towards=towards, buffer_km=buffer_km,
                snapping=snapping, engine=engine,
            )
            for one in sorted(set(limits))
        ]  # fmt: skip
        return _rings(areas)
    if not limit >= 0 or np.isinf(limit):
        raise CostError(f"the limit of a service area must be a number of 0 or more, not {limit}")
    if len(facilities) == 0:
        raise CostError("the table of points holds no facility")
    anchors = anchors_of(network, facilities, snapping)
    seeds = arriving(anchors) if towards else leaving(anchors)
    engine = engine or make_engine(network, weight=weight)
    whole = round(limit * (MS_PER_MIN if weight == "travel_min" else CM_PER_KM))
    found = []
    for i in range(len(facilities)):
        near = engine.reach(seeds.part(i, i + 1), whole, towards=towards)
        cost = near.time_ms if weight == "travel_min" else near.length_cm
        within = shares_within(network, cost, whole, weight, towards=towards)
        one = anchors.part(i, i + 1)
        own = own_shares(network, one, whole, weight, towards=towards)
        found.append(parts_within(within, one, own))
    area = gpd.GeoSeries([draw_parts(network, p) for p in found], facilities.index, crs=4326)
    if buffer_km is not None:
        area = _widened(area, buffer_km)
    road_km = [kilometres(network, parts) for parts in found]
    columns = {"limit": limit, "road_km": road_km}
    return gpd.GeoDataFrame(columns, index=facilities.index, geometry=area)


def _rings(areas: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Take from each area what lies within the smaller ones."""
    rings = [areas[0]]
    for inner, outer in pairwise(areas):
        ring = outer.geometry.difference(inner.geometry)
        rings.append(outer.assign(road_km=outer["road_km"] - inner["road_km"], geometry=ring))
    together = pd.concat(rings).assign(order=np.tile(np.arange(len(areas[0])), len(areas)))
    ordered = together.sort_values(["order", "limit"], kind="stable").drop(columns="order")
    return gpd.GeoDataFrame(ordered, crs=4326)


def _widened(lines: gpd.GeoSeries, buffer_km: float) -> gpd.GeoSeries:
    """Widen lines into areas, in an equal-area projection centred on them."""
    if lines.is_empty.all():
        return lines
    west, south, east, north = lines.total_bounds
    local = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +units=m"
    return lines.to_crs(local).buffer(buffer_km * 1000).to_crs(4326)
