"""Every page of the bundled study, written once for all tests of pages."""

from __future__ import annotations

from pathlib import Path

from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.comparison_page import comparison_page
from shelter_geo.publish.study.scenario_outputs import lead, scenario_title
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.scenarios import (
    EvaluatedPlans,
    Evaluation,
    capacity_results,
    evaluate_plans,
    read_plans,
    site_options,
    today_first,
)
from shelter_geo.scenarios.group_access import access_for

PLAN = "one-per-region"
NAMES = ("access", "scenario", "comparison", "capacity", "group", "planner", "report")


def evaluated(evaluation: Evaluation) -> EvaluatedPlans:
    """Today and one plan of the bundled study."""
    plans = today_first(read_plans(evaluation.study.scenarios))
    few = [plan for plan in plans if plan.changes_nothing or plan.scenario.id == PLAN]
    return evaluate_plans(evaluation.study, few)


def write_pages(evaluation: Evaluation, plans: EvaluatedPlans, folder: Path) -> dict[str, Path]:
    """Write each page and give its file by its name."""
    study = evaluation.study
    plan = plans.plans[-1]
    groups = ("men",)
    pages = {
        "access": access_page(
            evaluation, title=study_texts.title(evaluation), lead=study_texts.lead(evaluation)
        ),
        "scenario": access_page(
            plans.evaluations[PLAN], title=scenario_title(plan), lead=lead(plans, PLAN)
        ),
        "comparison": comparison_page(plans, PLAN),
        "capacity": reach_map(evaluation, access_for(evaluation)),
        "group": reach_map(evaluation, access_for(evaluation, groups), groups=groups),
        "planner": study_planner(evaluation, site_options(study), read_plans(study.scenarios)),
        "report": study_brief(evaluation, plans=plans, needs=capacity_results(evaluation)),
    }
    files = {name: folder / f"{name}.html" for name in NAMES}
    for name, file in files.items():
        pages[name].save(file)
    return files
