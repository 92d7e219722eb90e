"""Emergency places that bridge a wait: for papers, or until a place in a shelter is free."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shelter_geo.capacity.erlang import places_for
from shelter_geo.capacity.estimates import CORNERS, Estimate, within
from shelter_geo.capacity.turnaway import DAYS
from shelter_geo.errors import CapacityError


def places_to_bridge(
    stays: Estimate,
    share: Estimate,
    days: Estimate,
    *,
    persons_per_place: Estimate,
    target: float = 0.05,
) -> Mapping[str, float]:
    r"""Count who waits at once, and the emergency places that it takes to bridge the wait.

    By Little's law, :math:`L = \lambda \, s \, w`: families waiting at once are those asking in a
    day, times the share that waits, times the days of a wait. So many wait on average, and at
    random more or fewer: the places needed are the fewest with which at most the target find
    every emergency place taken (Erlang's loss formula).

    Parameters
    ----------
    stays
        Stays asked for in a year.
    share
        Share of them that waits, 0 to 1.
    days
        Mean length of a wait in days.
    persons_per_place
        Places that one family takes, above 0.
    target
        Turn-away probability that the places needed meet.

    Returns
    -------
    mapping
        Each with `_low`, `_central` and `_high`: `wait_share`, `wait_days`, `wait_nights` (that all
        families together wait in a year), `waiting` (families at once), `emergency_places` (taken
        on average) and `emergency_places_needed`. Low takes the low end of everything, high the
        high end.

    Raises
    ------
    CapacityError
        If the share leaves 0 to 1, persons per place are not above 0, or the target is out of
        range.

    References
    ----------
    J. D. C. Little (1961), A proof for the queuing formula L = λW.

    Examples
    --------
    730 families a year of whom half wait five days: five wait at once.

    >>> from shelter_geo.capacity import exactly
    >>> known = lambda name, value: exactly(name, value, "", "assumed", "example")
    >>> found = places_to_bridge(
    ...     known("stays", 730), known("share", 0.5), known("days", 5),
    ...     persons_per_place=known("persons", 2),
    ... )
    >>> found["waiting_central"], found["emergency_places_needed_central"]
    (5.0, 18.0)
    """
    within(share, 0, 1)
    if persons_per_place.low <= 0:
        raise CapacityError("persons per place must be above 0")
    found: dict[str, float] = {}
    readings = zip(
        CORNERS, stays.corners, share.corners, days.corners, persons_per_place.corners, strict=True
    )
    for corner, asked, part, wait, persons in readings:
        waiting = asked * part * wait / DAYS
        # As for shelters: 4 family places of 2.5 must make 10 whatever the rounding.
        needed = float(np.ceil(int(places_for(waiting, target)) * persons - 1e-9))
        found |= {
            f"wait_share_{corner}": part,
            f"wait_days_{corner}": wait,
            f"wait_nights_{corner}": waiting * DAYS,
            f"waiting_{corner}": waiting,
            f"emergency_places_{corner}": waiting * persons,
            f"emergency_places_needed_{corner}": needed,
        }
    return found
