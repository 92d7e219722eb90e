"""The sentences that a study's map and figures open with, in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from shelter_geo.access import UNITS, beyond_range, populations
from shelter_geo.analysis import Evaluation, Quantity, Unit, near_ties, other_km
from shelter_geo.publish.qualifiers import (
    bus_note,
    dated,
    dates,
    known_readings,
    known_without,
    norm_note,
    which_shelters,
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
from shelter_geo.study import REGION, Study, people_unknown, unplaced
from shelter_geo.vocabulary import Evidence, Reason


@dataclass(frozen=True)
class Headline:
    """The figures a study is known by, for its residents and from the district centres.

    Without any facility there is no farthest district, and the means are missing.

    Attributes
    ----------
    longest
        The district with residents whose trip takes the most minutes.
    readings
        How the readings of a place are known that the family places missing rest on.
    beyond
        Least and most people beyond each limit; see `access.metrics.beyond_range`.
    registered_beyond
        The same of registered people; empty where a study counts people in one way only.
    missing_without
        Family places missing if no place counts that others share or come first in; None where
        there is no such place.
    """

    mean_km: float
    mean_min: float
    farthest: pd.Series | None
    longest: pd.Series | None
    people: float
    beyond: dict[int, tuple[float, float]]
    registered_beyond: dict[int, tuple[float, float]]
    cut_off: float
    missing_low: float
    missing_high: float
    readings: Evidence
    missing_without: tuple[float, float] | None
    farthest_other_km: float | None

    @property
    def missing(self) -> Quantity:
        """Family places missing, over every way to count a place."""
        return Quantity.span(self.missing_low, self.missing_high, evidence=self.readings)

    @property
    def farthest_km(self) -> float:
        """Kilometres of the farthest district, missing where there is none."""
        return float("nan") if self.farthest is None else float(self.farthest["distance_km"])

    def farthest_distance(self, words: Words) -> str:
        """Write how far the farthest district is, by both roads where two are nearly as fast."""
        return either_distance(words, self.farthest_km, self.farthest_other_km)


def either_distance(words: Words, distance_km: float, other_km: float | None) -> str:
    """Write one distance, or two where there is another road."""
    km = words.distance(distance_km)
    if other_km is None:
        return km
    return words.text("units.either", one=km, other=Quantity.km(other_km))


def and_other_road(words: Words, distance_km: float, other_km: float | None) -> str:
    """Write a distance, and behind it why there is a second one, if there is one."""
    km = words.distance(distance_km)
    if other_km is None:
        return km
    return words.text("units.other_road", one=km, other=Quantity.km(other_km))


def headline(evaluation: Evaluation) -> Headline:
    """Take the headline figures out of an evaluation."""
    table = evaluation.metrics
    rows = table[
        (table["basis"] == "district_centres")
        & (table["units"] == UNITS[0])
        & (table["weighted_by"] == "people")
    ].set_index("metric")["value"]
    first = evaluation.farthest
    first = first[(first["units"] == UNITS[0]) & (first["rank"] == 1)]
    now = evaluation.study.settings.study.as_of.year
    total = evaluation.shortfall
    total = total[(total["area"] == "Total") & (total["population_year"] == now)]
    limits = evaluation.study.settings.access.distance_classes_km
    farthest = None if first.empty else first.iloc[0]
    two = len(populations(evaluation.districts)) > 1
    trips = evaluation.districts.loc[evaluation.districts["population"] > 0, "travel_min"].dropna()
    return Headline(
        mean_km=float(rows["distance_km_mean"]),
        mean_min=float(rows["travel_min_mean"]),
        farthest=farthest,
        longest=None if trips.empty else evaluation.districts.loc[trips.idxmax()],
        people=float(rows["total"]),
        beyond={limit: beyond_range(evaluation.districts, limit) for limit in limits},
        registered_beyond={
            limit: beyond_range(evaluation.districts, limit, units=UNITS[1])
            for limit in (limits if two else ())
        },
        cut_off=float(rows["unreachable"]),
        missing_low=float(total["family_places_missing"].min()),
        missing_high=float(total["family_places_missing"].max()),
        readings=known_readings(evaluation.study),
        missing_without=missing_without(total),
        farthest_other_km=(
            None if farthest is None else other_km(evaluation, str(farthest["district_id"]))
        ),
    )


def missing_without(total: pd.DataFrame) -> tuple[float, float] | None:
    """Give what is missing without places that others share; None where there are none."""
    if (total["places_low"] == total["places"]).all():
        return None
    missing = total["family_places_missing_high"]
    return float(missing.min()), float(missing.max())


def key_figures(evaluation: Evaluation, *, main: bool = False) -> list[tuple[Text, Text]]:
    """Write the headline figures, each with its label, in every language; `main` are but five."""
    head = headline(evaluation)
    # Kilometres of a plan that changes roads are not told: a faster road may be a longer one.
    of_way = _by_time(head) if evaluation.study.roads_before is not None else _by_distance(head)
    lines: _Lines = [
        *(of_way[:3] if main else of_way),
        (
            lambda words: words.text(
                of_roads(evaluation, "study.cut_off", "study.cut_off_domestic")
            ),
            lambda words: words.people(head.cut_off),
        ),
        (
            lambda words: words.text("study.missing"),
            lambda words: words.quantity(head.missing),
        ),
    ]
    if head.missing_without is not None and not main:
        low, high = head.missing_without
        lines.append(
            (
                lambda words: words.text("study.missing_without"),
                lambda words: words.quantity(
                    Quantity.span(low, high, evidence=known_without(evaluation.study))
                ),
            )
        )
    return [(in_each(label), in_each(value)) for label, value in lines]


_Lines: TypeAlias = list[tuple[Callable[[Words], str], Callable[[Words], str]]]


def _by_distance(head: Headline) -> _Lines:
    """Write how far it is: the farthest, the mean and who lives beyond the limit that tells."""
    limit = telling_limit(head)
    lines: _Lines = [
        (lambda words: words.text("study.farthest"), lambda words: _farthest(head, words)),
        (lambda words: words.text("study.mean"), lambda words: words.distance(head.mean_km)),
        (
            lambda words: words.text("study.beyond", km=Quantity.km(limit)),
            lambda words: words.people_between(*head.beyond[limit]),
        ),
    ]
    if head.registered_beyond:
        lines.append(
            (
                lambda words: words.text("study.beyond_registered", km=Quantity.km(limit)),
                lambda words: words.people_between(*head.registered_beyond[limit]),
            )
        )
    return lines


def _by_time(head: Headline) -> _Lines:
    """Write how long it takes: the longest trip and the mean."""

    def longest(words: Words) -> str:
        if head.longest is None:
            return words.text("table.nothing")
        time = Quantity.minutes(float(head.longest["travel_min"]))
        return words.text("study.of_district", district=own_name(dict(head.longest)), km=time)

    return [
        (lambda words: words.text("compare.figure_travel_min_max"), longest),
        (
            lambda words: words.text("compare.figure_travel_min_mean"),
            lambda words: words.duration(head.mean_min),
        ),
    ]


def _farthest(head: Headline, words: Words) -> str:
    if head.farthest is None:
        return words.text("table.nothing")
    return words.text(
        "study.of_district",
        district=own_name(dict(head.farthest)),
        km=head.farthest_distance(words),
    )


def of_roads(evaluation: Evaluation, key: str, domestic: str) -> str:
    """Choose the text that speaks of roads inside the country, where all who lack one do."""
    units = evaluation.districts
    cut_off = units.loc[~units["reachable"] & (units["population"] > 0), "reason"]
    return domestic if len(cut_off) and (cut_off == Reason.NO_DOMESTIC_ROAD).all() else key


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


def notes(evaluation: Evaluation) -> list[Text]:
    """Write what a reader of the map must know besides the assumptions."""
    settings = evaluation.study.settings
    roads = settings.roads
    texts = [
        bus_note(evaluation),
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


def telling_limit(head: Headline) -> int:
    """Return the farthest limit that at least one in a hundred certainly lives beyond.

    It is the nearest limit if so many live beyond none.
    """
    crossed = [limit for limit, (low, _) in head.beyond.items() if low > 0.01 * head.people]
    return max(crossed, default=min(head.beyond))


def sources(evaluation: Evaluation) -> list[Text]:
    """Return the titles of the sources of the inputs; one title is for every language."""
    listed = evaluation.study.input_package.get("sources", [])
    return [translated(source, "title") for source in listed]
