"""What a choice of candidates must keep to: how many, and one in every region that needs one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.subgradient import Regions

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Rules:
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
