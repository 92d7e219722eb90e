"""A plan applied to a study: another study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis.routing import snap_settings
from shelter_geo.errors import RoadError, StudyError
from shelter_geo.plans.assumptions import with_assumptions
from shelter_geo.plans.plan import (
    Candidate,
    CloseShelter,
    MoveShelter,
    OpenShelter,
    Plan,
    ResizeShelter,
)
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import RoadChange, SlowRoads
from shelter_geo.study.load import Study

NEW = "new-"
"""How the key of an opened shelter begins; its settlement's key follows."""
BY_SCENARIO = "assumed: by the scenario"
"""On what ground a shelter has the places that a plan gives it."""


def apply_plan(study: Study, plan: Plan) -> Study:
    """Return the study as the plan would have it.

    Parameters
    ----------
    study
        As it stands; not altered.
    plan
        From `read_plan`.

    Raises
    ------
    StudyError
        If the plan names unknown shelters or settlements, moves a shelter to where it stands,
        leaves no shelter at all, or changes a demand that the study does not give.
    RoadError
        If its changes of roads cannot be made. A new road starts and ends at nodes of the network,
        at settlements, at centres of districts or at points.
    """
    _refuse_unknown(study, plan)
    applied = replace(
        study,
        shelters=_shelters(study, plan),
        districts=_counted(study.districts, plan),
        settlements=_counted(study.settlements, plan),
        settings=with_assumptions(study.settings, plan),
    )
    changes = _changes_of_roads(plan)
    if not changes:
        return applied
    try:
        roads = apply_changes(
            study.network, changes, places=_places(study), snapping=snap_settings(study)
        )
    except RoadError as error:
        raise RoadError(f"scenario {plan.scenario.id}: {error}") from error
    before = study.network if study.roads_before is None else study.roads_before
    return replace(applied, network=roads, roads_before=before)


def _changes_of_roads(plan: Plan) -> list[RoadChange]:
    """Put what holds for every road last, so that it holds for new roads too."""
    factor = 1.0 if plan.time_factor is None else plan.time_factor.roads
    return [*plan.road, *([SlowRoads(factor=factor)] if factor != 1 else [])]


def _places(study: Study) -> dict[str, tuple[float, float]]:
    """Points that a new road may start or end at, by the keys of districts and settlements."""
    tables = (study.centres, study.settlements.geometry)
    return {str(key): (at.x, at.y) for points in tables for key, at in points.items()}


def _refuse_unknown(study: Study, plan: Plan) -> None:
    changed: list[CloseShelter | MoveShelter | ResizeShelter]
    changed = [*plan.close, *plan.move, *plan.resize]
    named: list[OpenShelter | MoveShelter | Candidate] = [*plan.open, *plan.move, *plan.candidate]
    shelters = [change.shelter_id for change in changed]
    settlements = [change.settlement_id for change in named]
    faults = [
        *_unknown("shelter", shelters, study.shelters.index),
        *_unknown("settlement", settlements, study.settlements.index),
    ]
    where = study.shelters["settlement_id"]
    faults += [
        f"{move.shelter_id} moves to {move.settlement_id}, where it stands already"
        for move in plan.move
        if where.get(move.shelter_id) == move.settlement_id
    ]
    if {c.shelter_id for c in plan.close} >= set(study.shelters.index) and not plan.open:
        faults.append("it closes every shelter and opens none")
    if faults:
        raise StudyError(f"scenario {plan.scenario.id}: {'; '.join(faults)}.")


def _unknown(what: str, keys: Iterable[str], known: pd.Index) -> list[str]:
    return [f"there is no {what} {key}" for key in sorted(set(keys) - set(known))]


def _shelters(study: Study, plan: Plan) -> gpd.GeoDataFrame:
    shelters = study.shelters.drop(index=[change.shelter_id for change in plan.close])
    for move in plan.move:
        for column, value in _place(study, move.settlement_id).items():
            shelters.loc[move.shelter_id, column] = value
    for resize in plan.resize:
        shelters.loc[resize.shelter_id, "places"] = resize.places
        shelters.loc[resize.shelter_id, "places_basis"] = BY_SCENARIO
    if not plan.open:
        return shelters
    rows = []
    for entry in plan.open:
        place = _place(study, entry.settlement_id)
        rows.append(
            {
                "shelter_id": f"{NEW}{entry.settlement_id}",
                "name_en": place["settlement"],
                "places": entry.places,
                "places_basis": BY_SCENARIO,
                "source": f"scenario {plan.scenario.id}",
                **place,
            }
        )
    opened = gpd.GeoDataFrame(rows, crs=4326).set_index("shelter_id", drop=False)
    opened.index.name = None
    both = gpd.GeoDataFrame(pd.concat([shelters, opened]), crs=4326)
    return both.sort_index()


def _place(study: Study, settlement_id: str) -> dict[str, object]:
    row = study.settlements.loc[settlement_id]
    return {
        "settlement_id": settlement_id,
        "settlement": row["name_en"],
        "district_id": row["district_id"],
        "geometry": row["geometry"],
    }


def _counted(points: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """Count nobody where people are registered but do not live, if the plan says so."""
    if plan.demand is None or plan.demand.count_registered:
        return points
    lives_here = ~points["counts_registered_not_resident"]
    return points.assign(
        population=points["population"].where(lives_here, 0),
        women=points["women"].where(lives_here, 0),
    )
