"""Settlements and other points as users have them: places of an extract, tables, layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import Fault, TableError
from shelter_geo.outside import REMEDY, unreadable
from shelter_geo.roads import read_places
from shelter_geo.start.names import made_keys, name_in
from shelter_geo.start.people import whole_number
from shelter_geo.study import (
    AWAY,
    gives_a_place_away,
    is_key,
    may_be_a_true_name,
    read_text_table,
)

TYPICAL: Final[Mapping[str, int]] = {
    "city": 100_000, "town": 10_000, "village": 1_000, "hamlet": 100, "isolated_dwelling": 5,
}  # fmt: skip
"""Kinds of place, and the people that OpenStreetMap's definition has them hold at least, or about
(wiki.openstreetmap.org/wiki/Key:place)."""
WITHIN_TOWNS: Final = ("borough", "suburb", "quarter", "neighbourhood", "city_block", "locality")
"""Places that are settlements only where a district has no other, the first the first."""
LAT: Final = ("lat", "latitude", "y")
LON: Final = ("lon", "lng", "long", "longitude", "x")


def is_refused(name: object) -> bool:
    """Tell whether a study refuses a name of a settlement, whatever its settings excuse."""
    return isinstance(name, str) and gives_a_place_away(name) and not may_be_a_true_name(name)


def settlements_of_pbf(path: Path, languages: Sequence[str]) -> gpd.GeoDataFrame:
    """Read the places of an extract as settlements, not yet placed in districts.

    Returns
    -------
    GeoDataFrame
        Points with `settlement_id`, `name_<language>`, `population_listed`, `place`, `source`.

    Raises
    ------
    RoadError
        If the file cannot be read.
    """
    places = read_places(path, languages)
    places = places[places["place"].isin([*TYPICAL, *WITHIN_TOWNS])].reset_index(drop=True)
    table = gpd.GeoDataFrame(
        {"settlement_id": "n" + places["osm_id"].astype(str)}, geometry=places.geometry
    )
    for code in languages:
        table[f"name_{code}"] = places[f"name:{code}"]
    lead = f"name_{languages[0]}"
    table[lead] = table[lead].fillna(places["name"])
    tagged = [whole_number(str(cell or "")) for cell in places["population"]]
    table["population_listed"] = pd.array(tagged, dtype="Int64")
    table["place"], table["source"] = places["place"], "OpenStreetMap"
    return table


def settlements_of_file(path: Path, languages: Sequence[str]) -> gpd.GeoDataFrame:
    """Read settlements from a table with `lat` and `lon`, or from a file of points.

    Columns are `name_<language>` or `name`; `settlement_id`, `population_listed` (or
    `population`) and `place` where there are any.

    Returns
    -------
    GeoDataFrame
        As `settlements_of_pbf`.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    cells, points = read_points(path)
    if points is None:
        message = "has no columns lat and lon"
        remedy = "Give every settlement its point, in degrees."
        raise TableError([Fault(path.name, message, remedy)])
    plain = {name.casefold(): name for name in reversed(list(cells.columns))}
    faults = [
        Fault(path.name, "has no point", "Give it one, in degrees.", row)
        for row in cells.index[shapely.is_empty(points)].tolist()
    ]
    table = gpd.GeoDataFrame(index=cells.index, geometry=points, crs=4326)
    for code in languages:
        column = name_in(cells.columns, code)
        table[f"name_{code}"] = None if column is None else cells[column].replace("", None)
    table = table.astype({f"name_{code}": object for code in languages})
    lead = f"name_{languages[0]}"
    if "name" in plain:
        table[lead] = table[lead].fillna(cells[plain["name"]].replace("", None))
    faults += [
        Fault(path.name, "the settlement has no name", "Fill it in.", row, lead)
        for row in table.index[table[lead].isna()].tolist()
    ]
    faults += [
        Fault(path.name, AWAY, "Name the settlement only.", int(str(row)), f"name_{code}")
        for code in languages
        for row in table.index[table[f"name_{code}"].map(is_refused).astype(bool)].tolist()
    ]
    listed = plain.get("population_listed") or plain.get("population")
    counts = cells[listed] if listed else pd.Series("", cells.index)
    numbers = [whole_number(cell) if cell else None for cell in counts]
    faults += [
        Fault(path.name, "is not a count of people", "Write digits only.", row, listed, cell)
        for row, cell, number in zip(cells.index.tolist(), counts, numbers, strict=True)
        if cell and number is None
    ]
    table["population_listed"] = pd.array(numbers, dtype="Int64")
    table["place"] = cells[plain["place"]].replace("", None) if "place" in plain else None
    table["source"] = cells[plain["source"]] if "source" in plain else path.name
    if (column := plain.get("settlement_id")) is not None:
        keys = cells[column]
        bad = keys[keys.duplicated(keep=False) | ~keys.map(is_key).astype(bool)]
        remedy = "Give every settlement a key of its own, without spaces."
        faults += [
            Fault(path.name, "is no key, or stands twice", remedy, row, column, key)
            for row, key in zip(bad.index.tolist(), bad, strict=True)
        ]
        table["settlement_id"] = keys
    elif not faults:
        table["settlement_id"] = made_keys(table[lead]).to_numpy()
    if faults:
        raise TableError(faults)
    return table.reset_index(drop=True)


def read_points(path: Path) -> tuple[pd.DataFrame, NDArray[Any] | None]:
    """Read a table, and the points of its rows where it has any.

    Parameters
    ----------
    path
        A table, with or without `lat` and `lon` in degrees, or a file of points that GDAL reads.

    Returns
    -------
    cells
        Text, indexed by row number, without the columns of coordinates.
    points
        In EPSG:4326, empty where a row has none; None where the file has no coordinates.

    Raises
    ------
    TableError
        If the file cannot be read, or has coordinates that are none; no coordinate is quoted.
    """
    if path.suffix.lower() in (".geojson", ".json", ".gpkg", ".shp", ".kml", ".parquet"):
        return _layer(path)
    cells, faults = read_text_table(path)
    if cells is None:
        raise TableError(faults)
    plain = {name.casefold(): name for name in reversed(list(cells.columns))}
    lat, lon = (
        next((plain[name] for name in names if name in plain), None) for names in (LAT, LON)
    )
    if lat is None or lon is None:
        return cells, None
    numbers = {
        name: pd.to_numeric(cells[name].str.replace(",", "."), errors="coerce")
        for name in (lat, lon)
    }
    faults = [
        Fault(path.name, "is not a number of degrees", "Write it as 40.25.", row, name)
        for name, most in ((lat, 90), (lon, 180))
        for row in cells.index[(cells[name] != "") & ~(numbers[name].abs() <= most)].tolist()
    ]
    if faults:
        raise TableError(faults)
    blank = (numbers[lat].isna() | numbers[lon].isna()).to_numpy()
    degrees = np.column_stack([numbers[lon].fillna(0), numbers[lat].fillna(0)]).astype(float)
    points: NDArray[Any] = np.array(shapely.points(degrees), dtype=object).reshape(-1)
    points[blank] = shapely.Point()
    return cells.drop(columns=[lat, lon]), points


def _layer(path: Path) -> tuple[pd.DataFrame, NDArray[Any]]:
    if not path.exists():
        raise TableError([Fault(path.name, "there is no such file", "Check the path.")])
    if said := unreadable(path):
        raise TableError([Fault(path.name, said, REMEDY)])
    try:
        frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
        frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    except Exception:  # GDAL's drivers raise what they like, and may quote a coordinate
        message, remedy = "cannot be read as points", "Give GeoJSON, GeoPackage or a CSV table."
        raise TableError([Fault(path.name, message, remedy)]) from None
    frame = frame.set_index(pd.RangeIndex(1, len(frame) + 1))
    points = np.array(shapely.centroid(frame.geometry.to_numpy()), dtype=object).reshape(-1)
    points[shapely.is_missing(points)] = shapely.Point()
    cells = frame.drop(columns=frame.geometry.name)
    text = {
        str(name): cells[name].map(lambda value: "" if pd.isna(value) else str(value).strip())
        for name in cells
    }
    table = pd.DataFrame(text, index=cells.index, dtype=object)
    return table.drop(columns=[n for n in map(str, table) if n.casefold() in (*LAT, *LON)]), points
