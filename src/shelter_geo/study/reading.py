"""The files of a study, each read and checked by itself, their faults and hashes gathered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.outside import REMEDY, sha256_of, toml_of, unreadable
from shelter_geo.progress import Progress
from shelter_geo.roads import (
    Provenance,
    RoadNetwork,
    network_from_tables,
)
from shelter_geo.study.claims import claims_of
from shelter_geo.study.facilities import with_admission, with_place_ranges
from shelter_geo.study.kinds import with_kind
from shelter_geo.study.origin import package_faults, read_package
from shelter_geo.study.places import lent_centres, with_centres
from shelter_geo.study.roads import read_network
from shelter_geo.study.settings import StudySettings, in_english
from shelter_geo.study.tables import relations, schemas
from shelter_geo.study.tables.checking import check_table, without_excused
from shelter_geo.study.tables.features import read_areas, read_basemap
from shelter_geo.study.tables.formats import SIDECARS, decoded
from shelter_geo.study.tables.links import read_links
from shelter_geo.study.tables.schemas import PRIVATE_POINTS

if TYPE_CHECKING:
    import pandera.pandas as pa


T = TypeVar("T")
Read: TypeAlias = Callable[[Path], tuple[T | None, list[Fault]]]


def in_order(fault: Fault) -> tuple[bool, str, int]:
    """Put causes first, then go by files and rows."""
    return fault.cause is None, fault.file, fault.row or 0


class StudyFolder:
    """Reads the files that a study names.

    Attributes
    ----------
    study_file : str
        Name of the study file.
    faults, warnings : list of Fault
        What was found so far, and what need not be wrong but is to be looked at.
    hashes : dict
        SHA-256 of each public file without a fault, by its path in the study.
    hosts : tuple of str
        Public hosts to which links in texts may lead.
    progress
        Called with the name of a table, what of it has been checked and the whole.
    """

    def __init__(self, study_file: Path, progress: Progress | None = None) -> None:
        self.progress = progress
        self.folder = study_file.parent
        self.study_file = study_file.name
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.hashes = {study_file.name: sha256_of(study_file)}
        self.hosts: tuple[str, ...] = ()

    def path(self, name: str) -> Path:
        """Return where a file stands."""
        return self.folder / name

    def read(self, name: str | None, read: Read[T]) -> T | None:
        """Read a file with a function that returns content and faults; None for no file."""
        if name is None:
            return None
        if said := unreadable(self.path(name), None):
            self.faults.append(Fault(self.path(name).name, said, REMEDY))
            return None
        content, faults = read(self.path(name))
        self.faults += faults
        if not faults:
            beside = (str(Path(name).with_suffix(end)) for end in SIDECARS)
            parts = beside if name.lower().endswith(".shp") else ()
            for part in (name, *filter(lambda part: _is_file(self.path(part)), parts)):
                self.hashes[part] = sha256_of(self.path(part))
        return content

    def table(
        self,
        name: str | None,
        schema: pa.DataFrameSchema,
        languages: Sequence[str] = (),
        *,
        excused: Sequence[str] = (),
    ) -> pd.DataFrame | None:
        """Read a table; see `check_table` and `without_excused`."""

        def read(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
            told: Any = {"hosts": self.hosts, "progress": self.progress}
            table, faults = check_table(path, schema, languages=languages, **told)
            return table, without_excused(table, faults, excused)

        return self.read(name, read)

    def catalogues(self, folder: str, languages: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read the catalogues of reader texts that stand beside the study, by language."""
        names = {code: f"{folder}/{code}.toml" for code in languages}
        return {
            code: self.read(name, read_catalogue) or {}
            for code, name in names.items()
            if _is_file(self.path(name))
        }

    def private_points(self, name: str | None) -> pd.DataFrame | None:
        """Read a table that leaves no trace: no hash, no value, not even its path."""
        if name is None:
            return None
        if not _is_file(self.path(name)):
            remedy = (
                "Correct the path, or take the key private_points out if there is no such file."
            )
            message, key = (
                "there is no file of private points at this path",
                "tables.private_points",
            )
            self.faults.append(Fault(self.study_file, message, remedy, column=key))
            return None
        if os.name == "posix" and self.path(name).stat().st_mode & 0o077:
            message = "others on this computer may open the file of private points"
            remedy = "Close it to them with: chmod 600 FILE."
            self.warnings.append(
                Fault(self.study_file, message, remedy, column="tables.private_points")
            )
        frame, faults = check_table(self.path(name), PRIVATE_POINTS, secret=True)
        self.faults += faults
        return frame

    def package(self, name: str | None) -> dict[str, Any]:
        """Read the inputs' own data package, and hold it against the files that it describes."""
        package = self.read(name, read_package)
        if name is None or package is None:
            return {}
        self.add(*package_faults(self.path(name), package, self.path(name).parent))
        return package

    def plans(self, name: str | None) -> None:
        """Look for the folder of plans."""
        if name is not None and not _is_folder(self.path(name)):
            message, remedy = "there is no such folder", "Correct the path, or take the key out."
            key = "tables.scenarios"
            self.faults.append(Fault(self.study_file, message, remedy, column=key, value=name))

    def add(self, faults: Iterable[Fault], warnings: Iterable[Fault] = ()) -> None:
        """Take faults in, but for cells that already have one, and warnings."""
        self.warnings += warnings
        known = {(fault.file, fault.row, fault.column) for fault in self.faults}
        new = (f for f in faults if f.row is None or (f.file, f.row, f.column) not in known)
        self.faults += list(new)

    def has_faults(self, name: str, column: str) -> bool:
        """Tell whether a column of a file has a fault."""
        file = self.path(name).name
        return any(fault.file == file and fault.column == column for fault in self.faults)


def read_catalogue(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Read a catalogue of reader texts; what it says is checked where it is written from.

    Parameters
    ----------
    path
        A TOML file.

    Returns
    -------
    sections
        None if there is any fault.
    faults
        All faults.
    """
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        return toml_of(text), []
    except (ValueError, RecursionError) as error:
        return None, [Fault(path.name, f"is not valid TOML: {error}", "Correct that place.")]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


@dataclass(frozen=True)
class Tables:
    """Every table that a study names; None where it names none, or where it could not be read."""

    districts: pd.DataFrame | None
    residents: pd.DataFrame | None
    displaced: pd.DataFrame | None
    settlements: pd.DataFrame | None
    shelters: pd.DataFrame | None
    admission: pd.DataFrame | None
    private_points: pd.DataFrame | None
    areas: gpd.GeoDataFrame | None
    basemap: gpd.GeoDataFrame | None
    published_distances: pd.DataFrame | None
    near_ties: pd.DataFrame | None
    travel: pd.DataFrame | None
    claims: pd.DataFrame | None
    statistics: pd.DataFrame | None
    shelter_counts: pd.DataFrame | None
    standards: pd.DataFrame | None
    norms: pd.DataFrame | None
    nodes: pd.DataFrame | None
    links: pd.DataFrame | None
    network: RoadNetwork | None


def read_tables(folder: StudyFolder, settings: StudySettings, *, roads: bool = True) -> Tables:
    """Read what the study file names, perhaps without roads; faults are added to the folder's."""
    files, lines = settings.tables, settings.roads
    tabled = roads and lines.network == "reference"
    languages = settings.study.languages
    folder.hosts = settings.sources.hosts
    admission = folder.table(files.admission, schemas.ADMISSION)
    facilities = with_kind(folder.table(files.shelters, schemas.SHELTERS, languages))
    districts = folder.table(files.districts, schemas.DISTRICTS, languages)
    keys = () if districts is None else districts["district_id"]
    excused = settings.checks.named_like_streets
    places = folder.table(files.settlements, schemas.SETTLEMENTS, languages, excused=excused)
    folder.add((), lent_centres(folder.path(files.districts), districts, places))
    return Tables(
        districts=with_centres(districts, places),
        residents=folder.table(files.residents, schemas.RESIDENTS),
        displaced=folder.table(files.displaced, schemas.DISPLACED),
        settlements=places,
        shelters=with_place_ranges(with_admission(facilities, admission)),
        admission=admission,
        private_points=folder.private_points(files.private_points),
        areas=folder.read(files.boundaries, lambda path: read_areas(path, "district_id", keys)),
        basemap=folder.read(files.basemap, read_basemap),
        published_distances=folder.table(files.published_distances, schemas.PUBLISHED_DISTANCES),
        near_ties=folder.table(files.near_ties, schemas.NEAR_TIES),
        travel=folder.table(files.travel, schemas.TRAVEL),
        claims=folder.table(files.claims, schemas.CLAIMS, languages),
        statistics=folder.table(files.statistics, schemas.STATISTICS),
        shelter_counts=folder.table(files.shelter_counts, schemas.SHELTER_COUNTS, languages),
        standards=folder.table(files.standards, schemas.STANDARDS),
        norms=folder.table(files.norms, schemas.NORMS, languages),
        nodes=folder.table(lines.nodes, schemas.ROAD_NODES) if tabled else None,
        links=folder.read(lines.links, read_links) if tabled else None,
        network=folder.read(lines.file, read_network) if roads and not tabled else None,
    )


def with_claims(folder: StudyFolder, settings: StudySettings, tables: Tables) -> StudySettings:
    """Add the claims of the table to those that the study file gives."""
    if tables.claims is None:
        return settings
    path = folder.path(str(settings.tables.claims))
    own = [claim.id for claim in settings.claims]
    claims, faults = claims_of(path, tables.claims, own, tables.statistics)
    folder.add(faults)
    kinds = pd.Series([kind.id for kind in settings.facility_kinds])
    named = tables.claims.assign(kind=tables.claims["kind"].fillna(""))
    folder.add(relations.unknown_keys(path, named, "kind", kinds, of="kind"))
    return settings.model_copy(update={"claims": (*settings.claims, *claims)})


def standards_of(tables: Tables) -> pd.DataFrame | None:
    """Put standards and norms into one table by their keys."""
    parts = [part for part in (tables.standards, tables.norms) if part is not None]
    return pd.concat(parts).set_index("id") if parts else None


def network_of(settings: StudySettings, tables: Tables) -> RoadNetwork:
    """Make a network of the tables of nodes and links."""
    roads = settings.roads
    provenance = Provenance(source=in_english(roads.source), licence=roads.licence)
    nodes, links = present(tables.nodes), present(tables.links)
    if links.empty:
        lon, lat = (nodes[name].to_numpy(dtype=float) for name in ("lon", "lat"))
        return RoadNetwork.without_roads(nodes["node_id"].to_numpy(str), lon, lat, provenance)
    return network_from_tables(nodes, links, provenance)


def present(value: T | None) -> T:
    """Return a part that is there whenever no fault was found."""
    if value is None:
        raise AssertionError("a part of the study is missing although no fault was found")
    return value
