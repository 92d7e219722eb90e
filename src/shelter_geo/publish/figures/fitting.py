"""Room for what a figure says: its texts in lines that fit, and all that it draws in sight."""

from __future__ import annotations

import warnings
from typing import Any, Final, cast

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from shelter_geo.publish.written import unbroken

TITLE, LEAD, FOOT = "title", "lead", "foot"
"""Group ids of the texts that stand around what a figure draws."""
POINTS: Final = 72
"""Points of an inch."""
_EDGE: Final = 0.15
"""Least room at the left and right edge of a figure, in inches."""
_GAP: Final = 0.08
"""Room between the texts and what is drawn, in inches."""
_TITLE_LINE: Final = 1.2
_BELOW_TITLE: Final = 0.1
_TIGHTER: Final = 0.95
_HELD_SPACE: Final = "\0"
"""A space at which a line ends only where what stands around it is wider than the room."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Measure a line of text in points."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():  # a letter that no font has is drawn as a box
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def lines_of(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `width` points, where no word is wider itself."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line, words = "", list[str]()
        for held in unbroken(paragraph, _HELD_SPACE).split(" "):
            part = held.replace(_HELD_SPACE, " ")
            fits = width_of(part, size, bold=bold) <= width
            words += [part] if fits else part.split(" ")
        for word in words:
            longer = f"{line} {word}" if line else word
            if line and width_of(longer, size, bold=bold) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def settle(figure: Figure) -> None:
    """Break title, lead and foot of a figure into lines, and make room for all that it draws.

    A figure without such texts stays as it is. Else it grows where what is drawn would meet its
    texts or leave it; what is drawn keeps its size.

    Parameters
    ----------
    figure
        Drawn, not yet saved.
    """
    texts = {str(text.get_gid()): text for text in figure.texts if text.get_gid()}
    if not texts:
        return
    renderer = cast(Any, FigureCanvasAgg(figure)).get_renderer()
    body = _body(figure, renderer)
    wide, high = (float(side) for side in figure.get_size_inches())
    left = max(0.0, _EDGE - body.x0)
    grown_wide = wide + left + max(0.0, body.x1 - (wide - _EDGE))
    for text in texts.values():
        start = text.get_position()[0] * wide
        room = (grown_wide - start - 2 * _EDGE) * POINTS
        text.set_text("\n".join(_fitting(text, room)))
        text.set_x(start / grown_wide)
    top, bottom = _heads(texts, high), _feet(texts, renderer, figure.dpi)
    above = max(0.0, body.y1 - (high - top - _GAP))
    below = max(0.0, bottom + _GAP - body.y0) if bottom else 0.0
    _grow(figure, texts, (left, below), (grown_wide, high + above + below))


def _fitting(text: Text, room: float) -> list[str]:
    """Break a text into lines; those of a title are as alike in length as can be."""
    size, bold = float(text.get_fontsize()), text.get_fontweight() == "bold"
    said = text.get_text()
    lines = lines_of(said, size, room, bold=bold)
    if len(lines) > len(said.splitlines()):  # a line that runs over takes up the next one
        said = " ".join(said.splitlines())
        lines = lines_of(said, size, room, bold=bold)
    while text.get_gid() == TITLE and len(lines) > 1:
        room *= _TIGHTER
        tighter = lines_of(said, size, room, bold=bold)
        wide = max(width_of(line, size, bold=bold) for line in tighter)
        if len(tighter) > len(lines) or wide > room:
            break
        lines = tighter
    return lines


def _body(figure: Figure, renderer: Any) -> Bbox:
    """Measure what is drawn beside the texts, in inches."""
    parts = [*figure.axes, *figure.legends, *(one for one in figure.texts if not one.get_gid())]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        boxes = [box for part in parts if (box := part.get_tightbbox(renderer)) is not None]
    return Bbox(Bbox.union(boxes).get_points() / figure.dpi)


def _heads(texts: dict[str, Text], high: float) -> float:
    """Put the lead below the title, and give how far both reach down, in inches."""
    title, lead = texts.get(TITLE), texts.get(LEAD)
    if title is None or lead is None:
        return 0.0
    start = (1 - title.get_position()[1]) * high
    lines = title.get_text().count("\n") + 1
    end = start + lines * float(title.get_fontsize()) * _TITLE_LINE / POINTS + _BELOW_TITLE
    lead.set_y(1 - end / high)
    rows = len(lead.get_text().splitlines())
    return end + rows * float(lead.get_fontsize()) * _spacing(lead) / POINTS


def _feet(texts: dict[str, Text], renderer: Any, dpi: float) -> float:
    """Give how far the foot reaches up, in inches."""
    foot = texts.get(FOOT)
    if foot is None:
        return 0.0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        return float(foot.get_window_extent(renderer).y1 / dpi)


def _spacing(text: Text) -> float:
    return 1.2 * float(text.get_linespacing())


def _grow(
    figure: Figure, texts: dict[str, Text], by: tuple[float, float], size: tuple[float, float]
) -> None:
    """Give a figure another size; all that it draws stays as large and moves by so many inches."""
    before = [float(side) for side in figure.get_size_inches()]
    if before == list(size):
        return
    anchors = [legend.get_bbox_to_anchor().get_points() / figure.dpi for legend in figure.legends]
    places = {text: text.get_position()[1] for text in texts.values()}
    for axes in figure.axes:
        box = axes.get_position(original=True)
        corner = [box.x0 * before[0] + by[0], box.y0 * before[1] + by[1]]
        axes.set_position(
            (
                corner[0] / size[0],
                corner[1] / size[1],
                box.width * before[0] / size[0],
                box.height * before[1] / size[1],
            )
        )
    for text in figure.texts:
        x, y = text.get_position()
        if text.get_gid() == FOOT:
            text.set_y(y * before[1] / size[1])
        elif text in places:
            text.set_y(1 - (1 - y) * before[1] / size[1])
        else:
            text.set_position(
                ((x * before[0] + by[0]) / size[0], (y * before[1] + by[1]) / size[1])
            )
    figure.set_size_inches(*size)
    for legend, anchor in zip(figure.legends, anchors, strict=True):
        legend.set_bbox_to_anchor(Bbox((anchor + by) / size))
