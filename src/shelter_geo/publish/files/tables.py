"""Tables for spreadsheets: UTF-8 with a byte order mark, fixed decimals, no live cells."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.util import vsi_path

from shelter_geo.errors import OutputError
from shelter_geo.outside import defuse, without_live_cells
from shelter_geo.publish.files.columns import Column, described
from shelter_geo.publish.files.styles import LayerStyle, write_styles
from shelter_geo.publish.words import Words
from shelter_geo.study import FALLBACK, with_known_people

KEYED: Final = {
    "reason": "reason",
    "change": "effect",
    "verdict": "verdict",
    "rule": "rule",
    "evidence": "evidence",
    "scenario_evidence": "evidence",
}
"""Columns of keys, and the section of the catalogues that has their words."""
INDEXED_FROM: Final = 20_000
"""Rows from which a layer has a spatial index: fewer are drawn as fast without, in less room."""


def write_table(
    frame: pd.DataFrame, columns: Sequence[str], path: Path, english: Words | None = None
) -> None:
    """Write a table of results.

    Missing values, and people who are not known, are empty cells, truth values `yes` and `no`; text
    that a spreadsheet would run as a formula gets an apostrophe in front. A column such as
    `reason_en` that the frame lacks gets the English words of the keys in `reason`.

    Parameters
    ----------
    frame
        Results, in the order to be written. Without a row it may lack columns.
    columns
        Columns to write; each must be known to `columns.described`.
    path
        File to write.
    english
        Words of the keys; those of shelters if not given.

    Raises
    ------
    OutputError
        If a column is not described, is not there, or holds an infinite number.
    """
    unknown = [name for name in columns if described(name) is None]
    if unknown:
        raise OutputError(f"{path.name}: columns without a description: {', '.join(unknown)}")
    frame = frame.reindex(columns=list(columns)) if frame.empty else with_known_people(frame)
    frame = _with_words(frame, columns, english or Words(FALLBACK))
    absent = [name for name in columns if name not in frame]
    if absent:
        raise OutputError(f"{path.name}: columns that are not there: {', '.join(absent)}")
    cells = pd.DataFrame({name: _cells(frame[name], path) for name in columns})
    path.parent.mkdir(parents=True, exist_ok=True)
    cells.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _with_words(frame: pd.DataFrame, columns: Sequence[str], words: Words) -> pd.DataFrame:
    """Add the English words of keys that are to stand beside them."""
    lacking = {
        f"{name}_en": [words.text(f"{section}.{key}") if key else "" for key in _keys(frame[name])]
        for name, section in KEYED.items()
        if f"{name}_en" in columns and f"{name}_en" not in frame and name in frame
    }
    return frame.assign(**lacking)


def _keys(column: pd.Series) -> list[str]:
    return ["" if pd.isna(key) else str(key) for key in column]


def _cells(column: pd.Series, path: Path) -> list[str]:
    kind, _, decimals = described(str(column.name)) or Column("string", "")
    if kind == "boolean":
        return ["yes" if value else "no" for value in column]
    if kind == "string":
        missing = column.isna().to_numpy(bool)
        texts = zip(column.to_numpy(object), missing, strict=True)
        return ["" if lacking else defuse(str(text)) for text, lacking in texts]
    number = column.astype("Float64").to_numpy(float, na_value=np.nan)
    if np.isinf(number).any():
        raise OutputError(f"{path.name}, column {column.name}: a number is infinite")
    return ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in number]


def write_geopackage(
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    *,
    as_of: dt.date,
    styles: Mapping[str, LayerStyle] | None = None,
) -> None:
    """Write layers into one file that holds no clock.

    Parameters
    ----------
    layers
        Frames in EPSG:4326 by layer name.
    path
        File to write.
    as_of
        Day of the study, written where the format asks for the time of the last change.
    styles
        How QGIS draws the layers when it opens the file, by layer name.

    Raises
    ------
    OutputError
        If the file cannot be written, or is not whole when it is read again.
    """
    target = path.absolute()
    if vsi_path(target) != str(target):
        raise OutputError(f"{path}: this path reads like an address. Leave ; and ? out of it.")
    stamp = f"{as_of.isoformat()}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                without_live_cells(frame.reset_index(drop=True)),
                target,
                layer=name,
                driver="GPKG",
                append=target.exists(),
                geometry_type=_kind(frame),
                layer_options={"SPATIAL_INDEX": "YES" if _indexed(frame) else "NO"},
            )
        if styles:
            write_styles(styles, target, stamp=stamp)
        _check_whole(layers, path)
    except (RuntimeError, ValueError, sqlite3.Error) as error:
        raise OutputError(
            f"{path.name}: could not be written: {error}. What stood there is untouched. Free some "
            "room, or choose another folder with --out."
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _check_whole(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Read the file again: on a full disk the last pages are lost without an error."""
    with closing(sqlite3.connect(path)) as base:
        state = base.execute("PRAGMA integrity_check").fetchone()[0]
        if state != "ok":
            raise ValueError(f"it is damaged: {state}")
        for name, frame in layers.items():
            for table in (name, f"rtree_{name}_geom")[: 1 + _indexed(frame)]:
                (rows,) = base.execute(f'SELECT count(*) FROM "{table}"').fetchone()
                if rows != len(frame):
                    raise ValueError(f"{table} holds {rows} rows of {len(frame)}")


def _indexed(frame: gpd.GeoDataFrame) -> bool:
    return len(frame) >= INDEXED_FROM


def _kind(frame: gpd.GeoDataFrame) -> str:
    kinds = sorted(set(frame.geom_type))
    return kinds[0] if len(kinds) == 1 else "Unknown"
