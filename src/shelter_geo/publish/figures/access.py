"""The figure of access: districts by road distance from the nearest shelter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from shelter_geo.publish.figures.drawing import INK, bare, drawing, footing, heading, save
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.words import Words

NO_ROAD = "#dcdcdc"
SEA, LAND, BORDER = "#dfe8ec", "#f3f1ec", "#ffffff"
MARGIN = 0.06
KEY_WIDTH = 24


def draw_access(
    districts: gpd.GeoDataFrame,
    shelters: gpd.GeoDataFrame,
    routes: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame | None,
    stem: Path,
    *,
    classes: Classes,
    words: Words,
    texts: Sequence[str],
) -> None:
    """Draw districts in fixed classes, roads from the farthest, and cities with shelters.

    Parameters
    ----------
    districts
        Polygons (or a point where there is none) with `distance_km`, EPSG:4326.
    shelters
        Points of settlements, with `settlement`.
    routes
        Lines to draw.
    basemap
        Features with `kind`; may be absent.
    stem
        Path without its ending; PNG and SVG are written.
    classes
        Classes of the distance.
    words
        Language of the texts.
    texts
        Title, subtitle and foot.
    """
    crs = _equal_area(districts)
    units, lines, towns = (frame.to_crs(crs) for frame in (districts, routes, shelters))
    with drawing(10, 6.2) as figure:
        heading(figure, texts[0], texts[1])
        axes = figure.add_axes((0.27, 0.1, 0.71, 0.7))
        if basemap is not None:
            _ground(axes, basemap.to_crs(crs))
        _areas(axes, units, classes)
        lines.plot(ax=axes, color="white", linewidth=2.6, zorder=4)
        lines.plot(ax=axes, color=INK, linewidth=1.1, zorder=5)
        _towns(axes, towns)
        _frame(axes, units)
        _legend(figure, classes, words, any_missing=bool(units["distance_km"].isna().any()))
        bare(axes)
        footing(figure, texts[2])
        save(figure, stem)


def _equal_area(districts: gpd.GeoDataFrame) -> str:
    west, south, east, north = districts.total_bounds
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def _ground(axes: Axes, basemap: gpd.GeoDataFrame) -> None:
    for kind, colour in (("land", LAND), ("country", LAND), ("sea", SEA), ("lake", SEA)):
        part = basemap[(basemap["kind"] == kind) & (basemap.geom_type != "Point")]
        if len(part):
            part.plot(ax=axes, color=colour, edgecolor="#c9c5bb", linewidth=0.5, zorder=1)


def _areas(axes: Axes, units: gpd.GeoDataFrame, classes: Classes) -> None:
    ranks = classes.of(units["distance_km"])
    for rank in (MISSING, *range(len(classes.colours))):
        part = units[ranks == rank]
        if len(part) == 0:
            continue
        colour, hatch = (NO_ROAD, "////") if rank == MISSING else (classes.colours[rank], None)
        areas, points = part[part.geom_type != "Point"], part[part.geom_type == "Point"]
        if len(areas):
            edge = "#8b8b8b" if rank == MISSING else BORDER
            areas.plot(ax=axes, color=colour, edgecolor=edge, linewidth=0.5, hatch=hatch, zorder=2)
        if len(points):
            points.plot(ax=axes, color=colour, edgecolor="white", markersize=46, zorder=6)


def _towns(axes: Axes, towns: gpd.GeoDataFrame) -> None:
    places = towns.drop_duplicates("settlement").sort_values("settlement")
    places.plot(
        ax=axes, marker="s", color="white", edgecolor=INK, linewidth=1.6, markersize=62, zorder=8
    )
    for point, name in zip(places.geometry, places["settlement"], strict=True):
        axes.annotate(
            str(name),
            (point.x, point.y),
            xytext=(8, 6),
            textcoords="offset points",
            fontsize=10,
            fontweight="bold",
            zorder=9,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
        )


def _frame(axes: Axes, units: gpd.GeoDataFrame) -> None:
    west, south, east, north = units.total_bounds
    pad = MARGIN * np.array([east - west, north - south])
    axes.set_xlim(west - pad[0], east + pad[0])
    axes.set_ylim(south - pad[1], north + pad[1])


def _legend(figure: Figure, classes: Classes, words: Words, *, any_missing: bool) -> None:
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colour, edgecolor="#c9c5bb", label=classes.label(rank)[words.lang])
        for rank, colour in enumerate(classes.colours)
    ]
    if any_missing:
        label = words.text("access.no_road")
        handles.append(Patch(facecolor=NO_ROAD, edgecolor="#8b8b8b", hatch="////", label=label))
    road = fill(words.text("access.route_key"), KEY_WIDTH)
    handles.append(Line2D([], [], color=INK, linewidth=1.4, label=road))
    city = fill(words.text("access.shelter_key"), KEY_WIDTH)
    square: dict[str, Any] = {
        "marker": "s",
        "markerfacecolor": "white",
        "markeredgewidth": 1.6,
        "markersize": 8,
    }
    handles.append(Line2D([], [], color=INK, linestyle="none", label=city, **square))
    figure.legend(
        handles=handles,
        title=words.text("access.distance"),
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(0.028, 0.81),
        frameon=False,
        fontsize=9,
        title_fontsize=9.5,
        labelspacing=0.75,
    )
