"""The pictures themselves: a map wide or square, the missing places, and a poster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from shelter_geo.publish.figures.drawing import DPI, put_sign, save
from shelter_geo.publish.figures.fitting import POINTS
from shelter_geo.publish.figures.map_twin import (
    HATCHES,
)
from shelter_geo.publish.figures.shortfall import LEAST, NEEDED, THERE
from shelter_geo.publish.maps.district_map import NEW, SHELTER
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.share.map_panel import SIGN, fill_with_map
from shelter_geo.publish.share.sheet import (
    LINE,
    Box,
    Entry,
    Lines,
    Sheet,
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
_TITLE, _LEAD, _KEY, _FOOT, _NAME = 19.0, 11.5, 9.5, 6.8, 10.5
"""Sizes of letters on a picture, in points; 11 of them are 24 pixels."""


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
        fill_with_map(drawn, page, texts, panel, _NAME)
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
    """Draw a poster on A3, as PDF, PNG or SVG: the map, and below it the missing places.

    Parameters
    ----------
    page, texts
        The map, and what it says in the language of `words`.
    missing
        What the figure of missing places says; the map takes its room where there is none.
    file
        Where to write it; its ending says as what.
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
        fill_with_map(drawn, page, texts, panel, 17)
        key.draw(drawn, edge, panel.bottom + 14)
        if missing is not None:
            _missing(drawn, missing, Box(edge, lower, inner, _POSTER_BARS), (24, 14, 13))
        drawn.write(foot, edge, floor, colour=PALE)
        save(drawn.figure, file.with_suffix(""), (file.suffix,))


def _entries(page: SealedMap, words: Words) -> list[Entry]:
    """Give signs and labels of a map's key; the one route that is drawn is named beside it."""
    signs: dict[str, Callable[[Axes, Box], None]] = {
        "stipple": partial(_swatch, colour="#8d8794", hatch="....", edge="white"),
        **{
            symbol: partial(_house, symbol=symbol, mark=page.page.mark) for symbol in (SHELTER, NEW)
        },
    }
    entries: list[Entry] = []
    for entry in page.page.key:
        if entry.symbol == "fill":
            colour, hatch = HATCHES.get(entry.fill, (entry.fill, None))
            draw = partial(_swatch, colour=colour, hatch=hatch)
            entries.append((draw, entry.label.of(words)))
        elif entry.symbol in signs:
            short = words.text("access.shelters") if entry.symbol == SHELTER else ""
            entries.append((signs[entry.symbol], short or entry.label.of(words)))
    return entries


def _swatch(axes: Axes, box: Box, *, colour: str, hatch: str | None, edge: str = "#8b8b8b") -> None:
    axes.add_patch(
        Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, edgecolor=edge,
                  linewidth=0.4, hatch=hatch)
    )  # fmt: skip


def _house(axes: Axes, box: Box, *, symbol: str, mark: str) -> None:
    at = (box.left + box.width / 2, box.top + box.height / 2)
    put_sign(axes, at, symbol, mark, size=SIGN * box.height)


def _missing(
    drawn: Sheet, texts: MissingTexts, box: Box, sizes: tuple[float, float, float]
) -> None:
    """Draw title, bars and key of the missing places into a part of the sheet."""
    large, middle, small = sizes
    title = fitted(texts.title, large, Box(0, 0, box.width, 0.2 * box.height), bold=True)
    lead = fitted(texts.lead, middle, Box(0, 0, box.width, 0.2 * box.height))
    at = drawn.write(title, box.left, box.top)
    at = drawn.write(lead, box.left, at + 0.4 * middle) + 0.8 * middle
    colours = (NEEDED, LEAST, THERE)[: len(texts.key)]
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
