"""A study evaluated: access, places against need and published claims, as frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo import access
from shelter_geo.access import CostMatrix, bus_hours, cost_matrix, lines_to, roads_of_routes, routes
from shelter_geo.analysis.beyond_distance import own_areas
from shelter_geo.analysis.claims import compare_claims, measure
from shelter_geo.analysis.journeys import JourneyResults, journey_results
from shelter_geo.analysis.services import ServiceTimes, service_times
from shelter_geo.analysis.shortfall import (
    claimed_shortfall,
    shortfall_by_region,
    with_evidence,
)
from shelter_geo.errors import CostError
from shelter_geo.progress import Progress, of_step
from shelter_geo.roads import NOWHERE, snap_table
from shelter_geo.study import (
    PEOPLE_COLUMNS,
    REGION,
    Study,
    centres,
    engine,
    joiner,
    stand_ins,
)
from shelter_geo.vocabulary import Reason


def joins(study: Study) -> pd.DataFrame:
    """Tabulate where all points join the roads, each held against its district's main part."""
    points = {
        "district_centre": (study.centres, pd.Series(study.districts.index)),
        "settlement": (study.settlements.geometry, study.settlements["district_id"]),
        "shelter": (study.shelters.geometry, study.shelters["district_id"]),
    }
    keys = pd.concat([table.index.to_series() for table, _ in points.values()])
    kinds = [kind for kind, (table, _) in points.items() for _ in range(len(table))]
    every = gpd.GeoSeries(pd.concat([table for table, _ in points.values()]).to_numpy(), crs=4326)
    groups = pd.concat([group for _, group in points.values()], ignore_index=True)
    join = joiner(study)
    anchors = join(study.network, every.to_frame("geometry").assign(district_id=groups))
    of_group: Any = {"groups": groups, "main": join.main(study.network)}
    table = snap_table(study.network, every, anchors, settings=join.settings, **of_group)
    instead = stand_ins(study).reindex(study.centres.index, fill_value="").to_list()
    counted_from = [*instead, *([""] * (len(table) - len(instead)))]
    return table.assign(point_kind=kinds, point_id=keys.to_numpy(), counted_from=counted_from)


_AT_ONCE: Final = 20_000
"""Settlements that are joined to roads at a time, until one joins."""


def refuse_lost_roads(study: Study) -> None:
    """Raise CostError if no settlement joins any road, so that every answer would be missing."""
    if not study.network.n_edges:
        return
    join = joiner(study)
    for first in range(0, len(study.settlements), _AT_ONCE):
        anchors = join(study.network, study.settlements.iloc[first : first + _AT_ONCE])
        if (anchors.edge != NOWHERE).any():
            return
    limit = study.settings.roads.max_connector_km
    raise CostError(
        f"no settlement lies within {limit:g} km of a road that can be used. Check that these "
        "are the roads of this place, the points of the settlements, and max_connector_km in "
        "the study file."
    )


FIGURES: Final = (
    *PEOPLE_COLUMNS, "reachable", "distance_km", "travel_min", "bus_min",
    "shelter_in_district", "shelter_in_district_for_women",
    "shelter_in_region", "shelter_in_region_for_women",
)  # fmt: skip
"""Columns of access that are summed up, as far as the study has them."""
BUS_COLUMNS: Final = ("bus_hours_low", "bus_hours_high", "bus_to")


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What a study says, ready to be published.

    Attributes
    ----------
    study : Study
    district_costs, settlement_costs : CostMatrix
        From every district centre and every settlement to every shelter.
    districts : GeoDataFrame
        Access from each district's centre, and averaged over its settlements.
    settlements : GeoDataFrame
        Access from each settlement.
    metrics : DataFrame
        See `access.access_metrics`.
    """

    study: Study
    district_costs: CostMatrix
    settlement_costs: CostMatrix
    districts: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    metrics: pd.DataFrame

    def __repr__(self) -> str:
        reached = int(self.districts["reachable"].sum())
        return f"Evaluation of {self.study!r}; {reached} districts reach a shelter"

    def metrics_of(
        self, districts: NDArray[np.bool_], settlements: NDArray[np.bool_]
    ) -> pd.DataFrame:
        """Summarise access for some of the points, as `metrics` does for all of them.

        Parameters
        ----------
        districts, settlements
            Whether each counts, shape (districts,) and (settlements,).
        """
        return _metrics(self.study, self.districts[districts], self.settlements[settlements])

    @cached_property
    def farthest(self) -> gpd.GeoDataFrame:
        """The districts with the longest ways; see `access.farthest`."""
        return _drawn(_farthest(self.districts, self.study.settings.access.farthest))

    @cached_property
    def shortfall(self) -> pd.DataFrame:
        """Places held against the norm in each region, or in all; see `capacity.shortfall`."""
        rows = [shortfall_by_region(self.study), self._claimed_shortfall]
        return with_evidence(self.study, pd.concat(rows, ignore_index=True))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """What others published, held against what is measured; see `claims.compare_claims`."""
        study = self.study
        measures = measure(
            self.districts,
            self.settlements,
            study.shelters,
            self._claimed_shortfall,
            self.district_costs,
        )
        return compare_claims(study.settings.claims, measures, study.statistics)

    @cached_property
    def routes(self) -> gpd.GeoDataFrame:
        """Line from the centre of each district with a road to its nearest shelter."""
        study = self.study
        nearest = self.districts.loc[self.districts["reachable"], "nearest_shelter_id"]
        return routes(study.network, centres(study), study.shelters, nearest, **_roads(study))

    @cached_property
    def _claimed_shortfall(self) -> pd.DataFrame:
        return claimed_shortfall(self.study)

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """The roads that lead centres and settlements to their nearest facility, as lines."""
        study, roads = self.study, _roads(self.study)
        used = [np.zeros(0, dtype=np.int64)]
        for points, found in (
            (centres(study), self.districts),
            (study.settlements, self.settlements),
        ):
            nearest = found.loc[found["reachable"], "nearest_shelter_id"]
            used.append(roads_of_routes(study.network, points, study.shelters, nearest, **roads))
        return study.network.to_frame(np.unique(np.concatenate(used)))

    @cached_property
    def journeys(self) -> JourneyResults | None:
        """The journeys that the study asks about; None if it asks about none."""
        return journey_results(self)

    @cached_property
    def services(self) -> ServiceTimes | None:
        """How soon services with windows begin; see `service_times`."""
        return service_times(self.study)

    @cached_property
    def joins(self) -> pd.DataFrame:
        """Where centres, settlements and shelters join the roads; see `roads.snap_report`."""
        return joins(self.study)


def evaluate(study: Study, *, progress: Progress | None = None) -> Evaluation:
    """Compute what a study says about access; the rest follows from it when it is looked at.

    Parameters
    ----------
    study
        From `inputs.load_study`.
    progress
        Called with the name of a step, the work done in it and the whole.

    Raises
    ------
    CostError
        If there are roads, and no settlement joins any. Nobody who reaches a facility is an answer;
        without any facility it is `Reason.NO_FACILITY`.
    """
    at = centres(study)
    roads = _roads(study)
    from_centres, from_settlements = (
        no_facility(points.index)
        if study.shelters.empty
        else cost_matrix(
            study.network, points, study.shelters, progress=of_step(progress, step), **roads
        )
        for points, step in ((at, "districts"), (study.settlements, "settlements"))
    )
    settlements = _access(study, study.settlements, from_settlements)
    districts = access.weight_over_settlements(
        _access(study, study.districts, from_centres), settlements
    )
    refuse_lost_roads(study)
    return Evaluation(
        study=study,
        district_costs=from_centres,
        settlement_costs=from_settlements,
        districts=_drawn(districts),
        settlements=_drawn(settlements),
        metrics=_metrics(study, districts, settlements),
    )


def _roads(study: Study) -> dict[str, Any]:
    """How points join the roads of a study, and the engine that routes on them."""
    return {"snapping": joiner(study), "engine": engine(study)}


def no_facility(origins: pd.Index) -> CostMatrix:
    """Return the costs from origins to facilities of which there is none."""
    none = np.empty((len(origins), 0), dtype=np.int64)
    reason = np.full(len(origins), Reason.NO_FACILITY, dtype=object)
    return CostMatrix(origins, pd.Index([], dtype=object), none, none, reason)


def _metrics(study: Study, districts: pd.DataFrame, settlements: pd.DataFrame) -> pd.DataFrame:
    return access.access_metrics(
        _figures(districts),
        _figures(settlements),
        distance_classes_km=study.settings.access.distance_classes_km,
        time_classes_h=study.settings.access.time_classes_h,
    )


def _access(study: Study, points: gpd.GeoDataFrame, costs: CostMatrix) -> pd.DataFrame:
    """Find each point's access, and say why whole regions have no road."""
    bus, plain = study.settings.access.bus, pd.DataFrame(points)
    found = access.point_access(
        plain,
        costs,
        access.BusTime(bus.factor, bus.low, bus.high) if study.travel is None else None,
        impedance=study.settings.access.impedance,
    )
    own = study.settlements.index.to_series()
    areas = study.settlements["district_id"] if points is study.districts else own
    found = found.drop(columns=[name for name in BUS_COLUMNS if name in found])
    found = found.join(bus_hours(bus_lines(study, areas), found.index))
    for separate in study.settings.roads.separate:
        home = study.districts.index[study.districts[REGION] == separate.region]
        region = points["district_id"].isin(home)
        cut_off = ~found["reachable"] & region
        cut_off &= found["reason"] != Reason.NO_FACILITY
        found.loc[cut_off, "reason"] = Reason.NO_DOMESTIC_ROAD
    return found.assign(**own_areas(study, points["district_id"]))


def bus_lines(study: Study, areas: pd.Series) -> pd.DataFrame:
    """Find the lines that join areas to towns with a shelter; see `access.bus_lines.lines_to`.

    Parameters
    ----------
    study
        With or without a table of travel.
    areas
        Area of each settlement.
    """
    if study.travel is None:
        return pd.DataFrame({"area": [], "town": [], "hours": []}).astype({"hours": float})
    return lines_to(study.travel, set(study.shelters["settlement_id"]), areas)


def _drawn(points: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(points, geometry="geometry", crs=4326)


def _figures(points: pd.DataFrame) -> pd.DataFrame:
    """Leave out all but the figures: plain columns are picked from many times faster."""
    there = [name for name in FIGURES if name in points]
    return pd.DataFrame({name: points[name].to_numpy() for name in there}, index=points.index)


def _farthest(districts: pd.DataFrame, count: int) -> pd.DataFrame:
    found = access.farthest(_figures(districts), count)
    named = districts.loc[found.index]
    return named.assign(units=found["units"], rank=found["rank"])
