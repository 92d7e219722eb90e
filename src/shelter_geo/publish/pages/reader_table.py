"""Tables for readers: of places, with the ranks that sort them, and small ones of written cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from shelter_geo.errors import OutputError
from shelter_geo.publish.catalogue import fold
from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.words import Languages, Text, Words, in_each, say

BAR: float = 100.0
"""Length of the longest bar a cell can hold, in percent of its room."""
Ranks: TypeAlias = Sequence[int | None]


@dataclass(frozen=True)
class Column:
    """One column, all its cells written.

    Attributes
    ----------
    title
        Head of the column.
    cells
        Words of each cell.
    ranks
        Gives the place of each cell when sorted in a language; `None` comes last whichever way
        round.
    numeric
        Whether the cells are numbers, set flush right.
    fills
        Fill of the swatch before each cell; empty where there are no swatches.
    spoken
        Whether the map says this column of a place besides its name.
    """

    title: Text
    cells: tuple[Text, ...]
    ranks: Callable[[Words], Ranks]
    numeric: bool = False
    fills: tuple[str, ...] = ()
    spoken: bool = False

    def page_ranks(self, languages: Languages) -> Ranks | dict[str, Ranks]:
        """Give the ranks once where all languages sort alike."""
        each = {words.lang: self.ranks(words) for words in languages}
        first, *others = each.values()
        return first if all(ranks == first for ranks in others) else each


@dataclass(frozen=True)
class ReaderTable:
    """Rows of places; the first column names them.

    Attributes
    ----------
    caption
        What the table shows.
    columns
        The columns, equally long.
    marks
        A remark under the name of each row, or `None`.
    sorted_by
        Index of the column by which the rows stand.
    descending
        Whether the largest stand first.

    Raises
    ------
    OutputError
        If the columns differ in length, or there are none.
    """

    caption: Text
    columns: tuple[Column, ...]
    marks: tuple[Text | None, ...]
    sorted_by: int
    descending: bool = True

    def __post_init__(self) -> None:
        lengths = {len(column.cells) for column in self.columns} | {len(self.marks)}
        if not self.columns or len(lengths) != 1:
            raise OutputError(f"The columns of a table must be equally long: {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(self.marks)

    def search_keys(self, languages: Languages) -> list[str]:
        """Folded names of each row in every language, for a search."""
        names = self.columns[0].cells
        return [
            " ".join(dict.fromkeys(fold(plain(name.of(words))) for words in languages))
            for name in names
        ]


def _dense_ranks(keys: Sequence[Any]) -> Ranks:
    order = {key: rank for rank, key in enumerate(sorted({k for k in keys if k is not None}))}
    return [None if key is None else order[key] for key in keys]


def text_column(title: Text, cells: Sequence[Text | None], *, spoken: bool = False) -> Column:
    """Make a column of words, sorted by each language's alphabet; a dash where there are none."""

    def ranks(words: Words) -> Ranks:
        return _dense_ranks(
            [None if cell is None else words.order(cell.of(words)) for cell in cells]
        )

    dash = say("table.nothing")
    return Column(title, tuple(cell or dash for cell in cells), ranks, spoken=spoken)


def number_column(
    title: Text,
    values: pd.Series[Any],
    write: Callable[[Words, float], str],
    *,
    missing: Sequence[Text] | None = None,
    spoken: bool = False,
) -> Column:
    """Make a column of numbers, sorted by their value.

    Parameters
    ----------
    title
        Head of the column.
    values
        Numbers, missing ones as NaN.
    write
        Writes one number in one language.
    missing
        What stands where there is no number, by row; a dash without it.
    spoken
        Whether the map says this column.
    """
    numbers = [None if pd.isna(value) else float(value) for value in values]
    dash = say("table.nothing")
    cells = [
        (missing[row] if missing else dash) if number is None else _written(write, number)
        for row, number in enumerate(numbers)
    ]
    ranks = _dense_ranks(numbers)
    return Column(title, tuple(cells), lambda _: ranks, numeric=True, spoken=spoken)


def class_column(title: Text, values: pd.Series[Any], classes: Classes, missing: Text) -> Column:
    """Make a column that names each value's class and shows its colour."""
    classed = [int(rank) for rank in classes.of(values)]
    ranks = [None if rank == MISSING else rank for rank in classed]
    return Column(
        title,
        tuple(missing if rank is None else classes.label(rank) for rank in ranks),
        lambda _: ranks,
        fills=tuple(classes.colour(rank) for rank in classed),
    )


def _written(write: Callable[[Words, float], str], number: float) -> Text:
    return in_each(lambda words: write(words, number))


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
            raise OutputError("Every row of a small table must be as wide as its heads.")
        if any(line.bar is not None and not 0 <= line.bar <= BAR for line in self.lines):
            raise OutputError(f"A bar of a small table lies between 0 and {BAR:g}.")


def bars(sizes: Sequence[float]) -> list[float | None]:
    """Give the length of a bar for each size, the largest as long as its room; none for a gap."""
    known = [size for size in sizes if size == size]
    most = max(known, default=0.0)
    return [
        None if size != size else 0.0 if most <= 0 else round(BAR * size / most, 1)
        for size in sizes
    ]
