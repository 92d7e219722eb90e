"""Build one coverage of the districts, their neighbours and the sea, simplified together.

Natural Earth's admin-1 units tile the land without gaps. Simplified as one coverage, every border
stays one line: district to district, district to neighbour, district to shore.
"""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

STUDY = "AZE"
# Wide enough for a 21:9 screen around the study.
FRAME = box(41, 36.5, 54, 44)
# Square root, in degrees, of the smallest triangle that is kept: about 350 m.
TOLERANCE = 0.004

# adm1_code of Natural Earth to district_id, where its ISO code is missing, doubled or not ours.
DISTRICT_OF_UNIT = {
    "AZE-1707": "AZ-LAN",  # Lankaran rayon: AZ-LA, the old code of the city, stands for both
    "AZE-5562": "AZ-LAN",  # Lankaran city
    "AZE-1727": "AZ-SAK",  # Sheki rayon: AZ-SA, the old code of the city, stands for both
    "AZE-5564": "AZ-SAK",  # Sheki city
    "AZE-1735": "AZ-LAC",  # Lachin: named "Lankaran" and coded AZ-LAN, one letter off
    "AZE-5565": "AZ-SUS",  # Shusha city: has no ISO code
    "AZE-2422": "AZ-NV",  # Nakhchivan city: AZ-NX is the whole autonomous republic
}

# Units whose two names both fail to name the district: what Natural Earth calls them instead.
ODD_NAMES = {
    "AZE-1735": "Lankaran",  # Lachin, see above
    "AZE-4838": "Stepanakert",  # Khankendi; its secondary names are Khojaly's
}


@dataclass(frozen=True)
class Coverage:
    """Polygons that tile the frame: districts by id, neighbours by ISO A3 code, and the sea."""

    districts: dict[str, BaseGeometry]
    neighbours: dict[str, BaseGeometry]
    sea: BaseGeometry


@dataclass(frozen=True)
class Unit:
    """One admin-1 unit: its codes, the names it goes by, and its polygon."""

    code: str
    iso: str
    country: str
    names: tuple[str, ...]
    geometry: BaseGeometry


def read_units(archive: Path) -> list[Unit]:
    """Read the admin-1 units that touch the frame, in the order of their code."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/data/build.json")
        if member is None:
            raise SystemExit(f"{archive} holds no package/data/build.json")
        features = json.load(member)["features"]
    units = []
    for feature in features:
        properties = feature["properties"]
        geometry = shape(feature["geometry"])
        if properties.get("adm0_a3") and geometry.intersects(FRAME):
            names = (properties["name"], properties["gns_name"] or "", properties["name_alt"] or "")
            units.append(
                Unit(
                    properties["adm1_code"],
                    properties["iso_3166_2"],
                    properties["adm0_a3"],
                    names,
                    geometry,
                )
            )
    return sorted(units, key=lambda unit: unit.code)


def district_of(unit: Unit) -> str:
    """Give the district of a unit of the study, by code and never by place."""
    return DISTRICT_OF_UNIT.get(unit.code, unit.iso)


def simplify(
    polygons: NDArray[np.object_], tolerance: float, *, simplify_boundary: bool = True
) -> NDArray[np.object_]:
    """Simplify and round to 1e-4 degree, and make sure that the result still is a coverage."""
    thin = shapely.coverage_simplify(polygons, tolerance, simplify_boundary=simplify_boundary)
    # Equal corners round to equal corners, so shared borders stay shared.
    rounded = shapely.transform(thin, lambda corners: np.round(corners, 4))
    result = shapely.remove_repeated_points(rounded)
    if not (shapely.is_valid(result).all() and shapely.coverage_is_valid(result)):
        raise SystemExit("simplifying broke the coverage: choose another tolerance")
    return result


def build(archive: Path) -> Coverage:
    """Dissolve the units to districts and neighbours, add the sea, simplify all of them."""
    groups: dict[str, list[BaseGeometry]] = {}
    for unit in read_units(archive):
        key = district_of(unit) if unit.country == STUDY else unit.country
        groups.setdefault(key, []).append(unit.geometry)
    keys = sorted(groups)
    whole = [shapely.coverage_union_all(groups[key]) for key in keys]
    land = shapely.intersection(np.array(whole), FRAME)
    sea = FRAME.difference(shapely.coverage_union_all(land))
    thin = simplify(np.append(land, sea), TOLERANCE)
    named = dict(zip(keys, thin[:-1], strict=True))
    districts = {key: polygon for key, polygon in named.items() if "-" in key}
    neighbours = {key: polygon for key, polygon in named.items() if "-" not in key}
    return Coverage(districts, neighbours, thin[-1])
