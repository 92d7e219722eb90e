"""Figures of stays: what limits do to them, and what is counted by year beside the places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from shelter_geo.analysis import PLACES, STAYS_A_YEAR, Quantity
from shelter_geo.publish.figures.drawing import FAINT, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, INK_LIGHT
from shelter_geo.publish.words import Words
from shelter_geo.publish.written import is_starred
from shelter_geo.vocabulary import Evidence

PARTS: Final = (("no_place_per_year", INK_LIGHT), ("leave_at_limit", INK_ACCENT))
"""What a bar is made of, from the bottom up, and its colours."""
_TITLE_WIDTH: Final = 110
"""Letters of the titles of all panels in a row."""
GAP: Final = "?"
"""Sign of a year without a figure."""
_WIDE: Final = 8
"""Years from which on numbers stand upright, and not every year is named."""


def draw_stay_limits(
    limits: pd.DataFrame,
    stem: Path,
    *,
    target: float,
    names: Mapping[str, str],
    words: Words,
    foot: str,
    known: Evidence = Evidence.DERIVED,
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
    known
        How the stays are known.
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
            _bars(axes, limits[limits["demand_basis"] == basis], words, known, len(bases))
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


def _bars(axes: Axes, rows: pd.DataFrame, words: Words, known: Evidence, panels: int) -> None:
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
        labels.append(f"{limit}\n{words.starred(row['places_needed_central'], known)}")
    axes.set_xticks(at, labels, fontsize=8)
    mark = [words.starring(words.text(f"evidence.{known}"), known)] if is_starred(known) else []
    named = words.beside(words.text("stays.figure_axis"), *mark)
    axes.set_xlabel(fill(named, _TITLE_WIDTH // panels), fontsize=8.5)
    axes.tick_params(axis="x", length=0, colors=FAINT)
    axes.set_ylim(0, max(1.0, 1.1 * below.max()))
    ticks = [tick for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [words.number(tick) for tick in ticks])
    axes.tick_params(axis="y", colors=FAINT, labelsize=8)


def draw_by_year(
    table: pd.DataFrame,
    stem: Path,
    *,
    measures: Mapping[str, str],
    words: Words,
    foot: str,
    known: Evidence = Evidence.DERIVED,
) -> None:
    """Draw what is counted by year, a panel for each measure, and the stays places can take.

    Parameters
    ----------
    table
        `CapacityResults.by_year`.
    stem
        Path without its ending; PNG and SVG are written.
    measures
        Name of each measure in the language of the figure, in their order.
    words
        Language of the texts.
    foot
        Line at the foot.
    known
        How the stays are known that the places can take.
    """
    ends = table.drop_duplicates("measure", keep="last").set_index("measure").to_dict("index")
    places, stays = ends[PLACES], ends[STAYS_A_YEAR]
    title = {
        "places": Quantity.count(places["count"]),
        "range": Quantity.span(stays["count_low"], stays["count_high"], evidence=known),
    }
    with drawing(10, 5.6) as figure:
        heading(
            figure,
            words.text("stays.years_figure_title", **title),
            words.text("stays.years_figure_subtitle"),
        )
        panels = len(measures) + 1
        width = 0.92 / panels
        for place, (measure, name) in enumerate(measures.items()):
            axes = figure.add_axes((0.06 + place * width, 0.25, width - 0.045, 0.44))
            axes.set_title(fill(name, _TITLE_WIDTH // panels), fontsize=9.5, loc="left")
            _years(axes, table[table["measure"] == measure], words)
        axes = figure.add_axes((0.06 + (panels - 1) * width, 0.25, width - 0.045, 0.44))
        mark = [words.starring(words.text(f"evidence.{known}"), known)] if is_starred(known) else []
        named = words.beside(words.text("stays.stays_a_year"), *mark)
        axes.set_title(fill(named, _TITLE_WIDTH // panels), fontsize=9.5, loc="left")
        axes.plot([0, 0], [stays["count_low"], stays["count_high"]], color=INK_LIGHT, linewidth=9)
        axes.plot([-0.1, 0.1], [stays["count"]] * 2, color=INK_ACCENT, linewidth=3)
        for end in ("count_low", "count", "count_high"):
            axes.annotate(words.starred(stays[end], known), (0.1, stays[end]), (6, 0),
                          textcoords="offset points", va="center", fontsize=8.5)  # fmt: skip
        axes.set_xlim(-0.5, 0.9)
        axes.set_xticks([])
        _scale(axes, float(stays["count_high"]), words)
        footing(figure, foot)
        save(figure, stem)


def _years(axes: Axes, rows: pd.DataFrame, words: Words) -> None:
    years = rows["year"].to_numpy(int)
    turn = 0 if len(years) < _WIDE else 90
    for year, row in zip(years, rows.to_dict("records"), strict=True):
        if pd.isna(row["count"]):
            axes.annotate(GAP, (year, 0), (0, 3), ha="center",
                          textcoords="offset points", fontsize=8, color=FAINT)  # fmt: skip
            continue
        part = not pd.isna(row["months"])
        axes.bar(year, row["count"], width=0.75, color=INK_LIGHT if part else INK_ACCENT)
        axes.annotate(words.number(row["count"]), (year, row["count"]), (0, 2), ha="center",
                      textcoords="offset points", fontsize=6.5, rotation=turn)  # fmt: skip
    shown = years if len(years) < _WIDE else years[:: -(-len(years) // 5)]
    axes.set_xticks(shown, [str(year) for year in shown], fontsize=7, rotation=45)
    axes.set_xlim(years[0] - 0.7, years[-1] + 0.7)
    axes.tick_params(axis="x", length=0, colors=FAINT)
    _scale(axes, float(rows["count"].max(skipna=True)), words)


def _scale(axes: Axes, most: float, words: Words) -> None:
    axes.set_ylim(0, 1.12 * most if most > 0 else 1.0)
    ticks = [tick for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [words.number(tick) for tick in ticks])
    axes.tick_params(axis="y", colors=FAINT, labelsize=8)
