"""What figures of maps share: their projection, the ground below them and their frame."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes

NO_ROAD = "#dcdcdc"
SEA, LAND, EDGE = "#dfe8ec", "#f3f1ec", "#857d8c"
MARGIN = 0.06


def equal_area(districts: gpd.GeoDataFrame) -> str:
    """Name an equal-area projection centred on the districts."""
    west, south, east, north = districts.total_bounds
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def ground(axes: Axes, basemap: gpd.GeoDataFrame) -> None:
    """Draw seas, countries and lakes below a map."""
    for kind, colour in (("land", LAND), ("country", LAND), ("sea", SEA), ("lake", SEA)):
        part = basemap[(basemap["kind"] == kind) & (basemap.geom_type != "Point")]
        if len(part):
            part.plot(ax=axes, color=colour, edgecolor="#c9c5bb", linewidth=0.5, zorder=1)


def frame(axes: Axes, units: gpd.GeoDataFrame) -> None:
    """Cut the drawing to the districts and a margin around them."""
    west, south, east, north = units.total_bounds
    pad = MARGIN * np.array([east - west, north - south])
    axes.set_xlim(west - pad[0], east + pad[0])
    axes.set_ylim(south - pad[1], north + pad[1])
