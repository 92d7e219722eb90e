"""Road links: read with or without a way back; ends that exist, lengths and speeds that can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Geod

from shelter_geo.errors import Fault
from shelter_geo.study.tables.checking import check_text
from shelter_geo.study.tables.reading import read_text_table
from shelter_geo.study.tables.relations import unknown_keys
from shelter_geo.study.tables.schemas import ROAD_LINKS

MERGED_KM = 5.0
"""Ends that stand for a whole town may lie this much farther apart than the road between them."""
SLOWEST_KMH, FASTEST_KMH = 3.0, 200.0
MOST_DETOUR, DETOUR_KM = 20.0, 100.0
"""A road between neighbours is longer than so many straight lines and kilometres by a slip only."""
BACK = ("km_back", "minutes_back")


def read_links(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a table of links; see `check_table`.

    Parameters
    ----------
    path
        A CSV file. Once it has one of `km_back` and `minutes_back` it must have both.

    Returns
    -------
    frame
        Without the columns of the way back if the table has none: its links are the same both
        ways. None where rows or columns are at fault.
    faults
        All faults of this table; one a cell.
    """
    raw, faults = read_text_table(path, columns=map(str, ROAD_LINKS.columns))
    if raw is None:
        return None, faults
    header = [str(name).lower().replace(" ", "_") for name in raw.columns]
    schema = ROAD_LINKS.remove_columns(list(BACK))
    if any(name in header for name in BACK):
        schema = ROAD_LINKS.update_columns({name: {"required": True} for name in BACK})
    return check_text(path, raw, schema, faults=faults)


def impossible_links(path: Path, links: pd.DataFrame, nodes: pd.DataFrame) -> list[Fault]:
    """Name links that cannot be, whichever way they are driven.

    These are links to unknown nodes or given twice, ways back with only one of their two numbers,
    links shorter than a straight line or absurdly longer, and impossible speeds.

    Parameters
    ----------
    path
        File of `links`, for the fault.
    links
        With `from_node`, `to_node`, `km`, `minutes` and, unless they are the same both ways,
        `km_back`, `minutes_back`; indexed by row number. Missing numbers are passed over, but for
        those of a way back that has the other one.
    nodes
        With `node_id`, `lat`, `lon` in degrees.
    """
    faults = []
    for column in ("from_node", "to_node"):
        faults += unknown_keys(path, links, column, nodes["node_id"], of="node")
    directed = all(name in links for name in BACK)
    if directed:
        faults += _half_filled(path, links)
    faults += _repeated(path, links, directed=directed)
    straight = _straight_km(links, nodes)
    for km, minutes in (("km", "minutes"), BACK) if directed else (("km", "minutes"),):
        faults += _too_short(path, links[km], straight)
        long = _too_long(path, links[km], straight)
        # An odd speed follows from a length that is wrong.
        right = ~links.index.isin([fault.row for fault in long])
        faults += long + _odd_speeds(path, links.loc[right, km], links.loc[right, minutes])
    return faults


def _half_filled(path: Path, links: pd.DataFrame) -> list[Fault]:
    remedy = "Fill it in, or leave both cells blank where the link cannot be driven back."
    return [
        Fault(path.name, f"the cell is empty although {other} is filled", remedy, row, column)
        for column, other in (BACK, BACK[::-1])
        for row in links.index[links[column].isna() & links[other].notna()].tolist()
    ]


def _repeated(path: Path, links: pd.DataFrame, *, directed: bool) -> list[Fault]:
    """Name links that give a direction which a row above has given already."""
    home = links[links[BACK[0]].notna()] if directed else links
    names = ["from_node", "to_node", "km", "minutes"]
    turned = ["to_node", "from_node", *(BACK if directed else names[2:])]
    back = home[turned].set_axis(names, axis=1)
    ways = pd.concat([links[names], back], keys=[0, 1], names=["back", "row"])
    ways = ways.reset_index().sort_values(["row", "back"])
    pair = ways.groupby(["from_node", "to_node"])
    first = pair[["row", "km", "minutes"]].transform("first")
    again = ways[pair.cumcount() > 0].drop_duplicates("row")
    above = first.loc[again.index]
    faults = []
    for way, was in zip(again.to_dict("records"), above.to_dict("records"), strict=True):
        alike = (way["km"], way["minutes"]) == (was["km"], was["minutes"])
        what = "this link stands already" if alike else "this link contradicts the one"
        where = "within itself" if way["row"] == was["row"] else f"in row {was['row']:.0f}"
        remedy = "Remove one of them; if there are two roads, give one a node on its way."
        ends = f"{way['from_node']} to {way['to_node']}"
        fault = Fault(path.name, f"{what} {where}", remedy, int(way["row"]), "to_node", ends)
        faults.append(fault)
    return faults


def _too_short(path: Path, km: pd.Series, straight: pd.Series) -> list[Fault]:
    short = km[km + MERGED_KM < straight]
    return [
        Fault(
            path.name,
            f"the road is shorter than the {straight[row]:.0f} km straight between its ends",
            "Correct the kilometres, or the place of one of the two nodes.",
            row,
            str(km.name),
            str(value),
        )
        for row, value in zip(short.index.tolist(), short, strict=True)
    ]


def _too_long(path: Path, km: pd.Series, straight: pd.Series) -> list[Fault]:
    remedy = "Correct the kilometres, or name the places on its way as nodes."
    long = km[km > MOST_DETOUR * straight + DETOUR_KM]
    return [
        Fault(
            path.name,
            f"the road is {value:,.0f} km long, and its ends are {straight[row]:.0f} km apart",
            remedy,
            row,
            str(km.name),
            str(value),
        )
        for row, value in zip(long.index.tolist(), long, strict=True)
    ]


def _odd_speeds(path: Path, km: pd.Series, minutes: pd.Series) -> list[Fault]:
    kmh = 60 * km / minutes
    odd = minutes[(kmh < SLOWEST_KMH) | (kmh > FASTEST_KMH)]
    return [
        Fault(
            path.name,
            f"the speed would be {kmh[row]:.1f} km/h",
            "Give kilometres and minutes.",
            row,
            str(minutes.name),
            str(value),
        )
        for row, value in zip(odd.index.tolist(), odd, strict=True)
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
