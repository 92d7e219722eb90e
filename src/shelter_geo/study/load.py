"""A study ready to compute: its settings, checked tables, public shelters and roads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from shelter_geo.errors import Fault, TableError
from shelter_geo.roads import Provenance, RoadNetwork, network_from_tables
from shelter_geo.study.admission import with_admission
from shelter_geo.study.claims import claims_of
from shelter_geo.study.demand import settlement_demand
from shelter_geo.study.kinds import (
    SHELTERS,
    Kind,
    kind_of,
    settings_of_kind,
    undeclared_kinds,
    with_kind,
)
from shelter_geo.study.languages import in_own_languages
from shelter_geo.study.optional import REGION, lacking, resting_on_missing
from shelter_geo.study.people import count_people, too_many_displaced, uneven_people
from shelter_geo.study.place_ranges import uneven_places, with_place_ranges
from shelter_geo.study.privacy import private_slips, public_shelters
from shelter_geo.study.settings import StudySettings, in_english, read_settings
from shelter_geo.study.tables import relations, schemas
from shelter_geo.study.tables.areas import read_areas, read_basemap
from shelter_geo.study.tables.folder import StudyFolder
from shelter_geo.study.tables.links import impossible_links, read_links
from shelter_geo.study.tables.road_file import read_network

STUDY_FILE = "study.toml"
CATALOGUES = "languages"
"""Folder beside the study file for catalogues of its own."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Everything that is computed from; nothing in it is finer than a settlement's public point.

    Attributes
    ----------
    settings : StudySettings
        What the study file says of this kind of facility.
    folder : Path
        Where the study file stands.
    districts : GeoDataFrame
        Indexed by `district_id`; geometry is the polygon, or the centre where there is none.
        `population` and `women` are those who live there, as far as the study says; see
        `people.count_people`. `women` and `region` may be missing; see `lacks`.
    centres : GeoSeries
        Centre of each district.
    settlements : GeoDataFrame
        Demand points, indexed by `settlement_id`.
    shelters : GeoDataFrame
        Facilities of one kind, indexed by `shelter_id`, at settlement points.
    basemap : GeoDataFrame or None
    published_distances : DataFrame or None
    near_ties : DataFrame or None
        Ways from a district's centre to a settlement, nearly as fast as the fastest one but of
        another length: `district_id`, `settlement_id`, `km_fastest`, `min_fastest`, `km_other`,
        `min_other`.
    travel : DataFrame or None
        Journeys by bus and other means, each with its source: `mode`, `from_settlement`,
        `to_settlement`, `year`, `hours`; no bus is claimed where none stands in it.
    statistics : DataFrame or None
        Published counts by year: `measure`, `year`, `value`.
    shelter_counts : DataFrame or None
        What has been made public on the number of shelters and places, by day.
    network : RoadNetwork
    input_package : dict
        Data package of the inputs, with their sources and licences; empty if there is none.
    input_hashes : dict
        SHA-256 of each input file by its path in the study; private files are left out.
    roads_before : RoadNetwork or None
        The roads as they stand, where a plan has made `network` of them.
    standards : DataFrame or None
        Published standards and norms by their `id`, which the study's norms name; those of the
        table of norms say whom they bind (`binds_en`) and how else they are read
        (`second_reading_en`).
    admission : DataFrame or None
        Answers on who is admitted where, with their sources: `shelter_id`, `group`, `admitted`.
    kind : Kind
        The kind of facility that all results are of.
    others : GeoDataFrame or None
        Facilities of the other kinds, or None where there is none.
    declared : StudySettings or None
        What the study file says of all kinds, where that is more than `settings`.
    catalogues : dict
        Reader texts that stand beside the study, as their files say them, by language.
    """

    settings: StudySettings
    folder: Path
    districts: gpd.GeoDataFrame
    centres: gpd.GeoSeries
    settlements: gpd.GeoDataFrame
    shelters: gpd.GeoDataFrame
    basemap: gpd.GeoDataFrame | None
    published_distances: pd.DataFrame | None
    network: RoadNetwork
    input_package: dict[str, Any]
    input_hashes: dict[str, str]
    roads_before: RoadNetwork | None = None
    standards: pd.DataFrame | None = None
    near_ties: pd.DataFrame | None = None
    travel: pd.DataFrame | None = None
    admission: pd.DataFrame | None = None
    statistics: pd.DataFrame | None = None
    shelter_counts: pd.DataFrame | None = None
    kind: Kind = SHELTERS
    others: gpd.GeoDataFrame | None = None
    declared: StudySettings | None = None
    catalogues: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __repr__(self) -> str:
        counted = f"{len(self.districts)} districts, {len(self.shelters)} shelters"
        of_kind = "" if self.kind.id == SHELTERS.id else f" of kind {self.kind.id!r}"
        return f"Study {self.settings.study.id!r}: {counted}{of_kind}"

    @property
    def lacks(self) -> tuple[str, ...]:
        """Columns of `optional.OPTIONAL` that the districts do not have."""
        return lacking(self.districts)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of facility of the study, the one that comes first by default first."""
        return (self.declared or self.settings).facility_kinds

    def of_kind(self, key: str) -> Study:
        """Return the study of one kind of facility, on which every analysis then works.

        Parameters
        ----------
        key
            Of a kind that the study declares; it may have no facility.

        Raises
        ------
        StudyError
            If there is no such kind.
        """
        kind, declared = kind_of(self.kinds, key), self.declared or self.settings
        if key == self.kind.id:
            return self
        parts = [self.shelters] if self.others is None else [self.shelters, self.others]
        every = gpd.GeoDataFrame(pd.concat(parts), crs=4326).sort_index()
        return _of_kind(replace(self, settings=declared), every, kind)

    @property
    def scenarios(self) -> Path | None:
        """Folder of the plans that come with the study."""
        named = self.settings.tables.scenarios
        return None if named is None else self.folder / named


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
    tables = _read_tables(folder, settings)
    settings = _with_claims(folder, settings, tables)
    _relate(folder, settings, tables)
    package = folder.package(settings.tables.package)
    catalogues = folder.catalogues(CATALOGUES, settings.study.languages)
    if folder.faults:
        raise TableError(sorted(folder.faults, key=lambda fault: (fault.file, fault.row or 0)))
    return _assemble(settings, tables, package, catalogues, folder)


def _study_file(path: Path) -> Path:
    try:
        return path / STUDY_FILE if path.is_dir() else path
    except OSError:
        return path


@dataclass(frozen=True)
class _Tables:
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


def _read_tables(folder: StudyFolder, settings: StudySettings) -> _Tables:
    files, roads = settings.tables, settings.roads
    tabled, languages = roads.network == "reference", settings.study.languages
    admission = folder.table(files.admission, schemas.ADMISSION)
    facilities = with_kind(folder.table(files.shelters, schemas.SHELTERS, languages))
    return _Tables(
        districts=folder.table(files.districts, schemas.DISTRICTS, languages),
        residents=folder.table(files.residents, schemas.RESIDENTS),
        displaced=folder.table(files.displaced, schemas.DISPLACED),
        settlements=folder.table(files.settlements, schemas.SETTLEMENTS, languages),
        shelters=with_place_ranges(with_admission(facilities, admission)),
        admission=admission,
        private_points=folder.private_points(files.private_points),
        areas=folder.read(files.boundaries, lambda path: read_areas(path, "district_id")),
        basemap=folder.read(files.basemap, read_basemap),
        published_distances=folder.table(files.published_distances, schemas.PUBLISHED_DISTANCES),
        near_ties=folder.table(files.near_ties, schemas.NEAR_TIES),
        travel=folder.table(files.travel, schemas.TRAVEL),
        claims=folder.table(files.claims, schemas.CLAIMS, languages),
        statistics=folder.table(files.statistics, schemas.STATISTICS),
        shelter_counts=folder.table(files.shelter_counts, schemas.SHELTER_COUNTS, languages),
        standards=folder.table(files.standards, schemas.STANDARDS),
        norms=folder.table(files.norms, schemas.NORMS, languages),
        nodes=folder.table(roads.nodes, schemas.ROAD_NODES) if tabled else None,
        links=folder.read(roads.links, read_links) if tabled else None,
        network=None if tabled else folder.read(roads.file, read_network),
    )


def _with_claims(folder: StudyFolder, settings: StudySettings, tables: _Tables) -> StudySettings:
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


def _relate(folder: StudyFolder, settings: StudySettings, tables: _Tables) -> None:
    """Check the tables against each other, as far as they could be read."""
    files = settings.tables
    if tables.districts is not None:
        _relate_districts(folder, settings, tables.districts, tables)
    if tables.standards is not None or tables.norms is not None:
        _relate_norms(folder, settings, tables)
    if tables.shelters is not None:
        folder.add(undeclared_kinds(files.shelters, settings.facility_kinds, tables.shelters))
        folder.add(uneven_places(folder.path(files.shelters), tables.shelters))
    if tables.shelters is not None and tables.admission is not None:
        path, known = folder.path(str(files.admission)), tables.shelters["shelter_id"]
        answers, column = tables.admission, "shelter_id"
        folder.add(relations.unknown_keys(path, answers, column, known, of="shelter"))
    if tables.settlements is not None and tables.shelters is not None:
        path = folder.path(files.shelters)
        folder.add(relations.homeless_shelters(path, tables.shelters, tables.settlements))
        if tables.private_points is not None and files.private_points is not None:
            path = folder.path(files.private_points)
            public = tables.shelters, tables.settlements
            folder.add(private_slips(path, tables.private_points, *public))
    if tables.settlements is not None and tables.near_ties is not None:
        path, known = folder.path(str(files.near_ties)), tables.settlements["settlement_id"]
        ties, column = tables.near_ties, "settlement_id"
        folder.add(relations.unknown_keys(path, ties, column, known, of="settlement"))
    if tables.settlements is not None and tables.travel is not None:
        path, known = folder.path(str(files.travel)), tables.settlements["settlement_id"]
        for column in ("from_settlement", "to_settlement"):
            folder.add(relations.unknown_keys(path, tables.travel, column, known, of="settlement"))
    if tables.nodes is not None and tables.links is not None:
        path = folder.path(str(settings.roads.links))
        folder.add(impossible_links(path, tables.links, tables.nodes))
    if tables.areas is not None:
        _relate_points(folder, settings, tables, tables.areas)


def _relate_norms(folder: StudyFolder, settings: StudySettings, tables: _Tables) -> None:
    """Check that the norms of the study file stand in one of the two tables, and in one only."""
    of, parts = "id of the standards", [tables.standards, tables.norms]
    known = pd.concat([part["id"] for part in parts if part is not None])
    named = [norm.standard for norm in settings.capacity.norms]
    folder.add(_unlisted(folder.study_file, "capacity.norms.standard", named, known, of=of))
    kinds = [kind.norm for kind in settings.kinds]
    named = [norm.standard for norm in kinds if norm is not None and norm.standard]
    folder.add(_unlisted(folder.study_file, "kinds.norm.standard", named, known, of=of))
    if tables.standards is not None and tables.norms is not None:
        both = tables.norms[tables.norms["id"].isin(tables.standards["id"])]
        file, remedy = str(settings.tables.norms), "Give one of the two another key."
        folder.add(
            Fault(file, "the standards have this key too", remedy, row, "id", key)
            for row, key in zip(both.index.tolist(), both["id"], strict=True)
        )


def _relate_districts(
    folder: StudyFolder, settings: StudySettings, districts: pd.DataFrame, tables: _Tables
) -> None:
    """Check sums, and every district that another file names."""
    files, known = settings.tables, districts["district_id"]
    folder.add(relations.uneven_sums(folder.path(files.districts), districts))
    _relate_people(folder, settings, districts, tables)
    named = (
        (files.residents, tables.residents),
        (files.displaced, tables.displaced),
        (files.settlements, tables.settlements),
        (files.near_ties, tables.near_ties),
        (files.shelters, tables.shelters),
        (files.boundaries, tables.areas),
    )
    for name, table in named:
        if table is not None:
            path = folder.path(str(name))
            folder.add(relations.unknown_keys(path, table, "district_id", known, of="district"))
    if tables.settlements is not None and not folder.has_faults(files.settlements, "district_id"):
        path = folder.path(files.districts)
        folder.add(relations.bare_districts(path, districts, tables.settlements))
    folder.add(resting_on_missing(folder.study_file, settings, districts))
    if REGION not in districts:
        return
    regions = [entry.region for entry in settings.roads.separate]
    key, of = "roads.separate", "region of the districts"
    folder.add(_unlisted(folder.study_file, key, regions, districts[REGION], of=of))


def _relate_people(
    folder: StudyFolder, settings: StudySettings, districts: pd.DataFrame, tables: _Tables
) -> None:
    """Check who lives where against who is registered where."""
    files = settings.tables
    if tables.residents is not None:
        path = folder.path(str(files.residents))
        folder.add(uneven_people(path, tables.residents, "residents"))
    if tables.displaced is not None:
        path = folder.path(str(files.displaced))
        folder.add(uneven_people(path, tables.displaced, "displaced"))
        folder.add(too_many_displaced(path, districts, tables.residents, tables.displaced))


def _relate_points(
    folder: StudyFolder, settings: StudySettings, tables: _Tables, areas: gpd.GeoDataFrame
) -> None:
    """Check that points lie in the country."""
    files, offshore = settings.tables, settings.checks.outside_boundaries
    country = shapely.union_all(areas.geometry.to_numpy())
    if tables.districts is not None:
        path = folder.path(files.districts)
        folder.add(relations.misplaced_points(path, tables.districts, country))
    if tables.settlements is not None:
        path, known = folder.path(files.settlements), tables.settlements["settlement_id"]
        ashore = tables.settlements[~known.isin(offshore)]
        folder.add(relations.misplaced_points(path, ashore, country))
        key, of = "checks.outside_boundaries", "settlement_id of the settlements"
        folder.add(_unlisted(folder.study_file, key, offshore, known, of=of))
    if tables.nodes is not None:
        path = folder.path(str(settings.roads.nodes))
        folder.add(relations.misplaced_points(path, tables.nodes, country, abroad=True))


def _unlisted(
    file: str, key: str, values: Iterable[str], known: pd.Series, *, of: str
) -> list[Fault]:
    """Name values of the study file that a column of a table does not hold."""
    listed, remedy = set(known), f"Write it as in the column {of} table, or take it out."
    return [
        Fault(file, "stands in no row", remedy, column=key, value=value)
        for value in values
        if value not in listed
    ]


def _assemble(
    settings: StudySettings,
    tables: _Tables,
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
    study = Study(
        settings=settings,
        folder=folder.folder,
        districts=districts,
        centres=centres.geometry,
        settlements=settlements,
        shelters=facilities,
        basemap=tables.basemap,
        published_distances=tables.published_distances,
        network=tables.network or _network(settings, tables),
        input_package=package,
        input_hashes=dict(sorted(folder.hashes.items())),
        standards=_standards(tables),
        catalogues=catalogues,
        near_ties=tables.near_ties,
        travel=tables.travel,
        admission=tables.admission,
        statistics=tables.statistics,
        shelter_counts=tables.shelter_counts,
    )
    return _of_kind(study, facilities, settings.facility_kinds[0])


def _standards(tables: _Tables) -> pd.DataFrame | None:
    """Put standards and norms into one table by their keys."""
    parts = [part for part in (tables.standards, tables.norms) if part is not None]
    return pd.concat(parts).set_index("id") if parts else None


def _of_kind(study: Study, facilities: gpd.GeoDataFrame, kind: Kind) -> Study:
    """Take the facilities of one kind, and what the settings of all kinds say of it."""
    ours = facilities["kind"] == kind.id
    here, others = facilities[ours], facilities[~ours]
    declared = study.settings
    return replace(
        study,
        settings=settings_of_kind(declared, kind),
        shelters=(
            here.assign(places=1, places_low=1, places_high=1) if kind.counted_whole else here
        ),
        kind=kind,
        others=None if others.empty else others,
        declared=declared,
    )


def _network(settings: StudySettings, tables: _Tables) -> RoadNetwork:
    roads = settings.roads
    provenance = Provenance(source=in_english(roads.source), licence=roads.licence)
    return network_from_tables(_there(tables.nodes), _there(tables.links), provenance)


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
