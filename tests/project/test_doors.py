"""Rooms of the package: who may import what, and that nothing goes round in circles."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import shelter_geo

ROOT = Path(shelter_geo.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
ROOMS = ("access", "analysis", "capacity", "plans", "publish", "roads", "siting", "study")
# What loads the solvers of siting has doors of its own, and so has each part of the pages that
# has words for the terminal: what needs neither starts without them.
DOORS = {f"shelter_geo.{room}" for room in ROOMS} | {
    "shelter_geo.analysis.cut_off",
    "shelter_geo.analysis.draws",
    "shelter_geo.analysis.ensemble",
    "shelter_geo.analysis.places_question",
    "shelter_geo.analysis.siting_question",
    "shelter_geo.analysis.siting_results",
    "shelter_geo.publish.meanwhile",
    "shelter_geo.publish.siting",
    "shelter_geo.publish.study",
}
# Commands import what they need when they are called, so that help is there at once.
FREE_IN_CLI = (
    "shelter_geo",
    "shelter_geo.cli",
    "shelter_geo.errors",
    "shelter_geo.outside",
    "shelter_geo.progress",
)


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST, *, inside_functions: bool = True) -> Iterator[tuple[str, str]]:
    """Modules of the package that code imports, with each name taken from them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shelter_geo"):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.name, "") for a in node.names if a.name.startswith("shelter_geo"))
        elif is_for_types(node):
            continue
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, inside_functions=inside_functions)


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_rooms_import_each_other_by_their_doors() -> None:
    past_the_door = {
        (name_of(file), module)
        for file in FILES
        for module, _ in imports(ast.parse(file.read_text(encoding="utf-8")))
        if room_of(module) in ROOMS
        and room_of(module) != room_of(name_of(file))
        and file.parent != ROOT
        and module not in DOORS
    }
    assert past_the_door == set()


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebooks_import_from_doors(file: Path) -> None:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    taken = list(imports(ast.parse(code)))
    assert taken
    for module, name in taken:
        assert module in DOORS | {"shelter_geo", "shelter_geo.errors"}
        door = import_module(module)
        assert name in getattr(door, "__all__", [name])
        # A part of the pages may be taken whole, with all the texts that it has.
        assert hasattr(door, name) or find_spec(f"{module}.{name}")


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_gives_what_it_lists(room: str) -> None:
    door = import_module(f"shelter_geo.{room}")
    listed = door.__all__
    assert sorted(set(listed)) == sorted(listed)
    assert set(listed) <= set(dir(door))
    for name in listed:
        assert not isinstance(getattr(door, name), ModuleType), name
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_that_name'"):
        door.nothing_of_that_name  # noqa: B018


def test_no_module_imports_itself_through_others() -> None:
    modules = {name_of(file) for file in FILES}
    graph = {
        name_of(file): {
            f"{module}.{name}" if f"{module}.{name}" in modules else module
            for module, name in imports(ast.parse(file.read_text(encoding="utf-8")))
        }
        - {name_of(file)}
        for file in FILES
    }
    # The package itself lists names of its rooms and imports them when they are first used.
    graph = {name: deps - {"shelter_geo"} for name, deps in graph.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None


def test_commands_import_rooms_only_when_they_are_called() -> None:
    early = {
        (file.name, module)
        for file in sorted((ROOT / "cli").glob("*.py"))
        for module, _ in imports(
            ast.parse(file.read_text(encoding="utf-8")), inside_functions=False
        )
        if not any(module == free or module.startswith(f"{free}.") for free in FREE_IN_CLI[1:])
        and module != FREE_IN_CLI[0]
    }
    assert early == set()
