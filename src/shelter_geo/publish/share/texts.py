"""What the pictures to share say, and the words that stand for them where they are not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shapely import Point
from shapely.geometry.base import BaseGeometry

from shelter_geo.analysis import Evaluation, Quantity
from shelter_geo.publish.figures.shortfall import bare_areas, shortfall_key
from shelter_geo.publish.maps.access_map import route_words
from shelter_geo.publish.maps.district_map import NEW, SHELTER, is_new
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.qualifiers import known_readings
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_figures import missing_by_region
from shelter_geo.publish.study.headline import headline
from shelter_geo.publish.study.study_map import access_page, plan_title, with_cities
from shelter_geo.publish.words import AnyText, Words, everywhere, own_name

MOST_BARS: Final = 14
"""Regions of a figure; where there are more, those that lack the most."""


@dataclass(frozen=True)
class Place:
    """A place that is named on a map.

    Attributes
    ----------
    name
        What is written beside it.
    point
        Where it stands, in degrees.
    route
        Of the farthest district, where its road leads, in words.
    line
        The road itself; none where nothing is drawn.
    symbol
        Its sign, of a city with facilities: `shelter`, or `new` where a plan brings all of them.
    """

    name: str
    point: Point
    route: str = ""
    line: BaseGeometry | None = None
    symbol: str = SHELTER


@dataclass(frozen=True)
class MapTexts:
    """What a map says in one language.

    Attributes
    ----------
    title, lead
        The finding, and what stands below it.
    farthest
        The district that is named; None where no district has a road to a facility.
    cities
        The cities with facilities, which are all that is shown of where these are.
    foot
        Sources and dates.
    alt
        The finding and then the structure of the picture, for who does not see it.
    """

    title: str
    lead: str
    farthest: Place | None
    cities: tuple[Place, ...]
    foot: str
    alt: str


@dataclass(frozen=True)
class Bar:
    """Family places of a region: needed, and there by the reading with the fewest and the most."""

    name: str
    needed: float
    least: float
    most: float
    label: str


@dataclass(frozen=True)
class MissingTexts:
    """What the figure of missing places says in one language."""

    title: str
    lead: str
    bars: tuple[Bar, ...]
    key: tuple[str, ...]
    foot: str
    alt: str


def page_of(evaluation: Evaluation, plan: AnyText | None) -> SealedMap:
    """Make the map that is drawn: of a study, or of a plan by its name."""
    return access_page(
        evaluation,
        title=study_texts.title(evaluation) if plan is None else plan_title(plan, evaluation),
        lead=study_texts.lead(evaluation),
        settlements=False,
    )


def map_texts(
    evaluation: Evaluation, page: SealedMap, words: Words, *, plan: AnyText | None = None
) -> MapTexts:
    """Write what the map says in one language.

    Parameters
    ----------
    evaluation
        The study, or the study under a plan.
    page
        Its map, whose key is read out.
    words
        The language.
    plan
        Name of the plan; none for the study as it stands.
    """
    title, lead, foot = study_texts.access_texts(evaluation, words)
    if plan is not None:
        title = plan_title(plan, evaluation).of(words)
    title, lead = plain(title), plain(lead)
    farthest = _farthest(evaluation, words)
    name = everywhere(evaluation.study.settings.study.name)
    districts = words.text("units.districts", n=Quantity.count(len(evaluation.districts)))
    parts = [
        _sentence(title),
        " ".join(lead.split()),
        words.text("share.alt_map", name=name, districts=districts),
        _sentence("; ".join(_classes(page, words))),
    ]
    cities = _cities(evaluation, words)
    if cities:
        named = ", ".join(place.name for place in cities)
        parts.append(words.text("share.alt_cities", cities=named))
    if farthest is not None:
        marked = words.text("share.marked", name=farthest.name, route=farthest.route)
        parts.append(words.text("share.alt_marked", mark=marked))
    return MapTexts(title, lead, farthest, cities, foot, plain(" ".join(parts)))


def _cities(evaluation: Evaluation, words: Words) -> tuple[Place, ...]:
    """Name each city with facilities once, in the order of the alphabet."""
    points: dict[str, Point] = {}
    standing: set[str] = set()
    for _, row in with_cities(evaluation).sort_values("shelter_id").iterrows():
        name = plain(own_name(dict(row), "city").of(words))
        points.setdefault(name, row["geometry"])
        if not is_new(dict(row)):
            standing.add(name)
    return tuple(
        Place(name, points[name], symbol=SHELTER if name in standing else NEW)
        for name in sorted(points, key=words.order)
    )


def _farthest(evaluation: Evaluation, words: Words) -> Place | None:
    """Name the farthest district and its road: where to, how long, and how many minutes."""
    head = headline(evaluation)
    if head.farthest is None:
        return None
    row = head.farthest
    key = str(row["district_id"])
    shelters = with_cities(evaluation)
    there = own_name(dict(shelters.loc[row["shelter_by_km"]]), "city").of(words)
    # Of the road that is drawn; the title says that another is nearly as fast.
    route = route_words(dict(row), there, words.distance(head.farthest_km)).of(words)
    routes = evaluation.routes.geometry
    return Place(
        plain(own_name(dict(row)).of(words)),
        evaluation.study.centres.loc[key],
        plain(route),
        routes.loc[key] if key in routes.index else None,
    )


def _classes(page: SealedMap, words: Words) -> list[str]:
    """Read out the classes of a map and how many live in each."""
    return [
        words.text("share.alt_class", label=entry.label, detail=entry.detail or "")
        for entry in page.page.key
        if entry.symbol == "fill"
    ]


def missing_texts(
    evaluation: Evaluation, words: Words, *, plan: AnyText | None = None
) -> MissingTexts | None:
    """Write what the figure of missing places says; None where a study has no regions.

    Parameters
    ----------
    evaluation
        The study, or the study under a plan.
    words
        The language.
    plan
        Name of the plan; none for the study as it stands.
    """
    regions = missing_by_region(evaluation, words)
    if regions is None:
        return None
    table, total = regions
    missing, known = total["family_places_missing"], known_readings(evaluation.study)
    lacking = Quantity.span(missing.min(), missing.max(), evidence=known)
    title = words.text("figures.shortfall_title", range=lacking)
    if plan is not None:
        title = words.text("share.of_plan", plan=everywhere(plan), title=title)
    lead = words.text(
        "figures.shortfall_subtitle",
        places=words.number(total["places"].iloc[0]),
        bare=words.number(bare_areas(table)),
        areas=words.number(len(table)),
        area=words.area,
    )
    table[["least", "most"]] = table[["least", "most"]].where(table["is_published"], 0)
    bars = [
        Bar(plain(str(area)), row["needed"], row["least"], row["most"], str(row["label"]))
        for area, row in table.iloc[::-1].iterrows()
    ]
    bars = sorted(bars, key=lambda bar: bar.least - bar.needed)[:MOST_BARS]
    bars = sorted(bars, key=lambda bar: -bar.needed)
    persons = float(total["persons_per_family_place"].max())
    people = evaluation.study.settings.capacity.people_per_family_place
    read = "; ".join(words.text("share.alt_bar", name=bar.name, places=bar.label) for bar in bars)
    parts = [
        _sentence(title),
        " ".join(lead.split()),
        words.text("share.alt_bars", n=words.number(len(bars)), area=words.area),
        _sentence(read),
    ]
    return MissingTexts(
        plain(title),
        plain(lead),
        tuple(bars),
        shortfall_key(table, people, persons, words, known),
        study_texts.foot(evaluation, words),
        plain(" ".join(parts)),
    )


def _sentence(text: str) -> str:
    """End a text as a sentence ends."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
