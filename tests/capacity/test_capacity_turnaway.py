"""Turn-away of each shelter, and the edges where a bare number would mislead."""

import numpy as np
import pandas as pd
import pytest

from shelter_geo.capacity.erlang import erlang_b, families_of, places_for, refusals
from shelter_geo.capacity.estimates import Estimate, exactly
from shelter_geo.capacity.turnaway import turn_away_by_family_size, turn_away_by_shelter
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason

STAY = Estimate("stay", 60, 90, 180, "days", "sourced", "law against practice")
PERSONS = Estimate("persons", 1, 1.84, 2.5, "persons", "assumed", "readings")
ONE = exactly("persons", 1, "persons", "assumed", "toy")


def days(low, central, high):
    return Estimate("stay", low, central, high, "days", "assumed", "toy")


def stays(low, central, high):
    return pd.DataFrame(
        {"stays_low": low, "stays_central": central, "stays_high": high},
        index=pd.Index([f"s{k}" for k in range(len(low))], name="shelter_id"),
        dtype=float,
    )


def places(*values):
    return pd.Series(values, index=[f"s{k}" for k in range(len(values))])


def test_by_hand_at_every_corner():
    table = turn_away_by_shelter(
        places(25), stays([73], [146], [292]), stay_days=STAY, persons_per_place=PERSONS
    ).table.loc["s0"]
    assert [table[f"family_places_{c}"] for c in ("low", "central", "high")] == [25, 13, 10]
    assert [table[f"offered_{c}"] for c in ("low", "central", "high")] == [12, 36, 144]
    full = erlang_b([25, 13, 10], [12.0, 36.0, 144.0])
    assert [table[f"turn_away_{c}"] for c in ("low", "central", "high")] == pytest.approx(full)
    assert table["turned_away_per_year_central"] == pytest.approx(146 * full[1])
    assert table["occupancy_central"] == pytest.approx(36 * (1 - full[1]) / 13)
    assert table["family_places_needed_high"] == places_for(144.0, 0.05)
    assert table["places_needed_high"] == np.ceil(places_for(144.0, 0.05) * 2.5)


def test_ranges_never_cross():
    found = turn_away_by_shelter(
        places(0, 3, 25, 150),
        stays([0, 1, 10, 900], [1, 5, 80, 950], [2, 9, 400, 999]),
        stay_days=STAY,
        persons_per_place=PERSONS,
    )
    for name in ("stays", "offered", "turn_away", "turned_away_per_year", "places_needed"):
        low, central, high = (found.table[f"{name}_{c}"] for c in ("low", "central", "high"))
        assert (low <= central).all()
        assert (central <= high).all()
    low, central, high = found.share
    assert 0 < low < central < high < 1


def test_share_weighs_shelters_by_who_asks():
    found = turn_away_by_shelter(
        places(0, 5000), stays([10, 30], [10, 30], [10, 30]), stay_days=STAY, persons_per_place=ONE
    )
    assert found.share == pytest.approx((0.25, 0.25, 0.25))


def one_row(count, asked, stay, persons=ONE):
    return turn_away_by_shelter(
        places(count), stays([asked], [asked], [asked]), stay_days=stay, persons_per_place=persons
    ).table.loc["s0"]


def test_zero_demand_turns_nobody_away():
    row = one_row(25, 0, STAY)
    assert row["turn_away_high"] == 0
    assert row["places_needed_high"] == 0
    assert row["occupancy_high"] == 0
    assert row["reason"] == Reason.NO_STAYS_ASKED


def test_zero_places_turn_everybody_away():
    row = one_row(0, 40, STAY)
    assert row["turn_away_low"] == 1
    assert row["turned_away_per_year_low"] == 40
    assert np.isnan(row["occupancy_central"])
    assert row["reason"] == Reason.NO_PLACES


def test_places_above_demand_turn_nobody_away():
    row = one_row(5000, 40, STAY)
    assert row["turn_away_high"] < 1e-12
    assert row["occupancy_high"] == pytest.approx(40 * 180 / 365 / 5000)
    assert row["reason"] == Reason.AMPLE_PLACES


def test_stays_of_zero_days_take_no_place():
    row = one_row(1, 500, days(0, 0, 0))
    assert (row["turn_away_high"], row["offered_high"], row["occupancy_high"]) == (0, 0, 0)
    assert row["reason"] == Reason.STAYS_OF_NO_DAYS


def test_stays_longer_than_a_year_still_count_by_their_length():
    row = one_row(10, 365, days(60, 90, 400))
    assert row["offered_high"] == 400
    assert row["turn_away_high"] == pytest.approx(float(erlang_b(10, 400.0)))
    assert row["reason"] == Reason.STAYS_BEYOND_A_YEAR


def test_a_shelter_too_small_for_one_family():
    row = one_row(2, 10, STAY, PERSONS)
    assert row["family_places_high"] == 0
    assert row["turn_away_high"] == 1
    assert row["reason"] == Reason.NO_FAMILY_PLACE


def test_places_divide_without_rounding_slips():
    persons = exactly("persons", 0.1 + 0.2, "persons", "assumed", "toy")
    assert one_row(3, 10, STAY, persons)["family_places_low"] == 10


def test_families_by_size_and_their_bounds():
    children = Estimate("children", 0.52, 0.84, 1.22, "children a woman", "sourced", "services")
    table = turn_away_by_family_size(
        places(25, 0, 4),
        stays([40, 1, 0], [50, 1, 0], [60, 1, 0]),
        stay_days=days(80, 90, 100),
        children_per_woman=children,
        largest=4,
    )
    first = table[table["shelter_id"] == "s0"]
    middle = refusals(25, families_of(50 * 90 / 365, 0.84, largest=4))
    assert first["turn_away_central"].to_numpy() == pytest.approx(middle)
    assert (first["turn_away_low"] < first["turn_away_central"]).all()
    assert (first["turn_away_central"] < first["turn_away_high"]).all()
    assert (table.loc[table["shelter_id"] == "s1", "turn_away_low"] == 1).all()
    assert (table.loc[table["shelter_id"] == "s2", "turn_away_high"] == 0).all()


def test_refuses():
    asked = stays([1], [1], [1])
    with pytest.raises(CapacityError, match="same shelters"):
        turn_away_by_shelter(places(1, 2), asked, stay_days=STAY, persons_per_place=ONE)
    with pytest.raises(CapacityError, match="persons per place"):
        turn_away_by_shelter(places(1), asked, stay_days=STAY, persons_per_place=days(0, 1, 2))
    with pytest.raises(CapacityError, match="0 or more"):
        turn_away_by_shelter(places(-1), asked, stay_days=STAY, persons_per_place=ONE)
    with pytest.raises(CapacityError, match="0 or more"):
        turn_away_by_shelter(
            places(1), stays([1], [np.nan], [1]), stay_days=STAY, persons_per_place=ONE
        )
    with pytest.raises(CapacityError, match="same shelters"):
        turn_away_by_family_size(
            places(1, 2), asked, stay_days=STAY, children_per_woman=days(0, 1, 1)
        )
    with pytest.raises(CapacityError, match="beds"):
        turn_away_by_family_size(
            places(-1), asked, stay_days=STAY, children_per_woman=days(0, 1, 1)
        )
