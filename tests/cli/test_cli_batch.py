"""Many studies in one go: one that fails stops no other."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from helpers.small_study import small_study
from typer.testing import CliRunner, Result

from shelter_geo.cli.main import app


def batch(*words: object) -> Result:
    return CliRunner().invoke(app, ["batch", *map(str, words)], catch_exceptions=False)


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "batch.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two studies that run, one of bad data between them, and one that is not there."""
    base = tmp_path_factory.mktemp("many")
    first, bad, last = (small_study(base / name) for name in ("first", "bad", "last"))
    bad.write("districts.csv", bad.text("districts.csv").replace("60000", "many", 1))
    return [first.folder, bad.file, last.file, base / "nowhere"]


@pytest.fixture(scope="module")
def out(studies: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    (folder / "bad").mkdir()
    (folder / "bad" / "planner.html").write_text("old", encoding="utf-8")
    done = batch(*studies, "--out", folder)
    assert done.exit_code == 1
    assert "Computed: 2 of 4 studies" in done.output
    assert "bad: refused: " in done.output
    return folder


def test_each_study_has_an_outcome_in_the_order_given(out: Path) -> None:
    table = rows(out)
    assert [(row["study"], row["outcome"]) for row in table] == [
        ("first", "done"),
        ("bad", "refused"),
        ("last", "done"),
        ("nowhere", "refused"),
    ]
    assert [bool(row["message"]) for row in table] == [False, True, False, True]
    assert not table[1]["message"].startswith("shelter-geo:")


def test_outputs_are_whole_or_those_of_before(out: Path) -> None:
    assert contents(out / "bad") == {"planner.html": b"old"}
    assert not (out / "nowhere").exists()
    assert (out / "first" / "datapackage.json").is_file()


def test_outputs_are_those_of_a_run_and_the_same_with_two_at_once(
    studies: list[Path], out: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    done = CliRunner().invoke(app, ["run", str(studies[0]), "--out", str(alone)])
    assert done.exit_code == 0, done.output
    assert contents(alone) == contents(out / "first")
    batch(*studies, "--out", tmp_path / "two", "--workers", 2)
    for name in ("first", "last", "batch.csv"):
        here, there = tmp_path / "two" / name, out / name
        if here.is_dir():
            assert contents(here) == contents(there)
        else:
            assert here.read_bytes() == there.read_bytes()


def test_two_studies_of_one_name_are_refused_before_the_work(
    studies: list[Path], tmp_path: Path
) -> None:
    done = batch(studies[0], studies[0], "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "first" in done.output
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_ended_from_outside_is_told_and_the_others_go_on(
    studies: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stand-in for the program that ends itself as the system does.
    stub = tmp_path / "site" / "shelter_geo"
    stub.mkdir(parents=True)
    (stub / "__init__.py").touch()
    (stub / "__main__.py").write_text("import os; os.abort()\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(stub.parent))
    done = batch(studies[0], studies[2], "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert [row["outcome"] for row in rows(tmp_path / "out")] == ["stopped", "stopped"]
    assert "ended from outside" in rows(tmp_path / "out")[0]["message"]
