"""What is known of a shelter's place never gets out. All secret points here are invented."""

from __future__ import annotations

import pickle
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from helpers.secret_study import HEADER, MARK, MOVED, SECRET, private, secret_study
from helpers.study_copy import PRIVATE, SHELTERS, StudyCopy, contents, copy_study
from helpers.study_pages import outputs as outputs
from helpers.study_pages import run_at_home
from helpers.telltale import tells, unpacked
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from shelter_geo.errors import PrivacyError, ShelterGeoError, TableError
from shelter_geo.study.guard import gives_a_place_away
from shelter_geo.study.load import load_study
from shelter_geo.study.privacy import private_slips, public_shelters
from shelter_geo.study.study import Study


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return copy_study(tmp_path / "study")


def said(copy: StudyCopy) -> str:
    with pytest.raises(ShelterGeoError) as caught:
        load_study(copy.file)
    return str(caught.value)


# --------------------------------------------------------------------------- from end to end


@pytest.fixture(scope="module")
def two_runs(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Outputs of two whole runs between which only the private point moved."""
    base = tmp_path_factory.mktemp("moved")
    run_at_home(secret_study(base / "study", MOVED), base)
    return outputs, base / "outputs"


def test_moving_a_private_point_inside_its_settlement_changes_no_byte(
    two_runs: tuple[Path, Path],
) -> None:
    first, second = map(contents, two_runs)
    assert {Path(name).suffix for name in first} >= {
        ".csv",
        ".png",
        ".svg",
        ".pdf",
        ".html",
        ".gpkg",
    }
    assert {name for name in first if name.startswith(("siting", "maps/siting", "comparison"))}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_no_output_nothing_at_home_and_no_message_holds_digits_of_a_private_point(
    two_runs: tuple[Path, Path],
) -> None:
    """The home folder and what was said stand beside the outputs."""
    for folder in two_runs:
        names = set()
        for name, raw in unpacked(folder.parent):
            if not name.startswith("study/"):
                assert not tells(raw, SECRET, MOVED), name
                names.add(name)
        assert {"said.txt", "outputs/study.gpkg"} <= names


def test_a_study_that_is_read_holds_nothing_of_a_private_point(tmp_path: Path) -> None:
    """So no command has it, and no worker is sent it: all of them go on from this."""
    for name, point in (("one", SECRET), ("other", MOVED)):
        read = load_study(secret_study(tmp_path / name, point).file)
        assert not tells(pickle.dumps(read), SECRET, MOVED)


LAT, LON = SECRET


# By hand: 49.8124073 degrees of 111,319.4908 m, of the sphere that Web Mercator is drawn on.
WEB_MERCATOR = f"{49.8124073 * 111_319.490793:.2f}"


@pytest.mark.parametrize(
    "told",
    [
        f"{LAT}, {LON}",
        f"{LON[:7]} {LAT[:7]}",
        "lat=40.357 lon=49.812",
        "40,3572",
        "40°21'25.9\"N",
        "40 21.432",
        "[403571948,498124073]",
        WEB_MERCATOR,
        struct.pack("<d", float(LAT)),
        struct.pack(">d", float(LON)),
    ],
)
def test_a_telltale_is_found_in_every_notation(told: str | bytes) -> None:
    assert tells(told.encode() if isinstance(told, str) else told, SECRET)


@pytest.mark.parametrize("harmless", ["40.35, 49.81", "40.358 and 4035", "40 km, 21 min, 25.9 %"])
def test_a_settlement_is_no_telltale(harmless: str) -> None:
    assert not tells(harmless.encode(), SECRET)


def test_a_telltale_is_found_however_it_is_packed(tmp_path: Path) -> None:
    secret = f"{LAT} {LON}"
    np.savez_compressed(tmp_path / "kept.npz", at=np.array([float(LAT)]))
    pd.DataFrame({"note": [secret]}).to_parquet(tmp_path / "table.parquet", compression="zstd")
    gpd.GeoDataFrame(
        {"n": [1]}, geometry=gpd.points_from_xy([float(LON)], [float(LAT)]), crs=4326
    ).to_file(tmp_path / "layers.gpkg")
    words = PngInfo()
    words.add_text("Comment", secret, zip=True)
    Image.new("1", (1, 1)).save(tmp_path / "drawn.png", pnginfo=words)
    stream = zlib.compress(secret.encode())
    (tmp_path / "paper.pdf").write_bytes(b"stream\n" + stream + b"\nendstream")
    found = {name for name, raw in unpacked(tmp_path) if tells(raw, SECRET)}
    assert found == {"kept.npz", "table.parquet", "layers.gpkg", "drawn.png", "paper.pdf"}


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the text of every output, packed ones unpacked."""
    for name, raw in unpacked(folder):
        yield name, raw.decode("utf-8", errors="replace")


def test_the_private_file_leaves_no_trace(outputs: Path) -> None:
    for name, text in texts(outputs):
        assert "shelter_points" not in text, name


def test_further_columns_of_tables_reach_no_output(outputs: Path) -> None:
    for name, text in texts(outputs):
        assert MARK not in text, name
        assert "contact" not in text.lower() or name.endswith((".png", ".html")), name


def test_layers_hold_the_columns_that_are_described(outputs: Path) -> None:
    file = outputs / "study.gpkg"
    shelters = gpd.read_file(file, layer="shelters")
    assert set(shelters.columns) == {
        *("shelter_id", "name_en", "name_az", "name_ru", "settlement_id", "settlement"),
        *("district_id", "operator_type", "places", "places_basis", "women", "children", "men"),
        *("lgbtq_inclusive", "police_referral_required", "max_stay_days", "as_of", "source"),
        "geometry",
    }
    table = pd.read_csv(outputs / "access_by_district.csv")
    districts = gpd.read_file(file, layer="districts")
    names = {"name_ru", "region_az", "region_ru"}
    assert set(districts.columns) == {*table.columns, *names, "geometry"}


def test_shelters_stand_at_points_of_the_settlements_table(outputs: Path, study: Study) -> None:
    shelters = gpd.read_file(outputs / "study.gpkg", layer="shelters")
    public = study.settlements.geometry
    for shelter in shelters.itertuples():
        assert shelter.geometry.equals(public[shelter.settlement_id])


# ------------------------------------------------------------------------- the private file


def test_without_a_private_file_the_study_is_the_same(copy: StudyCopy, study: Study) -> None:
    copy.write_private(private(*SECRET))
    loaded = load_study(copy.file)
    # Only the line of the study file that names the private table is another.
    changed = dict(loaded.input_hashes.items() ^ study.input_hashes.items())
    assert set(changed) == {"study.toml"}
    assert loaded.shelters.to_wkt().equals(study.shelters.to_wkt())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (private(LAT.replace(".", ","), LON), "row 2: has 4 cells where the header has 3"),
        (private(f'"{LAT.replace(".", ",")}"', LON), "row 2, column lat: is not a number. Write"),
        (private(f"{LAT}N", LON), "row 2, column lat: is not a number"),
        (private(LON + "999", LAT), "row 2, column lat, lon: the point is far from the settlement"),
        (private(LON, LAT), "the point is far from the settlement named for the shelter. Correct"),
        (private(LAT, LON, f"x-{LAT[3:]}"), "row 2, column shelter_id: this text may give"),
        (private(LAT, LON, LAT), "row 2, column shelter_id: this text may give a place away"),
        (private(LAT, LON) + f"baku-state,{LAT},{LON}\n", "this key stands more than once"),
        (f"baku-state,{LAT},{LON}\n", "column 2: the column is not known"),
        (f"baku-state,{LAT},{LAT}\n", "columns 2 and 3 have the same name"),
        (f"shelter_id,lat,{LON}\nbaku-state,{LAT},{LON}\n", "column lon: the column is missing"),
        (f"{HEADER[:-1]},{LAT}\nbaku-state,{LAT},{LON},{LAT}\n", "column 4: the column is not kn"),
        (f'{HEADER}"baku-state,{LAT},{LON}\n', "row 2: cannot be split into columns"),
        (private(LAT, f"{LON}\x07"), "row 2: holds a character that is no letter (U+0007)"),
    ],
)
def test_a_faulty_private_file_is_named_without_its_values(
    copy: StudyCopy, content: str, complaint: str
) -> None:
    copy.write_private(content)
    copy.set_cell(SHELTERS, 3, "places", "0")
    message = said(copy)
    assert complaint in message
    assert "shelters.csv, row 3, column places" in message
    assert not tells(message.encode(), SECRET)
    assert LAT[3:7] not in message


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251"])
def test_a_private_file_in_another_encoding(copy: StudyCopy, encoding: str) -> None:
    copy.write_private("")
    copy.path(PRIVATE).write_bytes((private(*SECRET) + "ш,1,2").encode(encoding))
    message = said(copy)
    assert "shelter_points.csv" in message
    assert LAT[3:7] not in message


def test_a_private_file_without_rows_is_no_fault(copy: StudyCopy) -> None:
    copy.write_private(HEADER)
    assert len(load_study(copy.file).shelters) == 3


def test_a_private_file_may_lie_outside_the_study(copy: StudyCopy, tmp_path: Path) -> None:
    outside = tmp_path / "stick" / "points.csv"
    outside.parent.mkdir()
    outside.write_text(private(*SECRET, shelter="nobody"), encoding="utf-8")
    old, new = '# private_points = "private/shelter_points.csv"', f'private_points = "{outside}"'
    copy.replace("study.toml", old, new)
    assert "points.csv, row 2, column shelter_id: no shelter has this key" in said(copy)


def test_slips_are_measured_from_the_settlement() -> None:
    settlements = pd.DataFrame({"settlement_id": ["s"], "lat": [0.0], "lon": [0.0]})
    shelters = pd.DataFrame({"shelter_id": ["a", "b", "c"], "settlement_id": ["s", "s", "gone"]})
    points = pd.DataFrame(
        {"shelter_id": ["a", "b", "c"], "lat": [0.0, 0.0, 9.0], "lon": [0.26, 0.28, 9.0]},
        index=[2, 3, 4],
    )
    # One degree of the equator is 111.32 km: 0.26 of it are 28.9 km, 0.28 are 31.2 km.
    found = private_slips(Path("p.csv"), points, shelters, settlements)
    assert [(fault.row, fault.value) for fault in found] == [(3, None)]


# ------------------------------------------------------------------------ the public tables


@pytest.mark.parametrize("column", ["address", "lat", "lon", "phone", "geometry", "note"])
def test_further_columns_of_shelters_are_refused(copy: StudyCopy, column: str) -> None:
    copy.change(SHELTERS, lambda row: row.update({column: MARK}))
    message = said(copy)
    assert f"shelters.csv, column {column}: the column is not known" in message
    assert "no address, coordinate or other detail may stand here" in message
    assert MARK not in message


GIVEAWAYS = [
    f"Haven ({LAT}, {LON})",
    f"{LAT.replace('.', ',')}; {LON.replace('.', ',')}",
    f"{LAT[:6]} / {LON[:6]}",
    f"{LAT[:6].replace('.', ',')} {LON[:6].replace('.', ',')}",
    "5.603, -0.187",
    LAT,
    "40°21'26\"",
    "8HXX9RCG+VH",
    "https://maps.example/x",
    "see www.example.org",
    "geo:40.3,49.8",
    "maps.example/abc",
    "///filled.count.soap",
    "12 Invented Street",
    "Uydurma küçəsi 12",
    "Uydurma KÜÇƏSİ",
    "ул. Вымышленная, 5",
    "Вымышленный проспект",
    "\uff14\uff10.35719 and more",
]


@pytest.mark.parametrize("text", GIVEAWAYS)
def test_texts_that_give_a_place_away(text: str) -> None:
    assert gives_a_place_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "UPR joint submission (2023) para 6, 11.3; stay: 180 days against 2-3 months in art. 19.3",
        "Population 10,127,100; 1,200 women and 350 children; 2,300 men",
        "April 2023, 12.04.2023",
        "one family place per 10.000 inhabitants",
        "police/court referral",
        "Dövlət sığınacağı",
        "Государственное убежище",
        "Qadın evi",
    ],
)
def test_harmless_texts_pass(text: str) -> None:
    assert not gives_a_place_away(text)


def test_texts_of_the_shelters_table_are_guarded_and_not_repeated(copy: StudyCopy) -> None:
    columns = ["name_en", "name_az", "name_ru", "places_basis", "source", "as_of", "operator_type"]
    for column in [*columns, "police_referral_required", "settlement_id"]:
        copy.set_cell(SHELTERS, 2, column, f"at {LAT}, {LON}")
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    assert {fault.column for fault in caught.value.faults} == {
        *columns,
        "police_referral_required",
        "settlement_id",
    }
    assert all(fault.row == 2 for fault in caught.value.faults)
    assert LAT[:6] not in str(caught.value)
    assert "this text may give a place away" in str(caught.value)


def test_a_header_that_is_a_row_of_values_is_not_repeated(copy: StudyCopy) -> None:
    copy.write(SHELTERS, f"haven,{LAT},{LON},Invented Street 5\n" * 2)
    message = said(copy)
    assert "shelters.csv, column 2: the column is not known" in message
    assert LAT[:6] not in message
    assert "Invented" not in message


def test_a_shelter_takes_its_settlements_point() -> None:
    shelters = pd.DataFrame({"shelter_id": ["b", "a"], "settlement_id": ["s", "s"]})
    settlements = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name_en": ["Town"]},
        geometry=gpd.points_from_xy([47.0], [40.0]),
        crs=4326,
    )
    public = public_shelters(shelters, settlements)
    assert list(public.index) == ["a", "b"]
    assert public.geometry.to_wkt().tolist() == ["POINT (47 40)"] * 2
    assert public["settlement"].tolist() == ["Town", "Town"]


def test_a_shelter_without_a_known_settlement_is_refused() -> None:
    shelters = pd.DataFrame({"shelter_id": ["a"], "settlement_id": ["elsewhere"]})
    settlements = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name_en": ["Town"]},
        geometry=gpd.points_from_xy([47.0], [40.0]),
        crs=4326,
    )
    with pytest.raises(PrivacyError, match="no known settlement for a"):
        public_shelters(shelters, settlements)
