"""The map of access: every district by its road distance from the nearest shelter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from shelter_geo.publish.palette import DISTANCE, MISSING, Classes
from shelter_geo.publish.words import (
    LANGUAGES,
    Text,
    Words,
    everywhere,
    in_each,
    known_people,
    own_name,
    say,
)

_DISTRICTS: Final = (
    "district_id",
    "economic_region",
    "population",
    "women",
    "nearest_shelter_id",
    "distance_km",
    "travel_min",
    "bus_min",
    "reason",
    "counts_registered_not_resident",
)
_FARTHEST: Final = 10
_NOTHING: Final = dict.fromkeys(LANGUAGES, "")


def access_map(
    districts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame | None,
    shelters: gpd.GeoDataFrame,
    routes: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    title: str | Text,
    sources: Sequence[str | Text],
    assumptions: Sequence[str | Text],
    notes: Sequence[str | Text] = (),
    lead: str | Text = "",
    figures: Sequence[tuple[str | Text, str | Text]] = (),
    classes: Classes = DISTANCE,
    lang: str = "en",
) -> SealedMap:
    """Make the sealed map of access.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with `district_id`, names such as
        `name_en`, `economic_region`, `population`, `women`, `nearest_shelter_id`, `distance_km`
        (missing where no road leads to a shelter), `travel_min`, `bus_min`, `reason` and
        `counts_registered_not_resident`.
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
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If a frame lacks a column, a shape or a coordinate system, or there is no such language.
    """
    shelters = in_degrees(shelters, "shelters", ("shelter_id", "places", "places_basis"))
    units = in_degrees(districts, "districts", _DISTRICTS)
    units = units.sort_values(["distance_km", "district_id"], ascending=[False, True])
    units = units.reset_index(drop=True)
    ranks = [int(rank) for rank in classes.of(units["distance_km"])]
    page = MapPage(
        title=everywhere(title),
        lead=everywhere(lead),
        figures=[(everywhere(label), everywhere(value)) for label, value in figures],
        key=_key(units, ranks, classes),
        table=_table(units, shelters, classes),
        short_title=say("access.farthest"),
        short_list=range(min(_FARTHEST, int(units["distance_km"].notna().sum()))),
        assumptions=[everywhere(text) for text in assumptions],
        sources=[everywhere(text) for text in sources],
        notes=[*_unreached(units), *(everywhere(text) for text in notes)],
    )
    layers = [
        *ground_layers(basemap),
        _areas(units, ranks, classes),
        _routes(routes, units),
        *([] if settlements is None else [_settlements(settlements)]),
        _names(units, ranks, classes),
        _shelters(shelters),
    ]
    return SealedMap(page, layers, lang=lang)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _table(units: gpd.GeoDataFrame, shelters: gpd.GeoDataFrame, classes: Classes) -> ReaderTable:
    rows = _rows(units)
    cities = {row["shelter_id"]: _city(row) for row in _rows(shelters)}
    nearest = [cities.get(row["nearest_shelter_id"]) for row in rows]
    regions = [own_name(row, "economic_region") for row in rows]
    no_road = [say("access.no_road")] * len(rows)
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        number_column(
            say("access.distance"),
            units["distance_km"],
            Words.distance,
            missing=no_road,
            spoken=True,
        ),
        class_column(say("access.class"), units["distance_km"], classes, no_road[0]),
        number_column(
            say("access.by_car"),
            units["travel_min"],
            Words.duration,
            spoken=True,
        ),
        number_column(
            say("access.by_bus"),
            units["bus_min"],
            Words.duration,
        ),
        text_column(say("access.nearest"), nearest, spoken=True),
        text_column(say("access.region"), regions),
        number_column(say("access.people"), units["population"], Words.people),
        number_column(say("access.women"), units["women"], Words.people),
    ]
    elsewhere = say("access.registered_elsewhere")
    marks = [elsewhere if row["counts_registered_not_resident"] else None for row in rows]
    return ReaderTable(say("access.table"), tuple(columns), tuple(marks), sorted_by=1)


def _city(shelter: Mapping[str, Any]) -> Text:
    stem = "city" if any(str(column).startswith("city") for column in shelter) else "name"
    return own_name(shelter, stem)


def _key(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: Classes) -> list[KeyEntry]:
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
    entries.append(KeyEntry("shelter", say("access.shelter_key")))
    entries.append(KeyEntry("line", say("access.route_key")))
    if bool(units["counts_registered_not_resident"].any()):
        entries.append(KeyEntry("stipple", say("access.registered_elsewhere")))
    return entries


def _unreached(units: gpd.GeoDataFrame) -> list[Text]:
    """One note for each reason why districts have no road, naming them."""
    cut = units[units["distance_km"].isna()]
    notes = []
    for _, group in cut.groupby("reason", sort=True, dropna=False):
        rows = _rows(group)
        reason = own_name(rows[0], "reason") if isinstance(rows[0]["reason"], str) else _NOTHING
        names = _listed([own_name(row) for row in rows])
        size = say("units.districts", n=len(group))
        notes.append(say("access.unreached", districts=size, names=names, reason=reason))
    return notes


def _listed(names: Sequence[Text]) -> Text:
    return in_each(
        lambda words: ", ".join(sorted((name[words.lang] for name in names), key=words.order))
    )


def _distance(distance_km: float) -> Text:
    if pd.isna(distance_km):
        return say("access.no_road")
    return in_each(lambda words: words.distance(distance_km))


def _areas(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: Classes) -> SealedLayer:
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


def _routes(routes: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> SealedLayer:
    lines = in_degrees(routes, "routes", ("district_id", "distance_km"))
    lines = lines.sort_values(["distance_km", "district_id"], ascending=[False, True])
    place = {district: row for row, district in enumerate(units["district_id"])}
    features = [
        feature(
            row["geometry"],
            f"{rank}",
            {"row": place[row["district_id"]], "symbol": "route" if rank < _FARTHEST else "spare"},
        )
        for rank, row in enumerate(_rows(lines))
        if row["district_id"] in place
    ]
    return SealedLayer("routes", "lines", features, title=say("access.routes"))


def _settlements(settlements: gpd.GeoDataFrame) -> SealedLayer:
    points = in_degrees(settlements, "settlements", ("distance_km",))
    features = [
        feature(
            row["geometry"],
            f"{rank}",
            {"symbol": "settlement", "tip": [own_name(row), _distance(row["distance_km"])]},
        )
        for rank, row in enumerate(_rows(points))
    ]
    return SealedLayer(
        "settlements", "points", features, title=say("access.settlements"), show=False
    )


def _names(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: Classes) -> SealedLayer:
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
        rows = _rows(group)
        city = _city(rows[0])
        total = say("units.places", n=int(group["places"].sum()))
        tip = [city, *(_holding(row) for row in rows)]
        properties = {
            "symbol": "shelter",
            "name": say("access.city_places", city=city, places=total),
        }
        features.append(feature(rows[0]["geometry"], str(at), properties | {"tip": tip}))
    return SealedLayer("shelters", "points", features, title=say("access.shelters"))


def _holding(shelter: Mapping[str, Any]) -> Text:
    return say(
        "access.holding",
        name=own_name(shelter),
        places=say("units.places", n=int(shelter["places"])),
        basis=str(shelter["places_basis"]),
    )
