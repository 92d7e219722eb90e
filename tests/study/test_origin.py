"""What was left over from another study: facts, files, hashes, and tables not yet replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.study_copy import BOUNDARIES, DISTRICTS, PACKAGE, SETTLEMENTS, copy_study

from shelter_geo.errors import Fault, TableError, fault_lines
from shelter_geo.study import bundled_study, load_study
from shelter_geo.study.origin import foreign_facts, package_faults


def said(file: Path) -> list[str]:
    with pytest.raises(TableError) as caught:
        load_study(file)
    return caught.value.lines()


def test_a_copy_of_the_bundled_study_with_other_districts_is_told_whose_facts_it_has(
    tmp_path: Path,
) -> None:
    copy = copy_study(tmp_path / "mine")
    keys = {row["district_id"]: f"XX-{i}" for i, row in enumerate(copy.rows(DISTRICTS))}
    for name in (DISTRICTS, SETTLEMENTS):
        copy.change(name, lambda row: row.update(district_id=keys[row["district_id"]]))
    faults = foreign_facts(copy.file, keys.values(), bundled_study())
    named = {fault.column for fault in faults}
    assert {"tables.claims", "tables.basemap", "tables.published_distances"} <= named
    assert {
        "capacity.demand.bases.cases.source",
        "study.credit.en",
        "access.bus.source.en",
    } <= named
    assert "tables.standards" not in named
    assert "capacity.norms.id" not in named
    (line,) = fault_lines(faults)
    assert line.startswith("study.toml: facts of another study (azerbaijan) stand here")
    assert foreign_facts(copy.file, list(keys), bundled_study()) == []  # of the same place
    assert foreign_facts(bundled_study(), keys.values(), bundled_study()) == []


def test_a_study_of_ones_own_has_no_facts_of_another(tmp_path: Path) -> None:
    assert load_study(small_study(tmp_path / "s").file).warnings == ()


def test_borders_not_yet_replaced_are_one_sentence_for_all_that_comes_from_them(
    tmp_path: Path,
) -> None:
    copy = copy_study(tmp_path / "mine")
    for name in (DISTRICTS, SETTLEMENTS):
        copy.change(name, lambda row: row.update(lon=str(round(float(row["lon"]) - 60, 5))))
    lines = said(copy.file)
    about = [line for line in lines if line.startswith("districts.geojson: ")]
    assert len(about) == 1
    assert "74 of 75 districts lie outside of them" in about[0]  # one has no polygon
    assert "These look like the borders of another place: replace them." in about[0]
    assert "faults come from this, such as districts.csv, row 2, column lat, lon (" in about[0]
    assert len(lines) < 12
    assert lines[-1] == "Every row is listed by shelter-geo validate --all."


def test_a_package_of_other_files_is_a_fault_and_one_changed_file_a_warning(
    tmp_path: Path,
) -> None:
    copy = copy_study(tmp_path / "mine")
    package = json.loads(copy.text(PACKAGE))
    path = copy.path(PACKAGE)
    assert package_faults(path, package, copy.folder) == ([], [])
    copy.write(SETTLEMENTS, copy.text(SETTLEMENTS) + "\n")
    copy.path(BOUNDARIES).unlink()
    faults, warnings = package_faults(path, package, copy.folder)
    assert faults == []
    assert {(one.value, one.message) for one in warnings} == {
        (SETTLEMENTS, "the file has another hash"),
        (BOUNDARIES, "there is no such file"),
    }
    other = {"resources": [{**one, "hash": "0" * 64} for one in package["resources"]]}
    faults, warnings = package_faults(path, other, copy.folder)
    assert warnings == []
    (line,) = fault_lines(faults)
    assert line.startswith("datapackage.json: describes other files: ")
    links = {"licenses": [{"title": "x", "path": "javascript:alert(1)"}]}
    (fault,) = package_faults(path, links, copy.folder)[0]
    assert fault.column == "licenses.path"


@pytest.mark.parametrize(
    ("key", "value", "said_of"),
    [
        ("scenarios", "scenarioz", "there is no such folder"),
        ("scenarios", "standards.csv", "there is no such folder"),
        ("private_points", "privat/points.csv", "there is no file of private points"),
        ("package", "package.json", "there is no such file"),
    ],
)
def test_a_named_path_that_does_not_exist_is_a_fault(
    tmp_path: Path, key: str, value: str, said_of: str
) -> None:
    copy = small_study(tmp_path / "s")
    copy.write("standards.csv", "x")
    copy.replace("study.toml", "[tables]\n", f'[tables]\n{key} = "{value}"\n')
    lines = said(copy.file)
    assert any(said_of in line for line in lines), lines


def test_rows_with_one_fault_are_counted_and_three_are_shown() -> None:
    faults = [Fault("t.csv", "is empty", "Fill it in.", row, "km") for row in range(2, 7)]
    (line,) = fault_lines(faults)
    assert line == "t.csv, column km: is empty, in 5 rows such as 2, 3, 4. Fill it in."
    assert fault_lines(faults, every=True) == [str(fault) for fault in faults]
    assert fault_lines(faults[:3]) == [str(fault) for fault in faults[:3]]
    numbered = [
        Fault("t.csv", f"the speed would be {n}.5 km/h", "Measure it.", n, "km", "9")
        for n in range(2, 6)
    ]
    (line,) = fault_lines(numbered)
    assert line.startswith("t.csv, column km: 4 rows are at fault, such as row 2: the speed would")
