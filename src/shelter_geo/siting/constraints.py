"""Side constraints: how many sites open, and one in every region that must have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.plain import Regions
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.result import Infeasibility
from shelter_geo.vocabulary import Infeasible

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Constraints:
    """What a choice of candidates must keep to.

    Attributes
    ----------
    k : int
        Sites to open.
    region : int64, shape (candidates,)
        Region of each candidate, counted from 0.
    needed : bool, shape (regions,)
        Regions that no standing shelter meets.
    """

    k: int
    region: Array
    needed: Array

    def unmet(self, opened: Array) -> Regions:
        """Regions still to be given a site once some are open."""
        unmet = self.needed.copy()
        unmet[self.region[opened]] = False
        return Regions(self.region, unmet, int(unmet.sum()))

    def met_by(self, chosen: Array) -> bool:
        """Whether a choice has the right number of sites and meets every region."""
        return len(chosen) == self.k and self.unmet(chosen).missing == 0

    def possible(self, state: Array) -> bool:
        """Whether the undecided sites (state 0) can complete the open ones (1) to a choice."""
        opened, free = np.flatnonzero(state == 1), np.flatnonzero(state == 0)
        regions = self.unmet(opened)
        on_offer = np.zeros(len(self.needed), dtype=bool)
        on_offer[self.region[free]] = True
        k = self.k - len(opened)
        return regions.missing <= k <= len(free) and not (regions.unmet & ~on_offer).any()


def constraints_for(problem: SitingProblem, k: int) -> Constraints:
    """Return the side constraints on opening k candidates."""
    if problem.regions is None:
        return Constraints(k, np.zeros(len(problem.candidates), np.int64), np.zeros(1, dtype=bool))
    names = sorted(set(problem.regions) | set(problem.required))
    number = {name: i for i, name in enumerate(names)}
    region = np.array([number[problem.regions[j]] for j in problem.candidates], dtype=np.int64)
    needed = np.zeros(len(names), dtype=bool)
    needed[[number[name] for name in unmet_regions(problem)]] = True
    return Constraints(k, region, needed)


def unmet_regions(problem: SitingProblem) -> list[str]:
    """Return the required regions where no shelter stands."""
    if problem.regions is None:
        return []
    met = {problem.regions[j] for j in problem.fixed}
    return [name for name in problem.required if name not in met]


def regions_fault(problem: SitingProblem, k: int | None = None) -> Infeasibility | None:
    """Say why the required regions cannot be met by opening k candidates, or any number of them.

    Returns
    -------
    Infeasibility or None
        None if they can.
    """
    unmet = unmet_regions(problem)
    on_offer = {problem.regions[j] for j in problem.candidates} if problem.regions else set()
    if hopeless := [name for name in unmet if name not in on_offer]:
        return Infeasibility(Infeasible.NO_CANDIDATE_IN_REGIONS, {"regions": tuple(hopeless)})
    if k is not None and len(unmet) > k:
        return Infeasibility(
            Infeasible.TOO_FEW_FOR_REGIONS,
            {"count": len(unmet), "sites": k, "regions": tuple(unmet)},
        )
    return None
