"""Changes of roads as plain data: opened, closed or slowed, and the edges that each one means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import RoadError
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.network import HALF_TURN, TURN, RoadNetwork, beside

Number = Annotated[float, Field(strict=True)]
LonLat = tuple[
    Annotated[Number, Field(ge=-180, le=180)],
    Annotated[Number, Field(ge=-90, le=90)],
]
Place = LonLat | StrictInt | StrictStr
"""A point (longitude, latitude), the key of a node, or the name of a place."""


def _geometry(value: Any, kind: type[shapely.Polygon] | type[shapely.LineString]) -> Any:
    """Read WKT, GeoJSON or a list of points."""
    try:
        if isinstance(value, str):
            value = shapely.from_wkt(value)
        elif isinstance(value, dict):
            value = shapely.geometry.shape(value)
        elif isinstance(value, (list, tuple)):
            value = kind(value)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"cannot be read as a {kind.__name__}") from error
    many = {shapely.Polygon: shapely.MultiPolygon, shapely.LineString: shapely.MultiLineString}
    if not isinstance(value, (kind, many[kind])) or value.is_empty or not value.is_valid:
        raise ValueError(f"must be a valid {kind.__name__} of longitudes and latitudes")
    parts = shapely.bounds(shapely.get_parts(value))
    if (np.abs(parts[:, [1, 3]]) > 90).any() or (np.abs(parts[:, [0, 2]]) > 180).any():
        raise ValueError("has coordinates that are no longitudes and latitudes, in this order")
    if (parts[:, 2] - parts[:, 0] > 180).any():
        raise ValueError("goes around the world: cut it in two at 180 degrees")
    return value


_Wkt = PlainSerializer(lambda geometry: geometry.wkt, return_type=str)
Area = Annotated[Any, BeforeValidator(lambda v: _geometry(v, shapely.Polygon)), _Wkt]
Line = Annotated[Any, BeforeValidator(lambda v: _geometry(v, shapely.LineString)), _Wkt]


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Selection(_Change):
    """Roads that meet every condition given.

    Attributes
    ----------
    classes
        Roads of these classes.
    between
        Roads that join these pairs of nodes, whichever way.
    edges
        Edges by their index.
    within
        Roads that touch this polygon: WKT, GeoJSON or a list of points (longitude, latitude).
    along
        Roads that run beside this line, given likewise, for at least half of their length.
    width_m
        How near the line that is.
    """

    classes: tuple[str, ...] = ()
    between: tuple[tuple[int | str, int | str], ...] = ()
    edges: tuple[Annotated[int, Field(ge=0)], ...] = ()
    within: Area | None = None
    along: Line | None = None
    width_m: Number = Field(default=50.0, gt=0, le=20_000_000)

    @property
    def selects_all(self) -> bool:
        """Whether no condition is given."""
        conditions = (self.classes, self.between, self.edges, self.within, self.along)
        return not any(conditions)


class _Particular(Selection):
    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.selects_all:
            raise ValueError("say which roads: classes, between, edges, within or along")
        return self


class OpenRoad(_Change):
    """A new road between two places.

    Attributes
    ----------
    start, end
        Keys of nodes, names of places, or points. A point joins the nearest road.
    kmh
        Speed on it.
    km
        Its length; that of the drawn line if not given.
    via
        Points it is drawn through.
    road_class, one_way
        What it counts as, and whether it is driven from start to end only.
    since, source
        When it opened, as far as it is known, and who says so.
    """

    kind: Literal["open"] = "open"
    start: Place
    end: Place
    kmh: Number = Field(ge=1, le=300)
    km: Number | None = Field(default=None, gt=0, le=20_000)
    via: tuple[LonLat, ...] = ()
    road_class: str = "new"
    one_way: StrictBool = False
    since: str = ""
    source: str = ""


class CloseRoads(_Particular):
    """Roads that cannot be driven any more."""

    kind: Literal["close"] = "close"


class SlowRoads(Selection):
    """Roads that take longer, all of them if no condition is given.

    Attributes
    ----------
    factor
        Times are multiplied by this; less than 1 is faster. Of a road partly within a polygon only
        that part is slowed.
    """

    kind: Literal["slow"] = "slow"
    factor: Number = Field(ge=0.01, le=1000, allow_inf_nan=False)


class SetSpeed(_Particular):
    """Roads that are driven at another speed, both ways where both may be driven.

    Attributes
    ----------
    kmh
        The speed. Of a road partly within a polygon only that part is driven at it.
    """

    kind: Literal["speed"] = "speed"
    kmh: Number = Field(ge=1, le=300)


class ReopenRoads(_Particular):
    """Closed roads, for instance of the class "construction", driven at a speed in both ways."""

    kind: Literal["reopen"] = "reopen"
    kmh: Number = Field(ge=1, le=300)


RoadChange = Annotated[
    OpenRoad | CloseRoads | SlowRoads | SetSpeed | ReopenRoads, Field(discriminator="kind")
]


MOST = 0.5
"""Share of an edge that must run along a line for the edge to be meant."""


def select(
    network: RoadNetwork, wanted: Selection, *, origin: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Find the edges that meet every condition of a selection.

    Parameters
    ----------
    network
        The roads.
    wanted
        The conditions.
    origin
        For each edge the one it was cut from, shape (m,): what is said of that one by index is
        said of all its parts.

    Returns
    -------
    int64, sorted
        Indices of edges.

    Raises
    ------
    RoadError
        If a class, node or edge is unknown, or no road is meant.
    """
    meant = np.ones(network.n_edges, dtype=bool)
    if wanted.classes:
        meant &= np.isin(network.road_class, _classes(network, wanted.classes))
    if wanted.edges:
        meant &= _by_index(network, wanted.edges, origin)
    if wanted.between:
        meant &= _between(network, wanted.between)
    if wanted.within is not None:
        meant &= _touching(network, wanted.within)
    if wanted.along is not None:
        meant &= _along(network, wanted.along, wanted.width_m)
    found = np.flatnonzero(meant)
    if not len(found):
        raise RoadError(f"a change means no road: {wanted.model_dump_json(exclude_defaults=True)}")
    return found


def node_of_key(network: RoadNetwork, key: int | str) -> int | None:
    """Index of the node with a key, or None."""
    found = np.flatnonzero(network.node_id == key)
    return int(found[0]) if len(found) else None


def unknown(what: str, name: object, known: Iterable[Any]) -> RoadError:
    """Make an error that says which known name is most like the unknown one."""
    close = get_close_matches(str(name), [str(one) for one in known], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return RoadError(f"unknown {what} {name!r}{hint}")


def share_within(
    network: RoadNetwork, edges: NDArray[np.int64], area: BaseGeometry
) -> NDArray[np.float64]:
    """Share of each edge's drawn length that lies within an area, shape of `edges`."""
    scale = np.array(metres_per_degree(np.array([shapely.centroid(area).y]))).T
    flat = shapely.transform(area, lambda lonlat: lonlat * scale)
    lines = shapely.transform(_lines(network, edges), lambda lonlat: lonlat * scale)
    twice = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    length = shapely.length(lines) / np.where(twice, 2, 1)
    inside = shapely.length(shapely.intersection(lines, flat))
    return np.where(length > 0, inside / np.where(length > 0, length, 1.0), 1.0)


def _classes(network: RoadNetwork, names: tuple[str, ...]) -> list[int]:
    for name in names:
        if name not in network.class_names:
            raise unknown("class of road", name, network.class_names)
    return [network.class_names.index(name) for name in names]


def _by_index(
    network: RoadNetwork, edges: tuple[int, ...], origin: NDArray[np.int64] | None
) -> NDArray[np.bool_]:
    if max(edges) >= network.n_edges:
        raise RoadError(f"unknown edge {max(edges)}: there are {network.n_edges}")
    return np.isin(np.arange(network.n_edges) if origin is None else origin, edges)


def _between(
    network: RoadNetwork, pairs: tuple[tuple[int | str, int | str], ...]
) -> NDArray[np.bool_]:
    meant = np.zeros(network.n_edges, dtype=bool)
    for pair in pairs:
        ends = [node_of_key(network, key) for key in pair]
        for key, end in zip(pair, ends, strict=True):
            if end is None:
                raise unknown("node", key, network.node_id)
        a, b = ends
        joins = ((network.u == a) & (network.v == b)) | ((network.u == b) & (network.v == a))
        if not joins.any():
            raise RoadError(f"no road joins {pair[0]!r} and {pair[1]!r} without a junction between")
        meant |= joins
    return meant


def _touching(network: RoadNetwork, area: BaseGeometry) -> NDArray[np.bool_]:
    meant = np.zeros(network.n_edges, dtype=bool)
    near = _near_box(network, area.bounds)
    shapely.prepare(area)
    meant[near[shapely.intersects(area, _lines(network, near))]] = True
    return meant


def _along(network: RoadNetwork, line: BaseGeometry, width_m: float) -> NDArray[np.bool_]:
    scale = np.array(metres_per_degree(np.array([shapely.centroid(line).y]))).T
    flat = shapely.transform(line, lambda lonlat: lonlat * scale)
    corridor = shapely.transform(shapely.buffer(flat, width_m), lambda xy: xy / scale)
    near = _near_box(network, corridor.bounds)
    meant = np.zeros(network.n_edges, dtype=bool)
    meant[near[share_within(network, near, corridor) >= MOST]] = True
    return meant


def _near_box(network: RoadNetwork, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    """Edges with a segment whose own box touches a box (west, south, east, north)."""
    west, south, east, north = box
    lon, lat = network.shape_lonlat[:, 0], network.shape_lonlat[:, 1]
    low, high = np.minimum(lon[1:], lon[:-1]), np.maximum(lon[1:], lon[:-1])
    near = ((low <= east) & (high >= west)) | (high - low > HALF_TURN)
    near &= (np.minimum(lat[1:], lat[:-1]) <= north) & (np.maximum(lat[1:], lat[:-1]) >= south)
    row = np.flatnonzero(near)
    edge = np.searchsorted(network.shape_start, row, side="right") - 1
    return np.unique(edge[row + 1 < network.shape_start[edge + 1]])


def _lines(network: RoadNetwork, edges: NDArray[np.int64]) -> NDArray[Any]:
    """Draw edges; one across 180 degrees is drawn twice, once on each side of the world's map."""
    begin = network.shape_start[edges]
    counts = network.shape_start[edges + 1] - begin
    before = np.cumsum(counts) - counts
    rows = np.arange(counts.sum()) + np.repeat(begin - before, counts)
    indices = np.repeat(np.arange(len(edges)), counts)
    lonlat = network.shape_lonlat[rows]
    lines = np.asarray(shapely.linestrings(lonlat, indices=indices))
    box = shapely.bounds(lines)
    for place in np.flatnonzero(box[:, 2] - box[:, 0] > HALF_TURN):
        lon, lat = lonlat[indices == place].T
        east = np.column_stack([beside(lon, HALF_TURN), lat])
        lines[place] = shapely.multilinestrings([east, east - [TURN, 0]])
    return lines
