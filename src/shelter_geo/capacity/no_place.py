"""Who finds no place where shelters hand over: at one other, or anywhere within reach by road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from shelter_geo.capacity.demand import STAYS
from shelter_geo.capacity.erlang import erlang_b
from shelter_geo.capacity.estimates import CORNERS, Estimate
from shelter_geo.capacity.overflow import (
    MAX_STATES,
    NOWHERE,
    overflow,
    refuse_bad_shapes,
    two_shelters,
)
from shelter_geo.capacity.turnaway import DAYS
from shelter_geo.errors import CapacityError

NORMAL_95: Final = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % above it."""


def pools(reached: ArrayLike, places: ArrayLike, stays: pd.DataFrame) -> pd.DataFrame:
    """Put together the houses that roads join, and the people who reach any of them.

    Parameters
    ----------
    reached
        Whether a road leads from each point to each house, shape (points, houses).
    places
        Places of each house, shape (houses,).
    stays
        `stays_low`, `stays_central`, `stays_high` asked for at each point in a year.

    Returns
    -------
    DataFrame
        A row a pool: `places` and the stays; points that reach no house share a pool of 0 places.

    Raises
    ------
    CapacityError
        If shapes do not fit, or places are negative or missing.
    """
    ways = np.asarray(reached, dtype=bool)
    seats = np.asarray(places, dtype=np.float64)
    if ways.shape != (len(stays), len(seats)):
        raise CapacityError("there must be a row of roads a point and a column a house")
    if not (seats >= 0).all():
        raise CapacityError("places must be numbers of 0 or more")
    of_house, of_point = pool_of(ways)
    size = int(of_house.max(initial=0)) + 1
    table = {"places": np.bincount(of_house, weights=seats, minlength=size)}
    for name in STAYS:
        asked = stays[name].to_numpy(float)
        table[name] = np.bincount(of_point, weights=asked, minlength=size)
    return pd.DataFrame(table)


def pool_of(reached: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say in which row of `pools` each house and each point is.

    Parameters
    ----------
    reached
        Whether a road leads from each point to each house, shape (points, houses).

    Returns
    -------
    houses, points
        Rows; a point that reaches no house is in row 0.

    Raises
    ------
    CapacityError
        If the roads are no table.
    """
    ways = np.asarray(reached, dtype=bool)
    if ways.ndim != 2:
        raise CapacityError("there must be a row of roads a point and a column a house")
    if not ways.shape[1]:
        return np.empty(0, dtype=np.int64), np.zeros(len(ways), dtype=np.int64)
    # Houses are joined where any point has a road to both.
    together = csr_array(ways.T.astype(np.int32) @ ways.astype(np.int32))
    _, labels = connected_components(together, directed=False)
    of_house = labels.astype(np.int64) + 1
    return of_house, np.where(ways.any(axis=1), of_house[ways.argmax(axis=1)], 0)


def no_place_anywhere(
    pooled: pd.DataFrame, *, stay_days: Estimate, persons_per_place: Estimate
) -> Mapping[str, float]:
    """Count the stays that find no place in any house of their pool (Erlang's loss formula).

    Each pool is taken as one large house, so the count is the fewest that these places allow. It
    never rises when a house opens or grows, and never falls when one closes.

    Parameters
    ----------
    pooled
        From `pools`.
    stay_days
        Mean length of a stay in days.
    persons_per_place
        Published places that one family takes, above 0.

    Returns
    -------
    mapping
        `no_place` (share of all stays, 0 where none is asked for), `no_place_per_year` and
        `stays`, each with `_low`, `_central` and `_high`.

    Raises
    ------
    CapacityError
        If persons per place are not above 0.
    """
    if persons_per_place.low <= 0:
        raise CapacityError("persons per place must be above 0")
    found: dict[str, float] = {}
    readings = zip(CORNERS, stay_days.corners, persons_per_place.corners, strict=True)
    for corner, days, persons in readings:
        asked = pooled[f"stays_{corner}"].to_numpy(float)
        lost = float(asked @ refused(pooled["places"].to_numpy(float), asked, days, persons))
        whole = float(asked.sum())
        found[f"stays_{corner}"] = whole
        found[f"no_place_per_year_{corner}"] = lost
        found[f"no_place_{corner}"] = lost / whole if whole > 0 else 0.0
    return found


def refused(
    places: NDArray[np.float64],
    stays: NDArray[np.float64],
    days: float | NDArray[np.float64],
    persons: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Share of the stays of each pool that find it full; all where stays meet no place."""
    # A hair of slack: 25 / 2.5 must make 10 family places whatever the rounding.
    offered = stays * days / DAYS
    return np.where(stays > 0, erlang_b(np.floor(places / persons + 1e-9), offered), 0.0)


@dataclass(frozen=True)
class MeasuredShare:
    """A share counted among so many people, with Wilson's 95 % interval.

    Attributes
    ----------
    value, low, high
        The share and the ends of its interval, 0 to 1.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, share: float, people: int) -> MeasuredShare:
        """Take a share among so many people.

        Parameters
        ----------
        share
            From 0 to 1.
        people
            Those who were asked, 1 or more.

        Raises
        ------
        CapacityError
            If one is out of its bounds.

        References
        ----------
        E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference.
        """
        if not 0 <= share <= 1 or people < 1:
            raise CapacityError("a measured share lies from 0 to 1, among 1 person or more")
        z2 = NORMAL_95**2
        centre = (share + z2 / (2 * people)) / (1 + z2 / people)
        spread = sqrt(share * (1 - share) / people + z2 / (4 * people**2)) * NORMAL_95
        half = spread / (1 + z2 / people)
        return cls(share, max(centre - half, 0.0), min(centre + half, 1.0))


CLOSE: Final = 1e-12
"""Change of a load, as a part of the largest, at which the loads count as settled."""
MOST_ROUNDS: Final = 10_000


@dataclass(frozen=True, eq=False)
class Helped:
    """What becomes of those who first ask at each shelter.

    Attributes
    ----------
    refused_first : float64, shape (n,)
        Share of each shelter's own who find it full.
    helped : float64, shape (n,)
        Share of each shelter's own who then find a place at the next.
    lost : float64, shape (n,)
        Share of each shelter's own who find a place at neither.
    exact : bool
        Whether the chain was solved exactly, else it was approximated.
    """

    refused_first: NDArray[np.float64]
    helped: NDArray[np.float64]
    lost: NDArray[np.float64]
    exact: bool


def help_once(places: ArrayLike, offered: ArrayLike, next_shelter: ArrayLike) -> Helped:
    """Send those who find a shelter full to one other shelter, once.

    Two shelters are solved exactly (`two_shelters`), stays taken as exponential. More are
    approximated: what a shelter cannot take has Riordan's variance, its own part of that is taken
    out at random, streams that meet are taken as independent, Hayward's formula gives how often
    a shelter is full and Wallström's splitting for which of its streams. The loads are repeated
    until they settle, so shelters may help each other in circles. Against the exact two, of 3 to
    150 places at 0.3 to 3 times their load, the share lost in all is at most 0.013 off, that lost
    of one shelter's own 0.06, and that refused at first 0.26 (typically 0.002, 0.009 and 0.02).

    Parameters
    ----------
    places
        Places of each shelter, shape (n,), whole numbers.
    offered
        Load that first asks at each (erlangs), shape (n,).
    next_shelter
        Index of the shelter that each sends to, -1 for none, shape (n,).

    Raises
    ------
    CapacityError
        If shapes or values are wrong, or a shelter sends to itself.

    References
    ----------
    A. A. Fredericks (1980), Congestion in blocking systems: a simple approximation technique.
    V. B. Iversen, Teletraffic Engineering and Network Planning (Wallström's splitting).
    """
    seats = np.asarray(places, dtype=np.float64)
    own = np.asarray(offered, dtype=np.float64)
    after = np.asarray(next_shelter, dtype=np.int64)
    _refuse(seats, own, after)
    if len(seats) == 2 and (after != NOWHERE).any() and np.prod(seats + 1) <= MAX_STATES:
        return _exactly(seats, own, after)
    refused, met = _settled(seats, own, after)
    return Helped(refused, refused * (1 - met), refused * met, exact=not (after != NOWHERE).any())


def _refuse(seats: NDArray[np.float64], own: NDArray[np.float64], after: NDArray[np.int64]) -> None:
    refuse_bad_shapes(seats, own, after)
    if not all(np.isfinite(values).all() and (values >= 0).all() for values in (seats, own)):
        raise CapacityError("places and offered load must be numbers of 0 or more")
    if (seats % 1 != 0).any():
        raise CapacityError("places must be whole numbers")
    if (after == np.arange(len(after))).any():
        raise CapacityError("a shelter cannot be its own next shelter")


def _exactly(
    seats: NDArray[np.float64], own: NDArray[np.float64], after: NDArray[np.int64]
) -> Helped:
    """Solve two shelters, whichever of them sends to the other."""
    both = bool((after != NOWHERE).all())
    order = [0, 1] if after[0] != NOWHERE else [1, 0]
    first, second = order
    found = two_shelters(
        (int(seats[first]), int(seats[second])), (own[first], own[second]), both_ways=both
    )
    # In the order of the two: position p of the chain is shelter order[p].
    back = np.argsort(order)
    helped, lost = np.array(found.handed_over)[back], np.array(found.turned_away)[back]
    return Helped(helped + lost, helped, lost, exact=True)


def _settled(
    seats: NDArray[np.float64], own: NDArray[np.float64], after: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Repeat the loads at each shelter until they settle.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Share of a shelter's own who find it full, and of these who find the next one full too.
    """
    sends = np.flatnonzero(after != NOWHERE)
    mean, variance = own.copy(), own.copy()
    for _ in range(MOST_ROUNDS):
        full, lost_mean, lost_variance = overflow(seats, mean, variance)
        spread = _over(variance, mean)
        refused = _share_refused(full, 1.0, spread)
        sent = own * refused
        peaked = 1 + _over(sent, lost_mean) * (_over(lost_variance, lost_mean) - 1)
        arriving, bunched = own.copy(), own.copy()
        np.add.at(arriving, after[sends], sent[sends])
        np.add.at(bunched, after[sends], (sent * peaked)[sends])
        step = np.abs(arriving - mean).max(initial=0.0)
        # Halfway only, for two shelters that fill each other in turn would swing for ever.
        mean, variance = (mean + arriving) / 2, (variance + bunched) / 2
        if step <= CLOSE * max(1.0, own.max(initial=0.0)):
            break
    met = _share_refused(full[after], peaked, spread[after])
    return refused, np.where(after == NOWHERE, 1.0, met)


def _share_refused(
    full: NDArray[np.float64], peaked: NDArray[np.float64] | float, spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Split what a shelter refuses among streams: the more bunched, the more of it is refused."""
    likely: NDArray[np.float64] = full * ((1 - full) * peaked / spread + full)
    return np.minimum(1.0, likely)


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.ones_like(whole), where=whole > 0)
