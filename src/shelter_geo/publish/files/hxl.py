"""A row of HXL tags below the heads of tables, for humanitarian exchanges (hxlstandard.org)."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shelter_geo.publish.files.columns import described

_KNOWN: Final = {
    "district_id": "#adm2+code",
    "region": "#adm1+name",
    "population": "#population",
    "residents": "#population+residents",
    "registered": "#population+registered",
    "women": "#population+f",
    "men": "#population+m",
    "settlement_id": "#loc+settlement+code",
    "shelter_id": "#loc+shelter+code",
    "nearest_shelter_id": "#loc+shelter+nearest+code",
    "places": "#capacity+num",
    "distance_km": "#indicator+distance+km",
    "travel_min": "#indicator+time+min",
    "cost": "#value",
    "year": "#date+year",
    "as_of": "#date",
    "lat": "#geo+lat",
    "lon": "#geo+lon",
    "source": "#meta+source",
}
_NAME: Final = re.compile(r"name_([a-z]{2,3})")
_NUMBERS: Final = ("number", "integer")


def tag_of(column: str, columns: Sequence[str] = ()) -> str:
    """Give the HXL tag of a column: a core tag, or an indicator or a remark by the column's name.

    Parameters
    ----------
    column
        Name of the column.
    columns
        All columns of its table, which say whether its names are those of districts.
    """
    if column in _KNOWN:
        return _KNOWN[column]
    named = _NAME.fullmatch(column)
    if named is not None:
        of_district = not columns or not {"settlement_id", "shelter_id"} & set(columns)
        return f"{'#adm2' if of_district else '#loc'}+name+i_{named[1]}"
    about = described(column)
    kind = "indicator" if about is not None and about.type in _NUMBERS else "meta"
    word = re.sub(r"[^a-z0-9_]+", "_", column.lower()).strip("_")
    return f"#{kind}+{word}" if word[:1].isalpha() else f"#{kind}+of_{word}"


def tag_tables(folder: Path, tables: Sequence[str]) -> None:
    """Put a row of tags below the heads of each table that is there.

    Parameters
    ----------
    folder
        Outputs of a study.
    tables
        Paths of the tables in it.
    """
    for name in tables:
        path = folder / name
        if path.suffix != ".csv" or not path.is_file():
            continue
        head, _, rest = path.read_bytes().partition(b"\n")
        columns = next(csv.reader([head.decode("utf-8-sig")]))
        tags = ",".join(tag_of(column, columns) for column in columns)
        path.write_bytes(b"\n".join([head, tags.encode(), rest]))
