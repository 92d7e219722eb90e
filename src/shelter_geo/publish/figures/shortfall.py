"""The figure of family places missing: those needed and those there, by area."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.publish.figures.drawing import FAINT, drawing, footing, heading, save
from shelter_geo.publish.palette import INK_ACCENT, INK_MIDDLE
from shelter_geo.publish.words import Words
from shelter_geo.vocabulary import Evidence

NEEDED, THERE, LEAST = "#e9dfd3", INK_ACCENT, INK_MIDDLE


def places_by_area(shortfall: pd.DataFrame, unpublished: Collection[str] = ()) -> pd.DataFrame:
    """Sum up a shortfall by area, the neediest last.

    Parameters
    ----------
    shortfall
        Rows of `capacity.norms.shortfall` for one population.
    unpublished
        Areas where the places of a shelter are not published.

    Returns
    -------
    DataFrame
        By area: `needed`, `least` and `most` there, and `is_published`, without which no number
        of places is shown.
    """
    areas = shortfall[(shortfall["area"] != "Total") & shortfall["family_places_needed"].notna()]
    table = areas.groupby("area").agg(
        needed=("family_places_needed", "first"),
        least=("family_places_there", "min"),
        most=("family_places_there", "max"),
    )
    table["is_published"] = ~table.index.isin(list(unpublished))
    return table.sort_values(["needed"], kind="stable")


def draw_shortfall(
    shortfall: pd.DataFrame,
    stem: Path,
    *,
    people_per_family_place: int,
    words: Words,
    source: str,
    unpublished: Collection[str] = (),
    known: Evidence = Evidence.DERIVED,
) -> None:
    """Draw needed and existing family places for each area, the latter as a range over readings.

    Where nobody published the places of a shelter, no number of an area's places is drawn.

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
    unpublished
        Areas where the places of a shelter are not published.
    known
        How the readings of a place are known.
    """
    table = places_by_area(shortfall, unpublished)
    shown = table[["least", "most"]].where(table["is_published"], 0)
    total = shortfall[shortfall["area"] == "Total"]
    missing = total["family_places_missing"]
    with drawing(10, 6.8) as figure:
        heading(
            figure,
            words.text(
                "figures.shortfall_title",
                range=Quantity.span(missing.min(), missing.max(), evidence=known),
            ),
            words.text(
                "figures.shortfall_subtitle",
                places=Quantity.count(total["places"].iloc[0]),
                bare=Quantity.count(bare_areas(table)),
                areas=Quantity.count(len(table)),
                area=words.area,
            ),
        )
        axes = figure.add_axes((0.2, 0.22, 0.74, 0.59))
        axes.barh(table.index, table["needed"], color=NEEDED, height=0.72)
        axes.barh(table.index, shown["most"], color=LEAST, height=0.72)
        axes.barh(table.index, shown["least"], color=THERE, height=0.72)
        for row, (_, there) in enumerate(table.iterrows()):
            axes.annotate(
                places_of_needed(there, words, known),
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
        persons = float(shortfall["persons_per_family_place"].max())
        labels = shortfall_key(table, people_per_family_place, persons, words, known)
        colours = (NEEDED, LEAST, THERE)[: len(labels)]
        handles = [axes.barh([0], [0], color=colour) for colour in colours]
        axes.legend(handles, labels, loc="lower right", frameon=False, fontsize=9)
        footing(figure, source)
        save(figure, stem)


def bare_areas(table: pd.DataFrame) -> int:
    """Count the areas of `places_by_area` that have no place at all."""
    return int(((table["most"] == 0) & table["is_published"]).sum())


def shortfall_key(
    table: pd.DataFrame, people: int, persons: float, words: Words, known: Evidence
) -> tuple[str, ...]:
    """Name the colours of needed and existing places, the latter only where any are drawn."""
    needed = words.text("figures.shortfall_needed", people=Quantity.count(people))
    if not (table["is_published"] & (table["most"] > 0)).any():
        return (needed,)
    family = Quantity.count(persons, digits=1, evidence=known)
    return (
        needed,
        words.text("figures.shortfall_most"),
        words.text("figures.shortfall_least", persons=family),
    )


def places_of_needed(there: pd.Series, words: Words, known: Evidence) -> str:
    """Write what is there, as a range over the readings, of what is needed."""
    needed = Quantity.count(there["needed"])
    if not there["is_published"]:
        return words.text("figures.shortfall_unpublished", needed=needed)
    both = Quantity.span(there["least"], there["most"])
    if there["least"] != there["most"]:
        both = both.known_as(known)
    return words.text("figures.shortfall_bar", needed=needed, there=both)
