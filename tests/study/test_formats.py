"""A study is the same whatever its files are; files of other kinds are named in one sentence."""

from __future__ import annotations

import csv
import io
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from helpers.small_study import TABLES, small_study
from helpers.study_copy import StudyCopy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from shelter_geo.errors import Fault, TableError
from shelter_geo.study import Study, load_study
from shelter_geo.study.tables import check_table, read_text_table, schemas
from shelter_geo.study.tables.features import read_areas, read_features
from shelter_geo.study.tables.formats import as_text

SECRET = "12 Orchard Lane"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
DRIVERS = {
    ".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".kml": "LIBKML", ".geojson": "GeoJSON",
}  # fmt: skip


def text_of(name: str, sign: str, *, said: bool, end: str, quote: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign, lineterminator=end, quoting=quote)
    writer.writerows(csv.reader(io.StringIO(TABLES[name])))
    return (f"sep={sign}{end}" if said else "") + out.getvalue()


def frame_of(name: str) -> pd.DataFrame:
    """Return a table as pandas reads it: numbers are numbers, whole or not."""
    return pd.read_csv(io.StringIO(TABLES[name]), keep_default_na=False)


def points_of(name: str, crs: int = 4326) -> gpd.GeoDataFrame:
    frame = frame_of(name)
    points = gpd.points_from_xy(frame.pop("lon"), frame.pop("lat"))
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326).to_crs(crs)


def save(frame: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
        return
    driver = DRIVERS.get(path.suffix, path.suffix[1:].upper())
    # LIBKML names a placemark by the column Name, and keeps the others as its data.
    with warnings.catch_warnings():  # a Shapefile cuts names to ten letters
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, driver=driver, layer=path.stem)
    if path.suffix == ".ods":
        as_office_writes(path)


def as_office_writes(path: Path) -> None:
    """Take out the line ends that GDAL writes between cells, and office programs do not."""
    with zipfile.ZipFile(path) as folder:
        parts = {name: folder.read(name) for name in folder.namelist()}
    parts["content.xml"] = re.sub(rb">\s+<", b"><", parts["content.xml"])
    with zipfile.ZipFile(path, "w") as folder:
        for name, content in parts.items():
            folder.writestr(name, content)


def use(study: StudyCopy, table: str, name: str) -> None:
    study.replace("study.toml", f'"{table}"', f'"{name}"')


def assert_same(found: Study, plain: Study, *, exact: bool = True) -> None:
    for name in ("districts", "settlements", "shelters"):
        ours, theirs = getattr(found, name), getattr(plain, name)
        apart = ["geometry", *(() if exact else ("lat", "lon"))]
        assert_frame_equal(
            pd.DataFrame(ours.drop(columns=apart, errors="ignore")),
            pd.DataFrame(theirs.drop(columns=apart, errors="ignore")),
            check_like=True,
        )
        assert shapely.hausdorff_distance(ours.geometry, theirs.geometry).max() < (
            1e-12 if exact else 1e-7
        )
    assert found.centres.geom_equals_exact(plain.centres, 1e-12 if exact else 1e-7).all()
    assert found.network.n_edges == plain.network.n_edges


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(small_study(tmp_path_factory.mktemp("plain")).file)


# ------------------------------------------------------------------------------------ the same


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(TABLES)),
    sign=st.sampled_from(",;\t"),
    encoding=st.sampled_from(ENCODINGS),
    said=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    quote=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_table_reads_the_same_in_every_dialect(
    tmp_path: Path, name: str, sign: str, encoding: str, said: bool, end: str, quote: int
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text_of(name, sign, said=said, end=end, quote=quote).encode(encoding))
    (tmp_path / "plain.csv").write_text(TABLES[name])
    frame, found = read_text_table(path)
    wanted, _ = read_text_table(tmp_path / "plain.csv")
    assert found == []
    assert frame is not None
    assert wanted is not None
    assert frame.index.tolist() == [i + said for i in wanted.index]
    assert_frame_equal(frame.reset_index(drop=True), wanted.reset_index(drop=True))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_study_of_spreadsheets_is_the_same(tmp_path: Path, suffix: str, plain: Study) -> None:
    study = small_study(tmp_path)
    for name in TABLES:
        sheet = Path(name).stem + suffix
        save(frame_of(name), tmp_path / sheet)
        (tmp_path / name).unlink()
        use(study, name, sheet)
    assert_same(load_study(study.file), plain)


@pytest.mark.parametrize("suffix", [*DRIVERS, ".parquet"])
@pytest.mark.parametrize("crs", [4326, 3857])
def test_a_study_of_features_is_the_same(
    tmp_path: Path, suffix: str, crs: int, plain: Study
) -> None:
    if suffix == ".kml" and crs != 4326:
        pytest.skip("KML is in degrees")
    study = small_study(tmp_path)
    for name in ("districts.csv", "settlements.csv", "nodes.csv"):
        save(points_of(name, crs), tmp_path / (new := f"my-{Path(name).stem}{suffix}"))
        use(study, name, new)
    borders = gpd.read_file(tmp_path / "districts.geojson").to_crs(crs)
    save(borders, tmp_path / ("borders" + suffix))
    use(study, "districts.geojson", "borders" + suffix)
    found = load_study(study.file)
    assert_same(found, plain, exact=False)
    beside = {".dbf", ".prj", ".shx"} if suffix == ".shp" else set()
    assert {"borders" + end for end in (suffix, *beside)} <= set(found.input_hashes)


def test_areas_may_come_zipped(tmp_path: Path) -> None:
    area = gpd.GeoDataFrame({"GID_2": ["AZE.1.1_1"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3857)
    save(area.rename(columns={"GID_2": "district_id"}), tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as folder:
        for part in tmp_path.glob("a.*"):
            folder.write(part, part.name)
    areas, found = read_areas(tmp_path / "zipped.zip", "district_id")
    assert found == []
    assert areas is not None
    assert areas["district_id"].tolist() == ["AZE.1.1_1"]
    # One metre of Web Mercator at the equator, in degrees of a sphere of 6,378,137 m.
    assert areas.total_bounds[2] == pytest.approx(np.degrees(1 / 6_378_137), rel=1e-9)


def test_the_sheet_that_is_called_like_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "links.xlsx"
    pyogrio.write_dataframe(pd.DataFrame({"read": ["me"]}), path, driver="XLSX", layer="notes")
    pyogrio.write_dataframe(frame_of("links.csv"), path, driver="XLSX", layer="links", append=True)
    frame, _ = read_text_table(path)
    assert frame is not None
    assert frame.columns.tolist() == ["from_node", "to_node", "km", "minutes"]
    path.rename(tmp_path / "roads.xlsx")
    assert read_text_table(tmp_path / "roads.xlsx")[0].columns.tolist() == ["read"]


def test_harmless_spellings_of_cells_are_read(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    study.replace("districts.csv", "60000,31000,no", "60000.0,31000.00,FALSE")
    study.replace("districts.csv", "90000,46000,no", "90000,46000,TRUE")
    study.replace("districts.csv", "120000,61000,no", "120000,61000,No")
    found = load_study(study.file)
    assert found.districts["population"].to_dict() == {
        "coast": 120000, "lower": 90000, "upper": 60000,
    }  # fmt: skip
    flags = found.districts["counts_registered_not_resident"]
    assert flags.to_dict() == {"coast": False, "lower": True, "upper": False}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (60000.0, "60000"), (np.int32(7), "7"), (41.75, "41.75"), (1e-5, "0.00001"),
        (float("nan"), ""), (None, ""), (pd.NaT, ""), (pd.NA, ""), (True, "yes"),
        (np.bool_(False), "no"), ("  a ", "a"), (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2), "2026-01-02"),
    ],
)  # fmt: skip
def test_typed_values_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_numbers_lose_nothing_as_text(number: float) -> None:
    assert float(as_text(number)) == number
    assert "e" not in as_text(number)


# ------------------------------------------------------------------------------- other files


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        for name in names:
            folder.writestr(name, SECRET)
    return out.getvalue()


OTHERS: list[tuple[bytes, str]] = [
    (b"%PDF-1.7 ", "is a PDF document, not a table"),
    (b"\x89PNG\r\n\x1a\n", "is a picture"),
    (b"II*\x00abc", "is a raster or picture (TIFF)"),
    (b"\x1f\x8b\x08\x00", "is a compressed file (gzip)"),
    (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "is an extract of OpenStreetMap (PBF)"),
    (b"<?xml version='1.0'?><osm>", "is an extract of OpenStreetMap (XML)"),
    (b"<!DOCTYPE html><p>", "is a web page"),
    (b"<gpx>", "is XML, not a table"),
    (zipped("word/document.xml"), "is a text document"),
    (zipped("a.csv"), "is a ZIP archive: unpack it, and name the file in it"),
    (zipped("lat.npy"), "is a prepared road network"),
    (b"PK\x03\x04", "is a ZIP archive that is cut off"),
    (
        zipped("é/workbook.xml").replace("é".encode(), b"\xff\xff"),
        "is a ZIP archive that is cut off or damaged",
    ),
    (zipped("xl/workbook.xml"), "is no spreadsheet that can be read"),
    (b"\xd0\xcf\x11\xe0" + SECRET.encode(), "is no spreadsheet that can be read"),
    (
        b"SQLite format 3\x00" + SECRET.encode(),
        "is a GeoPackage in which no",
    ),
    (
        b"\x00\x00\x27\x0a" + SECRET.encode(),
        "is a Shapefile in which no",
    ),
    (b"PAR1" + SECRET.encode(), "is Parquet in which no feature with"),
    (b"<kml>" + SECRET.encode(), "is KML in which no feature with"),
    (b'{"a": "' + SECRET.encode() + b'"}', "holds no feature"),
    (b'{"a": "' + SECRET.encode(), "is not valid JSON"),
]


@pytest.mark.parametrize(("raw", "said"), OTHERS, ids=[said for _, said in OTHERS])
def test_a_file_of_another_kind_is_named_in_one_sentence(
    tmp_path: Path, raw: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "shelters.csv"
    path.write_bytes(raw)
    for read in (
        lambda: check_table(path, schemas.SHELTERS),
        lambda: check_table(path, schemas.PRIVATE_POINTS, secret=True),
        lambda: read_areas(path, "district_id"),
    ):
        content, found = read()
        assert content is None
        assert len(found) == 1
        assert SECRET not in str(found[0]) + caplog.text
    assert said in str(check_table(path, schemas.SHELTERS)[1][0])


def test_a_shapefile_without_its_coordinate_system_is_refused(tmp_path: Path) -> None:
    save(points_of("settlements.csv"), tmp_path / "s.shp")
    (tmp_path / "s.prj").unlink()
    _, found = read_features(tmp_path / "s.shp")
    assert "s.shp: names no coordinate system that is known. Save it with one" in str(found[0])


def test_letters_that_are_none_are_named_in_every_container(tmp_path: Path) -> None:
    table = frame_of("settlements.csv").replace("Fordham", "Ford\u202eham")
    save(table, tmp_path / "s.xlsx")
    save(gpd.GeoDataFrame(table, geometry=[None] * 3, crs=4326), tmp_path / "s.parquet")
    said = [str(read_text_table(tmp_path / name)[1][0]) for name in ("s.xlsx", "s.parquet")]
    assert said == [
        "s.xlsx, row 3: holds a character that is no letter (U+202E). Take it out, or mend the "
        "letter.",
        "s.parquet, row 3: holds a character that is no letter (U+202E). Take it out, or mend "
        "the letter.",
    ]


def test_the_property_that_was_meant_is_named(tmp_path: Path) -> None:
    area = gpd.GeoDataFrame(
        {"shapeName": ["upper", "x"], "id": [1, 2]},
        geometry=[shapely.box(0, 0, 1, 1)] * 2,
        crs=4326,
    )
    save(area, tmp_path / "a.geojson")
    _, found = read_areas(tmp_path / "a.geojson", "district_id", ["upper", "lower"])
    assert [str(fault) for fault in found] == [
        "a.geojson, column district_id: no feature has the property. Rename the property "
        "shapeName to district_id: 1 of 2 values are keys of the districts."
    ]
    _, found = read_areas(tmp_path / "a.geojson", "district_id", ["other"])
    assert "Give every feature a text 'district_id'" in str(found[0])


# ------------------------------------------------------------------------------------ privacy


def shelters_in(study: StudyCopy, suffix: str) -> None:
    frame = frame_of("shelters.csv")
    home = gpd.GeoDataFrame(frame, geometry=[shapely.Point(-29.123456, 40.654321)], crs=4326)
    save(home, study.path("shelters" + suffix))
    use(study, "shelters.csv", "shelters" + suffix)


@pytest.mark.parametrize("suffix", [*DRIVERS, ".parquet"])
def test_the_point_of_a_shelter_is_never_looked_at(
    tmp_path: Path, suffix: str, plain: Study
) -> None:
    study = small_study(tmp_path)
    shelters_in(study, suffix)
    found = load_study(study.file)
    assert_same(found, plain)
    assert "29.123" not in found.shelters.to_json() + found.shelters.to_string()


def spoilt(change: Callable[[str], str]) -> Callable[[StudyCopy], None]:
    return lambda study: study.write("shelters.csv", change(study.text("shelters.csv")))


@pytest.mark.parametrize(
    "spoil",
    [
        spoilt(lambda text: text.split("\n", 1)[1].replace("quayside-1", SECRET)),
        spoilt(lambda text: text.replace("s3,coast", f"{SECRET},coast")),
        spoilt(lambda text: text.replace(",12,", f",{SECRET},")),
        spoilt(lambda text: text.replace("quayside-1", SECRET)),
        spoilt(lambda text: text.replace("quayside-1", "40.654321")),
        spoilt(lambda text: text.replace("Shelter in Quayside", SECRET + ", street")),
        spoilt(lambda text: text.replace("published,", f"published,{SECRET},")),
        spoilt(lambda text: text.replace("places_basis", "kind").replace("published", SECRET)),
        spoilt(lambda text: '{"type": "FeatureCollection", "features": [' + SECRET),
        spoilt(lambda text: text.replace("quayside-1", f'"{SECRET}')),
    ],
)
def test_a_text_of_a_shelter_is_never_printed(
    tmp_path: Path, spoil: Callable[[StudyCopy], None], caplog: pytest.LogCaptureFixture
) -> None:
    study = small_study(tmp_path)
    spoil(study)
    with pytest.raises(TableError) as caught:
        load_study(study.file)
    said = str(caught.value) + caplog.text
    assert SECRET not in said
    assert "40.654321" not in said
    assert "Shelter in Quayside" not in said
    assert all(isinstance(fault, Fault) for fault in caught.value.faults)


def test_private_points_may_be_features_and_are_never_printed(tmp_path: Path) -> None:
    study = small_study(tmp_path)
    study.replace("study.toml", "boundaries =", 'private_points = "private.gpkg"\nboundaries =')
    point = gpd.GeoDataFrame(
        {"shelter_id": ["quayside-1"]}, geometry=[shapely.Point(-29.751, 40.751)], crs=4326
    )
    save(point, tmp_path / "private.gpkg")
    with pytest.raises(TableError) as caught:
        load_study(study.file)
    assert [str(fault) for fault in caught.value.faults] == [
        "private.gpkg, row 1, column lat, lon: the point is far from the settlement named for "
        "the shelter. Correct the point, or the settlement."
    ]
    save(point.set_geometry([shapely.Point(-29.251, 40.251)]), tmp_path / "near.gpkg")
    shutil.move(tmp_path / "near.gpkg", tmp_path / "private.gpkg")
    assert "private.gpkg" not in load_study(study.file).input_hashes


@pytest.mark.parametrize("rows_at_once", [1, 2, 7])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_the_same_however_much_of_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int, encoding: str
) -> None:
    path, text = tmp_path / "t.csv", 'id;name\n\n1; Şəki \n2;"a\nb"\n3\n4;;x\n5;Ə\n'
    path.write_bytes(text.encode(encoding))
    monkeypatch.setattr("shelter_geo.study.tables.reading._AT_ONCE", rows_at_once)
    monkeypatch.setattr("shelter_geo.study.tables.formats._BLOCK", 3)  # letters cut in two
    frame, faults = read_text_table(path)
    assert frame is not None
    assert frame.index.tolist() == [3, 4, 7]
    assert frame.to_numpy().tolist() == [["1", "Şəki"], ["2", "a\nb"], ["5", "Ə"]]
    assert [(fault.row, fault.message) for fault in faults] == [
        (5, "has 1 cells where the header has 2"),
        (6, "has 3 cells where the header has 2"),
    ]
    path.write_bytes((text + "6;\x07").encode(encoding))
    assert [fault.row for fault in read_text_table(path)[1]] == [9]
    path.write_bytes((text + '6;"').encode(encoding))
    assert [fault.row for fault in read_text_table(path)[1]] == [8]
