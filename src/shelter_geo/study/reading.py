"""The tables of a study, read and checked each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault, RoadError
from shelter_geo.roads import RoadNetwork, contract_chains, load_network, read_pbf
from shelter_geo.study.admission import with_admission
from shelter_geo.study.claims import claims_of
from shelter_geo.study.kinds import (
    with_kind,
)
from shelter_geo.study.place_ranges import with_place_ranges
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables import relations, schemas
from shelter_geo.study.tables.areas import read_areas, read_basemap
from shelter_geo.study.tables.folder import StudyFolder
from shelter_geo.study.tables.links import read_links


def read_network(path: Path) -> tuple[RoadNetwork | None, list[Fault]]:
    """Read a stored network, or an OSM extract, which takes longer each time.

    Parameters
    ----------
    path
        Written by `shelter-geo roads import`, or an OSM file that ends in `.pbf`.

    Returns
    -------
    network
        None if there is any fault.
    faults
        Why it cannot be read.
    """
    try:
        if path.suffix == ".pbf":
            return contract_chains(read_pbf(path)), []
        return load_network(path), []
    except RoadError as error:
        remedy = "Make it anew with: shelter-geo roads import."
        return None, [Fault(path.name, str(error).rstrip("."), remedy)]


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
    admission = folder.table(files.admission, schemas.ADMISSION)
    facilities = with_kind(folder.table(files.shelters, schemas.SHELTERS, languages))
    return Tables(
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
