"""The map on a sheet: the districts, the road from the farthest one, and names in free places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import shapely
from matplotlib.patches import FancyBboxPatch
from shapely import Point
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from shelter_geo.publish.figures.drawing import INK, put_sign
from shelter_geo.publish.figures.map_twin import (
    draw_areas,
    equal_area,
    features_of,
    ground,
)
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.share.sheet import Box, Lines, Sheet, balanced, width_of, wrapped
from shelter_geo.publish.share.texts import MapTexts

SIGN: Final = 1.35
"""Width of the sign of a shelter, in sizes of the names beside it."""
_SURROUND: Final = 0.08
"""Share of a map that is shown around the districts, on each side."""
_AROUND: Final = ((1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1), (0, 1))
"""Sides of a point where its name may stand, the right ones first."""
_RINGS: Final = (1.0, 1.7, 2.6, 4.0, 6.0)
"""How far from its point a name may stand."""
_OFF_LAND: Final = 3.0
"""How much farther it goes so as not to cover the districts."""
_COARSE: Final = 1000
"""Metres by which the land may be off where names are placed."""


def fill_with_map(drawn: Sheet, page: SealedMap, texts: MapTexts, panel: Box, size: float) -> None:
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
        put_sign(drawn.axes, at, city.symbol, page.page.mark, size=SIGN * size)
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
