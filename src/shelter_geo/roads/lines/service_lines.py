"""Roads from which a facility is reached, or that are reached from it, within a limit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.lines.edge_shapes import edge_piece
from shelter_geo.roads.network import CLOSED, RoadNetwork
from shelter_geo.roads.routing.graph import UNREACHED, Weight
from shelter_geo.units import CM_PER_KM


class Within(NamedTuple):
    """Shares of each edge that lie within the limit, counted from its two ends.

    Attributes
    ----------
    from_u, from_v : float64, shape (m,)
    """

    from_u: NDArray[np.float64]
    from_v: NDArray[np.float64]


class Parts(NamedTuple):
    """Parts of edges, from one share of their length to another.

    Attributes
    ----------
    edge : int64, shape (k,)
    start, end : float64, shape (k,)
    """

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def shares_within(
    network: RoadNetwork, node_cost: NDArray[np.int64], limit: int, weight: Weight, *, towards: bool
) -> Within:
    """Work out how much of each edge lies within a limit.

    Parameters
    ----------
    network
        The roads.
    node_cost : shape (n,)
        Cost between each node and the facility, `UNREACHED` beyond the limit.
    limit
        Whole milliseconds or centimetres.
    weight
        What `node_cost` and `limit` count.
    towards
        Driving to the facility if true, from it if false.
    """
    shares = []
    for end, leaving, entering in (
        (network.u, network.forward_ms, network.backward_ms),
        (network.v, network.backward_ms, network.forward_ms),
    ):
        driven = entering if towards else leaving
        cost = driven if weight == "travel_min" else network.length_cm
        rest = np.where(node_cost[end] == UNREACHED, -1, limit - node_cost[end])
        usable = (driven != CLOSED) & (rest >= 0)
        share = np.divide(rest, cost, out=np.ones(len(end)), where=cost > 0)
        shares.append(np.where(usable, np.minimum(share, 1.0), 0.0))
    return Within(*shares)


def parts_within(within: Within, anchors: Anchors, own: NDArray[np.float64]) -> Parts:
    """List the parts of edges within the limit, none of them twice.

    Parameters
    ----------
    within
        From `shares_within`.
    anchors
        Where the one facility joins.
    own : shape (2,)
        From `own_shares`.
    """
    from_u, from_v = within
    whole = from_u + from_v >= 1
    head, tail = ~whole & (from_u > 0), ~whole & (from_v > 0)
    edge = np.concatenate([np.flatnonzero(kept) for kept in (whole, head, tail)])
    count = [int(kept.sum()) for kept in (whole, head, tail)]
    start = np.concatenate([np.zeros(count[0] + count[1]), 1 - from_v[tail]])
    end = np.concatenate([np.ones(count[0]), from_u[head], np.ones(count[2])])
    joined = int(anchors.edge[0])
    if joined != NOWHERE and not whole[joined] and own.sum() > 0:
        at = float(anchors.along[0])
        around = max(0.0, at - own[0]), min(1.0, at + own[1])
        here = edge == joined
        merged = _union([*zip(start[here], end[here], strict=True), around])
        edge = np.append(edge[~here], np.full(len(merged), joined))
        start = np.append(start[~here], [low for low, _ in merged])
        end = np.append(end[~here], [high for _, high in merged])
    return Parts(edge, start, end)


def _union(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return merged


def draw_parts(network: RoadNetwork, parts: Parts) -> shapely.MultiLineString:
    """Draw parts of edges in EPSG:4326."""
    rows = zip(parts.edge.tolist(), parts.start.tolist(), parts.end.tolist(), strict=True)
    return shapely.MultiLineString([edge_piece(network, *row) for row in rows])


def kilometres(network: RoadNetwork, parts: Parts) -> float:
    """Length of parts of edges, by the lengths of the roads and not of the lines drawn."""
    length = network.length_cm[parts.edge] * (parts.end - parts.start)
    return float(length.sum()) / CM_PER_KM


def own_shares(
    network: RoadNetwork, anchors: Anchors, limit: int, weight: Weight, *, towards: bool
) -> NDArray[np.float64]:
    """Shares of the facility's own edge within the limit, towards its `u` and towards its `v`."""
    edge = int(anchors.edge[0])
    if edge == NOWHERE:
        return np.zeros(2)
    connector = anchors.connector_ms if weight == "travel_min" else anchors.connector_cm
    rest = limit - int(connector[0])
    forward, backward = int(network.forward_ms[edge]), int(network.backward_ms[edge])
    shares = []
    for driven in (forward, backward) if towards else (backward, forward):
        cost = driven if weight == "travel_min" else int(network.length_cm[edge])
        open_ = driven != CLOSED and rest >= 0
        shares.append((1.0 if cost == 0 else min(1.0, rest / cost)) if open_ else 0.0)
    return np.array(shares)
