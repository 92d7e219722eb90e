"""Sites by the names of their settlements, and the people whom only some sites reach."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from shelter_geo.analysis.siting_question import SiteQuestion, UnreachedPeople
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.publish.words import Text, Words, in_each, own_name, translated
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
