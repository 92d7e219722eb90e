"""Figures of a study's places: what is missing, turn-away, what moves the answer, pooling."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import CASES, CapacityResults, Evaluation
from shelter_geo.publish.figures.capacity import draw_pooling, draw_shortfall, draw_turn_away
from shelter_geo.publish.figures.tornado import draw_tornado
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.dates import dates
from shelter_geo.publish.study.shared_places import known_places
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
    if REGION in evaluation.study.lacks:
        return
    settings = evaluation.study.settings
    now = evaluation.shortfall["population_year"] == settings.study.as_of.year
    rows = evaluation.shortfall[now].drop_duplicates()
    draw_shortfall(
        rows.assign(area=rows["area"].replace(_regions(evaluation, words))),
        folder / "figures" / "shortfall",
        people_per_family_place=settings.capacity.people_per_family_place,
        words=words,
        source=study_texts.foot(evaluation, words, norm=True),
        assumed=_guessed(evaluation, words),
    )


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
    """Write the figures of turn-away, of what moves the answer, and of pooling.

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
    total = results.no_place_ranges
    if total.empty or total[total["stays_high"] > 0].empty:
        return
    total = total[total["stays_high"] > 0]
    capacity = evaluation.study.settings.capacity
    told = _in_words(evaluation, results, words)
    asked = {"target": capacity.turn_away.target} | told
    drawn = folder / "figures"
    people = capacity.measured.people if capacity.measured is not None else None
    draw_turn_away(results.turn_away, total, drawn / "turn_away", measured_of=people, **asked)
    moves = results.sensitivity[results.sensitivity["demand_basis"].isin(total.index)]
    draw_tornado(moves, drawn / "tornado", places=float(total["places"].iloc[0]), **asked)
    if (results.pooling["places_needed_together"] > 0).any():
        draw_pooling(results.pooling, drawn / "pooling", **told)


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
