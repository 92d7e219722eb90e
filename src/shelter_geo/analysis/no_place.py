"""Stays that find no place anywhere within reach, beside those refused at the nearest house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.stays import StayInputs
from shelter_geo.capacity import (
    CORNERS,
    STAYS,
    Estimate,
    MeasuredShare,
    TurnAway,
    exactly,
    no_place_anywhere,
    pools,
    rests_on,
)

_OF_RANGE: Final = tuple(
    f"{name}_{corner}"
    for name in ("stays", "no_place", "no_place_per_year", "refused_at_nearest", "places_needed")
    for corner in CORNERS
)


def anywhere_and_nearest(
    evaluation: Evaluation, asked: pd.DataFrame, alone: TurnAway, inputs: StayInputs
) -> dict[str, float]:
    """Give the share that finds no place anywhere, and beside it that of the nearest house.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    asked
        Stays asked for at each settlement in a year.
    alone
        Turn-away of each house by itself.
    inputs
        Length of a stay and persons a place.

    Returns
    -------
    dict
        What `capacity.no_place_anywhere` gives, and, with the same ends, `refused_at_nearest`
        (share of those who reach a house) and `places_needed`.
    """
    anywhere = no_place_anywhere(
        pools_of(evaluation, asked),
        stay_days=inputs.stay_days,
        persons_per_place=inputs.persons_per_place,
    )
    needed = {
        f"places_needed_{corner}": float(alone.table[f"places_needed_{corner}"].sum())
        for corner in CORNERS
    }
    nearest = zip(CORNERS, alone.share, strict=True)
    refused = {f"refused_at_nearest_{corner}": share for corner, share in nearest}
    return {**anywhere, **refused, **needed}


def no_place_table(
    evaluation: Evaluation,
    asked: pd.DataFrame,
    alone: TurnAway,
    inputs: StayInputs,
    known: Sequence[Estimate],
) -> pd.DataFrame:
    """Give a row of the range of stays, then one of each other reading of their length.

    Parameters
    ----------
    evaluation, asked, alone, inputs
        As for `anywhere_and_nearest`.
    known
        Inputs of the stays.

    Returns
    -------
    DataFrame
        `places`, `stay_days` (central), what `anywhere_and_nearest` gives, `measured` with the
        ends of its interval where the study has such a share, `rests_on`. Rows of other lengths
        of a stay hold central values alone.
    """
    capacity = evaluation.study.settings.capacity
    row: dict[str, float | str] = {
        "places": float(evaluation.study.shelters["places"].sum()),
        "stay_days": inputs.stay_days.central,
        **anywhere_and_nearest(evaluation, asked, alone, inputs),
        "rests_on": rests_on([*known, inputs.stay_days, inputs.persons_per_place]),
    }
    row |= dict.fromkeys(("measured", "measured_low", "measured_high"), np.nan)
    if capacity.measured is not None:
        measured = MeasuredShare.of(capacity.measured.no_place, capacity.measured.people)
        row |= {
            "measured": measured.value,
            "measured_low": measured.low,
            "measured_high": measured.high,
        }
    rows = [row]
    for reading in capacity.stays.readings:
        days = exactly("stay_days", reading.days, "days", reading.evidence, reading.source)
        found = no_place_anywhere(
            pools_of(evaluation, asked), stay_days=days, persons_per_place=inputs.persons_per_place
        )
        central = {name: value for name, value in found.items() if name.endswith("_central")}
        rests = rests_on([*known, days, inputs.persons_per_place])
        rows.append(
            {**row, **dict.fromkeys(_OF_RANGE, np.nan), "stay_days": reading.days, **central}
        )
        rows[-1]["rests_on"] = rests
    return pd.DataFrame(rows)


def pools_of(evaluation: Evaluation, asked: pd.DataFrame) -> pd.DataFrame:
    """Put together the houses and settlements that roads join; see `capacity.no_place.pools`."""
    reached = evaluation.settlement_costs.travel_min.notna().to_numpy()
    return pools(reached, evaluation.study.shelters["places"], asked[STAYS])
