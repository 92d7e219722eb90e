"""All outputs of the bundled study: what is in them, and that the bytes repeat."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyogrio
import pytest
from helpers.small_study import TABLES as SMALL
from helpers.small_study import small_study
from pandas.testing import assert_frame_equal

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.errors import OutputError
from shelter_geo.publish.files.tables import defuse, write_table
from shelter_geo.publish.outputs import write_outputs
from shelter_geo.publish.study.study_tables import TABLES, tables_of
from shelter_geo.study import centres, joiner
from shelter_geo.study.load import load_study
from shelter_geo.vocabulary import Reason

EXPECTED = {
    *TABLES,
    "cost_matrix.parquet",
    "datapackage.json",
    "figures/access_map.pdf",
    "figures/access_map.png",
    "figures/access_map.svg",
    "figures/service_times_forensic-examination.png",
    "figures/service_times_forensic-examination.svg",
    "figures/shortfall.png",
    "figures/shortfall.svg",
    "index.html",
    "journey_legs.csv",
    "journeys.csv",
    "journeys_by_link.csv",
    "service_times.csv",
    "service_times_in_all.csv",
    "maps/access.html",
    "maps/evidence_forensic-examination_forensic-day-and-night.html",
    "maps/evidence_forensic-examination_forensic-working-days.html",
    "maps/journey_baku.html",
    "maps/journey_papers.html",
    "maps/own_area.html",
    "report.html",
    "study.gpkg",
}


@pytest.fixture(scope="module")
def out(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs") / "first"
    write_outputs(evaluation, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_every_output_is_there_and_nothing_else(out: Path) -> None:
    assert set(contents(out)) == EXPECTED


def test_the_same_study_gives_the_same_bytes(out: Path, evaluation: Evaluation) -> None:
    second = out.parent / "second"
    write_outputs(evaluation, second)
    first, again = contents(out), contents(second)
    assert [name for name in first if first[name] != again[name]] == []


def test_access_by_district_has_a_row_for_every_unit(out: Path) -> None:
    table = pd.read_csv(out / "access_by_district.csv", dtype=str, keep_default_na=False)
    asked = "district_id,name_en,population,women,nearest_shelter_id,distance_km,travel_min"
    assert set(asked.split(",")) | {"reachable", "reason"} <= set(table.columns)
    assert len(table) == 75
    # 10,262,351 are registered; 199,482 of them where nobody lives or fewer do.
    assert table["population"].astype(int).sum() == 10_262_351 - 199_482
    cut_off = table[table["reachable"] == "no"]
    assert len(cut_off) == 8
    assert set(cut_off["region"]) == {"Nakhchivan"}
    assert (cut_off["distance_km"] == "").all()
    assert set(cut_off["reason"]) == {Reason.NO_DOMESTIC_ROAD}
    assert cut_off["reason_en"].str.startswith("no road inside the country").all()
    assert not table["distance_km"].str.contains("inf|nan").any()
    assert (table.loc[table["reachable"] == "yes", "reason"] == "").all()


def test_tables_open_in_a_spreadsheet(evaluation: Evaluation, out: Path) -> None:
    for name, columns in tables_of(evaluation.study).items():
        raw = (out / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        assert tuple(pd.read_csv(out / name).columns) == columns


def test_unreached_people_are_counted_beside_the_others(out: Path) -> None:
    table = pd.read_csv(out / "access_metrics.csv")
    picked = table[(table["basis"] == "district_centres") & (table["weighted_by"] == "people")]
    everyone = picked[picked["units"] == "residents"].set_index("metric")["value"]
    assert everyone["unreachable"] == 472_429
    share = 100 * 472_429 / (10_262_351 - 199_482)
    assert everyone["unreachable_share"] == pytest.approx(share, abs=0.0005)
    assert everyone["reachable"] + everyone["unreachable"] == everyone["total"]
    listed = picked[picked["units"] == "registered"].set_index("metric")["value"]
    assert listed["total"] - everyone["total"] == 199_482


def test_cost_matrix_holds_every_pair(out: Path, evaluation: Evaluation) -> None:
    matrix = pd.read_parquet(out / "cost_matrix.parquet")
    assert len(matrix) == (75 + len(evaluation.settlements)) * 3
    assert matrix.groupby("origin_kind").size().to_dict() == {
        "district_centre": 225,
        "settlement": 3 * len(evaluation.settlements),
    }
    assert matrix["travel_min"].isna().sum() == matrix["distance_km"].isna().sum()


def test_layers_open_and_hold_what_they_say(out: Path) -> None:
    names = {name for name, _ in pyogrio.list_layers(out / "study.gpkg")}
    assert names == {"districts", "settlements", "shelters", "routes", "roads", "layer_styles"}
    districts = gpd.read_file(out / "study.gpkg", layer="districts")
    assert len(districts) == 75
    assert districts.crs == "EPSG:4326"
    routes = gpd.read_file(out / "study.gpkg", layer="routes")
    assert set(routes.geom_type) == {"LineString"}
    assert len(routes) == 67


def test_the_layer_of_roads_holds_those_that_routes_use(tmp_path: Path) -> None:
    """Upper drives by Fordham (91 min) and not straight (95 min); nobody needs the road north."""
    copy = small_study(tmp_path / "study")
    copy.write("links.csv", SMALL["links.csv"] + "s1,s3,75,95\ns1,n,6,5\n")
    copy.write("nodes.csv", SMALL["nodes.csv"] + "n,North,upper,40.80,-29.75\n")
    out = tmp_path / "out"
    write_outputs(evaluate(load_study(copy.file)), out, all_roads=True)
    used = gpd.read_file(out / "study.gpkg", layer="roads")
    ends = used[["from_node", "to_node"]].to_numpy().tolist()
    assert ends == [["s1", "s2"], ["s2", "s3"]]
    assert used["length_km"].tolist() == [62.0, 48.0]
    everything = gpd.read_file(out / "roads.gpkg", layer="roads")
    assert everything["forward_min"].tolist() == [55.0, 36.0, 95.0, 5.0]
    write_outputs(evaluate(load_study(copy.file)), out)
    assert not (out / "roads.gpkg").exists()


def test_roads_of_the_bundled_study_are_those_under_its_routes(evaluation: Evaluation) -> None:
    """Beside networkx, from the node that each point joins."""
    study, graph = evaluation.study, nx.DiGraph()
    arcs = study.network.arcs
    for row in reversed(range(len(arcs.edge))):  # the fastest of parallel arcs comes first
        cost = int(arcs.time_ms[row]) * 10**9 + int(arcs.length_cm[row])
        graph.add_edge(int(arcs.tail[row]), int(arcs.head[row]), edge=arcs.edge[row], cost=cost)

    def node(points: gpd.GeoDataFrame) -> dict[str, int]:
        at = joiner(study)(study.network, points)
        ends = np.where(at.along < 0.5, study.network.u[at.edge], study.network.v[at.edge])
        return dict(zip(points.index, ends.tolist(), strict=True))

    used, goal = set(), node(study.shelters)
    pairs = ((centres(study), evaluation.districts), (study.settlements, evaluation.settlements))
    for points, access in pairs:
        start = node(points)
        for key, nearest in access.loc[access["reachable"], "nearest_shelter_id"].items():
            path = nx.shortest_path(graph, start[key], goal[nearest], weight="cost")
            used |= {graph.edges[pair]["edge"] for pair in itertools.pairwise(path)}
    expected = study.network.to_frame().iloc[sorted(used)].reset_index(drop=True)
    assert_frame_equal(evaluation.roads, expected)
    assert len(used) < study.network.n_edges / 2


def test_package_describes_every_file_with_its_hash(out: Path) -> None:
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    described = {resource["path"]: resource["hash"] for resource in package["resources"]}
    found = {
        name: f"sha256:{hashlib.sha256(raw).hexdigest()}"
        for name, raw in contents(out).items()
        if name != "datapackage.json"
    }
    assert described == found
    assert {"sources", "licenses", "assumptions", "inputs"} <= set(package)
    assert all(entry["evidence"] for entry in package["assumptions"])
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)


def test_figures_hold_no_date(out: Path) -> None:
    drawn = sorted(name for name in EXPECTED if name.startswith("figures/"))
    assert len(drawn) == 7
    for name in drawn:
        raw = (out / name).read_bytes()
        marks = (b"Software", b"Creat", b"Producer", b"<dc:date>")
        assert [mark for mark in marks if mark in raw] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx"])
def test_cells_that_a_spreadsheet_would_run_are_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"
    assert defuse(f"a{text}") == f"a{text}"


def test_undescribed_columns_and_infinite_numbers_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"district_id": ["x"], "distance_km": [float("inf")], "new": [1]})
    with pytest.raises(OutputError, match="without a description: new"):
        write_table(frame, ["district_id", "new"], tmp_path / "t.csv")
    with pytest.raises(OutputError, match="infinite"):
        write_table(frame, ["district_id", "distance_km"], tmp_path / "t.csv")


def test_missing_numbers_are_empty_and_truth_is_yes_or_no(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"district_id": ["x", None], "distance_km": [1.23456, None], "reachable": [True, False]}
    )
    write_table(frame, list(frame.columns), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    assert text == "district_id,distance_km,reachable\nx,1.235,yes\n,,no\n"
