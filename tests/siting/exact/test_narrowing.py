"""Programs solved by way of smaller ones: the same optimum as the solver finds in one go."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp

from shelter_geo.siting.exact.highs import Program, relaxed, solve, solve_narrowed


def facilities(seed: int, n: int = 9, m: int = 6) -> tuple[Program, np.ndarray]:
    """n towns of one family each, m sites of 3 places, each at a price; start: all open."""
    random = np.random.default_rng(seed)
    way = random.integers(1, 60, (n, m)).astype(float)
    price = random.integers(20, 90, m).astype(float)
    rows = np.zeros((n + m, m + n * m))
    for i in range(n):
        rows[i, m + i * m : m + (i + 1) * m] = 1
    for j in range(m):
        rows[n + j, m + j :: m] = 1
        rows[n + j, j] = -3
    low = np.concatenate([np.ones(n), np.full(m, -np.inf)])
    high = np.concatenate([np.ones(n), np.zeros(m)])
    cost = np.concatenate([price, way.ravel()])
    columns = len(cost)
    program = Program(
        cost, sp.csr_array(rows), low, high, np.zeros(columns), np.ones(columns),
        np.arange(columns) < m,
    )  # fmt: skip
    start = np.zeros(columns)
    start[:m] = 1
    for i in range(n):
        start[m + i * m + i % m] = 1
    return program, start


@pytest.mark.parametrize("seed", range(8))
def test_the_optimum_is_that_of_the_whole_program(seed: int) -> None:
    program, start = facilities(seed)
    found = solve_narrowed(program, math.inf, start)
    assert found.proven
    assert found.objective == pytest.approx(solve(program, 60).objective)
    assert program.cost @ found.x == pytest.approx(found.objective)
    assert found.bound == pytest.approx(found.objective)


def test_the_relaxation_is_a_bound_and_prices_its_columns() -> None:
    program, _ = facilities(3)
    x, price, value = relaxed(program, 60)
    assert value <= solve(program, 60).objective + 1e-6
    # What is used below its most has no reduced cost, what is not used none below 0.
    inside = (x > 1e-6) & (x < 1 - 1e-6)
    assert price[inside] == pytest.approx(0, abs=1e-6)
    assert (price[x < 1e-9] > -1e-6).all()


def test_a_program_without_a_solution_has_no_relaxation() -> None:
    program, _ = facilities(1)
    shut = program._replace(most=np.zeros_like(program.most))
    assert relaxed(shut, 60) is None


def test_out_of_time_the_start_is_kept_with_a_bound_below_it() -> None:
    program, start = facilities(2)
    found = solve_narrowed(program, 0.0, start)
    assert found.x is not None
    assert found.bound <= found.objective <= program.cost @ start
