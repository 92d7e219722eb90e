"""The page of a brief: claim, map, evidence, choices and sources in one sealed file for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shelter_geo.publish.maps.drawing import Drawing
from shelter_geo.publish.pages.reader_table import Listing, ReaderTable
from shelter_geo.publish.pages.sealed import OneFile, PageText, asset, seal
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.words import Languages, Text, packaged_languages, say


@dataclass(frozen=True)
class Section:
    """One section: a heading, sentences and small tables.

    Attributes
    ----------
    title
        Its heading.
    sentences
        Its paragraphs.
    listings
        Its tables.
    """

    title: Text
    sentences: tuple[Text, ...] = ()
    listings: tuple[Listing, ...] = ()


@dataclass(frozen=True, eq=False)
class BriefMap:
    """The map of a brief, drawn.

    Attributes
    ----------
    drawing
        Its shapes; the sites are the cities with shelters.
    fills
        Fill of each district.
    apart
        Whether people are registered in each district who live elsewhere.
    cities
        Names of the cities, in the order of the sites.
    key
        Fill and words of each class.
    mark
        Ink of the signs of facilities.
    """

    drawing: Drawing
    fills: tuple[str, ...]
    apart: tuple[bool, ...]
    cities: tuple[Text, ...]
    key: tuple[tuple[str, Text], ...]
    mark: str = MARK

    @property
    def areas(self) -> list[dict[str, Any]]:
        """Path, fill and mark of each district."""
        return [
            {"path": path, "fill": fill, "apart": apart}
            for path, fill, apart in zip(self.drawing.areas, self.fills, self.apart, strict=True)
        ]

    @property
    def labels(self) -> list[tuple[float, float, str, Text]]:
        """Where the name of each city stands: beside its sign, left of it in the east."""
        return [
            (x + (-13 if x > 0.85 * self.drawing.width else 13), y + 4, anchor, name)
            for (x, y), name in zip(self.drawing.sites.tolist(), self.cities, strict=True)
            for anchor in ("end" if x > 0.85 * self.drawing.width else "start",)
        ]


@dataclass(frozen=True, eq=False)
class BriefPage(OneFile):
    """The brief, ready to be saved, printed or shown in a notebook.

    Attributes
    ----------
    kicker, title, lead
        What it is, its claim, and for how many that is so.
    figures
        Labels and values below the heading.
    map
        The map.
    sections
        The sections after the claim, in order; the map stands below the first.
    table
        All districts.
    assumptions, sources, notes
        What is assumed, where it comes from, what else to know.
    citation
        How to cite it.
    languages
        Languages that the page offers, and the one in which it opens.
    """

    kicker: Text
    title: Text
    lead: Text
    figures: Sequence[tuple[Text, Text]]
    map: BriefMap
    sections: Sequence[Section]
    table: ReaderTable
    assumptions: Sequence[Text]
    sources: Sequence[Text]
    notes: Sequence[Text]
    citation: Text
    languages: Languages = field(default_factory=packaged_languages)

    @cached_property
    def html(self) -> str:
        """The whole page."""
        text = PageText(self.languages)
        return seal(
            "brief.html",
            scripts=[asset("page.js"), asset("brief.js")],
            styles=[asset("page.css"), asset("drawn.css"), asset("brief.css")],
            data=lambda: self._data(text),
            text=text,
            page=self,
            without_script=say("brief.without_script"),
            say=say,
        )

    def _data(self, text: PageText) -> dict[str, Any]:
        return {
            "lang": self.languages.opens_in,
            "languages": self.languages.codes,
            "words": {"title": text.number(self.title)},
            "ranks": [column.page_ranks(self.languages) for column in self.table.columns],
            "text": text.table(),
        }
