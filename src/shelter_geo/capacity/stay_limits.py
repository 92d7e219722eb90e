"""The end of a stay: how long stays are under a limit, and who leaves there without a home."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc

from shelter_geo.capacity.demand import STAYS
from shelter_geo.capacity.erlang import erlang_b, places_for
from shelter_geo.capacity.estimates import CORNERS, Estimate
from shelter_geo.capacity.no_place import refused
from shelter_geo.capacity.turnaway import DAYS
from shelter_geo.errors import CapacityError

MONTH: Final = DAYS / 12
"""Days of a month of a limit."""
NO_LIMIT: Final = math.inf


@dataclass(frozen=True)
class LimitedStay:
    """Stays that nobody may extend beyond a limit.

    Attributes
    ----------
    mean_days
        Mean length of such a stay.
    at_limit
        Share of the stays that would have gone on, and end at the limit instead, 0 to 1.
    """

    mean_days: float
    at_limit: float


def limited_stay(mean_days: float, spread: float, limit_days: float) -> LimitedStay:
    r"""Cut stays of a gamma distribution off at a limit; exact.

    With mean :math:`m`, coefficient of variation :math:`v`, :math:`k = v^{-2}` and
    :math:`x = k L / m`, and the regularised incomplete gamma functions :math:`P` and :math:`Q`,

    .. math:: E[\min(S, L)] = m P(k + 1, x) + L Q(k, x), \qquad \Pr(S > L) = Q(k, x)

    Parameters
    ----------
    mean_days
        Mean length of a stay if there were no limit, 0 or more.
    spread
        Standard deviation of those lengths over their mean: 0 where all are alike, 1 where they
        end at random (exponential), above 1 where many short stand beside a few very long ones.
    limit_days
        Longest stay allowed, above 0; infinite for none.

    Raises
    ------
    CapacityError
        If the mean or the spread is negative or not finite, or the limit is not above 0.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.2 and 8.8 (incomplete gamma functions).

    Examples
    --------
    Stays that end at random after 60 days on average, cut off at 60 days: 37 in 100 reach the
    limit.

    >>> found = limited_stay(60, 1, 60)
    >>> round(found.mean_days, 2), round(found.at_limit, 4)
    (37.93, 0.3679)
    """
    if not (0 <= mean_days < math.inf and 0 <= spread < math.inf):
        raise CapacityError("the mean of the stays and their spread must be finite, 0 or more")
    if not limit_days > 0:
        raise CapacityError("the longest stay allowed must be above 0 days")
    if mean_days == 0 or math.isinf(limit_days):
        return LimitedStay(mean_days, 0.0)
    if spread == 0:
        return LimitedStay(min(mean_days, limit_days), float(mean_days > limit_days))
    shape = spread**-2
    scaled = shape * limit_days / mean_days
    beyond = float(gammaincc(shape, scaled))
    return LimitedStay(mean_days * float(gammainc(shape + 1, scaled)) + limit_days * beyond, beyond)


@dataclass(frozen=True, eq=False)
class LimitedSystem:
    """Shelters under limits of the stay: who asks, for how long, and for what places.

    Attributes
    ----------
    pooled
        From `no_place.pools`: houses that roads join count as one.
    stays
        `stays_low`, `stays_central`, `stays_high` asked for at each shelter in a year, for the
        places that each needs.
    stay_days
        Mean length of a stay, in days, if there were no limit.
    spread
        Coefficient of variation of these lengths.
    persons_per_place
        Published places that one family takes, above 0.
    target
        Turn-away probability that the places needed meet.

    Raises
    ------
    CapacityError
        If persons per place are not above 0.
    """

    pooled: pd.DataFrame
    stays: pd.DataFrame
    stay_days: Estimate
    spread: Estimate
    persons_per_place: Estimate
    target: float

    def __post_init__(self) -> None:
        if self.persons_per_place.low <= 0:
            raise CapacityError("persons per place must be above 0")

    def under(self, limit_days: float) -> Mapping[str, float]:
        """Compute one limit.

        A family that leaves at the limit is one that would have stayed on. Low and high are the
        least and the most over the low, central and high ends of every input, central takes the
        central ones.

        Parameters
        ----------
        limit_days
            Longest stay allowed, above 0; infinite for none.

        Returns
        -------
        mapping
            Each with `_low`, `_central` and `_high`: `mean_stay` (days), `at_limit` (share of the
            stays), `places_needed` (published places, each shelter by itself), and families a
            year, with today's places, `no_place_per_year`, `leave_at_limit` and
            `no_place_or_home` (both together); `leave_if_enough` is those who leave if there were
            the places needed.

        Raises
        ------
        CapacityError
            If the limit is not above 0.
        """
        cut = {
            (days, spread): limited_stay(days, spread, limit_days)
            for days in self.stay_days.corners
            for spread in self.spread.corners
        }
        opposite = dict(zip(CORNERS, reversed(self.spread.corners), strict=True))
        means = [
            cut[days, opposite[corner]].mean_days
            for corner, days in zip(CORNERS, self.stay_days.corners, strict=True)
        ]
        needed, enough = self._needed(means)
        found = dict(zip(_names("mean_stay"), means, strict=True))
        found |= dict(zip(_names("places_needed"), needed, strict=True))
        middle = cut[self.stay_days.central, self.spread.central]
        found |= _ends("at_limit", [part.at_limit for part in cut.values()], middle.at_limit)
        return found | self._families(cut) | self._if_enough(cut, enough)

    def _needed(self, means: Sequence[float]) -> tuple[list[float], list[float]]:
        """Places needed at each corner, and the share that is then taken in."""
        needed, taken = [], []
        readings = zip(STAYS, means, self.persons_per_place.corners, strict=True)
        for name, days, persons in readings:
            asked = self.stays[name].to_numpy(float)
            offered = asked * days / DAYS
            places = places_for(offered, self.target)
            # As for turn-away: 4 family places of 2.5 must make 10 whatever the rounding.
            needed.append(float(np.ceil(places * persons - 1e-9).sum()))
            lost = float(asked @ np.where(offered > 0, erlang_b(places, offered), 0.0))
            taken.append(1 - lost / asked.sum() if asked.sum() > 0 else 1.0)
        return needed, taken

    def by_area(self, limit_days: float, parts: NDArray[np.float64]) -> pd.DataFrame:
        """Count the families of areas who find no place, and those who leave at one limit.

        Parameters
        ----------
        limit_days
            Longest stay allowed, above 0; infinite for none.
        parts
            Share of the stays of each pool that are asked for from each area, shape (areas,
            pools).

        Returns
        -------
        DataFrame
            A row an area; `no_place_per_year`, `leave_at_limit` and `no_place_or_home` as in
            `under`. The central ones of areas that share out every pool sum to those of `under`.

        Raises
        ------
        CapacityError
            If the limit is not above 0, or there is not a column for each pool.
        """
        if parts.ndim != 2 or parts.shape[1] != len(self.pooled):
            raise CapacityError("there must be a row of shares an area and a column a pool")
        cut = {
            (days, spread): limited_stay(days, spread, limit_days)
            for days in self.stay_days.corners
            for spread in self.spread.corners
        }
        counted = self._counted(cut, parts)
        middle = len(counted["no_place_per_year"]) // 2
        columns = {
            f"{name}_{corner}": values
            for name, each in counted.items()
            for corner, values in zip(
                CORNERS, (each.min(axis=0), each[middle], each.max(axis=0)), strict=True
            )
        }
        return pd.DataFrame(columns)

    def _families(self, cut: Mapping[tuple[float, float], LimitedStay]) -> dict[str, float]:
        """Families without a place, and those who leave, over all ends of the inputs."""
        found: dict[str, float] = {}
        for name, counts in self._counted(cut, np.ones((1, len(self.pooled)))).items():
            values = counts[:, 0]
            found |= _ends(name, values.tolist(), float(values[len(values) // 2]))
        return found

    def _counted(
        self, cut: Mapping[tuple[float, float], LimitedStay], parts: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        """Count families a year: a row for each reading of the inputs, a column an area.

        The middle of three ends each is the middle of all readings.
        """
        readings = [
            *product(
                STAYS, self.stay_days.corners, self.spread.corners, self.persons_per_place.corners
            )
        ]
        asked = np.array([self.pooled[name].to_numpy(float) for name, *_ in readings])
        cuts = [cut[days, spread] for _, days, spread, _ in readings]
        mean = np.array([[part.mean_days] for part in cuts])
        persons = np.array([[reading[-1]] for reading in readings])
        full = refused(self.pooled["places"].to_numpy(float), asked, mean, persons)
        lost = (asked * full) @ parts.T
        left = (asked @ parts.T - lost) * np.array([[part.at_limit] for part in cuts])
        return {"no_place_per_year": lost, "leave_at_limit": left, "no_place_or_home": lost + left}

    def _if_enough(
        self, cut: Mapping[tuple[float, float], LimitedStay], taken: Sequence[float]
    ) -> dict[str, float]:
        """Families who leave at the limit where places meet the target."""
        shares = [part.at_limit for part in cut.values()]
        middle = cut[self.stay_days.central, self.spread.central].at_limit
        ends = (min(shares), middle, max(shares))
        found = {}
        for corner, name, share, part in zip(CORNERS, STAYS, ends, taken, strict=True):
            found[f"leave_if_enough_{corner}"] = float(self.stays[name].sum()) * part * share
        return found


def _names(stem: str) -> list[str]:
    return [f"{stem}_{corner}" for corner in CORNERS]


def _ends(stem: str, values: Sequence[float], central: float) -> dict[str, float]:
    return dict(zip(_names(stem), (min(values), central, max(values)), strict=True))


def limits_table(system: LimitedSystem, months: Sequence[float]) -> pd.DataFrame:
    """Compute each limit of the stay, and none.

    Parameters
    ----------
    system
        The shelters and who asks.
    months
        Longest stays allowed, each above 0.

    Returns
    -------
    DataFrame
        A row a limit, rising, then one without any: `limit_months` (missing for none),
        `limit_days` and what `LimitedSystem.under` gives.

    Raises
    ------
    CapacityError
        If a limit is not above 0.
    """
    limits = [*sorted(set(months)), NO_LIMIT]
    rows = []
    for limit in limits:
        written = np.nan if math.isinf(limit) else limit
        days = limit * MONTH
        rows.append({"limit_months": written, "limit_days": written * MONTH, **system.under(days)})
    return pd.DataFrame(rows)
