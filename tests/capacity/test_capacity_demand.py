"""Stays asked for: by hand on three districts."""

import pandas as pd
import pytest

from shelter_geo.capacity.demand import (
    annual_stays,
    demand_by_cases,
    demand_by_weight,
    share_out,
)
from shelter_geo.capacity.estimates import Estimate, exactly
from shelter_geo.capacity.suppression import publish_counts
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason

COMPLAINTS = exactly("complaints", 1000, "complaints a year", "sourced", "a ministry")
HIDDEN = Estimate("hidden", 1, 3, 10, "cases a case counted", "assumed", "a survey, loosely")
NEEDING = Estimate("needing", 0.05, 0.1, 0.1, "share", "sourced", "clients")
WOMEN = pd.Series({"n": 300, "e": 100, "w": 0})
STAYS = ["stays_low", "stays_central", "stays_high"]


def test_annual_stays_by_hand():
    assert annual_stays(COMPLAINTS, HIDDEN, NEEDING).corners == pytest.approx((50, 300, 1000))


def test_spread_by_women_and_a_district_without_people():
    demand = demand_by_weight(COMPLAINTS, HIDDEN, NEEDING, WOMEN)
    table = demand.by_district
    assert table.index.tolist() == ["e", "n", "w"]
    assert table.loc["n", STAYS].tolist() == pytest.approx([37.5, 225, 750])
    assert table.loc["w", STAYS].tolist() == [0, 0, 0]
    assert table["reason"].tolist() == ["", "", Reason.NO_WEIGHT_HERE]
    assert table[STAYS].sum().tolist() == pytest.approx(demand.total.corners)
    assert [e.id for e in demand.inputs] == ["complaints", "hidden", "needing"]
    assert demand.total.evidence == "assumed"


def test_no_cases_is_an_answer():
    nothing = exactly("complaints", 0, "complaints a year", "sourced", "a ministry")
    table = demand_by_weight(nothing, HIDDEN, NEEDING, WOMEN * 0).by_district
    assert table[STAYS].to_numpy().sum() == 0
    assert set(table["reason"]) == {Reason.NO_CASES}


def test_cases_of_a_user_are_taken_as_they_stand():
    cases = publish_counts(pd.Series({"n": 60, "e": 20, "w": 40}), {"all": ["n", "e", "w"]})
    demand = demand_by_cases(
        cases, WOMEN, HIDDEN, NEEDING, evidence="sourced", source="a table of the user"
    )
    assert demand.by_district["stays_central"].to_dict() == pytest.approx(
        {"e": 6.0, "n": 18.0, "w": 12.0}
    )
    assert set(demand.by_district["basis"]) == {"cases"}
    assert demand.total.corners == pytest.approx((6, 36, 120))


def test_hidden_cases_get_what_published_sums_leave():
    cases = publish_counts(pd.Series({"n": 60, "e": 3, "w": 37}), {"all": ["n", "e", "w"]})
    assert cases.counts.isna().to_dict() == {"e": True, "n": False, "w": True}
    women = pd.Series({"n": 300, "e": 100, "w": 300})
    table = demand_by_cases(
        cases,
        women,
        exactly("hidden", 1, "x", "assumed", "x"),
        exactly("needing", 1, "x", "assumed", "x"),
        evidence="sourced",
        source="x",
    ).by_district
    assert table["stays_central"].to_dict() == pytest.approx({"e": 10.0, "n": 60.0, "w": 30.0})
    assert table["basis"].to_dict() == {
        "e": "what published sums leave",
        "n": "cases",
        "w": "what published sums leave",
    }


def test_share_out_over_settlements():
    demand = demand_by_weight(COMPLAINTS, HIDDEN, NEEDING, WOMEN).by_district
    district = pd.Series({"n1": "n", "n2": "n", "e1": "e", "e2": "e", "w1": "w", "x1": "x"})
    women = pd.Series({"n1": 200, "n2": 100, "e1": 0, "e2": 0, "w1": 0, "x1": 7})
    shared = share_out(demand, district, women)
    assert shared["stays_central"].tolist() == pytest.approx([150, 75, 37.5, 37.5, 0, 0])


@pytest.mark.parametrize(
    ("hidden", "needing", "women", "words"),
    [
        (exactly("hidden", 0.5, "x", "assumed", "x"), NEEDING, WOMEN, "hidden: 0.5"),
        (HIDDEN, exactly("needing", 10, "percent", "assumed", "x"), WOMEN, "needing: 10"),
        (HIDDEN, NEEDING, WOMEN * 0, "every district weighs nothing"),
        (HIDDEN, NEEDING, -WOMEN - 1, "0 or more"),
        (HIDDEN, NEEDING, pd.Series([1.0, None], index=["n", "e"]), "0 or more"),
        (HIDDEN, NEEDING, pd.Series([1, 2], index=["n", "n"]), "twice for n"),
    ],
)
def test_refuses(hidden, needing, women, words):
    with pytest.raises(CapacityError, match=words):
        demand_by_weight(COMPLAINTS, hidden, needing, women)


def test_share_out_refuses():
    demand = demand_by_weight(COMPLAINTS, HIDDEN, NEEDING, WOMEN).by_district
    with pytest.raises(CapacityError, match="no settlement in e"):
        share_out(demand, pd.Series({"n1": "n"}), pd.Series({"n1": 1}))
    with pytest.raises(CapacityError, match="same settlements"):
        share_out(demand, pd.Series({"n1": "n"}), pd.Series({"n2": 1}))


def test_cases_need_a_weight_for_every_district():
    cases = publish_counts(pd.Series({"n": 60, "e": 20}), {})
    with pytest.raises(CapacityError, match="weight"):
        demand_by_cases(cases, pd.Series({"n": 1}), HIDDEN, NEEDING, evidence="sourced", source="x")
