"""Kinds of studies on which a command once failed, each on an input of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from helpers.chromium import visit
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.cli.main import app
from shelter_geo.errors import ShelterGeoError
from shelter_geo.study import load_study


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return small_study(tmp_path / "study")


def said(*words: object) -> str:
    """What a command says, on the screen or as its error."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.output if result.exception is None else f"{result.output}{result.exception}"


def checked(copy: StudyCopy) -> str:
    return said("validate", copy.file)


def evaluated(copy: StudyCopy) -> Evaluation:
    return evaluate(load_study(copy.file))


def kilometres(copy: StudyCopy) -> dict[str, float]:
    return evaluated(copy).districts["distance_km"].to_dict()


def borders(copy: StudyCopy, change: Callable[[list[dict]], object]) -> None:
    document = json.loads(copy.text("districts.geojson"))
    change(document["features"])
    copy.write("districts.geojson", json.dumps(document))


def without_roads(copy: StudyCopy) -> None:
    copy.write("links.csv", "from_node,to_node,km,minutes\n")


def one_district(copy: StudyCopy) -> None:
    for name in ("districts", "settlements", "nodes"):
        rows = copy.rows(f"{name}.csv")
        copy.write_rows(f"{name}.csv", [row for row in rows if "coast" in row.values()])
    borders(copy, lambda features: features.__delitem__(slice(0, 2)))
    without_roads(copy)


# --- 24 to 36


def test_24_two_candidates_at_one_place_are_named(copy: StudyCopy) -> None:
    rows = "candidate_id,lat,lon\none,40.75,-29.75\ntwo,40.75,-29.75\n"
    copy.write("two.csv", rows)
    text = said("site", copy.file, "--new", 2, "--candidates", copy.path("two.csv"))
    assert "one" in text
    assert "two" in text
    assert "same" in text or "one point" in text or "at the point" in text


def test_25_exchanged_polygons_are_one_cause(copy: StudyCopy) -> None:
    def exchange(features: list[dict]) -> None:
        first, second = features[0], features[1]
        first["geometry"], second["geometry"] = second["geometry"], first["geometry"]

    borders(copy, exchange)
    text = checked(copy)
    assert "polygons of 2 districts are exchanged: lower, upper" in text
    assert text.count("exchanged") == 1
    assert text.count("\n") <= 3


def test_27_the_line_of_excel_is_read(copy: StudyCopy) -> None:
    text = copy.text("settlements.csv")
    copy.write("settlements.csv", f"sep=,\n{text}")
    assert "No fault found" in checked(copy)


@pytest.mark.parametrize("key", ["AZE.1.1_1", "Ağdam", "ზემო", "高_1"])
def test_28_keys_with_dots_and_letters(copy: StudyCopy, key: str) -> None:
    for name in ("districts.csv", "settlements.csv", "nodes.csv", "districts.geojson"):
        copy.write(name, copy.text(name).replace("upper", key))
    assert "No fault found" in checked(copy)
    assert kilometres(copy)[key] == 110


def test_30_only_an_empty_district_reaches_a_shelter(copy: StudyCopy) -> None:
    for column in ("population", "women"):
        copy.set_cell("districts.csv", 4, column, "0")
    without_roads(copy)
    found = evaluated(copy).districts
    assert found["distance_km"]["coast"] == 0
    assert found["reachable"].to_dict() == {"upper": False, "lower": False, "coast": True}


def test_31_a_page_named_like_an_extract_is_called_a_page(tmp_path: Path) -> None:
    page = tmp_path / "country.osm.pbf"
    page.write_text("<!DOCTYPE html><html><body>Too busy</body></html>", encoding="utf-8")
    assert "HTML" in said("roads", "import", page, "--out", tmp_path / "x.npz")


NASTY = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    '=1+1; "O\'Neil" & {n}',
)


def test_33_nasty_names_stay_names(copy: StudyCopy, browser: Browser) -> None:
    rows = copy.rows("districts.csv")
    for row, name in zip(rows, NASTY, strict=True):
        row["name_en"] = name
    copy.write_rows("districts.csv", rows)
    page = copy.path("map.html")
    assert "Traceback" not in said("map", copy.file, "--out", page)
    with visit(browser, page) as visited:
        assert all(name in visited.page.inner_text("body") for name in NASTY)
        visited.assert_silent()


def test_34_one_district(copy: StudyCopy) -> None:
    one_district(copy)
    assert kilometres(copy) == {"coast": 0}
    page = copy.path("map.html")
    said("map", copy.file, "--out", page)
    text = page.read_text(encoding="utf-8")
    assert "NaN" not in text.partition("<script")[0]
    assert "0 km" in text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        # 62 km and 48 km of road: within 5 km each place needs a shelter of its own.
        (("--model", "p-median", "--within", "5km", "--new", 1), "it takes 2"),
        (("--model", "lscp", "--within", "50km"), "new sites: 1.0"),
        (("--new", 50), "50 sites cannot be opened: there are 3 candidates"),
        (("--new", -1), "-1 sites cannot be opened: give a number of 0 or more"),
    ],
    ids=["too few", "set covering", "more than there are", "a negative number"],
)
def test_35_limits_and_too_many_sites(
    copy: StudyCopy, words: tuple[object, ...], answer: str
) -> None:
    assert answer in said("site", copy.file, *words)


def cells_as(text: str) -> Callable[[StudyCopy], object]:
    return lambda copy: copy.set_cell("districts.csv", 2, "population", text)


def latitude(text: str) -> Callable[[StudyCopy], object]:
    return lambda copy: copy.set_cell("districts.csv", 2, "lat", text)


def saved(sign: str, encoding: str) -> Callable[[StudyCopy], object]:
    def save(copy: StudyCopy) -> None:
        text = copy.text("districts.csv").replace(",", sign)
        copy.path("districts.csv").write_bytes(text.encode(encoding))

    return save


@pytest.mark.parametrize(
    "change",
    [saved(";", "utf-8-sig"), saved("\t", "utf-16"), saved(",", "utf-16"), cells_as("60000.0")],
    ids=["semicolons", "tabs in UTF-16", "commas in UTF-16", "60000.0"],
)
def test_36_dialects_that_are_read(copy: StudyCopy, change: Callable[[StudyCopy], object]) -> None:
    change(copy)
    assert "No fault found" in checked(copy)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (cells_as("60 000"), "population"),
        (cells_as("60,000"), "population"),
        (cells_as("NaN"), "population"),
        (latitude("40,75"), "lat"),
        (latitude("40°45'N"), "lat"),
    ],
    ids=["a space", "a comma", "NaN", "decimal comma", "degrees and minutes"],
)
def test_36_dialects_that_nobody_can_tell_apart(
    copy: StudyCopy, change: Callable[[StudyCopy], object], column: str
) -> None:
    change(copy)
    (line,) = [line for line in checked(copy).splitlines() if "row 2" in line]
    assert f"districts.csv, row 2, column {column}" in line
    assert line.endswith(".")


# --- countries


def test_a_country_of_one_settlement_without_roads(copy: StudyCopy) -> None:
    one_district(copy)
    assert "No fault found" in checked(copy)
    assert kilometres(copy) == {"coast": 0}


def test_a_country_without_shelters_learns_where_the_first_should_go(copy: StudyCopy) -> None:
    copy.write("shelters.csv", copy.text("shelters.csv").splitlines()[0] + "\n")
    assert "No fault found" in checked(copy)
    assert not evaluated(copy).districts["reachable"].any()
    # Fordham lies between the others: 60,000 x 62 and 120,000 x 48 are the fewest person-kilometres
    # but for Quayside's 60,000 x 110 and 90,000 x 48.
    assert "Opens: Fordham" in said("site", copy.file, "--new", 1, "--model", "p-median")


def test_a_country_without_boundaries(copy: StudyCopy) -> None:
    copy.replace("study.toml", 'boundaries = "districts.geojson"\n', "")
    assert "No fault found" in checked(copy)
    assert kilometres(copy) == {"upper": 110, "lower": 48, "coast": 0}


def test_a_country_with_one_polygon_missing_is_told_which(copy: StudyCopy) -> None:
    borders(copy, lambda features: features.pop(0))
    text = checked(copy)
    assert "No fault found" in text
    assert text.count("districts.geojson: 1 district has no polygon: upper. Add it") == 1
    assert "outside" not in text


def test_an_island_with_its_own_shelter(copy: StudyCopy) -> None:
    copy.write("links.csv", "from_node,to_node,km,minutes\ns1,s2,62,55\n")
    found = evaluated(copy).districts
    assert found["distance_km"]["coast"] == 0
    assert found["reachable"].sum() == 1


def test_a_centre_far_from_the_roads_is_named(copy: StudyCopy) -> None:
    copy.set_cell("districts.csv", 2, "lat", "40.99")
    copy.set_cell("districts.csv", 2, "lon", "-29.99")
    assert "the centre of Upper Vale is far from the roads" in checked(copy)
    assert kilometres(copy)["upper"] == 110


def test_a_country_across_180_degrees_is_like_any_other(copy: StudyCopy) -> None:
    """A study moved east by 209.4 degrees, so that its middle lies on the antimeridian."""
    plain = kilometres(copy)

    def moved(lon: float) -> float:
        return round((lon + 209.4 + 180) % 360 - 180, 6)

    for name in ("districts.csv", "settlements.csv", "nodes.csv"):
        copy.change(name, lambda row: row.update(lon=str(moved(float(row["lon"])))))
    west, east = moved(-29.75), moved(-29.25)
    assert west > 179
    assert east < -179

    def move(features: list[dict]) -> None:
        for feature in features:
            shape = shapely.geometry.shape(feature["geometry"])
            there = shapely.transform(shape, lambda at: at + np.array([209.4, 0]))
            home = shapely.box(-180, -90, 180, 90)
            parts = [
                there & home,
                shapely.transform(there, lambda at: at - np.array([360, 0])) & home,
            ]
            both = shapely.union_all([part for part in parts if part.area])
            feature["geometry"] = shapely.geometry.mapping(both)

    borders(copy, move)
    assert "No fault found" in checked(copy)
    assert kilometres(copy) == plain


@pytest.mark.parametrize("name", ["ჩრდილო", "الشمال", "উত্তর", "ሰሜን", "北方", "မြောက်"])
def test_names_in_any_script(copy: StudyCopy, name: str) -> None:
    copy.set_cell("districts.csv", 2, "name_en", name)
    page = copy.path("map.html")
    said("map", copy.file, "--out", page)
    assert name in page.read_text(encoding="utf-8")


def test_a_language_of_the_studys_own(copy: StudyCopy) -> None:
    copy.replace("study.toml", 'name = "Small"', 'name = {en = "Small", ka = "პატარა"}')
    copy.replace("study.toml", "[tables]", 'languages = ["en", "ka"]\n\n[tables]')
    assert "No fault found" in checked(copy)
    page = copy.path("map.html")
    said("map", copy.file, "--out", page, "--lang", "ka")
    assert "პატარა" in page.read_text(encoding="utf-8")


def test_centres_that_are_not_given(copy: StudyCopy) -> None:
    for row in (2, 3, 4):
        copy.set_cell("districts.csv", row, "lat", "")
        copy.set_cell("districts.csv", row, "lon", "")
    assert "No fault found" in checked(copy)
    assert kilometres(copy) == {"upper": 110, "lower": 48, "coast": 0}


def test_shelters_as_features_or_in_excel_never_show_their_point(copy: StudyCopy) -> None:
    (row,) = copy.rows("shelters.csv")
    point = {"type": "Point", "coordinates": [-29.254321, 40.254321]}
    feature = {"type": "Feature", "properties": row, "geometry": point}
    collection = {"type": "FeatureCollection", "features": [feature]}
    copy.write("shelters.geojson", json.dumps(collection))
    pyogrio.write_dataframe(pd.DataFrame([row]), copy.path("shelters.xlsx"), driver="XLSX")
    for name in ("shelters.geojson", "shelters.xlsx"):
        text = copy.text("study.toml")
        for other in ("csv", "geojson", "xlsx"):
            text = text.replace(f'"shelters.{other}"', f'"{name}"')
        copy.write("study.toml", text)
        answer = checked(copy)
        assert "54321" not in answer
        assert "No fault found" in answer or "shelters." in answer


def test_another_encoding_is_named(copy: StudyCopy) -> None:
    copy.set_cell("districts.csv", 2, "name_en", "Верхний")
    saved(";", "cp1251")(copy)
    assert "Windows-1251" in checked(copy)


def test_the_property_that_holds_the_keys_is_proposed(copy: StudyCopy) -> None:
    def rename(features: list[dict]) -> None:
        for feature in features:
            feature["properties"] = {"shapeName": feature["properties"]["district_id"], "level": 2}

    borders(copy, rename)
    assert "shapeName" in checked(copy)


def test_a_plan_that_opens_a_shelter_nowhere_is_a_fault_with_its_line(copy: StudyCopy) -> None:
    copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
    plan = '[scenario]\nid = "a"\nname = "A"\n\n[[open]]\nsettlement_id = "nowhere"\nplaces = 5\n'
    copy.write("scenarios/a.toml", plan)
    text = checked(copy)
    assert "a.toml, line 6" in text
    assert "nowhere" in text


def test_roads_of_another_country_are_one_sentence(copy: StudyCopy) -> None:
    copy.change("nodes.csv", lambda row: row.update(lat=str(float(row["lat"]) - 30)))
    text = checked(copy)
    assert "none of the 3 nodes lies within the study's boundaries" in text or text.count("\n") <= 4


def test_a_polygon_without_a_row_is_an_area_without_figures(copy: StudyCopy) -> None:
    beyond = shapely.geometry.mapping(shapely.box(-29.5, 40.5, -29.0, 41.0))
    more = {"type": "Feature", "properties": {"district_id": "beyond"}, "geometry": beyond}
    borders(copy, lambda features: features.append(more))
    text = checked(copy)
    assert text.count("Areas on the maps for which this study has no figures: 1.") == 1


# --- polygons against each other, and lines of the study file


def test_a_gap_between_polygons_is_told_and_an_enclave_is_not(copy: StudyCopy) -> None:
    whole = shapely.box(-30.0, 40.5, -29.5, 41.0)
    enclave = shapely.box(-29.9, 40.6, -29.8, 40.7)
    notch = shapely.box(-29.6, 40.45, -29.55, 40.55)
    lower = shapely.box(-30.0, 40.0, -29.5, 40.5)

    def shapes(*found: shapely.Geometry) -> Callable[[list[dict]], None]:
        def change(features: list[dict]) -> None:
            for feature, shape in zip(features, found, strict=False):
                feature["geometry"] = shapely.geometry.mapping(shape)

        return change

    borders(copy, shapes(whole - enclave, lower))
    assert "gap" not in checked(copy)
    borders(copy, shapes(whole - enclave - notch, lower - notch))
    text = checked(copy)
    assert "there is 1 gap between polygons: between lower, upper near 40.5" in text
    assert "No fault found" in text  # a lake may lie there


def test_faults_of_settings_name_their_line(copy: StudyCopy) -> None:
    checks = '\n[checks]\noutside_boundaries = [\n  "s1",\n  "s9",\n]\n'
    copy.write("study.toml", copy.text("study.toml") + checks)
    line = copy.text("study.toml").splitlines().index('  "s9",') + 1
    assert f"study.toml, line {line}, column checks.outside_boundaries" in checked(copy)
    copy.replace("study.toml", "factor = 1.3", 'factor = "fast"')
    line = copy.text("study.toml").splitlines().index('factor = "fast"') + 1
    with pytest.raises(ShelterGeoError, match=f"study.toml, line {line}: access.bus.factor"):
        load_study(copy.file)
