"""Many small shelters against one large one with the same places."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from shelter_geo.capacity.erlang import erlang_b, places_for
from shelter_geo.errors import CapacityError


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
