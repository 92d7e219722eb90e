"""Whole studies spoilt in one place or in many: all faults in one go, each with its remedy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.study_copy import (
    BASEMAP,
    BOUNDARIES,
    DISTRICTS,
    LINKS,
    NODES,
    PACKAGE,
    SETTLEMENTS,
    SHELTERS,
    StudyCopy,
    contents,
    copy_study,
)

from shelter_geo.errors import Fault, StudyError, TableError
from shelter_geo.study.load import bundled_study, load_study
from shelter_geo.study.study import Study


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return copy_study(tmp_path / "study")


BY_DISTRICT = (
    "settlements.csv", "districts.geojson", "near_ties.csv", "residents.csv", "displaced.csv",
    "nodes.csv",
)  # fmt: skip


def faults(copy: StudyCopy) -> list[Fault]:
    before = contents(copy.folder)
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    assert contents(copy.folder) == before
    return list(caught.value.faults)


def described(found: list[Fault]) -> set[tuple[str, int | None, str | None, str | None]]:
    return {(fault.file, fault.row, fault.column, fault.value) for fault in found}


def test_a_study_is_given_as_file_folder_or_path_with_dots(
    copy: StudyCopy, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_study(copy.folder)
    assert loaded.input_hashes == study.input_hashes
    monkeypatch.chdir(copy.path("roads"))
    assert load_study("../roads/..").input_hashes == study.input_hashes


def test_a_study_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is no such file"):
        load_study(tmp_path)
    with pytest.raises(StudyError, match="File name too long"):
        load_study("x" * 300)


def test_every_public_input_is_hashed(study: Study) -> None:
    files = set(contents(bundled_study().parent))
    assert set(study.input_hashes) <= files
    read = {DISTRICTS, SETTLEMENTS, SHELTERS, NODES, LINKS, BOUNDARIES, BASEMAP, PACKAGE}
    read |= {"study.toml", "standards.csv", "norms.csv", "published/distances.csv"}
    read |= {f"population/{name}.csv" for name in ("residents", "displaced")}
    read |= {f"roads/{name}.csv" for name in ("near_ties", "travel")} | {"shelters/admission.csv"}
    read |= {f"published/{name}.csv" for name in ("claims", "shelter_counts", "statistics_by_year")}
    assert read == set(study.input_hashes)


def test_ten_faults_in_four_tables_are_named_at_once(copy: StudyCopy) -> None:
    copy.set_cell(DISTRICTS, 5, "population", "-4")
    copy.set_cell(DISTRICTS, 9, "women", "12.5")
    copy.set_cell(DISTRICTS, 12, "district_id", "AZ-???")
    lat, lon = copy.cell(SETTLEMENTS, 30, "lat"), copy.cell(SETTLEMENTS, 30, "lon")
    copy.set_cell(SETTLEMENTS, 30, "lat", lon)
    copy.set_cell(SETTLEMENTS, 30, "lon", lat)
    copy.set_cell(SETTLEMENTS, 40, "lat", "10.5")
    copy.set_cell(SETTLEMENTS, 50, "settlement_id", copy.cell(SETTLEMENTS, 51, "settlement_id"))
    copy.set_cell(SHELTERS, 2, "places", "0")
    copy.set_cell(SHELTERS, 3, "settlement_id", "gn-1")
    copy.set_cell(LINKS, 7, "from_node", "nowhere")
    copy.set_cell(LINKS, 8, "km", "")
    found = faults(copy)
    twice = copy.cell(SETTLEMENTS, 51, "settlement_id")
    lost = copy.rows(DISTRICTS)[10]["district_id"]
    assert lost == "AZ-???"
    east = copy.cell(SETTLEMENTS, 40, "lon")
    assert described(found) >= {
        ("districts.csv", 5, "population", "-4"),
        ("districts.csv", 9, "women", "12.5"),
        ("districts.csv", 12, "district_id", "AZ-???"),
        ("settlements.csv", 30, "lat, lon", f"{float(lon)}, {float(lat)}"),
        ("settlements.csv", 40, "lat, lon", f"10.5, {float(east)}"),
        ("settlements.csv", 50, "settlement_id", twice),
        ("settlements.csv", 51, "settlement_id", twice),
        ("shelters.csv", 2, "places", "0"),
        ("shelters.csv", 3, "settlement_id", "gn-1"),
        ("links.csv", 7, "from_node", "nowhere"),
        ("links.csv", 8, "km", None),
    }
    # What names the district whose key was spoilt is named too; nothing else is.
    rest = [f for f in found if f.file in BY_DISTRICT]
    spoilt = [f for f in rest if f.column == "district_id"]
    assert len({fault.value for fault in spoilt}) == 1
    assert len(found) == 11 + len(spoilt)
    assert all(fault.remedy.endswith(".") for fault in found)


def test_faults_stand_file_by_file_and_row_by_row(copy: StudyCopy) -> None:
    copy.set_cell(SETTLEMENTS, 9, "district_id", "AZ-NO")
    copy.set_cell(SETTLEMENTS, 20, "lat", "x")
    copy.set_cell(DISTRICTS, 9, "women", "x")
    found = faults(copy)
    assert [(fault.file, fault.row) for fault in found] == [
        ("districts.csv", 9),
        ("settlements.csv", 9),
        ("settlements.csv", 20),
    ]


def test_a_cell_at_fault_is_named_once(copy: StudyCopy) -> None:
    copy.set_cell(SHELTERS, 2, "settlement_id", "no key")
    copy.set_cell(SETTLEMENTS, 9, "district_id", "no key")
    assert described(faults(copy)) == {
        ("shelters.csv", 2, "settlement_id", None),
        ("settlements.csv", 9, "district_id", "no key"),
    }


def spoil_encoding(name: str, encoding: str) -> Callable[[StudyCopy], None]:
    def spoil(copy: StudyCopy) -> None:
        copy.path(name).write_bytes(copy.text(name).encode(encoding, errors="ignore"))

    return spoil


def remove(name: str) -> Callable[[StudyCopy], None]:
    return lambda copy: copy.path(name).unlink()


def drop_column(name: str, column: str) -> Callable[[StudyCopy], None]:
    return lambda copy: copy.change(name, lambda row: row.pop(column))


def replace(name: str, old: str, new: str) -> Callable[[StudyCopy], None]:
    return lambda copy: copy.replace(name, old, new)


def unreadable(name: str) -> Callable[[StudyCopy], None]:
    """Put a file in place that can be opened and not be read, even by root."""

    def spoil(copy: StudyCopy) -> None:
        copy.path(name).unlink()
        copy.path(name).symlink_to("/proc/self/mem")

    return spoil


def swap_everywhere(copy: StudyCopy) -> None:
    def swap(row: dict[str, str]) -> None:
        row["lat"], row["lon"] = row["lon"], row["lat"]

    copy.change(SETTLEMENTS, swap)


def swap_boundaries(copy: StudyCopy) -> None:
    document = json.loads(copy.text(BOUNDARIES))
    for feature in document["features"]:
        shape = feature["geometry"]
        rings = shape["coordinates"]
        for ring in rings if shape["type"] == "Polygon" else [r for part in rings for r in part]:
            ring[:] = [point[::-1] for point in ring]
    copy.write(BOUNDARIES, json.dumps(document))


def swap_node(copy: StudyCopy) -> None:
    lat, lon = copy.cell(NODES, 20, "lat"), copy.cell(NODES, 20, "lon")
    copy.set_cell(NODES, 20, "lat", lon)
    copy.set_cell(NODES, 20, "lon", lat)


def spoil_sources(copy: StudyCopy) -> None:
    package = json.loads(copy.text(PACKAGE))
    copy.write(PACKAGE, json.dumps(package | {"sources": ["me"]}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_encoding(DISTRICTS, "cp1251"), "districts.csv, row 2: byte"),
        (remove(LINKS), "links.csv: there is no such file. Put it at"),
        (remove(NODES), "nodes.csv: there is no such file"),
        (remove(BOUNDARIES), "districts.geojson: there is no such file"),
        (remove(BASEMAP), "basemap.geojson: there is no such file"),
        (unreadable(SHELTERS), "shelters.csv: cannot be read: Input/output error"),
        (unreadable(BOUNDARIES), "districts.geojson: cannot be read"),
        (lambda copy: copy.write(LINKS, '"a'), "links.csv, row 1: cannot be split into columns"),
        (drop_column(LINKS, "minutes"), "links.csv, column minutes: the column is missing. Add"),
        (drop_column(DISTRICTS, "lat"), "districts.csv, column lat: the column is missing"),
        (swap_everywhere, "column lat, lon: latitude and longitude are swapped in every row"),
        (swap_boundaries, "if they are right, the boundaries are swapped"),
        (swap_node, "nodes.csv, row 20, column lat, lon: latitude and longitude are swapped"),
        (replace(BOUNDARIES, '"AZ-AGA"', '"AZ-ABS"'), "row 2, column district_id: this key stands"),
        (spoil_sources, "datapackage.json, column sources: sources cannot be read"),
        (replace("study.toml", '["gn-585369"]', '["gn-585369", "gn-0"]'), "outside_boundaries: st"),
        (replace("study.toml", '"Nakhchivan"', '"Nachitschewan"'), "('Nachitschewan'). Write it"),
        (replace("study.toml", '"roads/links.csv"', '"roads"'), "roads: cannot be read: Is a dir"),
    ],
)
def test_one_fault_in_a_whole_study(
    copy: StudyCopy, spoil: Callable[[StudyCopy], None], said: str
) -> None:
    spoil(copy)
    assert any(said in str(fault) for fault in faults(copy)), [str(f) for f in faults(copy)]


def test_a_district_without_a_settlement(copy: StudyCopy) -> None:
    rows = [row for row in copy.rows(SETTLEMENTS) if row["district_id"] != "AZ-LER"]
    copy.write_rows(SETTLEMENTS, rows)
    (found,) = faults(copy)
    assert (found.file, found.value) == ("districts.csv", "AZ-LER")
    assert "no settlement lies in this district" in str(found)


def test_a_shelter_in_a_settlement_of_another_district(copy: StudyCopy) -> None:
    copy.set_cell(SHELTERS, 2, "district_id", "AZ-LER")
    (found,) = faults(copy)
    assert (found.row, found.column, found.value) == (2, "district_id", "AZ-LER")
    assert "Write AZ-BA, or name another settlement" in str(found)


@pytest.mark.parametrize("name", ["missing.npz", "missing.osm.pbf"])
def test_a_road_file_that_is_not_there_is_named_with_a_remedy(copy: StudyCopy, name: str) -> None:
    copy.replace("study.toml", 'network = "reference"', f'network = "osm"\nfile = "{name}"')
    (found,) = faults(copy)
    assert found.file == name
    assert "roads import" in found.remedy


def test_optional_files_and_columns_may_be_absent(copy: StudyCopy) -> None:
    copy.replace("study.toml", 'package = "datapackage.json"\n', "")
    copy.replace("study.toml", 'basemap = "boundaries/basemap.geojson"\n', "")
    copy.replace("study.toml", 'published_distances = "published/distances.csv"\n', "")
    for name in (DISTRICTS, SETTLEMENTS):
        copy.change(name, lambda row: [row.pop(c, None) for c in ("name_az", "name_ru", "men")])
    loaded = load_study(copy.file)
    assert loaded.basemap is None
    assert loaded.published_distances is None
    assert loaded.input_package == {}
    assert "name_az" not in loaded.districts


def test_the_order_of_rows_does_not_matter(copy: StudyCopy, study: Study) -> None:
    for name in (DISTRICTS, SETTLEMENTS, SHELTERS):
        copy.write_rows(name, copy.rows(name)[::-1])
    loaded = load_study(copy.file)
    for name in ("districts", "settlements", "shelters"):
        frame, same = getattr(loaded, name), getattr(study, name)
        assert frame.drop(columns="geometry").equals(same.drop(columns="geometry")), name
        assert frame.geometry.geom_equals_exact(same.geometry, 0).all()


def test_nothing_names_the_folder_of_this_computer(copy: StudyCopy) -> None:
    loaded = load_study(copy.file)
    assert os.fspath(copy.folder) not in repr(loaded.settings) + repr(loaded.input_hashes)
