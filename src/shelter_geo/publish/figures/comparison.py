"""The figure of a comparison: people by distance from the nearest shelter, one bar a plan."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import pandas as pd
from matplotlib.patches import Patch

from shelter_geo.publish.figures.drawing import FAINT, INK, drawing, footing, heading, save
from shelter_geo.publish.palette import Classes
from shelter_geo.publish.words import Words

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
        heading(figure, *_heading(best, float(near[best] - near.iloc[0]), limit, words))
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
            handles=_key(classes, words, columns),
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
    title = words.text("compare.figure_title", people=words.people(more), km=km)
    return title, words.text("compare.figure_best", plan=name)


def _key(classes: Classes, words: Words, columns: int) -> list[Patch]:
    """Give the entries so that a legend, which goes down its columns, reads along its rows."""
    entries = [
        Patch(color=classes.colour(rank), label=classes.label(rank).of(words))
        for rank in range(len(classes.colours))
    ]
    entries.append(Patch(color=NO_ROAD, label=words.text("compare.figure_no_road")))
    return [entry for column in range(columns) for entry in entries[column::columns]]
