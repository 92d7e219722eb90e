"""What the command line says of a siting answer, as lines of text and as tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from shelter_geo.analysis import Quantity
from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.siting.statements import (
    english,
    infeasibility,
    listed_sites,
    model_card,
    objective_name,
    own_region_line,
    plain,
    remark,
)
from shelter_geo.publish.words import Words, own_name
from shelter_geo.siting import BudgetResult, SiteWorth, SitingResult, Unit
from shelter_geo.study import FALLBACK
from shelter_geo.vocabulary import Effect

_MOST_NAMED: Final = 5
_STATUS: Final = {
    "optimal": "status_optimal",
    "not proven": "status_not_proven",
    "infeasible": "status_infeasible",
}
PLACES: Final = (
    "site_id", "settlement", "standing", "places_before", "places_added", "cost", "warning",
)  # fmt: skip
SERVED: Final = ("district_id", "site_id", "settlement", "places", "travel_cost", "cost_unit")
CHANGES: Final = (
    "district_id", "name_en", "population", "site_before", "site_after", "cost_before",
    "cost_after", "cost_unit", "change", "change_en",
)  # fmt: skip


def answer_lines(
    result: SitingResult, question: SiteQuestion, unit: Unit, words: Words
) -> list[str]:
    """Write the card of an answer: its proof, sites, plans nearly as good, who gains and loses.

    Parameters
    ----------
    result, question
        The answer and what was asked.
    unit
        Unit of the costs.
    words
        Language of the lines.
    """
    head, tail = _frame(result, words)
    if result.reason is not None:
        return [*head, _sentence(infeasibility(result.reason, question).of(words)), *tail]
    before, after = result.today, result.after
    shown = words.text(f"site.unit_{unit}")
    chosen = listed_sites(question, result.chosen, words) or words.text("site.nothing")
    lines = [
        *head,
        _proof(result, question, words),
        words.text("site.opens", sites=chosen),
        words.text(
            "site.access",
            before_mean=Quantity.count(before.mean),
            mean=Quantity.count(after.mean),
            median=Quantity.count(after.median),
            p90=Quantity.count(after.p90),
            before_max=Quantity.count(before.max),
            max=Quantity.count(after.max),
            unit=shown,
            before_unserved=Quantity.people(before.unserved),
            unserved=Quantity.people(after.unserved),
        ),
    ]
    lines += own_region_line(result, question, words)
    lines += [_worth(own, after.unserved, question, shown, words) for own in result.worth]
    every = "looked_all" if result.runner_ups_complete else "looked_exchange"
    lines.append(
        words.text(
            "site.near_optimal",
            looked=words.text(f"site.{every}"),
            count=_how_many(len(result.runner_ups), words),
        )
    )
    for plan in result.runner_ups[:_MOST_NAMED]:
        sites = listed_sites(question, plan.chosen, words)
        lines.append(
            _below(
                "site.runner_up",
                words,
                sites=sites,
                share=Quantity.count(100 * plan.excess, digits=1),
            )
        )
    gains = _gains(result, question, unit, words)
    return [*lines, *gains, *_notes(result, question, words), *tail]


def places_lines(
    result: BudgetResult,
    question: SiteQuestion,
    words: Words,
    *,
    spread: bool,
    persons: Sequence[float],
) -> list[str]:
    """Write where places go, what they cost, and who is left without one.

    Parameters
    ----------
    result, question
        The answer and what was asked.
    words
        Language of the lines.
    spread
        Whether a cap or a shelter for every region spreads the places; a warning if not.
    persons
        Places that one family takes, by each reading of the study; the answer takes the fewest.
    """
    head, tail = _frame(result, words)
    if result.reason is not None:
        return [*head, _sentence(infeasibility(result.reason, question).of(words)), *tail]
    needed = int(result.demand["needed"].sum())
    lines = [
        *head,
        words.text(
            "site.places_missing",
            missing=_known(result.unserved),
            needed=Quantity.count(needed),
            bound=_known(result.unserved_bound),
        ),
        _reading(question, persons, words),
        _proof(result, question, words),
        words.text("site.spent", money=_known(result.spent)),
        *([] if spread else [_gathered(result, question, words)]),
    ]
    for row in result.actions.to_dict("records"):
        lines.append(
            _below(
                "site.adds" if row["standing"] else "site.opens_with",
                words,
                site=listed_sites(question, [row["site_id"]], words),
                places=Quantity.count(row["places_added"]),
                cost=Quantity.count(row["cost"]),
            )
        )
    left = result.demand[result.demand["unserved"] > 0]
    for reason, group in left.groupby("reason"):
        why = words.text(f"reason.{reason}")
        places = Quantity.count(int(group["unserved"].sum()))
        lines.append(words.text("site.without_place", reason=why, places=places))
    return [*lines, *_notes(result, question, words), *tail]


def _reading(question: SiteQuestion, persons: Sequence[float], words: Words) -> str:
    """Name the reading of the places of today, and what the least kind one adds."""
    places, few, many = float(question.sites["places"].sum()), min(persons), max(persons)
    return words.text(
        "site.reading",
        few=plain(few),
        many=plain(many),
        more=Quantity.count(places / few - places / many),
    )


def _gathered(result: BudgetResult, question: SiteQuestion, words: Words) -> str:
    """Warn that nothing spreads the places, and name where they go."""
    most = result.actions.sort_values(["places_added", "site_id"], ascending=[False, True])
    named = [listed_sites(question, [key], words) for key in most["site_id"]]
    sites = "; ".join(list(dict.fromkeys(named))[:_MOST_NAMED])
    return words.text("site.gathered", sites=sites or words.text("site.nothing"))


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


def write_places(
    result: BudgetResult, question: SiteQuestion, unit: str, folder: Path, *, spread: bool
) -> None:
    """Write the sites into `places.csv` and who is served where into `served.csv`."""
    sites = result.sites.assign(settlement=_settlements(question, result.sites["site_id"]))
    warning = "" if spread else _gathered(result, question, Words(FALLBACK))
    sites["warning"] = [warning if added else "" for added in sites["places_added"] > 0]
    write_table(sites, PLACES, folder / "places.csv")
    served = result.served.rename(columns={"demand_id": "district_id", "cost": "travel_cost"})
    served = served.assign(settlement=_settlements(question, served["site_id"]), cost_unit=unit)
    write_table(served, SERVED, folder / "served.csv")


def _settlements(question: SiteQuestion, keys: pd.Series) -> list[str]:
    return [english(question, [key]) for key in keys]


def _frame(result: SitingResult | BudgetResult, words: Words) -> tuple[list[str], list[str]]:
    """Return the first line and the last ones: the name of the model and its card."""
    card = model_card(result.model, words)
    status = _STATUS[result.status]
    said = words.text(f"site.{status}")
    return [words.text("site.head", name=card.name, status=said)], ["", str(card)]


def _proof(result: SitingResult | BudgetResult, question: SiteQuestion, words: Words) -> str:
    objective = objective_name(result, question)
    value = words.number(result.objective or 0.0, digits=1)
    if result.bound is None:
        return words.text("site.objective_alone", objective=objective, value=value)
    return words.text(
        "site.objective",
        objective=objective,
        value=value,
        bound=Quantity.count(result.bound, digits=1),
        gap=Quantity.count(100 * (result.gap or 0), digits=2),
    )


def _worth(own: SiteWorth, unserved: int, question: SiteQuestion, unit: str, words: Words) -> str:
    more = own.without.unserved - unserved
    return words.text(
        "site.worth_cut_off" if more > 0 else "site.worth",
        site=listed_sites(question, [own.site_id], words),
        people=Quantity.people(own.people),
        mean=Quantity.count(own.without.mean),
        max=Quantity.count(own.without.max),
        unit=unit,
        more=Quantity.people(more),
    )


def _known(value: int | None) -> Quantity:
    return Quantity.count(math.nan if value is None else value)


def _how_many(plans: int, words: Words) -> str | Quantity:
    return Quantity.count(plans) if plans else words.text("site.no_other")


def _gains(result: SitingResult, question: SiteQuestion, unit: str, words: Words) -> list[str]:
    changes = result.changes
    rows = question.districts.loc[list(changes["demand_id"])].to_dict("records")
    names = [own_name({str(k): v for k, v in row.items()}).of(words) for row in rows]
    named = changes.assign(name=names)
    better, worse = ("sooner", "later") if unit == "min" else ("nearer", "farther")
    nearer = named[named["effect"] == Effect.NEARER]
    gaining = Quantity.people(float(nearer["people"].sum()))
    lines = [words.text(f"site.{better}", people=gaining)]
    gains = nearer.sort_values(["change", "name"]).head(_MOST_NAMED)
    lines += [
        _below(
            "site.gain",
            words,
            name=row["name"],
            before=Quantity.count(row["before"]),
            after=Quantity.count(row["after"]),
            unit=words.text(f"site.unit_{unit}"),
        )
        for row in gains.to_dict("records")
    ]
    # Who had no shelter before has none that is nearer: they are counted by themselves.
    reached = named[named["effect"] == Effect.COMES_WITHIN_REACH]
    if len(reached):
        people = Quantity.people(float(reached["people"].sum()))
        listed = _listed(reached["name"], words)
        lines.append(words.text("site.road_at_last", people=people, names=listed))
    if result.people_losing:
        lines.append(words.text(f"site.{worse}", people=Quantity.people(result.people_losing)))
    else:
        lines.append(words.text(f"site.{worse}_nobody"))
    cut_off = (named["effect"] == Effect.STAYS_CUT_OFF) & (named["people"] > 0)
    if cut_off.any():
        names_left = _listed(named.loc[cut_off, "name"], words)
        lines.append(words.text("site.still_cut_off", names=names_left))
    return lines


def _notes(result: SitingResult | BudgetResult, question: SiteQuestion, words: Words) -> list[str]:
    return [words.text("site.note", note=remark(note, question)) for note in result.notes]


def _below(key: str, words: Words, **values: str | Quantity) -> str:
    return "  " + words.text(key, **values)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _listed(names: pd.Series, words: Words) -> str:
    return ", ".join(sorted(names, key=words.order))
