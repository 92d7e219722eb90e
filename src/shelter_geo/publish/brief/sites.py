"""A brief on where new shelters should go: the plans that exact siting models chose."""

from __future__ import annotations

from shelter_geo.analysis.siting_results import SitedPlan, SitingResults
from shelter_geo.publish.brief.parts import Head, Line, Listing
from shelter_geo.publish.brief.written import distance, number, people
from shelter_geo.publish.siting.names import reached_by_some, site_names
from shelter_geo.publish.siting.plans import plan_name
from shelter_geo.publish.study.study_texts import headline
from shelter_geo.publish.words import Text, say


def best_sites(results: SitingResults) -> Listing:
    """List the plans that were chosen for each aim, with their sites and what they come to."""
    heads = (
        Head(say("brief.plan")),
        Head(say("brief.sites")),
        Head(say("study.cut_off"), numeric=True),
        Head(say("scenario.farthest"), numeric=True),
        Head(say("study.mean"), numeric=True),
    )
    lines = tuple(Line(_cells(results, plan)) for plan in results.plans)
    proven = all(plan.result.status == "optimal" for plan in results.plans)
    said = "brief.sites_proven" if proven else "brief.sites_unproven"
    notes = (say(said, n=number(len(results.problem.candidates))), *reached_by_some(results))
    return Listing(say("brief.best_sites"), heads, lines, notes)


def _cells(results: SitingResults, plan: SitedPlan) -> tuple[Text, ...]:
    head = headline(plan.evaluation)
    return (
        plan_name(plan),
        site_names(results.question, plan.result.chosen),
        people(head.cut_off),
        distance(head.farthest_km),
        distance(head.mean_km),
    )
