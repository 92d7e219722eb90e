"""Ensembles by command: the same bytes alone, on workers and after a stop."""

from __future__ import annotations

import csv
import errno
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from helpers.small_study import small_study
from typer.testing import CliRunner, Result

from shelter_geo.cli.main import app

DRAWS = ("--draws", "12", "--new", "2")


def ensemble(*words: object) -> Result:
    return CliRunner().invoke(app, ["ensemble", *map(str, words)])


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_study(tmp_path_factory.mktemp("study")).folder


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone")
    done = ensemble(folder, "--out", out, *DRAWS)
    assert done.exit_code == 0, done.output
    assert "Drawn: 12 times, seed 1 (spreads are assumed)" in done.output
    return out


def test_the_tables_hold_the_study_as_given_between_its_ranges(alone: Path):
    with (alone / "ensemble.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["metric"], row["key"]): row for row in csv.DictReader(file)}
    upper = rows["travel_min", "upper"]
    assert upper["as_given"] == "91.000"
    assert 91 / 1.4 <= float(upper["low_5"]) < float(upper["median"]) < float(upper["high_95"])
    # Roads that are slower are not longer, and no draw closed one of the two.
    assert rows["distance_km", "upper"]["low_5"] == rows["distance_km", "upper"]["high_95"]
    with (alone / "ensemble_sites.csv").open(encoding="utf-8-sig", newline="") as file:
        sites = list(csv.DictReader(file))
    for count in ("1", "2"):
        shares = sum(float(row["share"]) for row in sites if row["new_sites"] == count)
        assert shares == pytest.approx(int(count), abs=0.002)


def test_two_workers_give_the_same_bytes(folder: Path, alone: Path, tmp_path: Path):
    done = ensemble(folder, "--out", tmp_path / "two", *DRAWS, "--workers", "2")
    assert done.exit_code == 0, done.output
    assert contents(tmp_path / "two") == contents(alone)


def test_a_run_goes_on_where_it_was_stopped(
    folder: Path, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out, write, left = tmp_path / "out", pq.write_table, [2]

    def full(*args: Any, **options: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*args, **options)

    monkeypatch.setattr(pq, "write_table", full)
    stopped = ensemble(folder, "--out", out, *DRAWS)
    assert stopped.exit_code != 0
    assert "No space left on device" in str(stopped.exception)
    assert "run the same command again to go on" in str(stopped.exception)
    assert len(list((out / "draws").iterdir())) == 2
    assert not (out / "ensemble.csv").exists()
    monkeypatch.setattr(pq, "write_table", write)
    done = ensemble(folder, "--out", out, *DRAWS)
    assert "Blocks of draws that were there: 1 of 2" in done.output
    assert contents(out) == contents(alone)


def test_draws_of_something_else_are_not_taken_for_these(folder: Path, alone: Path, tmp_path: Path):
    out = tmp_path / "out"
    (out / "draws").mkdir(parents=True)
    about = (alone / "ensemble.json").read_text(encoding="utf-8")
    other = about.replace('"seed": 1', '"seed": 2')
    assert other != about
    (out / "ensemble.json").write_text(other, encoding="utf-8")
    for file in (alone / "draws").iterdir():
        (out / "draws" / file.name).write_bytes(b"draws of another seed")
    done = ensemble(folder, "--out", out, *DRAWS)
    assert "that were there" not in done.output
    assert contents(out) == contents(alone)
