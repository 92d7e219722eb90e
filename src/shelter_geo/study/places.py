"""Districts and settlements: the columns they may lack, their centres and their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from shelter_geo.study.study import Study
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shelter_geo.errors import Fault, TableError
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.types import LANGUAGE_CODE

ASTRAY_DEG: Final = 0.05
"""Centres may lie some kilometres outside their polygons, whose borders are generalised."""


def centre_settlements(districts: pd.DataFrame, settlements: gpd.GeoDataFrame) -> pd.Series:
    """Return the settlement that is the centre of each district: the nearest to its centre.

    Parameters
    ----------
    districts
        With `district_id`, and `lon` and `lat` of the centre, degrees.
    settlements
        Points in degrees with `settlement_id` and `district_id`.

    Returns
    -------
    Series
        `settlement_id` by `district_id`, in the order of `districts`; of several as near, the
        lowest key. A district without a settlement is not in it.
    """
    if not settlements["settlement_id"].is_monotonic_increasing:
        settlements = settlements.sort_values("settlement_id")
    keys, homes = settlements["settlement_id"], settlements.groupby("district_id").indices
    x, y = settlements.geometry.x.to_numpy(), settlements.geometry.y.to_numpy()
    nearest: dict[str, str] = {}
    for district_id, lon, lat in districts[["district_id", "lon", "lat"]].itertuples(index=False):
        if district_id not in homes:
            continue
        own = homes[district_id]
        east = ((x[own] - lon + 180) % 360 - 180) * np.cos(np.radians(lat))
        nearest[district_id] = str(keys.iloc[own[int(np.hypot(east, y[own] - lat).argmin())]])
    return pd.Series(nearest, name="settlement_id", dtype=object)


def centres_astray(study: Study) -> pd.Series[Any]:
    """Name the district in whose polygon the centre of another one lies, well outside its own.

    Returns
    -------
    Series
        `district_id` of the polygon by that of the centre, in the order of the districts.
    """
    polygons = study.districts.geometry
    polygons = polygons[polygons.geom_type != "Point"]
    centres = study.centres.reindex(polygons.index)
    apart = shapely.distance(polygons.to_numpy(), centres.to_numpy())
    off = centres[apart > ASTRAY_DEG]
    point, area = polygons.sindex.query(off.to_numpy(), predicate="within")
    found = pd.Series(polygons.index[area], index=off.index[point], dtype=object)
    return pd.Series(found[~found.index.duplicated()])


def with_centres(
    districts: pd.DataFrame | None, settlements: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Take the largest settlement for the centre of a district that gives none.

    Parameters
    ----------
    districts
        With `district_id`, and `lat` and `lon`, which may be missing; None stays None.
    settlements
        With `settlement_id`, `district_id`, `lat`, `lon` and `population_listed`; of several as
        large the lowest key.
    """
    if districts is None or settlements is None:
        return districts
    largest = _largest(settlements)[["lat", "lon"]]
    theirs = largest.reindex(districts["district_id"]).set_axis(districts.index)
    without = districts["lat"].isna() & districts["lon"].isna()
    there = {name: districts[name].mask(without, theirs[name]) for name in ("lat", "lon")}
    return districts.assign(**there)


def lent_centres(
    path: Path, districts: pd.DataFrame | None, settlements: pd.DataFrame | None
) -> list[Fault]:
    """Name districts whose centre is not given, and the settlements that stand for it, once.

    Parameters
    ----------
    path
        File of `districts`, for the warning.
    districts, settlements
        As of `with_centres`, before it.
    """
    if districts is None or settlements is None:
        return []
    bare = districts.loc[districts["lat"].isna() & districts["lon"].isna(), "district_id"]
    towns = _largest(settlements)["name_en"].reindex(bare).dropna()
    if towns.empty:
        return []
    some = ", ".join(f"{town} for {key}" for key, town in towns.iloc[:3].items())
    more = f" and {len(towns) - 3} more" if len(towns) > 3 else ""
    message = f"the largest settlement stands for a centre that is not given: {some}{more}"
    return [Fault(path.name, message, "Give lat and lon where another place is meant.")]


def _largest(settlements: pd.DataFrame) -> pd.DataFrame:
    """Return the largest settlement of each district; of several as large the lowest key."""
    order = settlements.sort_values(
        ["population_listed", "settlement_id"], ascending=[False, True], na_position="last"
    )
    return order.drop_duplicates("district_id").set_index("district_id")


def settlement_names(
    districts: pd.DataFrame, settlements: gpd.GeoDataFrame, languages: Sequence[str]
) -> pd.DataFrame:
    """Name every settlement; a centre called like its district lends its missing names from it.

    Parameters
    ----------
    districts, settlements
        As of `centre_settlements`, with `name_en` and further `name_<language>`.
    languages
        Codes of the languages asked for.

    Returns
    -------
    DataFrame
        `name_<language>` by `settlement_id`; missing where neither table has the name.
    """
    columns = [f"name_{lang}" for lang in languages]
    names = settlements.set_index("settlement_id").reindex(columns=columns).astype(object)
    centres = centre_settlements(districts, settlements)
    lent = districts.set_index("district_id").reindex(columns=columns).astype(object)
    lent = lent.loc[centres.index].set_axis(centres.to_numpy())
    english = settlements.set_index("settlement_id")["name_en"]
    alike = districts.set_index("district_id")["name_en"].loc[centres.index].to_numpy()
    called_alike = alike == english.loc[lent.index].to_numpy()
    return pd.DataFrame(names.fillna(lent[called_alike]))


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


def points_of(table: pd.DataFrame, key: str) -> gpd.GeoDataFrame:
    """Make points of a table with `lat` and `lon`, sorted and indexed by its key."""
    in_order = table[key].is_monotonic_increasing
    ordered = (table if in_order else table.sort_values(key)).set_index(key, drop=False)
    ordered.index.name = None
    return gpd.GeoDataFrame(
        ordered, geometry=gpd.points_from_xy(ordered["lon"], ordered["lat"]), crs=4326
    )
