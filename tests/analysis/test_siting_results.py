"""What an answer carries, worked out by hand on a road with six villages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shelter_geo.siting import (
    LSCP,
    MCLP,
    METRICS,
    KolmPollak,
    PCenter,
    PMedian,
    PMedianWithin,
    SitingProblem,
    Uptake,
    gini,
    kappa_per_step,
    kolm_pollak,
)
from shelter_geo.vocabulary import Effect

# Villages at these kilometres of one road; the shelter stands at 0, sites could open elsewhere.
VILLAGES = {"a": (0, 10), "b": (10, 20), "c": (40, 30), "d": (50, 10), "e": (90, 5), "f": (100, 25)}
SITES = {"S": 0, "at b": 10, "at c": 40, "at d": 50, "at f": 100}


def road(model, **options):
    return model.from_cost_matrix(
        [[abs(at - site) for site in SITES.values()] for at, _ in VILLAGES.values()],
        weights=[people for _, people in VILLAGES.values()],
        fixed=[0],
        demand_ids=list(VILLAGES),
        site_ids=list(SITES),
        **options,
    )


def test_best_plan_and_its_proof():
    found = road(PMedian, p=2).solve()
    # Today: 200 + 1200 + 500 + 450 + 2500 people-kilometres. With c and f: b 200, d 100, e 50.
    assert found.chosen == ("at c", "at f")
    assert (found.objective, found.bound, found.gap) == (350, 350, 0)
    assert (found.status, found.method, found.reason) == ("optimal", "enumeration", None)
    assert (found.model, found.unit) == ("p-median", "km")
    assert found.options == {"p": 2, "report_beyond": 100.0, "report_aversion": 1.0}
    assert found.seconds >= 0


def test_runner_ups_are_those_within_a_share():
    # With d and f instead: b 200, c 300, e 50, which is 57 % more.
    near = road(PMedian, p=2).solve(within_share=0.6)
    assert [(r.chosen, r.objective) for r in near.runner_ups] == [(("at d", "at f"), 550)]
    assert near.runner_ups[0].excess == pytest.approx(200 / 350)
    assert near.runner_ups_complete
    assert road(PMedian, p=2).solve().runner_ups == (), "none within 5 %"
    every = road(PMedian, p=2).solve(within_share=99.0, runner_ups=3)
    assert len(every.runner_ups) == 3


def test_worth_of_each_site_is_the_plan_without_it():
    first, second = road(PMedian, p=2).solve().worth
    # Without c: c and d go to the shelter at 0 or f, 40 and 50 km; c has c and d as its people.
    assert (first.site_id, first.people) == ("at c", 40)
    assert first.objective_without == 200 + 30 * 40 + 10 * 50 + 50
    # Without f: e and f go to c.
    assert (second.site_id, second.people) == ("at f", 30)
    assert second.objective_without == 200 + 100 + 5 * 50 + 25 * 60
    assert second.without.max == 60
    assert second.without.mean == pytest.approx(second.objective_without / 100)


def test_who_gains_and_who_loses():
    found = road(PMedian, p=2).solve()
    changes = found.changes.set_index("demand_id")
    assert changes["effect"].to_dict() == {
        "a": Effect.NO_CHANGE,
        "b": Effect.NO_CHANGE,
        "c": Effect.NEARER,
        "d": Effect.NEARER,
        "e": Effect.NEARER,
        "f": Effect.NEARER,
    }
    assert changes.loc["f", ["before", "after", "change"]].tolist() == [100, 0, -100]
    assert changes.loc["e", ["site_before", "site_after"]].tolist() == ["S", "at f"]
    assert (found.people_gaining, found.people_losing) == (70, 0)


def test_access_today_and_after():
    found = road(PMedian, p=2, report_beyond=45.0).solve()
    assert found.today.mean == pytest.approx(4850 / 100)
    assert (found.today.max, found.today.beyond) == (100, 0.4)
    assert (found.after.max, found.after.beyond, found.after.unserved) == (10, 0, 0)
    assert found.row()["mean"] == found.after.mean == 3.5
    assert found.row()["chosen"] == "at c at f"


@pytest.mark.parametrize(
    ("model", "options", "chosen", "objective"),
    [
        # With d: b 200, c 300, e 200, f 1250; with f: b 200, c 1200, d 500, e 50. The first wins.
        (PMedian, {"p": 1}, ("at d",), 1950),
        (PCenter, {"p": 1}, ("at d",), 50),
        (PCenter, {"p": 2}, ("at c", "at f"), 10),
        # Both c and d have a, b, c and d within 10 km; with c the others walk 100 km more.
        (MCLP, {"p": 1, "within": 10}, ("at d",), 70),
        (LSCP, {"within": 10}, ("at c", "at f"), 2),
        (LSCP, {"within": 50}, ("at d",), 1),
        (PMedianWithin, {"p": 2, "within": 30}, ("at c", "at f"), 350),
        (Uptake, {"p": 1, "half": 10.0}, ("at c",), 10 + 10 + 30 + 5 + 5 / 32 + 25 / 64),
    ],
)
def test_each_model_by_hand(model, options, chosen, objective):
    found = road(model, **options).solve()
    assert found.status == "optimal"
    assert found.chosen == chosen
    assert found.objective == pytest.approx(objective, abs=1e-4)
    assert found.model == model.key
    assert all(len(site.without.row()) == len(METRICS) + 1 for site in found.worth)


def test_larger_aversion_takes_the_equivalent_from_the_mean_to_the_worst():
    values = [road(KolmPollak, p=2, aversion=a).solve().objective for a in (1e-6, 1.0, 1e3)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(3.5, abs=0.01)
    assert values[2] == pytest.approx(10, abs=0.1)


def test_kolm_pollak_of_a_burden():
    """The worst served weigh more: the equivalent lies between mean and maximum."""
    problem = SitingProblem.from_cost_matrix([[3], [1], [2]], weights=[1, 2, 1], unit="one")
    # sum of z over sum of z squared, each counted for its people
    kappa = kappa_per_step(problem)
    assert kappa == pytest.approx((3 + 2 + 2) / (9 + 2 + 4))
    value = kolm_pollak(problem.nearest([0]), problem.weights, 2.0)
    assert value == pytest.approx(math.log((math.e**6 + 2 * math.e**2 + math.e**4) / 4) / 2)
    assert 7 / 4 < value < 3


def test_aversion_is_scaled_by_the_distances_of_those_served_today():
    """Two are served, 10 and 20 away; one is not, and each could open a site of its own."""
    near = [[10, 0, 5, math.nan], [20, 5, 0, math.nan], [math.nan, math.nan, math.nan, 0]]
    costs = np.array(near)
    standing = SitingProblem.from_cost_matrix(costs, weights=[3, 1, 9], fixed=[0], unit="one")
    assert kappa_per_step(standing) == pytest.approx((3 * 10 + 20) / (3 * 100 + 400))
    nothing = SitingProblem.from_cost_matrix(costs, weights=[3, 1, 9], unit="one")
    one, two = (10 + 0 + 5) / 3, (20 + 5 + 0) / 3
    expected = (3 * one + two) / (3 * one**2 + two**2)
    assert kappa_per_step(nothing, aversion=2) == pytest.approx(2 * expected), "not to oneself"
    at_the_door = SitingProblem.from_cost_matrix([[0, 4], [0, 8]], fixed=[0], unit="one")
    assert kappa_per_step(at_the_door) == pytest.approx((2 + 4) / (4 + 16))
    assert kappa_per_step(SitingProblem.from_cost_matrix([[0]], unit="one")) == 1


def test_gini_of_distances():
    problem = SitingProblem.from_cost_matrix([[0], [4]], weights=[3, 1], unit="one")
    assert gini(problem.nearest([0]), problem.weights) == pytest.approx(0.75)
    even = SitingProblem.from_cost_matrix([[4], [4]], unit="one")
    assert gini(even.nearest([0]), even.weights) == pytest.approx(0)
    assert gini(even.nearest([0]) * 0, even.weights) == 0


def test_figures_of_nobody_served_are_missing():
    found = PMedian.from_cost_matrix([[math.nan]], weights=[4], p=1).solve()
    assert (found.after.unserved, found.after.served) == (4, 0)
    assert all(math.isnan(getattr(found.after, name)) for name in METRICS[1:])
    assert found.unreachable == (0,)


def test_same_question_same_answer():
    first, second = road(PMedian, p=2).solve(), road(PMedian, p=2).solve()
    assert first.row() == second.row()
    assert first.changes.equals(second.changes)
