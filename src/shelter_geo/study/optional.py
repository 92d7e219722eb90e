"""Columns of the districts that a study may do without, and the faults of what rests on one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pandas as pd

from shelter_geo.errors import Fault, TableError
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.types import LANGUAGE_CODE

if TYPE_CHECKING:
    from shelter_geo.study.study import Study

WOMEN: Final = "women"
REGION: Final = "region"
OPTIONAL: Final = (WOMEN, REGION)
"""Columns that are there with a value in every row, or not at all."""
_NORMS_ON: Final = {"women": WOMEN, "regions": REGION}
_REGION_IN: Final = re.compile(f"{REGION}_{LANGUAGE_CODE}")


def lacking(districts: pd.DataFrame) -> tuple[str, ...]:
    """Name the optional columns that a table of districts does not have."""
    return tuple(name for name in OPTIONAL if name not in districts)


def require(study: Study, column: str, *, what: str) -> None:
    """Refuse what rests on an optional column where the study has none.

    Parameters
    ----------
    study
        The study.
    column
        One of `OPTIONAL`.
    what
        What rests on it, such as "a shelter in every region".

    Raises
    ------
    TableError
        With the file, the column and what to do.
    """
    if column in lacking(study.districts):
        file = study.settings.tables.districts
        message = f"the column is missing, and {what} rests on it"
        remedy = f"Add it to {file} with a value in every row, or do not ask for {what}."
        raise TableError([Fault(file, message, remedy, column=column)])


def resting_on_missing(
    file: str, settings: StudySettings, districts: pd.DataFrame
) -> Iterator[Fault]:
    """Name settings and columns that rest on a column which the districts do not have.

    Parameters
    ----------
    file
        Name of the study file, for the faults.
    settings
        What it says.
    districts
        Its table of districts.

    Yields
    ------
    Fault
        One a setting or column.
    """
    missing, table = lacking(districts), settings.tables.districts

    def fault(key: str, column: str, value: str) -> Fault:
        message = f"rests on the column {column}, which {table} does not have"
        remedy = f"Add the column {column} to {table}, or take the entry out."
        return Fault(file, message, remedy, column=key, value=value)

    for norm in settings.capacity.norms:
        if (column := _NORMS_ON.get(norm.asks_for)) in missing:
            yield fault("capacity.norms", str(column), norm.id)
    if REGION in missing:
        for separate in settings.roads.separate:
            yield fault("roads.separate", REGION, separate.region)
        for named in filter(_REGION_IN.fullmatch, map(str, districts.columns)):
            remedy = f"Add it, or remove {named}."
            message = f"the column is missing, but its words in {named} are there"
            yield Fault(table, message, remedy, column=REGION)
