"""A study ready to compute: its settings, checked tables, public shelters and roads."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import Fault, TableError
from shelter_geo.roads import Provenance, RoadNetwork, network_from_tables
from shelter_geo.study.checks import relate
from shelter_geo.study.origin import foreign_facts
from shelter_geo.study.people import count_people, settlement_demand
from shelter_geo.study.privacy import public_shelters
from shelter_geo.study.reading import StudyFolder, Tables, read_tables, with_claims
from shelter_geo.study.roads import roads_today
from shelter_geo.study.routing import joined_separates
from shelter_geo.study.settings import StudySettings, in_english, read_settings
from shelter_geo.study.study import Study, study_of_kind
from shelter_geo.study.types import in_own_languages

STUDY_FILE = "study.toml"
CATALOGUES = "languages"
"""Folder beside the study file for catalogues of its own."""
T = TypeVar("T")


def bundled_study() -> Path:
    """Return the path of the study file that comes with the package."""
    inside = Path(str(resources.files("shelter_geo"))) / "bundled" / STUDY_FILE
    if inside.is_file():
        return inside
    return Path(__file__).resolve().parents[3] / "data" / STUDY_FILE


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
        With every fault of every table, private points among them.
    RoadError
        If the roads make no network.
    """
    file = bundled_study() if path is None else _study_file(Path(path))
    settings = read_settings(file)
    folder = StudyFolder(file)
    tables = read_tables(folder, settings)
    settings = with_claims(folder, settings, tables)
    relate(folder, settings, tables)
    package = folder.package(settings.tables.package)
    folder.plans(settings.tables.scenarios)
    if tables.districts is not None:
        folder.add(foreign_facts(file, tables.districts["district_id"], bundled_study()))
    catalogues = folder.catalogues(CATALOGUES, settings.study.languages)
    if folder.faults:
        raise TableError(sorted(folder.faults, key=_in_order))
    return _assemble(settings, tables, package, catalogues, folder)


def load_places(path: str | Path) -> tuple[gpd.GeoDataFrame, BaseGeometry]:
    """Read and check a study without its roads, which may not be there yet.

    Returns
    -------
    settlements
        With `population`.
    ground
        Union of the polygons of the districts, in EPSG:4326.

    Raises
    ------
    StudyError, TableError
        As `load_study`.
    """
    file = _study_file(Path(path))
    settings = read_settings(file)
    folder = StudyFolder(file)
    tables = read_tables(folder, settings, roads=False)
    relate(folder, settings, tables)
    if folder.faults:
        raise TableError(sorted(folder.faults, key=_in_order))
    languages = settings.study.languages
    counted = count_people(_there(tables.districts), tables.residents, tables.displaced)
    listed = _points(in_own_languages(_there(tables.settlements), languages), "settlement_id")
    settlements = settlement_demand(_points(counted, "district_id"), listed)
    return settlements, shapely.union_all(_there(tables.areas).geometry.to_numpy())


def _in_order(fault: Fault) -> tuple[bool, str, int]:
    """Put causes first, then go by files and rows."""
    return fault.cause is None, fault.file, fault.row or 0


def plans_folder(path: str | Path | None) -> Path | None:
    """Return the folder of plans that a study names, whatever faults its tables have.

    Raises
    ------
    StudyError
        If the study file itself is at fault.
    """
    file = bundled_study() if path is None else _study_file(Path(path))
    named = read_settings(file).tables.scenarios
    return None if named is None else file.parent / named


def _study_file(path: Path) -> Path:
    try:
        return path / STUDY_FILE if path.is_dir() else path
    except OSError:
        return path


def _assemble(
    settings: StudySettings,
    tables: Tables,
    package: dict[str, Any],
    catalogues: dict[str, dict[str, Any]],
    folder: StudyFolder,
) -> Study:
    languages = settings.study.languages
    counted = count_people(_there(tables.districts), tables.residents, tables.displaced)
    centres = _points(in_own_languages(counted, languages), "district_id")
    polygons = _there(tables.areas).set_index("district_id").geometry
    districts = gpd.GeoDataFrame(
        centres.drop(columns="geometry"),
        geometry=polygons.reindex(centres.index).fillna(centres.geometry),
        crs=4326,
    )
    listed = _points(in_own_languages(_there(tables.settlements), languages), "settlement_id")
    settlements = settlement_demand(districts, listed)
    named = in_own_languages(_there(tables.shelters), languages)
    facilities = public_shelters(named, settlements)
    network, faults = roads_today(
        tables.network or _network(settings, tables), settings.roads, file=folder.study_file
    )
    if faults:
        raise TableError(faults)
    study = Study(
        settings=settings,
        folder=folder.folder,
        districts=districts,
        centres=centres.geometry,
        settlements=settlements,
        shelters=facilities,
        basemap=tables.basemap,
        published_distances=tables.published_distances,
        network=network,
        input_package=package,
        input_hashes=dict(sorted(folder.hashes.items())),
        standards=_standards(tables),
        catalogues=catalogues,
        near_ties=tables.near_ties,
        travel=tables.travel,
        admission=tables.admission,
        statistics=tables.statistics,
        shelter_counts=tables.shelter_counts,
        warnings=tuple(sorted(folder.warnings, key=_in_order)),
    )
    if faults := joined_separates(study, file=folder.study_file):
        raise TableError(faults)
    return study_of_kind(study, facilities, settings.facility_kinds[0])


def _standards(tables: Tables) -> pd.DataFrame | None:
    """Put standards and norms into one table by their keys."""
    parts = [part for part in (tables.standards, tables.norms) if part is not None]
    return pd.concat(parts).set_index("id") if parts else None


def _network(settings: StudySettings, tables: Tables) -> RoadNetwork:
    roads = settings.roads
    provenance = Provenance(source=in_english(roads.source), licence=roads.licence)
    nodes, links = _there(tables.nodes), _there(tables.links)
    if links.empty:
        lon, lat = (nodes[name].to_numpy(dtype=float) for name in ("lon", "lat"))
        return RoadNetwork.without_roads(nodes["node_id"].to_numpy(str), lon, lat, provenance)
    return network_from_tables(nodes, links, provenance)


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
