"""Networks from and to networkx graphs, in the conventions of osmnx."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
from shelter_geo.roads.sources.speeds import RoadSettings, drive, rank
from shelter_geo.roads.sources.ways import GEOD

Shape = tuple[tuple[float, float], ...]
EXAMPLES: Final = 3


def from_networkx(
    graph: nx.MultiDiGraph[Any],
    settings: RoadSettings | None = None,
    *,
    source: str = "",
    licence: str = "",
    date: str = "",
) -> RoadNetwork:
    """Make a network of a graph with `x` and `y` at its nodes.

    An edge's `length` (m) is measured along its `geometry`, or straight, where it is missing. Its
    `travel_time` (s), if missing, is worked out from `speed_kph`, or else from `highway` and
    `maxspeed`. Two edges along one line in opposite directions become one, unless `oneway` is true.

    Parameters
    ----------
    graph
        A graph in degrees (EPSG:4326); the edges of an undirected one are two-way.
    settings
        Speeds of `highway` classes, where neither time nor speed is given.
    source, licence, date
        Provenance; what the graph itself says is taken where they are empty.

    Returns
    -------
    RoadNetwork
        Nodes sorted if their keys can be, edges by nodes and length. Its provenance counts the
        lengths and times that were worked out.

    Raises
    ------
    RoadError
        If the graph is projected, or nodes have no place, or edges have negative or no weights:
        how many of each, and which, for instance.
    """
    if "crs" in graph.graph and "4326" not in str(graph.graph["crs"]):
        raise RoadError(f"the graph is in {graph.graph['crs']}; project it to EPSG:4326 first")
    keys = _sorted_keys(graph)
    lonlat = _places(graph, keys)
    reader = EdgeReader(keys, lonlat, settings or RoadSettings())
    edges = sorted(reader.read(graph), key=GraphEdge.order)
    names = tuple(sorted({edge.road_class for edge in edges}, key=lambda name: (rank(name), name)))
    counts = dict(sorted(reader.counts.items()))
    stated = {name: str(graph.graph.get(name, "")) for name in ("source", "licence", "date")}
    return RoadNetwork(
        node_id=keys,
        lon=lonlat[:, 0].copy(),
        lat=lonlat[:, 1].copy(),
        u=np.array([edge.u for edge in edges], dtype=np.int32),
        v=np.array([edge.v for edge in edges], dtype=np.int32),
        length_cm=np.array([edge.length_cm for edge in edges], dtype=np.int64),
        forward_ms=np.array([edge.times_ms[0] for edge in edges], dtype=np.int64),
        backward_ms=np.array([edge.times_ms[1] for edge in edges], dtype=np.int64),
        road_class=np.array([names.index(edge.road_class) for edge in edges], dtype=np.int16),
        class_names=names,
        shape_start=np.cumsum([0, *(len(edge.shape) for edge in edges)], dtype=np.int64),
        shape_lonlat=np.array([point for edge in edges for point in edge.shape]).reshape(-1, 2),
        provenance=Provenance(
            source or stated["source"] or "networkx graph",
            licence or stated["licence"],
            date or stated["date"],
            {"counts": counts},
        ),
    )


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[Any]:
    """Make a graph as osmnx does, with an edge for every open direction.

    Nodes have `x`, `y` and `street_count`, the ends of streets that meet there. Edges have `osmid`
    (the index of the edge in the network), `highway`, `oneway`, `reversed`, `length` (m),
    `travel_time` (s), `speed_kph`, and `geometry` where they bend.
    """
    about = network.provenance
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(
        crs="epsg:4326", source=about.source, licence=about.licence, date=about.date
    )
    keys = network.node_id.tolist()
    driven = (network.forward_ms >= 0) | (network.backward_ms >= 0)
    met = np.concatenate([network.u[driven], network.v[driven]])
    streets = np.bincount(met, minlength=network.n_nodes).tolist()
    places = zip(keys, network.lon.tolist(), network.lat.tolist(), streets, strict=True)
    for key, lon, lat, count in places:
        graph.add_node(key, x=lon, y=lat, street_count=count)
    for edge in range(network.n_edges):
        times = (int(network.forward_ms[edge]), int(network.backward_ms[edge]))
        for backward, time_ms in enumerate(times):
            if time_ms >= 0:
                ends = (network.u[edge], network.v[edge])
                tail, head = ends[::-1] if backward else ends
                attributes = _attributes(network, edge, bool(backward), time_ms)
                attributes["oneway"] = min(times) < 0
                graph.add_edge(keys[tail], keys[head], **attributes)
    return graph


def read_graphml(path: str | Path, settings: RoadSettings | None = None) -> RoadNetwork:
    """Read a graph that osmnx saved as GraphML.

    Raises
    ------
    RoadError
        If the file is missing or no GraphML of osmnx, or as `from_networkx`.
    """
    import osmnx

    path = Path(path)
    try:
        graph = osmnx.load_graphml(path)
    except FileNotFoundError as error:
        raise RoadError(f"{path} does not exist") from error
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, nx.NetworkXError) as error:
        raise RoadError(f"{path} is not a graph saved by osmnx: {error}") from error
    return from_networkx(graph, settings, source=str(graph.graph.get("source") or path.name))


def _attributes(network: RoadNetwork, edge: int, backward: bool, time_ms: int) -> dict[str, Any]:
    metres, seconds = int(network.length_cm[edge]) / 100, time_ms / 1000
    attributes: dict[str, Any] = {
        "osmid": edge,
        "highway": network.class_names[network.road_class[edge]],
        "reversed": backward,
        "length": metres,
        "travel_time": seconds,
    }
    if time_ms > 0:
        attributes["speed_kph"] = metres / seconds * 3.6
    shape = network.shape_lonlat[network.shape_start[edge] : network.shape_start[edge + 1]]
    if len(shape) > 2:
        attributes["geometry"] = shapely.LineString(shape[::-1] if backward else shape)
    return attributes


def _sorted_keys(graph: nx.MultiDiGraph[Any]) -> NDArray[Any]:
    keys = list(graph.nodes)
    if all(isinstance(key, (int, np.integer)) for key in keys):
        return np.array(sorted(keys), dtype=np.int64)
    if all(isinstance(key, str) for key in keys):
        keys = sorted(keys)
    found = np.empty(len(keys), dtype=object)
    found[:] = keys
    return found


def _places(graph: nx.MultiDiGraph[Any], keys: NDArray[Any]) -> NDArray[np.float64]:
    nodes = graph.nodes
    places = [(number(nodes[k].get("x")), number(nodes[k].get("y"))) for k in keys.tolist()]
    lonlat = np.array(places, dtype=np.float64).reshape(-1, 2)
    bad = ~((np.abs(lonlat[:, 0]) <= 180) & (np.abs(lonlat[:, 1]) <= 90))
    if bad.any():
        some = ", ".join(str(key) for key in keys[bad][:EXAMPLES])
        raise RoadError(f"{bad.sum()} nodes have no x and y in degrees, e.g. {some}")
    return lonlat


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
