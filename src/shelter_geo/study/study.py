"""A study: everything that is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault, TableError
from shelter_geo.roads import RoadNetwork
from shelter_geo.study.frames import (
    checked_shelters,
    frame_people,
    frame_settings,
    frame_tables,
)
from shelter_geo.study.kinds import SHELTERS, Kind, kind_of, settings_of_kind
from shelter_geo.study.people import PEOPLE_COLUMNS, UNKNOWN, count_people, settlement_demand
from shelter_geo.study.places import lacking, points_of
from shelter_geo.study.privacy import public_shelters
from shelter_geo.study.reading import (
    StudyFolder,
    Tables,
    in_order,
    network_of,
    present,
    standards_of,
)
from shelter_geo.study.roads import road_network, roads_today
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables.features import NO_AREAS
from shelter_geo.study.types import in_own_languages


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Everything that is computed from; nothing in it is finer than a settlement's point.

    Attributes
    ----------
    settings : StudySettings
        What the study file says of this kind of facility.
    folder : Path
        Where the study file stands.
    districts : GeoDataFrame
        Indexed by `district_id`; geometry is the polygon, or the centre where there is none.
        `population` and `women` are those who live there, as far as the study says; see
        `people.count_people`. `women` and `region` may be missing; see `lacks`. Where people are
        not known a column `people_unknown` says so; see `people.people_unknown`.
    centres : GeoSeries
        Centre of each district.
    settlements : GeoDataFrame
        Demand points, indexed by `settlement_id`.
    shelters : GeoDataFrame
        Facilities of one kind, indexed by `shelter_id`, at settlement points.
    basemap : GeoDataFrame or None
    published_distances : DataFrame or None
    near_ties : DataFrame or None
        Ways from a centre to a settlement nearly as fast as the fastest one: `district_id`,
        `settlement_id`, `km_fastest`, `min_fastest`, `km_other`, `min_other`.
    travel : DataFrame or None
        Journeys by bus and other means, each with its source: `mode`, `from_settlement`,
        `to_settlement`, `year`, `hours`.
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
        The roads before a plan made `network` of them.
    standards : DataFrame or None
        Published standards and norms by their `id`, which the study's norms name; those of the
        table of norms say whom they bind (`binds_en`) and how else they are read
        (`second_reading_en`).
    admission : DataFrame or None
        Answers on who is admitted where, with their sources: `shelter_id`, `group`, `admitted`.
    kind : Kind
        The kind of facility that all results are of.
    others : GeoDataFrame or None
        Facilities of the other kinds, if there are any.
    declared : StudySettings or None
        What the study file says of all kinds.
    catalogues : dict
        Reader texts that stand beside the study, as their files say them, by language.
    warnings : tuple of Fault
        What need not be wrong in its files but is to be looked at.
    areas_without_figures : GeoDataFrame
        Areas that no row of the districts speaks of, indexed by their key.
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
    warnings: tuple[Fault, ...] = ()
    areas_without_figures: gpd.GeoDataFrame = field(default_factory=lambda: NO_AREAS)

    @classmethod
    def from_frames(
        cls,
        settings: StudySettings | str | Path | Mapping[str, Any],
        *,
        districts: pd.DataFrame,
        settlements: pd.DataFrame,
        shelters: pd.DataFrame | None = None,
        network: Any,
    ) -> Study:
        """Make a study of frames, checked as files are, in any coordinate system.

        Parameters
        ----------
        settings
            Those of another study, the path of a study file, or a dict such as
            ``{"study": {"id": "mine", "name": "Mine", "as_of": date(2026, 1, 1)}}``; what it does
            not say is assumed as `shelter-geo init` does.
        districts, settlements
            With the columns of their tables (docs/data.md). The index gives the keys where there
            is no column of them, the geometry `lat` and `lon`. Districts may be areas; the largest
            settlement of each is then its centre, unless `lat` and `lon` say which.
        shelters
            See `with_shelters`; none if not given.
        network
            A `RoadNetwork`, or a networkx graph in the conventions of osmnx.

        Raises
        ------
        StudyError
            If the settings are at fault, or a frame is none or has no coordinate system.
        TableError
            With every fault of every frame; rows are counted from 1.
        RoadError
            If the graph makes no network.
        """
        checked = frame_settings(settings)
        tables, folder = frame_tables(checked, districts, settlements, shelters, network)
        points, tables = settlement_points(checked, tables)
        return assemble(checked, tables, points, folder)

    def with_shelters(self, shelters: pd.DataFrame) -> Study:
        """Return the study with other shelters.

        Parameters
        ----------
        shelters
            With the columns of their table. The index gives `shelter_id`; a point stands for the
            settlement nearest to it, and is forgotten, where `settlement_id` is missing.

        Raises
        ------
        StudyError
            If it is no frame, or has points without a coordinate system.
        TableError
            With every fault; none of them holds a point or a text.
        """
        settings = self.declared or self.settings
        table = checked_shelters(shelters, self.settlements, settings)
        named = in_own_languages(table, settings.study.languages)
        facilities = public_shelters(named, self.settlements)
        return study_of_kind(replace(self, settings=settings), facilities, self.kind)

    def with_network(self, network: Any) -> Study:
        """Return the study on other roads: a `RoadNetwork`, or a networkx graph as of osmnx.

        Raises
        ------
        StudyError, RoadError
            If it is neither, or the graph makes no network.
        """
        return replace(self, network=road_network(network), roads_before=None)

    def with_demand(self, people: pd.DataFrame) -> Study:
        """Return the study with other people, shared out over the settlements anew.

        Parameters
        ----------
        people
            `population`, and `women` if the study counts them, for every district; the index gives
            `district_id`.

        Raises
        ------
        StudyError
            If it is no frame.
        TableError
            With every fault, districts that are missing or not known among them.
        """
        districts = frame_people(people, self.districts)
        away = [name for name in (*PEOPLE_COLUMNS, UNKNOWN) if name in self.settlements]
        settlements = settlement_demand(districts, self.settlements.drop(columns=away))
        return replace(self, districts=districts, settlements=settlements)

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
        return study_of_kind(replace(self, settings=declared), every, kind)

    @property
    def of_first_kind(self) -> bool:
        """Whether tables that name no kind, such as counts and cases, speak of these facilities."""
        return self.kind.id == self.kinds[0].id

    @property
    def scenarios(self) -> Path | None:
        """Folder of the plans that come with the study."""
        named = self.settings.tables.scenarios
        return None if named is None else self.folder / named


def study_of_kind(study: Study, facilities: gpd.GeoDataFrame, kind: Kind) -> Study:
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


def settlement_points(settings: StudySettings, tables: Tables) -> tuple[gpd.GeoDataFrame, Tables]:
    """Make points of the settlements, which are the longest table, and let go of that table."""
    listed = in_own_languages(present(tables.settlements), settings.study.languages)
    return points_of(listed, "settlement_id"), replace(tables, settlements=None)


def assemble(
    settings: StudySettings,
    tables: Tables,
    listed: gpd.GeoDataFrame,
    folder: StudyFolder,
    *,
    package: dict[str, Any] | None = None,
    catalogues: dict[str, dict[str, Any]] | None = None,
) -> Study:
    """Make a study of checked tables.

    Parameters
    ----------
    settings
        With the claims of the tables.
    tables
        Free of faults.
    listed
        Its settlements; see `settlement_points`.
    folder
        What they were read from.
    package, catalogues
        See `Study`.

    Raises
    ------
    TableError
        If a change of today's roads cannot be made.
    """
    languages = settings.study.languages
    counted = count_people(present(tables.districts), tables.residents, tables.displaced)
    centres = points_of(in_own_languages(counted, languages), "district_id")
    areas = NO_AREAS if tables.areas is None else tables.areas.set_index("district_id")
    districts = gpd.GeoDataFrame(
        centres.drop(columns="geometry"),
        geometry=areas.geometry.reindex(centres.index).fillna(centres.geometry),
        crs=4326,
    )
    settlements = settlement_demand(districts, listed)
    del listed
    named = in_own_languages(present(tables.shelters), languages)
    facilities = public_shelters(named, settlements)
    network, faults = roads_today(
        tables.network or network_of(settings, tables), settings.roads, file=folder.study_file
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
        input_package=package or {},
        input_hashes=dict(sorted(folder.hashes.items())),
        standards=standards_of(tables),
        catalogues=catalogues or {},
        near_ties=tables.near_ties,
        travel=tables.travel,
        admission=tables.admission,
        statistics=tables.statistics,
        shelter_counts=tables.shelter_counts,
        warnings=tuple(sorted(folder.warnings, key=in_order)),
        areas_without_figures=areas[["geometry"]].drop(index=centres.index, errors="ignore"),
    )
    return study_of_kind(study, facilities, settings.facility_kinds[0])
