"""A study whose every text is hostile: each payload in each text field of each input."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pandera.pandas as pa
from pydantic import BaseModel

from helpers.payloads import PAYLOADS
from helpers.speaking import LANGUAGES
from helpers.study_copy import (
    BASEMAP,
    BOUNDARIES,
    DISTRICTS,
    LINKS,
    NODES,
    PACKAGE,
    SETTLEMENTS,
    SHELTERS,
    StudyCopy,
    copy_study,
)
from shelter_geo.plans import Plan
from shelter_geo.study.guard import gives_a_place_away
from shelter_geo.study.load import bundled_study
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables import check_table, schemas
from shelter_geo.study.tables.reading import NO_LETTER
from shelter_geo.study.types import LocalText, Said

TABLES: dict[str, pa.DataFrameSchema] = {
    DISTRICTS: schemas.DISTRICTS,
    SETTLEMENTS: schemas.SETTLEMENTS,
    SHELTERS: schemas.SHELTERS,
    NODES: schemas.ROAD_NODES,
    LINKS: schemas.ROAD_LINKS,
    "standards.csv": schemas.STANDARDS,
    "published/distances.csv": schemas.PUBLISHED_DISTANCES,
    "population/residents.csv": schemas.RESIDENTS,
    "population/displaced.csv": schemas.DISPLACED,
    "published/claims.csv": schemas.CLAIMS,
    "published/statistics_by_year.csv": schemas.STATISTICS,
    "published/shelter_counts.csv": schemas.SHELTER_COUNTS,
    "roads/near_ties.csv": schemas.NEAR_TIES,
    "norms.csv": schemas.NORMS,
    "roads/travel.csv": schemas.TRAVEL,
    "shelters/admission.csv": schemas.ADMISSION,
}
"""Input tables that a study names; candidates and cases are given by themselves."""
APART = {schemas.PRIVATE_POINTS.name, schemas.CASES.name, schemas.CANDIDATES.name}
WORDS_OF: dict[str, set[str]] = {
    schemas.CLAIMS.name: {"kind", "measure", "statistic"},
    schemas.STATISTICS.name: {"measure"},
}
"""Columns of tables that must hold a word of another table or of a list."""
NAMED = {
    "checks.outside_boundaries[]",
    "roads.separate[].region",
    "capacity.demand.regions[].region",
    "capacity.norms[].standard",
    "kinds[].norm.standard",
    "capacity.by_year[].measure",
    "road[].start",
    "road[].end",
    "road[].classes[]",
}
"""Settings that must be a word of a table: any other is refused."""
STORED = [text for text in PAYLOADS if not NO_LETTER.search(text)]
"""Payloads without a character that no table may hold."""
PASSING = [text for text in STORED if not gives_a_place_away(text)]
"""Those that the guard against addresses lets pass: no link, and no number without a reason."""
ALL = " ".join(STORED)


def free_columns(schema: pa.DataFrameSchema) -> list[str]:
    """Columns of a table that take any words."""
    words = pd.Series(["Some words of no meaning"])
    return [
        name
        for name, column in schemas.in_languages(schema, LANGUAGES, ()).columns.items()
        if column.metadata["kind"] == "text"
        and name not in WORDS_OF.get(str(schema.name), ())
        and all(check(words).check_passed for check in column.checks)
    ]


def free_fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, bool]]:
    """Settings that take any words, by their path, and whether each language has its own."""
    for name, field in model.model_fields.items():
        rules = [rule for rule in field.metadata if rule not in get_args(Said)]
        yield from _free(field.annotation, bool(rules), f"{path}{name}")


def _free(kind: Any, ruled: bool, path: str) -> Iterator[tuple[str, bool]]:
    if kind == LocalText:
        yield path, True
    elif kind == Said:
        yield path, False
    elif kind is str:
        if not ruled:
            yield path, False
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from free_fields(kind, f"{path}.")
    elif hasattr(kind, "__metadata__"):
        yield from _free(get_args(kind)[0], True, path)
    elif get_args(kind):
        repeated = "[]" if getattr(kind, "__origin__", None) is tuple else ""
        inner = [part for part in get_args(kind) if part not in (type(None), Ellipsis)]
        if set(map(_plain, inner)) == {str, dict}:
            yield path, True
        elif not repeated or len(inner) == 1:
            for part in inner:
                yield from _free(part, ruled, path + repeated)


def _plain(kind: Any) -> Any:
    return getattr(kind, "__origin__", kind)


def toml(value: Any) -> str:
    """Write a value as TOML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return (
        value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)
    )


def _rotated(turn: int) -> str:
    turn %= len(PASSING)
    return " ".join([*PASSING[turn:], *PASSING[:turn]])


def _single(turn: int) -> str:
    return STORED[turn % len(STORED)]


def _fill(value: Any, path: str, fields: dict[str, bool], turn: int) -> Any:
    """Put payloads into every free field of settings that stand in a file."""
    if path in NAMED:
        return value
    if path in fields:
        texts = {lang: _rotated(turn + 7 * n) for n, lang in enumerate(LANGUAGES)}
        return texts if fields[path] else texts["en"]
    if isinstance(value, dict):
        below = {k: f"{path}.{k}" if path else k for k in value}
        return {k: _fill(v, below[k], fields, turn + n) for n, (k, v) in enumerate(value.items())}
    if isinstance(value, list):
        return [_fill(v, f"{path}[]", fields, turn + n) for n, v in enumerate(value)]
    return value


def fill_settings(copy: StudyCopy, name: str, model: type[BaseModel]) -> None:
    """Make every text of a settings file hostile."""
    document = tomllib.loads(copy.text(name))
    filled = _fill(document, "", dict(free_fields(model)), 0)
    copy.write(name, "".join(f"{key} = {toml(value)}\n" for key, value in filled.items()))


def fill_table(copy: StudyCopy, name: str) -> list[str]:
    """Make every text of a table hostile; give the complaints about what the table refuses."""
    before = copy.rows(name)
    schema, known = TABLES[name], set(before[0])
    columns = free_columns(schema)
    further = [] if schema.strict else sorted(known - set(schema.columns))
    rows = [dict(row) for row in before]
    # A table of few rows holds all payloads that pass in each cell.
    few = len(rows) < len(STORED) and schema is not schemas.ADMISSION
    of_turn = _rotated if few else _single
    for place, row in enumerate(rows):
        for turn, column in enumerate([*columns, *further]):
            row[column] = of_turn(place + turn)
    copy.write_rows(name, rows)
    _, faults = check_table(copy.path(name), schema)
    for fault in faults:
        assert fault.row is not None
        assert fault.column in {*columns, *further}
        assert fault.remedy
        rows[fault.row - 2][fault.column] = "Plain words"
    copy.write_rows(name, rows)
    return [str(fault) for fault in faults]


def multiply(copy: StudyCopy, name: str, key: str | None) -> None:
    """Repeat the rows of a short table until it has a row for each payload."""
    rows = copy.rows(name)
    more = [dict(rows[n % len(rows)]) for n in range(len(STORED) - len(rows))]
    for n, row in enumerate(more):
        if key is not None:
            row[key] = f"more-{n}"
    copy.write_rows(name, rows + more)


def fill_regions(copy: StudyCopy) -> None:
    """Give each region a few payloads, the same in every row, and name them so in the settings."""
    before = StudyCopy(bundled_study().parent).rows(DISTRICTS)
    regions = sorted({row["region"] for row in before})
    texts = [" ".join(STORED[n :: len(regions)]) for n in range(len(regions))]
    rows = copy.rows(DISTRICTS)
    for row, first in zip(rows, before, strict=True):
        turn = regions.index(first["region"])
        for n, column in enumerate(("", "_az", "_ru")):
            row[f"region{column}"] = texts[(turn + n) % len(texts)]
    copy.write_rows(DISTRICTS, rows)
    document = tomllib.loads(copy.text("study.toml"))
    for entry in [*document["roads"]["separate"], *document["capacity"]["demand"]["regions"]]:
        entry["region"] = texts[regions.index(entry["region"])]
    copy.write("study.toml", "".join(f"{k} = {toml(v)}\n" for k, v in document.items()))


def fill_areas(copy: StudyCopy) -> None:
    """Make the names of the ground and whatever stands beside the keys of districts hostile."""
    for name, keys in ((BASEMAP, {"kind"}), (BOUNDARIES, {"district_id"})):
        document = json.loads(copy.text(name))
        for n, feature in enumerate(document["features"]):
            for turn, (key, value) in enumerate(feature["properties"].items()):
                if isinstance(value, str) and key not in keys:
                    feature["properties"][key] = " ".join(STORED[(n + turn) % 15 :: 15])
        copy.write(name, json.dumps(document))


def fill_package(copy: StudyCopy) -> None:
    """Make the titles of sources and licences hostile, and the hashes those of the files."""
    package = json.loads(copy.text(PACKAGE))
    package["sources"] = [{"title": text} for text in PAYLOADS] + [
        {"title": text, "title_az": PAYLOADS[n - 1], "title_ru": PAYLOADS[n - 2]}
        for n, text in enumerate(PAYLOADS)
    ]
    package["licenses"] = [{"name": text, "title": text} for text in PAYLOADS]
    for resource in package["resources"]:
        data = copy.path(resource["path"]).read_bytes()
        resource["hash"] = f"sha256:{hashlib.sha256(data).hexdigest()}"
    copy.write(PACKAGE, json.dumps(package))


def hostile_study(folder: Path) -> tuple[StudyCopy, dict[str, list[str]]]:
    """Make every text of the bundled study hostile; give what its tables refused, by table."""
    copy = copy_study(folder)
    multiply(copy, SHELTERS, "shelter_id")
    multiply(copy, "standards.csv", "id")
    multiply(copy, "published/distances.csv", None)
    fill_settings(copy, "study.toml", StudySettings)
    for plan in sorted(copy.path("scenarios").glob("*.toml")):
        fill_settings(copy, f"scenarios/{plan.name}", Plan)
    refused = {name: fill_table(copy, name) for name in TABLES}
    fill_regions(copy)
    fill_areas(copy)
    fill_package(copy)
    return copy, refused


def numberlike(cell: str) -> bool:
    """Whether a cell is a plain number, which may begin with a sign."""
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None
