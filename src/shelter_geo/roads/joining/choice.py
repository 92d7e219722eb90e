"""Choose the road that a point joins: the nearest usable one, unless that is a mere fragment."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.finder import Components, Places, RoadFinder
from shelter_geo.roads.joining.settings import SnapSettings
from shelter_geo.roads.network import RoadNetwork

BETTER: Final = 2.0
"""A fragment gives way to a component of at least so many times its kilometres."""
ALONE: Final = 1
"""A component with no more settlements than this leads from them to no other."""


def choose(
    network: RoadNetwork,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    settings: SnapSettings,
    *,
    reached: NDArray[np.int64] | None = None,
) -> Places:
    """Find the place at which each point joins the roads.

    Parameters
    ----------
    network
        The roads.
    lon, lat
        Points in degrees, shape (k,).
    settings
        What a fragment is, and how far it gives way.
    reached : int64, shape (components,)
        Settlements on each component; without them fragments are told by their length alone.
    """
    finder = RoadFinder.of(network)
    limit_m, least_km = settings.max_connector_km * 1000, whole_km(finder.components, settings)
    nearest = finder.nearest(lon, lat, limit_m=limit_m, to=settings.to, shortest_km=0.0)
    part = finder.component(nearest.edge)
    weak = np.flatnonzero((part != NOWHERE) & (finder.length_km(part) < least_km))
    if not len(weak):
        return nearest
    whole = finder.nearest(
        lon[weak], lat[weak], limit_m=limit_m, to=settings.to, shortest_km=least_km
    )
    length_km = finder.length_km(part[weak])
    farther_m = whole.metres_from(lon[weak], lat[weak]) - nearest.metres_from(lon, lat)[weak]
    alone = length_km < settings.fragment_km
    if reached is not None:
        alone &= reached[part[weak]] <= ALONE
    reach_m = np.where(alone & (settings.to == "edge"), limit_m, settings.nearby_km * 1000)
    longer = finder.length_km(finder.component(whole.edge)) >= BETTER * length_km
    gives_way = (whole.edge != NOWHERE) & longer & (farther_m <= reach_m)
    return nearest.replaced(weak[gives_way], whole.at(gives_way))


def whole_km(components: Components, settings: SnapSettings) -> float:
    """Return the fewest kilometres of a component that is no fragment."""
    longest = float(components.length_km.max(initial=0.0))
    least = max(settings.fragment_km, settings.min_component_share * longest)
    return min(least, longest)
