"""The solver's part in a search: against every choice, counted out."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from shelter_geo.siting.exact import branch_and_bound as search
from shelter_geo.siting.exact.branch_and_bound import Search
from shelter_geo.siting.exact.highs import LARGEST, WIDEST, best_below, is_small, multipliers
from shelter_geo.siting.objectives import Constraints, Objective


def question(seed: int) -> tuple[Objective, Constraints, np.ndarray]:
    """Draw costs with ties, people with zeros, three regions, sites opened and ruled out."""
    random = np.random.default_rng(seed)
    n, m, k = int(random.integers(1, 25)), int(random.integers(4, 11)), int(random.integers(2, 5))
    level = Objective(
        "mean",
        random.integers(0, random.choice([4, 50]), (n, m)),
        random.integers(0, 60, n),
        random.integers(0, 9, n),
    )
    region = random.integers(0, 3, m)
    needed = (random.random(3) < 0.3) & (np.bincount(region, minlength=3) > 0)
    state = np.zeros(m, np.int8)
    state[random.permutation(m)[:2]] = random.choice([-1, 0, 1], 2)
    return level, Constraints(k, region, needed), state


def counted(level: Objective, rules: Constraints, state: np.ndarray) -> int | None:
    """Count out the least total of all choices that keep to the rules and the state."""
    totals = [
        int((level.weight * np.minimum(level.cap, level.cost[:, choice].min(axis=1))).sum())
        for choice in map(list, itertools.combinations(np.flatnonzero(state >= 0), rules.k))
        if set(np.flatnonzero(state == 1)) <= set(choice)
        and set(np.flatnonzero(rules.needed)) <= set(rules.region[choice])
    ]
    return min(totals, default=None)


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32 - 1), above=st.integers(-3, 3))
def test_the_solver_finds_what_counting_finds(seed: int, above: int) -> None:
    level, rules, state = question(seed)
    least = counted(level, rules, state)
    if least is None:
        return
    found = best_below(level, rules, state, least + above, 60)
    assert found.proven
    if above <= 0:
        assert found.chosen is None
        return
    assert found.total == found.bound == level.total(found.chosen) == least
    assert len(found.chosen) == rules.k
    assert rules.met_by(found.chosen)
    assert set(np.flatnonzero(state == 1)) <= set(found.chosen)
    assert not set(np.flatnonzero(state == -1)) & set(found.chosen)


def test_a_search_that_asks_the_solver_is_as_right(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def listen(*told: Any) -> Any:
        asked.append(told)
        return best_below(*told)

    monkeypatch.setattr(search, "_NODES_ALONE", 1)
    monkeypatch.setattr(search, "best_below", listen)
    for seed in range(12):
        random = np.random.default_rng(seed)
        costs, people = random.integers(0, 900, (60, 15)), random.integers(1, 9, 60)
        level = Objective("mean", costs, np.full(60, 999), people)
        rules = Constraints(5, np.zeros(15, np.int64), np.zeros(1, bool))
        found = Search([level], [], rules, costs.astype(float), math.inf).run()
        assert found.proven
        assert found.total == found.bound == counted(level, rules, np.zeros(15, np.int8))
    assert len(asked) > 6  # the other roots leave nothing to ask


def test_only_what_its_rounding_cannot_hide_is_asked() -> None:
    level = Objective("mean", np.array([[1, 5]]), np.array([9]), np.array([10]))
    state = np.zeros(2, np.int8)
    assert is_small(level, state, 10 + WIDEST)
    assert not is_small(level, state, 11 + WIDEST)
    assert not is_small(level, state, math.inf)
    many = LARGEST // 2 + 1
    wide = Objective("mean", np.zeros((many, 2), np.int64), np.zeros(many, np.int64), np.ones(many))
    assert not is_small(wide, state, 5)
    assert is_small(wide, np.array([0, -1], np.int8), 5)


def test_a_question_without_an_answer_is_said_to_have_none() -> None:
    level = Objective("mean", np.array([[1, 5]]), np.array([9]), np.array([10]))
    needed = Constraints(1, np.array([0, 1]), np.array([True, True]))
    found = best_below(level, needed, np.zeros(2, np.int8), 99, 60)
    assert (found.chosen, found.total, found.proven) == (None, None, True)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_multipliers_give_the_bound_of_the_relaxed_assignment(seed: int) -> None:
    level, rules, state = question(seed)
    if counted(level, rules, np.zeros_like(state)) is None:
        return
    u = multipliers(level.cost, level.cap, level.weight, rules)
    assert u is not None
    assert (u <= level.cap + 1e-9).all()
    price = -(np.maximum(u[:, None] - level.cost, 0) * level.weight[:, None]).sum(axis=0)
    first = [min(price[rules.region == r]) for r in np.flatnonzero(rules.needed)]
    picked = [
        int(np.flatnonzero((rules.region == r) & (price == low))[0])
        for r, low in zip(np.flatnonzero(rules.needed), first, strict=True)
    ]
    rest = np.sort(np.delete(price, picked))[: rules.k - len(picked)]
    bound = float((level.weight * u).sum() + sum(first) + rest.sum())
    assert bound == pytest.approx(relaxed_assignment(level, rules), abs=1e-5)


def relaxed_assignment(level: Objective, rules: Constraints) -> float:
    """Solve the linear relaxation of the assignment with scipy: shares of points at sites."""
    n, m = level.cost.shape
    weight = np.append((level.weight[:, None] * level.cost).ravel(), level.weight * level.cap)
    shares = np.zeros((n, n * m + n + m))
    within = np.zeros((n * m, n * m + n + m))
    for i in range(n):
        shares[i, i * m : (i + 1) * m] = shares[i, n * m + i] = 1
        for j in range(m):
            within[i * m + j, i * m + j], within[i * m + j, n * m + n + j] = 1, -1
    regions = np.flatnonzero(rules.needed)
    needed = np.zeros((len(regions), n * m + n + m))
    needed[:, n * m + n :] = -(rules.region == regions[:, None]).astype(float)
    count = np.append(np.zeros(n * m + n), np.ones(m))
    found = linprog(
        np.append(weight, np.zeros(m)),
        A_ub=np.vstack([within, needed]),
        b_ub=np.append(np.zeros(n * m), -np.ones(len(regions))),
        A_eq=np.vstack([shares, count]),
        b_eq=np.append(np.ones(n), rules.k),
        bounds=(0, 1),
    )
    return float(found.fun)
