"""Shelters of a user's table put into settlements of a study; points go no further than here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import Fault, TableError
from shelter_geo.start.names import folded, resemblance
from shelter_geo.start.people import whole_number
from shelter_geo.start.places import Places
from shelter_geo.start.points import read_points
from shelter_geo.study import SHELTERS, gives_a_place_away, is_key, languages_in

REQUIRED: Final = tuple(name for name, column in SHELTERS.columns.items() if column.required)
STEMS: Final = tuple((SHELTERS.metadata or {})["worded"])
_SETTLEMENT: Final = ("settlement", "town", "city", "place")
_DISTRICT: Final = ("district_id", "district")
PROPOSED: Final = 5
"""So many settlements or districts are named as those that may be meant."""
ALIKE: Final = 0.6
"""Resemblance from which a settlement may be meant."""
Called: TypeAlias = Mapping[str, Sequence[str]]


def empty_shelters(languages: list[str]) -> pd.DataFrame:
    """Make a table of shelters without a row."""
    names = [f"name_{code}" for code in languages]
    others = [name for name in REQUIRED if name not in ("shelter_id", "name_en")]
    return pd.DataFrame(columns=["shelter_id", *names, *others], dtype=object)


def read_shelters(
    path: Path, places: Places, languages: list[str], called: Called
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read shelters and put each at a settlement of the study.

    A row says where it is by `settlement_id`, by the settlement's name (`settlement`, with
    `district_id` where several have it), or by a point, which is given to the nearest settlement of
    its district and is not kept. A row that names no more than a district (`district_id`, or
    `district` with its key or name) is put in the district's centre, which is noted. Messages hold
    neither text nor point of a shelter.

    Parameters
    ----------
    path
        A table, or a file of points.
    places
        The settlements.
    languages
        Codes of the languages of the study.
    called
        Names of each district in any language, by key.

    Returns
    -------
    table
        The columns of the table of shelters that the file has, with those that are always needed.
    notes
        What a user should know.

    Raises
    ------
    TableError
        With every row that cannot be placed, or whose places are no number.
    """
    cells, points = read_points(path)
    cells = cells.rename(columns=str.casefold)
    cells = cells.loc[:, ~cells.columns.duplicated()]
    homes, central, faults = _homes(path, cells, points, places, called)
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
    made = "Shelter in " + home.map(places.table[lead]).astype(str)
    table[lead] = named.fillna(made.mask(made.map(gives_a_place_away).astype(bool), "Shelter"))
    for name in ("places_basis", "source"):
        table[name] = table[name].replace("", None).fillna(f"as given in {path.name}")
    notes = [
        f"Rows of {path.name} that name a district and no settlement of it were put in its centre: "
        f"row {', '.join(str(row) for row in rows)} in {homes[rows[0]]} of {district}."
        for district, rows in central.items()
    ]
    return table.fillna(""), tuple(notes)


def left_out(path: Path, languages: list[str]) -> list[str]:
    """Name the columns of a user's table that a table of shelters does not have."""
    cells, _ = read_points(path)
    spoken = {f"{stem}_{code}" for stem in STEMS for code in languages}
    known = {*SHELTERS.columns, *spoken, *_SETTLEMENT, *_DISTRICT, "name"}
    return [name for name in map(str, cells) if name.casefold() not in known]


def _homes(
    path: Path,
    cells: pd.DataFrame,
    points: NDArray[Any] | None,
    places: Places,
    called: Called,
) -> tuple[dict[int, str], dict[str, list[int]], list[Fault]]:
    """Find the settlement of each row; which rows were put in the centre of which district."""
    by_name = next((name for name in _SETTLEMENT if name in cells), None)
    table = places.table
    spoken = [f"name_{code}" for code in languages_in("name", table)]
    towns = _keys_by_name(dict(zip(table.index, table[spoken].to_numpy(), strict=True)))
    areas = _keys_by_name({key: [key, *names] for key, names in called.items()})
    homes: dict[int, str] = {}
    central: dict[str, list[int]] = {}
    faults: list[Fault] = []

    def bad(row: int, column: str | None, message: str, remedy: str) -> None:
        faults.append(Fault(path.name, message, remedy, row, column))

    for number, row in enumerate(cells.index.tolist()):
        key = str(cells["settlement_id"][row]) if "settlement_id" in cells else ""
        name = folded(str(cells[by_name][row])) if by_name else ""
        column = next((one for one in _DISTRICT if one in cells and cells[one][row]), None)
        point = None if points is None or points[number].is_empty else points[number]
        within: set[str] = set()
        if column is not None:
            said = str(cells[column][row])
            within = {said} if said in called else set(areas.get(folded(said), ()))
            if len(within) != 1 and key not in table.index:
                message = f"{len(within) or 'no'} districts have this key or name"
                bad(row, column, message, "Write a key of the boundaries.")
                continue
        found = [town for town in towns.get(name, ()) if not within or _of(table, town) in within]
        if not found and name:  # a town may be known under the name of its district alone
            within = within or set(areas.get(name, ()))
        if key in table.index:
            homes[row] = key
        elif len(found) == 1:
            homes[row] = found[0]
        elif found:
            of = {_of(table, town) for town in found}
            told, meant = ("district_id", of) if len(of) == len(found) else ("settlement_id", found)
            some = ", ".join(sorted(meant)[:PROPOSED])
            message = f"{len(found)} settlements have this name"
            bad(row, by_name, message, f"Write into a column {told} which is meant: {some}.")
        elif name and not (len(within) == 1 and name in areas and within <= set(areas[name])):
            bad(row, by_name, "no settlements have this name", _remedy(name, table, spoken, within))
        elif point is not None and not name:
            homes[row] = _nearest(point, places, next(iter(within), ""))
        elif len(within) == 1:
            (area,) = within
            homes[row] = str(places.centres[area])
            central.setdefault(area, []).append(row)
        else:
            remedy = "Give the settlement's name in a column settlement, or a district_id."
            bad(row, "settlement", "does not say where the shelter is", remedy)
    return homes, central, faults


def _of(table: pd.DataFrame, town: str) -> str:
    return str(table.at[town, "district_id"])


def _keys_by_name(called: Mapping[str, Sequence[object]]) -> dict[str, list[str]]:
    """List the keys of each folded name."""
    keys: dict[str, list[str]] = {}
    for key, names in called.items():
        for name in {folded(name) for name in names if isinstance(name, str)} - {""}:
            keys.setdefault(name, []).append(key)
    return keys


def _remedy(name: str, table: pd.DataFrame, spoken: list[str], within: set[str]) -> str:
    """Name the settlements that may be meant: those of the map that are called much alike."""
    scored = []
    for town, names in zip(table.index, table[spoken].to_numpy(), strict=True):
        if within and _of(table, town) not in within:
            continue
        for own in (one for one in names if isinstance(one, str)):
            scored.append((-resemblance(name, folded(own)), f"{own} ({_of(table, town)})"))
    alike = [shown for score, shown in sorted(scored) if -score >= ALIKE][:PROPOSED]
    if not alike:
        return "Write the name as the map has it, or give the district alone."
    return f"Write the name as the map has it; alike are {', '.join(dict.fromkeys(alike))}."


def _nearest(point: shapely.Point, places: Places, district: str) -> str:
    table = places.table
    if (there := table[table["district_id"] == district]).shape[0]:
        table = there
    east = ((table["lon"] - point.x + 180) % 360 - 180) * np.cos(np.radians(point.y))
    return str(table.index[int(np.hypot(east, table["lat"] - point.y).argmin())])
