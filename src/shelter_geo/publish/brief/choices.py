"""A brief on what could be done: the plans of a study beside today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shelter_geo.analysis import EvaluatedPlans
from shelter_geo.plans import Plan
from shelter_geo.publish.brief.parts import Head, Line, Listing, bars
from shelter_geo.publish.words import Text, everywhere, say
from shelter_geo.publish.written import distance, number, people


def beside_today(evaluated: EvaluatedPlans) -> Listing:
    """List what each plan comes to; the first is today."""
    rows = evaluated.comparison.summary.set_index("scenario").to_dict("index")
    facts: dict[str, Mapping[Any, Any]] = {str(key): row for key, row in rows.items()}
    plans = {plan.scenario.id: plan for plan in evaluated.plans}
    lengths = bars([float(facts[key]["distance_km_mean"]) for key in plans])
    lines = [
        Line(_cells(plan, facts[key]), bar=length)
        for (key, plan), length in zip(plans.items(), lengths, strict=True)
    ]
    heads = (
        Head(say("brief.plan")),
        Head(say("brief.plan_places"), numeric=True),
        Head(say("brief.nearer"), numeric=True),
        Head(say("brief.new_road"), numeric=True),
        Head(say("scenario.farthest"), numeric=True),
        Head(say("study.mean"), numeric=True),
    )
    notes = (say("brief.plans_note"), *_notes(evaluated))
    return Listing(say("brief.plans"), heads, tuple(lines), notes)


def _cells(plan: Plan, row: Mapping[Any, Any]) -> tuple[Text, ...]:
    return (
        everywhere(plan.scenario.name),
        number(row["places"]),
        people(row["people_gain"]),
        people(row["people_reached"]),
        distance(row["distance_km_max"]),
        distance(row["distance_km_mean"]),
    )


def _notes(evaluated: EvaluatedPlans) -> list[Text]:
    """Repeat what the plans say of themselves, each under its name."""
    said = []
    for plan in evaluated.plans:
        if plan.scenario.note is not None:
            name, note = everywhere(plan.scenario.name), everywhere(plan.scenario.note)
            said.append(say("brief.plan_note", name=name, note=note))
    return said
