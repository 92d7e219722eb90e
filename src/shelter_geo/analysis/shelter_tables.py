"""Turn-away of each shelter and by size of family, and places where no demand is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.stays import StayInputs
from shelter_geo.capacity import (
    CORNERS,
    STAYS,
    Catchments,
    TurnAway,
    catchment_sums,
    turn_away_by_family_size,
    turn_away_by_shelter,
)
from shelter_geo.capacity import TOTAL as TOTAL
from shelter_geo.vocabulary import Reason

NONE: Final = "none"
"""Stands for no shelter at all, for people whom no road leads to one."""


_SUMMED: Final = ("stays", "turned_away_per_year", "places_needed")


@dataclass(frozen=True, eq=False)
class Units:
    """The people who are counted: residents, the registered, or residents as they were counted.

    Stays are spread over `asking`: women, or everybody where women are not counted.
    """

    name: str
    people: pd.Series
    asking: pd.Series


def alone(evaluation: Evaluation, there: Catchments, inputs: StayInputs) -> TurnAway:
    """Turn-away of each shelter by itself."""
    return turn_away_by_shelter(
        evaluation.study.shelters["places"].rename_axis("shelter_id"),
        there.by_shelter[STAYS],
        stay_days=inputs.stay_days,
        persons_per_place=inputs.persons_per_place,
        target=inputs.target.central,
    )


def in_all(sites: TurnAway) -> dict[str, float]:
    """Share of the stays asked for at any shelter that are turned away."""
    return dict(zip((f"turn_away_{corner}" for corner in CORNERS), sites.share, strict=True))


def shelter_table(evaluation: Evaluation, there: Catchments, inputs: StayInputs) -> pd.DataFrame:
    """Turn-away of each shelter, their total, and what reaches none."""
    found = alone(evaluation, there, inputs)
    sites = found.table.assign(catchment_people=there.by_shelter["catchment_people"])
    summed = [f"{name}_{corner}" for name in _SUMMED for corner in CORNERS]
    total = sites[["places", "catchment_people", *summed]].sum()
    why = Reason.NO_FACILITY if sites.empty else Reason.NO_ROAD
    rest = there.unreached.to_dict() | {"reason": why}
    ends = [
        {"shelter_id": TOTAL, "target": inputs.target.central, "reason": ""}
        | total.to_dict()
        | in_all(found),
        {"shelter_id": NONE, "places": 0} | rest,
    ]
    table = pd.concat([_named(evaluation, sites.reset_index()), pd.DataFrame(ends)])
    return table.reset_index(drop=True)


def family_size_table(
    evaluation: Evaluation, stays: pd.DataFrame, inputs: StayInputs
) -> pd.DataFrame:
    """Turn-away of each shelter by the size of the family that asks."""
    return turn_away_by_family_size(
        evaluation.study.shelters["places"].rename_axis("shelter_id"),
        stays,
        stay_days=inputs.stay_days,
        children_per_woman=inputs.children_per_woman,
    ).rename(columns={"beds": "places"})


def _named(evaluation: Evaluation, sites: pd.DataFrame) -> pd.DataFrame:
    shelters = evaluation.study.shelters.loc[sites["shelter_id"]]
    return sites.assign(
        settlement=shelters["settlement"].to_numpy(),
        places_basis=shelters["places_basis"].to_numpy(),
    )


def without_demand(
    evaluation: Evaluation, units: Units, shares: NDArray[np.float64]
) -> pd.DataFrame:
    """Places and people of each shelter where nothing is known of stays."""
    ids = list(evaluation.study.shelters.index)
    there = catchment_sums(units.people.to_frame("catchment_people"), shares, ids)
    sites = there.by_shelter.assign(places=evaluation.study.shelters["places"]).reset_index()
    whole = sites[["places", "catchment_people"]].sum().to_dict()
    ends = [
        {"shelter_id": TOTAL} | whole,
        {"shelter_id": NONE, "places": 0} | there.unreached.to_dict(),
    ]
    table = pd.concat([_named(evaluation, sites), pd.DataFrame(ends)], ignore_index=True)
    missing = {f"{name}_{c}": np.nan for name in (*_SUMMED, "turn_away") for c in CORNERS}
    return table.assign(
        **missing,
        units=units.name,
        demand_basis="",
        target=np.nan,
        reason=Reason.NO_CASES_GIVEN,
        rests_on="",
    )
