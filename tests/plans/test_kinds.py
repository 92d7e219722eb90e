"""Plans that open, close and resize facilities of several kinds."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.two_kinds import CENTRE, EMPTY, two_kinds

from shelter_geo.errors import StudyError
from shelter_geo.plans import Plan, apply_plan, plan_of_kind
from shelter_geo.plans.plan import (
    CloseShelter,
    DemandChange,
    MoveShelter,
    OpenShelter,
    PlanIdentity,
    ResizeShelter,
)
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study

SHEKI, GANJA = "gn-585170", "gn-586523"
ABOUT = PlanIdentity(id="both", name="Both")
BOTH = Plan(
    scenario=ABOUT,
    open=(
        OpenShelter(settlement_id=SHEKI, places=12),
        OpenShelter(settlement_id=GANJA, places=12, kind=CENTRE),
        OpenShelter(settlement_id=SHEKI, places=7, kind=EMPTY),
    ),
    close=(CloseShelter(shelter_id="centre-2"),),
    resize=(ResizeShelter(shelter_id="ganja", places=40),),
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(two_kinds(tmp_path_factory.mktemp("kinds") / "study").file)


def test_a_plan_opens_facilities_of_the_kind_that_it_names(study: Study) -> None:
    shelters = apply_plan(study, BOTH).shelters
    assert set(shelters.index) == {*study.shelters.index, f"new-{SHEKI}"}
    assert shelters.loc[[f"new-{SHEKI}", "ganja"], "places"].tolist() == [12, 40]
    centres = apply_plan(study.of_kind(CENTRE), BOTH).shelters
    assert sorted(centres.index) == ["centre-1", f"new-{GANJA}"]
    assert centres["places"].tolist() == [1, 1]  # each counts whole
    day = apply_plan(study.of_kind(EMPTY), BOTH).shelters
    assert (day.index.tolist(), day["places"].tolist()) == ([f"new-{SHEKI}"], [7])


def test_the_kind_may_be_chosen_before_or_after_the_plan(study: Study) -> None:
    after = apply_plan(study, BOTH)
    for kind in (CENTRE, EMPTY):
        before = apply_plan(study.of_kind(kind), BOTH)
        columns = ["settlement_id", "district_id", "places", "places_basis", "kind", "geometry"]
        assert after.of_kind(kind).shelters[columns].equals(before.shelters[columns])
        assert after.of_kind(kind).settings == before.settings


def test_what_a_plan_says_of_one_kind_is_its_part_in_the_others_left_out(study: Study) -> None:
    ours = plan_of_kind(study.of_kind(CENTRE), BOTH)
    assert [entry.settlement_id for entry in ours.open] == [GANJA]
    assert [entry.shelter_id for entry in ours.close] == ["centre-2"]
    assert ours.resize == ()
    assert plan_of_kind(load_study(), Plan(scenario=ABOUT)) == Plan(scenario=ABOUT)


def test_cases_and_stays_are_those_of_the_first_kind(study: Study) -> None:
    asked = DemandChange(count_registered=True, under_reporting=3)
    plan = Plan(scenario=ABOUT, demand=asked)
    changed = apply_plan(study.of_kind(CENTRE), plan)
    assert changed.settings.capacity.demand is None
    assert changed.districts["population"].sum() > study.districts["population"].sum()
    demand = apply_plan(study, plan).settings.capacity.demand
    assert demand is not None
    assert {base.under_reporting.central for base in demand.bases} == {3}


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            Plan(scenario=ABOUT, open=(OpenShelter(settlement_id=SHEKI, places=1, kind="refuge"),)),
            "there is no kind of facility refuge",
        ),
        (
            Plan(scenario=ABOUT, close=(CloseShelter(shelter_id="centre-3"),)),
            "there is no shelter centre-3",
        ),
        (
            Plan(scenario=ABOUT, move=(MoveShelter(shelter_id="centre-1", settlement_id=SHEKI),)),
            "stands already",
        ),
    ],
)
def test_impossible_plans_of_kinds_are_refused(study: Study, plan: Plan, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        apply_plan(study, plan)


def test_a_plan_may_not_close_all_of_a_kind_and_open_none(study: Study) -> None:
    keys = ("centre-1", "centre-2")
    closed = tuple(CloseShelter(shelter_id=key) for key in keys)
    plan = Plan(scenario=ABOUT, close=closed, open=(OpenShelter(settlement_id=SHEKI, places=5),))
    assert len(apply_plan(study, plan).shelters) == len(study.shelters) + 1
    with pytest.raises(StudyError, match="closes every shelter"):
        apply_plan(study.of_kind(CENTRE), plan)


def test_one_settlement_may_get_one_of_each_kind_but_not_two(tmp_path: Path) -> None:
    twice = (
        OpenShelter(settlement_id=SHEKI, places=5, kind=CENTRE),
        OpenShelter(settlement_id=SHEKI, places=6, kind=CENTRE),
    )
    with pytest.raises(ValueError, match=f"a {CENTRE} is opened twice in {SHEKI}"):
        Plan(scenario=ABOUT, open=twice)
