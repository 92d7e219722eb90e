"""Boundaries, tables, grids and points as people have them, good and bad."""

from __future__ import annotations

import builtins
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from helpers.invented_country import Country
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.errors import StudyError, TableError
from shelter_geo.start.boundaries import Districts, cut_at_180, read_districts, simplified
from shelter_geo.start.grid import nearest_parts, read_grid
from shelter_geo.start.people import (
    PeopleColumns,
    people_of_grid,
    people_of_table,
    whole_number,
    with_women,
)
from shelter_geo.start.places import Places, place_settlements
from shelter_geo.start.points import settlements_of_pbf


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return Country().write(tmp_path)


@pytest.fixture
def districts(files: Path) -> Districts:
    return read_districts(files / "borders.geojson", ["en"])


def collection(folder: Path, *features: tuple[dict, object]) -> Path:
    path = folder / "own.geojson"
    rows = [
        {
            "type": "Feature",
            "properties": own,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for own, shape in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return path


# --- boundaries

UNIT = shapely.box(0, 0, 1, 1)
NEXT = shapely.box(1, 0, 2, 1)


def test_a_property_that_is_a_key_is_taken(tmp_path: Path):
    rows = [
        ({"name": "A", "ADM2_PCODE": "XX01", "ADM2_KA": "ა"}, UNIT),
        ({"name": "B", "ADM2_PCODE": "XX02", "ADM2_KA": "ბ"}, NEXT),
    ]
    found = read_districts(collection(tmp_path, *rows), ["en", "ka"])
    assert found.areas.index.tolist() == ["XX01", "XX02"]
    assert found.areas["name_en"].tolist() == ["A", "B"]
    assert found.areas["name_ka"].tolist() == ["ა", "ბ"]


def test_numbers_may_be_keys_and_gadm_keys_have_dots(tmp_path: Path):
    rows = [({"NAME_2": n, "GID_2": f"X.1.{n}_1", "NAME_1": "X"}, s) for n, s in [("A", UNIT)]]
    assert read_districts(collection(tmp_path, *rows), ["en"]).areas.index.tolist() == ["X.1.A_1"]
    numbered = collection(tmp_path, ({"name": "A", "id": 7}, UNIT), ({"name": "B", "id": 8}, NEXT))
    assert read_districts(numbered, ["en"]).areas.index.tolist() == ["7", "8"]


def test_without_a_key_one_is_made_of_the_name(tmp_path: Path):
    rows = [({"name": "Şəki"}, UNIT), ({"name": "Quba", "code": "not a key"}, NEXT)]
    found = read_districts(collection(tmp_path, *rows), ["en"])
    assert found.areas.index.tolist() == ["quba", "seki"]


def test_parts_with_equal_properties_are_one_district(tmp_path: Path):
    rows = [({"name": "A"}, UNIT), ({"name": "A"}, shapely.box(5, 0, 6, 1)), ({"name": "B"}, NEXT)]
    found = read_districts(collection(tmp_path, *rows), ["en"])
    assert shapely.get_num_geometries(found.areas.geometry["a"]) == 2
    assert any("parts of one district" in note for note in found.notes)


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile", "KML"])
def test_other_files_and_systems_of_coordinates_are_read(tmp_path: Path, driver: str):
    path = tmp_path / f"own.{ {'GPKG': 'gpkg', 'KML': 'kml'}.get(driver, 'shp') }"
    frame = gpd.GeoDataFrame({"Name": ["A", "B"]}, geometry=[UNIT, NEXT], crs=4326)
    (frame if driver == "KML" else frame.to_crs(3857)).to_file(path, driver=driver)
    found = read_districts(path, ["en"])
    assert found.areas["name_en"].tolist() == ["A", "B"]
    np.testing.assert_allclose(found.areas.total_bounds, (0, 0, 2, 1), atol=1e-6)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([({"name": "A"}, shapely.Point(0, 0))], "holds no area, but Point"),
        ([({}, UNIT)], "no property holds names"),
        ([({"name": ""}, UNIT)], "no property holds names"),
        ([({"name": "A"}, UNIT), ({"name": None}, NEXT)], "row 2: the area has no name"),
        ([({"name": "A"}, shapely.box(4e5, 4e6, 5e5, 5e6))], "are not degrees"),
    ],
)
def test_bad_boundaries_are_named(tmp_path: Path, features: list, message: str):
    with pytest.raises(TableError, match=re.escape(message)):
        read_districts(collection(tmp_path, *features), ["en"])


def test_what_is_no_boundaries_is_named(tmp_path: Path):
    with pytest.raises(TableError, match="no such file"):
        read_districts(tmp_path / "none.gpkg", ["en"])
    path = tmp_path / "notes.geojson"
    path.write_text("not a map", encoding="utf-8")
    with pytest.raises(TableError, match="cannot be read as areas") as error:
        read_districts(path, ["en"])
    assert str(tmp_path) not in str(error.value)


def test_wished_properties_must_be_there(tmp_path: Path):
    path = collection(tmp_path, ({"name": "A", "code": "x y"}, UNIT))
    with pytest.raises(TableError, match="it has name, code"):
        read_districts(path, ["en"], key_property="key")
    with pytest.raises(TableError, match="is no key"):
        read_districts(path, ["en"], key_property="code")
    with pytest.raises(TableError, match="no such property"):
        read_districts(path, ["en"], name_property="title")


def test_what_crosses_180_degrees_is_cut_however_it_is_written():
    beyond = shapely.box(179.5, 0, 180.5, 1)
    jumping = shapely.Polygon([(179.5, 0), (-179.5, 0), (-179.5, 1), (179.5, 1)])
    for shape in (beyond, jumping, shapely.box(-180.5, 0, -179.5, 1)):
        cut = cut_at_180(shape)
        assert shapely.area(cut) == pytest.approx(1)
        assert shapely.bounds(cut).tolist() == [-180, 0, 180, 1]
    assert cut_at_180(UNIT) is UNIT


def test_borders_are_simplified_and_stay_neighbours():
    angle = np.linspace(0, 2 * np.pi, 9000)
    ragged = 1 + 0.002 * np.sin(400 * angle)
    disc = shapely.Polygon(np.column_stack([ragged * np.cos(angle), ragged * np.sin(angle)]))
    boxes = (shapely.box(-2, -2, 0, 2), shapely.box(0, -2, 2, 2))
    halves = [shapely.intersection(disc, box) for box in boxes]
    simpler, tolerance = simplified(gpd.GeoSeries(halves, crs=4326))
    assert tolerance > 0
    assert shapely.get_num_coordinates(simpler.to_numpy()).sum() < 6000
    assert shapely.coverage_is_valid(simpler.to_numpy())
    assert shapely.area(shapely.union_all(simpler.to_numpy())) == pytest.approx(np.pi, rel=0.01)


# --- people


def people(path: Path, districts: Districts, text: str, **columns: str):
    path.write_text(text, encoding="utf-8")
    return people_of_table(path, districts, PeopleColumns(**columns), path.with_name("none.csv"))


def test_people_are_matched_by_key_and_women_come_along(files: Path, districts: Districts):
    text = "id,women,people\ncoast,61000,120000\nlower-vale,..,90000\nmoorland,1,2\n"
    found = people(files / "own.csv", districts, text)
    assert found.table.loc["coast"].tolist() == [120_000, 61_000]
    assert pd.isna(found.table.loc["upper-vale", "population"])
    assert any("without a row" in note for note in found.notes)
    counted = with_women(found, 0.5)
    assert counted.table.loc["coast", "women"] == 60_000
    assert "women" not in with_women(found, None).table


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,population\nCoast,many\n", "own.csv, row 2, column population: is not a count"),
        ("name,a,b\nCoast,1,2\n", "no column is called population"),
        ("population\n1\n", "no column holds keys or names"),
        ("name,population,women\nCoast,5,6\n", "more women than people"),
        ("name,population\nCoast,0\n", "gives no district any people"),
        ("", "the table is empty"),
    ],
)
def test_bad_tables_of_people_are_named(files: Path, districts: Districts, text: str, message: str):
    with pytest.raises(TableError, match=re.escape(message)):
        people(files / "own.csv", districts, text)


def test_wished_columns_must_be_there(files: Path, districts: Districts):
    with pytest.raises(TableError, match="column inhabitants: there is no such column"):
        people(files / "own.csv", districts, "name,population\nCoast,5\n", people="inhabitants")


@given(st.integers(0, 10**9))
def test_counts_are_read_as_they_are_written(number: int):
    for written in (f"{number}", f"{number:,}", f"{number:_}".replace("_", " "), f"{number}.0"):
        assert whole_number(written) == number


@pytest.mark.parametrize("cell", ["", "1.5", "12.345", "-3", "1e3", "five", "1,23"])
def test_what_is_no_count_is_none(cell: str):
    assert whole_number(cell) is None


# --- grids

rasterio = pytest.importorskip("rasterio")


def write_grid(path: Path, values: np.ndarray, west: float, north: float, side: float) -> Path:
    from rasterio.transform import from_origin

    place = from_origin(west, north, side, side)
    shape = {"height": values.shape[0], "width": values.shape[1], "count": 1}
    kind = {"driver": "GTiff", "dtype": "float32", "crs": "EPSG:4326", "nodata": -99999}
    with rasterio.open(path, "w", transform=place, **shape, **kind) as file:
        file.write(values.astype("float32"), 1)
    return path


def test_a_grid_gives_people_and_spreads_them(files: Path, districts: Districts):
    # Ten people in each cell of 0.1 degrees; a district has 25 cells, of which the village, which
    # is 0.05 degrees above the middle of the two, has the northern half with 0.2 of 0.5 degrees.
    values = np.full((9, 24), 10.0)
    values[0, 0] = -99999
    path = write_grid(files / "people.tif", values, -30.2, 40.7, 0.1)
    areas = districts.areas.geometry.to_numpy()
    grid = read_grid(path, areas)
    found = people_of_grid(path, districts, grid)
    assert found.table["population"].tolist() == [250] * 4
    places = placed(files, districts, grid)
    listed = places.table["population_listed"]
    assert listed["n1"] == pytest.approx(150, abs=1)
    assert listed["n11"] == pytest.approx(100, abs=1)


def placed(files: Path, districts: Districts, grid: object = None) -> Places:
    settlements = settlements_of_pbf(files / "country.osm.pbf", ["en"])
    return place_settlements(
        districts.areas, settlements, ["en"], called=districts.other_names, grid=grid
    )


def test_bad_grids_are_named(files: Path, districts: Districts, monkeypatch: pytest.MonkeyPatch):
    areas = districts.areas.geometry.to_numpy()
    away = write_grid(files / "away.tif", np.ones((4, 4)), 100, 0, 0.1)
    with pytest.raises(TableError, match="lies elsewhere"):
        read_grid(away, areas)
    with pytest.raises(TableError, match="no such file"):
        read_grid(files / "none.tif", areas)
    text = files / "text.tif"
    text.write_text("no grid", encoding="utf-8")
    with pytest.raises(TableError, match="cannot be read as a grid"):
        read_grid(text, areas)
    nobody = write_grid(files / "nobody.tif", np.zeros((9, 24)), -30.2, 40.7, 0.1)
    with pytest.raises(TableError, match="gives no district any people"):
        people_of_grid(nobody, districts, read_grid(nobody, areas))
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("exactextract"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StudyError, match=re.escape("pip install 'shelter-geo[grids]'")):
        read_grid(away, areas)


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)), min_size=1, max_size=9))
def test_nearest_parts_are_the_area_and_nearest(seeds: list[tuple[float, float]]):
    points = shapely.points(seeds)
    parts = nearest_parts(UNIT, points)
    assert shapely.area(parts).sum() == pytest.approx(1, rel=1e-6)
    scale = np.array([np.cos(np.radians(np.mean([lat for _, lat in seeds]))), 1])
    for probe in ((0.31, 0.77), (0.62, 0.15)):
        apart = np.hypot(*((np.array(seeds) - probe) * scale).T)
        # Of seeds at one place the first has the part, and the others have none.
        nearest = parts[(apart <= apart.min() + 1e-9) & ~shapely.is_empty(parts)]
        assert shapely.distance(nearest, shapely.Point(probe)).min() < 1e-6
