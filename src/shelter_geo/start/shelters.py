"""Shelters of a user's table put into settlements of a study; points go no further than here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import Fault, TableError
from shelter_geo.start.names import folded
from shelter_geo.start.people import whole_number
from shelter_geo.start.places import Places
from shelter_geo.start.points import read_points
from shelter_geo.study import SHELTERS, is_key, languages_in

REQUIRED: Final = tuple(name for name, column in SHELTERS.columns.items() if column.required)
STEMS: Final = tuple((SHELTERS.metadata or {})["worded"])
_SETTLEMENT: Final = ("settlement", "town", "city", "place")


def empty_shelters(languages: list[str]) -> pd.DataFrame:
    """Make a table of shelters without a row."""
    names = [f"name_{code}" for code in languages]
    others = [name for name in REQUIRED if name not in ("shelter_id", "name_en")]
    return pd.DataFrame(columns=["shelter_id", *names, *others], dtype=object)


def read_shelters(path: Path, places: Places, languages: list[str]) -> pd.DataFrame:
    """Read shelters and put each at a settlement of the study.

    A row says where it is by `settlement_id`, by the settlement's name (`settlement`, with
    `district_id` where several have it), or by a point, which is given to the nearest settlement of
    its district and is not kept. Messages hold neither text nor point of a shelter.

    Parameters
    ----------
    path
        A table, or a file of points.
    places
        The settlements.
    languages
        Codes of the languages of the study.

    Returns
    -------
    DataFrame
        The columns of the table of shelters that the file has, with those that are always needed.

    Raises
    ------
    TableError
        With every row that cannot be placed, or whose places are no number.
    """
    cells, points = read_points(path)
    cells = cells.rename(columns=str.casefold)
    cells = cells.loc[:, ~cells.columns.duplicated()]
    homes, faults = _homes(path, cells, points, places)
    for row, cell in cells.get("places", pd.Series("", cells.index)).items():
        if whole_number(cell) is None:
            message, remedy = "places are no number", "Write digits only, such as 12."
            faults.append(Fault(path.name, message, remedy, int(str(row)), "places"))
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    table = empty_shelters(languages).reindex(cells.index)
    home = pd.Series(homes, dtype=object).reindex(cells.index)
    table["settlement_id"] = home
    table["district_id"] = home.map(places.table["district_id"])
    table["places"] = [str(whole_number(cell)) for cell in cells["places"]]
    known = {*SHELTERS.columns, *(f"{s}_{code}" for s in STEMS for code in languages)}
    for name in cells:
        if name in known and name not in ("settlement_id", "district_id", "places"):
            table[name] = cells[name]
    keys = table["shelter_id"].fillna("")
    if not keys.map(is_key).all() or keys.duplicated().any():
        table["shelter_id"] = [f"shelter-{number}" for number in range(1, len(table) + 1)]
    lead = f"name_{languages[0]}"
    named = table[lead].replace("", None)
    if "name" in cells:
        named = named.fillna(cells["name"].replace("", None))
    table[lead] = named.fillna("Shelter in " + home.map(places.table[lead]).astype(str))
    for name in ("places_basis", "source"):
        table[name] = table[name].replace("", None).fillna(f"as given in {path.name}")
    return table.fillna("")


def left_out(path: Path, languages: list[str]) -> list[str]:
    """Name the columns of a user's table that a table of shelters does not have."""
    cells, _ = read_points(path)
    spoken = {f"{stem}_{code}" for stem in STEMS for code in languages}
    known = {*SHELTERS.columns, *spoken, *_SETTLEMENT, "name"}
    return [name for name in map(str, cells) if name.casefold() not in known]


def _homes(
    path: Path, cells: pd.DataFrame, points: NDArray[Any] | None, places: Places
) -> tuple[dict[int, str], list[Fault]]:
    """Find the settlement of each row."""
    by_name = next((name for name in _SETTLEMENT if name in cells), None)
    spoken = [f"name_{code}" for code in languages_in("name", places.table)]
    called = {
        key: {folded(str(name)) for name in row if isinstance(name, str)}
        for key, row in zip(places.table.index, places.table[spoken].to_numpy(), strict=True)
    }
    homes, faults = {}, []
    for number, row in enumerate(cells.index.tolist()):
        key = str(cells["settlement_id"][row]) if "settlement_id" in cells else ""
        name = str(cells[by_name][row]) if by_name else ""
        district = str(cells["district_id"][row]) if "district_id" in cells else ""
        point = None if points is None or points[number].is_empty else points[number]
        if key in places.table.index:
            homes[row] = key
        elif name:
            found = [
                other
                for other, names in called.items()
                if folded(name) in names
                and (not district or places.table.at[other, "district_id"] == district)
            ]
            if len(found) == 1:
                homes[row] = found[0]
            else:
                message = f"{len(found) or 'no'} settlements have this name"
                remedy = "Write it as in settlements.csv, with the key of its district_id."
                faults.append(Fault(path.name, message, remedy, row, by_name))
        elif point is not None:
            near = _nearest(point, places, district)
            homes[row] = near
        else:
            message = "does not say where the shelter is"
            remedy = "Give the settlement's name in a column settlement, or its settlement_id."
            faults.append(Fault(path.name, message, remedy, row, "settlement"))
    return homes, faults


def _nearest(point: shapely.Point, places: Places, district: str) -> str:
    table = places.table
    if (there := table[table["district_id"] == district]).shape[0]:
        table = there
    east = ((table["lon"] - point.x + 180) % 360 - 180) * np.cos(np.radians(point.y))
    return str(table.index[int(np.hypot(east, table["lat"] - point.y).argmin())])
