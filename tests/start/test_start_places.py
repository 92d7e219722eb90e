"""Settlements and shelters of a new study: their names, points, districts and centres."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import pytest
import shapely
from helpers.invented_country import Country
from helpers.road_toys import GEOD

from shelter_geo.analysis import evaluate
from shelter_geo.errors import TableError
from shelter_geo.start import Started, StartInputs, read_points, start_study
from shelter_geo.start.boundaries import Districts, read_districts
from shelter_geo.start.places import Places, place_settlements
from shelter_geo.start.points import settlements_of_file, settlements_of_pbf
from shelter_geo.start.shelters import left_out, read_shelters
from shelter_geo.study import load_study


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return Country().write(tmp_path)


@pytest.fixture
def districts(files: Path) -> Districts:
    return read_districts(files / "borders.geojson", ["en"])


def placed(files: Path, districts: Districts) -> Places:
    settlements = settlements_of_pbf(files / "country.osm.pbf", ["en"])
    return place_settlements(districts.areas, settlements, ["en"], called=districts.other_names)


def begun(tmp_path: Path, country: Country, people: str, **more: Path) -> Started:
    files = country.write(tmp_path / "files")
    (files / "people.csv").write_text(people, encoding="utf-8")
    inputs = StartInputs(
        name="Valeland",
        boundaries=files / "borders.geojson",
        as_of=dt.date(2026, 1, 1),
        roads=files / "country.osm.pbf",
        population=files / "people.csv",
        **more,
    )
    return start_study(tmp_path / "study", inputs)


# --- settlements


def test_true_names_like_addresses_make_a_study_that_loads(tmp_path: Path):
    towns = ("Newbury 2", "Fifth Street", "Mill Street 12", "Moorend")
    people = "name,population\nUpper Vale,10\nLower Vale,20\nCoast,30\nMoorland,40\n"
    where = tmp_path / "shelters.csv"
    where.write_text("district,places\nupper vale,12\n", encoding="utf-8")
    started = begun(tmp_path, Country(towns=towns), people, shelters=where)
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    excused = tomllib.loads(text)["checks"]["named_like_streets"]
    assert excused == ["n1", "n11", "n12", "n2"]  # the villages are "Little Newbury 2" and so on
    study = load_study(tmp_path / "study")
    names = study.settlements["name_en"]
    assert names[["n1", "n2", "n4"]].tolist() == ["Newbury 2", "Fifth Street", "Moorend"]
    # both places called after a house are gone, and a point inside stands for them
    assert study.settlements.loc[study.settlements["district_id"] == "coast"].index.tolist() == [
        "centre-coast"
    ]
    assert sum(note.startswith("2 places whose names look like ad") for note in started.notes) == 1
    assert sum("excuses them as true names (n1, n11, n12 ...)" in n for n in started.notes) == 1
    # the name that is made for a shelter would be refused, whatever the study excuses
    assert study.shelters["name_en"].tolist() == ["Shelter"]


def test_a_place_of_a_users_file_that_is_called_like_a_house_is_refused(tmp_path: Path):
    path = tmp_path / "towns.csv"
    path.write_text("name,lat,lon\nMill Street 12,40.2,-29.9\nNewbury 2,40.2,-29.8\n", "utf-8")
    with pytest.raises(TableError, match="row 2, column name_en: this text may") as caught:
        settlements_of_file(path, ["en"])
    assert "row 3" not in str(caught.value)
    assert "Mill" not in str(caught.value)


def test_a_town_stands_where_the_table_of_people_has_the_centre(tmp_path: Path):
    """Upper Vale gets its namesake; Lower Vale has none, and the namesake of the Coast is far."""
    country = Country(towns=("Upper Vale", "Fordham", "Coast", "Moorland"))
    rows = {"Upper Vale": 0.05, "Lower Vale": 0.05, "Coast": 0.2, "Moorland": 0.001}
    lines = [
        f"{name},1000,{country.town(k)[1] + up:.3f},{country.town(k)[0]}"
        for k, (name, up) in enumerate(rows.items())
    ]
    where = tmp_path / "shelters.csv"
    where.write_text("settlement,places\nUpper Vale,12\n", encoding="utf-8")
    text = "\n".join(["name,population,lat,lon", *lines])
    started = begun(tmp_path, country, text, shelters=where)
    study = load_study(tmp_path / "study")
    lats = {key: round(point.y, 3) for key, point in study.settlements.geometry.items()}
    assert [lats[key] for key in ("n1", "n2", "n3", "n4")] == [40.3, 40.25, 40.25, 40.251]
    _, _, metres = GEOD.inv(-29.8, 40.25, -29.8, 40.3)
    note = f"1 settlements were moved more than 1 km .* n1 of upper-vale by {metres / 1000:.1f} km"
    assert sum(re.match(note, one) is not None for one in started.notes) == 1
    # so the shelter is in the centre of its district, and not kilometres away from it
    assert evaluate(study).districts["distance_km"]["upper-vale"] == 0


@pytest.mark.parametrize("cells", ["91,0", "40.2,east", "40.2,1e999"])
def test_centres_that_are_no_degrees_are_named(tmp_path: Path, cells: str):
    people = f"name,population,lat,lon\nCoast,5,{cells}\n"
    with pytest.raises(TableError, match=r"row 2, column l(at|on)[^:]*: is not a number of degr"):
        begun(tmp_path, Country(), people)


def test_settlements_of_a_file_are_placed(files: Path, districts: Districts):
    path = files / "towns.csv"
    text = "name,lat,lon,population\nBig,40.2,-29.9,5000\nSmall,40.3,-29.9,10\nAway,0,0,1\n"
    path.write_text(text, encoding="utf-8")
    places = place_settlements(
        districts.areas,
        settlements_of_file(path, ["en"]),
        ["en"],
        called=districts.other_names,
    )
    assert places.centres["upper-vale"] == "big"
    assert places.centres["coast"] == "centre-coast"
    assert places.table.loc["small", "district_id"] == "upper-vale"
    assert "away" not in places.table.index
    assert sum("outside the boundaries" in note for note in places.notes) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nBig\n", "has no columns lat and lon"),
        ("name,lat,lon\nBig,91,0\n", "row 2, column lat: is not a number of degrees"),
        ("name,lat,lon\nBig,,\n", "row 2: has no point"),
        ("name,lat,lon\n,1,2\n", "the settlement has no name"),
        ("name,lat,lon,population\nBig,1,2,many\n", "is not a count of people"),
        ("settlement_id,name,lat,lon\na,A,1,2\na,B,1,2\n", "is no key, or stands twice"),
    ],
)
def test_bad_settlements_are_named(tmp_path: Path, text: str, message: str):
    path = tmp_path / "towns.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=re.escape(message)):
        settlements_of_file(path, ["en"])


def test_settlements_of_another_country_are_refused(files: Path, districts: Districts):
    path = files / "towns.csv"
    path.write_text("name,lat,lon\nAway,0,0\n", encoding="utf-8")
    away = settlements_of_file(path, ["en"])
    with pytest.raises(TableError, match="none of the settlements lies in the boundaries"):
        place_settlements(districts.areas, away, ["en"], called=districts.other_names)


# --- shelters

SECRET = "Rosewood, 12 Mill Street"


def test_shelters_are_put_at_settlements_and_points_go_no_further(
    files: Path, districts: Districts
):
    places = placed(files, districts)
    path = files / "shelters.csv"
    lon, lat = Country().town(2)
    head = "name_en,settlement,settlement_id,lat,lon,places"
    text = f"{head}\nA,Fordham,,,,5\nB,,n1,,,6\nC,,,{lat + 0.0123},{lon},7\n"
    path.write_text(text, encoding="utf-8")
    found, notes = read_shelters(path, places, ["en"], districts.other_names)
    assert notes == ()
    assert found["settlement_id"].tolist() == ["n2", "n1", "n3"]
    assert found["district_id"].tolist() == ["lower-vale", "upper-vale", "coast"]
    assert "lat" not in found
    assert str(lat + 0.0123) not in found.to_csv()
    assert left_out(path, ["en"]) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"{SECRET},Atlantis,5", "no settlements have this name"),
        (f"{SECRET},,5", "does not say where the shelter is"),
        (f"{SECRET},Fordham,five", "places are no number"),
        (f"{SECRET},Fordhamm,5", r"alike are Fordham \(lower-vale\)"),
    ],
)
def test_bad_shelters_are_named_without_their_text(
    files: Path, districts: Districts, row: str, message: str
):
    path = files / "shelters.csv"
    quoted = row.replace(SECRET, f'"{SECRET}"')
    path.write_text(f"name_en,settlement,places\n{quoted}\n", encoding="utf-8")
    with pytest.raises(TableError, match=message) as error:
        read_shelters(path, placed(files, districts), ["en"], districts.other_names)
    assert "row 2" in str(error.value)
    for word in ("Rosewood", "Mill Street", "Atlantis", "five", "Fordhamm"):
        assert word not in str(error.value)


def test_layers_of_points_are_read_and_never_quoted(files: Path):
    path = files / "own.geojson"
    point = shapely.geometry.mapping(shapely.Point(-29.123456, 40.2))
    row = {"type": "Feature", "properties": {"name": SECRET, "places": 5}, "geometry": point}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), encoding="utf-8")
    cells, points = read_points(path)
    assert points is not None
    assert shapely.get_x(points[0]) == -29.123456
    assert not {"lat", "lon"} & set(cells)
    path.write_text("-29.123456 is no layer", encoding="utf-8")
    with pytest.raises(TableError, match="cannot be read as points") as error:
        read_points(path)
    assert "29.12" not in str(error.value)


def test_a_row_that_names_a_district_is_put_in_its_centre(files: Path, districts: Districts):
    path = files / "shelters.csv"
    path.write_text("district_id,settlement,places\nlower-vale,,5\n,Coast,6\n", encoding="utf-8")
    found, notes = read_shelters(path, placed(files, districts), ["en"], districts.other_names)
    assert found["settlement_id"].tolist() == ["n2", "n3"]
    assert [note.rpartition(": ")[2] for note in notes] == [
        "row 2 in n2 of lower-vale.", "row 3 in n3 of coast.",
    ]  # fmt: skip
    assert left_out(path, ["en"]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("settlement,places\nNewtown,5\n", "column district_id which is meant: coast, lower-vale"),
        ("district,settlement,places\nMoorland,Newtown,5\n", "no settlements have this name"),
        ("district,places\nAtlantis,5\n", "row 2, column district: no districts have this key"),
        ("settlement_id,places\nn99,5\n", "does not say where the shelter is"),
    ],
)
def test_which_place_is_meant_is_asked(tmp_path: Path, text: str, message: str):
    files = Country(towns=("Highmill", "Newtown", "Newtown", "Moorend")).write(tmp_path)
    areas = read_districts(files / "borders.geojson", ["en"])
    path = files / "shelters.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=message) as error:
        read_shelters(path, placed(files, areas), ["en"], areas.other_names)
    assert "Atlantis" not in str(error.value)
    path.write_text("district,settlement,places\nCoast,Newtown,5\n", encoding="utf-8")
    found, _ = read_shelters(path, placed(files, areas), ["en"], areas.other_names)
    assert found["settlement_id"].tolist() == ["n3"]
