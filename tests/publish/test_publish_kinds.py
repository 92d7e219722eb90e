"""What is written of another kind of facility nowhere calls it a shelter, and has its colour."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from helpers.study_copy import keep_plans
from helpers.two_kinds import CENTRE, COLOUR, two_kinds
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.publish.palette import MARK

SHELTER = re.compile(r"\bshelters?\b(?!-geo)|sığınaca|убежищ|приют", re.I)
CONSTANT = re.compile(r"<style.*?</style>|<script>.*?</script>|<symbol.*?</symbol>", re.S)
KEYS = re.compile(r'"(?:key|symbol|shelters?|first|here)":(?:"shelters?"|\[)|"others":\[.*?\]')
MARKUP = re.compile(r'(?:class|href|data-layer|data-price)="[^"]*"')
OF_SHELTERS = ("announced-2017", "one-per-region", "thousand-places")
SIGNS = re.compile(r'(?:fill|stroke)(?:="|: )(#[0-9a-f]{6})')


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts of the study itself are made to speak of no shelter."""
    copy = two_kinds(tmp_path_factory.mktemp("kinds") / "study")
    copy.replace("study.toml", 'id = "places-split"', 'id = "places-split"\nkind = "shelter"')
    text = re.sub(
        r'^credit\.(\w+) = ".*"$', r'credit.\1 = "Invented."', copy.text("study.toml"), flags=re.M
    )
    text = re.sub(r'^(source\.\w+) = ".*(?:LCOGS-2H).*"$', r'\1 = "Two hours."', text, flags=re.M)
    text = re.sub(r'^(counted\.\w+) = ".*"$', r'\1 = "All of them."', text, flags=re.M)
    copy.write("study.toml", text)
    keep_plans(copy, "today", "winter", *OF_SHELTERS)
    return copy.file


def told(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def outputs(study: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Everything that a run writes of the centres, and what it says."""
    folder = tmp_path_factory.mktemp("kinds") / "outputs"
    return folder, told("run", study, "--kind", CENTRE, "--out", folder)


def speaks_of_its_kind(page: str) -> None:
    for part in (CONSTANT, KEYS, MARKUP):
        page = part.sub("", page)
    assert SHELTER.findall(page) == []


def test_every_page_and_picture_of_a_run_speaks_of_its_kind_only(
    outputs: tuple[Path, str],
) -> None:
    folder, said = outputs
    speaks_of_its_kind(said)
    files = [*folder.rglob("*.html"), *folder.rglob("*.svg"), *folder.rglob("*.txt")]
    assert {"report.html", "planner.html", "changes.html", "capacity_map.svg", "summary.txt"} <= {
        file.name for file in files
    }
    for file in files:
        speaks_of_its_kind(file.read_text(encoding="utf-8"))
    brief = (folder / "report.html").read_text(encoding="utf-8")
    assert "rape crisis centre" in brief
    assert "кризисные центры" in brief.lower()


def test_tables_of_a_run_say_reasons_in_words_of_the_kind(outputs: tuple[Path, str]) -> None:
    words = set()
    for file in outputs[0].rglob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            for row in csv.DictReader(opened):
                words |= {value for name, value in row.items() if name.endswith("_en")}
    assert [text for text in words if SHELTER.search(text)] == []
    assert any("rape crisis centre" in text for text in words)


def test_plans_of_shelters_alone_are_no_plans_of_another_kind(outputs: tuple[Path, str]) -> None:
    plans = {path.name for path in (outputs[0] / "scenarios").iterdir()}
    assert "winter" in plans
    assert not plans & {*OF_SHELTERS}


@pytest.mark.parametrize(
    "name",
    [
        "maps/access.html", "maps/capacity.html", "planner.html", "report.html",
        "scenarios/winter/changes.html", "figures/access_map.svg", "figures/capacity_map.svg",
    ],
)  # fmt: skip
def test_signs_have_the_colour_of_their_kind(outputs: tuple[Path, str], name: str) -> None:
    page = re.sub(r"<style.*?</style>", "", (outputs[0] / name).read_text("utf-8"), flags=re.S)
    inks = set(SIGNS.findall(page))
    assert COLOUR in inks
    assert MARK not in inks
