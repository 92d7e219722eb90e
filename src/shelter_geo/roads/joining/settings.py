"""How points join roads: settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shelter_geo.roads.joining.finder import Target


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
