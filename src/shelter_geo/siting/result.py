"""The answer to a siting question: its proof, plans nearly as good, and figures of access."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import weighted_quantile
from shelter_geo.siting.problem import UNREACHED, SitingProblem, Unit
from shelter_geo.vocabulary import Effect, Infeasible, Note

Array = NDArray[Any]

METRICS: Final = (
    "unserved",
    "mean",
    "median",
    "p90",
    "max",
    "beyond",
    "kolm_pollak",
    "gini",
)
"""Figures of `AccessMetrics` that can be tabulated for every choice."""


@dataclass(frozen=True)
class AccessMetrics:
    """Access of people to the nearest open site.

    All but the first stand for the people who reach a site; NaN if nobody does.

    Attributes
    ----------
    unserved : int
        People whom no open site can reach.
    served : int
    mean, median, p90, max : float
        In the unit of the costs; `p90` is not exceeded by nine people in ten.
    beyond : float
        Share of people farther than the limit, 0 to 1.
    kolm_pollak : float
        Equally distributed equivalent: the one distance that, shared by all, would be as bad.
    gini : float
        Inequality of the distances, reported and never optimised: it is 0 if all are far alike.
    """

    unserved: int
    served: int
    mean: float
    median: float
    p90: float
    max: float
    beyond: float
    kolm_pollak: float
    gini: float

    def row(self) -> dict[str, float | int]:
        """Return the figures as columns of a table."""
        return asdict(self)


def kappa_per_step(problem: SitingProblem, aversion: float = 1.0) -> float:
    """Return the Kolm-Pollak coefficient for distance, a burden, per step of cost.

    Horton, Logan, Murrell, Skipper and Speakman (arXiv 2401.15452) write the coefficient as
    epsilon times sum(z) / sum(z * z), with epsilon below 0 for a burden; this is its absolute
    value for the distances z of the people whom a shelter serves today. Those whom none reaches
    have no distance and are left out.

    Where no shelter stands, or all served live at its door, every site of the question stands in
    for one distance: z is then the mean distance of a demand point to all sites that reach it.
    The nearest sites would not do, since most demand points of a study are candidates themselves,
    and distances of 0 to oneself would make the coefficient as large as one likes.

    Parameters
    ----------
    problem
        The question.
    aversion
        Absolute value of epsilon, above 0; larger values weigh the worst off more.
    """
    people, today = problem.weights, problem.today
    z = np.where(today == UNREACHED, 0, today).astype(float)
    if not (people * z).any():
        sites = np.union1d(problem.fixed, problem.candidates)
        costs = problem.costs[:, sites]
        reached = costs != UNREACHED
        total = np.where(reached, costs, 0).sum(axis=1, dtype=float)
        z = total / np.maximum(reached.sum(axis=1), 1)
    square = float((people * z * z).sum())
    return aversion * float((people * z).sum()) / square if square > 0 else aversion


def access_metrics(
    problem: SitingProblem, nearest: Array, *, limit: int, kappa: float
) -> AccessMetrics:
    """Sum up the access of all people.

    Parameters
    ----------
    problem
        The question.
    nearest
        Steps from every demand point to the nearest open site, `UNREACHED` where there is none.
    limit
        Steps beyond which people are counted.
    kappa
        See `kappa_per_step`.
    """
    some = (nearest != UNREACHED) & (problem.weights > 0)
    steps, people = nearest[some], problem.weights[some]
    served, unit = int(people.sum()), problem.steps_per_unit
    unserved = int(problem.weights.sum()) - served
    if served == 0:
        return AccessMetrics(unserved, 0, *([float("nan")] * 7))
    return AccessMetrics(
        unserved,
        served,
        mean=int((people * steps).sum()) / served / unit,
        median=weighted_quantile(steps, people, 0.5) / unit,
        p90=weighted_quantile(steps, people, 0.9) / unit,
        max=int(steps.max()) / unit,
        beyond=int(people[steps > limit].sum()) / served,
        kolm_pollak=kolm_pollak(steps, people, kappa) / unit,
        gini=gini(steps, people),
    )


def kolm_pollak(steps: Array, people: Array, kappa: float) -> float:
    """Return ln(mean(exp(kappa * z))) / kappa, the Kolm-Pollak equivalent of a burden z.

    Parameters
    ----------
    steps, people
        Distances and people, one at least.
    kappa
        Above 0.
    """
    most = float(steps.max())
    mean = float((people * np.exp(kappa * (steps - most))).sum()) / float(people.sum())
    return most + float(np.log(mean)) / kappa


def gini(steps: Array, people: Array) -> float:
    """Return the Gini coefficient of distances, each counted for its people; 0 if all are 0."""
    order = np.argsort(steps, kind="stable")
    walked = np.cumsum((steps * people)[order].astype(float))
    if walked[-1] == 0:
        return 0.0
    before = np.concatenate([[0.0], walked[:-1]])
    return float(1 - ((walked + before) * people[order]).sum() / (walked[-1] * people.sum()))


Value: TypeAlias = int | float | str | tuple[str, ...]
"""A count, a limit in the unit of the costs, a unit by its key, or regions by their names."""


@dataclass(frozen=True)
class Infeasibility:
    """Why there is no plan.

    Attributes
    ----------
    key : Infeasible
        Its words stand in the catalogues, as `infeasible.<key>`.
    values : mapping
        What the words name, by placeholder.
    """

    key: Infeasible
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """What else is to be known of an answer.

    Attributes
    ----------
    key : Note
        Its words stand in the catalogues, as `note.<key>`.
    values : mapping
        What the words name, by placeholder.
    """

    key: Note
    values: Mapping[str, Value] = field(default_factory=dict)


Status = Literal["optimal", "not proven", "infeasible"]


@dataclass(frozen=True)
class RunnerUp:
    """A plan nearly as good as the answer.

    Attributes
    ----------
    chosen : tuple
        Keys of the sites to open.
    objective : float
    excess : float
        How much worse than the answer, as a share of it; 0 for a tie.
    """

    chosen: tuple[Hashable, ...]
    objective: float
    excess: float


@dataclass(frozen=True)
class SiteWorth:
    """What a chosen site is worth: the plan without it.

    Attributes
    ----------
    site_id : hashable
    people : int
        People to whom it is the nearest open site.
    objective_without : float
        Objective if it is dropped and nothing else changes.
    without : AccessMetrics
        Access if it is dropped and nothing else changes.
    """

    site_id: Hashable
    people: int
    objective_without: float
    without: AccessMetrics


@dataclass(frozen=True, eq=False)
class SitingResult:
    """The answer to a siting question.

    Attributes
    ----------
    model : str
        Key of the model; see `registry.MODELS`.
    options : mapping
        Of the question: the number of new sites, limits, regions.
    status : {"optimal", "not proven", "infeasible"}
        "optimal" is proven; "not proven" is the best found within the time, with its gap;
        "infeasible" means that a constraint cannot be met, and `reason` says which.
    reason : Infeasibility or None
        None unless there is something to explain.
    chosen : tuple
        Keys of the sites to open, in the order of the sites.
    objective : float or None
    unit : {"km", "min", "one"}
        Unit of the costs.
    bound : float or None
        No plan can be better than this; None if nothing is known.
    gap : float or None
        Distance between objective and bound as a share of the objective.
    runner_ups : tuple of RunnerUp
        Other plans within a share of the objective, best first.
    runner_ups_complete : bool
        Whether all plans were looked at, or only those that exchange one site.
    worth : tuple of SiteWorth
        For every chosen site.
    today, after : AccessMetrics
        Access without and with the plan.
    changes : DataFrame
        A row for every demand point: `demand_id`, `people`, `before`, `after` (missing where no
        open site can be reached), `change`, `site_before`, `site_after`, `effect`, of
        `Effect`.
    unreachable : tuple
        Keys of the demand points with people whom no site at all can reach.
    method : str
        "enumeration", "branch and bound" or "mixed integer program".
    notes : tuple of Remark
    seconds : float
        Time taken; it differs from run to run and belongs in no file.
    """

    model: str
    options: Mapping[str, object]
    status: Status
    reason: Infeasibility | None
    chosen: tuple[Hashable, ...]
    objective: float | None
    unit: Unit
    bound: float | None
    gap: float | None
    runner_ups: tuple[RunnerUp, ...]
    runner_ups_complete: bool
    worth: tuple[SiteWorth, ...]
    today: AccessMetrics
    after: AccessMetrics
    changes: pd.DataFrame
    unreachable: tuple[Hashable, ...]
    method: str
    notes: tuple[Remark, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def people_gaining(self) -> int:
        """People who come closer to a shelter, or can reach one at last."""
        return self._people(Effect.NEARER, Effect.COMES_WITHIN_REACH)

    @property
    def people_losing(self) -> int:
        """People who have farther to go than today."""
        return self._people(Effect.FARTHER)

    def row(self) -> dict[str, object]:
        """Return one row of a table of answers; nothing in it depends on the run."""
        return {
            "model": self.model,
            "new_sites": len(self.chosen),
            "chosen": " ".join(map(str, self.chosen)),
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "people_gaining": self.people_gaining,
            "people_losing": self.people_losing,
            **self.after.row(),
        }

    def _people(self, *effects: Effect) -> int:
        return int(self.changes.loc[self.changes["effect"].isin(effects), "people"].sum())
