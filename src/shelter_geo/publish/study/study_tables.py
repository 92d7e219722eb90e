"""The tables of a study, and what stands in each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shelter_geo.analysis import Evaluation, journey_metrics, timed_kinds
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.languages import english_of
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.words import Words
from shelter_geo.study import (
    FALLBACK,
    NAME,
    REGION,
    UNKNOWN,
    WOMEN,
    Study,
    in_english,
    languages_in,
    with_known_people,
)

_PLACE = (
    "population", "residents_low", "residents_high", "registered", "women", "registered_women",
    "counts_registered_not_resident",
)  # fmt: skip
_ACCESS = (
    "nearest_shelter_id", "nearest_shelter_place", "distance_km", "shelter_by_km",
    "travel_min", "shelter_by_min",
)  # fmt: skip
_BUS = (
    "bus_min", "bus_min_low", "bus_min_high", "bus_hours_low", "bus_hours_high", "bus_to",
)  # fmt: skip
_WEIGHTED = ("weighted_distance_km", "weighted_travel_min", "settlement_reachable_pct")
_END = ("reachable", "reason", "reason_en")
_MATRIX: Final = pa.schema(
    {
        "origin_kind": pa.string(),
        "origin_id": pa.string(),
        "facility_id": pa.string(),
        "distance_km": pa.float64(),
        "travel_min": pa.float64(),
    }
)
_DISTRICT = ("district_id", "name_en", "region", *_PLACE)

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "access_by_district.csv": (*_DISTRICT, *_ACCESS, *_BUS, *_WEIGHTED, *_END),
    "access_by_settlement.csv": (
        "settlement_id", "name_en", "district_id", "population_listed",
        *_PLACE, *_ACCESS, *_BUS, *_END,
    ),
    "access_farthest.csv": ("units", "rank", *_DISTRICT, *_ACCESS, *_BUS),
    "access_metrics.csv": (
        "basis", "units", "weighted_by", "metric", "value", "value_low", "value_high", "unit",
    ),
    "capacity_by_region.csv": (
        "area", "reading", "persons_per_family_place", "population_year", "population", "places",
        "places_low", "places_high", "family_places_needed", "family_places_there",
        "family_places_missing", "family_places_missing_low", "family_places_missing_high",
        "times_fewer",
        "evidence", "evidence_en",
    ),
    "points_on_roads.csv": (
        "point_kind", "point_id", "joined", "road_class", "connector_km", "connector_min",
        "component", "component_km", "nearest_road_km", "nearest_component", "passed_class",
        "passed_over", "passed_over_en", "main_component", "apart", "counted_from", "reason",
        "reason_en",
    ),
    "claims.csv": (
        "claim_id", "statement", "scope", "published_low", "published_high", "about_percent",
        "unit", "held_against", "data_low", "data_high", "districts", "people", "verdict",
        "verdict_en", "rule", "rule_en", "data_note", "said_by", "document", "paragraph", "source",
        "evidence", "evidence_en",
    ),
}  # fmt: skip
"""Columns of each table by its file name; those of places also have names in other languages."""
JOURNEYS: Final[dict[str, tuple[str, ...]]] = {
    "journeys.csv": (
        "journey", "place_kind", "place_id", "name_en", "district_id", *_PLACE, "legs",
        "distance_km_journey", "travel_min_journey", "longest_leg_km", "journey_bus_hours_low",
        "journey_bus_hours_high", "nights_low", "nights_high", "reason", "reason_en",
    ),
    "journey_legs.csv": (
        "journey", "place_kind", "place_id", "leg", "from_stop", "to_stop", "from_id", "to_id",
        "leg_km", "leg_min", "leg_bus_hours_low", "leg_bus_hours_high", "bus_lines", "bus_source",
    ),
    "journeys_by_link.csv": (
        "journey", "place_kind", "place_id", "district_id", "link", "link_mode", "link_legs",
        "link_min_low", "link_min_high", "link_price", "currency", "price_year", "road_km",
        "road_min", "papers", "source", "evidence", "evidence_en",
    ),
}  # fmt: skip
"""Columns of the tables of a study that asks about journeys."""
SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "service_times.csv": (
        "facility_kind", "scenario", "who", "district_id", "name_en", "region", "population",
        "women", "service_travel_min", "within_h", "moments_low", "moments_high",
        "longest_wait_h", "longest_wait_from", "reason", "reason_en", "evidence", "evidence_en",
    ),
    "service_times_in_all.csv": (
        "facility_kind", "scenario", "scenario_name", "who", "weighted_by", "people", "within_h",
        "within_name", "moments_low", "moments_high", "people_always", "longest_wait_h",
        "evidence", "evidence_en", "source",
    ),
}  # fmt: skip
"""Columns of the tables of a study with kinds whose service must begin within some hours."""
_RESTS_ON: Final = {
    "region": REGION,
    "share_in_own_region": REGION,
    "women": WOMEN,
    "registered_women": WOMEN,
}
"""Columns of people and places that a study may lack, and what they rest on."""
_OF_DISTRICTS: Final = ("access_by_district.csv", "access_farthest.csv")
_OF_SETTLEMENTS: Final = ("access_by_settlement.csv",)


def tables_of(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table, with names in every language that the study has them in.

    What rests on a column that the districts do not have is left out.
    """
    districts = translated_columns("name", study.districts)
    settlements = translated_columns("name", study.settlements)
    tables = (
        TABLES
        | {name: _with_names(TABLES[name], districts) for name in _OF_DISTRICTS}
        | {name: _with_names(TABLES[name], settlements) for name in _OF_SETTLEMENTS}
    )
    if timed_kinds(study):
        tables |= SERVICES
    if study.settings.journeys:
        tables |= {name: JOURNEYS[name] for name in _journey_tables(study)}
    return {name: columns_of(study, columns) for name, columns in tables.items()}


def _journey_tables(study: Study) -> list[str]:
    """Name the tables of journeys; that of links only where a journey may use one."""
    linked = any(journey.links for journey in study.settings.journeys)
    return [name for name in JOURNEYS if linked or name != "journeys_by_link.csv"]


def columns_of(study: Study, columns: Sequence[str]) -> tuple[str, ...]:
    """Leave out the columns of a table that rest on what the study's districts do not have."""
    return tuple(name for name in columns if _RESTS_ON.get(name) not in study.lacks)


def translated_columns(stem: str, table: pd.DataFrame) -> tuple[str, ...]:
    """Name the columns of a table that say something in other languages than English."""
    return tuple(f"{stem}_{lang}" for lang in languages_in(stem, table) if lang != FALLBACK)


def _with_names(columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    place = columns.index(NAME) + 1
    return (*columns[:place], *names, *columns[place:])


def placed(access: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Name the settlement of the nearest shelter, and say in English why there is none."""
    english = english_of(evaluation.study)
    towns = evaluation.study.shelters["settlement"]
    return access.assign(
        nearest_shelter_place=access["nearest_shelter_id"].map(towns),
        reason_en=[reason.of(english) for reason in study_texts.reasons(evaluation, access)],
    )


def write_tables(evaluation: Evaluation, folder: Path) -> None:
    """Write all tables of a study, and the cost matrix."""
    english = english_of(evaluation.study)
    frames = {
        "access_by_district.csv": placed(evaluation.districts, evaluation),
        "access_by_settlement.csv": placed(evaluation.settlements, evaluation),
        "access_farthest.csv": placed(evaluation.farthest, evaluation),
        "access_metrics.csv": _metrics(evaluation),
        # Without a claimed population the total stands twice.
        "capacity_by_region.csv": evaluation.shortfall.drop_duplicates(),
        "claims.csv": evaluation.claims,
        "points_on_roads.csv": _joins(evaluation, english),
        **journey_frames(evaluation),
        **_service_frames(evaluation),
    }
    for name, columns in tables_of(evaluation.study).items():
        write_table(pd.DataFrame(frames[name]), columns, folder / name, english)
    kinds = (
        ("district_centre", evaluation.district_costs),
        ("settlement", evaluation.settlement_costs),
    )
    matrix = pd.concat([costs.to_frame().assign(origin_kind=kind) for kind, costs in kinds])
    # Without what pandas notes of itself: its release and its way of storing text change nothing.
    table = pa.Table.from_pandas(matrix, schema=_MATRIX, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(), folder / "cost_matrix.parquet")


def _metrics(evaluation: Evaluation) -> pd.DataFrame:
    """Put the metrics of access and those of journeys below each other."""
    journeys = pd.DataFrame(journey_metrics(evaluation))
    return evaluation.metrics if journeys.empty else pd.concat([evaluation.metrics, journeys])


def journey_frames(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Give the frames of the tables of journeys, with the names and people of the places."""
    results, study = evaluation.journeys, evaluation.study
    if results is None:
        return {}
    about = [name for name in ("name_en", *_PLACE, UNKNOWN) if name in evaluation.districts]
    both = {
        "district_centre": pd.DataFrame(evaluation.districts)[about],
        "settlement": pd.DataFrame(evaluation.settlements)[about],
    }
    people = pd.concat(both, names=["place_kind", "place_id"]).reset_index()
    places = results.places.merge(people, on=["place_kind", "place_id"], how="left").rename(
        columns={
            "distance_km": "distance_km_journey",
            "travel_min": "travel_min_journey",
            "bus_hours_low": "journey_bus_hours_low",
            "bus_hours_high": "journey_bus_hours_high",
        }
    )
    english = english_of(study)
    words = [reason.of(english) for reason in study_texts.reasons(evaluation, places)]
    legs = results.legs.rename(
        columns={
            "distance_km": "leg_km",
            "travel_min": "leg_min",
            "bus_hours_low": "leg_bus_hours_low",
            "bus_hours_high": "leg_bus_hours_high",
        }
    )
    links = {link.id: link for link in study.settings.roads.link}
    beside = results.beside
    if len(beside):
        papers = {key: in_english(link.papers or "") for key, link in links.items()}
        beside = beside.assign(
            link_mode=beside["link"].map({key: link.mode for key, link in links.items()}),
            papers=beside["link"].map(papers),
            source=beside["link"].map({k: in_english(link.source) for k, link in links.items()}),
        ).rename(columns={"price": "link_price"})
    return {
        "journeys.csv": places.assign(reason_en=words),
        "journey_legs.csv": legs,
        "journeys_by_link.csv": beside,
    }


def _service_frames(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Give the frames of the tables of services, with names of districts, plans and windows."""
    study, times = evaluation.study, evaluation.services
    if times is None:
        return {}
    about = [
        "name_en",
        "population",
        *(name for name in (REGION, WOMEN) if name in study.districts),
    ]
    districts = with_known_people(pd.DataFrame(study.districts))
    places = times.places.join(districts[about], on="district_id")
    windows = {
        (kind.id, window.hours): (in_english(window.name), in_english(window.source))
        for kind in timed_kinds(study)
        for window in kind.windows
    }
    keys = zip(times.summary["kind"], times.summary["within_h"], strict=True)
    said = [windows[key] for key in keys]
    names = {key: in_english(plan.scenario.name) for key, plan in times.plans.items()}
    words = {kind.id: english_of(study.of_kind(kind.id)) for kind in timed_kinds(study)}
    why = zip(places["kind"], places["reason"], strict=True)
    places["reason_en"] = [words[kind].text(f"reason.{key}") if key else "" for kind, key in why]
    summary = times.summary.assign(
        within_name=[name for name, _ in said],
        source=[source for _, source in said],
        scenario_name=[names.get(key, "") for key in times.summary["scenario"]],
    )
    named = {
        "kind": "facility_kind",
        "travel_min": "service_travel_min",
        "share_low": "moments_low",
        "share_high": "moments_high",
    }
    return {
        "service_times.csv": places.rename(columns=named),
        "service_times_in_all.csv": summary.rename(columns=named),
    }


def _joins(evaluation: Evaluation, english: Words) -> pd.DataFrame:
    """Say in English why the nearest roads were passed over."""
    joins = evaluation.joins
    words = [english.text(f"passed.{key}") if key else "" for key in joins["passed_over"]]
    return joins.assign(passed_over_en=words)
