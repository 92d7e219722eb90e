"""Emergency places: against hand-worked values, Erlang's formula and a simulated wait."""

import math

import ciw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from shelter_geo.capacity import Estimate, erlang_b, exactly, places_to_bridge
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence


def exact(name, value):
    return exactly(name, value, "", Evidence.ASSUMED, "test")


def bridge(stays, share, days, persons=1.0, target=0.05):
    return places_to_bridge(
        exact("stays", stays), exact("share", share), exact("days", days),
        persons_per_place=exact("persons", persons), target=target,
    )  # fmt: skip


def test_hand_worked():
    # 1,460 a year are 4 a day; a quarter wait 8 days: 8 families, 20 persons at 2.5 a family.
    found = bridge(1460, 0.25, 8, 2.5)
    assert found["waiting_central"] == 8
    assert found["wait_nights_central"] == 365 * 8
    assert found["emergency_places_central"] == 20
    families = math.floor(found["emergency_places_needed_central"] / 2.5)
    loss = [float(erlang_b(places, 8.0)) for places in (families - 1, families)]
    assert loss[1] <= 0.05 < loss[0]


@given(stays=st.floats(0, 5000), share=st.floats(0, 1), days=st.floats(0, 60), more=st.floats(1, 3))
def test_more_of_anything_takes_no_fewer_places(stays, share, days, more):
    found, longer = bridge(stays, share, days), bridge(stays, share, days * more)
    for name in ("waiting", "emergency_places", "emergency_places_needed"):
        assert found[f"{name}_central"] <= longer[f"{name}_central"] + 1e-9
    assert found["emergency_places_needed_low"] == found["emergency_places_needed_high"]


def test_ends_go_together():
    share = Estimate("share", 0.1, 0.2, 0.5, "", Evidence.ASSUMED, "test")
    days = Estimate("days", 1, 3, 10, "", Evidence.ASSUMED, "test")
    found = places_to_bridge(
        exact("stays", 365), share, days, persons_per_place=exact("persons", 1)
    )
    ends = [found[f"waiting_{end}"] for end in ("low", "central", "high")]
    assert ends == pytest.approx([0.1, 0.6, 5])


def test_nobody_waits():
    assert bridge(1000, 0, 10)["emergency_places_needed_high"] == 0


def test_bad_input_is_refused():
    with pytest.raises(CapacityError, match="is outside 0 to 1"):
        bridge(100, 1.5, 3)
    with pytest.raises(CapacityError, match="persons per place"):
        bridge(100, 0.5, 3, persons=0)
    with pytest.raises(CapacityError, match="turn-away target"):
        bridge(100, 0.5, 3, target=0)


@pytest.mark.parametrize("wait", [ciw.dists.Deterministic(5.0), ciw.dists.Exponential(0.2)])
def test_littles_law_holds_in_a_simulated_wait(wait):
    a_day, share, means = 2.0, 0.5, []
    for seed in range(8):
        ciw.seed(seed)
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(a_day * share)],
            service_distributions=[wait],
            number_of_servers=[float("inf")],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(1100)
        rows = [(row.arrival_date, row.exit_date) for row in simulation.get_all_records()]
        rows += [(ind.arrival_date, np.inf) for ind in simulation.nodes[1].all_individuals]
        days = np.arange(100.0, 1000.0)
        came, left = (np.searchsorted(np.sort(ends), days) for ends in np.transpose(rows))
        means.append(np.mean(came - left))
    half = t.ppf(0.995, len(means) - 1) * np.std(means, ddof=1) / math.sqrt(len(means))
    expected = bridge(a_day * 365, share, 5.0)["waiting_central"]
    assert 0 < half < 0.5
    assert abs(np.mean(means) - expected) <= half
