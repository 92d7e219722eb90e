"""Which sites and costs a planner's page holds: all of a small study, else the nearest."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import least
from shelter_geo.errors import OutputError

NO_ROAD: Final = -1
ADMISSION: Final = ("women", "children", "men", "lgbtq_inclusive")
"""Columns of a site that say whom it admits, in the order in which the page reads them."""
_GROUPS: Final[tuple[list[str], ...]] = (
    [],
    ["women"],
    ["women", "children"],
    ["men"],
    ["lgbtq_inclusive"],
)
_SPARE: Final = 4
"""Sites that are held beyond those that are nearer than today's shelter, for what may close."""


@dataclass(frozen=True)
class PageSize:
    """How much a planner's page holds at most, so that it stays small and answers at once.

    Attributes
    ----------
    costs
        Pairs of a district and a site that a page without districts would have room for.
    district
        How many pairs take the room of one district, with its shape and its names.
    least
        Pairs that every page has room for. Where there are more than room, the nearest sites of
        each district are held.
    candidates
        Candidate sites that are offered.
    rows
        Districts that the table lists.
    """

    costs: int = 60_000
    district: int = 20
    least: int = 20_000
    candidates: int = 300
    rows: int = 300

    def __post_init__(self) -> None:
        if min(self.costs, self.district, self.least, self.candidates, self.rows) < 0:
            raise OutputError("A page holds 0 or more of each thing.")

    def room(self, districts: int) -> int:
        """Give how many costs a page with so many districts may hold."""
        return max(self.least, self.costs - self.district * districts)


@dataclass(frozen=True, eq=False)
class PageCosts:
    """The costs that a page holds.

    Attributes
    ----------
    held : bool, shape (districts, sites)
        Of which pairs.
    first_cm, first_ms : int64, shape (2, districts)
        Least length and least time among the candidates of a district that are not held, and among
        such shelters, -1 if a road leads to none. What is held and costs less is the least of all.
    """

    held: NDArray[np.bool_]
    first_cm: NDArray[np.int64]
    first_ms: NDArray[np.int64]

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return bool(self.held.all())

    @property
    def each(self) -> int:
        """Sites that the middle district has."""
        return int(np.median(self.held.sum(axis=1)))

    def page_data(
        self,
        time_ms: NDArray[np.int64],
        length_cm: NDArray[np.int64],
        middles: NDArray[np.float64],
        places: NDArray[np.float64],
    ) -> dict[str, Any]:
        """Give the costs as the page's script reads them, and which they are.

        Of what is not held it knows the least cost, and the least for each unit of the drawing
        between `middles` of the districts and `places` of the sites.
        """
        if self.whole:
            return {"time": packed(time_ms), "length": packed(length_cm)}
        return {
            "time": packed(time_ms[self.held]),
            "length": packed(length_cm[self.held]),
            "held": {
                "counts": self.held.sum(axis=1).tolist(),
                "sites": packed(np.nonzero(self.held)[1]),
                "length": packed(self.first_cm),
                "time": packed(self.first_ms),
                "length_slope": self._slopes(length_cm, middles, places),
                "time_slope": self._slopes(time_ms, middles, places),
            },
        }

    def _slopes(
        self,
        cost: NDArray[np.int64],
        middles: NDArray[np.float64],
        places: NDArray[np.float64],
    ) -> dict[str, Any]:
        apart = np.hypot(*(middles[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        counts = ~self.held & (cost != NO_ROAD) & (apart > 0)
        slopes = np.divide(cost, apart, out=np.full(apart.shape, np.inf), where=counts)
        least = slopes.min(axis=1)
        # Rounded down, so that the page takes nothing for farther than it is.
        return packed(np.where(np.isinf(least), 0, np.floor(least * (1 - 1e-9))).astype(np.int64))


def page_costs(
    time_ms: NDArray[np.int64], length_cm: NDArray[np.int64], sites: pd.DataFrame, size: PageSize
) -> PageCosts:
    """Choose the costs that a page holds.

    The nearest shelter of today is always held, for whoever looks for a place; then come the sites
    that are nearer than it, the nearest first and as many for each district, then the next ones.

    Parameters
    ----------
    time_ms, length_cm
        Whole milliseconds and centimetres, shape (districts, sites), -1 where no road leads.
    sites
        With `role` and whom they admit, in the order of the columns.
    size
        How many costs there may be.

    Returns
    -------
    PageCosts
    """
    room = size.room(len(time_ms))
    if time_ms.size <= room:
        none = np.full((2, len(time_ms)), NO_ROAD)
        return PageCosts(np.ones(time_ms.shape, dtype=bool), none, none)
    reached = time_ms != NO_ROAD
    today = np.flatnonzero(sites["role"] == "shelter")
    needed = _nearest_today(time_ms, length_cm, sites, today)
    level = _levels(time_ms, length_cm, today)
    level[needed] = 0
    level[~reached] = np.iinfo(level.dtype).max
    # As many as there is room for, and the same for every district.
    counts = np.bincount(level[reached]).cumsum()
    last = int(np.searchsorted(counts, room, side="right")) - 1
    held = level <= max(last, 0)
    shelter = (sites["role"] == "shelter").to_numpy()
    missing = [reached & ~held & kind for kind in (~shelter, shelter)]
    first_cm, first_ms = (
        np.array([_first(cost, among) for among in missing]) for cost in (length_cm, time_ms)
    )
    return PageCosts(held, first_cm, first_ms)


def offered(
    time_ms: NDArray[np.int64],
    length_cm: NDArray[np.int64],
    people: NDArray[np.float64],
    sites: pd.DataFrame,
    *,
    needed: set[str],
    size: PageSize,
) -> NDArray[np.intp]:
    """Choose the sites that a page offers: all shelters, and candidates as many as it may.

    Candidates of `needed` come first, then those that are the nearest of all candidates to the
    most people, then those that would save the most people-kilometres by themselves; ties go by
    key. Gives their rows, ascending.
    """
    shelter = (sites["role"] == "shelter").to_numpy()
    rows = np.flatnonzero(~shelter)
    if len(rows) <= size.candidates:
        return np.arange(len(sites))
    far = np.where(length_cm == NO_ROAD, np.inf, length_cm.astype(float))
    nearest = least(length_cm[:, rows], time_ms[:, rows])
    has = np.isfinite(far[:, rows]).any(axis=1)
    served = np.bincount(nearest[has], weights=people[has], minlength=len(rows))
    now = far[:, shelter].min(axis=1, initial=np.inf)
    most = np.nanmax(far[np.isfinite(far)], initial=0.0)
    saved = np.minimum(now, most)[:, None] - np.minimum(far[:, rows], most)
    gain = (people[:, None] * np.maximum(saved, 0)).sum(axis=0)
    asked = ~sites["site_id"].iloc[rows].isin(needed).to_numpy()
    order = np.lexsort((rows, -gain, -served, asked))
    return np.sort(np.concatenate([np.flatnonzero(shelter), rows[order[: size.candidates]]]))


def packed(whole: NDArray[np.int64]) -> dict[str, Any]:
    """Pack whole numbers into as few bits each as the largest needs, 0 standing for -1."""
    shifted = (whole.ravel() + 1).astype(np.uint32)
    bits = max(1, int(shifted.max(initial=0)).bit_length())
    places = np.arange(bits - 1, -1, -1, dtype=np.uint32)
    stream = np.packbits((shifted[:, None] >> places & 1).astype(np.uint8).ravel())
    return {"bits": bits, "at": base64.b64encode(stream.tobytes()).decode()}


def _nearest_today(
    time: NDArray[np.int64],
    length: NDArray[np.int64],
    sites: pd.DataFrame,
    today: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Mark the shelters nearest to each district, for each group, silence read both ways."""
    marked, every = np.zeros(time.shape, dtype=bool), np.arange(len(time))
    for columns in _GROUPS:
        answers = sites[columns].iloc[today]
        for admitting in (answers.isin(["yes", "reported"]), answers != "no"):
            rows = today[admitting.all(axis=1)]
            if len(rows):
                for one, other in ((length, time), (time, length)):
                    marked[every, rows[least(one[:, rows], other[:, rows])]] = True
    marked &= time != NO_ROAD
    return marked


def _levels(
    time: NDArray[np.int64], length: NDArray[np.int64], today: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Rank the sites of each district by the smaller of their ranks by length and by time.

    Those that are nearer than the nearest shelter of today stand first, then a few for each.
    """
    far, slow = (np.where(cost == NO_ROAD, np.iinfo(np.int64).max, cost) for cost in (length, time))
    place = _ranks(np.minimum(_ranks(far, slow), _ranks(slow, far)), far)
    if not len(today):
        return place
    nearer = far < far[:, today].min(axis=1, keepdims=True)
    nearer |= slow < slow[:, today].min(axis=1, keepdims=True)
    rest = _ranks(np.where(nearer, -1, place), place) - nearer.sum(axis=1, keepdims=True)
    after = np.where(rest < _SPARE, 1, 2) * time.shape[1]
    return np.where(nearer, place, place + after)


def _ranks(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((then, first), axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(first.shape[1])[None, :], axis=1)
    return ranks


def _first(cost: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    most = np.iinfo(np.int64).max
    found = np.where(among, cost, most).min(axis=1)
    return np.where(found == most, NO_ROAD, found)
