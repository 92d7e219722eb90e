"""Checks between tables: keys that lead somewhere, points that lie in the country."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from shelter_geo.errors import Fault, shown
from shelter_geo.study.tables.columns import FILLED_OR_NONE

BORDER_TOLERANCE_DEG = 0.15
"""Generalised boundaries run up to some ten kilometres off the true ones."""
OUTSIDE = "the point lies outside the study's boundaries"
ELSEWHERE = "lies within the study's boundaries"
BARE = "no settlement lies in this district"


def no_key(of: str) -> str:
    """Say that nothing has a key; `of` is what the key stands for, such as "district"."""
    return f"no {of} has this key"


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
    named = keys.unique()
    # Only keys that are named are compared: a set of every settlement takes a hundred bytes a key.
    there = known[known.isin(named)].unique()
    lost = keys[~keys.isin(there) & (keys != "")]
    return [
        Fault(path.name, no_key(of), f"Use a key of the {of}s table.", row, column, key)
        for row, key in zip(lost.index.tolist(), lost, strict=True)
    ]


def foreign_areas(path: Path, areas: pd.DataFrame, known: pd.Series) -> list[Fault]:
    """Say that no area has the key of a district; a single one may be without figures.

    Parameters
    ----------
    path
        File of `areas`, for the fault.
    areas
        With `district_id`.
    known
        Keys of the districts.
    """
    keys = areas["district_id"]
    if keys.isin(known).any():
        return []
    message = f"none of the {len(areas)} areas has the key of a district"
    remedy = f"Use keys of the districts table, such as {', '.join(known.head(2))}."
    return [Fault(path.name, message, remedy, column="district_id", value=str(keys.iloc[0]))]


def misplaced_points(
    path: Path, table: pd.DataFrame, country: shapely.Geometry, *, abroad: bool = False
) -> list[Fault]:
    """Name every point outside the country, and say where latitude and longitude look swapped.

    Parameters
    ----------
    path
        File of `table`, for the fault.
    table
        With `lat` and `lon` in degrees, indexed by row number. Missing ones are passed over.
    country
        Outline in EPSG:4326.
    abroad
        Whether points may lie outside, so that only swapped ones are named.
    """
    near = shapely.buffer(country, BORDER_TOLERANCE_DEG)
    shapely.prepare(near)
    known = table[table["lat"].notna() & table["lon"].notna()]
    lat, lon = known["lat"].to_numpy(float), known["lon"].to_numpy(float)
    inside, swapped = shapely.contains_xy(near, lon, lat), shapely.contains_xy(near, lat, lon)
    if len(known) > 1 and (swapped & ~inside).all():
        message = "latitude and longitude are swapped in every row"
        remedy = "Exchange the two columns; if they are right, the boundaries are swapped."
        return [Fault(path.name, message, remedy, column="lat, lon")]
    rows, faults = known.index.tolist(), []
    for i in np.flatnonzero(~inside & (swapped if abroad else True)).tolist():
        row, value = rows[i], f"{lat[i]}, {lon[i]}"
        if swapped[i]:
            message, remedy = "latitude and longitude are swapped", "Exchange the two cells."
        else:
            message, remedy = OUTSIDE, "Check the point."
        faults.append(Fault(path.name, message, remedy, row, "lat, lon", value))
    return faults


def uneven_sums(path: Path, districts: pd.DataFrame) -> list[Fault]:
    """Name districts with more women than people, or whose men and women do not add up.

    Missing numbers are passed over; a table without any people is named as such.

    Parameters
    ----------
    path
        File of `districts`, for the fault.
    districts
        With `population`, `men` and perhaps `women`, indexed by row number.
    """
    if (districts["population"].fillna(0) == 0).all():
        remedy = "Give the people of each district, as far as they are known."
        return [Fault(path.name, "nobody lives in any district", remedy, column="population")]
    if "women" not in districts:
        return _too_many(path, districts, "men")
    faults = _too_many(path, districts, "women") + _one_of_two(path, districts)
    too_many = (districts["women"] > districts["population"]).fillna(False)
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


def _one_of_two(path: Path, districts: pd.DataFrame) -> list[Fault]:
    """Name districts whose women are counted and whose people are not, or the other way round."""
    people, women = districts["population"].notna(), districts["women"].notna()
    cases = (
        (women & ~people, "population", "women are counted, but the people are not known"),
        (people & ~women, "women", FILLED_OR_NONE.message),
    )
    remedies = ("Give the people, or leave both cells empty.", FILLED_OR_NONE.remedy)
    return [
        Fault(path.name, message, remedy, row, column)
        for (off, column, message), remedy in zip(cases, remedies, strict=True)
        for row in districts.index[off].tolist()
    ]


def _too_many(path: Path, districts: pd.DataFrame, who: str) -> list[Fault]:
    """Name districts with more women, or men, than people."""
    more = (districts[who] > districts["population"]).fillna(False)
    return [
        Fault(path.name, f"more {who} than people", "Check both cells.", row, who, str(n))
        for row, n in zip(districts.index[more].tolist(), districts.loc[more, who], strict=True)
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
    bare = districts[~districts["district_id"].isin(settlements["district_id"].unique())]
    remedy = "Add its centre to the settlements table."
    return [
        Fault(path.name, BARE, remedy, row, "district_id", key)
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
    towns = settlements[known.isin(shelters["settlement_id"].unique())]
    home = towns.drop_duplicates("settlement_id").set_index("settlement_id")["district_id"]
    there = shelters["settlement_id"].map(home)
    strays = shelters[there.notna() & (there != shelters["district_id"])]
    return faults + [
        Fault(
            path.name,
            "the settlement lies in another district",
            f"Write {own}, or name another settlement.",
            row,
            "district_id",
            key,
        )
        for row, key in zip(strays.index.tolist(), strays["district_id"], strict=True)
        if (own := shown(there[row]).strip("'"))
    ]


def odd_departures(path: Path, travel: pd.DataFrame) -> list[Fault]:
    """Name lines that leave for the last time before the first, or whose hours are not known.

    Parameters
    ----------
    path
        File of `travel`, for the fault.
    travel
        With `hours` and any of the departures, HH:MM and blank where not known, indexed by row
        number.
    """
    faults = []
    for back in ("", "_back"):
        first, last = (
            travel.get(f"{end}_departure{back}", pd.Series("", travel.index)).fillna("")
            for end in ("first", "last")
        )
        # HH:MM are in the order of the day as words too.
        early = last[(first != "") & (last != "") & (last < first)]
        faults += [
            Fault(
                path.name,
                "the last departure is before the first",
                "Exchange the two cells, or give the last one before midnight.",
                row,
                f"last_departure{back}",
                time,
            )
            for row, time in zip(early.index.tolist(), early, strict=True)
        ]
        for name, times in (("first", first), ("last", last)):
            timeless = times[(times != "") & travel["hours"].isna()]
            faults += [
                Fault(
                    path.name,
                    "departures of a line whose hours are not known",
                    "Give the hours that it takes, or leave the departures blank.",
                    row,
                    f"{name}_departure{back}",
                    time,
                )
                for row, time in zip(timeless.index.tolist(), timeless, strict=True)
            ]
    return faults
