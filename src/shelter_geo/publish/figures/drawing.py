"""Figures for slides: drawn without a clock or random names, so that bytes repeat."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any, Final, cast

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path as Shape

from shelter_geo.analysis import Quantity
from shelter_geo.publish.catalogue import known_people
from shelter_geo.publish.figures.fitting import FOOT, LEAD, TITLE, settle
from shelter_geo.publish.palette import Classes
from shelter_geo.publish.words import Words

INK = "#1c2430"
FAINT = "#8a929c"
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",
    "svg.hashsalt": "shelter_geo",
    "path.simplify": False,
}
DPI = 160
NAMELESS: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Kinds of file, and what each would say of when and with what it was made."""
ENDINGS = tuple(NAMELESS)
SLIDES = (".png", ".svg")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML file may hold."""


HOUSE: Final = Shape(
    [(0, 6.8), (-7.4, 0.3), (-5.2, 0.3), (-5.2, -6.3), (-1.5, -6.3), (-1.5, -1.9), (1.5, -1.9),
     (1.5, -6.3), (5.2, -6.3), (5.2, 0.3), (7.4, 0.3), (0, 6.8)],
    closed=True,
)  # fmt: skip
"""The house in the signs of pages (`patterns.html`), around the middle of their box of 26."""
_UNITS, _RING_UNITS, _HOUSE_UNITS, _EDGE_UNITS = 25.0, 23.0, 14.8, 2.0
"""Widths of a sign, of the middle of its edge, of its house and of the edge itself."""


def sign(symbol: str, mark: str, size: float) -> tuple[Line2D, Line2D]:
    """Draw the sign of a shelter as pages do: a house in a ring, filled where a plan brings it.

    Parameters
    ----------
    symbol
        `new` for one that a plan brings, else one of today.
    mark
        Ink of the signs.
    size
        Its width, in points.

    Returns
    -------
    tuple of Line2D
        The ring and the house, at no place yet: see `put_sign`.
    """
    ground, ink = (mark, "white") if symbol == "new" else ("white", mark)
    unit = size / _UNITS
    ring = Line2D(
        [], [], linestyle="none", marker="o", markersize=_RING_UNITS * unit,
        markerfacecolor=ground, markeredgecolor=ink, markeredgewidth=_EDGE_UNITS * unit,
    )  # fmt: skip
    house = Line2D(
        [], [], linestyle="none", marker=HOUSE, markersize=_HOUSE_UNITS * unit,
        markerfacecolor=ink, markeredgewidth=0,
    )  # fmt: skip
    return ring, house


def put_sign(
    axes: Axes, at: tuple[float, float], symbol: str, mark: str, *, size: float, zorder: float = 8
) -> None:
    """Draw the sign of a shelter at a point of some axes, in the units of these."""
    for part in sign(symbol, mark, size):
        part.set_data([at[0]], [at[1]])
        part.set(zorder=zorder, clip_on=False)
        axes.add_line(part)


@contextmanager
def drawing(width_in: float, height_in: float) -> Iterator[Figure]:
    """Give a figure in the house style, independent of the user's own settings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, STYLE))
        figure = Figure(figsize=(width_in, height_in), facecolor="white")
        FigureCanvasBase(figure)  # draws nothing until it is saved
        yield figure


def heading(figure: Figure, title: str, subtitle: str, *, left: float = 0.04) -> None:
    """Write what the figure says above it."""
    figure.text(left, 0.965, title, fontsize=15, fontweight="bold", va="top", gid=TITLE)
    figure.text(left, 0.905, subtitle, fontsize=10.5, va="top", linespacing=1.35, gid=LEAD)


def footing(figure: Figure, text: str, *, left: float = 0.04) -> None:
    """Write sources and assumptions below it."""
    figure.text(
        left, 0.02, text, fontsize=7.5, color="#5b6470", va="bottom", linespacing=1.35, gid=FOOT
    )


def bare(axes: Axes) -> None:
    """Take ticks and spines away."""
    axes.set_axis_off()
    axes.set_aspect("equal")


def save(figure: Figure, stem: Path, endings: Sequence[str] = SLIDES, *, alt: str = "") -> None:
    """Write a figure as PNG, SVG or PDF without dates or software names, all of it in sight.

    Parameters
    ----------
    figure
        Made by `drawing`, whose settings must still hold.
    stem
        Path without its ending.
    endings
        Which of `ENDINGS` to write.
    alt
        What the figure shows, for who does not see it: a PNG holds it as its `Description`.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    settle(figure)
    with warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box, which readers see for themselves.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for ending in endings:
            file = stem.with_suffix(ending)
            described = {"Description": alt} if alt and ending == ".png" else {}
            figure.savefig(file, dpi=DPI, metadata={**NAMELESS[ending], **described})
            if ending == ".svg":  # its comments repeat every text
                drawn = file.read_text(encoding="utf-8")
                file.write_text(_NO_XML.sub("", drawn), encoding="utf-8", newline="\n")


NO_ROAD = "#b9bec6"
MILLION = 1_000_000
NAME_WIDTH = 26
KEY_COLUMNS = 6
"""Entries of the key that stand beside each other."""
KEY_ROW_IN = 0.25


def draw_comparison(
    people: pd.DataFrame,
    stem: Path,
    *,
    classes: Classes,
    limit: float,
    missing: str,
    words: Words,
    foot: str,
) -> None:
    """Draw how many people live how far from a shelter under each plan.

    Parameters
    ----------
    people
        A row a plan, indexed by its name in the language of the figure, today first: people in
        each class, numbered from 0, and `no_road`.
    stem
        Path without its ending.
    classes
        Classes of the distance.
    limit
        Distance that the title speaks of, one of the limits of the classes.
    missing
        What is said of people whom no road takes there.
    words
        Language of the texts.
    foot
        Line at the foot.
    """
    near = people[list(range(classes.breaks.index(limit) + 1))].sum(axis=1)
    best = str(near.idxmax())
    ranks = [*range(len(classes.colours)), "no_road"]
    rows = -(-len(ranks) // KEY_COLUMNS)
    more_in = KEY_ROW_IN * (rows - 1)
    with drawing(10, max(4.6, 2.6 + 0.46 * len(people)) + more_in) as figure:
        height = figure.get_figheight()
        more = known_people(near[best]) - known_people(near.iloc[0])
        heading(figure, *_heading(best, more, limit, words))
        axes = figure.add_axes((0.27, 1.15 / height, 0.69, 1 - (2.35 + more_in) / height))
        names = [fill(str(name), NAME_WIDTH) for name in people.index]
        left = pd.Series(0.0, index=people.index)
        for rank in ranks:
            colour = NO_ROAD if isinstance(rank, str) else classes.colour(rank)
            width = people[rank] / MILLION
            axes.barh(names, width, left=left, height=0.72, color=colour, edgecolor="white", lw=0.5)
            left = left + width
        axes.axvline(near.iloc[0] / MILLION, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.invert_yaxis()
        axes.set_xlim(0, float(left.max()))
        ticks = [tick for tick in axes.get_xticks() if tick <= left.max()]
        axes.set_xticks(ticks, [words.number(tick) for tick in ticks])
        axes.set_xlabel(words.text("compare.figure_axis"), fontsize=9)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", colors=FAINT, labelsize=8)
        columns = -(-len(ranks) // rows)
        axes.legend(
            handles=_key(classes, missing, words, columns),
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=8.5,
            handlelength=1.2,
            columnspacing=1.2,
        )
        footing(figure, foot)
        save(figure, stem)


def _heading(name: str, more: float, limit: float, words: Words) -> tuple[str, str]:
    """Write title and subtitle: how many more the best plan brings within the limit."""
    km = words.distance(limit)
    if more <= 0:
        title = words.text("compare.figure_title_none", km=km)
        return title, words.text("compare.figure_subtitle")
    title = words.text("compare.figure_title", people=Quantity.people(more), km=km)
    return title, words.text("compare.figure_best", plan=name)


def _key(classes: Classes, missing: str, words: Words, columns: int) -> list[Patch]:
    """Give the entries so that a legend, which goes down its columns, reads along its rows."""
    entries = [
        Patch(color=classes.colour(rank), label=classes.label(rank).of(words))
        for rank in range(len(classes.colours))
    ]
    entries.append(Patch(color=NO_ROAD, label=missing))
    return [entry for column in range(columns) for entry in entries[column::columns]]
