"""Handing over: the exact chain against identities, Hayward against the exact chain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.capacity.erlang import erlang_b
from shelter_geo.capacity.overflow import hand_over, peaked_loss, two_shelters
from shelter_geo.errors import CapacityError

PAIRS = st.tuples(st.integers(0, 12), st.integers(0, 12))
LOADS = st.tuples(st.floats(0, 20), st.floats(0, 20))


@settings(max_examples=40)
@given(PAIRS, LOADS)
def test_both_ways_is_one_shelter(places, offered):
    """Two shelters that always help each other are full only when both are."""
    found = two_shelters(places, offered, both_ways=True)
    one = float(erlang_b(sum(places), sum(offered)))
    assert found.turned_away == pytest.approx((one, one), abs=1e-10)


@settings(max_examples=40)
@given(PAIRS, LOADS)
def test_first_shelter_does_not_notice_the_second(places, offered):
    found = two_shelters(places, offered)
    asked = float(erlang_b(places[0], offered[0]))
    assert found.handed_over[0] + found.turned_away[0] == pytest.approx(asked, abs=1e-10)
    assert found.handed_over[1] == 0
    first, second = offered
    kept = first * (1 - asked)
    got = first * found.handed_over[0] + second * (1 - found.turned_away[1])
    assert found.taken == pytest.approx((kept, got), abs=1e-8)


@pytest.mark.parametrize(("places", "load"), [((4, 3), 5.0), ((25, 10), 30.0)])
def test_second_shelter_for_overflow_only(places, load):
    """With no demand of its own the second is an annex: together they are one shelter."""
    found = two_shelters(places, (load, 0.0))
    assert found.turned_away[0] == pytest.approx(float(erlang_b(sum(places), load)), rel=1e-9)


def test_by_hand_with_one_place_each():
    """States 00, 10, 01, 11 weigh 6, 4, 8, 6 in 24 for loads 1 and 1."""
    found = two_shelters((1, 1), (1.0, 1.0))
    q = np.array(  # rows: out of 00, 10, 01, 11
        [[-2, 1, 1, 0], [1, -3, 0, 2], [1, 0, -2, 1], [0, 1, 1, -2]], dtype=float
    )
    p = np.linalg.lstsq(np.vstack([q.T, np.ones(4)]), np.array([0, 0, 0, 0, 1.0]), rcond=None)[0]
    assert found.turned_away == pytest.approx((p[3], p[2] + p[3]))
    assert found.handed_over[0] == pytest.approx(p[1])


def test_large_and_overloaded_shelters_stay_finite():
    found = two_shelters((150, 175), (900.0, 800.0))
    lost = 900 * found.turned_away[0] + 800 * found.turned_away[1]
    assert found.taken == pytest.approx((150, 175), rel=0.01)
    assert sum(found.taken) + lost == pytest.approx(1700, rel=1e-9)


def test_random_requests_need_no_correction():
    assert peaked_loss(25, 22.0, 22.0) == pytest.approx(float(erlang_b(25, 22.0)))
    assert peaked_loss(25, 22.0, 44.0) > peaked_loss(25, 22.0, 22.0) > peaked_loss(25, 22.0, 11.0)
    assert peaked_loss(3, 0.0, 0.0) == 0.0


def overflow_variance(places: int, offered: float, annex: int = 60) -> float:
    """Variance of those who overflow into an annex without end, from the balance equations."""
    states = [(i, j) for i in range(places + 1) for j in range(annex + 1)]
    index = {state: k for k, state in enumerate(states)}
    q = np.zeros((len(states), len(states)))
    for (i, j), k in index.items():
        into = (i + 1, j) if i < places else (i, j + 1)
        for state, rate in ((into, offered), ((i - 1, j), i), ((i, j - 1), j)):
            if state in index and rate:
                q[k, index[state]] += rate
                q[k, k] -= rate
    q[:, 0] = 1
    chance = np.linalg.solve(q.T, np.eye(len(states))[0])
    j = np.array([state[1] for state in states])
    return float(chance @ j**2 - (chance @ j) ** 2)


def test_variance_of_what_overflows():
    found = hand_over([6, 40], [8.0, 5.0], [1, -1])
    mean = 8 * float(erlang_b(6, 8.0))
    assert found.received == pytest.approx([0, mean])
    variance = 5 + overflow_variance(6, 8.0)
    assert found.peakedness == pytest.approx([1, variance / (5 + mean)], rel=1e-9)


@pytest.mark.parametrize(
    ("places", "offered"),
    [
        ((25, 60), (28.0, 45.0)),
        ((10, 10), (12.0, 5.0)),
        ((60, 25), (70.0, 10.0)),
        ((25, 120), (40.0, 110.0)),
        ((3, 60), (1.0, 70.0)),
    ],
)
def test_hayward_is_within_two_percent_of_the_exact_chain(places, offered):
    exact = np.dot(two_shelters(places, offered).turned_away, offered)
    found = hand_over(places, offered, [1, -1])
    assert found.turned_away.sum() == pytest.approx(exact, rel=0.02)
    assert found.passed_on[0] == pytest.approx(offered[0] * float(erlang_b(places[0], offered[0])))


def test_taking_overflow_for_random_would_be_far_off():
    """What the correction is for: the plain formula misses a third of those turned away."""
    places, offered = (60, 25), (70.0, 10.0)
    exact = np.dot(two_shelters(places, offered).turned_away, offered)
    asked = 10 + 70 * float(erlang_b(60, 70.0))
    assert asked * float(erlang_b(25, asked)) < 0.7 * exact


def test_a_line_of_three_and_shelters_by_themselves():
    alone = hand_over([5, 8], [4.0, 9.0], [-1, -1])
    assert alone.full == pytest.approx(erlang_b([5, 8], [4.0, 9.0]))
    assert alone.turned_away == pytest.approx(alone.full * [4.0, 9.0])
    line = hand_over([20, 15, 15], [40.0, 0.0, 0.0], [1, 2, -1])
    assert line.turned_away.sum() == pytest.approx(40 * float(erlang_b(50, 40.0)), rel=0.15)
    assert line.turned_away[:2].tolist() == [0, 0]
    nobody = hand_over([0, 3], [0.0, 0.0], [1, -1])
    assert nobody.turned_away.tolist() == [0, 0]
    assert nobody.peakedness.tolist() == [1, 1]


def test_no_places_pass_everybody_on():
    found = hand_over([0, 7], [3.0, 2.0], [1, -1])
    assert found.passed_on[0] == 3.0
    assert found.peakedness[1] == pytest.approx(1.0)
    assert found.turned_away[1] == pytest.approx(5 * float(erlang_b(7, 5.0)))


@pytest.mark.parametrize(
    ("places", "offered", "after", "words"),
    [
        ([1, 1], [1.0, 1.0], [1, 0], "circle"),
        ([1, 1], [1.0, 1.0], [0, -1], "circle"),
        ([1, 1], [1.0, 1.0], [2, -1], "index"),
        ([1, 1], [1.0], [1, -1], "one value"),
        ([1, -1], [1.0, 1.0], [1, -1], "0 or more"),
        ([1, 1], [1.0, np.nan], [1, -1], "0 or more|finite"),
    ],
)
def test_hand_over_refuses(places, offered, after, words):
    with pytest.raises(CapacityError, match=words):
        hand_over(places, offered, after)


@pytest.mark.parametrize(
    ("places", "offered"),
    [((-1, 2), (1.0, 1.0)), ((2, 2), (np.inf, 1.0)), ((999, 999), (1.0, 1.0))],
)
def test_two_shelters_refuses(places, offered):
    with pytest.raises(CapacityError):
        two_shelters(places, offered)


def test_peaked_loss_refuses():
    with pytest.raises(CapacityError, match="variance"):
        peaked_loss(5, 3.0, 0.0)
