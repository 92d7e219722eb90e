"""Mutations of a study: one thing of one of its files blank, wrong, exchanged, doubled or gone."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from helpers.study_copy import StudyCopy

CELLS: Final = (
    "", "x", "-1", "0", "0.0001", "1", "999", "1000000000", "99999999999999999999", "1e308",
    "yes", "2099-13-45", "\u200b", "Total", "a" * 300,
)  # fmt: skip
VALUES: Final = (
    '""', '"x"', "-1", "0", "1e-300", "0.5", "7", "1e12", "true", "[]", "{}", "[1, 2]",
    "1026-01-01", "2999-12-31", '"nowhere.csv"', '"../.."', '"Total"',
)  # fmt: skip
_SETTING: Final = re.compile(r"\s*[\w.-]+\s*=\s*\S")


def mutate(study: StudyCopy, seed: int) -> str:
    """Make one mutation, and say which.

    Parameters
    ----------
    study
        A copy, which is changed.
    seed
        The same mutation for the same number and the same study.
    """
    chance = random.Random(seed)
    files = sorted(path for path in study.folder.rglob("*") if path.suffix in _BY_ENDING)
    path = chance.choice(files)
    said = _BY_ENDING[path.suffix](path, chance)
    return f"{path.relative_to(study.folder)}: {said}"


def _table(path: Path, chance: random.Random) -> str:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    row, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
    other = chance.randrange(len(rows))
    kind = chance.choice(("cell", "cell", "cell", "swap", "double", "delete", "column", "exchange"))
    if kind == "cell":
        rows[row][column] = chance.choice(CELLS)
    elif kind == "swap":
        rows[row][column], rows[row][column - 1] = rows[row][column - 1], rows[row][column]
    elif kind == "double":
        rows.insert(row, list(rows[row]))
    elif kind == "delete":
        del rows[row]
    elif kind == "column":
        rows = [cells[:column] + cells[column + 1 :] for cells in rows]
    else:
        rows[row][column], rows[other][column] = rows[other][column], rows[row][column]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return f"{kind} in line {row + 1}, column {column + 1}: {rows[min(row, len(rows) - 1)]}"


def _settings(path: Path, chance: random.Random) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    at = chance.choice([i for i, line in enumerate(lines) if _SETTING.match(line)])
    kind = chance.choice(("value", "value", "value", "delete", "double", "name"))
    key, _, value = lines[at].partition("=")
    if kind == "value":
        lines[at] = f"{key}= {chance.choice(VALUES)}"
    elif kind == "delete":
        del lines[at]
    elif kind == "double":
        lines.insert(at, lines[at])
    else:
        lines[at] = f"{key.strip()}x ={value}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{kind} in line {at + 1}: {lines[min(at, len(lines) - 1)]}"


def _areas(path: Path, chance: random.Random) -> str:
    document = json.loads(path.read_text(encoding="utf-8"))
    features: list[dict[str, Any]] = document["features"]
    one, other = chance.choice(features), chance.choice(features)
    kind = chance.choice(("exchange", "delete", "double", "turn", "shift", "same", "property"))
    if kind == "exchange":
        one["geometry"], other["geometry"] = other["geometry"], one["geometry"]
    elif kind == "delete":
        features.remove(one)
    elif kind == "double":
        features.append(one)
    elif kind == "turn":
        _move(one["geometry"], lambda at: [at[1], at[0], *at[2:]])
    elif kind == "shift":
        _move(one["geometry"], lambda at: [at[0] + 3, *at[1:]])
    elif kind == "same":
        for feature in features:
            feature["geometry"] = one["geometry"]
    else:
        one["properties"][chance.choice(sorted(one["properties"]))] = chance.choice((None, "", 7))
    path.write_text(json.dumps(document), encoding="utf-8")
    return f"{kind} of {one['properties']}"


def _move(geometry: dict[str, Any], by: Callable[[list[float]], list[float]]) -> None:
    def moved(part: Any) -> Any:
        return by(part) if isinstance(part[0], int | float) else [moved(inner) for inner in part]

    geometry["coordinates"] = moved(geometry["coordinates"])


_BY_ENDING: Final[dict[str, Callable[[Path, random.Random], str]]] = {
    ".csv": _table, ".toml": _settings, ".geojson": _areas,
}  # fmt: skip
