"""A siting question in checked whole numbers: people, costs, standing shelters, candidates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.exact.blocks import EXACT_SUM, landmarks

Array = NDArray[Any]
Unit = Literal["km", "min", "one"]

STEPS: Final[dict[str, int]] = {"km": 1000, "min": 60, "one": 1}
"""Whole-number steps in a unit of cost: metres, seconds, or the unit itself."""

UNREACHED: Final = -1
"""Cost in `SitingProblem.costs` of a pair that no road joins."""


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """A siting question.

    Demand points without people count for nothing: nobody is far because an empty place is.

    Attributes
    ----------
    costs : int64, shape (demand, sites)
        Metres, seconds or plain steps; `UNREACHED` where no road leads.
    weights : int64, shape (demand,)
        People.
    fixed : int64
        Sites that stand and stay open, increasing.
    candidates : int64
        Sites that may be opened, increasing.
    demand_ids, site_ids : tuple
    unit : {"km", "min", "one"}
        Unit of the costs that were given.
    regions : tuple or None
        Region of each site.
    required : tuple
        Regions that must hold an open site.
    own : bool, shape (demand, sites), or None
        Whether a site is in a demand point's own area, and takes its people in.
    """

    costs: Array
    weights: Array
    fixed: Array
    candidates: Array
    demand_ids: tuple[Hashable, ...]
    site_ids: tuple[Hashable, ...]
    unit: Unit
    regions: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    own: Array | None = None

    @classmethod
    def from_cost_matrix(
        cls,
        costs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        fixed: Sequence[int] | Array = (),
        candidates: Sequence[int] | Array | None = None,
        demand_ids: Sequence[Hashable] | None = None,
        site_ids: Sequence[Hashable] | None = None,
        unit: Unit = "km",
        regions: Sequence[str] | None = None,
        required: Sequence[str] | None = None,
        own: ArrayLike | None = None,
    ) -> SitingProblem:
        """Check a cost matrix and turn it into whole metres, seconds or steps.

        Parameters
        ----------
        costs
            Shape (demand, sites), in `unit`; NaN where no road leads.
        weights
            People at each demand point, whole numbers; by default one each.
        fixed
            Columns of the shelters that stand; they stay open.
        candidates
            Columns of the sites that may be opened; by default all that do not stand.
        demand_ids, site_ids
            Keys; by default row and column numbers.
        unit
            "km" is rounded to metres, "min" to seconds, "one" must hold whole numbers.
        regions
            Region of each site.
        required
            Regions that must hold an open site; by default all in `regions`.
        own
            Shape (demand, sites): whether a site is in a demand point's own area.

        Raises
        ------
        SitingError
            If anything in the question is impossible, empty, negative, infinite or contradictory.
        """
        steps = _whole_steps(costs, unit)
        n, m = steps.shape
        people = _people(weights, n)
        _check_size(people, steps)
        stand, free = _columns(fixed, "standing shelter", m), _free(candidates, fixed, m)
        both = np.intersect1d(stand, free)
        if len(both):
            raise SitingError(
                f"site {both[0]} is both a standing shelter and a candidate: name it once"
            )
        region, needed = _regions(regions, required, m)
        return cls(
            steps,
            people,
            stand,
            free,
            _keys(demand_ids, n, "demand point"),
            _keys(site_ids, m, "site"),
            unit,
            region,
            needed,
            _own(own, n, m),
        )

    @property
    def steps_per_unit(self) -> int:
        """Whole-number steps in one unit of cost."""
        return STEPS[self.unit]

    @cached_property
    def today(self) -> Array:
        """Cost to the nearest standing shelter, `UNREACHED` where there is none."""
        return self.nearest(self.fixed)

    @cached_property
    def position(self) -> Array:
        """A crude map of the demand points, to keep neighbours together."""
        top = int(self.costs.max(initial=0)) + 1
        return landmarks(np.where(self.costs == UNREACHED, 4 * top, self.costs))

    def nearest(self, sites: Sequence[int] | Array) -> Array:
        """Cost to the nearest of some sites, `UNREACHED` where none can be reached."""
        columns = np.asarray(sites, dtype=np.int64)
        if len(columns) == 0:
            return np.full(len(self.weights), UNREACHED, dtype=np.int64)
        # As an unsigned number the mark for "unreached" is larger than any cost.
        least = self.costs[:, columns].view(np.uint64).min(axis=1)
        return np.asarray(least.view(np.int64))


def _whole_steps(costs: ArrayLike, unit: Unit) -> Array:
    if unit not in STEPS:
        raise SitingError(f"costs are in km, min or one, not in {unit!r}")
    given = np.asarray(costs)
    if given.ndim != 2:
        raise SitingError("a cost matrix has one row a demand point and one column a site")
    if given.shape[0] == 0:
        raise SitingError("the demand table is empty: there is nobody to serve")
    if given.shape[1] == 0:
        raise SitingError("there is neither a shelter nor a candidate")
    if given.dtype.kind not in "iuf":
        raise SitingError(f"costs must be numbers, not {given.dtype}")
    value = given.astype(float, copy=False)
    _refuse(np.isinf(value), "is infinite: leave pairs that no road joins missing")
    _refuse(value < 0, "is negative")
    missing = np.isnan(value)
    scaled = value * STEPS[unit]
    steps = np.rint(np.where(missing, 0, scaled)).astype(np.int64)
    if unit == "one":
        _refuse(~missing & (steps != scaled), "is no whole number of steps")
    if missing.any():
        steps[missing] = UNREACHED
    return steps


def _refuse(bad: Array, what: str) -> None:
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise SitingError(f"the cost of demand point {row} to site {column} {what}")


def _people(weights: ArrayLike | None, n: int) -> Array:
    if weights is None:
        return np.ones(n, dtype=np.int64)
    given = np.asarray(weights)
    if given.shape != (n,):
        raise SitingError(f"{n} demand points need as many weights, not {given.shape}")
    if given.dtype.kind not in "iuf" or not np.isfinite(given.astype(float)).all():
        raise SitingError("the people of every demand point must be known numbers")
    if (given < 0).any():
        raise SitingError(f"demand point {int(np.argmax(given < 0))} has fewer than 0 people")
    people = np.rint(given).astype(np.int64)
    if (people != given).any():
        bad = int(np.argmax(people != given))
        raise SitingError(f"people are counted whole: demand point {bad} has {given[bad]}")
    if people.sum() == 0:
        raise SitingError("no demand point has any people: there is nobody to serve")
    return np.asarray(people)


def _check_size(people: Array, steps: Array) -> None:
    if int(people.sum()) * (int(steps.max()) + 1) >= EXACT_SUM:
        raise SitingError("people times cost is too large to be added exactly: use coarser units")


def _columns(columns: Sequence[int] | Array, what: str, m: int) -> Array:
    given = np.asarray(columns)
    if given.size == 0:
        return np.empty(0, dtype=np.int64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise SitingError(f"a {what} is named by the number of its column")
    if given.min() < 0 or given.max() >= m:
        raise SitingError(f"a {what} lies outside the {m} columns of the cost matrix")
    if len(np.unique(given)) < len(given):
        raise SitingError(f"a {what} is named twice")
    return np.sort(given.astype(np.int64))


def _free(candidates: Sequence[int] | Array | None, fixed: Sequence[int] | Array, m: int) -> Array:
    if candidates is None:
        return np.setdiff1d(np.arange(m), np.asarray(fixed, dtype=np.int64))
    return _columns(candidates, "candidate", m)


def _keys(keys: Sequence[Hashable] | None, count: int, what: str) -> tuple[Hashable, ...]:
    given = tuple(range(count)) if keys is None else tuple(keys)
    if len(given) != count:
        raise SitingError(f"{count} {what}s need as many keys, not {len(given)}")
    if len(set(given)) < count:
        twice = next(key for key in given if given.count(key) > 1)
        raise SitingError(f"the key {twice!r} stands for two {what}s")
    return given


def _own(own: ArrayLike | None, n: int, m: int) -> Array | None:
    if own is None:
        return None
    given = np.asarray(own)
    if given.shape != (n, m) or given.dtype != bool:
        raise SitingError(
            f"whether a site is in one's own area is true or false of {n} demand points and {m} "
            f"sites, not {given.dtype} of the shape {given.shape}"
        )
    return given


def _regions(
    regions: Sequence[str] | None, required: Sequence[str] | None, m: int
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    if regions is None:
        if required:
            raise SitingError("regions are required, but the region of no site is known")
        return None, ()
    given = tuple(regions)
    if len(given) != m:
        raise SitingError(f"{m} sites need as many regions, not {len(given)}")
    return given, tuple(sorted(set(given if required is None else required)))
