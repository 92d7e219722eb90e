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
from shelter_geo.publish.planner.packing import STEPS, Packing

NO_ROAD: Final = -1
ADMISSION: Final = ("women", "children", "men", "lgbtq_inclusive")
"""Columns of a site that say whom it admits, in the order in which the page reads them."""
SLOPE: Final = 1000
"""Centimetres and milliseconds for a unit of the drawing, in which bounds by distance stand."""
_GROUPS: Final[tuple[list[str], ...]] = (
    [],
    ["women"],
    ["women", "children"],
    ["men"],
    ["lgbtq_inclusive"],
)
_CLOSING, _OTHERS = 2, 3
"""Kinds of sites: nearer than the second shelter, and the others; those of today stand before."""
_NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class PageSize:
    """How much a planner's page holds at most, so that it stays small and answers at once.

    Attributes
    ----------
    costs
        Pairs of a district and a site that a page without districts would have room for, each to
        the centimetre and the millisecond.
    district
        How many pairs take the room of one district, with its shape and its names.
    least
        Pairs that every page has room for. Where there are more than room, costs are compressed.
    page
        Bytes of a page whose costs are compressed.
    packed
        Bytes that such costs take; as many as the page leaves if none are said.
    candidates
        Candidate sites that are offered.
    rows
        Districts that the table lists; half as many where costs are compressed.
    """

    costs: int = 60_000
    district: int = 20
    least: int = 20_000
    page: int = 990_000
    packed: int | None = None
    candidates: int = 300
    rows: int = 300

    def __post_init__(self) -> None:
        if min(self.costs, self.district, self.least, self.page, self.packed or 0) < 0:
            raise OutputError("A page holds 0 or more of each thing.")
        if min(self.candidates, self.rows) < 0:
            raise OutputError("A page holds 0 or more of each thing.")

    def room(self, districts: int) -> int:
        """Give how many costs a page with so many districts may hold without compressing them."""
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
    packing
        How costs are compressed; none if they stand to the centimetre.
    """

    held: NDArray[np.bool_]
    first_cm: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    packing: Packing | None = None

    @property
    def whole(self) -> bool:
        """Whether every cost stands, as it is."""
        return self.packing is None and bool(self.held.all())

    @property
    def each(self) -> int:
        """Sites that the middle district has."""
        return int(np.median(self.held.sum(axis=1)))

    @property
    def bytes(self) -> int:
        """What compressed costs take of the page."""
        return self.packing.takes(self.held) if self.packing else 0

    def page_data(self, time_ms: NDArray[np.int64], length_cm: NDArray[np.int64]) -> dict[str, Any]:
        """Give the costs as the page's script reads them, and which they are.

        Of what is not held it knows the least cost, and the least for each unit of the drawing.
        """
        if self.packing is None:
            return {"time": packed(time_ms), "length": packed(length_cm)} if self.whole else {}
        first = [
            np.where(least < 0, NO_ROAD, self.packing.in_steps(least, kind)).ravel().tolist()
            for kind, least in enumerate((self.first_cm, self.first_ms))
        ]
        return {
            "held": {
                **self.packing.page_data(self.held),
                "length": first[0],
                "time": first[1],
                "length_slope": self._slopes(length_cm, self.packing.apart),
                "time_slope": self._slopes(time_ms, self.packing.apart),
            },
        }

    def _slopes(self, cost: NDArray[np.int64], apart: NDArray[np.float64]) -> list[int]:
        counts = ~self.held & (cost != NO_ROAD) & (apart > 0)
        slopes = np.divide(cost, apart, out=np.full(apart.shape, np.inf), where=counts)
        least = slopes.min(axis=1)
        # Rounded down, so that the page takes nothing for farther than it is.
        down = np.where(np.isinf(least), 0, np.floor(least * (1 - 1e-9) / SLOPE)).astype(int)
        return [int(slope) for slope in down]


def page_costs(
    time_ms: NDArray[np.int64],
    length_cm: NDArray[np.int64],
    sites: pd.DataFrame,
    size: PageSize,
    drawn: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    room: int = 0,
) -> PageCosts:
    """Choose the costs that a page holds: all of a small study, else as many as `room` takes.

    The nearest shelter of today is always held, for whoever looks for a place; then come the sites
    that are nearer than it, the nearest first and as many for each district, so that no opening
    asks for another; then those that are nearer than the shelter after it, for one that may close,
    and the others.

    Parameters
    ----------
    time_ms, length_cm
        Whole milliseconds and centimetres, shape (districts, sites), -1 where no road leads.
    sites
        With `role` and whom they admit, in the order of the columns.
    size
        How many costs there may be before they are compressed.
    drawn
        Where the districts and the sites are drawn; without it nothing of a large study is held.
    room
        Bytes that compressed costs may take.

    Returns
    -------
    PageCosts
    """
    if time_ms.size <= size.room(len(time_ms)):
        return _holding(np.ones(time_ms.shape, dtype=bool), time_ms, length_cm, sites)
    if drawn is None:
        return _holding(np.zeros(time_ms.shape, dtype=bool), time_ms, length_cm, sites)
    ways = [Packing(time_ms, length_cm, *drawn, steps) for steps in STEPS]
    level = _levels(time_ms, length_cm, sites, ways[-1])
    reached, opening = level < _NEVER, level < _CLOSING * len(sites)
    for packing in ways:
        for wanted in (reached, opening):
            if packing.takes(wanted) <= room:
                break
        else:
            continue
        break
    # The last level at which every district has as many sites as there is room for.
    levels = np.unique(level[reached])
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = packing.takes(level <= levels[middle]) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    held = level <= (levels[low] if len(levels) else 0)
    return _holding(held, time_ms, length_cm, sites, packing)


def _holding(
    held: NDArray[np.bool_],
    time_ms: NDArray[np.int64],
    length_cm: NDArray[np.int64],
    sites: pd.DataFrame,
    packing: Packing | None = None,
) -> PageCosts:
    """Hold these costs, and know the least of the others."""
    shelter = (sites["role"] == "shelter").to_numpy()
    missing = [(time_ms != NO_ROAD) & ~held & kind for kind in (~shelter, shelter)]
    first_cm, first_ms = (
        np.array([_first(cost, among) for among in missing]) for cost in (length_cm, time_ms)
    )
    return PageCosts(held, first_cm, first_ms, packing)


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


def _levels(
    time: NDArray[np.int64], length: NDArray[np.int64], sites: pd.DataFrame, packing: Packing
) -> NDArray[np.int64]:
    """Rank the sites of each district by the smaller of their ranks by length and by time.

    The nearest shelter of today stands first, of each group too, then what is no farther, in steps,
    than the nearest shelter, then than the nearest that admits a group, then than the second
    shelter, then the others.
    """
    far, slow = (np.where(cost == NO_ROAD, _NEVER, cost) for cost in (length, time))
    by_km, by_min = _ranks(far, slow), _ranks(slow, far)
    place = _ranks(np.minimum(by_km, by_min), far)
    in_steps = [
        np.where(cost == NO_ROAD, _NEVER, packing.in_steps(cost, kind))
        for kind, cost in enumerate((length, time))
    ]
    today = np.flatnonzero(sites["role"] == "shelter")
    kind, needed = np.full(time.shape, _OTHERS), np.zeros(time.shape, dtype=bool)
    for rank, rows, nth in reversed(_shelters(sites, today)):
        if len(rows) > nth:
            for ranks in (by_km, by_min) if nth == 0 else ():
                needed[np.arange(len(time)), rows[ranks[:, rows].argmin(axis=1)]] = True
            for cost in in_steps:
                limit = np.sort(cost[:, rows], axis=1)[:, nth : nth + 1]
                kind[cost <= limit] = np.minimum(kind[cost <= limit], rank)
    level = kind * time.shape[1] + place
    level[needed] = 0
    level[time == NO_ROAD] = _NEVER
    return np.asarray(level)


def _shelters(
    sites: pd.DataFrame, today: NDArray[np.intp]
) -> list[tuple[int, NDArray[np.intp], int]]:
    """Give the shelters of each group, silence read both ways: what for, and the nth nearest."""
    groups = [
        today[admitting.all(axis=1).to_numpy()]
        for columns in _GROUPS
        for answers in [sites[columns].iloc[today]]
        for admitting in (answers.isin(["yes", "reported"]), answers != "no")
    ]
    return [(0, today, 0), *((1, rows, 0) for rows in groups), (_CLOSING, today, 1)]


def _ranks(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.lexsort((then, first), axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(first.shape[1])[None, :], axis=1)
    return ranks


def _first(cost: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    most = np.iinfo(np.int64).max
    found = np.where(among, cost, most).min(axis=1)
    return np.where(found == most, NO_ROAD, found)
