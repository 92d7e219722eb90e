"""Figures for slides: drawn without a clock or random names, so that bytes repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#1c2430"
FAINT = "#8a929c"
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
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
FOOT_WIDTH = 150


@contextmanager
def drawing(width_in: float, height_in: float) -> Iterator[Figure]:
    """Give a figure in the house style, independent of the user's own settings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, STYLE))
        figure = Figure(figsize=(width_in, height_in), facecolor="white")
        FigureCanvasAgg(figure)
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


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as PNG and SVG without dates or software names.

    Parameters
    ----------
    figure
        Made by `drawing`, whose settings must still hold.
    stem
        Path without its ending.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(stem.with_suffix(".png"), dpi=DPI, metadata={"Software": None})
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
