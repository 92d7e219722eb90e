"""Every siting model against brute force on hundreds of small questions, counted and searched."""

from __future__ import annotations

import math
from typing import Any

import pytest
from helpers.siting_toys import Choice, Key, Toy, method, toys
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.siting import (
    LSCP,
    MCLP,
    KolmPollak,
    OwnRegion,
    PCenter,
    PMedian,
    PMedianWithin,
    SitingResult,
    Uptake,
)

METHODS = ["enumeration", "search"]
both_methods = pytest.mark.parametrize("how", METHODS)
many = settings(max_examples=60)


def solved(model: Any, how: str) -> SitingResult:
    with method(how):
        return model.solve()


def check(toy: Toy, found: SitingResult, key: Key, objective: Key, how: str) -> None:
    """The answer is proven, as good as any choice, and its rivals are in order."""
    choices = toy.choices(toy.p)
    if not choices:
        assert found.status == "infeasible"
        assert found.reason
        return
    best = min(choices, key=lambda choice: (key(choice), choice))
    assert found.status == "optimal"
    assert found.chosen in choices
    assert key(found.chosen) == key(best)
    assert found.objective == pytest.approx(objective(best), abs=1e-6)
    assert found.bound == pytest.approx(found.objective, abs=1e-9)
    assert found.gap == pytest.approx(0, abs=1e-9)
    rivals = [key(rival.chosen) for rival in found.runner_ups]
    assert rivals == sorted(rivals)
    assert all(rival >= key(best) for rival in rivals)
    if how == "enumeration":
        assert found.chosen == best, "ties go to the first sites"


@both_methods
@many
@given(toy=toys())
def test_p_median(toy: Toy, how: str) -> None:
    found = solved(PMedian.from_cost_matrix(**toy.question, p=toy.p), how)
    check(toy, found, lambda c: (toy.unserved(c), toy.walked(c)), toy.walked, how)


@both_methods
@many
@given(toy=toys())
def test_p_center(toy: Toy, how: str) -> None:
    def key(choice: Choice) -> tuple[int, ...]:
        return toy.unserved(choice), toy.farthest(choice), toy.walked(choice)

    found = solved(PCenter.from_cost_matrix(**toy.question, p=toy.p), how)
    check(toy, found, key, toy.farthest, how)


@both_methods
@many
@given(toy=toys())
def test_maximal_covering(toy: Toy, how: str) -> None:
    def key(choice: Choice) -> tuple[int, ...]:
        return -toy.covered(choice), toy.unserved(choice), toy.walked(choice)

    found = solved(MCLP.from_cost_matrix(**toy.question, p=toy.p, within=toy.within), how)
    check(toy, found, key, toy.covered, how)


@both_methods
@many
@given(toy=toys())
def test_uptake(toy: Toy, how: str) -> None:
    def key(choice: Choice) -> int:
        served = toy.served(choice)
        shares = [(1 - round(1e6 * (1 - 0.5 ** (z / 9.0))) / 1e6) * n for z, n in served]
        return -round(1e6 * sum(shares))

    found = solved(Uptake.from_cost_matrix(**toy.question, p=toy.p, half=9.0), how)
    check(toy, found, key, lambda c: -key(c) / 1e6, how)
    if found.objective is not None:
        assert found.objective == pytest.approx(toy.coming(found.chosen, 9.0), abs=0.01)


@both_methods
@many
@given(toy=toys())
def test_nobody_beyond_a_limit(toy: Toy, how: str) -> None:
    found = solved(PMedianWithin.from_cost_matrix(**toy.question, p=toy.p, within=toy.within), how)
    reachable = toy.nearest(tuple(range(len(toy.costs[0]))))
    bound = [i for i, z in enumerate(reachable) if z < math.inf and toy.people[i]]

    def keeps(choice: Choice) -> bool:
        near = toy.nearest(choice)
        return all(near[i] <= toy.within for i in bound)

    keeping = [choice for choice in toy.choices(toy.p) if keeps(choice)]
    if not keeping:
        assert found.status == "infeasible"
        assert found.reason
        return
    best = min(keeping, key=lambda choice: (toy.walked(choice), choice))
    assert found.status == "optimal"
    assert keeps(found.chosen)
    assert found.objective == toy.walked(found.chosen) == toy.walked(best)
    assert found.bound == found.objective
    if how == "enumeration":
        assert found.chosen == best


@both_methods
@many
@given(toy=toys())
def test_kolm_pollak(toy: Toy, how: str) -> None:
    found = solved(KolmPollak.from_cost_matrix(**toy.question, p=toy.p, kappa=0.05), how)
    choices = toy.choices(toy.p)
    if not choices:
        assert found.status == "infeasible"
        return
    fewest = min(toy.unserved(choice) for choice in choices)
    values = [toy.equivalent(c, 0.05) for c in choices if toy.unserved(c) == fewest]
    assert toy.unserved(found.chosen) == fewest
    assert found.objective == pytest.approx(toy.equivalent(found.chosen, 0.05), nan_ok=True)
    assert found.objective == pytest.approx(min(values), nan_ok=True)


@both_methods
@many
@given(toy=toys())
def test_set_covering(toy: Toy, how: str) -> None:
    found = solved(LSCP.from_cost_matrix(**toy.question, within=toy.within), how)
    counts = range(len(toy.candidates) + 1)
    covering = {p: [c for c in toy.choices(p) if toy.covers_all_it_can(c)] for p in counts}
    fewest = next((p for p in counts if covering[p]), None)
    if fewest is None:
        assert found.status == "infeasible"
        return
    best = min(covering[fewest], key=lambda c: (toy.unserved(c), toy.walked(c), c))
    assert found.status == "optimal"
    assert found.objective == len(found.chosen) == found.bound == fewest
    assert found.chosen in covering[fewest]
    assert toy.unserved(found.chosen) == toy.unserved(best)
    assert toy.walked(found.chosen) == toy.walked(best)


@both_methods
@many
@given(toy=toys(), data=st.data())
def test_a_shelter_in_ones_own_region(toy: Toy, how: str, data: st.DataObject) -> None:
    names = st.sampled_from(["east", "north", "west"])
    homes = [data.draw(names) for _ in toy.costs]
    # Nothing but a name that is nobody's tells a site that takes nobody in.
    areas = [data.draw(names | st.none()) for _ in toy.costs[0]]

    def at_home(choice: Choice) -> int:
        there = {areas[j] for j in (*choice, *toy.fixed)}
        return sum(n for n, home in zip(toy.people, homes, strict=True) if home in there)

    def key(choice: Choice) -> tuple[int, ...]:
        return -at_home(choice), toy.unserved(choice), toy.walked(choice)

    own = [[home == area for area in areas] for home in homes]
    found = solved(OwnRegion.from_cost_matrix(**toy.question, own=own, p=toy.p), how)
    check(toy, found, key, at_home, how)
