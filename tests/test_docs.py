"""The documentation says what the code computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fill_docs import PART, PARTS, documents, filled, headline

import shelter_geo
from shelter_geo.scenarios import Evaluation

ROOT = Path(__file__).parents[1]
DOCUMENTS = documents()
MEASURED = {"performance.md"}
"""Documents of timings, which differ from machine to machine and are written by the benchmarks."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_quoted_figures_are_those_of_the_run(path: Path, evaluation: Evaluation) -> None:
    text = path.read_text(encoding="utf-8")
    if PART.search(text):
        assert filled(text, evaluation) == text, "run tools/fill_docs.py"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_no_result_is_typed_by_hand(path: Path, evaluation: Evaluation) -> None:
    if path.name in MEASURED:
        return
    text = CODE.sub("", PART.sub("", path.read_text(encoding="utf-8")))
    results = re.findall(r"\*\*(?:\w+, )?([\d,]+(?: km)?)", headline(evaluation))
    assert len(results) == 5
    assert [result for result in results if re.search(rf"\b{result}\b", text)] == []


def test_every_part_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    used = {part["name"] for text in texts for part in PART.finditer(text)}
    assert used == set(PARTS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    lost = [
        to
        for to in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
        if not (path.parent / to).exists()
    ]
    assert lost == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "methods").glob("*.md")), ids=name)
def test_every_method_says_when_it_misleads(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert "mislead" in text
    assert "assume" in text or path.stem == "privacy"
    assert "$$" in text or "| formula |" in text or path.stem == "scenarios"


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
