"""The planner page of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shelter_geo.analysis import Evaluation, SiteOptions
from shelter_geo.plans import Plan
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.planner.beyond import beyond
from shelter_geo.publish.planner.data import Suggestion
from shelter_geo.publish.planner.make import planner_page
from shelter_geo.publish.planner.page import PlannerPage
from shelter_geo.publish.qualifiers import dates, known_readings
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.headline import of_roads
from shelter_geo.publish.study.study_map import distance_classes, ground_of
from shelter_geo.publish.words import everywhere, in_each
from shelter_geo.study import Study


def study_planner(
    evaluation: Evaluation,
    options: SiteOptions,
    plans: Sequence[Plan] = (),
    *,
    best: Sequence[Suggestion] = (),
    lang: str | None = None,
) -> PlannerPage:
    """Make the planner page of a study.

    Parameters
    ----------
    evaluation
        The study as it stands.
    options
        Sites to choose from.
    plans
        Those that only open shelters at such sites are offered as suggestions; a reader's own file
        may build on any.
    best
        Suggestions that stand before those, such as what siting models chose.
    lang
        Language in which the page opens.
    """
    study = evaluation.study
    name = everywhere(study.settings.study.name)
    capacity = study.settings.capacity
    return planner_page(
        study.districts,
        options.sites.assign(places_basis=study.shelters["places_basis"]),
        options.costs.distance_km,
        options.costs.travel_min,
        ground_of(study),
        title=in_each(lambda words: words.text("study.planner_title", name=name)),
        dates=dates(study),
        impedance=study.settings.access.impedance,
        people_per_family_place=capacity.people_per_family_place,
        persons_per_family_place=min(r.persons_per_family_place for r in capacity.readings),
        most_persons=max(r.persons_per_family_place for r in capacity.readings),
        readings=known_readings(study),
        suggestions=_distinct([*best, *_suggestions(study, plans, options)]),
        sources=study_texts.sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=study_texts.notes(evaluation, by_bus=False),
        credit=everywhere(study.settings.study.credit),
        classes=distance_classes(evaluation),
        plans={plan.scenario.id: _tables(plan) for plan in plans},
        kinds=_kinds(study),
        mark=study.kind.colour or MARK,
        domestic=bool(of_roads(evaluation, "", "domestic")),
        languages=languages_of(study, lang),
        beyond=beyond(evaluation),
    )


def _kinds(study: Study) -> dict[str, Any]:
    """Say which kind of facility the page is of, where there are several."""
    if len(study.kinds) == 1:
        return {}
    others = [] if study.others is None else sorted(study.others.index)
    return {"here": study.kind.id, "first": study.kinds[0].id, "others": others}


def _suggestions(study: Study, plans: Sequence[Plan], options: SiteOptions) -> list[Suggestion]:
    found, first = [], study.kinds[0].id
    for plan in plans:
        other = plan.close or plan.move or plan.resize or plan.road or plan.demand
        if any((change.kind or first) != study.kind.id for change in plan.open):
            continue
        places: dict[str, int] = {}
        for change in plan.open:
            places[change.settlement_id] = places.get(change.settlement_id, 0) + change.places
        if places and not other and set(places) <= set(options.sites.index):
            found.append(
                Suggestion(everywhere(plan.scenario.name), list(places), list(places.values()))
            )
    return found


def _tables(plan: Plan) -> dict[str, Any]:
    """Give what a plan changes as its file says it; where a road is read of is no part of that."""
    unsaid: dict[str, Any] = {"scenario": True, "road": {"__all__": {"since", "source"}}}
    given = plan.model_dump(mode="json", exclude=unsaid, exclude_unset=True)
    return {name: part for name, part in given.items() if part}


def _distinct(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Keep the first of those that open the same sites, with the places that one of them gives.

    Plans that give the same sites other places stay apart.
    """
    found: list[Suggestion] = []
    for entry in suggestions:
        alike = [place for place, kept in enumerate(found) if _agree(kept, entry)]
        if not alike:
            found.append(entry)
        elif found[alike[0]].places is None:
            found[alike[0]] = replace(entry, name=found[alike[0]].name)
    return found


def _agree(one: Suggestion, other: Suggestion) -> bool:
    if one.places is None or other.places is None:
        return set(one.site_ids) == set(other.site_ids)
    places = dict(zip(one.site_ids, one.places, strict=True))
    return places == dict(zip(other.site_ids, other.places, strict=True))
