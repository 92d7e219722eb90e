"""Most people covered: against every choice, with all its ties, and the good start."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.siting import MCLP, SitingProblem
from shelter_geo.siting.exact.max_cover import most_covered_by
from shelter_geo.siting.exact.set_cover import only_covered
from shelter_geo.siting.objectives import Constraints, Objective


@st.composite
def covers(draw: st.DrawFn) -> tuple[Objective, int]:
    n, m = draw(st.integers(1, 12)), draw(st.integers(2, 7))
    row = st.lists(st.integers(0, 1), min_size=m, max_size=m)
    cost = np.array([draw(row) for _ in range(n)], dtype=np.int64)
    cap = np.array([draw(st.integers(0, 1)) for _ in range(n)], dtype=np.int64)
    weight = np.array([draw(st.integers(0, 5)) for _ in range(n)], dtype=np.int64)
    return Objective("beyond", cost, cap, weight), draw(st.integers(1, m))


@given(covers())
@settings(max_examples=200)
def test_the_best_cover_and_all_its_ties_are_those_of_trying_every_choice(
    case: tuple[Objective, int],
) -> None:
    level, k = case
    totals = {c: level.total(np.array(c)) for c in combinations(range(level.cost.shape[1]), k)}
    least = min(totals.values())
    found = most_covered_by(level, k, math.inf)
    assert found.bound == level.total(found.chosen) == least
    assert len(found.chosen) == k
    if found.ties is not None:
        every = sorted(c for c, total in totals.items() if total == least)
        assert sorted(tuple(tie.tolist()) for tie in found.ties) == every


@given(covers())
@settings(max_examples=100)
def test_what_every_best_choice_covers_is_a_level_if_they_all_cover_the_same(
    case: tuple[Objective, int],
) -> None:
    level, k = case
    choices = [np.array(c) for c in combinations(range(level.cost.shape[1]), k)]
    least = min(map(level.total, choices))
    best = [choice for choice in choices if level.total(choice) == least]
    covered = {((level.least(choice) == 0) & (level.weight > 0)).tobytes() for choice in best}
    rules = Constraints(k, np.zeros(level.cost.shape[1], np.int64), np.zeros(1, dtype=bool))
    found = only_covered(level, rules, math.inf, best[0])
    if len(covered) > 1:
        assert found is None
    elif found is not None:
        assert [found.total(c) == 0 for c in choices] == [level.total(c) == least for c in choices]


def test_without_time_the_bound_still_holds() -> None:
    random = np.random.default_rng(2)
    cost = (random.random((300, 60)) > 0.05).astype(np.int64)
    weight = random.integers(1, 100, 300)
    level = Objective("beyond", cost, np.ones(300, np.int64), weight)
    hurried = most_covered_by(level, 9, 0.0)
    best = most_covered_by(level, 9, math.inf)
    assert hurried.ties is None
    assert hurried.bound <= best.bound <= level.total(hurried.chosen)
    assert best.bound == level.total(best.chosen)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ties_of_a_larger_cover_are_broken_by_the_mean(seed: int) -> None:
    # 40 places of one person each on a line: many choices cover as many, few lie well.
    random = np.random.default_rng(seed)
    places = np.sort(random.choice(500, 40, replace=False))
    km = np.abs(places[:, None] - places[None, ::2]).astype(float)
    problem = SitingProblem.from_cost_matrix(km)
    found = MCLP(problem, 3, within=30.0).solve()
    near = [(km[:, c].min(axis=1) <= 30).sum() for c in map(list, combinations(range(20), 3))]
    mean = [km[:, c].min(axis=1).sum() for c in map(list, combinations(range(20), 3))]
    assert found.objective == max(near)
    assert found.after.mean * 40 == pytest.approx(
        min(m for m, c in zip(mean, near, strict=True) if c == max(near))
    )
