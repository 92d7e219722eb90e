"""The map of access: every district by its road distance from the nearest shelter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.publish.maps.district_map import (
    areas,
    cities,
    city,
    class_key,
    elsewhere_key,
    elsewhere_marks,
    names,
    no_figure_key,
    no_way,
    page_texts,
    people_column,
    ranks_of,
    region_column,
    registered_column,
    rows_of,
    sign_key,
    unpublished,
)
from shelter_geo.publish.maps.map_layer import SealedLayer, ground_layers
from shelter_geo.publish.maps.map_page import KeyEntry, MapPage, SealedMap
from shelter_geo.publish.maps.shapes import feature, in_degrees, middle_of
from shelter_geo.publish.maps.still import FARTHEST
from shelter_geo.publish.pages.reader_table import (
    Column,
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import DISTANCE, MARK, Classes
from shelter_geo.publish.qualifiers import by_bus
from shelter_geo.publish.words import (
    AnyText,
    Languages,
    Text,
    Words,
    everywhere,
    in_each,
    own_name,
    say,
    translated,
)
from shelter_geo.study import people_unknown
from shelter_geo.vocabulary import Reason

_DISTRICTS: Final = (
    "district_id",
    "population",
    "nearest_shelter_id",
    "distance_km",
    "travel_min",
    "bus_min",
    "reason",
    "counts_registered_not_resident",
)
_FARTHEST: Final = 10
_ROUTE_TOLERANCE: Final = 0.001
"""Degrees that a drawn route may lie off the road; lengths are those of the road itself."""


def access_map(
    districts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame | None,
    shelters: gpd.GeoDataFrame,
    routes: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    title: AnyText,
    sources: Sequence[AnyText],
    assumptions: Sequence[AnyText],
    notes: Sequence[AnyText] = (),
    lead: AnyText = "",
    figures: Sequence[tuple[AnyText, AnyText]] = (),
    classes: Classes = DISTANCE,
    mark: str = MARK,
    languages: Languages | None = None,
) -> SealedMap:
    """Make the sealed map of access.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with `district_id`, names such as
        `name_en`, `population`, `nearest_shelter_id`, `distance_km` (missing where no road leads
        to a shelter), `travel_min`, `bus_min` or `bus_hours_low` and `bus_hours_high` (missing
        where no bus is known), `counts_registered_not_resident` and `reason`, of `Reason`, perhaps
        with words of its own in `reason_en` and the like; perhaps with `region` and `women`.
    settlements
        Points with names and `distance_km`, switched off at first; or none.
    shelters
        Points of cities with `shelter_id`, names, `places` and `places_basis`; `city_en` and the
        like where the name is not the city's.
    routes
        Lines with `district_id` and `distance_km`. The ten longest are drawn at once, the others
        when their district is chosen.
    basemap
        See `ground_layers`.
    title, lead
        Heading and the sentence below it, in one language or in each.
    sources, assumptions, notes
        What to name below the table.
    figures
        Labels and values above the map, already written.
    classes
        Classes of the distance.
    mark
        Ink of the signs of facilities.
    languages
        Languages that the page offers, and the one in which it opens; English if not given.

    Raises
    ------
    OutputError
        If a frame lacks a column, a shape or a coordinate system.
    """
    shelters = in_degrees(shelters, "shelters", ("shelter_id", "places", "places_basis"))
    units = in_degrees(districts, "districts", _DISTRICTS)
    units = units.sort_values(["distance_km", "district_id"], ascending=[False, True])
    units = units.reset_index(drop=True)
    ranks = ranks_of(classes, units["distance_km"], units)
    page = MapPage(
        mark=mark,
        key=_key(units, ranks, classes, shelters, basemap),
        table=_table(units, shelters, classes),
        short_title=say("access.farthest"),
        short_list=_farthest(units),
        **page_texts(
            title=title,
            lead=lead,
            figures=figures,
            assumptions=assumptions,
            sources=sources,
            notes=[*_unreached(units), *notes],
        ),
    )
    layers = [
        *ground_layers(basemap),
        areas(units, ranks, classes),
        _routes(routes, units),
        *([] if settlements is None else [_settlements(settlements)]),
        names(units, ranks, classes),
        *_farthest_mark(units, shelters),
        cities(shelters, holding=_holding),
    ]
    return SealedMap(page, layers, languages=languages)


def _farthest(units: gpd.GeoDataFrame) -> list[int]:
    """Give the rows of the farthest districts; as in the headline, whose people are known."""
    told = units["distance_km"].notna() & ~people_unknown(units)
    return [int(row) for row in np.flatnonzero(told)[:_FARTHEST]]


def _table(units: gpd.GeoDataFrame, shelters: gpd.GeoDataFrame, classes: Classes) -> ReaderTable:
    rows = rows_of(units)
    cities = {row["shelter_id"]: city(row) for row in rows_of(shelters)}
    nearest = [cities.get(row["nearest_shelter_id"]) for row in rows]
    no_road = [no_way(units)] * len(rows)
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        _distances(units, no_road),
        class_column(say("access.class"), units["distance_km"], classes, no_road[0]),
        number_column(
            say("access.by_car"),
            units["travel_min"],
            Words.duration,
            spoken=True,
        ),
        text_column(say("access.by_bus"), [by_bus(row) for row in rows]),
        text_column(say("access.nearest"), nearest, spoken=True),
        *region_column(units),
        *(people_column(units, name) for name in ("population", "women") if name in units),
        *registered_column(units),
    ]
    marks = elsewhere_marks(units)
    return ReaderTable(say("access.table"), tuple(columns), marks, sorted_by=1)


def _distances(units: gpd.GeoDataFrame, no_road: list[Text]) -> Column:
    """Write the distances, both where two roads are nearly as fast, sorted by the fastest."""
    column = number_column(
        say("access.distance"), units["distance_km"], Words.distance, missing=no_road, spoken=True
    )
    if "other_km" not in units:
        return column
    others = [None if pd.isna(km) else _distance(km, no_road[0]) for km in units["other_km"]]
    cells = [
        cell if other is None else say("units.either", one=cell, other=other)
        for cell, other in zip(column.cells, others, strict=True)
    ]
    return replace(column, cells=tuple(cells))


def _key(
    units: gpd.GeoDataFrame,
    ranks: Sequence[int],
    classes: Classes,
    shelters: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
) -> list[KeyEntry]:
    signs = [
        *sign_key(shelters, say("access.shelter_key")),
        KeyEntry("line", say("access.route_key")),
    ]
    return [
        *class_key(units, ranks, classes, missing=no_way(units)),
        *no_figure_key(units, basemap),
        *(signs if len(shelters) else []),
        *elsewhere_key(units),
    ]


def _unreached(units: gpd.GeoDataFrame) -> list[Text]:
    """One note for each reason why districts have no road, naming them.

    Without any facility all are in the same case, and the page says so above the map.
    """
    cut = units[units["distance_km"].isna() & (units["reason"] != Reason.NO_FACILITY)]
    notes = []
    region = cut["region"] if "region" in cut else pd.Series("", index=cut.index)
    declared = region.where(cut["reason"] == Reason.NO_DOMESTIC_ROAD, "")
    for _, group in cut.groupby(["reason", declared], sort=True, dropna=False):
        rows = rows_of(group)
        reason = _reason(rows[0])
        listed = _listed([own_name(row) for row in rows])
        size = say("units.districts", n=Quantity.count(len(group)))
        notes.append(say("access.unreached", districts=size, names=listed, reason=reason))
    return notes


def _reason(row: Mapping[str, Any]) -> Text:
    """Take the words that come with a row, else those of its key."""
    if any(str(column).startswith("reason_") for column in row):
        return own_name(row, "reason")
    return say(f"reason.{row['reason']}") if row["reason"] else everywhere("")


def _listed(names: Sequence[Text]) -> Text:
    return in_each(
        lambda words: ", ".join(sorted((name.of(words) for name in names), key=words.order))
    )


def _distance(distance_km: float, missing: Text) -> Text:
    if pd.isna(distance_km):
        return missing
    return in_each(lambda words: words.distance(distance_km))


def _routes(routes: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> SealedLayer:
    lines = in_degrees(routes, "routes", ("district_id", "distance_km"))
    lines = lines.sort_values(["distance_km", "district_id"], ascending=[False, True])
    lines["geometry"] = lines.geometry.simplify(_ROUTE_TOLERANCE)
    place = {district: row for row, district in enumerate(units["district_id"])}
    features = [
        feature(
            row["geometry"],
            f"{rank}",
            {"row": place[row["district_id"]], "symbol": "route" if rank < _FARTHEST else "spare"},
        )
        for rank, row in enumerate(rows_of(lines))
        if row["district_id"] in place
    ]
    return SealedLayer("routes", "lines", features, title=say("access.routes"))


def _farthest_mark(units: gpd.GeoDataFrame, shelters: gpd.GeoDataFrame) -> list[SealedLayer]:
    """Mark the farthest district where people live, with where its road leads."""
    lived_in = units[units["distance_km"].notna() & (units["population"] > 0)]
    if not len(lived_in) or not len(shelters):
        return []
    row = rows_of(lived_in.head(1))[0]
    there = shelters.set_index("shelter_id", drop=False).loc[[row["nearest_shelter_id"]]]
    km = _distance(row["distance_km"], everywhere(""))
    if isinstance(other := row.get("other_km"), float) and not pd.isna(other):
        km = say("units.either", one=km, other=_distance(other, everywhere("")))
    note = route_words(row, city(rows_of(there)[0]), km)
    told = {"symbol": FARTHEST, "name": own_name(row), "note": note}
    return [SealedLayer(FARTHEST, "names", [feature(middle_of(row["geometry"]), FARTHEST, told)])]


def route_words(row: Mapping[str, Any], city: AnyText, km: AnyText) -> Text:
    """Say where the road of a district leads, how long it is and how many minutes it takes.

    The minutes are left out where another facility is reached in the fewest.
    """
    minutes, by_km = row["travel_min"], row.get("shelter_by_km")
    if pd.isna(minutes) or row.get("shelter_by_min") != by_km:
        return say("share.route_km", city=everywhere(city), km=everywhere(km))
    time = in_each(lambda words: words.duration(float(minutes)))
    return say("share.route", city=everywhere(city), km=everywhere(km), time=time)


def _settlements(settlements: gpd.GeoDataFrame) -> SealedLayer:
    points = in_degrees(settlements, "settlements", ("distance_km",))
    missing = no_way(points) if "reason" in points else say("access.no_road")
    features = []
    for rank, row in enumerate(rows_of(points)):
        tip = [own_name(row), _distance(row["distance_km"], missing)]
        features.append(feature(row["geometry"], f"{rank}", {"symbol": "settlement", "tip": tip}))
    return SealedLayer(
        "settlements", "points", features, title=say("access.settlements"), show=False
    )


def _holding(shelter: Mapping[str, Any]) -> Text:
    if unpublished(shelter):
        return say("compare.holding", name=own_name(shelter), places=say("access.unpublished"))
    return say(
        "access.holding",
        name=own_name(shelter),
        places=say("units.places", n=Quantity.count(int(shelter["places"]))),
        basis=translated(shelter, "places_basis"),
    )
