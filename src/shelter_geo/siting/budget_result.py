"""The answer to where places should go, with its proof, who is served where and who is not."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from shelter_geo.siting.cards import ModelCard
from shelter_geo.siting.result import Status


@dataclass(frozen=True, eq=False)
class BudgetResult:
    """Places that open or are added within a budget, and who uses them.

    Attributes
    ----------
    model : str
    status : {"optimal", "not proven", "infeasible"}
        "optimal" is proven for the places missing and for the distance; "not proven" is the best
        found within the time, with its gap; "infeasible" means that a constraint cannot be met,
        and `reason` says which.
    reason : str
    unserved, unserved_bound : int or None
        Family places asked for that nobody gets, and the fewest there can be, as far as is known.
    objective : float or None
        Family places times cost from the demand point to the place that serves it.
    objective_name : str
    bound : float or None
        The objective cannot be less, if as few places are to be missing; None if nothing is known.
    gap : float or None
        Of the places missing as long as those are not proven, else of the objective.
    spent : int or None
        Money, in the unit of the costs of places.
    sites : DataFrame
        A row for every site that has places: `site_id`, `standing`, `places_before`,
        `places_added`, `places_after`, `places_used`, `cost`.
    served : DataFrame
        Who is served where: `demand_id`, `site_id`, `places`, `cost` of travel.
    demand : DataFrame
        A row for every demand point: `demand_id`, `needed`, `served`, `unserved`, `cost_mean` of
        travel (missing where nobody is served) and `reason` why some are not served, else empty.
    method : str
    card : ModelCard
    notes : tuple of str
    seconds : float
        Time taken; it differs from run to run and belongs in no file.
    """

    model: str
    status: Status
    reason: str
    unserved: int | None
    unserved_bound: int | None
    objective: float | None
    objective_name: str
    bound: float | None
    gap: float | None
    spent: int | None
    sites: pd.DataFrame
    served: pd.DataFrame
    demand: pd.DataFrame
    method: str
    card: ModelCard
    notes: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def actions(self) -> pd.DataFrame:
        """Rows of `sites` that open or grow."""
        return self.sites[self.sites["places_added"] > 0]
