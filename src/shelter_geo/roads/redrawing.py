"""The same roads at other times, which share all that does not depend on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.joining.finder import RoadFinder
from shelter_geo.roads.network import RoadNetwork


def redraw(
    network: RoadNetwork, forward_ms: NDArray[np.int64], backward_ms: NDArray[np.int64]
) -> RoadNetwork:
    """Return a network at other times; junctions are not taken apart, nor edges laid out, anew.

    Parameters
    ----------
    network
        The roads.
    forward_ms, backward_ms : int64, shape (m,)
        Travel times, or `CLOSED`.

    Raises
    ------
    RoadError
        If the times do not fit the edges.
    """
    other = replace(network, forward_ms=forward_ms, backward_ms=backward_ms)
    vars(other)["junctions"] = network.junctions
    RoadFinder.redraw(other, network)
    return other
