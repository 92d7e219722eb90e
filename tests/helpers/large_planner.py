"""A planner of an invented country of any size: ragged districts, towns, and costs with detours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from helpers import map_toys
from helpers.speaking import speaking
from shelter_geo.publish.planner.make import planner_page
from shelter_geo.publish.planner.page import PlannerPage

KM_PER_DEGREE = (72.0, 111.0)
NAMES = {"en": "Invented", "az": "Uydurma", "ru": "Выдуманный"}


@dataclass(frozen=True, eq=False)
class LargeCountry:
    """Districts, sites, and the costs between them."""

    districts: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    distance_km: pd.DataFrame
    travel_min: pd.DataFrame

    def planner(self, **options: Any) -> PlannerPage:
        """The planner's page of it."""
        return planner_page(
            self.districts,
            self.sites,
            self.distance_km,
            self.travel_min,
            map_toys.basemap(),
            title="An invented country",
            people_per_family_place=10_000,
            persons_per_family_place=2.5,
            sources=["Invented."],
            assumptions=["Invented."],
            languages=speaking("en"),
            **options,
        )


def large_country(districts: int, candidates: int, shelters: int, seed: int = 3) -> LargeCountry:
    """Invent a country; one town of each kind at most stands in a district."""
    random = np.random.default_rng(seed)
    units = _districts(random, districts)
    homes = random.choice(districts, candidates + shelters, replace=False)
    middles = shapely.get_coordinates(units.geometry.map(shapely.point_on_surface))
    sites = gpd.GeoDataFrame(
        [_site(n, home, n >= candidates) for n, home in enumerate(homes)],
        geometry=gpd.points_from_xy(*middles[homes].T, crs="EPSG:4326"),
    ).set_index("site_id")
    there = middles * KM_PER_DEGREE
    apart = np.hypot(*(there[:, None] - there[homes][None]).transpose(2, 0, 1))
    km = np.round(apart * 1.2 * random.uniform(1, 1.2, apart.shape), 5)
    minutes = np.round(km / random.uniform(0.7, 1.3, apart.shape), 4)
    km[0], minutes[0] = np.nan, np.nan  # an island
    keys = units["district_id"]
    return LargeCountry(
        units,
        sites,
        pd.DataFrame(km, keys, sites.index),
        pd.DataFrame(minutes, keys, sites.index),
    )


def _districts(random: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    """Cut a country into ragged squares; the middle of each side is moved too."""
    side = int(np.ceil(np.sqrt(count)))
    x, y = np.meshgrid(np.linspace(10, 16, 2 * side + 1), np.linspace(47, 52, 2 * side + 1))
    x += random.uniform(-0.5, 0.5, x.shape) * 3 / side / 2
    y += random.uniform(-0.5, 0.5, y.shape) * 2.5 / side / 2
    corners: NDArray[np.float64] = np.stack([x, y], axis=-1)
    round_it = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    shapes = [
        shapely.Polygon([corners[2 * (k // side) + i, 2 * (k % side) + j] for i, j in round_it])
        for k in range(count)
    ]
    people = random.integers(5_000, 90_000, count)
    return gpd.GeoDataFrame(
        {
            "district_id": [f"d{k:04d}" for k in range(count)],
            **{
                f"name_{lang}": [f"{name} {k}" for k in range(count)]
                for lang, name in NAMES.items()
            },
            "population": people,
            "women": (people * 0.51).astype(int),
            "counts_registered_not_resident": False,
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


def _site(number: int, home: int, shelter: bool) -> dict[str, Any]:
    key = f"{'s' if shelter else 'p'}{number:03d}"
    answers = {"men": "no" if shelter and number % 2 else "yes", "lgbtq_inclusive": "unknown"}
    return {
        "site_id": key,
        "name_en": f"Town {number}",
        "settlement_id": f"town-{number:03d}" if shelter else key,
        "district_id": f"d{home:04d}",
        "role": "shelter" if shelter else "candidate",
        "places": 20 if shelter else 0,
        "women": "yes",
        "children": "yes",
        **answers,
    }
