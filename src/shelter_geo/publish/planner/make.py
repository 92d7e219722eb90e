"""The planner's page made from frames: districts, sites and the costs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.publish.maps.district_map import no_figure_key
from shelter_geo.publish.maps.drawing import draw
from shelter_geo.publish.palette import DISTANCE, MARK, Classes
from shelter_geo.publish.planner.beyond import Beyond
from shelter_geo.publish.planner.data import Suggestion, planner_data
from shelter_geo.publish.planner.page import PlannerPage
from shelter_geo.publish.planner.page_costs import PageSize, page_costs
from shelter_geo.publish.words import (
    AnyText,
    Languages,
    Text,
    Words,
    everywhere,
    in_each,
    packaged_languages,
    say,
)
from shelter_geo.publish.written import is_starred
from shelter_geo.vocabulary import Evidence, Impedance

NEW_PLACES: Final = 20
"""Places that a newly opened site begins with, unless the caller says otherwise."""


def planner_page(
    districts: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    distance_km: pd.DataFrame,
    travel_min: pd.DataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    title: AnyText,
    impedance: Impedance = Impedance.DISTANCE,
    people_per_family_place: float,
    persons_per_family_place: float,
    most_persons: float | None = None,
    readings: Evidence = Evidence.DERIVED,
    suggestions: Sequence[Suggestion] = (),
    sources: Sequence[AnyText],
    assumptions: Sequence[AnyText],
    notes: Sequence[AnyText] = (),
    credit: AnyText = "",
    dates: AnyText = "",
    languages: Languages | None = None,
    new_places: int = NEW_PLACES,
    classes: Classes = DISTANCE,
    plans: Mapping[str, Mapping[str, Any]] | None = None,
    kinds: Mapping[str, Any] | None = None,
    mark: str = MARK,
    domestic: bool = False,
    beyond: Beyond | None = None,
    size: PageSize | None = None,
) -> PlannerPage:
    """Make the planner's page.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with `district_id`, names, `population`,
        `counts_registered_not_resident` and perhaps `women`, without whom no group that counts
        women or men is offered.
    sites
        Points of settlements, indexed by `site_id`, with names, `place_en` and the like where the
        name is not the settlement's, `settlement_id`, `district_id`, `role` (``"shelter"`` or
        ``"candidate"``), `places` (0 for a candidate) and, as yes, no or unknown, `women`,
        `children`, `men`, `lgbtq_inclusive`.
    distance_km, travel_min
        Along the fastest road from each district to each site, missing where there is none.
    basemap
        See `basemap.ground_layers`.
    title, impedance
        Heading of the page; whether kilometres or minutes say which site is the nearest.
    people_per_family_place, persons_per_family_place
        The norm, such as 10,000; how many persons a family place is for, 1 if each takes a family.
    most_persons, readings
        The same by the reading that makes most of a family place, and how both are known.
    suggestions
        Plans that readers may load.
    sources, assumptions, notes
        What to name below the table.
    credit, dates
        Line of sources below pictures taken from the page; as of when the figures are.
    mark, domestic, languages, kinds, beyond
        See `PlannerPage`; the language is English if none is given.
    new_places, classes
        Places that a newly opened site begins with; classes of the distance.
    plans
        Plans that a reader's file may build on, by their key: the tables of their files, without
        the scenario's own, as plain data.
    size
        How much the page may hold; a page that leaves something out says what, and how to get it.

    Raises
    ------
    OutputError
        If a column, a key, a shape or a cost is missing, or a number makes no sense.
    """
    known, size = beyond or Beyond(), size or PageSize()
    data = planner_data(
        districts,
        sites,
        distance_km,
        travel_min,
        impedance=impedance,
        people_per_family_place=people_per_family_place,
        persons_per_family_place=persons_per_family_place,
        most_persons=most_persons,
        readings=readings,
        new_places=new_places,
        suggestions=suggestions,
        size=size,
    )
    definitions = (f"planner.definitions_{impedance}", "planner.definitions")
    assumed = say(
        "planner.assumed",
        places=Quantity.count(new_places),
        people=Quantity.count(people_per_family_place),
        persons=in_each(
            lambda words: _persons(words, persons_per_family_place, most_persons, readings)
        ),
    )
    page = PlannerPage(
        data=data,
        drawing=draw(data.districts, data.sites, basemap),
        no_figure=tuple(no_figure_key(data.districts, basemap)),
        title=everywhere(title),
        lead=_with_dates(everywhere(dates)),
        assumptions=(assumed, *map(everywhere, assumptions)),
        sources=tuple(map(everywhere, sources)),
        notes=(*map(say, definitions), *map(everywhere, notes)),
        credit=everywhere(credit),
        languages=languages or packaged_languages(),
        classes=classes,
        plans=plans or {},
        kinds=kinds or {},
        mark=mark,
        domestic=domestic,
        beyond=known if data.page_costs.whole else Beyond(years=known.years),
        short=beyond is not None and not data.page_costs.whole,
        rows=size.rows if data.page_costs.whole else size.rows // 2,
    )
    if data.page_costs.whole:
        return page
    room = size.packed
    if room is None:
        least = _fitted(page, 0)
        room = size.page - len(least.html.encode()) + least.data.page_costs.bytes
    return _fitted(page, room)


def _fitted(page: PlannerPage, room: int) -> PlannerPage:
    """Hold as many costs of a large study as take `room` bytes, and those that are needed."""
    data, drawn = page.data, (page.drawing.middles, page.drawing.sites)
    none = PageSize(costs=0, least=0)
    costs = page_costs(data.time_ms, data.length_cm, data.sites, none, drawn, room)
    return replace(page, data=replace(data, page_costs=costs))


def _with_dates(dates: Text) -> Text:
    lead = say("planner.lead")
    return in_each(lambda words: f"{lead.of(words)} {dates.of(words)}".strip())


def _persons(words: Words, few: float, most: float | None, known: Evidence) -> str:
    """Write how many places a family takes, as a range where it is read in several ways."""
    low = _plain_number(words, few)
    if most is None or most == few:
        return low
    span = words.text("planner_live.span", low=low, high=_plain_number(words, most))
    return words.beside(span, words.text(f"evidence.{known}")) if is_starred(known) else span


def _plain_number(words: Words, value: float) -> str:
    return words.number(value, digits=0 if float(value).is_integer() else 2)
