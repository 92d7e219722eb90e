"""Access measured on a country of four districts, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers import toy
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.access.metrics import (
    access_metrics,
    beyond_range,
    farthest,
    point_access,
    summarise,
    weight_over_settlements,
    weighted_quantile,
)
from shelter_geo.errors import CostError


@pytest.fixture(scope="module")
def access() -> pd.DataFrame:
    return point_access(toy.districts(), toy.costs(), toy.BUS)


def metrics(access: pd.DataFrame, weights: str = "population") -> dict[str, float]:
    rows = summarise(access, access[weights], distance_classes_km=(5, 9), time_classes_h=(1,))
    return {row["metric"]: row["value"] for row in rows}


def test_nearest_shelter_is_the_fastest_to_reach(access: pd.DataFrame) -> None:
    assert access["nearest_shelter_id"].dropna().to_dict() == {"a": "a", "b": "a", "c": "s"}
    assert access["distance_km"].dropna().to_dict() == {"a": 0.0, "b": 10.0, "c": 5.0}
    assert access["travel_min"].round(6).tolist()[:3] == [0.0, 10.0, 6.0]


def test_bus_takes_its_multiples_of_the_time_by_car(access: pd.DataFrame) -> None:
    row = access.loc["b"]
    assert [row["bus_min_low"], row["bus_min"], row["bus_min_high"]] == [12.0, 15.0, 20.0]


def test_unreachable_is_missing_with_a_reason(access: pd.DataFrame) -> None:
    row = access.loc["d"]
    assert not row["reachable"]
    assert np.isnan([row["distance_km"], row["travel_min"], row["bus_min"]]).all()
    assert row["reason"]
    assert (access.loc[["a", "b", "c"], "reason"] == "").all()


def test_metrics_by_hand(access: pd.DataFrame) -> None:
    found = metrics(access)
    assert found["total"] == 2000
    assert found["reachable"] == 1900
    assert found["unreachable"] == 100
    assert found["unreachable_share"] == pytest.approx(5.0)
    assert found["distance_km_mean"] == pytest.approx((600 * 10 + 300 * 5) / 1900)
    assert found["distance_km_median"] == 0.0  # 1,000 of 1,900 live at the shelter
    assert found["distance_km_p90"] == 10.0
    assert found["distance_km_max"] == 10.0
    assert found["beyond_5_km"] == 600  # c lies at 5 km, not beyond it
    assert found["beyond_5_km_share"] == pytest.approx(100 * 600 / 1900)
    assert found["beyond_9_km"] == 600
    assert found["beyond_1_h_by_car"] == 0
    assert found["travel_min_mean"] == pytest.approx((600 * 10 + 300 * 6) / 1900)


def test_women_weigh_for_themselves(access: pd.DataFrame) -> None:
    found = metrics(access, "women")
    assert found["distance_km_mean"] == pytest.approx((300 * 10 + 150 * 5) / 970)


@pytest.fixture
def two_populations(access: pd.DataFrame) -> pd.DataFrame:
    """Of the 600 people of b, 10 km away, 60 live there, or 30 to 200; of the women one in ten."""
    people, women = access["population"], access["women"]
    at_b = access.index == "b"
    return access.assign(
        population=people.mask(at_b, 60),
        women=women.mask(at_b, 30),
        residents_low=people.mask(at_b, 30),
        residents_high=people.mask(at_b, 200),
        resident_women_low=women.mask(at_b, 15),
        resident_women_high=women.mask(at_b, 100),
        registered=people,
        registered_women=women,
    )


def test_residents_come_with_a_range_and_registered_people_beside_them(
    two_populations: pd.DataFrame,
) -> None:
    points = two_populations
    table = access_metrics(points, points, distance_classes_km=(5,), time_classes_h=(1,))
    here = table[(table["basis"] == "district_centres") & (table["weighted_by"] == "people")]
    found = here.set_index(["units", "metric"])[["value", "value_low", "value_high"]]
    mean = found.loc["residents", "distance_km_mean"]
    assert mean["value"] == pytest.approx((60 * 10 + 300 * 5) / 1360)
    assert mean["value_low"] == pytest.approx((30 * 10 + 300 * 5) / 1330)
    assert mean["value_high"] == pytest.approx((200 * 10 + 300 * 5) / 1500)
    assert found.loc["residents", "beyond_5_km"].tolist() == [60, 30, 200]
    assert found.loc["registered", "beyond_5_km"].tolist() == [600, 600, 600]
    assert found.loc["registered", "distance_km_mean"].tolist() == [7500 / 1900] * 3


def test_a_study_that_counts_in_one_way_has_one_population(access: pd.DataFrame) -> None:
    table = access_metrics(access, access, distance_classes_km=(5,), time_classes_h=(1,))
    assert set(table["units"]) == {"residents"}
    assert table["value_low"].equals(table["value"].rename("value_low"))


def test_the_median_of_all_counts_those_without_a_road_as_farthest(access: pd.DataFrame) -> None:
    lost = access.assign(population=[0, 600, 300, 800])
    found = {
        row["metric"]: row["value"]
        for row in summarise(lost, lost["population"], distance_classes_km=(), time_classes_h=())
    }
    # Of 1,700 people 300 live at 5 km, 600 at 10 km and 800 have no road: the 850th is at 10 km.
    assert found["distance_km_median_of_all"] == 10
    more = access.assign(population=[0, 600, 300, 1000])
    rows = summarise(more, more["population"], distance_classes_km=(), time_classes_h=())
    value = next(row["value"] for row in rows if row["metric"] == "distance_km_median_of_all")
    assert np.isnan(value)


def test_people_near_a_limit_make_a_range() -> None:
    points = pd.DataFrame(
        {
            "distance_km": [100.0, 199.0, 201.0, 250.0, np.nan],
            "population": [10, 40, 20, 1000, 5],
            "women": [5, 20, 10, 500, 2],
            "resident_women_low": [5, 20, 10, 450, 2],
            "resident_women_high": [5, 20, 10, 550, 2],
            "residents_low": [10, 40, 20, 900, 5],
            "residents_high": [10, 40, 20, 1100, 5],
        }
    )
    # 60 people live between 196 and 204 km: more than 5 % of the 1,020 beyond 200.
    assert beyond_range(points, 200) == (900, 1160)
    # Of 30 people it is no range but that of the residents themselves.
    few = points.assign(population=[10, 10, 20, 1000, 5])
    assert beyond_range(few, 200) == (920, 1120)
    assert beyond_range(points, 300) == (0, 0)
    assert beyond_range(points, 200, weighted_by="women") == (450, 580)


def test_farthest_are_ranked_by_distance_without_the_unreachable(
    two_populations: pd.DataFrame,
) -> None:
    ranks = farthest(two_populations.assign(population=[1000, 0, 300, 100]), 2)
    resident = ranks[ranks["units"] == "residents"]
    assert resident["district_id"].tolist() == ["c", "a"]
    assert resident["rank"].tolist() == [1, 2]
    assert ranks.loc[ranks["units"] == "registered", "district_id"].tolist() == ["b", "c"]


def test_districts_are_averaged_over_the_people_of_their_settlements(access: pd.DataFrame) -> None:
    settlements = pd.DataFrame(
        {
            "district_id": ["a", "a", "b", "d"],
            "population": [900, 100, 600, 100],
            "distance_km": [0.0, 30.0, np.nan, np.nan],
            "travel_min": [0.0, 40.0, np.nan, np.nan],
            "reachable": [True, True, False, False],
        }
    )
    found = weight_over_settlements(access, settlements)
    assert found.at["a", "weighted_distance_km"] == pytest.approx(3.0)
    assert found.at["a", "weighted_travel_min"] == pytest.approx(4.0)
    assert found.at["a", "settlement_reachable_pct"] == 100
    assert np.isnan(found.at["b", "weighted_distance_km"])
    assert found.at["b", "settlement_reachable_pct"] == 0
    assert np.isnan(found.at["c", "settlement_reachable_pct"])  # no settlement is listed


def test_nobody_anywhere_gives_no_average() -> None:
    access = point_access(toy.districts().assign(population=0), toy.costs(), toy.BUS)
    found = metrics(access)
    assert np.isnan(found["distance_km_mean"])
    assert np.isnan(found["unreachable_share"])
    assert found["total"] == 0


def test_points_and_costs_must_match() -> None:
    with pytest.raises(CostError, match="not the same"):
        point_access(toy.districts().iloc[::-1], toy.costs(), toy.BUS)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=20),
    st.floats(0, 1),
)
def test_quantile_is_that_of_the_people_written_out(
    rows: list[tuple[int, int]], share: float
) -> None:
    values, weights = zip(*rows, strict=True)
    people = sorted(v for v, w in rows for _ in range(w))
    found = weighted_quantile(values, weights, share)
    if not people:
        assert np.isnan(found)
        return
    at_most = [sum(p <= v for p in people) >= share * len(people) for v in people]
    expected = next(v for v, enough in zip(people, at_most, strict=True) if enough)
    assert found == expected or share == 0


@pytest.mark.parametrize(("share", "weight"), [(1.1, 1.0), (-0.1, 1.0), (0.5, -1.0)])
def test_quantile_refuses_what_has_no_meaning(share: float, weight: float) -> None:
    with pytest.raises(ValueError, match=r"quantile|negative"):
        weighted_quantile([1.0], [weight], share)


def test_own_district_and_region_by_hand(access: pd.DataFrame) -> None:
    # Of 2,000 people 1,000 live in a, and 300 in c; the shelter in c refuses women.
    there = access.assign(
        shelter_in_district=access.index.isin(["a", "c"]),
        shelter_in_district_for_women=access.index == "a",
    )
    table = access_metrics(there, there, distance_classes_km=(5,), time_classes_h=(1,))
    rows = table[table["basis"] == "settlements"].set_index(["weighted_by", "metric"])["value"]
    assert rows["people", "shelter_in_own_district"] == 1300
    assert rows["people", "shelter_in_own_district_share"] == pytest.approx(65)
    women = there["women"].sum()
    assert rows["women", "shelter_in_own_district_share"] == pytest.approx(100 * 520 / women)
    assert "shelter_in_own_region" not in set(table["metric"])
