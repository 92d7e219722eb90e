"""Norms side by side: from the table of standards, in all areas, over the readings."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.study_copy import SETTLEMENTS, copy_study

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.capacity_results import CapacityResults, capacity_results
from shelter_geo.analysis.no_place import handed_over
from shelter_geo.analysis.norms import against_norms
from shelter_geo.analysis.stays import StayInputs
from shelter_geo.capacity.norms import missing_family_places, missing_shelters
from shelter_geo.errors import CapacityError, StudyError, TableError
from shelter_geo.study.load import bundled_study, load_study
from shelter_geo.vocabulary import Reason

DATA = bundled_study().parent


@pytest.fixture(scope="module")
def held(evaluation: Evaluation) -> pd.DataFrame:
    return against_norms(evaluation)


def one(table: pd.DataFrame, **key: str) -> pd.Series:
    for column, value in key.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_range_over_the_readings_by_hand() -> None:
    needed = pd.Series({"a": 10.0, "b": 2.0, "c": 0.0})
    found = missing_family_places(needed, pd.Series({"a": 5, "b": 5, "c": 0}), [1.0, 2.5])
    assert found.loc["a"].tolist() == [10, 2, 5, 5, 8]
    assert found.loc["b"].tolist() == [2, 2, 5, 0, 0]
    assert found.loc["c"].tolist() == [0, 0, 0, 0, 0]
    shelters = missing_shelters(needed, pd.Series({"a": 4, "b": 3, "c": 0}))
    assert shelters["missing_low"].tolist() == shelters["missing_high"].tolist() == [6, 0, 0]


@pytest.mark.parametrize("persons", [[], [0.0, 1.0]])
def test_readings_must_be_there(persons: list[float]) -> None:
    with pytest.raises(CapacityError, match="at least one reading"):
        missing_family_places(pd.Series({"a": 1.0}), pd.Series({"a": 1}), persons)


def test_areas_and_numbers_must_fit() -> None:
    with pytest.raises(CapacityError, match="same areas"):
        missing_shelters(pd.Series({"a": 1}), pd.Series({"b": 1}))
    with pytest.raises(CapacityError, match="0 or more"):
        missing_shelters(pd.Series({"a": 1}), pd.Series({"a": -1}))


def test_family_places_for_people_and_for_women(held: pd.DataFrame) -> None:
    districts = pd.read_csv(DATA / "population/districts.csv").set_index("district_id")
    lives = pd.read_csv(DATA / "population/residents.csv").set_index("district_id")
    more = pd.read_csv(DATA / "population/displaced.csv").set_index("district_id")
    living = lives["residents_central"].reindex(districts.index).fillna(districts["population"])
    living = living + more["displaced_central"].reindex(districts.index).fillna(0)
    people = living.sum()
    share = districts["women"] / districts["population"]
    women = (living * share + 0.5).map(np.floor).sum()
    listed = one(held, norm="places-by-people", units="registered", area_kind="all")
    assert listed["needed"] == pytest.approx(10_262_351 / 10_000)
    total = one(held, norm="places-by-people", units="residents", area_kind="all")
    assert total["needed"] == pytest.approx(people / 10_000)
    assert (total["there_low"], total["there_high"]) == (175 / 2.5, 175)
    assert total["missing_low"] == pytest.approx(people / 10_000 - 175)
    assert total["missing_high"] == pytest.approx(people / 10_000 - 70)
    total = one(held, norm="places-by-women", units="residents", area_kind="all")
    assert total["needed"] == pytest.approx(women / 10_000)


def test_every_norm_says_what_its_row_of_standards_says(held: pd.DataFrame) -> None:
    with (DATA / "norms.csv").open(encoding="utf-8", newline="") as file:
        standards = {row["id"]: row for row in csv.DictReader(file)}
    named = held.drop_duplicates("norm").set_index("norm")
    assert named["standard"].to_dict() == {
        "places-by-people": "ep-1986",
        "places-by-women": "kd-2008-women",
        "shelter-by-region": "kd-2008-region",
        "shelter-by-town": "turkey-50k",
    }
    for row in named.to_dict("records"):
        standard = standards[row["standard"]]
        assert row["source"] == standard["source"]
        assert standard["evidence"] == row["evidence"]
        assert row["binds"] == standard["binds_en"] != ""
        assert row["binds"].startswith("no, ")
        assert row["second_reading"] == standard["second_reading_en"]
    for key in ("ep-1986", "kd-2008-women", "un-handbook"):
        assert f"{10000:,}" in standards[key]["denominator"]
    assert "50,000" in standards["turkey-50k"]["norm"]
    assert "source to be found" in named.loc["places-by-people", "second_reading"]
    assert named.loc["places-by-women", "evidence"] == "recalled"


def test_a_shelter_in_every_region(held: pd.DataFrame) -> None:
    rows = held[(held["norm"] == "shelter-by-region") & (held["units"] == "residents")]
    regions = rows[rows["area_kind"] == "region"].set_index("area_key")
    served = {"Baku", "Ganja-Dashkasan"}
    assert len(regions) == 14
    assert set(regions.index[regions["missing_high"] == 0]) == served
    total = one(rows, area_kind="all")
    assert (total["needed"], total["there_low"], total["missing_high"]) == (14, 2, 12)
    assert (rows["area_kind"] != "catchment").all()


def test_towns_are_those_of_the_table(held: pd.DataFrame) -> None:
    towns = pd.read_csv(DATA / SETTLEMENTS)
    large = towns[towns["population_listed"] >= 50_000].set_index("name_en")["population_is"]
    # Fourteen are listed: two are parts of the capital, three stand for town and rayon together.
    assert set(large.index[large == "part"]) == {"Bakikhanov", "Garachukhur"}
    assert set(large.index[large == "wider"]) == {"Lankaran", "Lerik", "Yevlakh"}
    total = one(held, norm="shelter-by-town", units="residents", area_kind="all")
    assert total["needed"] == (large == "own").sum() == 9
    assert (total["there_low"], total["missing_high"]) == (2, 7)
    assert total["not_known"] == "Lankaran; Lerik; Yevlakh"
    named = one(held, norm="shelter-by-town", units="residents", area_key="Lankaran-Astara")
    assert (named["not_known"], named["needed"]) == ("Lankaran; Lerik", 0)
    empty = one(held, norm="shelter-by-town", units="residents", area_key="Mil-Mughan")
    assert empty["reason"] == Reason.NO_TOWN_AS_LARGE


def test_catchments_share_out_all_people_and_places(
    held: pd.DataFrame, evaluation: Evaluation
) -> None:
    rows = held[(held["norm"] == "places-by-people") & (held["area_kind"] == "catchment")]
    rows = rows[rows["units"] == "residents"].set_index("area")
    assert list(rows.index) == ["Ganja", "Baku", "none"]
    assert rows["population"].sum() == 10_262_351 - 199_482  # of whom no district is known
    assert rows["places"].to_dict() == {"Ganja": 25, "Baku": 150, "none": 0}
    districts = evaluation.districts
    near = districts.loc[districts["nearest_shelter_id"] == "ganja", "population"].sum()
    assert rows.loc["Ganja", "population"] == near


def test_a_region_without_people_needs_nothing_and_says_so(evaluation: Evaluation) -> None:
    units = evaluation.districts
    empty = units["region"] == "East Zangezur"
    units = units.assign(**{name: units[name].mask(empty, 0) for name in ("population", "women")})
    held = against_norms(replace(evaluation, districts=units))
    rows = held[(held["units"] == "residents") & (held["area_key"] == "East Zangezur")]
    assert set(rows["norm"]) == set(held["norm"])
    assert (rows["needed"] == 0).all()
    assert (rows["missing_high"] == 0).all()
    assert set(rows["reason"]) == {
        Reason.NOBODY_LIVES_HERE,
        Reason.NO_WOMEN_LIVE_HERE,
        Reason.NO_TOWN_AS_LARGE,
    }


def test_a_norm_without_its_standard_is_refused(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.replace("study.toml", 'standard = "ep-1986"', 'standard = "ep-1987"')
    with pytest.raises(TableError, match=r"capacity.norms.standard.*ep-1987"):
        load_study(copy.file)
    text = re.sub(r"(?ms)(^\[kinds\.norm\].*?)^standard = .*?$", r"\1", copy.text("study.toml"))
    copy.write("study.toml", text)
    copy.replace("study.toml", 'standards = "standards.csv"\nnorms = "norms.csv"\n', "")
    with pytest.raises(StudyError, match=r"capacity.norms need tables.standards"):
        load_study(copy.file)


def test_a_key_stands_in_one_of_the_two_tables_only(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.replace("norms.csv", "\nep-1986,", "\nEP-1986,")
    copy.replace("study.toml", 'standard = "ep-1986"', 'standard = "EP-1986"')
    with pytest.raises(TableError, match=r"standards have this key too"):
        load_study(copy.file)


def test_least_and_most_missing_by_hand(held: pd.DataFrame) -> None:
    # Only the 25 places of one house are for these people alone: as 1.0 and as 2.5 a family.
    total = one(held, norm="places-by-people", units="registered", area_kind="all")
    assert (total["places_low"], total["places"], total["places_high"]) == (25, 175, 175)
    assert total["missing_at_least"] == pytest.approx(1026.2351 - 175)
    assert total["missing_at_most"] == pytest.approx(1026.2351 - 10)


def test_a_norm_for_regions_takes_no_number(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.replace("study.toml", 'asks_for = "regions"', 'asks_for = "regions"\neach = 3')
    with pytest.raises(StudyError, match="each"):
        load_study(copy.file)


def test_a_study_without_norms_has_none(evaluation: Evaluation) -> None:
    settings = evaluation.study.settings
    capacity = settings.capacity.model_copy(update={"norms": ()})
    bare = replace(evaluation.study, settings=settings.model_copy(update={"capacity": capacity}))
    assert against_norms(replace(evaluation, study=bare)).empty


# --------------------------------------------------------------------- handing over between towns


@pytest.fixture(scope="module")
def results(evaluation: Evaluation) -> CapacityResults:
    return capacity_results(evaluation)


def test_who_is_refused_is_taken_in_or_lost(results: CapacityResults) -> None:
    table = results.handed_over
    assert set(table["method"].dropna()) == {"exact chain of two"}
    for corner in ("low", "central", "high"):
        parts = table[f"taken_in_next_{corner}"] + table[f"lost_{corner}"]
        assert parts.to_numpy() == pytest.approx(table[f"refused_first_{corner}"].to_numpy())
        assert (table[f"refused_first_{corner}"] <= table[f"stays_{corner}"] + 1e-9).all()
    keys = ["demand_basis", "units"]
    sites = table[table["settlement_id"] != "Total"].groupby(keys)["lost_central"].sum()
    totals = table[table["settlement_id"] == "Total"].set_index(keys)["lost_central"]
    pd.testing.assert_series_equal(sites, totals.sort_index())


def test_handing_over_loses_fewer_than_each_for_itself(results: CapacityResults) -> None:
    key = ["demand_basis", "units"]
    total = results.handed_over.query("settlement_id == 'Total'").set_index(key)
    alone = results.by_shelter.query("shelter_id == 'Total'").set_index(key)
    assert total["stays_central"].to_numpy() == pytest.approx(alone["stays_central"].to_numpy())
    assert (total["lost_central"] < alone["turned_away_per_year_central"]).all()


def test_each_town_sends_to_the_nearest_other(
    results: CapacityResults, evaluation: Evaluation
) -> None:
    table = results.handed_over.query("demand_basis == 'appeals' and units == 'residents'")
    table = table.set_index("settlement")
    assert (
        table["next_settlement"].dropna().to_dict().items()
        >= {"Ganja": "Baku", "Baku": "Ganja"}.items()
    )
    km = evaluation.settlement_costs.distance_km.loc["gn-586523", "baku-state"]
    assert table.loc["Ganja", "next_km"] == pytest.approx(km)
    assert table.loc["Baku", "places"] == 150


def test_a_single_town_has_nowhere_to_send_to(evaluation: Evaluation) -> None:
    study = evaluation.study
    baku = study.shelters.drop(index="ganja")
    ids = list(baku.index)
    costs = evaluation.settlement_costs
    column = costs.facility_id.get_indexer(ids)
    fewer = replace(
        costs,
        facility_id=costs.facility_id[column],
        time_ms=costs.time_ms[:, column],
        length_cm=costs.length_cm[:, column],
    )
    alone = replace(evaluation, study=replace(study, shelters=baku), settlement_costs=fewer)
    stays = pd.DataFrame(
        {f"stays_{c}": [300.0, 100.0] for c in ("low", "central", "high")},
        index=pd.Index(ids, name="shelter_id"),
    )
    found = handed_over(alone, stays, StayInputs.of(study.settings.capacity))
    assert found["method"].iloc[0].startswith("Erlang")
    assert found["next_settlement"].tolist() == ["", ""]
    assert (found["taken_in_next_high"] == 0).all()
    assert found["lost_high"].iloc[0] > 0
