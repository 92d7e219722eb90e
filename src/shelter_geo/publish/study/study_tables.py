"""The tables of a study, and what stands in each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from shelter_geo.analysis import Evaluation
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.study import study_texts

_PLACE = ("population", "women", "counts_registered_not_resident")
_ACCESS = ("nearest_shelter_id", "nearest_shelter_place", "distance_km", "travel_min")
_BUS = ("bus_min", "bus_min_low", "bus_min_high")
_WEIGHTED = ("weighted_distance_km", "weighted_travel_min", "settlement_reachable_pct")
_END = ("reachable", "reason", "reason_en")
_DISTRICT = ("district_id", "name_en", "name_az", "economic_region", *_PLACE)

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "access_by_district.csv": (*_DISTRICT, *_ACCESS, *_BUS, *_WEIGHTED, *_END),
    "access_by_settlement.csv": (
        "settlement_id", "name_en", "name_az", "district_id", "population_listed",
        *_PLACE, *_ACCESS, *_BUS, *_END,
    ),
    "access_farthest.csv": ("units", "rank", *_DISTRICT, *_ACCESS, *_BUS),
    "access_metrics.csv": ("basis", "units", "weighted_by", "metric", "value", "unit"),
    "capacity_by_region.csv": (
        "area", "reading", "persons_per_family_place", "population_year", "population", "places",
        "family_places_needed", "family_places_there", "family_places_missing", "times_fewer",
        "evidence", "evidence_en",
    ),
    "points_on_roads.csv": (
        "point_kind", "point_id", "joined", "road_class", "connector_km", "connector_min",
        "component", "component_km", "nearest_road_km", "nearest_component", "main_component",
        "reason", "reason_en", "notice",
    ),
    "claims.csv": (
        "claim_id", "statement", "published_low", "published_high", "unit", "data_low",
        "data_high", "verdict", "verdict_en", "data_note", "source", "evidence", "evidence_en",
    ),
}  # fmt: skip
"""Columns of each table by its file name."""
ACCESS_BY_DISTRICT: Final = TABLES["access_by_district.csv"]


def placed(access: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Name the settlement of the nearest shelter, and say in English why there is none."""
    towns = evaluation.study.shelters["settlement"]
    return access.assign(
        nearest_shelter_place=access["nearest_shelter_id"].map(towns),
        reason_en=[words["en"] for words in study_texts.reasons(evaluation, access)],
    )


def write_tables(evaluation: Evaluation, folder: Path) -> None:
    """Write all tables of a study, and the cost matrix."""
    frames = {
        "access_by_district.csv": placed(evaluation.districts, evaluation),
        "access_by_settlement.csv": placed(evaluation.settlements, evaluation),
        "access_farthest.csv": placed(evaluation.farthest, evaluation),
        "access_metrics.csv": evaluation.metrics,
        # Without a claimed population the total stands twice.
        "capacity_by_region.csv": evaluation.shortfall.drop_duplicates(),
        "claims.csv": evaluation.claims,
        "points_on_roads.csv": evaluation.joins,
    }
    for name, columns in TABLES.items():
        write_table(pd.DataFrame(frames[name]), columns, folder / name)
    kinds = (
        ("district_centre", evaluation.district_costs),
        ("settlement", evaluation.settlement_costs),
    )
    matrix = pd.concat([costs.to_frame().assign(origin_kind=kind) for kind, costs in kinds])
    order = ["origin_kind", "origin_id", "facility_id", "distance_km", "travel_min"]
    matrix[order].to_parquet(folder / "cost_matrix.parquet", index=False)
