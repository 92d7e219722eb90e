"""Commands on workers: the same bytes as alone, for everything that is shared out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.small_study import small_study
from typer.testing import CliRunner

from shelter_geo.cli.main import app

distributed = pytest.importorskip("distributed")

TODAY = '[scenario]\nid = "today"\nname = "Today"\n'
SLOW = '[scenario]\nid = "slow"\nname = "Slow"\n[[road]]\nkind = "slow"\nfactor = 1.5\n'
OPEN = '[scenario]\nid = "open"\nname = "Open"\n[[open]]\nsettlement_id = "s1"\nplaces = 5\n'
MODELS = [("--model", "p-median"), ("--model", "mclp", "--within", "9km")]


def call(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    return done.output


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = small_study(tmp_path_factory.mktemp("study") / "small")
    study.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
    for name, text in (("today", TODAY), ("slow", SLOW), ("open", OPEN)):
        study.write(f"scenarios/{name}.toml", text)
    return study.folder


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone") / "small"
    call("run", folder, "--out", out)
    return out


def test_a_run_on_workers(folder: Path, alone: Path, scheduler: str, tmp_path: Path) -> None:
    call("run", folder, "--out", tmp_path / "out", "--scheduler", scheduler)
    assert contents(tmp_path / "out") == contents(alone)
    assert (alone / "scenarios" / "open").is_dir()


def test_a_batch_on_workers(folder: Path, alone: Path, scheduler: str, tmp_path: Path) -> None:
    said = call("batch", folder, "--out", tmp_path, "--scheduler", scheduler)
    assert "Computed: 1 of 1 studies" in said
    assert contents(tmp_path / folder.name) == contents(alone)


def test_a_comparison_on_workers(folder: Path, scheduler: str, tmp_path: Path) -> None:
    words = ("compare", "today", "slow", "open", "--study", folder)
    here = call(*words, "--out", tmp_path / "here")
    there = call(*words, "--out", tmp_path / "there", "--scheduler", scheduler)
    assert here.replace("here", "there") == there
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_scenarios_of_sites_on_workers(
    folder: Path, scheduler: str, model: tuple[str, ...]
) -> None:
    words = ("site", folder, "--new", 1, *model, "--robust")
    assert call(*words, "--scheduler", scheduler) == call(*words)


def test_a_site_without_scenarios_has_nothing_to_share_out(folder: Path) -> None:
    done = CliRunner().invoke(app, ["site", str(folder), "--new", "1", "--workers", "2"])
    assert done.exit_code == 2
    assert "--robust" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("compare", "a", "b"),
        ("site", "--new", "1", "--robust"),
        ("batch", "x", "--out", "y"),
        ("ensemble",),
    ],
    ids=lambda words: words[0],
)
def test_workers_or_a_scheduler(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--workers", "1", "--scheduler", "tcp://x:1"])
    assert done.exit_code == 2
    assert "not both" in done.output
