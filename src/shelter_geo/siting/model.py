"""What all siting models share: two doors in, and the figures of a plan."""

from __future__ import annotations

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
from shelter_geo.siting.frames import problem_from_frames
from shelter_geo.siting.metrics import AccessMetrics, access_metrics, kappa_per_step
from shelter_geo.siting.objectives import limit_steps
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.result import SitingResult

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
            site_ids, unit, regions, required), and the model's own: the number of sites, limits.

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
            Those of `frames.problem_from_frames` (unit, weight, role, allowed, region, required),
            and the model's own: the number of sites, limits.

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
        self, *, time_limit: float = 60.0, runner_ups: int = 10, within_share: float = 0.05
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
        if not 0 <= p <= available:
            raise SitingError(f"{p} sites cannot be opened: there are {available} candidates")
        if p == 0 and len(self.problem.fixed) == 0:
            raise SitingError("no shelter stands and none is to be opened")
