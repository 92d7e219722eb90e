"""Stays asked for: a study's settings turned into estimates, and its bases into demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import pandas as pd

from shelter_geo.capacity import (
    STRENGTH,
    Demand,
    Estimate,
    PublishedCounts,
    demand_by_cases,
    demand_by_weight,
    exactly,
)
from shelter_geo.study import WOMEN, Capacity, Range, Study, in_english

CASES = "cases"
"""Basis of the demand that comes from a user's own table of cases."""

RECORDED = "recorded_cases"
"""Input that the true cases of no basis are fewer than."""


@dataclass(frozen=True)
class StayInputs:
    """What turns stays asked for into places, whatever the stays come from.

    Attributes
    ----------
    stay_days, persons_per_place, children_per_woman, target, reach
        Days, persons, children, a share and minutes.
    """

    stay_days: Estimate
    persons_per_place: Estimate
    children_per_woman: Estimate
    target: Estimate
    reach: Estimate

    @classmethod
    def of(cls, capacity: Capacity) -> StayInputs:
        """Take them from a study's settings."""
        aim, reach = capacity.turn_away, capacity.catchment
        return cls(
            stay_days=_estimate("stay_days", capacity.stays.days, "days"),
            persons_per_place=_persons_per_place(capacity),
            children_per_woman=_estimate(
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
        return self.stay_days, *family, self.target, self.reach


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
    share = _estimate("share_needing", settings.share_needing, "share")
    floor = settings.recorded
    recorded = None if floor is None else _estimate(RECORDED, floor, "cases a year")
    found = {
        base.id: demand_by_weight(
            _estimate(f"{base.id}.cases", base.cases, "cases a year"),
            _estimate(f"{base.id}.under_reporting", base.under_reporting, "times"),
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
            _estimate(f"{CASES}.under_reporting", settings.cases.under_reporting, "times"),
            share,
            evidence=settings.cases.evidence,
            source=settings.cases.source,
        )
    return found


def _estimate(id: str, given: Range, unit: str) -> Estimate:
    return Estimate(id, given.low, given.central, given.high, unit, given.evidence, given.source)
