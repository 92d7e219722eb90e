"""Whether a plan still stands up when demand, roads and the count of people are uncertain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.errors import SitingError
from shelter_geo.progress import Progress
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.regret import Regrets
from shelter_geo.siting.scenario_values import Scenarios, scenario_regrets

Array = NDArray[Any]
Role = Literal["core", "interchangeable", "rare"]

CORE: Final = 0.75
"""Share of scenarios from which on a site belongs to the robust core."""

RARE: Final = 0.05
"""Share of scenarios below which a site is chosen only rarely."""


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


@dataclass(frozen=True)
class SiteRobustness:
    """How firmly a site belongs to the answer.

    Attributes
    ----------
    site_id : hashable
    share : float
        Share of the scenarios whose best plan opens it, 0 to 1.
    role : {"core", "interchangeable", "rare"}
    instead_of : hashable or None
        Site of the plan for the given data that it most often stands in for; None if it is part
        of that plan.
    """

    site_id: Hashable
    share: float
    role: Role
    instead_of: Hashable | None


@dataclass(frozen=True)
class PlanRobustness:
    """How much a plan can be regretted.

    Attributes
    ----------
    chosen : tuple
        Keys of the sites to open.
    best_for_data, minimax : bool
        Whether it is the best plan for the given data, and the plan of least worst regret.
    share : float
        Share of the scenarios in which it is the best plan.
    regret_mean, regret_p90, regret_max : float
        How much worse it is than the best plan of each scenario, in the unit of the costs; for
        "mclp" in shares of the people.
    """

    chosen: tuple[Hashable, ...]
    best_for_data: bool
    minimax: bool
    share: float
    regret_mean: float
    regret_p90: float
    regret_max: float


@dataclass(frozen=True)
class Robustness:
    """What is left of an answer when its data are uncertain.

    Attributes
    ----------
    model : str
    p : int
    scenarios : int
    seed : int
    uncertainty : Uncertainty
    sites : tuple of SiteRobustness
        Sites that some scenario's best plan opens, most often first.
    plans : tuple of PlanRobustness
        Best plan for the data, plan of least worst regret, then the plans most often best.
    """

    model: str
    p: int
    scenarios: int
    seed: int
    uncertainty: Uncertainty
    sites: tuple[SiteRobustness, ...]
    plans: tuple[PlanRobustness, ...]

    @property
    def core(self) -> tuple[Hashable, ...]:
        """Sites that nearly every scenario opens."""
        return tuple(site.site_id for site in self.sites if site.role == "core")


def robustness(
    problem: SitingProblem,
    p: int,
    *,
    model: str = "p-median",
    within: float | None = None,
    registered: ArrayLike | None = None,
    uncertainty: Uncertainty | None = None,
    scenarios: int = 200,
    seed: int = 1,
    most_plans: int = 10,
    progress: Progress | None = None,
) -> Robustness:
    """Ask which sites and plans of a model stand up under uncertain data.

    Every choice of p candidates that serves as many people as can be (of "mclp", every choice) is
    held against every scenario, so optima and regrets are exact. Minimax regret: Kouvelis and Yu
    (1997).

    Parameters
    ----------
    problem
        The question, with people as they are counted.
    p
        Sites to open beside those that stand.
    model, within
        Which model, of `scenario_values.ROBUST_MODELS`, and its limit if it has one.
    registered
        Which demand points count people who live elsewhere; by default none.
    uncertainty
        What is uncertain, and by how much.
    scenarios
        How many; the first is the data as given, the others are drawn.
    seed
        The same seed gives the same scenarios.
    most_plans
        Plans to tell of at most.
    progress
        Called with a name, the work done and the whole.

    Raises
    ------
    SitingError
        If there are too many choices, no site is to be opened, there is no scenario, or the
        model or its limit is not known.
    """
    if p < 1:
        raise SitingError("robustness needs at least one site to be opened")
    if most_plans < 2:
        raise SitingError("at least two plans are told of")
    asked = uncertainty or Uncertainty()
    drawn = draw(problem, registered, asked, scenarios, seed)
    found = scenario_regrets(problem, p, drawn, model, within, progress)
    return _describe(found, model, asked, seed, most_plans)


def draw(
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


def _describe(
    found: Regrets, model: str, uncertainty: Uncertainty, seed: int, most_plans: int
) -> Robustness:
    best = found.best.tolist()
    data = best[0]
    often = Counter(best)
    by_share = sorted(often, key=lambda at: (-often[at], at))
    named = list(dict.fromkeys([data, found.minimax, *by_share]))[:most_plans]
    regret = {at: found.of(found.chosen(at)) for at in named}
    plans = [
        PlanRobustness(
            _ids(found, at),
            at == data,
            at == found.minimax,
            often[at] / len(best),
            float(regret[at].mean()),
            float(np.quantile(regret[at], 0.9, method="inverted_cdf")),
            float(regret[at].max()),
        )
        for at in named
    ]
    return Robustness(
        model, found.p, len(best), seed, uncertainty, _sites(found, best, data), tuple(plans)
    )


def _ids(found: Regrets, at: int) -> tuple[Hashable, ...]:
    columns = found.problem.candidates[found.chosen(at)]
    return tuple(found.problem.site_ids[j] for j in columns)


def _sites(found: Regrets, best: list[int], data: int) -> tuple[SiteRobustness, ...]:
    """Count how often each site is opened, and which site of the plan for the data it replaces."""
    base = set(_ids(found, data))
    order = {site: j for j, site in enumerate(found.problem.site_ids)}
    opened: Counter[Hashable] = Counter()
    instead: dict[Hashable, Counter[Hashable]] = {}
    for at, times in Counter(best).items():
        plan = set(_ids(found, at))
        for site in plan:
            opened[site] += times
            if site not in base:
                gone = instead.setdefault(site, Counter())
                gone.update(dict.fromkeys(base - plan, times))
    rows = []
    for site in sorted(opened, key=lambda s: (-opened[s], order[s])):
        share = opened[site] / len(best)
        role: Role = "core" if share >= CORE else "interchangeable" if share >= RARE else "rare"
        gone = instead.get(site, Counter())
        for_ = min(gone, key=lambda s: (-gone[s], order[s])) if gone else None
        rows.append(SiteRobustness(site, share, role, for_))
    return tuple(rows)
