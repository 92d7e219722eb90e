"""What a sealed map is made of: plain data, packed shapes, fixed classes, the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
from helpers.chromium import PHONE, visit
from helpers.map_toys import basemap, districts, routes, settlements, shelters, toy_map
from helpers.speaking import said, speaking
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser
from shapely.geometry import LineString, MultiPolygon, Point, box

from shelter_geo.analysis import Evaluation
from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.access_map import access_map
from shelter_geo.publish.maps.shapes import feature, packed, turned
from shelter_geo.publish.pages.sealed import inert_json, leaflet, plain, seal
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.written import unbroken

LEAFLET_1_9_4 = "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"


@pytest.fixture(scope="module")
def page() -> str:
    return toy_map().html


def test_the_same_map_gives_the_same_bytes_in_another_process(page: str) -> None:
    assert toy_map().html == page
    code = (
        "import sys; from helpers.map_toys import toy_map;"
        "sys.stdout.buffer.write(toy_map().html.encode())"
    )
    again = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert again.stdout.decode() == page


def test_rows_in_another_order_give_the_same_bytes(page: str) -> None:
    turned = toy_map(
        districts=districts().iloc[::-1], shelters=shelters().iloc[::-1], routes=routes().iloc[::-1]
    )
    assert turned.html == page


@pytest.mark.browser
def test_the_bundled_study_is_silent_and_fits_an_e_mail(
    browser: Browser, evaluation: Evaluation, tmp_path: Path
) -> None:
    study = evaluation.study
    made = access_map(
        evaluation.districts,
        evaluation.settlements,
        study.shelters.assign(city_en=study.shelters["settlement"]),
        evaluation.routes.rename_axis("district_id").reset_index(),
        study.basemap,
        title="Title",
        sources=["Source " * 10] * 15,
        assumptions=["Assumption " * 10] * 15,
        languages=speaking(),
    )
    made.save(tmp_path / "study.html")
    assert (tmp_path / "study.html").stat().st_size < 450_000
    with visit(browser, tmp_path / "study.html", PHONE) as seen:
        assert seen.page.locator(".area").count() == len(evaluation.districts)
        assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        seen.assert_silent()


def test_leaflet_is_the_published_file_without_its_addresses() -> None:
    published = (files("shelter_geo.publish") / "assets" / "leaflet.js").read_bytes()
    assert hashlib.sha256(published).hexdigest() == LEAFLET_1_9_4
    assert "Redistribution and use in source and binary forms" in leaflet()
    assert "Leaflet 1.9.4" in leaflet()
    assert "https:" not in leaflet()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("see https://example.org/a or FTP://b", "see example.org/a or b"),
        ("\u202eabc\u2066", "abc"),
        ("half \ud800", "half \ufffd"),
        ("1\u00a0234", "1\u00a0234"),
        ("  ", ""),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Lerik is 298 km away", "Lerik is 298~km away"),
        ("in 4 h 45 min to Baku", "in 4~h~45~min to Baku"),
        ("4 saat 45 dəq", "4~saat~45~dəq"),
        ("4 ч 45 мин пути", "4~ч~45~мин пути"),
        ("3 of 5 places, 20 % more", "3~of~5~places, 20~%~more"),
        ("no number here", "no number here"),
    ],
)
def test_a_number_stays_with_its_unit(text: str, held: str) -> None:
    assert unbroken(text, "~") == held
    assert unbroken(text) == held.replace("~", "\u00a0")


@given(st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=8))
def test_inert_json_is_data_and_nothing_else(value: Any) -> None:
    written = inert_json(value)
    assert not set("<>&'`\u2028\u2029") & set(written)
    assert json.loads(written) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_inert_json_refuses_what_json_cannot_hold(value: object) -> None:
    with pytest.raises(OutputError, match="cannot hold"):
        inert_json({"x": value})


def test_a_template_without_its_texts_is_refused() -> None:
    with pytest.raises(Exception, match="undefined"):
        seal("page.html", scripts=[], styles=[], data=dict)


def unpacked(part: Any) -> Any:
    """The script's reading of packed coordinates, written once more."""
    if isinstance(part[0], list):
        return [unpacked(inner) for inner in part]
    x = y = 0
    positions = []
    for dx, dy in zip(part[::2], part[1::2], strict=True):
        x, y = x + dx, y + dy
        positions.append((x / 1e4, y / 1e4))
    return positions


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=30),
)
def test_packed_lines_come_back_to_eleven_metres(positions: list[tuple[float, float]]) -> None:
    shape = feature(LineString(positions), "x", {})["geometry"]
    back = unpacked(packed(shape["coordinates"]))
    for (x, y), (near_x, near_y) in zip(positions, back, strict=True):
        assert abs(x - near_x) <= 0.5001e-4
        assert abs(y - near_y) <= 0.5001e-4


def test_packed_shapes_keep_their_parts_and_holes() -> None:
    ring = shapely.Polygon(box(0, 0, 3, 3).exterior.coords, [box(1, 1, 2, 2).exterior.coords])
    both = MultiPolygon([ring, box(5, 5, 6, 6)])
    shape = feature(both, "x", {})["geometry"]
    parts = unpacked(packed(shape["coordinates"]))
    assert [len(part) for part in parts] == [2, 1]
    assert shapely.geometry.shape({"type": "MultiPolygon", "coordinates": parts}).equals(both)
    assert packed((45.12345, -7.5)) == [451234, -75000]


def test_values_on_a_limit_fall_below_it() -> None:
    classes = Classes(breaks=(50, 100, 200, 300))
    values = [0, 50, 50.1, 100, 200.5, 300, 300.1, float("nan")]
    assert classes.of(values).tolist() == [0, 0, 1, 1, 3, 3, 4, MISSING]
    assert [said(classes.label(k), "az") for k in range(5)] == [
        "0–50 km",
        "50–100 km",
        "100–200 km",
        "200–300 km",
        "300+ km",
    ]
    assert [classes.ink(k) for k in (MISSING, 0, 1, 2, 3, 4)] == ["dark"] * 3 + ["light"] * 3


@pytest.mark.parametrize("breaks", [(50, 50), (100, 50), (1, 2, 3, 4, 5, 6, 7, 8, 9), (1,)])
def test_classes_that_make_no_sense_are_refused(breaks: tuple[float, ...]) -> None:
    with pytest.raises(OutputError):
        Classes(breaks=breaks)


def test_is_a_folium_map_that_takes_sealed_layers_only() -> None:
    made = toy_map()
    assert isinstance(made, folium.Map)
    assert made.get_root().render() == made.html
    for child in (
        folium.Marker([50, 10]),
        folium.TileLayer("OpenStreetMap"),
        folium.GeoJson({"type": "FeatureCollection", "features": []}),
        folium.LayerControl(),
    ):
        with pytest.raises(OutputError, match="SealedLayer"):
            child.add_to(made)


def test_fit_bounds_decides_the_view() -> None:
    made = toy_map()
    assert '"bounds":[[50.0,10.0],[52.5,16.0]]' in made.html
    made.fit_bounds([[49, 9], [53, 14]])
    assert '"bounds":[[49,9],[53,14]]' in made.html


def test_saves_whole_or_not_at_all(tmp_path: Path) -> None:
    made = toy_map()
    made.save(tmp_path / "new" / "map.html")
    assert (tmp_path / "new" / "map.html").read_bytes() == made.html.encode()
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "folder.html" / "kept").touch()
    with pytest.raises(OutputError):
        made.save(tmp_path / "folder.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.html", "new"]
    assert (tmp_path / "folder.html" / "kept").exists()
    with (tmp_path / "open.html").open("wb") as file:
        made.save(file, close_file=False)
    assert (tmp_path / "open.html").read_bytes() == made.html.encode()


def without(frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    return frame.drop(columns=column)


def emptied(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame.loc[0, "geometry"] = None
    return frame


BAD = [
    ({"districts": without(districts(), "population")}, "districts for a map lack population"),
    ({"shelters": without(shelters(), "places")}, "shelters for a map lack places"),
    ({"routes": without(routes(), "district_id")}, "routes for a map lack district_id"),
    ({"settlements": without(settlements(), "distance_km")}, "settlements for a map lack"),
    ({"basemap": basemap().assign(kind="moon")}, "unknown kinds of ground: moon"),
    ({"districts": districts().set_crs(None, allow_override=True)}, "no coordinate system"),
    ({"districts": emptied(districts())}, "no shape"),
    ({"districts": districts().drop(columns=["name_en", "name_az"])}, "no name"),
    ({"lang": "xx"}, "no language 'xx'"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutputError, match=message):
        toy_map(**changes)


def test_a_coordinate_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(OutputError, match="not a number"):
        feature(Point(float("inf"), 2), "x", {})


def test_what_180_degrees_cut_in_two_is_drawn_as_one() -> None:
    halves = MultiPolygon([box(179, -17, 180, -16), box(-180, -17, -179.5, -16)])
    whole = shapely.geometry.shape(turned(shapely.geometry.mapping(halves)))
    assert whole.equals(box(179, -17, 180.5, -16))
    road = shapely.MultiLineString([[(179.9, -16), (180, -16.5)], [(-180, -16.5), (-179.9, -17)]])
    line = shapely.geometry.shape(turned(shapely.geometry.mapping(road)))
    assert line.equals(LineString([(179.9, -16), (180, -16.5), (180.1, -17)]))
    apart = MultiPolygon([box(177, -17, 178, -16), box(-179, -17, -178, -16)])
    assert turned(shapely.geometry.mapping(apart))["type"] == "MultiPolygon"
    at = turned(shapely.geometry.mapping(Point(-179.5, 1.0)))
    assert (at["type"], tuple(at["coordinates"])) == ("Point", (180.5, 1.0))
