"""What a comparison of plans says in sentences and figures, in every language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import EvaluatedPlans, Evaluation
from shelter_geo.plans import Plan
from shelter_geo.publish.maps.district_map import rows_of
from shelter_geo.publish.study.study_map import with_cities
from shelter_geo.publish.words import Text, Words, everywhere, in_each, known_people, own_name, say
from shelter_geo.study import FALLBACK

MOST_NAMED: Final = 3
"""Places of new shelters named in a sentence; more are not."""


def facts_of(evaluated: EvaluatedPlans, key: str) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Give the rows of the summary for what plans are held against, and for one plan."""
    rows = evaluated.comparison.summary.set_index("scenario").to_dict("index")
    return next(iter(rows.values())), rows[key]


def plan_of(evaluated: EvaluatedPlans, key: str) -> Plan:
    """Find a plan by its key."""
    return next(plan for plan in evaluated.plans if plan.scenario.id == key)


def summary(evaluated: EvaluatedPlans, key: str) -> list[Text]:
    """Say in plain sentences what a plan changes.

    Parameters
    ----------
    evaluated
        Plans with their comparison.
    key
        One of the plans, not the first.

    Returns
    -------
    list of Text
        Who comes within a distance, who no longer is, who gains and loses, the mean, the cost.
    """
    before, after = facts_of(evaluated, key)
    parts = [*_within(evaluated, key), *_moved(after)]
    if not parts:
        parts = [say("compare.nobody")]
    ends = [before["distance_km_mean"], after["distance_km_mean"]]

    def mean(words: Words) -> str:
        start, end = map(words.distance, ends)
        key = "compare.mean_same" if start == end else "compare.mean"
        return words.text(key, before=start, after=end)

    # Where nobody reaches any at one of the ends, there is no mean to speak of.
    means = [] if pd.isna(ends).any() else [in_each(mean)]
    return [*parts, *means, say("compare.cost", cost=cost(plan_of(evaluated, key)))]


def paragraph(sentences: Sequence[Text]) -> Text:
    """Join sentences."""
    return in_each(lambda words: " ".join(sentence.of(words) for sentence in sentences))


def _within(evaluated: EvaluatedPlans, key: str) -> list[Text]:
    """Say how many come within that distance which most come within, and how many leave it."""
    table = evaluated.comparison.reach
    rows = table[table["scenario"] == key].to_dict("records")
    told = []
    most = max(rows, key=lambda row: row["people_come_within"])
    if most["people_come_within"] > 0:
        where, count = _new_places(evaluated, key), len(plan_of(evaluated, key).open)
        which = "with_plan" if where is None else "with_shelters"
        named = {} if where is None else {"places": where, "n": count}
        told.append(_people(which, most["people_come_within"], most["limit_km"], **named))
    most = max(rows, key=lambda row: row["people_no_longer_within"])
    if most["people_no_longer_within"] > 0:
        told.append(_people("no_longer", most["people_no_longer_within"], most["limit_km"]))
    return told


def _people(which: str, people: float, limit: float, **named: Any) -> Text:
    km = in_each(lambda words: words.distance(limit))
    return say(f"compare.{which}", people=_whole(people), km=km, **named)


def _moved(after: Mapping[Any, Any]) -> list[Text]:
    counts = {
        "gain": after["people_gain"],
        "lose": after["people_lose"],
        "reached_people": after["people_reached"],
        "cut_off_people": after["people_cut_off"],
    }
    return [say(f"compare.{which}", people=_whole(n)) for which, n in counts.items() if n > 0]


def _whole(people: float) -> Text:
    return in_each(lambda words: words.people(people))


def _new_places(evaluated: EvaluatedPlans, key: str) -> Text | None:
    """Name the towns where the plan opens shelters, if these are few and nothing else changes."""
    plan = plan_of(evaluated, key)
    if not 0 < len(plan.open) <= MOST_NAMED or plan.close or plan.move or plan.road:
        return None
    shelters = pd.DataFrame(with_cities(evaluated.evaluations[key]).drop(columns="geometry"))
    rows = shelters.set_index("settlement_id").loc[[entry.settlement_id for entry in plan.open]]
    named = [
        own_name({str(k): v for k, v in row.items()}, "city") for row in rows.to_dict("records")
    ]
    return in_each(lambda words: _listed([name.of(words) for name in named], words))


def _listed(names: Sequence[str], words: Words) -> str:
    *others, last = names
    return f"{', '.join(others)} {words.text('compare.and')} {last}" if others else last


def cost(plan: Plan) -> Text:
    """Write what a plan costs, as far as it says."""
    if not plan.open and not plan.resize:
        return say("compare.nothing_to_pay")
    if plan.cost is None:
        return say("compare.no_cost")
    if not plan.uncosted:
        return say("compare.cost_known", cost=plan.cost)
    return say("compare.cost_partly", cost=plan.cost, n=plan.uncosted)


def figures(evaluated: EvaluatedPlans, key: str) -> list[tuple[Text, Text]]:
    """Write the figures above the map of a comparison, each with its label."""
    before, after = facts_of(evaluated, key)
    told = [
        (say(f"compare.figure_{name}"), _whole(after[column]))
        for name, column in (
            ("gain", "people_gain"),
            ("lose", "people_lose"),
            ("reached", "people_reached"),
            ("cut_off", "people_cut_off"),
        )
        if after[column] > 0 or name in ("gain", "lose")
    ]
    kilometres: Callable[[Words, float], str] = Words.distance
    rows = (
        ("mean", "distance_km_mean", kilometres),
        ("farthest", "distance_km_max", kilometres),
        ("places", "places", Words.number),
    )
    for name, column, write in rows:
        told.append((say(f"compare.figure_{name}"), _change(before[column], after[column], write)))
    return [*told, (say("compare.figure_cost"), cost(plan_of(evaluated, key)))]


def _change(before: float, after: float, write: Callable[[Words, float], str]) -> Text:
    def both(words: Words) -> str:
        ends = write(words, before), write(words, after)
        if ends[0] == ends[1]:
            return ends[0]
        return words.text("compare.before_after", before=ends[0], after=ends[1])

    return in_each(both)


def place_names(evaluation: Evaluation) -> dict[str, Text]:
    """Name the settlement of each shelter in every language."""
    shelters = pd.DataFrame(with_cities(evaluation).drop(columns="geometry"))
    return {row["shelter_id"]: own_name(row, "city") for row in rows_of(shelters)}


def moves(evaluated: EvaluatedPlans, key: str) -> list[Text]:
    """Say from which town's shelters to which other's the nearest shelter changes."""
    base = next(iter(evaluated.evaluations.values()))
    names = {
        **place_names(base),
        **{f"after {k}": v for k, v in place_names(evaluated.evaluations[key]).items()},
    }
    table = evaluated.comparison.reallocation
    rows = table[table["scenario"] == key]
    english = Words(FALLBACK)
    towns: dict[tuple[str, str], list[Any]] = {}
    for row in rows.sort_values("people", ascending=False, kind="stable").to_dict("records"):
        before, after = names.get(row["shelter_before"]), names.get(f"after {row['shelter_after']}")
        start, end = ("" if name is None else name.of(english) for name in (before, after))
        entry = towns.setdefault((start, end), [before, after, 0, 0])
        entry[2] += row["districts"]
        entry[3] += row["people"]
    return [_move(*entry) for (start, end), entry in towns.items() if start != end]


def _move(before: Text | None, after: Text | None, districts: int, people: int) -> Text:
    which = "note_reached" if before is None else "note_cut_off" if after is None else "note_moved"
    ends = {"before": before, "after": after}
    return say(
        f"compare.{which}",
        districts=say("units.districts", n=districts),
        people=say("units.people", n=known_people(people)),
        **{name: end for name, end in ends.items() if end is not None},
    )


def plan_name(plan: Plan) -> Text:
    """Name a plan."""
    return everywhere(plan.scenario.name)
