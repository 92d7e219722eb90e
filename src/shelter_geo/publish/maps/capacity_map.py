"""The map of places within reach: every district by its places per 10,000 people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import geopandas as gpd

from shelter_geo.analysis import Quantity
from shelter_geo.publish.maps.district_map import (
    areas,
    cities,
    class_key,
    elsewhere_key,
    elsewhere_marks,
    names,
    no_figure_key,
    page_texts,
    people_column,
    ranks_of,
    region_column,
    rows_of,
    sign_key,
)
from shelter_geo.publish.maps.map_layer import ground_layers
from shelter_geo.publish.maps.map_page import KeyEntry, MapPage, SealedMap
from shelter_geo.publish.maps.shapes import in_degrees
from shelter_geo.publish.pages.reader_table import (
    Column,
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MARK, Classes, ramp
from shelter_geo.publish.words import AnyText, Languages, Text, Words, in_each, own_name, say
from shelter_geo.study import people_unknown
from shelter_geo.vocabulary import Evidence, Reason

_COLUMNS: Final = (
    "district_id",
    "population",
    "people_in_reach_low",
    "places_per_10000_low",
    "places_per_10000_high",
    "distance_km_low",
    "reason",
    "counts_registered_not_resident",
)
_SHORT: Final = 10
_OF_A_DISTRICT: Final = (
    Reason.NO_FACILITY,
    Reason.NO_ROAD,
    Reason.NO_ROAD_TO_ADMITTING,
    Reason.NO_ROAD_TO_KNOWN,
    Reason.NOBODY_LIVES_HERE,
    Reason.PEOPLE_NOT_KNOWN,
)
"""Reasons that hold for a district, not for a group of people everywhere."""


@dataclass(frozen=True)
class PlaceClasses(Classes):
    """Classes of places per 10,000 people: none, then up to each limit; dark is few."""

    @staticmethod
    def _sampled(number: int) -> tuple[str, ...]:
        return ramp(number)[::-1]

    def label(self, rank: int) -> Text:
        """Words of a class, such as "one place for 40,000 to 100,000 people", or of none."""
        if rank == 0:
            return say("capacity.class_none")
        most, *fewest = (_people_a_place(limit) for limit in self.breaks[rank - 1 : rank + 1])
        if rank == len(self.breaks):
            return in_each(lambda words: words.text("capacity.class_less", n=most(words)))
        least = fewest[0]
        if self.breaks[rank - 1] == 0:
            return in_each(lambda words: words.text("capacity.class_more", n=least(words)))
        return in_each(
            lambda words: words.text("capacity.class_rate", low=least(words), high=most(words))
        )


def _people_a_place(per_10000: float) -> Any:
    return lambda words: words.number(10_000 / per_10000)


def capacity_map(
    districts: gpd.GeoDataFrame,
    shelters: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    classes: PlaceClasses,
    title: AnyText,
    lead: AnyText,
    figures: Sequence[tuple[AnyText, AnyText]],
    sources: Sequence[AnyText],
    assumptions: Sequence[AnyText],
    notes: Sequence[AnyText],
    mark: str = MARK,
    known: Evidence = Evidence.DERIVED,
    languages: Languages | None = None,
) -> SealedMap:
    """Make the sealed map of places within reach.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with `district_id`, names, perhaps
        `region`, `population`, `counts_registered_not_resident` and the columns of
        `group_access.access_for`.
    shelters
        Points of cities with `shelter_id`, names and `places`; those that surely admit nobody of
        the group left out.
    basemap
        See `ground_layers`.
    classes
        Classes of the places per 10,000 people.
    title, lead
        Heading and the sentence below it.
    figures
        Labels and values above the map, already written.
    sources, assumptions, notes
        What to name below the table.
    mark
        Ink of the signs of facilities.
    known
        How it is known how many places are where.
    languages
        Languages that the page offers, and the one in which it opens; English if not given.

    Raises
    ------
    OutputError
        If a frame lacks a column, a shape or a coordinate system.
    """
    units = in_degrees(districts, "districts", _COLUMNS)
    shown = units["places_per_10000_low"].where(units["reason"] != Reason.NO_ROAD)
    without = (units["population"] - units["people_in_reach_low"]).mask(people_unknown(units))
    units = units.assign(shown=shown, without=without)
    units = units.sort_values(
        ["without", "population", "district_id"], ascending=[False, False, True]
    ).reset_index(drop=True)
    ranks = ranks_of(classes, units["shown"], units)
    page = MapPage(
        mark=mark,
        key=_key(units, ranks, classes, shelters, basemap, known),
        table=_table(units, classes, known),
        short_title=say("capacity.fewest"),
        short_list=range(min(_SHORT, int((units["without"] > 0).sum()))),
        **page_texts(
            title=title,
            lead=lead,
            figures=figures,
            assumptions=assumptions,
            sources=sources,
            notes=notes,
        ),
    )
    layers = [*ground_layers(basemap), areas(units, ranks, classes), names(units, ranks, classes)]
    if len(shelters):
        layers.append(cities(in_degrees(shelters, "shelters", ("shelter_id", "places"))))
    return SealedMap(page, layers, languages=languages)


def _places(words: Words, value: float, known: Evidence) -> str:
    # None within reach is so, however many places there are elsewhere.
    how = known if value else Evidence.DERIVED
    return words.quantity(Quantity.count(value, digits=2, evidence=how))


def _reason(row: Mapping[str, Any]) -> Text | None:
    """Words for why a district has no place in reach."""
    if row["reason"] in _OF_A_DISTRICT:
        return say(f"reason.{row['reason']}")
    return say("capacity.class_none") if row["places_per_10000_low"] == 0 else None


def _table(units: gpd.GeoDataFrame, classes: PlaceClasses, known: Evidence) -> ReaderTable:
    rows, places = rows_of(units), partial(_places, known=known)
    reasons = [_reason(row) for row in rows]
    low, high = units["places_per_10000_low"], units["places_per_10000_high"]
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        number_column(say("capacity.column_without"), units["without"], Words.people, spoken=True),
        number_column(say("capacity.column_places"), low, places, spoken=True),
        class_column(say("access.class"), units["shown"], classes, say("access.no_road")),
    ]
    if not low.equals(high):
        columns.append(number_column(say("capacity.column_possible"), high, places, spoken=True))
    columns += [
        number_column(say("capacity.column_distance"), units["distance_km_low"], Words.distance),
        text_column(say("capacity.column_why"), reasons, spoken=True),
        *region_column(units),
        people_column(units),
    ]
    marks = elsewhere_marks(units)
    return ReaderTable(say("capacity.table"), tuple(columns), marks, sorted_by=1)


def _key(
    units: gpd.GeoDataFrame,
    ranks: Sequence[int],
    classes: PlaceClasses,
    shelters: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    known: Evidence,
) -> list[KeyEntry]:
    entries = class_key(units, ranks, classes, missing=say("access.no_road"), known=known)
    entries += no_figure_key(units, basemap)
    if len(shelters):
        entries += sign_key(shelters, say("capacity.shelter_key"))
    return entries + elsewhere_key(units)
