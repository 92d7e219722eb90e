"""Choices counted out: which is which, what each costs, and which rows decide a cover."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from helpers.siting_toys import Toy, toys
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import SitingError
from shelter_geo.siting import SitingProblem
from shelter_geo.siting.combinations import (
    allowed_choices,
    check_countable,
    choice,
    farthest,
    objective_totals,
)
from shelter_geo.siting.exact.cover_exchange import walk_to_cover
from shelter_geo.siting.exact.lagrangian import hardened
from shelter_geo.siting.exact.set_cover import (
    cover_by_solver,
    least,
    least_to_cover,
    most_covered,
    must_cover,
    reduced,
)
from shelter_geo.siting.exact.set_cover_search import search_cover
from shelter_geo.siting.objectives import (
    Constraints,
    Objective,
    beyond,
    combined,
    constraints_for,
    distance,
    top_cost,
)

some = settings(max_examples=100)


@given(n=st.integers(1, 9), data=st.data())
def test_ranks_follow_the_alphabet(n, data):
    k = data.draw(st.integers(1, n))
    every = list(itertools.combinations(range(n), k))
    assert [tuple(choice(rank, n, k)) for rank in range(len(every))] == every


def test_rank_of_a_large_choice():
    assert tuple(choice(math.comb(75, 3) - 1, 75, 3)) == (72, 73, 74)


def test_too_many_choices_are_refused():
    assert check_countable(75, 3) == 67_525
    with pytest.raises(SitingError, match="17,259,390 choices of 5 out of 75 are too many"):
        check_countable(75, 5)


@some
@given(toy=toys())
def test_tables_of_all_choices(toy: Toy):
    if toy.p == 0:
        return
    problem = SitingProblem.from_cost_matrix(**toy.question)
    choices = list(itertools.combinations(toy.candidates, toy.p))
    top = top_cost(problem)
    walked = [toy.walked(c) + top * toy.unserved(c) for c in choices]
    assert objective_totals([distance(problem)], toy.p)[:, 0].tolist() == walked
    covered = [toy.covered(c) + total for c, total in zip(choices, _beyond(toy), strict=True)]
    assert covered == [sum(toy.people)] * len(choices)
    assert farthest(problem, toy.p).tolist() == [toy.farthest(c) for c in choices]
    met = allowed_choices(constraints_for(problem, toy.p)).tolist()
    assert met == [toy.meets_regions(c) for c in choices]


def _beyond(toy: Toy) -> list[int]:
    problem = SitingProblem.from_cost_matrix(**toy.question)
    return objective_totals([beyond(problem, toy.within)], toy.p)[:, 0].tolist()


@some
@given(
    rows=st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=9),
    k=st.integers(1, 4),
)
def test_rows_left_out_are_covered_along_with_others(rows, k):
    covers = np.array(rows)
    ones = np.ones(len(rows), dtype=np.int64)
    level = Objective("far", (~covers).astype(np.int64), ones, ones)
    kept = must_cover(level)
    assert len(np.unique(kept, axis=0)) == len(kept) <= len(rows)
    for chosen in itertools.combinations(range(6), k):
        all_rows = covers[covers.any(axis=1)][:, chosen].any(axis=1).all()
        assert kept[:, chosen].any(axis=1).all() == all_rows


rows_of_six = st.lists(
    st.lists(st.booleans(), min_size=6, max_size=6).filter(any), min_size=1, max_size=9
)


@some
@given(
    rows=rows_of_six, k=st.integers(1, 4), needed=st.lists(st.booleans(), min_size=2, max_size=2)
)
def test_cover_by_solver(rows, k, needed):
    covers, rules = np.array(rows), Constraints(k, np.array([0, 0, 0, 1, 1, 1]), np.array(needed))
    chosen, proven = cover_by_solver(covers, rules, deadline=math.inf)
    check_cover([*rows, *(regions[r] for r in range(2) if needed[r])], k, chosen, proven)


@some
@given(rows=rows_of_six, k=st.integers(1, 4))
def test_cover_by_search(rows, k):
    chosen, proven = search_cover(np.array(rows), k, math.inf, most_nodes=10_000)
    check_cover(rows, k, chosen, proven)


@some
@given(rows=rows_of_six, k=st.integers(1, 4))
def test_cover_is_as_possible_with_what_is_left(rows, k):
    """A cover by the sites left exists if one by all sites does, and it covers all rows."""
    covers = np.array(rows)
    left, sites = reduced(covers)
    assert left.shape == (len(left), len(sites))

    def covered(rows, sites):
        sets = (c for size in range(k + 1) for c in itertools.combinations(sites, size))
        return {c for c in sets if rows[:, c].any(axis=1).all()}

    by_left = covered(left, range(len(sites)))
    assert bool(by_left) == bool(covered(covers, range(6)))
    assert all(covers[:, sites[list(c)]].any(axis=1).all() for c in by_left)


@some
@given(rows=rows_of_six)
def test_no_cover_has_fewer_sites_than_the_relaxation_says(rows):
    covers = np.array(rows)
    sizes = (
        k
        for k in range(1, 7)
        for c in itertools.combinations(range(6), k)
        if covers[:, c].any(axis=1).all()
    )
    assert 1 <= least_to_cover(covers, math.inf) <= next(sizes)


def test_the_relaxation_of_a_ring_is_rounded_up():
    """Each of five sites covers two rows of five, so half a site each would do for 2.5."""
    ring = np.eye(5, dtype=bool) | np.roll(np.eye(5, dtype=bool), 1, axis=1)
    assert least_to_cover(ring, math.inf) == 3
    assert least_to_cover(np.eye(4, dtype=bool), math.inf) == 4
    assert least_to_cover(ring[:0], math.inf) == 0
    assert least_to_cover(ring, -math.inf) == 1, "no time, no bound"


@some
@given(rows=rows_of_six, k=st.integers(1, 6), start=st.sets(st.integers(0, 5), max_size=1))
def test_walk_to_a_cover(rows, k, start):
    covers = np.array(rows)
    found = walk_to_cover(covers, k, 500, np.array(sorted(start), dtype=np.int64))
    possible = any(covers[:, c].any(axis=1).all() for c in itertools.combinations(range(6), k))
    assert (found is not None) == possible, "500 steps are plenty for six sites"
    assert found is None or (len(found) == k and covers[:, found].any(axis=1).all())


@some
@given(
    rows=st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=9),
    k=st.integers(2, 4),
    needed=st.lists(st.booleans(), min_size=2, max_size=2),
    data=st.data(),
)
def test_most_covered_is_what_counting_finds(rows, k, needed, data):
    covers, rules = np.array(rows), Constraints(k, np.array([0, 0, 0, 1, 1, 1]), np.array(needed))
    people = st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows))
    cap = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows))))
    level = Objective("far", (~covers).astype(np.int64), cap, np.array(data.draw(people)))
    allowed = [np.array(c) for c in itertools.combinations(range(6), k) if rules.met_by([*c])]
    chosen, bound = most_covered(level, rules, math.inf, allowed[0])
    assert rules.met_by(chosen)
    assert level.total(chosen) == bound == min(level.total(c) for c in allowed)


@given(data=st.data(), high=st.integers(0, 40))
def test_least_number_is_found_whatever_is_easy(data, high):
    answer = data.draw(st.integers(0, high))
    hard, asked = data.draw(st.sets(st.integers(0, high))), []

    def question(number, *, easily):
        asked.append((number, easily))
        if easily and number in hard:
            return None, False
        return (data.draw(st.integers(answer, number)), True) if number >= answer else (None, True)

    low = data.draw(st.integers(0, answer))
    assert least(question, high, low) == (answer, answer)
    assert all(number >= low for number, _ in asked)
    assert len(asked) == len(set(asked)) or hard


def test_least_number_stays_open_without_an_answer():
    assert least(lambda number, *, easily: (None, False), 9) == (9, 0)


regions = [[True, True, True, False, False, False], [False, False, False, True, True, True]]


def check_cover(rows, k, chosen, proven):
    """A cover was found if there is one, and it covers."""
    covers = np.array(rows)
    every = (c for size in range(1, k + 1) for c in itertools.combinations(range(6), size))
    possible = any(covers[:, c].any(axis=1).all() for c in every)
    assert proven
    assert (chosen is not None) == possible
    if chosen is not None:
        assert len(chosen) <= k
        assert covers[:, chosen].any(axis=1).all()


@pytest.mark.parametrize("seed", range(6))
def test_searched_covers_agree_with_the_solver(seed):
    """Sparse random rows, where the fewest sites are not found at the root."""
    random = np.random.default_rng(seed)
    covers = random.random((60, 30)) < 0.12
    covers[np.arange(60), random.integers(0, 30, 60)] = True
    anywhere = np.zeros(30, np.int64), np.zeros(1, bool)
    for k in range(8, 16):
        by_solver, _ = cover_by_solver(covers, Constraints(k, *anywhere), math.inf)
        by_search, proven = search_cover(covers, k, math.inf, most_nodes=100_000)
        assert proven
        assert (by_search is None) == (by_solver is None)
        assert by_search is None or covers[:, by_search].any(axis=1).all()


def test_search_for_a_cover_stops_at_its_limits():
    random = np.random.default_rng(1)
    covers = random.random((120, 60)) < 0.08
    covers[np.arange(120), random.integers(0, 60, 120)] = True
    assert search_cover(covers, 14, -math.inf, most_nodes=10**6) == (None, False)
    assert search_cover(covers, 14, math.inf, most_nodes=0) == (None, False)


@some
@given(toy=toys())
def test_forbidden_pairs_change_nothing_for_those_who_keep_the_limit(toy: Toy):
    problem = SitingProblem.from_cost_matrix(**toy.question)
    far, walked = beyond(problem, toy.within), distance(problem)
    hard, widest = hardened(walked, [far])
    for p in range(len(toy.candidates) + 1):
        for picked in itertools.combinations(range(len(toy.candidates)), p):
            chosen = np.array(picked, dtype=np.int64)
            if far.total(chosen) == far.floor:
                assert hard.total(chosen) == walked.total(chosen)
                counted = walked.least(chosen)[problem.weights > 0]
                assert counted.max() <= widest
            else:
                assert hard.total(chosen) > walked.total(chosen)


def test_levels_too_large_to_add_are_refused():
    cost = np.array([[1 << 40]])
    level = Objective("d", cost, cost[0], np.array([1 << 12]))
    with pytest.raises(SitingError, match="use coarser units"):
        combined([level])
