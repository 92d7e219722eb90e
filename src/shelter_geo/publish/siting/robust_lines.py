"""What the command line says of a plan tested in scenarios, as lines of text."""

from __future__ import annotations

from typing import Final

from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.publish.siting.statements import listed_sites, plain
from shelter_geo.publish.words import Words
from shelter_geo.siting import MODELS, Robustness, SiteRobustness, Unit

_MOST_NAMED: Final = 8


def robust_lines(robust: Robustness, question: SiteQuestion, unit: Unit, words: Words) -> list[str]:
    """Say which sites nearly every scenario opens, which stand in, and what may be regretted.

    Parameters
    ----------
    robust, question
        The plans in scenarios and what was asked.
    unit
        Unit of the costs.
    words
        Language of the lines.
    """
    uncertainty = robust.uncertainty
    low, high = uncertainty.under_reporting
    slow, slower = uncertainty.slowdown
    core = listed_sites(question, robust.core, words) or words.text("site.no_site")
    lines = [
        words.text(
            "site.scenarios",
            scenarios=str(robust.scenarios),
            sigma=plain(uncertainty.demand_sigma, words),
            low=plain(low, words),
            high=plain(high, words),
            slow=plain(slow, words),
            slower=plain(slower, words),
        ),
        words.text("site.core", sites=core),
    ]
    others = [site for site in robust.sites if site.role == "interchangeable"]
    lines += [f"  {_in_scenarios(site, question, words)}" for site in others[:_MOST_NAMED]]
    for plan in robust.plans:
        roles = (("this_plan", plan.best_for_data), ("least_regret", plan.minimax))
        if role := ", ".join(words.text(f"site.{name}") for name, is_one in roles if is_one):
            lines.append(
                words.text(
                    "site.regret",
                    plan=f"{role[0].upper()}{role[1:]}",
                    sites=listed_sites(question, plan.chosen, words),
                    share=words.number(100 * plan.share),
                    mean=_regret(robust, plan.regret_mean, unit, words),
                    worst=_regret(robust, plan.regret_max, unit, words),
                )
            )
    return lines


def _in_scenarios(site: SiteRobustness, question: SiteQuestion, words: Words) -> str:
    own = listed_sites(question, [site.site_id], words)
    share = words.number(100 * site.share)
    if site.instead_of is None:
        return words.text("site.in_scenarios", site=own, share=share)
    other = listed_sites(question, [site.instead_of], words)
    return words.text("site.in_scenarios_for", site=own, share=share, other=other)


def _regret(robust: Robustness, regret: float, unit: Unit, words: Words) -> str:
    if MODELS[robust.model].regret_in == "people":
        return words.text("site.regret_people", share=words.number(100 * regret, digits=1))
    return words.text(
        "site.regret_cost",
        regret=words.number(regret, digits=1),
        unit=words.text(f"site.unit_{unit}"),
    )
