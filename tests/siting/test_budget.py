"""Places within a budget against trying every way to place every family, and bad questions."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import SitingError
from shelter_geo.siting import Infeasibility, PlacesBudget
from shelter_geo.vocabulary import Infeasible, Reason

NAN = float("nan")


def brute(model: PlacesBudget) -> tuple[int, int, int] | None:
    """Least families unserved, then steps, then money, by placing every family everywhere."""
    problem = model.problem
    usable = np.union1d(problem.fixed, problem.candidates)
    families = np.repeat(np.arange(len(problem.weights)), problem.weights)
    options = [[None, *(j for j in usable if problem.costs[i, j] >= 0)] for i in families]
    held = {problem.regions[j] for j in problem.fixed} if problem.regions else set()
    unmet = sorted(set(problem.required) - held)
    by_region = [[j for j in problem.candidates if problem.regions[j] == r] for r in unmet]
    best = None
    for where in product(*options):
        load = np.bincount([j for j in where if j is not None], minlength=len(model.places))
        added = np.maximum(load - model.places, 0)
        for kept in product(*by_region):
            opened = added.copy()
            for j in kept:
                opened[j] = max(opened[j], 1)
            acts = opened > 0
            if (opened > model.most_places - model.places).any():
                continue
            spent = int((model.fixed_cost * acts + model.place_cost * opened).sum())
            if model.budget is not None and spent > model.budget:
                continue
            if model.actions is not None and acts.sum() > model.actions:
                continue
            ways = [(i, j) for i, j in zip(families, where, strict=True) if j is not None]
            walked = sum(int(problem.costs[way]) for way in ways)
            value = (sum(j is None for j in where), walked, spent)
            best = value if best is None or value < best else best
    return best


@st.composite
def models(draw: st.DrawFn) -> PlacesBudget:
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    cell = st.one_of(st.none(), st.integers(0, 9))
    costs = [[draw(cell) for _ in range(m)] for _ in range(n)]
    needed = [draw(st.integers(0, 2)) for _ in range(n)]
    needed[0] += 1
    standing = draw(st.integers(0, m))
    some = st.lists(st.integers(0, 3), min_size=m, max_size=m)
    places = np.where(np.arange(m) < standing, draw(some), 0)
    limit = st.one_of(st.none(), st.integers(0, 12))
    budget = draw(limit)
    regions = draw(st.one_of(st.none(), st.lists(st.sampled_from("ab"), min_size=m, max_size=m)))
    return PlacesBudget.from_cost_matrix(
        np.array([[NAN if c is None else c for c in row] for row in costs]),
        needed=needed,
        places=places,
        most_places=places + draw(some),
        fixed_cost=draw(some),
        place_cost=draw(some),
        budget=budget,
        actions=draw(st.integers(0, 3)) if budget is None else draw(limit),
        fixed=range(standing),
        regions=regions,
    )


@given(models())
@settings(max_examples=120)
def test_the_answer_is_that_of_trying_everything(model: PlacesBudget) -> None:
    wanted, found = brute(model), model.solve()
    if wanted is None:
        assert found.status == "infeasible"
        assert found.reason
        return
    assert (found.status, found.gap, found.notes) == ("optimal", 0, ())
    assert (found.unserved, round(found.objective * 1000), found.spent) == wanted
    assert found.unserved_bound == found.unserved
    assert found.bound == found.objective
    check(model, found)


def check(model: PlacesBudget, found: Any) -> None:
    """Hold the tables of an answer against its figures and the question's limits."""
    sites = found.sites.set_index("site_id")
    assert (sites["places_used"] <= sites["places_after"]).all()
    assert (sites["places_after"] == sites["places_before"] + sites["places_added"]).all()
    assert (sites["places_after"] <= model.most_places[sites.index]).all()
    assert sites["cost"].sum() == found.spent
    assert len(found.actions) <= (model.actions if model.actions is not None else len(sites))
    assert found.spent <= (model.budget if model.budget is not None else found.spent)
    used = found.served.groupby("site_id")["places"].sum().reindex(sites.index, fill_value=0)
    assert (used == sites["places_used"]).all()
    walked = (found.served["places"] * found.served["cost"]).sum()
    assert walked == pytest.approx(found.objective, abs=1e-9)
    demand = found.demand.set_index("demand_id")
    served = found.served.groupby("demand_id")["places"].sum().reindex(demand.index, fill_value=0)
    assert (served == demand["served"]).all()
    assert (demand["served"] + demand["unserved"] == demand["needed"]).all()
    assert demand["unserved"].sum() == found.unserved
    assert ((demand["reason"] != "") == (demand["unserved"] > 0)).all()


def toy(**limits: int | None) -> PlacesBudget:
    """Two towns 10 km apart with 5 families each; a shelter of 3 places stands in the first."""
    return PlacesBudget.from_cost_matrix(
        [[0, 10], [10, 0]],
        needed=[5, 5],
        places=[3, 0],
        most_places=[8, 6],
        fixed_cost=[1, 4],
        place_cost=[2, 1],
        fixed=[0],
        demand_ids=["a", "b"],
        site_ids=["old", "new"],
        **limits,
    )


def test_money_opens_the_cheap_places_first() -> None:
    # 9 buys 5 places in the new shelter (4 + 5), or 4 more in the old one (1 + 8).
    found = toy(budget=9).solve()
    assert found.actions["site_id"].tolist() == ["new"]
    assert (found.unserved, found.objective, found.spent) == (2, 0, 9)


def test_a_town_is_split_between_two_shelters() -> None:
    # 10 buys 6 places in the new shelter: one family of the first town goes there.
    found = toy(budget=10).solve()
    assert (found.unserved, found.objective, found.spent) == (1, 10, 10)
    split = found.served[found.served["demand_id"] == "a"].set_index("site_id")
    assert split["places"].to_dict() == {"old": 3, "new": 1}
    assert split["cost"].to_dict() == {"old": 0, "new": 10}
    row = found.demand.set_index("demand_id").loc["a"]
    assert (row["served"], row["unserved"], row["cost_mean"]) == (4, 1, 2.5)
    assert row["reason"] == Reason.NO_PLACE_LEFT


def test_one_action_is_one_site() -> None:
    found = toy(actions=1).solve()
    # The new shelter brings 6 places and the old one 5.
    assert found.actions["site_id"].tolist() == ["new"]
    assert found.unserved == 1


def test_no_money_leaves_things_as_they_are() -> None:
    found = toy(budget=0).solve()
    assert (found.status, found.unserved, found.spent) == ("optimal", 7, 0)
    assert len(found.actions) == 0


def test_all_are_served_where_money_is_no_matter_and_no_more_is_spent_than_need_be() -> None:
    found = toy(budget=1000).solve()
    # Two places more in the old shelter cost 1 + 4, five in the new one 4 + 5.
    assert (found.unserved, found.objective, found.spent) == (0, 0, 14)


def test_the_unreachable_are_told_apart_from_those_without_a_place() -> None:
    found = PlacesBudget.from_cost_matrix(
        [[1, NAN], [NAN, NAN]], needed=[2, 3], places=0, most_places=1, budget=99
    ).solve()
    assert (found.status, found.unserved) == ("optimal", 4)
    assert found.demand["reason"].tolist() == [
        Reason.NO_PLACE_LEFT,
        Reason.NO_SITE_REACHED,
    ]
    assert np.isnan(found.demand["cost_mean"].iloc[1])


def test_nobody_can_be_reached_at_all() -> None:
    found = PlacesBudget.from_cost_matrix(
        [[NAN]], needed=[2], places=0, most_places=5, budget=9
    ).solve()
    assert (found.status, found.unserved, found.objective, found.spent) == ("optimal", 2, 0, 0)


def test_a_region_gets_its_site_even_if_nobody_needs_it_there() -> None:
    found = PlacesBudget.from_cost_matrix(
        [[1, 9]], needed=[1], places=0, most_places=2, fixed_cost=1, budget=2, regions=["a", "b"]
    ).solve()
    assert found.sites["site_id"].tolist() == [0, 1]
    assert found.sites["places_after"].tolist() == [1, 1]
    assert (found.unserved, found.objective, found.spent) == (0, 1, 2)


def test_a_region_that_cannot_be_afforded_makes_the_question_infeasible() -> None:
    asked: dict[str, Any] = {"needed": [1], "places": 0, "most_places": 2, "regions": ["a", "b"]}
    poor = PlacesBudget.from_cost_matrix([[1, 9]], fixed_cost=1, budget=1, **asked).solve()
    assert (poor.status, poor.unserved, poor.spent) == ("infeasible", None, None)
    assert poor.reason == Infeasibility(Infeasible.BUDGET_TOO_SMALL)
    few = PlacesBudget.from_cost_matrix([[1, 9]], actions=1, **asked).solve()
    assert few.reason == Infeasibility(
        Infeasible.TOO_FEW_FOR_REGIONS, {"count": 2, "sites": 1, "regions": ("a", "b")}
    )
    assert few.demand["unserved"].tolist() == [1]


def test_out_of_time_the_answer_says_so() -> None:
    random = np.random.default_rng(1)
    costs = random.integers(1, 90, (40, 30))
    found = PlacesBudget.from_cost_matrix(
        costs, needed=random.integers(1, 9, 40), places=0, most_places=20, actions=8
    ).solve(time_limit=0.01)
    assert found.status in {"not proven", "infeasible"} or found.gap == 0
    if found.status == "not proven":
        assert found.gap > 0


def test_the_same_question_gives_the_same_answer() -> None:
    first, again = toy(budget=10).solve(), toy(budget=10).solve()
    pd.testing.assert_frame_equal(first.sites, again.sites)
    pd.testing.assert_frame_equal(first.served, again.served)


def test_tables_are_taken_by_their_keys() -> None:
    demand = pd.DataFrame({"family_places_needed": [5, 5]}, index=["a", "b"])
    sites = pd.DataFrame(
        {
            "role": ["candidate", "shelter"],
            "places": [0, 3],
            "most_places": [6, 8],
            "fixed_cost": [4, 1],
            "place_cost": [1, 2],
        },
        index=["new", "old"],
    )
    costs = pd.DataFrame({"old": [10, 0], "new": [0, 10]}, index=["b", "a"])
    found = PlacesBudget.from_geodataframe(demand, sites, costs, budget=10).solve()
    assert (found.unserved, found.objective, found.spent) == (1, 10, 10)
    with pytest.raises(SitingError, match="no column 'price'"):
        PlacesBudget.from_geodataframe(demand, sites, costs, budget=1, fixed_cost="price")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"budget": None}, "a budget or a number of actions"),
        ({"budget": -1}, "between 0 and"),
        ({"budget": 1.5}, "whole number"),
        ({"actions": -1}, "between 0 and"),
        ({"places": [0, 2]}, "a candidate has no places yet"),
        ({"most_places": [2, 6]}, "more places than it may have"),
        ({"fixed_cost": [1, -4]}, "fixed cost of a site is a whole number"),
        ({"place_cost": [1, 0.5]}, "place cost of a site is a whole number"),
        ({"place_cost": [1, NAN]}, "must be known"),
        ({"most_places": [9]}, "2 sites need as many"),
        ({"needed": [1, 0.5]}, "counted whole"),
        ({"needed": [0, 0]}, "nobody to serve"),
        ({"needed": [-1, 1]}, "fewer than 0"),
        ({"costs": [[0, -1], [1, 0]]}, "negative"),
        ({"costs": [[0, float("inf")], [1, 0]]}, "infinite"),
        ({"costs": np.empty((0, 2)), "needed": []}, "empty"),
    ],
)
def test_questions_that_make_no_sense_are_refused(wrong: dict[str, Any], message: str) -> None:
    asked: dict[str, Any] = {
        "costs": [[0, 10], [10, 0]],
        "needed": [5, 5],
        "places": [3, 0],
        "most_places": [8, 6],
        "fixed": [0],
        "budget": 9,
    } | wrong
    with pytest.raises(SitingError, match=message):
        PlacesBudget.from_cost_matrix(asked.pop("costs"), **asked)
