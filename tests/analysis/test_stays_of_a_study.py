"""Limits of the stay, waits and counts by year of the bundled study, and of faulty settings."""

import math
from pathlib import Path

import pandas as pd
import pytest
from helpers.study_copy import copy_study

from shelter_geo.analysis import CapacityResults, Evaluation, capacity_results
from shelter_geo.analysis.stays import PLACES, STAYS_A_YEAR
from shelter_geo.errors import StudyError
from shelter_geo.study import load_study


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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
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
