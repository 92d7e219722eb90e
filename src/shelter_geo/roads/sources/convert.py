"""Networks from and to networkx graphs, in the conventions of osmnx."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.graph_edges import EdgeReader, GraphEdge, number
from shelter_geo.roads.sources.speeds import RoadSettings, rank

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
