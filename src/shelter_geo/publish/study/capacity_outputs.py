"""Tables, figures and map of a study's places against the stays asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.publish.figures.capacity import draw_pooling, draw_turn_away
from shelter_geo.publish.figures.tornado import draw_tornado
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.scenarios import Evaluation
from shelter_geo.scenarios.group_access import access_for, named
from shelter_geo.scenarios.needs import TOTAL, CapacityResults
from shelter_geo.scenarios.stays_asked import CASES

_CORNERS: Final = ("low", "central", "high")
_ENDS: Final = ("low", "high")


def _each(names: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}_{end}" for name in names for end in ends)


REACH_COLUMNS: Final = (
    "group", "without_police_papers", "district_id", "name_en", "population",
    *_each(("travel_min", "distance_km", "shelter", "people_in_reach"), _ENDS),
    *_each(("places_per_10000",), _ENDS), "reason",
)  # fmt: skip

CAPACITY_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "access_by_group.csv": (
        "group", "without_police_papers", "units", "weighted_by", "people",
        *_each(("shelters", "places", "people_reached", "distance_km", "travel_min"), _ENDS),
        "reason",
    ),
    "capacity_by_family_size.csv": (
        "demand_basis", "shelter_id", "places", "family_size", *_each(("turn_away",), _CORNERS),
    ),
    "capacity_by_shelter.csv": (
        "demand_basis", "units", "shelter_id", "settlement", "places", "places_basis",
        "catchment_people",
        *_each(("stays", "turn_away", "turned_away_per_year", "places_needed"), _CORNERS),
        "target", "reason",
    ),
    "capacity_inputs.csv": ("input", "value", "low", "high", "unit", "evidence", "source"),
    "capacity_pooling.csv": (
        "demand_basis", "shelters", "places_smallest", "places_largest", "turn_away_apart",
        "turn_away_together", "places_needed_apart", "places_needed_together", "target",
    ),
    "capacity_sensitivity.csv": (
        "demand_basis", "input", "input_low", "input_high", "unit", "evidence", "answer_central",
        "answer_at_low", "answer_at_high", "swing",
    ),
    "capacity_turn_away.csv": ("demand_basis", "places", *_each(("turn_away",), _CORNERS)),
    "demand_by_district.csv": (
        "demand_basis", "units", "district_id", "name_en", "economic_region", "women",
        "counts_registered_not_resident", *_each(("stays",), _CORNERS), "spread_by", "suppressed",
        "reason",
    ),
    "reach_by_district.csv": REACH_COLUMNS,
}  # fmt: skip
"""Columns of each table by its file name."""


def write_capacity_tables(results: CapacityResults, folder: Path) -> None:
    """Write every table of `CAPACITY_TABLES` but that of reach.

    Parameters
    ----------
    results
        From `scenarios.needs.capacity_results`.
    folder
        Folder of the outputs.

    Raises
    ------
    OutputError
        If a number is infinite.
    """
    frames = {
        "access_by_group.csv": results.by_group,
        "capacity_by_family_size.csv": results.by_family_size,
        "capacity_by_shelter.csv": results.by_shelter,
        "capacity_inputs.csv": results.inputs,
        "capacity_pooling.csv": results.pooling,
        "capacity_sensitivity.csv": results.sensitivity,
        "capacity_turn_away.csv": results.turn_away,
        "demand_by_district.csv": results.by_district,
    }
    for name, frame in frames.items():
        write_table(frame, CAPACITY_TABLES[name], folder / name)


def write_capacity_figures(
    evaluation: Evaluation, results: CapacityResults, folder: Path, words: Words
) -> None:
    """Write the figures of turn-away, of what moves the answer, and of pooling.

    Without any basis of the demand there is nothing to draw, and no file is written.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    results, folder
        As for `write_capacity_tables`.
    words
        Language of the figures.
    """
    total = results.by_shelter
    total = total[(total["shelter_id"] == TOTAL) & (total["units"] == UNITS[0])]
    total = total[total["stays_high"] > 0].set_index("demand_basis")
    if total.empty:
        return
    capacity = evaluation.study.settings.capacity
    asked = {"target": capacity.turn_away.target} | _in_words(evaluation, words)
    drawn = folder / "figures"
    draw_turn_away(results.turn_away, total, drawn / "turn_away", **asked)
    moves = results.sensitivity[results.sensitivity["demand_basis"].isin(total.index)]
    draw_tornado(moves, drawn / "tornado", places=float(total["places"].iloc[0]), **asked)
    if (results.pooling["places_needed_together"] > 0).any():
        draw_pooling(results.pooling, drawn / "pooling", **_in_words(evaluation, words))


def _in_words(evaluation: Evaluation, words: Words) -> dict[str, Any]:
    """Language of a figure, the names of the bases in it, and the line at its foot."""
    settings = evaluation.study.settings
    foot = words.text(
        "capacity.foot",
        credit=everywhere(settings.study.credit),
        date=words.date(settings.study.as_of),
    )
    return {"words": words, "names": basis_names(evaluation, words), "foot": foot}


def basis_names(evaluation: Evaluation, words: Words) -> dict[str, str]:
    """Name each basis of the demand in one language."""
    demand = evaluation.study.settings.capacity.demand
    bases = () if demand is None else demand.bases
    names = {base.id: everywhere(base.name)[words.lang] for base in bases}
    return names | {CASES: words.text("capacity.basis_cases")}


def write_reach(
    evaluation: Evaluation,
    folder: Path,
    *,
    groups: Sequence[str] = (),
    without_police_papers: bool = False,
    lang: str = "en",
) -> pd.DataFrame:
    """Write the table and the map of what everybody, or one group, has within reach.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    folder
        Folder to write `reach_by_district.csv` and `maps/capacity.html` into.
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
    told = evaluation.districts[["district_id", "name_en", "population"]].join(reach)
    told = told.assign(group=named(groups), without_police_papers=without_police_papers)
    write_table(pd.DataFrame(told), REACH_COLUMNS, folder / "reach_by_district.csv")
    page.save(folder / "maps" / "capacity.html")
    return reach


def write_capacity(
    evaluation: Evaluation, results: CapacityResults, folder: Path, *, lang: str = "en"
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
    write_capacity_tables(results, folder)
    write_capacity_figures(evaluation, results, folder, Words(lang))
    write_reach(evaluation, folder, lang=lang)
