"""A study ready to compute: its settings, checked tables, public shelters and roads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from shelter_geo.demand import settlement_demand
from shelter_geo.errors import Fault, TableError
from shelter_geo.privacy import public_shelters
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.reference import network_from_tables
from shelter_geo.study import Roads, StudySettings, TableFiles, read_settings
from shelter_geo.tables import check_table, relations, schemas

if TYPE_CHECKING:
    import pandera.pandas as pa

STUDY_FILE = "study.toml"
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that is computed from; nothing in it is finer than a settlement's public point.

    Attributes
    ----------
    settings : StudySettings
    districts : GeoDataFrame
        Indexed by `district_id`; geometry is the polygon, or the centre where there is none.
    centres : GeoSeries
        Centre of each district.
    settlements : GeoDataFrame
        Demand points, indexed by `settlement_id`.
    shelters : GeoDataFrame
        Indexed by `shelter_id`, at settlement points.
    basemap : GeoDataFrame or None
    published_distances : DataFrame or None
    network : RoadNetwork
    input_package : dict
        Data package of the inputs, with their sources and licences; empty if there is none.
    input_hashes : dict
        SHA-256 of each input file by its path in the study; private files are left out.
    """

    settings: StudySettings
    districts: gpd.GeoDataFrame
    centres: gpd.GeoSeries
    settlements: gpd.GeoDataFrame
    shelters: gpd.GeoDataFrame
    basemap: gpd.GeoDataFrame | None
    published_distances: pd.DataFrame | None
    network: RoadNetwork
    input_package: dict[str, Any]
    input_hashes: dict[str, str]


def bundled_study() -> Path:
    """Return the path of the study file that comes with the package."""
    inside = Path(str(resources.files("shelter_geo"))) / "bundled" / STUDY_FILE
    if inside.is_file():
        return inside
    return Path(__file__).resolve().parents[2] / "data" / STUDY_FILE


def load_study(path: str | Path | None = None) -> Study:
    """Read and check a study; a shelter's private point never leaves this function.

    Parameters
    ----------
    path
        The study file, or the folder it stands in; the bundled study if not given.

    Raises
    ------
    StudyError
        If the study file itself is at fault.
    TableError
        With every fault of every table.
    PrivacyError
        If a private point contradicts the settlement named.
    RoadError
        If the roads make no network.
    """
    file = bundled_study() if path is None else Path(path)
    file = file / STUDY_FILE if file.is_dir() else file
    settings = read_settings(file)
    reader = _Reader(file)
    tables = _read_tables(reader, settings.tables)
    _relate(reader, settings, tables)
    roads = _read_roads(reader, settings.roads)
    package = reader.package(settings.tables.package)
    if reader.faults:
        raise TableError(reader.faults)
    return _assemble(settings, tables, roads, package, reader.hashes)


@dataclass(frozen=True)
class _Tables:
    districts: pd.DataFrame | None
    settlements: pd.DataFrame | None
    shelters: pd.DataFrame | None
    private_points: pd.DataFrame | None
    areas: gpd.GeoDataFrame | None
    basemap: gpd.GeoDataFrame | None
    published_distances: pd.DataFrame | None


class _Reader:
    """Reads the files of one study folder, gathering their faults and hashes."""

    def __init__(self, study_file: Path) -> None:
        self.folder = study_file.parent
        self.faults: list[Fault] = []
        self.hashes = {study_file.name: _sha256(study_file)}

    def path(self, name: str) -> Path:
        return self.folder / name

    def table(self, name: str | None, schema: pa.DataFrameSchema) -> pd.DataFrame | None:
        if name is None:
            return None
        frame, faults = check_table(self.path(name), schema)
        self._note(name, faults)
        return frame

    def areas(self, name: str | None, key: str) -> gpd.GeoDataFrame | None:
        if name is None:
            return None
        frame, faults = relations.read_areas(self.path(name), key)
        self._note(name, faults)
        return frame

    def private_table(self, name: str | None) -> pd.DataFrame | None:
        """Read a table that may be absent and that leaves no trace: no hash, no value."""
        if name is None or not self.path(name).is_file():
            return None
        frame, faults = check_table(self.path(name), schemas.PRIVATE_POINTS, secret=True)
        self.faults += faults
        return frame

    def package(self, name: str | None) -> dict[str, Any]:
        """Read the inputs' own data package, if there is one."""
        if name is None or not self.path(name).is_file():
            return {}
        try:
            package: dict[str, Any] = json.loads(self.path(name).read_text(encoding="utf-8"))
        except ValueError as error:
            remedy = "Make it anew, or take the key package out of the study file."
            self.faults.append(Fault(name, f"is not valid JSON: {error}", remedy))
            return {}
        return package

    def _note(self, name: str, faults: list[Fault]) -> None:
        self.faults += faults
        if self.path(name).is_file():
            self.hashes[name] = _sha256(self.path(name))


def _read_tables(reader: _Reader, files: TableFiles) -> _Tables:
    return _Tables(
        districts=reader.table(files.districts, schemas.DISTRICTS),
        settlements=reader.table(files.settlements, schemas.SETTLEMENTS),
        shelters=reader.table(files.shelters, schemas.SHELTERS),
        private_points=reader.private_table(files.private_points),
        areas=reader.areas(files.boundaries, "district_id"),
        basemap=reader.areas(files.basemap, ""),
        published_distances=reader.table(files.published_distances, schemas.PUBLISHED_DISTANCES),
    )


def _relate(reader: _Reader, settings: StudySettings, tables: _Tables) -> None:
    """Check the tables against each other, as far as they could be read."""
    files, offshore = settings.tables, settings.checks.outside_boundaries
    districts, settlements, shelters = tables.districts, tables.settlements, tables.shelters
    if districts is None:
        return
    paths = {name: reader.path(getattr(files, name)) for name in ("districts", "settlements")}
    paths["shelters"] = reader.path(files.shelters)
    found = relations.uneven_sums(paths["districts"], districts)
    known = districts["district_id"]
    for name, table in (("settlements", settlements), ("shelters", shelters)):
        if table is not None:
            path = paths[name]
            found += relations.unknown_keys(path, table, "district_id", known, of="district")
    if settlements is not None:
        found += relations.bare_districts(paths["districts"], districts, settlements)
        if shelters is not None:
            found += relations.homeless_shelters(paths["shelters"], shelters, settlements)
    if tables.areas is not None:
        country = shapely.union_all(tables.areas.geometry.to_numpy())
        found += relations.misplaced_points(paths["districts"], districts, country)
        if settlements is not None:
            ashore = settlements[~settlements["settlement_id"].isin(offshore)]
            found += relations.misplaced_points(paths["settlements"], ashore, country)
        areas = tables.areas.set_index(tables.areas.index + 1)
        path = reader.path(files.boundaries)
        found += relations.unknown_keys(path, areas, "district_id", known, of="district")
    reader.faults += found


def _read_roads(reader: _Reader, roads: Roads) -> RoadNetwork | None:
    provenance = Provenance(source=roads.source, licence=roads.licence)
    nodes = reader.table(roads.nodes, schemas.ROAD_NODES)
    links = reader.table(roads.links, schemas.ROAD_LINKS)
    if nodes is None or links is None:
        return None
    path, known = reader.path(_there(roads.links)), nodes["node_id"]
    for column in ("from_node", "to_node"):
        reader.faults += relations.unknown_keys(path, links, column, known, of="node")
    return None if reader.faults else network_from_tables(nodes, links, provenance)


def _assemble(
    settings: StudySettings,
    tables: _Tables,
    network: RoadNetwork | None,
    package: dict[str, Any],
    hashes: dict[str, str],
) -> Study:
    centres = _points(_there(tables.districts), "district_id")
    polygons = _there(tables.areas).set_index("district_id").geometry
    districts = gpd.GeoDataFrame(
        centres.drop(columns="geometry"),
        geometry=polygons.reindex(centres.index).fillna(centres.geometry),
        crs=4326,
    )
    listed = _points(_there(tables.settlements), "settlement_id")
    settlements = settlement_demand(districts, listed)
    return Study(
        settings=settings,
        districts=districts,
        centres=centres.geometry,
        settlements=settlements,
        shelters=public_shelters(_there(tables.shelters), settlements, tables.private_points),
        basemap=tables.basemap,
        published_distances=tables.published_distances,
        network=_there(network),
        input_package=package,
        input_hashes=dict(sorted(hashes.items())),
    )


def _there(value: T | None) -> T:
    """Return a part that is there whenever no fault was found."""
    if value is None:
        raise AssertionError("a part of the study is missing although no fault was found")
    return value


def _points(table: pd.DataFrame, key: str) -> gpd.GeoDataFrame:
    ordered = table.sort_values(key).set_index(key, drop=False)
    ordered.index.name = None
    return gpd.GeoDataFrame(
        ordered, geometry=gpd.points_from_xy(ordered["lon"], ordered["lat"]), crs=4326
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
