"""The journeys of a study, leg by leg, from every district and settlement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import (
    Stop,
    bus_legs,
    leg_costs,
    nights_on_the_way,
    over_link,
    whole_journey,
)
from shelter_geo.roads import Engine, Joiner, RoadNetwork
from shelter_geo.study import (
    HOME,
    NEAREST,
    POLICE,
    REGION,
    Journey,
    Link,
    Study,
    centre_settlements,
    centres,
    engine,
    joiner,
    snap_settings,
    stand_ins,
)
from shelter_geo.vocabulary import Reason

if TYPE_CHECKING:
    from shelter_geo.analysis.evaluation import Evaluation

Array: TypeAlias = NDArray[Any]

PLACE_KINDS: Final = ("district_centre", "settlement")
_LINES: Final = ("line_id", "mode", "from_settlement", "to_settlement", "hours", "source")


@dataclass(frozen=True, eq=False, repr=False)
class JourneyResults:
    """The journeys of a study; all kilometres and minutes are by domestic road.

    Attributes
    ----------
    places : DataFrame
        One row a journey and place it starts from: `journey`, `place_kind`, `place_id`,
        `district_id`, `legs`, `distance_km`, `travel_min`, `longest_leg_km`, `bus_hours_low`,
        `bus_hours_high`, `nights_low`, `nights_high` and `reason`. What one leg lacks the whole
        journey lacks.
    legs : DataFrame
        One row a leg of those: `leg` from 1, `from_stop`, `to_stop`, `from_id`, `to_id`,
        `distance_km`, `travel_min` and what is known of it by bus.
    beside : DataFrame
        One row a journey, place without a road and link that stands in for it: `link`, `road_km`
        and `road_min` to its ends and from them, `link_legs` that go over it, `link_min_low`,
        `link_min_high`, `price` of these legs, `currency`, `price_year`, `source` and `evidence`.
    """

    places: pd.DataFrame
    legs: pd.DataFrame
    beside: pd.DataFrame

    def of(self, journey: str, place_kind: str) -> pd.DataFrame:
        """Return the rows of `places` of one journey and kind of place, indexed by `place_id`."""
        rows = self.places[self.places["journey"] == journey]
        return rows[rows["place_kind"] == place_kind].set_index("place_id", drop=False)


def journey_results(evaluation: Evaluation) -> JourneyResults | None:
    """Compute the journeys that a study asks about; None if it asks about none.

    Kilometres are those with the shelter that is nearest by kilometres, minutes those with the one
    nearest by minutes, as everywhere; so the leg to the nearest shelter is that of the access
    tables.

    Parameters
    ----------
    evaluation
        From `evaluate`, of a study or of a plan.
    """
    study = evaluation.study
    if not study.settings.journeys:
        return None
    roads, join = engine(study), joiner(study)
    travellers = (
        _Travellers(study, pd.DataFrame(points), home, kind, roads, join)
        for kind, points, home in (
            (PLACE_KINDS[0], evaluation.districts, centres(study)),
            (PLACE_KINDS[1], evaluation.settlements, study.settlements),
        )
    )
    parts = [part for group in travellers for part in group.journeys()]
    places, legs, beside = (
        pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True)
    )
    return JourneyResults(places, legs, beside)


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways from home to settlements that are named and between these, which no shelter changes.

    Plans that leave the roads as they are share them.

    Attributes
    ----------
    of, home
        What they rest on: parts of a study, by which it is known again, and the points of homes.
    by_road, legs, over
        By the stops of a leg; by link and stops, with the places that have no road.
    """

    of: tuple[object, ...]
    home: bytes
    by_road: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    legs: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    over: dict[tuple[object, ...], tuple[pd.Index, pd.DataFrame]] = field(default_factory=dict)

    @classmethod
    def shared(cls, study: Study, home: gpd.GeoDataFrame, kind: str) -> _Ways:
        """Return the ways of a study, those of another with the same roads and places if known."""
        parts = (study.roads_before, study.settlements, study.districts, study.travel)
        of = (*parts, kind, snap_settings(study))
        points = home.geometry.to_wkb().to_numpy().tolist()
        at = b"".join(point or b"-" for point in points)
        known = _WAYS.setdefault(study.network, [])
        for ways in known:
            same = all(one is other for one, other in zip(ways.of, parts, strict=False))
            if same and ways.of[len(parts) :] == of[len(parts) :] and ways.home == at:
                return ways
        known[:] = [*known[1 - _STUDIES :], cls(of, at)]
        return known[-1]


_WAYS: Final[WeakKeyDictionary[RoadNetwork, list[_Ways]]] = WeakKeyDictionary()
_STUDIES: Final = 4
"""Studies on the same roads whose ways are remembered, for places of two kinds."""


class _Travellers:
    """Those who start from the centres, or from the settlements, of a study."""

    def __init__(
        self,
        study: Study,
        points: pd.DataFrame,
        home: gpd.GeoDataFrame,
        kind: str,
        roads: Engine,
        join: Joiner,
    ) -> None:
        self.study, self.points, self.home, self.kind = study, points, home, kind
        self.roads: dict[str, Any] = {"engine": roads, "snapping": join}
        self.own, self.shared = _Ways((), b""), _Ways.shared(study, home, kind)
        apart = {entry.region for entry in study.settings.roads.separate}
        lacking = REGION in study.lacks
        cut_off = [] if lacking else study.districts.index[study.districts[REGION].isin(apart)]
        self.separate = set(cut_off)

    def journeys(self) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
        """Yield places, legs and links of each journey."""
        for journey in self.study.settings.journeys:
            pairs = list(pairwise(journey.stops))
            legs = pd.concat(
                [self._leg(*pair).assign(leg=number) for number, pair in enumerate(pairs, start=1)]
            )
            key = {"journey": journey.id, "place_kind": self.kind}
            whole = whole_journey(legs).join(nights_on_the_way(legs)).reindex(self.points.index)
            reason = self._reasons(journey, whole["distance_km"].isna())
            places = whole.assign(
                **key,
                place_id=self.points.index,
                district_id=self.points["district_id"],
                legs=len(pairs),
                reason=reason,
            )
            named = legs.rename(columns={"traveller": "place_id"}).assign(**key)
            yield places, named, self._beside(journey, pairs, whole, key)

    def _stop(self, name: str, nearest: str = "nearest_shelter_id") -> Stop:
        """Say where everybody stops; `nearest` is the column of the nearest shelter."""
        study, points = self.study, self.points
        if name == HOME:
            return Stop(self.home, pd.Series(points.index, index=points.index))
        if name == NEAREST:
            return Stop(study.shelters, points[nearest])
        if name == POLICE:
            return Stop(centres(study), points["district_id"])
        others = [] if study.others is None else [study.others]
        for places in (study.settlements, study.shelters, *others):
            if name in places.index:
                return Stop(places.loc[[name]], pd.Series(name, index=points.index))
        # A plan has closed it.
        return Stop(study.shelters, pd.Series(None, index=points.index, dtype=object))

    def _leg(self, start: str, end: str) -> pd.DataFrame:
        """Compute a leg once, in whichever journeys it is."""
        legs = self._ways(start, end).legs
        if (start, end) not in legs:
            ends = self._stop(start), self._stop(end)
            costs = self._costs(start, end)
            at = {"from_id": ends[0].at, "to_id": ends[1].at}
            bus = self._by_bus((start, end), ends, costs["distance_km"])
            legs[start, end] = pd.concat([costs, bus], axis=1).assign(
                traveller=self.points.index, from_stop=start, to_stop=end, **at
            )
        return legs[start, end]

    def _ways(self, *stops: str) -> _Ways:
        """Choose where ways are remembered: with other plans, if no shelter is among the stops."""
        settled = self.study.settlements.index
        return self.shared if all(s == HOME or s in settled for s in stops) else self.own

    def _costs(self, start: str, end: str) -> pd.DataFrame:
        """Compute the kilometres and minutes from one stop to another once."""
        by_road = self._ways(start, end).by_road
        if (start, end) not in by_road:
            by_road[start, end] = self._new_costs(start, end)
        return by_road[start, end]

    def _new_costs(self, start: str, end: str) -> pd.DataFrame:
        if (start, end) == (HOME, NEAREST):
            return self.points[["distance_km", "travel_min"]]

        def by(nearest: str) -> pd.DataFrame:
            ends = self._stop(start, nearest), self._stop(end, nearest)
            return leg_costs(self.study.network, *ends, **self.roads)

        costs = by("shelter_by_km")
        if NEAREST in (start, end):
            costs = costs.assign(travel_min=by("shelter_by_min")["travel_min"])
        return costs

    def _by_bus(
        self, names: tuple[str, str], ends: tuple[Stop, Stop], km: pd.Series
    ) -> pd.DataFrame:
        """Find the lines of a leg; who is there already takes no bus."""
        study = self.study
        travel = pd.DataFrame(columns=list(_LINES)) if study.travel is None else study.travel
        at = (self._town(name, stop) for name, stop in zip(names, ends, strict=True))
        found = bus_legs(travel, study.settlements["district_id"], *at)
        hours = ["bus_hours_low", "bus_hours_high"]
        found[hours] = found[hours].mask(km == 0, 0.0)
        return found

    def _town(self, name: str, stop: Stop) -> pd.Series:
        """Give the settlement of each stop, or the whole area of those who start from a centre."""
        study, kind = self.study, "settlement"
        keys: pd.Series = stop.at
        if name == HOME and self.kind == PLACE_KINDS[0]:
            kind = "area"
        elif name == POLICE:
            towns = centre_settlements(study.districts, study.settlements.reset_index(drop=True))
            instead = stand_ins(study)
            towns[instead.index] = instead
            keys = stop.at.map(towns)
        elif "settlement_id" in stop.points and name != HOME:
            keys = stop.at.map(stop.points["settlement_id"])
        return keys.map(lambda key: (kind, key), na_action="ignore")

    def _reasons(self, journey: Journey, missing: pd.Series) -> Array:
        """Say why each journey has no road, an empty text where it has one."""
        why = (
            self.points["reason"].astype(object).where(self.points["reason"] != "", Reason.NO_ROAD)
        )
        stops = [self._stop(name) for name in journey.stops if name not in (HOME, NEAREST, POLICE)]
        closed = any(stop.at.isna().all() for stop in stops)
        far_off = any(
            str(stop.points["district_id"].iloc[0]) in self.separate for stop in stops if not closed
        )
        apart = self.points["district_id"].isin(self.separate)
        if closed:
            why[:] = Reason.NO_FACILITY
        else:
            why[apart | far_off] = Reason.NO_DOMESTIC_ROAD
        return why.where(missing, "").to_numpy()

    def _beside(
        self,
        journey: Journey,
        pairs: list[tuple[str, str]],
        whole: pd.DataFrame,
        key: dict[str, str],
    ) -> pd.DataFrame:
        """Put the links beside that stand in for legs without a road."""
        lost = whole.index[whole["distance_km"].isna()]
        links = {link.id: link for link in self.study.settings.roads.link}
        tables = [
            self._over(links[name], pairs, lost).assign(**key, link=name)
            for name in journey.links
            if len(lost)
        ]
        filled = [table for table in tables if len(table)]
        return pd.concat(filled) if filled else pd.DataFrame()

    def _over(self, link: Link, pairs: list[tuple[str, str]], lost: pd.Index) -> pd.DataFrame:
        """Go over one link wherever a leg has no road, once for all plans that it is alike in."""
        ways, key = self._ways(*link.between, *sum(pairs, ())), (link.model_dump_json(), *pairs)
        known = ways.over.get(key)
        if known is None or not known[0].equals(lost):
            known = ways.over[key] = lost, self._newly_over(link, pairs, lost)
        return known[1]

    def _newly_over(self, link: Link, pairs: list[tuple[str, str]], lost: pd.Index) -> pd.DataFrame:
        """Go over one link wherever a leg has no road; leave out whom it does not help."""
        one, other = link.between
        road = pd.DataFrame(0.0, index=lost, columns=["distance_km", "travel_min"])
        over = pd.Series(0, index=lost)
        for start, end in pairs:
            ways = [
                (self._costs(start, near).loc[lost], self._costs(far, end).loc[lost])
                for near, far in ((one, other), (other, one))
            ]
            direct = self._costs(start, end).loc[lost]
            without = direct["distance_km"].isna()
            road = road + direct.where(~without, over_link(ways))
            over = over + without
        helped = road["distance_km"].notna()
        times = over[helped]
        price = np.nan if link.price is None else link.price
        return pd.DataFrame(
            {
                "place_id": lost[helped],
                "district_id": self.points.loc[lost[helped], "district_id"],
                "road_km": road.loc[helped, "distance_km"],
                "road_min": road.loc[helped, "travel_min"],
                "link_legs": times,
                "link_min_low": times * link.minutes_low,
                "link_min_high": times * link.minutes_high,
                "price": times * price,
                "currency": link.currency or "",
                "price_year": link.year,
                "evidence": link.evidence,
            }
        )
