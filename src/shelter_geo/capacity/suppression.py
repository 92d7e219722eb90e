"""Small counts left out of a table, with enough others that no sum gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from shelter_geo.errors import CapacityError, PrivacyError

UNLIMITED: Final = 1e6
"""Counts are searched up to here; what reaches it has no upper end."""
PASSES: Final = 1000
"""Rounds of fitting hidden counts to crossing sums; nested ones need one or two."""


@dataclass(frozen=True, eq=False)
class PublishedCounts:
    """Counts by district and their sums as anybody may see them; missing is hidden.

    Small counts and those hidden to cover them look alike. True values are not kept.

    Attributes
    ----------
    counts
        By `district_id`, whole numbers.
    sums
        By name, whole numbers.
    members : bool, shape (sums, districts)
        Districts in each sum.
    threshold
        Counts below this are hidden.
    width
        Smallest width of the interval that a reader can pin a hidden number down to.
    """

    counts: pd.Series
    sums: pd.Series
    members: NDArray[np.bool_]
    threshold: int
    width: int

    def estimate(self, weight: pd.Series) -> pd.Series:
        """Fill hidden counts with what the published sums leave, shared out by weight.

        Starts from the weights and fits them to each published sum in turn (iterative
        proportional fitting). Where no published sum holds a hidden count it is taken as half of
        the threshold. Only what is published goes in.

        Parameters
        ----------
        weight
            By `district_id`, such as women; 0 or more.

        Raises
        ------
        CapacityError
            If a weight is negative or missing.
        """
        given = weight.reindex(self.counts.index)
        if given.isna().any() or (given < 0).any():
            raise CapacityError("every district needs a weight of 0 or more")
        hidden = self.counts.isna().to_numpy()
        known = self.counts.fillna(0).to_numpy(float)
        usable = self.sums.notna().to_numpy() & (self.members & hidden).any(axis=1)
        left = self.sums.fillna(0).to_numpy(float) - self.members @ known
        guess = np.where(hidden, np.maximum(given.to_numpy(float), 1.0), 0.0)
        guess[hidden & ~self.members[usable].any(axis=0)] = self.threshold / 2
        for _ in range(PASSES):
            before = guess.copy()
            for row in np.flatnonzero(usable):
                part = self.members[row] & hidden
                whole = guess[part].sum()
                guess[part] *= left[row] / whole if whole > 0 else 0.0
            if np.abs(guess - before).max(initial=0.0) < 1e-9:
                break
        return pd.Series(known + guess, index=self.counts.index)


def publish_counts(
    counts: pd.Series,
    sums: Mapping[str, Sequence[str]],
    *,
    threshold: int = 5,
    width: int | None = None,
) -> PublishedCounts:
    """Hide small counts, and the fewest others that keep every hidden one uncertain.

    Every district count and every sum below the threshold is hidden, zeros too. One hidden cell
    at a time, a small integer program then finds the cells of least total count whose hiding
    lets that cell take two values `width` apart under everything still published; cells hidden
    on the way are protected in the same manner, so each hidden district and each hidden sum ends
    up with an interval at least `width` wide. Ties go to the first id.

    The reader is taken to know the published table, the sums, and that counts are whole and not
    negative. What a reader knows besides is not covered: single cases, say, or a hash of the
    true file, against which guesses could be tried.

    Parameters
    ----------
    counts
        True counts by `district_id`, whole numbers.
    sums
        Districts in each sum that will be published, by its name.
    threshold
        Counts below this are hidden.
    width
        See above; the threshold if none.

    Raises
    ------
    CapacityError
        If counts are not whole numbers of 0 or more, a district stands twice, a sum is empty or
        names an unknown district, or threshold or width are below 1.
    """
    ordered = _checked(counts)
    apart = threshold if width is None else width
    if threshold < 1 or apart < 1:
        raise CapacityError("threshold and width must be 1 or more")
    members = _membership(ordered.index, sums)
    true = ordered.to_numpy(np.int64)
    hide = _cover(true, members, threshold, apart)
    # Zeroed first: a masked array keeps what lies under its mask, and a file may carry it on.
    cells = pd.array(np.where(hide, 0, np.concatenate([true, members @ true])), dtype="Int64")
    cells[hide] = pd.NA
    return PublishedCounts(
        counts=pd.Series(cells[: len(true)], index=ordered.index, name="cases"),
        sums=pd.Series(cells[len(true) :], index=sorted(sums), name="cases"),
        members=members,
        threshold=threshold,
        width=apart,
    )


def _checked(counts: pd.Series) -> pd.Series:
    if counts.index.has_duplicates:
        twice = sorted(set(counts.index[counts.index.duplicated()]))
        raise CapacityError(f"cases stand twice for {', '.join(twice)}")
    numbers = pd.to_numeric(counts, errors="coerce")
    bad = counts.index[numbers.isna() | (numbers < 0) | (numbers % 1 != 0)]
    if len(bad):
        raise CapacityError(
            f"cases must be whole numbers of 0 or more, also for {', '.join(sorted(bad))}. "
            "Write 0 where there was none."
        )
    return numbers.astype("int64").sort_index()


def _membership(index: pd.Index[str], sums: Mapping[str, Sequence[str]]) -> NDArray[np.bool_]:
    rows = []
    for name in sorted(sums):
        strange = sorted(set(sums[name]) - set(index))
        if strange:
            raise CapacityError(f"the sum {name} names no known district: {', '.join(strange)}")
        if not len(sums[name]):
            raise CapacityError(f"the sum {name} holds no district")
        rows.append(index.isin(list(sums[name])))
    return np.array(rows, dtype=bool).reshape(len(sums), len(index))


def _cover(
    true: NDArray[np.int64], members: NDArray[np.bool_], threshold: int, width: int
) -> NDArray[np.bool_]:
    """Choose the cells to hide: districts first, then sums."""
    cells = np.concatenate([true, members @ true])
    hide = cells < threshold
    done: set[int] = set()
    while todo := sorted(set(np.flatnonzero(hide).tolist()) - done):
        hide |= _cells_to_hide(todo[0], true, members, hide, width)
        done.add(todo[0])
    return hide


def _cells_to_hide(
    cell: int,
    true: NDArray[np.int64],
    members: NDArray[np.bool_],
    hidden: NDArray[np.bool_],
    width: int,
) -> NDArray[np.bool_]:
    """Solve for the cheapest cells to hide so that two tables put `cell` `width` apart.

    Both tables are the true one plus whole deviations; a cell may deviate only where it is
    hidden, and no count falls below 0.
    """
    n, k = len(true), len(members)
    reach = 4 * width
    link = np.vstack([np.eye(n), members]).astype(float)
    limit = np.concatenate([np.full(n, reach), members.sum(axis=1) * reach]).astype(float)
    zero, cost = np.zeros((n + k, n)), np.concatenate([true, members @ true]) + 1.0
    # Less than 1 in all, so that it only breaks ties, for the first id.
    cost += np.arange(n + k) / ((n + k) * (n + k + 1))
    cost[hidden] = 0
    rows = [
        np.hstack(block)
        for block in (
            (link, zero, -np.diag(limit)),
            (-link, zero, -np.diag(limit)),
            (zero, link, -np.diag(limit)),
            (zero, -link, -np.diag(limit)),
        )
    ]
    spread = np.concatenate([link[cell], -link[cell], np.zeros(n + k)])
    least = np.concatenate([-np.minimum(true, reach)] * 2 + [hidden.astype(float)])
    most = np.concatenate([np.full(2 * n, reach), np.ones(n + k)])
    found = milp(
        np.concatenate([np.zeros(2 * n), cost]),
        integrality=np.ones(3 * n + k, dtype=np.int64),
        bounds=Bounds(least, most),
        constraints=[
            LinearConstraint(np.vstack(rows), -np.inf, 0),
            LinearConstraint(spread[None, :], width, np.inf),
        ],
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        raise PrivacyError("no table could be found that hides the small counts")
    return np.asarray(found.x[2 * n :] > 0.5)


def intervals(published: PublishedCounts) -> pd.DataFrame:
    """Work out what a reader can about each hidden count and sum, by integer programming.

    Returns
    -------
    DataFrame
        Indexed by district or sum: `low`, `high` (missing without an upper end).
    """
    hidden = published.counts.isna().to_numpy()
    fixed = published.counts.fillna(0).to_numpy(float)
    bounds = Bounds(fixed, np.where(hidden, UNLIMITED, fixed))
    told = published.sums.notna().to_numpy()
    totals = published.sums.fillna(0).to_numpy(float)[told]
    rows = published.members[told].astype(float)
    known = [LinearConstraint(rows, totals, totals)] if len(rows) else []
    link = np.vstack([np.eye(len(fixed)), published.members]).astype(float)
    cells = np.flatnonzero(np.concatenate([hidden, ~told]))
    ends = np.array(
        [[_end(sign * link[cell], bounds, known) for sign in (1, -1)] for cell in cells]
    )
    low, high = ends.reshape(-1, 2).T
    names = [*published.counts.index, *published.sums.index]
    return pd.DataFrame(
        {"low": low, "high": np.where(-high >= UNLIMITED, np.nan, -high)},
        index=[names[cell] for cell in cells],
    )


def _end(goal: NDArray[np.float64], bounds: Bounds, known: Sequence[LinearConstraint]) -> float:
    found = milp(
        goal, integrality=np.ones(len(goal), dtype=np.int64), bounds=bounds, constraints=known
    )
    if found.x is None:
        raise PrivacyError("the published counts and sums contradict each other")
    return float(np.round(found.fun))


def check_hidden(published: PublishedCounts) -> None:
    """Refuse a table that pins a hidden number down too closely.

    Raises
    ------
    PrivacyError
        If it does. The message names neither district nor number.
    """
    found = intervals(published)
    narrow = int((found["high"] - found["low"] < published.width).sum())
    if narrow:
        raise PrivacyError(
            f"{narrow} hidden counts can be worked out from the published sums. "
            "Publish fewer sums, or raise the threshold."
        )
