"""What validate lets pass runs to the end: mutations of studies, and faults of a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.mutations import mutate
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy, copy_study

from shelter_geo.analysis import (
    ReadyStudy,
    capacity_results,
    evaluate,
    evaluate_plans,
    load_ready,
    site_options,
    today_first,
)
from shelter_geo.analysis.siting_question import site_question
from shelter_geo.errors import StudyError, TableError
from shelter_geo.publish import study_planner

MUTATIONS = int(os.environ.get("SHELTER_GEO_MUTATIONS", "12"))
"""Seeds of mutations that are tried; `make mutations` tries many more."""
TODAY = '[scenario]\nid = "today"\nname = "Today"\n'
TWO = """\
[scenario]
id = "two"
name = "Two"

[[open]]
settlement_id = "s1"
places = 20

[[road]]
kind = "slow"
factor = 2.0

[time_factor]
snow = 1.5

[demand]
stay_days = 30
"""


def planned(folder: Path) -> StudyCopy:
    study = small_study(folder)
    study.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "plans"\n')
    study.write("plans/today.toml", TODAY)
    study.write("plans/two.toml", TWO)
    return study


def run(ready: ReadyStudy) -> None:
    """Take the steps of a run, a siting question, a comparison and the planner."""
    study = ready.study
    evaluation, options = evaluate(study), site_options(study)
    capacity_results(evaluation, cases=ready.cases)
    site_question(study, options).problem()
    plans = today_first(ready.plans)
    if len(plans) > 1:
        evaluate_plans(study, plans, today=evaluation)
    study_planner(evaluation, options, plans)


def outcomes(base: StudyCopy, folder: Path, seeds: range) -> Iterator[str]:
    """Try mutations; each either ends in faults, all with what to do, or runs to the end."""
    for seed in seeds:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base.folder, folder)
        said = mutate(StudyCopy(folder), seed)
        try:
            ready = load_ready(folder)
        except StudyError as error:
            bare = [fault for fault in error.faults if not fault.remedy]
            assert not bare, (seed, said, bare)
            yield "refused"
            continue
        try:
            run(ready)
        except Exception as error:
            raise AssertionError(f"mutation {seed} passes and does not run: {said}") from error
        yield "ran"


def test_a_mutated_study_is_refused_or_runs_to_the_end(tmp_path: Path) -> None:
    base = planned(tmp_path / "base")
    run(load_ready(base.folder))
    seen = list(outcomes(base, tmp_path / "mutated", range(MUTATIONS)))
    assert set(seen) == {"refused", "ran"}


@pytest.mark.skipif(MUTATIONS < 100, reason="only by make mutations")
def test_the_bundled_study_mutated_is_refused_or_runs_to_the_end(tmp_path: Path) -> None:
    seen = list(outcomes(copy_study(tmp_path / "base"), tmp_path / "mutated", range(MUTATIONS)))
    assert set(seen) == {"refused", "ran"}


def test_faults_of_tables_and_of_plans_are_named_together(tmp_path: Path) -> None:
    study = planned(tmp_path / "s")
    study.replace("districts.csv", "60000", "many")
    study.write("plans/bad.toml", "%%%%")
    with pytest.raises(TableError) as caught:
        load_ready(study.folder)
    assert [fault.file for fault in caught.value.faults] == ["districts.csv", "plans/bad.toml"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("plans/two.toml", '"s1"', '"s9"', "plans/two.toml, line 6, column settlement_id: there"),
        (
            "plans/two.toml",
            "snow = 1.5",
            "snow = 1e-9",
            "plans/two.toml, line 14: time_factor.snow",
        ),
        ("study.toml", "connector_kmh = 20.0", "connector_kmh = 1e-300", "roads.connector_kmh"),
        ("study.toml", "as_of = 2026-01-01", "as_of = 1026-01-01", "a day from 1950 to 2100"),
        ("districts.csv", ",Vale,", ",Total,", "what the sums of the whole study are called"),
        ("shelters.csv", ",12,", ",100001,", "is more than any shelter has"),
        ("settlements.csv", "s3,Quayside", "quayside-1,Quayside", "no settlement has this key"),
        ("links.csv", "62,55", "5000,4400", "and its ends are 56 km apart"),
    ],
)
def test_what_a_run_refuses_is_refused_before_it(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    study = planned(tmp_path / "s")
    study.replace(file, old, new)
    with pytest.raises(StudyError) as caught:
        load_ready(study.folder)
    assert said in str(caught.value)


def test_roads_that_no_settlement_joins_are_a_fault_of_their_file(tmp_path: Path) -> None:
    study = planned(tmp_path / "s")
    study.change("nodes.csv", lambda row: row.update(lon=str(float(row["lon"]) + 0.14)))
    with pytest.raises(TableError, match=r"no settlement lies within 10 km of a road") as caught:
        load_ready(study.folder)
    assert caught.value.faults[-1].file == "links.csv"


@pytest.mark.parametrize("joining", [True, False])
def test_one_settlement_that_joins_is_enough_also_in_the_last_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, joining: bool
) -> None:
    monkeypatch.setattr("shelter_geo.analysis.evaluation._AT_ONCE", 1)
    study = planned(tmp_path / "s")

    def east(row: dict[str, str]) -> None:
        row.update(lon=str(float(row["lon"]) + 0.14))

    study.change("nodes.csv", east)
    if joining:
        last = max(row["settlement_id"] for row in study.rows("settlements.csv"))
        study.change(
            "settlements.csv", lambda row: east(row) if row["settlement_id"] == last else None
        )
        assert load_ready(study.folder).study.settlements.index[-1] == last
    else:
        with pytest.raises(TableError, match=r"no settlement lies within 10 km of a road"):
            load_ready(study.folder)
