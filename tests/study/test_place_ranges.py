"""Places as ranges: what others share is told apart, and what a plan adds is not."""

import pandas as pd
import pytest
from helpers.small_study import TABLES, small_study
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.analysis import evaluate
from shelter_geo.analysis.norms import against_norms
from shelter_geo.errors import TableError
from shelter_geo.plans import Plan, apply_plan
from shelter_geo.publish.qualifiers import known_without, shared_places, without_shared
from shelter_geo.publish.words import Words
from shelter_geo.study import load_study
from shelter_geo.study.facilities import places_total, shifted, with_place_ranges

ROWS = """\
shelter_id,name_en,settlement_id,district_id,places,places_low,places_high,also_for_en,places_basis,source
quayside-1,House in Quayside,s3,coast,12,,,,published,invented
quayside-2,Shared house,s3,coast,8,0,8,shared with homeless people,published,invented
upper-1,House in Highmill,s1,upper,6,2,9,,assumed: no figure,invented
"""


@pytest.fixture
def shared(tmp_path):
    study = small_study(tmp_path)
    study.write("shelters.csv", ROWS)
    return study


def test_totals_with_and_without_are_those_worked_by_hand(shared):
    evaluation = evaluate(load_study(shared.folder))
    # 12 + 8 + 6; 12 + 0 + 2; 12 + 8 + 9.
    assert places_total(evaluation.study.shelters) == {
        "places": 26, "places_low": 14, "places_high": 29,
    }  # fmt: skip
    rows = evaluation.shortfall.set_index(["area", "population_year"])
    table = rows[~rows.index.duplicated()].sort_index()
    total = table.loc[("Total", 2026)]
    # 270,000 people need 27; each place takes a family.
    assert total[["family_places_missing", "family_places_missing_low"]].tolist() == [1, 0]
    assert total["family_places_missing_high"] == 13
    coast = table.loc[("Coast", 2026)]
    assert coast[["places", "places_low", "places_high"]].tolist() == [20, 12, 20]
    assert against_norms(evaluation).empty


def test_what_is_shared_is_named_with_how_it_is_known(shared):
    study, words = load_study(shared.folder), Words("en")
    listed = shared_places(study)
    assert listed is not None
    assert listed.of(words) == (
        "shared with homeless people: 0 to 8 (published); shared with others: 2 to 9 (assumed)"
    )
    assert known_without(study) == "assumed"
    (sentence,) = without_shared(study, (13, 20))
    assert "places left: 14 (assumed); family places missing: 13 to 20" in sentence.of(words)


def test_a_study_without_ranges_says_nothing_of_them(tmp_path):
    study = load_study(small_study(tmp_path).folder)
    assert shared_places(study) is None
    assert without_shared(study, None) == []
    assert set(places_total(study.shelters).values()) == {12}
    assert with_place_ranges(None) is None


@pytest.mark.parametrize(("low", "high"), [("13", "20"), ("0", "11"), ("13", "")])
def test_ends_that_do_not_enclose_the_places_are_faults(tmp_path, low, high):
    study = small_study(tmp_path)
    head, row = TABLES["shelters.csv"].splitlines()
    study.write("shelters.csv", f"{head},places_low,places_high\n{row},{low},{high}\n")
    with pytest.raises(TableError, match="do not rise"):
        load_study(study.folder)


def test_what_a_plan_adds_is_for_these_people(shared):
    study = load_study(shared.folder)
    plan = Plan.model_validate(
        {
            "scenario": {"id": "more", "name": "more"},
            "resize": ({"shelter_id": "quayside-2", "places": 10},),
            "open": ({"settlement_id": "s2", "places": 5},),
        }
    )
    # 26 + 2 + 5; 14 + 2 + 5; 29 + 2 + 5.
    assert places_total(apply_plan(study, plan).shelters) == {
        "places": 33, "places_low": 21, "places_high": 36,
    }  # fmt: skip


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(1, 200))
def test_a_range_still_holds_the_places_after_any_change(low, more, most, now):
    places, high = low + more, low + more + most
    if places == 0:
        return
    least, largest = shifted(low, high, places, now)
    assert 0 <= least <= now <= largest
    assert shifted(low, high, places, places) == (low, high)


def test_the_bundled_places_are_those_of_the_reference():
    shelters = load_study().shelters
    assert shelters["places_low"].to_dict() == {"baku-other": 0, "baku-state": 0, "ganja": 25}
    assert pd.Series(shelters["places_high"]).tolist() == shelters["places"].tolist()
