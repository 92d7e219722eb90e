"""Tables, figures and map of a study's places against the stays asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from shelter_geo.analysis import CapacityResults, Evaluation, access_for, named
from shelter_geo.publish.figures.map_twin import draw_twin
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.languages import english_of, languages_of
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_figures import draw_missing, write_capacity_figures
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.stays_page import stays_page
from shelter_geo.publish.study.study_tables import TABLES, columns_of
from shelter_geo.publish.words import Words
from shelter_geo.study import Study, with_known_people

_CORNERS: Final = ("low", "central", "high")
_ENDS: Final = ("low", "high")


def _each(names: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}_{end}" for name in names for end in ends)


REACH_COLUMNS: Final = (
    "group", "without_police_papers", "district_id", "name_en", "population",
    *_each(("travel_min", "distance_km", "shelter", "people_in_reach"), _ENDS),
    *_each(("places_per_10000",), _ENDS), "reason", "reason_en", "rests_on",
)  # fmt: skip

CAPACITY_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "access_by_group.csv": (
        "group", "without_police_papers", "units", "weighted_by", "people",
        *_each(("shelters", "places", "people_reached", "distance_km", "travel_min"), _ENDS),
        "reason", "reason_en", "rests_on",
    ),
    "capacity_by_family_size.csv": (
        "demand_basis", "shelter_id", "places", "family_size", *_each(("turn_away",), _CORNERS),
        "rests_on",
    ),
    "capacity_by_norm.csv": (
        "norm", "norm_name", "units", "area_kind", "area_key", "area", "population", "women",
        "places", "places_low", "places_high", "asked_in", "needed",
        *_each(("there", "missing"), _ENDS), "missing_at_least", "missing_at_most",
        "not_known", "reason", "reason_en",
        "standard", "body", "binds", "second_reading", "source", "evidence", "evidence_en",
    ),
    "capacity_by_shelter.csv": (
        "demand_basis", "units", "shelter_id", "settlement", "places", "places_basis",
        "catchment_people",
        *_each(("stays", "turn_away", "turned_away_per_year", "places_needed"), _CORNERS),
        "target", "reason", "reason_en", "rests_on",
    ),
    "capacity_handed_over.csv": (
        "demand_basis", "units", "settlement_id", "settlement", "places", "next_settlement",
        "next_km", "next_min",
        *_each(("stays", "refused_first", "taken_in_next", "lost"), _CORNERS), "method",
        "rests_on",
    ),
    "capacity_inputs.csv": (
        "input", "value", "low", "high", "unit", "evidence", "evidence_en", "source",
    ),
    "capacity_no_place.csv": (
        "demand_basis", "units", "places", "stay_days",
        *_each(
            ("stays", "no_place", "no_place_per_year", "refused_at_nearest", "places_needed"),
            _CORNERS,
        ),
        "measured", "measured_low", "measured_high", "rests_on",
    ),
    "capacity_pooling.csv": (
        "demand_basis", "shelters", "places_smallest", "places_largest", "turn_away_apart",
        "turn_away_together", "places_needed_apart", "places_needed_together", "target",
        "rests_on",
    ),
    "capacity_sensitivity.csv": (
        "demand_basis", "input", "input_low", "input_high", "unit", "evidence", "evidence_en",
        "answer_central", "answer_at_low", "answer_at_high", "swing",
    ),
    "capacity_turn_away.csv": (
        "demand_basis", "places", *_each(("no_place",), _CORNERS), "rests_on",
    ),
    "demand_by_district.csv": (
        "demand_basis", "units", "district_id", "name_en", "region", "women",
        "counts_registered_not_resident", *_each(("stays",), _CORNERS), "spread_by", "suppressed",
        "reason", "reason_en", "rests_on",
    ),
    "reach_by_district.csv": REACH_COLUMNS,
    "by_year.csv": (
        "measure", "measure_name", "year", "count", "count_low", "count_high", "months",
        "source", "count_evidence",
    ),
    "waiting.csv": (
        "demand_basis", "units", "wait", "wait_name",
        *_each(
            (
                "wait_share", "wait_days", "wait_nights", "waiting", "emergency_places",
                "emergency_places_needed",
            ),
            _CORNERS,
        ),
        "target", "rests_on",
    ),
    "waiting_by_district.csv": (
        "demand_basis", "units", "wait", "wait_name", "district_id", "name_en",
        *_each(("wait_nights", "waiting"), _CORNERS), "rests_on",
    ),
    "stays_by_district.csv": (
        "demand_basis", "units", "limit_months", "district_id", "name_en",
        *_each(("no_place_per_year", "leave_at_limit", "no_place_or_home"), _CORNERS), "rests_on",
    ),
    "stay_limits.csv": (
        "demand_basis", "units", "places", "limit_months", "limit_days",
        *_each(
            (
                "mean_stay", "at_limit", "places_needed", "no_place_per_year", "leave_at_limit",
                "no_place_or_home", "leave_if_enough",
            ),
            _CORNERS,
        ),
        "limit_source", "rests_on",
    ),
}  # fmt: skip
"""Columns of each table by its file name."""


def capacity_tables(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table of `CAPACITY_TABLES` that a study has."""
    return {name: columns_of(study, columns) for name, columns in CAPACITY_TABLES.items()}


def write_capacity_tables(study: Study, results: CapacityResults, folder: Path) -> None:
    """Write every table of `CAPACITY_TABLES` but that of reach.

    Parameters
    ----------
    study
        What its districts do not have is left out.
    results
        From `scenarios.needs.capacity_results`.
    folder
        Folder of the outputs.

    Raises
    ------
    OutputError
        If a number is infinite.
    """
    tables = capacity_tables(study)
    frames = {
        "access_by_group.csv": results.by_group,
        "capacity_by_family_size.csv": results.by_family_size,
        "capacity_by_norm.csv": results.by_norm,
        "capacity_by_shelter.csv": results.by_shelter,
        "capacity_handed_over.csv": results.handed_over,
        "capacity_inputs.csv": results.inputs,
        "capacity_no_place.csv": results.no_place,
        "capacity_pooling.csv": results.pooling,
        "capacity_sensitivity.csv": results.sensitivity,
        "capacity_turn_away.csv": results.turn_away,
        "demand_by_district.csv": results.by_district,
        "stay_limits.csv": results.stay_limits,
        "stays_by_district.csv": results.stays_by_district,
        "by_year.csv": results.by_year,
        "waiting.csv": results.waiting,
        "waiting_by_district.csv": results.waiting_by_district,
    }
    english = english_of(study)
    for name, frame in frames.items():
        write_table(frame, tables[name], folder / name, english)


def write_missing(evaluation: Evaluation, folder: Path, words: Words) -> None:
    """Write table and figure of the family places missing in each region and in all.

    Parameters
    ----------
    evaluation, folder, words
        As for `capacity_figures.draw_missing`.
    """
    draw_missing(evaluation, folder, words)
    name = "capacity_by_region.csv"
    # Without a claimed population the total stands twice.
    write_table(evaluation.shortfall.drop_duplicates(), TABLES[name], folder / name)


def write_reach(
    evaluation: Evaluation,
    folder: Path,
    *,
    groups: Sequence[str] = (),
    without_police_papers: bool = False,
    lang: str | None = None,
) -> pd.DataFrame:
    """Write the table and the map of what everybody, or one group, has within reach.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    folder
        Folder to write `reach_by_district.csv`, `maps/capacity.html` and its still twin into.
    groups, without_police_papers
        As for `group_access.access_for`.
    lang
        Language in which the map opens.

    Returns
    -------
    DataFrame
        What `access_for` gave.

    Raises
    ------
    CapacityError
        If a group is not known.
    """
    reach = access_for(evaluation, groups, without_police_papers=without_police_papers)
    page = reach_map(
        evaluation,
        reach,
        groups=groups,
        without_police_papers=without_police_papers,
        lang=lang,
    )
    about = with_known_people(evaluation.districts)[["district_id", "name_en", "population"]]
    told = about.join(reach)
    told = told.assign(group=named(groups), without_police_papers=without_police_papers)
    english = english_of(evaluation.study)
    write_table(pd.DataFrame(told), REACH_COLUMNS, folder / "reach_by_district.csv", english)
    page.save(folder / "maps" / "capacity.html")
    words = languages_of(evaluation.study, lang).first
    foot = study_texts.foot(evaluation, words)
    draw_twin(page, folder / "figures" / "capacity_map", words=words, foot=foot)
    return reach


def write_capacity(
    evaluation: Evaluation, results: CapacityResults, folder: Path, *, lang: str | None = None
) -> None:
    """Write all tables, figures and the map of capacity.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    results, folder
        As for `write_capacity_tables`.
    lang
        Language of the figures, and the one that the map opens in.

    Raises
    ------
    OutputError
        If a number is infinite, or there is no such language.
    """
    write_capacity_tables(evaluation.study, results, folder)
    words = languages_of(evaluation.study, lang).first
    write_capacity_figures(evaluation, results, folder, words)
    write_reach(evaluation, folder, lang=lang)
    if not results.stays_by_district.empty:
        page = stays_page(evaluation, results, lang=lang)
        page.save(folder / "maps" / "stays.html")
