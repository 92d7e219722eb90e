"""The end of a stay: places needed under each limit, and what a planner needs to compute them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import UNITS, counted
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.no_place import pools_of
from shelter_geo.analysis.stays import (
    CASES,
    StayInputs,
    demand_of_each_basis,
    estimate_of,
    spread_over,
)
from shelter_geo.capacity import (
    CORNERS,
    DAYS,
    MONTH,
    NO_LIMIT,
    STAYS,
    Demand,
    LimitedStay,
    LimitedSystem,
    limited_stay,
    limits_table,
    pool_of,
    refused,
    rests_on,
)
from shelter_geo.study import Wait, in_english


@dataclass(frozen=True, eq=False)
class StayQuestion:
    """Stays asked for in a year, however many houses there are: what a plan is held against.

    Attributes
    ----------
    weight
        Those over whom stays are spread, by `district_id`.
    totals
        Low, central and high stays a year in all, by basis of the demand. Counts of a user's own
        table of cases are never among them.
    inputs
        Length of stays, persons a place and target.
    limits
        Longest stays in months, rising, then infinity for none.
    waits
        Waits that emergency places could bridge.
    """

    weight: pd.Series
    totals: Mapping[str, tuple[float, float, float]]
    inputs: StayInputs
    limits: tuple[float, ...]
    waits: tuple[Wait, ...]

    def cut(self, limit: float) -> list[list[LimitedStay]]:
        """Cut stays off at a limit in months: rows by mean length, columns by spread."""
        days = limit if isinf(limit) else limit * MONTH
        return [
            [limited_stay(mean, spread, days) for spread in self.inputs.stay_spread.corners]
            for mean in self.inputs.stay_days.corners
        ]


def stay_question(evaluation: Evaluation) -> StayQuestion | None:
    """Say what stays are asked for in a year; None if nothing is known of them.

    Parameters
    ----------
    evaluation
        A study, evaluated; of its first kind, for stays are asked for at no other.
    """
    study = evaluation.study
    if not study.of_first_kind:
        return None
    points = evaluation.settlements
    asking = counted(points, UNITS[0], spread_over(study)).groupby(points["district_id"]).sum()
    weight = asking.reindex(evaluation.districts.index)
    if not weight.sum() > 0:
        return None
    demands = demand_of_each_basis(study, weight, None)
    totals = {basis: demand.total.corners for basis, demand in demands.items() if basis != CASES}
    if not totals:
        return None
    capacity = study.settings.capacity
    months = sorted(limit.months for limit in capacity.stays.limits)
    return StayQuestion(
        weight, totals, StayInputs.of(capacity), (*months, NO_LIMIT), capacity.waits
    )


def stay_limits(
    evaluation: Evaluation,
    asked: pd.DataFrame,
    stays: pd.DataFrame,
    demand: Demand,
    inputs: StayInputs,
) -> pd.DataFrame:
    """Compute each limit of the stay that the study compares, and none.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    asked, stays
        Stays asked for in a year at each settlement, and at each shelter.
    demand, inputs
        The basis and its factors; length of stays, persons a place and target.

    Returns
    -------
    DataFrame
        What `capacity.limits_table` gives, `places`, `limit_source` and `rests_on`.
    """
    system = _system(evaluation, asked, stays, inputs)
    limits = evaluation.study.settings.capacity.stays.limits
    sources = {limit.months: in_english(limit.source or "") for limit in limits}
    table = limits_table(system, [*sources])
    known = [*demand.inputs, inputs.stay_days, inputs.stay_spread, inputs.persons_per_place]
    return table.assign(
        places=float(evaluation.study.shelters["places"].sum()),
        limit_source=table["limit_months"].map(sources).fillna(""),
        rests_on=rests_on(known),
    )


def _system(
    evaluation: Evaluation, asked: pd.DataFrame, stays: pd.DataFrame, inputs: StayInputs
) -> LimitedSystem:
    return LimitedSystem(
        pools_of(evaluation, asked),
        stays[STAYS],
        stay_days=inputs.stay_days,
        spread=inputs.stay_spread,
        persons_per_place=inputs.persons_per_place,
        target=inputs.target.central,
    )


def ends_by_district(
    evaluation: Evaluation,
    asked: pd.DataFrame,
    stays: pd.DataFrame,
    demand: Demand,
    inputs: StayInputs,
) -> pd.DataFrame:
    """Share out among the districts who finds no place and who leaves under each limit.

    Parameters
    ----------
    evaluation, asked, stays, demand, inputs
        As for `stay_limits`.

    Returns
    -------
    DataFrame
        A row a limit, rising, then none, and district: `limit_months`, `district_id`, `name_en`,
        what `LimitedSystem.by_area` gives, and `rests_on`. A district where nobody asks has 0.
    """
    system, parts = _system(evaluation, asked, stays, inputs), _parts(evaluation, asked)
    months = sorted(limit.months for limit in evaluation.study.settings.capacity.stays.limits)
    known = [*demand.inputs, inputs.stay_days, inputs.stay_spread, inputs.persons_per_place]
    rows = []
    for limit in (*months, NO_LIMIT):
        counts = system.by_area(limit * MONTH, parts.to_numpy(float))
        written = np.nan if isinf(limit) else limit
        keys = parts.index.to_numpy()
        rows.append(counts.assign(limit_months=written, district_id=keys, rests_on=rests_on(known)))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(name_en=table["district_id"].map(evaluation.districts["name_en"]))


def waits_by_district(
    evaluation: Evaluation, asked: pd.DataFrame, demand: Demand, inputs: StayInputs
) -> pd.DataFrame:
    """Share out among the districts the nights that families wait.

    Parameters
    ----------
    evaluation, asked, demand, inputs
        As for `stay_limits`.

    Returns
    -------
    DataFrame
        A row a wait and district: `wait`, `wait_name`, `district_id`, `name_en`, and with `_low`,
        `_central` and `_high` `wait_nights` and `waiting` as in `capacity.places_to_bridge`;
        `rests_on`.
    """
    parts = _parts(evaluation, asked)
    pooled = pools_of(evaluation, asked)
    named = evaluation.districts["name_en"].reindex(parts.index)
    rows = []
    for wait in evaluation.study.settings.capacity.waits:
        days = estimate_of(f"{wait.id}.wait_days", wait.days, "days")
        known = [*demand.inputs, days]
        if wait.share is None:
            waits = _without_place(pooled, parts.to_numpy(float), inputs)
            known += [inputs.stay_days, inputs.persons_per_place]
        else:
            share = estimate_of(f"{wait.id}.wait_share", wait.share, "share")
            known.append(share)
            counts = pooled[STAYS].to_numpy(float)
            waits = parts.to_numpy(float) @ counts * np.array(share.corners)
        nights = waits * np.array(days.corners)
        columns = {
            f"{name}_{corner}": values[:, place]
            for name, values in (("wait_nights", nights), ("waiting", nights / DAYS))
            for place, corner in enumerate(CORNERS)
        }
        table = pd.DataFrame(columns).assign(
            wait=wait.id,
            wait_name=in_english(wait.name),
            district_id=parts.index.to_numpy(),
            name_en=named.to_numpy(),
            rests_on=rests_on(known),
        )
        rows.append(table)
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def _without_place(
    pooled: pd.DataFrame, parts: NDArray[np.float64], inputs: StayInputs
) -> NDArray[np.float64]:
    """Count the families of each district who find no place: low, central, high."""
    seats = pooled["places"].to_numpy(float)
    lost = []
    readings = zip(STAYS, inputs.stay_days.corners, inputs.persons_per_place.corners, strict=True)
    for name, days, persons in readings:
        counts = pooled[name].to_numpy(float)
        lost.append(parts @ (counts * refused(seats, counts, days, persons)))
    return np.column_stack(lost)


def _parts(evaluation: Evaluation, asked: pd.DataFrame) -> pd.DataFrame:
    """Give the share of the stays of each pool that each district asks for."""
    reached = evaluation.settlement_costs.travel_min.notna().to_numpy()
    of_house, of_point = pool_of(reached)
    homes = evaluation.settlements["district_id"].reindex(asked.index)
    size = int(of_house.max(initial=0)) + 1
    each = asked[STAYS[1]].to_numpy(float)
    columns = {pool: np.where(of_point == pool, each, 0.0) for pool in range(size)}
    counts = pd.DataFrame(columns).groupby(homes.to_numpy()).sum()
    counts = counts.reindex(evaluation.districts.index, fill_value=0.0)
    whole = counts.sum()
    return counts / whole.where(whole > 0, 1.0)
