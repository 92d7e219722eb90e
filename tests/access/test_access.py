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
    farthest,
    point_access,
    resident_units,
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


def test_units_whose_people_live_elsewhere_are_left_out_once(access: pd.DataFrame) -> None:
    table = access_metrics(access, access, distance_classes_km=(5,), time_classes_h=(1,))
    mean = table[
        (table["metric"] == "distance_km_mean")
        & (table["basis"] == "district_centres")
        & (table["weighted_by"] == "people")
    ].set_index("units")["value"]
    assert mean["all"] == pytest.approx(7500 / 1900)
    assert mean["without_registered_elsewhere"] == pytest.approx(1500 / 1300)
    assert list(resident_units(access).index) == ["a", "c", "d"]


def test_farthest_are_ranked_by_distance_without_the_unreachable(access: pd.DataFrame) -> None:
    ranks = farthest(access, 2)
    assert ranks.loc[ranks["units"] == "all", "district_id"].tolist() == ["b", "c"]
    resident = ranks[ranks["units"] == "without_registered_elsewhere"]
    assert resident["district_id"].tolist() == ["c", "a"]
    assert resident["rank"].tolist() == [1, 2]


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
