"""Roads as they are, through the command line: what import says, and what a study then gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from helpers import overpass_server
from helpers.road_toys import GEOD, write_pbf
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
    for name in ("in.osm.pbf", "in.osm"):
        write_pbf(folder / name, nodes, ways, points)
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
    around = {"type": "Feature", "properties": {"name": "all"}}
    around["geometry"] = json.loads(shapely.to_geojson(shapely.Point(HUB).buffer(0.4)))
    (folder / "around.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [around]}), encoding="utf-8"
    )
    return {"NODES": nodes, "WAYS": ways, "POINTS": points, "TURNS": []}


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def fetched(folder: Path, roads: Path, elements: dict[str, Any]) -> str:
    """Bring the same roads from a server that answers as Overpass does."""
    with pytest.MonkeyPatch.context() as patch, overpass_server.serving() as server:
        patch.setenv("NO_PROXY", "127.0.0.1")
        for name, held in elements.items():
            patch.setattr(overpass_server, name, held)
        boundary = ("--boundary", folder / "around.geojson", "--cache", folder / "cache")
        return run("roads", "fetch", "--online", "--server", server.url, *boundary, "--out", roads,
                   "--study", folder)  # fmt: skip


@pytest.fixture(scope="module", params=["in.osm.pbf", "in.osm", "Overpass"])
def spokes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, pd.DataFrame]:
    """What bringing in a study's future roads says, and how far its districts are then."""
    folder = tmp_path_factory.mktemp("spokes")
    elements, roads = write_study(folder), folder / "roads.npz"
    if request.param == "Overpass":
        said = fetched(folder, roads, elements)
    else:
        said = run("roads", "import", folder / request.param, "--out", roads, "--study", folder)
    run("validate", folder)
    return said, evaluate(load_study(folder)).districts


@pytest.mark.parametrize("name", SPOKES)
def test_a_study_gives_the_right_way_and_time(name: str, spokes: tuple[str, pd.DataFrame]):
    _, km, kmh = SPOKES[name]
    row = spokes[1].loc[name]
    assert row["distance_km"] == pytest.approx(km + 0.5, abs=0.1)
    assert row["travel_min"] == pytest.approx(km / kmh * 60 + 0.5 / PRIMARY * 60, abs=0.15)


def test_the_import_tells_what_it_took_tags_for(spokes: tuple[str, pd.DataFrame]):
    said = spokes[0]
    for line in (
        "Tags not understood (tag, value, ways, km, taken for):\n"
        "  motorcar=by_mood: 1 ways, 20.0 km, closed",
        "  maxspeed=50;30: 1 ways, 20.0 km, 30 km/h, the lowest of several",
        "  ice_road=yes: 1 ways, 20.0 km, an ice or winter road",
        "Points where a barrier shuts a road: barrier=bollard 1",
        "Warning: motorcar=by_mood is not understood on 3.6% of the kilometres; taken for: closed",
    ):
        assert line in said
