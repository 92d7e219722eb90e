"""People of districts: from a table matched by key or name, or from a grid of people."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.errors import Fault, TableError
from shelter_geo.start.boundaries import Districts
from shelter_geo.start.grid import Grid
from shelter_geo.start.names import Proposal, folded, match_names, read_decisions
from shelter_geo.study import LANGUAGE_CODE, read_text_table

NO_FIGURE: Final = frozenset(("", "-", "–", "—", ".", "..", "...", "…", "n/a", "na", "nan", "none"))
"""What tables of statistics write where they have no figure."""
TAKEN: Final = ("region", "area_km2", "counts_registered_not_resident", "lat", "lon")
"""Further columns of the districts that are taken over where every row has them."""
_WORDED: Final = re.compile(f"(?:name|region)_{LANGUAGE_CODE}")
_PEOPLE: Final = ("population", "people", "residents", "inhabitants", "pop", "total", "persons")
_WOMEN: Final = ("women", "female", "females")


@dataclass(frozen=True)
class PeopleColumns:
    """Columns of a table of people; those that are None are looked for."""

    key: str | None = None
    name: str | None = None
    people: str | None = None
    women: str | None = None


@dataclass(frozen=True)
class People:
    """People of districts, as far as they are known.

    Attributes
    ----------
    table
        By `district_id`: `population`, perhaps `women`, columns of `TAKEN`, `name_<language>`
        and `region_<language>` as text; missing where there is no figure.
    matches
        Row, name, key and how they were matched, for the record.
    in_doubt
        Rows that a user must decide about before there is a table.
    notes
        What a user should know.
    """

    table: pd.DataFrame
    matches: pd.DataFrame
    in_doubt: tuple[Proposal, ...] = ()
    notes: tuple[str, ...] = ()


def whole_number(cell: str) -> int | None:
    """Read a count of people as statisticians write it; None where it is none.

    Examples
    --------
    >>> [whole_number(cell) for cell in ("60 000", "1,200", "60000.0", "1’234’567", "about 5")]
    [60000, 1200, 60000, 1234567, None]
    """
    plain = re.sub(r"[\s'’\u00a0\u202f\u2009]", "", cell)
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}(\.[0-9]{3}){2,}", plain):
        plain = re.sub(r"[.,]", "", plain)
    plain = re.sub(r"\.0+$", "", plain)
    return int(plain) if re.fullmatch(r"[0-9]{1,10}", plain) else None


def people_of_table(
    path: Path, districts: Districts, columns: PeopleColumns, decisions: Path
) -> People:
    """Read the people of districts from a table.

    A row is matched by a key of the boundaries, else by name. Names that are not the same are
    never matched without the user: while there are both rows and districts without a match, the
    rows are in doubt, until `decisions` says what they are.

    Parameters
    ----------
    path
        The table, a row for a district.
    districts
        As the boundaries have them.
    columns
        Columns that the user named.
    decisions
        File of the user's decisions, which may be absent.

    Raises
    ------
    TableError
        With every fault: no such column, cells that are no counts, more women than people.
    """
    cells, faults = read_text_table(path)
    if cells is None or faults:
        raise TableError(faults)
    columns, key_property = _columns(path, cells, districts, columns)
    keys = _of_keys(cells, columns.key, key_property, districts)
    rest = cells.loc[[row for row in cells.index if row not in keys]]
    names = {} if columns.name is None else _names(rest, columns.name)
    free = {
        key: other for key, other in districts.other_names.items() if key not in set(keys.values())
    }
    found = match_names(names, free)
    decided: dict[int, str | None] = {}
    if decisions.is_file():
        decided = read_decisions(decisions, names, districts.other_names)
    by_name = {row: key for row, key in found.matched.items() if row not in decided}
    chosen = {row: key for row, key in decided.items() if key is not None}
    lacking = set(found.without_row) - set(chosen.values())
    in_doubt = tuple(entry for entry in found.open_rows if entry.row not in decided)
    of_row = {**keys, **by_name, **chosen}
    how = {
        **dict.fromkeys(keys, "key"),
        **dict.fromkeys(by_name, "name"),
        **dict.fromkeys(chosen, "decided"),
    }
    matches = _record(cells, columns, of_row, how)
    if in_doubt and lacking:
        return People(pd.DataFrame(), matches, in_doubt)
    notes = _notes(path, how, cells, columns, sorted(lacking), of_row)
    table = _summed(path, cells, columns, of_row, list(districts.other_names))
    return People(table, matches, (), tuple(notes))


def with_women(people: People, share: float | None) -> People:
    """Add women by a share of the people, where the table does not count them."""
    table = people.table
    if "women" in table and (table["women"].notna() | table["population"].isna()).all():
        return people
    notes = people.notes
    if "women" in table:
        notes = (*notes, "Women are not counted in every district; that column was left out.")
        table = table.drop(columns="women")
    if share is not None:
        table = table.assign(women=(table["population"] * share).round().astype("Int64"))
        notes = (*notes, f"Women are taken to be {share:.1%} of the people of every district.")
    return replace(people, table=table, notes=notes)


def _columns(
    path: Path, cells: pd.DataFrame, districts: Districts, wanted: PeopleColumns
) -> tuple[PeopleColumns, dict[str, str]]:
    """Find the columns with keys, names, people and women, and the property that keys are of."""
    named = [wanted.key, wanted.name, wanted.people, wanted.women]
    known = ", ".join(cells.columns)
    if missing := [name for name in named if name is not None and name not in cells]:
        message, remedy = "there is no such column", f"Name one of {known}."
        raise TableError([Fault(path.name, message, remedy, column=name) for name in missing])
    key, property_keys = _key_column(cells, districts, wanted.key)
    plain = {folded(name).replace(" ", "_"): name for name in reversed(list(cells.columns))}
    people = wanted.people or next((plain[name] for name in _PEOPLE if name in plain), None)
    if people is None:
        counts = [name for name in map(str, cells) if name != key and _are_counts(cells[name])]
        people = counts[0] if len(counts) == 1 else None
    if people is None:
        message = f"no column is called population; it has {known}"
        raise TableError([Fault(path.name, message, "Name it with --population-column.")])
    women = wanted.women or next((plain[name] for name in _WOMEN if name in plain), None)
    name = wanted.name or _name_column(cells, districts, {key, people, women})
    if name is None and key is None:
        message = f"no column holds keys or names of the boundaries; it has {known}"
        remedy = "Name the column with the districts' names: --name-column."
        raise TableError([Fault(path.name, message, remedy)])
    return PeopleColumns(key, name, people, women), property_keys


def _are_counts(column: pd.Series) -> bool:
    filled = [cell for cell in column if cell.casefold() not in NO_FIGURE]
    return bool(filled) and all(whole_number(cell) is not None for cell in filled)


def _key_column(
    cells: pd.DataFrame, districts: Districts, wanted: str | None
) -> tuple[str | None, dict[str, str]]:
    """Find the column whose cells are keys, and which property of the boundaries they are of."""
    own = {key: key for key in districts.other_names}
    properties = [own, *districts.other_keys.values()]
    best: tuple[int, str | None, dict[str, str]] = (0, None, own)
    for column in list(map(str, cells)) if wanted is None else [wanted]:
        values = set(cells[column]) - {""}
        for keys in properties:
            hits = len(values & set(keys))
            if hits > best[0] and (wanted is not None or 2 * hits >= min(len(values), len(keys))):
                best = (hits, column, keys)
    return best[1], best[2]


def _name_column(cells: pd.DataFrame, districts: Districts, others: set[str | None]) -> str | None:
    """Find the column in which most names are those of districts; called a name, if none has."""
    texts = [
        name for name in map(str, cells) if name not in others and not _are_counts(cells[name])
    ]
    hits = {
        name: len(match_names(_names(cells, name), districts.other_names).matched) for name in texts
    }
    most = max(hits.values(), default=0)
    if most:
        return next(name for name in texts if hits[name] == most)
    return next((name for name in texts if "name" in name.casefold()), next(iter(texts), None))


def _names(cells: pd.DataFrame, column: str) -> dict[int, str]:
    return {int(str(row)): name for row, name in cells[column].items() if name}


def _of_keys(
    cells: pd.DataFrame, column: str | None, keys: Mapping[str, str], districts: Districts
) -> dict[int, str]:
    if column is None:
        return {}
    return {int(str(row)): keys[cell] for row, cell in cells[column].items() if cell in keys}


def _record(
    cells: pd.DataFrame, columns: PeopleColumns, of_row: Mapping[int, str], how: Mapping[int, str]
) -> pd.DataFrame:
    rows = sorted(of_row)
    shown = str(columns.name or columns.key)
    return pd.DataFrame(
        {
            "row": rows,
            "name": [cells.loc[row, shown] for row in rows],
            "district_id": [of_row[row] for row in rows],
            "matched_by": [how[row] for row in rows],
        }
    )


def _notes(
    path: Path,
    how: Mapping[int, str],
    cells: pd.DataFrame,
    columns: PeopleColumns,
    lacking: list[str],
    of_row: Mapping[int, str],
) -> list[str]:
    counts = {kind: list(how.values()).count(kind) for kind in ("key", "name", "decided")}
    said = ", ".join(f"{count} by {kind}" for kind, count in counts.items() if count)
    notes = [f"Rows of {path.name} matched to districts: {said or 'none'}."]
    over = [row for row in cells.index if row not in of_row]
    if over:
        shown = str(columns.name or columns.key)
        some = ", ".join(f"row {row} {cells.loc[row, shown]!r}" for row in over[:3])
        more = f" and {len(over) - 3} more" if len(over) > 3 else ""
        notes.append(f"Rows of {path.name} that are no district and count nowhere: {some}{more}.")
    if lacking:
        notes.append(
            f"Districts without a row in {path.name}, whose people are to be filled in in "
            f"districts.csv: {', '.join(lacking)}."
        )
    return notes


def _summed(
    path: Path,
    cells: pd.DataFrame,
    columns: PeopleColumns,
    of_row: Mapping[int, str],
    keys: list[str],
) -> pd.DataFrame:
    """Add up the rows of each district."""
    faults: list[Fault] = []
    counts: dict[str, dict[str, int | None]] = {}
    for target, column in (("population", columns.people), ("women", columns.women)):
        if column is not None:
            counts[target] = _column_sums(path, cells[column], of_row, faults)
    for row, key in of_row.items():
        people, women = (counts.get(name, {}).get(key) for name in ("population", "women"))
        if people is not None and women is not None and women > people:
            message, remedy = "more women than people", "Check both cells."
            column = str(columns.women)
            faults.append(Fault(path.name, message, remedy, row, column, str(cells[column][row])))
    faults += [
        Fault(
            path.name, "is not a number of degrees", "Write it as 40.25.", int(str(row)), name, cell
        )
        for name, most in (("lat", 90), ("lon", 180))
        if name in cells
        for row, cell in cells.loc[list(of_row), name].items()
        if cell and not abs(_degrees(cell)) <= most
    ]
    if not any(counts["population"].values()):
        message, remedy = "gives no district any people", "Check the columns."
        faults.append(Fault(path.name, message, remedy, column=str(columns.people)))
    if faults:
        raise TableError(faults)
    table = pd.DataFrame(index=pd.Index(keys))
    for target, sums in counts.items():
        table[target] = pd.Series([sums.get(key) for key in keys], keys, dtype="Int64")
    for column in map(str, cells):
        if column in TAKEN or _WORDED.fullmatch(column):
            own = {key: cells.loc[row, column] for row, key in of_row.items()}
            values = pd.Series([own.get(key) or None for key in keys], keys, dtype=object)
            if values.notna().all() or column not in TAKEN:
                # as text a sign would be taken for the beginning of a formula
                table[column] = values.astype(float) if column in ("lat", "lon") else values
    return table


def _degrees(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _column_sums(
    path: Path, column: pd.Series, of_row: Mapping[int, str], faults: list[Fault]
) -> dict[str, int | None]:
    parts: dict[str, list[int]] = defaultdict(list)
    for row, key in of_row.items():
        cell = str(column[row])
        if cell.casefold() in NO_FIGURE:
            continue
        number = whole_number(cell)
        if number is None:
            remedy = "Write digits only, such as 1200, or leave it empty."
            message = "is not a count of people"
            faults.append(Fault(path.name, message, remedy, row, str(column.name), cell))
        else:
            parts[key].append(number)
    return {key: sum(numbers) for key, numbers in parts.items()}


def people_of_grid(path: Path, districts: Districts, grid: Grid) -> People:
    """Add up the people of a grid in each district.

    Raises
    ------
    TableError
        If the grid gives no district any people.
    """
    sums = grid.people_in(districts.areas.geometry.to_numpy())
    table = pd.DataFrame({"population": np.round(sums).astype("int64")}, districts.areas.index)
    if not table["population"].any():
        message, remedy = "gives no district any people", "Give a grid of people in each cell."
        raise TableError([Fault(path.name, message, remedy)])
    note = f"{int(table['population'].sum()):,} people were counted in {path.name}."
    return People(table.astype("Int64"), pd.DataFrame(), (), (note,))
