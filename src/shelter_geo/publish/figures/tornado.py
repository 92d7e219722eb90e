"""The figure of what moves the places needed: a bar for each assumption."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from shelter_geo.analysis import Quantity
from shelter_geo.publish.figures.drawing import FAINT, INK, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, INK_LIGHT, INK_MIDDLE
from shelter_geo.publish.words import Words
from shelter_geo.vocabulary import Evidence

EVIDENCE: Final = {
    Evidence.SOURCED: INK_ACCENT,
    Evidence.MEASURED: INK_ACCENT,
    Evidence.DERIVED: INK_ACCENT,
    Evidence.RECALLED: INK_MIDDLE,
    Evidence.ASSUMED: INK_LIGHT,
}
"""Colour of how an input is known."""
SHARES: Final = ("share_needing",)
"""Inputs that readers know as percentages."""
LABELS: Final = -0.5
"""Where the labels stand, in widths of the axes."""
PAPER: Final = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def draw_tornado(
    sensitivity: pd.DataFrame,
    stem: Path,
    *,
    places: float,
    target: float,
    names: Mapping[str, str],
    words: Words,
    foot: str,
    known: Evidence = Evidence.DERIVED,
) -> None:
    """Draw how the places needed move with each assumption, a block for each basis.

    Parameters
    ----------
    sensitivity
        `CapacityResults.sensitivity`.
    stem
        Path without its ending; PNG and SVG are written.
    places
        Places there are today.
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
    centres = sensitivity.groupby("demand_basis", sort=False)["answer_central"].first()
    with drawing(10, 2.8 + 0.3 * (len(sensitivity) + 1.4 * len(centres))) as figure:
        height = figure.get_figheight()
        heading(
            figure,
            words.text(
                "capacity.tornado_title",
                range=Quantity.span(centres.min(), centres.max(), evidence=known),
            ),
            words.text("capacity.tornado_subtitle", share=Quantity.share(target)),
        )
        axes = figure.add_axes((0.34, 1.15 / height, 0.6, 1 - 2.55 / height))
        low = max(1.0, float(sensitivity[["answer_at_low", "answer_at_high"]].min().min()))
        high = max(low, places, float(sensitivity[["answer_at_low", "answer_at_high"]].max().max()))
        row = 0.0
        for basis, block in sensitivity.groupby("demand_basis", sort=False):
            label = words.text(
                "capacity.tornado_basis",
                basis=names[str(basis)],
                places=Quantity.count(centres[basis], evidence=known),
            )
            axes.text(LABELS, row, label, transform=axes.get_yaxis_transform(), fontweight="bold",
                      va="center", fontsize=10)  # fmt: skip
            for line in block.to_dict("records"):
                row += 1
                _bar(axes, row, line, words, known)
            axes.plot([centres[basis]] * 2, [row - len(block) + 0.5, row + 0.5], color=INK, lw=1.2)
            row += 1.4
        _tornado_axis(axes, row, (low, high), places, words)
        _evidence_key(axes, sensitivity, words, known)
        footing(figure, foot)
        save(figure, stem)


def _bar(axes: Axes, row: float, line: Mapping[Any, Any], words: Words, known: Evidence) -> None:
    ends = sorted(max(1.0, float(line[f"answer_at_{end}"])) for end in ("low", "high"))
    colour = EVIDENCE[line["evidence"]]
    axes.barh(row, max(ends[1] - ends[0], 0), left=ends[0], height=0.66, color=colour)
    for end, side in zip(ends, ("right", "left"), strict=True):
        shift = -4 if side == "right" else 4
        axes.annotate(words.starred(end, known), (end, row), (shift, 0), textcoords="offset points",
                      ha=side, va="center", fontsize=8, bbox=PAPER)  # fmt: skip
    axes.text(LABELS, row, _input(line, words), transform=axes.get_yaxis_transform(), va="center",
              fontsize=9)  # fmt: skip


def _input(line: Mapping[Any, Any], words: Words) -> str:
    """Words of an input with its ends; its id is that of its basis and its kind."""
    kind = str(line["input"]).rpartition(".")[2]
    values = {end: float(line[f"input_{end}"]) for end in ("low", "high")}
    if kind in SHARES:
        written = {end: words.percent(value) for end, value in values.items()}
    else:
        written = {
            end: words.number(value, digits=0 if value.is_integer() else 1)
            for end, value in values.items()
        }
    return words.starring(words.text(f"capacity.input_{kind}", **written), line["evidence"])


def _tornado_axis(
    axes: Axes, rows: float, ends: tuple[float, float], places: float, words: Words
) -> None:
    low, high = ends
    axes.set_xscale("log", base=2)
    axes.set_xlim(low / 1.35, high * 1.35)
    axes.set_ylim(rows - 0.9, -0.8)
    ticks = [25 * 2.0**step for step in range(-5, 14)]
    ticks = [tick for tick in ticks if low / 1.35 <= tick <= high * 1.35]
    axes.set_xticks(ticks, [words.number(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", colors=FAINT, labelsize=8)
    axes.axvline(places, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        words.text("capacity.tornado_today", places=Quantity.count(places)),
        (places, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=9,
    )
    axes.set_xlabel(words.text("capacity.tornado_axis"), fontsize=9)


def _evidence_key(axes: Axes, sensitivity: pd.DataFrame, words: Words, known: Evidence) -> None:
    used = [kind for kind in EVIDENCE if (sensitivity["evidence"] == kind).any()]
    handles = [
        Patch(color=EVIDENCE[kind], label=words.starring(words.text(f"evidence.{kind}"), kind))
        for kind in used
    ]
    if known == Evidence.ASSUMED and Evidence.ASSUMED not in used:
        handles.append(
            Patch(color="none", label=words.starring(words.text(f"evidence.{known}"), known))
        )
    axes.legend(handles=handles, loc="lower right", frameon=False, fontsize=9)
