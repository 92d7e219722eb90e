"""All figures of one plan in one table: access, norms and turn-away."""

from __future__ import annotations

from typing import Final

import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.analysis.capacity_results import no_place_in_all
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.norms import missing_in_all
from shelter_geo.capacity import CORNERS

KEY: Final = ["basis", "units", "weighted_by", "metric"]
"""Columns that name a figure."""
_MISSING: Final = ("missing_low", "missing_high")
_OF_STAYS: Final = {
    "no_place": "share",
    "no_place_per_year": "stays a year",
    "refused_at_nearest": "share",
    "places_needed": "places",
}


def plan_metrics(evaluation: Evaluation) -> pd.DataFrame:
    """Put the figures of access, norms and turn-away of a plan into one table.

    Parameters
    ----------
    evaluation
        Of the plan.

    Returns
    -------
    DataFrame
        `basis` (district_centres, settlements, the key of a norm or of a basis of the demand),
        `units`, `weighted_by`, `metric`, `value`, `unit`.

    Raises
    ------
    CapacityError
        If stays cannot be computed; see `needs.capacity_results`.
    """
    rows: list[dict[str, object]] = []
    for row in missing_in_all(evaluation):
        key = {"basis": row["norm"], "units": UNITS[0], "weighted_by": "people"}
        rows += [
            key | {"metric": name, "value": row[name], "unit": row["asked_in"]} for name in _MISSING
        ]
    for basis, total in no_place_in_all(evaluation).items():
        key = {"basis": basis, "units": UNITS[0], "weighted_by": "stays"}
        rows += [
            key
            | {
                "metric": f"{name}_{corner}",
                "value": total[f"{name}_{corner}"],
                "unit": unit,
            }
            for name, unit in _OF_STAYS.items()
            for corner in CORNERS
        ]
    if not rows:
        return evaluation.metrics
    return pd.concat([evaluation.metrics, pd.DataFrame(rows)], ignore_index=True)
