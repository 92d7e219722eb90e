"""What all siting models share: two doors in, and the figures of a plan."""

from __future__ import annotations

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.access import CostMatrix
from shelter_geo.errors import SitingError
from shelter_geo.siting.objectives import limit_steps
from shelter_geo.siting.problem import SitingProblem, Unit
from shelter_geo.siting.result import AccessMetrics, SitingResult, access_metrics, kappa_per_step

_VALUE = {"km": "distance_km", "min": "travel_min"}
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Model(ABC):
    """A siting model put to a problem.

    Attributes
    ----------
    problem : SitingProblem
    report_beyond : float
        Limit of the share beyond it in the figures of a plan, in the unit of the costs.
    report_aversion : float
        Aversion to inequality of the Kolm-Pollak figure of a plan.
    """

    key: ClassVar[str]
    larger_is_better: ClassVar[bool] = False

    problem: SitingProblem
    report_beyond: float = field(default=100.0, kw_only=True)
    report_aversion: float = field(default=1.0, kw_only=True)

    @classmethod
    def from_cost_matrix(cls, costs: ArrayLike, **options: Any) -> Self:
        """Put the model to a cost matrix.

        Parameters
        ----------
        costs
            Shape (demand, sites).
        **options
            Those of `SitingProblem.from_cost_matrix` (weights, fixed, candidates, demand_ids,
            site_ids, unit, regions, required, own), and the model's own: the number of sites,
            limits.

        Raises
        ------
        SitingError
            If anything in the question is impossible, empty, negative, infinite or contradictory.
        """
        own = cls._taken_from(options)
        return cls(SitingProblem.from_cost_matrix(costs, **options), **own)

    @classmethod
    def from_geodataframe(
        cls,
        demand: pd.DataFrame,
        sites: pd.DataFrame,
        costs: CostMatrix | pd.DataFrame,
        **options: Any,
    ) -> Self:
        """Put the model to tables.

        Parameters
        ----------
        demand, sites, costs
            See `frames.problem_from_frames`.
        **options
            Those of `frames.problem_from_frames` (unit, weight, role, allowed, region, required,
            own), and the model's own: the number of sites, limits.

        Raises
        ------
        SitingError
            If a table lacks a column, a key or a pair, or the question is impossible.
        """
        own = cls._taken_from(options)
        return cls(problem_from_frames(demand, sites, costs, **options), **own)

    @classmethod
    def _taken_from(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Take the model's own options out of all."""
        own = {f.name for f in fields(cls)} - {"problem"}
        return {name: options.pop(name) for name in sorted(own & options.keys())}

    @abstractmethod
    def objective_of(self, chosen: Array) -> float:
        """Return the objective of opening some candidates, numbered among the candidates."""

    @abstractmethod
    def solve(
        self,
        *,
        time_limit: float = 60.0,
        runner_ups: int = 10,
        within_share: float = 0.05,
        most_work: float = math.inf,
    ) -> SitingResult:
        """Find the best plan and prove it.

        Parameters
        ----------
        time_limit
            Seconds; after that the best plan found is given with its gap, as "not proven".
        runner_ups
            Other plans to name at most.
        within_share
            How much worse than the best they may be.
        most_work
            Pairs of a site and a demand point that one search prices at most; after that as after
            the time, but at the same plan on every machine.
        """

    def nearest(self, chosen: Array) -> Array:
        """Return the steps to the nearest open site if some candidates open."""
        return self.problem.nearest(np.union1d(self.problem.fixed, self.columns(chosen)))

    def columns(self, chosen: Array) -> Array:
        """Return the columns of candidates in the cost matrix."""
        return np.asarray(self.problem.candidates[np.asarray(chosen, dtype=np.int64)])

    @cached_property
    def _kappa(self) -> float:
        return kappa_per_step(self.problem, self.report_aversion)

    def metrics_of(self, chosen: Array) -> AccessMetrics:
        """Return the figures of opening some candidates, numbered among the candidates."""
        return access_metrics(
            self.problem,
            self.nearest(chosen),
            limit=limit_steps(self.problem, self.report_beyond),
            kappa=self._kappa,
        )

    def options(self) -> Mapping[str, object]:
        """Return the options of the question."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "problem"}
        return own | ({"required": self.problem.required} if self.problem.required else {})


@dataclass(frozen=True, eq=False)
class CountModel(Model):
    """A model that opens a given number of sites.

    Attributes
    ----------
    p : int
        Sites to open beside those that stand.

    Raises
    ------
    SitingError
        If `p` is no whole number from 0 to the number of candidates, or nothing would be open.
    """

    p: int

    def __post_init__(self) -> None:
        """Check the number of sites."""
        try:
            p = operator.index(self.p)
        except TypeError:
            raise SitingError(f"the number of sites is whole, not {self.p!r}") from None
        available = len(self.problem.candidates)
        if p < 0:
            raise SitingError(f"{p} sites cannot be opened: give a number of 0 or more")
        if p > available:
            raise SitingError(f"{p} sites cannot be opened: there are {available} candidates")
        if p == 0 and len(self.problem.fixed) == 0:
            raise SitingError("no shelter stands and none is to be opened")


def problem_from_frames(
    demand: pd.DataFrame,
    sites: pd.DataFrame,
    costs: CostMatrix | pd.DataFrame,
    *,
    unit: Unit = "km",
    weight: str = "population",
    role: str = "role",
    allowed: str = "allowed",
    region: str | None = None,
    required: list[str] | None = None,
    own: str | None = None,
) -> SitingProblem:
    """Make a siting question from tables.

    Parameters
    ----------
    demand
        One row a demand point, indexed by its key, with the column `weight`.
    sites
        One row a site, indexed by its key. The column `role` says "shelter" for one that stands;
        without that column all are candidates. Candidates with `allowed` false are left out.
    costs
        A cost matrix, or a table: wide, with a row a demand point and a column a site, or long,
        with `origin_id`, `facility_id` and `distance_km` or `travel_min`. Missing values are
        pairs that no road joins; a pair that is not in the table is an error.
    unit
        What the costs are counted in; decides which values of a cost matrix count.
    weight
        Column of `demand`: people.
    role, allowed
        Columns of `sites`.
    region
        Column of `sites`; every region in it must hold an open site.
    required
        The regions that must, if not all.
    own
        Column of both tables: a site is in a demand point's own area where the two are equal. A
        site without one is in nobody's.

    Raises
    ------
    SitingError
        If a table lacks a column, a key or a pair, or the question is impossible.
    """
    if len(demand) == 0:
        raise SitingError("the demand table is empty: there is nobody to serve")
    _has(demand, weight, "demand")
    for table, what in ((demand, "demand"), (sites, "site")):
        if not table.index.is_unique:
            twice = table.index[table.index.duplicated()][0]
            raise SitingError(f"the key {twice!r} stands twice in the {what} table")
    if region is not None:
        _has(sites, region, "site")
    if own is not None:
        _has(demand, own, "demand")
        _has(sites, own, "site")
    people = pd.to_numeric(demand[weight], errors="coerce").to_numpy(float, na_value=np.nan)
    stands = _column(sites, role, "candidate") == "shelter"
    may = _column(sites, allowed, True).astype(bool)
    return SitingProblem.from_cost_matrix(
        _matrix(costs, demand.index, sites.index, unit),
        weights=people,
        fixed=np.flatnonzero(stands),
        candidates=np.flatnonzero(~stands & may),
        demand_ids=list(demand.index),
        site_ids=list(sites.index),
        unit=unit,
        regions=None if region is None else [str(name) for name in sites[region]],
        required=required,
        own=None if own is None else _own(demand[own], sites[own]),
    )


def _own(demand: pd.Series, sites: pd.Series) -> Array:
    alike = demand.to_numpy(object)[:, None] == sites.to_numpy(object)[None, :]
    known = np.outer(demand.notna().to_numpy(), sites.notna().to_numpy())
    return np.asarray(known & np.where(known, alike, False).astype(bool))


def _has(table: pd.DataFrame, column: str, what: str) -> None:
    if column not in table:
        raise SitingError(f"the {what} table has no column {column!r}")


def _column(table: pd.DataFrame, column: str, default: object) -> Array:
    if column in table:
        return table[column].to_numpy()
    return np.full(len(table), default, dtype=object)


def _matrix(
    costs: CostMatrix | pd.DataFrame, rows: pd.Index, columns: pd.Index, unit: Unit
) -> Array:
    if isinstance(costs, CostMatrix):
        if unit not in _VALUE:
            raise SitingError("a cost matrix holds km and min")
        costs = costs.distance_km if unit == "km" else costs.travel_min
    elif {"origin_id", "facility_id"} <= set(costs.columns):
        costs = _wide(costs, unit)
    for wanted, given, what in (
        (rows, costs.index, "demand point"),
        (columns, costs.columns, "site"),
    ):
        if not given.is_unique:
            raise SitingError(f"a {what} stands twice in the table of costs")
        missing = wanted.difference(given)
        if len(missing):
            raise SitingError(f"the table of costs does not hold the {what} {missing[0]!r}")
    return np.asarray(costs.loc[rows, columns].to_numpy(float, na_value=np.nan))


def _wide(costs: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    column = _VALUE.get(unit, "cost")
    _has(costs, column, "cost")
    keys = pd.MultiIndex.from_frame(costs[["origin_id", "facility_id"]])
    if not keys.is_unique:
        raise SitingError("a pair stands twice in the table of costs")
    shape = len(keys.levels[0]) * len(keys.levels[1])
    if len(keys) < shape:
        raise SitingError(f"the table of costs holds {len(keys)} of {shape} pairs")
    long = costs.pivot_table(
        index="origin_id", columns="facility_id", values=column, dropna=False, aggfunc="first"
    )
    return pd.DataFrame(long)
