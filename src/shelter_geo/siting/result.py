"""The answer to a siting question: its proof, remarks, plans nearly as good and who gains."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import pandas as pd

from shelter_geo.siting.metrics import AccessMetrics
from shelter_geo.siting.problem import Unit
from shelter_geo.vocabulary import Effect, Infeasible, Note

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
