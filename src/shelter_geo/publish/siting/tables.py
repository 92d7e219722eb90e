"""The tables of siting: every model by the number of new sites, the front, and what holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import Evaluation, Quantity
from shelter_geo.analysis.siting_results import SitedPlan, SitingResults
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.languages import english_of, languages_of
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.planner.data import Suggestion
from shelter_geo.publish.qualifiers import dated
from shelter_geo.publish.siting.figures import draw_front, draw_p_curve
from shelter_geo.publish.siting.statements import (
    english,
    infeasibility,
    objective_name,
    reached_by_some,
    site_names,
)
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.headline import headline
from shelter_geo.publish.study.study_map import access_page, plan_title
from shelter_geo.publish.study.study_tables import columns_of
from shelter_geo.publish.words import Text, Words, in_each
from shelter_geo.siting import PlanRobustness
from shelter_geo.study import Study

MAPS: Final = {
    "mean": "siting_best_by_mean.html",
    "farthest": "siting_best_for_farthest.html",
    "region": "siting_every_region.html",
    "own-region": "siting_own_region.html",
}
"""File of the map of each plan."""


def plan_name(plan: SitedPlan) -> Text:
    """Name a plan by its aim and its number of new shelters."""
    count = len(plan.result.chosen)
    return in_each(
        lambda words: words.text(
            f"siting.plan_{plan.key}", n=Quantity.count(count), area=words.area
        )
    )


def suggestions(results: SitingResults) -> list[Suggestion]:
    """Offer the plans to the planner, under their names."""
    return [
        Suggestion(plan_name(plan), [str(key) for key in plan.result.chosen])
        for plan in results.plans
    ]


def write_plan_maps(
    evaluation: Evaluation, results: SitingResults, folder: Path, *, lang: str | None = None
) -> None:
    """Write a sealed map of access under each plan.

    Parameters
    ----------
    evaluation
        The study as it stands.
    results
        From `scenarios.siting_results`.
    folder
        Folder of the outputs.
    lang
        Language in which the maps open.
    """
    for plan in results.plans:
        page = plan_page(evaluation, results, plan, lang=lang)
        page.save(folder / "maps" / MAPS[plan.key])


def plan_page(
    evaluation: Evaluation, results: SitingResults, plan: SitedPlan, *, lang: str | None = None
) -> SealedMap:
    """Make the sealed map of access under a plan that a model chose."""
    before, after = (headline(e) for e in (evaluation, plan.evaluation))
    sites = site_names(results.question, plan.result.chosen)
    lead = in_each(
        lambda words: words.text(
            "siting.plan_lead_first" if before.farthest is None else "siting.plan_lead",
            sites=sites,
            before=Quantity.km(before.mean_km),
            after=Quantity.km(after.mean_km),
            farthest=Quantity.km(after.farthest_km),
        )
    )
    status = "plan_proven" if plan.result.status == "optimal" else "plan_unproven"
    count = len(results.problem.candidates)
    name = plan_name(plan)
    return access_page(
        plan.evaluation,
        title=plan_title(name, plan.evaluation),
        lead=dated(evaluation.study, lead),
        notes=[
            in_each(lambda words: words.text(f"siting.{status}", count=Quantity.count(count))),
            *reached_by_some(results),
            in_each(lambda words: words.text("siting.plan_places", n=Quantity.count(plan.places))),
        ],
        settlements=False,
        lang=lang,
    )


_FIGURES: Final = (
    "unserved", "distance_km_mean", "distance_km_median", "distance_km_p90", "distance_km_max",
    "share_beyond_limit", "distance_km_kolm_pollak", "gini",
)  # fmt: skip

SITING_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "siting.csv": (
        "model", "new_sites", "sites", "site_names", "status", "objective", "objective_name",
        "bound", "gap", "limit_km", "people_gaining", "people_losing", *_FIGURES,
        "share_in_own_region", "reason", "reason_en",
    ),
    "siting_pareto.csv": ("new_sites", "sites", "site_names", "alike", "limit_km", *_FIGURES),
    "siting_robustness.csv": (
        "subject", "new_sites", "scenarios", "sites", "site_names", "share_optimal", "role",
        "instead_of", "regret_km_mean", "regret_km_p90", "regret_km_max",
    ),
}  # fmt: skip
"""Columns of each table by its file name."""


def siting_tables(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table of `SITING_TABLES` that a study has."""
    return {name: columns_of(study, columns) for name, columns in SITING_TABLES.items()}


def write_siting_tables(study: Study, results: SitingResults, folder: Path, words: Words) -> None:
    """Write every table of `SITING_TABLES`; without a front or robustness it has no row.

    Parameters
    ----------
    study
        What its districts do not have is left out.
    results
        From `scenarios.siting_results`.
    folder
        Folder of the outputs.
    words
        English, in the words of the study.

    Raises
    ------
    OutputError
        If a number is infinite.
    """
    frames = {
        "siting.csv": _in_english(results, words),
        "siting_pareto.csv": pd.DataFrame(_front_rows(results)),
        "siting_robustness.csv": pd.DataFrame(_robust_rows(results)),
    }
    for name, columns in siting_tables(study).items():
        write_table(frames[name], columns, folder / name)


def _in_english(results: SitingResults, words: Words) -> pd.DataFrame:
    """Put the English words of sites, objectives and reasons beside the figures of all answers."""
    question, curve = results.question, results.p_curve
    answers = [results.answers[key] for key in zip(curve["model"], curve["new_sites"], strict=True)]
    return curve.assign(
        site_names=[english(question, str(keys).split()) for keys in curve["sites"]],
        objective_name=[objective_name(answer, question).of(words) for answer in answers],
        reason_en=[
            "" if answer.reason is None else infeasibility(answer.reason, question).of(words)
            for answer in answers
        ],
    )


def _front_rows(results: SitingResults) -> list[dict[str, Any]]:
    if results.front is None:
        return []
    return [
        {
            "new_sites": results.front.p,
            "sites": " ".join(map(str, plan.chosen)),
            "site_names": english(results.question, plan.chosen),
            "alike": plan.alike,
            "limit_km": results.within_km,
            "unserved": plan.access.unserved,
            "distance_km_mean": plan.access.mean,
            "distance_km_median": plan.access.median,
            "distance_km_p90": plan.access.p90,
            "distance_km_max": plan.access.max,
            "share_beyond_limit": plan.access.beyond,
            "distance_km_kolm_pollak": plan.access.kolm_pollak,
            "gini": plan.access.gini,
        }
        for plan in results.front.plans
    ]


def _robust_rows(results: SitingResults) -> list[dict[str, Any]]:
    robust, question = results.robustness, results.question
    if robust is None:
        return []
    shared = {"new_sites": robust.p, "scenarios": robust.scenarios}
    plans = [
        {
            **shared,
            "subject": "plan",
            "sites": " ".join(map(str, plan.chosen)),
            "site_names": english(question, plan.chosen),
            "share_optimal": plan.share,
            "role": _role(plan),
            "instead_of": None,
            "regret_km_mean": plan.regret_mean,
            "regret_km_p90": plan.regret_p90,
            "regret_km_max": plan.regret_max,
        }
        for plan in robust.plans
    ]
    sites = [
        {
            **shared,
            "subject": "site",
            "sites": str(site.site_id),
            "site_names": english(question, [site.site_id]),
            "share_optimal": site.share,
            "role": site.role,
            "instead_of": site.instead_of,
        }
        for site in robust.sites
    ]
    return [*plans, *sites]


def _role(plan: PlanRobustness) -> str:
    roles = (("best for the data", plan.best_for_data), ("least worst regret", plan.minimax))
    return ", ".join(name for name, is_one in roles if is_one)


def write_siting(
    evaluation: Evaluation, results: SitingResults, folder: Path, *, lang: str | None = None
) -> None:
    """Write the tables, figures and maps of siting.

    Parameters
    ----------
    evaluation
        The study as it stands.
    results
        From `scenarios.siting_results`.
    folder
        Folder of the outputs.
    lang
        Language of the figures, and the one that the maps open in.

    Raises
    ------
    OutputError
        If a number is infinite, or there is no such language.
    """
    words = languages_of(evaluation.study, lang).first
    write_siting_tables(evaluation.study, results, folder, english_of(evaluation.study))
    draw_siting(evaluation, results, folder, words)
    write_plan_maps(evaluation, results, folder, lang=lang)


def draw_siting(evaluation: Evaluation, results: SitingResults, folder: Path, words: Words) -> None:
    """Draw what each new site brings and the mean against the farthest, into `figures/`."""
    only_some = [text.of(words) for text in reached_by_some(results)]
    foot = " ".join([*only_some, study_texts.foot(evaluation, words)])
    drawn = folder / "figures"
    draw_p_curve(results, drawn / "siting_sweep", words=words, foot=foot)
    draw_front(results, drawn / "siting_front", words=words, foot=foot)
