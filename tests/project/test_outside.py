"""What comes from outside: files that never end, floods of faults, cells that would run."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from helpers.bad_inputs import PLAN
from helpers.road_toys import write_pbf
from helpers.small_study import DEMAND, small_study
from helpers.study_copy import StudyCopy, contents
from helpers.telltale import tells, unpacked
from typer.testing import CliRunner, Result

from shelter_geo.cli import main
from shelter_geo.cli.main import app
from shelter_geo.cli.pack import without_private
from shelter_geo.errors import MOST_LINES, Fault, RoadError, StudyError, TableError
from shelter_geo.outside import LIVE, defuse, sha256_of, toml_of, unreadable, without_live_cells
from shelter_geo.plans import read_plan
from shelter_geo.publish.files.tables import write_geopackage
from shelter_geo.roads import read_road_settings, read_roads_file
from shelter_geo.start.boundaries import read_districts
from shelter_geo.study import load_study
from shelter_geo.study.origin import package_faults

NESTED = "[scenario]\nid = " + "[" * 20_000 + "]" * 20_000


@pytest.fixture
def study(tmp_path: Path) -> StudyCopy:
    return small_study(tmp_path / "study")


def endless(path: Path, kind: str) -> None:
    """Put something that is no file to read, or is far too large, where a file should be."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(5 << 30)


SAID = {"pipe": "is a pipe", "device": "is a device", "sparse": "has 5,120 MB, and at most"}
DOORS = ["districts.csv", "districts.geojson", "nodes.csv", "links.csv", "shelters.csv"]


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("door", DOORS)
def test_a_file_of_a_study_that_never_ends_is_refused(
    study: StudyCopy, door: str, kind: str
) -> None:
    endless(study.path(door), kind)
    with pytest.raises(TableError) as caught:
        load_study(study.file)
    assert f"{door}: {SAID[kind]}" in str(caught.value)


@pytest.mark.parametrize("kind", SAID)
def test_settings_plans_and_roads_that_never_end_are_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.toml"
    endless(path, kind)
    said = SAID[kind]
    with pytest.raises(StudyError, match=said):
        load_study(path)
    with pytest.raises(StudyError, match=said):
        read_plan(path)
    with pytest.raises(RoadError, match=said):
        read_road_settings(path)
    with pytest.raises(TableError, match=said):
        read_districts(path, ["en"])
    with pytest.raises(RoadError, match=said if kind != "sparse" else "x.toml"):
        read_roads_file(path)


def test_settings_that_are_nested_too_deeply(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(NESTED, encoding="utf-8")
    for read in (load_study, read_plan):
        with pytest.raises(StudyError, match="nested too deeply"):
            read(path)
    with pytest.raises(RoadError, match="nested too deeply"):
        read_road_settings(path)


def test_plain_files_and_missing_ones_are_left_to_their_readers(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    assert unreadable(tmp_path / "x") == unreadable(tmp_path / "nowhere") == ""
    assert unreadable(tmp_path / "x", 0) == "has 0 MB, and at most 0 MB are read"


def test_the_hash_of_a_file_is_the_published_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")  # FIPS 180-2, B.1
    published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "x") == published
    with pytest.raises(FileNotFoundError):
        sha256_of(tmp_path / "nowhere")


def test_what_a_package_says_of_a_file_without_end_is_left_to_its_reader(tmp_path: Path) -> None:
    endless(tmp_path / "x.csv", "sparse")
    resources = [{"path": "x.csv", "hash": "0" * 64}]
    package = {"resources": resources}
    assert package_faults(tmp_path / "datapackage.json", package, tmp_path) == ([], [])
    resources.append({"path": "y.csv", "hash": "0" * 64})
    _, [fault] = package_faults(tmp_path / "datapackage.json", package, tmp_path)
    assert (fault.value, fault.message) == ("y.csv", "there is no such file")


def test_no_more_than_forty_lines_of_faults_are_printed() -> None:
    faults = [Fault("a.csv", f"fault {'x' * i}", "Mend it.", column=f"c{i}") for i in range(99)]
    said = str(TableError(faults)).splitlines()
    assert len(said) == MOST_LINES == 40
    assert said[0] == "99 faults in the study's files:"
    assert said[-1] == "and 61 lines more."
    assert len(TableError(faults).lines(every=True)) == 100


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-x", "@x", "＝1+1", "＋x", "－x", "＠x", "﹦x", " ＝x", "\u200b=x", "\tx"],
)
def test_a_text_that_would_run_is_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"
    assert not unicodedata.normalize("NFKC", defuse(text)).startswith(LIVE)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a;=1+1", "a;'=1+1"),
        ('a;"=1+1', "a;\"'=1+1"),
        ("a; ＝x", "a; '＝x"),
        ("a\t@x", "a\t'@x"),
        ("a\n+1+x", "a\n'+1+x"),
        ("a;-2+3", "a;'-2+3"),
        ("\u200e=x;=y", "'\u200e=x;'=y"),
        ("\u00ad＝x", "'\u00ad＝x"),
    ],
)
def test_a_cell_that_begins_inside_a_text_is_defused(text: str, safe: str) -> None:
    """A spreadsheet that parts cells by semicolons or tabs sees a new cell there."""
    assert defuse(text) == safe


def test_words_are_not_defused() -> None:
    words = ["", "x", "a=b", " x", "5", "low; +3", "a;-5 %", "a; b = c", "x\n- 5"]
    assert [defuse(text) for text in words] == words


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x9b", "\u202e", "\u2066", "\x00", "\r", "\x7f"])
def test_no_sign_that_a_terminal_obeys_is_passed_on(sign: str) -> None:
    told, below = f"<U+{ord(sign[0]):04X}>{sign[1:]}", io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", io.TextIOWrapper(below, encoding="utf-8"))
        with main._plain("stderr"):
            sys.stderr.write(f"x\t{sign}\n")
            vars(sys.stderr)["terminal"].write("as it is \x1b[2K")
        sys.stderr.flush()
        lines = below.getvalue().decode().splitlines()
    assert lines == [f"x\t{told}", "as it is \x1b[2K"]


@pytest.mark.parametrize("name", ["study.name = {0}", "{0} = 1", "[a]\nb = [{{c = {0}}}]"])
def test_no_such_sign_comes_in_by_settings(study: StudyCopy, name: str) -> None:
    for sign in ("\x1b[31m", "\u202e", "\0"):
        told = rf"not valid TOML: .* holds a character that is no letter \(U\+{ord(sign[0]):04X}\)"
        study.write("x.toml", name.format(json.dumps(sign)) + "\n")
        with pytest.raises(StudyError, match=told) as caught:
            load_study(study.path("x.toml"))
        assert sign not in str(caught.value)
    assert toml_of('a = """b\r\nc\t"""') == {"a": "b\nc\t"}


def test_a_geopackage_holds_no_live_cell(tmp_path: Path) -> None:
    points = gpd.points_from_xy([49.0, 49.1], [40.0, 40.1])
    frame = gpd.GeoDataFrame({"name": ["=x", None], "n": [1, 2]}, geometry=points, crs=4326)
    write_geopackage({"a": frame}, tmp_path / "x.gpkg", as_of=pd.Timestamp("2026-01-01").date())
    assert gpd.read_file(tmp_path / "x.gpkg")["name"].tolist()[0] == "'=x"
    assert without_live_cells(frame)["n"].tolist() == [1, 2]


# ------------------------------------------------------------------------- a study to be sent


def pack(*words: object) -> Result:
    return CliRunner().invoke(app, ["pack", *map(str, words)])


@pytest.fixture
def private(study: StudyCopy) -> StudyCopy:
    study.write("private/points.csv", "shelter_id,lat,lon\nquayside-1,40.251234,-29.251234\n")
    study.replace("study.toml", "[tables]\n", '[tables]\nprivate_points = "private/points.csv"\n')
    study.write("notes.txt", "nobody else's business")
    return study


def test_a_packed_study_is_without_what_is_private(private: StudyCopy, tmp_path: Path) -> None:
    out = tmp_path / "send"
    result = pack(private.folder, "--out", out)
    assert result.exit_code == 0, result.output
    assert "Left out: the private points, tables.private_points" in result.output
    assert "Left out, as the study does not name it: notes.txt" in result.output
    assert set(contents(out)) == {
        "study.toml", "districts.csv", "settlements.csv", "shelters.csv", "districts.geojson",
        "nodes.csv", "links.csv",
    }  # fmt: skip
    assert not any(b"private" in raw or b"251234" in raw for raw in contents(out).values())
    assert len(load_study(out).shelters) == 1


def test_a_number_of_the_private_points_is_not_sent(private: StudyCopy, tmp_path: Path) -> None:
    text = private.text("study.toml")
    private.write("study.toml", f"{text}\n# it is at 40.251234\n")
    result = pack(private.folder, "--out", tmp_path / "send")
    assert isinstance(result.exception, Exception)
    assert "a number of the private points stands in it" in str(result.exception)
    assert "251234" not in str(result.exception)
    assert not (tmp_path / "send").exists()


def test_what_is_sent_needs_a_folder_of_its_own(private: StudyCopy, tmp_path: Path) -> None:
    for out, said in ((private.folder / "x", "study's own"), (tmp_path, "not empty")):
        result = pack(private.folder, "--out", out)
        assert (result.exit_code, said in result.output) == (2, True)


def test_cases_are_taken_out_of_settings() -> None:
    text = '[a]\nx = 1\n[capacity.demand.cases]\nfile = "c.csv"\n# our own\n[b]\ny = 2'
    said, gone = without_private(text)
    assert said.split("\n") == ["[a]", "x = 1", *["# left out of what is sent"] * 3, "[b]", "y = 2"]
    assert gone == ["Left out: the table of cases, capacity.demand.cases"]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_a_private_file_that_others_may_open_is_warned_of(private: StudyCopy) -> None:
    said = "study.toml, column tables.private_points: others on this computer may open"
    for mode, warned in ((0o644, True), (0o600, False), (0o640, True)):
        private.path("private/points.csv").chmod(mode)
        warnings = [str(fault) for fault in load_study(private.file).warnings]
        assert any(line.startswith(said) for line in warnings) is warned
        assert not any("points.csv" in line for line in warnings)


# ------------------------------------------------------------------------------- no network

SOCKETS = """
import sys
from typer.testing import CliRunner
from shelter_geo.cli.main import app

seen = []
NAMES = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}

def refuse(event, given):
    own = event == "socket.bind" and given[1][0] in ("::1", "127.0.0.1")  # is there IPv6?
    if event in NAMES and not own:
        seen.append(event)
        raise OSError("sockets are refused")

sys.addaudithook(refuse)
study, out, roads = sys.argv[1:]
plan = study + "/plan.toml"
POINTS = [study + "/points.csv"] * 2
BORDERS = [
    "--boundaries", study + "/districts.geojson", "--name-property", "district_id",
    "--key-property", "district_id", "--population", study + "/districts.csv",
]
for words in (
    ["validate", study],
    ["run", study, "--out", out + "/run"],
    ["planner", study, "--out", out + "/planner.html"],
    ["map", study, "--out", out + "/map.html"],
    ["map", study, "--of", "capacity", "--out", out + "/map.png"],
    ["report", study, "--out", out + "/report.html"],
    ["share", study, "--lang", "en", "--out", out + "/share"],
    ["capacity", study, "--out", out + "/capacity"],
    ["compare", plan.replace("plan", "today"), plan, "--study", study, "--out", out + "/compare"],
    ["site", study, "--new", "1"],
    ["costs", *POINTS, "--study", study, "--out", out + "/costs"],
    ["ensemble", study, "--draws", "2", "--out", out + "/ensemble"],
    ["roads", "import", roads, "--out", out + "/x.roads.npz"],
    ["roads", "check", out + "/x.roads.npz"],
    ["init", out + "/new", "--name", "New", *BORDERS],
    ["pack", study, "--out", out + "/send"],
):
    made = CliRunner().invoke(app, words)
    assert made.exit_code == 0, (words, made.output, made.exception)
    print(made.output)
assert not seen, seen
"""


def test_every_command_is_tried_without_sockets() -> None:
    tried = set(re.findall(r'\["([a-z]+)"', SOCKETS))
    named = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert named - tried == {
        "fetch",  # asks the network, and only with --online
        "batch",  # starts a process with `run` for each study
    }


WITHIN = ("40.2571948", "-29.2524073"), ("40.2437267", "-29.2485284")
"""Two invented points in the settlement of the one shelter."""


def test_no_command_opens_a_socket_or_tells_a_private_point(
    private: StudyCopy, tmp_path: Path
) -> None:
    """`make secrets` also moves the point, and compares every byte of all that comes out."""
    study, roads = private, tmp_path / "x.osm.pbf"
    study.write("study.toml", study.text("study.toml") + DEMAND)
    study.write("points.csv", "id,lat,lon\na,40.75,-29.75\nb,40.25,-29.25\n")
    study.write("today.toml", '[scenario]\nid = "today"\nname = "Today"\n')
    study.write("plan.toml", PLAN.replace("s1", "s2"))
    write_pbf(roads, {1: (0.0, 0.0), 2: (0.01, 0.0)}, [([1, 2], {"highway": "primary"})])
    told = []
    for point in WITHIN if os.environ.get("SHELTER_GEO_SECRETS") else WITHIN[:1]:
        study.write("private/points.csv", "shelter_id,lat,lon\nquayside-1," + ",".join(point))
        out, home = tmp_path / "out", tmp_path / "home"
        for folder in (out, home):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        made = subprocess.run(
            [sys.executable, "-c", SOCKETS, str(study.folder), str(out), str(roads)],
            capture_output=True, text=True, check=False,
            env=os.environ | {"HOME": str(home), "XDG_CACHE_HOME": str(home), "TMPDIR": str(home)},
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        (out / "said.txt").write_text(made.stdout + made.stderr, encoding="utf-8")
        for folder in (out, home):
            for name, raw in unpacked(folder):
                assert not tells(raw, *WITHIN), name
        told.append(contents(out))
    assert len(told[0]) > 140
    assert [name for name in told[0] if told[0][name] != told[-1].get(name)] == []
