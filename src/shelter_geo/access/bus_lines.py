"""Hours by bus to a town with a shelter, only where somebody wrote a line's hours down."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

BUSES: Final = ("bus", "minibus")
"""Means of travel that count as a bus."""


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
