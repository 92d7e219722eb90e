"""Read the edges of a networkx graph, join those that run both ways, and say which are bad."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED
from shelter_geo.roads.sources.speeds import RoadSettings, drive, rank

GEOD: Final = Geod(ellps="WGS84")
EXAMPLES: Final = 3

Shape = tuple[tuple[float, float], ...]


@dataclass
class GraphEdge:
    """A street, driven one way or both."""

    u: int
    v: int
    length_cm: int
    road_class: str
    shape: Shape
    times_ms: list[int]

    def order(self) -> tuple[Any, ...]:
        """Key that sorts edges the same way however the graph was put together."""
        return (self.u, self.v, self.length_cm, self.times_ms, self.road_class, self.shape)


class EdgeReader:
    """Turns the edges of one graph into streets, counting what had to be worked out."""

    def __init__(
        self, keys: NDArray[Any], lonlat: NDArray[np.float64], settings: RoadSettings
    ) -> None:
        self._number = {key: k for k, key in enumerate(keys.tolist())}
        self._places: list[tuple[float, float]] = [(x, y) for x, y in lonlat.tolist()]
        self._settings = settings
        self._faults: defaultdict[str, list[str]] = defaultdict(list)
        self.counts: Counter[str] = Counter()

    def read(self, graph: nx.MultiDiGraph[Any]) -> list[GraphEdge]:
        """Read every edge.

        Raises
        ------
        RoadError
            If any edge has a negative, missing or unreadable weight; all of them are counted.
        """
        directed = graph if graph.is_directed() else graph.to_directed()
        streets: list[GraphEdge] = []
        waiting: defaultdict[tuple[Any, ...], deque[GraphEdge]] = defaultdict(deque)
        for tail, head, tags in directed.edges(data=True):
            found = self._edge(tail, head, tags)
            if found is None:
                continue
            u, v, backward, length_cm, time_ms, road_class, shape = found
            line = (u, v, length_cm, road_class, shape)
            one_way = tags.get("oneway") is True
            if not one_way and waiting[(*line, not backward)]:
                waiting[(*line, not backward)].popleft().times_ms[backward] = time_ms
                continue
            times_ms = [CLOSED, CLOSED]
            times_ms[backward] = time_ms
            street = GraphEdge(*line, times_ms)
            if not one_way:
                waiting[(*line, backward)].append(street)
            streets.append(street)
        self._check()
        return streets

    def _edge(
        self, tail: Any, head: Any, tags: Mapping[str, Any]
    ) -> tuple[int, int, bool, int, int, str, Shape] | None:
        name = f"{tail}-{head}"
        u, v = self._number[tail], self._number[head]
        shape = _shape(tags.get("geometry"), self._places[u], self._places[v])
        if shape is None:
            self._faults["a geometry that is not a line"].append(name)
            shape = (self._places[u], self._places[v])
        metres = self._weight(tags, "length", name)
        if metres is None:
            self.counts["lengths_measured"] += 1
            lon, lat = zip(*shape, strict=True)
            metres = float(GEOD.line_length(lon, lat))
        seconds = self._seconds(tags, metres, name)
        if seconds is None:
            return None
        backward = u > v or (u == v and shape > shape[::-1])
        if backward:
            u, v, shape = v, u, shape[::-1]
        classes = _values(tags.get("highway"))
        road_class = max(classes, key=lambda name: (rank(name), name), default="road")
        length_cm, time_ms = round(metres * 100), round(seconds * 1000)
        return u, v, backward, length_cm, time_ms, road_class, shape

    def _weight(self, tags: Mapping[str, Any], key: str, name: str) -> float | None:
        """Value of a weight, 0 for a bad one, which is noted; None for a missing one."""
        value = tags.get(key)
        if value is None:
            return None
        amount = number(value)
        if math.isfinite(amount) and amount >= 0:
            return amount
        what = f"a negative {key}" if amount < 0 else f"no number as {key}"
        self._faults[what].append(f"{name} ({value})")
        return 0.0

    def _seconds(self, tags: Mapping[str, Any], metres: float, name: str) -> float | None:
        """Travel time, from a speed or a class if need be; None where the class is not kept."""
        seconds = self._weight(tags, "travel_time", name)
        if seconds is not None:
            return seconds
        kmh = self._weight(tags, "speed_kph", name)
        if kmh is None:
            classes = _values(tags.get("highway"))
            if not classes:
                self._faults["no travel_time, speed_kph or highway"].append(name)
                return 0.0
            kmh = self._class_kmh(classes, _values(tags.get("maxspeed")))
            self.counts["not_kept" if kmh is None else "times_from_class"] += 1
            if kmh is None:
                return None
        else:
            self.counts["times_from_speed"] += 1
        if kmh <= 0:
            self._faults["a speed of 0"].append(name)
            return 0.0
        return metres * 3.6 / kmh

    def _class_kmh(self, classes: list[str], maxspeeds: list[str]) -> float | None:
        """Speed of a class, the slowest where an edge was joined of several."""
        drives = [
            drive({"highway": highway, "maxspeed": maxspeed, "oneway": "no"}, self._settings)
            for highway, maxspeed in product(classes, maxspeeds or [""])
        ]
        return min((found.forward_kmh for found in drives if found), default=None)

    def _check(self) -> None:
        sentences = []
        for what, edges in sorted(self._faults.items()):
            noun = "edge has" if len(edges) == 1 else "edges have"
            some = ", ".join(sorted(edges)[:EXAMPLES])
            sentences.append(f"{len(edges)} {noun} {what}, e.g. {some}")
        if sentences:
            raise RoadError("the graph cannot be used: " + "; ".join(sentences))


def number(value: Any) -> float:
    """Read a number that may be text; NaN if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _values(value: Any) -> list[str]:
    """One or several values of a tag."""
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]


def _shape(geometry: Any, tail: tuple[float, float], head: tuple[float, float]) -> Shape | None:
    """Points from tail to head, turned round if they were drawn from head to tail."""
    if geometry is None:
        return (tail, head)
    if isinstance(geometry, str):
        geometry = shapely.from_wkt(geometry, on_invalid="ignore")
    if not isinstance(geometry, shapely.LineString) or geometry.is_empty:
        return None
    points: Shape = tuple((x, y) for x, y in shapely.get_coordinates(geometry).tolist())
    if math.dist(points[0], head) < math.dist(points[0], tail):
        return points[::-1]
    return points
