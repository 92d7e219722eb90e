"""The ground under a map: seas, neighbouring countries and lakes, with their names."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
from shapely.geometry import Point

from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.map_layer import SealedLayer
from shelter_geo.publish.maps.shapes import feature, in_degrees
from shelter_geo.publish.words import own_name

KINDS: Final = ("sea", "country", "lake")
"""Kinds of ground, in the order in which they are drawn."""


def ground_layers(basemap: gpd.GeoDataFrame) -> list[SealedLayer]:
    """Make the layers of the ground.

    Parameters
    ----------
    basemap
        Polygons with `kind`, a name, and `label_lon`, `label_lat` where the name stands.

    Raises
    ------
    OutputError
        If a column is missing or a kind is unknown.
    """
    frame = in_degrees(basemap, "basemap", ("kind", "label_lon", "label_lat"))
    unknown = sorted(set(frame["kind"]) - set(KINDS))
    if unknown:
        raise OutputError(f"The basemap has unknown kinds of ground: {', '.join(unknown)}.")
    shapes, names = [], []
    for kind in KINDS:
        for key, row in frame[frame["kind"] == kind].iterrows():
            shapes.append(feature(row.geometry, f"{key}", {"symbol": kind}))
            at = Point(row["label_lon"], row["label_lat"])
            label = {"symbol": kind, "name": own_name(row)}
            names.append(feature(at, f"{key}", label))
    return [
        SealedLayer("ground", "ground", shapes),
        SealedLayer("ground-names", "names", names),
    ]
