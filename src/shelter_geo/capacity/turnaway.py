"""How many each shelter turns away in a year, the places it would take not to, and pooling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.capacity.erlang import erlang_b, families_of, places_for, refusals
from shelter_geo.capacity.estimates import CORNERS, Estimate, within
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason

DAYS: Final = 365.0
AMPLE: Final = 0.001
"""Below this share turned away, places are said to be ample."""


@dataclass(frozen=True, eq=False)
class TurnAway:
    """Turn-away of each shelter by itself, with its range.

    Attributes
    ----------
    table
        Indexed by `shelter_id`; see `turn_away_by_shelter`.
    inputs
        What went in besides places and stays.
    """

    table: pd.DataFrame
    inputs: tuple[Estimate, ...]

    @property
    def share(self) -> tuple[float, float, float]:
        """Share of the stays asked for at any shelter that are turned away: low, central, high.

        Those who reach no shelter are not among them.
        """
        asked = [float(self.table[f"stays_{corner}"].sum()) for corner in CORNERS]
        lost = [float(self.table[f"turned_away_per_year_{corner}"].sum()) for corner in CORNERS]
        low, central, high = (b / a if a > 0 else 0.0 for a, b in zip(asked, lost, strict=True))
        return low, central, high


def turn_away_by_shelter(
    places: pd.Series,
    stays: pd.DataFrame,
    *,
    stay_days: Estimate,
    persons_per_place: Estimate,
    target: float = 0.05,
) -> TurnAway:
    """Erlang's loss at each shelter, when none hands over to another.

    A shelter's places make ``places / persons_per_place`` family places, rounded down. The low
    reading takes the low end of everything, the high reading the high end; as turn-away rises
    with each of them, these are the bounds.

    Parameters
    ----------
    places
        Published places by `shelter_id`.
    stays
        `stays_low`, `stays_central`, `stays_high` asked for in a year, by `shelter_id`.
    stay_days
        Mean length of a stay in days.
    persons_per_place
        Published places that one family takes, above 0.
    target
        Turn-away probability that the places needed should meet.

    Returns
    -------
    TurnAway
        The table holds `places` and, each with `_low`, `_central` and `_high`:
        `stays`, `family_places`, `offered` (families in at once if none were refused),
        `turn_away` (a share), `turned_away_per_year`, `occupancy` (missing without family
        places), `family_places_needed`, `places_needed` (in published places); and `target`,
        `reason`.

    Raises
    ------
    CapacityError
        If shelters differ between the two, or a value is negative or missing.
    """
    if not places.index.equals(stays.index):
        raise CapacityError("places and stays are not given for the same shelters")
    if places.isna().any() or (places < 0).any() or persons_per_place.low <= 0:
        raise CapacityError("places must be 0 or more, persons per place above 0")
    published = places.to_numpy(float)
    columns: dict[str, NDArray[np.float64]] = {}
    readings = zip(CORNERS, stay_days.corners, persons_per_place.corners, strict=True)
    for corner, days, persons in readings:
        asked = stays[f"stays_{corner}"].to_numpy(float)
        for name, values in _corner(published, asked, days, persons, target).items():
            columns[f"{name}_{corner}"] = values
    ordered = {key: columns[key] for key in _grouped(columns)}
    table = pd.DataFrame({"places": places.to_numpy(), **ordered}, index=places.index)
    table["target"] = target
    table["reason"] = _reasons(table, stay_days)
    return TurnAway(table.sort_index(), (stay_days, persons_per_place))


def _corner(
    places: NDArray[np.float64],
    stays: NDArray[np.float64],
    days: float,
    persons: float,
    target: float,
) -> Mapping[str, NDArray[np.float64]]:
    """Compute all columns at one corner of the ranges."""
    # A hair of slack: 25 / 2.5 must make 10 family places whatever the rounding.
    family_places = np.floor(places / persons + 1e-9)
    offered = stays * days / DAYS
    full = np.where(offered > 0, erlang_b(family_places, offered), 0.0)
    taken = offered * (1 - full)
    needed = places_for(offered, target).astype(float)
    return {
        "stays": stays,
        "family_places": family_places,
        "offered": offered,
        "turn_away": full,
        "turned_away_per_year": stays * full,
        "occupancy": np.divide(
            taken, family_places, out=np.full_like(taken, np.nan), where=family_places > 0
        ),
        "family_places_needed": needed,
        "places_needed": np.ceil(needed * persons - 1e-9),
    }


def _grouped(columns: Mapping[str, object]) -> list[str]:
    """Put low, central and high of each quantity side by side."""
    names = list(dict.fromkeys(key.rsplit("_", 1)[0] for key in columns))
    return [f"{name}_{corner}" for name in names for corner in CORNERS]


def _reasons(table: pd.DataFrame, stay_days: Estimate) -> list[Reason | str]:
    """Say what a bare number at the edge would leave open."""
    reasons: list[Reason | str] = []
    for row in table.to_dict("records"):
        if row["stays_high"] == 0:
            reason: Reason | str = Reason.NO_STAYS_ASKED
        elif stay_days.high == 0:
            reason = Reason.STAYS_OF_NO_DAYS
        elif row["places"] == 0:
            reason = Reason.NO_PLACES
        elif row["family_places_high"] == 0:
            reason = Reason.NO_FAMILY_PLACE
        elif row["turn_away_high"] < AMPLE:
            reason = Reason.AMPLE_PLACES
        elif stay_days.high > DAYS:
            reason = Reason.STAYS_BEYOND_A_YEAR
        else:
            reason = ""
        reasons.append(reason)
    return reasons


def turn_away_by_family_size(
    beds: pd.Series,
    stays: pd.DataFrame,
    *,
    stay_days: Estimate,
    children_per_woman: Estimate,
    largest: int = 6,
) -> pd.DataFrame:
    """Share of families of each size refused, where a place is a bed (Kaufman-Roberts).

    Parameters
    ----------
    beds
        Beds by `shelter_id`.
    stays
        As for `turn_away_by_shelter`.
    stay_days
        Mean length of a stay in days.
    children_per_woman
        Mean number of children who come along.
    largest
        Beds of the largest family told apart.

    Returns
    -------
    DataFrame
        `shelter_id`, `beds`, `family_size`, `turn_away_low`, `turn_away_central`,
        `turn_away_high`: the central reading, and the least and most of nine readings (low,
        central and high load, with few, some and many children).

    Raises
    ------
    CapacityError
        If shelters differ between the two, or a value is negative or missing.
    """
    if not beds.index.equals(stays.index):
        raise CapacityError("beds and stays are not given for the same shelters")
    if beds.isna().any() or (beds < 0).any():
        raise CapacityError("beds must be 0 or more")
    within(children_per_woman, 0, 20)
    parts = []
    for shelter_id in sorted(beds.index):
        count = int(beds[shelter_id])
        asked = stays.loc[shelter_id, [f"stays_{c}" for c in CORNERS]].to_numpy(float)
        loads = asked * np.array(stay_days.corners) / DAYS
        readings = np.array(
            [
                refusals(count, families_of(float(load), children, largest=largest))
                for load in loads
                for children in children_per_woman.corners
            ]
        )
        if loads[2] == 0:
            readings[:] = 0.0
        parts.append(
            pd.DataFrame(
                {
                    "shelter_id": shelter_id,
                    "beds": count,
                    "family_size": np.arange(1, largest + 1),
                    "turn_away_low": readings.min(axis=0),
                    "turn_away_central": readings[4],
                    "turn_away_high": readings.max(axis=0),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def pooling_table(
    places: int, offered: float, sites: Iterable[int], *, target: float = 0.05
) -> pd.DataFrame:
    """Turn-away of the same places and load in one shelter and in several.

    Places are dealt out as evenly as they go, the load in proportion to them. Shelters that all
    hand over to each other at once are full only when all are, so together they turn away as
    one large shelter does; real ones lie between the two columns.

    Parameters
    ----------
    places
        Places in all.
    offered
        Load in all (erlangs).
    sites
        Numbers of shelters to compare.
    target
        Turn-away probability for which the places needed are given.

    Returns
    -------
    DataFrame
        By `shelters`: `places_smallest`, `places_largest`, `turn_away_apart`,
        `turn_away_together`, `places_needed_apart` and `places_needed_together` (for the target,
        an equal share of the load each), `target`.

    Raises
    ------
    CapacityError
        If there are fewer places than shelters, a number of shelters is below 1, or the load or
        the target is out of range.
    """
    counts = sorted(set(sites))
    if not counts or counts[0] < 1:
        raise CapacityError("numbers of shelters must be 1 or more")
    if places < counts[-1]:
        raise CapacityError(f"{counts[-1]} shelters cannot share {places} places")
    together = float(erlang_b(places, offered))
    needed = int(places_for(offered, target))
    rows = []
    for count in counts:
        each, rest = divmod(places, count)
        split = np.array([each + 1] * rest + [each] * (count - rest))
        rows.append(
            (
                count,
                int(split.min()),
                int(split.max()),
                turn_away_apart(split, offered * split / places),
                together,
                count * int(places_for(offered / count, target)),
                needed,
                target,
            )
        )
    columns = ["shelters", "places_smallest", "places_largest", "turn_away_apart"]
    columns += ["turn_away_together", "places_needed_apart", "places_needed_together", "target"]
    return pd.DataFrame(rows, columns=columns)


def turn_away_apart(places: ArrayLike, offered: ArrayLike) -> float:
    """Share of all who ask who are turned away when no shelter hands over.

    Parameters
    ----------
    places, offered
        Places and load (erlangs) of each shelter.

    Returns
    -------
    float
        0 where nobody asks.
    """
    load = np.asarray(offered, dtype=np.float64)
    lost = load * erlang_b(places, load)
    return float(lost.sum() / load.sum()) if load.sum() > 0 else 0.0


def turn_away_together(places: ArrayLike, offered: ArrayLike) -> float:
    """Share of all who ask who are turned away when every shelter hands over to every other.

    Parameters
    ----------
    places, offered
        Places and load (erlangs) of each shelter.

    Returns
    -------
    float
        0 where nobody asks.
    """
    load = float(np.sum(np.asarray(offered, dtype=np.float64)))
    return float(erlang_b(np.sum(np.asarray(places)), load)) if load > 0 else 0.0
