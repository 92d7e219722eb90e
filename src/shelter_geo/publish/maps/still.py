"""The still map of a page: its shapes and names as SVG, which stand where no script runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from shelter_geo.publish.maps.drawing import Drawing, draw
from shelter_geo.publish.maps.map_layer import SealedLayer
from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.words import Text, Words

SIGN: Final = 20
"""Width of a sign, in units of the drawing."""
_BEND: Final = 2.0
"""Areas lose the bends that are smaller than the square of this; nobody can zoom in."""
FARTHEST: Final = "farthest"
"""Symbol of the district that is farthest; its name and its road in words always stand."""
_UNDRAWN: Final = ("spare", "settlement")
_LARGE: Final = 17.0
"""Letters of the names that always stand, as a phone shows them."""
_SMALL: Final = 9.0
_LETTER: Final = 0.56
"""Mean width of a letter, in sizes of it."""
_GAP: Final = 13.0
"""From the middle of a sign to its name."""


@dataclass(frozen=True)
class StillName:
    """A name on a still map.

    Attributes
    ----------
    kind
        `always` for a name that stands at any width, else `district dark`, `country` and the like.
    lines
        What is written, one line below the other.
    x, y
        Where its first line begins, ends or has its middle, at the height of its baseline.
    anchor
        `start`, `middle` or `end`.
    """

    kind: str
    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True)
class Area:
    """A district of a still map: its path, its fill, and whether its people live elsewhere."""

    path: str
    fill: str
    apart: bool = False


@dataclass(frozen=True)
class StillMap:
    """A map as SVG, in one language.

    Attributes
    ----------
    width, height
        Size of the view box.
    ground
        Kind and path of each piece of ground, in drawing order.
    areas
        The districts.
    lines
        Path of each road.
    signs
        Symbol of each sign and its upper left corner.
    names
        The names, each in a free place.
    """

    width: int
    height: int
    ground: tuple[tuple[str, str], ...]
    areas: tuple[Area, ...]
    lines: tuple[str, ...]
    signs: tuple[tuple[str, float, float], ...]
    names: tuple[StillName, ...]

    @property
    def apart(self) -> str:
        """The path of all districts whose people live elsewhere."""
        return "".join(area.path for area in self.areas if area.apart)


def still_map(layers: Sequence[SealedLayer], words: Words) -> StillMap:
    """Draw the layers of a map that are shown when it opens.

    Parameters
    ----------
    layers
        Layers of a sealed map, bottom first, with areas among them.
    words
        Language of the names.

    Raises
    ------
    OutputError
        If the areas lie at no place.
    """
    areas, lines, ground = (list(_shown(layers, role)) for role in ("areas", "lines", "ground"))
    named = list(_shown(layers, "names"))
    points = [*_shown(layers, "points"), *(one for one in named if one[1]["symbol"] == FARTHEST)]
    named = [one for one in named if one[1]["symbol"] != FARTHEST]
    drawing = _drawn(
        *(tuple(shape.wkb for shape, _ in part) for part in (areas, [*points, *named], lines)),
        tuple((str(told["symbol"]), shape.wkb) for shape, told in ground),
    )
    spots = [(float(x), float(y)) for x, y in drawing.sites]
    signs, labels = spots[: len(points)], spots[len(points) :]
    return StillMap(
        width=drawing.width,
        height=drawing.height,
        ground=drawing.ground,
        areas=tuple(
            Area(path, str(told["fill"]), told["symbol"] == "apart")
            for path, (_, told) in zip(drawing.areas, areas, strict=True)
        ),
        lines=drawing.lines,
        signs=tuple(
            (str(told["symbol"]), round(x - SIGN / 2, 1), round(y - SIGN / 2, 1))
            for (x, y), (_, told) in zip(signs, points, strict=True)
        ),
        names=_names(
            [
                *(_Named("always", at, _lines(told, words)) for at, (_, told)
                  in zip(signs, points, strict=True)),
                *(_Named(str(told["symbol"]), at, _lines(told, words)) for at, (_, told)
                  in zip(labels, named, strict=True)),
            ],
            drawing,
        ),
    )  # fmt: skip


def _shown(layers: Sequence[SealedLayer], role: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Give the features of a role that are shown when the map opens."""
    for layer in layers:
        if layer.role != role or not layer.show:
            continue
        for one in layer.data["features"]:
            told = {"symbol": "", **one["properties"]}
            if told["symbol"] in _UNDRAWN:
                continue
            if layer.style:
                told["fill"] = layer.style_function(one).get("fillColor", "")
            yield shapely.geometry.shape(one["geometry"]), told


@lru_cache(maxsize=16)
def _drawn(
    areas: tuple[bytes, ...],
    points: tuple[bytes, ...],
    lines: tuple[bytes, ...],
    ground: tuple[tuple[str, bytes], ...],
) -> Drawing:
    """Project shapes once for pages that show the same ones."""

    def frame(shapes: Sequence[bytes], **columns: Any) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb(shapes), crs="EPSG:4326")

    kinds, shapes = [kind for kind, _ in ground], [shape for _, shape in ground]
    nowhere = [float("nan")] * len(ground)
    return draw(
        frame(areas),
        frame(points),
        frame(shapes, kind=kinds, label_lon=nowhere, label_lat=nowhere),
        frame(lines),
        bend=_BEND,
    )


@dataclass(frozen=True)
class _Named:
    """Lines that are to stand at a point."""

    kind: str
    at: tuple[float, float]
    lines: tuple[str, ...]


def _lines(told: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """Give the lines of a name: the short one where there is one, and a note below it."""
    lines = (told.get("short", told.get("name")), told.get("note"))
    return tuple(plain(line.of(words)) for line in lines if isinstance(line, Text))


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class _Taken:
    """Boxes that are taken, kept so that one is held against all of them at once."""

    def __init__(self, boxes: Sequence[_Box]) -> None:
        self._count = len(boxes)
        self._boxes = np.array([*boxes, *[(0.0,) * 4] * 64])

    def add(self, box: _Box) -> None:
        if self._count == len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.zeros_like(self._boxes)])
        self._boxes[self._count] = box
        self._count += 1

    def covered(self, box: _Box) -> float:
        """Give the area that a box and those that are taken both cover, one by one."""
        left, top, right, bottom = self._boxes[: self._count].T
        wide = np.minimum(right, box.right) - np.maximum(left, box.left)
        high = np.minimum(bottom, box.bottom) - np.maximum(top, box.top)
        both = (wide > 0) & (high > 0)
        return sum((wide[both] * high[both]).tolist(), 0.0)


def _names(wanted: Sequence[_Named], drawing: Drawing) -> tuple[StillName, ...]:
    """Place those that always stand where they cover least, then the others where there is room."""
    always = [one for one in wanted if one.kind == "always" and one.lines]
    half = SIGN / 2
    signs = [_Box(x - half, y - half, x + half, y + half) for x, y in (one.at for one in always)]
    taken = _Taken(signs)
    placed = []
    for one in sorted(always, key=lambda one: -len(one.lines)):
        choices = list(_around(one, drawing))
        name, box = min(choices, key=lambda choice: taken.covered(choice[1]))
        taken.add(box)
        placed.append(name)
    for one in wanted:
        if one.kind == "always":
            continue
        (x, y), wide = one.at, _width(one.lines, _SMALL)
        box = _Box(x - wide / 2, y - 0.6 * _SMALL, x + wide / 2, y + 0.6 * _SMALL)
        inside = box.left >= 0 and box.right <= drawing.width and box.top >= 0
        if inside and box.bottom <= drawing.height and not taken.covered(box):
            taken.add(box)
            placed.append(StillName(one.kind, one.lines, round(x, 1), round(y + 0.35 * _SMALL, 1)))
    return tuple(placed)


def _width(lines: Sequence[str], size: float) -> float:
    return _LETTER * size * max(map(len, lines), default=0)


def _around(one: _Named, drawing: Drawing) -> Iterator[tuple[StillName, _Box]]:
    """Give the places around a point where a name may stand, all of them inside the drawing."""
    (x, y), wide, high = one.at, _width(one.lines, _LARGE), 1.15 * _LARGE * len(one.lines)
    for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        gap = _GAP if 0 in (across, down) else 0.7 * _GAP
        left = x + across * gap - (wide if across < 0 else wide / 2 if across == 0 else 0)
        top = y + down * gap - (high if down < 0 else high / 2 if down == 0 else 0)
        left = min(max(left, 2.0), max(2.0, drawing.width - wide - 2))
        top = min(max(top, 2.0), max(2.0, drawing.height - high - 2))
        anchor = ("middle", "start", "end")[across]
        at = left + (wide if across < 0 else wide / 2 if across == 0 else 0)
        name = StillName("always", one.lines, round(at, 1), round(top + 0.9 * _LARGE, 1), anchor)
        yield name, _Box(left, top, left + wide, top + high)
