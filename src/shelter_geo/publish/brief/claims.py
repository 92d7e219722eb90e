"""What a brief says of published claims: their words, the data beside them, verdict and source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import Evaluation, districts_as_far, main_city
from shelter_geo.publish.brief.parts import Head, Line, Listing
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.publish.written import number
from shelter_geo.study import Claim, Study
from shelter_geo.vocabulary import Verdict

_NAMED: Final = 5
"""Districts that are named for one claim."""
_UNANSWERED: Final = (Verdict.INPUT_NOT_TESTED, Verdict.CANNOT_BE_TESTED_HERE)


def published_claims(evaluation: Evaluation) -> Listing:
    """List the claims that the data can test, and those that the study was made from.

    Parameters
    ----------
    evaluation
        A study with at least one claim.
    """
    claims = {claim.id: claim for claim in evaluation.study.settings.claims}
    rows = evaluation.claims.to_dict("records")
    shown = [row for row in rows if row["verdict"] != Verdict.CANNOT_BE_TESTED_HERE]
    shown.sort(key=lambda row: row["verdict"] == Verdict.INPUT_NOT_TESTED)
    lines = tuple(_line(row, claims[row["claim_id"]], evaluation) for row in shown)
    heads = tuple(
        Head(say(f"brief.{name}")) for name in ("published", "computed", "verdict", "standing")
    )
    return Listing(say("brief.claims"), heads, lines, notes=_notes(rows, len(rows) - len(shown)))


def _notes(rows: list[dict[Any, Any]], untested: int) -> tuple[Text, ...]:
    about = max(float(row["about_percent"]) for row in rows) / 100
    notes = [say("brief.claims_note")]
    if about:
        notes.append(
            in_each(lambda words: words.text("brief.claims_about", share=words.percent(about)))
        )
    if untested:
        notes.append(say("brief.claims_untested", n=untested))
    return tuple(notes)


def _line(row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> Line:
    statement: Text = everywhere(claim.statement)
    if claim.scope is not None:
        statement = say("brief.said", statement=statement, scope=everywhere(claim.scope))
    verdict, rule = say(f"verdict.{row['verdict']}"), say(f"rule.{row['rule']}")
    return Line(
        (
            statement,
            _measured(row, claim, evaluation),
            say("brief.judged", verdict=verdict, rule=rule),
            everywhere(claim.cited or claim.source),
        )
    )


def _measured(row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> Text:
    """Write what the data give for one claim, with its unit."""
    if row["verdict"] in _UNANSWERED:
        return say("table.nothing")
    if claim.measure == "travel_km":
        return in_each(lambda words: _journey(words, row, claim, evaluation))
    if claim.measure == "share_missing":
        return in_each(lambda words: _share(words, row, claim, evaluation))
    digits = 1 if claim.measure == "times_fewer" else 0
    return in_each(
        lambda words: words.text(f"brief.claim_{claim.measure}", n=_ends(words, row, digits))
    )


def _ends(words: Words, row: Mapping[Any, Any], digits: int) -> str:
    low, high = (float(row[f"data_{end}"]) for end in ("low", "high"))
    return words.between(low, high, partial(words.number, digits=digits))


def _share(words: Words, row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> str:
    """Set the family places that a share would leave beside the places that are published."""
    claimed = evaluation.study.settings.capacity.claim_population
    study = evaluation.study
    people = float(study.districts["population"].sum()) if claimed is None else claimed.value
    needed = people / study.settings.capacity.people_per_family_place
    low, high = (float(row[f"data_{end}"]) / 100 for end in ("low", "high"))
    return words.text(
        "brief.claim_share_missing",
        n=words.between(low, high, words.percent),
        implied=words.number(needed * (1 - sum(claim.limits) / 200)),
        places=words.number(float(study.shelters["places"].sum())),
    )


def _journey(words: Words, row: Mapping[Any, Any], claim: Claim, evaluation: Evaluation) -> str:
    """Name the districts that are as far, with their people, and how far the main city is."""
    study = evaluation.study
    city = own_name(_named(study.settlements.loc[main_city(study.shelters)])).of(words)
    farthest = words.distance(float(row["data_high"]))
    far = districts_as_far(claim, evaluation.districts)
    if far.empty:
        near = words.distance(float(row["data_low"]))
        return words.text("brief.claim_travel_km_none", near=near, city=city, km=farthest)
    named = ", ".join(
        words.text(
            "study.of_two_roads",
            district=own_name(_named(place)).of(words),
            km=words.distance(float(place["distance_km"])),
        )
        for place in far.head(_NAMED).to_dict("records")
    )
    people = words.people(float(far["population"].sum()))
    return words.text(
        "brief.claim_travel_km", districts=named, people=people, city=city, km=farthest
    )


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}


_PARTS_OF_A_DAY = 3


def public_counts(study: Study) -> Listing:
    """List the counts that the study's table marks for the brief, the oldest first.

    Parameters
    ----------
    study
        With `shelter_counts`.
    """
    table = pd.DataFrame(study.shelter_counts)
    lines = [
        Line(
            (
                _when(str(row["counted_on"])),
                own_name({str(key): value for key, value in row.items()}, "what"),
                say("table.nothing") if pd.isna(row["value"]) else number(float(row["value"])),
                _cited(row),
            )
        )
        for row in table[table["in_brief"]].to_dict("records")
    ]
    heads = (
        Head(say("brief.counted_on")),
        Head(say("brief.what")),
        Head(say("brief.count"), numeric=True),
        Head(say("brief.standing")),
    )
    looked = study.settings.capacity.no_newer_count
    notes: tuple[Text, ...] = ()
    if looked is not None:
        notes = (in_each(lambda words: words.text("brief.counts_note", month=words.month(looked))),)
    return Listing(say("brief.counts"), heads, tuple(lines), notes=notes)


def _cited(row: Mapping[Any, Any]) -> Text:
    """Name the source in every language that the table has it in."""
    named = {str(key): value for key, value in row.items()}
    return own_name({**named, "cited": named["source"]}, "cited")


def _when(text: str) -> Text:
    """Write a day in full, and a month or year as it stands."""
    if text.count("-") + 1 < _PARTS_OF_A_DAY:
        return everywhere(text)
    day = dt.date.fromisoformat(text)

    def write(words: Words) -> str:
        return words.date(day)

    return in_each(write)
