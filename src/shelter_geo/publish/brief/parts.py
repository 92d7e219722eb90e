"""What a brief is made of: sections of sentences and small tables, all words written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelter_geo.errors import OutputError
from shelter_geo.publish.words import Text

BAR: float = 100.0
"""Length of the longest bar a cell can hold, in percent of its room."""


@dataclass(frozen=True)
class Head:
    """The head of a column, and whether its cells are numbers."""

    title: Text
    numeric: bool = False


@dataclass(frozen=True)
class Line:
    """One row of a small table.

    Attributes
    ----------
    cells
        Words of each cell; the first names the row.
    fill
        Colour or pattern before the name, if there is one.
    bar
        Length of the bar below the last cell, in percent, if there is one.
    """

    cells: tuple[Text, ...]
    fill: str = ""
    bar: float | None = None


@dataclass(frozen=True)
class Listing:
    """A small table.

    Attributes
    ----------
    caption
        What it shows.
    heads, lines
        Heads and rows, equally wide.
    notes
        Remarks below it.

    Raises
    ------
    OutputError
        If a row has more or fewer cells than there are heads, or a bar is too long.
    """

    caption: Text
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if any(len(line.cells) != len(self.heads) for line in self.lines):
            raise OutputError("Every row of a brief's table must be as wide as its heads.")
        if any(line.bar is not None and not 0 <= line.bar <= BAR for line in self.lines):
            raise OutputError(f"A bar of a brief's table lies between 0 and {BAR:g}.")


@dataclass(frozen=True)
class Section:
    """One section: a heading, sentences and small tables.

    Attributes
    ----------
    title
        Its heading.
    sentences
        Its paragraphs.
    listings
        Its tables.
    """

    title: Text
    sentences: tuple[Text, ...] = ()
    listings: tuple[Listing, ...] = ()


def bars(sizes: Sequence[float]) -> list[float | None]:
    """Give the length of a bar for each size, the largest as long as its room; none for a gap."""
    known = [size for size in sizes if size == size]
    most = max(known, default=0.0)
    return [
        None if size != size else 0.0 if most <= 0 else round(BAR * size / most, 1)
        for size in sizes
    ]
