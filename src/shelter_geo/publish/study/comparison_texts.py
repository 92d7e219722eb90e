"""What a comparison of plans says in sentences and figures, in every language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from shelter_geo.analysis import EvaluatedPlans, Evaluation, Quantity
from shelter_geo.plans import Plan
from shelter_geo.publish.catalogue import known_people
from shelter_geo.publish.maps.comparison_map import EFFECTS as EFFECTS
from shelter_geo.publish.maps.district_map import rows_of
from shelter_geo.publish.study.study_map import with_cities
from shelter_geo.publish.words import Text, Words, Written, everywhere, in_each, own_name, say
from shelter_geo.study import FALLBACK
from shelter_geo.vocabulary import Impedance

_MEASURES: Final[dict[Impedance, tuple[str, Callable[[Words, float], str]]]] = {
    Impedance.DISTANCE: ("distance_km", Words.distance),
    Impedance.TIME: ("travel_min", Words.duration),
}
MOST_NAMED: Final = 3
"""Places of new shelters named in a sentence; more are not."""


def facts_of(evaluated: EvaluatedPlans, key: str) -> Mapping[Any, Any]:
    """Give the row of the summary for a plan."""
    facts: Mapping[Any, Any] = evaluated.comparison.summary.set_index("scenario").loc[key].to_dict()
    return facts


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
    facts = facts_of(evaluated, key)
    parts = [*_within(evaluated, key), *sentences(facts).values()]
    if not parts:
        parts = [say("compare.nobody")]
    return [*parts, *_mean(facts), say("compare.cost", cost=cost(plan_of(evaluated, key)))]


def _mean(facts: Mapping[Any, Any]) -> list[Text]:
    """Say what becomes of the mean of those who reach a shelter today and under the plan."""
    # Where nobody reaches any at both times, there is no mean to speak of.
    if not facts["people_compared"]:
        return []
    name, write = _MEASURES[facts["measure"]]
    of_both = "_of_both" if facts["people_reached"] + facts["people_cut_off"] > 0 else ""

    def mean(words: Words) -> str:
        start, end = (write(words, facts[f"{name}_mean{when}"]) for when in ("_before", ""))
        same = "_same" if start == end else ""
        return words.text(f"compare.{name}_mean{of_both}{same}", before=start, after=end)

    return [in_each(mean)]


def paragraph(sentences: Sequence[Text]) -> Text:
    """Join sentences."""
    return in_each(lambda words: " ".join(sentence.of(words) for sentence in sentences))


def _within(evaluated: EvaluatedPlans, key: str) -> list[Text]:
    """Say how many come within that distance which most come within, and how many leave it.

    Kilometres of a plan that changes roads are not told: a faster road may be a longer one.
    """
    if facts_of(evaluated, key)["measure"] == Impedance.TIME:
        return []
    rows = _reach(evaluated, key).to_dict("records")
    told = []
    most = max(rows, key=lambda row: row["people_come_within"])
    if most["people_come_within"] > 0:
        where, count = _new_places(evaluated, key), len(plan_of(evaluated, key).open)
        which = "with_plan" if where is None else "with_shelters"
        named: dict[str, Written] = (
            {} if where is None else {"places": where, "n": Quantity.count(count)}
        )
        told.append(_people(which, most["people_come_within"], most["limit_km"], **named))
    most = max(rows, key=lambda row: row["people_no_longer_within"])
    if most["people_no_longer_within"] > 0:
        told.append(_people("no_longer", most["people_no_longer_within"], most["limit_km"]))
    return told


def _reach(evaluated: EvaluatedPlans, key: str) -> pd.DataFrame:
    """Count who comes within each limit and leaves it, to the people that are shown.

    Where nobody goes the other way, it is the difference of the two counts that are shown.
    """
    table = evaluated.comparison.reach
    shown = table["people_within"].map(known_people).groupby(table["scenario"]).apply(list)
    rows = table[table["scenario"] == key].copy()
    more = pd.Series(shown[key], rows.index) - shown[table["scenario"].iloc[0]]
    ways = ("people_come_within", "people_no_longer_within")
    for way, other, size in zip(ways, ways[::-1], (more, -more), strict=True):
        rows[way] = rows[way].where((rows[way] == 0) | (rows[other] > 0), size)
    return rows


def _people(which: str, people: float, limit: float, **named: Written) -> Text:
    km = in_each(lambda words: words.distance(limit))
    return say(f"compare.{which}", people=_whole(people), km=km, **named)


def _counts(facts: Mapping[Any, Any]) -> dict[str, float]:
    """Count the people of each effect, a better one before a worse one."""
    better, worse = EFFECTS[facts["measure"]]
    names = {better: "gain", worse: "lose", "reached": "reached", "cut_off": "cut_off"}
    return {name: float(facts[f"people_{column}"]) for name, column in names.items()}


def sentences(facts: Mapping[Any, Any]) -> dict[str, Text]:
    """Say of each effect how many people it has, by the effect; none of which nobody has."""
    km = in_each(lambda words: words.distance(facts["distance_km_reached"]))
    apart = ("reached", "cut_off")
    keys = {name: f"compare.{name}_people" for name in apart}
    return {
        name: say(keys.get(name, f"compare.people_{name}"), people=_whole(people), km=km)
        for name, people in _counts(facts).items()
        if people > 0
    }


def effects(evaluated: EvaluatedPlans, key: str) -> list[tuple[str, float]]:
    """List what a plan changes and for how many people, the most people first."""
    counts = _counts(facts_of(evaluated, key))
    there = [(name, people) for name, people in counts.items() if people > 0]
    return sorted(there, key=lambda entry: -entry[1])


def title(evaluated: EvaluatedPlans, key: str) -> Text:
    """Write what a comparison finds: what changes for the most people."""
    name = plan_name(plan_of(evaluated, key))
    most = effects(evaluated, key)[:1]
    if not most:
        return say("compare.title_same", plan=name)
    ((effect, people),) = most
    return say(f"compare.title_{effect}", plan=name, people=_whole(people))


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
        return say("compare.cost_known", cost=Quantity.count(plan.cost))
    return say(
        "compare.cost_partly", cost=Quantity.count(plan.cost), n=Quantity.count(plan.uncosted)
    )


def figures(evaluated: EvaluatedPlans, key: str) -> list[tuple[Text, Text]]:
    """Write the figures above the map of a comparison, each with its label."""
    facts = facts_of(evaluated, key)
    today = evaluated.comparison.summary.iloc[0]
    better, worse = EFFECTS[facts["measure"]]
    counts = [
        (say(f"compare.figure_{name}"), _whole(facts[column]))
        for name, column in (
            (better, "people_gain"),
            (worse, "people_lose"),
            ("reached", "people_reached"),
            ("cut_off", "people_cut_off"),
        )
        if facts[column] > 0 or name in (better, worse)
    ]
    measure, write = _MEASURES[facts["measure"]]
    row = pd.DataFrame([facts])
    spread = [
        (
            of_both(say(f"compare.figure_{measure}_{name}"), row),
            change(facts[f"{measure}_{name}_before"], facts[f"{measure}_{name}"], write),
        )
        for name in ("mean", "max")
        if facts["people_compared"]
    ]
    places = change(today["places"], facts["places"], Words.number)
    return [
        *counts,
        *spread,
        (say("compare.figure_places"), places),
        (say("compare.figure_cost"), cost(plan_of(evaluated, key))),
    ]


def of_both(label: Text, summary: pd.DataFrame) -> Text:
    """Name in a label of distances whom it covers, where a plan changes who has a road at all.

    Parameters
    ----------
    label
        Such as "Farthest district".
    summary
        Rows of the summary of those plans that the label is for.
    """
    if not summary[["people_reached", "people_cut_off"]].to_numpy().any():
        return label
    return say("compare.of_both", label=label)


def change(before: float, after: float, write: Callable[[Words, float], str]) -> Text:
    """Write what was and what is then, once where both are shown alike.

    Parameters
    ----------
    before, after
        What is changed, today and under the plan.
    write
        Writes one of them in a language.
    """

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
        entry = towns.setdefault((start, end), [before, after, 0, None])
        entry[2] += row["districts"]
        if not pd.isna(row["people"]):
            entry[3] = (entry[3] or 0) + row["people"]
    return [_move(*entry) for (start, end), entry in towns.items() if start != end]


def _move(before: Text | None, after: Text | None, districts: int, people: int | None) -> Text:
    """Say one change; `people` is None where nobody knows how many live in the districts."""
    which = "note_reached" if before is None else "note_cut_off" if after is None else "note_moved"
    ends = {"before": before, "after": after}
    return say(
        f"compare.{which}",
        districts=say("units.districts", n=Quantity.count(districts)),
        people=say("access.no_figure")
        if people is None
        else say("units.people", n=Quantity.count(known_people(people))),
        **{name: end for name, end in ends.items() if end is not None},
    )


def plan_name(plan: Plan) -> Text:
    """Name a plan."""
    return everywhere(plan.scenario.name)
