"""The documentation says what the code computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fill_docs import PART, filled

import shelter_geo
from shelter_geo.scenarios import Evaluation

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_quoted_figures_are_those_of_the_run(path: Path, evaluation: Evaluation) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text, evaluation) == text, "run tools/fill_docs.py"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    lost = [
        to
        for to in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / to).exists()
    ]
    assert lost == []


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
    named = [part for part in parts if not part.startswith("_")]
    assert [part for part in named if f"`{part}" not in text] == []
    assert len(text.splitlines()) < 80


def test_public_names_resolve() -> None:
    for name in shelter_geo.__all__:
        assert getattr(shelter_geo, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        shelter_geo.nothing  # noqa: B018
