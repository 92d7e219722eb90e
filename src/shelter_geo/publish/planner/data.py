"""What the planner's page computes with: districts, sites and the costs between them, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import least, populations
from shelter_geo.errors import OutputError
from shelter_geo.publish.planner.page_costs import (
    ADMISSION,
    NO_ROAD,
    PageCosts,
    PageSize,
    offered,
    page_costs,
)
from shelter_geo.publish.words import AnyText, Text, everywhere, own_name
from shelter_geo.study import REGION, people_unknown
from shelter_geo.units import CM_PER_KM, MS_PER_MIN
from shelter_geo.vocabulary import Evidence, Impedance

_ANSWERS: Final = {"yes": "y", "reported": "y", "no": "n"}
_ROLES: Final = ("shelter", "candidate")
_DISTRICTS: Final = ("district_id", "population", "counts_registered_not_resident")
_SITES: Final = ("settlement_id", "district_id", "role", "places", *ADMISSION)


@dataclass(frozen=True)
class Suggestion:
    """A plan that readers may load: its name, and the candidates it opens.

    Attributes
    ----------
    name
        Words of its button, such as "Best 3 by mean distance".
    site_ids
        Keys of candidate sites.
    places
        Places of each; without them those that every newly opened site begins with.
    """

    name: AnyText
    site_ids: Sequence[str]
    places: Sequence[int] | None = None


@dataclass(frozen=True, eq=False)
class Nearest:
    """What is nearest to each district.

    Attributes
    ----------
    site : int64, shape (districts,)
        Row of the nearest open site by the study's measure, -1 without a road to any.
    distance_km, travel_min : shape (districts,)
        Fewest kilometres and fewest minutes to an open site, missing without a road.
    """

    site: NDArray[np.int64]
    distance_km: NDArray[np.float64]
    travel_min: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlannerData:
    """Districts by key, sites by key, and whole milliseconds and centimetres between them.

    Attributes
    ----------
    districts, sites
        Sorted by key, with columns `district_id` and `site_id`.
    time_ms, length_cm : int64, shape (districts, sites)
        -1 where no road leads.
    impedance
        Whether kilometres or minutes say which site is the nearest.
    people_per_family_place, persons_per_family_place
        The norm, and how many persons one family place stands for.
    most_persons
        The same by the reading that makes most of a family place.
    readings
        How it is known how many persons a family place stands for.
    new_places
        Places that a newly opened site begins with.
    suggestions
        Name, the rows of the sites opened, and the places of each.
    page_costs
        Which of the costs the page holds.
    left_out
        How many candidates the page does not offer.
    """

    districts: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]
    impedance: Impedance
    people_per_family_place: float
    persons_per_family_place: float
    most_persons: float
    readings: Evidence
    new_places: int
    suggestions: tuple[tuple[Text, tuple[int, ...], tuple[int, ...]], ...]
    page_costs: PageCosts
    left_out: int = 0

    @property
    def today(self) -> NDArray[np.intp]:
        """Rows of the sites that are open today."""
        return np.flatnonzero(self.sites["role"] == "shelter")

    @property
    def places(self) -> list[Text]:
        """Name of the settlement of each site."""
        return [_place(dict(row)) for _, row in self.sites.iterrows()]

    def nearest(self, opened: Sequence[int] | NDArray[np.intp]) -> Nearest:
        """Find the open sites that are nearest to each district, as `costs.nearest` does."""
        rows = np.sort(np.asarray(opened, dtype=np.int64))
        if len(rows) == 0:
            none = np.full(len(self.districts), NO_ROAD, dtype=np.int64)
            missing = np.full(len(self.districts), np.nan)
            return Nearest(none, missing, missing)
        time, length = self.time_ms[:, rows], self.length_cm[:, rows]
        by_km, by_min = least(length, time), least(time, length)
        every, lost = np.arange(len(time)), (time == NO_ROAD).all(axis=1)
        site = rows[by_km if self.impedance is Impedance.DISTANCE else by_min]
        return Nearest(
            np.where(lost, NO_ROAD, site),
            np.where(lost, np.nan, length[every, by_km] / CM_PER_KM),
            np.where(lost, np.nan, time[every, by_min] / MS_PER_MIN),
        )

    @property
    def both(self) -> bool:
        """Whether people are counted where they live and where they are registered."""
        return len(populations(self.districts)) > 1

    @property
    def women(self) -> bool:
        """Whether women are counted by themselves."""
        return "women" in self.districts

    @property
    def regions(self) -> list[int]:
        """Region of each district as a number, empty if the study says none."""
        if REGION not in self.districts:
            return []
        return [int(code) for code in pd.factorize(self.districts[REGION], sort=True)[0]]

    def _registered(self) -> dict[str, list[int]]:
        """Give people where they are registered, if that is not where they live."""
        columns = ["registered", *(["registered_women"] if self.women else [])] if self.both else []
        return {name: self._beside(name, name) for name in columns}

    def _ranges(self) -> dict[str, list[int]]:
        """Give the least and most people who live in each district, where that is a range."""
        if "residents_low" not in self.districts:
            return {}
        columns = {end: f"residents_{end}" for end in ("low", "high")}
        if self.women:
            columns |= {f"women_{end}": f"resident_women_{end}" for end in ("low", "high")}
        return {name: self._beside(name, column) for name, column in columns.items()}

    def _beside(self, name: str, column: str) -> list[int]:
        """Give how many more than the residents, or the women among them: mostly 0, so short."""
        base = self.districts["women" if "women" in name else "population"]
        more: list[int] = (self.districts[column].astype(int) - base.astype(int)).tolist()
        return more

    def _unknown(self) -> dict[str, list[int]]:
        """Say of which districts the people are not known, where there are any."""
        unknown = people_unknown(self.districts)
        return {"unknown": unknown.astype(int).tolist()} if unknown.any() else {}

    def _guessed(self) -> list[int]:
        """Say of which sites the places of today are assumed."""
        sites = self.sites
        if "places_basis" not in sites:
            return [0] * len(sites)
        return [int(str(basis).startswith(Evidence.ASSUMED)) for basis in sites["places_basis"]]

    def page_data(self) -> dict[str, Any]:
        """Give what the page's script reads, but for costs, names and positions."""
        units, sites = self.districts, self.sites
        row = {key: place for place, key in enumerate(units["district_id"])}
        own = sites["settlement_id"] == sites["site_id"]
        return {
            "districts": {
                "id": units["district_id"].astype(str).tolist(),
                "people": units["population"].astype(int).tolist(),
                **({"women": units["women"].astype(int).tolist()} if self.women else {}),
                **self._registered(),
                **self._ranges(),
                **self._unknown(),
                **({"region": self.regions} if self.regions else {}),
            },
            "sites": {
                "id": sites["site_id"].astype(str).tolist(),
                "settlement": sites["settlement_id"].where(~own, 0).tolist(),
                "district": [row[key] for key in sites["district_id"]],
                "shelter": (sites["role"] == "shelter").astype(int).tolist(),
                "places": sites["places"].astype(int).tolist(),
                "assumed": self._guessed(),
                "admits": [_answers(answers) for answers in sites[[*ADMISSION]].to_numpy()],
            },
            "by_time": int(self.impedance is Impedance.TIME),
            "norm": self.people_per_family_place,
            "persons": self.persons_per_family_place,
            "most_persons": self.most_persons,
            "assumed_readings": int(self.readings == Evidence.ASSUMED),
            "new_places": self.new_places,
        }


def planner_data(
    districts: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    distance_km: pd.DataFrame,
    travel_min: pd.DataFrame,
    *,
    impedance: Impedance,
    people_per_family_place: float,
    persons_per_family_place: float,
    most_persons: float | None = None,
    readings: Evidence = Evidence.DERIVED,
    new_places: int,
    suggestions: Sequence[Suggestion] = (),
    size: PageSize | None = None,
) -> PlannerData:
    """Check and order what a planner is made of; see `planner.planner_page`.

    Raises
    ------
    OutputError
        If a column, a key or a cost is missing, or a number makes no sense.
    """
    units = _ordered(districts, "district_id", _DISTRICTS)
    places = _ordered(sites, "site_id", _SITES)
    _check_sites(places, units)
    most = persons_per_family_place if most_persons is None else most_persons
    if not (people_per_family_place > 0 and 0 < persons_per_family_place <= most):
        raise OutputError("The norm and the persons of a family place must be above 0.")
    if not 1 <= new_places <= MOST_PLACES:
        raise OutputError(f"A new site has 1 to {MOST_PLACES} places, not {new_places}.")
    time, length = (
        _whole(frame, units["district_id"], places["site_id"], per_unit)
        for frame, per_unit in ((travel_min, MS_PER_MIN), (distance_km, CM_PER_KM))
    )
    if ((time == NO_ROAD) != (length == NO_ROAD)).any():
        raise OutputError("Minutes and kilometres are missing for different pairs.")
    size, every = size or PageSize(), len(places)
    asked = {key for entry in suggestions for key in entry.site_ids}
    people = units["population"].to_numpy(float)
    there = offered(time, length, people, places, needed=asked, size=size)
    places, time, length = (
        places.iloc[there].reset_index(drop=True),
        time[:, there],
        length[:, there],
    )
    return PlannerData(
        districts=units,
        sites=places,
        time_ms=time,
        length_cm=length,
        page_costs=page_costs(time, length, places, size),
        left_out=every - len(places),
        impedance=impedance,
        people_per_family_place=people_per_family_place,
        persons_per_family_place=persons_per_family_place,
        most_persons=most,
        readings=readings,
        new_places=new_places,
        suggestions=tuple(_suggested(entry, places, new_places) for entry in suggestions),
    )


MOST_PLACES: Final = 100_000
"""Most places of one site; scenario files allow as many."""


def _ordered(frame: gpd.GeoDataFrame, key: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    table = frame if key in frame else frame.rename_axis(key).reset_index()
    missing = [column for column in columns if column not in table]
    if missing:
        raise OutputError(f"The planner's table by {key} lacks {', '.join(missing)}.")
    if table.empty or not table[key].is_unique:
        raise OutputError(f"The planner needs rows, each with a {key} of its own.")
    return table.sort_values(key).reset_index(drop=True)


def _check_sites(sites: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> None:
    unknown = sorted(set(sites["role"]) - set(_ROLES))
    if unknown:
        raise OutputError(f"A site is a shelter or a candidate, not {', '.join(unknown)}.")
    lost = sorted(set(sites["district_id"]) - set(districts["district_id"]))
    if lost:
        raise OutputError(f"Sites lie in unknown districts: {', '.join(lost)}.")
    if not sites["places"].between(0, MOST_PLACES).all():
        raise OutputError(f"A site has 0 to {MOST_PLACES} places.")
    candidates = sites.loc[sites["role"] == "candidate", "settlement_id"]
    if not candidates.is_unique:
        raise OutputError("Two candidates lie in one settlement; a scenario could not name them.")


def _whole(
    frame: pd.DataFrame, rows: pd.Series[str], columns: pd.Series[str], per_unit: int
) -> NDArray[np.int64]:
    """Take costs back to the whole units that they were computed in."""
    if not (set(rows) <= set(frame.index) and set(columns) <= set(frame.columns)):
        raise OutputError("The costs lack a district or a site.")
    values = frame.loc[rows.tolist(), columns.tolist()].to_numpy(float)
    whole = np.round(np.where(np.isnan(values), NO_ROAD / per_unit, values) * per_unit)
    sensible = np.isnan(values) | ((values >= 0) & (whole < np.iinfo(np.int32).max))
    if not sensible.all():
        raise OutputError("A cost is below 0 or too large.")
    return whole.astype(np.int64)


def _suggested(
    suggestion: Suggestion, sites: gpd.GeoDataFrame, new_places: int
) -> tuple[Text, tuple[int, ...], tuple[int, ...]]:
    row = {key: place for place, key in enumerate(sites["site_id"])}
    candidates = set(sites.loc[sites["role"] == "candidate", "site_id"])
    unknown = sorted(set(suggestion.site_ids) - candidates)
    if unknown:
        raise OutputError(f"A suggestion opens what is no candidate: {', '.join(unknown)}.")
    given = suggestion.places
    each = [new_places] * len(suggestion.site_ids) if given is None else given
    if len(each) != len(suggestion.site_ids) or not all(1 <= n <= MOST_PLACES for n in each):
        raise OutputError(f"A suggestion opens each of its sites with 1 to {MOST_PLACES} places.")
    opened = dict(zip((row[key] for key in suggestion.site_ids), each, strict=True))
    rows = tuple(sorted(opened))
    return everywhere(suggestion.name), rows, tuple(int(opened[place]) for place in rows)


def _place(row: Mapping[str, Any]) -> Text:
    named = any(
        str(column).startswith("place_") and isinstance(value, str) for column, value in row.items()
    )
    return own_name(row, "place" if named else "name")


def _answers(words: Sequence[Any]) -> str:
    return "".join(_ANSWERS.get(word, "u") for word in words)
