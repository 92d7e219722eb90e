"""The end of a stay: places needed under each limit, and what a planner needs to compute them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf

import pandas as pd

from shelter_geo.access import UNITS, counted
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.no_place import pools_of
from shelter_geo.analysis.stays import CASES, StayInputs, demand_of_each_basis, spread_over
from shelter_geo.capacity import (
    MONTH,
    NO_LIMIT,
    STAYS,
    Demand,
    LimitedStay,
    LimitedSystem,
    limited_stay,
    limits_table,
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
    system = LimitedSystem(
        pools_of(evaluation, asked),
        stays[STAYS],
        stay_days=inputs.stay_days,
        spread=inputs.stay_spread,
        persons_per_place=inputs.persons_per_place,
        target=inputs.target.central,
    )
    limits = evaluation.study.settings.capacity.stays.limits
    sources = {limit.months: in_english(limit.source or "") for limit in limits}
    table = limits_table(system, [*sources])
    known = [*demand.inputs, inputs.stay_days, inputs.stay_spread, inputs.persons_per_place]
    return table.assign(
        places=float(evaluation.study.shelters["places"].sum()),
        limit_source=table["limit_months"].map(sources).fillna(""),
        rests_on=rests_on(known),
    )
