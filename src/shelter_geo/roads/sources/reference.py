"""A small road network from two tables: places and junctions, and the road between neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.units import CM_PER_KM, MS_PER_MIN


def network_from_tables(
    nodes: pd.DataFrame, links: pd.DataFrame, provenance: Provenance
) -> RoadNetwork:
    """Build a network from a table of nodes and a table of two-way links.

    Parameters
    ----------
    nodes
        With `node_id`, `lat`, `lon` (degrees).
    links
        With `from_node`, `to_node`, `km`, `minutes`, the same in both directions.
    provenance
        Source and licence of the tables.

    Returns
    -------
    RoadNetwork
        Nodes and edges in the order of the tables; every edge is drawn straight.

    Raises
    ------
    RoadError
        If there is no link, or a link names an unknown node.
    """
    if len(links) == 0:
        raise RoadError("the road links table is empty: without roads nothing can be reached")
    ids = pd.Index(nodes["node_id"])
    u, v = ids.get_indexer(links["from_node"]), ids.get_indexer(links["to_node"])
    if (u < 0).any() or (v < 0).any():
        unknown = set(links["from_node"][u < 0]) | set(links["to_node"][v < 0])
        raise RoadError(f"road links name unknown nodes: {', '.join(sorted(unknown))}")
    lon, lat = nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)
    time = np.rint(links["minutes"].to_numpy(float) * MS_PER_MIN).astype(np.int64)
    ends = np.stack([u, v], axis=1).ravel()
    return RoadNetwork(
        node_id=ids.to_numpy(dtype=str),
        lon=lon,
        lat=lat,
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length_cm=np.rint(links["km"].to_numpy(float) * CM_PER_KM).astype(np.int64),
        forward_ms=time,
        backward_ms=time.copy(),
        road_class=np.zeros(len(links), np.int16),
        class_names=("road",),
        shape_start=np.arange(0, 2 * len(links) + 1, 2, dtype=np.int64),
        shape_lonlat=np.stack([lon[ends], lat[ends]], axis=1),
        provenance=provenance,
    )
