"""Tables checked against their schemas and turned into typed frames."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from shelter_geo.errors import Fault
from shelter_geo.progress import Progress, StepProgress, of_step
from shelter_geo.study.guard import (
    AWAY,
    REMEDY,
    gives_a_place_away,
    key_gives_a_place_away,
    may_be_a_true_name,
)
from shelter_geo.study.tables.columns import PLAIN_KEY
from shelter_geo.study.tables.reading import read_text_table
from shelter_geo.study.tables.schemas import in_languages


def check_table(
    path: Path,
    schema: pa.DataFrameSchema,
    *,
    secret: bool = False,
    languages: Sequence[str] = (),
    hosts: Sequence[str] = (),
    progress: Progress | None = None,
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read one table and check every cell.

    Parameters
    ----------
    path
        A CSV file.
    schema
        What the table must hold. Where it is strict, texts are kept out of the faults.
    secret
        Keep every value out of the faults, column names too, for tables that nobody may read. Such
        a table may be without rows.
    languages
        Languages of the study, in which texts may have columns of their own.
    hosts
        Public hosts to which links in texts may lead.
    progress
        Called with the name of the file, the cells that the guard has looked at and their number.

    Returns
    -------
    frame
        Indexed by row number, with every column of the schema, but for those that may be left out
        as a whole. Blank cells of optional columns and
        numbers at fault are missing values. None where rows or columns are at fault, so that
        nothing can be held against this table.
    faults
        All faults of this table; one a cell.
    """
    if progress:
        progress(path.name, 0, 1)
    raw, faults = read_text_table(path, columns=map(str, schema.columns))
    if raw is None:
        return None, faults
    told: Any = {"languages": languages, "hosts": hosts, "progress": of_step(progress, path.name)}
    return check_text(path, raw, schema, faults=faults, secret=secret, **told)


def check_text(
    path: Path,
    raw: pd.DataFrame,
    schema: pa.DataFrameSchema,
    *,
    faults: Sequence[Fault] = (),
    secret: bool = False,
    languages: Sequence[str] = (),
    hosts: Sequence[str] = (),
    progress: StepProgress | None = None,
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Check a table of text; see `check_table`.

    Parameters
    ----------
    path
        What the faults call the table.
    raw
        Text, indexed by row number.
    faults
        Those found when it was read.
    """
    faults = list(faults)
    former: Mapping[str, str] = (schema.metadata or {}).get("former", {})
    for old, new in former.items():
        if new not in raw:
            own = re.compile(rf"^{old}(?=_|$)")
            raw = raw.set_axis([own.sub(new, str(name), count=1) for name in raw], axis=1)
    may_be_empty = secret or bool((schema.metadata or {}).get("may_be_empty"))
    if raw.empty and not faults and not may_be_empty:
        faults.append(Fault(path.name, "the table holds no row", "Give at least one."))
    every = in_languages(schema, languages, map(str, raw.columns))
    faults += _column_faults(path, raw, every, secret=secret)
    untranslated = set(every.columns) - set(schema.columns) - set(raw.columns)
    schema = every.remove_columns(sorted(untranslated))
    raw = _normal(raw, schema)
    away = _texts_away(raw, schema, hosts, progress)
    cases = _failing_cells(raw, schema)
    faults += [Fault(path.name, AWAY, REMEDY, *cell) for cell in away]
    cases = [case for case in cases if (case["index"], case["column"]) not in away]
    cell_faults = [_as_fault(path, case, schema, secret=secret) for case in cases]
    if len(faults) > len(away):
        return None, faults + cell_faults
    return _typed(raw, schema, cases), faults + cell_faults


def _normal(raw: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Write cells as the schema has them: 60000.0 as 60000, No as no, TRUE as yes."""
    new = {}
    for name, column in schema.columns.items():
        if name not in raw:
            continue
        if column.metadata["kind"] == "whole":
            new[name] = raw[name].str.replace(_WHOLE_AS_DECIMAL, r"\1", regex=True)
        elif words := column.metadata["words"]:
            low = raw[name].str.lower()
            low = low.replace(_YES_NO) if "yes" in words else low
            new[name] = low.where(low.isin(words), raw[name])
    return raw.assign(**new)


_OF_WORDS: Final = re.compile(
    r"(?:^|_)(?:note|source|comment|remark|description|title|address|contact|phone|email)s?"
    r"(?:_[a-z]{2,3})?$"
)
"""Names of columns that hold words, whether a schema has them or not."""
_AT_ONCE: Final = 10_000
"""Cells after which is said how far the guard has come: a second."""
_WHOLE_AS_DECIMAL: Final = re.compile(r"^([0-9]{1,18})\.0+$")
_YES_NO: Final = {"true": "yes", "false": "no"}


def _column_faults(
    path: Path, raw: pd.DataFrame, schema: pa.DataFrameSchema, *, secret: bool
) -> list[Fault]:
    faults = []
    unknown = [str(name) for name in raw.columns if name not in schema.columns]
    # Without any known name the first row may be no header but the first shelter.
    secret |= schema.strict is True and len(unknown) == len(raw.columns)
    for name, column in schema.columns.items():
        if name in raw:
            continue
        close = _closest(name, unknown, near=column.required)
        if close is not None:
            unknown.remove(close)
            remedy = f"Rename column {_label(raw, close, secret=secret)} to {name}."
        else:
            remedy = "Add it."
        if column.required or close is not None:
            faults.append(Fault(path.name, "the column is missing", remedy, column=name))
    if schema.strict:
        remedy = "Remove it: no address, coordinate or other detail may stand here."
        for name in unknown:
            label = _label(raw, name, secret=secret or gives_a_place_away(name))
            faults.append(Fault(path.name, "the column is not known", remedy, column=label))
    return faults


def _closest(name: str, others: Collection[str], *, near: bool) -> str | None:
    """Find the column that was meant: the same but for its spelling, or else one near it."""
    spelt = {other.lower().replace(" ", "_").replace("-", "_"): other for other in others}
    if name in spelt:
        return spelt[name]
    if not near:
        return None
    close = difflib.get_close_matches(name, spelt, n=1)
    close += [other for other in spelt if other.startswith(name)]
    return spelt[close[0]] if close else None


def _label(raw: pd.DataFrame, name: str, *, secret: bool) -> str:
    """Return the name of a column, or its number where the name may be a value."""
    return str(list(raw.columns).index(name) + 1) if secret else name


def _failing_cells(raw: pd.DataFrame, schema: pa.DataFrameSchema) -> list[dict[str, Any]]:
    """Return the first failing rule of each cell, by row and column.

    The rules are tried one by one, since validation by pandera takes four times as long.
    """
    cases = []
    for place, (name, column) in enumerate(schema.columns.items()):
        if name not in raw:
            continue
        cells, failed = raw[name], np.zeros(len(raw), dtype=bool)
        for rule in column.metadata["rules"]:
            fails = ~np.asarray(rule.test(cells), dtype=bool) & ~failed
            failed |= fails
            cases += [
                (row, place, {"index": row, "column": name, "rule": rule, "value": value})
                for row, value in zip(cells.index[fails].tolist(), cells[fails], strict=True)
            ]
    return [case for *_, case in sorted(cases, key=lambda found: found[:2])]


def _texts_away(
    raw: pd.DataFrame,
    schema: pa.DataFrameSchema,
    hosts: Sequence[str],
    progress: StepProgress | None,
) -> list[tuple[int, str]]:
    """Return row and column of texts that may give a place away."""
    guarded = {
        name: column.metadata["guarded"]
        for name, column in schema.columns.items()
        if "guarded" in column.metadata and name in raw
    }
    # Notes and the like that no schema names are copied and sent with a study all the same.
    guarded |= {str(name): "text" for name in raw if _OF_WORDS.search(str(name))} | guarded
    away, whole = [], len(guarded) * len(raw)
    for place, (name, kind) in enumerate(guarded.items()):
        for first in range(0, len(raw), _AT_ONCE):
            if progress:
                progress(place * len(raw) + first, whole)
            cells = raw[name].iloc[first : first + _AT_ONCE]
            away += [
                (row, name)
                for row, text in zip(cells.index.tolist(), cells, strict=True)
                if text
                and (
                    key_gives_a_place_away(text)
                    if kind == "key"
                    else gives_a_place_away(text, hosts)
                )
            ]
    return away


def without_excused(
    table: pd.DataFrame | None, faults: Sequence[Fault], keys: Collection[str]
) -> list[Fault]:
    """Leave out what the guard says of names that a study file vouches for.

    Parameters
    ----------
    table
        As checked; None where rows or columns are at fault, which vouches for nothing.
    faults
        Of this table.
    keys
        Keys, as in its first column, of places whose names look like streets. A name with a digit,
        a link or a code is refused all the same.
    """
    if table is None or not keys:
        return list(faults)
    key = next(iter(table.columns))
    return [
        fault
        for fault in faults
        if fault.message != AWAY
        or fault.row is None
        or not str(fault.column).startswith("name_")
        or table.at[fault.row, key] not in keys
        or not may_be_a_true_name(str(table.at[fault.row, fault.column]))
    ]


def _as_fault(
    path: Path, case: dict[Any, Any], schema: pa.DataFrameSchema, *, secret: bool
) -> Fault:
    message, remedy, value = case["rule"].message, case["rule"].remedy, str(case["value"])
    row, column = int(case["index"]), str(case["column"])
    shy = len(value) > 4 and any(map(str.isalpha, value)) and gives_a_place_away(value)
    hidden = secret or shy or value == "" or (schema.strict and not _harmless(value))
    return Fault(path.name, message, remedy, row, column, None if hidden else value)


def _harmless(value: str) -> bool:
    """Whether a cell of a table of shelters is a word or a count, and so may be shown."""
    return PLAIN_KEY.fullmatch(value) is not None and not key_gives_a_place_away(value)


def _typed(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, cases: list[dict[str, Any]]
) -> pd.DataFrame:
    typed = raw.copy(deep=False)
    for name, column in schema.columns.items():
        if name not in raw and column.metadata.get("left_out"):
            continue
        text = raw[name] if name in raw else pd.Series("", index=raw.index, dtype=str)
        kind = column.metadata["kind"]
        if kind in {"whole", "decimal"}:
            failing = [case["index"] for case in cases if case["column"] == name]
            number = text.mask(text.index.isin(failing) | (text == ""))
        if kind == "whole":
            whole = pd.to_numeric(number).astype("Int64")
            typed[name] = whole if whole.isna().any() else whole.astype("int64")
        elif kind == "decimal":
            typed[name] = pd.to_numeric(number).astype("float64")
        elif kind == "yes_no":
            typed[name] = text == "yes"
        else:
            typed[name] = text if column.required else text.mask(text == "")
    return typed
