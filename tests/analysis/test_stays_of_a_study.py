"""Limits of the stay, waits and counts by year of the bundled study, and of faulty settings."""

import math
from pathlib import Path

import pandas as pd
import pytest
from helpers.study_copy import copy_study
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.analysis import CapacityResults, Evaluation, capacity_results
from shelter_geo.analysis.capacity_results import BY_REGION
from shelter_geo.analysis.stays import PLACES, STAYS_A_YEAR, spread_by_region
from shelter_geo.errors import CapacityError, StudyError
from shelter_geo.study import RegionShare, load_study


@pytest.fixture(scope="module")
def results(evaluation: Evaluation) -> CapacityResults:
    return capacity_results(evaluation)


def test_without_a_limit_stays_are_those_of_the_other_tables(results: CapacityResults) -> None:
    last = results.stay_limits[results.stay_limits["limit_months"].isna()]
    last = last.set_index("demand_basis")
    for name in ("places_needed", "no_place_per_year"):
        for end in ("low", "central", "high"):
            column = f"{name}_{end}"
            expected = results.no_place_ranges[column]
            pd.testing.assert_series_equal(last[column], expected, check_names=False)
    assert (last["leave_at_limit_high"] == 0).all()


def test_limits_say_who_sets_them(results: CapacityResults) -> None:
    table = results.stay_limits.drop_duplicates("limit_months").set_index("limit_months")
    assert "law of 2010" in table.loc[2, "limit_source"]
    assert table.loc[12, "limit_source"] == ""


def test_families_who_wait_follow_littles_law(results: CapacityResults) -> None:
    stays = results.no_place_ranges
    for row in results.waiting.to_dict("records"):
        for end in ("low", "central", "high"):
            asked = stays.loc[row["demand_basis"], f"stays_{end}"]
            expected = asked / 365 * row[f"wait_share_{end}"] * row[f"wait_days_{end}"]
            assert row[f"waiting_{end}"] == pytest.approx(expected)
    free = results.waiting[results.waiting["wait"] == "free-place"].set_index("demand_basis")
    shares = stays["no_place_central"]
    pd.testing.assert_series_equal(free["wait_share_central"], shares, check_names=False)


def test_districts_share_out_the_ends_of_stays(
    results: CapacityResults, evaluation: Evaluation
) -> None:
    """By hand for places that a road leads to, and for those that none does."""
    table = results.stays_by_district.fillna({"limit_months": math.inf})
    central = table.set_index(["demand_basis", "limit_months", "district_id"]).sort_index()
    whole = results.stay_limits.fillna({"limit_months": math.inf})
    for row in whole.to_dict("records"):
        own = central.loc[(row["demand_basis"], row["limit_months"])]
        for stem in ("no_place_per_year", "leave_at_limit", "no_place_or_home"):
            assert own[f"{stem}_central"].sum() == pytest.approx(row[f"{stem}_central"])
    points = evaluation.settlements
    far = evaluation.settlement_costs.travel_min.isna().all(axis=1).reindex(points.index)
    women = points["women"].groupby(points["district_id"]).sum().astype(float)
    cut_off = points["women"].where(far, 0).groupby(points["district_id"]).sum() / women
    # Whole districts, and a few islands.
    assert {0.0, 1.0} < set(cut_off.fillna(0))
    asked = results.no_place_ranges["stays_central"]
    shared = 1 - points.loc[far, "women"].sum() / women.sum()
    for basis, stays in asked.items():
        own = central.loc[(basis, 2.0)]
        national = whole[(whole["demand_basis"] == basis) & (whole["limit_months"] == 2)].iloc[0]
        nowhere = stays * (1 - shared)
        found = (national["no_place_per_year_central"] - nowhere) / (stays * shared)
        for key, count in women.items():
            mine = stays * count / women.sum()
            part = 0 if count == 0 else cut_off[key]
            lost = mine * (part + (1 - part) * found)
            left = (mine - lost) * national["at_limit_central"]
            assert own.loc[key, "no_place_per_year_central"] == pytest.approx(lost, rel=1e-6)
            assert own.loc[key, "leave_at_limit_central"] == pytest.approx(left, rel=1e-6)


def test_districts_share_out_the_nights(results: CapacityResults, evaluation: Evaluation) -> None:
    table, whole = results.waiting_by_district, results.waiting
    women = evaluation.districts["women"].astype(float)
    for row in whole.to_dict("records"):
        same = (table["demand_basis"] == row["demand_basis"]) & (table["wait"] == row["wait"])
        own = table[same].set_index("district_id")
        for end in ("low", "central", "high"):
            assert own[f"waiting_{end}"].sum() == pytest.approx(row[f"waiting_{end}"])
            assert own[f"wait_nights_{end}"].sum() == pytest.approx(365 * row[f"waiting_{end}"])
        if row["wait"] == "papers":
            shares = own["wait_nights_central"] / own["wait_nights_central"].sum()
            assert shares.tolist() == pytest.approx((women / women.sum())[own.index].tolist())


def test_gaps_of_the_statistics_stay_gaps(results: CapacityResults, evaluation: Evaluation) -> None:
    table = results.by_year[results.by_year["year"].notna()]
    given = evaluation.study.statistics
    assert given is not None
    for measure, rows in table.groupby("measure"):
        known = given[(given["measure"] == measure) & given["value"].notna()]
        assert rows["year"].tolist() == list(range(rows["year"].min(), rows["year"].max() + 1))
        there = rows[rows["count"].notna()]
        assert there["year"].tolist() == sorted(known["year"])
        assert there["count"].sum() == known["value"].sum()
    crimes = table[table["measure"] == "registered domestic violence crimes"].set_index("year")
    assert math.isnan(crimes.loc[2012, "count"])
    orders = table[table["measure"] == "protection orders issued, all"].set_index("year")
    assert orders.loc[2021, "months"] == 9


def test_stays_that_places_can_take(results: CapacityResults, evaluation: Evaluation) -> None:
    rows = results.by_year.set_index("measure")
    shelters = evaluation.study.shelters["places"].astype(int).tolist()
    assert rows.loc[PLACES, "count"] == sum(shelters) == 175
    # 23 days and a place a family at the most, 180 days and 2.5 persons at the least.
    assert rows.loc[STAYS_A_YEAR, "count_high"] == pytest.approx(175 * 365 / 23)
    family_places = sum(math.floor(places / 2.5) for places in shelters)
    assert rows.loc[STAYS_A_YEAR, "count_low"] == pytest.approx(family_places * 365 / 180)


def test_a_second_reading_puts_stays_where_they_were_counted(
    results: CapacityResults, evaluation: Evaluation
) -> None:
    """More than half of the appeals came from the capital; the rest go by the women who live."""
    regions = evaluation.study.settings.capacity.demand.regions  # type: ignore[union-attr]
    (capital,) = regions
    table = results.by_district[results.by_district["units"] == BY_REGION]
    for basis, rows in table.groupby("demand_basis"):
        whole = rows["stays_central"].sum()
        even = results.no_place_ranges.loc[basis, "stays_central"]
        assert whole == pytest.approx(even, rel=1e-9), basis
        there = rows.loc[rows["region"] == capital.region, "stays_central"].sum()
        assert there / whole == pytest.approx(capital.share, rel=1e-9), basis
        others = rows[(rows["region"] != capital.region) & (rows["women"] > 0)]
        each = others["stays_central"] / others["women"]
        assert each.max() == pytest.approx(each.min(), rel=1e-6), basis
    assert set(results.no_place_by_region.index) == set(results.no_place_ranges.index)
    # Fewer stays arise where no road leads to a shelter, so at least those find a place.
    lost = [
        frame[frame["shelter_id"] == "none"].set_index("demand_basis")["stays_central"]
        for name in (BY_REGION, "residents")
        for frame in [results.by_shelter[results.by_shelter["units"] == name]]
    ]
    assert (lost[0] < lost[1]).all()


def share_of(region: str, share: float) -> RegionShare:
    return RegionShare(region=region, share=share, source="who counted", evidence="sourced")


@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=12),
    st.lists(st.sampled_from("abc"), min_size=12, max_size=12),
    st.floats(0, 1),
)
def test_regions_have_the_shares_that_were_counted(
    people: list[int], regions: list[str], share: float
) -> None:
    asking = pd.Series(people, dtype=float)
    where = pd.Series(regions[: len(people)])
    inside, outside = (float(asking[(where == "a") == there].sum()) for there in (True, False))
    if (share > 0 and not inside) or (share < 1 and not outside):
        with pytest.raises(CapacityError, match="where nobody lives"):
            spread_by_region(asking, where, [share_of("a", share)])
        return
    spread = spread_by_region(asking, where, [share_of("a", share)])
    assert spread.sum() == pytest.approx(asking.sum())
    assert spread[where == "a"].sum() == pytest.approx(share * asking.sum())
    assert (spread >= 0).all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('region = "Baku"', 'region = "Bakı"', "stands in no row"),
        ("share = 0.564", "share = 1.2", "less than or equal to 1"),
        (
            "[[capacity.demand.regions]]",
            '[[capacity.demand.regions]]\nregion = "Karabakh"\nshare = 0.5\nsource = "x"\n'
            'evidence = "assumed"\n[[capacity.demand.regions]]',
            "more than 1 together",
        ),
        (
            "[[capacity.demand.regions]]",
            '[[capacity.demand.regions]]\nregion = "Baku"\nshare = 0.1\nsource = "x"\n'
            'evidence = "assumed"\n[[capacity.demand.regions]]',
            "the same name twice",
        ),
        ('measure = "protection orders issued, all"', 'measure = "orders"', "stands in no row"),
        ("\nmonths = 12\n", "\nmonths = 6\n", "each number of months may stand once"),
        ("\nmonths = 12\n", "\nmonths = 0\n", "greater than 0"),
        ('id = "free-place"', 'id = "papers"', "papers"),
    ],
)
def test_faulty_settings_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    copy = copy_study(tmp_path / "study")
    copy.replace("study.toml", old, new)
    with pytest.raises(StudyError, match=said) as caught:
        load_study(copy.file)
    assert "study.toml" in str(caught.value)
