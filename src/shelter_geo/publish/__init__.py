"""What readers receive: tables, sealed maps, figures and the data package."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter_geo.publish.brief.study_brief import study_brief
    from shelter_geo.publish.ensemble import write_ensemble
    from shelter_geo.publish.every_language import draw_capacity, draw_in_others, draw_reach
    from shelter_geo.publish.figures.map_twin import draw_twin
    from shelter_geo.publish.files.blocks import write_costs
    from shelter_geo.publish.files.staging import staged
    from shelter_geo.publish.indexes import (
        index_batch,
        index_capacity,
        index_comparison,
        index_sites,
    )
    from shelter_geo.publish.languages import languages_of, lines_on_gaps
    from shelter_geo.publish.maps.map_page import SealedMap
    from shelter_geo.publish.outputs import write_outputs
    from shelter_geo.publish.pages.index import INDEX
    from shelter_geo.publish.qualifiers import dates
    from shelter_geo.publish.share.study_share import write_share
    from shelter_geo.publish.siting.statements import model_card
    from shelter_geo.publish.siting.tables import plan_page, suggestions
    from shelter_geo.publish.study.capacity_figures import write_capacity_figures
    from shelter_geo.publish.study.capacity_outputs import (
        write_capacity,
        write_missing,
        write_reach,
    )
    from shelter_geo.publish.study.capacity_page import reach_map
    from shelter_geo.publish.study.headline import key_figures
    from shelter_geo.publish.study.journey_page import journey_page
    from shelter_geo.publish.study.lines import (
        capacity_lines,
        comparison_lines,
        group_line,
    )
    from shelter_geo.publish.study.own_area_page import own_area_page
    from shelter_geo.publish.study.scenario_outputs import (
        comparison_page,
        draw_plans,
        write_scenarios,
    )
    from shelter_geo.publish.study.service_page import service_page
    from shelter_geo.publish.study.stays_page import stays_page
    from shelter_geo.publish.study.study_map import access_page, plan_title, under_plan
    from shelter_geo.publish.study.study_planner import study_planner
    from shelter_geo.publish.study.study_texts import lines_on_centres, lines_on_lacks
    from shelter_geo.publish.words import Languages, Words, everywhere

_HOME = {
    "INDEX": "pages.index",
    "Languages": "words",
    "SealedMap": "maps.map_page",
    "Words": "words",
    "access_page": "study.study_map",
    "capacity_lines": "study.lines",
    "comparison_lines": "study.lines",
    "comparison_page": "study.scenario_outputs",
    "dates": "qualifiers",
    "draw_capacity": "every_language",
    "draw_in_others": "every_language",
    "draw_plans": "study.scenario_outputs",
    "draw_reach": "every_language",
    "draw_twin": "figures.map_twin",
    "everywhere": "words",
    "group_line": "study.lines",
    "index_batch": "indexes",
    "index_capacity": "indexes",
    "index_comparison": "indexes",
    "index_sites": "indexes",
    "journey_page": "study.journey_page",
    "key_figures": "study.headline",
    "languages_of": "languages",
    "lines_on_centres": "study.study_texts",
    "lines_on_gaps": "languages",
    "lines_on_lacks": "study.study_texts",
    "model_card": "siting.statements",
    "own_area_page": "study.own_area_page",
    "plan_page": "siting.tables",
    "reach_map": "study.capacity_page",
    "plan_title": "study.study_map",
    "service_page": "study.service_page",
    "staged": "files.staging",
    "stays_page": "study.stays_page",
    "study_brief": "brief.study_brief",
    "study_planner": "study.study_planner",
    "suggestions": "siting.tables",
    "under_plan": "study.study_map",
    "write_capacity": "study.capacity_outputs",
    "write_capacity_figures": "study.capacity_figures",
    "write_missing": "study.capacity_outputs",
    "write_costs": "files.blocks",
    "write_ensemble": "ensemble",
    "write_outputs": "outputs",
    "write_reach": "study.capacity_outputs",
    "write_scenarios": "study.scenario_outputs",
    "write_share": "share.study_share",
}

__all__ = [
    "INDEX",
    "Languages",
    "SealedMap",
    "Words",
    "access_page",
    "capacity_lines",
    "comparison_lines",
    "comparison_page",
    "dates",
    "draw_capacity",
    "draw_in_others",
    "draw_plans",
    "draw_reach",
    "draw_twin",
    "everywhere",
    "group_line",
    "index_batch",
    "index_capacity",
    "index_comparison",
    "index_sites",
    "journey_page",
    "key_figures",
    "languages_of",
    "lines_on_centres",
    "lines_on_gaps",
    "lines_on_lacks",
    "model_card",
    "own_area_page",
    "plan_page",
    "plan_title",
    "reach_map",
    "service_page",
    "staged",
    "stays_page",
    "study_brief",
    "study_planner",
    "suggestions",
    "under_plan",
    "write_capacity",
    "write_capacity_figures",
    "write_costs",
    "write_ensemble",
    "write_missing",
    "write_outputs",
    "write_reach",
    "write_scenarios",
    "write_share",
]


def __getattr__(name: str) -> object:
    """Import names of this room when they are first used: some of them bring large libraries."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
