"""People shared out over settlements: nobody lost, nobody counted twice."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.study.people import settlement_demand


def tables(
    people: int, listed: list[int | None], *, women: int = 0
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    districts = pd.DataFrame(
        {"population": [people], "women": [women], "counts_registered_not_resident": [True]},
        index=["x"],
    )
    settlements = gpd.GeoDataFrame(
        {
            "settlement_id": [f"s{i:02}" for i in range(len(listed))],
            "district_id": "x",
            "population_listed": pd.array(listed, dtype="Int64"),
        },
        geometry=gpd.points_from_xy(range(len(listed)), range(len(listed))),
        crs=4326,
    )
    return districts, settlements


def shares(people: int, listed: list[int | None]) -> list[int]:
    return settlement_demand(*tables(people, listed))["population"].tolist()


def test_people_follow_listed_populations() -> None:
    assert shares(1000, [300, 100]) == [750, 250]


def test_a_town_listed_with_its_whole_district_is_capped_at_it() -> None:
    assert shares(1000, [9000, 1000]) == [500, 500]


def test_remainders_go_to_the_largest_then_to_the_lower_key() -> None:
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(11, [1, 1, 2]) == [3, 3, 5]


def test_a_place_without_a_listed_population_counts_as_the_mean() -> None:
    assert shares(1000, [None, 200, 300]) == [333, 267, 400]


def test_a_district_that_lists_nobody_is_shared_out_evenly() -> None:
    assert shares(10, [0, None]) == [5, 5]


def test_women_and_the_mark_of_the_district_are_carried() -> None:
    demand = settlement_demand(*tables(10, [3, 1], women=8))
    assert demand["women"].tolist() == [6, 2]
    assert demand["counts_registered_not_resident"].all()


def test_a_district_without_settlements_is_refused() -> None:
    districts, settlements = tables(10, [1])
    with pytest.raises(ValueError, match="without any settlement: y"):
        settlement_demand(districts.rename(index={"x": "y"}), settlements)


@given(
    st.integers(0, 3_000_000),
    st.lists(st.none() | st.integers(0, 3_000_000), min_size=1, max_size=12),
)
def test_the_sum_is_the_district(people: int, listed: list[int | None]) -> None:
    found = shares(people, listed)
    assert sum(found) == people
    assert min(found) >= 0
