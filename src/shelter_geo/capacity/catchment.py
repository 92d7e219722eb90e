"""Who is near which shelter, and the places within reach of each point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason, choose

NONE: Final = -1
SLOW_DECAY: Final = (1.0, 0.68, 0.22)
"""Weights of three zones, near to far, where people travel readily (Luo and Qi 2009)."""
FAST_DECAY: Final = (1.0, 0.42, 0.09)
"""Weights of three zones where they do not (Luo and Qi 2009)."""


def nearest_catchments(cost: ArrayLike, *, then: ArrayLike | None = None) -> NDArray[np.int64]:
    """Index of each point's nearest shelter, or -1 where none can be reached.

    Parameters
    ----------
    cost
        Kilometres or minutes from point to shelter, shape (n, m), missing where unreachable.
    then
        A second cost that breaks ties, of the same shape; further ties go to the first shelter.

    Raises
    ------
    CapacityError
        If a cost is negative or infinite, or shapes differ.
    """
    first = _costs(cost)
    second = first if then is None else _costs(then)
    if first.shape != second.shape:
        raise CapacityError("the two costs differ in shape")
    if first.shape[1] == 0:
        return np.full(len(first), NONE, dtype=np.int64)
    # Missing costs sort last, and a stable sort leaves full ties in the order of the shelters.
    nearest = np.lexsort((second, first), axis=1)[:, 0]
    return np.where(np.isnan(first).all(axis=1), NONE, nearest).astype(np.int64)


def catchment_shares(
    cost: ArrayLike, places: ArrayLike, *, then: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Share of each point that turns to each shelter: all of it to the nearest.

    Shelters that tie in both costs, as those of one settlement do, share the point in proportion
    to their places, or evenly where they have none.

    Parameters
    ----------
    cost, then
        As for `nearest_catchments`.
    places
        Places of each shelter, shape (m,).

    Returns
    -------
    ndarray of shape (n, m)
        Rows sum to 1, or to 0 where no shelter can be reached.

    Raises
    ------
    CapacityError
        If a cost is negative or infinite, places are negative or missing, or shapes differ.
    """
    nearest = nearest_catchments(cost, then=then)
    first = _costs(cost)
    second = first if then is None else _costs(then)
    supply = np.asarray(places, dtype=np.float64)
    if supply.shape != first.shape[1:] or not (supply >= 0).all():
        raise CapacityError("give places of 0 or more for each shelter")
    shares = np.zeros(first.shape)
    row = np.flatnonzero(nearest != NONE)
    best = nearest[row]
    tied = first[row] == first[row, best][:, None]
    alike = second[row] == second[row, best][:, None]
    tied &= alike | np.isnan(second[row, best])[:, None]
    weight = tied * supply
    weight[weight.sum(axis=1) == 0] = tied[weight.sum(axis=1) == 0]
    shares[row] = weight / weight.sum(axis=1, keepdims=True)
    return shares


@dataclass(frozen=True, eq=False)
class Catchments:
    """Sums over the points that turn to each shelter.

    Attributes
    ----------
    by_shelter
        The summed columns by `shelter_id`, 0 where nobody turns to a shelter.
    unreached
        The same sums over the points that reach no shelter.
    """

    by_shelter: pd.DataFrame
    unreached: pd.Series


def catchment_sums(
    points: pd.DataFrame, shares: NDArray[np.float64], shelter_ids: Sequence[str]
) -> Catchments:
    """Sum people, women or stays over the catchment of each shelter.

    Parameters
    ----------
    points
        Numbers to sum, a row a point.
    shares
        From `catchment_shares`, shape (n, m).
    shelter_ids
        Shelters in the order of the columns of `shares`.

    Raises
    ------
    CapacityError
        If shapes do not fit.
    """
    if shares.shape != (len(points), len(shelter_ids)):
        raise CapacityError("shares must have a row a point and a column a shelter")
    values = points.to_numpy(float)
    return Catchments(
        pd.DataFrame(
            shares.T @ values,
            index=pd.Index(shelter_ids, name="shelter_id"),
            columns=points.columns,
        ),
        pd.Series(values[shares.sum(axis=1) == 0].sum(axis=0), index=points.columns),
    )


@dataclass(frozen=True, eq=False)
class FloatingCatchment:
    """Places within reach of each point, shared with all others in reach of them.

    Attributes
    ----------
    per_person : float64, shape (n,)
        Places a person; 0 with no shelter in reach, missing where nobody at all lives within
        reach of the shelters there.
    places_per_person_in_reach : float64, shape (m,)
        Places of each shelter over the (weighted) people in its reach; missing for nobody.
    """

    per_person: NDArray[np.float64]
    places_per_person_in_reach: NDArray[np.float64]


def floating_catchment(
    people: ArrayLike,
    places: ArrayLike,
    cost: ArrayLike,
    zones: Sequence[tuple[float, float]],
) -> FloatingCatchment:
    r"""Two-step floating catchment areas: plain with one zone, enhanced with several.

    .. math:: R_j = \frac{S_j}{\sum_k W(d_{kj}) P_k}, \qquad A_i = \sum_j W(d_{ij}) R_j

    Parameters
    ----------
    people
        People at each point, shape (n,).
    places
        Places of each shelter, shape (m,).
    cost
        Kilometres or minutes, shape (n, m), missing where unreachable.
    zones
        Limits with their weights, near to far; a limit belongs to its zone and beyond the last
        the weight is 0. One zone of weight 1 gives the 2SFCA, three with `SLOW_DECAY` or
        `FAST_DECAY` the E2SFCA.

    Raises
    ------
    CapacityError
        If shapes do not fit, a number is negative or not finite, or zones do not rise.

    References
    ----------
    W. Luo and F. Wang (2003), Measures of spatial accessibility to health care in a GIS
    environment. W. Luo and Y. Qi (2009), An enhanced two-step floating catchment area method.

    Examples
    --------
    Twelve places within an hour of two towns, and a village two hours away that has none in reach.

    >>> found = floating_catchment([20_000, 10_000, 500], [12], [[0], [45], [120]], [(60, 1.0)])
    >>> found.per_person * 10_000
    array([4., 4., 0.])
    """
    distance = _costs(cost)
    residents, supply = np.asarray(people, float), np.asarray(places, float)
    if distance.shape != (*residents.shape, *supply.shape):
        raise CapacityError("cost must have a row a point and a column a shelter")
    for values in (residents, supply):
        if not np.isfinite(values).all() or (values < 0).any():
            raise CapacityError("people and places must be numbers of 0 or more")
    weight = _zone_weights(distance, zones)
    asking = residents @ weight
    ratio = np.divide(supply, asking, out=np.full_like(supply, np.nan), where=asking > 0)
    per_person = weight @ np.nan_to_num(ratio)
    # Such a point has no people itself, or the shelter it reaches would have some in reach.
    in_reach = weight > 0
    lone = in_reach.any(axis=1) & ~(in_reach & (asking > 0)).any(axis=1)
    return FloatingCatchment(np.where(lone, np.nan, per_person), ratio)


def thirds(limit: float, weights: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Cut a reach into three equal zones with the given weights, near to far."""
    return [(limit * part / 3, weight) for part, weight in zip((1, 2, 3), weights, strict=True)]


def reach_table(
    people: pd.Series,
    places: pd.Series,
    cost: ArrayLike,
    *,
    limit: float,
    weights: tuple[float, float, float] | None = None,
) -> pd.DataFrame:
    """Places per 10,000 people within reach of each point.

    Parameters
    ----------
    people
        People at each point.
    places
        Places of each shelter.
    cost
        Kilometres or minutes, shape (n, m), missing where unreachable.
    limit
        Reach, in the unit of the cost.
    weights
        Three weights for thirds of the reach (E2SFCA); none counts all places in reach alike.

    Returns
    -------
    DataFrame
        Indexed as `people`: `places_in_reach` (shared with nobody), `places_per_10000` (shared
        with all in reach of them) and `reason` (why it is 0 or missing, or empty).

    Raises
    ------
    CapacityError
        As for `floating_catchment`.
    """
    zones = [(limit, 1.0)] if weights is None else thirds(limit, weights)
    found = floating_catchment(people.to_numpy(), places.to_numpy(), cost, zones)
    distance = _costs(cost)
    inside = distance <= limit
    per_10000 = found.per_person * 10_000
    none = np.full(len(people), places.empty)
    reason = choose(
        [none, np.isnan(distance).all(axis=1), ~inside.any(axis=1), np.isnan(per_10000)],
        [
            Reason.NO_FACILITY,
            Reason.NO_ROAD,
            Reason.NO_SHELTER_WITHIN_REACH,
            Reason.NOBODY_WITHIN_REACH,
        ],
    )
    return pd.DataFrame(
        {
            "places_in_reach": inside @ places.to_numpy(),
            "places_per_10000": per_10000,
            "reason": reason,
        },
        index=people.index,
    )


def _costs(cost: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(cost, dtype=np.float64)
    if values.ndim != 2:
        raise CapacityError("costs must be a matrix, a row a point and a column a shelter")
    if np.isinf(values).any() or (values < 0).any():
        raise CapacityError("costs must be 0 or more, and missing where unreachable")
    return values


def _zone_weights(
    cost: NDArray[np.float64], zones: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    limits = [limit for limit, _ in zones]
    if not zones or limits != sorted(set(limits)) or limits[0] < 0:
        raise CapacityError("zones need limits of 0 or more that rise")
    if not all(0 <= weight <= 1 for _, weight in zones):
        raise CapacityError("zone weights must lie between 0 and 1")
    steps = np.append([weight for _, weight in zones], 0.0)
    beyond = np.where(np.isnan(cost), np.inf, cost)
    return np.asarray(steps[np.searchsorted(limits, beyond, side="left")])
