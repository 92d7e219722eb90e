"""A layer of a sealed map: a folium GeoJson whose features travel as inert data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import folium
import geopandas as gpd
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.shapes import feature, in_degrees, packed, turned
from shelter_geo.publish.pages.sealed import PageText
from shelter_geo.publish.words import Text, own_name

Role: TypeAlias = Literal["ground", "areas", "lines", "points", "names"]
"""What the page's script does with a layer: the ground is mute, areas are rows of the table."""


class SealedLayer(folium.GeoJson):
    """Features of one kind.

    Parameters
    ----------
    key
        Name of the layer, unique on its map.
    role
        What the page does with it.
    features
        GeoJSON features. Their properties may hold `row` (index of a row of the table), `symbol`
        (a class of the style sheet), `name` (`Text` written beside it), `short` (the same where
        there is little room), `note` (a second line) and `tip` (a list of `Text` said on hover
        and focus).
    title
        Name of its switch; without one readers cannot switch it off.
    show
        Whether it is there when the page opens.
    style_function
        As in folium: Leaflet's options for a feature.
    """

    def __init__(
        self,
        key: str,
        role: Role,
        features: Sequence[Mapping[str, Any]],
        *,
        title: Text | None = None,
        show: bool = True,
        style_function: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(
            {"type": "FeatureCollection", "features": list(features)},
            name=key,
            show=show,
            control=title is not None,
            style_function=style_function,
        )
        self._id = key
        self.key, self.role, self.title = key, role, title

    def _get_self_bounds(self) -> list[list[float | None]]:
        """Give the bounds that the shapes bring, sooner than folium finds them."""
        boxes = [feature["geometry"].get("bbox") for feature in self.data["features"]]
        if not boxes or None in boxes:
            return super()._get_self_bounds()
        west, south, east, north = zip(*boxes, strict=True)
        return [[min(south), min(west)], [max(north), max(east)]]

    def shapes(self) -> list[BaseGeometry]:
        """Give what the layer shows."""
        return [shapely.geometry.shape(one["geometry"]) for one in self.data["features"]]

    def page_data(self, text: PageText, *, across: bool = False) -> dict[str, Any]:
        """Give what the page's script draws, the words as numbers of the page's texts.

        Parameters
        ----------
        text
            The page's texts.
        across
            Whether the map lies across 180 degrees, so that longitudes run from 0 to 360.
        """
        features = [self._page_feature(one, text, across) for one in self.data["features"]]
        return {
            "key": self.key,
            "role": self.role,
            "show": self.show,
            "features": features,
        }

    def _page_feature(
        self, feature: Mapping[str, Any], text: PageText, across: bool
    ) -> dict[str, Any]:
        properties = dict(feature["properties"])
        for key in ("name", "short", "note"):
            if key in properties:
                properties[key] = text.number(properties[key])
        if "tip" in properties:
            properties["tip"] = [text.number(line) for line in properties["tip"]]
        if self.style:
            properties["style"] = self.style_function(feature)
        shape = turned(feature["geometry"]) if across else feature["geometry"]
        kind = {} if shape["type"] == "Point" else {"type": shape["type"]}
        return {"is": properties, **kind, "at": packed(shape["coordinates"])}


NO_ROW: Final = "no-figure"
"""Kind of ground that is an area of the study without a row, and so without figures."""
KINDS: Final = ("sea", "country", "lake", NO_ROW)
"""Kinds of ground, in the order in which they are drawn."""


def ground_layers(basemap: gpd.GeoDataFrame) -> list[SealedLayer]:
    """Make the layers of the ground.

    Parameters
    ----------
    basemap
        Polygons with `kind`, a name, and `label_lon`, `label_lat` where the name stands; areas
        without figures (`NO_ROW`) have none.

    Raises
    ------
    OutputError
        If a column is missing or a kind is unknown.
    """
    frame = in_degrees(basemap, "basemap", ("kind", "label_lon", "label_lat"))
    unknown = sorted(set(frame["kind"]) - set(KINDS))
    if unknown:
        raise OutputError(f"The basemap has unknown kinds of ground: {', '.join(unknown)}.")
    shapes, names, bare = [], [], []
    for kind in KINDS:
        for key, row in frame[frame["kind"] == kind].iterrows():
            if kind == NO_ROW:
                bare.append(feature(row.geometry, f"{key}", {"symbol": kind}))
                continue
            shapes.append(feature(row.geometry, f"{key}", {"symbol": kind}))
            at = Point(row["label_lon"], row["label_lat"])
            label = {"symbol": kind, "name": own_name(row)}
            names.append(feature(at, f"{key}", label))
    return [
        SealedLayer("ground", "ground", shapes),
        *([SealedLayer(NO_ROW, "ground", bare)] if bare else []),
        SealedLayer("ground-names", "names", names),
    ]
