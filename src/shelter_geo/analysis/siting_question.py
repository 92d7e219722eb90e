"""A study's siting question: districts with their people, and sites to choose from."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.access import CostMatrix, cost_matrix, counted
from shelter_geo.analysis.candidates import (
    SAME_POINT,
    SiteOptions,
    candidate_faults,
    candidate_sites,
    first_at_point,
    on_roads,
    site_options,
)
from shelter_geo.capacity import admission
from shelter_geo.errors import SitingError, TableError
from shelter_geo.siting import UNREACHED, SitingProblem, Unit, problem_from_frames
from shelter_geo.study import (
    CANDIDATES,
    REGION,
    WOMEN,
    Study,
    centres,
    check_frame,
    check_table,
    engine,
    joiner,
)

_OWN: Final = "own_region"


@dataclass(frozen=True, eq=False)
class SiteQuestion:
    """Where the people are, where a shelter could be, and what lies between.

    Attributes
    ----------
    districts : DataFrame
        Indexed by `district_id`, with `population`, names and perhaps `region` and `women`.
    sites : DataFrame
        Indexed by `site_id`: `role` ("shelter" or "candidate"), `allowed`, `place_en`,
        `district_id`, `places` and `region`, if the districts have it; with a file of candidates
        also `cost`, `place_cost` and `most_places`, missing where it gives none.
    costs : CostMatrix
        From every district centre to every site.
    """

    districts: pd.DataFrame
    sites: pd.DataFrame
    costs: CostMatrix

    def of(self, population: str) -> SiteQuestion:
        """Ask for another population, of `access.metrics.UNITS`."""
        weights = {
            name: counted(self.districts, population, who)
            for name, who in (("population", "people"), (WOMEN, WOMEN))
            if name in self.districts
        }
        return replace(self, districts=self.districts.assign(**weights))

    @property
    def counted_in_own_region(self) -> str:
        """Who is counted where one's own region is asked about: women, or people if unknown."""
        known = WOMEN in self.districts and bool(self.districts[WOMEN].notna().all())
        return WOMEN if known else "people"

    def problem(
        self, *, unit: Unit = "km", per_region: bool = False, own_region: bool = False
    ) -> SitingProblem:
        """Put the question to the models.

        Parameters
        ----------
        unit
            Kilometres or minutes.
        per_region
            Whether every region must hold a shelter.
        own_region
            Whether to say which sites are in one's own region and do not refuse women; women are
            then counted, where their number is known.

        Raises
        ------
        SitingError
            If regions are asked about, and the districts have no `region`.
        """
        districts, sites, who = self.districts, self.sites, self.counted_in_own_region
        if own_region:
            self.regions()
            takes_women = admission(sites, ("women",)).fillna(value=True).astype(bool)
            districts = districts.assign(**{_OWN: districts[REGION]})
            sites = sites.assign(**{_OWN: sites[REGION].where(takes_women)})
        return problem_from_frames(
            districts,
            sites,
            self.costs,
            unit=unit,
            weight=WOMEN if own_region and who == WOMEN else "population",
            region=REGION if per_region else None,
            required=self.regions() if per_region else None,
            own=_OWN if own_region else None,
        )

    def regions(self) -> list[str]:
        """List the regions of the districts.

        Raises
        ------
        SitingError
            If the districts have no column `region`.
        """
        if REGION not in self.districts:
            raise SitingError(
                "the districts have no column region. Add it to their table, or do not ask for a "
                "shelter in every region or in one's own."
            )
        return sorted(set(self.districts[REGION]))


def share_in_own_region(problem: SitingProblem, opened: Collection[Hashable] = ()) -> float:
    """Share of the people of a question in whose own region a site is open.

    Parameters
    ----------
    problem
        From `SiteQuestion.problem` with `own_region`.
    opened
        Keys of the sites that open beside those that stand.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    SitingError
        If the question does not say which sites are in one's own region, or a key is of no site.
    """
    if problem.own is None:
        raise SitingError("the question does not say which sites are in one's own region")
    number = {site: j for j, site in enumerate(problem.site_ids)}
    if strange := [str(key) for key in opened if key not in number]:
        raise SitingError(f"no site has the key {', '.join(strange)}")
    sites = [*problem.fixed, *(number[key] for key in opened)]
    some = problem.own[:, sites].any(axis=1)
    return float(problem.weights[some].sum() / problem.weights.sum())


def site_question(
    study: Study, options: SiteOptions | None = None, *, candidates: pd.DataFrame | None = None
) -> SiteQuestion:
    """Ask with the study's own candidates, district centres and large settlements, or with others.

    Parameters
    ----------
    study, options
        The study, and its `site_options` to be used again; made anew if not given.
    candidates
        As in a file; see `question_from_file`. The index gives `candidate_id`, the geometry `lat`
        and `lon`, in any coordinate system.

    Raises
    ------
    StudyError, TableError
        If it is no frame or has no coordinate system; with every fault, as of a file.
    """
    if candidates is not None:
        faults, _ = candidate_faults(study, Path("candidates"), candidates)
        if faults:
            raise TableError(faults)
        return _own_question(study, check_frame("candidates", candidates, CANDIDATES)[0])
    options = options or site_options(study)
    sites = pd.DataFrame(options.sites.drop(columns="geometry")).assign(
        allowed=on_roads(study, options.sites)
    )
    return _question(study, sites, options.costs)


def question_from_file(study: Study, path: Path) -> SiteQuestion:
    """Ask with candidates of one's own.

    Parameters
    ----------
    study
        The study, with the shelters that stand.
    path
        Table, or file of points, with `candidate_id`, `lat` and `lon`, and perhaps `name`,
        `allowed` (yes or no), `cost`, `place_cost` and `most_places`.

    Raises
    ------
    TableError
        With every fault of the file; see `candidate_faults`.
    """
    faults, _ = candidate_faults(study, path)
    if faults:
        raise TableError(faults)
    return _own_question(study, check_table(path, CANDIDATES)[0])


def _own_question(study: Study, candidates: pd.DataFrame | None) -> SiteQuestion:
    table = pd.DataFrame(candidates)
    standing = candidate_sites(study.districts, study.settlements, study.shelters)
    standing = standing[standing["role"] == "shelter"]
    opened = _candidates(study, table)
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
            SAME_POINT: first_at_point(table),
            **{name: table[name].to_numpy() for name in ("cost", "place_cost", "most_places")},
        },
        index=pd.Index(table["candidate_id"], name="site_id"),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326)


def _question(study: Study, sites: pd.DataFrame, costs: CostMatrix) -> SiteQuestion:
    allowed = sites["allowed"] if "allowed" in sites else pd.Series(True, index=sites.index)
    sites = sites.assign(allowed=allowed.fillna(True).astype(bool))
    if REGION not in study.lacks:
        region = study.districts[REGION].reindex(sites["district_id"]).to_numpy()
        sites = sites.assign(**{REGION: region})
    return SiteQuestion(pd.DataFrame(study.districts.drop(columns="geometry")), sites, costs)


@dataclass(frozen=True, eq=False)
class UnreachedPeople:
    """People whom no shelter of today reaches, and where the sites lie that would reach them.

    Attributes
    ----------
    people : int
    districts : tuple
        Their districts.
    regions : tuple of str
        Regions of those districts; where the study has none, the districts themselves.
    site_regions : tuple of str
        The same of the sites that reach them; empty if no site does.
    """

    people: int
    districts: tuple[Any, ...]
    regions: tuple[str, ...]
    site_regions: tuple[str, ...]


def unreached_people(question: SiteQuestion, problem: SitingProblem) -> tuple[UnreachedPeople, ...]:
    """Group the people whom no shelter reaches today by the regions of the sites that do.

    Districts stand for themselves where the study has no regions.
    """
    area = REGION if REGION in question.districts else "district_id"
    lost = np.flatnonzero((problem.today == UNREACHED) & (problem.weights > 0))
    reached = problem.costs[np.ix_(lost, problem.candidates)] != UNREACHED
    homes = question.districts[area].to_numpy()
    regions = question.sites[area].reindex(list(problem.site_ids)).to_numpy()
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, sites in zip(lost, reached, strict=True):
        where = tuple(sorted(set(regions[problem.candidates[sites]])))
        groups.setdefault(where, []).append(int(row))
    return tuple(
        UnreachedPeople(
            int(problem.weights[rows].sum()),
            tuple(problem.demand_ids[i] for i in rows),
            tuple(sorted(set(homes[rows]))),
            where,
        )
        for where, rows in sorted(groups.items())
    )
