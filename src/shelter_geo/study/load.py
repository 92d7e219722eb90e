"""A study ready to compute: its settings, checked tables, public shelters and roads."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from shelter_geo.errors import TableError
from shelter_geo.progress import Progress
from shelter_geo.study.checks import relate
from shelter_geo.study.origin import foreign_facts
from shelter_geo.study.people import count_people, settlement_demand
from shelter_geo.study.places import points_of
from shelter_geo.study.reading import StudyFolder, in_order, present, read_tables, with_claims
from shelter_geo.study.routing import joined_separates
from shelter_geo.study.settings import read_settings
from shelter_geo.study.study import Study, assemble, settlement_points
from shelter_geo.study.toml_file import with_lines
from shelter_geo.study.types import in_own_languages

STUDY_FILE = "study.toml"
CATALOGUES = "languages"
"""Folder beside the study file for catalogues of its own."""


def bundled_study() -> Path:
    """Return the path of the study file that comes with the package."""
    inside = Path(str(resources.files("shelter_geo"))) / "bundled" / STUDY_FILE
    if inside.is_file():
        return inside
    return Path(__file__).resolve().parents[3] / "data" / STUDY_FILE


def load_study(path: str | Path | None = None, *, progress: Progress | None = None) -> Study:
    """Read and check a study; a shelter's private point never leaves this function.

    Parameters
    ----------
    path
        The study file, or the folder it stands in; the bundled study if not given.
    progress
        Called with the name of a table, what of it has been checked and the whole.

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
    folder = StudyFolder(file, progress)
    tables = read_tables(folder, settings)
    settings = with_claims(folder, settings, tables)
    relate(folder, settings, tables)
    package = folder.package(settings.tables.package)
    folder.plans(settings.tables.scenarios)
    if tables.districts is not None:
        folder.add(foreign_facts(file, tables.districts["district_id"], bundled_study()))
    catalogues = folder.catalogues(CATALOGUES, settings.study.languages)
    if folder.faults:
        raise TableError(with_lines(sorted(folder.faults, key=in_order), file))
    listed, tables = settlement_points(settings, tables)
    study = assemble(settings, tables, listed, folder, package=package, catalogues=catalogues)
    del tables, listed  # of a million rows they take as much memory as the study
    if faults := joined_separates(study, file=folder.study_file):
        raise TableError(with_lines(faults, file))
    return study


def load_places(path: str | Path) -> tuple[gpd.GeoDataFrame, BaseGeometry]:
    """Read and check a study without its roads, which may not be there yet.

    Returns
    -------
    settlements
        With `population`.
    ground
        Union of the polygons of the districts, in EPSG:4326; of their centres without polygons.

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
        raise TableError(with_lines(sorted(folder.faults, key=in_order), file))
    languages = settings.study.languages
    counted = count_people(present(tables.districts), tables.residents, tables.displaced)
    listed = points_of(in_own_languages(present(tables.settlements), languages), "settlement_id")
    districts = points_of(counted, "district_id")
    areas = districts if tables.areas is None else tables.areas
    return settlement_demand(districts, listed), shapely.union_all(areas.geometry.to_numpy())


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
