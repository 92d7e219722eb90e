"""The command that draws pictures to share."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy
from typer.testing import CliRunner, Result

from shelter_geo.cli.main import app

PLAN = """
[scenario]
id = "mill"
name = "A shelter in Highmill"

[[open]]
settlement_id = "s1"
places = 8
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
