"""What docstrings show is what comes out."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import shelter_geo

PACKAGE = Path(shelter_geo.__file__).parent
SHOWING = sorted(
    ".".join(["shelter_geo", *path.relative_to(PACKAGE).with_suffix("").parts])
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", SHOWING)
def test_examples(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_there_are_examples_of_each_kind() -> None:
    parts = {name.split(".")[1] for name in SHOWING}
    assert {"capacity", "publish", "roads", "siting", "study"} <= parts
