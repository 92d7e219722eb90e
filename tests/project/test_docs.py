"""The documentation says what the code computes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from doc_figures import FIGURES
from fill_docs import FIGURE, PART, PARTS, documents, filled

import shelter_geo
from shelter_geo.analysis import Evaluation
from shelter_geo.publish.catalogue import packaged

ROOT = Path(__file__).parents[2]
DOCUMENTS = documents()
MEASURED = "performance.md"
"""Measured timings stand here alone; they differ from machine to machine."""
MEASURED_PART = re.compile(r"<!-- (osm|peers|measured) -->.*?<!-- end \1 -->", re.DOTALL)
"""Parts written by a tool that needs more than the repository holds."""
NO_FIGURE = re.compile(
    r"^```.*?^```|\$\$.*?\$\$|\$[^$\n]+\$|`[^`]*`|\]\([^)]*\)|^#+ \d\. |^```\{.*",
    re.MULTILINE | re.DOTALL,
)
"""Code, formulas, targets of links and numbers of steps."""
YEAR = re.compile(r"\b(?:\d{1,2} )?(?:January|February|August|November)? ?(?:18|19|20)\d\d\b")
TYPED = {
    "Python 3.11": "the oldest version that runs",
    "EPSG:4326": "name of a coordinate system",
    "WGS84": "name of an ellipsoid",
    "UTF-8": "name of an encoding",
    "UTF-16": "name of an encoding",
    "SHA-256": "name of a method",
    "bzip2": "name of a program",
    "jinja2": "name of a package",
    "Leaflet 1.9.4 (BSD-2-Clause)": "version that is carried along",
    "Notebook 03": "name of a notebook",
    "Notebook 07": "name of a notebook",
    "below 1 is faster": "definition of a factor",
    "a share from 0 to 1": "definition of a share",
    "one zone of weight 1 for the 2SFCA, three for the E2SFCA": "definition and names of methods",
    "para 135": "place in a published text",
    '"Newbury 2"': "an invented name",
    "Places per 10,000 people": "unit of a measure",
    "to 0.1 km": "tolerance of a test, held against the test below",
    "0.0001°": "digits of the table of nodes, held against it below",
    '"About 300 km from some areas"': "the published claim",
    "from 1,700 to 3,250 m": "published, with its source",
}
"""Every figure that is typed, and why nothing fills it in."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_quoted_figures_are_those_of_the_run(path: Path, evaluation: Evaluation) -> None:
    text = path.read_text(encoding="utf-8")
    if PART.search(text) or FIGURE.search(text):
        assert filled(text, evaluation) == text, "run tools/fill_docs.py"


def typed(text: str) -> str:
    """What is left of a document without all that is filled in, measured, code or a year."""
    for pattern in (PART, FIGURE, MEASURED_PART, NO_FIGURE, YEAR):
        text = pattern.sub("", text)
    return text


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if p.name != MEASURED], ids=name)
def test_no_figure_is_typed_by_hand(path: Path) -> None:
    text = " ".join(typed(path.read_text(encoding="utf-8")).split())
    for known in TYPED:
        text = text.replace(known, "")
    assert re.findall(r".{0,40}\d.{0,20}", text) == [], "fill it in, or say why it is typed"


def test_figures_allowed_to_be_typed_are_there() -> None:
    texts = [" ".join(typed(path.read_text(encoding="utf-8")).split()) for path in DOCUMENTS]
    assert [known for known in TYPED if not any(known in text for text in texts)] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It is 298 km far.", True),
        ("About 58 % are missing.", True),
        ("It is <!-- = farthest_km -->298 km<!-- --> far.", False),
        ("Beasley (1985), on 22 November 2026.", False),
        ("`p = 3` and $x_2$", False),
        ("| Lerik | 298 |", True),
    ],
)
def test_a_typed_figure_is_found(text: str, left: bool) -> None:
    assert bool(re.search(r"\d", typed(text))) is left


def test_typed_tolerances_are_those_of_the_tests_and_tables() -> None:
    assert "0.1" in (ROOT / "tests" / "access" / "test_costs.py").read_text(encoding="utf-8")
    with (ROOT / "data" / "roads" / "nodes.csv").open(encoding="utf-8", newline="") as file:
        places = [row["lat"] for row in csv.DictReader(file)]
    digits = Counter(len(place.partition(".")[2]) for place in places)
    assert digits.most_common(1)[0][0] == 4


def test_measured_figures_say_where_when_and_how() -> None:
    text = (ROOT / "docs" / MEASURED).read_text(encoding="utf-8")
    head = text.partition("\n## ")[0]
    assert "processors" in head
    assert re.search(r"20\d\d", head)
    assert "make bench" in head
    optima = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert "benchmarks/orlib.py" in optima


def test_every_part_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    used = {part["name"] for text in texts for part in PART.finditer(text)}
    assert used == set(PARTS)
    quoted = {figure["name"] for text in texts for figure in FIGURE.finditer(text)}
    assert quoted == set(FIGURES)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    lost = [
        to
        for to in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
        if not (path.parent / to).exists()
    ]
    assert lost == []


# It tells where the coalition's paragraphs are answered, and is no method of its own.
ANSWERS = ROOT / "docs" / "methods" / "what-the-coalition-asks.md"
METHODS = sorted({*(ROOT / "docs" / "methods").glob("*.md")} - {ANSWERS})


@pytest.mark.parametrize("path", METHODS, ids=name)
def test_every_method_has_formula_units_source_assumptions_and_limits(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    for part in ("mislead", "assume", "unit", "source", "$$"):
        assert part in text, part


def test_readme_is_short_and_names_both_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    assert "make run" in text
    assert "make test" in text
    assert PART.search(text)


def test_architecture_names_every_part() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "shelter_geo"
    parts = [path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()]
    named = [part for part in parts if part[0] not in "._"]
    assert [part for part in named if f"`{part}" not in text] == []
    assert len(text.splitlines()) < 80


def test_public_names_resolve() -> None:
    for name in shelter_geo.__all__:
        assert getattr(shelter_geo, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        shelter_geo.nothing  # noqa: B018


def test_the_gallery_shows_every_picture_small_and_says_its_command() -> None:
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = {Path(link) for link in re.findall(r"!\[[^]]+\]\(([^)]+)\)", gallery)}
    known = [key for key in packaged("en") if re.match(r"index\.(figure|share)_", key)]
    stems = [f"{of}_{kind}" for of, kind in (key[6:].split("_", 1) for key in known)]
    assert len(stems) == 15
    for stem in stems:
        pictures = [path for path in shown if path.stem.startswith(stem)]
        assert pictures, stem
    for path in shown:
        assert (ROOT / "docs" / path).stat().st_size < 150_000, path
    for told in re.findall(r"^\*\*[^*]+\*\* \(.*$", gallery, re.MULTILINE):
        assert "`shelter-geo " in told, told
