"""Every command, program and file that the documentation shows works as shown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import typer
from fill_docs import ROOT, documents
from helpers.doc_blocks import Step, inline_commands, steps
from helpers.invented_country import Country
from helpers.study_copy import copy_study
from helpers.study_pages import outputs as outputs

from shelter_geo.cli import main as cli

SHOWING = [path for path in documents() if any(steps(path))]
READERS = [*documents(), ROOT / "data" / "README.md", ROOT / "tools" / "README.md"]
PLACEHOLDERS = {
    "STUDY": "small/study.toml",
    "FOLDER": "somewhere",
    "FILE.osm.pbf": "country.osm.pbf",
}
STUDY_ONLY = re.compile(r"shelter-geo compare [a-z0-9 -]+$")
"""Commands on the bundled study alone: the same in every document, so run once."""
RUN = ["shelter-geo", "run"]
done: set[str] = set()


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a reader has before the first command."""
    copy_study(tmp_path / "data")
    write_small_study(tmp_path / "small")
    for file in ("Makefile", "pyproject.toml", "constraints.txt", "requirements.lock"):
        shutil.copy(ROOT / file, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    Country().write(tmp_path)
    (tmp_path / "people.csv").unlink()  # a document that needs it shows it
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_small_study(folder: Path) -> None:
    """Write the invented country of the last notebook, which is computed in seconds."""
    book = nbformat.read(ROOT / "notebooks" / "07_your_country.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in book.cells}
    known: dict[str, Any] = {"folder": str(folder), "people_per_family_place": 10_000}
    exec(cells["country"], known)
    known["write"](known["shelters"])
    known["scratch"].cleanup()


@pytest.mark.parametrize("path", SHOWING, ids=name)
def test_what_is_shown_works(
    path: Path, desk: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    known: dict[str, object] = {}
    for step in steps(path):
        if step.kind == "file":
            (desk / step.path).write_text(step.text, encoding="utf-8")
        elif step.kind == "program":
            exec(compile(step.text, name(path), "exec"), known)
        elif step.text.split() == RUN:  # the run that all tests read, by the same command
            shutil.copytree(request.getfixturevalue("outputs"), desk / "outputs" / "azerbaijan")
        else:
            run(step, monkeypatch)


def run(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    command = " ".join(PLACEHOLDERS.get(word, word) for word in step.text.split())
    if command.startswith("make "):
        # Only what make would do: this test may itself be run by make.
        told = shell(command.replace("make", "make --dry-run --always-make", 1))
        assert told.stdout.strip(), command
    elif command.startswith("pip install"):
        return  # test_wheel.py installs the package into a new environment
    elif command.startswith("shelter-geo"):
        if command in done:
            return
        if STUDY_ONLY.match(command):
            done.add(command)
        offline = command.replace(" --online", "")
        code, complaint = shelter_geo(offline, monkeypatch)
        if offline == command:
            assert code == 0, f"{command}: {complaint}"
        else:  # the network is left alone: without the word the command must refuse
            assert code == 1, command
            assert "--online" in complaint
    else:
        shell(command)


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with a POSIX shell; it must succeed."""
    return subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)


def shelter_geo(command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run the command line in this process, which saves starting Python over and over."""
    said: list[str] = []
    monkeypatch.setattr(sys, "argv", split(command))
    monkeypatch.setattr(typer, "echo", lambda text="", err=False: said.append(str(text)))
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0), "\n".join(said)
    return 0, "\n".join(said)


def split(command: str) -> list[str]:
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)]


@pytest.mark.parametrize("path", READERS, ids=name)
def test_commands_in_running_text_are_there(path: Path) -> None:
    app = typer.main.get_command(cli.app)
    for command in inline_commands(path):
        at = app
        for word in command.split()[1:]:
            if not hasattr(at, "commands"):
                break
            assert word in at.commands, f"{command}: there is no {word}"
            at = at.commands[word]


def test_every_document_with_a_command_is_walked() -> None:
    walked = {name(path) for path in SHOWING}
    assert {"README.md", "docs/getting-started.md", "docs/howto/your-country.md"} <= walked
    commands = [step.text for path in SHOWING for step in steps(path) if step.kind == "command"]
    assert len(commands) > 20
