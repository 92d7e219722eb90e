"""Published claims set beside what the data give, each judged by a rule that is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.access import CostMatrix, resident_units
from shelter_geo.study import Claim, in_english
from shelter_geo.vocabulary import ClaimRule, Verdict

RULES: Final[dict[str, ClaimRule]] = {
    "places": ClaimRule.WITHIN,
    "shelter_cities": ClaimRule.WITHIN,
    "times_fewer": ClaimRule.BY_READING,
    "share_missing": ClaimRule.BY_READING,
    "travel_km": ClaimRule.SOMEWHERE,
    "cases_a_year": ClaimRule.BY_YEAR,
}
"""By which rule a claim on each measure is judged."""


@dataclass(frozen=True)
class Measured:
    """What the data give for a claim.

    Attributes
    ----------
    low, high
        The range of it.
    note
        What its ends stand for, in English.
    each
        One for each reading or year, where the rule asks for each.
    near, far
        For journeys: kilometres from each place with residents to the nearest shelter, and to the
        city with the most shelters, with `name_en`, `distance_km` and `population`.
    """

    low: float
    high: float
    note: str
    each: tuple[float, ...] = ()
    near: pd.DataFrame | None = None
    far: pd.DataFrame | None = None


def measure(
    districts: pd.DataFrame,
    settlements: pd.DataFrame,
    shelters: pd.DataFrame,
    claimed_shortfall: pd.DataFrame,
    costs: CostMatrix,
) -> dict[str, Measured]:
    """Compute every measure that a claim may be about, but for the statistics.

    Parameters
    ----------
    districts, settlements
        With their access, as `access.point_access` returns them.
    shelters
        With `places` and `settlement`.
    claimed_shortfall
        Total rows of `capacity.norms.shortfall`, one a reading, for the population that the claim
        was made against.
    costs
        From the districts' centres to every shelter.
    """
    towns = sorted(set(shelters["settlement"]))
    places = float(shelters["places"].sum())
    total = claimed_shortfall.set_index("reading")
    ratio = total["times_fewer"]
    missing = 100 * total["family_places_missing"] / total["family_places_needed"]
    needed = float(total["family_places_needed"].iloc[0])
    title = (
        f"{needed:,.0f} family places needed, {places:,.0f} places published; % missing by reading"
    )
    return {
        "places": Measured(places, places, f"sum over {len(shelters)} rows of the shelters table"),
        "shelter_cities": Measured(len(towns), len(towns), ", ".join(towns)),
        "times_fewer": _by_reading(ratio, 1, "by reading"),
        "share_missing": _by_reading(missing, 0, title),
        "travel_km": _travelled(districts, settlements, shelters, costs),
    }


def _by_reading(values: pd.Series, digits: int, title: str) -> Measured:
    readings = "; ".join(f"{name} {value:.{digits}f}" for name, value in values.items())
    every = tuple(float(value) for value in values)
    return Measured(float(values.min()), float(values.max()), f"{title}: {readings}", every)


def _travelled(
    districts: pd.DataFrame,
    settlements: pd.DataFrame,
    shelters: pd.DataFrame,
    costs: CostMatrix,
) -> Measured:
    """Take the distance of every place with residents: a mean is about no place at all."""
    if shelters.empty:
        return Measured(float("nan"), float("nan"), "nobody reaches any facility by road")
    in_main = shelters[shelters["settlement_id"] == main_city(shelters)]
    to_main = costs.distance_km[list(in_main.index)].min(axis=1)
    main = in_main["settlement"].iloc[0]
    far = resident_units(districts).assign(distance_km=to_main)
    near, villages = resident_units(districts), resident_units(settlements)
    near, far, villages = (
        _lived_in(table).sort_values("distance_km", ascending=False)
        for table in (near, far, villages)
    )
    note = f"to the nearest shelter: {_listed(near.head(1))}; to {main}: {_listed(far.head(1))}"
    return Measured(
        float(near["distance_km"].max()),
        float(far["distance_km"].max()),
        note,
        near=pd.concat([near, villages]),
        far=far,
    )


def main_city(shelters: pd.DataFrame) -> str:
    """Return the settlement with the most shelters; of several, the one with the most places.

    Parameters
    ----------
    shelters
        With `settlement_id` and `places`; at least one.
    """
    cities = shelters.groupby("settlement_id").agg(n=("places", "size"), places=("places", "sum"))
    return str(cities.sort_values(["n", "places"], ascending=False, kind="stable").index[0])


def _lived_in(table: pd.DataFrame) -> pd.DataFrame:
    lived = table[(table["population"] > 0) & table["distance_km"].notna()]
    kept = [name for name in lived if str(name).startswith("name_")]
    is_district = "settlement_id" not in lived
    columns = [*kept, "distance_km", "population"]
    return lived[columns].assign(is_district=is_district)


def _listed(places: pd.DataFrame) -> str:
    return ", ".join(
        f"{name} {km:.0f} km"
        for name, km in zip(places["name_en"], places["distance_km"], strict=True)
    )


def compare_claims(
    claims: Sequence[Claim],
    measures: Mapping[str, Measured],
    statistics: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Set each claim beside its measure, and judge it.

    Parameters
    ----------
    claims
        Published statements.
    measures
        Result of `measure`.
    statistics
        Published counts by year, with `measure`, `year` and `value`.

    Returns
    -------
    DataFrame
        `claim_id`, `statement`, `scope`, `held_against`, `published_low`, `published_high`,
        `about_percent`, `unit`, `data_low`, `data_high`, `districts`, `people`, `verdict` (of
        `Verdict`), `rule` (of `ClaimRule`), `data_note`, `said_by`, `document`, `paragraph`,
        `source`, `evidence`. `districts` and `people` are those of the farthest districts that
        bear a journey out.

    Raises
    ------
    KeyError
        If a claim names a measure that is not among them.
    """
    return pd.DataFrame([_judged(claim, measures, statistics) for claim in claims])


def _judged(
    claim: Claim, measures: Mapping[str, Measured], statistics: pd.DataFrame | None
) -> dict[str, object]:
    found, rule = _found(claim, measures, statistics)
    borne_out = None
    if found is not None and found.near is not None:
        as_far = found.near[found.near["distance_km"] >= claim.limits[0]]
        borne_out = as_far[as_far["is_district"]]
        found = replace(found, note=_note_on_places(claim, found))
    nothing = float("nan")
    return {
        "claim_id": claim.id,
        "statement": in_english(claim.statement),
        "scope": "" if claim.scope is None else in_english(claim.scope),
        "held_against": claim.measure or "",
        "published_low": nothing if claim.low is None else claim.low,
        "published_high": nothing if claim.high is None else claim.high,
        "about_percent": claim.about_percent,
        "unit": claim.unit,
        "data_low": nothing if found is None else found.low,
        "data_high": nothing if found is None else found.high,
        "districts": nothing if borne_out is None else len(borne_out),
        "people": nothing if borne_out is None else float(borne_out["population"].sum()),
        "verdict": _verdict(claim, found, rule),
        "rule": rule,
        "data_note": "" if found is None else found.note,
        "said_by": claim.said_by or "",
        "document": claim.document or "",
        "paragraph": claim.paragraph or "",
        "source": claim.source,
        "evidence": claim.evidence,
    }


def _found(
    claim: Claim, measures: Mapping[str, Measured], statistics: pd.DataFrame | None
) -> tuple[Measured | None, ClaimRule]:
    if claim.measure == "cases_a_year":
        found = _by_year(claim, statistics)
    else:
        found = None if claim.measure is None else measures[claim.measure]
    if claim.is_input:
        return found, ClaimRule.INPUT
    # Without any facility there is neither a journey nor a place to hold a claim against.
    if found is None or claim.measure is None or np.isnan(found.low):
        return None, ClaimRule.NOT_TESTED
    return found, RULES[claim.measure]


def _by_year(claim: Claim, statistics: pd.DataFrame | None) -> Measured | None:
    """Take the years that the claim speaks of, as far as they were published."""
    if statistics is None or claim.first_year is None or claim.last_year is None:
        return None
    rows = statistics[
        (statistics["measure"] == claim.statistic)
        & statistics["year"].between(claim.first_year, claim.last_year)
        & statistics["value"].notna()
    ].sort_values("year")
    if rows.empty:
        return None
    values = rows["value"].astype(float)
    years = "; ".join(
        f"{year} {value:,.0f}" for year, value in zip(rows["year"], values, strict=True)
    )
    note = f"{claim.statistic}: {years}; mean {values.mean():,.0f}"
    return Measured(float(values.min()), float(values.max()), note, tuple(values))


def districts_as_far(claim: Claim, districts: pd.DataFrame) -> pd.DataFrame:
    """Choose the districts with residents as far from the nearest shelter as was claimed.

    Parameters
    ----------
    claim
        A claim on journeys, with what "about" leaves open.
    districts
        With their access, as `access.point_access` returns them.

    Returns
    -------
    DataFrame
        The farthest first.
    """
    lived = resident_units(districts[districts["population"] > 0])
    far = lived[lived["distance_km"] >= claim.limits[0]]
    return far.sort_values("distance_km", ascending=False, kind="stable")


def _note_on_places(claim: Claim, found: Measured) -> str:
    low = claim.limits[0]
    if found.near is None or found.far is None:
        return found.note
    as_far = found.near[found.near["distance_km"] >= low]
    parts = []
    for is_district, what in ((True, "districts"), (False, "settlements")):
        places = as_far[as_far["is_district"] == is_district]
        people = int(places["population"].sum())
        listed = _listed(places.head(5)) or "none"
        parts.append(f"{len(places)} {what} {low:.0f} km off or more, {people:,} people ({listed})")
    from_main = found.far[found.far["distance_km"] >= low]
    people = int(from_main["population"].sum())
    return (
        f"{found.note}; to the nearest, but for districts whose registered people live elsewhere: "
        f"{'; '.join(parts)}; to the city with the most shelters: {len(from_main)} districts, "
        f"{people:,} people"
    )


def _verdict(claim: Claim, found: Measured | None, rule: ClaimRule) -> Verdict:
    if rule is ClaimRule.INPUT:
        return Verdict.INPUT_NOT_TESTED
    if found is None:
        return Verdict.CANNOT_BE_TESTED_HERE
    low, high = claim.limits
    if rule is ClaimRule.SOMEWHERE:
        return _somewhere(low, found)
    values = np.array(found.each or (found.low, found.high))
    inside = (low <= values) & (values <= high)
    if rule is ClaimRule.BY_YEAR:
        whole, partly = bool(low <= values.mean() <= high), bool(inside.any())
    else:
        across = rule is ClaimRule.WITHIN and found.low <= high and low <= found.high
        whole, partly = bool(inside.all()), bool(inside.any()) or across
    if whole:
        return Verdict.HOLDS
    return Verdict.HOLDS_IN_PART if partly else Verdict.DOES_NOT_HOLD


def _somewhere(low: float, found: Measured) -> Verdict:
    """Judge a journey "from some areas": one place with residents as far off bears it out."""
    if found.near is not None and (found.near["distance_km"] >= low).any():
        return Verdict.HOLDS
    if found.far is not None and (found.far["distance_km"] >= low).any():
        return Verdict.HOLDS_IN_PART
    return Verdict.DOES_NOT_HOLD
