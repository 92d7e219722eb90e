"""Tables read and checked: every fault with its row, column, value and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
import shapely
from helpers.study_copy import DISTRICTS, copy_study
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.errors import Fault
from shelter_geo.study.load import load_study
from shelter_geo.study.tables import (
    check_table,
    checking,
    read_text_table,
    relations,
    schemas,
)
from shelter_geo.study.tables.links import impossible_links, read_links

SETTLEMENTS = "settlement_id,name_en,district_id,lat,lon,population_listed\n"
GOOD = SETTLEMENTS + "s1,One,d1,40.1,47.2,100\ns2,Two,d2,40.3,47.4,\n"
SHELTER = "shelter_id,name_en,settlement_id,district_id,places,places_basis,source\n"
LINKS = "from_node,to_node,km,minutes\n"
SQUARE = shapely.box(44, 38, 51, 42)


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults(
    folder: Path, content: str | bytes, schema: pa.DataFrameSchema = schemas.SETTLEMENTS
) -> list[Fault]:
    return check_table(written(folder, content), schema, languages=("en", "az"))[1]


def one_fault(
    folder: Path, content: str | bytes, schema: pa.DataFrameSchema = schemas.SETTLEMENTS
) -> str:
    found = faults(folder, content, schema)
    assert len(found) == 1, found
    return str(found[0])


# ------------------------------------------------------------------------------ files as text


def test_a_good_table_is_typed_and_keeps_the_rows_of_a_spreadsheet(tmp_path: Path) -> None:
    frame, found = check_table(written(tmp_path, GOOD), schemas.SETTLEMENTS)
    assert found == []
    assert frame is not None
    assert list(frame.index) == [2, 3]
    assert frame["lat"].tolist() == [40.1, 40.3]
    assert frame["population_listed"].tolist() == [100, pd.NA]


def test_progress_names_the_file_and_counts_the_cells_that_are_guarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_AT_ONCE", 2)
    text = "settlement_id,name_en,district_id,lat,lon,population_listed\n" + "".join(
        f"{key},{name},d,40,50,1\n" for key, name in zip("abc", ("Aa", "Be", "Ce"), strict=True)
    )
    (tmp_path / "towns.csv").write_text(text, encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    table, faults = check_table(
        tmp_path / "towns.csv", schemas.SETTLEMENTS, progress=lambda *said: told.append(said)
    )
    assert table is not None
    assert not faults
    first, *others = told
    assert first == ("towns.csv", 0, 1)
    # Columns of three cells, two at once, each begun where the one before it has ended.
    done = [cells for _, cells, _ in others]
    assert done == [3 * (k // 2) + 2 * (k % 2) for k in range(len(done))]
    assert {(name, whole) for name, _, whole in others} == {("towns.csv", 3 * len(done) // 2)}


def test_blank_cells_of_optional_columns_are_missing_values(tmp_path: Path) -> None:
    content = GOOD.replace("listed\n", "listed,name_az\n").replace("100\n", "100,Bir\n")
    frame, found = check_table(
        written(tmp_path, content.replace("4,\n", "4,,\n")), schemas.SETTLEMENTS
    )
    assert found == []
    assert frame is not None
    assert frame["name_az"].isna().tolist() == [False, True]


def test_a_table_without_a_column_of_names_has_none(tmp_path: Path) -> None:
    frame, found = check_table(written(tmp_path, GOOD), schemas.SETTLEMENTS, languages=("en", "az"))
    assert found == []
    assert frame is not None
    assert "name_az" not in frame


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace("\n", ",,\n").encode(),
        GOOD.replace("s1,One,d1", " s1 ,\u00a0One , d1").encode(),
        GOOD.encode() + b",,,,,\n\n",
    ],
    ids=["byte order mark", "CRLF", "CR", "blank columns", "white space", "blank rows at the end"],
)
def test_harmless_ways_of_writing_give_the_same_table(tmp_path: Path, content: bytes) -> None:
    plain, _ = check_table(written(tmp_path, GOOD), schemas.SETTLEMENTS)
    frame, found = check_table(written(tmp_path, content), schemas.SETTLEMENTS)
    assert found == []
    pd.testing.assert_frame_equal(frame, plain)


def test_blank_rows_and_line_breaks_in_cells_do_not_shift_row_numbers(tmp_path: Path) -> None:
    content = SETTLEMENTS + '\n,,,,,\ns1,"One\nand only",d1,40.1,47.2,100\ns2,Two,d2,40.3,east,\n'
    assert "row 5, column lon: is not a number ('east')" in one_fault(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the table is empty"),
        ("\n\n", "the table is empty"),
        ("\n" + GOOD, "the first row is blank. Put the column names into the first row"),
        (GOOD.replace(",", "|"), "the column is missing"),
        (GOOD.replace("lat,lon", "lat,lat"), "columns 4 and 5 have the same name"),
        (GOOD.encode("utf-16")[:-1], "is UTF-16 that is cut off, or no text. Save it in UTF-8"),
        (GOOD.encode("utf-16-le")[:-1], "is UTF-16 that is cut off, or no text"),
        (GOOD.replace("Two", "Лачин").encode("cp1251"), "row 3: byte 87 is not UTF-8; the file"),
        (GOOD.replace("Two", "Şəki").encode("cp1254", "ignore"), "may be Windows-1251 or Windows-"),
        (GOOD.replace("Two", "T\x0bo"), "row 3: holds a character that is no letter (U+000B)"),
        (GOOD.replace("Two", "T\u202eo"), "row 3: holds a character that is no letter (U+202E)"),
        (GOOD.replace("Two", "T\ufffdo"), "row 3: holds a character that is no letter (U+FFFD)"),
        (GOOD.replace("Two", '"Two'), "row 3: cannot be split into columns from here on"),
        (GOOD.replace("Two", '"T"wo'), "row 3: cannot be split into columns from here on"),
        (GOOD.replace("One,", "One,One,"), "row 2: has 7 cells where the header has 6"),
        (GOOD.replace("One,", ""), "row 2: has 5 cells where the header has 6"),
        (GOOD.replace("\n", ",note\n").replace("listed,note", "listed,"), "column 7 has no name"),
        (SETTLEMENTS, "the table holds no row. Give at least one"),
    ],
)
def test_files_that_are_no_such_table(tmp_path: Path, content: str | bytes, said: str) -> None:
    found = faults(tmp_path, content)
    assert said in str(found[0])
    assert found[0].file == "table.csv"
    assert check_table(tmp_path / "table.csv", schemas.SETTLEMENTS)[0] is None


def test_every_ragged_row_is_named_and_the_other_rows_are_checked(tmp_path: Path) -> None:
    rows = "".join(f"s{i},N,d,40.1,47.2\n" for i in range(30)) + "t,N,d,forty,47.2,1\n"
    found = faults(tmp_path, SETTLEMENTS + rows)
    assert [fault.row for fault in found] == [*range(2, 32), 32]
    assert found[-1].column == "lat"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "there is no such file" in str(read_text_table(tmp_path / "none.csv")[1][0])
    assert "cannot be read: Is a directory" in str(read_text_table(tmp_path)[1][0])
    long = tmp_path / ("x" * 300)
    assert "cannot be read: File name too long" in str(read_text_table(long)[1][0])


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(raw)
    frame, found = check_table(path, schemas.SETTLEMENTS)
    assert found
    assert frame is None


# -------------------------------------------------------------------------- columns and cells


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("population_listed", "populaton_listed", "Rename column populaton_listed to populatio"),
        ("lat,", "Lat,", "column lat: the column is missing. Rename column Lat to lat"),
        ("lat,", "latitude,", "Rename column latitude to lat"),
        ("name_en", "Name EN", "Rename column Name EN to name_en"),
        ("district_id", "x", "column district_id: the column is missing. Add it"),
        ("population_listed", "population_listed,Name-AZ", "Rename column Name-AZ to name_az"),
    ],
)
def test_missing_columns_and_the_columns_meant(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    content = GOOD.replace(old, new, 1)
    if new.endswith("Name-AZ"):
        content = content.replace("100\n", "100,Bir\n").replace("47.4,\n", "47.4,,\n")
    assert said in str(faults(tmp_path, content)[0])


def test_unknown_columns_of_open_tables_are_left_alone(tmp_path: Path) -> None:
    content = GOOD.replace("listed\n", "listed,note\n").replace("100\n", "100,a\n")
    frame, found = check_table(
        written(tmp_path, content.replace("47.4,\n", "47.4,,b\n")), schemas.SETTLEMENTS
    )
    assert found == []
    assert frame is not None
    assert frame["note"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        ("s1,One,d1,40.1,47.2,-5", "population_listed", "-5", "is not a whole number of 0 or more"),
        ("s1,One,d1,40.1,47.2,10.5", "population_listed", "10.5", "Write digits only"),
        ('s1,One,d1,40.1,47.2,"1,200"', "population_listed", "1,200", "is not a whole number"),
        ("s1,One,d1,40.1,47.2,٤٠", "population_listed", "٤٠", "is not a whole number"),
        ("s1,One,d1,40.1,47.2,99999999999", "population_listed", "99999999999", "more than any pl"),
        ('s1,One,d1,"40,1",47.2,5', "lat", "40,1", "with a decimal point, such as 40.25"),
        ("s1,One,d1,95,47.2,5", "lat", "95", "lat and lon may be swapped"),
        ("s1,One,d1,40.1,181,5", "lon", "181", "is not a longitude"),
        ("s1,One,d1,nan,47.2,5", "lat", "nan", "is not a number"),
        ("s1,One,d1,,47.2,5", "lat", "", "the cell is empty. Fill it in"),
        ("s1,,d1,40.1,47.2,5", "name_en", "", "the cell is empty"),
        ("s1,One,,40.1,47.2,5", "district_id", "", "the cell is empty"),
        ("s 1,One,d1,40.1,47.2,5", "settlement_id", "s 1", "is not a key"),
        ("s2,One,d1,40.1,47.2,5", "settlement_id", "s2", "this key stands more than once"),
    ],
)
def test_cells_that_cannot_be(tmp_path: Path, row: str, column: str, value: str, said: str) -> None:
    found = faults(tmp_path, f"{SETTLEMENTS}{row}\ns2,Two,d2,40.3,47.4,\n")
    first = found[0]
    assert (first.row, first.column, first.value or "") == (2, column, value)
    assert said in str(first)
    assert all(fault.column == column for fault in found)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("", "the cell is empty"),
        ("0", "a shelter needs at least one place"),
        ("-3", "is not a whole number"),
        ("2.5", "is not a whole number"),
    ],
)
def test_a_shelter_has_places(tmp_path: Path, places: str, said: str) -> None:
    content = f"{SHELTER}a,Haven,s1,d1,{places},published,report of 2023\n"
    assert said in one_fault(tmp_path, content, schemas.SHELTERS)


def test_a_cell_has_one_fault_and_its_number_is_missing(tmp_path: Path) -> None:
    content = SETTLEMENTS + "s1,One,d1,abc,47.2,x\ns2,Two,d2,40.3,47.4,7\n"
    frame, found = check_table(written(tmp_path, content), schemas.SETTLEMENTS)
    assert [(fault.row, fault.column) for fault in found] == [(2, "lat"), (2, "population_listed")]
    assert frame is not None
    assert np.isnan(frame.loc[2, "lat"])
    assert frame["population_listed"].tolist() == [pd.NA, 7]
    assert frame["settlement_id"].tolist() == ["s1", "s2"]


def test_a_long_or_hostile_cell_is_shown_cut_and_quoted(tmp_path: Path) -> None:
    said = one_fault(tmp_path, SETTLEMENTS + f"s1,One,d1,{'9' * 5000},47.2,5\n")
    assert len(said) < 250
    assert "\n" not in said


# ---------------------------------------------------------------------------- between tables


def settlement_frame(**columns: list[Any]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=range(2, 2 + size))


def test_points_are_held_against_the_outline() -> None:
    table = settlement_frame(lat=[40.0, 47.0, 10.0, np.nan], lon=[47.0, 40.0, 10.0, 47.0])
    found = relations.misplaced_points(Path("t.csv"), table, SQUARE)
    assert [(fault.row, fault.value) for fault in found] == [(3, "47.0, 40.0"), (4, "10.0, 10.0")]
    assert "latitude and longitude are swapped" in str(found[0])
    assert "Exchange the two cells" in str(found[0])
    assert "outside the study's boundaries" in str(found[1])


def test_points_abroad_pass_where_they_may_but_not_swapped_ones() -> None:
    table = settlement_frame(lat=[40.0, 47.0, 10.0], lon=[47.0, 40.0, 10.0])
    found = relations.misplaced_points(Path("t.csv"), table, SQUARE, abroad=True)
    assert [fault.row for fault in found] == [3]


def test_two_columns_swapped_throughout_are_one_fault() -> None:
    table = settlement_frame(lat=[47.0, 48.0, 49.0], lon=[40.0, 40.5, 41.0])
    (found,) = relations.misplaced_points(Path("t.csv"), table, SQUARE)
    assert "swapped in every row" in str(found)
    assert "Exchange the two columns" in str(found)


def test_points_just_outside_a_generalised_border_pass() -> None:
    table = settlement_frame(lat=[42.1, 42.2], lon=[47.0, 47.0])
    found = relations.misplaced_points(Path("t.csv"), table, SQUARE)
    assert [fault.row for fault in found] == [3]


def test_sums_of_men_and_women() -> None:
    table = pd.DataFrame(
        {
            "population": pd.array([10, 10, 10, None, 10], dtype="Int64"),
            "women": pd.array([11, 6, 6, 6, 6], dtype="Int64"),
            "men": pd.array([1, 4, 5, 4, None], dtype="Int64"),
        },
        index=range(2, 7),
    )
    found = relations.uneven_sums(Path("t.csv"), table)
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "women"),
        (5, "population"),
        (4, "men"),
    ]


def test_a_country_without_people_is_refused() -> None:
    table = settlement_frame(population=[0, 0], women=[0, 0], men=[0, 0])
    (found,) = relations.uneven_sums(Path("t.csv"), table)
    assert "nobody lives in any district" in str(found)
    table.loc[3, "population"] = 5
    assert "nobody" not in str(relations.uneven_sums(Path("t.csv"), table))


def test_shelters_lie_in_a_known_settlement_of_their_district() -> None:
    settlements = pd.DataFrame({"settlement_id": ["s1", "s2"], "district_id": ["d1", "d2"]})
    shelters = settlement_frame(
        settlement_id=["s1", "s2", "s9", ""], district_id=["d1", "d1", "d1", "d1"]
    )
    found = relations.homeless_shelters(Path("t.csv"), shelters, settlements)
    assert [(fault.row, fault.column, fault.value) for fault in found] == [
        (4, "settlement_id", "s9"),
        (3, "district_id", "d1"),
    ]
    assert "Write d2, or name another settlement" in str(found[1])


def test_districts_without_a_settlement_are_named() -> None:
    districts = settlement_frame(district_id=["d1", "d2"])
    settlements = pd.DataFrame({"district_id": ["d1"]})
    (found,) = relations.bare_districts(Path("t.csv"), districts, settlements)
    assert (found.row, found.value) == (3, "d2")


def test_links_that_cannot_be() -> None:
    east = [f"b{i}" for i in range(2, 6)]
    nodes = pd.DataFrame(
        {
            "node_id": ["a", "b", "c", *east],
            "lat": [0, 0, np.nan] + [0] * 4,
            "lon": [0, 1, 2] + [1] * 4,
        }
    )
    links = settlement_frame(
        from_node=["a", "a", "a", "a", "x", "a", "a"],
        to_node=["b", "b2", "b3", "b4", "b", "c", "b5"],
        km=[115.0, 107.0, 100.0, 115.0, 10.0, 1.0, np.nan],
        minutes=[100.0, 100.0, 100.0, 1.9, 10.0, 1.0, 1.0],
    )
    found = impossible_links(Path("links.csv"), links, nodes)
    # One degree of the equator is 111.3 km: 107 km may be a merged town, 100 km cannot be.
    assert [(fault.row, fault.column, fault.value) for fault in found] == [
        (6, "from_node", "x"),
        (4, "km", "100.0"),
        (5, "minutes", "1.9"),
    ]
    assert "shorter than the 111 km straight between its ends" in str(found[1])
    assert "the speed would be 3631.6 km/h" in str(found[2])


def test_links_that_cannot_be_driven_back_so() -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b", "c"], "lat": [0.0] * 3, "lon": [0, 1, 2]})
    links = settlement_frame(
        from_node=["a", "b", "c", "b", "c"],
        to_node=["b", "c", "a", "a", "b"],
        km=[115.0, 115.0, 230.0, 115.0, 115.0],
        minutes=[100.0, 100.0, 200.0, 100.0, 100.0],
        km_back=[np.nan, np.nan, 200.0, np.nan, 115.0],
        minutes_back=[np.nan, 100.0, 1.0, np.nan, 100.0],
    )
    found = impossible_links(Path("links.csv"), links, nodes)
    assert [(fault.row, fault.column) for fault in found] == [
        (3, "km_back"),
        (6, "to_node"),
        (4, "km_back"),
        (4, "minutes_back"),
    ]
    said = [str(fault) for fault in found]
    assert "the cell is empty although minutes_back is filled. Fill it in, or leave both" in said[0]
    assert "shorter than the 223 km straight between its ends" in said[2]
    assert "the speed would be 12000.0 km/h" in said[3]
    # Row 6 drives back what row 3 drives already; rows 2 and 5 are the two carriageways of a road.
    assert "to_node: this link stands already in row 3 ('b to c')" in said[1]


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (("a", "b", 115.0, 100.0), "this link stands already in row 2 ('a to b')"),
        (("b", "a", 115.0, 100.0), "this link stands already in row 2 ('b to a')"),
        (("b", "a", 120.0, 100.0), "this link contradicts the one in row 2 ('b to a')"),
        (("c", "c", 1.0, 1.0), "this link stands already within itself ('c to c')"),
    ],
)
def test_links_given_twice(last: tuple[str, str, float, float], said: str) -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b", "c"], "lat": [0.0] * 3, "lon": [0, 1, 2]})
    rows = [("a", "b", 115.0, 100.0), ("b", "c", 115.0, 100.0), last]
    names = ["from_node", "to_node", "km", "minutes"]
    columns = {
        name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)
    }
    found = impossible_links(Path("links.csv"), settlement_frame(**columns), nodes)
    assert [(fault.row, fault.column) for fault in found] == [(4, "to_node")]
    assert f"{said}. Remove one of them" in str(found[0])


def test_links_are_read_with_their_way_back_or_without(tmp_path: Path) -> None:
    plain, found = read_links(written(tmp_path, LINKS + "a,b,5,6\n"))
    assert found == []
    assert plain is not None
    assert "km_back" not in plain
    header = "from_node,to_node,km,minutes,km_back,minutes_back,road_class\n"
    frame, found = read_links(written(tmp_path, header + "a,b,5,6,,,primary\nb,c,5,6,7,8,\n"))
    assert found == []
    assert frame is not None
    assert frame["km_back"].fillna(-1).tolist() == [-1.0, 7.0]
    assert frame["minutes_back"].fillna(-1).tolist() == [-1.0, 8.0]
    assert frame["road_class"].fillna("-").tolist() == ["primary", "-"]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("km_back", "7", "column minutes_back: the column is missing. Add it."),
        ("minutes_back", "7", "column km_back: the column is missing. Add it."),
        ("KM back,minutes_back", "7,8", "km_back: the column is missing. Rename column KM back to"),
        ("km_back,minutes_back", "0,8", "row 2, column km_back: must be above 0 ('0')"),
        ("km_back,minutes_back", "7,x", "row 2, column minutes_back: is not a number ('x')"),
    ],
)
def test_bad_ways_back(tmp_path: Path, header: str, row: str, said: str) -> None:
    _, found = read_links(written(tmp_path, f"{LINKS.strip()},{header}\na,b,5,6,{row}\n"))
    assert len(found) == 1
    assert said in str(found[0])


def test_a_link_takes_time_and_has_a_length(tmp_path: Path) -> None:
    found = faults(tmp_path, LINKS + "a,b,0,5\na,b,5,-1\na,b,5,\n", schemas.ROAD_LINKS)
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "km"),
        (3, "minutes"),
        (4, "minutes"),
    ]


def test_without_the_flag_everybody_lives_where_they_are_counted(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.change(DISTRICTS, lambda row: row.pop("counts_registered_not_resident"))
    assert not load_study(copy.file).settlements["counts_registered_not_resident"].any()
