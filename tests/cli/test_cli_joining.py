"""OpenStreetMap files imported on the command line, and the figures of studies on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import osmium
import pandas as pd
import pytest
import shapely
from helpers.road_doors import DOORS, bring_in
from helpers.road_toys import GEOD
from helpers.small_study import STUDY
from helpers.study_copy import StudyCopy
from osmium.osm.mutable import Node, Way
from typer.testing import CliRunner

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.cli.main import app
from shelter_geo.publish.study.study_tables import write_tables
from shelter_geo.study import load_study

Street = tuple[Sequence[int], Mapping[str, str]]
ON_FOOT = STUDY.replace('"reference"', '"osm"\nfile = "roads.npz"').replace(
    "connector_kmh = 20.0\nmax_connector_km = 10.0", "connector_kmh = 5.0\nmax_connector_km = 5.0"
)
TOWN, NORTH, VILLAGE = (10.0, 50.0), (10.1, 50.1), (10.2, 50.0)


def studied(
    folder: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[Street],
    village: tuple[float, float],
    door: str = "in.osm.pbf",
) -> Evaluation:
    """Bring in roads with a shelter at node 1 and evaluate the way there from a village."""
    study = write_study(folder, nodes[1], village)
    bring_in(door, folder, nodes, ways)
    assert CliRunner().invoke(app, ["validate", str(study.file)]).exit_code == 0
    return evaluate(load_study(study.file))


def write_study(folder: Path, town: tuple[float, float], village: tuple[float, float]) -> StudyCopy:
    """Write all of a study of a town with a shelter and a village, but the roads."""
    study = StudyCopy(folder)
    places = {"town": town, "hill": village}
    study.write("study.toml", ON_FOOT)
    for name, head, cells in (
        ("districts", "district_id,name_en,population,counts_registered_not_resident,lat,lon",
         "{key},{key},1000,no,{lat},{lon}"),
        ("settlements", "settlement_id,name_en,district_id,lat,lon,population_listed",
         "{key},{key},{key},{lat},{lon},1000"),
    ):  # fmt: skip
        rows = [cells.format(key=key, lon=at[0], lat=at[1]) for key, at in places.items()]
        study.write(f"{name}.csv", "\n".join([head, *rows]) + "\n")
    study.write(
        "shelters.csv",
        "shelter_id,name_en,settlement_id,district_id,places,places_basis,source\n"
        "town-1,Shelter,town,town,9,published,invented\n",
    )
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": key},
            "geometry": shapely.geometry.mapping(
                shapely.box(lon, lat - 0.01, lon + 1e-4, lat + 0.01)
            ),
        }
        for key, (lon, lat) in places.items()
    ]
    study.write(
        "districts.geojson", json.dumps({"type": "FeatureCollection", "features": features})
    )
    return study


@pytest.mark.parametrize("door", DOORS)
def test_a_village_beside_a_motorway_takes_its_lane(tmp_path: Path, door: str) -> None:
    """The lane is 0.8 km off and 8 km long; the motorway, 0.2 km off, leads around by 60 km."""
    nodes = {
        1: (10.0, 50.0), 2: (10.0, 50.0719), 3: (10.4, 50.0719),
        11: (9.98, 50.081), 12: (10.6, 50.081), 13: (10.6, 50.0),
    }  # fmt: skip
    ways: list[Street] = [
        ([1, 2], {"highway": "tertiary", "maxspeed": "60"}),
        ([11, 12], {"highway": "motorway", "oneway": "no", "maxspeed": "100"}),
        ([12, 13], {"highway": "motorway_link", "oneway": "no"}),
        ([13, 1], {"highway": "primary"}),
    ]
    found = studied(tmp_path, nodes, ways, (10.0, 50.0791), door)
    hill = found.districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(8.0 + 0.801, abs=0.02)
    assert hill["travel_min"] == pytest.approx(8.0 + 0.801 * 12, abs=0.1)
    write_tables(found, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "points_on_roads.csv").set_index("point_id")
    row = table[table["point_kind"] == "settlement"].loc["hill"]
    assert row[["passed_class", "passed_over", "passed_over_en"]].tolist() == [
        "motorway",
        "not_enterable",
        "a person cannot step onto it",
    ]
    assert row["nearest_road_km"] == pytest.approx(0.212, abs=0.005)


def test_a_village_beside_a_motorway_of_a_table_takes_its_lane(tmp_path: Path) -> None:
    """The same in tables of nodes and links: only the class says what a link is."""
    study = write_study(tmp_path, (10.0, 50.0), (10.0, 50.0791))
    study.write("study.toml", ON_FOOT.replace('"osm"\nfile = "roads.npz"', '"reference"'))
    study.write(
        "nodes.csv",
        "node_id,name,district_id,lat,lon\na,A,town,50.0,10.0\nb,B,hill,50.0719,10.0\n"
        "c,C,,50.081,10.0\nd,D,,50.081,10.6\ne,E,,50.0,10.6\n",
    )
    study.write(
        "links.csv",
        "from_node,to_node,km,minutes,road_class\n"
        "a,b,8,8,tertiary\nc,d,43,26,motorway\nd,e,9.1,7,motorway_link\ne,a,43,40,primary\n",
    )
    assert CliRunner().invoke(app, ["validate", str(study.file)]).exit_code == 0
    hill = evaluate(load_study(study.file)).districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(8.0 + 0.801, abs=0.02)
    assert hill["travel_min"] == pytest.approx(8.0 + 0.801 * 12, abs=0.1)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway_link"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "secondary", "tunnel": "yes"},
        {"route": "ferry", "duration": "00:20"},
    ],
)
def test_nobody_steps_onto_it_between_its_ends(tmp_path: Path, tags: dict[str, str]) -> None:
    """5 km of it pass the village at 0.3 km; the street begins where it ends."""
    nodes = {1: (10.0, 50.0), 2: (10.02, 50.0), 3: (10.09, 50.0)}
    ways: list[Street] = [
        ([1, 2], {"highway": "residential"}),
        ([2, 3], {"oneway": "no", **tags}),
    ]
    found = studied(tmp_path, nodes, ways, (10.04, 50.003))
    anchor = found.joins[found.joins["point_id"] == "hill"].iloc[0]
    assert anchor["road_class"] == "residential"
    assert anchor["passed_over"] == "not_enterable"
    assert anchor["connector_km"] == pytest.approx(1.472, abs=0.01)


@pytest.mark.parametrize(
    ("tags", "minutes"),
    [
        ({"highway": "motorway", "maxspeed": "70|100"}, 20 / 70 * 60),
        ({"route": "ferry", "duration": "90"}, 90),
    ],
)
def test_where_no_other_road_is_near_a_dead_end_is_joined(
    tmp_path: Path, tags: dict[str, str], minutes: float
) -> None:
    """20 km from the town's street to a village at the very end, and nothing else there."""
    nodes = {1: (10.0, 50.0), 2: (10.01, 50.0), 3: (10.28895, 50.0)}
    ways: list[Street] = [
        ([1, 2], {"highway": "primary", "maxspeed": "60"}),
        ([2, 3], {"oneway": "no", **tags}),
    ]
    found = studied(tmp_path, nodes, ways, nodes[3])
    hill = found.districts.loc["hill"]
    town_km = 0.717
    assert hill["distance_km"] == pytest.approx(20 + town_km, abs=0.02)
    assert hill["travel_min"] == pytest.approx(minutes + town_km, abs=0.1)
    assert (found.joins["passed_over"].fillna("") == "").all()
    between = studied(tmp_path, nodes, ways, (10.15, 50.0)).districts.loc["hill"]
    assert pd.isna(between["distance_km"])


def test_a_landing_where_ferries_alone_meet_is_joined(tmp_path: Path) -> None:
    """Three islands by ferry from a town without roads in the file."""
    nodes = {1: (10.0, 50.0)} | {k: (10.0 + 0.1 * (k - 3), 50.1) for k in (2, 3, 4)}
    nodes |= {k + 10: (nodes[k][0], 50.11) for k in (2, 3, 4)}
    ways: list[Street] = [([1, k], {"route": "ferry", "duration": "20"}) for k in (2, 3, 4)]
    ways += [([k, k + 10], {"highway": "primary", "maxspeed": "60"}) for k in (2, 3, 4)]
    hill = studied(tmp_path, nodes, ways, nodes[13]).districts.loc["hill"]
    assert hill["travel_min"] == pytest.approx(20 + 1.112, abs=0.01)


@pytest.mark.parametrize("door", DOORS)
def test_who_lives_on_a_road_without_return_walks_back_to_the_junction(
    tmp_path: Path, door: str
) -> None:
    """2 km down a one-way road that ends, then 15 km at 60 km/h."""
    nodes = {1: (10.0, 50.0), 2: (10.20922, 50.0), 3: (10.20922, 49.97)}
    ways: list[Street] = [
        ([1, 2], {"highway": "primary", "maxspeed": "60"}),
        ([2, 3], {"highway": "primary", "oneway": "yes"}),
    ]
    found = studied(tmp_path, nodes, ways, (10.20922, 49.982023), door)
    hill = found.districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(15 + 2, abs=0.01)
    assert hill["travel_min"] == pytest.approx(15 + 24, abs=0.1)
    assert found.joins.set_index("point_id").loc["hill", "passed_over"].tolist() == [
        "no_way_back",
        "no_way_back",
    ]


@pytest.mark.parametrize("door", DOORS)
def test_a_loop_beside_the_road_gives_way(tmp_path: Path, door: str) -> None:
    """The loop of 1.5 km passes the village; the road to town is 0.5 km off and 10 km long."""
    nodes = {
        1: (10.0, 50.0), 2: (10.13948, 50.0), 3: (10.2, 50.0),
        4: (10.138, 50.0045), 5: (10.142, 50.0045), 6: (10.14, 50.008),
    }  # fmt: skip
    ways: list[Street] = [
        ([1, 2, 3], {"highway": "primary", "maxspeed": "60"}),
        ([4, 5, 6, 4], {"highway": "residential"}),
    ]
    hill = studied(tmp_path, nodes, ways, (10.13948, 50.0045), door).districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(10 + 0.5, abs=0.01)
    assert hill["travel_min"] == pytest.approx(10 + 6, abs=0.1)


@pytest.mark.parametrize("west", [20.0, 179.97])
@pytest.mark.parametrize("door", DOORS)
def test_a_village_joins_the_road_beyond_180_degrees(
    tmp_path: Path, west: float, door: str
) -> None:
    """The road ends 0.7 km from the village, and 180 degrees lie between."""
    nodes = {1: (west - 0.07, 0.0), 2: (west + 0.025, 0.0)}
    there = west + 0.03129
    village = (there if there <= 180 else there - 360, 0.0)
    ways: list[Street] = [([1, 2], {"highway": "primary", "maxspeed": "60"})]
    hill = studied(tmp_path, nodes, ways, village, door).districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(10.575 + 0.7, abs=0.01)
    assert hill["travel_min"] == pytest.approx(10.575 + 8.4, abs=0.1)


@pytest.mark.parametrize("door", DOORS)
def test_a_road_across_180_degrees_is_as_long_as_it_is(tmp_path: Path, door: str) -> None:
    """A tenth of a degree of the equator on either side: 2 x 11.132 km, not round the world."""
    nodes = {1: (179.9, 0.0), 2: (-179.9, 0.0)}
    ways: list[Street] = [([1, 2], {"highway": "primary", "maxspeed": "60"})]
    hill = studied(tmp_path, nodes, ways, nodes[2], door).districts.loc["hill"]
    assert hill["distance_km"] == pytest.approx(22.264, abs=0.001)
    assert hill["travel_min"] == pytest.approx(22.264, abs=0.001)


def history(path: Path) -> None:
    """The straight road is deleted by now, and the road round by the north is no motorway now."""
    head = osmium.io.Header()
    head.has_multiple_object_versions = True
    with osmium.SimpleWriter(str(path), header=head) as writer:
        for ref, at in {1: TOWN, 2: VILLAGE, 3: NORTH}.items():
            writer.add_node(Node(id=ref, version=1, location=at))
        straight, round_ = {"nodes": [1, 2]}, {"nodes": [1, 3, 2]}
        writer.add_way(Way(id=5, version=1, tags={"highway": "primary"}, **straight))
        writer.add_way(Way(id=5, version=2, visible=False))
        writer.add_way(Way(id=6, version=1, tags={"highway": "motorway"}, **round_))
        writer.add_way(Way(id=6, version=2, tags={"highway": "primary"}, **round_))


def negative(path: Path) -> None:
    """The straight road as an editor saves it before it is uploaded."""
    with osmium.SimpleWriter(str(path)) as writer:
        for ref, at in {-1: TOWN, -2: VILLAGE}.items():
            writer.add_node(Node(id=ref, location=at))
        writer.add_way(Way(id=-3, nodes=[-1, -2], tags={"highway": "primary"}))


@pytest.mark.parametrize(
    ("write", "name", "through"),
    [
        (history, "in.osh.pbf", [TOWN, NORTH, VILLAGE]),
        (negative, "in.osm.pbf", [TOWN, VILLAGE]),
    ],
    ids=["history", "negative numbers"],
)
def test_a_run_on_an_extract_in_disorder_has_the_roads_of_today(
    tmp_path: Path,
    write: Callable[[Path], None],
    name: str,
    through: list[tuple[float, float]],
) -> None:
    """A primary road is driven at 65 km/h; the town's shelter stands at the end of the road."""
    study, source, out = write_study(tmp_path, TOWN, VILLAGE), tmp_path / name, tmp_path / "out"
    write(source)
    for command in (
        ("roads", "import", source, "--out", tmp_path / "roads.npz", "--study", study.file),
        ("run", study.file, "--out", out),
    ):
        done = CliRunner().invoke(app, [str(word) for word in command])
        assert done.exit_code == 0, done.output
    table = pd.read_csv(out / "access_by_district.csv").set_index("district_id")
    km = GEOD.line_length(*zip(*through, strict=True)) / 1000
    assert table.loc["hill", "distance_km"] == pytest.approx(km, abs=0.01)
    assert table.loc["hill", "travel_min"] == pytest.approx(km / 65 * 60, abs=0.01)
    assert table.loc["town", "distance_km"] == 0
