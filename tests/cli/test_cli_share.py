"""The command that draws pictures to share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy
from typer.testing import CliRunner, Result

from shelter_geo import evaluate, load_study, write_outputs
from shelter_geo.cli.main import app

PLAN = """
[scenario]
id = "mill"
name = "A shelter in Highmill"

[[open]]
settlement_id = "s1"
places = 8
"""
TODAY = """
[scenario]
id = "today"
name = "Today"
"""


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return small_study(tmp_path / "study")


def share(*words: object) -> Result:
    return CliRunner().invoke(app, ["share", *map(str, words)])


def test_pictures_of_a_plan_are_named_line_by_line(copy: StudyCopy, tmp_path: Path) -> None:
    plan = tmp_path / "mill.toml"
    plan.write_text(PLAN, encoding="utf-8")
    done = share(copy.file, "--plan", plan, "--out", tmp_path / "share")
    assert done.exit_code == 0, done.output
    names = [Path(line.removeprefix("Picture: ")).name for line in done.stdout.splitlines()]
    assert names == [
        "map_1200x630.png", "map_1080x1080.png", "missing_1080x1080.png", "poster_a3.pdf",
    ]  # fmt: skip
    said = (tmp_path / "share" / "en" / "map_1200x630.txt").read_text(encoding="utf-8")
    # Fordham is 48 km from Quayside, and Highmill now has a shelter of its own.
    assert said.startswith("A shelter in Highmill: with this plan domestic violence shelters are")
    assert "Highmill, Quayside" in said
    lacking = (tmp_path / "share" / "en" / "missing_1080x1080.txt").read_text(encoding="utf-8")
    assert lacking.startswith("A shelter in Highmill: Domestic violence shelters lack")


def test_a_language_or_a_plan_that_is_not_there_is_refused(copy: StudyCopy, tmp_path: Path) -> None:
    done = share(copy.file, "--lang", "fr", "--out", tmp_path / "share")
    assert done.exit_code == 2
    assert "choose one of en" in done.output
    done = share(copy.file, "--plan", "nosuch", "--out", tmp_path / "share")
    assert done.exit_code == 1
    assert not (tmp_path / "share").exists()


def speaking_two(copy: StudyCopy) -> StudyCopy:
    text = copy.text("study.toml")
    two = text.replace('name = "Small"', 'name = "Small"\nlanguages = ["en", "ru"]')
    copy.write("study.toml", two)
    return copy


def test_a_map_is_drawn_in_every_language_that_is_asked_for(
    copy: StudyCopy, tmp_path: Path
) -> None:
    out = tmp_path / "maps" / "far.svg"
    words = ["map", str(speaking_two(copy).file), "--lang", "all", "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"Map: {out.with_stem(f'far-{lang}')}" for lang in ("en", "ru")
    ]
    assert {file.name for file in out.parent.iterdir()} == {"far-en.svg", "far-ru.svg"}
    assert out.with_stem("far-en").read_bytes() != out.with_stem("far-ru").read_bytes()


def test_pages_stand_once_in_every_language(copy: StudyCopy, tmp_path: Path) -> None:
    out = tmp_path / "far.html"
    words = ["map", str(speaking_two(copy).file), "--lang", "all", "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert [file.name for file in tmp_path.glob("*.html")] == ["far.html"]


def test_figures_of_a_run_are_the_same_in_every_language(copy: StudyCopy, tmp_path: Path) -> None:
    study = load_study(speaking_two(copy).file)
    out = tmp_path / "out"
    write_outputs(evaluate(study), out, every_language=True)
    first = {file.name for file in (out / "figures").iterdir() if file.is_file()}
    assert "access_map.png" in first
    assert {file.name for file in (out / "figures" / "ru").iterdir()} == first
    assert not (out / "figures" / "en").exists()
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="figures/ru/access_map.png"' in index
    done = CliRunner().invoke(app, ["run", str(copy.file), "--lang", "fr"])
    assert done.exit_code == 2


@pytest.mark.parametrize("command", ["compare", "capacity"])
def test_figures_of_a_command_come_in_every_language(
    copy: StudyCopy, tmp_path: Path, command: str
) -> None:
    out = tmp_path / "out"
    for name, text in {"today": TODAY, "mill": PLAN}.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    study = str(speaking_two(copy).file)
    plans = [str(tmp_path / f"{name}.toml") for name in ("today", "mill")]
    given = [study] if command == "capacity" else [*plans, "--study", study]
    words = [command, *given, "--lang", "all", "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    first = {file.name for file in (out / "figures").iterdir() if file.is_file()}
    assert {"compare": "comparison.png", "capacity": "capacity_map.png"}[command] in first
    assert {file.name for file in (out / "figures" / "ru").iterdir()} == first
    for name in first:
        ours, other = (out / "figures" / name, out / "figures" / "ru" / name)
        assert ours.read_bytes() != other.read_bytes(), name
    assert {entry.name for entry in out.iterdir() if entry.is_dir()} <= {
        "figures", "maps", "scenarios",
    }  # fmt: skip


def test_shared_pictures_have_an_index(copy: StudyCopy, tmp_path: Path) -> None:
    assert share(copy.file, "--lang", "en", "--out", tmp_path / "share").exit_code == 0
    index = (tmp_path / "share" / "index.html").read_text(encoding="utf-8")
    assert 'href="en/map_1200x630.png"' in index
    assert 'href="en/poster_a3.pdf"' in index
    assert ".txt" not in index


@pytest.mark.parametrize(
    ("words", "title", "listed"),
    [
        (["capacity"], "Small: ", "access_by_group.csv"),
        (["capacity", "--for", "men"], "Small: ", "reach_by_district.csv"),
        (["site", "--new", "1"], "Small: where next", "changes_by_district.csv"),
    ],
)
def test_every_folder_of_a_command_has_an_index(
    copy: StudyCopy, tmp_path: Path, words: list[str], title: str, listed: str
) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, [words[0], str(copy.file), *words[1:], "--out", str(out)])
    assert done.exit_code == 0, done.output
    index = (out / "index.html").read_text(encoding="utf-8")
    assert title in re.findall(r"<h1[^>]*>(.*?)</h1>", index)[0]
    assert listed in index
    pages = {file.relative_to(out).as_posix() for file in out.rglob("*.html")}
    assert {link for link in re.findall(r'href="([^"#]+)"', index) if link.endswith(".html")} == (
        pages - {"index.html"}
    )
