"""Cost matrices: road kilometres and minutes between points, nearest facility, routes, areas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

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
    RouteLines,
    Seeds,
    SnapSettings,
    Weight,
    direct,
    draw_parts,
    kilometres,
    make_engine,
    own_shares,
    parts_within,
    shares_within,
    sharing_pairs,
    snap,
)
from shelter_geo.units import CM_PER_KM, MS_PER_MIN
from shelter_geo.vocabulary import Impedance, Reason

Points: TypeAlias = "gpd.GeoSeries | gpd.GeoDataFrame"
Joining: TypeAlias = "SnapSettings | Joiner | None"
MEASURE: Final[dict[Impedance, str]] = {
    Impedance.DISTANCE: "distance_km",
    Impedance.TIME: "travel_min",
}
"""Column of a cost by the impedance that it stands for."""


@dataclass(frozen=True, eq=False, repr=False)
class CostMatrix:
    """Costs from each origin to each facility along the best road, in whole units.

    Attributes
    ----------
    origin_id, facility_id : Index
    time_ms, length_cm : int64, shape (origins, facilities)
        `UNREACHED` (-1) where there is no road.
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
) -> CostMatrix:
    """Compute kilometres and minutes along the best road from every origin to every facility.

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

    Raises
    ------
    CostError
        If there is no origin or no facility, or a key stands twice.
    RoadError
        If the points cannot be used.
    """
    _refuse_bad_keys(origins, facilities)
    leave = _joined(network, origins, snapping)
    arrive = _joined(network, facilities, snapping)
    engine = engine or make_engine(network, weight=weight)
    found = engine.matrix(leaving(leave), arriving(arrive), progress=progress)
    time, length = (whole.astype(np.int64, copy=False) for whole in found)
    _shorten_within_edges(network, leave, arrive, Matrix(time, length), weight)
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

    The blocks put one below the other are what `cost_matrix` gives at once.

    Parameters
    ----------
    network, origins, facilities, weight, snapping, engine
        As for `cost_matrix`.
    pairs
        Largest number of pairs in a block, 16 bytes each; a block has at least one origin.
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
    rows = max(pairs // len(facilities), 1)
    for first in range(0, len(origins), rows):
        block = origins.iloc[first : first + rows]
        yield cost_matrix(
            network, block, facilities, weight=weight, snapping=snapping, engine=engine
        )
        if progress is not None:
            progress(first + len(block), len(origins))


def nearest(costs: CostMatrix, *, impedance: Impedance = Impedance.DISTANCE) -> pd.DataFrame:
    """Find the fewest kilometres and the fewest minutes from each origin to a facility.

    Both are the least over all facilities, so that one more facility never lengthens either. They
    may be of two facilities: of two with a road each, the fewer minutes can be the more kilometres.

    Parameters
    ----------
    costs
        From `cost_matrix`; without any facility no origin is reached.
    impedance
        Which of the two says what the nearest facility is.

    Returns
    -------
    DataFrame
        Indexed by origin: `facility_id`, the nearest; `distance_km` and `facility_by_km`,
        `travel_min` and `facility_by_min`; `reachable` and `reason`. Ties go to the other measure,
        then to the lower key.
    """
    if costs.facility_id.empty:
        return _none_reached(costs)
    by_key = np.argsort(costs.facility_id.to_numpy(), kind="stable")
    time, length = costs.time_ms[:, by_key], costs.length_cm[:, by_key]
    key = costs.facility_id.to_numpy(dtype=object)[by_key]
    rows, reached = np.arange(len(costs.origin_id)), ~(time == UNREACHED).all(axis=1)
    by_km, by_min = least(length, time), least(time, length)
    least_km, least_min = key[by_km], key[by_min]
    least_km[~reached] = least_min[~reached] = None
    return pd.DataFrame(
        {
            "facility_id": least_km if impedance is Impedance.DISTANCE else least_min,
            "distance_km": np.where(reached, length[rows, by_km] / CM_PER_KM, np.nan),
            "facility_by_km": least_km,
            "travel_min": np.where(reached, time[rows, by_min] / MS_PER_MIN, np.nan),
            "facility_by_min": least_min,
            "reachable": reached,
            "reason": costs.reason,
        },
        index=costs.origin_id,
    )


def _none_reached(costs: CostMatrix) -> pd.DataFrame:
    missing = {
        "facility_id": None,
        "distance_km": np.nan,
        "facility_by_km": None,
        "travel_min": np.nan,
        "facility_by_min": None,
    }
    frame = pd.DataFrame(missing, index=costs.origin_id)
    return frame.assign(reachable=False, reason=costs.reason)


def least(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the column of each row that is least in one cost; ties by the other, then the first.

    Parameters
    ----------
    first, then
        Shape (n, m), `UNREACHED` where there is no road; a row without any road gives column 0.
    """
    far = np.iinfo(np.int64).max
    lost = first == UNREACHED
    best = np.where(lost, far, first).min(axis=1, keepdims=True)
    pick: NDArray[np.intp] = np.where(lost | (first != best), far, then).argmin(axis=1)
    return pick


def routes(
    network: RoadNetwork,
    origins: Points,
    facilities: Points,
    facility_of: pd.Series[Any],
    *,
    weight: Weight = "travel_min",
    snapping: Joining = None,
    engine: Engine | None = None,
) -> gpd.GeoDataFrame:
    """Draw the best road from origins to the facility chosen for each.

    Parameters
    ----------
    network, origins, facilities, weight, snapping, engine
        As for `cost_matrix`.
    facility_of
        Facility key by origin key; origins that are not in it are passed over.

    Returns
    -------
    GeoDataFrame
        Indexed by origin: `facility_id`, `distance_km`, `travel_min` and a line in EPSG:4326 with
        connectors at both ends; pairs without a road are left out.

    Raises
    ------
    CostError
        If a key is unknown.
    """
    from_row = _rows(origins.index, facility_of.index, "origin")
    to_row = _rows(facilities.index, pd.Index(facility_of), "facility")
    leave = _joined(network, origins, snapping)
    arrive = _joined(network, facilities, snapping)
    engine = engine or make_engine(network, weight=weight)
    pairs = np.stack([from_row, to_row], axis=1)
    ways = engine.paths(leaving(leave), arriving(arrive), pairs)
    draw = RouteLines(network, leave, arrive, origins.geometry, facilities.geometry)
    found = [draw.route(way, a, b) for way, (a, b) in zip(ways, pairs.tolist(), strict=True)]
    kept = np.array([route is not None for route in found], bool)
    chosen = [route for route in found if route is not None]
    return gpd.GeoDataFrame(
        {
            "facility_id": facility_of.to_numpy()[kept],
            "distance_km": [route.length_cm / CM_PER_KM for route in chosen],
            "travel_min": [route.time_ms / MS_PER_MIN for route in chosen],
        },
        index=facility_of.index[kept],
        geometry=gpd.GeoSeries([r.line for r in chosen], index=facility_of.index[kept], crs=4326),
    )


def service_area(
    network: RoadNetwork,
    facilities: Points,
    limit: float,
    *,
    weight: Weight = "travel_min",
    towards: bool = True,
    buffer_km: float | None = None,
    snapping: Joining = None,
    engine: Engine | None = None,
) -> gpd.GeoDataFrame:
    """Find the roads from which each facility is reached within a limit.

    Parameters
    ----------
    network, facilities, weight, snapping, engine
        As for `cost_matrix`.
    limit
        Minutes, or kilometres under the weight ``"distance_km"``.
    towards
        Driving to the facility if true, from it if false.
    buffer_km
        Give polygons of everything within so many kilometres of those roads, else the roads.

    Returns
    -------
    GeoDataFrame
        Indexed by facility: `limit`, `road_km` and lines or polygons in EPSG:4326, empty where
        the facility joins no road.

    Raises
    ------
    CostError
        If the limit is not 0 or more, or there is no facility.
    """
    if not limit >= 0 or np.isinf(limit):
        raise CostError(f"the limit of a service area must be a number of 0 or more, not {limit}")
    if len(facilities) == 0:
        raise CostError("the table of points holds no facility")
    anchors = _joined(network, facilities, snapping)
    seeds = arriving(anchors) if towards else leaving(anchors)
    engine = engine or make_engine(network, weight=weight)
    whole = round(limit * (MS_PER_MIN if weight == "travel_min" else CM_PER_KM))
    found = []
    for i in range(len(facilities)):
        near = engine.reach(seeds.part(i, i + 1), whole, towards=towards)
        cost = near.time_ms if weight == "travel_min" else near.length_cm
        within = shares_within(network, cost, whole, weight, towards=towards)
        one = anchors.part(i, i + 1)
        own = own_shares(network, one, whole, weight, towards=towards)
        found.append(parts_within(within, one, own))
    area = gpd.GeoSeries([draw_parts(network, p) for p in found], facilities.index, crs=4326)
    if buffer_km is not None:
        area = _widened(area, buffer_km)
    road_km = [kilometres(network, parts) for parts in found]
    columns = {"limit": limit, "road_km": road_km}
    return gpd.GeoDataFrame(columns, index=facilities.index, geometry=area)


def _refuse_bad_keys(origins: Points, facilities: Points) -> None:
    for points, what in ((origins, "origin"), (facilities, "facility")):
        if len(points) == 0:
            raise CostError(f"the table of points holds no {what}")
        if not points.index.is_unique:
            raise CostError(f"a key of the {what} points stands twice")


def _joined(network: RoadNetwork, points: Points, snapping: Joining) -> Anchors:
    if isinstance(snapping, Joiner):
        return snapping(network, points)
    return snap(network, points, settings=snapping)


def _widened(lines: gpd.GeoSeries, buffer_km: float) -> gpd.GeoSeries:
    """Widen lines into areas, in an equal-area projection centred on them."""
    if lines.is_empty.all():
        return lines
    west, south, east, north = lines.total_bounds
    local = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +units=m"
    return lines.to_crs(local).buffer(buffer_km * 1000).to_crs(4326)


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


def _rows(known: pd.Index, wanted: pd.Index, what: str) -> NDArray[np.intp]:
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
