"""What the command line says of places and of a comparison of plans, as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from shelter_geo.access import UNITS
from shelter_geo.analysis import (
    COUNTRY,
    EVERYBODY,
    FAMILY_PLACES,
    CapacityResults,
    EvaluatedPlans,
    Evaluation,
    Quantity,
    Unit,
)
from shelter_geo.publish.catalogue import known_minutes, known_people
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.qualifiers import known_by_norm, known_of_group, norm_notes
from shelter_geo.publish.study import comparison_texts as texts
from shelter_geo.publish.study.capacity_figures import basis_names, known_stays
from shelter_geo.publish.study.capacity_page import answer, group_words
from shelter_geo.publish.words import Text, Words, everywhere, in_each, say
from shelter_geo.study import (
    Norm,
    RegionShare,
    StudySettings,
)
from shelter_geo.vocabulary import Evidence, Impedance


def capacity_lines(evaluation: Evaluation, results: CapacityResults, words: Words) -> list[str]:
    """Write stays, turn-away and places needed on each basis, then places for each group."""
    total = results.no_place_ranges.reset_index()
    names = basis_names(evaluation, words)
    lines = [
        _basis(row, names, known_stays(results.inputs, row["demand_basis"]), words)
        for row in total.to_dict("records")
        if row["demand_basis"]
    ]
    if evaluation.study.shelters.empty:
        lines = [f"{words.text('figures.none_title')}."]
    lines += [text.of(words) for text in checks(evaluation, results)]
    lines = lines or [words.text("capacity.cli_no_demand")]
    lines = [*norm_lines(evaluation, results, words), *lines]
    groups = results.by_group[results.by_group["units"] == UNITS[0]]
    papers = groups["without_police_papers"]
    told = groups[~papers | (groups["group"] == EVERYBODY)]
    return lines + [group_line(evaluation, row, words) for row in told.to_dict("records")]


def norm_lines(evaluation: Evaluation, results: CapacityResults, words: Words) -> list[str]:
    """Write what each norm asks for, what is there and missing, as ranges, and whom it binds."""
    names = {n.id: everywhere(n.name) for n in evaluation.study.settings.capacity.norms}
    if not names:
        return []
    table, known = results.by_norm, known_by_norm(evaluation.study)
    whole = table[(table["area_kind"] == COUNTRY) & (table["units"] == UNITS[0])]
    notes = [note.of(words) for note in norm_notes(evaluation)]
    lines = [
        words.text(
            "norms.line",
            norm=names[row["norm"]].of(words),
            evidence=words.text(f"evidence.{row['evidence']}"),
            needed=Quantity.count(row["needed"]),
            there=Quantity.span(row["there_low"], row["there_high"], evidence=known[row["norm"]]),
            missing=Quantity.span(
                row["missing_low"], row["missing_high"], evidence=known[row["norm"]]
            ),
        )
        for row in whole.to_dict("records")
    ]
    return [*lines, *notes]


def checks(evaluation: Evaluation, results: CapacityResults) -> list[Text]:
    """Say what was measured, and what other lengths of a stay would give."""
    capacity = evaluation.study.settings.capacity
    ranges = results.no_place_ranges
    if ranges.empty:
        return []
    told = []
    if capacity.measured is not None:
        row, given = ranges.iloc[0], capacity.measured
        told.append(
            say(
                "capacity.measured",
                share=Quantity.share(float(row["measured"])),
                n=Quantity.count(given.people),
                low=Quantity.share(float(row["measured_low"])),
                high=Quantity.share(float(row["measured_high"])),
                source=everywhere(given.source),
            )
        )
    regional = results.no_place_by_region
    if not regional.empty and capacity.demand is not None:
        told.append(_by_region(capacity.demand.regions, regional))
    others = results.no_place[results.no_place["units"] == UNITS[0]]
    others = others[others["stays_low"].isna()]
    for reading in sorted(capacity.stays.readings, key=lambda reading: reading.days):
        shares = others.loc[others["stay_days"] == reading.days, "no_place_central"]
        told.append(
            say(
                "capacity.stay_reading",
                days=Quantity.count(reading.days),
                source=everywhere(reading.source),
                low=Quantity.share(float(shares.min())),
                high=Quantity.share(float(shares.max()), evidence=Evidence.ASSUMED),
            )
        )
    return told


def _by_region(shares: Sequence[RegionShare], rows: pd.DataFrame) -> Text:
    """Say what comes out if stays arise where they were counted, not evenly."""
    spans = {
        stem: Quantity.span(
            float(rows[f"{stem}_central"].min()),
            float(rows[f"{stem}_central"].max()),
            Unit.SHARE,
            evidence=Evidence.ASSUMED,
        )
        for stem in ("no_place", "refused_at_nearest")
    }
    sources = [everywhere(each.source) for each in shares]
    return in_each(
        lambda words: words.text(
            "capacity.by_region",
            source="; ".join(dict.fromkeys(source.of(words) for source in sources)),
            anywhere=spans["no_place"],
            nearest=spans["refused_at_nearest"],
        )
    )


def _basis(row: Mapping[Any, Any], names: Mapping[str, str], known: Evidence, words: Words) -> str:
    return words.text(
        "capacity.cli_basis",
        basis=names[row["demand_basis"]],
        stays=Quantity.count(row["stays_central"], evidence=known),
        low=Quantity.count(row["stays_low"]),
        high=Quantity.count(row["stays_high"]),
        share=Quantity.share(row["no_place_central"], evidence=known),
        share_low=Quantity.share(row["no_place_low"]),
        share_high=Quantity.share(row["no_place_high"]),
        nearest=Quantity.share(row["refused_at_nearest_central"], evidence=known),
        places=Quantity.count(row["places_needed_central"], evidence=known),
    )


def group_line(evaluation: Evaluation, row: Mapping[Any, Any], words: Words) -> str:
    """Write one row of `group_access.access_by_group` of a study."""
    groups: Sequence[str] = () if row["group"] == EVERYBODY else str(row["group"]).split("+")
    line = words.text(
        "capacity.cli_group",
        group=group_words(groups, bool(row["without_police_papers"])),
        places=Quantity.span(
            row["places_low"], row["places_high"], evidence=known_of_group(evaluation.study, row)
        ),
        people=words.between(row["people_reached_low"], row["people_reached_high"], words.people),
    )
    why = answer(row["reason"])
    return line if why is None else f"{line}: {why.of(words)}"


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
        for effect, name in zip(effects, ("gain", "lose"), strict=True):
            if in_it.iloc[1:].any():
                people = facts[f"people_{name}"].where(in_it)
                cells = ["–" if pd.isna(count) else words.people(count) for count in people]
                table.append([words.text(f"compare.line_{effect}"), *cells])
    # Who had no shelter before has none that is nearer: they are counted by themselves.
    for apart in ("reached", "cut_off"):
        if facts[f"people_{apart}"].any():
            cells = [words.people(count) for count in facts[f"people_{apart}"]]
            table.append([words.text(f"compare.figure_{apart}"), *cells])
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
    # Kilometres of a plan that changes roads are not told: a faster road may be a longer one.
    by_time = facts["measure"] == Impedance.TIME
    for name, label in (("mean", "study.mean"), ("max", "scenario.farthest")):
        if not by_time.all():
            km = facts[f"distance_km_{name}"].mask(by_time)
            yield texts.of_both(say(label), facts).of(words), km, words.distance
    for name in ("mean", "max") if by_time.any() else ():
        trip = say(f"compare.figure_travel_min_{name}")
        yield texts.of_both(trip, facts).of(words), facts[f"travel_min_{name}"], words.duration
    for limit in settings.access.distance_classes_km:
        rows = compared.reach[compared.reach["limit_km"] == limit].set_index("scenario")
        label = words.text("compare.line_within", km=Quantity.km(limit))
        if not by_time.all():
            yield label, rows["people_within"].mask(by_time), words.people
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
    """Write a value with the difference of the two that are shown; that of shares in points."""
    if pd.isna(after):
        return words.text("table.nothing")
    if pd.isna(before):  # nobody reached any before
        return write(after)
    share = write == words.percent
    if write == words.people:
        change = known_people(after) - known_people(before)
    elif write == words.duration:
        change = known_minutes(after) - known_minutes(before)
    else:
        change = round(100 * after) - round(100 * before) if share else round(after) - round(before)
    if change == 0:
        return write(after)
    size = abs(change)
    text = words.text("compare.points", n=Quantity.count(size)) if share else write(size)
    return f"{write(after)} ({'−' if change < 0 else '+'}{text})"
