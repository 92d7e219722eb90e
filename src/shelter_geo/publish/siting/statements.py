"""The words of a siting answer: its objective, why there is no plan, and its notes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from shelter_geo.analysis.siting_question import SiteQuestion, UnreachedPeople
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.publish.words import Text, Words, in_each, own_name, translated
from shelter_geo.siting import BudgetResult, Infeasibility, Remark, SitingResult
from shelter_geo.study import FALLBACK


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
            people=words.people(group.people),
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


def objective_name(result: SitingResult | BudgetResult) -> Text:
    """Say what the objective of an answer is, and its unit."""
    return in_each(
        lambda words: words.text(
            f"model.{result.model}_objective", unit=words.text(f"site.unit_{result.unit}")
        )
    )


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


def _values(values: Mapping[str, Any], question: SiteQuestion, words: Words) -> dict[str, str]:
    return {name: _value(name, value, question, words) for name, value in values.items()}


def _value(name: str, value: Any, question: SiteQuestion, words: Words) -> str:
    if name == "unit":
        return words.text(f"site.unit_{value}")
    if name == "regions":
        named = region_names(question.districts)
        return ", ".join(named[key].of(words) if key in named else str(key) for key in value)
    return plain(value, words)


def plain(value: float, words: Words) -> str:
    """Write a count or a limit as it was given, with the decimal mark of the language."""
    if isinstance(value, int):
        return str(value)
    return f"{value:g}".replace(".", words.marks[1])
