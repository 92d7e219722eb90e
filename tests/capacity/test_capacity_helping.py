"""Shelters that help each other once: by hand, against the exact chain and against simulation."""

from __future__ import annotations

import heapq
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.capacity.erlang import erlang_b
from shelter_geo.capacity.no_place import _settled, help_once
from shelter_geo.capacity.overflow import two_shelters
from shelter_geo.errors import CapacityError


def simulated(
    places: list[int], offered: list[float], after: list[int], *, asked: int, seed: int
) -> np.ndarray:
    """Share of each shelter's own refused first and lost, event by event; stays of mean 1."""
    random = np.random.default_rng(seed)
    total, free = sum(offered), list(places)
    leaving: list[tuple[float, int]] = []
    counts = np.zeros((3, len(places)))
    clock = 0.0
    first = random.choice(len(places), size=asked, p=np.array(offered) / total)
    for site, gap, stay in zip(
        first.tolist(),
        random.exponential(1 / total, asked).tolist(),
        random.exponential(1, asked).tolist(),
        strict=True,
    ):
        clock += gap
        while leaving and leaving[0][0] <= clock:
            free[heapq.heappop(leaving)[1]] += 1
        counts[0, site] += 1
        counts[1, site] += free[site] == 0
        taken = next((s for s in (site, after[site]) if s >= 0 and free[s] > 0), None)
        if taken is None:
            counts[2, site] += 1
            continue
        free[taken] -= 1
        heapq.heappush(leaving, (clock + stay, taken))
    return counts[1:] / counts[0]


def test_one_place_each_helping_both_ways_by_hand() -> None:
    """Equal loads a: states 0, 1 and 2 places taken, as of one shelter of two places."""
    a = 0.7
    found = help_once([1, 1], [a, a], [1, 0])
    chance = np.array([1.0, 2 * a, (2 * a) ** 2 / 2])
    chance /= chance.sum()
    assert found.exact
    assert found.lost == pytest.approx([chance[2]] * 2)
    assert found.refused_first == pytest.approx([chance[1] / 2 + chance[2]] * 2)
    assert found.helped == pytest.approx(found.refused_first - found.lost)


def test_without_a_next_shelter_it_is_erlangs_loss() -> None:
    found = help_once([3, 10, 0], [2.0, 12.0, 1.0], [-1, -1, -1])
    assert found.exact
    assert found.lost == pytest.approx(erlang_b([3, 10, 0], [2.0, 12.0, 1.0]))
    assert not found.helped.any()


@pytest.mark.parametrize("after", [[1, -1], [-1, 0]])
def test_two_shelters_one_way_are_the_exact_chain(after: list[int]) -> None:
    places, offered = [4, 9], [5.0, 6.0]
    order = [0, 1] if after[0] == 1 else [1, 0]
    chain = two_shelters(
        (places[order[0]], places[order[1]]), (offered[order[0]], offered[order[1]])
    )
    found = help_once(places, offered, after)
    assert found.lost[order] == pytest.approx(chain.turned_away)
    assert found.helped[order] == pytest.approx(chain.handed_over)


def test_approximation_stays_as_near_to_the_exact_two_as_it_says() -> None:
    off = []
    for c1, c2, r1, r2 in product((3, 25, 150), (3, 25), (0.3, 1.0, 3.0), (0.3, 1.0, 3.0)):
        seats, own = np.array([c1, c2], float), np.array([c1 * r1, c2 * r2])
        exact = help_once(seats, own, [1, 0])
        refused, met = _settled(seats, own, np.array([1, 0]))
        lost = refused * met
        whole = abs((own * (lost - exact.lost)).sum() / own.sum())
        off.append((whole, *np.abs(lost - exact.lost), *np.abs(refused - exact.refused_first)))
    worst = np.array(off).max(axis=0)
    assert worst[0] <= 0.013 + 5e-4
    assert worst[1:3].max() <= 0.06
    assert worst[3:].max() <= 0.26


def test_three_in_a_circle_agree_with_simulation() -> None:
    places, offered, after = [20, 12, 6], [18.0, 14.0, 9.0], [1, 2, 0]
    found = help_once(places, offered, after)
    runs = np.array(
        [simulated(places, offered, after, asked=30_000, seed=seed) for seed in range(6)]
    )
    middle = runs.mean(axis=0)
    half = 2.57 * runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    # Besides the interval: what the approximation is known to be off for single shelters.
    assert not found.exact
    assert (np.abs(found.lost - middle[1]) <= half[1] + 0.03).all()
    assert (np.abs(found.refused_first - middle[0]) <= half[0] + 0.03).all()
    share = np.array(offered) / sum(offered)
    assert share @ found.lost == pytest.approx(float(share @ middle[1]), abs=0.012)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.floats(0, 60)), min_size=3, max_size=5),
    st.integers(0, 3),
)
@settings(max_examples=40)
def test_shares_are_shares_and_help_helps(sites: list[tuple[int, float]], shift: int) -> None:
    places, offered = [c for c, _ in sites], [a for _, a in sites]
    after = [(i + 1 + shift % (len(sites) - 1)) % len(sites) for i in range(len(sites))]
    after = [to if to != i else -1 for i, to in enumerate(after)]
    found = help_once(places, offered, after)
    for share in (found.refused_first, found.helped, found.lost):
        assert ((share >= -1e-12) & (share <= 1 + 1e-12)).all()
    assert found.helped + found.lost == pytest.approx(found.refused_first)


@pytest.mark.parametrize(
    ("places", "offered", "after", "message"),
    [
        ([1, 2], [1.0], [-1, -1], "one value a shelter"),
        ([1.5, 2], [1.0, 1.0], [-1, -1], "whole numbers"),
        ([1, 2], [-1.0, 1.0], [-1, -1], "0 or more"),
        ([1, 2], [1.0, 1.0], [2, -1], "must be an index"),
        ([1, 2], [1.0, 1.0], [0, -1], "its own next"),
    ],
)
def test_bad_questions_are_refused(
    places: list[float], offered: list[float], after: list[int], message: str
) -> None:
    with pytest.raises(CapacityError, match=message):
        help_once(places, offered, after)
