"""The planner: one sealed page that answers what opening, closing and resizing would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

import geopandas as gpd

from shelter_geo.access import FEW, NEAR
from shelter_geo.publish.catalogue import packaged
from shelter_geo.publish.maps.district_map import ranks_of
from shelter_geo.publish.maps.drawing import Drawing
from shelter_geo.publish.maps.map_page import KeyEntry
from shelter_geo.publish.pages.reader_table import ReaderTable, text_column
from shelter_geo.publish.pages.sealed import OneFile, PageText, asset, seal
from shelter_geo.publish.palette import DISTANCE, MARK, MISSING, Classes
from shelter_geo.publish.planner.beyond import Beyond
from shelter_geo.publish.planner.data import PlannerData
from shelter_geo.publish.planner.packing import deflated_json
from shelter_geo.publish.planner.page_costs import PageSize
from shelter_geo.publish.planner.today import Today, left_out, today, unreached
from shelter_geo.publish.words import (
    Languages,
    Text,
    in_each,
    own_name,
    packaged_languages,
    say,
)
from shelter_geo.study import FALLBACK
from shelter_geo.vocabulary import Evidence

SCRIPTS: Final = (
    "page.js",
    "planner_model.js",
    "planner_words.js",
    "planner_toml.js",
    "planner_cost.js",
    "planner_file.js",
    "planner_scenario.js",
    "planner_bar.js",
    "planner_history.js",
    "planner_best.js",
    "planner_beyond.js",
    "planner_district.js",
    "planner_view.js",
    "planner_chart.js",
    "planner_panel.js",
    "planner_picture.js",
    "planner_stays.js",
    "planner.js",
)
_UNPACKING: Final = ("inflate.js",)
"""What the page of a large study runs before the others."""
_GROUPS: Final = ("all", "women", "children", "men", "lgbtq")
_OF_WOMEN: Final = ("women", "children", "men")
"""Groups whose people are counted from those of women."""
_BELOW: Final = ("median", "unreached")
"""Figures that stand with each plan's map; the others are always in view."""
_OF_A_WAIT: Final = ("stays.nights_of", "planner.bridge")
"""Rows of each wait in the table of stays."""
LIVE_COLUMNS: Final = 5
"""Columns of the table that the page's script fills."""


@dataclass(frozen=True, eq=False)
class PlannerPage(OneFile):
    """The planner's page, ready to be saved or shown in a notebook.

    Attributes
    ----------
    data
        What the page computes with.
    drawing
        Its map.
    title, lead
        Heading and the sentence below it.
    assumptions, sources, notes, credit
        What is assumed, where it comes from, what else to know, and below exported pictures.
    languages
        Languages that the page offers, and the one in which it opens.
    classes
        Classes of the distance; people beyond their limits but the first are counted.
    plans
        Plans that a file may build on, by their key, as their files say them.
    kinds
        The kind of facility that the page is of (`here`), the study's `first` one, and the keys of
        the facilities of the `others`; empty where there is one kind only.
    mark
        Ink of the signs of facilities.
    domestic
        Whether those without a road lack one inside the country only.
    beyond
        Stays under a limit, waits, journeys and other services.
    no_figure
        Entry of the key for what has no figure, where there is any.
    rows, short
        Districts that the table lists at most; whether what is beyond the distance is left out.
    figures
        None: each plan has figures of its own, where other pages have theirs below the heading.
    """

    sandbox: ClassVar[str] = "allow-scripts allow-downloads"
    data: PlannerData
    drawing: Drawing
    title: Text
    lead: Text
    assumptions: tuple[Text, ...]
    sources: tuple[Text, ...]
    notes: tuple[Text, ...]
    credit: Text
    languages: Languages = field(default_factory=packaged_languages)
    classes: Classes = DISTANCE
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kinds: Mapping[str, Any] = field(default_factory=dict)
    mark: str = MARK
    domestic: bool = False
    beyond: Beyond = field(default_factory=Beyond)
    no_figure: tuple[KeyEntry, ...] = ()
    rows: int = PageSize.rows
    short: bool = False
    figures: tuple[tuple[Text, Text], ...] = ()

    @property
    def limits(self) -> tuple[float, ...]:
        """Kilometres beyond which people are counted."""
        return self.classes.breaks[1:]

    @cached_property
    def html(self) -> str:
        """The whole page."""
        text = PageText(self.languages)
        now = today(self.data)
        table = now.table(self.no_road, self.rows)
        whole = self.data.page_costs.whole
        return seal(
            "planner.html",
            scripts=[asset(name) for name in (*_UNPACKING[whole:], *SCRIPTS)],
            styles=[asset("page.css"), asset("drawn.css"), asset("planner.css")],
            data=lambda: _given(self._page_data(text, now, table), whole=whole),
            text=text,
            page=self,
            today=now.figures(self.limits, domestic=self.domestic),
            table=table,
            areas=self._areas(now),
            shelters=self._shelters(),
            classes=[
                *((self.classes.colour(rank), self.classes.label(rank)) for rank in self._ranks()),
                (self.classes.colour(MISSING), self.no_road),
                *((entry.fill, entry.label) for entry in self.no_figure),
            ],
            apart=_BELOW,
            own_column=in_each(lambda words: words.text("planner.column_own", area=words.area)),
            stay_rows=[
                *map(say, ("brief.places_needed", "stays.no_place", "stays.leave")),
                *(say(key, wait=wait) for wait in self.beyond.waits for key in _OF_A_WAIT),
            ],
            own_aim=in_each(lambda words: words.text("planner.aim_own", area=words.area)),
            aims=[(f"{limit:g}", _within(limit)) for limit in self.limits],
            both=self.data.both,
            groups=[group for group in _GROUPS if self.data.women or group not in _OF_WOMEN],
            without_script=say("planner.without_script"),
            left_out=left_out(self.data, len(table), short=self.short),
            say=say,
        )

    @property
    def no_road(self) -> Text:
        """What is said of a place that no road joins to a shelter."""
        return say("access.no_domestic_road" if self.domestic else "access.no_road")

    def _ranks(self) -> range:
        return range(len(self.classes.colours))

    def _areas(self, now: Today) -> list[dict[str, Any]]:
        apart = self.data.districts["counts_registered_not_resident"]
        ranks = ranks_of(self.classes, now.distance_km, self.data.districts)
        return [
            {"path": drawn, "fill": self.classes.colour(int(rank)), "apart": bool(flag)}
            for drawn, rank, flag in zip(self.drawing.areas, ranks, apart, strict=True)
        ]

    def _shelters(self) -> list[tuple[float, float]]:
        spots = {tuple(self.drawing.sites[row].tolist()) for row in self.data.today}
        return sorted((x, y) for x, y in spots)

    def _page_data(self, text: PageText, now: Today, table: ReaderTable) -> dict[str, Any]:
        data = self.data.page_data()
        data |= self.data.page_costs.page_data(self.data.time_ms, self.data.length_cm)
        data["districts"]["name"] = _names(self.data.districts, text)
        data["districts"]["x"], data["districts"]["y"] = self.drawing.middles.T.tolist()
        sites = data["sites"]
        sites["name"] = _names(self.data.sites, text)
        sites["place"] = [text.number(name) for name in self.data.places]
        named = text_column(say("access.nearest"), self.data.places)
        sites["rank"] = {words.lang: named.ranks(words) for words in self.languages}
        sites["x"], sites["y"] = self.drawing.sites.T.tolist()
        return {
            **data,
            "lang": self.languages.opens_in,
            "languages": self.languages.codes,
            "fallback": FALLBACK,
            "evidence": list(Evidence),
            "marks": {words.lang: words.marks for words in self.languages},
            "limits": self.limits,
            "near": NEAR,
            "few": FEW,
            "breaks": self.classes.breaks,
            "colours": self.classes.colours,
            "no_figure": len(self.no_figure),
            "size": [self.drawing.width, self.drawing.height],
            "suggestions": [
                {"name": text.number(name), "sites": rows, "places": places}
                for name, rows, places in self.data.suggestions
            ],
            "plans": self.plans,
            **({"kinds": self.kinds} if self.kinds else {}),
            **self.beyond.page_data(self.data.districts, text),
            "words": _words(self, text),
            "rows": now.order,
            "alphabet": text_column(
                say("access.district"),
                [own_name(dict(self.data.districts.iloc[row])) for row in now.order],
            ).page_ranks(self.languages),
            "ranks": [
                *(column.page_ranks(self.languages) for column in table.columns),
                *[[]] * LIVE_COLUMNS,
            ],
            "text": text.table(),
        }


def _given(data: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """Compress what the scripts of a large study read."""
    return data if whole else deflated_json(data)


def _within(limit_km: float) -> Text:
    return in_each(lambda words: words.text("planner.aim_within", km=words.distance(limit_km)))


def _names(frame: gpd.GeoDataFrame, text: PageText) -> list[int]:
    return [text.number(own_name(dict(row))) for _, row in frame.iterrows()]


def _pattern(key: str) -> Text:
    return in_each(lambda words: words.pattern(key))


def _words(page: PlannerPage, text: PageText) -> dict[str, Any]:
    """Give the numbers of the texts that the script says, their placeholders left to it."""
    live = [key for key in packaged(FALLBACK) if key.startswith("planner_live.")]
    words = {key.partition(".")[2]: text.number(_pattern(key)) for key in live}
    return words | {
        "title": text.number(page.title),
        "credit": text.number(page.credit),
        "cut_off": text.number(page.no_road),
        "unreached": text.number(unreached(domestic=page.domestic)),
        "known": text.number(say("quantity.known", text="{text}", how="{how}")),
        "assumed": text.number(say("evidence.assumed")),
        "unpublished": text.number(say("access.unpublished")),
        "shown": text.number(say("table.shown", n="{n}", total="{total}")),
        "km": text.number(say("units.km", n="{n}")),
        "percent": text.number(_pattern("units.percent")),
        "trip_none": text.number(say("journey.no_road")),
        "trip_link": text.number(_pattern("journey.link")),
        "nights": text.number(say("journey.nights")),
        "within": text.number(_pattern("brief.service_within")),
        "minutes": text.number(say("units.minutes", n="{n}")),
        "hours": text.number(say("units.hours", n="{n}")),
        "under_minutes": text.number(say("units.under_minutes", n="{n}")),
        "hours_minutes": text.number(say("units.hours_minutes", h="{h}", m="{m}")),
    }
