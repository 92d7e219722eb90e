"""Figures of every choice, and the plans that no other betters, against brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import SitingError
from shelter_geo.siting import (
    AIMS,
    METRICS,
    SitingProblem,
    access_metrics,
    pareto_front,
    pareto_rows,
    tabulate,
)

NAN = float("nan")


@st.composite
def problems(draw: st.DrawFn) -> tuple[SitingProblem, int]:
    n, m = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    cell = st.one_of(st.none(), st.integers(0, 9))
    costs = [[draw(cell) for _ in range(m)] for _ in range(n)]
    people = [draw(st.integers(0, 5)) for _ in range(n)]
    people[draw(st.integers(0, n - 1))] += 1
    standing = draw(st.integers(0, 1))
    regions = draw(st.one_of(st.none(), st.lists(st.sampled_from("ab"), min_size=m, max_size=m)))
    problem = SitingProblem.from_cost_matrix(
        np.array([[NAN if c is None else c for c in row] for row in costs]),
        weights=people,
        fixed=range(standing),
        regions=regions,
    )
    return problem, draw(st.integers(1, min(3, m - standing)))


def choices(problem: SitingProblem, p: int) -> list[tuple[int, ...]]:
    """All choices that meet the regions, by plain words."""
    found = []
    for chosen in combinations(range(len(problem.candidates)), p):
        opened = {*problem.fixed.tolist(), *problem.candidates[list(chosen)].tolist()}
        held = {problem.regions[j] for j in opened} if problem.regions else set()
        if set(problem.required) <= held:
            found.append(chosen)
    return found


def plain(problem: SitingProblem, chosen: tuple[int, ...]) -> dict[str, float | int]:
    columns = np.union1d(problem.fixed, problem.candidates[list(chosen)])
    nearest = problem.nearest(columns.astype(np.int64))
    return access_metrics(problem, nearest, limit=4000, kappa=0.0002).row()


@given(problems())
@settings(max_examples=150)
def test_every_figure_of_every_choice_is_that_of_the_choice_alone(
    case: tuple[SitingProblem, int],
) -> None:
    problem, p = case
    wanted = choices(problem, p)
    if not wanted:
        with pytest.raises(SitingError, match="puts a shelter in each of"):
            tabulate(problem, p)
        return
    table = tabulate(problem, p, beyond=4.0, kappa=0.2)
    assert [tuple(table.chosen(at)) for at in range(len(table.ranks))] == wanted
    for at, chosen in enumerate(wanted):
        figures = plain(problem, chosen)
        assert table.unserved[at] == figures["unserved"]
        for name in METRICS:
            assert table.values[name][at] == pytest.approx(figures[name], nan_ok=True), name


@given(problems())
@settings(max_examples=100)
def test_the_front_holds_just_the_plans_that_none_betters(case: tuple[SitingProblem, int]) -> None:
    problem, p = case
    wanted = choices(problem, p)
    if not wanted:
        return
    found = pareto_front(problem, p, ("mean", "max"), beyond=4.0)
    rows = [(plain(problem, chosen), chosen) for chosen in wanted]
    least = min(figures["unserved"] for figures, _ in rows)
    served = [(f, c) for f, c in rows if f["unserved"] == least]
    assert found.looked_at == len(served)
    pairs = [tuple(np.nan_to_num([round(f["mean"], 9), f["max"]])) for f, _ in served]
    better = {
        pair
        for pair in pairs
        if not any(o != pair and o[0] <= pair[0] and o[1] <= pair[1] for o in pairs)
    }
    assert {plan.pair for plan in found.plans} == better
    for plan in found.plans:
        assert plan.alike == pairs.count(plan.pair)
        first = served[pairs.index(plan.pair)][1]
        assert plan.chosen == tuple(problem.site_ids[j] for j in problem.candidates[list(first)])


def test_unserved_people_can_be_traded_against_the_mean_only_if_asked() -> None:
    # Site 0 reaches both points, the second over 9 km; site 1 reaches the first alone, over 0 km.
    problem = SitingProblem.from_cost_matrix([[5, 0], [9, NAN]])
    assert [plan.chosen for plan in pareto_front(problem, 1).plans] == [(0,)]
    both = pareto_front(problem, 1, ("unserved", "mean"))
    assert [(plan.chosen, plan.pair) for plan in both.plans] == [((0,), (0, 7)), ((1,), (1, 0))]


def test_of_rows_alike_the_first_is_taken() -> None:
    assert pareto_rows(np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 2.0], [0.0, 3.0]])).tolist() == [
        3,
        0,
    ]


def test_no_new_site_leaves_one_plan() -> None:
    problem = SitingProblem.from_cost_matrix([[1.5, 2]], fixed=[0])
    plan = pareto_front(problem, 0).plans[0]
    assert (plan.chosen, plan.pair) == ((), (1.5, 1.5))


@pytest.mark.parametrize(
    ("p", "metrics", "message"),
    [
        (1, ("mean", "gini"), "two of these figures"),
        (1, ("mean", "mean"), "two of these figures"),
        (1, ("mean", "colour"), "two of these figures"),
        (3, ("mean", "max"), "3 sites cannot be opened: there are 2 candidates"),
        (-1, ("mean", "max"), "-1 sites cannot be opened: give a number of 0 or more"),
    ],
)
def test_a_front_that_makes_no_sense_is_refused(
    p: int, metrics: tuple[str, str], message: str
) -> None:
    problem = SitingProblem.from_cost_matrix([[1, 2], [2, 1]])
    with pytest.raises(SitingError, match=message):
        pareto_front(problem, p, metrics)


def test_an_unknown_figure_and_too_many_choices_are_refused() -> None:
    problem = SitingProblem.from_cost_matrix(np.ones((1, 200)))
    with pytest.raises(SitingError, match="'speed' is no figure"):
        tabulate(problem, 1, ("speed",))
    with pytest.raises(SitingError, match="too many to look at each"):
        pareto_front(problem, 4)
    assert "gini" not in AIMS
