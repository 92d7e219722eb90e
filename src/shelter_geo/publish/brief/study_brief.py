"""The brief of a study, put together from its results."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo import __version__
from shelter_geo.access import populations
from shelter_geo.analysis import CapacityResults, EvaluatedPlans, Evaluation, Quantity
from shelter_geo.analysis.siting_results import SitedPlan, SitingResults
from shelter_geo.plans import Plan
from shelter_geo.publish.brief import evidence
from shelter_geo.publish.brief.page import BriefMap, BriefPage, Section
from shelter_geo.publish.brief.places import places
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.district_map import (
    no_figure_key,
    no_way,
    people_column,
    ranks_of,
    registered_column,
)
from shelter_geo.publish.maps.drawing import draw
from shelter_geo.publish.pages.reader_table import (
    Head,
    Line,
    Listing,
    ReaderTable,
    bars,
    class_column,
    number_column,
    text_column,
)
from shelter_geo.publish.palette import MARK, MISSING, Classes
from shelter_geo.publish.qualifiers import dates
from shelter_geo.publish.siting.statements import reached_by_some, site_names
from shelter_geo.publish.siting.tables import plan_name
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.comparison_texts import change, of_both
from shelter_geo.publish.study.headline import headline, key_figures
from shelter_geo.publish.study.study_map import distance_classes, ground_of, with_cities
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.vocabulary import Impedance

_ALSO: Final = 3
"""Other plans that are named."""


def best_sites(results: SitingResults) -> Listing:
    """List the plans that were chosen for each aim, with their sites and what they come to."""
    heads = (
        Head(say("brief.plan")),
        Head(say("brief.sites")),
        Head(_cut_off(results), numeric=True),
        Head(say("scenario.farthest"), numeric=True),
        Head(say("study.mean"), numeric=True),
    )
    lines = tuple(Line(_site_cells(results, plan)) for plan in results.plans)
    proven = all(plan.result.status == "optimal" for plan in results.plans)
    said = "brief.sites_proven" if proven else "brief.sites_unproven"
    notes = (
        say(said, n=Quantity.count(len(results.problem.candidates))),
        *([say("brief.sites_counted")] if _of_two(results) else []),
        say("brief.sites_of_all"),
        *_robust(results),
        *reached_by_some(results),
    )
    return Listing(say("brief.best_sites"), heads, lines, notes)


def _cut_off(results: SitingResults) -> Text:
    """Name people without a road as those without one inside the country, where there are such."""
    apart = any(plan.evaluation.study.settings.roads.separate for plan in results.plans)
    return say("study.cut_off_domestic" if apart else "study.cut_off")


def _of_two(results: SitingResults) -> bool:
    """Whether the study counts people where they live and where they are registered."""
    return any(len(populations(plan.evaluation.districts)) > 1 for plan in results.plans)


def _robust(results: SitingResults) -> list[Text]:
    """Say in how many draws the plan stays best, and which other plans are best most often."""
    if results.robustness is None:
        return []
    robust = results.robustness
    best = next((plan for plan in robust.plans if plan.best_for_data), None)
    if best is None:
        return []
    others = sorted((plan for plan in robust.plans if plan is not best), key=lambda p: -p.share)
    also = [plan for plan in others[:_ALSO] if plan.share > 0]
    named = [site_names(results.question, plan.chosen) for plan in also]

    def write(words: Words) -> str:
        listed = "; ".join(
            f"{name.of(words)} ({words.percent(plan.share)})"
            for plan, name in zip(also, named, strict=True)
        )
        said = words.text(
            "brief.sites_robust",
            share=Quantity.share(best.share),
            n=Quantity.count(robust.scenarios),
        )
        return f"{said} {words.text('brief.sites_also', plans=listed)}" if also else said

    return [in_each(write)]


def _site_cells(results: SitingResults, plan: SitedPlan) -> tuple[Text, ...]:
    head = headline(plan.evaluation)
    return (
        plan_name(plan),
        site_names(results.question, plan.result.chosen),
        everywhere(Quantity.people(head.cut_off)),
        everywhere(Quantity.km(head.farthest_km)),
        everywhere(Quantity.km(head.mean_km)),
    )


def beside_today(evaluated: EvaluatedPlans) -> Listing:
    """List what each plan comes to; the first is today."""
    rows = evaluated.comparison.summary.set_index("scenario").to_dict("index")
    facts: dict[str, Mapping[Any, Any]] = {str(key): row for key, row in rows.items()}
    plans = {plan.scenario.id: plan for plan in evaluated.plans}
    by_time = {key: row["measure"] == Impedance.TIME for key, row in facts.items()}
    lengths = bars(
        [math.nan if by_time[key] else float(facts[key]["distance_km_mean"]) for key in plans]
    )
    lines = [
        Line(_cells(plan, facts[key], by_time=by_time[key]), bar=length)
        for (key, plan), length in zip(plans.items(), lengths, strict=True)
    ]
    better, *labels = "brief.nearer", "scenario.farthest", "study.mean"
    if any(by_time.values()):
        better = "brief.nearer_or_sooner"
        labels = ["brief.farthest_or_longest", "brief.mean_or_trip"]
    heads = (
        Head(say("brief.plan")),
        Head(say("brief.plan_places"), numeric=True),
        Head(say(better), numeric=True),
        Head(say("brief.new_road"), numeric=True),
        *(
            Head(of_both(say(label), evaluated.comparison.summary), numeric=True)
            for label in labels
        ),
    )
    notes = (say("brief.plans_note"), *_notes(evaluated))
    return Listing(say("brief.plans"), heads, tuple(lines), notes)


def _cells(plan: Plan, row: Mapping[Any, Any], *, by_time: bool) -> tuple[Text, ...]:
    """Write a row: kilometres, or where the plan changes roads minutes before and after."""

    def measured(name: str) -> Text:
        if by_time:
            stem = f"travel_min_{name}"
            return change(row[f"{stem}_before"], row[stem], Words.duration)
        return everywhere(Quantity.km(row[f"distance_km_{name}"]))

    return (
        everywhere(plan.scenario.name),
        everywhere(Quantity.count(row["places"])),
        everywhere(Quantity.people(row["people_gain"])),
        everywhere(Quantity.people(row["people_reached"])),
        measured("max"),
        measured("mean"),
    )


def _notes(evaluated: EvaluatedPlans) -> list[Text]:
    """Repeat what the plans say of themselves, each under its name."""
    said = []
    for plan in evaluated.plans:
        if plan.scenario.note is not None:
            name, note = everywhere(plan.scenario.name), everywhere(plan.scenario.note)
            said.append(say("brief.plan_note", name=name, note=note))
    return said


_FARTHEST: Final = 10
_LEADING: Final = 3
"""Sentences that stand before the map; the others open the evidence."""


def study_brief(
    evaluation: Evaluation,
    *,
    plans: EvaluatedPlans | None = None,
    needs: CapacityResults | None = None,
    sites: SitingResults | None = None,
    lang: str | None = None,
) -> BriefPage:
    """Put the brief of a study together.

    Parameters
    ----------
    evaluation
        The study as it stands.
    plans
        Plans compared with today, if there are any.
    needs
        Places against the stays asked for, if they were computed.
    sites
        Where new shelters should go, if that was computed.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If a shape is missing, or there is no such language.
    """
    classes = distance_classes(evaluation)
    units = evaluation.districts.sort_values(
        ["distance_km", "district_id"], ascending=[False, True]
    )
    claim, proof = evidence.claim(evaluation), evidence.evidence(evaluation, classes)
    sections = [
        replace(claim, sentences=claim.sentences[:_LEADING]),
        replace(proof, sentences=(*claim.sentences[_LEADING:], *proof.sentences)),
        places(evaluation, needs),
        *_choices(plans, sites),
    ]
    return BriefPage(
        kicker=say("brief.kicker"),
        title=evidence.title(evaluation),
        lead=evidence.lead(evaluation),
        figures=key_figures(evaluation),
        map=_map(evaluation, units, classes),
        sections=sections,
        table=_table(evaluation, units, classes),
        assumptions=study_texts.assumptions(evaluation),
        sources=study_texts.sources(evaluation),
        notes=study_texts.notes(evaluation),
        citation=_citation(evaluation),
        languages=languages_of(evaluation.study, lang),
    )


def _citation(evaluation: Evaluation) -> Text:
    title, as_of = evidence.title(evaluation), dates(evaluation.study)
    tool = f"shelter_geo {__version__}"
    return say("brief.cite_as", title=title, tool=tool, dates=as_of)


def _choices(plans: EvaluatedPlans | None, sites: SitingResults | None) -> list[Section]:
    listings = [
        *([] if plans is None else [beside_today(plans)]),
        *([] if sites is None else [best_sites(sites)]),
    ]
    return [Section(say("brief.choices"), (), tuple(listings))] if listings else []


def _map(evaluation: Evaluation, units: gpd.GeoDataFrame, classes: Classes) -> BriefMap:
    study = evaluation.study
    towns = with_cities(evaluation).sort_values("settlement_id").drop_duplicates("settlement_id")
    ground = ground_of(study)
    roads = evaluation.routes.sort_values("distance_km", ascending=False).head(_FARTHEST)
    ranks = ranks_of(classes, units["distance_km"], units)
    shown = [*range(len(classes.colours)), *([MISSING] if MISSING in ranks else [])]
    return BriefMap(
        drawing=draw(units, towns, ground, roads),
        fills=tuple(classes.colour(rank) for rank in ranks),
        apart=tuple(map(bool, units["counts_registered_not_resident"])),
        cities=tuple(own_name(row, "city") for row in _records(towns)),
        key=(
            *(
                (classes.colour(k), no_way(units) if k == MISSING else classes.label(k))
                for k in shown
            ),
            *((entry.fill, entry.label) for entry in no_figure_key(units, ground)),
        ),
        mark=study.kind.colour or MARK,
    )


def _table(evaluation: Evaluation, units: gpd.GeoDataFrame, classes: Classes) -> ReaderTable:
    """Write every district with its distance, class, nearest shelter and people."""
    towns = {row["shelter_id"]: own_name(row, "city") for row in _cities(evaluation)}
    no_road = [no_way(units)] * len(units)
    nearest = [towns.get(key) for key in units["nearest_shelter_id"]]
    elsewhere: Text = say("access.registered_elsewhere")
    return ReaderTable(
        say("access.table"),
        (
            text_column(say("access.district"), [own_name(row) for row in _records(units)]),
            number_column(
                say("access.distance"), units["distance_km"], Words.distance, missing=no_road
            ),
            class_column(say("access.class"), units["distance_km"], classes, no_road[0]),
            text_column(say("access.nearest"), nearest),
            people_column(units),
            *registered_column(units),
        ),
        tuple(elsewhere if apart else None for apart in units["counts_registered_not_resident"]),
        sorted_by=1,
    )


def _cities(evaluation: Evaluation) -> list[dict[str, object]]:
    return _records(with_cities(evaluation).reset_index())


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
