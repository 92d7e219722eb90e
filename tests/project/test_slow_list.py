"""The list of slow tests names folders, files and tests that are there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LISTED = (TESTS / "slow.txt").read_text(encoding="utf-8").split()


def test_the_list_is_sorted_and_names_nothing_twice() -> None:
    assert sorted(set(LISTED)) == LISTED


@pytest.mark.parametrize("entry", LISTED)
def test_what_is_listed_is_there(entry: str) -> None:
    path, _, test = entry.partition("::")
    assert (TESTS / path).exists()
    if test:
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
