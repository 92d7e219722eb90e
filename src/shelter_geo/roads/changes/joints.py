"""Join the ends of new roads to a network, cutting the edges they meet between nodes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.selection import node_of_key, unknown
from shelter_geo.roads.changes.types import OpenRoad, Place
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.finder import RoadFinder
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.joining.snapping import SnapSettings
from shelter_geo.roads.network import CLOSED, RoadNetwork


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
    found = RoadFinder.of(network).nearest(
        lon,
        lat,
        limit_m=settings.max_connector_km * 1000,
        to=settings.to,
        min_share=settings.min_component_share,
    )
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
        shape_start=np.concatenate([[0], np.cumsum(counts)]),
        shape_lonlat=np.concatenate(lonlat),
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
    scale_x, scale_y = metres_per_degree((shape[1:, 1] + shape[:-1, 1]) / 2)
    steps = np.hypot(np.diff(shape[:, 0]) * scale_x, np.diff(shape[:, 1]) * scale_y)
    before = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    places = [[np.interp(share, before, shape[:, axis]) for axis in (0, 1)] for share in shares]
    after = np.searchsorted(before, shares, side="right")
    parts, last, start = [], 0, np.zeros((0, 2))
    for place, row in zip(places, after, strict=True):
        parts.append(np.concatenate([start, shape[last:row], [place]]))
        last, start = row, np.array([place])
    return [*parts, np.concatenate([start, shape[last:]])]


def _new_keys(keys: NDArray[Any], count: int) -> NDArray[Any]:
    if keys.dtype.kind in "iu":
        return np.arange(count) + int(keys.max()) + 1
    taken = set(keys.tolist())
    free = (key for key in map("joint-{}".format, itertools.count(1)) if key not in taken)
    new = list(itertools.islice(free, count))
    return np.array(new, dtype=keys.dtype if keys.dtype.kind == "O" else np.str_)
