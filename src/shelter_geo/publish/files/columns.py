"""What each column of the output tables means: its type, unit, decimals and words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from shelter_geo import vocabulary
from shelter_geo.publish.catalogue import english_name_of
from shelter_geo.study import LANGUAGE_CODE

_TRANSLATED: Final = re.compile(f"(name|region)_({LANGUAGE_CODE})")
_READINGS: Final = {
    "low": "least of the readings",
    "central": "middle",
    "high": "most of the readings",
}


class Column(NamedTuple):
    """Frictionless type, decimals kept in files, and a description."""

    type: str
    description: str
    decimals: int = 0


def described(column: str) -> Column | None:
    """Describe a column of a table; those in other languages by the one they translate."""
    if column in columns():
        return columns()[column]
    translated = _TRANSLATED.fullmatch(column)
    if translated is None:
        return None
    what = "Name" if translated[1] == "name" else "Region"
    return Column("string", f"{what} in {english_name_of(translated[2])}")


@cache
def columns() -> Mapping[str, Column]:
    """Read what every column means from `columns.toml`, by name."""
    source = files("shelter_geo.publish.files") / "columns.toml"
    subjects = tomllib.loads(source.read_text("utf-8"))
    return {
        name: column
        for subject in subjects.values()
        for entry, (kind, description) in subject.items()
        for name, column in _columns_of(entry, kind.split(), description)
    }


def _columns_of(entry: str, kind: list[str], description: str) -> Iterator[tuple[str, Column]]:
    """Give the columns that an entry stands for."""
    name, first, rest = entry.removesuffix("_*"), kind[0], kind[1:]
    if first == "keyed":
        keys = (key for vocabularies in rest for key in getattr(vocabulary, vocabularies))
        yield name, Column("string", f"{description}, by key, or empty: {', '.join(keys)}")
        own = f"{description}, in English; a study may have words of its own"
        yield f"{name}_en", Column("string", own)
    elif first == "three":
        for corner, word in _READINGS.items():
            yield f"{name}_{corner}", Column("number", f"{description}: {word}", int(rest[0]))
    else:
        column = _column(first, rest, description)
        for end in ("_low", "_high") if entry != name else ("",):
            yield f"{name}{end}", column


def _column(kind: str, decimals: list[str], description: str) -> Column:
    if kind == "number":
        return Column("number", description, int(decimals[0]))
    kinds = {
        "text": Column("string", description),
        "boolean": Column("boolean", description),
        "whole": Column("integer", description),
        "km": Column("number", f"{description}, kilometres", 3),
        "minutes": Column("number", f"{description}, minutes", 2),
        "pct": Column("number", f"{description}, per cent", 2),
    }
    return kinds[kind]
