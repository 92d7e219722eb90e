"""Plans beside today: what changes in figures, for whom, and who moves to which shelter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.analysis.beyond_distance import journey_metrics
from shelter_geo.analysis.capacity_results import no_place_in_all
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.norms import missing_in_all
from shelter_geo.capacity import CORNERS
from shelter_geo.errors import StudyError
from shelter_geo.study import UNKNOWN, WOMEN, with_known_people
from shelter_geo.vocabulary import Effect, Impedance, choose

KEY: Final = ["basis", "units", "weighted_by", "metric"]
"""Columns that name a figure."""
_MISSING: Final = ("missing_low", "missing_high")
_OF_STAYS: Final = {
    "no_place": "share",
    "no_place_per_year": "stays a year",
    "refused_at_nearest": "share",
    "places_needed": "places",
}


def plan_metrics(evaluation: Evaluation) -> pd.DataFrame:
    """Put the figures of access, journeys, norms and turn-away of a plan into one table.

    Parameters
    ----------
    evaluation
        Of the plan.

    Returns
    -------
    DataFrame
        `basis` (district_centres, settlements, the key of a norm or of a basis of the demand),
        `units`, `weighted_by`, `metric`, `value`, `unit`.

    Raises
    ------
    CapacityError
        If stays cannot be computed; see `needs.capacity_results`.
    """
    rows: list[dict[str, object]] = [*journey_metrics(evaluation)]
    for row in missing_in_all(evaluation):
        key = {"basis": row["norm"], "units": UNITS[0], "weighted_by": "people"}
        rows += [
            key | {"metric": name, "value": row[name], "unit": row["asked_in"]} for name in _MISSING
        ]
    for basis, total in no_place_in_all(evaluation).items():
        key = {"basis": basis, "units": UNITS[0], "weighted_by": "stays"}
        rows += [
            key
            | {
                "metric": f"{name}_{corner}",
                "value": total[f"{name}_{corner}"],
                "unit": unit,
            }
            for name, unit in _OF_STAYS.items()
            for corner in CORNERS
        ]
    if not rows:
        return evaluation.metrics
    return pd.concat([evaluation.metrics, pd.DataFrame(rows)], ignore_index=True)


SAME: Final = 1e-9
"""Smaller differences of minutes or kilometres are none."""
_GAINS: Final = {Impedance.DISTANCE: "gain_km", Impedance.TIME: "gain_min"}
_MOVES: Final = {
    Impedance.DISTANCE: (Effect.NEARER, Effect.FARTHER),
    Impedance.TIME: (Effect.QUICKER, Effect.SLOWER),
}
_BETTER: Final = [Effect.NEARER, Effect.QUICKER]
_WORSE: Final = [Effect.FARTHER, Effect.SLOWER]
_OF_THE_SAME: Final = ("distance_", "travel_", "bus_", "beyond_")
"""How the metrics begin that are compared for people who reach a shelter both times."""
_OF_ALL: Final = "_of_all"
"""How those end that count everybody, for whom a missing road is farther than any distance."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Evaluations side by side; the first is what the others are held against.

    Attributes
    ----------
    metrics : DataFrame
        One row a metric: the key columns, `unit`, a column of values for each plan, and
        `<plan>_change` for each but the first. Distances and times of a plan, and their changes,
        stand for the people who reach a shelter in the first and in the plan.
    districts : DataFrame
        One row a plan and district: distances and times before and after, `gain_km`, `gain_min`
        (above 0 where the plan brings a shelter nearer, missing without a road before or after),
        `measure`, of `Impedance`, and `change`, of `Effect`, in that measure.
    reallocation : DataFrame
        One row a plan and pair of shelters: districts and people whose nearest shelter changes.
    reach : DataFrame
        One row a plan and limit of the study's distances: people who live within it, come within
        it and no longer do.
    summary : DataFrame
        One row a plan, the first included: `measure`, people who gain, lose, come within reach or
        are cut off, places; `people_compared`, who reach a shelter in the first and in the plan,
        and for them the mean and the farthest kilometres and minutes, each with `_before`;
        `distance_km_reached`, the mean of those who come within reach.
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
    rows = [_summary(base_key, unchanged, base, base)]
    rows += [_summary(key, changes[key], base, other) for key, other in others]
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


def measure_of(base: Evaluation, other: Evaluation) -> Impedance:
    """Say in which measure a plan is told: minutes where it changes roads, else the study's.

    A faster road may be a longer one, so kilometres would call a gain a loss.
    """
    if other.study.network is not base.study.network:
        return Impedance.TIME
    return base.study.settings.access.impedance


def _metrics(evaluations: Mapping[str, Evaluation], base_key: str) -> pd.DataFrame:
    full = {key: plan_metrics(evaluation).set_index(KEY) for key, evaluation in evaluations.items()}
    values = {key: table["value"] for key, table in full.items()}
    base = evaluations[base_key]
    changes = {}
    for key in [key for key in evaluations if key != base_key]:
        before, after = (
            access.set_index(KEY)["value"] for access in _shared(base, evaluations[key])
        )
        metric = before.index.get_level_values("metric")
        same = before.index[metric.str.startswith(_OF_THE_SAME) & ~metric.str.endswith(_OF_ALL)]
        # Where nobody travels by a known line, or nobody reaches a shelter, rows are missing.
        same = same.intersection(after.index).intersection(values[key].index)
        values[key] = values[key].copy()
        values[key].loc[same] = after.loc[same]
        change = values[key] - values[base_key]
        change.loc[same] = after.loc[same] - before.loc[same]
        changes[f"{key}_change"] = change
    table = pd.concat([column.rename(key) for key, column in (values | changes).items()], axis=1)
    return table.assign(unit=full[base_key]["unit"]).reset_index()


def _shared(one: Evaluation, other: Evaluation) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Summarise access in two plans for the points that reach a shelter in both."""
    both = [
        first["reachable"].to_numpy(bool) & second["reachable"].to_numpy(bool)
        for first, second in (
            (one.districts, other.districts),
            (one.settlements, other.settlements),
        )
    ]
    return one.metrics_of(*both), other.metrics_of(*both)


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
            **{name: after[name] for name in (WOMEN, UNKNOWN) if name in after},
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
    measure = measure_of(base, other)
    gain = table[_GAINS[measure]]
    was, is_ = before["reachable"], after["reachable"]
    conditions = [
        ~was & is_,
        was & ~is_,
        ~was & ~is_,
        gain > SAME,
        gain < -SAME,
    ]
    effects = (Effect.COMES_WITHIN_REACH, Effect.CUT_OFF, Effect.STAYS_CUT_OFF, *_MOVES[measure])
    table["change"] = choose(conditions, effects, Effect.NO_CHANGE)
    return table.assign(measure=measure)


def _reallocation(table: pd.DataFrame) -> pd.DataFrame:
    ends = table[["shelter_before", "shelter_after"]].fillna("")
    moved = ends["shelter_before"] != ends["shelter_after"]
    pairs = with_known_people(table)[["population"]].assign(**ends)[moved]
    grouped = pairs.groupby(["shelter_before", "shelter_after"], sort=True)["population"]
    moves = grouped.agg(districts="size").assign(people=grouped.sum(min_count=1))
    return pd.DataFrame(moves.reset_index())


def _summary(
    key: str, table: pd.DataFrame, base: Evaluation, other: Evaluation
) -> dict[str, object]:
    people = table.groupby("change")["population"].sum()
    reached = table[table["change"] == Effect.COMES_WITHIN_REACH]
    same = table[table["km_before"].notna() & table["km_after"].notna()]
    row: dict[str, object] = {
        "scenario": key,
        "measure": measure_of(base, other),
        "people_gain": int(people.reindex(_BETTER, fill_value=0).sum()),
        "people_lose": int(people.reindex(_WORSE, fill_value=0).sum()),
        "people_reached": int(people.get(Effect.COMES_WITHIN_REACH, 0)),
        "people_cut_off": int(people.get(Effect.CUT_OFF, 0)),
        "places": int(other.study.shelters["places"].sum()),
        "people_compared": int(same["population"].sum()),
        "distance_km_reached": _mean(reached["km_after"], reached["population"]),
    }
    for name, short in (("distance_km", "km"), ("travel_min", "min")):
        for when, column in (("_before", f"{short}_before"), ("", f"{short}_after")):
            counted = same.loc[same["population"] > 0, column]
            row[f"{name}_mean{when}"] = _mean(same[column], same["population"])
            row[f"{name}_max{when}"] = float(counted.max()) if len(counted) else np.nan
    return row


def _mean(values: pd.Series, people: pd.Series) -> float:
    return float(np.average(values, weights=people)) if people.sum() > 0 else np.nan
