"""Notebooks store nothing, explain themselves, and take a reader's own parameters.

That they run from top to bottom is tested by nbmake, which pytest calls for the same folder.
"""

from __future__ import annotations

import ast
import builtins
import re
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

import shelter_geo
from shelter_geo import analysis
from shelter_geo.access.costs import cost_matrix
from shelter_geo.analysis import EvaluatedPlans, Evaluation
from shelter_geo.plans import find_plans
from shelter_geo.publish import SealedMap, Words
from shelter_geo.study.routing import centres, engine, joiner
from shelter_geo.study.study import Study

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [
    "01_access_gaps", "02_capacity", "03_siting", "04_scenarios", "05_maps_and_planner",
    "06_osm_roads", "07_your_country",
]  # fmt: skip
MINE = """candidate_id,name,lat,lon
mine-1,First field,39.45,48.5
mine-2,Second field,40.6,47.1
mine-3,Third field,41.0,45.6
mine-4,Fourth field,41.4,48.7
"""


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def test_all_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_is_stored(path: Path) -> None:
    book = read(path)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all("widgets" not in node.metadata for node in (book, *book.cells))
    assert book.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_cell_holds_the_parameters_and_nothing_else(path: Path) -> None:
    book = read(path)
    tagged = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    (cell,) = tagged
    assert book.cells.index(cell) == 1  # below the title, above everything that uses them
    for line in cell.source.splitlines():
        assert re.match(r"[a-z_]+ = .+", line), line


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_says_what_to_conclude_and_types_no_figure(path: Path) -> None:
    prose = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert prose[-1].startswith("## What to conclude")
    for text in prose:
        typed = re.findall(r"\d[\d,.]*\s*(?:km|kilomet|people|minutes|places|per cent|%)", text)
        assert typed == [], "figures in prose go stale: print them from results"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_machine_and_no_address_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://|/home/|/root/|/tmp/|/work/", text) == []


def opening(book: NotebookNode) -> tuple[list[NotebookNode], NotebookNode]:
    """The cells below the parameters that show nothing, and the first one that shows something."""
    code = [cell for cell in book.cells[2:] if cell.cell_type == "code"]
    first = next(index for index, cell in enumerate(code) if shows(cell.source))
    return code[:first], code[first]


def shows(source: str) -> bool:
    """Whether a cell ends in a value, or prints, displays or draws at its own level."""
    *before, last = ast.parse(source).body
    calls = [node for node in (*before, last) if isinstance(node, ast.Expr | ast.For | ast.With)]
    named = {
        ast.unparse(node.func).split(".")[-1]
        for statement in calls
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    }
    return isinstance(last, ast.Expr) or bool(named & {"print", "display", "show"})


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_reader_sees_first_is_two_sentences_and_a_picture(path: Path) -> None:
    book = read(path)
    title, _, introduction = book.cells[0].source.partition("\n\n")
    assert title.startswith("# ")
    assert len(re.findall(r"[.?](?=\s|$)", introduction)) <= 2
    silent, first = opening(book)
    for cell in (book.cells[1], *silent, first):
        assert "hide-input" in cell.metadata.tags  # pages of the documentation fold its source
    for cell in (*silent, first):
        assert cell.metadata.jupyter.source_hidden  # and so does Jupyter
    above = book.cells[2 : book.cells.index(first)]
    assert [cell.cell_type for cell in above] == ["code"] * len(silent)  # no text comes before


@pytest.mark.parametrize("name", ["01_access_gaps", "02_capacity", "05_maps_and_planner"])
def test_the_bundled_study_opens_with_its_map(
    name: str, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelter_geo, "load_study", lambda _: evaluation.study)
    monkeypatch.setattr(shelter_geo, "evaluate", lambda _: evaluation)
    assert drawn(name, monkeypatch) == "map"


def test_a_comparison_opens_with_its_map(
    study: Study, bundled: EvaluatedPlans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelter_geo, "load_study", lambda _: study)
    monkeypatch.setattr(analysis, "evaluate_plans", lambda *_: bundled)
    assert drawn("04_scenarios", monkeypatch) == "map"


def test_roads_open_with_their_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn("06_osm_roads", monkeypatch) == "picture"


def test_ones_own_country_opens_with_its_map(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn("07_your_country", monkeypatch) == "map"


def drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Do what a notebook does until it first shows something, and name what that is."""
    book = read(FOLDER / f"{name}.ipynb")
    silent, first = opening(book)
    shown: list[str] = []
    monkeypatch.setattr(plt, "show", lambda: shown.append("picture"))
    monkeypatch.setattr(builtins, "print", lambda *_: shown.append("text"))
    known: dict[str, object] = {}
    for cell in (book.cells[1], *silent):
        exec(cell.source, known)
    *before, last = ast.parse(first.source).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(before, []), name, "exec"), known)
    value = eval(compile(ast.Expression(last.value), name, "eval"), known)
    if isinstance(value, SealedMap):
        assert "<svg" in value.html
        shown.append("map")
    plt.close("all")
    if isinstance(scratch := known.get("scratch"), TemporaryDirectory):
        scratch.cleanup()
    (kind,) = shown
    return kind


def run_with(name: str, parameters: str, folder: Path) -> NotebookNode:
    """Run a notebook with another parameters cell and everything else as it is."""
    book = read(FOLDER / f"{name}.ipynb")
    book.cells[1].source = parameters
    client = NotebookClient(
        book, timeout=1200, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return book


def shown(book: NotebookNode, cell_id: str) -> str:
    """What a cell prints and shows, tables as HTML."""
    (cell,) = [cell for cell in book.cells if cell.id == cell_id]
    return "\n".join(text_of(output) for output in cell.outputs)


def text_of(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    kinds = ("text/html", "text/markdown", "text/plain")
    return next(str(output.data[kind]) for kind in kinds if kind in output.data)


def test_a_plan_left_out_of_the_list_gives_way_in_a_sentence(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    (cell,) = [c for c in read(FOLDER / "04_scenarios.ipynb").cells if c.id == "file"]
    plans = find_plans(["today", "winter"], study.scenarios)
    names = {"plans": plans, "shown": "announced-2017"}
    exec(cell.source, names)
    said = "announced-2017 is not in the list of scenarios above; winter is shown instead."
    assert capsys.readouterr().out.startswith(said)
    assert names["plan"] is plans[1]
    assert names["shown"] == "winter"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_siting_is_rerun_with_her_own_candidates(study: Study, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(MINE, encoding="utf-8")
    parameters = (
        'study_file = None\ncandidates_file = "mine.csv"\nnew_shelters = 2\n'
        'goals = ["p-median", "mclp"]\nnear_km = 100\ndraws = 5\nseconds = 20\nplaces = 20'
    )
    book = run_with("03_siting", parameters, tmp_path)
    _, opened = opening(book)
    (picture,) = opened.outputs
    assert "image/png" in picture.data
    best, mean = best_pair(study, tmp_path / "mine.csv")
    first = shown(book, "conclusion").splitlines()[0]
    assert f"2 new shelters at {', '.join(best)} bring" in first
    assert f"to {mean:.0f} km" in first
    table = shown(book, "models")
    assert table.count("optimal") == 2
    said = Words("en").text
    assert said("model.p-median_name") in table
    assert said("model.mclp_name") in table
    assert said("model.p-center_name") not in table  # the goals that she left out are not asked
    chosen = set(re.findall(r"(?:First|Second|Third|Fourth) field", table))
    assert chosen
    assert "Lankaran" not in table  # none of the study's own settlements is left
    assert re.search(r"candidate\s+4\b", shown(book, "load"))


def best_pair(study: Study, path: Path) -> tuple[list[str], float]:
    """Try every pair of her places: most people with a road first, then the least mean."""
    table = pd.read_csv(path, index_col="candidate_id")
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326
    )
    roads = {"snapping": joiner(study), "engine": engine(study)}
    to_new, to_old = (
        cost_matrix(study.network, centres(study), sites, **roads).distance_km.fillna(np.inf)
        for sites in (points, study.shelters)
    )
    today, people = to_old.min(axis=1), study.districts["population"]
    ranked = []
    for pair in combinations(points.index, 2):
        nearest = np.minimum(today, to_new[list(pair)].min(axis=1))
        reached = np.isfinite(nearest)
        lost = people[~reached].sum()
        ranked.append((lost, np.average(nearest[reached], weights=people[reached]), pair))
    _, mean, pair = min(ranked)
    return [table.loc[key, "name"] for key in pair], float(mean)
