"""Settlements placed in districts, with their share of the people, and the centre of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from shelter_geo.errors import Fault, TableError
from shelter_geo.start.grid import Grid, nearest_parts
from shelter_geo.start.names import folded, resemblance
from shelter_geo.start.points import TYPICAL, WITHIN_TOWNS, is_refused

ASTRAY_KM: Final = 1.0
"""A settlement so little outside all polygons belongs to the nearest: borders are coarse."""
BESIDE_KM: Final = 10.0
"""So near to a district lies its namesake that coarse borders have left outside; and so near to the
centre that a user gives lies the settlement of that name."""
MOVED_KM: Final = 1.0
"""A settlement put farther than this is told of."""
SAME_NAME: Final = 0.95
NAMED_ALIKE: Final = 0.75
"""Resemblance from which a settlement is called like its district."""
STAND_IN: Final = "a point inside the district"
Called: TypeAlias = Mapping[str, Sequence[str]]
Points: TypeAlias = Mapping[str, shapely.Geometry]
_GEOD: Final = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Places:
    """Settlements of a study.

    Attributes
    ----------
    table
        By `settlement_id`: `name_<language>`, `district_id`, `lat`, `lon`, `population_listed`
        (missing where not known), `place`, `source` and the point.
    centres
        `settlement_id` of the centre by `district_id`.
    notes
        What a user should know.
    """

    table: gpd.GeoDataFrame
    centres: pd.Series
    notes: tuple[str, ...]


def place_settlements(
    areas: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame | None,
    languages: Sequence[str],
    *,
    called: Called,
    grid: Grid | None = None,
    given: Points | None = None,
) -> Places:
    """Place settlements in districts, weigh them, and choose the centre of each district.

    A district without a settlement gets its namesake beside its borders, which may be coarse, else
    one at a point of its surface, under its own name. The centre is the largest settlement; where
    nobody's people are known, that which is called like the district, else the largest by kind.
    With a grid the people around each settlement, nearer to it than to others of its district, are
    its weight. Without one the tagged people are; a settlement without them weighs as the median of
    those of its kind, or as its kind does by definition.

    Parameters
    ----------
    areas
        Districts by key, with `name_<language>`; polygons in EPSG:4326.
    settlements
        Points with `settlement_id`, `name_<language>`, `population_listed`, `place` and `source`;
        None where there are none.
    languages
        Codes of the languages of the study.
    called
        Names of each district in any language, by key.
    grid
        People around.
    given
        Points of the centres of districts, where a user knows them: the settlement that is called
        like the district is put there.
    """
    notes: list[str] = []
    plain = {key: [folded(name) for name in called[key]] for key in areas.index}
    table = _truly_named(_placed(areas, settlements, plain, notes), languages, notes)
    table = pd.concat([table, _stand_ins(areas, table, languages, notes)], ignore_index=True)
    table = table.set_index("settlement_id", drop=False).rename_axis(None).sort_index()
    table = gpd.GeoDataFrame(table, geometry="geometry", crs=4326)
    at_centre = _put_at_centres(table, plain, given or {}, notes)
    tagged = table["population_listed"].astype("Float64")
    size = _weights(table, tagged)
    if grid is not None:
        weight = pd.Series(_around(areas, table, grid), table.index)
        table["population_listed"] = weight.round().astype("Int64")
        notes.append("People of a district are spread over its settlements as the grid has them.")
    else:
        weight = size
        if (weighed := tagged.isna() & weight.notna()).any():
            table["population_listed"] = weight.round().astype("Int64")
            table.loc[weighed, "source"] += ", people assumed by kind of place"
            notes.append(
                f"{int(weighed.sum())} of {len(table)} settlements have no people of their own; "
                "each weighs as others of its kind."
            )
    middles = dict(zip(areas.index, shapely.point_on_surface(areas.geometry), strict=True))
    centres = _centres(table, size.fillna(weight), tagged.notna(), plain, middles)
    centres.update(pd.Series(at_centre, dtype=object))
    table["lon"], table["lat"] = table.geometry.x.round(5), table.geometry.y.round(5)
    return Places(table, centres, tuple(notes))


def given_centres(people: pd.DataFrame) -> dict[str, shapely.Point]:
    """Return the centres that a table of people states, by `district_id`."""
    if not {"lat", "lon"} <= set(people):
        return {}
    degrees = people[["lon", "lat"]].to_numpy(float)
    return {str(key): shapely.Point(at) for key, at in zip(people.index, degrees, strict=True)}


def _truly_named(table: pd.DataFrame, languages: Sequence[str], notes: list[str]) -> pd.DataFrame:
    """Leave out what is called like a house of a street, which a study refuses."""
    if table.empty:
        return table
    table, lead = table.copy(), f"name_{languages[0]}"
    for code in languages:
        names = table[f"name_{code}"]
        table[f"name_{code}"] = names.mask(names.map(is_refused).astype(bool), None)
    true = table[lead].notna()
    if not true.all():
        notes.append(f"{int((~true).sum())} places whose names look like addresses were left out.")
    return table[true]


def _put_at_centres(
    table: gpd.GeoDataFrame, called: Called, given: Points, notes: list[str]
) -> dict[str, str]:
    """Put the namesake of each district at the centre that a user gives; return which it is.

    A town is a point in two sources, some kilometres apart, and a shelter in it would be that far
    from its own centre.
    """
    chosen, moved = {}, []
    for key, rows in table.groupby("district_id").indices.items():
        point = given.get(str(key))
        if point is None:
            continue
        ranked = []
        for row in rows.tolist():
            off, score = _km_apart(point, table.geometry.iloc[row]), 1.0
            stands_in = str(table["source"].iloc[row]) == STAND_IN
            if not stands_in:
                score = _resembles(called[str(key)], table.iloc[row])
            if stands_in or (score >= SAME_NAME and off <= BESIDE_KM):
                size = TYPICAL.get(str(table["place"].iloc[row]), 0)
                ranked.append((-score, -size, off, str(table.index[row]), stands_in))
        if not ranked:
            continue
        _, _, off, chosen[str(key)], stands_in = min(ranked)
        table.loc[chosen[str(key)], "geometry"] = point
        if stands_in:
            table.loc[chosen[str(key)], "source"] = "the centre in the table of people"
        elif off > MOVED_KM:
            moved.append((-off, f"{chosen[str(key)]} of {key} by {off:.1f} km"))
    if moved:
        some = ", ".join(said for _, said in sorted(moved)[:3]) + (" ..." if moved[3:] else "")
        notes.append(
            f"{len(moved)} settlements were moved more than {MOVED_KM:g} km to the centres that "
            f"the table of people gives: {some}."
        )
    return chosen


def _placed(
    areas: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame | None,
    called: Called,
    notes: list[str],
) -> pd.DataFrame:
    """Give settlements their district; those of no district and parts of towns go."""
    if settlements is None or settlements.empty:
        return pd.DataFrame({"settlement_id": [], "district_id": []}, dtype=object)
    shapes, points = areas.geometry.to_numpy(), settlements.geometry.to_numpy()
    home = np.full(len(points), -1)
    point, area = shapely.STRtree(shapes).query(points, predicate="intersects")
    home[point[::-1]] = area[::-1]  # on a border the first district wins
    lost = np.flatnonzero(home < 0)
    nearest = shapely.STRtree(shapes).nearest(points[lost])
    for one, area_there in zip(lost, nearest, strict=True):
        if _km_apart(shapes[area_there], points[one]) <= ASTRAY_KM:
            home[one] = area_there
    inside = home >= 0
    if not inside.any():
        message = "none of the settlements lies in the boundaries"
        remedy = "Give files of the same country, and check latitude and longitude."
        raise TableError([Fault("settlements", message, remedy)])
    if (outside := int((~inside).sum())) > 0:
        notes.append(f"{outside} settlements outside the boundaries were left out.")
    table = pd.DataFrame(settlements[inside]).assign(
        district_id=areas.index.to_numpy()[home[inside]]
    )
    _adopt(areas, table, called, notes)
    rank = table["place"].map({kind: k for k, kind in enumerate(WITHIN_TOWNS, 1)}).fillna(0)
    best = rank.groupby(table["district_id"]).transform("min")
    return table[(rank == 0) | ((best > 0) & (rank == best))]


def _adopt(areas: gpd.GeoDataFrame, table: pd.DataFrame, called: Called, notes: list[str]) -> None:
    """Give a district its namesake where that lies beside its borders, as coarse ones have it.

    A district without any settlement takes one that is called much like it; one with settlements
    takes one of quite its name that is larger than they are. None is taken from its own namesake.
    """
    points = table["geometry"].to_numpy()
    size = table["place"].map(dict(TYPICAL)).fillna(0).to_numpy(float)
    own = [_resembles(called[key], table.iloc[row]) for row, key in enumerate(table["district_id"])]
    tree, homes = shapely.STRtree(points), table["district_id"].to_numpy().copy()
    for key in areas.index:
        there = homes == key
        if any(score > 0 for score in np.array(own)[there]):
            continue
        least, most = (SAME_NAME, size[there].max()) if there.any() else (NAMED_ALIKE, -1.0)
        best: tuple[float, float, int] | None = None
        around = shapely.buffer(areas.geometry[key], BESIDE_KM / 50)
        for row in np.sort(tree.query(around)).tolist():
            score = _resembles(called[key], table.iloc[row])
            if own[row] > 0 or there[row] or score < least or size[row] <= most:
                continue
            if _km_apart(areas.geometry[key], points[row]) <= BESIDE_KM:
                best = max(best or (0.0, 0.0, -1), (score, size[row], row))
        if best is not None:
            table.loc[table.index[best[2]], "district_id"] = key
            notes.append(
                f"{table['settlement_id'].iloc[best[2]]} lies beside the borders of {key}, which "
                "it is called like, and was taken to belong there."
            )


def _km_apart(area: shapely.Geometry, point: shapely.Point) -> float:
    there = shapely.shortest_line(area, point)
    return float(_GEOD.geometry_length(there)) / 1000


def _stand_ins(
    areas: gpd.GeoDataFrame, table: pd.DataFrame, languages: Sequence[str], notes: list[str]
) -> pd.DataFrame:
    """Make a settlement for each district without one."""
    bare = areas[~areas.index.isin(table["district_id"])]
    names = {
        f"name_{code}": bare[f"name_{code}"].map(
            lambda name: "Centre" if is_refused(name) else name
        )
        for code in languages
    }
    points = shapely.point_on_surface(bare.geometry.to_numpy())
    if len(bare):
        some = ", ".join(bare.index[:3])
        more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
        notes.append(
            f"{len(bare)} districts have no settlement, so a point inside stands for one: "
            f"{some}{more}."
        )
    used, keys = set(table["settlement_id"]), []
    for key in bare.index:
        stem = f"centre-{key}"
        while stem in used:
            stem += "-"
        used.add(stem)
        keys.append(stem)
    return pd.DataFrame(
        {
            "settlement_id": pd.Series(keys, bare.index, dtype=object),
            **names,
            "district_id": bare.index.to_numpy(dtype=object),
            "population_listed": pd.Series(pd.NA, bare.index, dtype="Int64"),
            "place": None,
            "source": STAND_IN,
            "geometry": points,
        }
    )


def _weights(table: pd.DataFrame, tagged: pd.Series) -> pd.Series:
    """Return tagged people, else the median of the kind of place, else what it is defined by."""
    median = tagged.groupby(table["place"]).transform("median")
    typical = table["place"].map(dict(TYPICAL)).astype("Float64")
    return tagged.fillna(median).fillna(typical)


def _around(areas: gpd.GeoDataFrame, table: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.float64]:
    """Add up the people who are nearer to a settlement than to others of its district."""
    cells = np.empty(len(table), dtype=object)
    for key, rows in table.groupby("district_id").indices.items():
        cells[rows] = nearest_parts(areas.geometry[key], table.geometry.to_numpy()[rows])
    return grid.people_in(cells)


def _centres(
    table: gpd.GeoDataFrame, size: pd.Series, is_known: pd.Series, called: Called, middles: Points
) -> pd.Series:
    """Choose the largest settlement; where nobody's people are known, the district's namesake."""
    centres = {}
    for key, rows in table.groupby("district_id").indices.items():
        alike = [_resembles(called[key], table.iloc[row]) for row in rows]
        by_size = bool(is_known.iloc[rows].any())
        ranked = sorted(
            (
                not (by_size or score > 0),
                -float(size.iloc[row]) if pd.notna(size.iloc[row]) else 0.0,
                -score,
                float(shapely.distance(middles[key], table.geometry.iloc[row])),
                str(table.index[row]),
            )
            for row, score in zip(rows.tolist(), alike, strict=True)
        )
        centres[key] = ranked[0][-1]
    return pd.Series(centres, dtype=object).reindex(list(called))


def _resembles(called: Sequence[str], row: pd.Series) -> float:
    """Return how much a settlement is called like its district, 0 if not much."""
    own = [
        folded(part)
        for name, cell in row.items()
        if str(name).startswith("name_") and isinstance(cell, str)
        for part in re.split(r"[/;(|]", cell)
    ]
    best = max((resemblance(one, name) for one in called for name in own if name), default=0.0)
    return best if best >= NAMED_ALIKE else 0.0
