"""The rules that a choice must keep to, and what to say if no choice can."""

from __future__ import annotations

import numpy as np

from shelter_geo.siting.constraints import Rules
from shelter_geo.siting.problem import SitingProblem


def rules_for(problem: SitingProblem, k: int) -> Rules:
    """Return the rules for opening k candidates."""
    if problem.regions is None:
        return Rules(k, np.zeros(len(problem.candidates), np.int64), np.zeros(1, dtype=bool))
    names = sorted(set(problem.regions) | set(problem.required))
    number = {name: i for i, name in enumerate(names)}
    region = np.array([number[problem.regions[j]] for j in problem.candidates], dtype=np.int64)
    needed = np.zeros(len(names), dtype=bool)
    needed[[number[name] for name in unmet_regions(problem)]] = True
    return Rules(k, region, needed)


def unmet_regions(problem: SitingProblem) -> list[str]:
    """Return the required regions where no shelter stands."""
    if problem.regions is None:
        return []
    met = {problem.regions[j] for j in problem.fixed}
    return [name for name in problem.required if name not in met]


def regions_fault(problem: SitingProblem, k: int | None = None) -> str:
    """Say why the required regions cannot be met by opening k candidates, or any number of them.

    Returns
    -------
    str
        Empty if they can.
    """
    unmet = unmet_regions(problem)
    on_offer = {problem.regions[j] for j in problem.candidates} if problem.regions else set()
    if hopeless := [name for name in unmet if name not in on_offer]:
        return f"no shelter stands and no candidate lies in: {', '.join(hopeless)}"
    if k is not None and len(unmet) > k:
        return f"{len(unmet)} regions have no shelter and {k} may be opened: {', '.join(unmet)}"
    return ""
