"""Commands on workers: the same bytes as alone, for everything that is shared out."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from helpers.small_study import small_study
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.errors import ClusterError
from shelter_geo.publish.files import blocks

distributed = pytest.importorskip("distributed")

TODAY = '[scenario]\nid = "today"\nname = "Today"\n'
SLOW = '[scenario]\nid = "slow"\nname = "Slow"\n[[road]]\nkind = "slow"\nfactor = 1.5\n'
OPEN = '[scenario]\nid = "open"\nname = "Open"\n[[open]]\nsettlement_id = "s1"\nplaces = 5\n'
BLOCKS = ("--pairs", 6)
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


def pairs_of(folder: Path) -> dict[tuple[str, str], tuple[float, float]]:
    table = pq.read_table(folder / "costs").to_pylist()
    return {
        (row["origin_id"], row["facility_id"]): (row["distance_km"], row["travel_min"])
        for row in table
    }


@pytest.fixture(scope="module")
def costs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("costs")
    said = call("costs", "settlements", "settlements", "--study", folder, "--out", out, *BLOCKS)
    assert "Pairs: 3 x 3" in said
    return out


def test_costs_are_those_of_the_road_table(costs: Path) -> None:
    found = pairs_of(costs)
    assert found["s1", "s2"] == (62, 55)
    assert found["s1", "s3"] == found["s3", "s1"] == (110, 91)
    assert found["s2", "s2"] == (0, 0)
    assert sorted(file.name for file in (costs / "costs").iterdir()) == [
        "0000000-0000001.parquet",
        "0000002-0000002.parquet",
    ]


def test_costs_on_workers(folder: Path, costs: Path, scheduler: str, tmp_path: Path) -> None:
    words = ("costs", "settlements", "settlements", "--study", folder, "--out", tmp_path)
    call(*words, *BLOCKS, "--scheduler", scheduler)
    assert contents(tmp_path) == contents(costs)


def test_costs_that_were_stopped_go_on(
    folder: Path, costs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["costs", "settlements", "settlements", "--study", folder, "--out", tmp_path, *BLOCKS]
    write, left = Path.write_bytes, [1]

    def full(path: Path, data: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    stopped = CliRunner().invoke(app, [str(word) for word in words])
    assert "run the same command again to go on" in str(stopped.exception)
    assert len(list((tmp_path / "costs").iterdir())) == 1
    monkeypatch.setattr(Path, "write_bytes", write)
    assert "Blocks of costs that were there: 1 of 2" in call(*words)
    assert contents(tmp_path) == contents(costs)
    call(*words, "--by", "distance")  # another question: nothing of this one is taken for it
    assert contents(tmp_path) != contents(costs)


def test_costs_go_on_after_the_scheduler_went_away(
    folder: Path, costs: Path, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["costs", "settlements", "settlements", "--study", folder, "--out", tmp_path, *BLOCKS]
    put = blocks.put

    def away(path: Path, write: Callable[[Path], object]) -> None:
        put(path, write)
        raise ClusterError("the scheduler went away in the middle of the work")

    monkeypatch.setattr(blocks, "put", away)
    stopped = CliRunner().invoke(app, [*map(str, words), "--scheduler", scheduler])
    assert "went away" in str(stopped.exception)
    monkeypatch.setattr(blocks, "put", put)
    assert "that were there: 1 of 2" in call(*words, "--scheduler", scheduler)
    assert contents(tmp_path) == contents(costs)


def test_points_of_a_file_are_told_all_their_faults(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("id,lat,lon\na,40.25,-29.75\na,40.25,-29.25\n,40.75,-29.75\n", encoding="utf-8")
    words = ["costs", str(file), "shelters", "--study", str(folder), "--out", str(tmp_path / "o")]
    refused = CliRunner().invoke(app, words)
    assert str(refused.exception).count("is empty or stands twice") == 3
    file.write_text("id,lat,lon\na,40.25,-29.75\nb,40.25,-29.25\n", encoding="utf-8")
    call(*words)
    assert pairs_of(tmp_path / "o") == {
        ("a", "quayside-1"): (48, 36),
        ("b", "quayside-1"): (0, 0),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("settlements", "shelters", "--roads", "x"), "need --study"),
        (("a.csv", "b.csv", "--roads", "x", "--study", "y"), "not both"),
        (("a.csv", "b.csv", "--workers", "1", "--scheduler", "tcp://x:1"), "not both"),
    ],
)
def test_costs_refuse_what_does_not_go_together(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["costs", *words, "--out", "out"])
    assert done.exit_code == 2
    assert said in done.output
