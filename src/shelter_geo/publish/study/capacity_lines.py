"""What the command line says of places: a line for each basis of the demand, and each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shelter_geo.access import UNITS
from shelter_geo.analysis import COUNTRY, EVERYBODY, CapacityResults, Evaluation
from shelter_geo.publish.study.capacity_figures import basis_names
from shelter_geo.publish.study.capacity_page import answer, group_words
from shelter_geo.publish.study.norm_words import norm_notes
from shelter_geo.publish.words import Text, Words, everywhere, say
from shelter_geo.publish.written import number, percent


def capacity_lines(evaluation: Evaluation, results: CapacityResults, words: Words) -> list[str]:
    """Write stays, turn-away and places needed on each basis, then places for each group."""
    total = results.no_place_ranges.reset_index()
    names = basis_names(evaluation, words)
    lines = [_basis(row, names, words) for row in total.to_dict("records") if row["demand_basis"]]
    if evaluation.study.shelters.empty:
        lines = [f"{words.text('figures.none_title')}."]
    lines += [text.of(words) for text in checks(evaluation, results)]
    lines = lines or [words.text("capacity.cli_no_demand")]
    lines = [*norm_lines(evaluation, results, words), *lines]
    groups = results.by_group[results.by_group["units"] == UNITS[0]]
    papers = groups["without_police_papers"]
    told = groups[~papers | (groups["group"] == EVERYBODY)]
    return lines + [group_line(row, words) for row in told.to_dict("records")]


def norm_lines(evaluation: Evaluation, results: CapacityResults, words: Words) -> list[str]:
    """Write what each norm asks for, what is there and missing, as ranges, and whom it binds."""
    names = {n.id: everywhere(n.name) for n in evaluation.study.settings.capacity.norms}
    if not names:
        return []
    table = results.by_norm
    whole = table[(table["area_kind"] == COUNTRY) & (table["units"] == UNITS[0])]
    notes = [note.of(words) for note in norm_notes(evaluation)]
    lines = [
        words.text(
            "norms.line",
            norm=names[row["norm"]].of(words),
            evidence=words.text(f"evidence.{row['evidence']}"),
            needed=words.number(row["needed"]),
            there=words.between(row["there_low"], row["there_high"]),
            missing=words.between(row["missing_low"], row["missing_high"]),
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
                share=percent(float(row["measured"])),
                n=number(given.people),
                low=percent(float(row["measured_low"])),
                high=percent(float(row["measured_high"])),
                source=everywhere(given.source),
            )
        )
    others = results.no_place[results.no_place["units"] == UNITS[0]]
    others = others[others["stays_low"].isna()]
    for days, rows in others.groupby("stay_days"):
        shares = rows["no_place_central"]
        told.append(
            say(
                "capacity.stay_reading",
                days=number(float(str(days))),
                low=percent(float(shares.min())),
                high=percent(float(shares.max())),
            )
        )
    return told


def _basis(row: Mapping[Any, Any], names: Mapping[str, str], words: Words) -> str:
    return words.text(
        "capacity.cli_basis",
        basis=names[row["demand_basis"]],
        stays=words.number(row["stays_central"]),
        low=words.number(row["stays_low"]),
        high=words.number(row["stays_high"]),
        share=words.percent(row["no_place_central"]),
        share_low=words.percent(row["no_place_low"]),
        share_high=words.percent(row["no_place_high"]),
        nearest=words.percent(row["refused_at_nearest_central"]),
        places=words.number(row["places_needed_central"]),
    )


def group_line(row: Mapping[Any, Any], words: Words) -> str:
    """Write one row of `group_access.access_by_group`."""
    groups: Sequence[str] = () if row["group"] == EVERYBODY else str(row["group"]).split("+")
    line = words.text(
        "capacity.cli_group",
        group=group_words(groups, bool(row["without_police_papers"])),
        places=words.between(row["places_low"], row["places_high"]),
        people=words.between(row["people_reached_low"], row["people_reached_high"], words.people),
    )
    why = answer(row["reason"])
    return line if why is None else f"{line}: {why.of(words)}"
