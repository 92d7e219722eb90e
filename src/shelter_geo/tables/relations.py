"""Checks between tables: keys that lead somewhere, points that lie in the country."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from shelter_geo.errors import Fault

BORDER_TOLERANCE_DEG = 0.15
"""Generalised boundaries run up to some ten kilometres off the true ones."""


def unknown_keys(
    path: Path, table: pd.DataFrame, column: str, known: pd.Series, *, of: str
) -> list[Fault]:
    """Name every key of a column that another table does not hold.

    Parameters
    ----------
    path
        File of `table`, for the fault.
    table
        Indexed by row number. Blank keys are passed over.
    column
        Column of keys.
    known
        Keys that exist.
    of
        What the keys stand for, such as "district".
    """
    keys = table[column]
    lost = keys[(keys != "") & ~keys.isin(known)]
    return [
        Fault(
            path.name, f"no {of} has this key", f"Use a key of the {of}s table.", row, column, key
        )
        for row, key in zip(lost.index.tolist(), lost, strict=True)
    ]


def misplaced_points(path: Path, table: pd.DataFrame, country: shapely.Geometry) -> list[Fault]:
    """Name every point outside the country, and say where latitude and longitude look swapped.

    Parameters
    ----------
    path
        File of `table`, for the fault.
    table
        With `lat` and `lon` in degrees, indexed by row number.
    country
        Outline in EPSG:4326.
    """
    near = shapely.buffer(country, BORDER_TOLERANCE_DEG)
    shapely.prepare(near)
    lat, lon = table["lat"].to_numpy(float), table["lon"].to_numpy(float)
    inside, swapped = shapely.contains_xy(near, lon, lat), shapely.contains_xy(near, lat, lon)
    rows, faults = table.index.tolist(), []
    for i in np.flatnonzero(~inside).tolist():
        row, value = rows[i], f"{lat[i]}, {lon[i]}"
        if swapped[i]:
            message, remedy = "latitude and longitude are swapped", "Exchange the two cells."
        else:
            message, remedy = "the point lies outside the study's boundaries", "Check the point."
        faults.append(Fault(path.name, message, remedy, row, "lat, lon", value))
    return faults


def uneven_sums(path: Path, districts: pd.DataFrame) -> list[Fault]:
    """Name districts with more women than people, or where men and women do not add up.

    Parameters
    ----------
    path
        File of `districts`, for the fault.
    districts
        With `population`, `women` and perhaps `men`, indexed by row number.
    """
    too_many = districts["women"] > districts["population"]
    women = districts.loc[too_many, "women"]
    faults = [
        Fault(path.name, "more women than people", "Check both cells.", row, "women", str(n))
        for row, n in zip(women.index.tolist(), women, strict=True)
    ]
    if "men" not in districts:
        return faults
    off = (districts["men"] + districts["women"] != districts["population"]).fillna(False)
    men = districts.loc[off & ~too_many, "men"]
    return faults + [
        Fault(
            path.name,
            "men and women do not add up to the population",
            "Correct one of the three, or leave men blank where it is not known.",
            row,
            "men",
            str(n),
        )
        for row, n in zip(men.index.tolist(), men, strict=True)
    ]


def bare_districts(path: Path, districts: pd.DataFrame, settlements: pd.DataFrame) -> list[Fault]:
    """Name districts in which no settlement lies, so that their people would have no place.

    Parameters
    ----------
    path
        File of `districts`, for the fault.
    districts, settlements
        Both with `district_id`; districts indexed by row number.
    """
    bare = districts[~districts["district_id"].isin(settlements["district_id"])]
    remedy = "Add its centre to the settlements table."
    return [
        Fault(path.name, "no settlement lies in this district", remedy, row, "district_id", key)
        for row, key in zip(bare.index.tolist(), bare["district_id"], strict=True)
    ]


def homeless_shelters(path: Path, shelters: pd.DataFrame, settlements: pd.DataFrame) -> list[Fault]:
    """Name shelters whose settlement is unknown or lies in another district.

    Parameters
    ----------
    path
        File of `shelters`, for the fault.
    shelters
        With `settlement_id` and `district_id`, indexed by row number.
    settlements
        With the same two keys.
    """
    known = settlements["settlement_id"]
    faults = unknown_keys(path, shelters, "settlement_id", known, of="settlement")
    home = settlements.drop_duplicates("settlement_id").set_index("settlement_id")["district_id"]
    there = shelters["settlement_id"].map(home)
    strays = shelters[there.notna() & (there != shelters["district_id"])]
    return faults + [
        Fault(
            path.name,
            "the settlement lies in another district",
            f"Write {there[row]}, or name another settlement.",
            row,
            "district_id",
            key,
        )
        for row, key in zip(strays.index.tolist(), strays["district_id"], strict=True)
    ]


def read_areas(path: Path, key: str) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read a GeoJSON file of areas keyed by a property.

    Parameters
    ----------
    path
        GeoJSON in EPSG:4326.
    key
        Property that every feature must carry; an empty text asks for none.

    Returns
    -------
    areas
        Sorted by key; None if there is any fault.
    faults
        All faults, with the feature's number as row.
    """
    if not path.is_file():
        return None, [Fault(path.name, "there is no such file", f"Put it at {path}.")]
    try:
        areas = gpd.read_file(path, engine="pyogrio")
    except Exception as error:  # pyogrio raises a different class for every way to be broken
        reason = str(error).splitlines()[0][:120]
        return None, [Fault(path.name, "cannot be read as GeoJSON", f"GDAL says: {reason}.")]
    if len(areas) == 0:
        return None, [Fault(path.name, "holds no feature", "Give at least one area.")]
    if key and key not in areas:
        return None, [Fault(path.name, "the property is missing", "Add it.", column=key)]
    faults = [
        Fault(path.name, "the geometry is empty or not valid", "Repair it.", row=int(i) + 1)
        for i in np.flatnonzero(areas.geometry.isna() | ~areas.geometry.is_valid)
    ]
    if key:
        doubled = areas.loc[areas[key].duplicated(), key]
        faults += [
            Fault(path.name, "this key stands twice", "Merge the two.", int(i) + 1, key, str(value))
            for i, value in doubled.items()
        ]
    if faults:
        return None, faults
    return (areas.sort_values(key, ignore_index=True) if key else areas), []
