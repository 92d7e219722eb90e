"""Small questions need no compiler, and numpy answers them as the compiled loops do."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from shelter_geo.siting import LSCP, MCLP, PCenter, PMedian
from shelter_geo.siting.exact import blocks, lexicographic, set_cover
from shelter_geo.siting.exact.plain import Regions, least_sites
from shelter_geo.siting.exact.set_cover import minimal
from shelter_geo.siting.objectives import Constraints
from shelter_geo.siting.problem import SitingProblem


def question(seed: int) -> SitingProblem:
    random = np.random.default_rng(seed)
    places = random.random((14, 2)) * 100
    km = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)).round(1)
    return SitingProblem.from_cost_matrix(km, weights=random.integers(1, 50, 14))


def brute_force(problem: SitingProblem, p: int, within: float) -> tuple[float, float, float]:
    """Least person-kilometres, least farthest distance and most people within a limit."""
    steps = problem.steps_per_unit
    nearest = [problem.nearest(np.array(c)) for c in combinations(range(14), p)]
    return (
        min(int(problem.weights @ n) for n in nearest) / steps,
        min(int(n.max()) for n in nearest) / steps,
        max(int(problem.weights[n <= within * steps].sum()) for n in nearest),
    )


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_ways_find_what_trying_every_choice_finds(
    plain: bool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (blocks, lexicographic, set_cover):
        monkeypatch.setattr(module, "PLAIN", 1 << 16 if plain else -1)
    monkeypatch.setattr(lexicographic, "PLAIN_COVER", 1 << 14 if plain else -1)
    # Without this, questions of this size are counted and never searched.
    monkeypatch.setattr("shelter_geo.siting.answer.countable", lambda *_: False)
    monkeypatch.setattr("shelter_geo.siting.covering.countable", lambda *_: False)
    problem = question(seed)
    walked, farthest, covered = brute_force(problem, 4, 25.0)
    answers = [PMedian(problem, 4), PCenter(problem, 4), MCLP(problem, 4, 25.0)]
    found = [model.solve(runner_ups=0) for model in answers]
    assert [answer.status for answer in found] == ["optimal"] * 3
    assert [answer.objective for answer in found] == pytest.approx([walked, farthest, covered])
    fewest = len(LSCP(problem, 25.0).solve(runner_ups=0).chosen)
    everyone = int(problem.weights.sum())
    assert brute_force(problem, fewest, 25.0)[2] == everyone
    assert brute_force(problem, fewest - 1, 25.0)[2] < everyone


def test_the_bundled_size_loads_no_compiler() -> None:
    code = (
        "import sys; import numpy as np; from shelter_geo.siting import PMedian, PCenter, MCLP;"
        "costs = np.random.default_rng(1).random((75, 138)).round(3);"
        "make = dict(weights=np.arange(1, 76), p=4);"
        "PMedian.from_cost_matrix(costs, **make).solve(runner_ups=0);"
        "MCLP.from_cost_matrix(costs, within=0.1, **make).solve(runner_ups=0);"
        "PCenter.from_cost_matrix(costs[:, :12], **make).solve(runner_ups=0);"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_least_sites_meet_the_regions_first() -> None:
    price = np.array([-5.0, -4.0, -3.0, -2.0, -3.0])
    of = np.array([0, 0, 1, 1, 2])
    sites = np.arange(5)
    nowhere = Constraints(2, of, np.zeros(3, bool)).unmet(np.empty(0, np.int64))
    assert least_sites(price, sites, 2, nowhere).tolist() == [0, 1]
    second = Regions(of, np.array([False, True, False]), 1)
    assert sorted(least_sites(price, sites, 2, second).tolist()) == [0, 2]
    assert least_sites(price, sites[1:], 1, second).tolist() == [2]


def test_minimal_rows_by_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(4).random((40, 9)) < 0.4
    own = [
        i
        for i in range(40)
        if not any(
            (rows[j] <= rows[i]).all() and (j < i or (rows[j] < rows[i]).any())
            for j in range(40)
            if j != i
        )
    ]
    assert minimal(rows).tolist() == own
    monkeypatch.setattr(set_cover, "PLAIN", -1)
    assert minimal(rows).tolist() == own
