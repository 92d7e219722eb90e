"""Nodes of a branch and bound over sets of sites, and where it ended."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Outcome(NamedTuple):
    """Where a search ended.

    Attributes
    ----------
    chosen : int64 array or None
        Best choice of candidates, increasing; None if none was found below the cutoff.
    total : int or None
        Its total.
    bound : int
        No choice has a smaller total.
    proven : bool
        Whether the search came to its end.
    """

    chosen: Array | None
    total: int | None
    bound: int
    proven: bool


class Node(NamedTuple):
    """Sites open (1), ruled out (-1) and undecided (0), and where the climbs left off."""

    state: Array
    climbs: tuple[Array, ...]
    often: Array
    value: float


def branches(node: Node | None, best: float) -> list[Node]:
    """Split a node by the undecided site that is picked closest to half of the time.

    None, or a node that can hold nothing better than a total of `best`, has no branches.
    """
    if node is None or node.value > best - 1:
        return []
    free = np.flatnonzero(node.state == 0)
    site = free[np.argmin(np.abs(node.often[free] - 0.5))]
    closed, opened = node.state.copy(), node.state.copy()
    closed[site], opened[site] = -1, 1
    often = np.zeros(len(node.often))
    return [node._replace(state=closed, often=often), node._replace(state=opened, often=often)]
