"""One GeoPackage with every layer of a study, for QGIS and other desktop software."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.util import vsi_path

from shelter_geo.errors import OutputError


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path, *, as_of: dt.date) -> None:
    """Write layers into one file that holds no clock.

    Parameters
    ----------
    layers
        Frames in EPSG:4326 by layer name.
    path
        File to write.
    as_of
        Day of the study, written where the format asks for the time of the last change.

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
                frame.reset_index(drop=True),
                target,
                layer=name,
                driver="GPKG",
                append=target.exists(),
                geometry_type=_kind(frame),
                layer_options={"SPATIAL_INDEX": "YES"},
            )
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
            for table in (f"{name}", f"rtree_{name}_geom"):
                (rows,) = base.execute(f'SELECT count(*) FROM "{table}"').fetchone()
                if rows != len(frame):
                    raise ValueError(f"{table} holds {rows} rows of {len(frame)}")


def _kind(frame: gpd.GeoDataFrame) -> str:
    kinds = sorted(set(frame.geom_type))
    return kinds[0] if len(kinds) == 1 else "Unknown"
