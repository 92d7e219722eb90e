"""Networks from and to networkx graphs, in the conventions of osmnx."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.access import ACCESS_KEYS, barrier_note
from shelter_geo.roads.sources.graph_edges import EXAMPLES, EdgeReader, GraphEdge, number, values_of
from shelter_geo.roads.sources.notes import Note
from shelter_geo.roads.sources.osm import barriers_by_value
from shelter_geo.roads.sources.speeds import RoadSettings, rank


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
    `travel_time` (s), if missing, is worked out from `speed_kph`, or else from its tags by the
    rules that hold for ways of OpenStreetMap. These also decide what is left out, whether its time
    is given or not: classes that are not kept, and what is closed to cars. Edges that were joined
    of several ways are as slow as the slowest. A barrier tagged at a node cuts the edges there. Two
    edges along one line in opposite directions become one, unless `oneway` is true.

    Parameters
    ----------
    graph
        A graph in degrees (EPSG:4326); the edges of an undirected one are two-way.
    settings
        What becomes a road, and speeds where neither time nor speed is given.
    source, licence, date
        Provenance; what the graph itself says is taken where they are empty.

    Returns
    -------
    RoadNetwork
        Nodes sorted if their keys can be, edges by nodes and length. Its provenance counts the
        lengths and times that were worked out, and tells what was left out or not understood.

    Raises
    ------
    RoadError
        If the graph is projected, or nodes have no place, or edges have negative or no weights:
        how many of each, and which, for instance; or if it has edges but none is kept.
    """
    if "crs" in graph.graph and "4326" not in str(graph.graph["crs"]):
        raise RoadError(f"the graph is in {graph.graph['crs']}; project it to EPSG:4326 first")
    keys = _sorted_keys(graph)
    lonlat = _places(graph, keys)
    settings = settings or RoadSettings()
    reader = EdgeReader(keys, lonlat, settings)
    edges = sorted(reader.read(graph), key=GraphEdge.order)
    rows = reader.reader.rows()
    if not edges and graph.number_of_edges():
        raise RoadError(_nothing(graph, rows, settings))
    shut = _shut_nodes(graph, keys, settings)
    barriers = barriers_by_value(
        {node: shut[node] for edge in edges for node in (edge.u, edge.v) if node in shut}
    )
    new = _cut_at(edges, shut, len(keys))
    keys, lonlat = _more_keys(keys, new), np.concatenate([lonlat, lonlat[np.array(new, dtype=int)]])
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
            {
                "roads": settings.model_dump(mode="json"),
                "counts": counts,
                "tags": rows,
                "barriers": barriers,
            },
        ),
        enterable=np.array([edge.enterable for edge in edges], dtype=bool),
    )


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[Any]:
    """Make a graph as osmnx does, with an edge for every open direction.

    Nodes have `x`, `y` and `street_count`, the ends of streets that meet there. Edges have `osmid`
    (the index of the edge in the network), `highway`, `oneway`, `reversed`, `length` (m),
    `travel_time` (s), `speed_kph`, `enterable`, and `geometry` where they bend.
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


def _attributes(network: RoadNetwork, edge: int, backward: bool, time_ms: int) -> dict[str, Any]:
    metres, seconds = int(network.length_cm[edge]) / 100, time_ms / 1000
    attributes: dict[str, Any] = {
        "osmid": edge,
        "highway": network.class_names[network.road_class[edge]],
        "reversed": backward,
        "length": metres,
        "travel_time": seconds,
        "enterable": bool(network.enterable[edge]),
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


def _nothing(
    graph: nx.MultiDiGraph[Any], rows: list[dict[str, Any]], settings: RoadSettings
) -> str:
    """Say that no edge of a graph is kept, and why."""
    reasons = [f"{row['tag']}={row['value']} ({row['taken_for']})" for row in rows]
    why = f"; what it has is {', '.join(reasons[:EXAMPLES])}" if reasons else ""
    return (
        f"the graph has no road that is kept among its {graph.number_of_edges()} edges{why}; the "
        f"kept classes are {', '.join(settings.keep)}"
    )


def _shut_nodes(
    graph: nx.MultiDiGraph[Any], keys: NDArray[Any], settings: RoadSettings
) -> dict[int, Note]:
    """Find what shuts nodes to cars, by their index."""
    shut = {}
    for node, key in enumerate(keys.tolist()):
        attributes = graph.nodes[key]
        if "barrier" in attributes or not attributes.keys().isdisjoint(ACCESS_KEYS):
            tags = {tag: ";".join(values_of(value)) for tag, value in attributes.items()}
            note = barrier_note(tags, settings.closed_access)
            if note:
                shut[node] = note
    return shut


def _cut_at(edges: list[GraphEdge], shut: Container[int], n_nodes: int) -> list[int]:
    """Let edges end at nodes of their own where they met at a shut node.

    Returns
    -------
    list of int
        The shut node that each new node stands for; the first edge at a node stays at it.
    """
    seen: set[int] = set()
    new: list[int] = []
    for edge in edges:
        for end in ("u", "v"):
            node = getattr(edge, end)
            if node in seen:
                setattr(edge, end, n_nodes + len(new))
                new.append(node)
            elif node in shut:
                seen.add(node)
    return new


def _more_keys(keys: NDArray[Any], new: list[int]) -> NDArray[Any]:
    """Keys with those of new nodes, which no node has."""
    if not new:
        return keys
    if keys.dtype.kind in "iu":
        return np.append(keys, keys.max() + 1 + np.arange(len(new)))
    more = np.empty(len(new), dtype=object)
    used = set(keys.tolist())
    for k, node in enumerate(new):
        count = 2
        while (key := f"{keys[node]}#{count}") in used:
            count += 1
        used.add(key)
        more[k] = key
    return np.append(keys, more)
