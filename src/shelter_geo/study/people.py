"""Who is counted: people where they live, and how they are shared out over settlements."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.errors import Fault

PEOPLE_COLUMNS: Final = (
    "population", "women", "residents_low", "residents_high", "resident_women_low",
    "resident_women_high", "registered", "registered_women",
)  # fmt: skip
"""Counts of people that districts have, and that their settlements share out; without a column
`women` those of women are not there."""
UNKNOWN: Final = "people_unknown"
"""Column of districts and settlements that is there where the people of any of them are not known:
their counts are 0, so that no sum takes them in, and are published as missing."""
_ENDS: Final = ("low", "central", "high")


def count_people(
    districts: pd.DataFrame, residents: pd.DataFrame | None, displaced: pd.DataFrame | None
) -> pd.DataFrame:
    """Count people where they live, as far as the tables say, and keep the registered beside them.

    Parameters
    ----------
    districts
        With `district_id`, and with `population` and perhaps `women` as registered.
    residents
        Who lives in a district in place of those registered there: `district_id`,
        `residents_low`, `residents_central` and `residents_high`.
    displaced
        Who lives in a district besides: `district_id`, `displaced_low`, `displaced_central` and
        `displaced_high`.

    Returns
    -------
    DataFrame
        `districts` in which `population` and `women` are residents (central), with the further
        `PEOPLE_COLUMNS`, and with `UNKNOWN` where a population is missing. Women are taken in the
        proportion of those registered; where the districts do not count them, no column does.
    """
    unknown = districts["population"].isna()
    if unknown.any():
        whole = [name for name in ("population", "women") if name in districts]
        districts = districts.assign(**{UNKNOWN: unknown.to_numpy(bool)})
        districts[whole] = districts[whole].fillna(0).astype("int64")
    registered = districts["population"].to_numpy(np.int64)
    lives = {}
    for end in _ENDS:
        people = registered
        if residents is not None:
            known = residents.set_index("district_id")[f"residents_{end}"]
            said = districts["district_id"].map(known).to_numpy(float)
            people = np.where(np.isnan(said), registered, said).astype(np.int64)
        if displaced is not None:
            more = displaced.set_index("district_id")[f"displaced_{end}"]
            people = people + districts["district_id"].map(more).fillna(0).to_numpy(np.int64)
        lives[end] = people
    counted = districts.assign(
        population=lives["central"],
        residents_low=lives["low"],
        residents_high=lives["high"],
        registered=registered,
    )
    if "women" not in districts:
        return counted
    women = districts["women"].to_numpy(np.int64)
    # Whole numbers throughout, rounded half up: equal people give equal women.
    share = {
        end: (2 * people * women + registered) // (2 * registered.clip(1))
        for end, people in lives.items()
    }
    return counted.assign(
        women=share["central"],
        resident_women_low=share["low"],
        resident_women_high=share["high"],
        registered_women=women,
    )


def people_unknown(table: pd.DataFrame) -> pd.Series[bool]:
    """Say of each district or settlement whether its people are not known.

    Parameters
    ----------
    table
        Perhaps with `UNKNOWN`; without it all are known.
    """
    return table.get(UNKNOWN, pd.Series(False, index=table.index)).astype(bool)


def with_known_people(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table to publish: counts of people that are not known are missing in it, never 0.

    Parameters
    ----------
    table
        Perhaps with `UNKNOWN`, and with any of `PEOPLE_COLUMNS`.
    """
    unknown = people_unknown(table)
    if not unknown.any():
        return table
    there = [name for name in PEOPLE_COLUMNS if name in table]
    return table.assign(**{name: table[name].astype("Int64").mask(unknown) for name in there})


def people_of_unknown(
    path: Path, districts: pd.DataFrame, table: pd.DataFrame, column: str
) -> list[Fault]:
    """Name rows that count residents or displaced people of districts without a population.

    Parameters
    ----------
    path
        File of `table`, for the fault.
    districts
        With `district_id` and `population`.
    table
        With `district_id` and `column`, indexed by row number.
    """
    unknown = districts.loc[districts["population"].isna(), "district_id"]
    rows = table.loc[table["district_id"].isin(unknown), "district_id"]
    message = "the district's population is not known"
    remedy = "Give its population too, or take this row out."
    return [
        Fault(path.name, message, remedy, row, column, key)
        for row, key in zip(rows.index.tolist(), rows, strict=True)
    ]


def unplaced(districts: pd.DataFrame) -> int:
    """Return how many registered people live in a district that no table says (central)."""
    return int(districts["registered"].sum() - districts["population"].sum())


def uneven_people(path: Path, table: pd.DataFrame, stem: str) -> list[Fault]:
    """Name rows whose low, central and high do not rise.

    Parameters
    ----------
    path
        File of `table`, for the fault.
    table
        With `stem` and each of the three ends, indexed by row number. Missing ones are passed over.
    stem
        What the columns begin with.
    """
    low, central, high = (table[f"{stem}_{end}"] for end in _ENDS)
    off = ((low > central) | (central > high)).fillna(False)
    message, remedy = "low, central and high do not rise", "Put the smallest first."
    return [
        Fault(path.name, message, remedy, row, f"{stem}_central", str(n))
        for row, n in zip(table.index[off].tolist(), central[off], strict=True)
    ]


def too_many_displaced(
    path: Path, districts: pd.DataFrame, residents: pd.DataFrame | None, displaced: pd.DataFrame
) -> list[Fault]:
    """Say that more displaced people are placed than live away from where they are registered.

    Parameters
    ----------
    path
        File of `displaced`, for the fault.
    districts, residents, displaced
        See `count_people`.
    """
    placed = int(displaced["displaced_central"].sum())
    away = 0
    if residents is not None:
        known = residents.set_index("district_id")["residents_central"]
        once = districts.drop_duplicates("district_id")  # a doubled key is a fault of its own
        registered = once.set_index("district_id")["population"].reindex(known.index)
        away = int((registered - known).sum())
    if placed <= away:
        return []
    message = f"{placed} displaced people are placed, but {away} live away from home"
    remedy = "Correct displaced_central, or list in the residents table where they are missing."
    return [Fault(path.name, message, remedy, column="displaced_central", value=str(placed))]


def settlement_demand(districts: pd.DataFrame, settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Share the people and women of each district out over its settlements.

    Listed populations mix towns with the district around them, so they serve as shares only: each
    is capped at the district's people, the shares of a district sum to 1, and whole people
    are handed out by largest remainder (ties by `settlement_id`). Every district is therefore
    counted once, and people outside listed places are taken to live as those in them do. A
    settlement without a listed population counts as the mean of those listed in its district; a
    district that lists nobody is shared out evenly.

    Parameters
    ----------
    districts
        Indexed by `district_id`, with `population` and perhaps the other counts of
        `people.PEOPLE_COLUMNS`.
    settlements
        With `settlement_id`, `district_id`, `population_listed` (may be missing).

    Returns
    -------
    GeoDataFrame
        `settlements` sorted by id and indexed by it, with its share of each of these counts, with
        `counts_registered_not_resident`, and with `UNKNOWN` as far as the districts have it.

    Raises
    ------
    ValueError
        If a district has no settlement.
    """
    bare = sorted(set(districts.index) - set(settlements["district_id"].unique()))
    if bare:
        raise ValueError(f"districts without any settlement: {', '.join(bare)}")
    in_order = settlements["settlement_id"].is_monotonic_increasing
    ordered = settlements if in_order else settlements.sort_values("settlement_id")
    demand = ordered.set_index("settlement_id", drop=False)
    demand.index.name = None
    listed = demand["population_listed"].astype("Float64")
    typical = listed.groupby(demand["district_id"]).transform("mean")
    weight = listed.fillna(typical).fillna(0).round().astype("int64")
    counts = [name for name in PEOPLE_COLUMNS if name in districts]
    people = [name for name in ("population", "registered") if name in districts]
    most = districts[people].max(axis=1)
    weight = np.minimum(weight, demand["district_id"].map(most))
    weights, homes = weight.to_numpy(), demand.groupby("district_id").indices
    for column in counts:
        shared, totals = np.zeros(len(demand), np.int64), districts[column]
        for district_id, rows in homes.items():
            shared[rows] = _largest_remainder(weights[rows], int(totals[district_id]))
        demand[column] = shared
    flag = districts["counts_registered_not_resident"]
    demand["counts_registered_not_resident"] = demand["district_id"].map(flag).astype(bool)
    if UNKNOWN in districts:
        demand[UNKNOWN] = demand["district_id"].map(districts[UNKNOWN]).astype(bool)
    return demand


def _largest_remainder(weight: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Split `total` in whole numbers in proportion to `weight`; the first wins a tie."""
    if weight.sum() == 0:
        weight = np.ones_like(weight)
    scaled = weight * total
    share, rest = np.divmod(scaled, weight.sum())
    first = np.argsort(-rest, kind="stable")[: total - int(share.sum())]
    share[first] += 1
    return share
