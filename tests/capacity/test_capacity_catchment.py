"""Catchments by hand, and floating catchments against the peer library."""

import access.fca
import numpy as np
import pandas as pd
import pytest
from access.weights import step_fn
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shelter_geo.capacity.catchment import (
    FAST_DECAY,
    SLOW_DECAY,
    catchment_shares,
    catchment_sums,
    floating_catchment,
    nearest_catchments,
    reach_table,
    thirds,
)
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason

NAN = np.nan
COST = np.array([[10.0, 50.0], [30.0, 30.0], [NAN, 20.0], [NAN, NAN]])


def test_nearest_with_ties_and_islands():
    assert nearest_catchments(COST).tolist() == [0, 0, 1, -1]
    minutes = np.array([[9.0, 9.0], [31.0, 30.0], [NAN, 1.0], [NAN, NAN]])
    assert nearest_catchments(COST, then=minutes).tolist() == [0, 1, 1, -1]
    assert nearest_catchments(np.empty((2, 0))).tolist() == [-1, -1]


def test_shelters_of_one_town_share_by_places():
    cost = np.array([[5.0, 5.0, 9.0], [9.0, 9.0, 5.0], [NAN, NAN, NAN]])
    shares = catchment_shares(cost, [30, 120, 25])
    assert shares.tolist() == [[0.2, 0.8, 0], [0, 0, 1], [0, 0, 0]]
    assert catchment_shares(cost, [0, 0, 25])[0].tolist() == [0.5, 0.5, 0]
    then = np.array([[1.0, 2.0, 3.0]] * 3)
    assert catchment_shares(cost, [30, 120, 25], then=then)[0].tolist() == [1, 0, 0]


def test_sums_lose_nobody():
    people = pd.DataFrame({"people": [100, 40, 7, 3], "women": [50, 20, 4, 2]})
    found = catchment_sums(people, catchment_shares(COST, [2, 6]), ["p", "q"])
    assert found.by_shelter.loc["p"].tolist() == [110, 55]
    assert found.by_shelter.loc["q"].tolist() == [37, 19]
    assert found.unreached.to_dict() == {"people": 3, "women": 2}
    assert (found.by_shelter.sum() + found.unreached == people.sum()).all()


def test_floating_catchment_by_hand():
    """Reach 30: p serves points 0 and 1 (140 people), q points 1 and 2 (47)."""
    found = floating_catchment([100, 40, 7, 3], [14, 47], COST, [(30, 1.0)])
    assert found.places_per_person_in_reach == pytest.approx([0.1, 1.0])
    assert found.per_person == pytest.approx([0.1, 1.1, 1.0, 0.0])


def test_enhanced_floating_catchment_by_hand():
    """Zones 0 to 15 and 15 to 30 weigh 1 and 0.5: p has 100 + 20 people, q 20 + 3.5."""
    found = floating_catchment([100, 40, 7, 3], [12, 47], COST, [(15, 1.0), (30, 0.5)])
    assert found.places_per_person_in_reach == pytest.approx([0.1, 2.0])
    assert found.per_person == pytest.approx([0.1, 0.05 + 1.0, 1.0, 0.0])


def peer(people, places, cost, zones):
    """The same by the `access` package, from a long table of costs."""
    demand = pd.DataFrame({"demand": people}, index=[f"d{i}" for i in range(len(people))])
    supply = pd.DataFrame({"supply": places}, index=[f"s{j}" for j in range(len(places))])
    long = pd.DataFrame(
        [
            (f"d{i}", f"s{j}", cost[i, j])
            for i in range(cost.shape[0])
            for j in range(cost.shape[1])
            if not np.isnan(cost[i, j])
        ],
        columns=["origin", "dest", "cost"],
    )
    found = access.fca.two_stage_fca(
        demand,
        supply,
        long,
        max_cost=zones[-1][0],
        demand_index=True,
        supply_index=True,
        weight_fn=None if len(zones) == 1 else step_fn(dict(zones)),
    )
    return found.reindex(demand.index).fillna(0.0).to_numpy()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "zones", [[(60.0, 1.0)], thirds(90.0, SLOW_DECAY), thirds(240.0, FAST_DECAY)]
)
def test_equals_the_access_package(seed, zones):
    random = np.random.default_rng(seed)
    people, places = random.integers(1, 5000, 40), random.integers(1, 200, 6)
    # Whole costs, so that some fall on the limit of a zone.
    cost = random.integers(0, 26, (40, 6)) * 10.0
    cost[random.random((40, 6)) < 0.2] = NAN
    ours = floating_catchment(people, places, cost, zones).per_person
    assert ours == pytest.approx(peer(people, places, cost, zones), rel=1e-9, abs=1e-12)


@settings(max_examples=60)
@given(
    arrays(np.int64, 6, elements=st.integers(0, 900)),
    arrays(np.int64, 3, elements=st.integers(0, 90)),
    arrays(np.float64, (6, 3), elements=st.sampled_from([1.0, 20.0, 40.0, 99.0, NAN])),
)
def test_every_place_in_reach_of_somebody_is_given_out(people, places, cost):
    found = floating_catchment(people, places, cost, thirds(60.0, SLOW_DECAY))
    given_out = np.nansum(found.per_person * people)
    assert given_out == pytest.approx(places[~np.isnan(found.places_per_person_in_reach)].sum())


def test_reach_table_explains_every_zero_and_gap():
    cost = np.array([[10.0, NAN], [70.0, NAN], [NAN, NAN], [NAN, 5.0]])
    people = pd.Series([5000, 100, 60, 0], index=["near", "far", "island", "empty"])
    table = reach_table(people, pd.Series([4, 9], index=["p", "q"]), cost, limit=60)
    assert table["places_per_10000"].iloc[:3].tolist() == pytest.approx([8.0, 0.0, 0.0])
    assert np.isnan(table.loc["empty", "places_per_10000"])
    assert table["places_in_reach"].tolist() == [4, 0, 0, 9]
    assert table["reason"].tolist() == [
        "",
        Reason.NO_SHELTER_WITHIN_REACH,
        Reason.NO_ROAD,
        Reason.NOBODY_WITHIN_REACH,
    ]


def test_reach_table_with_decay():
    people = pd.Series([100.0, 100.0])
    table = reach_table(people, pd.Series([1]), [[10.0], [50.0]], limit=60, weights=SLOW_DECAY)
    assert table["places_per_10000"].tolist() == pytest.approx([10_000 / 122, 2200 / 122])


@pytest.mark.parametrize(
    ("people", "places", "cost", "zones"),
    [
        ([1], [1], [[1.0, 2.0]], [(5, 1)]),
        ([1], [1], [1.0], [(5, 1)]),
        ([-1], [1], [[1.0]], [(5, 1)]),
        ([1], [NAN], [[1.0]], [(5, 1)]),
        ([1], [1], [[-1.0]], [(5, 1)]),
        ([1], [1], [[np.inf]], [(5, 1)]),
        ([1], [1], [[1.0]], []),
        ([1], [1], [[1.0]], [(5, 1), (5, 0.5)]),
        ([1], [1], [[1.0]], [(5, 2.0)]),
    ],
)
def test_floating_catchment_refuses(people, places, cost, zones):
    with pytest.raises(CapacityError):
        floating_catchment(people, places, cost, zones)


def test_catchments_refuse():
    with pytest.raises(CapacityError, match="shape"):
        nearest_catchments(COST, then=COST[:2])
    with pytest.raises(CapacityError, match="each shelter"):
        catchment_shares(COST, [1, 2, 3])
    with pytest.raises(CapacityError, match="each shelter"):
        catchment_shares(COST, [1, NAN])
    with pytest.raises(CapacityError, match="row a point"):
        catchment_sums(pd.DataFrame({"people": [1]}), np.ones((2, 1)), ["p"])
