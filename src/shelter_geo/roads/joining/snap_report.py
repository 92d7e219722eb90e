"""Say for every point where it joined the roads, how far away, and what was passed over."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.joining.finder import Places, RoadFinder
from shelter_geo.roads.joining.nearest import ANY
from shelter_geo.roads.joining.snapping import GEOD, coordinates, main_components
from shelter_geo.roads.network import RoadNetwork

LOOK_AROUND_KM = 50.0
"""How far the nearest road of any kind is looked for."""


def snap_table(
    network: RoadNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    anchors: Anchors,
    *,
    groups: pd.Series[Any] | None = None,
    main: Mapping[Hashable, int] | None = None,
) -> pd.DataFrame:
    """Tabulate how points joined a network.

    Parameters
    ----------
    network, points, groups, main
        As given to `snapping.snap`.
    anchors
        What `snapping.snap` returned for them.

    Returns
    -------
    pandas.DataFrame
        One row for each point, indexed as `points`: `joined`, `road_class`, `connector_km` and
        `connector_min` (missing if not joined), `component` and `component_km` (0 is the longest),
        `nearest_road_km` and `nearest_component` for the nearest road of any kind within 50 km
        (a missing component is a road that cannot be both left and reached), `main_component` of
        the group, `reason` if not joined, and `notice`.

    Raises
    ------
    RoadError
        If there are not as many anchors as points.
    """
    lon, lat = coordinates(points)
    if len(anchors) != len(lon):
        raise RoadError(f"{len(anchors)} anchors were given for {len(lon)} points")
    finder = RoadFinder.of(network)
    length_km = finder.components.length_km
    around = finder.nearest(lon, lat, limit_m=LOOK_AROUND_KM * 1000)
    joined = anchors.edge != NOWHERE
    component, beside = finder.component(anchors.edge), finder.component(around.edge)
    centre = _main_of_group(component, groups, main)
    connector_km = np.where(joined, anchors.connector_cm / 1e5, np.nan)
    nearest_km = _kilometres(lon, lat, around)
    classes = np.array([*network.class_names, None], dtype=object)
    road_class = np.append(network.road_class, len(network.class_names))[anchors.edge]
    return pd.DataFrame(
        {
            "joined": joined,
            "road_class": classes[road_class],
            "connector_km": connector_km,
            "connector_min": np.where(joined, anchors.connector_ms / 6e4, np.nan),
            "component": _whole(component),
            "component_km": np.append(length_km, np.nan)[component],
            "nearest_road_km": nearest_km,
            "nearest_component": _whole(beside),
            "main_component": _whole(centre),
            "reason": anchors.reason,
            "notice": _notices(component, beside, centre, nearest_km, connector_km, length_km),
        },
        index=points.index,
    )


def _kilometres(
    lon: NDArray[np.float64], lat: NDArray[np.float64], places: Places
) -> NDArray[np.float64]:
    _, _, metres = GEOD.inv(lon, lat, places.lon, places.lat)
    return np.where(places.edge != NOWHERE, np.round(metres / 1000, 5), np.nan)


def _whole(values: NDArray[np.int32]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int32), values < 0)


def _main_of_group(
    component: NDArray[np.int32],
    groups: pd.Series[Any] | None,
    main: Mapping[Hashable, int] | None,
) -> NDArray[np.int32]:
    if groups is None:
        return np.full(len(component), ANY, dtype=np.int32)
    return main_components(component, groups, main)


def _notices(
    component: NDArray[np.int32],
    beside: NDArray[np.int32],
    main: NDArray[np.int32],
    nearest_km: NDArray[np.float64],
    connector_km: NDArray[np.float64],
    length_km: NDArray[np.float64],
) -> NDArray[Any]:
    joined = component != NOWHERE
    notices = np.full(len(component), "", dtype=object)
    for row in np.flatnonzero(joined & (nearest_km < connector_km) & (beside != component)):
        away = f"passed over a road {nearest_km[row]:.2f} km away"
        if beside[row] == NOWHERE:
            notices[row] = f"{away} that cannot be both left and reached"
        else:
            notices[row] = f"{away} in a network of {length_km[beside[row]]:.0f} km"
    for row in np.flatnonzero(joined & (main >= 0) & (component != main)):
        elsewhere = f"joined component {component[row]}, while its group is on {main[row]}"
        notices[row] = "; ".join(filter(None, [notices[row], elsewhere]))
    return notices
