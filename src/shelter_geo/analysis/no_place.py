"""Stays that find no place anywhere within reach, beside those refused at the nearest house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.stays import StayInputs, estimate_of
from shelter_geo.capacity import (
    CORNERS,
    DAYS,
    NOWHERE,
    STAYS,
    TOTAL,
    Demand,
    Estimate,
    MeasuredShare,
    TurnAway,
    exactly,
    help_once,
    no_place_anywhere,
    places_to_bridge,
    pools,
    rests_on,
)
from shelter_geo.study import in_english
from shelter_geo.vocabulary import Evidence, Impedance

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
        source = in_english(reading.source)
        days = exactly("stay_days", reading.days, "days", reading.evidence, source)
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


def waiting_table(
    evaluation: Evaluation, asked: pd.DataFrame, demand: Demand, inputs: StayInputs
) -> tuple[pd.DataFrame, list[Estimate]]:
    """Count the emergency places that bridge each wait of the study.

    Parameters
    ----------
    evaluation, asked, inputs
        As for `anywhere_and_nearest`.
    demand
        Stays asked for.

    Returns
    -------
    table
        A row a wait: `wait`, `wait_name`, what `capacity.places_to_bridge` gives, `target`,
        `rests_on`.
    inputs
        Shares and days that went in.
    """
    rows, used = [], list[Estimate]()
    persons, target = inputs.persons_per_place, inputs.target.central
    for wait in evaluation.study.settings.capacity.waits:
        days = estimate_of(f"{wait.id}.wait_days", wait.days, "days")
        known = [*demand.inputs, days, persons]
        if wait.share is None:
            found = no_place_anywhere(
                pools_of(evaluation, asked), stay_days=inputs.stay_days, persons_per_place=persons
            )
            # Sums in another order differ by rounding where the readings do not.
            low, central, high = sorted(found[f"no_place_{corner}"] for corner in CORNERS)
            how = Evidence.ASSUMED
            share = Estimate("no_place", low, central, high, "share", how, "Erlang's loss formula")
            known.append(inputs.stay_days)
        else:
            share = estimate_of(f"{wait.id}.wait_share", wait.share, "share")
            known.append(share)
            used.append(share)
        used.append(days)
        found = places_to_bridge(
            demand.total, share, days, persons_per_place=persons, target=target
        )
        names = {"wait": wait.id, "wait_name": in_english(wait.name)}
        rows.append({**names, **found, "target": target, "rests_on": rests_on(known)})
    return pd.DataFrame(rows), used


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
