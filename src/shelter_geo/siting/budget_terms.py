"""What places cost, where they go and who uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Terms:
    """What places cost and how many there may be.

    Attributes
    ----------
    places, most : int64, shape (sites,)
        Family places that stand, and those there may be at most; equal where none may be added.
    fixed_cost, place_cost : int64, shape (sites,)
        Of opening or enlarging a site, and of each place.
    budget, actions : int or None
        Money, and sites that open or grow, at most.
    """

    places: Array
    most: Array
    fixed_cost: Array
    place_cost: Array
    budget: int | None
    actions: int | None


class Allocation(NamedTuple):
    """Whole places and families.

    Attributes
    ----------
    added : int64, shape (sites,)
    flow : int64, shape (ways,)
    unserved, walked, spent : int
        The three aims: families unserved, families times steps, money.
    """

    added: Array
    flow: Array
    unserved: int
    walked: int
    spent: int


class Outcome(NamedTuple):
    """The best allocation found and what is proven of it; no allocation if there is none.

    Attributes
    ----------
    best : Allocation or None
    unserved_bound : int
    walked_bound : int or None
        None if the families unserved are not proven to be fewest.
    cheapest : bool
        Whether no allocation as good is cheaper.
    """

    best: Allocation | None
    unserved_bound: int
    walked_bound: int | None
    cheapest: bool
