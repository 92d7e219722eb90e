"""Stays under a limit: against integrals, hand-worked values and a simulated shelter."""

import math

import ciw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, t

from shelter_geo.capacity import (
    CORNERS,
    STAYS,
    Estimate,
    LimitedSystem,
    erlang_b,
    exactly,
    limited_stay,
    limits_table,
    places_for,
)
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence

means = st.floats(1, 400)
spreads = st.floats(0.05, 4)
limits = st.floats(1, 1000)


def exact(name, value):
    return exactly(name, value, "", Evidence.ASSUMED, "test")


def range_of(name, low, central, high):
    return Estimate(name, low, central, high, "", Evidence.ASSUMED, "test")


def system(places=20.0, stays=100.0, *, days=60.0, spread=1.0, persons=1.0, target=0.05):
    asked = pd.DataFrame([dict.fromkeys(STAYS, stays)])
    given_as = [
        part if isinstance(part, Estimate) else exact(name, part)
        for name, part in (("days", days), ("spread", spread), ("persons", persons))
    ]
    return LimitedSystem(asked.assign(places=places), asked, *given_as, target)


@settings(max_examples=25)
@given(mean=means, spread=spreads, limit=limits)
def test_a_limited_stay_is_the_area_under_the_curve_of_those_still_in(mean, spread, limit):
    there = gamma(spread**-2, scale=mean * spread**2)
    found = limited_stay(mean, spread, limit)
    # The curve falls steeply near 0 where the spread is wide, so the area is taken on its log.
    area, _ = quad(lambda x: there.sf(math.exp(x)) * math.exp(x), -60, math.log(limit), limit=400)
    assert found.mean_days == pytest.approx(area, rel=1e-5, abs=1e-8)
    assert found.at_limit == pytest.approx(there.sf(limit), abs=1e-12)


@given(mean=means, limit=limits)
def test_stays_that_end_at_random_have_the_exponential_form(mean, limit):
    found = limited_stay(mean, 1, limit)
    assert found.at_limit == pytest.approx(math.exp(-limit / mean))
    assert found.mean_days == pytest.approx(mean * (1 - math.exp(-limit / mean)))


@given(mean=means, spread=spreads, limit=limits)
def test_a_longer_limit_makes_longer_stays_and_fewer_at_the_limit(mean, spread, limit):
    short, long = limited_stay(mean, spread, limit), limited_stay(mean, spread, 1.5 * limit)
    assert short.mean_days <= long.mean_days * (1 + 1e-12) <= mean * (1 + 1e-9)
    assert short.at_limit >= long.at_limit
    wider = limited_stay(mean, 1.5 * spread, limit)
    assert wider.mean_days <= short.mean_days * (1 + 1e-9)


def test_stays_all_alike_and_none_at_all():
    assert limited_stay(36, 0, 30) == limited_stay(36, 0, 30.0)
    assert (limited_stay(36, 0, 30).mean_days, limited_stay(36, 0, 30).at_limit) == (30, 1)
    assert (limited_stay(20, 0, 30).mean_days, limited_stay(20, 0, 30).at_limit) == (20, 0)
    assert limited_stay(0, 1, 30).mean_days == 0
    assert limited_stay(36, 1, math.inf).mean_days == 36


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((-1, 1, 30), "mean of the stays"),
        ((math.nan, 1, 30), "mean of the stays"),
        ((36, -0.1, 30), "spread"),
        ((36, math.inf, 30), "spread"),
        ((36, 1, 0), "longest stay allowed"),
        ((36, 1, math.nan), "longest stay allowed"),
    ],
)
def test_bad_stays_are_refused(values, said):
    with pytest.raises(CapacityError, match=said):
        limited_stay(*values)


def test_a_hand_worked_limit():
    # 365 families a year, 60 days if they may: under 30 days they are in 23.608 days on average
    # and 0.60653 of them would have gone on; 23.608 families ask for 20 places at once.
    found = system(20, 365, days=60, spread=1).under(30)
    assert found["mean_stay_central"] == pytest.approx(60 * (1 - math.exp(-0.5)))
    full = 1 / sum(
        math.prod((20 - step) / found["mean_stay_central"] for step in range(k)) for k in range(21)
    )
    assert found["no_place_per_year_central"] == pytest.approx(365 * full)
    left = 365 * (1 - full) * math.exp(-0.5)
    assert found["leave_at_limit_central"] == pytest.approx(left)
    assert found["no_place_or_home_central"] == pytest.approx(365 * full + left)
    needed = int(places_for(found["mean_stay_central"], 0.05))
    assert found["places_needed_central"] == needed
    let_in = 365 * (1 - float(erlang_b(needed, found["mean_stay_central"])))
    assert found["leave_if_enough_central"] == pytest.approx(let_in * math.exp(-0.5))


def test_ranges_hold_every_reading():
    days, spread = range_of("days", 23, 36, 180), range_of("spread", 0.5, 1, 2)
    persons = range_of("persons", 1, 1.8, 2.5)
    whole = system(40, 300, days=days, spread=spread, persons=persons).under(60)
    for mean in days.corners:
        for width in spread.corners:
            for each in persons.corners:
                one = system(40, 300, days=mean, spread=width, persons=each).under(60)
                for name in (key.removesuffix("_central") for key in one if "_central" in key):
                    value, low, high = (
                        one[f"{name}_central"],
                        *(whole[f"{name}_{end}"] for end in ("low", "high")),
                    )
                    # Those who leave if there is room for nearly all, up to what the target lets.
                    slack = 0.05 * high if name == "leave_if_enough" else 1e-9
                    assert low - slack <= value <= high + slack, name


def test_the_table_ends_with_no_limit_and_repeats_no_row():
    table = limits_table(system(), [3, 1, 3])
    assert table["limit_months"].tolist()[:2] == [1, 3]
    assert table["limit_months"].isna().tolist() == [False, False, True]
    last = table.iloc[-1]
    assert last["leave_at_limit_central"] == 0
    assert last["mean_stay_central"] == 60
    for corner in CORNERS:
        assert table[f"places_needed_{corner}"].is_monotonic_increasing
        assert table[f"at_limit_{corner}"].is_monotonic_decreasing


def test_areas_share_out_what_each_pool_loses():
    """100 stays for 10 places, a third of them from the first area, and 40 for no place."""
    asked = pd.DataFrame([dict.fromkeys(STAYS, stays) for stays in (100.0, 40.0)])
    whole = LimitedSystem(
        asked.assign(places=[10.0, 0.0]), asked,
        exact("days", 60), exact("spread", 1), exact("persons", 1), 0.05,
    )  # fmt: skip
    found = whole.by_area(60, np.array([[1 / 3, 0], [2 / 3, 0.25], [0, 0.75]]))
    load, mean = 100 * (1 - math.exp(-1)) * 60 / 365, math.exp(-1)
    terms = np.cumprod([1.0, *(load / place for place in range(1, 11))])
    lost = 100 * terms[-1] / terms.sum()
    left = (100 - lost) * mean
    for end in CORNERS:
        assert found[f"no_place_per_year_{end}"].tolist() == pytest.approx(
            [lost / 3, 2 * lost / 3 + 10, 30]
        )
        assert found[f"leave_at_limit_{end}"].tolist() == pytest.approx([left / 3, 2 * left / 3, 0])
        assert found[f"no_place_or_home_{end}"].sum() == pytest.approx(
            whole.under(60)[f"no_place_or_home_{end}"]
        )


def test_nobody_asks_and_no_place():
    nobody = system(0, 0).under(30)
    assert nobody["no_place_per_year_high"] == nobody["places_needed_high"] == 0
    assert system(0, 100).under(30)["no_place_per_year_low"] == 100


def test_bad_systems_are_refused():
    with pytest.raises(CapacityError, match="persons per place"):
        system(persons=0.0)
    with pytest.raises(CapacityError, match="longest stay allowed"):
        limits_table(system(), [0])
    with pytest.raises(CapacityError, match="a column a pool"):
        system().by_area(30, np.ones((2, 3)))
    with pytest.raises(CapacityError, match="longest stay allowed"):
        system().by_area(0, np.ones((1, 1)))


class CutOff(ciw.dists.Distribution):
    """Gamma stays cut off at a limit."""

    def __init__(self, mean, spread, limit, seed):
        self.draw = np.random.default_rng(seed)
        self.shape, self.scale, self.limit = spread**-2, mean * spread**2, limit

    def sample(self, t=None, ind=None):
        return min(self.draw.gamma(self.shape, self.scale), self.limit)


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_a_simulated_shelter_refuses_and_puts_out_as_many(spread):
    mean, limit, a_day, places = 40.0, 60.0, 0.3, 10
    expected = system(places, a_day * 365, days=mean, spread=spread).under(limit)
    refused, left = [], []
    for seed in range(8):
        ciw.seed(seed)
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(a_day)],
            service_distributions=[CutOff(mean, spread, limit, seed)],
            number_of_servers=[places],
            queue_capacities=[0],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(6000)
        # After a warm-up, and before stays are cut short by the end of the run.
        rows = [row for row in simulation.get_all_records() if 300 < row.arrival_date < 5900]
        outcomes = [row.record_type for row in rows]
        assert set(outcomes) == {"service", "rejection"}
        refused.append(outcomes.count("rejection") / len(rows))
        left.append(sum(row.service_time == limit for row in rows) / len(rows))
    for runs, name in ((refused, "no_place_per_year"), (left, "leave_at_limit")):
        half = t.ppf(0.995, len(runs) - 1) * np.std(runs, ddof=1) / math.sqrt(len(runs))
        assert 0 < half < 0.04
        assert abs(np.mean(runs) - expected[f"{name}_central"] / (a_day * 365)) <= half
