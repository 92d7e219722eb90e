"""Shelters moved to the public point of their settlement, before anything else sees them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from shelter_geo.errors import Fault, PrivacyError

MAX_KM_FROM_SETTLEMENT = 30.0
"""A private point farther than this from the settlement named for it is taken for a slip."""


def public_shelters(shelters: pd.DataFrame, settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each shelter the public point of its settlement.

    Private points have no part in this: nothing that is returned can depend on them.

    Parameters
    ----------
    shelters
        With `shelter_id` and `settlement_id`.
    settlements
        Public points with `settlement_id` and `name_en`, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        `shelters` sorted by id, indexed by it, with the columns `settlement` (its name) and
        `geometry` (its public point).

    Raises
    ------
    PrivacyError
        If a shelter names no known settlement, so that it has no public point.
    """
    homes = shelters["settlement_id"].unique()
    points = settlements[settlements["settlement_id"].isin(homes)].set_index("settlement_id")
    lost = shelters.loc[~shelters["settlement_id"].isin(points.index), "shelter_id"]
    if len(lost):
        raise PrivacyError(
            f"no known settlement for {', '.join(sorted(lost))}. "
            "Name a settlement of the settlements table."
        )
    ordered = shelters.sort_values("shelter_id").set_index("shelter_id", drop=False)
    ordered.index.name = None
    place = points.loc[ordered["settlement_id"]]
    return gpd.GeoDataFrame(
        ordered.assign(settlement=place["name_en"].to_numpy()),
        geometry=gpd.GeoSeries(place.geometry.to_numpy(), index=ordered.index, crs="EPSG:4326"),
    )


def private_slips(
    path: Path, private_points: pd.DataFrame, shelters: pd.DataFrame, settlements: pd.DataFrame
) -> list[Fault]:
    """Name private points that contradict the public tables, by row and without any value.

    Parameters
    ----------
    path
        File of `private_points`, for the fault.
    private_points
        With `shelter_id`, `lat`, `lon`, indexed by row number.
    shelters
        With `shelter_id` and `settlement_id`.
    settlements
        With `settlement_id`, `lat`, `lon`.

    Returns
    -------
    list of Fault
        For points of no shelter, and for points far from the settlement named for the shelter.
        They hold no coordinate, no distance and no key.
    """
    named = shelters.drop_duplicates("shelter_id").set_index("shelter_id")["settlement_id"]
    places = settlements[settlements["settlement_id"].isin(named.unique())]
    places = places.drop_duplicates("settlement_id").set_index("settlement_id")
    home = places.reindex(private_points["shelter_id"].map(named))
    _, _, metres = Geod(ellps="WGS84").inv(
        home["lon"].to_numpy(float),
        home["lat"].to_numpy(float),
        private_points["lon"].to_numpy(float),
        private_points["lat"].to_numpy(float),
    )
    far = np.asarray(metres) > MAX_KM_FROM_SETTLEMENT * 1000
    strange = ~private_points["shelter_id"].isin(named.index).to_numpy()
    found = (
        (strange, "no shelter has this key", "Remove the row, or add the shelter.", "shelter_id"),
        (
            far,
            "the point is far from the settlement named for the shelter",
            "Correct the point, or the settlement.",
            "lat, lon",
        ),
    )
    return [
        Fault(path.name, message, remedy, row, column)
        for rows, message, remedy, column in found
        for row in private_points.index[rows].tolist()
    ]
