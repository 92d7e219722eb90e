"""Kaufman-Roberts against the sum over all states, and against Erlang where they meet."""

from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.capacity.erlang import Families, beds_for, erlang_b, families_of, refusals, refused
from shelter_geo.errors import CapacityError


def by_all_states(beds: int, families: Families) -> list[float]:
    """Weigh every mix of families that fits; a size is refused where it no longer does."""
    sizes, loads = families.sizes.tolist(), families.offered.tolist()
    whole, short = 0.0, [0.0] * len(sizes)
    for mix in product(*(range(beds // size + 1) for size in sizes)):
        taken = sum(n * size for n, size in zip(mix, sizes, strict=True))
        if taken > beds:
            continue
        weight = np.prod([a**n / factorial(n) for a, n in zip(loads, mix, strict=True)])
        whole += weight
        for k, size in enumerate(sizes):
            if taken + size > beds:
                short[k] += weight
    return [part / whole for part in short]


@settings(max_examples=40)
@given(
    st.integers(0, 9),
    st.lists(st.floats(0, 6), min_size=3, max_size=3),
    st.sampled_from([(1, 2, 3), (1, 3, 4), (2, 3, 5), (1, 2, 12)]),
)
def test_equals_the_sum_over_all_states(beds, loads, sizes):
    families = Families.of(sizes, loads)
    assert refusals(beds, families) == pytest.approx(by_all_states(beds, families), abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_one_size_is_erlang(size):
    found = refusals(25, Families.of([size], [4.0]))
    assert found == pytest.approx([float(erlang_b(25 // size, 4.0))], rel=1e-12)


@pytest.mark.parametrize("load", [1.0, 4900.0, 9000.0])
def test_stable_at_5000_beds(load):
    found = refusals(5000, Families.of([1], [load]))
    assert found == pytest.approx([float(erlang_b(5000, load))], rel=1e-8, abs=1e-300)


def test_larger_families_are_refused_more_and_the_mean_lies_between():
    families = families_of(9.0, 1.22)
    found = refusals(25, families)
    assert (np.diff(found) > 0).all()
    assert found[0] < refused(25, families) < found[-1]


def test_edges():
    families = Families.of([1, 4], [2.0, 1.0])
    assert refusals(0, families).tolist() == [1.0, 1.0]
    assert refusals(3, families)[1] == 1.0
    assert refused(10, Families.of([1, 2], [0.0, 0.0])) == 0.0
    assert beds_for(Families.of([1, 2], [0.0, 0.0]), 0.05) == 0


@settings(max_examples=30)
@given(
    st.lists(st.floats(0, 8), min_size=2, max_size=2).filter(sum),
    st.sampled_from([(1, 2), (1, 4), (3, 5)]),
    st.sampled_from([0.01, 0.05, 0.3]),
)
def test_beds_for_holds_from_there_on_and_not_before(loads, sizes, target):
    families = Families.of(sizes, loads)
    asked = families.offered > 0
    beds = beds_for(families, target)
    for more in range(beds, beds + 12):
        assert refusals(more, families)[asked].max() <= target + 1e-12
    assert refusals(beds - 1, families)[asked].max() > target - 1e-12


def test_one_bed_more_can_refuse_more_small_families():
    """The reason why beds_for says "from which on": 3 beds let a family of 3 in."""
    families = Families.of([1, 3], [0.1, 5.0])
    assert refusals(3, families)[0] > refusals(2, families)[0]


def test_family_sizes_by_hand():
    families = families_of(10.0, 0.5, largest=3)
    assert families.sizes.tolist() == [1, 2, 3]
    assert families.offered == pytest.approx(
        10 * np.array([np.exp(-0.5), 0.5 * np.exp(-0.5), 1 - 1.5 * np.exp(-0.5)])
    )
    assert families_of(10.0, 0.0).offered.tolist() == [10.0, 0, 0, 0, 0, 0]
    assert families_of(1.0, 0.84, largest=30).beds_offered == pytest.approx(1.84)


@pytest.mark.parametrize(
    ("sizes", "loads"),
    [([], []), ([0, 1], [1, 1]), ([2, 1], [1, 1]), ([1, 2], [1]), ([1], [-1]), ([1], [np.nan])],
)
def test_refuses_families_that_mean_nothing(sizes, loads):
    with pytest.raises(CapacityError):
        Families.of(sizes, loads)


def test_other_bad_inputs():
    families = Families.of([1], [1.0])
    with pytest.raises(CapacityError, match="beds"):
        refusals(-1, families)
    with pytest.raises(CapacityError, match="target"):
        beds_for(families, 0.0)
    with pytest.raises(CapacityError, match="children"):
        families_of(1.0, -0.5)
    with pytest.raises(CapacityError, match="children"):
        families_of(1.0, np.nan)
