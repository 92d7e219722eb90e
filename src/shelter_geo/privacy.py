"""Shelters moved to the public point of their settlement, before anything else sees them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from shelter_geo.errors import PrivacyError

MAX_KM_FROM_SETTLEMENT = 30.0
"""A private point farther than this from the settlement named for it is taken for a slip."""


def public_shelters(
    shelters: pd.DataFrame,
    settlements: gpd.GeoDataFrame,
    private_points: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Give each shelter the public point of its settlement.

    Private points are only compared with the settlement named, to catch slips, and then forgotten:
    moving one inside its settlement changes nothing that is returned.

    Parameters
    ----------
    shelters
        With `shelter_id` and `settlement_id`.
    settlements
        Public points with `settlement_id` and `name_en`, EPSG:4326.
    private_points
        With `shelter_id`, `lat`, `lon`; may be absent.

    Returns
    -------
    GeoDataFrame
        `shelters` sorted by id, indexed by it, with the columns `settlement` (its name) and
        `geometry` (its public point).

    Raises
    ------
    PrivacyError
        If a shelter names no known settlement, or if a private point belongs to no shelter or lies
        far from the settlement named. The message holds no coordinate and no distance.
    """
    points = settlements.set_index("settlement_id")
    lost = shelters.loc[~shelters["settlement_id"].isin(points.index), "shelter_id"]
    if len(lost):
        raise PrivacyError(
            f"no known settlement for {', '.join(sorted(lost))}. "
            "Name a settlement of the settlements table."
        )
    ordered = shelters.sort_values("shelter_id").set_index("shelter_id", drop=False)
    ordered.index.name = None
    place = points.loc[ordered["settlement_id"]]
    public = gpd.GeoDataFrame(
        ordered.assign(settlement=place["name_en"].to_numpy()),
        geometry=gpd.GeoSeries(place.geometry.to_numpy(), index=ordered.index, crs="EPSG:4326"),
    )
    if private_points is not None:
        _refuse_slips(public, private_points)
    return public


def _refuse_slips(public: gpd.GeoDataFrame, private_points: pd.DataFrame) -> None:
    unknown = sorted(set(private_points["shelter_id"]) - set(public.index))
    if unknown:
        raise PrivacyError(
            f"private points for unknown shelters: {', '.join(unknown)}. "
            "Remove them or add the shelters."
        )
    named = public.geometry.loc[private_points["shelter_id"]]
    _, _, metres = Geod(ellps="WGS84").inv(
        named.x.to_numpy(),
        named.y.to_numpy(),
        private_points["lon"].to_numpy(float),
        private_points["lat"].to_numpy(float),
    )
    far = np.asarray(metres) > MAX_KM_FROM_SETTLEMENT * 1000
    if far.any():
        raise PrivacyError(
            f"the private point is far from the settlement named for "
            f"{', '.join(sorted(private_points['shelter_id'][far]))}. Correct one of the two."
        )
