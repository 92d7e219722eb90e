"""Where the points of a study join its roads, as a frame."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import CostError
from shelter_geo.roads import NOWHERE, snap_table
from shelter_geo.study import Study, joiner, stand_ins


def joins(study: Study) -> pd.DataFrame:
    """Tabulate where all points join the roads, each held against its district's main part."""
    points = {
        "district_centre": (study.centres, pd.Series(study.districts.index)),
        "settlement": (study.settlements.geometry, study.settlements["district_id"]),
        "shelter": (study.shelters.geometry, study.shelters["district_id"]),
    }
    keys = pd.concat([table.index.to_series() for table, _ in points.values()])
    kinds = [kind for kind, (table, _) in points.items() for _ in range(len(table))]
    every = gpd.GeoSeries(pd.concat([table for table, _ in points.values()]).to_numpy(), crs=4326)
    groups = pd.concat([group for _, group in points.values()], ignore_index=True)
    join = joiner(study)
    anchors = join(study.network, every.to_frame("geometry").assign(district_id=groups))
    of_group: Any = {"groups": groups, "main": join.main(study.network)}
    table = snap_table(study.network, every, anchors, settings=join.settings, **of_group)
    instead = stand_ins(study).reindex(study.centres.index, fill_value="").to_list()
    counted_from = [*instead, *([""] * (len(table) - len(instead)))]
    return table.assign(point_kind=kinds, point_id=keys.to_numpy(), counted_from=counted_from)


def refuse_lost_roads(study: Study) -> None:
    """Raise CostError if no settlement joins any road, so that every answer would be missing."""
    if not study.network.n_edges:
        return
    anchors = joiner(study)(study.network, study.settlements)
    if (anchors.edge == NOWHERE).all():
        limit = study.settings.roads.max_connector_km
        raise CostError(
            f"no settlement lies within {limit:g} km of a road that can be used. Check that these "
            "are the roads of this place, the points of the settlements, and max_connector_km in "
            "the study file."
        )
