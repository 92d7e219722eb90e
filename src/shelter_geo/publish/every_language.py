"""Figures in more than one language: each other one has a folder of its own beside the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
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
from shelter_geo.publish.words import Languages, Words

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


def draw_reach(
    evaluation: Evaluation,
    folder: Path,
    words: Words,
    *,
    groups: Sequence[str] = (),
    without_police_papers: bool = False,
) -> None:
    """Draw the map of what people have within reach, into `figures/capacity_map`.

    Parameters
    ----------
    evaluation, folder, words
        As for `draw_access`.
    groups, without_police_papers
        As for `capacity_outputs.write_reach`.

    Raises
    ------
    CapacityError
        If a group is not known.
    """
    reach = access_for(evaluation, groups, without_police_papers=without_police_papers)
    page = reach_map(
        evaluation,
        reach,
        groups=groups,
        without_police_papers=without_police_papers,
        lang=words.lang,
    )
    foot = study_texts.foot(evaluation, words)
    draw_twin(page, folder / FIGURES / "capacity_map", words=words, foot=foot)


def draw_capacity(
    evaluation: Evaluation, needs: CapacityResults, folder: Path, words: Words
) -> None:
    """Draw every figure of the command on capacity, into `figures/`.

    Parameters
    ----------
    evaluation, folder, words
        As for `draw_access`.
    needs
        Places against the stays asked for.
    """
    draw_missing(evaluation, folder, words)
    write_capacity_figures(evaluation, needs, folder, words)
    draw_reach(evaluation, folder, words)


def draw_run(
    evaluation: Evaluation,
    folder: Path,
    words: Words,
    *,
    plans: EvaluatedPlans | None = None,
    needs: CapacityResults | None = None,
    sites: SitingResults | None = None,
) -> None:
    """Draw every figure of a run, into `figures/`.

    Parameters
    ----------
    evaluation, plans, needs, sites
        As for `outputs.write_outputs`.
    folder, words
        As for `draw_access`.
    """
    draw_access(evaluation, folder, words)
    if plans is not None:
        draw_plans(plans, folder, words)
    if needs is not None:
        write_capacity_figures(evaluation, needs, folder, words)
        draw_reach(evaluation, folder, words)
    if sites is not None:
        draw_siting(evaluation, sites, folder, words)


def draw_in_others(languages: Languages, folder: Path, draw: Callable[[Path, Words], None]) -> None:
    """Draw figures in every language but the first, into `figures/LANGUAGE/`.

    Parameters
    ----------
    languages
        The first has its figures in `figures/` already.
    folder
        Folder of the outputs.
    draw
        Draws the figures into `figures/` of a folder, in a language.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    for words in languages:
        if words.lang == languages.first.lang:
            continue
        with TemporaryDirectory(dir=folder) as name:
            aside = Path(name)
            draw(aside, words)
            if (aside / FIGURES).is_dir():
                (folder / FIGURES).mkdir(exist_ok=True)
                shutil.move(aside / FIGURES, folder / FIGURES / words.lang)
