"""Pages of another kind of facility nowhere call it a shelter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.two_kinds import CENTRE, two_kinds
from typer.testing import CliRunner

from shelter_geo.cli.main import app

SHELTER = re.compile(r"\bshelters?\b(?!-geo)|sığınaca|убежищ|приют", re.I)
CONSTANT = re.compile(r"<style.*?</style>|<script>.*?</script>|<symbol.*?</symbol>", re.S)
KEYS = re.compile(r'"(?:key|symbol|shelters?|first|here)":(?:"shelters?"|\[)|"others":\[.*?\]')
MARKUP = re.compile(r'(?:class|href|data-layer)="[^"]*"')


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
    return copy.file


@pytest.mark.parametrize("command", ["map", "planner"])
def test_a_page_speaks_of_its_kind_only(study: Path, tmp_path: Path, command: str) -> None:
    file = tmp_path / "page.html"
    words = [command, str(study), "--kind", CENTRE, "--out", str(file)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    page = file.read_text(encoding="utf-8")
    for part in (CONSTANT, KEYS, MARKUP):
        page = part.sub("", page)
    assert SHELTER.findall(page) == []
    assert "rape crisis centre" in page
    assert "кризисные центры" in page.lower()
