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
from shelter_geo.roads.joining.finder import RoadFinder
from shelter_geo.roads.joining.nearest import ANY
from shelter_geo.roads.joining.snapping import SnapSettings, coordinates, main_components, whole_km
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.vocabulary import Passed, choose

LOOK_AROUND_KM = 50.0
"""How far the nearest road of any kind is looked for."""


def snap_table(
    network: RoadNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    anchors: Anchors,
    *,
    groups: pd.Series[Any] | None = None,
    main: Mapping[Hashable, int] | None = None,
    settings: SnapSettings | None = None,
) -> pd.DataFrame:
    """Tabulate how points joined a network.

    Parameters
    ----------
    network, points, groups, main, settings
        As given to `snapping.snap`.
    anchors
        What `snapping.snap` returned for them.

    Returns
    -------
    pandas.DataFrame
        One row for each point, indexed as `points`: `joined`, `road_class`, `connector_km` and
        `connector_min` (missing if not joined), `component` and `component_km` (0 is the longest),
        `nearest_road_km` and `nearest_component` for the nearest road of any kind within 50 km
        (a missing component is a road that cannot be both left and reached), `passed_over` and
        `passed_class` if that road was passed over, `main_component` of the group, whether the
        point is `apart` from it, and `reason` if not joined.

    Raises
    ------
    RoadError
        If there are not as many anchors as points.
    """
    lon, lat = coordinates(points)
    if len(anchors) != len(lon):
        raise RoadError(f"{len(anchors)} anchors were given for {len(lon)} points")
    finder = RoadFinder.of(network)
    around = finder.nearest(lon, lat, limit_m=LOOK_AROUND_KM * 1000)
    joined = anchors.edge != NOWHERE
    component, beside = finder.component(anchors.edge), finder.component(around.edge)
    centre = _main_of_group(component, groups, main)
    connector_km = np.where(joined, anchors.connector_cm / 1e5, np.nan)
    nearest_km = np.round(around.metres_from(lon, lat) / 1000, 5)
    nearer = (around.edge != NOWHERE) & ~(nearest_km >= connector_km)
    enterable = np.append(network.enterable, True)[around.edge]
    least_km = whole_km(finder.components, settings or SnapSettings())
    passed = np.where(
        nearer,
        choose(
            [
                ~enterable,
                beside == NOWHERE,
                joined & (beside != component) & (finder.length_km(beside) < least_km),
                joined & (beside != component),
            ],
            [Passed.NOT_ENTERABLE, Passed.NO_WAY_BACK, Passed.FRAGMENT, Passed.OTHER_PART],
        ),
        "",
    )
    classes = np.array([*network.class_names, None], dtype=object)
    road_of = np.append(network.road_class, len(network.class_names))
    return pd.DataFrame(
        {
            "joined": joined,
            "road_class": classes[road_of[anchors.edge]],
            "connector_km": connector_km,
            "connector_min": np.where(joined, anchors.connector_ms / 6e4, np.nan),
            "component": _whole(component),
            "component_km": finder.length_km(component),
            "nearest_road_km": nearest_km,
            "nearest_component": _whole(beside),
            "passed_over": passed,
            "passed_class": classes[np.where(passed != "", road_of[around.edge], -1)],
            "main_component": _whole(centre),
            "apart": joined & (centre >= 0) & (component != centre),
            "reason": anchors.reason,
        },
        index=points.index,
    )


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
