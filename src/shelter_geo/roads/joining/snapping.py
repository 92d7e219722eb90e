"""Join points to roads: the nearest edge that can be left and reached, and the way to it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from shelter_geo.errors import RoadError
from shelter_geo.roads.joining.anchors import NOWHERE, Anchors
from shelter_geo.roads.joining.finder import Components, Places, RoadFinder, Target
from shelter_geo.roads.joining.nearest import ANY
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.vocabulary import Reason, choose


class SnapSettings(BaseModel):
    """How points join roads.

    Attributes
    ----------
    to
        Join the nearest place on an edge, or the nearest node. Use nodes where edges are straight
        lines between towns, because no road runs along them.
    connector_kmh
        Speed between the point and the road: 5 km/h, a person walking.
    max_connector_km
        A point farther than this from a usable road is unreachable.
    fragment_km, min_component_share
        A component is a fragment if it has fewer kilometres than this, or a smaller share of the
        kilometres of the longest one. The longest one never is.
    nearby_km
        A fragment gives way to a better component that is at most so much farther away. One of
        fewer than `fragment_km` that reaches no other settlement gives way to any better one
        within `max_connector_km`, unless points join nodes.
    to_main
        Join a point to the main component of its group, even where another one is nearer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Target = "edge"
    connector_kmh: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    max_connector_km: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    fragment_km: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    min_component_share: float = Field(default=0.01, ge=0, le=1)
    nearby_km: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    to_main: bool = False


BETTER: Final = 2.0
"""A fragment gives way to a component of at least so many times its kilometres."""
ALONE: Final = 1
"""A component with no more settlements than this leads from them to no other."""


def choose_places(
    network: RoadNetwork,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    settings: SnapSettings,
    *,
    reached: NDArray[np.int64] | None = None,
) -> Places:
    """Find the place at which each point joins the roads.

    Parameters
    ----------
    network
        The roads.
    lon, lat
        Points in degrees, shape (k,).
    settings
        What a fragment is, and how far it gives way.
    reached : int64, shape (components,)
        Settlements on each component; without them fragments are told by their length alone.
    """
    finder = RoadFinder.of(network)
    limit_m, least_km = settings.max_connector_km * 1000, whole_km(finder.components, settings)
    nearest = finder.nearest(lon, lat, limit_m=limit_m, to=settings.to, shortest_km=0.0)
    lost = np.flatnonzero(nearest.edge == NOWHERE)
    if settings.to == "edge" and len(
        lost
    ):  # the end of a motorway or a ferry, where no other road is within reach
        last = finder.dead_ends(lon[lost], lat[lost], limit_m=limit_m)
        nearest = nearest.replaced(lost, last)
    part = finder.component(nearest.edge)
    weak = np.flatnonzero((part != NOWHERE) & (finder.length_km(part) < least_km))
    if not len(weak):
        return nearest
    whole = finder.nearest(
        lon[weak], lat[weak], limit_m=limit_m, to=settings.to, shortest_km=least_km
    )
    length_km = finder.length_km(part[weak])
    farther_m = whole.metres_from(lon[weak], lat[weak]) - nearest.metres_from(lon, lat)[weak]
    alone = length_km < settings.fragment_km
    if reached is not None:
        alone &= reached[part[weak]] <= ALONE
    reach_m = np.where(alone & (settings.to == "edge"), limit_m, settings.nearby_km * 1000)
    longer = finder.length_km(finder.component(whole.edge)) >= BETTER * length_km
    gives_way = (whole.edge != NOWHERE) & longer & (farther_m <= reach_m)
    return nearest.replaced(weak[gives_way], whole.at(gives_way))


def whole_km(components: Components, settings: SnapSettings) -> float:
    """Return the fewest kilometres of a component that is no fragment."""
    longest = float(components.length_km.max(initial=0.0))
    least = max(settings.fragment_km, settings.min_component_share * longest)
    return min(least, longest)


def snap(
    network: RoadNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    settings: SnapSettings | None = None,
    groups: pd.Series[Any] | None = None,
    main: Mapping[Hashable, int] | None = None,
    reached: NDArray[np.int64] | None = None,
) -> Anchors:
    """Join points to the nearest usable road.

    A road is usable if a person can step onto it and if it lies in a strongly connected component,
    so that it can be left and reached. A short component, such as a loop that no road joins to the
    others, gives way to a better one nearby; see `SnapSettings`. Ties go to the edge with the
    lowest index. A one-way edge is left forward and reached from behind only; at an end of its edge
    a point uses that end freely.

    Parameters
    ----------
    network
        The roads.
    points
        Points in EPSG:4326, shape (k,); missing or empty ones are unreachable.
    settings
        How to join; the defaults of `SnapSettings` if not given.
    groups
        Group of each point, for instance its `district_id`, in the order of `points`.
    main
        Main component of a group, where it is not the one that most of its points are nearest to.
    reached
        Settlements on each component, shape (components,), by which fragments are told; by their
        length alone if not given.

    Returns
    -------
    Anchors
        In the order of `points`.

    Raises
    ------
    RoadError
        If the points are not points in EPSG:4326, or the groups do not fit them.
    """
    settings = settings or SnapSettings()
    lon, lat = coordinates(points)
    finder, limit_m = RoadFinder.of(network), settings.max_connector_km * 1000
    places = choose_places(network, lon, lat, settings, reached=reached)
    reason = np.full(len(lon), Reason.NO_ROAD_NEARBY, object)
    reason[np.isnan(lon)] = Reason.NO_COORDINATES
    if groups is not None and settings.to_main:
        component = finder.component(places.edge)
        wanted = main_components(component, groups, main)
        astray = np.flatnonzero((wanted != ANY) & (wanted != component))
        places = places.replaced(
            astray,
            finder.nearest(
                lon[astray],
                lat[astray],
                limit_m=limit_m,
                to=settings.to,
                shortest_km=0.0,
                part=wanted[astray],
            ),
        )
        reason[component != NOWHERE] = Reason.NO_MAIN_ROAD_NEARBY
    joined = places.edge != NOWHERE
    lost = np.flatnonzero(~joined & (reason == Reason.NO_ROAD_NEARBY))
    shut = finder.closed_near(lon[lost], lat[lost], limit_m=limit_m, to=settings.to)
    reason[lost[shut]] = Reason.ROAD_CLOSED
    metres = places.metres_from(lon, lat)
    connector_cm = np.where(joined, np.rint(np.nan_to_num(metres) * 100), 0).astype(np.int64)
    return _with_costs(
        network,
        edge=places.edge,
        along=places.along,
        connector_cm=connector_cm,
        connector_ms=np.rint(connector_cm * 36 / settings.connector_kmh).astype(np.int64),
        reason=np.where(joined, "", reason),
    )


def rejoin(network: RoadNetwork, anchors: Anchors, *, base: RoadNetwork | None = None) -> Anchors:
    """Keep the places where points join and work out their times anew.

    For a network changed by `changes.apply_changes`: points stay where they were, even if a closed
    road cuts them off, and one whose own edge is closed becomes unreachable.

    Parameters
    ----------
    network
        The roads as they are now.
    anchors
        Where the points join.
    base
        The network that the anchors were made on, if edges have been cut since.
    """
    edge, along = anchors.edge.copy(), anchors.along.copy()
    known = 0 if base is None else len(base.provenance.settings.get("cuts", []))
    cuts = [] if base is None else network.provenance.settings.get("cuts", [])[known:]
    for cut, shares, parts in cuts:
        here = np.flatnonzero(edge == cut)
        bounds = np.array([0.0, *shares, 1.0])
        part = np.searchsorted(np.array(shares), along[here])
        along[here] = (along[here] - bounds[part]) / (bounds[part + 1] - bounds[part])
        edge[here] = np.array(parts)[part]
    return _with_costs(
        network,
        edge=edge,
        along=along,
        connector_cm=anchors.connector_cm,
        connector_ms=anchors.connector_ms,
        reason=np.where(
            (anchors.reason == Reason.ROAD_CLOSED) & (edge != NOWHERE), "", anchors.reason
        ),
    )


def coordinates(
    points: gpd.GeoDataFrame | gpd.GeoSeries,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take longitudes and latitudes of points in EPSG:4326, missing where a point is.

    Raises
    ------
    RoadError
        If the system of coordinates is another one, or something is not a point on the Earth.
    """
    series = points.geometry
    if series.crs != "EPSG:4326":
        name = "none" if series.crs is None else series.crs.name
        raise RoadError(f"points must have coordinates in EPSG:4326, not in {name}; use to_crs")
    geometry = series.to_numpy()
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    bad = ~empty & (shapely.get_type_id(geometry) != 0)
    if bad.any():
        raise RoadError(f"not a point: {_rows(series.index, bad)}")
    lon, lat = np.full(len(geometry), np.nan), np.full(len(geometry), np.nan)
    lon[~empty], lat[~empty] = shapely.get_coordinates(geometry[~empty]).T
    off = ~empty & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if off.any():
        raise RoadError(f"not longitudes and latitudes: {_rows(series.index, off)}")
    return lon, lat


def main_components(
    component: NDArray[np.int32],
    groups: pd.Series[Any],
    main: Mapping[Hashable, int] | None = None,
) -> NDArray[np.int32]:
    """Find the main component of each point's group.

    Parameters
    ----------
    component
        Component of each point's nearest road, or `NOWHERE`.
    groups
        Group of each point; a point without one has `ANY` as its main component.
    main
        Main components known beforehand.

    Returns
    -------
    int32, shape (k,)
        The component of most points of the group, of the longest in a tie.
    """
    if len(groups) != len(component):
        raise RoadError(f"{len(groups)} groups were given for {len(component)} points")
    frame = pd.DataFrame({"group": groups.to_numpy(), "component": component})
    votes = frame[frame["component"] != NOWHERE].value_counts(sort=False).reset_index(name="votes")
    votes = votes.sort_values(["group", "votes", "component"], ascending=[True, False, True])
    chosen = votes.drop_duplicates("group").set_index("group")["component"].to_dict()
    chosen |= dict(main or {})
    return frame["group"].map(chosen).fillna(ANY).to_numpy(dtype=np.int32)


def _rows(index: pd.Index[Any], bad: NDArray[np.bool_]) -> str:
    rows = [str(label) for label in index[bad][:5]]
    more = f" and {bad.sum() - 5} more" if bad.sum() > 5 else ""
    return "row " + ", ".join(rows) + more


def _with_costs(
    network: RoadNetwork,
    *,
    edge: NDArray[np.int32],
    along: NDArray[np.float64],
    connector_cm: NDArray[np.int64],
    connector_ms: NDArray[np.int64],
    reason: NDArray[Any],
) -> Anchors:
    """Cost of leaving and arriving by both ends of the edges joined, connectors included."""
    joined = edge != NOWHERE
    ends = np.stack([np.append(network.u, NOWHERE)[edge], np.append(network.v, NOWHERE)[edge]], 1)
    none, apart = np.full((1, 2), NOWHERE, dtype=np.int32), network.junctions
    set_out = np.append(apart.start, none[0, :1])[ends]
    arrived = np.append(apart.head.reshape(-1, 2), none, axis=0)[edge]
    departed = np.append(apart.tail.reshape(-1, 2), none, axis=0)[edge]
    length = np.append(network.length_cm, 0)[edge]
    go, back = np.append(network.forward_ms, -1)[edge], np.append(network.backward_ms, -1)[edge]
    before_cm = np.rint(along * length).astype(np.int64)
    before_go = np.rint(along * go).astype(np.int64)
    before_back = np.rint(along * back).astype(np.int64)
    way_cm = np.stack([before_cm, length - before_cm], 1)
    at_end = np.stack([along == 0, along == 1], 1)
    leave_ms = np.stack([before_back, go - before_go], 1)
    arrive_ms = np.stack([before_go, back - before_back], 1)
    leaves = joined[:, None] & (at_end | np.stack([back >= 0, go >= 0], 1))
    arrives = joined[:, None] & (at_end | np.stack([go >= 0, back >= 0], 1))
    shut = joined & ~(leaves.any(axis=1) & arrives.any(axis=1))
    ms, cm = connector_ms[:, None], connector_cm[:, None] + way_cm
    return Anchors(
        edge=edge,
        along=along,
        connector_cm=connector_cm,
        connector_ms=connector_ms,
        leave_node=np.where(leaves, np.where(at_end, set_out, arrived[:, ::-1]), NOWHERE),
        leave_ms=np.where(leaves, ms + np.where(at_end, 0, leave_ms), 0),
        leave_cm=np.where(leaves, cm, 0),
        arrive_node=np.where(arrives, np.where(at_end, ends, departed), NOWHERE),
        arrive_ms=np.where(arrives, ms + np.where(at_end, 0, arrive_ms), 0),
        arrive_cm=np.where(arrives, cm, 0),
        reason=choose([shut], [Reason.ROAD_CLOSED], reason),
    )
