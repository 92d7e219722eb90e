"""People whom no shelter of today reaches, by the sites that would reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shelter_geo.analysis.siting_question import REGION, SiteQuestion
from shelter_geo.siting.problem import UNREACHED, SitingProblem


@dataclass(frozen=True, eq=False)
class Cutoff:
    """Sites that alone reach some people: without one of them there is no shelter for those.

    Attributes
    ----------
    people : int
    districts : tuple
        Their districts.
    regions : tuple of str
        Economic regions of those districts.
    site_regions : tuple of str
        Economic regions of the sites that reach them; empty if no site does.
    """

    people: int
    districts: tuple[Any, ...]
    regions: tuple[str, ...]
    site_regions: tuple[str, ...]


def cut_off(question: SiteQuestion, problem: SitingProblem) -> tuple[Cutoff, ...]:
    """Tell of the people whom no shelter reaches today, grouped by the sites that reach them."""
    lost = np.flatnonzero((problem.today == UNREACHED) & (problem.weights > 0))
    reached = problem.costs[np.ix_(lost, problem.candidates)] != UNREACHED
    homes = question.districts[REGION].to_numpy()
    regions = question.sites[REGION].reindex(list(problem.site_ids)).to_numpy()
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, found in zip(lost, reached, strict=True):
        where = tuple(sorted(set(regions[problem.candidates[found]])))
        groups.setdefault(where, []).append(int(row))
    return tuple(
        Cutoff(
            int(problem.weights[rows].sum()),
            tuple(problem.demand_ids[i] for i in rows),
            tuple(sorted(set(homes[rows]))),
            where,
        )
        for where, rows in sorted(groups.items())
    )
