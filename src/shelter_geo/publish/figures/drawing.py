"""Figures for slides: drawn without a clock or random names, so that bytes repeat."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

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
FOOT_WIDTH = 150
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML file may hold."""


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
    figure.text(left, 0.965, title, fontsize=15, fontweight="bold", va="top")
    figure.text(left, 0.905, subtitle, fontsize=10.5, va="top", linespacing=1.35)


def footing(figure: Figure, text: str, *, left: float = 0.04) -> None:
    """Write sources and assumptions below it."""
    lines = fill(text, FOOT_WIDTH)
    figure.text(left, 0.02, lines, fontsize=7.5, color="#5b6470", va="bottom", linespacing=1.35)


def bare(axes: Axes) -> None:
    """Take ticks and spines away."""
    axes.set_axis_off()
    axes.set_aspect("equal")


def save(figure: Figure, stem: Path, endings: Sequence[str] = SLIDES) -> None:
    """Write a figure as PNG, SVG or PDF without dates or software names.

    Parameters
    ----------
    figure
        Made by `drawing`, whose settings must still hold.
    stem
        Path without its ending.
    endings
        Which of `ENDINGS` to write.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box, which readers see for themselves.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for ending in endings:
            file = stem.with_suffix(ending)
            figure.savefig(file, dpi=DPI, metadata=NAMELESS[ending])
            if ending == ".svg":  # its comments repeat every text
                drawn = file.read_text(encoding="utf-8")
                file.write_text(_NO_XML.sub("", drawn), encoding="utf-8", newline="\n")
