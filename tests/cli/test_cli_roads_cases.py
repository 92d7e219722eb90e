"""Roads as they are, through the command line: what import says, and what a study then gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from helpers.road_doors import DOORS, bring_in
from helpers.road_toys import GEOD
from typer.testing import CliRunner

from shelter_geo.analysis import evaluate
from shelter_geo.cli.main import app
from shelter_geo.study import load_study

HUB = (20.0, 45.0)
DIRECT_KM, ROUND_KM = 20.0, 40.0
PRIMARY, MOTORWAY = 65.0, 90.0
SPOKES: dict[str, tuple[dict[str, str], float, float]] = {
    # district: tags of the direct way, right kilometres, right km/h
    "open": ({"highway": "primary"}, DIRECT_KM, PRIMARY),
    "two-closed": ({"highway": "primary", "motor_vehicle": "forestry;agricultural"}, ROUND_KM, 65),
    "one-open": ({"highway": "primary", "motor_vehicle": "forestry;yes"}, DIRECT_KM, PRIMARY),
    "psv": ({"highway": "primary", "access": "psv"}, ROUND_KM, PRIMARY),
    "delivery": ({"highway": "primary", "motor_vehicle": "delivery"}, ROUND_KM, PRIMARY),
    "permit": ({"highway": "primary", "access": "permit"}, ROUND_KM, PRIMARY),
    "capital": ({"highway": "primary", "access": "Private"}, ROUND_KM, PRIMARY),
    "several": ({"highway": "primary", "maxspeed": "50;30"}, DIRECT_KM, 30),
    "pipe": ({"highway": "motorway", "oneway": "no", "maxspeed": "70|100"}, DIRECT_KM, 70),
    "mph": ({"highway": "primary", "maxspeed": "30 MPH"}, DIRECT_KM, 48.28032),
    "comma": ({"highway": "primary", "maxspeed": "40,5"}, DIRECT_KM, 40.5),
    "implied": ({"highway": "primary", "maxspeed": "AZ:urban"}, DIRECT_KM, 60),
    "ferry": ({"route": "ferry", "duration": "45 min"}, DIRECT_KM, DIRECT_KM / 0.75),
    "iso": ({"route": "ferry", "duration": "P1DT2H"}, DIRECT_KM, DIRECT_KM / 26),
    "bollard": ({"highway": "primary"}, ROUND_KM, PRIMARY),
    "ice": ({"highway": "primary", "ice_road": "yes"}, ROUND_KM, PRIMARY),
    "rough": ({"highway": "primary", "surface": "earth"}, DIRECT_KM, 20),
    "unknown": ({"highway": "primary", "motorcar": "by_mood"}, ROUND_KM, PRIMARY),
}
FERRIES = {"ferry", "iso"}
STUDY = """
[study]
id = "spokes"
name = "Spokes"
as_of = 2026-01-01
credit = "Invented figures"
[tables]
districts = "districts.csv"
settlements = "settlements.csv"
shelters = "shelters.csv"
boundaries = "borders.geojson"
[roads]
network = "osm"
file = "roads.npz"
source = "invented"
licence = "CC0-1.0"
connector_kmh = 5.0
max_connector_km = 10.0
[access.bus]
factor = 1.3
low = 1.2
high = 1.5
source = "assumed"
[capacity]
people_per_family_place = 10000
norm_source = "assumed"
[[capacity.readings]]
id = "family-places"
persons_per_family_place = 1.0
label = "each place takes a family"
source = "assumed"
evidence = "assumed"
"""


def towards(bearing: float, km: float, start: tuple[float, float] = HUB) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(*start, bearing, km * 1000)
    return round(lon, 7), round(lat, 7)


def write_study(folder: Path) -> dict[str, Any]:
    """Districts at the ends of spokes of 20 km, with a way round of 40 km where those are closed.

    A district lies 0.5 km of open road behind the end of its spoke, so that it joins no ferry.
    """
    nodes, ways, points = {1: HUB}, [], {}
    places = {"hub": HUB}
    for k, (name, (tags, km, _)) in enumerate(SPOKES.items()):
        bearing = k * 360 / len(SPOKES)
        middle, end, home, bend = (10 * k + step for step in (10, 11, 12, 13))
        nodes[middle], nodes[end] = towards(bearing, 10), towards(bearing, DIRECT_KM)
        places[name] = nodes[home] = towards(bearing, DIRECT_KM + 0.5)
        # the corner of a triangle with two equal sides of half the way round
        rise = (ROUND_KM**2 / 4 - DIRECT_KM**2 / 4) ** 0.5
        nodes[bend] = towards(bearing + 90, rise, nodes[middle])
        ways += [
            ([1, middle, end], tags),
            ([end, home], {"highway": "primary"}),
        ]
        if km == ROUND_KM:
            ways.append(([1, bend, end], {"highway": "primary"}))
        if name == "bollard":
            points[middle] = {"barrier": "bollard"}
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    rows = [(name, *at) for name, at in places.items()]
    frame = pd.DataFrame(rows, columns=["key", "lon", "lat"])
    common = {"name_en": frame["key"].str.title(), "lat": frame["lat"], "lon": frame["lon"]}
    pd.DataFrame({"district_id": frame["key"], **common, "population": 1000}).to_csv(
        folder / "districts.csv", index=False
    )
    pd.DataFrame(
        {"settlement_id": "s-" + frame["key"], "district_id": frame["key"], **common}
    ).assign(population_listed=500).to_csv(folder / "settlements.csv", index=False)
    (folder / "shelters.csv").write_text(
        "shelter_id,name_en,settlement_id,district_id,places,places_basis,source\n"
        "sh-hub,Hub house,s-hub,hub,10,published,invented\n",
        encoding="utf-8",
    )
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": name},
            "geometry": json.loads(shapely.to_geojson(shapely.Point(at).buffer(0.02))),
        }
        for name, at in places.items()
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "borders.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return {"nodes": nodes, "ways": ways, "points": points}


@pytest.fixture(scope="module", params=DOORS)
def spokes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, pd.DataFrame]:
    """By which door roads come, what bringing them says, and how far districts are then."""
    folder = tmp_path_factory.mktemp("spokes")
    said = bring_in(request.param, folder, **write_study(folder))
    done = CliRunner().invoke(app, ["validate", str(folder)])
    assert done.exit_code == 0, done.output
    return request.param, said, evaluate(load_study(folder)).districts


@pytest.mark.parametrize("name", SPOKES)
def test_a_study_gives_the_right_way_and_time(name: str, spokes: tuple[str, str, pd.DataFrame]):
    _, km, kmh = SPOKES[name]
    row = spokes[2].loc[name]
    assert row["distance_km"] == pytest.approx(km + 0.5, abs=0.1)
    assert row["travel_min"] == pytest.approx(km / kmh * 60 + 0.5 / PRIMARY * 60, abs=0.15)


def test_the_import_tells_what_it_took_tags_for(spokes: tuple[str, str, pd.DataFrame]):
    door, said, _ = spokes
    ways = 2 if door == "in.graphml" else 1  # a graph has two streets where a way has three points
    for line in (
        "Tags not understood (tag, value, ways, km, taken for):\n"
        f"  motorcar=by_mood: {ways} ways, 20.0 km, closed",
        f"  maxspeed=50;30: {ways} ways, 20.0 km, 30 km/h, the lowest of several",
        f"  ice_road=yes: {ways} ways, 20.0 km, an ice or winter road",
        "Points where a barrier shuts a road: barrier=bollard 1",
        "Warning: motorcar=by_mood is not understood on 3.6% of the kilometres; taken for: closed",
    ):
        assert line in said
