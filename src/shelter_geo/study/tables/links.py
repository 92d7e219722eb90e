"""Checks of road links: ends that exist, lengths and speeds that can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Geod

from shelter_geo.errors import Fault
from shelter_geo.study.tables.relations import unknown_keys

MERGED_KM = 5.0
"""Ends that stand for a whole town may lie this much farther apart than the road between them."""
SLOWEST_KMH, FASTEST_KMH = 3.0, 200.0


def impossible_links(path: Path, links: pd.DataFrame, nodes: pd.DataFrame) -> list[Fault]:
    """Name links to unknown nodes, links shorter than a straight line, and impossible speeds.

    Parameters
    ----------
    path
        File of `links`, for the fault.
    links
        With `from_node`, `to_node`, `km`, `minutes`, indexed by row number. Missing numbers are
        passed over.
    nodes
        With `node_id`, `lat`, `lon` in degrees.
    """
    faults = []
    for column in ("from_node", "to_node"):
        faults += unknown_keys(path, links, column, nodes["node_id"], of="node")
    straight = _straight_km(links, nodes)
    short = links.loc[links["km"] + MERGED_KM < straight, "km"]
    faults += [
        Fault(
            path.name,
            f"the road is shorter than the {straight[row]:.0f} km straight between its ends",
            "Correct the kilometres, or the place of one of the two nodes.",
            row,
            "km",
            str(km),
        )
        for row, km in zip(short.index.tolist(), short, strict=True)
    ]
    kmh = 60 * links["km"] / links["minutes"]
    odd = links.loc[(kmh < SLOWEST_KMH) | (kmh > FASTEST_KMH), "minutes"]
    return faults + [
        Fault(
            path.name,
            f"the speed would be {kmh[row]:.1f} km/h",
            "Give kilometres and minutes.",
            row,
            "minutes",
            str(minutes),
        )
        for row, minutes in zip(odd.index.tolist(), odd, strict=True)
    ]


def _straight_km(links: pd.DataFrame, nodes: pd.DataFrame) -> pd.Series[float]:
    """Geodesic between the ends of each link, missing where an end or its place is not known."""
    places = nodes.drop_duplicates("node_id").set_index("node_id")[["lon", "lat"]]
    ends = [places.reindex(links[column]).to_numpy(float) for column in ("from_node", "to_node")]
    known = np.isfinite(np.hstack(ends)).all(axis=1)
    km = np.full(len(links), np.nan)
    start, end = (points[known] for points in ends)
    km[known] = Geod(ellps="WGS84").inv(*start.T, *end.T)[2] / 1000
    return pd.Series(km, index=links.index)
