"""A study whose roads are a stored network: how its points join, what plans do, what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.study_copy import StudyCopy, copy_study

from shelter_geo.access import cost_matrix
from shelter_geo.analysis import Evaluation, evaluate, site_options
from shelter_geo.analysis.ensemble import Spreads, drawn_study
from shelter_geo.errors import RoadError
from shelter_geo.plans import apply_plan, read_plan
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing import engine as engine_module
from shelter_geo.roads.routing import hierarchy_cache
from shelter_geo.roads.routing.engine import make_engine
from shelter_geo.roads.sources.store import save_network
from shelter_geo.study.load import load_study
from shelter_geo.study.routing import draw_like, engine, joiner
from shelter_geo.study.settings import read_settings
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Reason

LAND_KM = 200.0
"""More than one in a hundred of all kilometres: enough for a road by itself to count."""


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SHELTER_GEO_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, study: Study) -> StudyCopy:
    """The bundled study on its own roads, stored as one file and joined at edges."""
    made = copy_study(tmp_path_factory.mktemp("study") / "data")
    made.replace("study.toml", 'network = "reference"', 'network = "osm"\nfile = "roads.npz"')
    save_network(study.network, made.path("roads.npz"))
    return made


@pytest.fixture(scope="module")
def osm(copy: StudyCopy) -> Study:
    return load_study(copy.file)


@pytest.fixture(scope="module")
def osm_evaluation(osm: Study) -> Evaluation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHELTER_GEO_CACHE", "")
        return evaluate(osm)


def test_points_join_edges_and_all_but_the_separate_region_are_reached(
    osm_evaluation: Evaluation,
) -> None:
    found = osm_evaluation.districts
    cut_off = found[~found["reachable"]]
    assert set(cut_off["region"]) == {"Nakhchivan"}
    anchors = joiner(osm_evaluation.study)(
        osm_evaluation.study.network, osm_evaluation.study.settlements
    )
    assert ((anchors.along > 0) & (anchors.along < 1)).any()


def test_a_closed_road_beside_a_shelter_cuts_it_off_and_says_so(
    osm: Study, osm_evaluation: Evaluation, tmp_path: Path
) -> None:
    """The shelter does not move to the next road; its district goes to another one."""
    at = joiner(osm)(osm.network, osm.shelters)
    row = osm.shelters.index.get_loc("ganja")
    edge = int(at.edge[row])
    body = f'[scenario]\nid = "p"\nname = "P"\n[[road]]\nkind = "close"\nedges = [{edge}]\n'
    (tmp_path / "p.toml").write_text(body, encoding="utf-8")
    plan = read_plan(tmp_path / "p.toml")
    planned = apply_plan(osm, plan)
    assert planned.roads_before is osm.network
    closed = evaluate(planned)
    joins = closed.joins.set_index(["point_kind", "point_id"])
    before = osm_evaluation.joins.set_index(["point_kind", "point_id"])
    assert before.at[("shelter", "ganja"), "reason"] == ""
    assert joins.at[("shelter", "ganja"), "reason"] == Reason.ROAD_CLOSED
    to_ganja = closed.district_costs.travel_min["ganja"].dropna()
    assert to_ganja.index.tolist() == ["AZ-GA"]  # its centre stands where the shelter does
    assert (closed.districts["reason"] == "")[closed.districts["reachable"]].all()
    nearest = closed.districts["nearest_shelter_id"].drop("AZ-GA")
    assert "ganja" not in set(nearest)
    stayed = joins["connector_km"].sub(before["connector_km"]).abs()
    assert stayed.max() == 0


def test_a_new_road_starts_at_places_of_the_study(osm: Study, tmp_path: Path) -> None:
    village = str(osm.settlements.index[0])
    body = (
        f'[scenario]\nid = "p"\nname = "P"\n[[road]]\nkind = "open"\nstart = "{village}"\n'
        'end = "AZ-GA"\nkm = 900.0\nkmh = 60.0\n'
    )
    (tmp_path / "p.toml").write_text(body, encoding="utf-8")
    planned = apply_plan(osm, read_plan(tmp_path / "p.toml"))
    assert planned.network.length_cm[-1] == 900 * 100_000
    (tmp_path / "p.toml").write_text(body.replace("AZ-GA", "nowhere"), encoding="utf-8")
    with pytest.raises(RoadError, match="scenario p: unknown place 'nowhere'"):
        apply_plan(osm, read_plan(tmp_path / "p.toml"))


def with_island(network: RoadNetwork, lon: float, lat: float) -> RoadNetwork:
    """Add a road that leads nowhere else, 30 m long on the map and long enough to count."""
    n, far = network.n_nodes, int(LAND_KM * 1e5)
    return replace(
        network,
        node_id=np.append(network.node_id, ["island-1", "island-2"]),
        lon=np.append(network.lon, [lon, lon + 0.0003]),
        lat=np.append(network.lat, [lat, lat]),
        u=np.append(network.u, np.int32(n)),
        v=np.append(network.v, np.int32(n + 1)),
        length_cm=np.append(network.length_cm, far),
        forward_ms=np.append(network.forward_ms, far),
        backward_ms=np.append(network.backward_ms, far),
        road_class=np.append(network.road_class, np.int16(0)),
        enterable=np.append(network.enterable, True),
        shape_start=np.append(network.shape_start, network.shape_start[-1] + 2),
        shape_lonlat=np.concatenate([network.shape_lonlat, [[lon, lat], [lon + 0.0003, lat]]]),
    )


def test_setting_connects_a_point_to_the_main_roads_of_its_district(
    copy: StudyCopy, study: Study
) -> None:
    """A village beside an island: named as it is by default, connected where the study says so."""
    rows = study.settlements.groupby("district_id")["settlement_id"]
    district = str(rows.count().idxmax())
    village = str(rows.get_group(district).iloc[-1])
    at = study.settlements.geometry[village]
    save_network(with_island(study.network, at.x, at.y), copy.path("island.npz"))
    text = copy.text("study.toml").replace('file = "roads.npz"', 'file = "island.npz"')
    found = {}
    for wanted in ("false", "true"):
        line = f"max_connector_km = 40.0\nconnect_to_main = {wanted}\n"
        copy.write("island.toml", text.replace("max_connector_km = 10.0\n", line))
        loaded = load_study(copy.path("island.toml"))
        join = joiner(loaded)
        found[wanted] = join(loaded.network, loaded.settlements.loc[[village]])
        if wanted == "true":
            evaluation = evaluate(loaded)
            row = evaluation.joins.set_index("point_id").loc[village]
            assert row["component"] == row["main_component"]
            assert (row["passed_over"], row["passed_class"]) == (
                "other_part",
                study.network.class_names[0],
            )
            assert row["nearest_road_km"] < 0.01
            assert not row["apart"]
            assert evaluation.settlements.at[village, "reachable"]
            sites = site_options(loaded)
            assert sites.costs.travel_min[sites.sites.index[0]].notna().any()
        else:
            row = evaluate(loaded).joins.set_index("point_id").loc[village]
            assert row["passed_over"] == ""
            assert row["apart"]
            assert row["component"] != row["main_component"]
    assert found["false"].connector_cm[0] < 100 < found["true"].connector_cm[0]


def test_the_setting_is_off_unless_given(copy: StudyCopy) -> None:
    assert read_settings(copy.file).roads.connect_to_main is False


def fresh(study: Study) -> Study:
    """The same study with a network of its own, as in another run."""
    return replace(study, network=replace(study.network))


def test_prepared_roads_are_kept_on_disk_and_used_again(
    osm: Study, osm_evaluation: Evaluation, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_PLAIN_WORK", 0)
    first = evaluate(fresh(osm))
    (kept,) = cache.iterdir()
    sound = kept.read_bytes()
    monkeypatch.setattr(hierarchy_cache, "build_hierarchy", None)
    second = evaluate(fresh(osm))
    for found in (first, second):
        pd.testing.assert_frame_equal(
            found.districts.drop(columns="geometry"),
            osm_evaluation.districts.drop(columns="geometry"),
        )
    monkeypatch.undo()
    monkeypatch.setenv("SHELTER_GEO_CACHE", str(cache))
    kept.write_bytes(sound[: len(sound) // 2])
    engine(fresh(osm)).prepare()
    assert kept.read_bytes() == sound


def test_what_is_kept_does_not_know_the_shelters(osm: Study, cache: Path) -> None:
    """Other shelters, the same file: nothing of theirs is in its name or its bytes."""
    engine(fresh(osm)).prepare()
    (kept,) = cache.iterdir()
    name, sound = kept.name, kept.read_bytes()
    kept.unlink()
    elsewhere = osm.shelters.set_geometry(osm.shelters.geometry.translate(0.1, 0.1))
    moved = replace(fresh(osm), shelters=elsewhere)
    engine(moved).prepare()
    evaluate(moved)
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == {name: sound}


def test_nothing_is_kept_where_the_folder_is_named_empty(
    osm: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELTER_GEO_CACHE", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    engine(fresh(osm)).prepare()
    assert list(tmp_path.iterdir()) == []


def test_changed_roads_take_over_the_order_of_those_before(osm: Study, tmp_path: Path) -> None:
    base = fresh(osm)
    engine(base).prepare()
    body = '[scenario]\nid = "p"\nname = "P"\n[[road]]\nkind = "slow"\nfactor = 2.0\n'
    (tmp_path / "p.toml").write_text(body, encoding="utf-8")
    planned = engine(apply_plan(base, read_plan(tmp_path / "p.toml")))
    planned.prepare()
    prepared = engine(base).hierarchy
    assert planned.hierarchy is not None
    assert prepared is not None
    np.testing.assert_array_equal(planned.hierarchy.order, prepared.order)
    assert engine(base) is engine(base)


def test_draws_share_one_skeleton_and_leave_nothing_on_disk(
    osm: Study, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its costs are those of plain searches over the drawn roads."""
    monkeypatch.setattr(engine_module, "_PLAIN_WORK", 0)
    given = fresh(osm)
    drawn = drawn_study(given, Spreads(closed=0.02), np.random.default_rng(5))
    assert (drawn.network.forward_ms != given.network.forward_ms).any()
    draw_like(drawn, given)
    ends = given.shelters, given.settlements
    costs = cost_matrix(drawn.network, *ends, snapping=joiner(drawn), engine=engine(drawn))
    plain = make_engine(drawn.network, method="dijkstra")
    wanted = cost_matrix(drawn.network, *ends, snapping=joiner(drawn), engine=plain)
    assert (costs.time_ms == wanted.time_ms).all()
    assert (costs.length_cm == wanted.length_cm).all()
    another = drawn_study(given, Spreads(closed=0.02), np.random.default_rng(6))
    draw_like(another, given)
    first, second = engine(drawn).hierarchy, engine(another).hierarchy
    assert first is not None
    assert second is not None
    assert first.place is second.place
    assert list(cache.iterdir()) == []
