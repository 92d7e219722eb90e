"""A brief on where new shelters should go: the plans that exact siting models chose."""

from __future__ import annotations

from typing import Final

from shelter_geo.analysis.siting_results import SitedPlan, SitingResults
from shelter_geo.publish.brief.parts import Head, Line, Listing
from shelter_geo.publish.siting.plans import plan_name
from shelter_geo.publish.siting.statements import reached_by_some, site_names
from shelter_geo.publish.study.study_texts import headline
from shelter_geo.publish.words import Text, Words, in_each, say
from shelter_geo.publish.written import distance, number, people

_ALSO: Final = 3
"""Other plans that are named."""


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
    notes = (
        say(said, n=number(len(results.problem.candidates))),
        *_robust(results),
        *reached_by_some(results),
    )
    return Listing(say("brief.best_sites"), heads, lines, notes)


def _robust(results: SitingResults) -> list[Text]:
    """Say in how many draws the plan stays best, and which other plans are best most often."""
    if results.robustness is None:
        return []
    robust = results.robustness
    best = next((plan for plan in robust.plans if plan.best_for_data), None)
    if best is None:
        return []
    others = sorted((plan for plan in robust.plans if plan is not best), key=lambda p: -p.share)
    also = [plan for plan in others[:_ALSO] if plan.share > 0]
    named = [site_names(results.question, plan.chosen) for plan in also]

    def write(words: Words) -> str:
        listed = "; ".join(
            f"{name.of(words)} ({words.percent(plan.share)})"
            for plan, name in zip(also, named, strict=True)
        )
        said = words.text(
            "brief.sites_robust",
            share=words.percent(best.share),
            n=words.number(robust.scenarios),
        )
        return f"{said} {words.text('brief.sites_also', plans=listed)}" if also else said

    return [in_each(write)]


def _cells(results: SitingResults, plan: SitedPlan) -> tuple[Text, ...]:
    head = headline(plan.evaluation)
    return (
        plan_name(plan),
        site_names(results.question, plan.result.chosen),
        people(head.cut_off),
        distance(head.farthest_km),
        distance(head.mean_km),
    )
