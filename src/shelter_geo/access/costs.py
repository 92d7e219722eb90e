"""Cost matrices: road kilometres and minutes between points, nearest facility, routes, areas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.progress import StepProgress
from shelter_geo.roads import (
    UNREACHED,
    Anchors,
    Engine,
    Joiner,
    Matrix,
    RoadNetwork,
    Seeds,
    SnapSettings,
    Weight,
    direct,
    make_engine,
    sharing_pairs,
    snap,
)
from shelter_geo.units import CM_PER_KM, MS_PER_MIN
from shelter_geo.vocabulary import Impedance, Reason

Points: TypeAlias = "gpd.GeoSeries | gpd.GeoDataFrame"
Joining: TypeAlias = "SnapSettings | Joiner | None"


@dataclass(frozen=True, eq=False, repr=False)
class CostMatrix:
    """Costs from each origin to each facility along the best road, in whole units.

    Attributes
    ----------
    origin_id, facility_id : Index
    time_ms, length_cm : int64, shape (origins, facilities)
        `UNREACHED` (-1) where there is no road. Blocks may hold 32 bits; see `cost_blocks`.
    reason : shape (origins,)
        Why an origin reaches no facility, of `Reason`, else an empty text.
    """

    origin_id: pd.Index
    facility_id: pd.Index
    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]
    reason: NDArray[Any]

    def __repr__(self) -> str:
        return f"CostMatrix: {len(self.origin_id)} origins, {len(self.facility_id)} facilities"

    @property
    def travel_min(self) -> pd.DataFrame:
        """Minutes, missing where there is no road."""
        return self._frame(self.time_ms, MS_PER_MIN)

    @property
    def distance_km(self) -> pd.DataFrame:
        """Kilometres along the best road, missing where there is none."""
        return self._frame(self.length_cm, CM_PER_KM)

    def by_impedance(self, impedance: Impedance) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the cost that decides who is nearest, and the one that settles ties."""
        both = self.distance_km, self.travel_min
        return both if impedance is Impedance.DISTANCE else (both[1], both[0])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair: `origin_id`, `facility_id`, `distance_km`, `travel_min`."""
        pairs = pd.MultiIndex.from_product([self.origin_id, self.facility_id])
        return pd.DataFrame(
            {
                "origin_id": pairs.get_level_values(0),
                "facility_id": pairs.get_level_values(1),
                "distance_km": self.distance_km.to_numpy().ravel(),
                "travel_min": self.travel_min.to_numpy().ravel(),
            }
        )

    def _frame(self, whole: NDArray[np.int64], per_unit: int) -> pd.DataFrame:
        value = np.where(whole == UNREACHED, np.nan, whole / per_unit)
        return pd.DataFrame(value, index=self.origin_id, columns=self.facility_id)


def cost_matrix(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    *,
    weight: Weight = "travel_min",
    snapping: Joining = None,
    engine: Engine | None = None,
    progress: StepProgress | None = None,
    centres: bool = False,
) -> CostMatrix:
    """Compute kilometres and minutes along the best road from every origin to every facility.

    A facility at an origin's own point is 0 km away, with or without roads.

    Parameters
    ----------
    network
        The roads.
    origins, facilities
        Points in EPSG:4326, indexed by their keys.
    weight
        What the best road makes smallest; the other of time and length settles ties.
    snapping
        How points join the roads: settings, or a `Joiner` where roads have been changed or points
        belong to groups.
    engine
        Made by `make_engine` for this network and weight, to be used again; else one is made.
    progress
        Called with the work done and the whole.
    centres
        Take a point in each area where areas are given, which are refused else.

    Raises
    ------
    CostError
        If there is no origin or no facility, or a key stands twice.
    RoadError
        If the points cannot be used.
    """
    if centres:
        origins, facilities = _in_areas(origins), _in_areas(facilities)
    _refuse_bad_keys(origins, facilities)
    arrive = anchors_of(network, facilities, snapping)
    engine = engine or make_engine(network, weight=weight)
    found = costs_towards(
        network, origins, facilities, arrive, engine, snapping=snapping, progress=progress
    )
    time, length = (
        whole.astype(np.int64, copy=False) for whole in (found.time_ms, found.length_cm)
    )
    return replace(found, time_ms=time, length_cm=length)


def costs_towards(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    arrive: Anchors,
    engine: Engine,
    *,
    snapping: Joining = None,
    progress: StepProgress | None = None,
) -> CostMatrix:
    """Compute costs to facilities whose joins are known, in the whole numbers of the engine.

    Those of prepared roads have 32 bits; to make them wider takes as long as to find them.
    """
    leave = anchors_of(network, origins, snapping)
    time, length = engine.matrix(leaving(leave), arriving(arrive), progress=progress)
    _shorten_within_edges(network, leave, arrive, Matrix(time, length), engine.graph.weight)
    here = at_one_point(origins.geometry, facilities.geometry)
    time[here] = length[here] = 0
    stuck = (time == UNREACHED).all(axis=1)
    reason = leave.reason.astype(object)
    reason[reason == ""] = Reason.NO_ROAD
    reason[~stuck] = ""
    return CostMatrix(origins.index, facilities.index, time, length, reason)


def cost_blocks(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    *,
    pairs: int = 10_000_000,
    weight: Weight = "travel_min",
    snapping: Joining = None,
    engine: Engine | None = None,
    progress: StepProgress | None = None,
) -> Iterator[CostMatrix]:
    """Compute a cost matrix origin by origin, in blocks that bound the memory it takes.

    The blocks put one below the other are what `cost_matrix` gives at once, in 32 bits where roads
    have been prepared.

    Parameters
    ----------
    network, origins, facilities, weight, snapping, engine
        As for `cost_matrix`.
    pairs
        Largest number of pairs in a block, 8 or 16 bytes each; a block has at least one origin.
    progress
        Called with the origins done and their number.

    Raises
    ------
    CostError
        As `cost_matrix`, or if a block may hold no pair.
    """
    if pairs < 1:
        raise CostError(f"a block must hold at least one pair, not {pairs}")
    _refuse_bad_keys(origins, facilities)
    engine = engine or make_engine(network, weight=weight)
    arrive = anchors_of(network, facilities, snapping)
    rows = max(pairs // len(facilities), 1)
    for first in range(0, len(origins), rows):
        block = origins.iloc[first : first + rows]
        yield costs_towards(network, block, facilities, arrive, engine, snapping=snapping)
        if progress is not None:
            progress(first + len(block), len(origins))


def _in_areas(points: Points) -> Points:
    """Put a point of its surface in place of each area; points stay."""
    spots = points.geometry.representative_point()
    return points.set_geometry(spots) if isinstance(points, gpd.GeoDataFrame) else spots


def _refuse_bad_keys(origins: Points, facilities: Points) -> None:
    for points, what in ((origins, "origin"), (facilities, "facility")):
        if len(points) == 0:
            raise CostError(f"the table of points holds no {what}")
        if not points.index.is_unique:
            raise CostError(f"a key of the {what} points stands twice")


def anchors_of(network: RoadNetwork, points: Points, snapping: Joining) -> Anchors:
    """Join points to the roads by settings, or as a joiner does."""
    if isinstance(snapping, Joiner):
        return snapping(network, points)
    return snap(network, points, settings=snapping)


def _shorten_within_edges(
    network: RoadNetwork, leave: Anchors, arrive: Anchors, matrix: Matrix, weight: Weight
) -> None:
    """Lower the costs of pairs on one edge that is better driven along than around."""
    pairs = sharing_pairs(leave, arrive)
    short = direct(network, leave, arrive, *pairs)
    major, minor = 0, 1
    if weight == "distance_km":
        major, minor = minor, major
    there = [cost[pairs] for cost in matrix]
    better = (short[major] < there[major]) | (
        (short[major] == there[major]) & (short[minor] < there[minor])
    )
    better = (better | (there[0] == UNREACHED)) & (short.time_ms != UNREACHED)
    for cost, value in zip(matrix, short, strict=True):
        cost[pairs[0][better], pairs[1][better]] = value[better]


def at_one_point(
    origins: gpd.GeoSeries, facilities: gpd.GeoSeries
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of all origins and facilities that are at the same point."""
    rows = [np.flatnonzero(~(table.isna() | table.is_empty)) for table in (origins, facilities)]
    here, there = (
        np.ascontiguousarray(table.get_coordinates(), float).view(complex).ravel()
        for table in (origins, facilities)
    )
    order = np.argsort(there, kind="stable")
    first, last = (np.searchsorted(there[order], here, side) for side in ("left", "right"))
    same = last - first
    # Counts up from the first facility at the place of each origin.
    up = np.arange(same.sum()) - np.repeat(np.cumsum(same) - same, same)
    return np.repeat(rows[0], same), rows[1][order[np.repeat(first, same) + up]]


def rows_of(known: pd.Index, wanted: pd.Index, what: str) -> NDArray[np.intp]:
    """Give the places of keys among the known ones; `what` names them in the error."""
    rows = known.get_indexer(wanted)
    if (rows < 0).any():
        unknown = ", ".join(map(str, wanted[rows < 0][:5]))
        raise CostError(f"unknown {what}: {unknown}")
    return rows


def leaving(anchors: Anchors) -> Seeds:
    """Return the ends by which points leave, for the routing engine."""
    return Seeds.from_columns(anchors.leave_node, anchors.leave_ms, anchors.leave_cm)


def arriving(anchors: Anchors) -> Seeds:
    """Return the ends by which points are reached, for the routing engine."""
    return Seeds.from_columns(anchors.arrive_node, anchors.arrive_ms, anchors.arrive_cm)
