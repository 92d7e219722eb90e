"""Who is counted: people where they live, beside where they are registered."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy, copy_study
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.errors import TableError
from shelter_geo.study.load import bundled_study, load_study
from shelter_geo.study.people import count_people, people_unknown, unplaced, with_known_people
from shelter_geo.study.study import Study

RESIDENTS = "population/residents.csv"
DISPLACED = "population/displaced.csv"


def ranged(stem: str, **rows: tuple[int, int, int]) -> pd.DataFrame:
    ends = [dict(zip(("low", "central", "high"), row, strict=True)) for row in rows.values()]
    named = [{f"{stem}_{end}": n for end, n in row.items()} for row in ends]
    return pd.DataFrame(named).assign(district_id=list(rows))


def registered(**rows: tuple[int, int]) -> pd.DataFrame:
    people, women = zip(*rows.values(), strict=True)
    return pd.DataFrame({"district_id": list(rows), "population": people, "women": women})


def rows_of(name: str) -> list[dict[str, str]]:
    with (bundled_study().parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_study_worked_by_hand() -> None:
    # Of 1,000 people of `a` 200 live there (100 to 400); of the 800 others 300 live in `b`.
    districts = registered(a=(1000, 510), b=(2000, 1000), c=(500, 250))
    counted = count_people(
        districts, ranged("residents", a=(100, 200, 400)), ranged("displaced", b=(0, 300, 700))
    ).set_index("district_id")
    assert counted["population"].tolist() == [200, 2300, 500]
    assert counted["women"].tolist() == [102, 1150, 250]
    assert counted["residents_low"].tolist() == [100, 2000, 500]
    assert counted["residents_high"].tolist() == [400, 2700, 500]
    assert counted["resident_women_low"].tolist() == [51, 1000, 250]
    assert counted["resident_women_high"].tolist() == [204, 1350, 250]
    assert counted["registered"].tolist() == [1000, 2000, 500]
    assert counted["registered_women"].tolist() == [510, 1000, 250]
    assert unplaced(counted) == 500


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1)), min_size=1, max_size=5))
def test_without_tables_there_is_one_population(rows: list[tuple[int, float]]) -> None:
    listed = {f"d{i}": (people, int(people * share)) for i, (people, share) in enumerate(rows)}
    counted = count_people(registered(**listed), None, None)
    for name in ("population", "residents_low", "residents_high", "registered"):
        assert counted[name].tolist() == [people for people, _ in listed.values()]
    for name in ("women", "resident_women_low", "resident_women_high", "registered_women"):
        assert counted[name].tolist() == [
            women if people else 0 for people, women in listed.values()
        ]
    assert unplaced(counted) == 0


def test_people_of_the_bundled_study_follow_its_tables(study: Study) -> None:
    lives = {row["district_id"]: row for row in rows_of(RESIDENTS)}
    more = {row["district_id"]: row for row in rows_of(DISPLACED)}
    assert (len(lives), len(more)) == (13, 7)
    total = 0
    for row in rows_of("population/districts.csv"):
        key, people = row["district_id"], int(row["population"])
        found = study.districts.loc[key]
        assert found["registered"] == people
        for end, column in (
            ("low", "residents_low"), ("central", "population"), ("high", "residents_high"),
        ):  # fmt: skip
            wanted = int(lives[key][f"residents_{end}"]) if key in lives else people
            wanted += int(more[key][f"displaced_{end}"]) if key in more else 0
            assert found[column] == wanted, key
            total += wanted if end == "central" else 0
    assert study.districts["population"].sum() == total
    assert unplaced(study.districts) == 10_262_351 - total == 199_482
    for column in ("population", "women", "registered", "residents_low", "residents_high"):
        shared = study.settlements.groupby("district_id")[column].sum()
        assert (shared == study.districts[column].reindex(shared.index)).all()


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return copy_study(tmp_path / "study")


def test_a_study_without_the_tables(copy: StudyCopy) -> None:
    text = copy.file.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("residents", "displaced"))]
    copy.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    districts = load_study(copy.file).districts
    assert (districts["registered"] == districts["population"]).all()
    assert districts["population"].sum() == 10_262_351


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        (RESIDENTS, "district_id", "AZ-NO", "no district has this key"),
        (RESIDENTS, "residents_low", "999999", "low, central and high do not rise"),
        (RESIDENTS, "residents_central", "", "the cell is empty"),
        (RESIDENTS, "residents_high", "-1", "is not a whole number"),
        (DISPLACED, "displaced_high", "0.5", "is not a whole number"),
        (DISPLACED, "displaced_low", "999999", "low, central and high do not rise"),
        (DISPLACED, "source", "", "the cell is empty"),
    ],
)
def test_cells_at_fault(copy: StudyCopy, table: str, column: str, value: str, message: str) -> None:
    copy.set_cell(table, 3, column, value)
    with pytest.raises(TableError, match=message):
        load_study(copy.file)


def test_more_people_are_placed_than_live_away(copy: StudyCopy) -> None:
    # 480,187 live away; 280,705 are placed, 18,822 of them in the district that is changed here.
    copy.set_cell(DISPLACED, 6, "displaced_central", "300000")
    copy.set_cell(DISPLACED, 6, "displaced_high", "300000")
    with pytest.raises(TableError, match="561883 displaced people are placed, but 480187 live"):
        load_study(copy.file)


def test_a_doubled_district_is_the_fault_that_is_named(copy: StudyCopy) -> None:
    lines = copy.text("population/districts.csv").splitlines()
    copy.write("population/districts.csv", "\n".join([*lines, lines[1]]) + "\n")
    with pytest.raises(TableError, match="district_id") as caught:
        load_study(copy.file)
    assert "districts.csv, row" in str(caught.value)


def test_a_population_that_is_not_known_is_no_number() -> None:
    districts = registered(a=(1000, 510), b=(2000, 1000))
    districts["population"] = pd.Series([1000, pd.NA], dtype="Int64")
    districts["women"] = pd.Series([510, pd.NA], dtype="Int64")
    counted = count_people(districts, None, None)
    assert people_unknown(counted).tolist() == [False, True]
    assert counted["population"].sum() == 1000  # no sum takes it in
    published = with_known_people(counted)
    for name in ("population", "women", "registered", "residents_low", "resident_women_high"):
        assert published[name].isna().tolist() == [False, True]
    every = count_people(registered(a=(1000, 510)), None, None)
    assert with_known_people(every) is every
    assert not people_unknown(every).any()


def small_copy(tmp_path: Path, **cells: str) -> StudyCopy:
    """A small study whose first district has these cells instead."""
    copy = small_study(tmp_path / "study")
    for column, cell in cells.items():
        copy.set_cell("districts.csv", 2, column, cell)
    return copy


def faults_in(copy: StudyCopy) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    return [(fault.row, fault.column, fault.message) for fault in caught.value.faults]


def test_settlements_of_a_district_without_a_population_have_none_either(tmp_path: Path) -> None:
    study = load_study(small_copy(tmp_path, population="", women="").file)
    assert study.settlements.index[people_unknown(study.settlements)].tolist() == ["s1"]
    assert study.settlements["population"].tolist() == [0, 90_000, 120_000]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"population": ""}, (2, "population", "women are counted, but the people are not known")),
        ({"women": ""}, (2, "women", "the cell is empty")),
        (
            {"population": "many", "women": ""},
            (2, "population", "is not a whole number of 0 or more"),
        ),
    ],
)
def test_people_and_women_are_known_together(
    tmp_path: Path, cells: dict[str, str], fault: tuple[int, str, str]
) -> None:
    assert faults_in(small_copy(tmp_path, **cells)) == [fault]


def test_a_study_needs_the_people_of_one_district(tmp_path: Path) -> None:
    copy = small_copy(tmp_path)
    for row in (2, 3, 4):
        copy.set_cell("districts.csv", row, "population", "")
        copy.set_cell("districts.csv", row, "women", "")
    assert faults_in(copy) == [(None, "population", "nobody lives in any district")]


def test_residents_of_a_district_without_a_population_are_a_fault(tmp_path: Path) -> None:
    copy = small_copy(tmp_path, population="", women="")
    copy.replace("study.toml", "[roads]", 'residents = "residents.csv"\n\n[roads]')
    head = "district_id,residents_low,residents_central,residents_high,as_of,basis,source,evidence"
    copy.write("residents.csv", f"{head}\nupper,1,2,3,2026,counted,invented,assumed\n")
    assert faults_in(copy) == [(2, "residents_central", "the district's population is not known")]


def test_people_of_a_frame_may_be_unknown(tmp_path: Path) -> None:
    study = load_study(small_copy(tmp_path).file)
    people = pd.DataFrame(
        {"population": [60_000, None, 120_000], "women": [31_000, None, 61_000]},
        index=pd.Index(["upper", "lower", "coast"], name="district_id"),
    )
    less = study.with_demand(people)
    assert people_unknown(less.districts).to_dict() == {
        "upper": False, "lower": True, "coast": False,
    }  # fmt: skip
    more = less.with_demand(study.districts[["population", "women"]])
    assert not people_unknown(more.settlements).any()
    assert more.settlements["population"].equals(study.settlements["population"])
    with pytest.raises(TableError, match="women are counted"):
        study.with_demand(people.assign(women=[31_000, 5, 61_000]))
    with pytest.raises(TableError, match="women: the column is missing"):
        study.with_demand(people[["population"]])
