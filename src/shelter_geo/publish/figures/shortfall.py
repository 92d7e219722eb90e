"""The figure of missing places: family places needed and there, by region."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from shelter_geo.publish.figures.drawing import FAINT, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, INK_MIDDLE
from shelter_geo.publish.words import Words

NEEDED, THERE, LEAST = "#e9dfd3", INK_ACCENT, INK_MIDDLE


def draw_shortfall(
    shortfall: pd.DataFrame,
    stem: Path,
    *,
    people_per_family_place: int,
    words: Words,
    source: str,
    assumed: Collection[str] = (),
) -> None:
    """Draw needed and existing family places for each area, the latter as a range over readings.

    Parameters
    ----------
    shortfall
        Rows of `capacity.norms.shortfall` for one population.
    stem
        Path without its ending; PNG and SVG are written.
    people_per_family_place
        The norm.
    words
        Language of the texts.
    source
        Line at the foot.
    assumed
        Areas whose number of places is assumed, which is said beside it.
    """
    areas = shortfall[shortfall["area"] != "Total"]
    table = areas.groupby("area").agg(
        needed=("family_places_needed", "first"),
        least=("family_places_there", "min"),
        most=("family_places_there", "max"),
    )
    table = table.sort_values(["needed"], kind="stable")
    total = shortfall[shortfall["area"] == "Total"]
    missing = total["family_places_missing"]
    with drawing(10, 6.8) as figure:
        heading(
            figure,
            words.text(
                "figures.shortfall_title",
                low=words.number(missing.min()),
                high=words.number(missing.max()),
            ),
            words.text(
                "figures.shortfall_subtitle",
                places=words.number(total["places"].iloc[0]),
                bare=words.number((table["most"] == 0).sum()),
                areas=words.number(len(table)),
            ),
        )
        axes = figure.add_axes((0.2, 0.22, 0.74, 0.59))
        axes.barh(table.index, table["needed"], color=NEEDED, height=0.72)
        axes.barh(table.index, table["most"], color=LEAST, height=0.72)
        axes.barh(table.index, table["least"], color=THERE, height=0.72)
        for row, (area, there) in enumerate(table.iterrows()):
            axes.annotate(
                _bar(there, words, assumed=area in assumed),
                (there["needed"], row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
        axes.set_xlim(0, table["needed"].max() * 1.4)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", colors=FAINT, labelsize=8)
        axes.set_xlabel(words.text("figures.shortfall_axis"), fontsize=9)
        handles = [axes.barh([0], [0], color=colour) for colour in (NEEDED, LEAST, THERE)]
        persons = shortfall["persons_per_family_place"].max()
        labels = [
            words.text("figures.shortfall_needed", people=words.number(people_per_family_place)),
            words.text("figures.shortfall_most"),
            words.text("figures.shortfall_least", persons=words.number(persons, digits=1)),
        ]
        axes.legend(handles, labels, loc="lower right", frameon=False, fontsize=9)
        footing(figure, source)
        save(figure, stem)


def _bar(there: pd.Series, words: Words, *, assumed: bool) -> str:
    """Write what is there, as a range over the readings, of what is needed."""
    least, most = words.number(there["least"]), words.number(there["most"])
    both = least if least == most else words.text("study.between", low=least, high=most)
    text = words.text("figures.shortfall_bar", needed=words.number(there["needed"]), there=both)
    if not assumed:
        return text
    return words.text("figures.shortfall_assumed", text=text, how=words.text("evidence.assumed"))
