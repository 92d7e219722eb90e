"""What every map of districts shows: areas in classes, their names, cities with shelters, a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.access import populations
from shelter_geo.analysis import Quantity
from shelter_geo.plans import BY_SCENARIO
from shelter_geo.publish.catalogue import known_people
from shelter_geo.publish.maps.map_layer import NO_ROW, SealedLayer
from shelter_geo.publish.maps.map_page import KeyEntry
from shelter_geo.publish.maps.shapes import feature
from shelter_geo.publish.pages.reader_table import Column, number_column, text_column
from shelter_geo.publish.palette import MISSING, NO_FIGURE, UNKNOWN, Classes
from shelter_geo.publish.words import AREA, AnyText, Text, Words, everywhere, own_name, say
from shelter_geo.study import people_unknown, with_known_people
from shelter_geo.vocabulary import Evidence, Reason

ELSEWHERE: Final = "counts_registered_not_resident"
"""Column of districts that count people who live elsewhere."""
_MOST_TOLD: Final = 6
"""Cities whose places stand beside their names on a map; of more only the names stand."""
SHELTER: Final = "shelter"
NEW: Final = "new"
"""Symbol of what a plan opens; `shelter` is that of what is there today."""
Row: TypeAlias = Mapping[str, Any]


def registered_column(units: pd.DataFrame) -> list[Column]:
    """Give the column of registered people, where a study counts residents beside them."""
    if len(populations(units)) == 1:
        return []
    return [
        number_column(
            say("access.registered"),
            with_known_people(units)["registered"],
            Words.people,
            missing=[say("access.no_figure")] * len(units),
        )
    ]


def people_column(units: pd.DataFrame, column: str = "population") -> Column:
    """Give a column of people by `access.people`, or of women; unknown ones say so in words."""
    title = say("access.women" if column == "women" else "access.people")
    unknown = [say("access.no_figure")] * len(units)
    return number_column(title, with_known_people(units)[column], Words.people, missing=unknown)


def ranks_of(classes: Classes, values: pd.Series, units: pd.DataFrame) -> list[int]:
    """Give the class in which each district is drawn: of its value, where its people are known."""
    unknown = people_unknown(units).to_numpy(bool)
    return [int(rank) for rank in np.where(unknown, UNKNOWN, classes.of(values))]


def no_figure_key(units: pd.DataFrame, basemap: gpd.GeoDataFrame) -> list[KeyEntry]:
    """Give the key of districts whose people are not known and of areas without a row, if any."""
    count = int(people_unknown(units).sum() + (basemap["kind"] == NO_ROW).sum())
    if not count:
        return []
    detail = say("units.districts", n=Quantity.count(count))
    return [KeyEntry("fill", say("access.no_figure"), detail, fill=NO_FIGURE)]


def region_column(units: pd.DataFrame) -> list[Column]:
    """Give the column of the regions, where a study has them."""
    if "region" not in units:
        return []
    return [text_column(AREA, [own_name(row, "region") for row in rows_of(units)])]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame by the names of their columns."""
    names = [str(name) for name in frame.columns]
    columns = [_values(column) for _, column in pd.DataFrame(frame).items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[Any]:
    """Give Python's own values of a column, and None for a missing whole number."""
    if column.dtype == "Int64":
        return [None if value is pd.NA else value for value in column]
    return list(column.tolist())


def page_texts(
    *,
    title: AnyText,
    lead: AnyText,
    figures: Sequence[tuple[AnyText, AnyText]],
    sources: Sequence[AnyText],
    assumptions: Sequence[AnyText],
    notes: Sequence[AnyText],
) -> dict[str, Any]:
    """Give the texts of a `MapPage` in every language.

    Raises
    ------
    OutputError
        If one is given in some of the languages only.
    """
    return {
        "title": everywhere(title),
        "lead": everywhere(lead),
        "figures": [(everywhere(label), everywhere(value)) for label, value in figures],
        "sources": [everywhere(text) for text in sources],
        "assumptions": [everywhere(text) for text in assumptions],
        "notes": [everywhere(text) for text in notes],
    }


def class_key(
    units: pd.DataFrame,
    ranks: Sequence[int],
    classes: Classes,
    *,
    missing: Text,
    known: Evidence = Evidence.DERIVED,
) -> list[KeyEntry]:
    """Give the key of the classes, each with its districts and people.

    Parameters
    ----------
    units
        Districts with `population`.
    ranks
        Class of each.
    classes
        The classes.
    missing
        Label of what has no class; it stands in the key where there is any.
    known
        How it is known what is in a class above the first, which is of nothing at all.
    """
    people = units["population"].groupby(list(ranks)).sum()
    counts = pd.Series(list(ranks)).value_counts()
    entries = []
    for rank in [*range(len(classes.colours)), MISSING]:
        if rank == MISSING and rank not in counts:
            continue
        lived = Quantity.people(known_people(float(people.get(rank, 0))))
        detail = say(
            "access.class_size",
            districts=say("units.districts", n=Quantity.count(int(counts.get(rank, 0)))),
            people=say("units.people", n=lived),
        )
        if rank > 0 and known == Evidence.ASSUMED:
            detail = say("quantity.known", text=detail, how=say(f"evidence.{known}"))
        label = missing if rank == MISSING else classes.label(rank)
        entries.append(KeyEntry("fill", label, detail, fill=classes.colour(rank)))
    return entries


def no_way(points: pd.DataFrame) -> Text:
    """Say of points without a distance that there is no road, or nothing that it could lead to.

    Parameters
    ----------
    points
        With `distance_km` and `reason`, of `Reason`; all of one study, which has facilities or has
        none. Where roads abroad may lead there, the words speak of roads inside the country.
    """
    reasons = points.loc[points["distance_km"].isna(), "reason"]
    if (reasons == Reason.NO_FACILITY).any():
        return say("access.no_facility")
    domestic = len(reasons) > 0 and bool((reasons == Reason.NO_DOMESTIC_ROAD).all())
    return say("access.no_domestic_road" if domestic else "access.no_road")


def elsewhere_key(units: pd.DataFrame) -> list[KeyEntry]:
    """Give the key of districts that count people who live elsewhere, if there are any."""
    if not bool(units[ELSEWHERE].any()):
        return []
    return [KeyEntry("stipple", say("access.registered_elsewhere"))]


def elsewhere_marks(units: pd.DataFrame) -> tuple[Text | None, ...]:
    """Give the mark of each row of the table whose people live elsewhere."""
    mark = say("access.registered_elsewhere")
    return tuple(mark if elsewhere else None for elsewhere in units[ELSEWHERE])


def areas(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: Classes) -> SealedLayer:
    """Draw the districts in the colours of their classes; their order is that of the table."""
    features = [
        feature(
            row["geometry"],
            f"{place}",
            {"row": place, "symbol": "apart" if row[ELSEWHERE] else ""},
        )
        for place, row in enumerate(rows_of(units))
    ]
    return SealedLayer(
        "districts",
        "areas",
        features,
        style_function=lambda drawn: {
            "fillColor": classes.colour(ranks[drawn["properties"]["row"]])
        },
    )


def names(units: gpd.GeoDataFrame, ranks: Sequence[int], classes: Classes) -> SealedLayer:
    """Write the names of the districts, the most populous first."""
    biggest = units.sort_values(["population", "district_id"], ascending=[False, True])
    features = [
        feature(
            row["geometry"].representative_point(),
            f"{place}",
            {"symbol": f"district {classes.ink(ranks[place])}", "name": own_name(row)},
        )
        for place, row in zip(biggest.index, rows_of(biggest), strict=True)
    ]
    return SealedLayer("names", "names", features, title=say("access.names"))


def city(shelter: Row) -> Text:
    """Name the city of a shelter."""
    stem = "city" if any(str(column).startswith("city") for column in shelter) else "name"
    return own_name(shelter, stem)


def unpublished(shelter: Row) -> bool:
    """Say whether the places of a shelter are a guess, which never stands on a map.

    What a plan sets is no guess of what there is.
    """
    basis = str(shelter.get("places_basis", ""))
    return basis != BY_SCENARIO and basis.partition(":")[0].strip() == Evidence.ASSUMED


def is_new(shelter: Row) -> bool:
    """Say whether a plan opens a shelter that is not there today."""
    return bool(shelter.get("is_new", False))


def sign_key(shelters: pd.DataFrame, today: Text) -> list[KeyEntry]:
    """Give the key of the signs: of shelters of today, and of those that a plan opens."""
    new = [is_new(row) for row in rows_of(shelters)]
    entries = [(not all(new), KeyEntry(SHELTER, today))]
    entries.append((any(new), KeyEntry(NEW, say("planner.key_new"))))
    return [entry for there, entry in entries if there]


def cities(
    shelters: gpd.GeoDataFrame, *, holding: Callable[[Row], Text] | None = None
) -> SealedLayer:
    """Draw one symbol a city, for a city is all that may be known of where its shelters are.

    Parameters
    ----------
    shelters
        Points of cities with `shelter_id`, names, `places` and, where it is known,
        `places_basis`: no number is given where it begins with "assumed"; perhaps with `is_new`,
        whether a plan opens it.
    holding
        What to say of each shelter on hover.
    """
    points = shelters.sort_values("shelter_id")
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(points):
        point = row["geometry"]
        groups.setdefault(f"{point.x:.4f} {point.y:.4f}", []).append(row)
    features = []
    for at, rows in sorted(groups.items()):
        where = city(rows[0])
        total = say("units.places", n=Quantity.count(sum(int(row["places"] or 0) for row in rows)))
        silent = any(unpublished(row) for row in rows)
        if silent:
            name = say("access.city_unpublished", city=where)
        elif all(row.get("places_basis") == BY_SCENARIO for row in rows):
            by_plan = say("access.by_scenario")
            name = say("access.holding", name=where, places=total, basis=by_plan)
        else:
            name = say("access.city_places", city=where, places=total)
        symbol = NEW if all(map(is_new, rows)) else SHELTER
        tip = [name] if holding is None else [where, *map(holding, rows)]
        # What would hide districts is said on hover: places of many cities, or that none are known.
        label = where if silent or len(groups) > _MOST_TOLD else name
        properties = {"symbol": symbol, "name": label, "short": where, "tip": tip}
        features.append(feature(rows[0]["geometry"], at, properties))
    return SealedLayer("shelters", "points", features, title=say("access.shelters"))
