"""Frames and texts of a map with hostile text in every field."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import LineString, Point, box

from helpers.payloads import PAYLOADS
from shelter_geo.vocabulary import Reason


def hostile() -> dict[str, Any]:
    """Frames and texts with a payload in every text field, each payload in each field."""

    def text(n: int) -> str:
        return PAYLOADS[n % len(PAYLOADS)]

    many = range(len(PAYLOADS))
    places = gpd.GeoDataFrame(
        {
            "district_id": [f"{n}{text(n)}" for n in many],
            "name_en": [text(n) for n in many],
            "name_az": [text(n + 1) for n in many],
            "name_ru": [text(n + 2) for n in many],
            "region": [text(n + 3) for n in many],
            "population": 1000,
            "women": 500,
            "nearest_shelter_id": [f"{n}{text(n)}" for n in many],
            "distance_km": [float("nan") if n % 2 else 10.0 * n for n in many],
            "travel_min": [float("nan") if n % 2 else 10.0 * n for n in many],
            "bus_min": [float("nan") if n % 2 else 10.0 * n for n in many],
            "reachable": [n % 2 == 0 for n in many],
            "reason": [Reason.NO_ROAD if n % 2 else "" for n in many],
            "reason_en": [text(n) if n % 2 else "" for n in many],
            "counts_registered_not_resident": [n % 3 == 0 for n in many],
        },
        geometry=[box(n % 6, 50 + n // 6, n % 6 + 1, 51 + n // 6) for n in many],
        crs="EPSG:4326",
    )
    points = [Point(n % 6 + 0.5, 50.5 + n // 6) for n in many]
    houses = gpd.GeoDataFrame(
        {
            "shelter_id": [f"{n}{text(n)}" for n in many],
            "name_en": [text(n) for n in many],
            "city_en": [text(n + 4) for n in many],
            "places": 3,
            "places_basis": [text(n + 5) for n in many],
        },
        geometry=points,
        crs="EPSG:4326",
    )
    towns = gpd.GeoDataFrame(
        {"name_en": [text(n) for n in many], "distance_km": 7.0}, geometry=points, crs="EPSG:4326"
    )
    ground = gpd.GeoDataFrame(
        {
            "kind": "country",
            "name_en": [text(n) for n in many],
            "label_lon": [p.x for p in points],
            "label_lat": [p.y for p in points],
        },
        geometry=places.geometry,
        crs="EPSG:4326",
    )
    lines = gpd.GeoDataFrame(
        {"district_id": places["district_id"], "distance_km": places["distance_km"]},
        geometry=[LineString([p, (3, 53)]) for p in points],
        crs="EPSG:4326",
    )
    return {
        "districts": places,
        "settlements": towns,
        "shelters": houses,
        "routes": lines,
        "basemap": ground,
        "title": " ".join(PAYLOADS),
        "lead": " ".join(reversed(PAYLOADS)),
        "figures": [(text(n), text(n + 1)) for n in many],
        "sources": [*PAYLOADS, "broken \ud800 half"],
        "assumptions": PAYLOADS,
        "notes": PAYLOADS,
    }
