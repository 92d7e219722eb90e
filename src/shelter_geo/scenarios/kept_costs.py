"""Road costs kept by the hash of what they are computed from, so that no plan computes them twice.

What is kept knows the roads, the districts, the settlements and the settlement points of shelters,
and nothing finer: a study holds no more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.cache import cache_folder, code_hash, keep_file, keep_newest
from shelter_geo.costs import NO_ROUTE, CostMatrix, cost_matrix, routes
from shelter_geo.inputs import Study
from shelter_geo.roads.routing.graph import UNREACHED
from shelter_geo.scenarios.kept_tables import KeptTables, network_hash
from shelter_geo.scenarios.road_use import engine, joiner, snap_settings

FORMAT: Final = "shelter_geo costs 1"
"""Changes whenever a file holds costs otherwise; the code that computes them counts too."""
MOST: Final = 2000
"""Entries that may stay, the newest."""
Entry: TypeAlias = dict[str, NDArray[Any]]
Progress: TypeAlias = Callable[[int, int], None]

_COLUMN: Final = {"time_ms": "i", "length_cm": "i", "reason": "U"}
_ROUTES: Final = {"origin": "U", "km": "f", "min": "f", "line": "U"}
"""Arrays of an entry and the kinds of their values."""
_LOG = logging.getLogger(__name__)


class KeptCosts:
    """Costs and routes of a study and its plans, each computed once.

    A facility's costs are one entry, so a plan that opens one more shelter computes that shelter's
    only, and one that changes places computes none. An entry that is missing, broken or of other
    inputs is computed anew; a folder that cannot be written to is passed over with a warning.

    Attributes
    ----------
    folder : Path or None
        Where entries stay for other runs; None keeps them in memory only.
    computed : int
        Entries computed so far.
    tables : KeptTables
        What was worked out with them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.computed = 0
        self.tables = KeptTables(folder)
        self._held: dict[str, Entry] = {}

    def matrix(
        self, study: Study, points: gpd.GeoDataFrame, *, progress: Progress | None = None
    ) -> CostMatrix:
        """Give the costs from points to the shelters of a study, as `costs.cost_matrix` does.

        Parameters
        ----------
        study
            Its roads and shelters.
        points
            Indexed by their keys, with `district_id`.
        progress
            Called with the work done and the whole, if anything is computed.

        Raises
        ------
        CostError, RoadError
            As `cost_matrix`.
        """
        shelters = study.shelters
        start = _digest(_roads(study), "column", _points(points))
        keys = [_digest(start, _digest([x], [y], [home])) for x, y, home in _places(shelters)]
        found = [self._get(key, _COLUMN, len(points)) for key in keys]
        # Shelters of one settlement share an entry, which is computed for the first of them.
        missing = [
            place
            for place, entry in enumerate(found)
            if entry is None and keys.index(keys[place]) == place
        ]
        if missing:
            fresh = cost_matrix(
                study.network,
                points,
                shelters.iloc[missing],
                snapping=joiner(study),
                engine=engine(study),
                progress=progress,
            )
            for column, place in enumerate(missing):
                entry = _column(fresh, column)
                self._put(keys[place], entry)
        return _matrix(points.index, shelters.index, [self._held[key] for key in keys])

    def routes(
        self, study: Study, points: gpd.GeoDataFrame, facility_of: pd.Series
    ) -> gpd.GeoDataFrame:
        """Give the best roads from points to the shelter of each, as `costs.routes` does.

        Parameters
        ----------
        study, points
            As for `matrix`.
        facility_of
            Shelter of each point by its key.

        Raises
        ------
        CostError, RoadError
            As `costs.routes`.
        """
        to = study.shelters.loc[facility_of.to_numpy()]
        pairs = (list(map(str, facility_of.index)), list(map(str, to.index)))
        key = _digest(_roads(study), "routes", _points(points), _points(to), *pairs)
        entry = self._get(key, _ROUTES)
        if entry is None:
            roads: Any = {"snapping": joiner(study), "engine": engine(study)}
            fresh = routes(study.network, points, study.shelters, facility_of, **roads)
            entry = {
                "origin": fresh.index.to_numpy(str),
                "km": fresh["distance_km"].to_numpy(float),
                "min": fresh["travel_min"].to_numpy(float),
                "line": np.array(shapely.to_wkb(fresh.geometry.to_numpy(), hex=True), dtype=str),
            }
            self._put(key, entry)
        return _lines(entry, facility_of)

    def _get(self, key: str, kinds: Mapping[str, str], rows: int | None = None) -> Entry | None:
        if key not in self._held and self.folder is not None:
            entry = _read(_path(self.folder, key), key)
            if entry is not None and _is_sound(entry, kinds, rows):
                self._held[key] = entry
        return self._held.get(key)

    def _put(self, key: str, entry: Entry) -> None:
        self.computed += 1
        self._held[key] = entry
        if self.folder is not None:
            if self.computed == 1:  # once a run is often enough
                keep_newest(self.folder, "costs-*.npz", MOST - 1)
            _write(_path(self.folder, key), key, entry)


def kept_costs(*, use_disk: bool = True) -> KeptCosts:
    """Give what this user's programs keep, or with `use_disk` false nothing but this run's costs.

    Where it is kept `cache.cache_folder` says.
    """
    return KeptCosts(cache_folder() if use_disk else None)


def as_table(costs: CostMatrix) -> pd.DataFrame:
    """Write a cost matrix as a table of plain columns."""
    columns = {f"time {i}": values for i, values in enumerate(costs.time_ms.T)}
    columns |= {f"length {i}": values for i, values in enumerate(costs.length_cm.T)}
    return pd.DataFrame({**columns, "reason": pd.array(costs.reason, dtype="str")})


def as_costs(table: pd.DataFrame, origins: pd.Index, facilities: pd.Index) -> CostMatrix:
    """Read the cost matrix that `as_table` wrote."""
    time, length = (
        np.column_stack([table[f"{name} {i}"].to_numpy() for i in range(len(facilities))])
        for name in ("time", "length")
    )
    return CostMatrix(origins, facilities, time, length, table["reason"].to_numpy(object))


def _roads(study: Study) -> str:
    """Hash of the roads and of how points join them."""
    before = study.roads_before
    parts = [
        FORMAT,
        code_hash(),
        network_hash(study.network),
        snap_settings(study).model_dump_json(),
    ]
    parts.append("" if before is None else network_hash(before))
    if study.settings.roads.connect_to_main:
        parts.append(_points(study.settlements))
    return _digest(*parts)


def _points(points: gpd.GeoDataFrame) -> str:
    """Hash of places, districts and keys of points."""
    x, y, homes = zip(*_places(points), strict=True) if len(points) else ((), (), ())
    return _digest(list(x), list(y), list(homes), list(map(str, points.index)))


def _places(points: gpd.GeoDataFrame) -> list[tuple[float, float, str]]:
    """Give the place and the district of each point."""
    at = points.geometry.to_numpy()
    homes = map(str, points["district_id"])
    return list(zip(shapely.get_x(at).tolist(), shapely.get_y(at).tolist(), homes, strict=True))


def _digest(*parts: str | Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _column(costs: CostMatrix, column: int) -> Entry:
    return {
        "time_ms": costs.time_ms[:, column].copy(),
        "length_cm": costs.length_cm[:, column].copy(),
        "reason": costs.reason.astype(str),
    }


def _matrix(origins: pd.Index, facilities: pd.Index, columns: list[Entry]) -> CostMatrix:
    """Join columns, as if all had been computed at once."""
    time = np.column_stack([column["time_ms"] for column in columns])
    length = np.column_stack([column["length_cm"] for column in columns])
    reasons = np.column_stack([column["reason"] for column in columns]).astype(object)
    # A point that cannot join the roads has its reason in every column; where some column has
    # none, the point reached another facility computed with it, and so it did join.
    told = np.where((reasons != "").all(axis=1), reasons[:, 0], NO_ROUTE)
    reason = np.where((time == UNREACHED).all(axis=1), told, "")
    return CostMatrix(origins, facilities, time, length, reason.astype(object))


def _lines(entry: Entry, facility_of: pd.Series) -> gpd.GeoDataFrame:
    kept = facility_of[facility_of.index.isin(entry["origin"])]
    return gpd.GeoDataFrame(
        {
            "facility_id": kept.to_numpy(),
            "distance_km": entry["km"],
            "travel_min": entry["min"],
        },
        index=kept.index,
        geometry=gpd.GeoSeries(shapely.from_wkb(entry["line"]), index=kept.index, crs=4326),
    )


def _path(folder: Path, key: str) -> Path:
    return folder / f"costs-{key[:32]}.npz"


def _read(path: Path, key: str) -> Entry | None:
    """Read an entry, or nothing if the file is missing, broken or not the one asked for."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            entry = {name: held[name] for name in held.files}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    stated = entry.pop("key", None)
    return entry if stated is not None and str(stated) == key else None


def _is_sound(entry: Entry, kinds: Mapping[str, str], rows: int | None) -> bool:
    """Whether the arrays are those of an entry, of one length, and nothing else is there."""
    if {name: values.dtype.kind for name, values in entry.items()} != dict(kinds):
        return False
    shapes = {values.shape for values in entry.values()}
    return len(shapes) == 1 and (rows is None or shapes == {(rows,)})


def _write(path: Path, key: str, entry: Entry) -> None:
    """Write an entry; a folder that is closed is no fault."""
    try:
        keep_file(path, lambda file: _save(file, key, entry))
    except OSError as error:
        _LOG.warning("%s cannot keep road costs: %s", path.parent, error.strerror)


def _save(file: IO[bytes], key: str, entry: Entry) -> None:
    np.savez(file, allow_pickle=False, key=np.array(key), **entry)
