"""Plans beside today: what changes in figures, for whom, and who moves to which shelter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.plan_metrics import KEY, plan_metrics
from shelter_geo.errors import StudyError
from shelter_geo.vocabulary import Effect, choose

SAME_MIN = 1e-9
"""Differences of fewer minutes are none."""
_EFFECTS: Final = (
    Effect.COMES_WITHIN_REACH,
    Effect.CUT_OFF,
    Effect.STAYS_CUT_OFF,
    Effect.NEARER,
    Effect.FARTHER,
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Evaluations side by side; the first is what the others are held against.

    Attributes
    ----------
    metrics : DataFrame
        One row a metric: the key columns, `unit`, a column of values for each plan, and
        `<plan>_change` for each but the first.
    districts : DataFrame
        One row a plan and district: distances and times before and after, `gain_km`, `gain_min`
        (above 0 where the plan brings a shelter nearer), `change`, of `Effect`.
    reallocation : DataFrame
        One row a plan and pair of shelters: districts and people whose nearest shelter changes.
    reach : DataFrame
        One row a plan and limit of the study's distances: people who live within it, come within
        it and no longer do.
    summary : DataFrame
        One row a plan, the first included: people who gain, lose, come within reach or are cut
        off, places, mean and farthest distance.
    """

    metrics: pd.DataFrame
    districts: pd.DataFrame
    reallocation: pd.DataFrame
    reach: pd.DataFrame
    summary: pd.DataFrame


def compare(evaluations: Mapping[str, Evaluation]) -> Comparison:
    """Compare evaluations with the first of them.

    Parameters
    ----------
    evaluations
        By the key of the plan, the base first; all of the same districts.

    Raises
    ------
    StudyError
        If there are fewer than two, or their districts differ.
    """
    if len(evaluations) < 2:
        raise StudyError("a comparison needs at least two scenarios")
    (base_key, base), *others = evaluations.items()
    for key, other in others:
        if not other.districts.index.equals(base.districts.index):
            raise StudyError(f"scenarios {base_key} and {key} have different districts")
    changes = {key: _by_district(base, other) for key, other in others}
    districts = pd.concat([table.assign(scenario=key) for key, table in changes.items()])
    moves = [_reallocation(table).assign(scenario=key) for key, table in changes.items()]
    unchanged = _by_district(base, base)
    rows = [_summary(base_key, unchanged, base)]
    rows += [_summary(key, changes[key], other) for key, other in others]
    return Comparison(
        metrics=_metrics(evaluations, base_key),
        districts=districts.reset_index(drop=True),
        reallocation=pd.concat(moves, ignore_index=True),
        reach=pd.DataFrame(
            row
            for key, table in {base_key: unchanged, **changes}.items()
            for row in _within(key, table, base.study.settings.access.distance_classes_km)
        ),
        summary=pd.DataFrame(rows),
    )


def _metrics(evaluations: Mapping[str, Evaluation], base_key: str) -> pd.DataFrame:
    full = {key: plan_metrics(evaluation) for key, evaluation in evaluations.items()}
    table = pd.concat([m.set_index(KEY)["value"].rename(key) for key, m in full.items()], axis=1)
    for key in evaluations:
        if key != base_key:
            table[f"{key}_change"] = table[key] - table[base_key]
    units = full[base_key].set_index(KEY)["unit"]
    return table.assign(unit=units).reset_index()


def _within(key: str, table: pd.DataFrame, limits: Sequence[float]) -> Iterator[dict[str, object]]:
    """Count people within each limit; nobody is within a limit without a road."""
    residents = table["population"].to_numpy()
    km_before, km_after = table["km_before"].to_numpy(), table["km_after"].to_numpy()
    for limit in limits:
        before, after = km_before <= limit, km_after <= limit
        counts = {
            "people_within": after,
            "people_come_within": after & ~before,
            "people_no_longer_within": before & ~after,
        }
        people = {name: int(residents[who].sum()) for name, who in counts.items()}
        yield {"scenario": key, "limit_km": limit} | people


def _by_district(base: Evaluation, other: Evaluation) -> pd.DataFrame:
    before, after = base.districts, other.districts
    table = pd.DataFrame(
        {
            "district_id": after["district_id"],
            "name_en": after["name_en"],
            "population": after["population"],
            "women": after["women"],
            "shelter_before": before["nearest_shelter_id"],
            "shelter_after": after["nearest_shelter_id"],
            "km_before": before["distance_km"],
            "km_after": after["distance_km"],
            "min_before": before["travel_min"],
            "min_after": after["travel_min"],
        }
    )
    table["gain_km"] = table["km_before"] - table["km_after"]
    table["gain_min"] = table["min_before"] - table["min_after"]
    was, is_ = before["reachable"], after["reachable"]
    conditions = [
        ~was & is_,
        was & ~is_,
        ~was & ~is_,
        table["gain_min"] > SAME_MIN,
        table["gain_min"] < -SAME_MIN,
    ]
    table["change"] = choose(conditions, _EFFECTS, Effect.NO_CHANGE)
    return table


def _reallocation(table: pd.DataFrame) -> pd.DataFrame:
    ends = table[["shelter_before", "shelter_after"]].fillna("")
    moved = ends["shelter_before"] != ends["shelter_after"]
    pairs = table[["population"]].assign(**ends)[moved]
    grouped = pairs.groupby(["shelter_before", "shelter_after"], sort=True)["population"]
    return grouped.agg(districts="size", people="sum").reset_index()


def _summary(key: str, table: pd.DataFrame, other: Evaluation) -> dict[str, object]:
    people = table.groupby("change")["population"].sum()
    after = other.districts[other.districts["reachable"]]
    weight = after["population"].sum()
    mean = (after["distance_km"] * after["population"]).sum() / weight if weight else np.nan
    return {
        "scenario": key,
        "people_gain": int(people.get(Effect.NEARER, 0)),
        "people_lose": int(people.get(Effect.FARTHER, 0)),
        "people_reached": int(people.get(Effect.COMES_WITHIN_REACH, 0)),
        "people_cut_off": int(people.get(Effect.CUT_OFF, 0)),
        "places": int(other.study.shelters["places"].sum()),
        "distance_km_mean": float(mean),
        "distance_km_max": float(after["distance_km"].max()),
    }
