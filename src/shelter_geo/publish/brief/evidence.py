"""What a brief claims and what it rests on: sentences, classes, farthest districts, claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from shelter_geo.access import UNITS, beyond_range
from shelter_geo.analysis import Evaluation, Quantity, Unit, districts_as_far, main_city, near_ties
from shelter_geo.publish.brief.journeys import journeys, metric, own_areas
from shelter_geo.publish.brief.page import Section
from shelter_geo.publish.brief.services import other_services
from shelter_geo.publish.maps.district_map import no_way, ranks_of
from shelter_geo.publish.pages.reader_table import Head, Line, Listing, bars
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.qualifiers import (
    by_bus,
    by_bus_in_sentence,
    dated,
    known_readings,
    without_shared,
    years_of_places,
)
from shelter_geo.publish.study.headline import (
    and_other_road,
    either_distance,
    headline,
    of_roads,
    telling_limit,
)
from shelter_geo.publish.study.study_texts import up_to
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.study import WOMEN, Claim, Study
from shelter_geo.vocabulary import Verdict

_PARTS_OF_A_DAY: Final = 3
_NAMED: Final = 5
"""Districts that are named for one claim."""
_UNANSWERED: Final = (Verdict.INPUT_NOT_TESTED, Verdict.CANNOT_BE_TESTED_HERE)


def published_claims(evaluation: Evaluation) -> Listing:
    """List the claims that the data can test, and those that the study was made from.

    Parameters
    ----------
    evaluation
        A study with at least one claim.
    """
    claims = {claim.id: claim for claim in evaluation.study.settings.claims}
    rows = evaluation.claims.to_dict("records")
    shown = [row for row in rows if row["verdict"] != Verdict.CANNOT_BE_TESTED_HERE]
    shown.sort(key=lambda row: row["verdict"] == Verdict.INPUT_NOT_TESTED)
    lines = tuple(_line(row, claims[row["claim_id"]], evaluation) for row in shown)
    heads = tuple(
        Head(say(f"brief.{name}")) for name in ("published", "computed", "verdict", "standing")
    )
    return Listing(say("brief.claims"), heads, lines, notes=_notes(rows, len(rows) - len(shown)))


def _notes(rows: list[dict[Any, Any]], untested: int) -> tuple[Text, ...]:
    about = max(float(row["about_percent"]) for row in rows) / 100
    notes = [say("brief.claims_note")]
    if about:
        notes.append(say("brief.claims_about", share=Quantity.share(about)))
    if untested:
        notes.append(say("brief.claims_untested", n=Quantity.count(untested)))
    return tuple(notes)


def _line(row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> Line:
    statement: Text = everywhere(claim.statement)
    if claim.scope is not None:
        statement = say("brief.said", statement=statement, scope=everywhere(claim.scope))
    verdict, rule = say(f"verdict.{row['verdict']}"), say(f"rule.{row['rule']}")
    return Line(
        (
            statement,
            _measured(row, claim, evaluation),
            say("brief.judged", verdict=verdict, rule=rule),
            everywhere(claim.cited or claim.source),
        )
    )


def _measured(row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> Text:
    """Write what the data give for one claim, with its unit."""
    if row["verdict"] in _UNANSWERED:
        return say("table.nothing")
    if claim.measure == "travel_km":
        return in_each(lambda words: _journey(words, row, claim, evaluation))
    if claim.measure == "share_missing":
        return in_each(lambda words: _share(words, row, claim, evaluation))
    if claim.measure == "times_fewer":
        known = known_readings(evaluation.study)
        ends = float(row["data_low"]), float(row["data_high"])
        return say("brief.claim_times_fewer", n=Quantity.span(*ends, digits=1, evidence=known))
    found = in_each(lambda words: words.text(f"brief.claim_{claim.measure}", n=_ends(words, row)))
    # Victims are not crimes: what was counted is said, for a claim may be of another thing.
    series = evaluation.study.settings.capacity.by_year
    names = {each.measure: everywhere(each.name) for each in series}
    counted = names.get(claim.statistic or "")
    return found if counted is None else say("brief.claim_counted", what=counted, n=found)


def _ends(words: Words, row: Mapping[Any, Any]) -> str:
    return words.between(float(row["data_low"]), float(row["data_high"]))


def _share(words: Words, row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> str:
    """Set the family places that a share would leave beside the places that are published."""
    claimed = evaluation.study.settings.capacity.claim_population
    study = evaluation.study
    people = float(study.districts["population"].sum()) if claimed is None else claimed.value
    needed = people / study.settings.capacity.people_per_family_place
    low, high = (float(row[f"data_{end}"]) / 100 for end in ("low", "high"))
    return words.text(
        "brief.claim_share_missing",
        n=Quantity.span(low, high, Unit.SHARE, evidence=known_readings(study)),
        implied=Quantity.count(needed * (1 - sum(claim.limits) / 200)),
        places=Quantity.count(float(study.shelters["places"].sum())),
    )


def _journey(words: Words, row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> str:
    """Name the districts that are as far, with their people, and how far the main city is."""
    study = evaluation.study
    city = own_name(study.settlements.loc[main_city(study.shelters)]).of(words)
    farthest = words.distance(float(row["data_high"]))
    far = districts_as_far(claim, evaluation.districts)
    if far.empty:
        near = words.distance(float(row["data_low"]))
        return words.text("brief.claim_travel_km_none", near=near, city=city, km=farthest)
    others = near_ties(evaluation)["other_km"].to_dict()
    named = ", ".join(
        words.text(
            "study.of_two_roads",
            district=own_name(place).of(words),
            km=and_other_road(words, float(place["distance_km"]), others.get(place["district_id"])),
        )
        for place in far.head(_NAMED).to_dict("records")
    )
    people = words.people(float(far["population"].sum()))
    text = words.text(
        "brief.claim_travel_km", districts=named, people=people, city=city, km=farthest
    )
    left_out = evaluation.districts["counts_registered_not_resident"].any()
    return f"{text}; {words.text('brief.claim_left_out')}" if left_out else text


def public_counts(study: Study) -> Listing:
    """List the counts that the study's table marks for the brief, the oldest first.

    Parameters
    ----------
    study
        With `shelter_counts`.
    """
    table = pd.DataFrame(study.shelter_counts)
    lines = [
        Line(
            (
                _when(str(row["counted_on"])),
                own_name(row, "what"),
                everywhere(Quantity.count(float(row["value"]))),
                _cited(row),
            )
        )
        for row in table[table["in_brief"]].to_dict("records")
    ]
    heads = (
        Head(say("brief.counted_on")),
        Head(say("brief.what")),
        Head(say("brief.count"), numeric=True),
        Head(say("brief.standing")),
    )
    looked = study.settings.capacity.no_newer_count
    notes: tuple[Text, ...] = ()
    if looked is not None:
        notes = (in_each(lambda words: words.text("brief.counts_note", month=words.month(looked))),)
    return Listing(say("brief.counts"), heads, tuple(lines), notes=notes)


def _cited(row: Mapping[Any, Any]) -> Text:
    """Name the source in every language that the table has it in."""
    return own_name({**row, "cited": row["source"]}, "cited")


def _when(text: str) -> Text:
    """Write a day in full, and a month or year as it stands."""
    if text.count("-") + 1 < _PARTS_OF_A_DAY:
        return everywhere(text)
    day = dt.date.fromisoformat(text)

    def write(words: Words) -> str:
        return words.date(day)

    return in_each(write)


def title(evaluation: Evaluation) -> Text:
    """Write the claim that a brief makes."""
    head = headline(evaluation)
    name = everywhere(evaluation.study.settings.study.name)
    if head.farthest is None:
        return say("brief.title_none", name=name)
    return up_to("brief.title", name, head)


def lead(evaluation: Evaluation) -> Text:
    """Say in one sentence for how many people that is so."""
    head = headline(evaluation)
    limit = telling_limit(head)
    if head.farthest is None:
        key = "brief.lead_none"
    else:
        key = of_roads(evaluation, "brief.lead", "brief.lead_domestic")
    sentence = say(
        key,
        people=Quantity.span(*head.beyond[limit], Unit.PEOPLE),
        limit=Quantity.km(limit),
        cut_off=Quantity.people(head.cut_off),
        range=head.missing,
    )
    return dated(evaluation.study, sentence)


def claim(evaluation: Evaluation) -> Section:
    """Write the claim in sentences."""
    distances = [] if evaluation.farthest.empty else [_distances(evaluation)]
    shared = without_shared(evaluation.study, headline(evaluation).missing_without)
    beyond = (*own_areas(evaluation), *journeys(evaluation), *other_services(evaluation))
    return Section(say("brief.claim"), (_places(evaluation), *shared, *distances, *beyond))


def evidence(evaluation: Evaluation, classes: Classes) -> Section:
    """Write what the claim rests on: people by distance, farthest districts, published claims."""
    listings = [by_class(evaluation, classes)]
    if len(evaluation.farthest):
        listings.append(_farthest(evaluation))
    if len(evaluation.claims):
        listings.append(published_claims(evaluation))
    if evaluation.study.shelter_counts is not None and evaluation.study.of_first_kind:
        listings.append(public_counts(evaluation.study))
    return Section(say("brief.evidence"), (), tuple(listings))


def _places(evaluation: Evaluation) -> Text:
    study, head = evaluation.study, headline(evaluation)
    shelters = study.shelters
    need = study.settings.capacity.people_per_family_place
    living = float(evaluation.districts["population"].sum())
    towns, years = len(set(shelters["settlement_id"])), years_of_places(study)
    return say(
        "brief.places" if years is None else "brief.places_in",
        years=years or "",
        places=say("units.places", n=Quantity.count(int(shelters["places"].sum()))),
        towns=say("units.towns", n=Quantity.count(towns)),
        norm=Quantity.count(need),
        needed=Quantity.count(living / need),
        range=head.missing,
    )


def _distances(evaluation: Evaluation) -> Text:
    head, far = headline(evaluation), evaluation.farthest.iloc[0]
    limit = telling_limit(head)
    counted = WOMEN in evaluation.districts
    women = beyond_range(evaluation.districts, limit, weighted_by=WOMEN) if counted else None
    median = metric(evaluation, "distance_km_median_of_all")
    return in_each(
        lambda words: words.text(
            "brief.distances" if women else "brief.distances_of_all",
            median=Quantity.km(median),
            district=own_name(dict(far)),
            km=and_other_road(words, head.farthest_km, head.farthest_other_km),
            car=Quantity.minutes(float(far["travel_min"])),
            bus=by_bus_in_sentence(dict(far)),
            **(
                {"women": Quantity.span(*women, Unit.PEOPLE), "limit": Quantity.km(limit)}
                if women
                else {}
            ),
        )
    )


def by_class(evaluation: Evaluation, classes: Classes) -> Listing:
    """List districts, people and their share in each class of distance."""
    units = evaluation.districts
    rank = pd.Series(ranks_of(classes, units["distance_km"], units), index=units.index)
    living = units["population"].groupby(rank).sum()
    ranks = [*range(len(classes.colours)), *([MISSING] if (rank == MISSING).any() else [])]
    sizes = [float(living.get(key, 0)) for key in ranks]
    lines = []
    for key, size, bar in zip(ranks, sizes, bars(sizes), strict=True):
        label = no_way(units) if key == MISSING else classes.label(key)
        count, share = int((rank == key).sum()), size / sum(sizes)
        cells = (
            label,
            everywhere(Quantity.count(count)),
            everywhere(Quantity.people(size)),
            everywhere(Quantity.share(share)),
        )
        lines.append(Line(cells, fill=classes.colour(key), bar=bar))
    heads = (
        Head(say("access.distance")),
        Head(say("brief.districts"), numeric=True),
        Head(say("access.people"), numeric=True),
        Head(say("brief.share"), numeric=True),
    )
    return Listing(say("brief.by_class"), heads, tuple(lines))


def _either(row: Mapping[Any, Any], others: Mapping[Any, float]) -> Text:
    """Write how far a district is, by both its roads if two are nearly as fast."""
    km, other = float(row["distance_km"]), others.get(row["district_id"])
    return in_each(lambda words: either_distance(words, km, other))


def _farthest(evaluation: Evaluation) -> Listing:
    table = evaluation.farthest
    rows = table[table["units"] == UNITS[0]].to_dict("records")
    others = near_ties(evaluation)["other_km"].to_dict()
    lines = [
        Line(
            (
                own_name(row),
                _either(row, others),
                everywhere(Quantity.minutes(row["travel_min"])),
                by_bus(row) or say("access.no_line"),
                everywhere(Quantity.people(row["population"])),
            )
        )
        for row in rows
    ]
    heads = (
        Head(say("access.district")),
        Head(say("access.distance"), numeric=True),
        Head(say("access.by_car"), numeric=True),
        Head(say("access.by_bus"), numeric=True),
        Head(say("access.people"), numeric=True),
    )
    tied = any(row["district_id"] in others for row in rows)
    notes = (say("access.two_lengths"),) if tied else ()
    return Listing(say("access.farthest"), heads, tuple(lines), notes)
