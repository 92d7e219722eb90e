"""A sheet that is written from its top left corner in points: text that fits, bars, a map's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from shelter_geo.publish.figures import fitting
from shelter_geo.publish.figures.drawing import INK, drawing
from shelter_geo.publish.figures.fitting import POINTS
from shelter_geo.publish.figures.map_twin import without_marks

LINE: Final = 1.28
"""Height of a line of text, in sizes of its letters."""
_ASCENT: Final = 0.93
_SMALLEST: Final = 0.5
"""Share of its size below which a text is not shrunk."""
_STEP: Final = 0.95
_PIXELS: Final = 1.03


@dataclass(frozen=True)
class Box:
    """A part of a sheet, in points from the top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def meets(self, other: Box) -> bool:
        """Whether the two share any room."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies within this one."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True)
class Lines:
    """A text broken into lines of one size."""

    lines: tuple[str, ...]
    size: float
    bold: bool = False

    @property
    def height(self) -> float:
        """Room that the lines take, in points."""
        return len(self.lines) * self.size * LINE


Entry: TypeAlias = tuple[Callable[[Axes, Box], None], str]
"""What draws the sign of an entry of a key, and its label."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A figure with axes over all of it, in points from the top left corner.

    Attributes
    ----------
    width, height
        In points.
    """

    figure: Figure
    axes: Axes
    width: float
    height: float

    def write(self, lines: Lines, left: float, top: float, *, colour: str = INK) -> float:
        """Write lines and return where they end."""
        for place, line in enumerate(lines.lines):
            self.axes.text(
                left,
                top + (place * LINE + _ASCENT) * lines.size,
                line,
                fontsize=lines.size,
                fontweight="bold" if lines.bold else "normal",
                color=colour,
                va="baseline",
                zorder=9,
            )
        return top + lines.height

    def box(self, box: Box, colour: str) -> None:
        """Fill a part of the sheet."""
        self.axes.add_patch(
            Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, linewidth=0)
        )

    def inset(self, box: Box) -> Axes:
        """Give axes of their own to a part of the sheet."""
        return self.figure.add_axes(
            (
                box.left / self.width,
                1 - box.bottom / self.height,
                box.width / self.width,
                box.height / self.height,
            )
        )


@contextmanager
def sheet(width: float, height: float) -> Iterator[Sheet]:
    """Give an empty sheet of so many points."""
    with drawing(width / POINTS, height / POINTS) as figure:
        axes = figure.add_axes((0, 0, 1, 1), zorder=5)
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        yield Sheet(figure, axes, width, height)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Measure a line of text in points, with the room that drawing it in pixels may add."""
    return _PIXELS * fitting.width_of(text, size, bold=bold)


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> Lines:
    """Break a text into lines no wider than `width`, where a single word is not wider itself."""
    lines = fitting.lines_of(without_marks(text), size, width / _PIXELS, bold=bold)
    return Lines(tuple(lines), size, bold)


def balanced(text: str, size: float, width: float, *, bold: bool = False) -> Lines:
    """Break a text into as few lines as `wrapped` does, as alike in length as can be."""
    lines = wrapped(text, size, width, bold=bold)
    while True:
        width *= _STEP
        tighter = wrapped(text, size, width, bold=bold)
        wide = max(width_of(line, size, bold=bold) for line in tighter.lines)
        if len(tighter.lines) > len(lines.lines) or wide > width:
            return lines
        lines = tighter


def fitted(text: str, size: float, box: Box, *, bold: bool = False) -> Lines:
    """Break a text into lines that fit a box, smaller where they would not; half size at least."""
    least = size * _SMALLEST
    while True:
        lines = wrapped(text, size, box.width, bold=bold)
        wide = max((width_of(line, size, bold=bold) for line in lines.lines), default=0)
        if size <= least or (lines.height <= box.height and wide <= box.width):
            return balanced(text, size, box.width, bold=True) if bold else lines
        size = max(least, size * _STEP)


@dataclass(frozen=True)
class Key:
    """The key of a map, its entries beside each other as far as they fit.

    Attributes
    ----------
    entries
        Each with where its sign and its label stand.
    height
        Room that they take.
    """

    entries: tuple[tuple[Callable[[Axes, Box], None], Box, Lines], ...]
    height: float

    def draw(self, on: Sheet, left: float, top: float) -> None:
        """Draw it with its upper left corner at a point."""
        for draw, box, label in self.entries:
            at = Box(left + box.left, top + box.top, box.width, box.height)
            draw(on.axes, at)
            on.write(label, at.right + label.size * 0.5, at.top - label.size * 0.1)


def key_of(entries: Sequence[Entry], size: float, width: float) -> Key:
    """Lay out a key in rows.

    Parameters
    ----------
    entries
        Signs and labels, in order.
    size
        Size of the labels, in points.
    width
        Room that a row has.
    """
    placed: list[tuple[Callable[[Axes, Box], None], Box, Lines]] = []
    sign, gap = 1.9 * size, 1.5 * size
    x = y = row = 0.0
    for draw, label in entries:
        lines = wrapped(label, size, width - sign - size)
        wide = sign + 0.5 * size + max(width_of(line, size) for line in lines.lines)
        if x and x + wide > width:
            x, y, row = 0.0, y + row, 0.0
        placed.append((draw, Box(x, y + 0.1 * size, sign, size), lines))
        x += wide + gap
        row = max(row, lines.height + 0.35 * size)
    return Key(tuple(placed), y + row)
