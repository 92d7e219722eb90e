"""Lines for the command line on what a study lacks, and on centres far from any road."""

from __future__ import annotations

from typing import Final

from shelter_geo.publish.words import Words, own_name
from shelter_geo.study import REGION, WOMEN, Study, centres_astray, stand_ins

_LACKED: Final = {
    WOMEN: ("women_figures", "women_groups", "women_stays"),
    REGION: ("region_columns", "region_places", "region_sites"),
}
"""What rests on a column that a study may lack, by the keys of its words."""


def lines_on_lacks(study: Study, words: Words) -> list[str]:
    """Say what is not there because the districts lack a column, a line each.

    Parameters
    ----------
    study
        The study.
    words
        Language of the lines.
    """
    table = study.settings.tables.districts
    return [
        words.text("lacks.line", table=table, column=column, thing=words.text(f"lacks.{thing}"))
        for column in study.lacks
        for thing in _LACKED[column]
    ]


def lines_on_centres(study: Study, words: Words) -> list[str]:
    """Name the centres that lie in another district, or far from the roads of theirs, a line each.

    Parameters
    ----------
    study
        The study.
    words
        Language of the lines.
    """
    tables = study.settings.tables
    strayed = [
        words.text(
            "lacks.polygon",
            table=tables.districts,
            key=key,
            district=own_name(study.districts.loc[key]).of(words),
            other=own_name(study.districts.loc[other]).of(words),
            boundaries=tables.boundaries,
        )
        for key, other in centres_astray(study).items()
    ]
    return strayed + [
        words.text(
            "lacks.centre",
            table=tables.districts,
            key=key,
            district=own_name(study.districts.loc[key]).of(words),
            settlement=own_name(study.settlements.loc[town]).of(words),
        )
        for key, town in stand_ins(study).items()
    ]
