"""A study's siting question as tables: districts and their people, sites and their regions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from shelter_geo.access.costs import CostMatrix, cost_matrix
from shelter_geo.analysis.candidates import candidate_sites
from shelter_geo.analysis.options import SiteOptions
from shelter_geo.errors import SitingError, TableError
from shelter_geo.siting.frames import problem_from_frames
from shelter_geo.siting.problem import SitingProblem, Unit
from shelter_geo.study.load import Study
from shelter_geo.study.routing import centres, engine, joiner
from shelter_geo.study.tables.checking import check_table
from shelter_geo.study.tables.schemas import CANDIDATES

REGION = "economic_region"


@dataclass(frozen=True, eq=False)
class SiteQuestion:
    """Where the people are, where a shelter could be, and what lies between.

    Attributes
    ----------
    districts : DataFrame
        Indexed by `district_id`, with `population`, names and `economic_region`.
    sites : DataFrame
        Indexed by `site_id`: `role` ("shelter" or "candidate"), `allowed`, `place_en`,
        `district_id`, `economic_region`, `places`; with a file of candidates also `cost`,
        `place_cost` and `most_places`, missing where it gives none.
    costs : CostMatrix
        From every district centre to every site.
    """

    districts: pd.DataFrame
    sites: pd.DataFrame
    costs: CostMatrix

    def problem(self, *, unit: Unit = "km", per_region: bool = False) -> SitingProblem:
        """Put the question to the models.

        Parameters
        ----------
        unit
            Kilometres or minutes.
        per_region
            Whether every economic region must hold a shelter.
        """
        regions = sorted(set(self.districts[REGION])) if per_region else None
        return problem_from_frames(
            self.districts,
            self.sites,
            self.costs,
            unit=unit,
            region=REGION if per_region else None,
            required=regions,
        )


def site_question(study: Study, options: SiteOptions) -> SiteQuestion:
    """Ask with the study's own candidates: district centres and large settlements."""
    sites = pd.DataFrame(options.sites.drop(columns="geometry"))
    return _question(study, sites, options.costs)


def question_from_file(study: Study, path: Path) -> SiteQuestion:
    """Ask with candidates of one's own.

    Parameters
    ----------
    study
        The study, with the shelters that stand.
    path
        CSV file with `candidate_id`, `lat` and `lon`, and perhaps `name`, `allowed` (yes or no),
        `cost`, `place_cost` and `most_places`.

    Raises
    ------
    TableError
        With every fault of the file.
    SitingError
        If a candidate has the key of a shelter, or none is allowed.
    """
    table, faults = check_table(path, CANDIDATES)
    if table is None or faults:
        raise TableError(faults)
    if (table["allowed"] == "no").all():
        raise SitingError(f"{path.name}: no candidate is allowed")
    standing = candidate_sites(study.districts, study.settlements, study.shelters)
    standing = standing[standing["role"] == "shelter"]
    opened = _candidates(study, table)
    if both := sorted(set(standing.index) & set(opened.index)):
        raise SitingError(f"{path.name}: {both[0]} is the key of a shelter that stands")
    sites = gpd.GeoDataFrame(pd.concat([standing, opened]), crs=4326).sort_index()
    costs = cost_matrix(
        study.network, centres(study), sites, snapping=joiner(study), engine=engine(study)
    )
    return _question(study, pd.DataFrame(sites.drop(columns="geometry")), costs)


def _candidates(study: Study, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Turn rows of a file into sites, each in the district that holds it or lies nearest."""
    points = gpd.points_from_xy(table["lon"], table["lat"])
    _, home = study.districts.sindex.nearest(points, return_all=False)
    frame = pd.DataFrame(
        {
            "place_en": table["name"].fillna(table["candidate_id"]).to_numpy(),
            "district_id": study.districts.index[home],
            "role": "candidate",
            "allowed": (table["allowed"] != "no").to_numpy(),
            "places": 0,
            **{name: table[name].to_numpy() for name in ("cost", "place_cost", "most_places")},
        },
        index=pd.Index(table["candidate_id"], name="site_id"),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326)


def _question(study: Study, sites: pd.DataFrame, costs: CostMatrix) -> SiteQuestion:
    allowed = sites["allowed"] if "allowed" in sites else pd.Series(True, index=sites.index)
    region = study.districts[REGION].reindex(sites["district_id"]).to_numpy()
    asked = sites.assign(allowed=allowed.fillna(True).astype(bool), **{REGION: region})
    return SiteQuestion(pd.DataFrame(study.districts.drop(columns="geometry")), asked, costs)
