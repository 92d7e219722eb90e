"""Erlang's loss formula against tables, exact arithmetic and the plain recursion."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import poisson

from shelter_geo.capacity.erlang import erlang_b, places_for
from shelter_geo.errors import CapacityError


def exact_loss(places: int, offered: Fraction) -> float:
    """Sum the definition in whole numbers, without any rounding."""
    terms = [offered**k / factorial(k) for k in range(places + 1)]
    return float(terms[-1] / sum(terms))


def plain_recursion(places: int, offered: float) -> float:
    """Invert the recursion, which adds and never subtracts."""
    inverse = 1.0
    for k in range(1, places + 1):
        inverse = 1 + inverse * k / offered
    return 1 / inverse


@pytest.mark.parametrize(
    ("places", "offered", "percent"),
    [(10, 8.0, 12.1661), (12, 10.0, 11.9739), (15, 12.5, 10.0489), (18, 15.0, 8.6169)],
)
def test_published_losses(places, offered, percent):
    assert float(erlang_b(places, offered)) * 100 == pytest.approx(percent, abs=5e-5)


@pytest.mark.parametrize(
    ("places", "load_at_1_percent"),
    [(1, 0.0101), (5, 1.36), (10, 4.46), (15, 8.11), (20, 12.0), (50, 37.9), (100, 84.1)],
)
def test_published_traffic_table(places, load_at_1_percent):
    """The tables print three digits: the loads half a digit to either side enclose 1 %."""
    step = 10 ** (np.floor(np.log10(load_at_1_percent)) - 2) / 2
    below, above = erlang_b(places, [load_at_1_percent - step, load_at_1_percent + step])
    assert below < 0.01 < above


@pytest.mark.parametrize("places", [1, 2, 7, 25, 60, 175])
@pytest.mark.parametrize("load", ["1/10", "3", "22", "150", "400"])
def test_equals_the_definition_in_exact_arithmetic(places, load):
    expected = exact_loss(places, Fraction(load))
    assert float(erlang_b(places, float(Fraction(load)))) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("offered", [0.5, 4000.0, 4990.0, 5200.0, 50_000.0])
def test_stable_at_5000_places(offered):
    loss = float(erlang_b(5000, offered))
    assert loss == pytest.approx(plain_recursion(5000, offered), rel=1e-8, abs=1e-300)
    assert max(0.0, 1 - 5000 / offered) <= loss <= 1
    if 4000 <= offered <= 5200:
        assert loss == pytest.approx(poisson.pmf(5000, offered) / poisson.cdf(5000, offered))


@pytest.mark.parametrize("places", [0.25, 3.5, 17.9])
@pytest.mark.parametrize("offered", [0.05, 2.0, 12.0, 40.0])
def test_fractions_of_a_place_follow_the_integral(places, offered):
    """1 / B is a times the integral of exp(-a t) (1 + t)^x."""
    inverse, _ = quad(
        lambda t: offered * np.exp(-offered * t) * (1 + t) ** places, 0, np.inf, epsabs=0
    )
    assert float(erlang_b(places, offered)) == pytest.approx(1 / inverse, rel=1e-7)


def test_edges():
    assert float(erlang_b(0, 0)) == 1.0
    assert float(erlang_b(0, 5.0)) == 1.0
    assert float(erlang_b(3, 0.0)) == 0.0
    assert float(erlang_b(0.5, 0.0)) == 0.0
    assert erlang_b([1, 1], [[1.0], [3.0]]) == pytest.approx(np.array([[0.5, 0.5], [0.75, 0.75]]))
    assert erlang_b([], []).shape == (0,)


@given(
    st.integers(0, 300),
    st.floats(0.01, 400),
    st.floats(1.01, 2),
)
def test_more_places_help_and_more_demand_hurts(places, offered, growth):
    here, more_places, more_demand = erlang_b(
        [places, places + 1, places], [offered, offered, offered * growth]
    )
    assert 0 <= more_places < here or here < 1e-300
    assert here <= more_demand <= 1


@given(st.floats(0, 500), st.floats(0.001, 0.9))
def test_places_for_is_the_first_that_meets_the_target(offered, target):
    places = int(places_for(offered, target))
    if offered == 0:
        assert places == 0
        return
    assert float(erlang_b(places, offered)) <= target
    assert places == 0 or float(erlang_b(places - 1, offered)) > target


def test_places_for_many_at_once_and_no_target():
    assert places_for([0.0, 1.0, 84.1], 0.01).tolist() == [0, 5, 101]
    assert int(places_for(7.0, 1.0)) == 0


@pytest.mark.parametrize(("places", "offered"), [(-1, 1.0), (1, -1.0), (np.nan, 1.0), (1, np.inf)])
def test_refuses_numbers_that_mean_nothing(places, offered):
    with pytest.raises(CapacityError, match="0 or more"):
        erlang_b(places, offered)


@pytest.mark.parametrize(("offered", "target"), [(1.0, 0.0), (1.0, 1.5), (-1.0, 0.1)])
def test_places_for_refuses(offered, target):
    with pytest.raises(CapacityError):
        places_for(offered, target)
