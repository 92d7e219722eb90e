"""The figures of turn-away against places, and of pooling them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shelter_geo.analysis import Quantity, Unit
from shelter_geo.publish.figures.drawing import FAINT, INK, drawing, footing, heading, save
from shelter_geo.publish.figures.fitting import POINTS
from shelter_geo.publish.palette import INK_ACCENT, INK_DARK, INK_LIGHT, INK_MIDDLE
from shelter_geo.publish.words import Words
from shelter_geo.vocabulary import Evidence

LINES: Final = (INK_ACCENT, INK_MIDDLE, INK_LIGHT, INK_DARK)
BAND: Final = "#eadbd2"
_LINE_LETTERS: Final = 44
"""Letters of a line beside the end of a line of the figure on pooling."""
_LABEL_LINE_PT: Final = 11
_TITLE_WIDTH: Final = 120
"""Letters of the titles of all panels in a row."""


def draw_turn_away(
    curves: pd.DataFrame,
    today: pd.DataFrame,
    stem: Path,
    *,
    target: float,
    names: Mapping[str, str],
    words: Words,
    foot: str,
    measured_of: int | None = None,
    known: Evidence = Evidence.DERIVED,
) -> None:
    """Draw the share that finds no place against places, a panel for each basis of the demand.

    Parameters
    ----------
    curves
        `CapacityResults.turn_away`.
    today
        All shelters together on each basis, indexed by it: `places`, `no_place_central`, and
        `measured`, `measured_low`, `measured_high` if a share was measured.
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
    measured_of
        People among whom the share was measured; its interval is drawn as a bar beside today's.
    known
        How the stays are known.
    """
    shares = today["no_place_central"]
    with drawing(10, 5.8) as figure:
        heading(
            figure,
            words.text(
                "capacity.turn_away_title",
                range=Quantity.span(shares.min(), shares.max(), Unit.SHARE),
            ),
            words.text("capacity.turn_away_subtitle"),
        )
        for place, (basis, row) in enumerate(today.iterrows()):
            axes = _panel(figure, place, len(today))
            curve = curves[curves["demand_basis"] == basis]
            _curve(axes, curve, words, first=place == 0)
            axes.axhline(target, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
            title = fill(names[str(basis)], _TITLE_WIDTH // len(today))
            axes.set_title(title, fontsize=10, loc="left")
            _mark(axes, row, words, known)
            if measured_of is not None:
                _measured(axes, row, measured_of, words, first=place == 0)
            if place == 0:
                aim = words.text("capacity.turn_away_target", share=Quantity.share(target))
                at = (curve["places"].max(), target)
                axes.annotate(aim, at, (0, 3), textcoords="offset points", ha="right", fontsize=7.5)
        axis = words.text("capacity.turn_away_axis")
        figure.text(0.52, 0.16, axis, fontsize=9, ha="center", va="bottom")
        footing(figure, foot)
        save(figure, stem)


def _panel(figure: Figure, place: int, count: int) -> Axes:
    width = 0.88 / count
    return figure.add_axes((0.075 + place * width, 0.25, width - 0.045, 0.49))


def _curve(axes: Axes, curve: pd.DataFrame, words: Words, *, first: bool) -> None:
    axes.fill_between(
        curve["places"], curve["no_place_low"], curve["no_place_high"], color=BAND, linewidth=0
    )
    axes.plot(curve["places"], curve["no_place_central"], color=INK_ACCENT, linewidth=2)
    axes.set_xlim(0, curve["places"].max())
    axes.set_ylim(0, 1)
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    axes.set_yticks(ticks, [words.percent(tick) for tick in ticks] if first else [""] * 5)
    numbers = [tick for tick in axes.get_xticks() if tick <= curve["places"].max()]
    axes.set_xticks(numbers, [words.number(tick) for tick in numbers])
    axes.tick_params(colors=FAINT, labelsize=8)


def _mark(axes: Axes, row: pd.Series, words: Words, known: Evidence) -> None:
    """Mark today's places and what they turn away."""
    share = float(row["no_place_central"])
    axes.axvline(row["places"], color=INK, linewidth=0.8)
    axes.plot([row["places"]], [share], "o", color=INK_ACCENT, markersize=6)
    axes.annotate(
        words.text("capacity.turn_away_today", share=Quantity.share(share, evidence=known)),
        (row["places"], min(share, 0.8)),
        xytext=(8, 9),
        textcoords="offset points",
        va="bottom",
        fontsize=9,
        fontweight="bold",
        linespacing=1.2,
    )


def _measured(axes: Axes, row: pd.Series, people: int, words: Words, *, first: bool) -> None:
    """Draw the share that was measured, with its interval, as a bar at today's places."""
    share, low, high = (float(row[f"measured{end}"]) for end in ("", "_low", "_high"))
    at = row["places"]
    axes.plot([at, at], [low, high], color=INK_DARK, linewidth=3.5, alpha=0.55)
    axes.plot([at], [share], "s", color=INK_DARK, markersize=5)
    if first:
        told = words.text(
            "capacity.turn_away_measured",
            share=Quantity.share(share),
            n=Quantity.count(people),
            low=Quantity.share(low),
            high=Quantity.share(high),
        )
        axes.annotate(
            told,
            (at, high),
            xytext=(8, 4),
            textcoords="offset points",
            va="bottom",
            fontsize=7.5,
            linespacing=1.2,
        )


def draw_pooling(
    pooling: pd.DataFrame,
    stem: Path,
    *,
    names: Mapping[str, str],
    words: Words,
    foot: str,
    known: Evidence = Evidence.DERIVED,
) -> None:
    """Draw how many more places several small shelters need than one large one.

    Parameters
    ----------
    pooling
        `CapacityResults.pooling`.
    stem
        Path without its ending; PNG and SVG are written.
    names
        Name of each basis in the language of the figure.
    words
        Language of the texts.
    foot
        Line at the foot.
    known
        How the stays are known.
    """
    table = pooling[pooling["places_needed_together"] > 0]
    more = table["places_needed_apart"] / table["places_needed_together"] - 1
    table = table.assign(more=more)
    most = table["shelters"].max()
    last = table[table["shelters"] == most]
    with drawing(10, 5.6) as figure:
        heading(
            figure,
            words.text(
                "capacity.pooling_title",
                n=Quantity.count(most),
                range=Quantity.span(
                    last["more"].min(), last["more"].max(), Unit.SHARE, evidence=known
                ),
            ),
            words.text("capacity.pooling_subtitle", share=Quantity.share(table["target"].iloc[0])),
        )
        axes = figure.add_axes((0.08, 0.2, 0.56, 0.58))
        axes.set_xlim(1, most)
        axes.set_ylim(0, max(0.1, 1.08 * table["more"].max()))
        ends = _pooling_lines(axes, table)
        labels = {
            value: "\n".join(
                fill(line, _LINE_LETTERS)
                for basis, places in bases
                for line in words.text(
                    "capacity.pooling_line",
                    basis=names[basis],
                    places=Quantity.count(places, evidence=known),
                ).splitlines()  # a number stays with its mark
            )
            for value, bases in ends.items()
        }
        _beside(axes, most, labels, 0.58 * figure.get_figheight() * POINTS)
        axes.set_xticks(range(1, int(most) + 1))
        axes.set_xlabel(words.text("capacity.pooling_axis"), fontsize=9)
        ticks = list(axes.get_yticks())
        axes.set_yticks(ticks, [f"+{words.percent(tick)}" for tick in ticks])
        axes.set_title(words.text("capacity.pooling_more"), fontsize=9, loc="left", color=INK)
        axes.tick_params(colors=FAINT, labelsize=8)
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        footing(figure, foot)
        save(figure, stem)


def _pooling_lines(axes: Axes, table: pd.DataFrame) -> dict[float, list[tuple[str, float]]]:
    """Draw a line for each basis, and give the bases and places that end at each height."""
    ends: dict[float, list[tuple[str, float]]] = {}
    lines = table.groupby("demand_basis", sort=False)
    for (basis, line), colour in zip(lines, np.resize(LINES, len(lines)), strict=True):
        axes.plot(
            line["shelters"], line["more"], "o-", color=colour, markersize=4, lw=1.8, clip_on=False
        )
        end = line.iloc[-1]
        ends.setdefault(float(end["more"]), []).append(
            (str(basis), float(end["places_needed_together"]))
        )
    return ends


def _beside(axes: Axes, x: float, labels: Mapping[float, str], points: float) -> None:
    """Write labels beside the ends of lines, each below the one before it where they would meet."""
    low, high = axes.get_ylim()
    tall = points / (high - low)
    floor = np.inf
    for value in sorted(labels, reverse=True):
        half = 0.5 * _LABEL_LINE_PT * (labels[value].count("\n") + 1)
        middle = min(value * tall, floor - half)
        floor = middle - half - 3
        axes.annotate(
            labels[value], (x, value), (9, middle - value * tall), textcoords="offset points",
            va="center", fontsize=9, annotation_clip=False,
        )  # fmt: skip
