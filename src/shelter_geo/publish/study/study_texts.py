"""The sentences that a study's map and figures open with, in every language."""

from __future__ import annotations

from typing import Final

import pandas as pd

from shelter_geo.access import populations
from shelter_geo.analysis import Evaluation, Quantity, Unit, near_ties
from shelter_geo.publish.qualifiers import (
    bus_note,
    dated,
    dates,
    norm_note,
    which_shelters,
)
from shelter_geo.publish.study.headline import (
    Headline,
    either_distance,
    headline,
    of_roads,
    telling_limit,
)
from shelter_geo.publish.words import (
    AnyText,
    Text,
    Words,
    everywhere,
    in_each,
    own_name,
    say,
    translated,
)
from shelter_geo.study import (
    REGION,
    WOMEN,
    Study,
    centres_astray,
    people_unknown,
    stand_ins,
    unplaced,
)
from shelter_geo.vocabulary import Reason


def title(evaluation: Evaluation) -> Text:
    """Write what a study's map shows: how many live beyond a limit, or how far the farthest is."""
    name = everywhere(evaluation.study.settings.study.name)
    head = headline(evaluation)
    limit = telling_limit(head)
    if head.farthest is None:
        return say("brief.title_none", name=name)
    if not any(head.beyond[limit]):
        return up_to("brief.title", name, head)
    people = Quantity.span(*head.beyond[limit], Unit.PEOPLE)
    return say("study.title", name=everywhere(name), people=people, limit=Quantity.km(limit))


def up_to(key: str, name: AnyText, head: Headline) -> Text:
    """Write a title that says how far the farthest district is, by its fastest road."""
    return say(key, name=everywhere(name), km=Quantity.km(head.farthest_km))


def lead(evaluation: Evaluation) -> Text:
    """Write the sentence below the title."""
    key = "study.none" if evaluation.study.shelters.empty else "study.lead"
    return dated(evaluation.study, say(key))


def notes(evaluation: Evaluation, *, by_bus: bool = True) -> list[Text]:
    """Write what a reader of the map must know besides the assumptions; of buses if it has any."""
    settings = evaluation.study.settings
    roads = settings.roads
    texts = [
        *([bus_note(evaluation)] if by_bus else []),
        *which_shelters(evaluation.study),
        norm_note(evaluation.study),
        say("study.licence", source=everywhere(roads.source), licence=roads.licence),
    ]
    if roads.network == "reference":
        texts.append(in_each(lambda words: words.text("study.straight_routes")))
    if len(populations(evaluation.districts)) > 1:
        texts.insert(0, _who_is_counted(evaluation))
    ties = near_ties(evaluation)
    if len(ties):
        texts.append(in_each(lambda words: _two_roads(words, evaluation, ties)))
    lacks = (say(f"lacks.{column}") for column in evaluation.study.lacks)
    return [*left_out(evaluation.study), *texts, *lacks]


def left_out(study: Study) -> list[Text]:
    """Name the districts that no sum of people counts, and count the areas that have no row."""
    unknown = study.districts[people_unknown(study.districts)]
    texts = []
    if len(unknown):
        names = [own_name(dict(row)) for _, row in unknown.iterrows()]
        listed = in_each(
            lambda words: ", ".join(sorted((name.of(words) for name in names), key=words.order))
        )
        count = say("units.districts", n=Quantity.count(len(names)))
        texts.append(say("lacks.people", districts=count, names=listed))
    if len(study.areas_without_figures):
        texts.append(say("lacks.areas", n=Quantity.count(len(study.areas_without_figures))))
    return texts


def _who_is_counted(evaluation: Evaluation) -> Text:
    """Name the two populations, and say how many people no table places in a district."""
    units = evaluation.study.districts
    return say(
        "study.who_is_counted",
        registered=Quantity.people(float(units["registered"].sum())),
        residents=Quantity.people(float(units["population"].sum())),
        unplaced=Quantity.people(unplaced(units)),
    )


def _two_roads(words: Words, evaluation: Evaluation, ties: pd.DataFrame) -> str:
    """Name the districts with two roads nearly as fast, each with both lengths."""
    names = {key: own_name(dict(evaluation.districts.loc[key])).of(words) for key in ties.index}
    pairs = zip(ties.index, ties["distance_km"], ties["other_km"], strict=True)
    listed = [
        words.text(
            "study.of_two_roads",
            district=names[key],
            km=either_distance(words, distance, other),
        )
        for key, distance, other in sorted(pairs, key=lambda pair: words.order(names[pair[0]]))
    ]
    return words.text("study.two_roads", districts="; ".join(listed))


def assumptions(evaluation: Evaluation) -> list[Text]:
    """Return the study's assumptions."""
    settings = evaluation.study.settings
    stated = [everywhere(entry.text) for entry in settings.assumptions]
    return stated + [
        say(f"roads_today.{key}", reason=everywhere(entry.reason), source=everywhere(entry.source))
        for key, entries in settings.roads.today.items()
        for entry in entries
    ]


def reasons(evaluation: Evaluation, frame: pd.DataFrame) -> list[Text]:
    """Word the reason of each row in every language.

    Parameters
    ----------
    evaluation
        A study, evaluated; what it says itself of regions without a domestic road is taken.
    frame
        `reason`, empty where there is none, and `region` or `district_id`.
    """
    separate = evaluation.study.settings.roads.separate
    own = {entry.region: everywhere(entry.reason) for entry in separate}
    districts = evaluation.study.districts
    region = frame.get(REGION)
    if region is None and REGION in districts:
        region = frame["district_id"].map(districts[REGION])
    elif region is None:
        region = frame["district_id"]
    return [
        own[place]
        if key == Reason.NO_DOMESTIC_ROAD
        else say(f"reason.{key}")
        if key
        else everywhere("")
        for key, place in zip(frame["reason"], region, strict=True)
    ]


def access_texts(evaluation: Evaluation, words: Words) -> tuple[str, ...]:
    """Write title, subtitle and foot of the access figure in one language."""
    head = headline(evaluation)
    limit = telling_limit(head)
    if head.farthest is None:
        return words.text("figures.none_title"), lead(evaluation).of(words), foot(evaluation, words)
    key = of_roads(evaluation, "figures.access_subtitle", "figures.access_subtitle_domestic")
    if evaluation.study.roads_before is not None:
        key = "figures.access_subtitle_roads"
    subtitle = words.text(
        key,
        mean=Quantity.minutes(head.mean_min),
        people=Quantity.span(*head.beyond[limit], Unit.PEOPLE),
        limit=Quantity.km(limit),
        cut_off=Quantity.people(head.cut_off),
    )
    if head.farthest_other_km is not None:
        other = Quantity.km(head.farthest_other_km)
        subtitle = f"{subtitle} {words.text('figures.access_other_road', other=other)}"
    return (
        words.text("figures.access_title", km=Quantity.km(head.farthest_km)),
        subtitle,
        foot(evaluation, words),
    )


def foot(evaluation: Evaluation, words: Words, *, norm: bool = False) -> str:
    """Write the line of sources below a figure, with the norm's where it is shown."""
    settings = evaluation.study.settings
    source = norm_note(evaluation.study).of(words) if norm else ""
    credit = everywhere(settings.study.credit)
    ages = dates(evaluation.study)
    return " ".join(words.text("figures.foot", credit=credit, norm=source, dates=ages).split())


def sources(evaluation: Evaluation) -> list[Text]:
    """Return the titles of the sources of the inputs; one title is for every language."""
    listed = evaluation.study.input_package.get("sources", [])
    return [translated(source, "title") for source in listed]


_LACKED: Final = {
    WOMEN: ("women_figures", "women_groups", "women_stays"),
    REGION: ("region_columns", "region_places", "region_sites"),
}
"""What rests on a column that a study may lack, by the keys of its words."""


def lines_on_lacks(study: Study, words: Words) -> list[str]:
    """Say what is not there because the districts lack a column or a figure, a line each.

    Parameters
    ----------
    study
        The study.
    words
        Language of the lines.
    """
    table = study.settings.tables.districts
    lacked = [
        words.text("lacks.line", table=table, column=column, thing=words.text(f"lacks.{thing}"))
        for column in study.lacks
        for thing in _LACKED[column]
    ]
    return [*lacked, *(text.of(words) for text in left_out(study))]


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
            key=str(key),
            district=own_name(study.districts.loc[key]).of(words),
            other=own_name(study.districts.loc[other]).of(words),
            boundaries=str(tables.boundaries),
        )
        for key, other in centres_astray(study).items()
    ]
    return strayed + [
        words.text(
            "lacks.centre",
            table=tables.districts,
            key=str(key),
            district=own_name(study.districts.loc[key]).of(words),
            settlement=own_name(study.settlements.loc[town]).of(words),
        )
        for key, town in stand_ins(study).items()
    ]
