"""The figure of services: in which share of the moments of a year one begins in time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from shelter_geo.analysis import TODAY, Evaluation, Quantity, ServiceTimes, timed_kinds
from shelter_geo.publish.figures.drawing import FAINT, INK, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, ramp
from shelter_geo.publish.words import Words, everywhere, say
from shelter_geo.study import Kind
from shelter_geo.vocabulary import Evidence

_MINUTES: Final = 60
_LETTERS: Final = 30
"""Letters of a row's name in a line."""


def draw_service_times(
    evaluation: Evaluation, stem: Path, *, words: Words, foot: str
) -> list[Path]:
    """Draw for each kind with windows the share of moments served in time, today and under plans.

    A bar ends at the least share, a pale one at the most; where none is known words stand instead.
    Nothing is drawn of a study without such a kind.

    Parameters
    ----------
    evaluation
        Of the study's first kind, which speaks of the others.
    stem
        Path without its ending, to which the key of the kind is added; PNG and SVG are written.
    words
        Language of the texts.
    foot
        Line at the foot.

    Returns
    -------
    list of Path
        Stems of the figures that were drawn.
    """
    times, study = evaluation.services, evaluation.study
    if times is None or not study.of_first_kind:
        return []
    drawn = []
    for kind in timed_kinds(study):
        path = stem.with_name(f"{stem.name}_{kind.id}")
        _draw(times, kind, path, words, foot)
        drawn.append(path)
    return drawn


def _draw(times: ServiceTimes, kind: Kind, stem: Path, words: Words, foot: str) -> None:
    versions = [TODAY, *times.plans]
    tables = [times.of(kind.id, key) for key in versions]
    shown = [(key, table) for key, table in zip(versions, tables, strict=True) if len(table)]
    hours = [window.hours for window in kind.windows]
    colours = ramp(max(3, len(hours)))[: len(hours)] if len(hours) > 1 else (INK_ACCENT,)
    with drawing(10, 1.9 + 1.25 * len(shown)) as figure:
        name = words.capital(everywhere(kind.plural or kind.id).of(words))
        heading(
            figure,
            words.text("services.figure_title", kinds=name),
            words.text("services.figure_subtitle"),
        )
        axes = figure.add_axes((0.27, 0.2, 0.68, 0.48))
        for row, (_, table) in enumerate(shown):
            _bars(axes, row, table, hours, colours, words)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlim(0, 1.12)
        ticks = [0, 0.25, 0.5, 0.75, 1.0]
        axes.set_xticks(ticks, [words.percent(tick) for tick in ticks])
        labels = [fill(_label(times, key, words), _LETTERS) for key, _ in shown]
        axes.set_yticks(range(len(shown)), labels, fontsize=9)
        axes.tick_params(length=0, colors=INK, labelsize=9)
        handles = [
            Patch(
                color=colour,
                label=words.text("services.figure_window", time=Quantity.minutes(h * _MINUTES)),
            )
            for h, colour in zip(hours, colours, strict=True)
        ]
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.26, 0.7), ncols=len(hours),
            frameon=False, fontsize=9,
        )  # fmt: skip
        footing(figure, foot)
        save(figure, stem)


def _label(times: ServiceTimes, key: str, words: Words) -> str:
    if key == TODAY:
        return words.text("brief.service_today")
    scenario = times.plans[key].scenario
    name = everywhere(scenario.name).of(words)
    if scenario.evidence != Evidence.ASSUMED:
        return name
    return words.text("services.figure_plan", plan=name, how=say("evidence.assumed"))


def _bars(
    axes: Axes,
    row: int,
    table: pd.DataFrame,
    hours: Sequence[float],
    colours: Sequence[str],
    words: Words,
) -> None:
    if table["share_high"].isna().all():
        axes.text(0.01, row, words.text("services.figure_unknown"), va="center", color=FAINT)
        return
    height = 0.8 / len(hours)
    for place, (window, colour) in enumerate(zip(hours, colours, strict=True)):
        low, high = (float(table[f"share_{end}"][window]) for end in ("low", "high"))
        at = row - 0.4 + (place + 0.5) * height
        axes.barh(at, high, height=0.9 * height, color=colour, alpha=0.35, linewidth=0)
        axes.barh(at, low, height=0.9 * height, color=colour, edgecolor=FAINT, linewidth=0.4)
        said = words.between(low, high, words.percent)
        axes.text(high + 0.01, at, said, va="center", fontsize=8.5, color=INK)
