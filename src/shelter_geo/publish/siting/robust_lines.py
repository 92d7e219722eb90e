"""What the command line says of a plan tested in scenarios, as lines of text."""

from __future__ import annotations

from typing import Final

from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.publish.siting.names import english
from shelter_geo.siting import MODELS, Robustness, SiteRobustness

_MOST_NAMED: Final = 8


def robust_lines(robust: Robustness, question: SiteQuestion, unit: str) -> list[str]:
    """Say which sites nearly every scenario opens, which stand in, and what may be regretted."""
    uncertainty = robust.uncertainty
    low, high = uncertainty.under_reporting
    slow, slower = uncertainty.slowdown
    lines = [
        f"Held against {robust.scenarios} scenarios of demand and roads. Assumed: "
        f"demand spreads by {uncertainty.demand_sigma:g} (logarithm), {low:g} to {high:g} cases "
        f"stand behind one known, travel takes {slow:g} to {slower:g} times as much.",
        f"In nearly every best plan: {english(question, robust.core) or 'no site'}",
    ]
    others = [site for site in robust.sites if site.role == "interchangeable"]
    lines += [f"  {_in_scenarios(site, question)}" for site in others[:_MOST_NAMED]]
    for plan in robust.plans:
        roles = (("this plan", plan.best_for_data), ("least worst regret", plan.minimax))
        if role := ", ".join(name for name, is_one in roles if is_one):
            lines.append(
                f"{role[0].upper()}{role[1:]}: {english(question, plan.chosen)}: best in "
                f"{100 * plan.share:.0f} % of scenarios, regret "
                f"{_regret(robust, plan.regret_mean, unit)} on average, "
                f"{_regret(robust, plan.regret_max, unit)} at worst"
            )
    return lines


def _in_scenarios(site: SiteRobustness, question: SiteQuestion) -> str:
    instead = "" if site.instead_of is None else f", for {english(question, [site.instead_of])}"
    return f"{english(question, [site.site_id])}: in {100 * site.share:.0f} % of them{instead}"


def _regret(robust: Robustness, regret: float, unit: str) -> str:
    if MODELS[robust.model].regret_in == "people":
        return f"{100 * regret:.1f} % of people"
    return f"{regret:.1f} {unit}"
