"""Figures of a study's places: what is missing, turn-away, what moves the answer, pooling."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import CASES, CapacityResults, Evaluation, weakest
from shelter_geo.publish.figures.capacity import draw_pooling, draw_turn_away
from shelter_geo.publish.figures.shortfall import draw_shortfall, places_by_area, places_of_needed
from shelter_geo.publish.figures.stays import draw_by_year, draw_stay_limits
from shelter_geo.publish.figures.tornado import draw_tornado
from shelter_geo.publish.qualifiers import (
    dates,
    known_places,
    known_readings,
    known_stay_length,
)
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.study import REGION
from shelter_geo.vocabulary import Evidence

_OF_STAYS: Final = (
    "cases", "under_reporting", "recorded_cases", "share_needing", "stay_days", "persons_per_place",
)  # fmt: skip
"""Kinds of inputs that places needed are computed from."""


def draw_missing(evaluation: Evaluation, folder: Path, words: Words) -> None:
    """Draw the family places missing in each region; without regions no file is written.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    folder
        Folder of the outputs.
    words
        Language of the figure.
    """
    rows = _shortfall(evaluation, words)
    if rows is None:
        return
    draw_shortfall(
        rows,
        folder / "figures" / "shortfall",
        people_per_family_place=evaluation.study.settings.capacity.people_per_family_place,
        words=words,
        source=study_texts.foot(evaluation, words, norm=True),
        unpublished=_guessed(evaluation, words),
        known=known_readings(evaluation.study),
    )


def missing_by_region(
    evaluation: Evaluation, words: Words
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Give the family places of each region and in all, in one language.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    words
        The language.

    Returns
    -------
    tuple of DataFrame
        The regions by name, as of `places_by_area`, with a `label`; and
        the rows of the shortfall in all. None where a study has no regions.
    """
    study, rows = evaluation.study, _shortfall(evaluation, words)
    if rows is None:
        return None
    table, known = places_by_area(rows, _guessed(evaluation, words)), known_readings(study)
    table["label"] = [places_of_needed(row, words, known) for _, row in table.iterrows()]
    return table, rows[rows["area"] == "Total"]


def _shortfall(evaluation: Evaluation, words: Words) -> pd.DataFrame | None:
    """Give the shortfall of today's people, its regions named in one language."""
    if REGION in evaluation.study.lacks:
        return None
    now = evaluation.shortfall["population_year"] == evaluation.study.settings.study.as_of.year
    rows = evaluation.shortfall[now].drop_duplicates()
    return rows.assign(area=rows["area"].replace(_regions(evaluation, words)))


def _guessed(evaluation: Evaluation, words: Words) -> set[str]:
    """Name the regions where the places of a shelter are assumed."""
    shelters, region = evaluation.study.shelters, evaluation.districts["region"]
    guessed = [known_places(str(basis)) == Evidence.ASSUMED for basis in shelters["places_basis"]]
    named = _regions(evaluation, words)
    return {named.get(key, key) for key in shelters["district_id"][guessed].map(region)}


def _regions(evaluation: Evaluation, words: Words) -> dict[str, str]:
    """Name the regions in one language, as far as the table of districts does."""
    districts = evaluation.districts
    told = f"region_{words.lang}"
    if told not in districts:
        return {}
    known = districts[districts[told].fillna("") != ""]
    return dict(zip(known["region"], known[told], strict=True))


def write_capacity_figures(
    evaluation: Evaluation, results: CapacityResults, folder: Path, words: Words
) -> None:
    """Write the figures of turn-away, of what moves the answer, of the end of stays and of pooling.

    Without any basis of the demand there is nothing to draw, and no file is written.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    results
        From `scenarios.needs.capacity_results`.
    folder
        Folder of the outputs.
    words
        Language of the figures.
    """
    if not results.by_year.empty:
        _draw_by_year(evaluation, results, folder, words)
    total = results.no_place_ranges
    if total.empty or total[total["stays_high"] > 0].empty:
        return
    total = total[total["stays_high"] > 0]
    capacity = evaluation.study.settings.capacity
    told = _in_words(evaluation, results, words)
    asked = {"target": capacity.turn_away.target} | told
    drawn = folder / "figures"
    people = capacity.measured.people if capacity.measured is not None else None
    known = weakest(known_stays(results.inputs, str(basis)) for basis in total.index)
    asked["known"] = known
    draw_turn_away(results.turn_away, total, drawn / "turn_away", measured_of=people, **asked)
    moves = results.sensitivity[results.sensitivity["demand_basis"].isin(total.index)]
    places = float(total["places"].iloc[0])
    draw_tornado(moves, drawn / "tornado", places=places, **asked)
    limits = results.stay_limits[results.stay_limits["demand_basis"].isin(total.index)]
    draw_stay_limits(limits, drawn / "stay_limits", **asked)
    if (results.pooling["places_needed_together"] > 0).any():
        draw_pooling(results.pooling, drawn / "pooling", known=known, **told)


def _draw_by_year(
    evaluation: Evaluation, results: CapacityResults, folder: Path, words: Words
) -> None:
    settings, table = evaluation.study.settings, results.by_year.dropna(subset=["count"])
    counted = set(table["measure"])
    measures = {
        series.measure: everywhere(series.name).of(words)
        for series in settings.capacity.by_year
        if series.measure in counted
    }
    if measures:
        foot = words.text(
            "capacity.foot",
            credit=everywhere(settings.study.credit),
            dates=dates(evaluation.study),
        )
        stem = folder / "figures" / "by_year"
        known = known_stay_length(evaluation.study)
        draw_by_year(results.by_year, stem, measures=measures, words=words, foot=foot, known=known)


def _in_words(evaluation: Evaluation, results: CapacityResults, words: Words) -> dict[str, Any]:
    """Language of a figure, the names of the bases in it, and the line at its foot."""
    settings = evaluation.study.settings
    foot = words.text(
        "capacity.foot",
        credit=everywhere(settings.study.credit),
        dates=dates(evaluation.study),
    )
    names = basis_names(evaluation, words)
    known = known_inputs(results.inputs, names, words)
    return {"words": words, "names": names, "foot": f"{known} {foot}"}


def known_stays(inputs: pd.DataFrame, basis: str) -> Evidence:
    """Say how figures are known that rest on the stays of one basis: as their weakest input is."""
    parts = inputs["input"].str.rpartition(".")
    own = inputs[parts[2].isin(_OF_STAYS) & parts[0].isin(["", basis])]
    return weakest(own["evidence"])


def known_inputs(inputs: pd.DataFrame, names: Mapping[str, str], words: Words) -> str:
    """Say which inputs of the stays are published, which recalled, which assumed.

    Parameters
    ----------
    inputs
        `CapacityResults.inputs`.
    names
        Name of each basis in the language of `words`.
    words
        Language of the sentence.
    """
    parts = inputs["input"].str.rpartition(".")
    table = inputs.assign(basis=parts[0], kind=parts[2])
    table = table[table["kind"].isin(_OF_STAYS)]
    sentences = []
    for evidence in Evidence:
        told = []
        for kind in _OF_STAYS:
            rows = table[table["kind"] == kind]
            these = rows[rows["evidence"] == evidence]
            if these.empty:
                continue
            name = words.text(f"norms.input_{kind}")
            some = ", ".join(names[basis] for basis in these["basis"] if basis)
            told.append(name if len(these) == len(rows) else f"{name} ({some})")
        if told:
            sentences.append(words.text(f"norms.{evidence}", inputs=", ".join(told)))
    return " ".join(sentences)


def basis_names(evaluation: Evaluation, words: Words) -> dict[str, str]:
    """Name each basis of the demand in one language."""
    demand = evaluation.study.settings.capacity.demand
    bases = () if demand is None else demand.bases
    names = {base.id: everywhere(base.name).of(words) for base in bases}
    return names | {CASES: words.text("capacity.basis_cases")}
