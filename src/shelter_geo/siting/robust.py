"""Whether a plan still stands up when demand, roads and the count of people are uncertain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shelter_geo.cluster import Spread, here
from shelter_geo.errors import SitingError
from shelter_geo.progress import Progress
from shelter_geo.siting.problem import SitingProblem
from shelter_geo.siting.regret import Regrets
from shelter_geo.siting.scenarios import Uncertainty, draw_scenarios, scenario_regrets

Array = NDArray[Any]
Role = Literal["core", "interchangeable", "rare"]

CORE: Final = 0.75
"""Share of scenarios from which on a site belongs to the robust core."""

RARE: Final = 0.05
"""Share of scenarios below which a site is chosen only rarely."""


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
    spread: Spread = here,
) -> Robustness:
    """Ask which sites and plans of a model stand up under uncertain data.

    Every choice of p candidates that serves as many people as can be (of "mclp", every choice) is
    tested in every scenario, so optima and regrets are exact. Minimax regret: Kouvelis and Yu
    (1997).

    Parameters
    ----------
    problem
        The question, with people as they are counted.
    p
        Sites to open beside those that stand.
    model, within
        Which model, of `registry.robust_models`, and its limit if it has one.
    registered
        Which demand points count people who live elsewhere; by default none.
    uncertainty
        What is uncertain, and by how much.
    scenarios
        How many; the first is the data as given, the others are drawn.
    seed
        The same seed gives the same scenarios.
    most_plans
        Plans to describe at most.
    progress
        Called with a name, the work done and the whole.
    spread
        What does the work, a part of the scenarios an item; the answer is the same wherever.

    Raises
    ------
    SitingError
        If there are too many choices, no site is to be opened, there is no scenario, or the
        model or its limit is not known.
    ClusterError
        If workers are lost; see `cluster.Spread`.
    """
    if p < 1:
        raise SitingError("robustness needs at least one site to be opened")
    if most_plans < 2:
        raise SitingError("at least two plans are described")
    uncertainty = uncertainty or Uncertainty()
    drawn = draw_scenarios(problem, registered, uncertainty, scenarios, seed)
    regret = scenario_regrets(problem, p, drawn, model, within, progress, spread)
    return _describe(regret, model, uncertainty, seed, most_plans)


def _describe(
    regret: Regrets, model: str, uncertainty: Uncertainty, seed: int, most_plans: int
) -> Robustness:
    best = regret.best.tolist()
    data = best[0]
    often = Counter(best)
    by_share = sorted(often, key=lambda at: (-often[at], at))
    named = list(dict.fromkeys([data, regret.minimax, *by_share]))[:most_plans]
    by_scenario = {at: regret.of(regret.chosen(at)) for at in named}
    plans = [
        PlanRobustness(
            _ids(regret, at),
            at == data,
            at == regret.minimax,
            often[at] / len(best),
            float(by_scenario[at].mean()),
            float(np.quantile(by_scenario[at], 0.9, method="inverted_cdf")),
            float(by_scenario[at].max()),
        )
        for at in named
    ]
    return Robustness(
        model, regret.p, len(best), seed, uncertainty, _sites(regret, best, data), tuple(plans)
    )


def _ids(regret: Regrets, at: int) -> tuple[Hashable, ...]:
    columns = regret.problem.candidates[regret.chosen(at)]
    return tuple(regret.problem.site_ids[j] for j in columns)


def _sites(regret: Regrets, best: list[int], data: int) -> tuple[SiteRobustness, ...]:
    """Count how often each site is opened, and which site of the plan for the data it replaces."""
    base = set(_ids(regret, data))
    order = {site: j for j, site in enumerate(regret.problem.site_ids)}
    opened: Counter[Hashable] = Counter()
    instead: dict[Hashable, Counter[Hashable]] = {}
    for at, times in Counter(best).items():
        plan = set(_ids(regret, at))
        for site in plan:
            opened[site] += times
            if site not in base:
                replaced = instead.setdefault(site, Counter())
                replaced.update(dict.fromkeys(base - plan, times))
    rows = []
    for site in sorted(opened, key=lambda s: (-opened[s], order[s])):
        share = opened[site] / len(best)
        role: Role = "core" if share >= CORE else "interchangeable" if share >= RARE else "rare"
        replaced = instead.get(site, Counter())
        instead_of = min(replaced, key=lambda s: (-replaced[s], order[s])) if replaced else None
        rows.append(SiteRobustness(site, share, role, instead_of))
    return tuple(rows)
