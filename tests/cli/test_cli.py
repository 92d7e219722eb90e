"""The command line as its users meet it: words, exit codes, silence, and being stopped."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from helpers.kills import heeds_interrupts as heeds_interrupts
from helpers.small_study import small_study
from helpers.study_copy import (
    DISTRICTS,
    LINKS,
    SETTLEMENTS,
    SHELTERS,
    StudyCopy,
    contents,
    copy_study,
    keep_plans,
)

from shelter_geo import __version__
from shelter_geo.cli import main as cli
from shelter_geo.publish.files.staging import MARK

HEAVY = ("geopandas", "pandas", "numpy", "numba", "matplotlib", "folium", "shapely", "pyproj")
COMMAND = [sys.executable, "-m", "shelter_geo"]


def shelter_geo(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )


def in_this_process(
    monkeypatch: pytest.MonkeyPatch, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run the command line without starting Python and importing the library again."""
    said, complained = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["shelter-geo", *map(str, arguments)])
    with redirect_stdout(said), redirect_stderr(complained):
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
    return subprocess.CompletedProcess(sys.argv, code, said.getvalue(), complained.getvalue())


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return copy_study(tmp_path / "study")


def sentence(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """Return what a failed command said, having checked that it said it and no more."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


# ------------------------------------------------------------------------------ help and usage


def test_version() -> None:
    done = shelter_geo("--version")
    assert (done.returncode, done.stdout) == (0, f"shelter-geo {__version__}\n")


def test_the_installed_command_is_the_module() -> None:
    command = Path(sys.executable).with_name("shelter-geo")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"shelter-geo {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from shelter_geo.cli.main import main\n"
        f"sys.argv = ['shelter-geo', *{arguments}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout


def test_help_names_every_command() -> None:
    done = shelter_geo("--help")
    assert done.returncode == 0
    assert "run " in done.stdout
    assert "validate " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["walk"], "No such command 'walk'"),
        (["run", "--outt", "x"], "No such option: --outt"),
        (["run", "a", "b"], "unexpected extra argument"),
    ],
)
def test_bad_usage_ends_with_2(arguments: list[str], said: str) -> None:
    assert said in sentence(shelter_geo(*arguments), code=2)


@pytest.mark.parametrize("lang", ["tr", ""])
def test_a_language_that_is_not_there_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    done = in_this_process(monkeypatch, "run", "--lang", lang)
    assert "choose one of en, az, ru" in sentence(done, code=2)


# ---------------------------------------------------------------------------------- bad input


def test_ten_faults_in_four_tables_end_with_1_and_are_all_named(
    copy: StudyCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.set_cell(DISTRICTS, 5, "population", "-4")
    copy.set_cell(DISTRICTS, 9, "women", "12.5")
    copy.set_cell(DISTRICTS, 14, "lat", "40,5")
    lat, lon = copy.cell(SETTLEMENTS, 30, "lat"), copy.cell(SETTLEMENTS, 30, "lon")
    copy.set_cell(SETTLEMENTS, 30, "lat", lon)
    copy.set_cell(SETTLEMENTS, 30, "lon", lat)
    copy.set_cell(SETTLEMENTS, 40, "lat", "10.5")
    copy.set_cell(SETTLEMENTS, 60, "district_id", "AZ-NO")
    copy.set_cell(SHELTERS, 2, "places", "0")
    copy.set_cell(SHELTERS, 3, "settlement_id", "gn-1")
    copy.set_cell(LINKS, 7, "from_node", "nowhere")
    copy.set_cell(LINKS, 8, "km", "x")
    expected = [
        "districts.csv, row 5, column population: is not a whole number of 0 or more ('-4'). Write",
        "districts.csv, row 9, column women: is not a whole number of 0 or more ('12.5'). Write",
        "districts.csv, row 14, column lat: is not a number ('40,5'). Write it with a decimal",
        "links.csv, row 7, column from_node: no node has this key ('nowhere'). Use a key of the",
        "links.csv, row 8, column km: is not a number ('x'). Write it with a decimal point",
        "settlements.csv, row 30, column lat, lon: latitude and longitude are swapped ('",
        "settlements.csv, row 40, column lat, lon: the point lies outside the study's boundaries",
        "settlements.csv, row 60, column district_id: no district has this key ('AZ-NO'). Use a",
        "shelters.csv, row 2, column places: a shelter needs at least one place ('0'). Give its",
        "shelters.csv, row 3, column settlement_id: no settlement has this key ('gn-1'). Use a key",
    ]
    lines = sentence(in_this_process(monkeypatch, "validate", copy.folder)).splitlines()
    assert lines[0] == "shelter-geo: 10 faults in the study's files:"
    for line, start in zip(lines[1:], expected, strict=True):
        assert line.startswith(start)
        assert line.endswith(".")


def test_a_study_at_fault_ends_with_1_and_leaves_the_outputs_alone(
    copy: StudyCopy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "access_by_district.csv").write_bytes(b"old")
    copy.replace("study.toml", "farthest = 10", "fartest = 10")
    said = sentence(in_this_process(monkeypatch, "run", copy.file, "--out", out))
    line = copy.text("study.toml").splitlines().index("fartest = 10") + 1
    assert said == (
        f"shelter-geo: study.toml, line {line}: unknown key access.fartest. "
        'Did you mean "farthest"?\n'
    )
    assert contents(out) == {"access_by_district.csv": b"old"}


def test_a_closed_output_folder_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"precious")
    said = sentence(in_this_process(monkeypatch, "run", "--out", file / "below"))
    assert "is a file, and the outputs need a folder. Choose another with --out." in said
    assert file.read_bytes() == b"precious"


def test_words_that_cannot_be_told_end_with_1() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with full.open("w") as stdout:
        command = [*COMMAND, "validate"]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "shelter-geo: No space left on device\n"


# -------------------------------------------------------------------------------- whole runs


def test_validate_says_what_was_found() -> None:
    done = shelter_geo("validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No fault found: 75 districts, 246 settlements")


def test_a_bare_and_hostile_study_in_a_folder_of_any_name(copy: StudyCopy, tmp_path: Path) -> None:
    """No optional file, column or table; names that a page, a figure or a shell could trip over."""
    text = copy.text("study.toml")
    for start, end in (
        ("[checks]", "[sources]"),
        ("[[roads.separate]]", "[access]"),
        ("[[journeys]]", "[siting]"),
        ("[[capacity.norms]]", "[[assumptions]]"),
    ):
        text = text[: text.index(start)] + text[text.index(end) :]
    text = text[: text.index("[[assumptions]]")]
    optional = (
        "private_points", "basemap", "published_distances", "standards", "package", "name =",
        "claims", "statistics", "shelter_counts",
    )  # fmt: skip
    lines = [line for line in text.splitlines() if not line.startswith(optional)]
    lines.insert(lines.index("[study]") + 1, r'name = "A $x_$ </script>${y} \\frac{"')
    copy.write("study.toml", "\n".join(lines).replace('id = "azerbaijan"', 'id = "elsewhere"'))
    rows = [row for row in copy.rows(SETTLEMENTS) if row["settlement_id"] != "gn-585369"]
    copy.write_rows(SETTLEMENTS, rows)
    for name in (DISTRICTS, SETTLEMENTS):
        for column in ("name_az", "name_ru", "region_az", "region_ru", "men"):
            copy.change(name, lambda row, column=column: row.pop(column, None))
    copy.set_cell(DISTRICTS, 2, "name_en", "<script>alert(1)</script>${z}`")
    copy.set_cell(DISTRICTS, 3, "name_en", "=HYPERLINK($a_$b)")
    here = tmp_path / "nəticə $HOME; 'x' %41#"
    here.mkdir()
    keep_plans(copy, "today", "one-per-region")
    environment = {"PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1"}
    done = shelter_geo("run", "../study", "--lang", "az", cwd=here, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    steps = [line for line in lines if line.startswith("Step: ")]
    assert lines[: len(steps)] == steps
    assert len(set(steps)) == len(steps) > 4
    assert len(lines) == len(steps) + 8
    assert lines[-2].startswith("To look at, by shelter-geo validate: ")
    assert lines[-1] == "Open: outputs/elsewhere/index.html"
    out = here / "outputs" / "elsewhere"
    written = contents(out)
    asked = {"access_by_district.csv", "capacity_by_shelter.csv", "study.gpkg", "datapackage.json"}
    assert asked | {"maps/access.html", "maps/capacity.html", "planner.html"} <= set(written)
    assert b"<script>alert" not in written["maps/access.html"]
    assert b"\n'=HYPERLINK" in written["access_by_district.csv"].replace(b"AZ-AGA,", b"\n")
    totals = [row for row in written["capacity_by_region.csv"].splitlines() if b"Total," in row]
    assert len(totals) == len(set(totals)) == 4
    assert written["claims.csv"].count(b"\n") == 1
    package = json.loads(written["datapackage.json"])
    assert package["title"].startswith("A $x_$ </script>${y} \\frac{: road access")
    assert os.fspath(tmp_path) not in written["datapackage.json"].decode()


# -------------------------------------------------------------------------------- being stopped


def wait_until_writing(process: subprocess.Popen[bytes], out: Path) -> None:
    """Wait until the run writes its tables, which is after it has computed."""
    while not list(out.glob(f"{MARK}*/*.csv")):
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail("the run ended before it could be stopped")


@pytest.mark.usefixtures("heeds_interrupts")
@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_run_stopped_while_writing_leaves_the_old_outputs(
    tmp_path: Path, stop: signal.Signals, code: int
) -> None:
    out = tmp_path / "out"
    (out / "maps").mkdir(parents=True)
    (out / "access_by_district.csv").write_bytes(b"old table")
    (out / "maps" / "access.html").write_bytes(b"old map")
    before = contents(out)
    small = small_study(tmp_path / "study")
    command = [*COMMAND, "run", str(small.folder), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until_writing(process, out)
        process.send_signal(stop)
        said = process.communicate()
    assert process.returncode == code
    told = b"" if stop == signal.SIGKILL else b"shelter-geo: stopped"
    assert said[1].lower().startswith(told)
    assert len(said[1].splitlines()) == (stop != signal.SIGKILL)
    assert all(line.startswith(b"Step: ") for line in said[0].splitlines())
    left = list(out.glob(f"{MARK}*"))
    assert len(left) == (1 if stop == signal.SIGKILL else 0)
    after = contents(out)
    assert {name: after[name] for name in before} == before


def test_progress_is_drawn_on_a_terminal_and_is_a_line_a_step_elsewhere() -> None:
    code = (
        "from shelter_geo import progress\n"
        "progress.QUIET_S = 0\n"
        "with progress.steps({}) as show:\n"
        "    show('tables', 1, 5)\n    show('tables', 2, 5)\n    show('maps', 0, 1)\n"
    )
    command = [sys.executable, "-c", code.format("lines=True")]
    piped = subprocess.run(command, capture_output=True, check=True)
    assert (piped.stdout, piped.stderr) == (b"Step: tables\nStep: maps\n", b"")
    quiet = subprocess.run([sys.executable, "-c", code.format("")], capture_output=True, check=True)
    assert (quiet.stdout, quiet.stderr) == (b"", b"")
    ours, theirs = pty.openpty()
    subprocess.run(command, stderr=theirs, stdout=subprocess.DEVNULL, check=True)
    os.close(theirs)
    assert b"maps" in os.read(ours, 10_000)
    os.close(ours)
