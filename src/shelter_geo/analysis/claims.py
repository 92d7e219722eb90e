"""Published claims set beside what the data give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from shelter_geo.access import resident_units
from shelter_geo.study import Claim, in_english
from shelter_geo.vocabulary import Verdict


@dataclass(frozen=True)
class Measured:
    """What the data give for a measure: a range, and what its ends stand for."""

    low: float
    high: float
    note: str


def measure(
    access: pd.DataFrame, shelters: pd.DataFrame, claimed_shortfall: pd.DataFrame
) -> dict[str, Measured]:
    """Compute every measure that a claim may be about.

    Parameters
    ----------
    access
        Districts with their access, as `access.point_access` returns them.
    shelters
        With `places` and `settlement`.
    claimed_shortfall
        Total rows of `capacity.norms.shortfall`, one a reading, for the population that the claim
        was made against.
    """
    towns = sorted(set(shelters["settlement"]))
    places = float(shelters["places"].sum())
    ratio = claimed_shortfall.set_index("reading")["times_fewer"]
    readings = "; ".join(f"{name} {value:.1f}" for name, value in ratio.items())
    return {
        "places": Measured(places, places, f"sum over {len(shelters)} rows of the shelters table"),
        "shelter_cities": Measured(len(towns), len(towns), ", ".join(towns)),
        "times_fewer": Measured(float(ratio.min()), float(ratio.max()), f"by reading: {readings}"),
        "travel_km": _travelled(access),
    }


def _travelled(access: pd.DataFrame) -> Measured:
    reached = access[access["reachable"]]
    if reached.empty:
        return Measured(float("nan"), float("nan"), "nobody reaches any facility by road")
    resident = resident_units(reached)
    first, second = (
        part.iloc[int(part["distance_km"].to_numpy().argmax())] for part in (reached, resident)
    )
    mean = (reached["distance_km"] * reached["population"]).sum() / reached["population"].sum()
    cut_off = int((~access["reachable"]).sum())
    return Measured(
        float(mean),
        float(first["distance_km"]),
        f"average over people {mean:.0f} km; "
        f"farthest {first['name_en']} {first['distance_km']:.0f} km, "
        f"or {second['name_en']} {second['distance_km']:.0f} km without units whose people live "
        f"elsewhere; "
        f"{cut_off} units have no road",
    )


def compare_claims(claims: Sequence[Claim], measures: Mapping[str, Measured]) -> pd.DataFrame:
    """Set each claim beside its measure.

    Parameters
    ----------
    claims
        Published statements with a range.
    measures
        Result of `measure`.

    Returns
    -------
    DataFrame
        `claim_id`, `statement`, `published_low`, `published_high`, `unit`, `data_low`,
        `data_high`, `verdict`, `data_note`, `source`, `evidence`. The verdict, of `Verdict`, is
        that the claim holds where the data lie within the published range, that it holds partly
        where the ranges overlap, else that it does not.
    """
    rows = []
    for claim in claims:
        found = measures[claim.measure]
        rows.append(
            {
                "claim_id": claim.id,
                "statement": in_english(claim.statement),
                "published_low": claim.low,
                "published_high": claim.high,
                "unit": claim.unit,
                "data_low": found.low,
                "data_high": found.high,
                "verdict": _verdict(claim.low, claim.high, found),
                "data_note": found.note,
                "source": claim.source,
                "evidence": claim.evidence,
            }
        )
    return pd.DataFrame(rows)


def _verdict(low: float, high: float, found: Measured) -> Verdict:
    if low <= found.low and found.high <= high:
        return Verdict.HOLDS
    if found.low <= high and low <= found.high:
        return Verdict.HOLDS_PARTLY
    return Verdict.DOES_NOT_HOLD
