"""Who may use which shelter: yes, no or unknown, and the range that leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.capacity.catchment import NONE, nearest_catchments
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason, choose

GROUPS: Final[Mapping[str, str]] = {
    "women": "women",
    "children": "children",
    "men": "men",
    "lgbtq": "lgbtq_inclusive",
    "disabilities": "disabilities",
    "elderly": "elderly",
    "addiction": "addiction",
    "mental_illness": "mental_illness",
    "infectious_disease": "infectious_disease",
    "epilepsy": "epilepsy",
    "without_identity_papers": "without_identity_papers",
}
"""Group as asked for, and the column of the shelters table that answers."""
REFUSALS: Final = "refusals_reported"
POLICE: Final = "police_referral_required"
ANSWERS: Final[Mapping[str, bool]] = {"yes": True, "reported": True, "no": False}
"""Words that settle a question; any other word, or none, leaves it open."""


def admission(
    shelters: pd.DataFrame, groups: Iterable[str] = (), *, without_police_papers: bool = False
) -> pd.Series:
    """Say whether each shelter admits people of all the groups named.

    Answers are joined as in Kleene's logic: one no is a no, else one unknown is unknown. A
    column that the table lacks is unknown for every shelter. That a police paper is "reported"
    to be asked for counts as asked for.

    Parameters
    ----------
    shelters
        Shelters with columns of yes, no or unknown.
    groups
        Keys of `GROUPS`; several mean one person who is of each.
    without_police_papers
        Whether that person has no paper from the police.

    Returns
    -------
    Series
        True, False or missing (unknown), dtype boolean, indexed as `shelters`.

    Raises
    ------
    CapacityError
        If a group is not known.
    """
    admits = pd.Series(True, index=shelters.index, dtype="boolean")
    for group in groups:
        if group not in GROUPS:
            raise CapacityError(f"{group} is no known group. Known: {', '.join(GROUPS)}.")
        admits &= _answers(shelters, GROUPS[group])
    if without_police_papers:
        admits &= ~_answers(shelters, POLICE)
    return admits


def _answers(shelters: pd.DataFrame, column: str) -> pd.Series:
    if column not in shelters:
        return pd.Series(pd.NA, index=shelters.index, dtype="boolean")
    words = shelters[column].astype(object)
    return words.map(lambda word: ANSWERS.get(word, pd.NA)).astype("boolean")


def refusals_reported(
    shelters: pd.DataFrame, groups: Iterable[str] = (), *, without_police_papers: bool = False
) -> bool:
    """Say whether refusals of any of these groups are reported of any shelter.

    Parameters
    ----------
    shelters, groups, without_police_papers
        As for `admission`.
    """
    columns = [GROUPS[group] for group in groups] + [POLICE] * without_police_papers
    there = [column for column in columns if column in shelters]
    return bool((shelters[there] == REFUSALS).any(axis=None))


def places_for_group(
    admits: pd.Series, places: pd.Series, most: pd.Series | None = None
) -> tuple[int, int]:
    """Places a group may surely use, and places it may use if every unknown is a yes.

    Parameters
    ----------
    admits
        From `admission`, by shelter.
    places
        Places of each shelter, the least where they are a range.
    most
        The most places of each shelter, where they are a range.

    Raises
    ------
    CapacityError
        If the three are not given for the same shelters.
    """
    high = places if most is None else most
    _check_alike(admits, places)
    _check_alike(admits, high)
    return int(places[admits.fillna(False)].sum()), int(high[admits.fillna(True)].sum())


def nearest_admitting(
    admits: pd.Series,
    cost: ArrayLike,
    points: pd.Index[str],
    *,
    measure: str = "distance_km",
    then: ArrayLike | None = None,
) -> pd.DataFrame:
    """Distance of each point to the nearest shelter that admits the group, as a range.

    Parameters
    ----------
    admits
        From `admission`, by `shelter_id`.
    cost
        Kilometres or minutes, shape (points, shelters), missing where unreachable.
    points
        Index of the result.
    measure
        Name of the cost columns.
    then
        A second cost that breaks ties.

    Returns
    -------
    DataFrame
        `{measure}_low` and `shelter_low` (every unknown is a yes), `{measure}_high` and
        `shelter_high` (every unknown is a no), all missing where there is none, and `reason`.

    Raises
    ------
    CapacityError
        If shapes do not fit.
    """
    values = np.asarray(cost, dtype=np.float64)
    if values.shape != (len(points), len(admits)):
        raise CapacityError("cost must have a row a point and a column a shelter")
    second = values if then is None else np.asarray(then, dtype=np.float64)
    columns: dict[str, object] = {}
    for end, unknown in (("low", True), ("high", False)):
        open_to = admits.fillna(unknown).to_numpy(bool)
        nearest = nearest_catchments(
            np.where(open_to, values, np.nan), then=np.where(open_to, second, np.nan)
        )
        found = nearest != NONE
        row = np.flatnonzero(found)
        least = np.full(len(points), np.nan)
        least[row] = values[row, nearest[row]]
        ids = np.full(len(points), None, dtype=object)
        ids[row] = admits.index.to_numpy(object)[nearest[row]]
        columns[f"{measure}_{end}"] = least
        columns[f"shelter_{end}"] = ids
    table = pd.DataFrame(columns, index=points)
    table["reason"] = _why(admits, values, table[f"{measure}_low"], table[f"{measure}_high"])
    return table


def _why(
    admits: pd.Series, cost: NDArray[np.float64], low: pd.Series, high: pd.Series
) -> NDArray[Any]:
    """Give the reason why there is no distance, or none that is sure."""
    cut_off = np.isnan(cost).all(axis=1)
    nobody = not admits.fillna(True).any()
    none_sure = not admits.fillna(False).any()
    return choose(
        [
            np.full(len(low), admits.empty),
            np.full(len(low), nobody),
            cut_off,
            low.isna().to_numpy(),
            high.isna().to_numpy() & none_sure,
            high.isna().to_numpy(),
        ],
        [
            Reason.NO_FACILITY,
            Reason.NOT_ADMITTED,
            Reason.NO_ROAD,
            Reason.NO_ROAD_TO_ADMITTING,
            Reason.ADMISSION_NOT_KNOWN,
            Reason.NO_ROAD_TO_KNOWN,
        ],
    )


def group_row(
    nearest: pd.DataFrame,
    admits: pd.Series,
    places: pd.Series,
    people: pd.Series,
    *,
    measure: str = "distance_km",
    most: pd.Series | None = None,
) -> dict[str, float | int | str]:
    """Summarise one group for the table of access by group.

    Both means are over the same people, those with a shelter in the high reading, or in the low
    one where the high has none, so that the low mean is never above the high.

    Parameters
    ----------
    nearest
        From `nearest_admitting`.
    admits, places
        Of each shelter.
    people
        Of each point: women, men or everybody, as fits the group.
    measure
        As given to `nearest_admitting`.
    most
        As for `places_for_group`.

    Returns
    -------
    dict
        `shelters_low` and `_high`, `places_low` and `_high` (low counts every unknown as a no),
        `people_without_low` and `_high` (low counts every unknown as a yes), `{measure}_low`
        and `_high` (means, missing without any shelter), `reason`.

    Raises
    ------
    CapacityError
        If indexes differ.
    """
    _check_alike(nearest.index.to_series(), people)
    low, high = nearest[f"{measure}_low"], nearest[f"{measure}_high"]
    reached = high.notna() if high.notna().any() else low.notna()
    weight = people.where(reached, 0).to_numpy(float)
    mean_low, mean_high = (_mean(values, weight) for values in (low, high))
    places_low, places_high = places_for_group(admits, places, most)
    whole_country = nearest["reason"].unique()
    return {
        "shelters_low": int(admits.fillna(False).sum()),
        "shelters_high": int(admits.fillna(True).sum()),
        "places_low": places_low,
        "places_high": places_high,
        "people_without_low": int(people[low.isna()].sum()),
        "people_without_high": int(people[high.isna()].sum()),
        f"{measure}_low": mean_low,
        f"{measure}_high": mean_high,
        "reason": whole_country[0] if len(whole_country) == 1 else "",
    }


def _mean(values: pd.Series, weight: NDArray[np.float64]) -> float:
    known = values.notna().to_numpy() & (weight > 0)
    if not known.any():
        return float("nan")
    return float(np.average(values.to_numpy()[known], weights=weight[known]))


def _check_alike(one: pd.Series, other: pd.Series) -> None:
    if not one.index.equals(other.index):
        raise CapacityError("the two are not given for the same rows")
