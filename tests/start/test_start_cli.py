"""From `init` to the planner by the sentences that the commands print."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
import typer
from helpers.invented_country import Country

from shelter_geo.cli import main as cli


def say(command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run the command line in this process."""
    said: list[str] = []
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    monkeypatch.setattr(typer, "echo", lambda text="", err=False: said.append(str(text)))
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0), "\n".join(said)
    return 0, "\n".join(said)


@pytest.mark.parametrize(
    "country",
    [
        Country(west=179.3, south=-17.0, names=("الشمال", "ሰሜን", "北方"), island=True),
        Country(south=-45.0, names=("Şimal",), people=(12_000,), exclave=True),
    ],
    ids=["across 180 degrees, with an island", "one district in the south"],
)
def test_the_printed_commands_lead_to_the_planner(
    country: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(country.write(tmp_path))
    begin = "shelter-geo init mine --name Mine --boundaries borders.geojson --as-of 2026-01-01"
    files = "--roads country.osm.pbf --population people.csv"
    code, said = say(f"{begin} {files}", monkeypatch)
    assert code == 0, said
    steps = [line.strip() for line in said.partition("Next:\n")[2].splitlines()]
    assert [step.split()[1] for step in steps] == ["validate", "run", "site", "planner"]
    for step in steps:
        code, said = say(step, monkeypatch)
        assert code == 0, f"{step}: {said}"
    assert (tmp_path / "mine-planner.html").stat().st_size > 10_000
    assert (tmp_path / "outputs" / "mine" / "planner.html").is_file()


def test_doubtful_names_and_bad_files_are_told_in_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(Country().write(tmp_path))
    (tmp_path / "people.csv").write_text("name,population\nLwr Vale,5\nCoast,6\n", encoding="utf-8")
    begin = "shelter-geo init mine --name Mine --boundaries borders.geojson"
    code, said = say(f"{begin} --population people.csv", monkeypatch)
    assert code == 1
    assert "1 rows of people.csv" in said
    assert "names-to-decide.csv" in said
    code, said = say(f"{begin} --population people.csv --roads people.csv", monkeypatch)
    assert code == 1
    code, said = say(f"{begin} --shelters none.csv --roads no.pbf", monkeypatch)
    assert code == 1
    assert said.count("there is no such file") == 2
