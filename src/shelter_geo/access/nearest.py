"""The nearest facility of every place: by the fewest kilometres and by the fewest minutes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access.costs import CostMatrix
from shelter_geo.errors import CostError
from shelter_geo.roads import (
    UNREACHED,
)
from shelter_geo.units import CM_PER_KM, MS_PER_MIN
from shelter_geo.vocabulary import Impedance

MEASURE: Final[dict[Impedance, str]] = {
    Impedance.DISTANCE: "distance_km",
    Impedance.TIME: "travel_min",
}
"""Column of a cost by the impedance that it stands for."""


def nearest(costs: CostMatrix, *, impedance: Impedance = Impedance.DISTANCE) -> pd.DataFrame:
    """Find the fewest kilometres and the fewest minutes from each origin to a facility.

    Both are the least over all facilities, so that one more facility never lengthens either. They
    may be of two facilities: of two with a road each, the fewer minutes can be the more kilometres.

    Parameters
    ----------
    costs
        From `cost_matrix`; without any facility no origin is reached.
    impedance
        Which of the two says what the nearest facility is.

    Returns
    -------
    DataFrame
        Indexed by origin: `facility_id`, the nearest; `distance_km` and `facility_by_km`,
        `travel_min` and `facility_by_min`; `reachable` and `reason`. Ties go to the other measure,
        then to the lower key.
    """
    if costs.facility_id.empty:
        return _none_reached(costs)
    by_key = np.argsort(costs.facility_id.to_numpy(), kind="stable")
    time, length = costs.time_ms[:, by_key], costs.length_cm[:, by_key]
    key = costs.facility_id.to_numpy(dtype=object)[by_key]
    rows, reached = np.arange(len(costs.origin_id)), ~(time == UNREACHED).all(axis=1)
    by_km, by_min = least(length, time), least(time, length)
    least_km, least_min = key[by_km], key[by_min]
    least_km[~reached] = least_min[~reached] = None
    return pd.DataFrame(
        {
            "facility_id": least_km if impedance is Impedance.DISTANCE else least_min,
            "distance_km": np.where(reached, length[rows, by_km] / CM_PER_KM, np.nan),
            "facility_by_km": least_km,
            "travel_min": np.where(reached, time[rows, by_min] / MS_PER_MIN, np.nan),
            "facility_by_min": least_min,
            "reachable": reached,
            "reason": costs.reason,
        },
        index=costs.origin_id,
    )


def _none_reached(costs: CostMatrix) -> pd.DataFrame:
    missing = {
        "facility_id": None,
        "distance_km": np.nan,
        "facility_by_km": None,
        "travel_min": np.nan,
        "facility_by_min": None,
    }
    frame = pd.DataFrame(missing, index=costs.origin_id)
    return frame.assign(reachable=False, reason=costs.reason)


def least(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the column of each row that is least in one cost; ties by the other, then the first.

    Parameters
    ----------
    first, then
        Shape (n, m), `UNREACHED` where there is no road; a row without any road gives column 0.
    """
    far = np.iinfo(np.int64).max
    lost = first == UNREACHED
    best = np.where(lost, far, first).min(axis=1, keepdims=True)
    pick: NDArray[np.intp] = np.where(lost | (first != best), far, then).argmin(axis=1)
    return pick


UNITS = ("residents", "registered")
"""The two populations: people where they live, and people where they are registered."""


def populations(points: pd.DataFrame) -> tuple[str, ...]:
    """Return the populations that a study counts: one where people live as they are registered."""
    apart = "registered" in points and (points["registered"] != points["population"]).any()
    return UNITS if apart else UNITS[:1]


def counted(
    points: pd.DataFrame, units: str, weighted_by: str = "people", end: str = ""
) -> pd.Series:
    """Return the people of each point in one population.

    Parameters
    ----------
    points
        With `population` and perhaps `women`, who live there. Ranges stand in `residents_low`,
        `residents_high`, `resident_women_low` and `resident_women_high`, the other population in
        `registered` and `registered_women`.
    units
        One of `UNITS`.
    weighted_by
        people, women or men.
    end
        low or high for an end of the range; registered people have none.

    Raises
    ------
    CostError
        If women or men are asked for, and the points do not count them.
    """
    if units == UNITS[1]:
        people, of_women = "registered", "registered_women"
    elif end and f"residents_{end}" in points:
        people, of_women = f"residents_{end}", f"resident_women_{end}"
    else:
        people, of_women = "population", "women"
    everybody: pd.Series = points[people]
    if weighted_by not in ("women", "men"):
        return everybody
    if of_women not in points:
        raise CostError(f"{weighted_by} are not counted: the points have no column {of_women}")
    women: pd.Series = points[of_women]
    return women if weighted_by == "women" else everybody - women


def resident_units(access: pd.DataFrame) -> pd.DataFrame:
    """Leave out the units whose people are registered there but mostly live elsewhere."""
    return access[~access["counts_registered_not_resident"]]
