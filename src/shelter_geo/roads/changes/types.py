"""Changes of roads as plain data: opened, closed, slowed down, given a speed, opened again."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
import shapely
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

LonLat = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
]
Place = LonLat | int | str
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
    width_m: float = Field(default=50.0, gt=0)

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
    kmh: float = Field(gt=0, le=300)
    km: float | None = Field(default=None, gt=0)
    via: tuple[LonLat, ...] = ()
    road_class: str = "new"
    one_way: bool = False
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
    factor: float = Field(gt=0, allow_inf_nan=False)


class SetSpeed(_Particular):
    """Roads that are driven at another speed, both ways where both may be driven.

    Attributes
    ----------
    kmh
        The speed. Of a road partly within a polygon only that part is driven at it.
    """

    kind: Literal["speed"] = "speed"
    kmh: float = Field(gt=0, le=300)


class ReopenRoads(_Particular):
    """Closed roads, for instance of the class "construction", driven at a speed in both ways."""

    kind: Literal["reopen"] = "reopen"
    kmh: float = Field(gt=0, le=300)


RoadChange = Annotated[
    OpenRoad | CloseRoads | SlowRoads | SetSpeed | ReopenRoads, Field(discriminator="kind")
]
