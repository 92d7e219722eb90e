"""The words of a siting answer: its objective, why there is no plan, and its notes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.analysis.siting_question import (
    SiteQuestion,
    UnreachedPeople,
    share_in_own_region,
)
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.publish.words import Text, Words, in_each, own_name, translated
from shelter_geo.siting import (
    MODELS,
    BudgetResult,
    Infeasibility,
    Remark,
    Robustness,
    SiteRobustness,
    SitingResult,
    Unit,
)
from shelter_geo.study import FALLBACK, REGION


@dataclass(frozen=True)
class ModelCard:
    """A model in plain words.

    Attributes
    ----------
    name : str
    goal : str
        What the model makes as good as can be.
    use_when : str
        The question it answers.
    gives_up : str
        What it does not look at, and who may lose by that.
    """

    name: str
    goal: str
    use_when: str
    gives_up: str

    def __str__(self) -> str:
        return f"{self.name}. {self.goal} {self.use_when} {self.gives_up}"


def model_card(key: str, words: Words) -> ModelCard:
    """Say what a model is for.

    Parameters
    ----------
    key
        Of the model, as in `siting.MODELS`.
    words
        Language of the card.

    Raises
    ------
    KeyError
        If the catalogues have no words for the model.
    """
    use_when, regions = words.text(f"model.{key}_use_when"), words.text("model.regions")
    return ModelCard(
        name=words.text(f"model.{key}_name"),
        goal=words.text(f"model.{key}_goal"),
        use_when=f"{use_when} {regions}",
        gives_up=words.text(f"model.{key}_gives_up"),
    )


def site_names(question: SiteQuestion, sites: Sequence[Hashable]) -> Text:
    """Name the settlements of sites, separated by commas."""
    rows = question.sites.loc[list(sites)].to_dict("records")
    places = [own_name(_named(row), "place") for row in rows]
    return in_each(lambda words: ", ".join(place.of(words) for place in places))


def listed_sites(question: SiteQuestion, sites: Sequence[Hashable], words: Words) -> str:
    """Name the settlements of sites in one language, separated by semicolons."""
    rows = question.sites.loc[list(sites)].to_dict("records")
    return "; ".join(own_name(_named(row), "place").of(words) for row in rows)


def english(question: SiteQuestion, sites: Sequence[Hashable]) -> str:
    """Name the settlements of sites in English, separated by semicolons."""
    return listed_sites(question, sites, Words(FALLBACK))


def reached_by_some(results: SitingResults) -> list[Text]:
    """Say who has no road to any shelter, and which sites would change that."""
    regions = region_names(results.question.districts)
    return [_sentence(group, regions) for group in results.unreached]


def _sentence(group: UnreachedPeople, regions: dict[str, Text]) -> Text:
    key = "siting.only_own" if group.site_regions else "siting.no_site"
    return in_each(
        lambda words: words.text(
            key,
            people=Quantity.people(group.people),
            regions=_listed(group.regions, regions, words),
            **(
                {"site_regions": _listed(group.site_regions, regions, words)}
                if group.site_regions
                else {}
            ),
        )
    )


def _listed(names: Sequence[str], regions: dict[str, Text], words: Words) -> str:
    return ", ".join(regions[name].of(words) for name in names)


def region_names(districts: pd.DataFrame) -> dict[str, Text]:
    """Name every region in every language that the districts do; without regions, every district.

    Parameters
    ----------
    districts
        With `district_id`, names and perhaps `region`.
    """
    if "region" not in districts:
        rows = [_named(row) for row in districts.to_dict("records")]
        return {str(row["district_id"]): own_name(row) for row in rows}
    rows = [_named(row) for row in districts.drop_duplicates("region").to_dict("records")]
    return {str(row["region"]): translated(row, "region") for row in rows}


def _named(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {str(column): value for column, value in row.items()}


def objective_name(result: SitingResult | BudgetResult, question: SiteQuestion) -> Text:
    """Say what the objective of an answer is, and its unit."""
    return in_each(
        lambda words: words.text(
            f"model.{result.model}_objective",
            unit=words.text(f"site.unit_{result.unit}"),
            who=words.text(f"site.who_{question.counted_in_own_region}"),
        )
    )


def own_region_line(result: SitingResult, question: SiteQuestion, words: Words) -> list[str]:
    """Say how many live in a region with a shelter, today and under a plan, if there are regions.

    Parameters
    ----------
    result, question
        The answer and what was asked.
    words
        Language of the line.
    """
    if REGION not in question.districts:
        return []
    own = question.problem(own_region=True)
    before, after = (
        Quantity.share(share_in_own_region(own, opened)) for opened in ((), result.chosen)
    )
    who = words.text(f"site.who_{question.counted_in_own_region}")
    return [words.text("site.own_region", who=who, before=before, after=after)]


def infeasibility(statement: Infeasibility, question: SiteQuestion) -> Text:
    """Say why there is no plan, as a part of a sentence."""
    return in_each(
        lambda words: words.text(
            f"infeasible.{statement.key}", **_values(statement.values, question, words)
        )
    )


def remark(statement: Remark, question: SiteQuestion) -> Text:
    """Say what else is to be known of an answer, as a part of a sentence."""
    return in_each(
        lambda words: words.text(
            f"note.{statement.key}", **_values(statement.values, question, words)
        )
    )


def _values(
    values: Mapping[str, Any], question: SiteQuestion, words: Words
) -> dict[str, str | Quantity]:
    return {name: _value(name, value, question, words) for name, value in values.items()}


def _value(name: str, value: Any, question: SiteQuestion, words: Words) -> str | Quantity:
    if name == "unit":
        return words.text(f"site.unit_{value}")
    if name == "regions":
        named = region_names(question.districts)
        return ", ".join(named[key].of(words) if key in named else str(key) for key in value)
    return plain(value)


def plain(value: float) -> Quantity:
    """Take a count or a limit with the decimals that it was given with."""
    digits = len(f"{value:g}".partition(".")[2])
    return Quantity.count(value, digits=digits)


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
            scenarios=Quantity.count(robust.scenarios),
            sigma=plain(uncertainty.demand_sigma),
            low=plain(low),
            high=plain(high),
            slow=plain(slow),
            slower=plain(slower),
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
                    share=Quantity.count(100 * plan.share),
                    mean=_regret(robust, plan.regret_mean, unit, words),
                    worst=_regret(robust, plan.regret_max, unit, words),
                )
            )
    return lines


def _in_scenarios(site: SiteRobustness, question: SiteQuestion, words: Words) -> str:
    own = listed_sites(question, [site.site_id], words)
    share = Quantity.count(100 * site.share)
    if site.instead_of is None:
        return words.text("site.in_scenarios", site=own, share=share)
    other = listed_sites(question, [site.instead_of], words)
    return words.text("site.in_scenarios_for", site=own, share=share, other=other)


def _regret(robust: Robustness, regret: float, unit: Unit, words: Words) -> str:
    if MODELS[robust.model].regret_in == "people":
        return words.text("site.regret_people", share=Quantity.count(100 * regret, digits=1))
    return words.text(
        "site.regret_cost",
        regret=Quantity.count(regret, digits=1),
        unit=words.text(f"site.unit_{unit}"),
    )
