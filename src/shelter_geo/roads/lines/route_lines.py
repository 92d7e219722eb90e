"""Routes drawn as lines along the shapes of the roads."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.lines.edge_shapes import Line, edge_piece, edge_shape
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.graph import UNREACHED, Path
from shelter_geo.roads.routing.within_edge import direct


@dataclass(frozen=True)
class Route:
    """One route: its line in EPSG:4326 and its cost, connectors included."""

    line: shapely.LineString
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
        rows = np.array([origin]), np.array([facility])
        within = direct(self.network, self.leave, self.arrive, *rows)
        short = int(within.time_ms[0]), int(within.length_cm[0])
        over_nodes = way.time_ms, way.length_cm
        if UNREACHED not in short and (UNREACHED in over_nodes or short <= over_nodes):
            edge = int(self.leave.edge[origin])
            ends = float(self.leave.along[origin]), float(self.arrive.along[facility])
            return self._finish([self._piece(edge, *ends)], origin, facility, short)
        if UNREACHED in over_nodes:
            return None
        first = _share_of_end(self.leave.leave_node, way.leave_entry)
        last = _share_of_end(self.arrive.arrive_node, way.arrive_entry)
        start, goal = int(self.leave.edge[origin]), int(self.arrive.edge[facility])
        pieces = [self._piece(start, float(self.leave.along[origin]), first)]
        pieces += [self._arc(arc) for arc in way.arcs.tolist()]
        pieces.append(self._piece(goal, last, float(self.arrive.along[facility])))
        return self._finish(pieces, origin, facility, over_nodes)

    def _arc(self, arc: int) -> Line:
        shape = edge_shape(self.network, int(self.network.arcs.edge[arc]))
        return shape if self.network.arcs.forward[arc] else shape[::-1]

    def _piece(self, edge: int, start: float, end: float) -> Line:
        return edge_piece(self.network, edge, start, end)

    def _finish(
        self, pieces: list[Line], origin: int, facility: int, cost: tuple[int, int]
    ) -> Route:
        """Join the pieces and the two connectors, without points that repeat the one before."""
        a, b = self.origins.iloc[origin], self.facilities.iloc[facility]
        points = np.concatenate([[[a.x, a.y]], *pieces, [[b.x, b.y]]])
        moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
        kept = points[moved]
        line = shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))
        return Route(line, *cost)


def _share_of_end(nodes: NDArray[np.int32], entry: int) -> float:
    """Share of the edge at which the entry used lies: 0 at its `u`, 1 at its `v`.

    The routing engine numbers the ends that are there, point by point.
    """
    return float(np.flatnonzero(nodes.ravel() != NOWHERE)[entry] % 2)
