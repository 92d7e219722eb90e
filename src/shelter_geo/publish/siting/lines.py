"""What the command line says of a siting answer, as lines of text and as tables."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.siting.names import english
from shelter_geo.publish.words import Words
from shelter_geo.siting import BudgetResult, SitingResult
from shelter_geo.study import FALLBACK
from shelter_geo.vocabulary import Effect

_MOST_NAMED: Final = 5
PLACES: Final = ("site_id", "settlement", "standing", "places_before", "places_added", "cost")
SERVED: Final = ("district_id", "site_id", "settlement", "places", "travel_cost", "cost_unit")
CHANGES: Final = (
    "district_id", "name_en", "population", "site_before", "site_after", "cost_before",
    "cost_after", "cost_unit", "change", "change_en",
)  # fmt: skip


def answer_lines(result: SitingResult, question: SiteQuestion, unit: str) -> list[str]:
    """Write the card of an answer: its proof, sites, plans nearly as good, who gains and loses."""
    lines = [f"{result.card.name}: {result.status}"]
    if result.status == "infeasible":
        return [*lines, _sentence(result.reason), "", str(result.card)]
    lines.append(f"{result.objective_name}: {_proof(result.objective, result.bound, result.gap)}")
    lines.append(f"Opens: {english(question, result.chosen) or 'nothing'}")
    before, after = result.today, result.after
    lines.append(
        f"Mean {_whole(before.mean)} to {after.mean:.0f} {unit}, half within {after.median:.0f}, "
        f"nine in ten within {after.p90:.0f}, farthest {_whole(before.max)} to {after.max:.0f} "
        f"{unit}; {_people(before.unserved)} to {_people(after.unserved)} people without a road "
        "to any"
    )
    lines += [
        f"Worth of {_name(question, own.site_id)}: nearest to {_people(own.people)} people; "
        f"without it mean {_whole(own.without.mean)}, farthest {_whole(own.without.max)} {unit}"
        + (
            f", {_people(own.without.unserved - after.unserved)} more people without a road"
            if own.without.unserved > after.unserved
            else ""
        )
        for own in result.worth
    ]
    every = "all plans were looked at" if result.runner_ups_complete else "one site exchanged"
    lines.append(f"Within 5 % of it ({every}): {len(result.runner_ups) or 'no other plan'}")
    lines += [
        f"  {english(question, plan.chosen)}: {100 * plan.excess:.1f} % worse"
        for plan in result.runner_ups[:_MOST_NAMED]
    ]
    return [*lines, *_gains(result, question, unit), *_notes(result.notes), "", str(result.card)]


def places_lines(result: BudgetResult, question: SiteQuestion, unit: str) -> list[str]:
    """Write where places go, what they cost, and who is left without one."""
    lines = [f"{result.card.name}: {result.status}"]
    if result.status == "infeasible":
        return [*lines, _sentence(result.reason), "", str(result.card)]
    needed = int(result.demand["needed"].sum())
    lines += [
        f"Family places missing: {result.unserved} of {needed} (no plan has fewer than "
        f"{result.unserved_bound})",
        f"{result.objective_name}: {_proof(result.objective, result.bound, result.gap)}",
        f"Spent: {result.spent}",
    ]
    for row in result.actions.to_dict("records"):
        verb = "adds" if row["standing"] else "opens with"
        name = _name(question, row["site_id"])
        lines.append(f"  {name} {verb} {row['places_added']} family places, cost {row['cost']}")
    left = result.demand[result.demand["unserved"] > 0]
    for reason, group in left.groupby("reason"):
        lines.append(
            f"Without a place ({_words(f'reason.{reason}')}): {int(group['unserved'].sum())}"
        )
    return [*lines, *_notes(result.notes), "", str(result.card)]


def write_answer(result: SitingResult, question: SiteQuestion, unit: str, folder: Path) -> None:
    """Write what a plan changes for every district into `changes_by_district.csv`."""
    table = result.changes.drop(columns="change").rename(
        columns={
            "demand_id": "district_id", "people": "population", "before": "cost_before",
            "after": "cost_after", "effect": "change",
        }
    )  # fmt: skip
    names = question.districts["name_en"].reindex(table["district_id"]).to_numpy()
    table = table.assign(name_en=names, cost_unit=unit)
    write_table(table, CHANGES, folder / "changes_by_district.csv")


def write_places(result: BudgetResult, question: SiteQuestion, unit: str, folder: Path) -> None:
    """Write the sites into `places.csv` and who is served where into `served.csv`."""
    sites = result.sites.assign(settlement=_settlements(question, result.sites["site_id"]))
    write_table(sites, PLACES, folder / "places.csv")
    served = result.served.rename(columns={"demand_id": "district_id", "cost": "travel_cost"})
    served = served.assign(settlement=_settlements(question, served["site_id"]), cost_unit=unit)
    write_table(served, SERVED, folder / "served.csv")


def _settlements(question: SiteQuestion, keys: pd.Series) -> list[str]:
    return [_name(question, key) for key in keys]


def _words(key: str) -> str:
    return Words("en").text(key)


def _name(question: SiteQuestion, key: Hashable) -> str:
    return english(question, [key])


def _proof(objective: float | None, bound: float | None, gap: float | None) -> str:
    value = f"{objective:,.1f}"
    if bound is None:
        return f"{value}, nothing is known of how good that is"
    return f"{value}, bound {bound:,.1f}, gap {100 * (gap or 0):.2f} %"


def _whole(value: float) -> str:
    """Write a cost; it is missing where nobody reached anything before."""
    return "none" if math.isnan(value) else f"{value:.0f}"


def _people(count: int) -> str:
    return Words(FALLBACK).people(count)


def _gains(result: SitingResult, question: SiteQuestion, unit: str) -> list[str]:
    changes = result.changes
    names = question.districts["name_en"].reindex(changes["demand_id"]).to_numpy()
    named = changes.assign(name=names)
    lines = [f"Nearer than today: {_people(result.people_gaining)} people"]
    gains = (
        named[named["effect"] == Effect.NEARER].sort_values(["change", "name"]).head(_MOST_NAMED)
    )
    lines += [
        f"  {row['name']} {row['before']:.0f} to {row['after']:.0f} {unit}"
        for row in gains.to_dict("records")
    ]
    reached = named[named["effect"] == Effect.COMES_WITHIN_REACH]
    if len(reached):
        lines.append(f"With a road at last: {_listed(list(reached['name']))}")
    losing = _people(result.people_losing) + " people" if result.people_losing else "nobody"
    lines.append(f"Farther than today: {losing}")
    unserved = named[(named["effect"] == Effect.STAYS_CUT_OFF) & (named["people"] > 0)]
    if len(unserved):
        lines.append(f"Still without a road to any: {_listed(list(unserved['name']))}")
    return lines


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names))


def _notes(notes: Sequence[str]) -> list[str]:
    return [f"Note: {note}." for note in notes]
