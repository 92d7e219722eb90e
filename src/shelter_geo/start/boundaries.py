"""Polygons of any file made into districts: keys, names, whole shapes and simpler borders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from shelter_geo.errors import Fault, TableError
from shelter_geo.outside import REMEDY, unreadable
from shelter_geo.start.names import made_keys, name_in
from shelter_geo.study import is_key

KEYS_FIRST: Final = (
    "district_id", "iso_3166_2", "iso3166_2", "shapeiso", "pcode", "adm4_pcode", "adm3_pcode",
    "adm2_pcode", "adm1_pcode", "gid_4", "gid_3", "gid_2", "gid_1", "code", "id", "ref",
    "shapeid", "osm_id",
)  # fmt: skip
"""Properties that are taken for the key of an area, the first of them that is one."""
NAMES_FIRST: Final = (
    "name", "shapename", "name_4", "name_3", "name_2", "name_1", "name_local", "name_long",
)  # fmt: skip
"""Properties that are taken for the plain name, whatever its language."""
MOST_CORNERS: Final = 6000
"""Borders of more corners are simplified: maps of a country are not sharper than that."""
FIRST_TOLERANCE_DEG: Final = 0.001
DECIMALS_DEG: Final = 5


@dataclass(frozen=True)
class Districts:
    """Areas of a study before anybody is counted.

    Attributes
    ----------
    areas
        By `district_id`, sorted; `name_<language>` for each language, geometry in EPSG:4326 as
        the file has it.
    other_names, other_keys
        All names, and all properties that are keys, of each area, to match tables with.
    notes
        What a user should know.
    """

    areas: gpd.GeoDataFrame
    other_names: dict[str, tuple[str, ...]]
    other_keys: dict[str, dict[str, str]]
    notes: tuple[str, ...]


def read_districts(
    path: Path,
    languages: Sequence[str],
    *,
    key_property: str | None = None,
    name_property: str | None = None,
) -> Districts:
    """Read polygons as districts.

    Parameters
    ----------
    path
        Any file of polygons that GDAL reads, in any system of coordinates.
    languages
        Codes of the languages of the study, the first first.
    key_property, name_property
        Properties with the key and the name; looked for if not given.

    Raises
    ------
    TableError
        With every fault: no areas, no names, coordinates that are not degrees.
    """
    frame = _read(path)
    text = _texts(frame)
    is_area = frame.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()
    if not is_area.any():
        kinds = ", ".join(sorted(set(frame.geom_type.dropna()))) or "nothing"
        message = f"holds no area, but {kinds}"
        raise TableError([Fault(path.name, message, "Give a file of polygons.")])
    frame, text = frame[is_area], text[is_area]
    notes = []
    if others := int((~is_area).sum()):
        notes.append(f"{others} shapes of {path.name} are no areas and were passed over.")
    shapes = gpd.GeoSeries(_whole(path, frame), index=frame.index, crs=4326)
    names, all_names, name_notes = _names(path, text, languages, name_property)
    frame = gpd.GeoDataFrame(names, geometry=shapes)
    same = text.fillna("").agg("\x1f".join, axis=1) if len(text.columns) else None
    if same is not None and same.duplicated().any():
        frame = _merged(frame, same)
        text, all_names = text.loc[frame.index], all_names.loc[frame.index]
        notes.append("Shapes whose properties are all alike were taken for parts of one district.")
    keys = _keys(path, text, frame, key_property)
    if isinstance(keys, str):
        notes.append(f"Keys of districts: the property {keys}.")
        frame["district_id"] = text[keys]
    else:
        notes.append("No property is a key, so keys were made of the names.")
        frame["district_id"] = keys
    order = frame["district_id"].sort_values(kind="stable").index
    by_row = frame["district_id"]
    candidates = [column for column in map(str, text) if _is_key_column(text[column])]
    return Districts(
        areas=frame.loc[order].set_index("district_id", drop=False).rename_axis(None),
        other_names={by_row[row]: all_names[row] for row in order},
        other_keys={
            column: dict(zip(text[column].loc[order], by_row[order], strict=True))
            for column in candidates
        },
        notes=(*notes, *name_notes),
    )


def _read(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise TableError([Fault(path.name, "there is no such file", "Check the path.")])
    if said := unreadable(path):
        raise TableError([Fault(path.name, said, REMEDY)])
    try:
        frame = gpd.read_file(path)
    except Exception as error:  # GDAL's drivers raise what they like
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"cannot be read as areas: {reason.replace(str(path), path.name)}"
        remedy = "Give GeoJSON, GeoPackage, Shapefile or KML."
        raise TableError([Fault(path.name, message, remedy)]) from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        remedy = "Give a file of polygons."
        raise TableError([Fault(path.name, "holds no shape", remedy)])
    return frame.set_index(pd.RangeIndex(1, len(frame) + 1))


def _whole(path: Path, frame: gpd.GeoDataFrame) -> np.ndarray[Any, Any]:
    """Give areas in degrees, repaired, flat, and cut where they cross 180 degrees."""
    bounds = frame.total_bounds
    if frame.crs is not None and not frame.crs.is_geographic:
        frame = frame.to_crs(4326)
    elif (np.abs(bounds) > (540, 90, 540, 90)).any():
        message = "its coordinates are not degrees, and the file does not say what they are"
        remedy = "Save it in EPSG:4326, or with its system of coordinates (.prj)."
        raise TableError([Fault(path.name, message, remedy)])
    elif frame.crs is not None:
        frame = frame.to_crs(4326)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if not np.isfinite(shapely.bounds(shapes)).all():
        bad = np.flatnonzero(~np.isfinite(shapely.bounds(shapes)).all(axis=1)) + 1
        rows = frame.index[bad - 1].tolist()
        message, remedy = "has coordinates that are no numbers", "Repair the feature."
        raise TableError([Fault(path.name, message, remedy, row) for row in rows])
    repaired = [_areas_of(shapely.make_valid(cut_at_180(shape))) for shape in shapes]
    empty = frame.index[shapely.is_empty(repaired)].tolist()
    if empty:
        message, remedy = "has no area", "Repair the feature, or take it out."
        raise TableError([Fault(path.name, message, remedy, row) for row in empty])
    return np.array(repaired, dtype=object)


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a repaired shape."""
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts([shape]))
        if part.geom_type == "Polygon"
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def cut_at_180(shape: shapely.Geometry) -> shapely.Geometry:
    """Put a shape that crosses 180 degrees on both sides of it; others stay as they are."""
    parts = []
    for part in shapely.get_parts(shape):
        west, _, east, _ = part.bounds
        if east - west > 180:  # its corners jump from one side to the other
            part = shapely.transform(part, _eastwards)
        parts.append(part)
    moved = shapely.union_all(parts) if len(parts) > 1 else parts[0]
    west, _, east, _ = moved.bounds
    if west >= -180 and east <= 180:
        return shape
    moved = shapely.make_valid(moved)
    return shapely.union_all([_areas_of(_turned(moved, turn)) for turn in (-360, 0, 360)])


def _turned(shape: shapely.Geometry, turn: float) -> shapely.Geometry:
    """Cut out what lies so many degrees around the world, and put it where it belongs."""
    piece = shapely.intersection(shape, shapely.box(turn - 180, -90, turn + 180, 90))
    return shapely.transform(piece, lambda xy: xy - (turn, 0))


def _eastwards(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.column_stack([xy[:, 0] % 360, xy[:, 1]])


def _texts(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return properties as stripped text, None where there is none."""

    def text(value: Any) -> str | None:
        if value is None or (isinstance(value, float) and not np.isfinite(value)):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip() or None

    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return pd.DataFrame(
        {
            str(name): pd.Series([text(v) for v in table[name]], table.index, object)
            for name in table
        }
    ).reindex(table.index)


def _is_key_column(values: pd.Series) -> bool:
    return bool(
        values.notna().all() and values.is_unique and all(map(is_key, values))
        and len(values) > 0
    )  # fmt: skip


def _keys(
    path: Path, text: pd.DataFrame, frame: gpd.GeoDataFrame, wanted: str | None
) -> str | pd.Series:
    """Name the property that is a key, or make keys of the names."""
    if wanted is not None:
        if wanted not in text:
            raise TableError([_no_property(path, wanted, text)])
        if not _is_key_column(text[wanted]):
            message = "is no key: it must be filled, different in every row and without spaces"
            remedy = "Name another with --key-property, or none."
            raise TableError([Fault(path.name, message, remedy, column=wanted)])
        return wanted
    plain = {re.sub(r"\W+", "_", column).casefold(): column for column in map(str, text)}
    for name in KEYS_FIRST:
        if name in plain and _is_key_column(text[plain[name]]):
            return plain[name]
    for column in map(str, text):
        called_so = re.search(r"(^|_)(id|code|key|kod|gid)(_|\d|$)", column, re.IGNORECASE)
        if called_so and _is_key_column(text[column]):
            return column
    return made_keys(frame[next(name for name in frame if name.startswith("name_"))])


def _no_property(path: Path, wanted: str, text: pd.DataFrame) -> Fault:
    known = ", ".join(text.columns) or "none"
    return Fault(path.name, f"has no such property; it has {known}", "Name one.", value=wanted)


def _names(
    path: Path, text: pd.DataFrame, languages: Sequence[str], wanted: str | None
) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """Find names in each language; the plain name stands in where the first language has none."""
    if wanted is not None and wanted not in text:
        raise TableError([_no_property(path, wanted, text)])
    filled = [column for column in map(str, text) if text[column].notna().any()]
    plain = wanted or next(
        (c for name in NAMES_FIRST for c in filled if c.casefold() == name), None
    )
    if plain is None:
        in_one = re.compile(r"name[:_ -]?[a-z]{2,3}|adm\d_[a-z]{2}", re.IGNORECASE)
        others = [c for c in filled if not in_one.fullmatch(c)]
        plain = next((c for c in others if re.search("name", c, re.IGNORECASE)), None)
    named = {code: name_in(filled, code) for code in languages}
    first = next((code for code in languages if named[code] is None), None)
    if plain is None and not any(named.values()):
        known = ", ".join(text.columns) or "none"
        message = f"no property holds names; it has {known}"
        remedy = "Name the property with the names: --name-property."
        raise TableError([Fault(path.name, message, remedy)])
    columns = [c for c in filled if re.search(r"name|adm\d_[a-z]{2}$", c, re.IGNORECASE)]
    every = text[list(dict.fromkeys([*columns, *([plain] if plain else [])]))]
    all_names = pd.Series(
        [tuple(dict.fromkeys(_variants(row))) for row in every.to_numpy()], text.index, object
    )
    table = pd.DataFrame(index=text.index)
    for code in languages:
        column = named[code] or (plain if code == first else None)
        table[f"name_{code}"] = None if column is None else text[column]
    table = table.astype(object)
    lead, notes = f"name_{languages[0]}", []
    lacking = table[lead].isna()
    if plain is not None:
        table[lead] = table[lead].fillna(text[plain])
    for column in map(str, table):
        table[lead] = table[lead].fillna(table[column])
    nameless = table.index[table[lead].isna()].tolist()
    if nameless:
        message, remedy = "the area has no name", "Fill in its name, or use --name-property."
        raise TableError([Fault(path.name, message, remedy, row) for row in nameless])
    if lacking.any():
        notes.append(
            f"{int(lacking.sum())} districts have no name in {languages[0]}; another of their "
            "names stands there."
        )
    return table, all_names, notes


def _variants(cells: Iterable[str | None]) -> list[str]:
    return [
        part.strip()
        for cell in cells
        if isinstance(cell, str)
        for part in re.split(r"[|;]", cell)
        if part.strip()
    ]


def _merged(frame: gpd.GeoDataFrame, same: pd.Series) -> gpd.GeoDataFrame:
    first = ~same.duplicated()
    shapes = frame.geometry.groupby(same, sort=False).agg(lambda s: shapely.union_all(list(s)))
    merged = frame[first].copy()
    merged.geometry = gpd.GeoSeries(shapes.loc[same[first]].to_numpy(), merged.index, crs=4326)
    return merged


def simplified(areas: gpd.GeoSeries) -> tuple[gpd.GeoSeries, float]:
    """Simplify borders as a coverage, so that neighbours stay neighbours.

    Corners are taken out by the area that they cut (Visvalingam and Whyatt 1993), and more of them
    until few enough are left. A set that does not need it is only rounded.

    Parameters
    ----------
    areas
        Polygons in EPSG:4326.

    Returns
    -------
    areas
        With the same index.
    tolerance
        Side of a square of the largest area that was cut, degrees; 0 if none was.
    """
    shapes, tolerance = areas.to_numpy(), 0.0
    while shapely.get_num_coordinates(shapes).sum() > MOST_CORNERS and tolerance < 0.1:
        tolerance = 2 * tolerance or FIRST_TOLERANCE_DEG
        shapes = shapely.coverage_simplify(areas.to_numpy(), tolerance)
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS_DEG))
    rounded = np.where(shapely.is_valid(rounded) & ~shapely.is_empty(rounded), rounded, shapes)
    return gpd.GeoSeries(rounded, index=areas.index, crs=4326), tolerance
