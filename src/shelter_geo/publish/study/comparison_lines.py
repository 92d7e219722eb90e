"""A comparison of plans as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.analysis import FAMILY_PLACES, EvaluatedPlans
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.study import comparison_texts as texts
from shelter_geo.publish.study.capacity_figures import basis_names
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.study import Norm, StudySettings

Write: TypeAlias = Callable[[float], str]


def comparison_lines(evaluated: EvaluatedPlans, lang: str | None = None) -> list[str]:
    """Write a table of figures with their differences, then what each plan changes in words.

    Parameters
    ----------
    evaluated
        Plans with their comparison.
    lang
        Language of the lines.
    """
    base, *others = evaluated.evaluations
    words = languages_of(evaluated.evaluations[base].study, lang).first
    table: list[list[str]] = [["", base, *others]]
    for label, values, write in _figures(evaluated, words):
        before = float(values[base])
        cells = [_differing(before, float(values[key]), write, words) for key in others]
        table.append([label, write(before), *cells])
    facts = evaluated.comparison.summary
    for measure, effects in texts.EFFECTS.items():
        in_it = facts["measure"] == measure
        for effect, name, other in zip(
            effects, ("gain", "lose"), ("reached", "cut_off"), strict=True
        ):
            if in_it.iloc[1:].any():
                people = (facts[f"people_{name}"] + facts[f"people_{other}"]).where(in_it)
                cells = ["–" if pd.isna(count) else words.people(count) for count in people]
                table.append([words.text(f"compare.line_{effect}"), *cells])
    costs = [texts.cost(plan).of(words) for plan in evaluated.plans]
    table.append([words.text("compare.line_cost"), *costs])
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in table
    ]
    said = [f"{key}: {texts.paragraph(texts.summary(evaluated, key)).of(words)}" for key in others]
    return [*lines, "", *said]


def _figures(evaluated: EvaluatedPlans, words: Words) -> Iterator[tuple[str, pd.Series, Write]]:
    """Give each line of the table: its label, the value of each plan, and how it is written."""
    compared = evaluated.comparison
    facts = compared.summary.set_index("scenario")
    base = next(iter(evaluated.evaluations.values()))
    settings = base.study.settings
    yield words.text("study.mean"), facts["distance_km_mean"], words.distance
    yield words.text("scenario.farthest"), facts["distance_km_max"], words.distance
    for limit in settings.access.distance_classes_km:
        rows = compared.reach[compared.reach["limit_km"] == limit].set_index("scenario")
        label = words.text("compare.line_within", km=words.distance(limit))
        yield label, rows["people_within"], words.people
    yield words.text("scenario.places"), facts["places"], words.number
    metrics = compared.metrics[compared.metrics["units"] == UNITS[0]]
    metrics = metrics.set_index(metrics["basis"] + " " + metrics["metric"])
    for norm in settings.capacity.norms:
        for key, ends in _readings(settings, norm, words):
            label = words.text(key, norm=everywhere(norm.name).of(words), **ends[1])
            yield label, pd.Series(metrics.loc[f"{norm.id} {ends[0]}"]), words.number
    names = basis_names(base, words)
    for basis in () if settings.capacity.demand is None else settings.capacity.demand.bases:
        label = words.text("compare.line_stays", basis=names[basis.id])
        yield label, pd.Series(metrics.loc[f"{basis.id} no_place_central"]), words.percent


def _readings(
    settings: StudySettings, norm: Norm, words: Words
) -> list[tuple[str, tuple[str, dict[str, str]]]]:
    """Give the lines of a norm: shelters in one, family places at each end of the readings."""
    if norm.asks_for not in FAMILY_PLACES:
        return [("compare.line_missing", ("missing_low", {}))]
    persons = [reading.persons_per_family_place for reading in settings.capacity.readings]
    ends = {"missing_low": min(persons), "missing_high": max(persons)}
    if ends["missing_low"] == ends["missing_high"]:
        del ends["missing_high"]
    return [
        (
            "compare.line_missing_read",
            (name, {"persons": f"{n:g}".replace(".", words.marks[1])}),
        )
        for name, n in ends.items()
    ]


def _differing(before: float, after: float, write: Write, words: Words) -> str:
    """Write a value with its difference, if any can be seen; that of shares in points."""
    change = abs(after - before)
    if pd.isna(change):  # nobody reached any before, or nobody does any more
        return write(after)
    if write(change) == write(0.0):
        return write(after)
    share = write == words.percent
    size = words.text("compare.points", n=words.number(100 * change)) if share else write(change)
    return f"{write(after)} ({'−' if after < before else '+'}{size})"
