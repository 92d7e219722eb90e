"""A small road network from two tables: places and junctions, and the road between neighbours."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
from shelter_geo.units import CM_PER_KM, MS_PER_MIN

UNCLASSED: Final = "road"
"""Class of a link whose class the table does not say."""


def network_from_tables(
    nodes: pd.DataFrame, links: pd.DataFrame, provenance: Provenance
) -> RoadNetwork:
    """Build a network from a table of nodes and a table of links.

    A link whose way back is of another length becomes two one-way edges, one after the other.

    Parameters
    ----------
    nodes
        With `node_id`, `lat`, `lon` (degrees).
    links
        With `from_node`, `to_node`, `km`, `minutes`. With `km_back` and `minutes_back` these hold
        the other direction, and a link where both are missing cannot be driven back; without these
        columns every link is the same both ways. `road_class` may say what the links count as.
    provenance
        Source and licence of the tables.

    Returns
    -------
    RoadNetwork
        Nodes and edges in the order of the tables; every edge is drawn straight.

    Raises
    ------
    RoadError
        If there is no link, a link names an unknown node, or a way back has only one of its two
        numbers.
    """
    if len(links) == 0:
        raise RoadError("the road links table is empty: without roads nothing can be reached")
    ids = pd.Index(nodes["node_id"])
    u, v = ids.get_indexer(links["from_node"]), ids.get_indexer(links["to_node"])
    if (u < 0).any() or (v < 0).any():
        unknown = set(links["from_node"][u < 0]) | set(links["to_node"][v < 0])
        raise RoadError(f"road links name unknown nodes: {', '.join(sorted(unknown))}")
    length, forward = _whole(links["km"], CM_PER_KM), _whole(links["minutes"], MS_PER_MIN)
    length_back, backward = _way_back(links, length, forward)
    # An edge has one length: a way back of another length is an edge of its own.
    apart = (backward != CLOSED) & (length_back != length)
    row = np.repeat(np.arange(len(links)), 1 + apart)
    second = np.append(False, row[1:] == row[:-1])
    lone = apart[row]
    u, v = np.where(second, v[row], u[row]), np.where(second, u[row], v[row])
    lon, lat = nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)
    ends = np.stack([u, v], axis=1).ravel()
    road_class, class_names = _classes(links)
    return RoadNetwork(
        node_id=ids.to_numpy(dtype=str),
        lon=lon,
        lat=lat,
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length_cm=np.where(second, length_back[row], length[row]),
        forward_ms=np.where(second, backward[row], forward[row]),
        backward_ms=np.where(lone, CLOSED, backward[row]),
        road_class=road_class[row],
        class_names=class_names,
        shape_start=np.arange(0, 2 * len(row) + 1, 2, dtype=np.int64),
        shape_lonlat=np.stack([lon[ends], lat[ends]], axis=1),
        provenance=provenance,
    )


def _whole(values: pd.Series, per_unit: int) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = np.rint(values.to_numpy(float) * per_unit).astype(np.int64)
    return whole


def _way_back(
    links: pd.DataFrame, length: NDArray[np.int64], time: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Centimetres and milliseconds back; `CLOSED` milliseconds where there is no way back."""
    given = [name in links for name in ("km_back", "minutes_back")]
    if not any(given):
        return length, time
    if not all(given):
        raise RoadError("road links need both km_back and minutes_back, or neither")
    closed = links[["km_back", "minutes_back"]].isna()
    half = closed["km_back"] != closed["minutes_back"]
    if half.any():
        first = links[half].iloc[0]
        raise RoadError(
            f"the road link from {first['from_node']} to {first['to_node']} has only one of "
            "km_back and minutes_back"
        )
    there = closed["km_back"].to_numpy()
    back = _whole(links["minutes_back"].fillna(0), MS_PER_MIN)
    return _whole(links["km_back"].fillna(0), CM_PER_KM), np.where(there, CLOSED, back)


def _classes(links: pd.DataFrame) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Class of each link, and the names of all classes in their order."""
    named: Any = links.get("road_class", UNCLASSED)
    text = pd.Series(named, index=links.index, dtype=object)
    code, names = pd.factorize(text.mask(text == "").fillna(UNCLASSED), sort=True)
    return code.astype(np.int16), tuple(str(name) for name in names)
