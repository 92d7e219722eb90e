"""A cost matrix in blocks of origins that do not depend on each other, each as a Parquet file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shelter_geo.access.costs import CostMatrix, anchors_of, costs_towards
from shelter_geo.errors import CostError
from shelter_geo.outside import defuse
from shelter_geo.roads import UNREACHED, Anchors, Engine, Joiner, RoadNetwork, SnapSettings, Weight
from shelter_geo.units import CM_PER_KM, MS_PER_MIN

PAIRS: Final = 5_000_000
"""Pairs of a block."""
_STORED: Final[dict[str, Any]] = {
    "compression": "lz4",
    "use_dictionary": ["origin_id", "facility_id"],
    "use_byte_stream_split": ["distance_km", "travel_min"],
    "write_statistics": ["origin_id"],
}
"""Writing takes longer than finding the costs; this is four times as quick as zstd, and a tenth
larger."""


@dataclass(frozen=True, eq=False)
class CostRequest:
    """Costs to be computed, in blocks that do not depend on each other.

    Attributes
    ----------
    origins, facilities
        Points in EPSG:4326, indexed by their keys.
    network
        The roads.
    engine
        Of these roads; prepared, if it is to be sent to workers.
    weight
        That of the engine.
    joining, voters
        How points join the roads, and the settlements that decide on its parts; see `Joiner`.
    of
        What these are, such as the hash of the roads: requests of the same facts and points have
        the same costs.
    pairs
        Largest number of pairs in a block; a block has at least one origin.

    Raises
    ------
    CostError
        If there is no origin or no facility, or a block may hold no pair.
    """

    origins: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    network: RoadNetwork
    engine: Engine
    weight: Weight
    joining: SnapSettings
    voters: gpd.GeoDataFrame | None
    of: dict[str, Any]
    pairs: int = PAIRS

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.pairs < 1:
            raise CostError(f"a block must hold at least one pair, not {self.pairs}")
        for points, what in ((self.origins, "origin"), (self.facilities, "facility")):
            if points.empty:
                raise CostError(f"the table of points holds no {what}")

    @property
    def blocks(self) -> list[range]:
        """Origins of each block."""
        every = range(len(self.origins))
        rows = max(self.pairs // len(self.facilities), 1)
        return [every[first : first + rows] for first in range(0, len(every), rows)]

    @cached_property
    def keys(self) -> tuple[pa.Array, pa.Array]:
        """Keys of origins and facilities, as text that no program takes for a formula."""
        origins, facilities = (
            pa.array([defuse(str(key)) for key in points.index])
            for points in (self.origins, self.facilities)
        )
        return origins, facilities

    @cached_property
    def _joiner(self) -> Joiner:
        return Joiner(self.joining, voters=self.voters)

    @cached_property
    def _arrive(self) -> Anchors:
        return anchors_of(self.network, self.facilities, self._joiner)

    @property
    def facts(self) -> str:
        """What the costs are of, as JSON that is the same for the same request."""
        facts: dict[str, Any] = dict(self.of)
        for name, points in (("origins", self.origins), ("facilities", self.facilities)):
            digest = hashlib.sha256("\n".join(map(str, points.index)).encode())
            digest.update(points.get_coordinates().to_numpy(float).tobytes())
            facts[name] = {"points": len(points), "sha256": digest.hexdigest()}
        facts |= {"weight": self.weight, "pairs_of_a_block": self.pairs}
        return json.dumps(facts, indent=2, sort_keys=True) + "\n"

    def block(self, rows: range) -> bytes:
        """Compute the costs of some origins, as the bytes of a Parquet file.

        `origin_id`, `facility_id`, `distance_km` and `travel_min`, a row a pair; both are missing
        where there is no road.
        """
        costs = costs_towards(
            self.network,
            self.origins.iloc[rows.start : rows.stop],
            self.facilities,
            self._arrive,
            self.engine,
            snapping=self._joiner,
        )
        sink = pa.BufferOutputStream()
        pq.write_table(self._table(costs, rows), sink, **_STORED)
        return bytes(sink.getvalue().to_pybytes())

    def _table(self, costs: CostMatrix, rows: range) -> pa.Table:
        origins, facilities = self.keys
        own = np.repeat(np.arange(len(rows), dtype=np.int32), len(facilities))
        other = np.tile(np.arange(len(facilities), dtype=np.int32), len(rows))
        columns = {
            "origin_id": pa.DictionaryArray.from_arrays(own, origins[rows.start : rows.stop]),
            "facility_id": pa.DictionaryArray.from_arrays(other, facilities),
            "distance_km": _in_units(costs.length_cm, CM_PER_KM),
            "travel_min": _in_units(costs.time_ms, MS_PER_MIN),
        }
        return pa.table(columns)


def _in_units(whole: NDArray[np.int64], per_unit: int) -> pa.Array:
    flat = np.ascontiguousarray(whole).ravel()
    return pa.array(flat / per_unit, mask=flat == UNREACHED)
