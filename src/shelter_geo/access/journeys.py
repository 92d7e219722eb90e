"""Legs of a journey: road kilometres and minutes, known bus lines, and ways that are no road."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.access.bus_lines import BUSES, Departures, nights_waited
from shelter_geo.access.costs import Joining, cost_matrix
from shelter_geo.errors import CostError
from shelter_geo.roads import UNREACHED, Engine, RoadNetwork
from shelter_geo.units import CM_PER_KM, MS_PER_MIN

_ROWS: Final = 2000
"""Travellers in one matrix: sorted by where they go, they have few places to go to."""
BUS: Final = ("bus_hours_low", "bus_hours_high", "bus_lines", "bus_source", "departures")
"""Columns of what is known of a leg by bus."""
NIGHTS: Final = ("nights_low", "nights_high")
"""Columns of the nights for which a traveller waits."""


_Served: TypeAlias = tuple[float, str, Departures | None]


@dataclass(frozen=True, eq=False)
class Stop:
    """Where each traveller stops.

    Attributes
    ----------
    points : GeoDataFrame
        Places in EPSG:4326, indexed by their keys.
    at : Series
        Key of the stop of each traveller, missing where there is none.
    """

    points: gpd.GeoDataFrame
    at: pd.Series


def leg_costs(
    network: RoadNetwork,
    start: Stop,
    end: Stop,
    *,
    snapping: Joining = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Compute each traveller's kilometres and minutes from one stop to the next, that way round.

    Parameters
    ----------
    network
        The roads.
    start, end
        Stops of the same travellers.
    snapping, engine
        As for `cost_matrix`.

    Returns
    -------
    DataFrame
        `distance_km` and `travel_min` along the best road, indexed by traveller; missing where no
        road leads, or one of the two stops is missing.

    Raises
    ------
    CostError
        If the stops are of different travellers, or at a place that has no point.
    """
    if not start.at.index.equals(end.at.index):
        raise CostError("the two stops of a leg are of different travellers")
    for stop in (start, end):
        strange = set(stop.at.dropna()) - set(stop.points.index)
        if strange:
            raise CostError(f"a stop has no point: {', '.join(sorted(map(str, strange))[:5])}")
    legs = pd.DataFrame({"start": start.at, "end": end.at}).dropna()
    legs = legs.sort_values(["end", "start"], kind="stable")
    parts = []
    for first in range(0, len(legs), _ROWS):
        part = legs.iloc[first : first + _ROWS]
        costs = cost_matrix(
            network,
            start.points.loc[sorted(set(part["start"]))],
            end.points.loc[sorted(set(part["end"]))],
            snapping=snapping,
            engine=engine,
        )
        rows = costs.origin_id.get_indexer(pd.Index(part["start"]))
        columns = costs.facility_id.get_indexer(pd.Index(part["end"]))
        length, time = costs.length_cm[rows, columns], costs.time_ms[rows, columns]
        found = {
            "distance_km": np.where(length == UNREACHED, np.nan, length / CM_PER_KM),
            "travel_min": np.where(time == UNREACHED, np.nan, time / MS_PER_MIN),
        }
        parts.append(pd.DataFrame(found, index=part.index))
    empty = pd.DataFrame({"distance_km": [], "travel_min": []}, dtype=float)
    return pd.concat(parts or [empty]).reindex(start.at.index)


def over_link(ways: Sequence[tuple[pd.DataFrame, pd.DataFrame]]) -> pd.DataFrame:
    """Choose which way round a link is used: that with the fewer minutes by road.

    Parameters
    ----------
    ways
        For each way round `leg_costs` to the one end of the link, and from its other end, of the
        same travellers. What lies between the ends is no road, and is not counted.

    Returns
    -------
    DataFrame
        `distance_km` and `travel_min` by road, indexed by traveller; missing where the link does
        not help.

    Raises
    ------
    CostError
        If there is no way, or they are of different travellers.
    """
    if not ways or len({tuple(part.index) for way in ways for part in way}) > 1:
        raise CostError("the ways over a link are none, or of different travellers")
    best, *others = (to + on for to, on in ways)
    for other in others:
        quicker = best["travel_min"].fillna(np.inf) > other["travel_min"].fillna(np.inf)
        best = best.mask(quicker, other)
    return best


def bus_legs(
    travel: pd.DataFrame,
    areas: pd.Series,
    start: pd.Series,
    end: pd.Series,
    *,
    buses: Collection[str] = BUSES,
) -> pd.DataFrame:
    """Find what is known of each traveller's leg by bus; nothing is derived from the roads.

    Parameters
    ----------
    travel
        `line_id`, `mode`, `from_settlement`, `to_settlement`, `hours` and `source`; a line serves
        both directions, and rows without hours are passed over. Where they are known also
        `first_departure` and `last_departure`, HH:MM, and `first_departure_back` and
        `last_departure_back` from its other end.
    areas
        Area of each settlement.
    start, end
        Where each traveller's leg begins and ends: ("settlement", key), or ("area", key) for any
        settlement of an area; missing for no stop. A line within an area says nothing of it.
    buses
        Means of travel that count.

    Returns
    -------
    DataFrame
        `bus_hours_low` and `bus_hours_high`, `bus_lines` and `bus_source` (by semicolons), missing
        where no line is known, and `departures`, a tuple of those lines whose first and last
        departure are known, missing where none is, indexed by traveller.

    Raises
    ------
    CostError
        If the two ends are of different travellers.
    """
    if not start.index.equals(end.index):
        raise CostError("the two ends of a leg by bus are of different travellers")
    known = travel[travel["mode"].isin(list(buses)) & travel["hours"].notna()]
    lines: dict[Any, dict[str, _Served]] = {}
    for row in known.to_dict("records"):
        one, other = row["from_settlement"], row["to_settlement"]
        if pd.isna(one) or pd.isna(other):
            continue
        for a, b, back in ((one, other, ""), (other, one, "_back")):
            apart = areas.get(a) != areas.get(b)
            ends = [[("settlement", key), ("area", areas.get(key))][: 1 + apart] for key in (a, b)]
            for pair in ((first, last) for first in ends[0] for last in ends[1]):
                served = lines.setdefault(pair, {})
                time = float(row["hours"]), str(row["source"]), _departures(row, back)
                served[str(row["line_id"])] = time
    return pd.DataFrame(
        [_summed_up(lines.get(pair, {})) for pair in zip(start, end, strict=True)],
        index=start.index,
        columns=list(BUS),
    ).astype({"bus_hours_low": float, "bus_hours_high": float})


def _departures(row: dict[Any, Any], back: str) -> Departures | None:
    """Read when a line leaves one of its ends, None where that is not known."""
    ends = [row.get(f"{end}_departure{back}") for end in ("first", "last")]
    if any(end is None or pd.isna(end) or end == "" for end in ends):
        return None
    first, last = (60 * int(str(end)[:2]) + int(str(end)[3:]) for end in ends)
    return Departures(first, last, max(1, round(60 * float(row["hours"]))))


def _summed_up(served: dict[str, _Served]) -> tuple[Any, ...]:
    """Give the least and most hours of some lines, their keys, sources and departures."""
    if not served:
        return np.nan, np.nan, None, None, None
    hours = [time for time, *_ in served.values()]
    sources = dict.fromkeys(served[line][1] for line in sorted(served))
    known = tuple(served[line][2] for line in sorted(served) if served[line][2] is not None)
    return min(hours), max(hours), "; ".join(sorted(served)), "; ".join(sources), known or None


def whole_journey(legs: pd.DataFrame) -> pd.DataFrame:
    """Add up the legs of each traveller's journey.

    Parameters
    ----------
    legs
        `traveller`, `distance_km`, `travel_min`, `bus_hours_low` and `bus_hours_high`, one row a
        leg.

    Returns
    -------
    DataFrame
        By traveller: the four sums, each missing where one leg's is, and `longest_leg_km`.

    Examples
    --------
    >>> legs = pd.DataFrame({"traveller": ["a", "a"], "distance_km": [3.0, 4.0],
    ...     "travel_min": [5.0, 6.0], "bus_hours_low": [1.0, None], "bus_hours_high": [1.0, None]})
    >>> whole_journey(legs).loc["a"].tolist()
    [7.0, 11.0, nan, nan, 4.0]
    """
    summed = ["distance_km", "travel_min", "bus_hours_low", "bus_hours_high"]
    missing = legs[summed].isna().groupby(legs["traveller"]).any()
    total = legs.groupby("traveller")[summed].sum().mask(missing)
    longest = legs.groupby("traveller")["distance_km"].max()
    return total.assign(longest_leg_km=longest.mask(missing["distance_km"]))


def nights_on_the_way(legs: pd.DataFrame) -> pd.DataFrame:
    """Count the nights for which each traveller waits between her legs; see `nights_waited`.

    Parameters
    ----------
    legs
        `traveller`, `leg`, `bus_hours_high` and `departures`, one row a leg. Who takes 0 hours is
        there already, and waits for no line.

    Returns
    -------
    DataFrame
        `nights_low` and `nights_high` by traveller, missing where a leg has no line whose
        departures are known, or nobody travels.

    Raises
    ------
    CostError
        As `nights_waited`.
    """
    travelled = legs[legs["bus_hours_high"] != 0].sort_values("leg", kind="stable")
    known = travelled["departures"].notna().groupby(travelled["traveller"]).all()
    found = pd.DataFrame(np.nan, index=pd.Index(legs["traveller"].unique()), columns=list(NIGHTS))
    sure = travelled[travelled["traveller"].isin(known.index[known])]
    counted: dict[tuple[Any, ...], tuple[int, int] | None] = {}
    for traveller, own in sure.groupby("traveller")["departures"]:
        lines = tuple(own)
        if lines not in counted:
            counted[lines] = nights_waited(lines)
        found.loc[traveller] = counted[lines]
    return found
