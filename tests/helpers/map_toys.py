"""A small made-up country for the tests of maps: six squares, a point, an exclave without roads."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import LineString, Point, Polygon, box

from helpers.speaking import speaking
from shelter_geo.publish.maps.access_map import access_map
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.vocabulary import Reason

NO_ROAD = "an island without a bridge"

# id, name in English and locally, column and row of its square, km, people
DISTRICTS: list[tuple[str, str, str, float, float, float | None, int]] = [
    ("X-1", "Ashfield", "Əşrəf", 0, 0, 12.4, 1_234_561),
    ("X-2", "Birch", "Çinar", 1, 0, 50.0, 20_049),
    ("X-3", "Cedar", "Cəvizli", 2, 0, 50.6, 30_000),
    ("X-4", "Dunes", "Zeytun", 0, 1, 250.0, 40_000),
    ("X-5", "Elm", "Iğdır", 1, 1, 312.7, 50_000),
    ("X-6", "Fern", "İnci", 2, 1, 150.0, 60_000),
    ("X-7", "Gorse", "Şirin", 1.5, 2.5, 120.0, 7_000),
    ("X-8", "Heath", "Qum", 5, 0, None, 8_000),
]
FARTHEST_FIRST = ["Elm", "Dunes", "Fern", "Gorse", "Cedar", "Birch", "Ashfield", "Heath"]


def districts() -> gpd.GeoDataFrame:
    """Districts as access measures them; X-7 has no polygon, X-8 no road, X-4 absent people."""
    rows = []
    for key, english, local, column, row, distance, people in DISTRICTS:
        west, south = 10 + column, 50 + row
        shape = Point(west, south) if key == "X-7" else box(west, south, west + 1, south + 1)
        rows.append(
            {
                "district_id": key,
                "name_en": english,
                "name_az": local,
                "region": "South" if row == 0 else "North",
                "population": people,
                "women": people // 2,
                "nearest_shelter_id": None if distance is None else "s-1",
                "distance_km": float("nan") if distance is None else distance,
                "travel_min": float("nan") if distance is None else distance * 0.8,
                "bus_min": float("nan") if distance is None else distance * 1.1,
                "reachable": distance is not None,
                "reason": Reason.NO_DOMESTIC_ROAD if distance is None else "",
                "reason_en": NO_ROAD if distance is None else "",
                "counts_registered_not_resident": key == "X-4",
                "geometry": shape,
            }
        )
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def shelters() -> gpd.GeoDataFrame:
    """Two shelters in one city and one in another."""
    rows = [
        ("s-1", "First house", "Ashfield town", 30, "published", Point(10.5, 50.5)),
        ("s-2", "Second house", "Ashfield town", 15, "assumed", Point(10.5, 50.5)),
        ("s-3", "Third house", "Cedar town", 1, "assumed", Point(12.5, 50.5)),
    ]
    columns = ["shelter_id", "name_en", "city_en", "places", "places_basis", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")


def routes() -> gpd.GeoDataFrame:
    """A line from every district that has a road."""
    rows = [
        {
            "district_id": key,
            "shelter_id": "s-1",
            "distance_km": distance,
            "geometry": LineString([(10.5 + column, 50.5 + row), (10.6, 50.6), (10.5, 50.5)]),
        }
        for key, _, _, column, row, distance, _ in DISTRICTS
        if distance is not None
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def settlements() -> gpd.GeoDataFrame:
    """Three settlements, one of them without a road."""
    rows = [
        ("p-1", "Brook", 20.0, Point(10.2, 50.2)),
        ("p-2", "Ford", 300.0, Point(11.2, 51.2)),
        ("p-3", "Quay", float("nan"), Point(15.5, 50.5)),
    ]
    columns = ["settlement_id", "name_en", "distance_km", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")


def basemap() -> gpd.GeoDataFrame:
    """A neighbour with a hole, a sea and a lake, each with its name."""
    ring = Polygon(box(5, 45, 20, 56).exterior.coords, [box(10, 50, 13, 52).exterior.coords])
    rows = [
        ("country", "Neighbourland", "Qonşu", 8.0, 52.0, ring),
        ("sea", "Grey Sea", "Boz dəniz", 16.0, 53.0, box(14, 52, 20, 56)),
        ("lake", "Still Lake", "Sakit göl", 9.0, 49.0, box(8, 48, 9, 49)),
    ]
    columns = ["kind", "name_en", "name_az", "label_lon", "label_lat", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")


def toy_map(**changes: Any) -> SealedMap:
    """The map of the made-up country, any part of it changed."""
    parts: dict[str, Any] = {
        "districts": districts(),
        "settlements": settlements(),
        "shelters": shelters(),
        "routes": routes(),
        "basemap": basemap(),
        "title": {"az": "Sığınacaq uzaqdır", "en": "Shelter is far", "ru": "Убежище далеко"},
        "lead": "A sentence.",
        "figures": [("Mean distance", "123 km"), ("People beyond 200 km", "90,000")],
        "sources": ["Census, https://example.org/census"],
        "assumptions": ["Places are assumed."],
        "notes": ["A note."],
    } | changes
    frames = [parts.pop(n) for n in ("districts", "settlements", "shelters", "routes", "basemap")]
    parts.setdefault("languages", speaking(parts.pop("lang", "en")))
    return access_map(*frames, **parts)
