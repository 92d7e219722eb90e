"""Erlang's loss formula: how often a shelter is full, and for families who need several beds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, hyperu, xlogy

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


RESCALE_ABOVE = 1e200


@dataclass(frozen=True, eq=False)
class Families:
    """Families that ask, by the beds they need.

    Attributes
    ----------
    sizes : int64, shape (s,)
        Beds a family needs, 1 or more, rising.
    offered : float64, shape (s,)
        Families of that size who would be in at once if none were refused (erlangs).

    Raises
    ------
    CapacityError
        If sizes do not rise from 1 or more, or a load is negative or not finite.
    """

    sizes: NDArray[np.int64]
    offered: NDArray[np.float64]

    def __post_init__(self) -> None:
        sizes, offered = self.sizes, self.offered
        if sizes.ndim != 1 or sizes.shape != offered.shape or not len(sizes):
            raise CapacityError("give one load for each family size")
        if sizes[0] < 1 or (np.diff(sizes) <= 0).any():
            raise CapacityError("family sizes must be whole numbers of 1 or more that rise")
        if not np.isfinite(offered).all() or (offered < 0).any():
            raise CapacityError("offered load must be numbers of 0 or more")

    @classmethod
    def of(cls, sizes: ArrayLike, offered: ArrayLike) -> Families:
        """Make them from anything array-like."""
        return cls(np.asarray(sizes, dtype=np.int64), np.asarray(offered, dtype=np.float64))

    @property
    def beds_offered(self) -> float:
        """Beds these families would fill if none were refused."""
        return float(self.sizes @ self.offered)


def families_of(offered: float, children_per_woman: float, *, largest: int = 6) -> Families:
    """Split a load of families by size: a woman and a Poisson number of children.

    Only the mean number of children is published anywhere; the spread around it is assumed.

    Parameters
    ----------
    offered
        Families of any size (erlangs).
    children_per_woman
        Mean number of children who come along.
    largest
        Beds of the largest family told apart; larger ones count as this size.

    Raises
    ------
    CapacityError
        If a number is negative or not finite, or `largest` is below 1.
    """
    if not 0 <= children_per_woman < np.inf or largest < 1:
        raise CapacityError("children per woman must be 0 or more, the largest family 1 or more")
    sizes = np.arange(1, largest + 1, dtype=np.int64)
    children = sizes - 1
    share = np.exp(xlogy(children, children_per_woman) - children_per_woman - gammaln(sizes))
    share[-1] = 1 - share[:-1].sum()
    return Families(sizes, offered * share)


def refusals(beds: int, families: Families) -> NDArray[np.float64]:
    r"""Share of the families of each size who find too few beds free (Kaufman-Roberts).

    .. math:: n\, q(n) = \sum_s a_s\, s\, q(n - s), \qquad
              P_s = \frac{\sum_{n > C - s} q(n)}{\sum_{n \le C} q(n)}

    A family is taken whole or not at all, and whoever fits is taken. Of the stays only the mean
    of each size matters.

    Parameters
    ----------
    beds
        Beds `C` of the shelter, 0 or more.
    families
        Who asks.

    Returns
    -------
    ndarray of shape (s,)
        Probabilities; 1 for families larger than the shelter.

    Raises
    ------
    CapacityError
        If `beds` is negative.

    References
    ----------
    J. S. Kaufman (1981), Blocking in a shared resource environment. J. W. Roberts (1981), A
    service system with heterogeneous user requirements.
    """
    if beds < 0:
        raise CapacityError("beds must be 0 or more")
    weight = _occupancy(beds, families)
    too_few = [weight[max(0, beds + 1 - size) :].sum() for size in families.sizes]
    return np.array(too_few, dtype=np.float64) / float(weight.sum())


def refused(beds: int, families: Families) -> float:
    """Share of all families who are refused, 0 where none asks.

    Raises
    ------
    CapacityError
        If `beds` is negative.
    """
    by_size, asking = refusals(beds, families), families.offered.sum()
    return float(by_size @ families.offered / asking) if asking > 0 else 0.0


def beds_for(families: Families, target: float) -> int:
    """Beds from which on at most `target` of the families of every size asked for are refused.

    One bed more can let a large family in and so refuse small ones, hence "from which on": the
    answer meets the target and so does every larger number.

    Parameters
    ----------
    families
        Who asks.
    target
        Turn-away probability, above 0 and below 1.

    Raises
    ------
    CapacityError
        If no number of beds meets the target.
    """
    if not 0 < target < 1:
        raise CapacityError("a turn-away target must be above 0 and below 1")
    sizes = families.sizes[families.offered > 0]
    if not len(sizes):
        return 0
    taken = np.cumsum(_occupancy(_surely_enough(families, target), families))
    largest = int(sizes[-1])
    short = np.ones(len(taken), dtype=bool)
    short[largest:] = 1 - taken[:-largest] / taken[largest:] > target
    return int(np.flatnonzero(short)[-1]) + 1


def _surely_enough(families: Families, target: float) -> int:
    """Return beds that meet the target by Cantelli's inequality, as all larger numbers do."""
    mean = families.beds_offered
    spread = np.sqrt(families.sizes**2 @ families.offered * (1 - target) / target)
    return int(np.ceil(mean + spread)) + int(families.sizes[-1])


def _occupancy(beds: int, families: Families) -> NDArray[np.float64]:
    """Return weights of 0 to `beds` beds taken, rescaled on the way so that none overflows."""
    reach = int(families.sizes[-1])
    flow = np.zeros(reach)
    flow[families.sizes - 1] = families.sizes * families.offered
    weight = np.zeros(reach + beds + 1)
    weight[reach] = 1.0
    for n in range(1, beds + 1):
        here = reach + n
        weight[here] = flow @ weight[here - reach : here][::-1] / n
        if weight[here] > RESCALE_ABOVE:
            weight[: here + 1] /= weight[here]
    return weight[reach:]
