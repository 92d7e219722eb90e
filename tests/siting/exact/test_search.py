"""Branch and bound on questions too large for brute force: against counting, HiGHS and records."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
import scipy.sparse as sp
from helpers.road_toys import extra
from helpers.siting_toys import method
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.siting import (
    LSCP,
    MCLP,
    KolmPollak,
    PCenter,
    PMedian,
    PMedianWithin,
    SitingProblem,
)
from shelter_geo.siting.exact.blocks import landmarks
from shelter_geo.siting.exact.branch_and_bound import _ROOT, Search
from shelter_geo.siting.exact.highs import Program, solve
from shelter_geo.siting.exact.lagrangian import Bounder
from shelter_geo.siting.objectives import Constraints, Objective, constraints_for


def scatter(seed: int, n: int, m: int, side: int = 100) -> np.ndarray:
    """Whole steps between n places and m sites on a map."""
    random = np.random.default_rng(seed)
    places, sites = random.integers(0, side, (n, 2)), random.integers(0, side, (m, 2))
    return np.abs(places[:, None] - sites[None]).sum(axis=2)


def awkward(seed: int) -> SitingProblem:
    """Build a question of 3,003 choices with gaps, empty places, standing sites and regions."""
    random = np.random.default_rng(seed)
    costs = scatter(seed, 40, 17, side=int(random.choice([10, 100]))).astype(float)
    costs[random.random(costs.shape) < random.choice([0, 0.3, 0.8])] = np.nan
    regions = [str(name) for name in random.integers(0, 3, 17)] if seed % 2 else None
    return SitingProblem.from_cost_matrix(
        costs,
        weights=random.integers(0, 30, 40),
        fixed=[1, 9],
        unit="one",
        regions=regions,
    )


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), within=st.integers(2, 60))
def test_search_finds_what_counting_finds(seed, within):
    problem = awkward(seed)
    for model in (
        PMedian(problem, 5),
        PMedianWithin(problem, 5, within=within),
        PCenter(problem, 5),
        MCLP(problem, 5, within=within),
        KolmPollak(problem, 5),
    ):
        with method("enumeration"):
            counted = model.solve()
        with method("search"):
            searched = model.solve()
        assert (searched.status, searched.objective) == (counted.status, counted.objective)
        assert searched.after.unserved == counted.after.unserved
        if counted.status == "optimal":
            assert searched.after.mean == pytest.approx(counted.after.mean), "the tie is broken"


def p_median_by_solver(costs: np.ndarray, people: np.ndarray, p: int) -> float:
    """Solve the textbook program: who goes where, and which sites open."""
    n, m = costs.shape
    goes = np.arange(n * m)
    once = sp.csr_array((np.ones(n * m), (goes // m, goes)), shape=(n, n * m + m))
    if_open = sp.csr_array(
        (
            np.concatenate([np.ones(n * m), -np.ones(n * m)]),
            (np.concatenate([goes, goes]), np.concatenate([goes, n * m + goes % m])),
        ),
        shape=(n * m, n * m + m),
    )
    count = sp.csr_array((np.ones(m), (np.zeros(m, int), n * m + np.arange(m))), (1, n * m + m))
    program = Program(
        cost=np.concatenate([(costs * people[:, None]).ravel(), np.zeros(m)]).astype(float),
        rows=sp.csr_array(sp.vstack([once, if_open, count])),
        low=np.concatenate([np.ones(n), np.full(n * m, -np.inf), [p]]),
        high=np.concatenate([np.ones(n), np.zeros(n * m), [p]]),
        least=np.zeros(n * m + m),
        most=np.ones(n * m + m),
        whole=np.repeat([False, True], [n * m, m]),
    )
    found = solve(program, 60.0)
    assert found.proven
    return found.objective


@pytest.mark.parametrize("seed", range(4))
def test_search_agrees_with_a_solver(seed):
    costs, people = scatter(seed, 70, 30), np.random.default_rng(seed).integers(1, 90, 70)
    with method("search"):
        found = PMedian.from_cost_matrix(costs, weights=people, p=7, unit="one").solve()
    assert found.status == "optimal"
    assert found.objective == pytest.approx(p_median_by_solver(costs, people, 7))


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 5))
def test_bound_never_exceeds_a_total(seed, k):
    """Nor do the bounds with one more site open or closed, over the choices that do so."""
    costs = scatter(seed, 20, 9)
    random = np.random.default_rng(seed)
    level = Objective("d", costs, random.integers(0, 200, 20), random.integers(0, 9, 20))
    bounder = Bounder(level, landmarks(costs))
    regions = Constraints(k, np.zeros(9, np.int64), np.zeros(1, bool)).unmet(np.empty(0, np.int64))
    goal = level.total(np.arange(k))
    found = bounder.bound(
        np.zeros(9, np.int8),
        k,
        regions,
        bounder.first_multipliers(np.arange(k)),
        goal=goal,
        steps=_ROOT,
        often=np.zeros(9),
    )
    for _ in range(30):
        chosen = random.choice(9, k, replace=False)
        total = level.total(chosen)
        assert found.value <= total
        for site in range(9):
            assert (found.if_open if site in chosen else found.if_closed)[site] <= total


def test_time_limit_gives_the_best_so_far_with_its_gap():
    costs = np.random.default_rng(5).integers(1, 1000, (300, 150))
    found = PMedian.from_cost_matrix(costs, p=12, unit="one").solve(time_limit=0.0)
    assert found.status == "not proven"
    assert len(found.chosen) == 12
    assert found.bound is not None
    assert found.bound < found.objective
    assert found.gap == pytest.approx((found.objective - found.bound) / found.objective)
    assert found.row()["status"] == "not proven"


def test_a_limit_of_work_ends_at_the_same_plan_and_one_that_suffices_changes_nothing():
    costs = np.random.default_rng(5).integers(1, 1000, (60, 40))
    model = PMedian.from_cost_matrix(costs, p=9, unit="one")
    best = model.solve(runner_ups=0)
    enough = model.solve(runner_ups=0, most_work=1e12)
    assert (best.status, enough.status, enough.chosen) == ("optimal", "optimal", best.chosen)
    ended = [model.solve(runner_ups=0, most_work=0) for _ in range(2)]
    assert [found.status for found in ended] == ["not proven"] * 2
    assert ended[0].chosen == ended[1].chosen
    assert ended[0].bound <= best.objective <= ended[0].objective


@pytest.mark.parametrize("model", ["p-center", "mclp"])
def test_time_limit_never_claims_a_proof(model):
    costs = np.random.default_rng(6).integers(1, 1000, (200, 120))
    question = {"costs": costs, "p": 11, "unit": "one"}
    if model == "mclp":
        found = MCLP.from_cost_matrix(**question, within=60).solve(time_limit=0.0)
        assert found.bound >= found.objective, "a bound on a maximum lies above it"
    else:
        found = PCenter.from_cost_matrix(**question).solve(time_limit=0.0)
        assert found.bound is None or found.bound <= found.objective
    assert found.status == "not proven"


def test_fewest_sites_are_not_claimed_without_a_proof():
    random = np.random.default_rng(8)
    found = LSCP.from_cost_matrix(random.integers(1, 1000, (300, 120)), within=60, unit="one")
    found = found.solve(time_limit=0.0)
    assert (found.status, found.bound, found.gap) == ("not proven", None, None)


def test_search_stops_at_the_cutoff_with_proof_or_choice():
    costs = scatter(1, 60, 25)
    level = Objective("d", costs, costs.max(axis=1), np.ones(60, np.int64))
    problem = SitingProblem.from_cost_matrix(costs, unit="one")
    rules, later = constraints_for(problem, 4), math.inf
    best = Search([level], [], rules, problem.position, later).run()
    assert best.proven
    below = Search([level], [], rules, problem.position, later).run(cutoff=best.total)
    assert (below.chosen, below.proven) == (None, True)
    reached = Search([level], [], rules, problem.position, later).run(cutoff=best.total + 1)
    assert level.total(reached.chosen) == best.total


def shortest_paths(path) -> tuple[np.ndarray, int]:
    numbers = np.array(path.read_text().split(), dtype=int)
    n, _, p = numbers[:3]
    costs = np.full((n, n), 10**6)
    np.fill_diagonal(costs, 0)
    for i, j, cost in numbers[3:].reshape(-1, 3):
        costs[i - 1, j - 1] = costs[j - 1, i - 1] = cost
    for k in range(n):
        costs = np.minimum(costs, costs[:, k, None] + costs[None, k])
    return costs, int(p)


@pytest.mark.parametrize("name", ["pmed1", "pmed5", "pmed7", "pmed11", "pmed17"])
def test_published_optima(name):
    """Beasley (1985), An algorithm for the p-median problem; OR-Library."""
    folder = extra("orlib")
    with (folder / "optima.csv").open() as file:
        optima = {row["instance"]: row for row in csv.DictReader(file)}
    costs, p = shortest_paths(folder / f"{name}.txt")
    for model, column in ((PMedian, "p_median"), (PCenter, "p_center")):
        found = model.from_cost_matrix(costs, p=p, unit="one").solve()
        assert found.status == "optimal"
        assert found.bound == found.objective == int(optima[name][column])
