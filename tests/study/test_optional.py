"""Columns of the districts that a study may do without: there in every row, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.fewer_columns import OPTIONAL, bundled_without, drop, small_without
from helpers.small_study import small_study
from helpers.study_copy import DISTRICTS, StudyCopy, copy_study

from shelter_geo.errors import Fault, TableError
from shelter_geo.study import Study, load_study, require

OF_WOMEN = {"women", "registered_women", "resident_women_low", "resident_women_high"}


def faults_of(copy: StudyCopy) -> list[Fault]:
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    return list(caught.value.faults)


@pytest.mark.parametrize("columns", OPTIONAL, ids="-".join)
def test_people_are_counted_alike_without_the_columns(
    study: Study, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    found = load_study(bundled_without(tmp_path / "study", *columns).file)
    assert found.lacks == columns
    gone = set(columns) | (OF_WOMEN if "women" in columns else set())
    gone |= {f"region_{lang}" for lang in ("az", "ru")} if "region" in columns else set()
    for name in ("districts", "settlements"):
        before, after = (getattr(each, name) for each in (study, found))
        there = [column for column in before if column not in gone and column in after]
        assert not gone & set(after)
        assert {"population", "registered", "residents_low", "residents_high"} <= set(there)
        assert after[there].equals(before[there])


def test_a_study_with_both_lacks_nothing(study: Study) -> None:
    assert study.lacks == ()
    require(study, "women", what="anything")


def test_a_column_that_is_filled_in_part_is_a_fault(tmp_path: Path) -> None:
    copy = small_study(tmp_path / "study")
    copy.set_cell("districts.csv", 3, "women", "")
    copy.set_cell("districts.csv", 4, "region", "")
    found = faults_of(copy)
    assert [(fault.row, fault.column) for fault in found] == [(3, "women"), (4, "region")]
    assert {fault.remedy for fault in found} == {"Fill in every row, or remove the whole column."}


def test_a_column_with_another_spelling_is_named(tmp_path: Path) -> None:
    copy = small_study(tmp_path / "study")
    copy.replace("districts.csv", ",women,", ",Women,")
    (fault,) = faults_of(copy)
    assert (fault.column, fault.remedy) == ("women", "Rename column Women to women.")


def test_what_the_study_file_rests_on_a_missing_column_is_named(tmp_path: Path) -> None:
    copy = drop(copy_study(tmp_path / "study"), DISTRICTS, "women", "region")
    found = faults_of(copy)
    assert {fault.file for fault in found} == {"study.toml"}
    assert [(fault.column, fault.value) for fault in found] == [
        ("capacity.norms", "places-by-women"),
        ("capacity.norms", "shelter-by-region"),
        ("capacity.norms", "crisis-centre-by-women"),
        ("roads.separate", "Nakhchivan"),
        ("capacity.demand.regions.region", "Baku"),
    ]
    assert f"Add the column region to {DISTRICTS}" in found[1].remedy


def test_words_of_regions_without_regions_are_a_fault(tmp_path: Path) -> None:
    copy = small_study(tmp_path / "study")
    copy.replace("districts.csv", ",region,", ",region_az,")
    (fault,) = faults_of(copy)
    assert (fault.file, fault.column) == ("districts.csv", "region")
    assert "region_az" in fault.message


def test_more_men_than_people_are_seen_without_women(tmp_path: Path) -> None:
    copy = small_without(tmp_path / "study", "women")
    people = [row["population"] for row in copy.rows("districts.csv")]
    copy.change("districts.csv", lambda row: row.update(men=row["population"]))
    assert load_study(copy.file).lacks == ("women",)
    copy.set_cell("districts.csv", 2, "men", str(int(people[0]) + 1))
    (fault,) = faults_of(copy)
    assert (fault.row, fault.column, fault.message) == (2, "men", "more men than people")


def test_what_rests_on_a_missing_column_is_refused_with_file_column_and_remedy(
    tmp_path: Path,
) -> None:
    study = load_study(small_without(tmp_path / "study", "region").file)
    require(study, "women", what="anything")
    with pytest.raises(TableError, match=r"districts\.csv, column region: .* Add it to"):
        require(study, "region", what="a shelter in every region")


def test_files_of_earlier_versions_may_call_a_region_economic(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.replace("districts.csv", ",region,", ",economic_region,")
    study.replace(
        "study.toml",
        "[access.bus]",
        '[[roads.separate]]\neconomic_region = "Vale"\nreason = "water"\n\n[access.bus]',
    )
    study.write("links.csv", "from_node,to_node,km,minutes\ns1,s2,62,55\n")
    read = load_study(study.file)
    assert read.districts["region"].tolist() == ["Coast", "Vale", "Vale"]
    assert [entry.region for entry in read.settings.roads.separate] == ["Vale"]
