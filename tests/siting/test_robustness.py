"""Regret and robustness against brute force over few plans and scenarios, and their seeds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import SitingError
from shelter_geo.siting import (
    MCLP,
    CountModel,
    PCenter,
    PMedianWithin,
    SitingProblem,
    Uncertainty,
    draw_scenarios,
    regrets,
    robustness,
    scenario_regrets,
)

STILL = Uncertainty(
    demand_sigma=0,
    under_reporting=(1, 1),
    slowdown_sigma=0,
    slowdown=(1, 1),
    counted_where_registered=1,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[SitingProblem, int, np.ndarray, np.ndarray]:
    n, m = draw(st.integers(1, 5)), draw(st.integers(2, 6))
    costs = [[draw(st.integers(0, 20)) for _ in range(m)] for _ in range(n)]
    people = [draw(st.integers(1, 9)) for _ in range(n)]
    problem = SitingProblem.from_cost_matrix(costs, weights=people, fixed=[0])
    row = st.lists(st.integers(0, 9), min_size=n, max_size=n).filter(any)
    burdens = draw(st.lists(row, min_size=1, max_size=6))
    factors = [draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in burdens]
    p = draw(st.integers(1, min(3, m - 1)))
    return problem, p, np.array(burdens), np.array(factors)


@given(cases())
@settings(max_examples=150)
def test_regret_is_that_of_trying_every_plan_in_every_scenario(
    case: tuple[SitingProblem, int, np.ndarray, np.ndarray],
) -> None:
    problem, p, burdens, factors = case
    found = regrets(problem, p, burdens, factors=factors)
    plans = list(combinations(range(len(problem.candidates)), p))
    km = problem.costs / 1000
    mean = np.array([
        [
            factor * sum(b * min(km[i, [0, *(1 + j for j in plan)]]) for i, b in enumerate(row))
            / sum(row)
            for row, factor in zip(burdens.tolist(), factors.tolist(), strict=True)
        ]
        for plan in plans
    ])  # fmt: skip
    regret = mean - mean.min(axis=0)
    assert [tuple(found.chosen(at)) for at in range(len(found.ranks))] == plans
    assert found.worst == pytest.approx(regret.max(axis=1), abs=1e-9)
    assert found.mean == pytest.approx(regret.mean(axis=1), abs=1e-9)
    assert regret.max(axis=1)[found.minimax] == pytest.approx(regret.max(axis=1).min(), abs=1e-9)
    for s, at in enumerate(found.best):
        assert mean[at, s] == pytest.approx(mean[:, s].min(), abs=1e-9)
        assert not (mean[:at, s] < mean[at, s] + 1e-12).any()
    assert found.of(found.chosen(0)) == pytest.approx(regret[0], abs=1e-9)


def test_plans_that_leave_more_people_unserved_are_not_looked_at() -> None:
    nan = float("nan")
    problem = SitingProblem.from_cost_matrix([[0, 9], [nan, 9]])
    found = regrets(problem, 1, [[1, 1], [100, 0]])
    assert found.ranks.tolist() == [1]


def test_the_minimax_plan_is_the_cautious_one() -> None:
    # Site 0 is best if everybody is at a, site 1 if at b; site 2 is never best and never far off.
    problem = SitingProblem.from_cost_matrix([[0, 10, 3], [10, 0, 3]], weights=[1, 1])
    found = regrets(problem, 1, [[1, 0], [0, 1]])
    assert found.worst == pytest.approx([10, 10, 3])
    assert found.chosen(found.minimax).tolist() == [2]
    assert found.best.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("burdens", "factors", "message"),
    [
        ([[1]], None, "2 columns"),
        ([], None, "2 columns"),
        ([[1, -1]], None, "0 or more"),
        ([[1.5, 1]], None, "whole"),
        ([[1, float("nan")]], None, "known"),
        ([[0, 0]], None, "nobody"),
        ([[1, 1]], [0.0], "above 0"),
        ([[1, 1]], [1.0, 1.0], "1 scenarios need"),
        ([[2**45, 2**45]], None, "too large"),
    ],
)
def test_burdens_that_make_no_sense_are_refused(
    burdens: list[list[float]], factors: list[float] | None, message: str
) -> None:
    problem = SitingProblem.from_cost_matrix([[0, 10], [10, 0]])
    with pytest.raises(SitingError, match=message):
        regrets(problem, 1, burdens, factors=factors)


def grid(n: int = 30, m: int = 12) -> SitingProblem:
    random = np.random.default_rng(3)
    demand, sites = random.random((n, 2)), random.random((m, 2))
    costs = 100 * np.hypot(*(demand[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
    return SitingProblem.from_cost_matrix(costs.round(3), weights=random.integers(1, 900, n))


def test_without_uncertainty_the_plan_for_the_data_is_the_plan() -> None:
    found = robustness(grid(), 3, uncertainty=STILL, scenarios=5)
    assert [plan.chosen for plan in found.plans] == [found.plans[0].chosen]
    only = found.plans[0]
    assert (only.best_for_data, only.minimax, only.share, only.regret_max) == (True, True, 1, 0)
    assert found.core == only.chosen
    assert {site.instead_of for site in found.sites} == {None}


def test_the_same_seed_gives_the_same_answer_and_another_seed_another() -> None:
    problem = grid()
    first, again, other = (robustness(problem, 3, scenarios=60, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_shares_and_regrets_add_up() -> None:
    problem = grid()
    found = robustness(problem, 3, scenarios=80)
    assert sum(site.share for site in found.sites) == pytest.approx(3)
    assert sum(plan.best_for_data for plan in found.plans) == 1
    least = next(plan for plan in found.plans if plan.minimax)
    assert least.regret_max == min(plan.regret_max for plan in found.plans)
    for plan in found.plans:
        assert 0 <= plan.regret_mean <= plan.regret_max
        assert plan.regret_p90 <= plan.regret_max
    base = set(found.plans[0].chosen)
    for site in found.sites:
        assert (site.instead_of is None) == (site.site_id in base)
        assert site.instead_of is None or site.instead_of in base


def test_draws_have_the_spread_that_was_asked_for() -> None:
    problem = SitingProblem.from_cost_matrix(np.ones((200, 1)), weights=np.full(200, 10_000))
    asked = Uncertainty(demand_sigma=0.4, under_reporting=(2, 2), slowdown_sigma=0.0)
    drawn = draw_scenarios(problem, None, asked, 200, 7)
    burdens, factors = drawn.burdens, drawn.common
    assert burdens[0].tolist() == [1_000_000] * 200
    assert factors[0] == 1
    logarithm = np.log(burdens[1:] / 1_000_000)
    assert logarithm.std() == pytest.approx(0.4, rel=0.02)
    assert logarithm.mean() == pytest.approx(np.log(2), abs=0.01)
    assert factors[1:].min() >= 1.0
    assert factors.max() <= 1.3


def test_the_registered_count_in_some_scenarios_and_not_in_others() -> None:
    problem = SitingProblem.from_cost_matrix(np.ones((2, 1)), weights=[50, 50])
    burdens = draw_scenarios(problem, [False, True], Uncertainty(), 200, 1).burdens
    absent = burdens[:, 1] == 0
    assert not absent[0]
    assert 0.4 < absent.mean() < 0.6
    assert (burdens[:, 0] > 0).all()


@pytest.mark.parametrize(
    ("model", "within"), [("p-center", None), ("mclp", 30.0), ("p-median-within", 60.0)]
)
def test_every_model_is_held_against_scenarios_as_by_brute_force(
    model: str, within: float | None
) -> None:
    problem, p, asked = grid(14, 7), 2, Uncertainty(demand_sigma=0.8, slowdown_sigma=0.4)
    drawn = draw_scenarios(problem, None, asked, 25, 5)
    plans = list(combinations(range(7), p))
    if model == "p-median-within":
        plans = [c for c in plans if problem.costs[:, list(c)].min(axis=1).max() <= 60_000]
    value = np.empty((len(plans), 25))
    for at, plan in enumerate(plans):
        km = problem.costs[:, list(plan)].min(axis=1) / 1000
        for s in range(25):
            felt, people = km * drawn.slower[s] * drawn.common[s], drawn.people[s]
            if model == "p-center":
                value[at, s] = felt.max()
            elif model == "mclp":
                value[at, s] = people[felt > 30].sum() / people.sum()
            else:
                carried = people * drawn.slower[s]
                value[at, s] = (carried * km).sum() * drawn.common[s] / carried.sum()
    regret = value - value.min(axis=0)
    found = scenario_regrets(problem, p, drawn, model, within)
    assert [tuple(found.chosen(at)) for at in range(len(found.ranks))] == plans
    assert found.worst == pytest.approx(regret.max(axis=1), abs=1e-4)
    assert found.mean == pytest.approx(regret.mean(axis=1), abs=1e-4)
    for s, at in enumerate(found.best):
        assert value[at, s] == pytest.approx(value[:, s].min(), abs=1e-4)


@pytest.mark.parametrize("model", [PCenter, MCLP, PMedianWithin])
def test_the_plan_for_the_data_is_the_answer_of_the_model(model: type[CountModel]) -> None:
    problem = grid()
    limit = {} if model is PCenter else {"within": 60.0}
    held = robustness(problem, 3, model=model.key, scenarios=3, **limit)
    best = next(plan.chosen for plan in held.plans if plan.best_for_data)
    assert best == model(problem, 3, **limit).solve().chosen
    assert held.model == model.key


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"model": "lscp", "within": 9.0}, "robustness is for"),
        ({"model": "mclp"}, "mclp has a limit"),
        ({"model": "p-center", "within": 9.0}, "p-center has no limit"),
        ({"model": "p-median-within", "within": 0.0}, "no plan keeps to the limit"),
        ({"model": "mclp", "within": -1.0}, "0 or more"),
    ],
)
def test_a_model_that_cannot_be_held_against_scenarios_is_refused(
    asked: dict[str, object], message: str
) -> None:
    with pytest.raises(SitingError, match=message):
        robustness(grid(), 2, scenarios=3, **asked)


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    robustness(grid(), 2, scenarios=3, progress=lambda *step: told.append(step))
    assert told[-1][0] == "regret"
    assert told[-1][1] == told[-1][2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"demand_sigma": -0.1},
        {"slowdown_sigma": float("nan")},
        {"under_reporting": (3, 1)},
        {"under_reporting": (0, 1)},
        {"slowdown": (1, float("inf"))},
        {"counted_where_registered": 1.1},
    ],
)
def test_uncertainty_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SitingError):
        Uncertainty(**wrong)


@pytest.mark.parametrize(
    ("p", "wrong", "message"),
    [
        (0, {}, "at least one site"),
        (1, {"scenarios": 0}, "at least one scenario"),
        (1, {"most_plans": 1}, "at least two plans"),
        (1, {"registered": [True]}, "30 demand points"),
        (1, {"registered": [True] * 30}, "nobody to serve"),
        (13, {}, "cannot be opened"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    p: int, wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(SitingError, match=message):
        robustness(grid(), p, **wrong)
