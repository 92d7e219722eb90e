"""Tables checked against their schemas and turned into typed frames."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from shelter_geo.errors import Fault
from shelter_geo.tables.reading import read_text_table


def check_table(
    path: Path, schema: pa.DataFrameSchema, *, secret: bool = False
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read one table and check every cell.

    Parameters
    ----------
    path
        A CSV file.
    schema
        What the table must hold.
    secret
        Keep cell values out of the faults, for tables that nobody may read.

    Returns
    -------
    frame
        Typed columns, indexed by row number; None if there is any fault.
    faults
        All faults of this table, by row and column.
    """
    raw, faults = read_text_table(path)
    if raw is None:
        return None, faults
    faults = _column_faults(path, raw, schema)
    present = schema.remove_columns([name for name in schema.columns if name not in raw])
    faults += _cell_faults(path, raw, present, secret=secret)
    if faults:
        return None, faults
    return _typed(raw, present), []


def _column_faults(path: Path, raw: pd.DataFrame, schema: pa.DataFrameSchema) -> list[Fault]:
    faults = []
    unknown = [str(name) for name in raw.columns if name not in schema.columns]
    for name, column in schema.columns.items():
        if column.required and name not in raw:
            close = difflib.get_close_matches(name, unknown, n=1)
            remedy = f"Rename {close[0]!r} to {name!r}." if close else "Add it."
            faults.append(Fault(path.name, "the column is missing", remedy, column=name))
    if schema.strict:
        for name in unknown:
            remedy = "Remove it: no address, coordinate or other detail may stand here."
            faults.append(Fault(path.name, "the column is not known", remedy, column=name))
    return faults


def _cell_faults(
    path: Path, raw: pd.DataFrame, schema: pa.DataFrameSchema, *, secret: bool
) -> list[Fault]:
    known = raw[list(schema.columns)]
    try:
        schema.validate(known, lazy=True)
    except pa.errors.SchemaErrors as error:
        place = {name: position for position, name in enumerate(known.columns)}
        cases = error.failure_cases.to_dict("records")
        cases.sort(key=lambda case: (case["index"], place[case["column"]]))
        return [_as_fault(path, case, secret=secret) for case in cases]
    return []


def _as_fault(path: Path, case: dict[Any, Any], *, secret: bool) -> Fault:
    message, _, remedy = str(case["check"]).partition("\t")
    return Fault(
        path.name,
        message,
        remedy,
        row=int(case["index"]),
        column=str(case["column"]),
        value=None if secret else str(case["failure_case"]),
    )


def _typed(raw: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    typed = raw.copy()
    for name, column in schema.columns.items():
        kind = column.metadata["kind"]
        if kind == "whole":
            typed[name] = pd.to_numeric(raw[name].replace("", None)).astype("Int64")
            if not typed[name].isna().any():
                typed[name] = typed[name].astype("int64")
        elif kind == "decimal":
            typed[name] = pd.to_numeric(raw[name]).astype("float64")
        elif kind == "yes_no":
            typed[name] = raw[name] == "yes"
    return typed
