"""Check a network before it is used: its parts, traps and cut ends, and who lives far from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import RoadError
from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.joining.finder import GEOD, Components, RoadFinder, arc_matrix, drivable
from shelter_geo.roads.joining.snapping import coordinates, snap
from shelter_geo.roads.network import RoadNetwork

PER_DEGREE: Final = 10_000_000
"""Points are the same to the seventh decimal of a degree, as OpenStreetMap keeps them."""


def overlaps(network: RoadNetwork, parts: Components) -> pd.DataFrame:
    """Find points of two roads at one place that no node joins.

    Such a place is a junction that its mapper forgot to join, or two nodes made of one. A bridge
    whose points lie exactly on those of the road below is found too.

    Parameters
    ----------
    network
        The roads.
    parts
        Its components.

    Returns
    -------
    DataFrame
        One row for each pair of neighbours at a place: `lon`, `lat`, `road_class`,
        `other_class`, `component` and `other_component`; pairs in two components come first, the
        longer ones before the others.
    """
    counts = np.diff(network.shape_start)
    edge = np.repeat(np.arange(network.n_edges), counts)
    first = np.zeros(len(edge), dtype=bool)
    last = np.zeros(len(edge), dtype=bool)
    first[network.shape_start[:-1]] = last[network.shape_start[1:] - 1] = True
    identity = network.n_nodes + np.arange(len(edge))
    identity[first], identity[last] = network.u, network.v
    place = np.rint(network.shape_lonlat * PER_DEGREE).astype(np.int64)
    key = (place[:, 0] + 180 * PER_DEGREE) * (181 * PER_DEGREE) + place[:, 1] + 90 * PER_DEGREE
    rows = np.flatnonzero(drivable(network)[edge] & _repeated(key))
    rows = rows[np.lexsort((edge[rows], identity[rows], key[rows]))]
    once = np.append(True, np.diff(identity[rows]) != 0) if len(rows) else np.zeros(0, dtype=bool)
    rows = rows[once]
    a, b = rows[:-1], rows[1:]
    pair = (key[a] == key[b]) & (edge[a] != edge[b])
    a, b = edge[a[pair]], edge[b[pair]]
    at = rows[1:][pair]
    names = np.array(network.class_names, dtype=object)
    table = pd.DataFrame(
        {
            "lon": network.shape_lonlat[at, 0],
            "lat": network.shape_lonlat[at, 1],
            "road_class": names[network.road_class[a]],
            "other_class": names[network.road_class[b]],
            "component": parts.of_edge[a],
            "other_component": parts.of_edge[b],
        }
    )
    apart = table["component"] != table["other_component"]
    farther = table[["component", "other_component"]].max(axis=1)
    order = np.lexsort((table["lat"], table["lon"], farther, ~apart))
    return table.iloc[order].reset_index(drop=True)


def _repeated(key: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each key stands more than once."""
    order = np.argsort(key, kind="stable")
    same = np.diff(key[order]) == 0
    again = np.zeros(len(key), dtype=bool)
    again[order] = np.append(same, False) | np.append(False, same)
    return again


NO_RETURN: Final = "can be reached but not left"
NO_WAY_IN: Final = "can be left but not reached"
LOOK_AROUND_KM: Final = 100.0
TURN_KM: Final = 1.0
"""A turn restriction this near a place may change the way there."""
SHOWN: Final = 5
"""Places that a summary names."""


@dataclass(frozen=True, eq=False)
class NetworkCheck:
    """What was found on the way in.

    Attributes
    ----------
    components
        One row for each strongly connected component with a road, the longest first:
        `component`, `nodes`, `edges`, `length_km`, `places`, `people`.
    traps
        Nodes beside a long component that one can go to and not come back from, or come from and
        not go to: `node_id`, `lon`, `lat`, `kind`, `component`.
    border_ends
        Nodes near the border where a single edge ends, as a road does that the extract cuts:
        `node_id`, `lon`, `lat`, `road_class`, `border_km`.
    remote
        Places farther from any road than the limit: `nearest_road_km`, `people`, indexed as the
        places.
    overlaps
        Places that two roads share without a junction, as `overlaps` finds them.
    turns
        Places with a turn restriction that is not obeyed within `TURN_KM` of them: its `outcome`
        and `km` in a straight line, the nearest of each place, indexed as the places.
    facts
        Counts and limits that `summary` tells.
    """

    components: pd.DataFrame
    traps: pd.DataFrame
    border_ends: pd.DataFrame
    remote: pd.DataFrame
    overlaps: pd.DataFrame
    turns: pd.DataFrame
    facts: dict[str, float]

    def summary(self) -> str:
        """Tell it in a few lines of plain text."""
        facts, parts = self.facts, self.components
        lines = [
            f"{facts['nodes']:,.0f} nodes, {facts['edges']:,.0f} edges, "
            f"{facts['length_km']:,.0f} km of road.",
            f"{len(parts):,} strongly connected components; the longest:",
        ]
        for row in parts.head(5).to_dict("records"):
            lines.append(
                f"  {row['component']}: {row['length_km']:,.0f} km, {row['places']:,} places, "
                f"{row['people']:,} people"
            )
        kinds = self.traps["kind"].value_counts()
        lines.append(
            f"One-way traps: {kinds.get(NO_RETURN, 0):,} nodes {NO_RETURN}, "
            f"{kinds.get(NO_WAY_IN, 0):,} {NO_WAY_IN}."
        )
        lines += self._overlapping()
        if facts["border_km"] > 0:
            within = f"within {facts['border_km']:g} km of the border"
            lines.append(f"{len(self.border_ends):,} dead ends {within}.")
        if facts["places"]:
            lines.append(
                f"{len(self.remote):,} of {facts['places']:,.0f} places are more than "
                f"{facts['far_km']:g} km from a road ({self.remote['people'].sum():,} people); "
                f"{facts['unjoined']:,.0f} could not be joined."
            )
        if facts["turns_left"] and facts["places"]:
            near = [str(key) for key in self.turns.index]
            some = [*near[:SHOWN], "others"] if len(near) > SHOWN else near
            lines.append(
                f"{facts['turns_left']:,.0f} turn restrictions on these roads are not obeyed; "
                f"places within {TURN_KM:g} km of one: {', '.join(some) or 'none'}."
            )
        return "\n".join(lines)

    def _overlapping(self) -> list[str]:
        """Name places that two roads share without a junction."""
        found = self.overlaps
        if found.empty:
            return []
        apart = found[found["component"] != found["other_component"]]
        lines = [
            f"{len(found):,} places where two roads meet on the map and no junction joins them, "
            f"{len(apart):,} of them between two components" + (":" if len(apart) else ".")
        ]
        lines += [
            f"  lat {row['lat']:.7f}, lon {row['lon']:.7f}: {row['road_class']} and "
            f"{row['other_class']}"
            for row in apart.head(SHOWN).to_dict("records")
        ]
        return lines


def check_network(
    network: RoadNetwork,
    *,
    points: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    anchors: Anchors | None = None,
    people: pd.Series[Any] | None = None,
    boundary: BaseGeometry | None = None,
    border_km: float = 1.0,
    far_km: float = 1.0,
    min_component_share: float = 0.01,
) -> NetworkCheck:
    """Look for what would make a network give wrong answers.

    Parameters
    ----------
    network
        The roads.
    points
        Places in EPSG:4326, to be counted by component.
    anchors
        Where they join; snapped with the default settings if not given.
    people
        People of each place, in the order of `points`; 0 if not given.
    boundary
        Polygon of the study in EPSG:4326; border ends are looked for only with it.
    border_km, far_km
        A dead end this near the border, and a place this far from a road, are reported.
    min_component_share
        Traps are looked for beside components of at least this share of the longest one.

    Raises
    ------
    RoadError
        If there are not as many anchors or people as points, or people are negative.
    """
    finder = RoadFinder.of(network)
    parts = finder.components
    points = gpd.GeoSeries([], crs="EPSG:4326") if points is None else points
    anchors = snap(network, points) if anchors is None else anchors
    counts = _people(people, len(points), len(anchors))
    component = finder.component(anchors.edge)
    remote = _remote(finder, points, counts, far_km)
    border = _border_ends(network, boundary, border_km)
    left = network.provenance.settings.get("turns_left", [])
    facts = {
        "turns_left": len(left),
        "nodes": network.n_nodes,
        "edges": network.n_edges,
        "length_km": network.length_cm.sum() / 1e5,
        "places": len(points),
        "unjoined": int((anchors.edge == NOWHERE).sum()),
        "far_km": far_km,
        "border_km": 0.0 if boundary is None else border_km,
    }
    return NetworkCheck(
        _components(parts, component, counts),
        _traps(network, parts, min_component_share),
        border,
        remote,
        overlaps(network, parts),
        _near_turns(left, points),
        facts,
    )


def _people(people: pd.Series[Any] | None, points: int, anchors: int) -> NDArray[np.int64]:
    counts = np.zeros(points) if people is None else people.to_numpy(dtype=np.float64)
    if anchors != points or len(counts) != points:
        raise RoadError(f"{points} points, {anchors} anchors and {len(counts)} counts of people")
    if not (counts >= 0).all():
        raise RoadError("people must be counted for every place, and not be negative")
    return np.rint(counts).astype(np.int64)


def _components(
    parts: Components, component: NDArray[np.int32], people: NDArray[np.int64]
) -> pd.DataFrame:
    edges = np.bincount(parts.of_edge[parts.of_edge >= 0], minlength=len(parts))
    joined = component >= 0
    by_part = {
        "nodes": np.bincount(parts.of_node, minlength=len(parts)),
        "edges": edges,
        "length_km": parts.length_km,
        "places": np.bincount(component[joined], minlength=len(parts)),
        "people": np.bincount(
            component[joined], weights=people[joined], minlength=len(parts)
        ).astype(np.int64),
    }
    table = pd.DataFrame({"component": np.arange(len(parts)), **by_part})
    return table[edges > 0].reset_index(drop=True)


def _traps(network: RoadNetwork, parts: Components, min_share: float) -> pd.DataFrame:
    graph = arc_matrix(network)
    rows = []
    least = min_share * parts.length_km.max(initial=0.0)
    for part in np.flatnonzero((parts.length_km > 0) & (parts.length_km >= least)):
        start = int(np.flatnonzero(parts.of_node == part)[0])
        for kind, arcs in ((NO_RETURN, graph), (NO_WAY_IN, graph.T.tocsr())):
            reached = breadth_first_order(arcs, start, return_predecessors=False)
            node = np.sort(reached[parts.of_node[reached] != part])
            rows.append(_places(network, node).assign(kind=kind, component=int(part)))
    empty = _places(network, np.zeros(0, dtype=np.int64)).assign(kind="", component=0)
    return pd.concat(rows, ignore_index=True) if rows else empty


def _places(network: RoadNetwork, node: NDArray[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {"node_id": network.node_id[node], "lon": network.lon[node], "lat": network.lat[node]}
    )


def _border_ends(
    network: RoadNetwork, boundary: BaseGeometry | None, border_km: float
) -> pd.DataFrame:
    drivable = (network.forward_ms >= 0) | (network.backward_ms >= 0)
    ends = np.concatenate([network.u[drivable], network.v[drivable]])
    edge = np.tile(np.flatnonzero(drivable), 2)
    single = np.bincount(ends, minlength=network.n_nodes)[ends] == 1
    node, edge = ends[single], edge[single]
    node, edge = node[np.argsort(node)], edge[np.argsort(node)]
    km = _km_to_border(network.lon[node], network.lat[node], boundary)
    near = km <= border_km
    classes = np.array(network.class_names, dtype=object)[network.road_class[edge[near]]]
    return _places(network, node[near]).assign(road_class=classes, border_km=km[near])


def _km_to_border(
    lon: NDArray[np.float64], lat: NDArray[np.float64], boundary: BaseGeometry | None
) -> NDArray[np.float64]:
    """Distance to the outline, in an equidistant projection centred on it; endless without it."""
    if boundary is None:
        return np.full(len(lon), np.inf)
    centre = boundary.centroid
    local = f"+proj=aeqd +lon_0={centre.x} +lat_0={centre.y} +units=km"
    line = gpd.GeoSeries([boundary.boundary], crs="EPSG:4326").to_crs(local).iloc[0]
    nodes = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(local)
    shapely.prepare(line)
    return np.asarray(nodes.distance(line), dtype=np.float64)


def _remote(
    finder: RoadFinder, points: gpd.GeoSeries, people: NDArray[np.int64], far_km: float
) -> pd.DataFrame:
    lon, lat = coordinates(points)
    near = finder.nearest(lon, lat, limit_m=LOOK_AROUND_KM * 1000)
    km = near.metres_from(lon, lat) / 1000
    far = ~(km <= far_km) & np.isfinite(lon)
    table = pd.DataFrame({"nearest_road_km": km, "people": people}, index=points.index)
    return table[far]


def _near_turns(left: Sequence[tuple[str, float, float]], points: gpd.GeoSeries) -> pd.DataFrame:
    """Nearest restriction that is not obeyed, of each place that has one near."""
    lon, lat = coordinates(points)
    table = pd.DataFrame({"outcome": "", "km": np.inf}, index=points.index)
    for outcome, x, y in left:
        km = GEOD.inv(lon, lat, np.full_like(lon, x), np.full_like(lat, y))[2] / 1000
        nearer = km < table["km"].to_numpy()
        table.loc[nearer, "km"] = km[nearer]
        table.loc[nearer, "outcome"] = outcome
    return table[table["km"] <= TURN_KM]
