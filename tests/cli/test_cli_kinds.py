"""Commands on one kind of facility."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.two_kinds import CENTRE, EMPTY, two_kinds
from typer.testing import CliRunner

from shelter_geo.cli.main import app


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_kinds(tmp_path_factory.mktemp("kinds") / "study").file


def said(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_check_counts_the_facilities_of_each_kind(study: Path) -> None:
    assert f"Kinds of facility: shelter 3, {CENTRE} 2, {EMPTY} 0." in said("validate", study)
    assert "2 rows of shelters" in said("validate", study, "--kind", CENTRE)


@pytest.mark.parametrize(
    "command", ["run", "validate", "map", "planner", "report", "site", "capacity"]
)
def test_an_unknown_kind_is_refused_with_those_that_there_are(study: Path, command: str) -> None:
    more = ["--new", "1"] if command == "site" else []
    result = CliRunner().invoke(app, [command, str(study), "--kind", "refuge", *more])
    assert result.exit_code == 2
    assert f"shelter, {CENTRE}, {EMPTY}" in " ".join(result.output.replace("│", " ").split())


def test_files_of_another_kind_have_its_name(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"access-{CENTRE}.html" in said("map", study, "--kind", CENTRE)
    assert [path.name for path in tmp_path.iterdir()] == [f"access-{CENTRE}.html"]
    said("capacity", study, "--kind", CENTRE)
    folders = [path.name for path in (tmp_path / "outputs").iterdir()]
    assert folders == [f"azerbaijan-{CENTRE}-capacity"]


def test_sites_are_chosen_for_a_kind_that_nobody_has_yet(study: Path) -> None:
    assert "p-median" in said("site", study, "--kind", EMPTY, "--new", "1")
