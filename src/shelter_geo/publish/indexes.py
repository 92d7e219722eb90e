"""The index of each folder that a command writes beside `run`: what is in it, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shelter_geo.analysis import EvaluatedPlans, Evaluation
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.pages.index import Opening, title_of, write_index
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.study import comparison_texts, study_texts
from shelter_geo.publish.study.study_map import plan_title
from shelter_geo.publish.words import (
    AnyText,
    Text,
    Words,
    everywhere,
    in_each,
    packaged_languages,
    say,
)
from shelter_geo.study import Study


def index_comparison(evaluated: EvaluatedPlans, folder: Path, *, lang: str | None = None) -> None:
    """Write the index of plans that `write_scenarios` wrote; its title is what the last one finds.

    Raises
    ------
    OutputError
        If the page cannot be written, or the study does not offer `lang`.
    """
    base, *others = evaluated.plans
    evaluation = evaluated.evaluations[base.scenario.id]
    names = [comparison_texts.plan_name(plan) for plan in others]
    lead = in_each(
        lambda words: words.text(
            "index.lead_compare",
            base=comparison_texts.plan_name(base).of(words),
            plans=", ".join(name.of(words) for name in names),
        )
    )
    key = evaluated.plans[-1].scenario.id
    opening = _opening(evaluation, comparison_texts.title(evaluated, key), lead)
    keys = [plan.scenario.id for plan in evaluated.plans]
    languages = languages_of(evaluation.study, lang)
    write_index(folder, opening, plans=keys, languages=languages, listed=())


def index_share(
    evaluation: Evaluation, folder: Path, *, plan: AnyText | None = None, lang: str | None = None
) -> None:
    """Write the index of pictures that `write_share` wrote, of a plan by its name or of today.

    Raises
    ------
    OutputError
        If the page cannot be written, or the study does not offer `lang`.
    """
    today = study_texts.title(evaluation)
    title = today if plan is None else plan_title(everywhere(plan), evaluation)
    opening = _opening(evaluation, title, say("index.lead_share"))
    languages = languages_of(evaluation.study, lang)
    write_index(folder, opening, plans=(), languages=languages, apart=True, listed=())


def index_capacity(evaluation: Evaluation, folder: Path, *, lang: str | None = None) -> None:
    """Write the index of places; its title is what the map of those within reach finds.

    Raises
    ------
    OutputError
        If the page cannot be written, or the study does not offer `lang`.
    """
    languages = languages_of(evaluation.study, lang)
    page = (folder / "maps" / "capacity.html").read_text(encoding="utf-8")
    opening = _opening(evaluation, title_of(page, languages), say("index.lead_capacity"))
    write_index(folder, opening, plans=(), languages=languages, listed=())


def index_sites(study: Study, folder: Path, *, lang: str | None = None) -> None:
    """Write the index of the tables of sites that were found.

    Raises
    ------
    OutputError
        If the page cannot be written, or the study does not offer `lang`.
    """
    _index_tables(study, folder, "site", lang=lang)


def index_ensemble(study: Study, folder: Path) -> None:
    """Write the index of the draws of a study.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    _index_tables(study, folder, "ensemble", listed=("draws",))


def _index_tables(
    study: Study, folder: Path, of: str, *, listed: Sequence[str] = (), lang: str | None = None
) -> None:
    """Write the index of a folder of tables, with a title and a lead that name what they are of."""
    name = everywhere(study.settings.study.name)
    opening = Opening(
        in_each(lambda words: words.text(f"index.title_{of}", name=name)),
        dated(study, say(f"index.lead_{of}")),
        notes=which_shelters(study),
        mark=study.kind.colour or MARK,
    )
    write_index(folder, opening, plans=(), languages=languages_of(study, lang), listed=listed)


def index_batch(folder: Path, studies: Sequence[str]) -> None:
    """Write the index of many studies, each with an index in a folder of its own.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """

    def title(words: Words) -> str:
        return words.text("index.title_batch", n=words.number(len(studies)))

    opening = Opening(in_each(title), say("index.lead_batch"))
    write_index(
        folder,
        opening,
        plans=(),
        languages=packaged_languages(),
        studies=studies,
        apart=True,
        listed=(),
    )


def _opening(evaluation: Evaluation, title: Text, lead: Text) -> Opening:
    study = evaluation.study
    return Opening(
        title,
        dated(study, lead),
        assumptions=study_texts.assumptions(evaluation),
        sources=study_texts.sources(evaluation),
        notes=which_shelters(study),
        mark=study.kind.colour or MARK,
    )
