"""Bad cells and settings, made in their hundreds, and a good file for every door."""

from __future__ import annotations

import datetime as dt
import json
import signal
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import networkx as nx
import pandas as pd
import pandera.pandas as pa
import pyogrio

from helpers.road_toys import toy_network, write_pbf
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy
from shelter_geo.errors import Fault, TableError
from shelter_geo.plans import read_plan
from shelter_geo.roads import load_network, read_road_settings, read_roads_file, save_network
from shelter_geo.study import CANDIDATES, SHELTERS, check_table
from shelter_geo.study.origin import read_package
from shelter_geo.study.reading import read_catalogue
from shelter_geo.study.settings import read_settings
from shelter_geo.study.tables.features import read_areas
from shelter_geo.study.tables.links import read_links

LONGEST_S: Final = 20
WAITED_S: Final = 300
PLAN: Final = '[scenario]\nid = "p"\nname = "P"\n[[open]]\nsettlement_id = "s1"\nplaces = 20\n'
Read = Callable[[Path], object]
WRONG: Final[dict[str, tuple[str, ...]]] = {
    "whole": ("x", "-1", "1.5", "1e3", "nan", "inf", "1 000", "9" * 20, "0x10", "12;3", "\u0663"),
    "decimal": ("x", "nan", "inf", "1e999", "1,5", "--1", "0x10", "\u00bd", "9" * 12, "1.2.3"),
    "yes_no": ("maybe", "2", "ja", "-", "y/n", "nan"),
    "lat": ("91", "-90.1", "x", "nan", "40 24", "N40"),
    "lon": ("181", "-180.1", "x", "inf", "49\u00b052", "E49"),
    "key": ("a b", "../x", "<b>", "=x", "a,b", "x\u200b", "\u2603", "a/b", "-a", "'a"),
    "words": ("neither of them", "=1", "-1"),
}
"""Cells that stand for nothing, whatever the column, by what the column holds."""
SECRETS: Final = (
    "12 Hidden Lane", "Gizli k\u00fc\u00e7. 7, ev 2", "+994 12 555 01 99", "a@b.example",
    "40.1234, 49.5678", "https://b.example/at", "8HQ7+4X",
)  # fmt: skip
"""Invented texts that give a place away."""
WRONG_SETTINGS: Final[dict[type, tuple[Any, ...]]] = {
    bool: ("x", 7, [], {}),
    int: ("x", True, [], {}, 10**30),
    float: ("x", [], {}, True),
    str: (7, 1.5, [], True),
    list: (7, "x", True, {}),
    dict: (7, True, 1.5),
    dt.date: ("x", 7, [], dt.date(1026, 1, 1), dt.date(2999, 1, 1)),
}
"""Values of a wrong type, by the type of the right one."""


@dataclass(frozen=True)
class Bad:
    """One bad thing: its file, where in it, and what stands there."""

    file: str
    row: int | None
    column: str
    value: str


def kind_of(name: str, column: pa.Column) -> str:
    """Say which of the wrong cells are wrong in a column; "" if any text may stand there."""
    words, kind = column.metadata["words"], str(column.metadata["kind"])
    if name in ("lat", "lon"):
        return name
    if kind != "text":
        return kind
    if words:
        return "words"
    return "key" if any("is not a key" in str(check.error) for check in column.checks) else ""


def bad_cells(name: str, schema: pa.DataFrameSchema, columns: list[str]) -> Iterator[Bad]:
    """Give every wrong cell of every column that a table has; the rows are not yet chosen."""
    for column in columns:
        if column not in schema.columns:
            continue
        rule = schema.columns[column]
        kind = kind_of(column, rule)
        yield from (Bad(name, None, column, value) for value in WRONG.get(kind, ()))
        if rule.metadata.get("guarded"):
            yield from (Bad(name, None, column, value) for value in SECRETS)


def put_cells(study: StudyCopy, cells: list[Bad]) -> list[Bad]:
    """Put each bad cell into a row of its own, and say where it stands now."""
    placed, rows = [], {}
    for cell in cells:
        table = rows.setdefault(cell.file, study.rows(cell.file))
        number = sum(other.file == cell.file for other in placed)
        row = table[number % len(table)]
        if (number := number % len(table) + 2) and cell.column in row:
            row[cell.column] = cell.value
            placed.append(Bad(cell.file, number, cell.column, cell.value))
    for name, table in rows.items():
        study.write_rows(name, table)
    return placed


def settings_in(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Give the path and the value of every setting of a document, tables and lists too."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield (*path, key), value
            yield from settings_in(value, (*path, key))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from settings_in(value, (*path, place))


def with_setting(document: dict[str, Any], path: tuple[str | int, ...], value: Any) -> str:
    """Write a document as TOML with one setting exchanged."""
    changed = json.loads(json.dumps(document, default=_day))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = _day(value) if isinstance(value, dt.date) else value
    return "".join(f"{key} = {_toml(entry)}\n" for key, entry in changed.items())


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _day(value: object) -> str:
    return f"day:{value}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str) and value.startswith("day:"):
        return value.removeprefix("day:")
    return json.dumps(value, ensure_ascii=False)


# ------------------------------------------------------------------------------ doors


def table(path: Path, schema: object) -> object:
    frame, faults = check_table(path, schema)  # type: ignore[arg-type]
    return raised(frame, faults)


def raised(content: object, faults: list[Fault]) -> object:
    if faults:
        raise TableError(faults)
    return content


def doors(folder: Path) -> dict[str, tuple[Path, Read]]:
    """Make a good file for every door, and name what reads it."""
    study = small_study(folder / "study")
    at = study.path
    (folder / "p.toml").write_text(PLAN, encoding="utf-8")
    (folder / "roads.toml").write_text("[speed_kmh]\n", encoding="utf-8")
    (folder / "en.toml").write_text('[a]\nb = "c"\n', encoding="utf-8")
    (folder / "package.json").write_text('{"name": "x", "resources": []}', encoding="utf-8")
    shelters = pd.read_csv(at("shelters.csv"))
    pyogrio.write_dataframe(shelters, folder / "shelters.xlsx", driver="XLSX", layer="shelters")
    (folder / "c.csv").write_text("candidate_id,name,lat,lon\na,A,40.5,-29.5\n", encoding="utf-8")
    spots = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01)]
    nodes = dict(enumerate(spots, start=1))
    write_pbf(folder / "x.osm.pbf", nodes, [([1, 2, 3], {"highway": "primary"})])
    write_pbf(folder / "x.osm", nodes, [([1, 2, 3], {"highway": "primary"})])
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for key, (x, y) in nodes.items():
        graph.add_node(key, x=x, y=y)
    for one, other in ((1, 2), (2, 3), (2, 1), (3, 2)):
        graph.add_edge(one, other, length=1000.0, highway="primary", osmid=1)
    nx.write_graphml(graph, folder / "x.graphml")
    save_network(toy_network(spots, [(0, 1), (1, 2)]), folder / "x.npz")
    areas = ("district_id", ("upper", "lower", "coast"))
    return {
        "settings": (study.file, read_settings),
        "shelters": (at("shelters.csv"), partial(table, schema=SHELTERS)),
        "workbook": (folder / "shelters.xlsx", partial(table, schema=SHELTERS)),
        "candidates": (folder / "c.csv", partial(table, schema=CANDIDATES)),
        "links": (at("links.csv"), lambda path: raised(*read_links(path))),
        "areas": (at("districts.geojson"), lambda path: raised(*read_areas(path, *areas))),
        "plan": (folder / "p.toml", read_plan),
        "catalogue": (folder / "en.toml", lambda path: raised(*read_catalogue(path))),
        "package": (folder / "package.json", lambda path: raised(*read_package(path))),
        "road settings": (folder / "roads.toml", read_road_settings),
        "pbf": (folder / "x.osm.pbf", read_roads_file),
        "osm": (folder / "x.osm", read_roads_file),
        "graphml": (folder / "x.graphml", read_roads_file),
        "network": (folder / "x.npz", load_network),
    }


@contextmanager
def soon() -> Iterator[None]:
    """End what hangs: by the time that it works, so that a busy machine ends nothing."""

    def late(*_: object) -> None:
        raise TimeoutError

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, LONGEST_S),)
    timers += ((signal.ITIMER_REAL, signal.SIGALRM, WAITED_S),)
    before = [signal.signal(number, late) for _, number, _ in timers]
    for timer, _, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
