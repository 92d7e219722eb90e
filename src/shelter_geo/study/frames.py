"""A study from frames in memory: the checks and the sentences of files, keys from the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from shelter_geo.errors import Fault, StudyError, TableError
from shelter_geo.study.checks import relate
from shelter_geo.study.facilities import uneven_places, with_place_ranges
from shelter_geo.study.kinds import undeclared_kinds, with_kind
from shelter_geo.study.people import PEOPLE_COLUMNS, UNKNOWN, count_people
from shelter_geo.study.places import with_centres
from shelter_geo.study.privacy import MAX_KM_FROM_SETTLEMENT
from shelter_geo.study.reading import StudyFolder, Tables, present
from shelter_geo.study.roads import road_network
from shelter_geo.study.settings import StudySettings, TableFiles, read_settings
from shelter_geo.study.tables.checking import check_text, without_excused
from shelter_geo.study.tables.features import read_area_frame
from shelter_geo.study.tables.formats import as_text
from shelter_geo.study.tables.relations import homeless_shelters, uneven_sums, unknown_keys
from shelter_geo.study.tables.schemas import DISTRICTS, SETTLEMENTS, SHELTERS
from shelter_geo.study.toml_file import settings_of

NOT_SAID: Final = "not said"
_FILES: Final = TableFiles(
    districts="districts", settlements="settlements", shelters="shelters", boundaries="districts"
)
"""Frames in place of files, by the names that faults give them."""
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "study": {"credit": NOT_SAID},
    "roads": {
        "network": "osm", "file": "network", "source": NOT_SAID, "licence": NOT_SAID,
        "connector_kmh": 20.0, "max_connector_km": 10.0,
    },
    "access": {"bus": {"factor": 1.5, "low": 1.0, "high": 2.0, "source": "assumed"}},
    "capacity": {
        "people_per_family_place": 10_000, "norm_source": "assumed",
        "readings": [
            {
                "id": "family-places", "persons_per_family_place": 1.0, "evidence": "assumed",
                "label": "each place takes a family", "source": "assumed",
            }
        ],
    },
}  # fmt: skip
"""What is assumed where the settings are silent; each is marked as an assumption."""


class FrameFolder(StudyFolder):
    """Gathers the faults of frames; nothing is read from a disk."""

    def __init__(self, hosts: tuple[str, ...] = ()) -> None:
        self.folder, self.study_file = Path(), "settings"
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.hashes: dict[str, str] = {}
        self.hosts = hosts

    def check(self) -> None:
        """Raise every fault that was found."""
        if self.faults:
            raise TableError(self.faults)


def frame_settings(settings: StudySettings | str | Path | Mapping[str, Any]) -> StudySettings:
    """Return settings whose tables are frames.

    Parameters
    ----------
    settings
        Those of another study, the path of a study file, or what a study file says as a dict with
        at least `study` (`id`, `name`, `as_of`); see docs/data.md for what the rest is assumed
        to be.

    Raises
    ------
    StudyError
        With every key that is unknown, missing or impossible.
    """
    if isinstance(settings, StudySettings):
        return settings.model_copy(update={"tables": _FILES})
    if isinstance(settings, Mapping):
        parts = {**_DEFAULTS, **settings, "tables": dict(_FILES.model_dump(exclude_none=True))}
        for name, default in _DEFAULTS.items():
            if isinstance(parts[name], Mapping):
                parts[name] = {**default, **parts[name]}
        return settings_of(parts, StudySettings, "settings")
    return read_settings(Path(settings)).model_copy(update={"tables": _FILES})


def frame_tables(
    settings: StudySettings,
    districts: pd.DataFrame,
    settlements: pd.DataFrame,
    shelters: pd.DataFrame | None,
    network: Any,
) -> tuple[Tables, FrameFolder]:
    """Check frames as files are checked, each by itself and against the others.

    Parameters
    ----------
    settings
        See `frame_settings`.
    districts, settlements, shelters, network
        See `Study.from_frames`.

    Raises
    ------
    TableError
        With every fault of every frame.
    """
    folder, languages = FrameFolder(settings.sources.hosts), settings.study.languages

    def checked(name: str, frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame | None:
        table, faults = check_frame(name, frame, schema, languages=languages, hosts=folder.hosts)
        folder.faults += without_excused(table, faults, settings.checks.named_like_streets)
        return table

    areas = None
    if isinstance(districts, gpd.GeoDataFrame) and _has_areas(districts):
        districts = _keyed("districts", districts, "district_id")
        areas, faults = read_area_frame(Path("districts"), in_degrees("districts", districts))
        folder.faults += faults
        lacking = [name for name in ("lat", "lon") if name not in districts]
        districts = districts.assign(**dict.fromkeys(lacking, np.nan))
    places = checked("settlements", settlements, SETTLEMENTS)
    units = with_centres(checked("districts", districts, DISTRICTS), places)
    houses = None
    if places is not None:
        points = gpd.points_from_xy(places["lon"], places["lat"])
        houses = frame_shelters(
            folder, shelters, gpd.GeoDataFrame(places, geometry=points, crs=4326), languages
        )
    tables = replace(
        NO_TABLES, districts=units, settlements=places, shelters=houses, areas=areas,
        network=road_network(network),
    )  # fmt: skip
    relate(folder, settings, tables)
    folder.check()
    return tables, folder


NO_TABLES: Final = Tables(**dict.fromkeys(Tables.__dataclass_fields__))


def frame_shelters(
    folder: FrameFolder,
    shelters: pd.DataFrame | None,
    settlements: gpd.GeoDataFrame,
    languages: tuple[str, ...],
) -> pd.DataFrame | None:
    """Check a frame of shelters, each of which stands in a settlement from here on.

    Parameters
    ----------
    folder
        Takes the faults; none of them holds a point.
    shelters
        See `Study.with_shelters`; None for none.
    settlements
        Points with `settlement_id` and `district_id`.
    languages
        Those of the study.
    """
    if shelters is None:
        shelters = pd.DataFrame(
            columns=[name for name, c in SHELTERS.columns.items() if c.required]
        )
    frame = _keyed("shelters", shelters, "shelter_id").drop(columns="settlement", errors="ignore")
    if frame.empty:
        frame = frame.assign(**dict.fromkeys(("settlement_id", "district_id"), ""))
    if "settlement_id" not in frame and isinstance(frame, gpd.GeoDataFrame):
        home, far = _nearest(in_degrees("shelters", frame).geometry, settlements)
        message = f"the point is more than {MAX_KM_FROM_SETTLEMENT:.0f} km from every settlement"
        remedy = "Correct the point, or name the settlement in a column settlement_id."
        folder.add(
            Fault("shelters", message, remedy, row, "geometry")
            for row in (np.flatnonzero(far) + 1).tolist()
        )
        frame = frame.assign(settlement_id=home)
    if "district_id" not in frame and "settlement_id" in frame:
        homes = settlements.drop_duplicates("settlement_id").set_index("settlement_id")
        known = frame["settlement_id"].map(homes["district_id"])
        frame = frame.assign(district_id=known)
    silent = {name: NOT_SAID for name in ("places_basis", "source") if name not in frame}
    table, faults = check_frame(
        "shelters", frame.assign(**silent), SHELTERS, languages=languages, hosts=folder.hosts
    )
    folder.add(faults)
    return with_place_ranges(with_kind(table))


def checked_shelters(
    shelters: pd.DataFrame, settlements: gpd.GeoDataFrame, settings: StudySettings
) -> pd.DataFrame:
    """Check a frame of shelters against the places and the kinds of a study.

    Raises
    ------
    TableError
        With every fault; none of them holds a point or a text.
    """
    folder, path = FrameFolder(settings.sources.hosts), Path("shelters")
    table = frame_shelters(folder, shelters, settlements, settings.study.languages)
    if table is not None:
        folder.add(undeclared_kinds(path.name, settings.facility_kinds, table))
        folder.add(uneven_places(path, table))
        folder.add(homeless_shelters(path, table, settlements))
    folder.check()
    return present(table)


def frame_people(people: pd.DataFrame, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check people by district, and count them in place of those who were counted.

    Parameters
    ----------
    people, districts
        See `Study.with_demand`.

    Returns
    -------
    GeoDataFrame
        Of all `PEOPLE_COLUMNS`; who lives there is who is registered.
    """
    columns = ["district_id", "population", *(["women"] if "women" in districts else [])]
    schema = DISTRICTS.select_columns(columns)
    table, faults = check_frame("people", people, schema)
    if table is not None and (lacking := [name for name in columns if name not in table]):
        message, remedy = "the column is missing", "Add it."
        faults += [Fault("people", message, remedy, column=name) for name in lacking]
    elif table is not None:
        path, known = Path("people"), districts["district_id"]
        faults += uneven_sums(path, table.assign(men=pd.Series(pd.NA, table.index, dtype="Int64")))
        faults += unknown_keys(path, table, "district_id", known, of="district")
        faults += [
            Fault("people", "no row has this district", "Add it.", column="district_id", value=key)
            for key in sorted(set(known) - set(table["district_id"]))
        ]
    if table is None or faults:
        raise TableError(faults)
    given = table.set_index("district_id")[columns[1:]].reindex(districts.index)
    away = [name for name in (*PEOPLE_COLUMNS, UNKNOWN) if name in districts]
    counted = count_people(districts.drop(columns=away).join(given), None, None)
    return gpd.GeoDataFrame(counted, crs=4326)


def _nearest(
    points: gpd.GeoSeries, settlements: gpd.GeoDataFrame
) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return the settlement nearest to each point, and whether even that is far."""
    west, south, east, north = settlements.total_bounds
    local = f"+proj=aeqd +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +units=m"
    near, towns = points.representative_point().to_crs(local), settlements.to_crs(local)
    (_, which), metres = towns.sindex.nearest(near, return_all=False, return_distance=True)
    return settlements["settlement_id"].iloc[which].tolist(), metres > MAX_KM_FROM_SETTLEMENT * 1000


def check_frame(
    name: str, frame: pd.DataFrame, schema: pa.DataFrameSchema, *, languages: tuple[str, ...] = (),
    hosts: Sequence[str] = (),
) -> tuple[pd.DataFrame | None, list[Fault]]:  # fmt: skip
    """Check a frame as a table in a file is checked.

    Parameters
    ----------
    name
        What faults call it.
    frame
        With the columns of the schema. Its index gives the keys where their column is missing, its
        geometry `lat` and `lon`, in any coordinate system.
    schema
        What it must hold; its first column is the key.
    languages, hosts
        Those of the study; public hosts to which links in texts may lead.

    Returns
    -------
    table
        As of `check_table`; rows are counted from 1.
    faults
        All faults.

    Raises
    ------
    StudyError
        If it is no frame, or has points without a coordinate system.
    """
    table = _keyed(name, frame, next(iter(schema.columns)))
    if {"lat", "lon"} <= set(schema.columns) and not {"lat", "lon"} & set(table.columns):
        spots = in_degrees(name, table).geometry.representative_point()
        table = table.assign(lat=spots.y, lon=spots.x)
    if isinstance(table, gpd.GeoDataFrame):
        table = pd.DataFrame(table.drop(columns=str(table.geometry.name)))
    rows = [[as_text(cell) for cell in row] for row in table.itertuples(index=False)]
    index = pd.Index(range(1, len(table) + 1), name="row", dtype="int64")
    raw = pd.DataFrame(rows, index=index, columns=table.columns.map(str), dtype=str)
    return check_text(Path(name), raw, schema, languages=languages, hosts=hosts)


def _keyed(name: str, frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Give a frame its key as a column."""
    if not isinstance(frame, pd.DataFrame):
        raise StudyError(f"{name}: is no frame but {type(frame).__name__}. Give a GeoDataFrame.")
    return frame if key in frame else frame.assign(**{key: frame.index})


def in_degrees(name: str, frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a frame in EPSG:4326.

    Raises
    ------
    StudyError
        If it has no geometry, or says not in which coordinate system that is.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        raise StudyError(f"{name}: has neither lat and lon nor a geometry. Give one of them.")
    if frame.crs is None:
        raise StudyError(
            f"{name}: its coordinate system is not known. Say which it is with set_crs."
        )
    return frame.to_crs(4326)


def _has_areas(frame: gpd.GeoDataFrame) -> bool:
    return bool((shapely.get_dimensions(frame.geometry.to_numpy()) == 2).any())
