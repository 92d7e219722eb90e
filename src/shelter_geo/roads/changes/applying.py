"""Apply changes to a network without importing it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.joints import Joints, join_ends
from shelter_geo.roads.changes.selection import select, share_within
from shelter_geo.roads.changes.types import (
    CloseRoads,
    OpenRoad,
    RoadChange,
    SlowRoads,
)
from shelter_geo.roads.joining.snapping import GEOD, SnapSettings
from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.sources.ways import travel_ms

SHORTER = 0.95
"""Share of the straight line that a road may be said to be long.

Published lengths run from the edge of one town to the edge of another, and ends are their centres.
"""


def apply_changes(
    network: RoadNetwork,
    changes: Sequence[RoadChange],
    *,
    places: Mapping[str, tuple[float, float]] | None = None,
    snapping: SnapSettings | None = None,
) -> RoadNetwork:
    """Change roads, in the order given.

    Nodes and edges keep their indices. Where a new road joins an edge between its ends, the edge
    is cut: its first part keeps the index, and new nodes and edges are added at the end.

    Parameters
    ----------
    network
        The roads as they are; not altered.
    changes
        What changes.
    places
        Points (longitude, latitude) of the names that new roads start and end at.
    snapping
        How the ends of new roads join the roads that are there.

    Returns
    -------
    RoadNetwork
        Its provenance lists the changes, the number of edges each altered, and the cuts.

    Raises
    ------
    RoadError
        If a place, node, class or edge is unknown, a change means no road, a new road is shorter
        than a straight line, or its end is too far from any road.
    """
    opened = [change for change in changes if isinstance(change, OpenRoad)]
    joints = join_ends(network, opened, places or {}, snapping or SnapSettings())
    work = _Work(joints.network, joints)
    record = []
    for change in changes:
        plain = change.model_dump(mode="json", exclude_defaults=True)
        record.append({**plain, "kind": change.kind, "altered": work.apply(change)})
    about = work.network.provenance
    before = about.settings.get("changes", [])
    settings = {**about.settings, "changes": [*before, *record]}
    return replace(work.network, provenance=replace(about, settings=settings))


@dataclass
class _Work:
    network: RoadNetwork
    joints: Joints

    def apply(self, change: RoadChange) -> int:
        """Make one change and tell how many edges it altered."""
        if isinstance(change, OpenRoad):
            return self._open(change)
        edges = select(self.network, change, origin=self.joints.origin)
        forward, backward = self.network.forward_ms.copy(), self.network.backward_ms.copy()
        if isinstance(change, CloseRoads):
            forward[edges] = backward[edges] = CLOSED
        elif isinstance(change, SlowRoads):
            share = np.ones(len(edges))
            if change.within is not None:
                share = share_within(self.network, edges, change.within)
            pace = 1 + (change.factor - 1) * share
            for times in (forward, backward):
                slower = np.rint(times[edges] * pace).astype(np.int64)
                times[edges] = np.where(times[edges] >= 0, slower, CLOSED)
        else:
            edges = edges[(forward[edges] < 0) & (backward[edges] < 0)]
            times = travel_ms(self.network.length_cm[edges], np.full(len(edges), change.kmh))
            forward[edges] = backward[edges] = times
        self.network = replace(self.network, forward_ms=forward, backward_ms=backward)
        return len(edges)

    def _open(self, road: OpenRoad) -> int:
        network = self.network
        u, v = self.joints.node[road.start], self.joints.node[road.end]
        ends = [(float(network.lon[node]), float(network.lat[node])) for node in (u, v)]
        shape = np.array([ends[0], *road.via, ends[1]])
        straight_km = GEOD.inv(*ends[0], *ends[1])[2] / 1000
        km = GEOD.line_length(shape[:, 0], shape[:, 1]) / 1000 if road.km is None else road.km
        if km < straight_km * SHORTER:
            raise RoadError(
                f"a road of {km:g} km cannot join {road.start!r} and {road.end!r}, which are "
                f"{straight_km:.1f} km apart"
            )
        length = np.array([round(km * 1e5)], dtype=np.int64)
        time = travel_ms(length, np.array([road.kmh]))
        names = network.class_names
        if road.road_class not in names:
            names = (*names, road.road_class)
        self.network = replace(
            network,
            u=np.append(network.u, np.int32(u)),
            v=np.append(network.v, np.int32(v)),
            length_cm=np.append(network.length_cm, length),
            forward_ms=np.append(network.forward_ms, time),
            backward_ms=np.append(network.backward_ms, CLOSED if road.one_way else time),
            road_class=np.append(network.road_class, np.int16(names.index(road.road_class))),
            class_names=names,
            shape_start=np.append(network.shape_start, network.shape_start[-1] + len(shape)),
            shape_lonlat=np.concatenate([network.shape_lonlat, shape]),
        )
        self.joints.origin = np.append(self.joints.origin, network.n_edges)
        return 1
