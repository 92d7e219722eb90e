"""Erlang's loss formula: how often a shelter is full when somebody asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import hyperu

from shelter_geo.errors import CapacityError


def erlang_b(places: ArrayLike, offered: ArrayLike) -> NDArray[np.float64]:
    r"""Probability that all places are taken when somebody asks (M/G/c/c).

    .. math:: B(c, a) = \frac{a^c / c!}{\sum_{k=0}^{c} a^k / k!}, \qquad
              B(k, a) = \frac{a B(k-1, a)}{k + a B(k-1, a)}

    Requests come at random and those refused go elsewhere. Of the stays only the mean matters.
    The recursion is stable for any number of places; fractions of a place, which Hayward's
    approximation asks for, start it from the analytic continuation
    ``1 / B(x, a) = a U(1, x + 2, a)``. With no place everybody is refused: ``B(0, a) = 1``.

    Parameters
    ----------
    places
        Places, 0 or more; broadcast against `offered`.
    offered
        Requests a day times the mean stay in days: the people who would be in at once if
        nobody were refused (erlangs).

    Returns
    -------
    ndarray
        Probabilities, of the broadcast shape.

    Raises
    ------
    CapacityError
        If a value is negative or not finite.

    References
    ----------
    A. K. Erlang (1917), Solution of some problems in the theory of probabilities. D. L. Jagerman
    (1974), Some properties of the Erlang loss function (the continuation).

    Examples
    --------
    Ten places that five families would fill on average, and twice as many that ten would: the
    larger shelter turns fewer away.

    >>> erlang_b([10, 20], [5.0, 10.0]).round(4)
    array([0.0184, 0.0019])
    """
    c, a = np.broadcast_arrays(
        np.asarray(places, dtype=np.float64), np.asarray(offered, dtype=np.float64)
    )
    for name, values in (("places", c), ("offered load", a)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise CapacityError(f"{name} must be numbers of 0 or more")
    whole = np.floor(c)
    loss = _below_one(c - whole, a)
    for step in range(1, int(whole.max(initial=0)) + 1):
        load = a * loss
        loss = np.where(step <= whole, load / (c - whole + step + load), loss)
    return loss


def _below_one(part: NDArray[np.float64], offered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loss with a fraction of a place."""
    loss = np.where(part > 0, 0.0, 1.0)
    ask = (part > 0) & (offered > 0)
    loss[ask] = 1 / (offered[ask] * hyperu(1, part[ask] + 2, offered[ask]))
    return loss


def places_for(offered: ArrayLike, target: float) -> NDArray[np.int64]:
    """Fewest places at which at most `target` of those who ask are turned away.

    Parameters
    ----------
    offered
        Offered load (erlangs).
    target
        Turn-away probability, above 0 and at most 1.

    Returns
    -------
    ndarray
        Places, of the shape of `offered`; 0 where nobody asks.

    Raises
    ------
    CapacityError
        If a load is negative or not finite, or no number of places meets the target.

    Examples
    --------
    >>> places_for([0.0, 5.0, 50.0], target=0.05)
    array([ 0,  9, 56])
    """
    a = np.asarray(offered, dtype=np.float64)
    if not 0 < target <= 1:
        raise CapacityError(
            "a turn-away target must be above 0 and at most 1: "
            "no number of places turns nobody away for certain"
        )
    if not np.isfinite(a).all() or (a < 0).any():
        raise CapacityError("offered load must be numbers of 0 or more")
    places = np.zeros(a.shape, dtype=np.int64)
    loss = np.where(a > 0, 1.0, 0.0)
    while (full := loss > target).any():
        places += full
        load = a * loss
        loss = np.where(full, load / (np.maximum(places, 1) + load), loss)
    return places
