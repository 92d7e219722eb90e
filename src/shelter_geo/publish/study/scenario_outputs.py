"""Outputs of plans: one table for all, and for each its districts, changes and map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.study.study_tables import ACCESS_BY_DISTRICT, placed
from shelter_geo.publish.words import Text, Words, everywhere, in_each
from shelter_geo.scenarios import EvaluatedPlans, Plan
from shelter_geo.study import in_english

SUMMARY: Final = (
    "scenario", "scenario_name", "scenario_evidence", "places", "cost", "people_gain",
    "people_lose", "people_reached", "people_cut_off", "distance_km_mean", "distance_km_max",
)  # fmt: skip
CHANGES: Final = (
    "district_id", "name_en", "population", "women", "shelter_before", "shelter_after",
    "km_before", "km_after", "gain_km", "min_before", "min_after", "gain_min", "change",
)  # fmt: skip
REALLOCATION: Final = ("shelter_before", "shelter_after", "districts", "people")


def scenario_tables(evaluated: EvaluatedPlans) -> dict[str, tuple[str, ...]]:
    """Return the columns of every table that `write_scenarios` writes, by its path."""
    tables: dict[str, tuple[str, ...]] = {"scenarios.csv": SUMMARY}
    base, *others = evaluated.evaluations
    for key in (base, *others):
        tables[f"scenarios/{key}/access_by_district.csv"] = ACCESS_BY_DISTRICT
    for key in others:
        tables[f"scenarios/{key}/changes_by_district.csv"] = CHANGES
        tables[f"scenarios/{key}/reallocation.csv"] = REALLOCATION
    return tables


def write_scenarios(evaluated: EvaluatedPlans, folder: Path, *, lang: str) -> None:
    """Write the tables and the map of every plan.

    Parameters
    ----------
    evaluated
        Plans with their evaluations; the first is today.
    folder
        Folder of the study's outputs.
    lang
        Language in which the maps open.

    Raises
    ------
    OutputError
        If anything cannot be written.
    """
    about = pd.DataFrame(
        {
            "scenario": plan.scenario.id,
            "scenario_name": in_english(plan.scenario.name),
            "scenario_evidence": plan.scenario.evidence,
            "cost": plan.cost,
        }
        for plan in evaluated.plans
    ).astype({"cost": "float64"})
    summary = evaluated.comparison.summary.merge(about, on="scenario", validate="one_to_one")
    write_table(summary, SUMMARY, folder / "scenarios.csv")
    base_key = next(iter(evaluated.evaluations))
    for plan in evaluated.plans:
        key = plan.scenario.id
        place, evaluation = folder / "scenarios" / key, evaluated.evaluations[key]
        frame = placed(evaluation.districts, evaluation)
        write_table(frame, ACCESS_BY_DISTRICT, place / "access_by_district.csv")
        if key == base_key:
            continue
        changes, moves = evaluated.comparison.districts, evaluated.comparison.reallocation
        changed = changes[changes["scenario"] == key]
        write_table(changed, CHANGES, place / "changes_by_district.csv")
        moved = moves[moves["scenario"] == key]
        write_table(moved, REALLOCATION, place / "reallocation.csv")
        notes = [everywhere(plan.scenario.note)] if plan.scenario.note is not None else []
        page = access_page(
            evaluation,
            title=scenario_title(plan),
            lead=lead(evaluated, key),
            notes=notes,
            settlements=False,
            lang=lang,
        )
        page.save(place / "access.html")


def scenario_title(plan: Plan) -> Text:
    """Write the title of a plan's map."""
    name = everywhere(plan.scenario.name)
    return in_each(lambda words: words.text("scenario.title", name=name))


def lead(evaluated: EvaluatedPlans, key: str) -> Text:
    """Say in one sentence what a plan changes."""
    rows = evaluated.comparison.summary.set_index("scenario").to_dict("index")
    before, after = next(iter(rows.values())), rows[key]
    gain = after["people_gain"] + after["people_reached"]
    lose = after["people_lose"] + after["people_cut_off"]
    which = "lead_same" if gain == lose == 0 else "lead_gain" if gain >= lose else "lead_lose"

    def write(words: Words) -> str:
        return words.text(
            f"scenario.{which}",
            people=words.people(max(gain, lose)),
            before=words.distance(before["distance_km_mean"]),
            after=words.distance(after["distance_km_mean"]),
        )

    return in_each(write)


def comparison_lines(evaluated: EvaluatedPlans, lang: str) -> list[str]:
    """Write a comparison as lines of text, a table and a sentence for each plan."""
    words = Words(lang)
    table_of = evaluated.comparison.summary.set_index("scenario").to_dict("index")
    rows: dict[str, Mapping[Any, Any]] = {str(key): row for key, row in table_of.items()}
    labels: list[tuple[str, Callable[[Mapping[Any, Any]], str]]] = [
        ("study.mean", lambda row: words.distance(row["distance_km_mean"])),
        ("scenario.farthest", lambda row: words.distance(row["distance_km_max"])),
        ("scenario.gain", lambda row: words.people(row["people_gain"] + row["people_reached"])),
        ("scenario.lose", lambda row: words.people(row["people_lose"] + row["people_cut_off"])),
        ("scenario.places", lambda row: words.number(row["places"])),
    ]
    table: list[list[str]] = [["", *rows]]
    table += [[words.text(key), *(write(row) for row in rows.values())] for key, write in labels]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in table
    ]
    _, *others = rows
    return [*lines, "", *(f"{key}: {lead(evaluated, key)[lang]}" for key in others)]
