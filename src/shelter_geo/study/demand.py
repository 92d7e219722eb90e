"""Demand points: the people of each district shared out over its settlements."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.study.people import PEOPLE_COLUMNS


def settlement_demand(districts: pd.DataFrame, settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Share the people and women of each district out over its settlements.

    Listed populations mix towns with the district around them, so they serve as shares only: each
    is capped at the district's people, the shares of a district sum to 1, and whole people
    are handed out by largest remainder (ties by `settlement_id`). Every district is therefore
    counted once, and people outside listed places are taken to live as those in them do. A
    settlement without a listed population counts as the mean of those listed in its district; a
    district that lists nobody is shared out evenly.

    Parameters
    ----------
    districts
        Indexed by `district_id`, with `population` and perhaps the other counts of
        `people.PEOPLE_COLUMNS`.
    settlements
        With `settlement_id`, `district_id`, `population_listed` (may be missing).

    Returns
    -------
    GeoDataFrame
        `settlements` sorted by id and indexed by it, with its share of each of these counts, and
        with `counts_registered_not_resident`.

    Raises
    ------
    ValueError
        If a district has no settlement.
    """
    bare = sorted(set(districts.index) - set(settlements["district_id"]))
    if bare:
        raise ValueError(f"districts without any settlement: {', '.join(bare)}")
    demand = settlements.sort_values("settlement_id").set_index("settlement_id", drop=False)
    demand.index.name = None
    listed = demand["population_listed"].astype("Float64")
    typical = listed.groupby(demand["district_id"]).transform("mean")
    weight = listed.fillna(typical).fillna(0).round().astype("int64")
    counts = [name for name in PEOPLE_COLUMNS if name in districts]
    people = [name for name in ("population", "registered") if name in districts]
    most = districts[people].max(axis=1)
    weight = np.minimum(weight, demand["district_id"].map(most))
    weights, homes = weight.to_numpy(), demand.groupby("district_id").indices
    for column in counts:
        shared, totals = np.zeros(len(demand), np.int64), districts[column]
        for district_id, rows in homes.items():
            shared[rows] = _largest_remainder(weights[rows], int(totals[district_id]))
        demand[column] = shared
    flag = districts["counts_registered_not_resident"]
    demand["counts_registered_not_resident"] = demand["district_id"].map(flag).astype(bool)
    return demand


def _largest_remainder(weight: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Split `total` in whole numbers in proportion to `weight`; the first wins a tie."""
    if weight.sum() == 0:
        weight = np.ones_like(weight)
    scaled = weight * total
    share, rest = np.divmod(scaled, weight.sum())
    first = np.argsort(-rest, kind="stable")[: total - int(share.sum())]
    share[first] += 1
    return share
