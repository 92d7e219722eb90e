"""Places that two roads share on the map without a junction."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.roads.joining.finder import Components, drivable
from shelter_geo.roads.network import RoadNetwork

PER_DEGREE: Final = 10_000_000
"""Points are the same to the seventh decimal of a degree, as OpenStreetMap keeps them."""


def overlaps(network: RoadNetwork, parts: Components) -> pd.DataFrame:
    """Find points of two roads at one place that no node joins.

    Such a place is a junction that its mapper forgot to join, or two nodes made of one. A bridge
    whose points lie exactly on those of the road below is found too.

    Parameters
    ----------
    network
        The roads.
    parts
        Its components.

    Returns
    -------
    DataFrame
        One row for each pair of neighbours at a place: `lon`, `lat`, `road_class`,
        `other_class`, `component` and `other_component`; pairs in two components come first, the
        longer ones before the others.
    """
    counts = np.diff(network.shape_start)
    edge = np.repeat(np.arange(network.n_edges), counts)
    first = np.zeros(len(edge), dtype=bool)
    last = np.zeros(len(edge), dtype=bool)
    first[network.shape_start[:-1]] = last[network.shape_start[1:] - 1] = True
    identity = network.n_nodes + np.arange(len(edge))
    identity[first], identity[last] = network.u, network.v
    place = np.rint(network.shape_lonlat * PER_DEGREE).astype(np.int64)
    key = (place[:, 0] + 180 * PER_DEGREE) * (181 * PER_DEGREE) + place[:, 1] + 90 * PER_DEGREE
    rows = np.flatnonzero(drivable(network)[edge] & _repeated(key))
    rows = rows[np.lexsort((edge[rows], identity[rows], key[rows]))]
    once = np.append(True, np.diff(identity[rows]) != 0) if len(rows) else np.zeros(0, dtype=bool)
    rows = rows[once]
    a, b = rows[:-1], rows[1:]
    pair = (key[a] == key[b]) & (edge[a] != edge[b])
    a, b = edge[a[pair]], edge[b[pair]]
    at = rows[1:][pair]
    names = np.array(network.class_names, dtype=object)
    table = pd.DataFrame(
        {
            "lon": network.shape_lonlat[at, 0],
            "lat": network.shape_lonlat[at, 1],
            "road_class": names[network.road_class[a]],
            "other_class": names[network.road_class[b]],
            "component": parts.of_edge[a],
            "other_component": parts.of_edge[b],
        }
    )
    apart = table["component"] != table["other_component"]
    order = np.lexsort((table["lat"], table["lon"], np.maximum(*_two(table)), ~apart))
    return table.iloc[order].reset_index(drop=True)


def _repeated(key: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each key stands more than once."""
    order = np.argsort(key, kind="stable")
    same = np.diff(key[order]) == 0
    again = np.zeros(len(key), dtype=bool)
    again[order] = np.append(same, False) | np.append(False, same)
    return again


def _two(table: pd.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return table["component"].to_numpy(), table["other_component"].to_numpy()
