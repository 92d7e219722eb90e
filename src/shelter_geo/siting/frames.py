"""Make a siting question from tables: people, sites and the costs between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import CostMatrix
from shelter_geo.errors import SitingError
from shelter_geo.siting.problem import SitingProblem, Unit

Array = NDArray[Any]

_VALUE = {"km": "distance_km", "min": "travel_min"}


def problem_from_frames(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    costs: CostMatrix | pd.DataFrame,
    *,
    unit: Unit = "km",
    weight: str = "population",
    role: str = "role",
    allowed: str = "allowed",
    region: str | None = None,
    required: list[str] | None = None,
) -> SitingProblem:
    """Make a siting question from tables.

    Parameters
    ----------
    demand
        One row a demand point, indexed by its key, with the column `weight`.
    sites
        One row a site, indexed by its key. The column `role` says "shelter" for one that stands;
        without that column all are candidates. Candidates with `allowed` false are left out.
    costs
        A cost matrix, or a table: wide, with a row a demand point and a column a site, or long,
        with `origin_id`, `facility_id` and `distance_km` or `travel_min`. Missing values are
        pairs that no road joins; a pair that is not in the table is an error.
    unit
        What the costs are counted in; decides which values of a cost matrix count.
    weight
        Column of `demand`: people.
    role, allowed
        Columns of `sites`.
    region
        Column of `sites`; every region in it must hold an open site.
    required
        The regions that must, if not all.

    Raises
    ------
    SitingError
        If a table lacks a column, a key or a pair, or the question is impossible.
    """
    if len(demand) == 0:
        raise SitingError("the demand table is empty: there is nobody to serve")
    _has(demand, weight, "demand")
    for table, what in ((demand, "demand"), (sites, "site")):
        if not table.index.is_unique:
            twice = table.index[table.index.duplicated()][0]
            raise SitingError(f"the key {twice!r} stands twice in the {what} table")
    if region is not None:
        _has(sites, region, "site")
    people = pd.to_numeric(demand[weight], errors="coerce").to_numpy(float, na_value=np.nan)
    stands = _column(sites, role, "candidate") == "shelter"
    may = _column(sites, allowed, True).astype(bool)
    return SitingProblem.from_cost_matrix(
        _matrix(costs, demand.index, sites.index, unit),
        weights=people,
        fixed=np.flatnonzero(stands),
        candidates=np.flatnonzero(~stands & may),
        demand_ids=list(demand.index),
        site_ids=list(sites.index),
        unit=unit,
        regions=None if region is None else [str(name) for name in sites[region]],
        required=required,
    )


def _has(table: pd.DataFrame, column: str, what: str) -> None:
    if column not in table:
        raise SitingError(f"the {what} table has no column {column!r}")


def _column(table: pd.DataFrame, column: str, default: object) -> Array:
    if column in table:
        return table[column].to_numpy()
    return np.full(len(table), default, dtype=object)


def _matrix(
    costs: CostMatrix | pd.DataFrame, rows: pd.Index, columns: pd.Index, unit: Unit
) -> Array:
    if isinstance(costs, CostMatrix):
        if unit not in _VALUE:
            raise SitingError("a cost matrix holds km and min")
        costs = costs.distance_km if unit == "km" else costs.travel_min
    elif {"origin_id", "facility_id"} <= set(costs.columns):
        costs = _wide(costs, unit)
    for wanted, given, what in (
        (rows, costs.index, "demand point"),
        (columns, costs.columns, "site"),
    ):
        if not given.is_unique:
            raise SitingError(f"a {what} stands twice in the table of costs")
        missing = wanted.difference(given)
        if len(missing):
            raise SitingError(f"the table of costs does not hold the {what} {missing[0]!r}")
    return np.asarray(costs.loc[rows, columns].to_numpy(float, na_value=np.nan))


def _wide(costs: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    column = _VALUE.get(unit, "cost")
    _has(costs, column, "cost")
    keys = pd.MultiIndex.from_frame(costs[["origin_id", "facility_id"]])
    if not keys.is_unique:
        raise SitingError("a pair stands twice in the table of costs")
    shape = len(keys.levels[0]) * len(keys.levels[1])
    if len(keys) < shape:
        raise SitingError(f"the table of costs holds {len(keys)} of {shape} pairs")
    long = costs.pivot_table(
        index="origin_id", columns="facility_id", values=column, dropna=False, aggfunc="first"
    )
    return pd.DataFrame(long)
