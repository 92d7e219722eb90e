"""The figures of siting: what each new shelter brings, and the mean against the farthest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes

from shelter_geo.analysis import Quantity
from shelter_geo.analysis.siting_results import NEW_SITES, SitingResults
from shelter_geo.publish.figures.drawing import FAINT, INK, drawing, footing, heading, save
from shelter_geo.publish.figures.fitting import POINTS, width_of
from shelter_geo.publish.palette import INK_ACCENT, INK_DARK, INK_LIGHT, INK_MIDDLE
from shelter_geo.publish.siting.statements import site_names
from shelter_geo.publish.words import Words
from shelter_geo.siting import MODELS, model_choices

_STYLES: Final[dict[str, tuple[str, Any, str]]] = {
    "p-median": (INK_ACCENT, "-", "o"),
    "p-center": (INK_MIDDLE, "-", "s"),
    "kolm-pollak": (INK_DARK, (0, (1, 1.5)), "^"),
    "mclp": (INK_LIGHT, (0, (4, 2)), "D"),
    "uptake": ("#5b6470", (0, (6, 2, 1, 2)), "v"),
}
"""Colour, line and mark of each model; marks and lines tell them apart without colour."""
_SPARE: Final[tuple[tuple[str, Any, str], ...]] = (
    (FAINT, "-", "P"), (FAINT, (0, (4, 2)), "X"), (FAINT, (0, (1, 1.5)), "*"),
)  # fmt: skip
"""Styles of models that are registered beside these, in turn."""
_NAME_PT: Final = 8.5
_DOT_PT: Final = 4.0
_SHIFTS: Final = (7, -15, 22, -30, 37, -45, 52, -60, 67, -75)
"""How much higher than its point a name may stand, in points."""


def _styles() -> dict[str, tuple[str, Any, str]]:
    """Give every model that opens a number of sites its style, those with one of their own first.

    A model that another turns into by a limit has no line.
    """
    drawn = [key for key in model_choices() if MODELS[key].takes_p]
    others = [key for key in drawn if key not in _STYLES]
    own = {key: style for key, style in _STYLES.items() if key in drawn}
    return own | {key: _SPARE[i % len(_SPARE)] for i, key in enumerate(others)}


def draw_p_curve(results: SitingResults, stem: Path, *, words: Words, foot: str) -> None:
    """Draw mean and farthest distance by the number of new shelters, a line for each aim.

    Parameters
    ----------
    results
        From `analysis.siting_results`.
    stem
        Path without its ending; PNG and SVG are written.
    words
        Language of the texts.
    foot
        Line at the foot.
    """
    p_curve = results.p_curve[results.p_curve["status"] != "infeasible"]
    median = p_curve[p_curve["model"] == "p-median"].set_index("new_sites")["distance_km_mean"]
    new = NEW_SITES if NEW_SITES in median.index else int(median.index[-1])
    with drawing(10, 5.8) as figure:
        heading(
            figure,
            words.text(
                "siting.sweep_title",
                n=Quantity.count(new),
                before=Quantity.km(float(median.iloc[0])),
                after=Quantity.km(float(median[new])),
            ),
            words.text("siting.sweep_subtitle"),
        )
        for left, column, label in (
            (0.065, "distance_km_mean", "siting.sweep_mean"),
            (0.55, "distance_km_max", "siting.sweep_farthest"),
        ):
            axes = figure.add_axes((left, 0.275, 0.42, 0.455))
            _lines(axes, p_curve, column, words, results.within_km)
            axes.set_title(words.text(label), fontsize=10, loc="left")
            axes.set_xlabel(words.text("siting.sweep_axis"), fontsize=9)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0.055, 0.085), ncols=3,
            frameon=False, fontsize=8.5,
        )  # fmt: skip
        footing(figure, foot)
        save(figure, stem)


def _lines(axes: Axes, p_curve: pd.DataFrame, column: str, words: Words, within: float) -> None:
    styles = _styles()
    for model, (colour, line, mark) in styles.items():
        own = p_curve[p_curve["model"] == model]
        label = words.text(
            f"siting.aim_{model}",
            **({"km": Quantity.km(within)} if MODELS[model].limit == "within" else {}),
        )
        axes.plot(
            own["new_sites"], own[column], color=colour, linestyle=line, marker=mark,
            markersize=4, linewidth=1.6, label=label,
        )  # fmt: skip
    axes.set_ylim(0, None)
    numbers = sorted(set(p_curve.loc[p_curve["model"].isin(styles), "new_sites"]))
    axes.set_xticks(numbers, [words.number(n) for n in numbers])
    _number_axis(axes, words)


def _number_axis(axes: Axes, words: Words) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    axes.set_yticks(ticks, [words.number(tick) for tick in ticks])
    axes.tick_params(colors=FAINT, labelsize=8)


def draw_front(results: SitingResults, stem: Path, *, words: Words, foot: str) -> None:
    """Draw the plans that no other betters in both the mean and the farthest distance.

    Without a front no file is written.

    Parameters
    ----------
    results, stem, words, foot
        As for `draw_p_curve`.
    """
    front = results.front
    if front is None:
        return
    mean, farthest = zip(*(plan.pair for plan in front.plans), strict=True)
    with drawing(10, 5.8) as figure:
        heading(
            figure,
            words.text("siting.front_title", n=Quantity.count(len(front.plans))),
            words.text(
                "siting.front_subtitle",
                p=Quantity.count(front.p),
                count=Quantity.count(front.looked_at),
            ),
        )
        axes = figure.add_axes((0.075, 0.19, 0.88, 0.54))
        axes.step(mean, farthest, where="post", color=FAINT, linewidth=1, linestyle=(0, (2, 2)))
        axes.plot(mean, farthest, "o", color=INK_ACCENT, markersize=8)
        span = max(mean[-1] - mean[0], 1.0)
        axes.set_xlim(mean[0] - 0.15 * span, mean[-1] + 0.45 * span)
        axes.margins(y=0.2)
        named = [site_names(results.question, plan.chosen).of(words) for plan in front.plans]
        name_points(axes, figure.dpi, [plan.pair for plan in front.plans], named)
        low, high = axes.get_xlim()
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
        axes.set_xticks(ticks, [words.number(tick, digits=int(high - low < 8)) for tick in ticks])
        axes.set_xlabel(words.text("siting.front_mean"), fontsize=9)
        axes.set_title(words.text("siting.front_farthest"), fontsize=10, loc="left")
        _number_axis(axes, words)
        footing(figure, foot)
        save(figure, stem)


def name_points(
    axes: Axes, dpi: float, points: Sequence[tuple[float, float]], names: Sequence[str]
) -> None:
    """Write a name right of each point, higher or lower where it would meet another.

    Parameters
    ----------
    axes
        Axes whose limits stand.
    dpi
        Dots per inch of their figure.
    points
        In the units of the axes.
    names
        As many.

    Raises
    ------
    ValueError
        If there are more or fewer names than points.
    """
    axes.autoscale_view()
    at = axes.transData.transform(points) * POINTS / dpi
    taken = [(x - _DOT_PT, y - _DOT_PT, x + _DOT_PT, y + _DOT_PT) for x, y in at]
    for (x, y), point, name in zip(at, points, names, strict=True):
        wide = width_of(name, _NAME_PT)
        boxes = {
            shift: (x + 9, y + shift - 3, x + 9 + wide, y + shift + 1.25 * _NAME_PT)
            for shift in _SHIFTS
        }
        free = [s for s, box in boxes.items() if not any(_meet(box, other) for other in taken)]
        shift = next(iter(free), _SHIFTS[0])
        taken.append(boxes[shift])
        joined = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "relpos": (0, 0.5)}
        axes.annotate(
            name, point, (9, shift), textcoords="offset points", fontsize=_NAME_PT, color=INK,
            arrowprops=joined if abs(shift) > _NAME_PT else None,
        )  # fmt: skip


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
