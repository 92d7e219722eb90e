"""Hours by bus, and nights of waiting for one, only where somebody wrote a line's times down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import pandas as pd

from shelter_geo.errors import CostError

BUSES: Final = ("bus", "minibus")
"""Means of travel that count as a bus."""
DAY_MIN: Final = 24 * 60


class Departures(NamedTuple):
    """When a line leaves one of its ends, every day.

    Attributes
    ----------
    first, last
        First and last departure, minutes after midnight.
    minutes
        Minutes that it takes, whole.
    """

    first: int
    last: int
    minutes: int


def nights_waited(legs: Sequence[Collection[Departures]]) -> tuple[int, int] | None:
    """Count the nights for which a traveller waits between the legs of a journey.

    She starts at any minute from the first departure of the first leg to the last, and goes on as
    soon as she can: by any line that still leaves that day, or by the first one of the next
    morning, which is a night. Between its first and last departure a line leaves whenever she is
    there. What she does at a stop takes no time, and a night spent in the bus is none.

    Parameters
    ----------
    legs
        For each leg the lines that serve it that way round.

    Returns
    -------
    tuple of int or None
        Fewest and most nights over every start and line; None if a leg has no line.

    Raises
    ------
    CostError
        If a line's departures are no minutes of a day in order, or it takes less than a minute.

    Examples
    --------
    >>> there, back = Departures(360, 1020, 300), Departures(420, 1080, 300)
    >>> nights_waited([[there], [back]])
    (0, 1)
    """
    for line in (line for lines in legs for line in lines):
        if not 0 <= line.first <= line.last < DAY_MIN or line.minutes < 1:
            raise CostError(f"a line cannot have these departures and minutes: {tuple(line)}")
    if not all(legs):
        return None
    ready = {0: (0, 0)}
    if legs:
        ends = min(line.first for line in legs[0]), max(line.last for line in legs[0])
        ready = dict.fromkeys(range(ends[0], ends[1] + 1), (0, 0))
    for lines in legs:
        arrived: dict[int, tuple[int, int]] = {}
        for minute, (low, high) in ready.items():
            today = [line for line in lines if minute <= line.last]
            night = 0 if today else 1
            for line in today or lines:
                leaves = line.first if night else max(minute, line.first)
                at = (leaves + line.minutes) % DAY_MIN
                fewest, most = arrived.get(at, (low + night, high + night))
                arrived[at] = min(fewest, low + night), max(most, high + night)
        ready = arrived
    return min(low for low, _ in ready.values()), max(high for _, high in ready.values())


def lines_to(
    travel: pd.DataFrame,
    towns: Collection[str],
    areas: pd.Series,
    *,
    buses: Collection[str] = BUSES,
) -> pd.DataFrame:
    """Find the lines that join each area to a town with a shelter, in either direction.

    An area that has a shelter of its own takes no line to another town.

    Parameters
    ----------
    travel
        `mode`, `from_settlement`, `to_settlement` and `hours`; rows without hours are passed over.
    towns
        Settlements with a shelter.
    areas
        Area of each settlement.
    buses
        Means of travel that count.

    Returns
    -------
    DataFrame
        Rows of `travel` with `area` and `town`, in their order.
    """
    known = travel[travel["mode"].isin(list(buses)) & travel["hours"].notna()]
    served = {areas.get(town) for town in towns}
    parts = [
        known.assign(area=known[one].map(areas), town=known[other])
        for one, other in (
            ("from_settlement", "to_settlement"),
            ("to_settlement", "from_settlement"),
        )
    ]
    both = pd.concat(parts).sort_index(kind="stable")
    keep = both["town"].isin(list(towns)) & both["area"].notna() & ~both["area"].isin(list(served))
    return both[keep]


def bus_hours(lines: pd.DataFrame, areas: pd.Index) -> pd.DataFrame:
    """Give the least and most hours of the lines of each area.

    Parameters
    ----------
    lines
        From `lines_to`.
    areas
        Areas to give, in this order.

    Returns
    -------
    DataFrame
        `bus_hours_low`, `bus_hours_high` and `bus_to` (settlements, by semicolons), missing where
        no line is known.

    Examples
    --------
    >>> lines = pd.DataFrame({"area": ["a", "a"], "town": ["t", "t"], "hours": [5.5, 6.0]})
    >>> bus_hours(lines, pd.Index(["a", "b"]))["bus_hours_high"].tolist()
    [6.0, nan]
    """
    by_area = lines.groupby("area")
    found = pd.DataFrame(
        {
            "bus_hours_low": by_area["hours"].min(),
            "bus_hours_high": by_area["hours"].max(),
            "bus_to": by_area["town"].agg(lambda towns: "; ".join(sorted(set(towns)))),
        }
    )
    return found.reindex(areas)
