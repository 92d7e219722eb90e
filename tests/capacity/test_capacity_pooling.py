"""Many small shelters against one large one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.capacity.erlang import erlang_b, places_for
from shelter_geo.capacity.turnaway import pooling_table, turn_away_apart, turn_away_together
from shelter_geo.errors import CapacityError


def test_seven_shelters_of_25_against_one_of_175():
    table = pooling_table(175, 150.0, [7, 1], target=0.05).set_index("shelters")
    assert table.loc[1, "turn_away_apart"] == pytest.approx(float(erlang_b(175, 150.0)))
    assert table.loc[7, "turn_away_apart"] == pytest.approx(float(erlang_b(25, 150 / 7)))
    assert (table["turn_away_together"] == table.loc[1, "turn_away_apart"]).all()
    assert table.loc[7, "places_needed_apart"] == 7 * int(places_for(150 / 7, 0.05))
    assert table.loc[7, "places_needed_apart"] > table.loc[7, "places_needed_together"]


def test_places_that_do_not_divide_are_all_dealt_out():
    row = pooling_table(10, 6.0, [3]).iloc[0]
    assert (row["places_smallest"], row["places_largest"]) == (3, 4)
    loads = np.array([2.4, 1.8, 1.8])
    lost = loads @ [float(erlang_b(4, 2.4)), float(erlang_b(3, 1.8)), float(erlang_b(3, 1.8))]
    assert row["turn_away_apart"] == pytest.approx(lost / 6)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 50)), min_size=1, max_size=5))
def test_pooling_never_turns_more_away(shelters):
    places, loads = np.array(shelters).T
    assert turn_away_together(places, loads) <= turn_away_apart(places, loads) + 1e-12


def test_nobody_asks():
    assert turn_away_apart([3, 0], [0.0, 0.0]) == 0.0
    assert turn_away_together([3, 0], [0.0, 0.0]) == 0.0
    assert (pooling_table(6, 0.0, [1, 2])["turn_away_apart"] == 0).all()


@pytest.mark.parametrize(
    ("places", "offered", "sites"), [(3, 1.0, [4]), (3, 1.0, []), (3, 1.0, [0]), (3, -1.0, [1])]
)
def test_refuses(places, offered, sites):
    with pytest.raises(CapacityError):
        pooling_table(places, offered, sites)
