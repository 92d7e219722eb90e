"""A study: everything that is computed from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.roads import RoadNetwork
from shelter_geo.study.kinds import (
    SHELTERS,
    Kind,
    kind_of,
    settings_of_kind,
)
from shelter_geo.study.places import lacking
from shelter_geo.study.settings import StudySettings


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
    warnings : tuple of Fault
        What need not be wrong in its files but is to be looked at.
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
