"""Places as ranges: how many a facility surely has for these people, and how many at most."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shelter_geo.errors import Fault


def with_place_ranges(facilities: pd.DataFrame | None) -> pd.DataFrame | None:
    """Take facilities that give no range to have all their places for these people.

    Parameters
    ----------
    facilities
        With `places`, and `places_low` and `places_high`, missing where no range is given; None
        stays None.
    """
    if facilities is None:
        return None
    ends = {name: facilities[name].fillna(facilities["places"]) for name in PLACE_ENDS}
    return facilities.assign(**ends)


PLACE_ENDS = ("places_low", "places_high")
"""Columns of the range."""


def shifted(low: int, high: int, places: int, now: int) -> tuple[int, int]:
    """Return the range of a facility whose places change: what is added is for these people.

    Parameters
    ----------
    low, high, places
        As they stand.
    now
        Places from now on.

    Examples
    --------
    Thirty shared places and ten more for these people alone:

    >>> shifted(0, 30, 30, 40)
    (10, 40)
    >>> shifted(20, 30, 30, 10)
    (0, 10)
    """
    return min(max(0, low + now - places), now), max(now, high + now - places)


def places_total(facilities: pd.DataFrame) -> dict[str, int]:
    """Sum up places: `places`, and `places_low` and `places_high` over what is known.

    Parameters
    ----------
    facilities
        With the three columns; those without a range count in full at both ends.
    """
    return {
        name: int(facilities.get(name, facilities["places"]).sum())
        for name in ("places", *PLACE_ENDS)
    }


def uneven_places(path: Path, facilities: pd.DataFrame) -> list[Fault]:
    """Name facilities whose least places, places and most places do not rise.

    Parameters
    ----------
    path
        File of `facilities`, for the fault.
    facilities
        With the three columns, indexed by row number. Missing ones are passed over.
    """
    low, most, places = facilities["places_low"], facilities["places_high"], facilities["places"]
    off = ((low > places) | (places > most)).fillna(False)
    message = "places_low, places and places_high do not rise"
    remedy = "Put the least first; leave both ends empty where all places are for these people."
    return [
        Fault(path.name, message, remedy, row, "places", str(n))
        for row, n in zip(facilities.index[off].tolist(), places[off], strict=True)
    ]
