"""A map that is one sealed page: figures, the map itself, its key, its table and its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from folium.map import FitBounds

from shelter_geo.analysis import Quantity
from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.map_layer import NO_ROW, SealedLayer
from shelter_geo.publish.maps.shapes import HALF_TURN, box_of
from shelter_geo.publish.maps.still import still_map
from shelter_geo.publish.pages.reader_table import Listing, ReaderTable
from shelter_geo.publish.pages.sealed import PageText, asset, framed, leaflet, save_page, seal
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.words import Languages, Text, packaged_languages, say


@dataclass(frozen=True)
class KeyEntry:
    """One entry of a map's key.

    Attributes
    ----------
    symbol
        `fill`, `line`, `stipple` or the symbol of a point.
    label
        What it means.
    detail
        How much of it there is, in small print.
    fill
        Colour of a `fill`.
    """

    symbol: str
    label: Text
    detail: Text | None = None
    fill: str = ""


@dataclass(frozen=True)
class MapPage:
    """Everything a map's page says.

    Attributes
    ----------
    title, lead
        Heading and the sentence below it.
    figures
        Labels and values above the map, already written.
    key
        Entries of the key: classes first, then symbols.
    table
        The places of the map.
    short_title, short_list
        Title and rows of the short list beside the map.
    assumptions, sources, notes
        What is assumed, where it comes from, what else to know.
    mark
        Ink of the signs of facilities.
    listings
        Small tables of what holds for all districts together, below the places of the map.
    """

    title: Text
    lead: Text
    figures: Sequence[tuple[Text, Text]]
    key: Sequence[KeyEntry]
    table: ReaderTable
    short_title: Text
    short_list: Sequence[int]
    assumptions: Sequence[Text]
    sources: Sequence[Text]
    notes: Sequence[Text]
    mark: str = MARK
    listings: Sequence[Listing] = ()


class SealedFigure(Figure):
    """The folium figure of a sealed map: rendering it gives the page, in a notebook a frame."""

    def __init__(self, page: SealedMap) -> None:
        super().__init__(height="860px")
        self._id = "figure"
        self._page = page
        self.add_child(page, name="map")

    def render(self, **kwargs: Any) -> str:
        """Give the page."""
        return self._page.html

    def _repr_html_(self, **kwargs: Any) -> str:
        width, height = str(self.width), str(self.height)
        return framed(self.render(), width=width, height=height, sandbox="allow-scripts")


class SealedMap(folium.Map):
    """A folium map whose page calls nobody: Leaflet is inside, data are inert, nothing else runs.

    Parameters
    ----------
    page
        What the page says.
    layers
        What the map shows, bottom first.
    languages
        Languages that the page offers, and the one in which it opens; English if not given.
    """

    default_js = []  # noqa: RUF012
    default_css = []  # noqa: RUF012

    def __init__(
        self,
        page: MapPage,
        layers: Sequence[SealedLayer] = (),
        *,
        languages: Languages | None = None,
    ) -> None:
        super().__init__(tiles=None)
        self._id = "map"
        self.page, self.languages = page, languages or packaged_languages()
        self.view: Sequence[Sequence[float]] | None = None
        SealedFigure(self)
        for layer in layers:
            self.add_child(layer)

    def add_child(
        self, child: Element, name: str | None = None, index: int | None = None
    ) -> SealedMap:
        """Add a sealed layer, or note the bounds that `fit_bounds` asks for.

        Raises
        ------
        OutputError
            If the child would bring a script, a link or a picture of its own.
        """
        if isinstance(child, FitBounds):
            self.view = child.bounds
            return self
        if not isinstance(child, SealedLayer):
            raise OutputError(
                f"A sealed map cannot hold folium's {type(child).__name__}: use SealedLayer."
            )
        super().add_child(child, name=name or child.key, index=index)
        return self

    def render(self, **kwargs: Any) -> str:
        """Give the page."""
        return self.html

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page to a path whole or not at all, or as bytes to an open file.

        Raises
        ------
        OutputError
            If the folder or the file cannot be written.
        """
        if isinstance(outfile, (str, Path)):
            save_page(self.html, outfile)
        else:
            super().save(outfile, close_file=close_file, **kwargs)

    @property
    def html(self) -> str:
        """The whole page."""
        text = PageText(self.languages)
        return seal(
            "map.html",
            scripts=[leaflet(), asset("page.js"), asset("map.js"), asset("rail.js")],
            styles=[asset("page.css"), asset("map.css")],
            data=lambda: self._data(text),
            text=text,
            page=self.page,
            still=still_map(self.layers, self.languages.first),
            switches=[layer for layer in self.layers if layer.title is not None],
            without_script=say("page.without_script"),
            say=say,
        )

    @property
    def layers(self) -> list[SealedLayer]:
        """What the map shows, bottom first."""
        return [layer for layer in self._children.values() if isinstance(layer, SealedLayer)]

    def _bounds(self) -> Sequence[Sequence[float]]:
        if self.view is not None:
            return self.view
        shown = [layer for layer in self.layers if layer.role == "areas" or layer.key == NO_ROW]
        found = [layer.get_bounds() for layer in shown]
        if not found:
            raise OutputError("A map without areas needs fit_bounds.")
        lows, highs = zip(*found, strict=True)
        (south, west), (north, east) = (
            [min(low[i] for low in lows) for i in (0, 1)],
            [max(high[i] for high in highs) for i in (0, 1)],
        )
        if east - west > HALF_TURN:
            west, south, east, north = box_of([one for layer in shown for one in layer.shapes()])
        return [[south, west], [north, east]]

    def _data(self, text: PageText) -> dict[str, Any]:
        table = self.page.table
        words = {
            "title": text.number(self.page.title),
            "shown": text.number(say("table.shown", n="{n}", total="{total}")),
            "scale": {
                str(km): text.number(say("units.km", n=Quantity.count(km)))
                for km in (1, 2, 5, 10, 20, 50, 100, 200, 500)
            },
        }
        across = self._bounds()[1][1] > HALF_TURN
        layers = [layer.page_data(text, across=across) for layer in self.layers]
        return {
            "lang": self.languages.opens_in,
            "languages": self.languages.codes,
            "words": words,
            "bounds": self._bounds(),
            "layers": layers,
            "ranks": [column.page_ranks(self.languages) for column in table.columns],
            "short": list(self.page.short_list),
            "search": table.search_keys(self.languages),
            "spoken": [i for i, column in enumerate(table.columns) if column.spoken],
            "text": text.table(),
        }
