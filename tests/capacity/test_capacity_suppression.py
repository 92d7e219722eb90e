"""Small counts stay hidden: an attack by linear programming on everything published."""

import pickle
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from shelter_geo.capacity.catchment import catchment_shares, catchment_sums
from shelter_geo.capacity.demand import demand_by_cases
from shelter_geo.capacity.estimates import Estimate, exactly
from shelter_geo.capacity.suppression import (
    PublishedCounts,
    check_hidden,
    intervals,
    publish_counts,
)
from shelter_geo.capacity.turnaway import turn_away_by_shelter
from shelter_geo.errors import CapacityError, PrivacyError


def attack(published: PublishedCounts) -> dict[str, tuple[float, float]]:
    """What linear programming gives back of each hidden number: the reader's own sums."""
    counts, sums = published.counts, published.sums
    rows = [published.members[k].astype(float) for k in np.flatnonzero(sums.notna())]
    totals = sums.dropna().to_numpy(float)
    bounds = [(0, None) if pd.isna(v) else (v, v) for v in counts]
    found = {}
    for name, goal in [
        *((i, np.eye(len(counts))[k]) for k, i in enumerate(counts.index) if pd.isna(counts[i])),
        *((i, published.members[k]) for k, i in enumerate(sums.index) if pd.isna(sums[i])),
    ]:
        ends = []
        for sign in (1, -1):
            solved = linprog(
                sign * np.asarray(goal, float),
                A_eq=np.array(rows) if rows else None,
                b_eq=totals if rows else None,
                bounds=bounds,
            )
            ends.append(sign * solved.fun if solved.status == 0 else np.inf)
        found[name] = (ends[0], ends[1])
    return found


def hidden(published: PublishedCounts) -> set[str]:
    return set(published.counts.index[published.counts.isna()]) | set(
        published.sums.index[published.sums.isna()]
    )


def country(random, districts=40, regions=9, cases=500):
    """Districts of a country in regions and, crossing these, in three catchments."""
    ids = [f"d{k:02d}" for k in range(districts)]
    weight = random.gamma(0.7, size=districts)
    counts = pd.Series(random.multinomial(cases, weight / weight.sum()), index=ids)
    region = random.integers(0, regions, districts)
    catchment = random.integers(0, 3, districts)
    sums = {f"r{k}": [i for i, r in zip(ids, region, strict=True) if r == k] for k in set(region)}
    for k in range(3):
        sums[f"c{k}"] = [i for i, c in zip(ids, catchment, strict=True) if c == k]
    sums["country"] = ids
    return counts, {name: members for name, members in sums.items() if members}


@pytest.mark.parametrize(("seed", "cases"), [(0, 150), (1, 500), (2, 1500), (3, 1500)])
def test_no_hidden_number_can_be_computed_back(seed, cases):
    counts, sums = country(np.random.default_rng(seed), cases=cases)
    published = publish_counts(counts, sums)
    small = {i for i in counts.index if counts[i] < 5}
    small |= {name for name, members in sums.items() if counts[members].sum() < 5}
    assert small <= hidden(published)
    found = attack(published)
    assert set(found) == hidden(published)
    for name, (low, high) in found.items():
        assert high - low >= published.width, name
        true = counts[name] if name in counts else counts[sums[name]].sum()
        assert low <= true <= high
    shown = published.counts.dropna()
    assert (shown == counts[shown.index]).all()


def test_hiding_the_small_alone_would_not_do():
    """The attack has teeth: without covering cells it gives the count of 3 away."""
    members = np.array([[True, True, False], [True, True, True]])
    naive = PublishedCounts(
        counts=pd.Series(pd.array([None, 40, 60], dtype="Int64"), index=["a", "b", "c"]),
        sums=pd.Series(pd.array([43, 103], dtype="Int64"), index=["r", "z"]),
        members=members,
        threshold=5,
        width=5,
    )
    assert attack(naive) == {"a": (pytest.approx(3), pytest.approx(3))}
    assert intervals(naive).loc["a"].tolist() == [3, 3]
    with pytest.raises(PrivacyError, match="1 hidden counts can be worked out"):
        check_hidden(naive)


def test_covers_with_the_smallest_count_that_does():
    counts = pd.Series({"a": 3, "b": 40, "c": 9, "d": 60})
    published = publish_counts(counts, {"r": ["a", "b", "c"], "all": ["a", "b", "c", "d"]})
    assert hidden(published) == {"a", "c"}
    assert intervals(published).loc["a"].tolist() == [0, 12]
    check_hidden(published)


def test_two_small_ones_may_still_need_a_third():
    """Hidden 1 and 1 of a published sum of 2 lie in 0 to 2: too narrow for a width of 5."""
    counts = pd.Series({"a": 1, "b": 1, "c": 30, "d": 50})
    published = publish_counts(counts, {"all": list(counts.index)})
    assert hidden(published) == {"a", "b", "c"}


def test_a_region_of_one_district_hides_its_sum_and_another():
    counts = pd.Series({"a": 2, "b": 30, "c": 20, "d": 25})
    published = publish_counts(
        counts, {"r1": ["a"], "r2": ["b", "c"], "r3": ["d"], "all": list(counts.index)}
    )
    assert {"a", "r1"} < hidden(published)
    assert "all" not in hidden(published)
    assert all(high - low >= 5 for low, high in attack(published).values())


def test_zeros_are_hidden_and_no_sum_means_no_cover():
    published = publish_counts(pd.Series({"a": 0, "b": 7}), {})
    assert hidden(published) == {"a"}
    assert intervals(published).loc["a", "low"] == 0
    assert np.isnan(intervals(published).loc["a", "high"])
    assert published.estimate(pd.Series({"a": 1, "b": 1}))["a"] == 2.5


def test_nothing_small_hides_nothing():
    published = publish_counts(pd.Series({"a": 5, "b": 70}), {"all": ["a", "b"]})
    assert hidden(published) == set()
    assert intervals(published).empty
    check_hidden(published)


@settings(max_examples=12)
@given(
    st.lists(st.integers(0, 12), min_size=6, max_size=6),
    st.lists(st.lists(st.booleans(), min_size=6, max_size=6).filter(any), max_size=4),
    st.integers(1, 8),
)
def test_any_sums_and_any_width(values, chosen, width):
    counts = pd.Series(values, index=list("abcdef"))
    sums = {
        f"s{k}": [i for i, inside in zip("abcdef", row, strict=True) if inside]
        for k, row in enumerate(chosen)
    }
    published = publish_counts(counts, sums, width=width)
    found = intervals(published)
    assert (found["high"].fillna(np.inf) - found["low"] >= width).all()
    by_hand = attack(published)
    for name in found.index:
        low, high = by_hand[name]
        assert low <= found.loc[name, "low"] + 1e-7
        assert np.isnan(found.loc[name, "high"]) or found.loc[name, "high"] <= high + 1e-7


def test_estimate_adds_up_to_every_published_sum():
    counts, sums = country(np.random.default_rng(3), cases=300)
    nested = {name: ids for name, ids in sums.items() if not name.startswith("c") or len(ids) == 40}
    published = publish_counts(counts, nested)
    weight = pd.Series(np.arange(40) * 10, index=counts.index)
    filled = published.estimate(weight)
    assert (filled >= 0).all()
    for name, value in published.sums.dropna().items():
        assert filled[nested[name]].sum() == pytest.approx(value, abs=1e-6)


def test_estimate_by_hand():
    counts = pd.Series({"a": 3, "b": 40, "c": 9, "d": 60})
    published = publish_counts(counts, {"r": ["a", "b", "c"], "all": ["a", "b", "c", "d"]})
    filled = published.estimate(pd.Series({"a": 200, "b": 1, "c": 100, "d": 1}))
    assert filled.to_dict() == pytest.approx({"a": 8, "b": 40, "c": 4, "d": 60})


def outputs(published: PublishedCounts) -> list[str]:
    """Everything a study publishes from a table of cases, as text."""
    random = np.random.default_rng(1)
    women = pd.Series(random.integers(100, 9000, 40), index=published.counts.index)
    demand = demand_by_cases(
        published,
        women,
        Estimate("hidden", 1, 3, 9, "times", "assumed", "x"),
        exactly("needing", 0.1, "share", "sourced", "x"),
        evidence="sourced",
        source="a table of the user",
    )
    shelters = pd.Series([30, 25, 9], index=["p", "q", "r"])
    shares = catchment_shares(random.integers(1, 300, (40, 3)).astype(float), shelters)
    stays = demand.by_district.drop(columns=["basis", "reason"])
    turned_away = turn_away_by_shelter(
        shelters,
        catchment_sums(stays, shares, list(shelters.index)).by_shelter,
        stay_days=Estimate("stay", 60, 90, 180, "days", "sourced", "x"),
        persons_per_place=exactly("persons", 1, "persons", "assumed", "x"),
    )
    return [demand.by_district.to_csv(), turned_away.table.to_csv(), str(demand.total)]


@pytest.mark.parametrize("seed", range(2))
def test_all_outputs_follow_from_the_published_table_alone(seed):
    """Catchments, turn-away and totals are recomputed from the text of the published table."""
    counts, sums = country(np.random.default_rng(seed))
    published = publish_counts(counts, sums)
    read_back = {
        name: pd.read_csv(StringIO(getattr(published, name).to_csv()), index_col=0, dtype="str")[
            "cases"
        ].astype("Int64")
        for name in ("counts", "sums")
    }
    again = replace(published, **read_back)
    assert outputs(again) == outputs(published)


def test_no_true_count_lies_under_the_mask():
    """A masked array keeps values behind its missing ones; pickles and files may carry them."""
    counts = pd.Series({"a": 3, "b": 444_441, "c": 98_765, "d": 610_000})
    published = publish_counts(counts, {"all": list(counts.index)})
    assert hidden(published) == {"a", "c"}
    stored = pickle.dumps(published)
    assert (444_441).to_bytes(8, "little") in stored
    assert (98_765).to_bytes(8, "little") not in stored


@pytest.mark.parametrize(
    ("counts", "sums", "words"),
    [
        ({"a": -1}, {}, "0 or more, also for a"),
        ({"a": 1.5}, {}, "0 or more, also for a"),
        ({"a": None}, {}, "Write 0 where there was none"),
        ({"a": "few"}, {}, "0 or more"),
        ({"a": 1}, {"r": ["b"]}, "the sum r names no known district: b"),
        ({"a": 1}, {"r": []}, "holds no district"),
    ],
)
def test_refuses(counts, sums, words):
    with pytest.raises(CapacityError, match=words):
        publish_counts(pd.Series(counts, dtype=object), sums)


def test_refuses_doubles_limits_and_contradictions():
    twice = pd.Series([1, 2], index=["a", "a"])
    with pytest.raises(CapacityError, match="twice for a"):
        publish_counts(twice, {})
    with pytest.raises(CapacityError, match="threshold"):
        publish_counts(pd.Series({"a": 1}), {}, threshold=0)
    published = publish_counts(pd.Series({"a": 1, "b": 50, "c": 9}), {"all": ["a", "b", "c"]})
    with pytest.raises(CapacityError, match="weight"):
        published.estimate(pd.Series({"a": 1}))
    wrong = replace(published, sums=published.sums - 40)
    with pytest.raises(PrivacyError, match="contradict"):
        intervals(wrong)
