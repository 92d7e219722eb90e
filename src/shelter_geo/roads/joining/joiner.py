"""Join points the same way in every request, whatever else it asks for and whatever has changed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.joining.finder import RoadFinder, drivable
from shelter_geo.roads.joining.snapping import (
    SnapSettings,
    coordinates,
    main_components,
    rejoin,
    snap,
    whole_km,
)
from shelter_geo.roads.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class Joiner:
    """How points join roads, to be given to `costs.cost_matrix` and its like.

    Attributes
    ----------
    settings : SnapSettings
    base : RoadNetwork or None
        The roads as they were before `changes.apply_changes` made the network of them. A point
        joins where it joined these, so that a closed road cuts it off rather than sending it
        elsewhere; it joins a road that the changes opened if that is nearer.
    voters : GeoDataFrame or None
        Settlements: a component that reaches no two of them is a fragment if it is short, and they
        decide which component is the main one of their group. They are always the same, so that no
        answer depends on the other points of a request.
    group : str
        Column that names the group of a point. Points without it belong to no group.
    """

    settings: SnapSettings
    base: RoadNetwork | None = None
    voters: gpd.GeoDataFrame | None = None
    group: str = "district_id"
    _mains: WeakKeyDictionary[RoadNetwork, Mapping[Hashable, int]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )
    _reached: WeakKeyDictionary[RoadNetwork, NDArray[np.int64]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    def __call__(self, network: RoadNetwork, points: gpd.GeoDataFrame | gpd.GeoSeries) -> Anchors:
        """Join points to a network; see `snapping.snap` for what is raised."""
        if self.base is None or self.base is network:
            return self._snap(network, points)
        before = self._snap(self.base, points)
        kept = rejoin(network, before, base=self.base)
        if not _opens(self.base, network):
            return kept
        anew = self._snap(network, points)
        farther = (before.edge != NOWHERE) & (before.connector_cm <= anew.connector_cm)
        farther &= ~self._leaves_fragment(network, kept, anew)
        return kept.where(farther | (anew.edge == NOWHERE), anew)

    def _leaves_fragment(
        self, network: RoadNetwork, kept: Anchors, anew: Anchors
    ) -> NDArray[np.bool_]:
        """Whether points on a fragment find a better part, now that roads have been opened."""
        finder = RoadFinder.of(network)
        least_km = whole_km(finder.components, self.settings)
        before, now = (finder.length_km(finder.component(anchors.edge)) for anchors in (kept, anew))
        return (before < least_km) & (now >= least_km)

    def main(self, network: RoadNetwork) -> Mapping[Hashable, int]:
        """Find the main component of every group: the one that most of its voters join."""
        if self.voters is None or self.group not in self.voters:
            return {}
        if network not in self._mains:
            roads = self.base or network
            anchors = snap(roads, self.voters, settings=self._nearest, reached=self.reached(roads))
            if self.base is not None:
                anchors = rejoin(network, anchors, base=self.base)
            component = RoadFinder.of(network).component(anchors.edge)
            groups = self.voters[self.group]
            wanted = main_components(component, groups)
            once = ~groups.duplicated().to_numpy()  # all of a group have one
            found = dict(zip(groups[once].to_list(), wanted[once].tolist(), strict=True))
            self._mains[network] = {group: part for group, part in found.items() if part >= 0}
        return self._mains[network]

    @property
    def _nearest(self) -> SnapSettings:
        return self.settings.model_copy(update={"to_main": False})

    def reached(self, network: RoadNetwork) -> NDArray[np.int64] | None:
        """Count the voters whose nearest usable road lies in each component."""
        if self.voters is None:
            return None
        if network not in self._reached:
            finder = RoadFinder.of(network)
            near = finder.nearest(
                *coordinates(self.voters),
                limit_m=self.settings.max_connector_km * 1000,
                to=self.settings.to,
                shortest_km=0.0,
            )
            part = finder.component(near.edge)
            count = np.bincount(part[part != NOWHERE], minlength=len(finder.components))
            self._reached[network] = count.astype(np.int64)
        return self._reached[network]

    def _snap(self, network: RoadNetwork, points: gpd.GeoDataFrame | gpd.GeoSeries) -> Anchors:
        groups = self._groups(points) if self.settings.to_main else None
        reached = self.reached(network)
        if groups is None:
            return snap(network, points, settings=self._nearest, reached=reached)
        main = self.main(network)
        return snap(
            network, points, settings=self.settings, groups=groups, main=main, reached=reached
        )

    def _groups(self, points: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series[Any] | None:
        if isinstance(points, gpd.GeoDataFrame) and self.group in points:
            return pd.Series(points[self.group])
        return None


def _opens(base: RoadNetwork, network: RoadNetwork) -> bool:
    """Whether any road may be driven that could not be driven before."""
    was, now = (drivable(roads) for roads in (base, network))
    return len(now) > len(was) or bool((now & ~was).any())
