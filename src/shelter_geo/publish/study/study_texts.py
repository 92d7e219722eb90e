"""The sentences that a study's map and figures open with, in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from shelter_geo.analysis import Evaluation
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say, translated
from shelter_geo.vocabulary import Reason


@dataclass(frozen=True)
class Headline:
    """The figures a study is known by, for all people and from the district centres.

    Without any facility there is no farthest district, and the mean is missing.
    """

    mean_km: float
    farthest: pd.Series | None
    beyond: dict[int, float]
    cut_off: float
    missing_low: float
    missing_high: float

    @property
    def farthest_km(self) -> float:
        """Kilometres of the farthest district, missing where there is none."""
        return float("nan") if self.farthest is None else float(self.farthest["distance_km"])


def headline(evaluation: Evaluation) -> Headline:
    """Take the headline figures out of an evaluation."""
    table = evaluation.metrics
    rows = table[
        (table["basis"] == "district_centres")
        & (table["units"] == "all")
        & (table["weighted_by"] == "people")
    ].set_index("metric")["value"]
    first = evaluation.farthest
    first = first[(first["units"] == "all") & (first["rank"] == 1)]
    now = evaluation.study.settings.study.as_of.year
    total = evaluation.shortfall
    total = total[(total["area"] == "Total") & (total["population_year"] == now)]
    limits = evaluation.study.settings.access.distance_classes_km
    return Headline(
        mean_km=float(rows["distance_km_mean"]),
        farthest=None if first.empty else first.iloc[0],
        beyond={limit: float(rows[f"beyond_{limit}_km"]) for limit in limits},
        cut_off=float(rows["unreachable"]),
        missing_low=float(total["family_places_missing"].min()),
        missing_high=float(total["family_places_missing"].max()),
    )


def key_figures(evaluation: Evaluation) -> list[tuple[Text, Text]]:
    """Write the five headline figures, each with its label, in every language."""
    head = headline(evaluation)
    limit = telling_limit(head)
    lines: list[tuple[Callable[[Words], str], Callable[[Words], str]]] = [
        (
            lambda words: words.text("study.farthest"),
            lambda words: _farthest(head, words),
        ),
        (
            lambda words: words.text("study.mean"),
            lambda words: words.distance(head.mean_km),
        ),
        (
            lambda words: words.text("study.beyond", km=words.distance(limit)),
            lambda words: words.people(head.beyond[limit]),
        ),
        (
            lambda words: words.text("study.cut_off"),
            lambda words: words.people(head.cut_off),
        ),
        (
            lambda words: words.text("study.missing"),
            lambda words: words.text(
                "study.between",
                low=words.number(head.missing_low),
                high=words.number(head.missing_high),
            ),
        ),
    ]
    return [(in_each(label), in_each(value)) for label, value in lines]


def _farthest(head: Headline, words: Words) -> str:
    if head.farthest is None:
        return words.text("table.nothing")
    return words.text(
        "study.of_district",
        district=own_name(dict(head.farthest)),
        km=words.distance(head.farthest_km),
    )


def title(evaluation: Evaluation) -> Text:
    """Write the study's title."""
    name = everywhere(evaluation.study.settings.study.name)
    return in_each(lambda words: words.text("study.title", name=name))


def lead(evaluation: Evaluation) -> Text:
    """Write the sentence below the title."""
    day = evaluation.study.settings.study.as_of
    if evaluation.study.shelters.empty:
        return in_each(lambda words: words.text("study.none", date=words.date(day)))
    return in_each(lambda words: words.text("study.lead", date=words.date(day)))


def notes(evaluation: Evaluation) -> list[Text]:
    """Write what a reader of the map must know besides the assumptions."""
    settings = evaluation.study.settings
    bus, roads = settings.access.bus, settings.roads
    texts = [
        in_each(
            lambda words: words.text(
                "study.bus",
                factor=words.number(bus.factor, digits=2),
                low=words.number(bus.low, digits=2),
                high=words.number(bus.high, digits=2),
                source=everywhere(bus.source),
            )
        ),
        say("study.norm", source=everywhere(settings.capacity.norm_source)),
        say("study.licence", source=everywhere(roads.source), licence=roads.licence),
    ]
    if roads.network == "reference":
        texts.append(in_each(lambda words: words.text("study.straight_routes")))
    return texts


def assumptions(evaluation: Evaluation) -> list[Text]:
    """Return the study's assumptions."""
    return [everywhere(entry.text) for entry in evaluation.study.settings.assumptions]


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
    region = frame.get("region")
    if region is None:
        region = frame["district_id"].map(evaluation.study.districts["region"])
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
    return (
        words.text("figures.access_title", km=words.distance(head.farthest_km)),
        words.text(
            "figures.access_subtitle",
            people=words.people(head.beyond[limit]),
            limit=words.distance(limit),
            cut_off=words.people(head.cut_off),
        ),
        foot(evaluation, words),
    )


def foot(evaluation: Evaluation, words: Words, *, norm: bool = False) -> str:
    """Write the line of sources below a figure, with the norm's where it is shown."""
    settings = evaluation.study.settings
    named = everywhere(settings.capacity.norm_source)
    source = words.text("study.norm", source=named) if norm else ""
    credit = everywhere(settings.study.credit)
    day = words.date(settings.study.as_of)
    return " ".join(words.text("figures.foot", credit=credit, norm=source, date=day).split())


def telling_limit(head: Headline) -> int:
    """Return the farthest limit that somebody lives beyond, else the nearest limit."""
    crossed = [limit for limit, people in head.beyond.items() if people > 0]
    return max(crossed, default=min(head.beyond))


def sources(evaluation: Evaluation) -> list[Text]:
    """Return the titles of the sources of the inputs; one title is for every language."""
    listed = evaluation.study.input_package.get("sources", [])
    return [translated(source, "title") for source in listed]
