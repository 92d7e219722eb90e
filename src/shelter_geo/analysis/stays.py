"""Stays asked for: a study's settings turned into estimates, and its bases into demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.capacity import (
    CORNERS,
    DAYS,
    STRENGTH,
    Demand,
    Estimate,
    PublishedCounts,
    demand_by_cases,
    demand_by_weight,
    exactly,
    places_for,
    pooling_table,
    refused,
    tornado,
)
from shelter_geo.errors import CapacityError
from shelter_geo.study import WOMEN, Capacity, Range, RegionShare, Study, in_english

_OTHERS: Final = "the other regions"

CASES = "cases"
"""Basis of the demand that comes from a user's own table of cases."""

RECORDED = "recorded_cases"
"""Input that the true cases of no basis are fewer than."""


@dataclass(frozen=True)
class StayInputs:
    """What turns stays asked for into places, whatever the stays come from.

    Attributes
    ----------
    stay_days, stay_spread, persons_per_place, children_per_woman, target, reach
        Days, deviation over mean, persons, children, a share and minutes.
    """

    stay_days: Estimate
    stay_spread: Estimate
    persons_per_place: Estimate
    children_per_woman: Estimate
    target: Estimate
    reach: Estimate

    @classmethod
    def of(cls, capacity: Capacity) -> StayInputs:
        """Take them from a study's settings."""
        aim, reach = capacity.turn_away, capacity.catchment
        return cls(
            stay_days=estimate_of("stay_days", capacity.stays.days, "days"),
            stay_spread=estimate_of("stay_spread", capacity.stays.spread, "times the mean stay"),
            persons_per_place=_persons_per_place(capacity),
            children_per_woman=estimate_of(
                "children_per_woman", capacity.stays.children_per_woman, "children"
            ),
            target=exactly("turn_away_target", aim.target, "share", aim.evidence, aim.source),
            reach=exactly(
                "reach", reach.minutes, "minutes", reach.evidence, in_english(reach.source)
            ),
        )

    @property
    def all(self) -> tuple[Estimate, ...]:
        """All of them."""
        family = self.persons_per_place, self.children_per_woman
        return self.stay_days, self.stay_spread, *family, self.target, self.reach


def _persons_per_place(capacity: Capacity) -> Estimate:
    """Take the readings of the places as one range, with the middle one at its centre."""
    readings = capacity.readings
    persons = [reading.persons_per_family_place for reading in readings]
    return Estimate(
        "persons_per_place",
        min(persons),
        median(persons),
        max(persons),
        "places a family takes",
        max((reading.evidence for reading in readings), key=STRENGTH.__getitem__),
        "Readings of the places: " + "; ".join(reading.label for reading in readings),
    )


def spread_over(study: Study) -> str:
    """Say over whom stays are spread: women, or people where the study does not count women."""
    return "people" if WOMEN in study.lacks else "women"


def spread_by_region(
    asking: pd.Series, regions: pd.Series, shares: Sequence[RegionShare]
) -> pd.Series:
    """Weigh people so that the stays of each region are the share that was counted there.

    Parameters
    ----------
    asking
        Those of `spread_over`, by place.
    regions
        Region of each place.
    shares
        Share of the stays of some regions; the others have the rest, by their people.

    Returns
    -------
    Series
        Weights by place; their sum is that of `asking`.

    Raises
    ------
    CapacityError
        If stays are counted where nobody lives.
    """
    known = {each.region: each.share for each in shares}
    wanted = pd.Series({**known, _OTHERS: 1 - sum(known.values())})
    part = regions.where(regions.isin(list(known)), _OTHERS)
    people = asking.groupby(part).sum().reindex(wanted.index, fill_value=0)
    if lost := sorted(wanted.index[(wanted > 0) & (people == 0)]):
        raise CapacityError(f"stays are counted where nobody lives: {', '.join(lost)}")
    factor = wanted * asking.sum() / people.where(people > 0, 1)
    return asking * part.map(factor)


def demand_of_each_basis(
    study: Study, weight: pd.Series, cases: PublishedCounts | None
) -> Mapping[str, Demand]:
    """Stays asked for on each basis: none of them is the truth, so all of them are kept.

    Parameters
    ----------
    study
        Its settings say what is known.
    weight
        Those of `spread_over` by `district_id`, over whom a country's cases are spread.
    cases
        The user's own cases, safe to publish, or none.

    Returns
    -------
    mapping
        From the basis, in the study's order with `cases` last; empty without settings.

    Raises
    ------
    CapacityError
        If a weight is negative, or there are cases and no weight at all.
    """
    settings = study.settings.capacity.demand
    if settings is None:
        return {}
    share = estimate_of("share_needing", settings.share_needing, "share")
    floor = settings.recorded
    recorded = None if floor is None else estimate_of(RECORDED, floor, "cases a year")
    found = {
        base.id: demand_by_weight(
            estimate_of(f"{base.id}.cases", base.cases, "cases a year"),
            estimate_of(f"{base.id}.under_reporting", base.under_reporting, "times"),
            share,
            weight,
            basis=spread_over(study),
            recorded=recorded,
        )
        for base in settings.bases
    }
    if settings.cases is not None and cases is not None:
        found[CASES] = demand_by_cases(
            cases,
            weight,
            estimate_of(f"{CASES}.under_reporting", settings.cases.under_reporting, "times"),
            share,
            evidence=settings.cases.evidence,
            source=settings.cases.source,
        )
    return found


def estimate_of(id: str, given: Range, unit: str) -> Estimate:
    """Take a range of the settings as an estimate."""
    return Estimate(id, given.low, given.central, given.high, unit, given.evidence, given.source)


TIMES: Final = 4.0
"""Multiple of today's places up to which turn-away is followed."""
STEPS: Final = 80
MOST_SHELTERS: Final = 12
"""Number of shelters up to which places are dealt out."""


def more_places(pooled: pd.DataFrame, inputs: StayInputs) -> pd.DataFrame:
    """Share that finds no place anywhere within reach if each house had a multiple of its places.

    Parameters
    ----------
    pooled
        From `capacity.no_place.pools`.
    inputs
        Stays, persons a place and target.

    Returns
    -------
    DataFrame
        `places` (of all shelters), `no_place_low`, `no_place_central`, `no_place_high`.
    """
    today = pooled["places"].to_numpy(float)
    whole = np.unique(np.round(np.linspace(0, TIMES * today.sum(), STEPS + 1)))
    table = pd.DataFrame({"places": whole.astype("int64")})
    multiples = whole / (today.sum() or 1.0)
    readings = zip(CORNERS, inputs.stay_days.corners, inputs.persons_per_place.corners, strict=True)
    for corner, days, persons in readings:
        asked = pooled[f"stays_{corner}"].to_numpy(float)
        lost = refused(np.outer(multiples, today), asked, days, persons) @ asked
        table[f"no_place_{corner}"] = lost / asked.sum() if asked.sum() > 0 else 0.0
    return table


def pooled(sites: pd.DataFrame, inputs: StayInputs) -> pd.DataFrame:
    """Turn-away of today's family places in one shelter and in several; see `pooling_table`.

    Parameters
    ----------
    sites
        Shelters with `places`, `stays_low`, `stays_central`, `stays_high`.
    inputs
        Stays, persons a place and target; only central values are used.
    """
    persons = inputs.persons_per_place.central
    family_places = int(sites["places"].sum() / persons + 1e-9)
    offered = float(sites["stays_central"].sum()) * inputs.stay_days.central / DAYS
    counts = range(1, min(MOST_SHELTERS, max(family_places, 1)) + 1)
    if family_places == 0:
        counts = range(0)
    return pooling_table(family_places, offered, counts, target=inputs.target.central)


def what_moves(sites: pd.DataFrame, demand: Demand, inputs: StayInputs) -> pd.DataFrame:
    """How the places needed for the target move when one assumption does; see `tornado`.

    Parameters
    ----------
    sites, inputs
        As for `pooled`.
    demand
        The basis and its factors; what each shelter has of it does not change.

    Returns
    -------
    DataFrame
        `input`, `evidence`, `unit`, `input_low`, `input_high`, `answer_central`,
        `answer_at_low`, `answer_at_high`, `swing`; answers are places in all shelters.
    """
    whole = demand.total.central
    share = sites["stays_central"].to_numpy(float) / (whole or 1.0)
    days, persons = inputs.stay_days, inputs.persons_per_place

    def places(values: Mapping[str, float]) -> float:
        stays = demand.stays(values)
        needed = places_for(share * stays * values[days.id] / DAYS, inputs.target.central)
        return float(np.ceil(needed * values[persons.id] - 1e-9).sum())

    found = tornado(places, [*demand.inputs, days, persons])
    # A floor without a range moves nothing by itself.
    still = (found.table["input"] == RECORDED) & (found.table["swing"] == 0)
    return found.table[~still].assign(answer_central=found.central)


PLACES: Final = "places"
STAYS_A_YEAR: Final = "stays_a_year"
"""Measures of `years_beside_places` that are no statistic."""


def years_beside_places(study: Study, inputs: StayInputs) -> pd.DataFrame:
    """Set what is counted by year beside the places and the stays that they can take in a year.

    Places taken without a break take so many stays: family places of each shelter, rounded down,
    times 365 days over the mean stay.

    Parameters
    ----------
    study
        Its settings name the measures; without any there are no rows.
    inputs
        Length of a stay and persons a place.

    Returns
    -------
    DataFrame
        A row a measure and year from its first to its last, gaps included: `measure`,
        `measure_name`, `year`, `count` (missing where none is known), `months` (where only a part
        of the year is counted), `source`, `count_evidence`; last `PLACES` and `STAYS_A_YEAR` with
        `count_low` and `count_high`, without a year.
    """
    series, table = study.settings.capacity.by_year, study.statistics
    if not series or table is None:
        return pd.DataFrame(columns=["measure"])
    rows: list[dict[str, object]] = []
    for each in series:
        known = table[table["measure"] == each.measure].drop_duplicates("year").set_index("year")
        for year in range(int(known.index.min()), int(known.index.max()) + 1):
            row = known.loc[year] if year in known.index else pd.Series(dtype=object)
            rows.append(
                {
                    "measure": each.measure,
                    "measure_name": in_english(each.name),
                    "year": year,
                    "count": row.get("value"),
                    "months": row.get("months"),
                    "source": row.get("source", ""),
                    "count_evidence": row.get("evidence", ""),
                }
            )
    places = study.shelters["places"].to_numpy(float)
    corners = zip(inputs.stay_days.corners, inputs.persons_per_place.corners, strict=True)
    # Long stays and large families leave room for the fewest.
    stays = [
        float(np.floor(places / persons + 1e-9).sum()) * DAYS / days if days > 0 else np.nan
        for days, persons in corners
    ]
    whole = float(places.sum())
    for measure, name, low, count, high in (
        (PLACES, "places in shelters", whole, whole, whole),
        (STAYS_A_YEAR, "stays that they can take in a year", stays[2], stays[1], stays[0]),
    ):
        ends = {"count_low": low, "count": count, "count_high": high}
        rows.append({"measure": measure, "measure_name": name, **ends})
    return pd.DataFrame(rows).astype({"year": "Int64", "count": "float64", "months": "Int64"})
