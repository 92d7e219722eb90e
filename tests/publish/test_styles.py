"""Styles in a GeoPackage: the classes of the map, once for every feature, in the table of QGIS."""

from __future__ import annotations

import base64
import datetime as dt
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pytest
from helpers.map_toys import districts
from helpers.speaking import speaking

from shelter_geo.analysis import Evaluation
from shelter_geo.errors import OutputError
from shelter_geo.publish.files.styles import LayerStyle, Rule, write_styles
from shelter_geo.publish.files.tables import write_geopackage
from shelter_geo.publish.pages.sealed import sign_of
from shelter_geo.publish.palette import MARK, ramp
from shelter_geo.publish.study.study_map import distance_classes, layer_styles

STAMP = "2026-01-01T00:00:00.000Z"
STYLE = LayerStyle("fill", [Rule('"km" > 1', 'a "b" <c> & d', "#fcf4b6")], "name_en")


def written(path: Path) -> Path:
    frame = gpd.GeoDataFrame({"km": 1.0}, index=range(8), geometry=districts().geometry.to_numpy())
    frame = frame.set_crs("EPSG:4326")
    write_geopackage(
        {"districts": frame}, path, as_of=dt.date(2026, 1, 1), styles={"districts": STYLE}
    )
    return path


def styles_of(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute(
            "SELECT f_table_name, styleQML FROM layer_styles"
            " WHERE useAsDefault = 1 AND f_geometry_column = 'geom'"
        )
        return dict(rows.fetchall())


def test_a_style_stands_where_qgis_looks_for_it(tmp_path: Path) -> None:
    file = written(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(file)) as base:
        kinds = dict(base.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert kinds == {"districts": "features", "layer_styles": "attributes"}
    assert columns == {"districts": "geom"}
    root = ElementTree.fromstring(styles_of(file)["districts"])
    (rule,) = root.iter("rule")
    assert rule.attrib == {
        "key": "r0",
        "symbol": "0",
        "label": 'a "b" <c> & d',
        "filter": '"km" > 1',
    }
    (text,) = root.iter("text-style")
    assert text.attrib["fieldName"] == "name_en"
    assert file.read_bytes() == written(tmp_path / "b.gpkg").read_bytes()


def test_styles_are_not_written_twice(tmp_path: Path) -> None:
    file = written(tmp_path / "a.gpkg")
    with pytest.raises(sqlite3.Error, match="already exists"):
        write_styles({"districts": STYLE}, file, stamp=STAMP)


def roots(style: LayerStyle) -> ElementTree.Element:
    return ElementTree.fromstring(style.qml)


@pytest.mark.parametrize("lang", ["az", "en", "ru"])
def test_every_district_has_one_class_of_the_map(evaluation: Evaluation, lang: str) -> None:
    words = speaking(lang).first
    styles = layer_styles(evaluation, words, named=evaluation.districts.columns)
    shapes = {name: next(roots(style).iter("symbol")).get("type") for name, style in styles.items()}
    assert list(shapes.values()) == ["fill", "marker", "marker", "line", "line"]
    style = styles["districts"]
    root = ElementTree.fromstring(style.qml)
    classes = distance_classes(evaluation)
    rules, symbols = list(root.iter("rule")), list(root.iter("symbol"))
    fills = [
        next(o.attrib["value"] for o in symbol.iter("Option") if o.get("name") == "color")
        for symbol in symbols
    ]
    wanted = [
        ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
        for colour in ramp(len(classes.colours))
    ]
    assert fills[1:] == wanted
    assert [rule.attrib["label"] for rule in rules[1:]] == [
        classes.label(rank).of(words) for rank in range(len(wanted))
    ]
    filters = [rule.attrib["filter"] for rule in rules]
    assert filters[0] == '"distance_km" IS NULL'
    assert filters[1] == f'"distance_km" <= {classes.breaks[0]:g}'
    assert filters[-1] == f'"distance_km" > {classes.breaks[-1]:g}'
    assert root.find(".//text-style").attrib["fieldName"] == f"name_{lang}"  # type: ignore[union-attr]


def test_shelters_have_the_sign_of_the_maps(evaluation: Evaluation) -> None:
    words = speaking("en").first
    style = layer_styles(evaluation, words, named=evaluation.districts.columns)["shelters"]
    (layer,) = roots(style).iter("layer")
    (drawn,) = (o.attrib["value"] for o in layer.iter("Option") if o.get("name") == "name")
    assert (layer.get("class"), drawn.startswith("base64:")) == ("SvgMarker", True)
    svg = ElementTree.fromstring(base64.b64decode(drawn.removeprefix("base64:")))
    ring, house = svg
    mark = evaluation.study.kind.colour or MARK
    assert (svg.get("viewBox"), ring.get("r")) == ("0 0 26 26", "11.5")
    assert (ring.get("stroke"), ring.get("fill"), house.get("fill")) == (mark, "#fff", mark)
    template = (files("shelter_geo.publish") / "assets" / "patterns.html").read_text("utf-8")
    assert f'd="{house.get("d")}"' in template


def test_a_sign_that_maps_do_not_have_is_refused() -> None:
    with pytest.raises(OutputError, match="No sign is called castle"):
        sign_of("castle", "#000000")
