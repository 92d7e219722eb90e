"""The pictures themselves: a map wide or square, the missing places, and a poster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from shapely import Point
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from shelter_geo.publish.figures.capacity import LEAST, NEEDED, THERE
from shelter_geo.publish.figures.drawing import DPI, INK, save
from shelter_geo.publish.figures.map_twin import (
    HATCHES,
    NO_ROAD,
    draw_areas,
    equal_area,
    features_of,
    ground,
    sign,
)
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.share.sheet import (
    LINE,
    POINTS,
    Box,
    Entry,
    Lines,
    Sheet,
    balanced,
    fitted,
    key_of,
    sheet,
    width_of,
    wrapped,
)
from shelter_geo.publish.share.texts import Bar, MapTexts, MissingTexts
from shelter_geo.publish.words import Words

WIDE: Final = (1200, 630)
SQUARE: Final = (1080, 1080)
"""Sizes in pixels: of a link's preview, and of a post."""
A3: Final = (841.89, 1190.55)
"""Width and height of a poster, in points."""
_POSTER_BARS: Final = 415
"""Height of the missing places on a poster, in points."""
PALE: Final = "#5b6470"
_SCALE: Final = POINTS / DPI
_MARGIN: Final = 0.05
_SURROUND: Final = 0.08
"""Share of a map that is shown around the districts, on each side."""
_TITLE, _LEAD, _KEY, _FOOT, _NAME = 19.0, 11.5, 9.5, 6.8, 10.5
"""Sizes of letters on a picture, in points; 11 of them are 24 pixels."""
_AROUND: Final = ((1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1), (0, 1))
"""Sides of a point where its name may stand, the right ones first."""
_RINGS: Final = (1.0, 1.7, 2.6, 4.0, 6.0)
"""How far from its point a name may stand."""
_OFF_LAND: Final = 3.0
"""How much farther it goes so as not to cover the districts."""
_COARSE: Final = 1000
"""Metres by which the land may be off where names are placed."""


def draw_map(
    page: SealedMap, texts: MapTexts, file: Path, *, pixels: tuple[int, int], words: Words
) -> None:
    """Draw the map as a picture for a post or a message.

    Parameters
    ----------
    page
        The map.
    texts
        What it says in the language of `words`.
    file
        A PNG.
    pixels
        Its width and height; beside each other stand text and map where it is wider than high.
    """
    wide, high = (side * _SCALE for side in pixels)
    edge = _MARGIN * min(wide, high)
    with sheet(wide, high) as drawn:
        foot = wrapped(texts.foot, _FOOT, wide - 2 * edge)
        floor = high - 0.7 * edge - foot.height
        beside = wide > 1.2 * high
        column = (0.44 if beside else 1.0) * wide - 2 * edge
        key = key_of(_entries(page, words), 0.9 * _KEY if beside else _KEY, column)
        below = floor - edge * 0.6 - key.height
        room = below - 1.4 * edge if beside else 0.27 * high
        title = fitted(texts.title, _TITLE, Box(0, 0, column, room * 0.56), bold=True)
        lead = fitted(texts.lead, _LEAD, Box(0, 0, column, room - title.height))
        at = drawn.write(title, edge, edge)
        at = drawn.write(lead, edge, at + 0.4 * _LEAD)
        if beside:
            panel = Box(column + 2 * edge, 0, wide - column - 2 * edge, floor - 0.6 * edge)
        else:
            panel = Box(0, at + 0.6 * edge, wide, below - at - 1.2 * edge)
        _map(drawn, page, texts, panel, _NAME, words)
        key.draw(drawn, edge, below)
        drawn.write(foot, edge, floor, colour=PALE)
        save(drawn.figure, file.with_suffix(""), (".png",), alt=texts.alt)


def draw_missing(texts: MissingTexts, file: Path) -> None:
    """Draw the places that are missing in each region, as a square PNG.

    Parameters
    ----------
    texts
        What it says, and its bars.
    file
        A PNG.
    """
    wide, high = (side * _SCALE for side in SQUARE)
    edge = _MARGIN * wide
    with sheet(wide, high) as drawn:
        foot = wrapped(texts.foot, _FOOT, wide - 2 * edge)
        floor = high - edge - foot.height
        whole = Box(edge, edge, wide - 2 * edge, floor - 2 * edge)
        _missing(drawn, texts, whole, (_TITLE, _LEAD, _KEY))
        drawn.write(foot, edge, floor, colour=PALE)
        save(drawn.figure, file.with_suffix(""), (".png",), alt=texts.alt)


def draw_poster(
    page: SealedMap,
    texts: MapTexts,
    missing: MissingTexts | None,
    file: Path,
    *,
    words: Words,
) -> None:
    """Draw a poster on A3: the map, and below it the missing places.

    Parameters
    ----------
    page, texts
        The map, and what it says in the language of `words`.
    missing
        What the figure of missing places says; the map takes its room where there is none.
    file
        A PDF.
    words
        The language.
    """
    wide, high = A3
    edge = 44.0
    inner = wide - 2 * edge
    with sheet(wide, high) as drawn:
        foot = wrapped(texts.foot, 10, inner)
        floor = high - edge - foot.height
        title = fitted(texts.title, 37, Box(0, 0, inner, 150), bold=True)
        lead = fitted(texts.lead, 19, Box(0, 0, inner, 80))
        at = drawn.write(title, edge, edge)
        at = drawn.write(lead, edge, at + 8) + 16
        lower = floor - 24 - (0 if missing is None else _POSTER_BARS)
        key = key_of(_entries(page, words), 13, inner)
        panel = Box(0, at, wide, lower - at - key.height - 34)
        _map(drawn, page, texts, panel, 17, words)
        key.draw(drawn, edge, panel.bottom + 14)
        if missing is not None:
            _missing(drawn, missing, Box(edge, lower, inner, _POSTER_BARS), (24, 14, 13))
        drawn.write(foot, edge, floor, colour=PALE)
        save(drawn.figure, file.with_suffix(""), (".pdf",))


def _entries(page: SealedMap, words: Words) -> list[Entry]:
    """Give signs and labels of a map's key; the one route that is drawn is named beside it."""
    signs: dict[str, Callable[[Axes, Box], None]] = {
        "stipple": partial(_swatch, colour="#8d8794", hatch="....", edge="white"),
        "shelter": partial(_square, mark=page.page.mark),
    }
    entries: list[Entry] = []
    for entry in page.page.key:
        if entry.symbol == "fill":
            hatch = HATCHES.get(entry.fill)
            draw = partial(_swatch, colour=NO_ROAD if hatch else entry.fill, hatch=hatch)
            entries.append((draw, entry.label.of(words)))
        elif entry.symbol in signs:
            short = words.text("access.shelters") if entry.symbol == "shelter" else ""
            entries.append((signs[entry.symbol], short or entry.label.of(words)))
    return entries


def _swatch(axes: Axes, box: Box, *, colour: str, hatch: str | None, edge: str = "#8b8b8b") -> None:
    axes.add_patch(
        Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, edgecolor=edge,
                  linewidth=0.4, hatch=hatch)
    )  # fmt: skip


def _square(axes: Axes, box: Box, *, mark: str) -> None:
    axes.plot(
        [box.left + box.width / 2], [box.top + box.height / 2], clip_on=False,
        **sign("shelter", mark),
    )  # fmt: skip


def _map(
    drawn: Sheet, page: SealedMap, texts: MapTexts, panel: Box, size: float, words: Words
) -> None:
    """Fill a part of the sheet with the map, its cities and the farthest district named."""
    areas = features_of(page.layers, "areas")
    crs = equal_area(areas)
    areas = areas.to_crs(crs)
    axes = drawn.inset(panel)
    axes.set_facecolor("#f3f1ec")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    ground(axes, features_of(page.layers, "ground").rename(columns={"symbol": "kind"}).to_crs(crs))
    draw_areas(axes, areas)
    view = _view(areas, panel)
    axes.set_aspect("auto")
    axes.set_xlim(view.left, view.right)
    axes.set_ylim(view.bottom, view.top)
    names: list[_Name] = []
    far = texts.farthest
    if far is not None:
        if far.line is not None:
            road = gpd.GeoSeries([far.line], crs=4326).to_crs(crs)
            for colour, width in (("white", 0.3 * size), (INK, 0.14 * size)):
                road.plot(ax=axes, color=colour, linewidth=width, zorder=4, aspect=None)
        at = view.on_sheet(far.point, crs, panel)
        drawn.axes.plot(*([value] for value in at), zorder=8, **_ring(size))
        route = balanced(far.route, 0.84 * size, 0.42 * panel.width)
        names.append(_Name(at, (wrapped(far.name, size, panel.width, bold=True), route)))
    for city in texts.cities:
        at = view.on_sheet(city.point, crs, panel)
        drawn.axes.plot(*([value] for value in at), zorder=8, **sign("shelter", page.page.mark))
        names.append(_Name(at, (wrapped(city.name, size, 0.5 * panel.width, bold=True),)))
    axes.set(xlabel="", ylabel="")  # which geopandas names
    land = gpd.GeoSeries([areas.geometry.union_all()], crs=crs)
    _write_names(drawn, names, panel, size, view.drawn(land.simplify(_COARSE).iloc[0], panel))


def _ring(size: float) -> dict[str, Any]:
    """Describe the sign of the farthest district."""
    return {
        "marker": "o", "markersize": 0.75 * size, "markerfacecolor": "white",
        "markeredgecolor": INK, "markeredgewidth": 0.17 * size, "linestyle": "none",
    }  # fmt: skip


@dataclass(frozen=True)
class _View:
    """The part of an equal-area plane that a panel shows."""

    left: float
    bottom: float
    right: float
    top: float

    def on_sheet(self, point: Point, crs: str, panel: Box) -> tuple[float, float]:
        """Give where a point in degrees stands on the sheet."""
        there = gpd.GeoSeries([point], crs=4326).to_crs(crs).iloc[0]
        return (
            panel.left + (there.x - self.left) / (self.right - self.left) * panel.width,
            panel.bottom - (there.y - self.bottom) / (self.top - self.bottom) * panel.height,
        )

    def drawn(self, shape: BaseGeometry, panel: Box) -> BaseGeometry:
        """Give a shape of the plane as it stands on the sheet."""
        across = panel.width / (self.right - self.left)
        down = panel.height / (self.top - self.bottom)
        move = (panel.left - self.left * across, panel.bottom + self.bottom * down)
        return affine_transform(shape, (across, 0, 0, -down, *move))


def _view(areas: gpd.GeoDataFrame, panel: Box) -> _View:
    """Show all areas with a margin, as large as the panel allows and in its shape."""
    west, south, east, north = areas.total_bounds
    scale = max((east - west) / panel.width, (north - south) / panel.height, 1e-9)
    scale /= 1 - 2 * _SURROUND
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_x, half_y = scale * panel.width / 2, scale * panel.height / 2
    return _View(middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)


@dataclass(frozen=True)
class _Name:
    """Lines to be written beside a point of the sheet."""

    at: tuple[float, float]
    parts: tuple[Lines, ...]

    @property
    def width(self) -> float:
        return max(
            width_of(line, part.size, bold=part.bold) for part in self.parts for line in part.lines
        )

    @property
    def height(self) -> float:
        return sum(part.height for part in self.parts)

    def beside(self, far: float) -> Iterator[Box]:
        """Give the places around the point, so far away, the right ones first."""
        (x, y), wide, high = self.at, self.width, self.height
        for across, down in _AROUND:
            left = x + far * across + (0 if across > 0 else -wide if across < 0 else -wide / 2)
            top = y + far * down + (0 if down > 0 else -high if down < 0 else -high / 2)
            yield Box(left, top, wide, high)


def _write_names(
    drawn: Sheet, names: Sequence[_Name], panel: Box, size: float, land: BaseGeometry
) -> None:
    """Write every name near its point, clear of the others and of all signs, off the land first."""
    near = 0.75 * size
    taken = [Box(n.at[0] - 0.5 * near, n.at[1] - 0.5 * near, near, near) for n in names]
    inner = Box(panel.left + 0.4 * size, panel.top, panel.width - 0.8 * size, panel.height)
    for name in names:
        around = [(far, box) for far in _RINGS for box in name.beside(far * near)]
        inside = [(far, box) for far, box in around if inner.holds(box)] or around
        free = [(far, box) for far, box in inside if not any(box.meets(other) for other in taken)]
        _, box = min(free or inside, key=lambda one: one[0] + _OFF_LAND * _share(one[1], land))
        taken.append(box)
        drawn.axes.plot(
            [name.at[0], min(max(name.at[0], box.left), box.right)],
            [name.at[1], min(max(name.at[1], box.top), box.bottom)],
            color=INK, linewidth=0.08 * size, zorder=6,
        )  # fmt: skip
        drawn.axes.add_patch(
            FancyBboxPatch(
                (box.left, box.top), box.width, box.height, boxstyle=f"round,pad={0.12 * size}",
                facecolor="white", alpha=0.88, linewidth=0, zorder=7,
            )
        )  # fmt: skip
        top = box.top
        for part in name.parts:
            top = drawn.write(part, box.left, top)


def _share(box: Box, land: BaseGeometry) -> float:
    """Give the share of a box that covers land."""
    there = shapely.box(box.left, box.top, box.right, box.bottom)
    return float(there.intersection(land).area / there.area)


def _missing(
    drawn: Sheet, texts: MissingTexts, box: Box, sizes: tuple[float, float, float]
) -> None:
    """Draw title, bars and key of the missing places into a part of the sheet."""
    large, middle, small = sizes
    title = fitted(texts.title, large, Box(0, 0, box.width, 0.2 * box.height), bold=True)
    lead = fitted(texts.lead, middle, Box(0, 0, box.width, 0.2 * box.height))
    at = drawn.write(title, box.left, box.top)
    at = drawn.write(lead, box.left, at + 0.4 * middle) + 0.8 * middle
    colours = (NEEDED, LEAST, THERE)
    entries: list[Entry] = [
        (partial(_swatch, colour=colour, hatch=None, edge="none"), label)
        for colour, label in zip(colours, texts.key, strict=True)
    ]
    key = key_of(entries, small, box.width)
    row = (box.bottom - at - key.height - small) / max(1, len(texts.bars))
    letters = min(small * 1.15, 0.72 * row)
    names = max(width_of(bar.name, letters) for bar in texts.bars) + 0.6 * letters
    labels = max(width_of(bar.label, letters) for bar in texts.bars) + 0.8 * letters
    scale = (box.width - names - labels) / max(1.0, *(bar.needed for bar in texts.bars))
    for bar in texts.bars:
        _bar(drawn, bar, Box(box.left, at, names, row), scale, letters)
        at += row
    key.draw(drawn, box.left, box.bottom - key.height)


def _bar(drawn: Sheet, bar: Bar, box: Box, scale: float, size: float) -> None:
    """Draw one bar behind its name, which stands in a box."""
    line = box.top + (box.height - size * LINE) / 2
    right = box.right - 0.6 * size - width_of(bar.name, size)
    drawn.write(Lines((bar.name,), size), right, line)
    thick = 0.7 * box.height
    for places, colour in ((bar.needed, NEEDED), (bar.most, LEAST), (bar.least, THERE)):
        top = box.top + (box.height - thick) / 2
        drawn.box(Box(box.right, top, scale * places, thick), colour)
    drawn.write(Lines((bar.label,), size), box.right + scale * bar.needed + 0.5 * size, line)
