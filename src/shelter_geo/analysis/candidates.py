"""Sites of a planner: today's shelters, and the settlements where one could be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.access import CostMatrix, cost_matrix
from shelter_geo.errors import Fault, SitingError
from shelter_geo.roads import NOWHERE
from shelter_geo.study import (
    CANDIDATES,
    FALLBACK,
    Study,
    centre_settlements,
    centres,
    check_frame,
    check_table,
    engine,
    joiner,
    languages_in,
    misplaced_points,
    settlement_names,
)

ADMISSION: Final = ("women", "children", "men", "lgbtq_inclusive")
"""Columns that say whom a site admits."""


def candidate_sites(
    districts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    shelters: gpd.GeoDataFrame,
    *,
    min_population: int = 5000,
) -> gpd.GeoDataFrame:
    """List today's shelters and the settlements where a shelter could be opened.

    A candidate is the settlement that is the centre of a district, and every settlement listed
    with more than `min_population` people. What a settlement is listed with is capped at its
    district's people, since lists mix a town with the district around it; the people that a
    settlement was handed out of its district (`population`) decide nothing here.

    Parameters
    ----------
    districts
        With `district_id`, `population`, `lon` and `lat` of the centre, and names.
    settlements
        Points with `settlement_id`, `district_id`, `population_listed` (may be missing), names.
    shelters
        Points of settlements with `shelter_id`, `settlement_id`, `district_id`, `places`, names,
        and the columns of `ADMISSION` where they are known.
    min_population
        Settlements listed with more people than this are candidates.

    Returns
    -------
    GeoDataFrame
        Sorted and indexed by `site_id`: the `settlement_id` of a candidate, the `shelter_id` of a
        shelter. Columns are `name_*`, `place_*` (name of the settlement), `settlement_id`,
        `district_id`, `role` (``"shelter"`` or ``"candidate"``), `places` (0 for a candidate) and
        whom it admits: yes, no or unknown, always yes for a candidate, which is yet to be planned.

    Raises
    ------
    SitingError
        If a district has no settlement, a key stands for two sites, or a limit is below 0.
    """
    if min_population < 0:
        raise SitingError("the least population of a candidate must be 0 or more")
    centres = centre_settlements(districts, settlements)
    bare = districts.loc[~districts["district_id"].isin(centres.index), "district_id"]
    if len(bare):
        raise SitingError(f"districts without any settlement: {', '.join(bare)}")
    listed = settlements["population_listed"].astype("Float64").fillna(0)
    counts = districts.set_index("district_id")
    counts = counts[[name for name in ("population", "registered") if name in counts]]
    most = settlements["district_id"].map(counts.max(axis=1))
    large = np.minimum(listed.to_numpy(float), most.to_numpy(float)) > min_population
    chosen = settlements[large | settlements["settlement_id"].isin(centres)]
    own = languages_in("name", settlements, districts, shelters)
    languages = list(dict.fromkeys([FALLBACK, *own]))
    asked = [*chosen["settlement_id"], *shelters["settlement_id"]]
    places = settlements[settlements["settlement_id"].isin(asked)]
    named = settlement_names(districts, places, languages)
    named = named.set_axis([f"place_{lang}" for lang in languages], axis=1)
    opened = _candidates(chosen, named, languages)
    today = _shelters(shelters, named, languages)
    both = pd.concat([today, opened])
    if not both.index.is_unique:
        twice = sorted(set(both.index[both.index.duplicated()]))
        raise SitingError(f"keys that stand for two sites: {', '.join(twice)}")
    return gpd.GeoDataFrame(both, crs=settlements.crs).sort_index().rename_axis("site_id")


def _candidates(
    chosen: gpd.GeoDataFrame, named: pd.DataFrame, languages: Sequence[str]
) -> pd.DataFrame:
    keys = chosen["settlement_id"].to_numpy()
    places = named.loc[keys]
    frame = chosen[["settlement_id", "district_id", "geometry"]].set_axis(keys)
    frame = frame.assign(role="candidate", places=0, **dict.fromkeys(ADMISSION, "yes"))
    own = places.set_axis([f"name_{lang}" for lang in languages], axis=1)
    return pd.DataFrame(pd.concat([own, places, frame], axis=1))


def _shelters(
    shelters: gpd.GeoDataFrame, named: pd.DataFrame, languages: Sequence[str]
) -> pd.DataFrame:
    keys = shelters["shelter_id"].to_numpy()
    names = shelters.reindex(columns=[f"name_{lang}" for lang in languages]).set_axis(keys)
    places = named.reindex(shelters["settlement_id"]).set_axis(keys)
    frame = shelters[["settlement_id", "district_id", "geometry"]].set_axis(keys)
    frame = frame.assign(role="shelter", places=shelters["places"].to_numpy("int64"))
    admits = shelters.reindex(columns=list(ADMISSION)).set_axis(keys).astype(object)
    admits = admits.fillna("unknown")
    return pd.DataFrame(pd.concat([names, places, frame, admits], axis=1))


def candidate_faults(
    study: Study, path: Path, frame: pd.DataFrame | None = None
) -> tuple[list[Fault], list[Fault]]:
    """Check a file of candidates against a study.

    Parameters
    ----------
    study
        The study, with the shelters that stand.
    path
        Their file; see `siting_question.question_from_file`.
    frame
        Candidates in memory, which the faults call by `path`.

    Returns
    -------
    faults
        Cells at fault, keys of shelters that stand, points outside the boundaries or off every
        road, and a file in which no candidate is allowed.
    warnings
        Candidates at the point of another one.
    """
    table, faults = (
        check_table(path, CANDIDATES)
        if frame is None
        else check_frame(path.name, frame, CANDIDATES)
    )
    if table is None:
        return faults, []
    if (table["allowed"] == "no").all():
        remedy = "Allow one at least."
        faults.append(Fault(path.name, "no candidate is allowed", remedy, column="allowed"))
    placed = table[table["lat"].notna() & table["lon"].notna()]
    polygons = study.districts.geometry
    polygons = polygons[polygons.geom_type != "Point"]
    if len(polygons):
        faults += misplaced_points(path, placed, polygons.union_all())
    off = {fault.row for fault in faults}
    if not any(fault.row is None and fault.column == "lat, lon" for fault in faults):
        faults += _off_roads(study, path, placed[~placed.index.isin(off)])
    standing, remedy = set(study.shelters.index), "Give it a key of its own."
    faults += [
        Fault(path.name, "is the key of a shelter that stands", remedy, row, "candidate_id", key)
        for row, key in zip(table.index.tolist(), table["candidate_id"], strict=True)
        if key in standing
    ]
    remedy = "Take one out, or correct its point: a plan of both is worth one."
    warnings = [
        Fault(path.name, f"is at the point of {first}", remedy, row, "candidate_id", key)
        for row, key, first in zip(
            placed.index.tolist(), placed["candidate_id"], first_at_point(placed), strict=True
        )
        if first
    ]
    return faults, warnings


def _off_roads(study: Study, path: Path, placed: pd.DataFrame) -> list[Fault]:
    """Name candidates that join no road, where there are roads."""
    if placed.empty or not study.network.n_edges:
        return []
    points = gpd.points_from_xy(placed["lon"], placed["lat"])
    _, home = study.districts.sindex.nearest(points, return_all=False)
    keys = study.districts.index[home]
    at = gpd.GeoDataFrame({"district_id": keys}, geometry=points, crs=4326)
    lost = placed[joiner(study)(study.network, at).edge == NOWHERE]
    limit = study.settings.roads.max_connector_km
    remedy = "Correct the point, or take the row out."
    return [
        Fault(path.name, f"no usable road lies within {limit:g} km", remedy, row, "lat, lon", key)
        for row, key in zip(lost.index.tolist(), lost["candidate_id"], strict=True)
    ]


def on_roads(study: Study, sites: gpd.GeoDataFrame) -> pd.Series:
    """Say which sites a question may choose: those that join a road, or all if none does.

    Candidates of one's own that join none are refused; see `candidate_faults`.
    """
    joined = joiner(study)(study.network, sites).edge != NOWHERE
    standing = (sites["role"] == "shelter").to_numpy(bool)
    none = not (joined & ~standing).any()
    return pd.Series(joined | standing | none, index=sites.index)


SAME_POINT: Final = "same_point_as"
"""Column of sites: the candidate above whose point a candidate has too."""


def first_at_point(table: pd.DataFrame) -> list[str]:
    """Name the candidate above that has a candidate's very point; empty where there is none.

    Parameters
    ----------
    table
        With `candidate_id`, `lat` and `lon`.
    """
    first = table.groupby(["lat", "lon"])["candidate_id"].transform("first")
    return [str(key) for key in first.where(first != table["candidate_id"], "")]


def same_points(sites: pd.DataFrame) -> dict[str, str]:
    """Return candidates that are at the very point of another one, with that one.

    Parameters
    ----------
    sites
        Of a question; those of the study's own candidates name none.
    """
    if SAME_POINT not in sites:
        return {}
    named = sites[SAME_POINT].fillna("")
    return {str(key): str(first) for key, first in named.items() if first}


@dataclass(frozen=True, eq=False)
class SiteOptions:
    """Sites to choose from.

    Attributes
    ----------
    sites : GeoDataFrame
        See `candidate_sites`.
    costs : CostMatrix
        From every district centre to every site.
    """

    sites: gpd.GeoDataFrame
    costs: CostMatrix


def site_options(study: Study, sites: gpd.GeoDataFrame | None = None) -> SiteOptions:
    """List candidate sites beside today's shelters, unless they are given, and route to them."""
    if sites is None:
        sites = candidate_sites(study.districts, study.settlements, study.shelters)
    costs = cost_matrix(
        study.network, centres(study), sites, snapping=joiner(study), engine=engine(study)
    )
    return SiteOptions(sites, costs)
