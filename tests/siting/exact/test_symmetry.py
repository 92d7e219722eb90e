"""Candidates that stand for each other: the same best choice as trying every one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.siting import MODELS, SitingProblem
from shelter_geo.siting.exact import symmetry
from shelter_geo.siting.objectives import Constraints, Objective


@st.composite
def towns_of_equals(draw):
    """Towns with equal villages around them: costs of a tree, people by town."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    spokes = [draw(st.integers(1, 3)) for _ in sizes]
    people = [draw(st.integers(0, 3)) for _ in sizes]
    town = np.repeat(np.arange(len(sizes)), sizes)
    out = np.array(spokes)[town]
    apart = np.where(town[:, None] == town, 0, draw(st.integers(0, 4)))
    cost = out[:, None] + out + apart
    np.fill_diagonal(cost, 0)
    order = draw(st.permutations(range(len(town))))
    return cost[np.ix_(order, order)], np.array(people)[town][list(order)]


@settings(max_examples=150)
@given(towns=towns_of_equals(), data=st.data())
def test_first_members_hold_the_best_choice_and_its_ties(towns, data):
    cost, people = towns
    n = len(people)
    k = data.draw(st.integers(1, n))
    region = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    needed = np.array([data.draw(st.booleans()) and bool((region == r).any()) for r in (0, 1)])
    rules = Constraints(k, region, needed)
    every = map(np.array, itertools.combinations(range(n), k))
    allowed = [c for c in every if rules.met_by(c)]
    if not allowed:
        return
    level = Objective("distance", cost, np.full(n, 9), people)
    far = Objective("beyond", (cost > 3).astype(np.int64), np.ones(n, np.int64), people)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(symmetry, "_WORTH", 1)
        best = symmetry.best_of_alike([far, level], rules)
    right = min(allowed, key=lambda c: (far.total(c), level.total(c), tuple(c)))
    assert best is not None
    assert best.tolist() == right.tolist()


def _star(n: int) -> SitingProblem:
    """Equal districts round a town that is none of them, 20 steps from each."""
    costs = np.full((n, n), 40)
    np.fill_diagonal(costs, 0)
    return SitingProblem.from_cost_matrix(
        costs, weights=[1000] * n, fixed=[0], site_ids=[f"s{i:02}" for i in range(n)],
        own=np.eye(n, dtype=bool),
    )  # fmt: skip


@pytest.mark.parametrize("model", [m for m in MODELS.values() if m.takes_p], ids=lambda m: m.key)
@pytest.mark.parametrize("p", [2, 12])
def test_equal_districts_are_given_sites_in_the_order_of_their_keys(model, p):
    # 28 equal districts: 30 million choices of 12, all of them one in kind.
    result = model.put(_star(28), p=p, limit=45).solve(runner_ups=0)
    assert result.status == "optimal"
    assert result.chosen == tuple(f"s{i:02}" for i in range(1, p + 1))


def test_districts_of_which_none_is_equal_are_left_to_the_search():
    rng = np.random.default_rng(1)
    cost = rng.integers(1, 10_000, (20, 20))
    rules = Constraints(6, np.zeros(20, np.int64), np.zeros(1, dtype=bool))
    level = Objective("distance", cost, np.full(20, 20_000), np.ones(20, np.int64))
    assert symmetry.best_of_alike([level], rules) is None
