"""Areas, the ground of the maps and data packages: every broken part of them is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shelter_geo.publish.maps.map_layer import KINDS as KINDS_DRAWN
from shelter_geo.publish.maps.map_layer import NO_ROW
from shelter_geo.study.origin import read_package
from shelter_geo.study.tables.features import KINDS, read_areas, read_basemap


def written(folder: Path, content: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def area(key: Any = "d1", west: float = 0.0, **more: Any) -> dict[str, Any]:
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"district_id": key, **more}, "geometry": shape}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def shaped(kind: str, coordinates: Any) -> dict[str, Any]:
    return area() | {"geometry": {"type": kind, "coordinates": coordinates}}


def test_areas_are_sorted_by_key_and_keep_their_number(tmp_path: Path) -> None:
    path = written(tmp_path, collection(area("d2"), area("d1")), "a.geojson")
    areas, found = read_areas(path, "district_id")
    assert found == []
    assert areas is not None
    assert areas["district_id"].to_dict() == {2: "d1", 1: "d2"}
    assert areas.crs == "EPSG:4326"


BOW_TIE = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
FAR = [[[500, 0], [501, 0], [501, 1], [500, 0]]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ('{"type": "FeatureCollection"}', "holds no feature"),
        ("[]", "holds no feature"),
        (collection(), "holds no feature"),
        ("<OGRVRTDataSource></OGRVRTDataSource>", "is XML. Give GeoJSON"),
        ("district_id,name\n", "is a table without points or areas. Give GeoJSON"),
        (collection(area()).encode("utf-16")[:-1], "is UTF-16 that is cut off, or no text"),
        (collection(area(), crs={"properties": {"name": "EPSG:x"}}), "names no coordinate system"),
        (collection(area(), crs=5), "names no coordinate system that is known"),
        (collection(area(), {}), "row 2: has no geometry that can be read"),
        (collection(area(), 5), "row 2: has no geometry that can be read"),
        (collection(shaped("Point", [1, 2])), "row 1: is no area"),
        (collection(shaped("Polygon", [])), "row 1: is no area"),
        (collection(shaped("Polygon", [[[0, 0], [1, 1]]])), "row 1: has no geometry that can be"),
        (collection(shaped("Polygon", "x")), "row 1: has no geometry that can be read"),
        (collection(shaped("Polygon", FAR)), "row 1: has coordinates that are not degrees"),
        (collection(shaped("Polygon", BOW_TIE)), "borders that cross: Self-intersection[0.5 0.5]"),
        (collection(area(None)), "row 1, column district_id: the property is missing or no text"),
        (collection(area([5])), "the property is missing or no text"),
        (collection(area(), area(west=2)), "row 2, column district_id: this key stands twice"),
    ],
)
def test_broken_areas(tmp_path: Path, content: str | bytes, said: str) -> None:
    areas, found = read_areas(written(tmp_path, content, "a.geojson"), "district_id")
    assert areas is None
    assert said in str(found[0])


def test_every_broken_feature_is_named(tmp_path: Path) -> None:
    content = collection(area("a"), {}, shaped("Polygon", BOW_TIE), area("b", west=3), 5)
    _, found = read_areas(written(tmp_path, content, "a.geojson"), "district_id")
    assert [fault.row for fault in found] == [2, 3, 5]


def test_degrees_may_be_declared(tmp_path: Path) -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"):
        content = collection(area(), crs={"type": "name", "properties": {"name": name}})
        assert read_areas(written(tmp_path, content, "a.geojson"), "district_id")[1] == []


def test_the_basemap_holds_what_the_map_draws(tmp_path: Path) -> None:
    assert (*KINDS, NO_ROW) == KINDS_DRAWN
    good = {"kind": "sea", "name_en": "Sea", "label_lon": 1, "label_lat": 0.5}
    content = collection(area(**good), area(**good | {"kind": "moor", "label_lat": "x"}))
    _, found = read_basemap(written(tmp_path, content, "a.geojson"))
    assert [(fault.row, fault.column, fault.value) for fault in found] == [
        (2, "kind", "moor"),
        (2, "label_lat", "x"),
    ]
    ground, found = read_basemap(written(tmp_path, collection(area(**good)), "a.geojson"))
    assert found == []
    assert ground is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not valid JSON"),
        ("[]", "is no data package"),
        ('{"sources": "me"}', "sources cannot be read"),
        ('{"sources": [{"path": "x"}]}', "Give a list of objects, each with a title"),
        ('{"licenses": [1]}', "licenses cannot be read"),
    ],
)
def test_broken_packages(tmp_path: Path, content: str, said: str) -> None:
    package, found = read_package(written(tmp_path, content, "datapackage.json"))
    assert package is None
    assert said in str(found[0])
