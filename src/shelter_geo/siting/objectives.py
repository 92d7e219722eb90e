"""What a choice of sites costs, level by level: the first level decides, the next breaks ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.exact.blocks import EXACT_SUM

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Level:
    """A weighted sum, over the demand points, of the cost of the cheapest open site.

    Attributes
    ----------
    name : str
    cost : int64, shape (demand, candidates)
        0 or more; grows with the distance.
    cap : int64, shape (demand,)
        Cost if no candidate opens: of the nearest standing shelter, or of being unserved.
    weight : int64, shape (demand,)
    """

    name: str
    cost: Array
    cap: Array
    weight: Array

    def total(self, chosen: Array) -> int:
        """Return the weighted cost if the chosen candidates open."""
        return int((self.weight * self.least(chosen)).sum())

    def least(self, chosen: Array) -> Array:
        """Return the cost of the cheapest open site for every demand point."""
        if len(chosen) == 0:
            return self.cap
        return np.asarray(np.minimum(self.cap, self.cost[:, chosen].min(axis=1)))

    @property
    def floor(self) -> int:
        """What the level costs if every candidate opens."""
        return self.total(np.arange(self.cost.shape[1]))

    @property
    def highest(self) -> int:
        """What the level can cost at most."""
        return int((self.weight * np.maximum(self.cap, self.cost.max(axis=1, initial=0))).sum())

    @property
    def binary(self) -> bool:
        """Whether every cost is 0 or 1."""
        return bool(self.cap.max(initial=0) <= 1 and self.cost.max(initial=0) <= 1)


def combined(levels: list[Level]) -> tuple[Level, list[int]]:
    """Add up levels, the earlier ones multiplied so that they weigh more.

    Returns
    -------
    Level
    list of int
        Factors of the levels, 1 for the last. Larger factors would overflow; a search that
        guards the earlier levels itself is right with any.

    Raises
    ------
    SitingError
        If people times cost is too large to be added exactly.
    """
    *first, last = levels
    if last.highest >= EXACT_SUM:
        raise SitingError("people times cost is too large to be added exactly: use coarser units")
    if not first:
        return last, [1]
    widest = int(max(last.cap.max(), last.cost.max()))
    room = (EXACT_SUM - 1 - last.highest) // max(sum(level.highest for level in first), 1)
    factors = [min(8 * (widest + 1), room)] * len(first) + [1]
    cost = sum(f * v.cost for f, v in zip(factors, levels, strict=True))
    cap = sum(f * v.cap for f, v in zip(factors, levels, strict=True))
    return Level(last.name, np.asarray(cost), np.asarray(cap), last.weight), factors
