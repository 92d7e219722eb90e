"""The map of places within reach: every district by its places per 10,000 people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo.publish.maps.basemap import ground_layers
from shelter_geo.publish.maps.map_layer import SealedLayer
from shelter_geo.publish.maps.map_page import KeyEntry, MapPage, SealedMap
from shelter_geo.publish.maps.shapes import feature, in_degrees
from shelter_geo.publish.pages.reader_table import (
    Column,
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MAGMA, MISSING, Classes
from shelter_geo.publish.words import Text, Words, everywhere, in_each, known_people, own_name, say

_COLUMNS: Final = (
    "district_id",
    "economic_region",
    "population",
    "people_in_reach_low",
    "places_per_10000_low",
    "places_per_10000_high",
    "distance_km_low",
    "reason",
    "counts_registered_not_resident",
)
_SHORT: Final = 10
_REASONS: Final = {
    "no road to any shelter": "no_road",
    "no road to a shelter that admits this group": "no_road_admitting",
    "no road to a shelter known to admit this group": "no_road_known",
    "nobody lives here": "nobody_lives",
}
"""Catalogue text of each reason that holds for some districts only."""
_NO_ROAD: Final = "no road to any shelter"


@dataclass(frozen=True)
class PlaceClasses(Classes):
    """Classes of places per 10,000 people: none, then up to each limit; dark is few."""

    colours: tuple[str, ...] = MAGMA[::-1]
    unit: str = "capacity.per_10000"

    def label(self, rank: int) -> Text:
        """Words of a class, such as "0.05–0.1 per 10,000"; the first is none, the last open."""
        if rank == 0:
            return say("capacity.class_none")
        low = _plain(self.breaks[rank - 1])
        if rank == len(self.breaks):
            return in_each(lambda words: words.text(self.unit, n=f"{low(words)}+"))
        high = _plain(self.breaks[rank])
        return in_each(lambda words: words.text(self.unit, n=f"{low(words)}–{high(words)}"))


def _plain(limit: float) -> Any:
    digits = max(0, len(f"{limit:.4f}".rstrip("0").partition(".")[2]))
    return lambda words: words.number(limit, digits=digits)


def capacity_map(
    districts: gpd.GeoDataFrame,
    shelters: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    classes: PlaceClasses,
    title: str | Text,
    lead: str | Text,
    figures: Sequence[tuple[str | Text, str | Text]],
    sources: Sequence[str | Text],
    assumptions: Sequence[str | Text],
    notes: Sequence[str | Text],
    lang: str = "en",
) -> SealedMap:
    """Make the sealed map of places within reach.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with `district_id`, names, regions,
        `population`, `counts_registered_not_resident` and the columns of
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
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If a frame lacks a column, a shape or a coordinate system, or there is no such language.
    """
    units = in_degrees(districts, "districts", _COLUMNS)
    shown = units["places_per_10000_low"].where(units["reason"] != _NO_ROAD)
    units = units.assign(shown=shown, without=units["population"] - units["people_in_reach_low"])
    units = units.sort_values(
        ["without", "population", "district_id"], ascending=[False, False, True]
    ).reset_index(drop=True)
    ranks = [int(rank) for rank in classes.of(units["shown"])]
    page = MapPage(
        title=everywhere(title),
        lead=everywhere(lead),
        figures=[(everywhere(label), everywhere(value)) for label, value in figures],
        key=_key(units, ranks, classes, shelters),
        table=_table(units, classes),
        short_title=say("capacity.fewest"),
        short_list=range(min(_SHORT, int((units["without"] > 0).sum()))),
        assumptions=[everywhere(text) for text in assumptions],
        sources=[everywhere(text) for text in sources],
        notes=[everywhere(text) for text in notes],
    )
    layers = [*ground_layers(basemap), _areas(units, ranks, classes), _names(units, ranks, classes)]
    if len(shelters):
        layers.append(_shelters(in_degrees(shelters, "shelters", ("shelter_id", "places"))))
    return SealedMap(page, layers, lang=lang)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(row) for _, row in frame.iterrows()]


def _places(words: Words, value: float) -> str:
    return words.number(value, digits=2)


def _reason(row: Mapping[str, Any]) -> Text | None:
    """Words for why a district has no place in reach."""
    if row["reason"] in _REASONS:
        return say(f"capacity.{_REASONS[row['reason']]}")
    return say("capacity.class_none") if row["places_per_10000_low"] == 0 else None


def _table(units: gpd.GeoDataFrame, classes: PlaceClasses) -> ReaderTable:
    rows = _rows(units)
    reasons = [_reason(row) for row in rows]
    low, high = units["places_per_10000_low"], units["places_per_10000_high"]
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        number_column(say("capacity.column_without"), units["without"], Words.people, spoken=True),
        number_column(say("capacity.column_places"), low, _places, spoken=True),
        class_column(say("access.class"), units["shown"], classes, say("access.no_road")),
    ]
    if not low.equals(high):
        columns.append(number_column(say("capacity.column_possible"), high, _places, spoken=True))
    columns += [
        number_column(say("capacity.column_distance"), units["distance_km_low"], Words.distance),
        text_column(say("capacity.column_why"), reasons, spoken=True),
        text_column(say("access.region"), [own_name(row, "economic_region") for row in rows]),
        number_column(say("access.people"), units["population"], Words.people),
    ]
    elsewhere = say("access.registered_elsewhere")
    marks = [elsewhere if row["counts_registered_not_resident"] else None for row in rows]
    return ReaderTable(say("capacity.table"), tuple(columns), tuple(marks), sorted_by=1)


def _key(
    units: gpd.GeoDataFrame,
    ranks: Sequence[int],
    classes: PlaceClasses,
    shelters: gpd.GeoDataFrame,
) -> list[KeyEntry]:
    people = units["population"].groupby(ranks).sum()
    counts = pd.Series(ranks).value_counts()
    entries = []
    for rank in [*range(len(classes.colours)), MISSING]:
        if rank == MISSING and rank not in counts:
            continue
        detail = say(
            "access.class_size",
            districts=say("units.districts", n=int(counts.get(rank, 0))),
            people=say("units.people", n=known_people(float(people.get(rank, 0)))),
        )
        label = say("access.no_road") if rank == MISSING else classes.label(rank)
        entries.append(KeyEntry("fill", label, detail, fill=classes.colour(rank)))
    if len(shelters):
        entries.append(KeyEntry("shelter", say("capacity.shelter_key")))
    if bool(units["counts_registered_not_resident"].any()):
        entries.append(KeyEntry("stipple", say("access.registered_elsewhere")))
    return entries


def _areas(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: PlaceClasses) -> SealedLayer:
    features = [
        feature(
            row["geometry"],
            f"{place}",
            {"row": place, "symbol": "apart" if row["counts_registered_not_resident"] else ""},
        )
        for place, row in enumerate(_rows(units))
    ]
    return SealedLayer(
        "districts",
        "areas",
        features,
        style_function=lambda drawn: {
            "fillColor": classes.colour(ranks[drawn["properties"]["row"]])
        },
    )


def _names(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: PlaceClasses) -> SealedLayer:
    biggest = units.sort_values(["population", "district_id"], ascending=[False, True])
    features = [
        feature(
            row["geometry"].representative_point(),
            f"{place}",
            {"symbol": f"district {classes.ink(ranks[place])}", "name": own_name(row)},
        )
        for place, row in zip(biggest.index, _rows(biggest), strict=True)
    ]
    return SealedLayer("names", "names", features, title=say("access.names"))


def _shelters(shelters: gpd.GeoDataFrame) -> SealedLayer:
    """One symbol a city, for a city is all that may be known of where its shelters are."""
    points = shelters.sort_values("shelter_id")
    points = points.assign(at=[f"{p.x:.4f} {p.y:.4f}" for p in points.geometry])
    features = []
    for at, group in points.groupby("at", sort=True):
        row = _rows(group)[0]
        city = own_name(row, "city" if "city_en" in row else "name")
        total = say("units.places", n=int(group["places"].sum()))
        name = say("access.city_places", city=city, places=total)
        features.append(
            feature(row["geometry"], str(at), {"symbol": "shelter", "name": name, "tip": [name]})
        )
    return SealedLayer("shelters", "points", features, title=say("access.shelters"))
