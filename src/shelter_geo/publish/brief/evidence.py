"""What a brief claims and what it rests on: sentences, classes, farthest districts, claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shelter_geo.access import UNITS, beyond_range
from shelter_geo.analysis import Evaluation
from shelter_geo.publish.brief.claims import public_counts, published_claims
from shelter_geo.publish.brief.parts import Head, Line, Listing, Section, bars
from shelter_geo.publish.bus_times import by_bus, by_bus_in_sentence
from shelter_geo.publish.maps.district_map import no_way
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.study.dates import dated, years_of_places
from shelter_geo.publish.study.shared_places import without_shared
from shelter_geo.publish.study.study_texts import headline, of_roads, telling_limit
from shelter_geo.publish.words import Text, everywhere, in_each, own_name, say
from shelter_geo.publish.written import distance, duration, number, people, percent
from shelter_geo.study import WOMEN


def title(evaluation: Evaluation) -> Text:
    """Write the claim that a brief makes."""
    head = headline(evaluation)
    name = everywhere(evaluation.study.settings.study.name)
    if head.farthest is None:
        return say("brief.title_none", name=name)
    return say("brief.title", name=name, km=distance(head.farthest_km))


def lead(evaluation: Evaluation) -> Text:
    """Say in one sentence for how many people that is so."""
    head = headline(evaluation)
    limit = telling_limit(head)
    if head.farthest is None:
        key = "brief.lead_none"
    else:
        key = of_roads(evaluation, "brief.lead", "brief.lead_domestic")
    sentence = in_each(
        lambda words: words.text(
            key,
            people=words.people_between(*head.beyond[limit]),
            limit=words.distance(limit),
            cut_off=words.people(head.cut_off),
            range=words.between(head.missing_low, head.missing_high),
        )
    )
    return dated(evaluation.study, sentence)


def claim(evaluation: Evaluation) -> Section:
    """Write the claim in sentences."""
    distances = [] if evaluation.farthest.empty else [_distances(evaluation)]
    shared = without_shared(evaluation.study, headline(evaluation).missing_without)
    return Section(say("brief.claim"), (_places(evaluation), *shared, *distances))


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
    return in_each(
        lambda words: words.text(
            "brief.places" if years is None else "brief.places_in",
            years=years or "",
            places=words.text("units.places", n=int(shelters["places"].sum())),
            towns=words.text("units.towns", n=towns),
            norm=words.number(need),
            needed=words.number(living / need),
            range=words.between(head.missing_low, head.missing_high),
        )
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
            median=words.distance(median),
            district=own_name(dict(far)),
            km=head.farthest_distance(words),
            car=words.duration(float(far["travel_min"])),
            bus=by_bus_in_sentence(dict(far)),
            **(
                {"women": words.people_between(*women), "limit": words.distance(limit)}
                if women
                else {}
            ),
        )
    )


def metric(evaluation: Evaluation, name: str, *, weighted_by: str = "people") -> float:
    """Take one figure from the district centres, for all units, out of the metrics."""
    table = evaluation.metrics
    found = table[
        (table["basis"] == "district_centres")
        & (table["units"] == UNITS[0])
        & (table["weighted_by"] == weighted_by)
        & (table["metric"] == name)
    ]
    return float(found["value"].iloc[0])


def by_class(evaluation: Evaluation, classes: Classes) -> Listing:
    """List districts, people and their share in each class of distance."""
    units = evaluation.districts
    rank = pd.Series(classes.of(units["distance_km"]), index=units.index)
    living = units["population"].groupby(rank).sum()
    ranks = [*range(len(classes.colours)), *([MISSING] if (rank == MISSING).any() else [])]
    sizes = [float(living.get(key, 0)) for key in ranks]
    lines = []
    for key, size, bar in zip(ranks, sizes, bars(sizes), strict=True):
        label = no_way(units) if key == MISSING else classes.label(key)
        count, share = int((rank == key).sum()), size / sum(sizes)
        cells = (label, number(count), people(size), percent(share))
        lines.append(Line(cells, fill=classes.colour(key), bar=bar))
    heads = (
        Head(say("access.distance")),
        Head(say("brief.districts"), numeric=True),
        Head(say("access.people"), numeric=True),
        Head(say("brief.share"), numeric=True),
    )
    return Listing(say("brief.by_class"), heads, tuple(lines))


def _farthest(evaluation: Evaluation) -> Listing:
    table = evaluation.farthest
    rows = table[table["units"] == UNITS[0]].to_dict("records")
    lines = [
        Line(
            (
                own_name(_named(row)),
                distance(row["distance_km"]),
                duration(row["travel_min"]),
                by_bus(row) or say("access.no_line"),
                people(row["population"]),
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
    return Listing(say("access.farthest"), heads, tuple(lines))


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}
