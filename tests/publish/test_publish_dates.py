"""As of when: a plan that changes roads, or who is counted, has other dates than the study."""

from __future__ import annotations

import pytest

from shelter_geo.plans import Plan, apply_plan, find_plans
from shelter_geo.plans.plan import DemandChange, PlanIdentity
from shelter_geo.publish.qualifiers import dates
from shelter_geo.publish.words import Words
from shelter_geo.study import Study

ENGLISH = Words("en")
ABOUT = PlanIdentity(id="counted", name="Counted")


def test_the_study_as_it_stands(study: Study) -> None:
    assert dates(study).of(ENGLISH) == (
        "People: residents, 1 January 2026. Places: 2022 to 2023; no newer count is public "
        "(February 2026). Roads: August 2021."
    )


@pytest.mark.parametrize("key", ["roads-2021", "winter"])
def test_roads_that_a_plan_changes_are_not_those_of_2021(study: Study, key: str) -> None:
    plan = find_plans([key], study.scenarios)[0]
    said = dates(apply_plan(study, plan)).of(ENGLISH)
    assert said.endswith("Roads: August 2021, changed as the plan says.")
    assert said.startswith("People: residents,")


def test_a_plan_that_counts_registered_people_says_so(study: Study) -> None:
    plan = Plan(scenario=ABOUT, demand=DemandChange(count_registered=True))
    assert dates(apply_plan(study, plan)).of(ENGLISH).startswith("People: registered, 1 January")
