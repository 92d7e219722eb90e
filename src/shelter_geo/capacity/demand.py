"""Stays asked for in a year: a base of cases, what stays hidden, and who needs a shelter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shelter_geo.capacity.estimates import CORNERS, Estimate, product, within
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence, Reason, choose

if TYPE_CHECKING:
    from shelter_geo.capacity.suppression import PublishedCounts

STAYS = [f"stays_{corner}" for corner in CORNERS]


@dataclass(frozen=True, eq=False)
class Demand:
    """Stays asked for in a year; a stay is one woman with the children she brings.

    Attributes
    ----------
    total
        Over all districts.
    by_district
        Indexed by `district_id`: `stays_low`, `stays_central`, `stays_high`, `basis` (what the
        district's part rests on) and `reason` (why nobody asks, or empty).
    inputs
        What went in, published, recalled or assumed: base, multiple, share, and the cases on
        record where they are a floor.
    """

    total: Estimate
    by_district: pd.DataFrame
    inputs: tuple[Estimate, ...]

    def stays(self, values: Mapping[str, float]) -> float:
        """Stays a year with other values of the inputs, by their ids."""
        base, times, share, *recorded = (values[estimate.id] for estimate in self.inputs)
        return max(base * times, *recorded) * share if recorded else base * times * share


def annual_stays(
    base: Estimate,
    under_reporting: Estimate,
    share_needing: Estimate,
    recorded: Estimate | None = None,
) -> Estimate:
    """Multiply out the stays asked for in a year.

    Parameters
    ----------
    base
        Registered cases, complaints or appeals a year.
    under_reporting
        Cases there are for each one counted in the base, 1 or more.
    share_needing
        Share of them who need a shelter, 0 to 1.
    recorded
        Cases on record somewhere, which the true number cannot be below.

    Raises
    ------
    CapacityError
        If a factor is out of its bounds.
    """
    factors = (base, within(under_reporting, 1, math.inf))
    share = within(share_needing, 0, 1)
    if recorded is None:
        return product("annual_stays", "stays a year", (*factors, share))
    cases = product("true_cases", "cases a year", factors)
    pairs = zip(cases.corners, recorded.corners, strict=True)
    low, central, high = (max(pair) for pair in pairs)
    source = f"{cases.source}, at least {recorded.id}"
    true = replace(cases, low=low, central=central, high=high, source=source)
    return product("annual_stays", "stays a year", (true, share))


def demand_by_weight(
    base: Estimate,
    under_reporting: Estimate,
    share_needing: Estimate,
    weight: pd.Series,
    *,
    basis: str = "women",
    recorded: Estimate | None = None,
) -> Demand:
    """Spread a country's stays over its districts in proportion to a weight.

    Parameters
    ----------
    base, under_reporting, share_needing, recorded
        As for `annual_stays`.
    weight
        By `district_id`, such as the women who live there.
    basis
        What the weight counts, for the tables.

    Raises
    ------
    CapacityError
        If a factor is out of its bounds, a weight is negative or missing, a district stands
        twice, or there are stays and no weight at all.
    """
    total = annual_stays(base, under_reporting, share_needing, recorded)
    share = _shares(weight, anybody=total.high > 0)
    table = _table(share.to_numpy(), total.corners, weight.index)
    table["basis"] = basis
    nobody = np.full(len(share), total.high == 0)
    table["reason"] = choose([nobody, ~(share > 0)], [Reason.NO_CASES, Reason.NO_WEIGHT_HERE])
    known = (base, under_reporting, share_needing)
    floor = () if recorded is None else (recorded,)
    return Demand(total, table.sort_index(), (*known, *floor))


def demand_by_cases(
    cases: PublishedCounts,
    weight: pd.Series,
    under_reporting: Estimate,
    share_needing: Estimate,
    *,
    evidence: Evidence,
    source: str,
) -> Demand:
    """Take each district's stays from a table of cases that is already safe to publish.

    Only published counts and sums go in. A hidden count is replaced by its part, by weight, of
    what the published sums leave, so no result that is computed from here holds more about it
    than the published table does.

    Parameters
    ----------
    cases
        Cases a year by district, small counts suppressed.
    weight
        By `district_id`, to share out what is left for hidden counts.
    under_reporting, share_needing
        As for `annual_stays`.
    evidence, source
        How the cases are known, and who counted them.

    Raises
    ------
    CapacityError
        If a factor is out of its bounds, or a weight is negative or missing.
    """
    counts = cases.estimate(weight)
    known = float(counts.sum())
    base = Estimate("cases", known, known, known, "cases a year", evidence, source)
    total = annual_stays(base, under_reporting, share_needing)
    table = _table(counts.to_numpy() / (known or 1.0), total.corners, counts.index)
    hidden = cases.counts.isna().to_numpy()
    table["basis"] = np.where(hidden, "what published sums leave", "cases")
    table["reason"] = choose([~(counts.to_numpy() > 0)], [Reason.NO_CASES_HERE])
    return Demand(total, table, (base, under_reporting, share_needing))


def share_out(demand: pd.DataFrame, district: pd.Series, weight: pd.Series) -> pd.DataFrame:
    """Share each district's stays out over its settlements in proportion to a weight.

    Parameters
    ----------
    demand
        `by_district` of a `Demand`.
    district
        `district_id` of each settlement, by `settlement_id`.
    weight
        Of each settlement, indexed alike, such as its women. A district whose settlements weigh
        nothing is shared out evenly.

    Returns
    -------
    DataFrame
        `stays_low`, `stays_central`, `stays_high`, indexed as `district`.

    Raises
    ------
    CapacityError
        If indexes differ, a weight is negative or missing, or a district with stays has no
        settlement.
    """
    _check_weight(weight)
    if not district.index.equals(weight.index):
        raise CapacityError("districts and weights are not given for the same settlements")
    asking = demand.index[demand["stays_high"] > 0]
    bare = sorted(set(asking) - set(district))
    if bare:
        raise CapacityError(f"stays but no settlement in {', '.join(bare)}")
    heavy = weight.groupby(district.to_numpy()).transform("sum") > 0
    even = weight.where(heavy, 1.0).astype(float)
    share = even / even.groupby(district.to_numpy()).transform("sum")
    stays = demand.reindex(district.to_numpy())[STAYS].fillna(0.0).to_numpy()
    return pd.DataFrame(stays * share.to_numpy()[:, None], index=district.index, columns=STAYS)


def _table(
    share: np.ndarray, total: tuple[float, float, float], index: pd.Index[str]
) -> pd.DataFrame:
    return pd.DataFrame(
        np.outer(share, total), index=index.rename("district_id"), columns=list(STAYS)
    )


def _shares(weight: pd.Series, *, anybody: bool) -> pd.Series:
    _check_weight(weight)
    whole = float(weight.sum())
    if whole == 0 and anybody:
        raise CapacityError("there are stays to spread, but every district weighs nothing")
    return weight / (whole or 1.0)


def _check_weight(weight: pd.Series) -> None:
    if weight.isna().any() or (weight < 0).any():
        raise CapacityError("every weight must be a number of 0 or more")
    if weight.index.has_duplicates:
        twice = sorted(set(weight.index[weight.index.duplicated()]))
        raise CapacityError(f"weights stand twice for {', '.join(map(str, twice))}")
