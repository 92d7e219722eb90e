"""The figures of a run in one more language, in a folder of its own beside the others."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from shelter_geo.analysis import CapacityResults, EvaluatedPlans, Evaluation, access_for
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.publish.figures.map_twin import draw_twin
from shelter_geo.publish.figures.services import draw_service_times
from shelter_geo.publish.pages.index import OF_KINDS
from shelter_geo.publish.siting.tables import draw_siting
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_figures import draw_missing, write_capacity_figures
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.scenario_outputs import draw_plans
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.words import Words

FIGURES = "figures"
"""Folder of the figures in the outputs."""


def draw_access(evaluation: Evaluation, folder: Path, words: Words) -> None:
    """Draw the map of access, missing places and times of services into `figures/`.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    folder
        Folder of the outputs.
    words
        Language of the figures.
    """
    title, lead, foot = study_texts.access_texts(evaluation, words)
    page = access_page(
        evaluation,
        title=study_texts.title(evaluation),
        lead=study_texts.lead(evaluation),
        lang=words.lang,
    )
    stem = folder / FIGURES / "access_map"
    draw_twin(page, stem, words=words, foot=foot, title=title, lead=lead)
    draw_missing(evaluation, folder, words)
    draw_service_times(evaluation, folder / FIGURES / OF_KINDS, words=words, foot=foot)


def draw_in(
    words: Words,
    evaluation: Evaluation,
    folder: Path,
    *,
    plans: EvaluatedPlans | None = None,
    needs: CapacityResults | None = None,
    sites: SitingResults | None = None,
) -> None:
    """Draw every figure of a run in a language, into `figures/LANGUAGE/`.

    Parameters
    ----------
    words
        The language.
    evaluation, plans, needs, sites
        As for `outputs.write_outputs`.
    folder
        Folder of the outputs.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    with TemporaryDirectory(dir=folder) as name:
        aside = Path(name)
        draw_access(evaluation, aside, words)
        if plans is not None:
            draw_plans(plans, aside, words)
        if needs is not None:
            write_capacity_figures(evaluation, needs, aside, words)
            page = reach_map(evaluation, access_for(evaluation), lang=words.lang)
            foot = study_texts.foot(evaluation, words)
            draw_twin(page, aside / FIGURES / "capacity_map", words=words, foot=foot)
        if sites is not None:
            draw_siting(evaluation, sites, aside, words)
        shutil.move(aside / FIGURES, folder / FIGURES / words.lang)
