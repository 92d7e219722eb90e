"""What it helps if shelters hand over: who finds no place in one town asks in the next."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.stays import StayInputs
from shelter_geo.capacity import CORNERS, DAYS, NOWHERE, TOTAL, help_once
from shelter_geo.vocabulary import Impedance

EXACT: Final = "exact chain of two"
APPROXIMATE: Final = "Hayward's approximation"
ALONE: Final = "Erlang's loss formula: there is nowhere to send to"
PARTS: Final = ("stays", "refused_first", "taken_in_next", "lost")


def handed_over(evaluation: Evaluation, stays: pd.DataFrame, inputs: StayInputs) -> pd.DataFrame:
    """Follow those who find no place in one town to the nearest other town with shelters.

    The shelters of one town count as one, for they can hand over to each other at once.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    stays
        `stays_low`, `stays_central`, `stays_high` asked for in a year, by `shelter_id`.
    inputs
        Length of a stay and persons a place.

    Returns
    -------
    DataFrame
        A row a town with shelters, then `Total`: `settlement_id`, `settlement`, `places`,
        `next_settlement`, `next_km`, `next_min`, and each with `_low`, `_central`, `_high`:
        `stays`, `refused_first`, `taken_in_next`, `lost` (stays a year); `method`.
    """
    shelters = evaluation.study.shelters
    town = shelters["settlement_id"]
    places = shelters["places"].groupby(town).sum()
    asked = stays.set_index(shelters.loc[stays.index, "settlement_id"]).groupby(level=0).sum()
    asked = asked.reindex(places.index)
    after, minutes, km = _next_town(evaluation, places.index)
    parts: dict[str, NDArray[np.float64]] = {}
    exact = False
    readings = zip(CORNERS, inputs.stay_days.corners, inputs.persons_per_place.corners, strict=True)
    for corner, days, persons in readings:
        wanted = asked[f"stays_{corner}"].to_numpy(float)
        # As for one shelter by itself: 25 / 2.5 must make 10 family places whatever the rounding.
        family_places = np.floor(places.to_numpy(float) / persons + 1e-9)
        found = help_once(family_places, wanted * days / DAYS, after)
        exact = found.exact
        shares = (np.ones_like(wanted), found.refused_first, found.helped, found.lost)
        parts |= {
            f"{name}_{corner}": wanted * share for name, share in zip(PARTS, shares, strict=True)
        }
    names = evaluation.settlements["name_en"]
    named = names[places.index].to_numpy()
    sends = after != NOWHERE
    table = pd.DataFrame(
        {
            "settlement_id": places.index,
            "settlement": named,
            "places": places.to_numpy(),
            "next_settlement": np.where(sends, named[after], ""),
            "next_km": km,
            "next_min": minutes,
            **{
                f"{name}_{corner}": parts[f"{name}_{corner}"]
                for name in PARTS
                for corner in CORNERS
            },
            "method": ALONE if not sends.any() else EXACT if exact else APPROXIMATE,
        }
    )
    summed = table[["places", *parts]].sum()
    total = {"settlement_id": TOTAL, "next_settlement": ""} | summed.to_dict()
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True)


def _next_town(
    evaluation: Evaluation, towns: pd.Index
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Find the nearest other town, or none, with the minutes and kilometres to it."""
    shelters, costs = evaluation.study.shelters, evaluation.settlement_costs
    # Shelters of one town stand at one point, so any of them will do.
    one_of = shelters["settlement_id"].drop_duplicates()
    one_of = pd.Series(one_of.index, index=one_of.to_numpy())[towns]
    minutes = costs.travel_min.loc[towns, one_of].to_numpy(float).copy()
    km = costs.distance_km.loc[towns, one_of].to_numpy(float)
    np.fill_diagonal(minutes, np.nan)
    first = km if evaluation.study.settings.access.impedance is Impedance.DISTANCE else minutes
    far = np.where(np.isnan(minutes), np.inf, first)
    nearest, rows = far.argmin(axis=1), np.arange(len(towns))
    reached = np.isfinite(far[rows, nearest])
    return (
        np.where(reached, nearest, NOWHERE).astype(np.int64),
        np.where(reached, minutes[rows, nearest], np.nan),
        np.where(reached, km[rows, nearest], np.nan),
    )
