"""What is asked beyond the distance: journeys summed up, and a shelter in one's own area."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import UNITS, beyond_range, counted, populations
from shelter_geo.analysis.journeys import PLACE_KINDS
from shelter_geo.capacity import admission
from shelter_geo.study import REGION, WOMEN, Journey, Study

if TYPE_CHECKING:
    from shelter_geo.analysis.evaluation import Evaluation

Array: TypeAlias = NDArray[Any]
BASES: Final = {"district_centres": PLACE_KINDS[0], "settlements": PLACE_KINDS[1]}
"""Kind of place that journeys start from, by the basis of the metrics."""


def own_areas(study: Study, homes: pd.Series) -> dict[str, pd.Series]:
    """Say in whose own district and region a shelter stands, and one that does not refuse women.

    Parameters
    ----------
    study
        A shelter of which nobody knows whether it takes women in counts as one that does.
    homes
        `district_id` of each place.

    Returns
    -------
    dict of Series
        `shelter_in_district`, `shelter_in_region` if the study has regions, and the same with
        `_for_women`; truth values.
    """
    shelters = study.shelters
    takes_women = admission(shelters, ("women",)).fillna(value=True).astype(bool)
    found = {}
    for suffix, open_to in (("", shelters), ("_for_women", shelters[takes_women])):
        there = open_to["district_id"]
        found[f"shelter_in_district{suffix}"] = homes.isin(there)
        if REGION not in study.lacks:
            regions = study.districts[REGION]
            own = homes.map(regions)
            found[f"shelter_in_region{suffix}"] = own.isin(there.map(regions))
    return found


def journey_metrics(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Summarise every journey as rows of metrics: means, the farthest, and who has a long leg.

    Parameters
    ----------
    evaluation
        From `evaluate`.

    Returns
    -------
    list of dict
        `basis`, `units`, `weighted_by`, `metric` (beginning with "journey_" and the journey's
        key), `value`, `value_low`, `value_high` and `unit`. Means stand for the people who have a
        road all the way.
    """
    results = evaluation.journeys
    if results is None:
        return []
    rows: list[dict[str, Any]] = []
    for basis, kind in BASES.items():
        points = evaluation.districts if kind == PLACE_KINDS[0] else evaluation.settlements
        for journey in evaluation.study.settings.journeys:
            places = results.of(journey.id, kind).reindex(points.index)
            for units in populations(evaluation.districts):
                for who in ("people", WOMEN) if WOMEN in points else ("people",):
                    key = {"basis": basis, "units": units, "weighted_by": who}
                    people = pd.DataFrame(points)
                    rows += [key | row for row in _summary(journey, places, people, units, who)]
    return rows


def _summary(
    journey: Journey, places: pd.DataFrame, points: pd.DataFrame, units: str, who: str
) -> Iterator[dict[str, Any]]:
    """Summarise one journey for one population."""
    ends = ("", "low", "high") if units == UNITS[0] else ("",)
    weights = [counted(points, units, who, end).to_numpy(float) for end in ends]

    def row(name: str, unit: str, of: Callable[[Array], float]) -> dict[str, Any]:
        values = [of(people) for people in weights]
        spread = {"value_low": min(values), "value_high": max(values)}
        return {
            "metric": f"journey_{journey.id}_{name}",
            "value": values[0],
            **spread,
            "unit": unit,
        }

    road = places["distance_km"].notna().to_numpy()
    yield row("reachable", "people", lambda people: float(people[road].sum()))
    for column, unit in (("distance_km", "km"), ("travel_min", "min")):
        value = places[column].to_numpy(float)[road]
        yield row(f"{column}_mean", unit, partial(_mean, value, road))
        yield row(f"{column}_max", unit, partial(_most, value, road))
    if journey.far_km is not None:
        low, high = far_range(journey, places, points, units=units, weighted_by=who)
        far = (places["longest_leg_km"] >= journey.far_km).to_numpy()
        one = row(
            f"leg_of_{journey.far_km:g}_km", "people", lambda people: float(people[far].sum())
        )
        yield one | {"value_low": low, "value_high": high}


def far_range(
    journey: Journey,
    places: pd.DataFrame,
    points: pd.DataFrame,
    *,
    units: str = UNITS[0],
    weighted_by: str = "people",
) -> tuple[float, float]:
    """Count the people one of whose legs is as long as the journey's `far_km`, as a range.

    Parameters
    ----------
    journey
        With `far_km`.
    places
        Its rows of `JourneyResults.places`, one for each of the points.
    points
        Districts or settlements with their people; see `access.beyond_range`.
    units, weighted_by
        See `access.counted`.
    """
    longest = places["longest_leg_km"].reindex(points.index)
    # "As long or longer" is beyond any length below it.
    least = float(np.nextafter(float(journey.far_km or 0), 0))
    frame = points.assign(distance_km=longest)
    return beyond_range(frame, least, units=units, weighted_by=weighted_by)


def _mean(values: Array, road: Array, people: Array) -> float:
    some = people[road]
    return float(np.average(values, weights=some)) if some.sum() > 0 else float("nan")


def _most(values: Array, road: Array, people: Array) -> float:
    return float(max(values[people[road] > 0], default=float("nan")))
