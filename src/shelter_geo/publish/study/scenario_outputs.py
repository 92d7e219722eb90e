"""Outputs of plans: tables and a figure for all, and for each its districts, changes and maps."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from shelter_geo.analysis import KEY, EvaluatedPlans
from shelter_geo.publish.figures.drawing import draw_comparison
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.languages import english_of, languages_of
from shelter_geo.publish.maps.comparison_map import GainClasses, comparison_map
from shelter_geo.publish.maps.district_map import no_way
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.study import comparison_texts as texts
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.study_map import (
    access_page,
    distance_classes,
    ground_of,
    plan_title,
    with_cities,
)
from shelter_geo.publish.study.study_tables import (
    JOURNEYS,
    columns_of,
    journey_frames,
    placed,
    tables_of,
)
from shelter_geo.publish.words import Languages, Text, Words, everywhere, in_each, say
from shelter_geo.study import in_english
from shelter_geo.vocabulary import Impedance

_KEPT = ("district_id", "counts_registered_not_resident")


def comparison_page(evaluated: EvaluatedPlans, key: str, *, lang: str | None = None) -> SealedMap:
    """Make the sealed map of a comparison.

    Parameters
    ----------
    evaluated
        Plans with their comparison.
    key
        The plan that is compared with the first.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If there is no such language.
    """
    evaluation, plan = evaluated.evaluations[key], texts.plan_of(evaluated, key)
    note = plan.scenario.note
    study = evaluation.study
    return comparison_map(
        _districts(evaluated, key),
        _shelters(evaluated, key),
        ground_of(study),
        mark=study.kind.colour or MARK,
        title=texts.title(evaluated, key),
        lead=dated(study, texts.paragraph(texts.summary(evaluated, key))),
        figures=texts.figures(evaluated, key),
        sources=study_texts.sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=[
            *([] if note is None else [everywhere(note)]),
            say("compare.note_gain"),
            *study_texts.left_out(study),
            *which_shelters(study),
            *texts.moves(evaluated, key),
        ],
        classes=_classes(evaluated, key),
        languages=languages_of(study, lang),
    )


def _classes(evaluated: EvaluatedPlans, key: str) -> GainClasses:
    measure = texts.facts_of(evaluated, key)["measure"]
    access = evaluated.evaluations[key].study.settings.access
    limits = access.change_classes_km
    if measure == Impedance.TIME:
        limits = access.change_classes_min
    return GainClasses.mirrored(limits, measure)


def _districts(evaluated: EvaluatedPlans, key: str) -> gpd.GeoDataFrame:
    """Join the shapes of the districts to what the plan changes in them."""
    base = next(iter(evaluated.evaluations.values()))
    evaluation = evaluated.evaluations[key]
    table = evaluated.comparison.districts
    changes = table[table["scenario"] == key].set_index("district_id").drop(columns="name_en")
    named = [c for c in evaluation.districts if c in _KEPT or str(c).startswith("name_")]
    shapes = evaluation.districts[[*named, "geometry"]]
    before, after = texts.place_names(base), texts.place_names(evaluation)
    return shapes.join(changes).assign(
        place_before=lambda frame: [before.get(shelter) for shelter in frame["shelter_before"]],
        place_after=lambda frame: [after.get(shelter) for shelter in frame["shelter_after"]],
    )


def _shelters(evaluated: EvaluatedPlans, key: str) -> gpd.GeoDataFrame:
    """Say of each shelter of the plan what has become of it since today."""
    today = next(iter(evaluated.evaluations.values())).study.shelters
    shelters = with_cities(evaluated.evaluations[key])
    return shelters.assign(change=[_change(today, row) for _, row in shelters.iterrows()])


def _change(today: gpd.GeoDataFrame, shelter: pd.Series) -> str:
    key = shelter["shelter_id"]
    if key not in today.index:
        return "opened"
    before = today.loc[key]
    if before["settlement_id"] != shelter["settlement_id"]:
        return "moved"
    return "" if before["places"] == shelter["places"] else "resized"


SUMMARY: Final = (
    "scenario", "scenario_name", "scenario_evidence", "scenario_evidence_en", "places", "cost",
    "uncosted", "measure", "people_gain", "people_lose", "people_reached", "people_cut_off",
    "people_compared", "distance_km_reached",
    "distance_km_mean_before", "distance_km_mean", "distance_km_max_before", "distance_km_max",
    "travel_min_mean_before", "travel_min_mean", "travel_min_max_before", "travel_min_max",
)  # fmt: skip
METRICS: Final = ("scenario", *KEY, "value_before", "value", "difference", "unit")
REACH: Final = (
    "scenario", "limit_km", "people_within", "people_come_within", "people_no_longer_within",
)  # fmt: skip
CHANGES: Final = (
    "district_id", "name_en", "population", "women", "shelter_before", "shelter_after",
    "km_before", "km_after", "gain_km", "min_before", "min_after", "gain_min", "measure", "change",
    "change_en",
)  # fmt: skip
REALLOCATION: Final = (
    "shelter_before", "place_before", "shelter_after", "place_after", "districts", "people",
)  # fmt: skip


def scenario_tables(evaluated: EvaluatedPlans) -> dict[str, tuple[str, ...]]:
    """Return the columns of every table that `write_scenarios` writes, by its path."""
    tables: dict[str, tuple[str, ...]] = {
        "scenarios.csv": SUMMARY,
        "comparison.csv": METRICS,
        "comparison_reach.csv": REACH,
    }
    base, *others = evaluated.evaluations
    for key in (base, *others):
        access = tables_of(evaluated.evaluations[key].study)["access_by_district.csv"]
        tables[f"scenarios/{key}/access_by_district.csv"] = access
    study = evaluated.evaluations[base].study
    journeys = [name for name in tables_of(study) if name in JOURNEYS]
    for key in others:
        for name in journeys:
            tables[f"scenarios/{key}/{name}"] = tables_of(evaluated.evaluations[key].study)[name]
        tables[f"scenarios/{key}/changes_by_district.csv"] = columns_of(study, CHANGES)
        tables[f"scenarios/{key}/reallocation.csv"] = REALLOCATION
    return tables


def write_scenarios(evaluated: EvaluatedPlans, folder: Path, *, lang: str | None = None) -> None:
    """Write the tables, the figure and the maps of plans, and what each changes in words.

    Parameters
    ----------
    evaluated
        Plans with their evaluations; the first is today.
    folder
        Folder of the study's outputs.
    lang
        Language of the figure, and the one in which the maps open.

    Raises
    ------
    OutputError
        If anything cannot be written.
    """
    _write_all(evaluated, folder)
    base_key = next(iter(evaluated.evaluations))
    languages = languages_of(evaluated.evaluations[base_key].study, lang)
    draw_plans(evaluated, folder, languages.first)
    for plan in evaluated.plans:
        key = plan.scenario.id
        place, evaluation = folder / "scenarios" / key, evaluated.evaluations[key]
        frame = placed(evaluation.districts, evaluation)
        columns = tables_of(evaluation.study)["access_by_district.csv"]
        write_table(frame, columns, place / "access_by_district.csv")
        if key == base_key:
            continue
        _write_changes(evaluated, key, place, languages)
        for name, table in journey_frames(evaluation).items():
            if name in tables_of(evaluation.study):
                write_table(table, tables_of(evaluation.study)[name], place / name)
        notes = [everywhere(plan.scenario.note)] if plan.scenario.note is not None else []
        page = access_page(
            evaluation,
            title=plan_title(everywhere(plan.scenario.name), evaluation),
            lead=dated(evaluation.study, lead(evaluated, key)),
            notes=notes,
            settlements=False,
            lang=lang,
        )
        page.save(place / "access.html")
        comparison_page(evaluated, key, lang=lang).save(place / "changes.html")


def _write_all(evaluated: EvaluatedPlans, folder: Path) -> None:
    """Write the tables of all plans together."""
    about = pd.DataFrame(
        {
            "scenario": plan.scenario.id,
            "scenario_name": in_english(plan.scenario.name),
            "scenario_evidence": plan.scenario.evidence,
            "cost": plan.cost,
            "uncosted": plan.uncosted,
        }
        for plan in evaluated.plans
    ).astype({"cost": "float64"})
    compared = evaluated.comparison
    summary = compared.summary.merge(about, on="scenario", validate="one_to_one")
    write_table(summary, SUMMARY, folder / "scenarios.csv")
    base, *others = evaluated.evaluations
    named = compared.metrics[[*KEY, "unit"]].assign(value_before=compared.metrics[base])
    parts = [
        named.assign(
            scenario=key,
            value=compared.metrics[key],
            difference=compared.metrics[f"{key}_change"],
        )
        for key in others
    ]
    write_table(pd.concat(parts, ignore_index=True), METRICS, folder / "comparison.csv")
    write_table(compared.reach, REACH, folder / "comparison_reach.csv")


def _write_changes(evaluated: EvaluatedPlans, key: str, place: Path, languages: Languages) -> None:
    """Write the tables of one plan beside today, and what it changes in words."""
    changes, moves = evaluated.comparison.districts, evaluated.comparison.reallocation
    study = evaluated.evaluations[key].study
    ours, columns = changes[changes["scenario"] == key], columns_of(study, CHANGES)
    write_table(ours, columns, place / "changes_by_district.csv", english_of(study))
    towns = [
        evaluated.evaluations[name].study.shelters["settlement"]
        for name in (next(iter(evaluated.evaluations)), key)
    ]
    moved = moves[moves["scenario"] == key]
    moved = moved.assign(
        place_before=moved["shelter_before"].map(towns[0]).astype(object).fillna(""),
        place_after=moved["shelter_after"].map(towns[1]).astype(object).fillna(""),
    )
    write_table(moved, REALLOCATION, place / "reallocation.csv")
    said = dated(study, texts.paragraph(texts.summary(evaluated, key)))
    # A line is sent on by itself, so it begins with the plan and what its shelters are for.
    found = texts.title(evaluated, key)
    lines = [f"{words.name}: {found.of(words)}. {said.of(words)}" for words in languages]
    (place / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def draw_plans(evaluated: EvaluatedPlans, folder: Path, words: Words) -> None:
    """Draw how many people live how far under each plan, into `figures/comparison`."""
    base = next(iter(evaluated.evaluations.values()))
    classes = distance_classes(base)
    rows = {}
    for plan in evaluated.plans:
        districts = evaluated.evaluations[plan.scenario.id].districts
        ranks = pd.Series(classes.of(districts["distance_km"]), index=districts.index)
        people = districts["population"].groupby(ranks).sum()
        columns = {rank: float(people.get(rank, 0)) for rank in range(len(classes.colours))}
        name = texts.plan_name(plan).of(words)
        rows[name if name not in rows else f"{name} ({plan.scenario.id})"] = columns | {
            "no_road": float(people.get(-1, 0))
        }
    draw_comparison(
        pd.DataFrame.from_dict(rows, orient="index"),
        folder / "figures" / "comparison",
        classes=classes,
        limit=classes.breaks[min(1, len(classes.breaks) - 1)],
        missing=no_way(base.districts).of(words),
        words=words,
        foot=study_texts.foot(base, words),
    )


def lead(evaluated: EvaluatedPlans, key: str) -> Text:
    """Say what a plan changes for whom, the most people first, of which shelters said once."""
    effects = texts.effects(evaluated, key)
    if not effects:
        return say("scenario.lead_same")
    (first, people), *others = effects
    told = say(f"scenario.lead_{first}", people=in_each(lambda words: words.people(people)))
    rest = texts.sentences(texts.facts_of(evaluated, key))
    return texts.paragraph([told, *(rest[name] for name, _ in others)])
