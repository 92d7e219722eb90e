"""Stays that find no place anywhere within reach by road, all houses handing over to all."""

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
    count = len(seats)
    of_house, of_point = np.empty(0, dtype=np.int64), np.zeros(len(stays), dtype=np.int64)
    if count:
        # Houses are joined where any point has a road to both.
        together = csr_array(ways.T.astype(np.int32) @ ways.astype(np.int32))
        _, labels = connected_components(together, directed=False)
        of_house = labels.astype(np.int64) + 1
        of_point = np.where(ways.any(axis=1), of_house[ways.argmax(axis=1)], 0)
    size = int(of_house.max(initial=0)) + 1
    table = {"places": np.bincount(of_house, weights=seats, minlength=size)}
    for name in STAYS:
        asked = stays[name].to_numpy(float)
        table[name] = np.bincount(of_point, weights=asked, minlength=size)
    return pd.DataFrame(table)


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
    places: NDArray[np.float64], stays: NDArray[np.float64], days: float, persons: float
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
