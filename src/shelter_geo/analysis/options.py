"""The sites that a plan may choose from, and what it costs to reach each."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

from shelter_geo.access.costs import CostMatrix, cost_matrix
from shelter_geo.analysis.candidates import candidate_sites
from shelter_geo.study.load import Study
from shelter_geo.study.routing import centres, engine, joiner


@dataclass(frozen=True, eq=False)
class SiteOptions:
    """Sites to choose from.

    Attributes
    ----------
    sites : GeoDataFrame
        See `candidates.candidate_sites`.
    costs : CostMatrix
        From every district centre to every site.
    """

    sites: gpd.GeoDataFrame
    costs: CostMatrix


def site_options(study: Study) -> SiteOptions:
    """List candidate sites beside today's shelters, and route to them."""
    sites = candidate_sites(study.districts, study.settlements, study.shelters)
    costs = cost_matrix(
        study.network, centres(study), sites, snapping=joiner(study), engine=engine(study)
    )
    return SiteOptions(sites, costs)
