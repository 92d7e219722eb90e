"""One GeoPackage with every layer of a study, for QGIS and other desktop software."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pyogrio

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
        If the file cannot be written.
    """
    stamp = f"{as_of.isoformat()}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                frame.reset_index(drop=True),
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                geometry_type=_kind(frame),
                layer_options={"SPATIAL_INDEX": "YES"},
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(f"{path.name}: could not be written: {error}") from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _kind(frame: gpd.GeoDataFrame) -> str:
    kinds = sorted(set(frame.geom_type))
    return kinds[0] if len(kinds) == 1 else "Unknown"
