"""Points, areas and roads held against each other: what cannot be where it is said to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import Fault
from shelter_geo.study.tables.relations import BORDER_TOLERANCE_DEG, ELSEWHERE

ASTRAY_DEG: Final = 0.05
"""Centres may lie some kilometres outside their polygons, whose borders are generalised."""
MOST_SHARED: Final = 0.05
"""Share of the smaller of two polygons that generalised borders may have in common."""
MOST_AT_A_POINT: Final = 0.5
"""Share of the nodes that may lie at one point before the points are taken for a slip."""


def _names(keys: Sequence[Any]) -> str:
    """Write up to three keys, and how many more there are."""
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return ", ".join(map(str, keys[:3])) + more


def shared_ground(path: Path, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Name polygons that lie on each other.

    Parameters
    ----------
    path
        File of `areas`, for the fault.
    areas
        Polygons in degrees with `district_id`, indexed by the number of the feature.
    """
    shapes, keys, rows = areas.geometry.to_numpy(), areas["district_id"].tolist(), areas.index
    first, second = areas.sindex.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    share = common / np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    remedy = "Give each its own ground, as a coverage without overlaps."
    return [
        Fault(
            path.name,
            f"{part:.0%} of the smaller of this polygon and that of {keys[i]} is ground of both",
            remedy,
            int(rows[j]),
            "district_id",
            keys[j],
        )
        for i, j, part in zip(first.tolist(), second.tolist(), share.tolist(), strict=True)
        if part > MOST_SHARED
    ]


def gaps_between(path: Path, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Say that ground is left between polygons, which may be a lake or another country's.

    A hole within a single polygon, such as an enclave, is no gap.

    Parameters
    ----------
    path
        File of `areas`, for the fault.
    areas
        Polygons in degrees with `district_id`.

    Returns
    -------
    list of Fault
        One, if there are any, with the districts around the largest three.
    """
    shapes, keys = areas.geometry.to_numpy(), areas["district_id"].to_numpy()
    whole = shapely.get_parts(shapely.union_all(shapely.make_valid(shapes)))
    rings = [ring for part in whole if part.geom_type == "Polygon" for ring in part.interiors]
    holes = sorted(map(shapely.Polygon, rings), key=lambda hole: -hole.area)
    around = [keys[np.sort(areas.sindex.query(hole, predicate="intersects"))] for hole in holes]
    between = [
        (hole, named) for hole, named in zip(holes, around, strict=True) if len(set(named)) > 1
    ]
    if not between:
        return []
    places = [
        f"between {_names(list(dict.fromkeys(named)))} near {at.y:.2f}, {at.x:.2f}"
        for at, named in ((hole.representative_point(), named) for hole, named in between[:3])
    ]
    count = "there is 1 gap" if len(between) == 1 else f"there are {len(between)} gaps"
    message = f"{count} between polygons: {'; '.join(places)}"
    remedy = "Close them as a coverage, unless they are lakes or another country's ground."
    return [Fault(path.name, message, remedy)]


def without_polygon(path: Path, areas: gpd.GeoDataFrame, known: pd.Series) -> list[Fault]:
    """Name districts that have no polygon, all of them once; maps draw their centres.

    Parameters
    ----------
    path
        File of `areas`, for the fault.
    areas
        Polygons with `district_id`.
    known
        Keys of the districts.
    """
    bare = known[~known.isin(areas["district_id"])].tolist()
    if not bare or len(bare) == len(known):
        return []
    has = "1 district has" if len(bare) == 1 else f"{len(bare)} districts have"
    message = f"{has} no polygon: {_names(bare)}"
    return [Fault(path.name, message, "Add it; until then maps draw the centre.")]


def exchanged_areas(
    path: Path, points: pd.DataFrame, areas: gpd.GeoDataFrame, *, boundaries: str
) -> list[Fault]:
    """Name centres well outside their own polygon and inside that of another district.

    Parameters
    ----------
    path
        File of `points`, for the fault.
    points
        Centres with `district_id`, `lat` and `lon` in degrees, indexed by row number.
    areas
        Polygons with `district_id`.
    boundaries
        Name of their file.

    Returns
    -------
    list of Fault
        Where districts have each other's polygons, all of them come from one cause.
    """
    known = points[points["district_id"].isin(areas["district_id"])]
    known = known[known["lat"].notna() & known["lon"].notna()]
    at = _points(known)
    off = np.flatnonzero(_apart(known["district_id"], at, areas) > ASTRAY_DEG)
    point, area = areas.sindex.query(at[off], predicate="within")
    inside = dict(zip(off[point].tolist(), areas["district_id"].to_numpy()[area], strict=True))
    homes = {known["district_id"].iloc[i]: other for i, other in inside.items()}
    swapped = sorted(key for key in homes if homes[key] in homes)
    cause = None
    if len(swapped) > 1:
        message = f"polygons of {len(swapped)} districts are exchanged: {_names(swapped)}"
        remedy = f"Correct their keys, or the points of the districts in {path.name}."
        cause = Fault(boundaries, message, remedy)
    faults = []
    for i, other in inside.items():
        key, row = known["district_id"].iloc[i], known.index.tolist()[i]
        message = f"the centre lies in the polygon of {other}, not in its own"
        remedy = f"Check the point, and the keys of the polygons in {boundaries}."
        value = f"{known['lat'].iloc[i]}, {known['lon'].iloc[i]}"
        of = cause if key in swapped else None
        faults.append(Fault(path.name, message, remedy, row, "lat, lon", value, cause=of))
    return faults


def strayed_points(
    path: Path,
    points: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    what: str,
    *,
    exchanged: Mapping[str, Fault],
) -> list[Fault]:
    """Name points that lie far outside the polygon of the district that is given for them.

    Parameters
    ----------
    path
        File of `points`, for the fault.
    points
        With `district_id`, perhaps blank, `lat` and `lon` in degrees, indexed by row number.
    areas
        Polygons with `district_id`.
    what
        What a point stands for, such as "settlement".
    exchanged
        Faults of districts that have the polygon of another one, by `district_id`.
    """
    known = points[points["district_id"].isin(areas["district_id"])]
    known = known[known["lat"].notna() & known["lon"].notna()]
    at = _points(known)
    far = known[_apart(known["district_id"], at, areas) > BORDER_TOLERANCE_DEG]
    return [
        Fault(
            path.name,
            f"the {what} lies far outside the polygon of its district {row['district_id']}",
            "Correct the point, or the key of the district.",
            int(number),
            "lat, lon",
            f"{row['lat']}, {row['lon']}",
            cause=exchanged.get(str(row["district_id"])),
        )
        for number, row in zip(far.index.tolist(), far.to_dict("records"), strict=True)
    ]


def _points(table: pd.DataFrame) -> NDArray[Any]:
    return np.asarray(shapely.points(table["lon"].to_numpy(float), table["lat"].to_numpy(float)))


def _apart(keys: pd.Series, at: NDArray[Any], areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return how far points are from the polygons of their districts, in degrees."""
    polygons = areas.drop_duplicates("district_id").set_index("district_id").geometry
    distance: NDArray[np.float64] = shapely.distance(polygons.reindex(keys).to_numpy(), at)
    return distance


def foreign_roads(
    file: str, lon: NDArray[np.float64], lat: NDArray[np.float64], country: shapely.Geometry
) -> tuple[list[Fault], list[Fault]]:
    """Tell roads that lie in another place from those of the study.

    Parameters
    ----------
    file
        Where the roads come from, for the fault.
    lon, lat
        Their nodes, degrees.
    country
        Outline in EPSG:4326.

    Returns
    -------
    faults
        One, if no node lies within the outline or near it.
    warnings
        One, if fewer than half of them do; roads that lead abroad are needed where they come back.
    """
    near = shapely.buffer(country, BORDER_TOLERANCE_DEG)
    shapely.prepare(near)
    west, south, east, north = near.bounds
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    inside[inside] = shapely.contains_xy(near, lon[inside], lat[inside])
    count, whole = int(inside.sum()), len(inside)
    if whole and not count:
        message = f"none of the {whole} nodes {ELSEWHERE}"
        return [Fault(file, message, "Give the roads of this place, or its boundaries.")], []
    if 2 * count < whole:
        message = f"only {count} of the {whole} nodes lie within the study's boundaries"
        return [], [Fault(file, message, "Check that these are the roads of this place.")]
    return [], []


def lone_nodes(
    nodes_file: str, nodes: pd.DataFrame, links: pd.DataFrame
) -> tuple[list[Fault], list[Fault]]:
    """Name nodes that no link joins, and nodes at one point.

    Parameters
    ----------
    nodes_file
        File of the nodes, for the fault.
    nodes
        With `node_id`, `lat` and `lon`, indexed by row number.
    links
        With `from_node` and `to_node`.

    Returns
    -------
    faults
        One, if most nodes lie at one point.
    warnings
        One for each node without a link, unless there is no link at all, and for each node at the
        point of another.
    """
    at = nodes[nodes["lat"].notna() & nodes["lon"].notna()].groupby(["lat", "lon"])["node_id"]
    most = at.size().max() if len(at) else 0
    faults, warnings = [], []
    if len(nodes) > 2 and most > MOST_AT_A_POINT * len(nodes):
        message = f"{most} of {len(nodes)} nodes lie at one point"
        remedy = "Give every node a place of its own."
        faults.append(Fault(nodes_file, message, remedy, column="lat, lon"))
    else:
        first = at.transform("first")
        for row, other in first[first != nodes.loc[first.index, "node_id"]].items():
            message, key = f"lies at the point of {other}", str(nodes.loc[row, "node_id"])
            remedy = "Give each a place of its own, or make them one."
            warnings.append(Fault(nodes_file, message, remedy, int(str(row)), "node_id", key))
    ends = set(links["from_node"]) | set(links["to_node"])
    if ends:
        message, remedy = "no link starts or ends here", "Add its road, or remove the node."
        bare = nodes.loc[~nodes["node_id"].isin(ends), "node_id"]
        warnings += [
            Fault(nodes_file, message, remedy, row, "node_id", key)
            for row, key in zip(bare.index.tolist(), bare, strict=True)
        ]
    return faults, warnings


def foreign_basemap(
    path: Path, basemap: gpd.GeoDataFrame, country: shapely.Geometry
) -> list[Fault]:
    """Tell whether the ground under the maps lies elsewhere, and name labels at no place.

    Parameters
    ----------
    path
        File of `basemap`, for the fault.
    basemap
        Areas in degrees with `label_lon` and `label_lat`.
    country
        Outline in EPSG:4326.
    """
    frame = shapely.box(*shapely.buffer(country, 1).bounds)
    if not shapely.intersects(frame, basemap.geometry.to_numpy()).any():
        turned = shapely.transform(basemap.geometry.to_numpy(), lambda at: at[:, ::-1])
        if shapely.intersects(frame, turned).any():
            remedy = "Save it as GeoJSON, which has the longitude first."
            return [Fault(path.name, "latitude and longitude are swapped", remedy)]
        remedy = "Give that of this place, or take the key basemap out of the study file."
        return [Fault(path.name, "none of it lies near the study", remedy)]
    limits = {"label_lon": 180.0, "label_lat": 90.0}
    return [
        Fault(path.name, "is not degrees", "Correct the property.", int(row) + 1, name, str(value))
        for name, most in limits.items()
        for row, value in basemap[name].items()
        if abs(value) > most
    ]
