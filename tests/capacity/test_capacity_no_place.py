"""Stays that find no place anywhere: by hand, by simulation, and never worse for an opening."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from shelter_geo.capacity.demand import annual_stays, demand_by_weight
from shelter_geo.capacity.estimates import Estimate, exactly
from shelter_geo.capacity.no_place import MeasuredShare, no_place_anywhere, pool_of, pools
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence

DAYS = exactly("stay_days", 36.5, "days", Evidence.ASSUMED, "by hand")
PERSONS = exactly("persons_per_place", 1.0, "places", Evidence.ASSUMED, "by hand")


def asked(*stays):
    return pd.DataFrame({f"stays_{c}": list(stays) for c in ("low", "central", "high")})


def loss(servers, load):
    """Erlang's loss formula by its sum."""
    terms = np.cumprod([1.0, *(load / n for n in range(1, servers + 1))])
    return terms[-1] / terms.sum()


def share(reached, places, stays):
    pooled = pools(reached, places, asked(*stays))
    return no_place_anywhere(pooled, stay_days=DAYS, persons_per_place=PERSONS)["no_place_central"]


def test_two_networks_and_a_place_without_a_road_by_hand():
    # 10 + 20 stays share 1 + 2 places, 30 have 3 of their own, 40 have no road.
    reached = [[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]]
    lost = 30 * loss(3, 3.0) + 30 * loss(3, 3.0) + 40
    assert share(reached, [1, 2, 3], [10, 20, 30, 40]) == pytest.approx(lost / 100)
    houses, points = pool_of(reached)
    assert (houses.tolist(), points.tolist()) == ([1, 1, 2], [1, 1, 2, 0])
    assert [rows.tolist() for rows in pool_of(np.zeros((2, 0)))] == [[], [0, 0]]


def test_without_houses_or_stays():
    assert share(np.zeros((2, 0)), [], [10, 20]) == 1.0
    assert share([[1], [1]], [5], [0, 0]) == 0.0


def test_pool_as_simulated():
    """Three houses that hand over to one another, followed event by event."""
    rng = np.random.default_rng(1)
    seats, rates, mean = [2, 3, 1], [20.0, 20.0, 20.0], 0.1
    arrivals = np.cumsum(rng.exponential(1 / sum(rates), 200_000))
    first = rng.integers(0, 3, len(arrivals))
    ends, lost = [[], [], []], 0
    for now, house, stay in zip(arrivals, first, rng.exponential(mean, len(arrivals)), strict=True):
        for step in range(3):
            there = (house + step) % 3
            ends[there] = [end for end in ends[there] if end > now]
            if len(ends[there]) < seats[there]:
                ends[there].append(now + stay)
                break
        else:
            lost += 1
    assert share(np.ones((3, 3)), seats, rates) == pytest.approx(lost / len(arrivals), abs=0.006)


@given(data=st.data())
def test_no_opening_worsens_and_no_closing_betters(data):
    points, houses = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 5))
    stays = data.draw(st.lists(st.floats(0, 500), min_size=points, max_size=points))
    places = data.draw(st.lists(st.integers(0, 60), min_size=houses + 1, max_size=houses + 1))
    # Roads join the points of one network; the new house stands last.
    network = data.draw(st.lists(st.integers(0, 2), min_size=points, max_size=points))
    stands = data.draw(st.lists(st.integers(0, 2), min_size=houses + 1, max_size=houses + 1))
    reached = np.array(network)[:, None] == np.array(stands)
    persons = data.draw(st.floats(1, 3))
    reading = exactly("persons_per_place", persons, "places", Evidence.ASSUMED, "drawn")

    def lost(columns, seats):
        pooled = pools(reached[:, columns], np.array(seats)[columns], asked(*stays))
        return no_place_anywhere(pooled, stay_days=DAYS, persons_per_place=reading)[
            "no_place_central"
        ]

    everything = list(range(houses + 1))
    today, opened = lost(everything[:-1], places), lost(everything, places)
    larger = [*places[:-1], places[-1] + data.draw(st.integers(0, 40))]
    assert 0 <= opened <= today + 1e-12 <= 1 + 2e-12
    assert lost(everything, larger) <= opened + 1e-12


@given(data=st.data())
def test_even_one_way_roads_keep_openings_harmless(data):
    points, houses = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    size = points * houses
    reached = np.reshape(
        data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), (points, houses)
    )
    stays = data.draw(st.lists(st.floats(0, 300), min_size=points, max_size=points))
    places = data.draw(st.lists(st.integers(0, 40), min_size=houses, max_size=houses))
    fewer = share(reached[:, :-1], places[:-1], stays)
    assert share(reached, places, stays) <= fewer + 1e-12


def test_wilson_interval_of_half_of_fifty():
    found = MeasuredShare.of(0.5, 50)

    # The score interval holds every p with |0.5 - p| <= 1.96 sqrt(p (1 - p) / 50).
    def edge(p):
        return abs(0.5 - p) - 1.959963984540054 * np.sqrt(p * (1 - p) / 50)

    low, high = brentq(edge, 0.2, 0.5), brentq(edge, 0.5, 0.8)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (round(100 * found.low), round(100 * found.high)) == (37, 63)


@pytest.mark.parametrize("bad", [(1.2, 50), (0.5, 0), (-0.1, 3)])
def test_no_measured_share_beyond_its_bounds(bad):
    with pytest.raises(CapacityError, match="measured share"):
        MeasuredShare.of(*bad)


def test_refuses_bad_pools():
    with pytest.raises(CapacityError, match="row of roads"):
        pools([[1, 1]], [3], asked(5))
    with pytest.raises(CapacityError, match="row of roads"):
        pool_of([1, 0])
    with pytest.raises(CapacityError, match="0 or more"):
        pools([[1]], [-3], asked(5))
    free = exactly("persons_per_place", 0.0, "places", Evidence.ASSUMED, "by hand")
    with pytest.raises(CapacityError, match="above 0"):
        no_place_anywhere(pools([[1]], [3], asked(5)), stay_days=DAYS, persons_per_place=free)


def estimate(key, low, central, high):
    return Estimate(key, low, central, high, "cases", Evidence.SOURCED, "by hand")


def test_true_cases_are_never_fewer_than_those_on_record():
    crimes, hidden = estimate("crimes", 1205, 1224, 1482), estimate("hidden", 1, 3, 10)
    needing = estimate("needing", 0.05, 0.1, 0.2)
    floor = exactly("recorded_cases", 9389, "cases", Evidence.SOURCED, "by hand")
    with_floor = annual_stays(crimes, hidden, needing, floor)
    assert with_floor.corners == pytest.approx((469.45, 938.9, 2964.0))
    assert annual_stays(crimes, hidden, needing).corners == pytest.approx((60.25, 367.2, 2964.0))


def test_one_input_moved_keeps_the_floor():
    weight = pd.Series({"a": 1.0})
    parts = estimate("b", 1, 2, 3), estimate("u", 1, 2, 4), estimate("s", 0.1, 0.5, 1)
    floor = exactly("r", 5, "cases", Evidence.SOURCED, "by hand")
    found = demand_by_weight(*parts, weight, recorded=floor)
    central = {"b": 2.0, "u": 2.0, "s": 0.5, "r": 5.0}
    assert found.stays(central) == 2.5 == found.total.central
    assert found.stays(central | {"u": 4.0}) == 4.0
    assert demand_by_weight(*parts, weight).stays(central) == 2.0
