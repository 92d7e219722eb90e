"""Apply changes to a network without importing it again, joining the ends of new roads to it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.types import (
    CloseRoads,
    OpenRoad,
    Place,
    RoadChange,
    SetSpeed,
    SlowRoads,
    node_of_key,
    select,
    share_within,
    unknown,
)
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.finder import GEOD
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.joining.snapping import SnapSettings, choose_places
from shelter_geo.roads.network import CLOSED, RoadNetwork, beside, usual
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
    joints = join_ends(
        network, opened, {} if places is None else places, snapping or SnapSettings()
    )
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
        elif isinstance(change, (SlowRoads, SetSpeed)):
            share = np.ones(len(edges))
            if change.within is not None:
                share = share_within(self.network, edges, change.within)
            for times in (forward, backward):
                now = times[edges]
                if isinstance(change, SlowRoads):
                    then = now * (1 + (change.factor - 1) * share)
                else:
                    kmh = np.full(len(edges), change.kmh)
                    then = now + (travel_ms(self.network.length_cm[edges], kmh) - now) * share
                times[edges] = np.where(now >= 0, np.rint(then).astype(np.int64), CLOSED)
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
            enterable=np.append(network.enterable, True),
            shape_start=np.append(network.shape_start, network.shape_start[-1] + len(shape)),
            shape_lonlat=np.concatenate([network.shape_lonlat, shape]),
        )
        self.joints.origin = np.append(self.joints.origin, network.n_edges)
        return 1


@dataclass
class Joints:
    """A network with its edges cut where new roads are to join.

    Attributes
    ----------
    network
        The roads; its provenance lists the cuts: edge, shares of its length, edges of its parts.
    node
        Node of every end of a new road.
    origin : int64, shape (m,)
        For each edge the one it was cut from, or itself.
    """

    network: RoadNetwork
    node: dict[Place, int]
    origin: NDArray[np.int64]


def join_ends(
    network: RoadNetwork,
    roads: Sequence[OpenRoad],
    places: Mapping[str, tuple[float, float]],
    settings: SnapSettings,
) -> Joints:
    """Find or make the nodes at which new roads start and end.

    Raises
    ------
    RoadError
        If an end is unknown, or too far from any usable road.
    """
    node: dict[Place, int] = {}
    cuts: dict[int, dict[float, list[Place]]] = {}
    for end in dict.fromkeys(end for road in roads for end in (road.start, road.end)):
        known = None if isinstance(end, tuple) else node_of_key(network, end)
        if known is not None:
            node[end] = known
            continue
        edge, along = _nearest(network, end, _point(network, end, places), settings)
        if 0 < along < 1:
            cuts.setdefault(edge, {}).setdefault(along, []).append(end)
        else:
            node[end] = int(network.v[edge] if along else network.u[edge])
    origin = [np.arange(network.n_edges)]
    for edge, ends in sorted(cuts.items()):
        shares = sorted(ends)
        for number, share in enumerate(shares):
            node.update(dict.fromkeys(ends[share], network.n_nodes + number))
        network = _cut(network, edge, shares)
        origin.append(np.full(len(shares), edge))
    return Joints(network, node, np.concatenate(origin))


def _point(
    network: RoadNetwork, end: Place, places: Mapping[str, tuple[float, float]]
) -> tuple[float, float]:
    if isinstance(end, tuple):
        return end
    if end in places:
        return places[str(end)]
    raise unknown("place", end, [*network.node_id.tolist(), *places])


def _nearest(
    network: RoadNetwork, end: Place, point: tuple[float, float], settings: SnapSettings
) -> tuple[int, float]:
    lon, lat = (np.array([value], dtype=np.float64) for value in point)
    found = choose_places(network, lon, lat, settings)
    if found.edge[0] == NOWHERE:
        raise RoadError(f"no usable road within {settings.max_connector_km:g} km of {end!r}")
    return int(found.edge[0]), float(found.along[0])


def _cut(network: RoadNetwork, edge: int, shares: list[float]) -> RoadNetwork:
    """Cut an edge at shares of its length; its first part keeps the index."""
    begin, end = network.shape_start[edge], network.shape_start[edge + 1]
    parts = _cut_shape(network.shape_lonlat[begin:end], shares)
    joints = np.array([part[-1] for part in parts[:-1]])
    node = np.arange(network.n_nodes, network.n_nodes + len(shares), dtype=np.int32)
    m = network.n_edges
    length_cm, forward_ms, backward_ms = (
        _put(costs, edge, _split(int(costs[edge]), shares))
        for costs in (network.length_cm, network.forward_ms, network.backward_ms)
    )
    counts = _put(np.diff(network.shape_start), edge, np.array([len(part) for part in parts]))
    lonlat = [network.shape_lonlat[:begin], parts[0], network.shape_lonlat[end:], *parts[1:]]
    about = network.provenance
    cut = [edge, shares, [edge, *range(m, m + len(shares))]]
    settings = {**about.settings, "cuts": [*about.settings.get("cuts", []), cut]}
    # At its `v` the edge is arrived at and left by its last part now.
    far = 2 * (m + len(shares) - 1)
    turn_from = np.where(network.turn_from == 2 * edge, far, network.turn_from)
    turn_to = np.where(network.turn_to == 2 * edge + 1, far + 1, network.turn_to)
    return replace(
        network,
        node_id=np.append(network.node_id, _new_keys(network.node_id, len(shares))),
        lon=np.append(network.lon, joints[:, 0]),
        lat=np.append(network.lat, joints[:, 1]),
        u=np.append(network.u, node),
        v=_put(network.v, edge, np.append(node, network.v[edge])),
        length_cm=length_cm,
        forward_ms=forward_ms,
        backward_ms=backward_ms,
        road_class=_put(network.road_class, edge, np.repeat(network.road_class[edge], len(parts))),
        enterable=_put(network.enterable, edge, np.repeat(network.enterable[edge], len(parts))),
        shape_start=np.concatenate([[0], np.cumsum(counts)]),
        shape_lonlat=np.concatenate(lonlat),
        turn_from=turn_from,
        turn_to=turn_to,
        provenance=replace(about, settings=settings),
    )


def _put(values: NDArray[Any], edge: int, parts: NDArray[Any]) -> NDArray[Any]:
    """Replace one value by that of the first part, and append those of the others."""
    result = np.append(values, parts[1:].astype(values.dtype))
    result[edge] = parts[0]
    return result


def _split(cost: int, shares: list[float]) -> NDArray[np.int64]:
    """Parts of a cost that add up to it; all closed if it is."""
    if cost < 0:
        return np.full(len(shares) + 1, CLOSED, dtype=np.int64)
    bounds = np.rint(np.array([0.0, *shares, 1.0]) * cost).astype(np.int64)
    parts: NDArray[np.int64] = np.diff(bounds)
    return parts


def _cut_shape(shape: NDArray[np.float64], shares: list[float]) -> list[NDArray[np.float64]]:
    shape = np.column_stack([beside(shape[:, 0], float(shape[0, 0])), shape[:, 1]])
    scale_x, scale_y = metres_per_degree((shape[1:, 1] + shape[:-1, 1]) / 2)
    steps = np.hypot(np.diff(shape[:, 0]) * scale_x, np.diff(shape[:, 1]) * scale_y)
    before = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    places = [[np.interp(share, before, shape[:, axis]) for axis in (0, 1)] for share in shares]
    after = np.searchsorted(before, shares, side="right")
    parts, last, start = [], 0, np.zeros((0, 2))
    for place, row in zip(places, after, strict=True):
        parts.append(np.concatenate([start, shape[last:row], [place]]))
        last, start = row, np.array([place])
    parts.append(np.concatenate([start, shape[last:]]))
    return [np.column_stack([usual(part[:, 0]), part[:, 1]]) for part in parts]


def _new_keys(keys: NDArray[Any], count: int) -> NDArray[Any]:
    if keys.dtype.kind in "iu":
        return np.arange(count) + int(keys.max()) + 1
    taken = set(keys.tolist())
    free = (key for key in map("joint-{}".format, itertools.count(1)) if key not in taken)
    new = list(itertools.islice(free, count))
    return np.array(new, dtype=keys.dtype if keys.dtype.kind == "O" else np.str_)
