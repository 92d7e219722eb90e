"""The figure of stays under a limit: who finds no place, and who leaves without a home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from shelter_geo.publish.figures.drawing import FAINT, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, INK_LIGHT
from shelter_geo.publish.words import Words

PARTS: Final = (("no_place_per_year", INK_LIGHT), ("leave_at_limit", INK_ACCENT))
"""What a bar is made of, from the bottom up, and its colours."""
_TITLE_WIDTH: Final = 110
"""Letters of the titles of all panels in a row."""


def draw_stay_limits(
    limits: pd.DataFrame,
    stem: Path,
    *,
    target: float,
    names: Mapping[str, str],
    words: Words,
    foot: str,
) -> None:
    """Draw families without a place and those who leave at each limit, a panel for each basis.

    Parameters
    ----------
    limits
        `CapacityResults.stay_limits`.
    stem
        Path without its ending; PNG and SVG are written.
    target
        Share that may be turned away.
    names
        Name of each basis in the language of the figure.
    words
        Language of the texts.
    foot
        Line at the foot.
    """
    bases = list(dict.fromkeys(limits["demand_basis"]))
    with drawing(10, 5.8) as figure:
        heading(
            figure,
            words.text("stays.figure_title"),
            words.text("stays.figure_subtitle", share=words.percent(target)),
        )
        width = 0.9 / len(bases)
        for place, basis in enumerate(bases):
            axes = figure.add_axes((0.075 + place * width, 0.27, width - 0.05, 0.4))
            _bars(axes, limits[limits["demand_basis"] == basis], words)
            title = fill(names[str(basis)], _TITLE_WIDTH // len(bases))
            axes.set_title(title, fontsize=10, loc="left")
        keys = ("stays.figure_no_place", "stays.figure_leave")
        handles = [
            Patch(color=colour, label=words.text(key))
            for (_, colour), key in zip(PARTS, keys, strict=True)
        ]
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.03, 0.76), ncols=2,
            frameon=False, fontsize=9,
        )  # fmt: skip
        footing(figure, foot)
        save(figure, stem)


def _bars(axes: Axes, rows: pd.DataFrame, words: Words) -> None:
    at, below = np.arange(len(rows)), np.zeros(len(rows))
    for name, colour in PARTS:
        values = rows[f"{name}_central"].to_numpy(float)
        axes.bar(at, values, bottom=below, width=0.72, color=colour)
        below = below + values
    labels = []
    for row in rows.to_dict("records"):
        months = row["limit_months"]
        whole = months != months or float(months).is_integer()
        limit = (
            words.text("stays.figure_none")
            if months != months
            else words.number(months, digits=0 if whole else 1)
        )
        labels.append(f"{limit}\n{words.number(row['places_needed_central'])}")
    axes.set_xticks(at, labels, fontsize=8)
    axes.set_xlabel(words.text("stays.figure_axis"), fontsize=8.5)
    axes.tick_params(axis="x", length=0, colors=FAINT)
    axes.set_ylim(0, max(1.0, 1.1 * below.max()))
    ticks = [tick for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [words.number(tick) for tick in ticks])
    axes.tick_params(axis="y", colors=FAINT, labelsize=8)
