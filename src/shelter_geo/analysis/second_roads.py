"""Districts with two roads nearly as fast, and how long each is."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import pandas as pd

from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.errors import CostError


def near_ties(evaluation: Evaluation) -> pd.DataFrame:
    """Set both roads of every district side by side, as far as the study knows of two.

    Roads of the same length in whole kilometres, as lengths are shown, are one to a reader.
    Where a plan has changed the roads nothing is known of second ones.

    Parameters
    ----------
    evaluation
        Of a study; without `near_ties` there is no row.

    Returns
    -------
    DataFrame
        Indexed by `district_id`: `distance_km` and `travel_min` of the fastest road to the nearest
        shelter, `other_km` and `other_min` of the other.
    """
    ties = _TIES.get(evaluation)
    if ties is None:  # every headline of every page reads them
        ties = _TIES[evaluation] = _near_ties(evaluation)
    return ties.copy(deep=False)


_TIES: WeakKeyDictionary[Evaluation, pd.DataFrame] = WeakKeyDictionary()


def _near_ties(evaluation: Evaluation) -> pd.DataFrame:
    study, units = evaluation.study, evaluation.districts
    towns = units["nearest_shelter_id"].map(study.shelters["settlement_id"])
    found = pd.DataFrame(units[["district_id", "distance_km", "travel_min"]])
    found = found.assign(settlement_id=towns).dropna(subset="settlement_id")
    if study.near_ties is None or study.roads_before is not None:
        found = found.iloc[:0].assign(other_km=0.0, other_min=0.0)
    else:
        other = {"km_other": "other_km", "min_other": "other_min"}
        ties = study.near_ties[["district_id", "settlement_id", *other]].rename(columns=other)
        found = found.merge(ties, on=["district_id", "settlement_id"])
        found = found[found["distance_km"].round() != found["other_km"].round()]
    return found.set_index("district_id").drop(columns="settlement_id").sort_index()


def other_km(evaluation: Evaluation, district_id: str) -> float | None:
    """Return the length of the other road of one district, or None where none is known.

    Parameters
    ----------
    evaluation
        Of a study.
    district_id
        One of its districts.

    Raises
    ------
    CostError
        If there is no such district.
    """
    if district_id not in evaluation.districts.index:
        raise CostError(f"unknown district: {district_id}")
    found = near_ties(evaluation)["other_km"].to_dict()
    return found.get(district_id)
