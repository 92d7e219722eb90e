"""Routes and service areas drawn along the shapes of the roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE, Anchors, direct
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.network import CLOSED, NO_EDGE, RoadNetwork, beside, line_of, usual
from shelter_geo.roads.routing.graph import UNREACHED, Path, Weight
from shelter_geo.units import CM_PER_KM

Line = NDArray[np.float64]
"""Points in degrees, shape (k, 2)."""


def edge_shape(network: RoadNetwork, edge: int) -> Line:
    """Return the points of an edge from its `u` to its `v`."""
    first, last = network.shape_start[edge : edge + 2]
    return network.shape_lonlat[first:last]


def edge_piece(network: RoadNetwork, edge: int, start: float, end: float) -> Line:
    """Return the part of an edge between two shares of its length, in the order given.

    Parameters
    ----------
    network
        The roads.
    edge
        Index of the edge.
    start, end
        Shares of its length, 0 at its `u` and 1 at its `v`.
    """
    shape = edge_shape(network, edge)
    shape = np.column_stack([beside(shape[:, 0], float(shape[0, 0])), shape[:, 1]])
    metres = np.diff(shape, axis=0) * np.stack(metres_per_degree(shape[:-1, 1]), axis=1)
    done = np.append(0.0, np.cumsum(np.hypot(*metres.T)))
    low, high = np.array(sorted((start, end))) * done[-1]
    inner = shape[(done > low) & (done < high)]
    cut = [[np.interp(at, done, shape[:, k]) for k in (0, 1)] for at in (low, high)]
    piece = np.concatenate([cut[:1], inner, cut[1:]])
    piece[:, 0] = usual(piece[:, 0])
    return piece if start <= end else piece[::-1]


@dataclass(frozen=True)
class Route:
    """One route: its line in EPSG:4326 and its cost, connectors included."""

    line: shapely.LineString | shapely.MultiLineString
    time_ms: int
    length_cm: int


@dataclass(frozen=True, eq=False)
class RouteLines:
    """What is needed to draw routes between two sets of points.

    Attributes
    ----------
    network : RoadNetwork
    leave, arrive : Anchors
        Where origins and facilities join it.
    origins, facilities : GeoSeries
        The points themselves, EPSG:4326.
    """

    network: RoadNetwork
    leave: Anchors
    arrive: Anchors
    origins: gpd.GeoSeries
    facilities: gpd.GeoSeries

    def route(self, way: Path, origin: int, facility: int) -> Route | None:
        """Draw one route of the routing engine, or the way along a shared edge if that is better.

        A facility at the origin's own point is reached on the spot.

        Parameters
        ----------
        way
            Best way over nodes, perhaps `UNREACHED`.
        origin, facility
            Rows of the two points.

        Returns
        -------
        Route or None
            None where there is no road.
        """
        drive = self._drive(way, origin, facility)
        if drive is None:
            return None
        pieces, cost = drive
        return self._finish([self._draw(*piece) for piece in pieces], origin, facility, cost)

    def edges(self, way: Path, origin: int, facility: int) -> set[int]:
        """Edges that a route runs along, at least in part; none where there is no road.

        Parameters
        ----------
        way, origin, facility
            As for `route`.
        """
        pieces, _ = self._drive(way, origin, facility) or ([], (0, 0))
        return {edge for edge, start, end in pieces if start != end}

    def _drive(
        self, way: Path, origin: int, facility: int
    ) -> tuple[list[tuple[int, float, float]], tuple[int, int]] | None:
        """Pieces of edges in the order driven, by shares of their lengths, and the whole cost."""
        if self.origins.iloc[origin] == self.facilities.iloc[facility]:
            return [], (0, 0)
        rows = np.array([origin]), np.array([facility])
        within = direct(self.network, self.leave, self.arrive, *rows)
        short = int(within.time_ms[0]), int(within.length_cm[0])
        over_nodes = way.time_ms, way.length_cm
        start, goal = int(self.leave.edge[origin]), int(self.arrive.edge[facility])
        ends = float(self.leave.along[origin]), float(self.arrive.along[facility])
        if UNREACHED not in short and (UNREACHED in over_nodes or short <= over_nodes):
            return [(start, *ends)], short
        if UNREACHED in over_nodes:
            return None
        arcs = self.network.arcs
        pieces = [(start, ends[0], _share_of_end(self.leave.leave_node, way.leave_entry))]
        for arc in way.arcs[arcs.edge[way.arcs] != NO_EDGE].tolist():
            pieces.append((int(arcs.edge[arc]), *((0.0, 1.0) if arcs.forward[arc] else (1.0, 0.0))))
        pieces.append((goal, _share_of_end(self.arrive.arrive_node, way.arrive_entry), ends[1]))
        return pieces, over_nodes

    def _draw(self, edge: int, start: float, end: float) -> Line:
        if (start, end) == (0.0, 1.0):
            return edge_shape(self.network, edge)
        if (start, end) == (1.0, 0.0):
            return edge_shape(self.network, edge)[::-1]
        return edge_piece(self.network, edge, start, end)

    def _finish(
        self, pieces: list[Line], origin: int, facility: int, cost: tuple[int, int]
    ) -> Route:
        """Join the pieces and the two connectors, without points that repeat the one before."""
        a, b = self.origins.iloc[origin], self.facilities.iloc[facility]
        points = np.concatenate([[[a.x, a.y]], *pieces, [[b.x, b.y]]])
        moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
        kept = points[moved]
        line = line_of(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))
        return Route(line, *cost)


def _share_of_end(nodes: NDArray[np.int32], entry: int) -> float:
    """Share of the edge at which the entry used lies: 0 at its `u`, 1 at its `v`.

    The routing engine numbers the ends that are there, point by point.
    """
    return float(np.flatnonzero(nodes.ravel() != NOWHERE)[entry] % 2)


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
        Cost between each node of the engine and the facility, `UNREACHED` beyond the limit.
    limit
        Whole milliseconds or centimetres.
    weight
        What `node_cost` and `limit` count.
    towards
        Driving to the facility if true, from it if false.
    """
    shares = []
    # Towards the facility an end is arrived at, from it one departs there.
    there, back = (0, 1) if not towards else (1, 0)
    ends = network.junctions.head if towards else network.junctions.tail
    for end, driven in (
        (ends[there::2], network.backward_ms if towards else network.forward_ms),
        (ends[back::2], network.forward_ms if towards else network.backward_ms),
    ):
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
    drawn = [line_of(edge_piece(network, *row)) for row in rows]
    return shapely.MultiLineString([part for line in drawn for part in shapely.get_parts(line)])


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
