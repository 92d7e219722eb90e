"""The still twin of a sealed map: the same layers, classes and key, for slides and for print."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final, TypeAlias, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from shelter_geo.errors import OutputError
from shelter_geo.publish.figures.drawing import (
    ENDINGS,
    INK,
    bare,
    drawing,
    footing,
    heading,
    put_sign,
    save,
    sign,
)
from shelter_geo.publish.figures.fitting import width_of
from shelter_geo.publish.maps.map_layer import NO_ROW, SealedLayer
from shelter_geo.publish.maps.map_page import KeyEntry, MapPage, SealedMap
from shelter_geo.publish.maps.shapes import box_of
from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.palette import HATCH, NO_FIGURE
from shelter_geo.publish.words import Text, Words

NO_ROAD = "#dcdcdc"
HATCHES: Final = {HATCH: (NO_ROAD, "////"), NO_FIGURE: ("#ffffff", r"\\")}
"""Ground and hatch of the fills that are hatched."""
SEA, LAND, EDGE = "#dfe8ec", "#f3f1ec", "#857d8c"
MARGIN = 0.06


def equal_area(districts: gpd.GeoDataFrame) -> str:
    """Name an equal-area projection centred on the districts."""
    west, south, east, north = box_of(districts.geometry.to_numpy())
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def ground(axes: Axes, basemap: gpd.GeoDataFrame) -> None:
    """Draw seas, countries, lakes and areas without figures below a map."""
    for kind, colour in (("land", LAND), ("country", LAND), ("sea", SEA), ("lake", SEA)):
        part = basemap[(basemap["kind"] == kind) & (basemap.geom_type != "Point")]
        if len(part):
            part.plot(ax=axes, color=colour, edgecolor="#c9c5bb", linewidth=0.5, zorder=1)
    bare_areas = basemap[basemap["kind"] == NO_ROW]
    if len(bare_areas):
        flat, hatch = HATCHES[NO_FIGURE]
        bare_areas.plot(ax=axes, color=flat, edgecolor=EDGE, linewidth=0.5, hatch=hatch, zorder=1)


def frame(axes: Axes, units: gpd.GeoDataFrame) -> None:
    """Cut the drawing to the districts and a margin around them."""
    west, south, east, north = units.total_bounds
    pad = MARGIN * np.array([east - west, north - south])
    pad = np.where(pad > 0, pad, max(*pad, 1000.0))  # places at one longitude, latitude or point
    axes.set_xlim(west - pad[0], east + pad[0])
    axes.set_ylim(south - pad[1], north + pad[1])


_SIGN_PT: Final = 13
_KEY_WIDTH: Final = 26
_LETTERS: Final = 26
"""Letters of a line of a name on a map."""
_NAME_PT: Final = 9
_BESIDE_PT: Final = 9
_SIDES: Final = ((1, 1), (-1, 1), (1, -1), (-1, -1))
_Box: TypeAlias = tuple[float, float, float, float]
_UNDRAWN: Final = ("spare", "settlement")


def draw_twin(
    sealed: SealedMap,
    stem: Path,
    *,
    words: Words,
    foot: str,
    title: str = "",
    lead: str = "",
    endings: Sequence[str] = ENDINGS,
) -> None:
    """Draw what a sealed map shows when it opens.

    Parameters
    ----------
    sealed
        The map, of whatever it is.
    stem
        Path without its ending.
    words
        Language of the texts.
    foot
        Line of sources below it.
    title, lead
        Heading and the sentence below it, if not those of the map.
    endings
        Kinds of file to write, all three unless told.

    Raises
    ------
    OutputError
        If the map has no areas.
    """
    layers = {role: features_of(sealed.layers, role) for role in ("ground", "areas", "lines")}
    if len(layers["areas"]) == 0:
        raise OutputError("A still map needs areas.")
    crs = equal_area(layers["areas"])
    areas, lines = (layers[role].to_crs(crs) for role in ("areas", "lines"))
    with drawing(10, 6.2) as figure:
        _head(figure, title or sealed.page.title.of(words), lead or sealed.page.lead.of(words))
        axes = figure.add_axes((0.27, 0.1, 0.71, 0.7))
        ground(axes, layers["ground"].rename(columns={"symbol": "kind"}).to_crs(crs))
        draw_areas(axes, areas)
        for colour, width in (("white", 2.6), (INK, 1.1)) if len(lines) else ():
            lines.plot(ax=axes, color=colour, linewidth=width, zorder=4)
        bare_areas = layers["ground"][layers["ground"]["symbol"] == NO_ROW]
        frame(axes, gpd.GeoDataFrame(pd.concat([areas, bare_areas.to_crs(crs)]), crs=crs))
        _points(axes, features_of(sealed.layers, "points").to_crs(crs), words, sealed.page.mark)
        _legend(figure, sealed.page, words)
        bare(axes)
        footing(figure, without_marks(foot))
        save(figure, stem, endings)


def _head(figure: Figure, title: str, lead: str) -> None:
    heading(figure, without_marks(plain(title)), without_marks(plain(lead)))


def without_marks(text: str) -> str:
    """Take from a text the letters that have no shape."""
    return "".join(a for a in text if unicodedata.category(a) not in ("Cf", "Cn", "Co"))


def features_of(layers: Sequence[SealedLayer], role: str) -> gpd.GeoDataFrame:
    """Give the features of a role that are shown when the map opens."""
    rows = [
        {
            "symbol": drawn["properties"].get("symbol", ""),
            "name": drawn["properties"].get("name"),
            "fill": _fill(layer, drawn),
            "geometry": shapely.geometry.shape(drawn["geometry"]),
        }
        for layer in layers
        if layer.role == role and layer.show
        for drawn in layer.data["features"]
    ]
    kept = [row for row in rows if row["symbol"] not in _UNDRAWN]
    return gpd.GeoDataFrame(
        kept or None, columns=["symbol", "name", "fill", "geometry"], crs="EPSG:4326"
    )


def _fill(layer: SealedLayer, drawn: Mapping[str, Any]) -> str:
    return str(layer.style_function(drawn).get("fillColor", "")) if layer.style else ""


def draw_areas(axes: Axes, areas: gpd.GeoDataFrame) -> None:
    """Draw the districts in their colours, hatched where nothing leads from there."""
    for colour, part in areas.groupby("fill", sort=True):
        flat, hatch = HATCHES.get(str(colour), (str(colour), None))
        shapes, points = part[part.geom_type != "Point"], part[part.geom_type == "Point"]
        if len(shapes):
            shapes.plot(ax=axes, color=flat, edgecolor=EDGE, linewidth=0.5, hatch=hatch, zorder=2)
        if len(points):
            points.plot(ax=axes, color=flat, edgecolor="white", markersize=46, zorder=6)
    apart = areas[(areas["symbol"] == "apart") & (areas.geom_type != "Point")]
    if len(apart):
        apart.plot(
            ax=axes, color="none", edgecolor="white", linewidth=0, hatch="..", zorder=3
        )  # dots: people registered here live elsewhere


def _points(axes: Axes, points: gpd.GeoDataFrame, words: Words, mark: str) -> None:
    """Draw signs, and beside each its name where no other stands; the east chooses first."""
    taken: list[_Box] = []
    points = points.loc[points.geometry.x.sort_values(ascending=False, kind="stable").index]
    axes.apply_aspect()
    for symbol, name, point in zip(points["symbol"], points["name"], points.geometry, strict=True):
        put_sign(axes, (point.x, point.y), symbol, mark, size=_SIGN_PT)
        if not isinstance(name, Text):
            continue
        text = fill(without_marks(plain(name.of(words))), _LETTERS)
        at = axes.transData.transform((point.x, point.y)) * 72 / axes.figure.dpi
        start, end = axes.transAxes.transform([(0, 0), (1, 1)])[:, 0] * 72 / axes.figure.dpi
        boxes = {side: _box(at, text, side) for side in _SIDES}
        inside = [side for side in _SIDES if start < boxes[side][0] and boxes[side][2] < end]
        inside = inside or [max(_SIDES, key=lambda s: min(boxes[s][0] - start, end - boxes[s][2]))]
        free = [side for side in inside if not any(_meet(boxes[side], box) for box in taken)]
        side = (free or inside)[0]
        taken.append(boxes[side])
        _name(axes, point, text, side)


def _box(at: NDArray[np.float64], text: str, side: tuple[int, int]) -> _Box:
    """Give the room that a name takes, in points: left, bottom, right, top."""
    lines = text.splitlines()
    wide = max(width_of(line, _NAME_PT, bold=True) for line in lines)
    high = 0.4 * _NAME_PT + 1.2 * _NAME_PT * len(lines)
    left = at[0] + (_BESIDE_PT if side[0] > 0 else -_BESIDE_PT - wide)
    bottom = at[1] + (2 if side[1] > 0 else -2 - high)
    return left, bottom, left + wide, bottom + high


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _name(axes: Axes, point: shapely.Point, text: str, side: tuple[int, int]) -> None:
    axes.annotate(
        text,
        (point.x, point.y),
        xytext=(_BESIDE_PT * side[0], 5 * side[1]),
        textcoords="offset points",
        horizontalalignment="left" if side[0] > 0 else "right",
        verticalalignment="bottom" if side[1] > 0 else "top",
        fontsize=_NAME_PT,
        fontweight="bold",
        zorder=9,
        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8},
    )


def _legend(figure: Figure, page: MapPage, words: Words) -> None:
    labels = [fill(without_marks(plain(entry.label.of(words))), _KEY_WIDTH) for entry in page.key]
    figure.legend(
        cast(list[Artist], [_handle(entry, page.mark) for entry in page.key]),
        labels,
        handler_map={tuple: HandlerTuple(ndivide=1)},
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(0.028, 0.81),
        frameon=False,
        fontsize=9,
        labelspacing=0.75,
    )


def _handle(entry: KeyEntry, mark: str) -> Patch | Line2D | tuple[Line2D, Line2D]:
    if entry.symbol == "fill":
        face, hatch = HATCHES.get(entry.fill, (entry.fill, None))
        edge = "#8b8b8b" if hatch else "#c9c5bb"
        return Patch(facecolor=face, edgecolor=edge, hatch=hatch)
    if entry.symbol == "stipple":
        return Patch(facecolor="#8d8794", edgecolor="white", hatch="...")
    if entry.symbol == "line":
        return Line2D([], [], color=INK, linewidth=1.4)
    return sign(entry.symbol, mark, _SIGN_PT)
