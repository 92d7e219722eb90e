"""Kinds of columns: their Frictionless type, their decimals and their unit, with a description."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Column(NamedTuple):
    """Frictionless type, decimals kept in files, and a description."""

    type: str
    description: str
    decimals: int = 0


def km(description: str) -> Column:
    """Describe kilometres, kept to the metre."""
    return Column("number", f"{description}, kilometres", 3)


def minutes(description: str) -> Column:
    """Describe minutes."""
    return Column("number", f"{description}, minutes", 2)


def pct(description: str) -> Column:
    """Describe a share in per cent."""
    return Column("number", f"{description}, per cent", 2)


def text(description: str) -> Column:
    """Describe text or a key."""
    return Column("string", description)


def whole(description: str) -> Column:
    """Describe a whole number."""
    return Column("integer", description)


def number(description: str, decimals: int = 3) -> Column:
    """Describe a number with its decimals."""
    return Column("number", description, decimals)


def three(name: str, description: str, decimals: int) -> dict[str, Column]:
    """Describe the low, central and high reading of one figure."""
    words = {"low": "least of the readings", "central": "middle", "high": "most of the readings"}
    return {
        f"{name}_{corner}": number(f"{description}: {word}", decimals)
        for corner, word in words.items()
    }


def ends(name: str, column: Column) -> dict[str, Column]:
    """Describe the low and high end of one figure."""
    return {f"{name}_low": column, f"{name}_high": column}


def keyed(name: str, description: str, keys: Iterable[StrEnum]) -> dict[str, Column]:
    """Describe a column of keys, and the one beside it with their English words."""
    return {
        name: text(f"{description}, by key, or empty: {', '.join(keys)}"),
        f"{name}_en": text(f"{description}, in English; a study may have words of its own"),
    }
