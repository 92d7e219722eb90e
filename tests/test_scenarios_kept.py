"""What is kept: never another byte, never a secret, and only what is touched computed anew."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_copy import PRIVATE, contents, copy_study

from shelter_geo.costs import cost_matrix, routes
from shelter_geo.inputs import Study, bundled_study, load_study
from shelter_geo.publish.study.scenario_outputs import write_scenarios
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import SlowRoads
from shelter_geo.scenarios import (
    EvaluatedPlans,
    KeptCosts,
    Plan,
    apply_plan,
    evaluate,
    evaluate_plans,
    kept_costs,
    read_plan,
    read_plans,
    today_first,
)
from shelter_geo.scenarios.kept_tables import KeptTables, study_hash
from shelter_geo.scenarios.road_use import centres, engine, joiner

HEAD = '[scenario]\nid = "p"\nname = "A plan"\n'
LANKARAN = '[[open]]\nsettlement_id = "gn-147622"\nplaces = 20\n'
WINTER = '[[road]]\nkind = "slow"\nfactor = 1.25\n'


def plan(folder: Path, body: str) -> Plan:
    path = folder / "p.toml"
    path.write_text(HEAD + body, encoding="utf-8")
    return read_plan(path)


def today() -> Plan:
    return read_plan(bundled_study().parent / "scenarios" / "today.toml")


def both(study: Study, other: Plan, kept: KeptCosts | None) -> EvaluatedPlans:
    return evaluate_plans(study, [today(), other], kept=kept)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.mark.parametrize("body", ["", LANKARAN, WINTER])
def test_kept_costs_are_those_computed_directly(
    study: Study, tmp_path: Path, cache: Path, body: str
) -> None:
    changed = apply_plan(study, plan(tmp_path, body))
    roads = {"snapping": joiner(changed), "engine": engine(changed)}
    direct = cost_matrix(changed.network, centres(changed), changed.shelters, **roads)
    for _ in range(2):  # computed, then read back
        found = evaluate(changed, kept=KeptCosts(cache))
        assert np.array_equal(found.district_costs.time_ms, direct.time_ms)
        assert np.array_equal(found.district_costs.length_cm, direct.length_cm)
        assert found.district_costs.reason.tolist() == direct.reason.tolist()
        chosen = found.districts.loc[found.districts["reachable"], "nearest_shelter_id"]
        lines = routes(changed.network, centres(changed), changed.shelters, chosen, **roads)
        pd.testing.assert_frame_equal(found.routes, lines)


def test_outputs_are_the_same_bytes_with_and_without(
    study: Study, tmp_path: Path, cache: Path
) -> None:
    other = plan(tmp_path, LANKARAN)
    stores = {"without": None, "cold": KeptCosts(cache), "warm": KeptCosts(cache)}
    written = {}
    for name, kept in stores.items():
        write_scenarios(both(study, other, kept), tmp_path / name, lang="en")
        written[name] = contents(tmp_path / name)
    assert stores["cold"].computed > 0
    assert stores["cold"].tables.computed == ["evaluation", "evaluation", "figures", "figures"]
    assert stores["warm"].computed == 0
    assert stores["warm"].tables.computed == []
    assert written["without"] == written["cold"] == written["warm"]


@pytest.mark.parametrize(
    ("body", "computed"),
    [
        ('[[resize]]\nshelter_id = "ganja"\nplaces = 60\n', 0),
        ("[demand]\nstay_days = 30\n", 0),
        ("[time_factor]\nbus = 2\n", 0),
        (LANKARAN, 3),  # one column for each kind of point, and the routes
        (WINTER, 5),  # two towns for each kind of point, and the routes
    ],
)
def test_only_what_a_plan_touches_is_computed(
    study: Study, tmp_path: Path, cache: Path, body: str, computed: int
) -> None:
    evaluate(study, kept=KeptCosts(cache))
    kept = KeptCosts(cache)
    both(study, plan(tmp_path, body), kept)
    assert kept.computed == computed


def frames(found: EvaluatedPlans) -> dict[str, pd.DataFrame]:
    """All tables of plans and of their comparison."""
    told = {
        f"{key} {name}": value
        for key, evaluation in found.evaluations.items()
        for name, value in vars(evaluation).items()
        if isinstance(value, pd.DataFrame)
    }
    for key, evaluation in found.evaluations.items():
        told |= {
            f"{key} {kind} costs": costs.to_frame().assign(reason=next(iter(costs.reason)))
            for kind, costs in (
                ("district", evaluation.district_costs),
                ("settlement", evaluation.settlement_costs),
            )
        }
    return told | vars(found.comparison)


@pytest.fixture(scope="module")
def bundled(study: Study) -> tuple[list[Plan], EvaluatedPlans]:
    """Every bundled plan, computed with nothing kept."""
    assert study.scenarios is not None
    plans = today_first(read_plans(study.scenarios))
    return plans, evaluate_plans(study, plans)


def test_changing_one_plan_computes_that_plan_alone(
    study: Study, tmp_path: Path, cache: Path, bundled: tuple[list[Plan], EvaluatedPlans]
) -> None:
    plans, direct = bundled
    first, again, third = (KeptCosts(cache) for _ in range(3))
    evaluate_plans(study, plans, kept=first)
    assert sorted(first.tables.computed) == ["evaluation"] * 8 + ["figures"] * 8

    read = evaluate_plans(study, plans, kept=again)
    assert again.tables.computed == []
    assert again.computed == 0
    told = frames(read)
    for name, table in frames(direct).items():
        pd.testing.assert_frame_equal(told[name], table, check_exact=True, obj=name)
        assert type(told[name]) is type(table), name

    changed = plans[2].model_copy(update={"open": plan(tmp_path, LANKARAN).open})
    found = evaluate_plans(study, [*plans[:2], changed, *plans[3:]], kept=third)
    assert third.tables.computed == ["evaluation", "figures"]
    scratch = evaluate(apply_plan(study, changed))
    of_the_plan = found.evaluations[changed.scenario.id]
    pd.testing.assert_frame_equal(of_the_plan.districts, scratch.districts, check_exact=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda study: {"settlements": study.settlements.assign(population=1)},
        lambda study: {"shelters": study.shelters.assign(places=1)},
        lambda study: {"districts": study.districts.assign(women=1)},
        lambda study: {"centres": study.centres.translate(0.01)},
        lambda study: {"network": apply_changes(study.network, [SlowRoads(factor=1.01)])},
        lambda study: {"roads_before": study.network},
        lambda study: {"standards": study.standards.assign(value="2")},
        lambda study: {"settings": study.settings.model_copy(update={"assumptions": ()})},
    ],
    ids=lambda change: None,
)
def test_whatever_is_computed_from_changes_the_hash(
    study: Study, change: Callable[[Study], dict[str, Any]]
) -> None:
    other = replace(study, **change(study))
    assert study_hash(other) != study_hash(study)
    assert study_hash(replace(study)) == study_hash(study)


def test_code_that_computes_changes_the_hash(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = study_hash(study)
    monkeypatch.setattr("shelter_geo.scenarios.kept_tables.code_hash", lambda: "another line")
    assert study_hash(replace(study)) != before


def test_only_this_user_may_read_what_is_kept(study: Study, cache: Path) -> None:
    evaluate(study, kept=KeptCosts(cache))
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()} == {0o600}


def test_no_more_files_stay_than_are_allowed(
    study: Study, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shelter_geo.scenarios.kept_tables.MOST", 2)
    kept = KeptTables(cache)
    for size in (1, 2, 3):
        other = replace(study, shelters=study.shelters.assign(places=size))
        table = pd.DataFrame({"size": [size]})
        kept.of("sizes", other, lambda table=table: {"one": table})
    assert len(list(cache.iterdir())) == 2


def test_columns_that_would_not_come_back_alike_are_not_kept(study: Study, cache: Path) -> None:
    mixed = pd.DataFrame({"a": [1, "x", None]}, dtype=object)
    for _ in range(2):
        found = KeptTables(cache).of("mixed", study, lambda: {"one": mixed})
        assert found["one"] is mixed


@pytest.mark.parametrize("harm", ["cut", "nothing", "rubbish", "swapped"])
def test_a_broken_entry_is_computed_anew(study: Study, cache: Path, harm: str) -> None:
    first = evaluate(study, kept=KeptCosts(cache))
    files = sorted(cache.iterdir())
    kept_bytes = [path.read_bytes() for path in files]
    for path, raw in zip(files, kept_bytes, strict=True):
        bad = {"cut": raw[: len(raw) // 2], "nothing": b"", "rubbish": b"\x00" * 500}
        path.write_bytes(bad.get(harm, kept_bytes[files.index(path) - 1]))
    again = KeptCosts(cache)
    second = evaluate(study, kept=again)
    assert again.computed + len(again.tables.computed) == len(files)
    assert np.array_equal(first.settlement_costs.time_ms, second.settlement_costs.time_ms)
    pd.testing.assert_frame_equal(first.routes, second.routes)
    assert [path.read_bytes() for path in sorted(cache.iterdir())] == kept_bytes


def test_an_entry_of_other_arrays_is_not_believed(study: Study, cache: Path) -> None:
    evaluate(study, kept=KeptCosts(cache))
    next(cache.glob("evaluation-*")).unlink()
    for path in cache.iterdir():
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        arrays = {
            name: values if values.ndim == 0 else values[:-1] for name, values in arrays.items()
        }
        np.savez(path, **arrays)
    again = KeptCosts(cache)
    evaluate(study, kept=again)
    # All columns are too short; the routes may be of any number.
    assert again.computed == 4


def test_hidden_points_leave_no_trace(tmp_path: Path) -> None:
    """Moving a shelter's hidden point within its settlement changes no entry, not even its name."""
    traces = []
    for place, (lat, lon) in enumerate([(40.681234, 46.361234), (40.678765, 46.358765)]):
        copy = copy_study(tmp_path / f"study{place}")
        copy.write(PRIVATE, f"shelter_id,lat,lon\nganja,{lat},{lon}\n")
        kept = KeptCosts(tmp_path / f"cache{place}")
        evaluate(load_study(copy.file), kept=kept)
        traces.append(contents(tmp_path / f"cache{place}"))
        for raw in traces[-1].values():
            assert np.float64(lat).tobytes() not in raw
            assert np.float64(lon).tobytes() not in raw
    assert traces[0] == traces[1]


def test_nothing_half_written_stays(study: Study, cache: Path) -> None:
    evaluate(study, kept=KeptCosts(cache))
    assert {path.suffix for path in cache.iterdir()} == {".npz", ".zip"}


def test_a_folder_that_cannot_be_written_is_passed_over(
    study: Study, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = evaluate(study, kept=KeptCosts(blocked))
    assert found.districts["reachable"].any()
    assert "cannot keep road costs" in caplog.text
    assert "cannot keep results" in caplog.text


def test_without_disk_nothing_is_kept() -> None:
    kept = kept_costs(use_disk=False)
    assert kept.folder is None
    assert kept.tables.folder is None
