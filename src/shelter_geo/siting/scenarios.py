"""Scenarios of demand, roads and registration, drawn around the data as given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import SitingError
from shelter_geo.siting.problem import SitingProblem

Array = NDArray[Any]

GRAIN: Final = 100
"""People are counted to a hundredth."""


@dataclass(frozen=True)
class Uncertainty:
    """What is uncertain, and by how much; every number here is an assumption to be argued for.

    Attributes
    ----------
    demand_sigma : float
        Standard deviation of the logarithm of the demand of each demand point around its people.
    under_reporting : tuple of float
        Each demand point's demand is multiplied by a factor between these two, drawn evenly on a
        logarithmic scale: how many cases stand behind one that is known differs from place to
        place, and nobody knows how.
    slowdown_sigma : float
        Standard deviation of the logarithm of the cost of travel from each demand point around
        what the roads say: weather, roadworks, the car somebody has.
    slowdown : tuple of float
        All costs of a scenario are multiplied by a factor between these two, drawn evenly.
    counted_where_registered : float
        Share of the scenarios in which people count where they are registered though they live
        elsewhere; in the others they count for nothing there.

    Raises
    ------
    SitingError
        If a spread is below 0, a factor not above 0, a range upside down or a share not from 0
        to 1.
    """

    demand_sigma: float = 0.3
    under_reporting: tuple[float, float] = (1.0, 3.0)
    slowdown_sigma: float = 0.1
    slowdown: tuple[float, float] = (1.0, 1.3)
    counted_where_registered: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        for sigma in (self.demand_sigma, self.slowdown_sigma):
            if not (np.isfinite(sigma) and 0 <= sigma <= 3):
                raise SitingError(f"a spread lies between 0 and 3, not at {sigma}")
        for low, high in (self.under_reporting, self.slowdown):
            if not (0 < low <= high <= 100):
                raise SitingError(f"a factor lies between 0 and 100, low end first: {low}, {high}")
        if not 0 <= self.counted_where_registered <= 1:
            raise SitingError("the share of scenarios lies between 0 and 1")


class Scenarios(NamedTuple):
    """Drawn scenarios; the first is the data as given.

    Attributes
    ----------
    people : float64, shape (scenarios, demand)
    slower : float64, shape (scenarios, demand)
        Factor of the costs of one demand point.
    common : float64, shape (scenarios,)
        Factor of all costs.
    """

    people: Array
    slower: Array
    common: Array

    @property
    def burdens(self) -> Array:
        """Hundredths of a person times how much slower they travel than the rest, whole."""
        return np.asarray(np.rint(self.people * self.slower * GRAIN).astype(np.int64))


def draw_scenarios(
    problem: SitingProblem,
    registered: ArrayLike | None,
    uncertainty: Uncertainty,
    scenarios: int,
    seed: int,
) -> Scenarios:
    """Draw scenarios; the first is the data as given.

    Raises
    ------
    SitingError
        If there is no scenario, or `registered` does not fit.
    """
    if scenarios < 1:
        raise SitingError("there is at least one scenario: the data as given")
    n = len(problem.weights)
    elsewhere = np.zeros(n, bool) if registered is None else np.asarray(registered)
    if elsewhere.shape != (n,) or elsewhere.dtype != bool:
        raise SitingError(f"{n} demand points need as many yes or no, not {elsewhere.shape}")
    if not problem.weights[~elsewhere].any():
        raise SitingError("if nobody registered elsewhere is counted, there is nobody to serve")
    random = np.random.default_rng(seed)
    shape = (scenarios, n)
    demand = np.exp(uncertainty.demand_sigma * random.standard_normal(shape))
    low, high = np.log(uncertainty.under_reporting)
    hidden = np.exp(random.uniform(low, high, shape))
    slower = np.exp(uncertainty.slowdown_sigma * random.standard_normal(shape))
    common = random.uniform(*uncertainty.slowdown, scenarios)
    counted = random.random(scenarios) < uncertainty.counted_where_registered
    people = problem.weights * demand * hidden
    people = np.where(elsewhere & ~counted[:, None], 0.0, people)
    people[0], slower[0], common[0] = problem.weights, 1.0, 1.0
    return Scenarios(people, slower, common)
