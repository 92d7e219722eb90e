"""Outputs that cannot be written, or whose run is killed: what stood there stays whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from helpers.kills import heeds_interrupts as heeds_interrupts
from helpers.small_study import small_study
from helpers.study_copy import contents

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.cli import main
from shelter_geo.errors import OutputError
from shelter_geo.publish.files.package import outdated
from shelter_geo.publish.files.staging import JOURNAL, MARK, staged
from shelter_geo.publish.files.tables import INDEXED_FROM, write_geopackage
from shelter_geo.publish.outputs import write_outputs
from shelter_geo.study.load import load_study

OLD = {"a.csv": b"old a", "maps/b.html": b"old b", "notes.txt": b"mine"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder in which an earlier run left two outputs and a reader left notes."""
    folder = tmp_path / "out"
    for name, raw in OLD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


def write_new(stage: Path) -> None:
    (stage / "maps").mkdir()
    (stage / "a.csv").write_bytes(b"new a")
    (stage / "maps" / "b.html").write_bytes(b"new b")
    (stage / "maps" / "c.html").write_bytes(b"new c")


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: what a disk does when it is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# ------------------------------------------------------------------------------- the folder


def test_files_are_moved_when_all_are_written_and_others_stay(out: Path) -> None:
    with staged(out) as stage:
        write_new(stage)
        assert {name: (out / name).read_bytes() for name in OLD} == OLD
    new = {"a.csv": b"new a", "maps/b.html": b"new b", "maps/c.html": b"new c"}
    assert contents(out) == OLD | new
    assert not list(out.glob(".*"))


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    out = tmp_path / "çıxış qovluğu" / "2 %41?#"
    with staged(out) as stage:
        write_new(stage)
    assert len(contents(out)) == 3


@pytest.mark.parametrize("fault", [ValueError("x"), KeyboardInterrupt(), OutputError("x")])
def test_a_run_that_fails_changes_nothing(out: Path, fault: BaseException) -> None:
    def fail(stage: Path) -> None:
        write_new(stage)
        raise fault

    with pytest.raises(type(fault)), staged(out) as stage:
        fail(stage)
    assert contents(out) == OLD


def test_a_file_where_the_folder_must_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"precious")
    for folder in (file, file / "below", file / "far" / "below"):
        said = "is a file, and the outputs need a folder"
        with pytest.raises(OutputError, match=said), staged(folder):
            pass
    assert file.read_bytes() == b"precious"


def test_a_folder_that_the_system_closes() -> None:
    said = r"could not be written.*What stood there is untouched"
    with pytest.raises(OutputError, match=said), staged(Path("/proc/shelters")):
        pass


def test_a_folder_in_the_place_of_an_output(out: Path) -> None:
    (out / "maps" / "c.html").mkdir()
    (out / "maps" / "c.html" / "mine").write_bytes(b"kept")
    before = contents(out)
    said = r"c\.html: this is a folder, and an output has its name"
    with pytest.raises(OutputError, match=said), staged(out) as stage:
        write_new(stage)
    assert contents(out) == before


def test_a_file_in_the_place_of_a_subfolder(out: Path) -> None:
    shutil.rmtree(out / "maps")
    (out / "maps").write_bytes(b"kept")
    before = contents(out)
    with pytest.raises(OutputError, match=r"File exists \(maps\)"), staged(out) as stage:
        write_new(stage)
    assert contents(out) == before


def test_files_already_replaced_are_put_back(out: Path, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system, onto which no file can be moved")
    far = elsewhere / f"shelter-geo-test-{os.getpid()}"
    shutil.copytree(out / "maps", far)
    try:
        shutil.rmtree(out / "maps")
        (out / "maps").symlink_to(far)
        said = "What stood there is untouched"
        with pytest.raises(OutputError, match=said), staged(out) as stage:
            write_new(stage)
        assert {name: (out / name).read_bytes() for name in OLD} == OLD
        assert not (out / "maps" / "c.html").exists()
    finally:
        shutil.rmtree(far)


# ----------------------------------------------------------------- what is made no longer


def packed(folder: Path, files: dict[str, bytes], **told: str) -> None:
    """Leave files and a package that lists them, as a run does; some told with another hash."""
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()} | told
    listed = [{"path": name, "hash": f"sha256:{value}"} for name, value in hashes.items()]
    (folder / "datapackage.json").write_text(json.dumps({"resources": listed}))


def test_what_a_run_no_longer_makes_goes_and_what_readers_changed_stays(out: Path) -> None:
    packed(out, {"a.csv": b"old a", "plans/x/x.csv": b"old x", "plans/y/y.csv": b"old y"})
    (out / "plans/y/y.csv").write_bytes(b"edited")
    (out / "plans/x/mine.txt").write_bytes(b"mine")
    packed(out / "maps", {"d.html": b"another package"})
    with staged(out, outdated=outdated) as stage:
        packed(stage, {"a.csv": b"new a"})
        assert (out / "plans/x/x.csv").exists()
    left = set(contents(out))
    assert left >= {"a.csv", "maps/b.html", "notes.txt", "plans/y/y.csv", "plans/x/mine.txt"}
    assert "maps/d.html" in left
    assert "plans/x/x.csv" not in left


def test_a_folder_that_empties_goes(out: Path) -> None:
    packed(out, {"plans/x/deep/x.csv": b"old x"})
    with staged(out, outdated=outdated) as stage:
        packed(stage, {"a.csv": b"new a"})
    assert not (out / "plans").exists()


def test_a_run_that_fails_takes_nothing_away(out: Path) -> None:
    packed(out, {"x.csv": b"old x"})
    before = contents(out)

    def fail(stage: Path) -> None:
        packed(stage, {"a.csv": b"new a"})
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"), staged(out, outdated=outdated) as stage:
        fail(stage)
    assert contents(out) == before


def test_an_input_in_the_folder_of_outputs_is_never_taken_away(out: Path) -> None:
    packed(out, {"x.csv": b"used now"})
    keep = {hashlib.sha256(b"used now").hexdigest()}
    with staged(out, keep=keep, outdated=outdated) as stage:
        packed(stage, {"a.csv": b"new a"})
    assert (out / "x.csv").read_bytes() == b"used now"


@pytest.mark.parametrize("path", ["../far.csv", "ABSOLUTE", "link.csv", "up/far.csv", "."])
def test_a_package_leads_to_no_file_elsewhere(out: Path, path: str) -> None:
    far = out.parent / "far.csv"
    far.write_bytes(b"far")
    (out / "link.csv").symlink_to(far)
    (out / "up").symlink_to(out.parent)
    named = str(far) if path == "ABSOLUTE" else path
    packed(out, {}, **{named: hashlib.sha256(b"far").hexdigest()})
    with staged(out, outdated=outdated) as stage:
        packed(stage, {"a.csv": b"new a"})
    assert far.read_bytes() == b"far"
    assert (out / "link.csv").is_symlink()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"resources": [1]}', '{"resources": 7}', "\0"])
def test_a_package_that_cannot_be_read_takes_nothing_away(out: Path, text: str) -> None:
    (out / "datapackage.json").write_text(text)
    with staged(out, outdated=outdated) as stage:
        packed(stage, {"a.csv": b"new a"})
    assert (out / "maps/b.html").read_bytes() == b"old b"


def test_inputs_are_never_replaced(evaluation: Evaluation, tmp_path: Path) -> None:
    out = tmp_path / "study"
    out.mkdir()
    package = Path(__file__).parents[2] / "data" / "datapackage.json"
    shutil.copy(package, out)
    before = contents(out)
    with pytest.raises(OutputError, match=r"datapackage\.json: this is an input of the study"):
        write_outputs(evaluation, out)
    assert contents(out) == before


# -------------------------------------------------------------------------------- two runs


WRITER = """
import sys
from pathlib import Path
from shelter_geo.publish.files.package import outdated
from shelter_geo.publish.files.staging import staged
with staged(Path(sys.argv[1])) as stage:
    (stage / "a.csv").write_bytes(b"half of it")
    print("writing", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def writing(out: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run of its own that waits in the middle of writing."""
    command = [sys.executable, "-c", WRITER, str(out)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_a_killed_run_leaves_the_old_outputs_and_the_next_one_sweeps(out: Path) -> None:
    with writing(out) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    left = list(out.glob(f"{MARK}*"))
    assert len(left) == 1
    assert {name: (out / name).read_bytes() for name in OLD} == OLD
    with staged(out) as stage:
        assert not left[0].exists()
        write_new(stage)
    assert (out / "a.csv").read_bytes() == b"new a"
    assert not list(out.glob(".*"))


def test_a_second_run_is_told_of_the_first_and_does_it_no_harm(out: Path) -> None:
    with writing(out) as process:
        said = "another run is writing into this folder"
        with pytest.raises(OutputError, match=said), staged(out) as stage:
            write_new(stage)
        assert {name: (out / name).read_bytes() for name in OLD} == OLD
        _, said = process.communicate("go on\n")
        assert (process.returncode, said) == (0, "")
    assert (out / "a.csv").read_bytes() == b"half of it"
    with staged(out) as stage:
        write_new(stage)


def test_other_hidden_folders_are_left_alone(out: Path) -> None:
    (out / ".git").mkdir()
    (out / ".1-x.partial").mkdir()
    with staged(out) as stage:
        write_new(stage)
    assert (out / ".git").is_dir()
    assert (out / ".1-x.partial").is_dir()


# ---------------------------------------------------------------- kills and interruptions

KILLS = int(os.environ.get("SHELTER_GEO_KILLS", "12"))
"""Runs that are killed; `make kills` tries 200."""


def test_a_kill_at_any_moment_leaves_one_set_of_outputs_to_the_next_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "helpers.kills", str(tmp_path), str(KILLS)]
    paths = os.pathsep.join(["tests", *sys.path])
    made = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    counts = json.loads(made.stdout)
    sys.stdout.write(f"{counts}\n")
    assert counts["rounds"] == KILLS == counts["old"] + counts["new"]
    assert counts["mixed"] == counts["left"] == 0


@pytest.mark.parametrize(
    ("fault", "kill"), [(None, 0), (None, 1), (None, 2), (1, 3), (2, 4), (2, 5)]
)
def test_a_journal_is_completed_or_taken_back_and_told_of(
    out: Path,
    fault: int | None,
    kill: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A step of the move fails, or none, and a later step is the last one: nothing cleans up."""
    step, steps = Path.replace, iter(range(100))

    def count(self: Path, target: Path) -> Path:
        number = -1 if self.suffix == ".part" else next(steps)
        if number == fault:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if number >= kill:
            raise SystemExit(9)
        return step(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", count)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(SystemExit), staged(out) as stage:
            write_new(stage)
    assert len(list(out.glob(f"{MARK}*/{JOURNAL}"))) == 1
    with staged(out):
        pass
    new = {"a.csv": b"new a", "maps/b.html": b"new b", "maps/c.html": b"new c"}
    assert contents(out) == (OLD | new if fault is None else OLD)
    said = "the move is completed now" if fault is None else "those that stood there before it"
    assert said in caplog.text
    assert not list(out.glob(".*"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"targets": ["../far"], "moved": 0, "old": [true], "back": false}']
)
def test_a_journal_that_makes_no_sense_is_swept(out: Path, text: str) -> None:
    far = out.parent / "far"
    far.write_bytes(b"far")
    left = out / f"{MARK}x"
    left.mkdir()
    (left / JOURNAL).write_text(text)
    with staged(out):
        pass
    assert contents(out) == OLD
    assert far.read_bytes() == b"far"
    assert not left.exists()


@pytest.mark.parametrize("second", [KeyboardInterrupt(), OSError(errno.EIO, "broken")])
def test_a_second_stop_in_the_taking_back_leaves_it_to_the_next_run(
    out: Path,
    second: BaseException,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Two files are in place when the first comes, and one is taken back when the second does."""
    step, steps = Path.replace, iter(range(100))

    def stop(self: Path, target: Path) -> Path:
        number = -1 if self.suffix == ".part" else next(steps)
        if number == 2:
            raise KeyboardInterrupt
        if number == 5:  # the fourth turns the journal round
            raise second
        return step(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises((KeyboardInterrupt, OutputError)) as caught, staged(out) as stage:
            write_new(stage)
    assert ("side by side" in str(caught.value)) is isinstance(second, OSError)
    assert contents(out) != OLD
    with staged(out):
        pass
    assert contents(out) == OLD
    assert "those that stood there before it" in caplog.text


def test_a_second_signal_disturbs_no_taking_back_unless_the_first_was_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = iter([10.0, 11.5, 13.5, 13.5])  # seconds: the first, one soon after, one later
    monkeypatch.setattr(main, "_stops", [])
    monkeypatch.setattr(main.time, "monotonic", lambda: next(at))
    with pytest.raises(KeyboardInterrupt):
        main._stop(signal.SIGINT, None)
    main._stop(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        main._stop(signal.SIGTERM, None)
    assert [code for code, _ in main._stops] == [130, 143]


@pytest.mark.usefixtures("heeds_interrupts")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_stopped_says_that_the_old_outputs_stand(
    out: Path, tmp_path: Path, number: signal.Signals
) -> None:
    study, left = small_study(tmp_path / "study"), tmp_path / "left"
    left.mkdir()
    command = [sys.executable, "-m", "shelter_geo", "run", str(study.file), "--out", str(out)]
    closed = {"HOME": "/nowhere", "TMPDIR": str(left)}
    with subprocess.Popen(
        command, text=True, stderr=subprocess.PIPE, env=os.environ | closed
    ) as process:
        while process.poll() is None and not list(out.glob(f"{MARK}*/*")):
            os.sched_yield()
        process.send_signal(number)
        _, said = process.communicate(timeout=600)
    assert process.returncode == 128 + number
    assert said.splitlines()[-1] == (
        "shelter-geo: stopped; no output was changed, and what stood there stands."
    )
    assert contents(out) == OLD
    assert not list(out.glob(".*"))
    assert not list(left.glob("*"))


def test_a_run_that_puts_nothing_in_place_leaves_no_folder(tmp_path: Path) -> None:
    with staged(tmp_path / "new" / "folder"):
        pass
    assert not (tmp_path / "new").exists()
    with pytest.raises(ValueError, match="x"), staged(tmp_path / "new" / "folder"):
        raise ValueError("x")
    assert not (tmp_path / "new").exists()


def test_an_output_folder_that_is_a_link(out: Path) -> None:
    link = out.parent / "link"
    link.symlink_to(out)
    with staged(link) as stage:
        write_new(stage)
    assert link.is_symlink()
    assert (out / "a.csv").read_bytes() == b"new a"
    lost = out.parent / "lost"
    lost.symlink_to(out.parent / "nowhere")
    with pytest.raises(OutputError, match="this link leads to a folder"), staged(lost):
        pass
    assert lost.is_symlink()


def test_a_clock_set_back_changes_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in out.rglob("*"):
        os.utime(file, (4e9, 4e9))
    monkeypatch.setattr("time.time", lambda: 0.0)
    with staged(out) as stage:
        write_new(stage)
    assert (out / "a.csv").read_bytes() == b"new a"


def test_a_folder_that_is_closed_to_its_user(out: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is closed to this user; a closed system folder is tried above")
    before = contents(out)
    out.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="What stood there is untouched"), staged(out):
            pass
    finally:
        out.chmod(0o700)
    assert contents(out) == before


# ----------------------------------------------------------------------------- a full disk


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(load_study(small_study(tmp_path_factory.mktemp("small") / "study").file))


@pytest.fixture(scope="module")
def whole(small: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("full") / "out"
    write_outputs(small, out)
    return out


@pytest.mark.parametrize(
    "file",
    [
        "access_by_settlement.csv",
        "cost_matrix.parquet",
        "study.gpkg",
        "maps/access.html",
        "figures/access_map.png",
        "figures/access_map.svg",
        "datapackage.json",
    ],
)
def test_a_disk_that_is_full_too_early_for_a_file_leaves_the_old_outputs(
    small: Evaluation, whole: Path, file: str
) -> None:
    before = contents(whole)
    with largest_file(len(before[file]) - 1), pytest.raises(OutputError) as caught:
        write_outputs(small, whole)
    assert contents(whole) == before
    assert "could not be written" in str(caught.value)
    assert "Free some room" in str(caught.value)
    assert not list(whole.glob(".*"))


def test_a_geopackage_cut_short_at_any_page_is_refused(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    points = evaluation.settlements[["settlement_id", "geometry"]].head(40)
    day = evaluation.study.settings.study.as_of

    def write(path: Path) -> None:
        write_geopackage({"first": points, "second": points}, path, as_of=day)

    good = tmp_path / "good.gpkg"
    write(good)
    raw = good.read_bytes()
    assert len(gpd.read_file(good, layer="second")) == 40
    for pages in range(1, len(raw) // 4096):
        path = tmp_path / f"{pages}.gpkg"
        with largest_file(4096 * pages), pytest.raises(OutputError, match="could not be written"):
            write(path)
    with largest_file(len(raw)):
        write(tmp_path / "last.gpkg")
    assert (tmp_path / "last.gpkg").read_bytes() == raw


def test_a_layer_of_many_rows_has_a_spatial_index(evaluation: Evaluation, tmp_path: Path) -> None:
    points = evaluation.settlements[["settlement_id", "geometry"]]
    many = points.iloc[np.arange(INDEXED_FROM) % len(points)]
    day = evaluation.study.settings.study.as_of
    layers = {"many": many, "few": many.head(INDEXED_FROM - 1)}
    write_geopackage(layers, tmp_path / "x.gpkg", as_of=day)
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as base:
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
        rows = base.execute("SELECT count(*) FROM rtree_many_geom").fetchone()
    assert rows == (INDEXED_FROM,)
    assert "rtree_few_geom" not in tables


def test_a_path_that_would_be_taken_for_an_address(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = {"points": evaluation.settlements[["settlement_id", "geometry"]].head(2)}
    day = evaluation.study.settings.study.as_of
    folder = tmp_path / "a;b?c"
    folder.mkdir()
    with pytest.raises(OutputError, match="reads like an address"):
        write_geopackage(points, folder / "x.gpkg", as_of=day)
    monkeypatch.chdir(tmp_path)
    Path("az:box").mkdir()
    write_geopackage(points, Path("az:box/x.gpkg"), as_of=day)
    assert len(gpd.read_file(tmp_path / "az:box" / "x.gpkg")) == 2


def test_a_file_system_without_room(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "shelter-geo-test", str(small)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        (small / "a.csv").write_bytes(b"old a")
        with pytest.raises(OutputError, match=os.strerror(errno.ENOSPC)), staged(small) as stage:
            (stage / "a.csv").write_bytes(b"x" * 200_000)
        assert contents(small) == {"a.csv": b"old a"}
    finally:
        subprocess.run(["umount", str(small)], check=True)
