"""A made-up planner: the made-up country of the maps, twelve sites, costs with ties and gaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from helpers import map_toys
from helpers.chromium import wait_until
from helpers.speaking import speaking
from shelter_geo.publish.planner.data import Suggestion
from shelter_geo.publish.planner.make import planner_page
from shelter_geo.publish.planner.page import PlannerPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

TITLES = {"az": "Plan qurun", "en": "Make a plan", "ru": "Составьте план"}
SHELTERS = ["house-1", "house-2", "refuge"]
CANDIDATES = [f"p-{n}" for n in range(9)]


def districts() -> gpd.GeoDataFrame:
    """Eight districts, as the maps know them; nobody lives where people live elsewhere."""
    units = map_toys.districts()
    there = ~units["counts_registered_not_resident"]
    return units.assign(
        registered=units["population"],
        registered_women=units["women"],
        population=units["population"].where(there, 0),
        women=units["women"].where(there, 0),
    )


def sites() -> gpd.GeoDataFrame:
    """Two shelters in p-0, one in p-4, and nine settlements where one could be opened."""
    rows = []
    for n, key in enumerate(CANDIDATES):
        rows.append(_site(key, f"Town {n}", f"Şəhər {n}", key, "candidate", 0, "yyyy", n))
    rows.append(_site("house-1", "First house", "Birinci ev", "p-0", "shelter", 30, "yynu", 0))
    rows.append(_site("house-2", "Second house", "İkinci ev", "p-0", "shelter", 15, "yuyn", 0))
    rows.append(_site("refuge", "Refuge", "Sığınacaq", "p-4", "shelter", 1, "uynn", 4))
    return gpd.GeoDataFrame(rows, crs="EPSG:4326").set_index("site_id")


def _site(
    key: str, name: str, local: str, at: str, role: str, places: int, admits: str, n: int
) -> dict[str, Any]:
    words = {"y": "yes", "n": "no", "u": "unknown"}
    columns = ("women", "children", "men", "lgbtq_inclusive")
    town = int(at.removeprefix("p-"))
    return {
        "site_id": key,
        "name_en": name,
        "name_az": local,
        "place_en": f"Town {town}",
        "place_az": f"Şəhər {town}",
        "settlement_id": at,
        "district_id": f"X-{1 + n % 8}",
        "role": role,
        "places": places,
        **dict(zip(columns, (words[letter] for letter in admits), strict=True)),
        "geometry": Point(10.3 + n % 3, 50.2 + n // 3),
    }


def costs() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Kilometres and minutes with many ties; X-8 is an island with one settlement, p-7."""
    random = np.random.default_rng(11)
    keys, columns = [f"X-{n}" for n in range(1, 9)], sorted(CANDIDATES + SHELTERS)
    minutes = random.integers(1, 9, (8, len(columns))) * 30.0
    km = random.integers(1, 9, (8, len(columns))) * 45.0 + random.integers(0, 3, (8, 1)) * 0.00001
    cut = np.zeros(minutes.shape, bool)
    cut[7] = True
    cut[:, columns.index("p-7")] = True
    cut[7, columns.index("p-7")] = False
    tables = (
        pd.DataFrame(np.where(cut, np.nan, values), index=keys, columns=columns)
        for values in (km, minutes)
    )
    distance, travel = tables
    return distance, travel


def toy_planner(**changes: Any) -> PlannerPage:
    """The planner of the made-up country, any part of it changed."""
    distance_km, travel_min = costs()
    parts: dict[str, Any] = {
        "districts": districts(),
        "sites": sites(),
        "distance_km": distance_km,
        "travel_min": travel_min,
        "basemap": map_toys.basemap(),
        "title": TITLES,
        "people_per_family_place": 10_000,
        "persons_per_family_place": 2.5,
        "suggestions": [
            Suggestion({"az": "Ən yaxşı", "en": "Best two", "ru": "Лучшие"}, ["p-3", "p-5"])
        ],
        "sources": ["Census, https://example.org/census"],
        "assumptions": ["Places are assumed."],
        "notes": ["A note."],
        "credit": "Roads: somebody",
    } | changes
    names = ("districts", "sites", "distance_km", "travel_min", "basemap")
    frames = [parts.pop(name) for name in names]
    parts.setdefault("languages", speaking(parts.pop("lang", "en")))
    return planner_page(*frames, **parts)


def load_plan(page: Page, path: Path, letter: str = "a") -> str:
    """Load a file, wait until the page has read it, and give what it says is wrong with it."""
    page.set_input_files(f"#plan-{letter} [type=file]", path)
    said = f"#plan-{letter} .fault"
    wait_until(
        page,
        "(letter) => document.querySelector(`#plan-${letter} [type=file]`).value === ''",
        letter,
    )
    return str(page.locator(said).text_content())
