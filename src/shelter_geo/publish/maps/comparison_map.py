"""The map of a comparison: every district by the kilometres it gains or loses under a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.publish.maps.district_map import (
    Row,
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
    rows_of,
    sign_key,
    unpublished,
)
from shelter_geo.publish.maps.map_layer import ground_layers
from shelter_geo.publish.maps.map_page import MapPage, SealedMap
from shelter_geo.publish.maps.shapes import in_degrees
from shelter_geo.publish.pages.reader_table import (
    Column,
    ReaderTable,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MARK, Classes, two_sided_ramp
from shelter_geo.publish.words import AnyText, Languages, Text, Words, in_each, own_name, say
from shelter_geo.vocabulary import Effect, Impedance

_COLUMNS: Final = (
    "district_id",
    "population",
    "km_before",
    "km_after",
    "gain_km",
    "min_before",
    "min_after",
    "gain_min",
    "change",
    "place_before",
    "place_after",
    "counts_registered_not_resident",
)
_SHORT: Final = 10
EFFECTS: Final = {
    Impedance.DISTANCE: (Effect.NEARER, Effect.FARTHER),
    Impedance.TIME: (Effect.QUICKER, Effect.SLOWER),
}
"""What becomes better and what worse in each measure."""
_GAINS: Final = (Effect.NEARER, Effect.QUICKER, Effect.COMES_WITHIN_REACH)
_LOSES: Final = (Effect.FARTHER, Effect.SLOWER, Effect.CUT_OFF)
_GAIN: Final = {Impedance.DISTANCE: "gain_km", Impedance.TIME: "gain_min"}


@dataclass(frozen=True)
class GainClasses(Classes):
    """Classes of kilometres or minutes gained: orange where it grows longer, blue where shorter.

    The middle class is that of roads as long as before, within its limits.
    """

    breaks: tuple[float, ...] = (-100, -25, -1, 1, 25, 100)
    measure: Impedance = Impedance.DISTANCE

    @classmethod
    def mirrored(cls, limits: Sequence[float], measure: Impedance = Impedance.DISTANCE) -> Self:
        """Make the classes of losses and gains with the same limits on both sides.

        Parameters
        ----------
        limits
            Ascending, above 0.
        measure
            Kilometres or minutes.

        Raises
        ------
        OutputError
            If they do not ascend, or there are more than four.
        """
        return cls(breaks=(*(-limit for limit in reversed(limits)), *limits), measure=measure)

    @staticmethod
    def _sampled(number: int) -> tuple[str, ...]:
        return two_sided_ramp(number)

    def label(self, rank: int) -> Text:
        """Words of a class, such as "25–100 km nearer"; the outer ones are open."""
        middle = len(self.breaks) // 2
        limits = self.breaks[middle:]
        if rank == middle:
            return in_each(
                lambda words: words.text("compare.same", km=self._write(words, limits[0]))
            )
        step = abs(rank - middle)
        better, worse = EFFECTS[self.measure]
        which = better if rank > middle else worse
        if step == len(limits):
            return in_each(
                lambda words: words.text(f"compare.{which}_more", km=self._write(words, limits[-1]))
            )
        return in_each(
            lambda words: words.text(
                f"compare.{which}",
                low=Quantity.count(limits[step - 1]),
                high=self._write(words, limits[step]),
            )
        )

    def _write(self, words: Words, limit: float) -> str:
        if self.measure == Impedance.DISTANCE:
            return words.distance(limit)
        return words.text("units.minutes", n=Quantity.count(limit))


def comparison_map(
    districts: gpd.GeoDataFrame,
    shelters: gpd.GeoDataFrame,
    basemap: gpd.GeoDataFrame,
    *,
    title: AnyText,
    lead: AnyText,
    figures: Sequence[tuple[AnyText, AnyText]],
    sources: Sequence[AnyText],
    assumptions: Sequence[AnyText],
    notes: Sequence[AnyText],
    classes: GainClasses | None = None,
    mark: str = MARK,
    languages: Languages | None = None,
) -> SealedMap:
    """Make the sealed map of who gains and who loses under a plan.

    Parameters
    ----------
    districts
        Polygons, or a point where a district has none, with names,
        `counts_registered_not_resident`, the columns of `Comparison.districts` for one plan, and
        `place_before`, `place_after`: the settlement of the nearest shelter in words, or none.
    shelters
        Points of cities with `shelter_id`, names and `places`, as the plan would have them; and
        `change`, what becomes of each in words of the catalogue, or an empty text.
    basemap
        See `ground_layers`.
    title, lead
        Heading and the sentence below it.
    figures
        Labels and values above the map, already written.
    sources, assumptions, notes
        What to name below the table.
    classes
        Classes of the kilometres gained.
    mark
        Ink of the signs of facilities.
    languages
        Languages that the page offers, and the one in which it opens; English if not given.

    Raises
    ------
    OutputError
        If a frame lacks a column, a shape or a coordinate system.
    """
    scale = GainClasses() if classes is None else classes
    units = in_degrees(districts, "districts", _COLUMNS)
    units = _in_order(units.assign(shown=_shown(units, scale.measure)))
    ranks = ranks_of(scale, units["shown"], units)
    points = in_degrees(shelters, "shelters", ("shelter_id", "places", "change"))
    points = points.assign(is_new=points["change"] == "opened")
    changed = units["change"].isin((*_GAINS, *_LOSES))
    told = say(f"compare.most_{'lose' if _mostly_loses(units) else 'gain'}_{scale.measure}")
    page = MapPage(
        mark=mark,
        key=[
            *class_key(units, ranks, scale, missing=say(f"effect.{Effect.STAYS_CUT_OFF}")),
            *no_figure_key(units, basemap),
            *sign_key(points, say("compare.shelter_key")),
            *elsewhere_key(units),
        ],
        table=_table(units, scale),
        short_title=told,
        short_list=range(min(_SHORT, int(changed.sum()))),
        **page_texts(
            title=title,
            lead=lead,
            figures=figures,
            assumptions=assumptions,
            sources=sources,
            notes=notes,
        ),
    )
    layers = [
        *ground_layers(basemap),
        areas(units, ranks, scale),
        names(units, ranks, scale),
        cities(points, holding=_holding),
    ]
    return SealedMap(page, layers, languages=languages)


def _shown(units: pd.DataFrame, measure: Impedance) -> pd.Series:
    """Give what is gained; without an end where a road is won or lost altogether."""
    gain = units[_GAIN[measure]].mask(units["change"] == Effect.COMES_WITHIN_REACH, np.inf)
    return gain.mask(units["change"] == Effect.CUT_OFF, -np.inf)


def _mostly_loses(units: pd.DataFrame) -> bool:
    people = units["population"].groupby(units["change"].isin(_LOSES)).sum()
    gain = units.loc[units["change"].isin(_GAINS), "population"].sum()
    return bool(people.get(True, 0) > gain)


def _in_order(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put those first to whom most happens, in what is shown, then in minutes."""
    sign = -1 if _mostly_loses(units) else 1
    order = pd.DataFrame(
        {
            "is_told": units["change"].isin((*_GAINS, *_LOSES)),
            "shown": sign * units["shown"].fillna(0),
            "min": sign * units["gain_min"].fillna(0),
            "id": units["district_id"],
        }
    ).sort_values(["is_told", "shown", "min", "id"], ascending=[False, False, False, True])
    return units.loc[order.index].reset_index(drop=True)


def _table(units: gpd.GeoDataFrame, classes: GainClasses) -> ReaderTable:
    rows = rows_of(units)
    changes = [say(f"effect.{row['change']}") for row in rows]
    # The difference of two shown numbers is the one that is shown.
    more = {
        Impedance.DISTANCE: (
            say("compare.change_km"),
            units["km_after"].round() - units["km_before"].round(),
            _signed(Words.distance),
        ),
        Impedance.TIME: (
            say("compare.change_min"),
            _shown_minutes(units["min_after"]) - _shown_minutes(units["min_before"]),
            _signed(Words.duration),
        ),
    }
    (other,) = set(more) - {classes.measure}
    columns: list[Column] = [
        text_column(say("access.district"), [own_name(row) for row in rows]),
        number_column(*more[classes.measure], missing=changes, spoken=True),
        text_column(say("compare.change"), changes, spoken=True),
        class_column(
            say("access.class"), units["shown"], classes, say(f"effect.{Effect.STAYS_CUT_OFF}")
        ),
        number_column(*more[other]),
        number_column(say("compare.km_before"), units["km_before"], Words.distance),
        number_column(say("compare.km_after"), units["km_after"], Words.distance, spoken=True),
        text_column(say("compare.nearest_before"), [row["place_before"] for row in rows]),
        text_column(say("compare.nearest_after"), [row["place_after"] for row in rows]),
        people_column(units),
    ]
    marks, loses = elsewhere_marks(units), _mostly_loses(units)
    return ReaderTable(say("compare.table"), tuple(columns), marks, sorted_by=1, descending=loses)


def _shown_minutes(minutes: pd.Series[float]) -> pd.Series[float]:
    """Round to the five minutes in which a time is written."""
    return (minutes / 5 + 0.5).floordiv(1) * 5


def _signed(write: Callable[[Words, float], str]) -> Callable[[Words, float], str]:
    """Write a number with its sign, none for what rounds to nothing."""

    def signed(words: Words, value: float) -> str:
        size = write(words, abs(value))
        if size == write(words, 0.0):
            return size
        return f"{'−' if value < 0 else '+'}{size}"

    return signed


def _holding(shelter: Row) -> Text:
    places = say("units.places", n=Quantity.count(int(shelter["places"])))
    if unpublished(shelter):
        places = say("access.unpublished")
    change: Any = shelter["change"]
    if not change:
        return say("compare.holding", name=own_name(shelter), places=places)
    changed = say(f"compare.{change}")
    return say("compare.holding_changed", name=own_name(shelter), places=places, change=changed)
