"""A plan applied to a study: another study."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import RoadError, StudyError
from shelter_geo.plans.assumptions import with_assumptions
from shelter_geo.plans.plan import DemandChange, Plan
from shelter_geo.roads import RoadChange, SlowRoads, apply_changes
from shelter_geo.study import (
    PEOPLE_COLUMNS,
    WOMEN,
    Study,
    kind_of,
    shifted,
    snap_settings,
)

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
        From `read_plan`. What it changes in facilities of other kinds is seen by `Study.of_kind`.

    Raises
    ------
    StudyError
        If the plan names unknown shelters or settlements, moves a shelter to where it stands,
        leaves no shelter at all, opens one of an unknown kind, or changes a demand that the study
        does not give.
    RoadError
        If its changes of roads cannot be made. A new road starts and ends at nodes of the network,
        at settlements, at centres of districts or at points.
    """
    ours = plan_of_kind(study, plan)
    declared = None if study.declared is None else with_assumptions(study.declared, plan)
    applied = replace(
        study,
        shelters=_shelters(study, ours, study.shelters),
        others=_others(study, plan),
        districts=_counted(study.districts, plan),
        settlements=_counted(study.settlements, plan),
        settings=with_assumptions(study.settings, ours),
        declared=declared,
    )
    changes = _changes_of_roads(plan)
    if plan.time_factor is not None and plan.time_factor.bus is not None:
        applied = replace(applied, travel=None)  # the plan says itself how long buses take
    if not changes:
        return applied
    if applied.travel is not None:
        applied = replace(applied, travel=applied.travel.iloc[:0])  # known on today's roads only
    try:
        roads = apply_changes(
            study.network, changes, places=_Places(study), snapping=snap_settings(study)
        )
    except RoadError as error:
        raise RoadError(f"scenario {plan.scenario.id}: {error}") from error
    before = study.network if study.roads_before is None else study.roads_before
    return replace(applied, network=roads, roads_before=before)


def plan_of_kind(study: Study, plan: Plan) -> Plan:
    """Return what a plan changes for the kind of facility that a study is of.

    Stays and cases are those of the study's first kind; for another kind a plan changes who is
    counted, and nothing else of the demand.

    Raises
    ------
    StudyError
        If the plan names what the study does not know; see `apply_plan`.
    """
    _refuse_unknown(study, plan)
    first = study.kinds[0].id
    if len(study.kinds) == 1:
        return plan
    ours = _changes_in(plan, study.shelters.index, {study.kind.id}, first)
    if study.kind.id != first and plan.demand is not None:
        ours["demand"] = DemandChange(count_registered=plan.demand.count_registered)
    return plan.model_copy(update=ours)


def _changes_in(plan: Plan, keys: pd.Index, kinds: set[str], first: str) -> dict[str, Any]:
    """Choose the changes of facilities with some keys, and what is opened of some kinds."""
    return {
        "open": tuple(entry for entry in plan.open if (entry.kind or first) in kinds),
        "close": tuple(entry for entry in plan.close if entry.shelter_id in keys),
        "move": tuple(entry for entry in plan.move if entry.shelter_id in keys),
        "resize": tuple(entry for entry in plan.resize if entry.shelter_id in keys),
    }


def _changes_of_roads(plan: Plan) -> list[RoadChange]:
    """Put what holds for every road last, so that it holds for new roads too."""
    factor = 1.0 if plan.time_factor is None else plan.time_factor.roads
    return [*plan.road, *([SlowRoads(factor=factor)] if factor != 1 else [])]


class _Places(Mapping[str, tuple[float, float]]):
    """Points that a new road may start or end at, by the keys of settlements and districts.

    Looked up one by one: a plan names a few of what may be a million.
    """

    def __init__(self, study: Study) -> None:
        self._tables = (study.settlements.geometry, study.centres)

    def __getitem__(self, key: object) -> tuple[float, float]:
        for points in self._tables:
            if key in points.index:
                return points[key].x, points[key].y
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(str(key) for points in self._tables for key in points.index))

    def __len__(self) -> int:
        towns, centres = (points.index for points in self._tables)
        return len(towns) + sum(key not in towns for key in centres)


def _refuse_unknown(study: Study, plan: Plan) -> None:
    faults = [message for _, message, _, _ in unknown_keys(study, plan)]
    every = study.shelters if study.others is None else pd.concat([study.shelters, study.others])
    where = every["settlement_id"]
    faults += [
        f"{move.shelter_id} moves to {move.settlement_id}, where it stands already"
        for move in plan.move
        if where.get(move.shelter_id) == move.settlement_id
    ]
    first = study.kinds[0].id
    ours = [entry for entry in plan.open if (entry.kind or first) == study.kind.id]
    closed = {change.shelter_id for change in plan.close}
    if closed and closed >= set(study.shelters.index) and not ours:
        faults.append("it closes every shelter and opens none")
    if faults:
        raise StudyError(f"scenario {plan.scenario.id}: {'; '.join(dict.fromkeys(faults))}.")


Unknown: TypeAlias = tuple[tuple[str, int, str], str, str, str]
"""Where a key stands in a plan, what is said of it, what to do, and the key."""


_NAMING: Final = ("open", "close", "move", "resize", "candidate")
"""Tables of a plan that name shelters and settlements."""


def unknown_keys(study: Study, plan: Plan | Mapping[str, Any]) -> list[Unknown]:
    """Name the shelters, settlements and kinds of a plan that a study does not have.

    Parameters
    ----------
    study
        Of any of its kinds.
    plan
        A plan, what one file says of it, or a document that is no plan for other faults.
    """
    tables_of = plan.get if isinstance(plan, Mapping) else partial(getattr, plan)
    entries = {name: tables_of(name, ()) for name in _NAMING}
    every = study.shelters if study.others is None else pd.concat([study.shelters, study.others])
    tables = study.settings.tables
    known = {
        "shelter_id": ("shelter", every.index, tables.shelters),
        "settlement_id": ("settlement", study.settlements.index, tables.settlements),
        "kind": ("kind of facility", [kind.id for kind in study.kinds], "[[kinds]]"),
    }
    return [
        (
            (table, number, column),
            f"there is no {what} {key}",
            f"Use a key of {file}" + (f", such as {close[0]}." if close else "."),
            key,
        )
        for table, changes in entries.items()
        for number, change in enumerate(changes if isinstance(changes, list | tuple) else ())
        for column, (what, keys, file) in known.items()
        if isinstance(key := _of(change, column), str) and key not in keys
        for close in [difflib.get_close_matches(key, sorted(keys), n=1)]
    ]


def _of(change: Any, column: str) -> Any:
    return change.get(column) if isinstance(change, dict) else getattr(change, column, None)


def _others(study: Study, plan: Plan) -> gpd.GeoDataFrame | None:
    """Change the facilities of the other kinds."""
    kinds, first = {kind.id for kind in study.kinds} - {study.kind.id}, study.kinds[0].id
    none = study.shelters.iloc[:0]
    others = none if study.others is None else study.others
    theirs = plan.model_copy(update=_changes_in(plan, others.index, kinds, first))
    changed = _shelters(study, theirs, others)
    return None if changed.empty else changed


def _shelters(study: Study, plan: Plan, shelters: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shelters = shelters.drop(index=[change.shelter_id for change in plan.close])
    for move in plan.move:
        for column, value in _place(study, move.settlement_id).items():
            shelters.loc[move.shelter_id, column] = value
    for resize in plan.resize:
        kind = kind_of(study.kinds, str(shelters.loc[resize.shelter_id, "kind"]))
        now = 1 if kind.counted_whole else resize.places
        before = shelters.loc[resize.shelter_id, ["places_low", "places_high", "places"]]
        low, high, places = (int(n) for n in before)
        ends = shifted(low, high, places, now)
        shelters.loc[resize.shelter_id, ["places_low", "places_high", "places"]] = [*ends, now]
        shelters.loc[resize.shelter_id, "places_basis"] = BY_SCENARIO
    if not plan.open:
        return shelters
    rows = []
    for entry in plan.open:
        place = _place(study, entry.settlement_id)
        kind = kind_of(study.kinds, entry.kind or study.kinds[0].id)
        rows.append(
            {
                "shelter_id": f"{NEW}{entry.settlement_id}",
                "name_en": place["settlement"],
                "kind": kind.id,
                **dict.fromkeys(
                    ("places", "places_low", "places_high"),
                    1 if kind.counted_whole else entry.places,
                ),
                "places_basis": BY_SCENARIO,
                "source": f"scenario {plan.scenario.id}",
                **{
                    name: value
                    for name in ("hours", "police_referral_required")
                    if (value := getattr(entry, name)) is not None
                },
                **place,
            }
        )
    opened = gpd.GeoDataFrame(rows, crs=4326).set_index("shelter_id", drop=False)
    opened.index.name = None
    if shelters.empty:
        every = dict.fromkeys([*shelters.columns, *opened.columns])
        columns = {name: opened.get(name) for name in every}
        return gpd.GeoDataFrame(columns, index=opened.index, crs=4326).sort_index()
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
    """Count the population that the plan asks for, and no other.

    Without a word on who lives where, nobody is counted where people are registered but do not
    live, if residents are asked for.
    """
    if plan.demand is None or plan.demand.count_registered is None:
        return points
    people = points["registered"]
    if plan.demand.count_registered:
        ends = {f"residents_{end}": people for end in ("low", "high")}
        if WOMEN in points:
            women = points["registered_women"]
            ends |= {f"resident_women_{end}": women for end in ("low", "high")} | {WOMEN: women}
        return points.assign(population=people, **ends)
    if (people != points["population"]).any():
        women = {"registered_women": points[WOMEN]} if WOMEN in points else {}
        return points.assign(registered=points["population"], **women)
    lives_here = ~points["counts_registered_not_resident"]
    counts = [name for name in PEOPLE_COLUMNS if name in points]
    return points.assign(**{name: points[name].where(lives_here, 0) for name in counts})
