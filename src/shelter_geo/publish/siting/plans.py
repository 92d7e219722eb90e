"""Plans that siting models chose: their names, their maps, and what a planner may start from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.siting_results import SitedPlan, SitingResults
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.planner.data import Suggestion
from shelter_geo.publish.siting.statements import reached_by_some, site_names
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.dates import dated
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.words import Text, in_each

MAPS: Final = {
    "mean": "siting_best_by_mean.html",
    "farthest": "siting_best_for_farthest.html",
    "region": "siting_every_region.html",
}
"""File of the map of each plan."""


def plan_name(plan: SitedPlan) -> Text:
    """Name a plan by its aim and its number of new shelters."""
    count = len(plan.result.chosen)
    return in_each(lambda words: words.text(f"siting.plan_{plan.key}", n=count, area=words.area))


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
    before, after = (study_texts.headline(e) for e in (evaluation, plan.evaluation))
    sites = site_names(results.question, plan.result.chosen)
    lead = in_each(
        lambda words: words.text(
            "siting.plan_lead_first" if before.farthest is None else "siting.plan_lead",
            sites=sites,
            before=words.distance(before.mean_km),
            after=words.distance(after.mean_km),
            farthest=words.distance(after.farthest_km),
        )
    )
    status = "plan_proven" if plan.result.status == "optimal" else "plan_unproven"
    count = len(results.problem.candidates)
    name = plan_name(plan)
    return access_page(
        plan.evaluation,
        title=in_each(lambda words: words.text("scenario.title", name=name)),
        lead=dated(evaluation.study, lead),
        notes=[
            in_each(lambda words: words.text(f"siting.{status}", count=count)),
            *reached_by_some(results),
            in_each(lambda words: words.text("siting.plan_places", n=plan.places)),
        ],
        settlements=False,
        lang=lang,
    )
