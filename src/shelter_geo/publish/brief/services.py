"""What a brief says of facilities of other kinds: how many there are, and how soon they serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from shelter_geo.analysis import (
    TODAY,
    WITHOUT_ORDER,
    Evaluation,
    Quantity,
    ServiceTimes,
    Unit,
    timed_kinds,
)
from shelter_geo.plans import Plan
from shelter_geo.publish.words import Text, Words, everywhere, in_each, say
from shelter_geo.study import WOMEN, Kind, Study
from shelter_geo.vocabulary import Evidence

_PEOPLE_OF: Final = {"people": "population", "women": WOMEN}
_MINUTES: Final = 60


def other_services(evaluation: Evaluation) -> list[Text]:
    """Say how many facilities of other kinds there are, what norms ask, and how soon they serve.

    Parameters
    ----------
    evaluation
        Of the study's first kind, which speaks of the others; of another kind nothing is said.
    """
    study = evaluation.study
    if not study.of_first_kind:
        return []
    times = evaluation.services
    timed = {kind.id for kind in timed_kinds(study)}
    sentences = []
    for kind in study.kinds[1:]:
        sentences.append(_counted(study, kind))
        if times is not None and kind.id in timed:
            sentences += _times(times, kind)
    return sentences


def _counted(study: Study, kind: Kind) -> Text:
    """Say how many facilities of a kind there are, beside what each norm asks for."""
    others = study.others
    there = 0 if others is None else int((others["kind"] == kind.id).sum())
    asked = list(_asked(study, kind))

    def write(words: Words) -> str:
        needed = "; ".join(
            words.text("brief.service_norm", n=number, norm=name) for number, name in asked
        )
        return words.text(
            "brief.service_count",
            kinds=_plural(kind),
            n=Quantity.count(there),
            needed=needed,
        )

    return in_each(write)


def _asked(study: Study, kind: Kind) -> Iterator[tuple[Quantity, Text]]:
    """Give what each norm of a kind that is counted whole asks for, with its words."""
    if kind.norm is not None and kind.counted_whole:
        people = float(study.districts["population"].sum())
        yield Quantity.count(people / kind.norm.people), everywhere(kind.norm.source)
    for norm in (study.declared or study.settings).capacity.norms:
        column = _PEOPLE_OF.get(norm.asks_for)
        if norm.kind == kind.id and kind.counted_whole and column in study.districts:
            people = float(study.districts[column].sum())
            yield Quantity.count(people / norm.each), everywhere(norm.name)


def _times(times: ServiceTimes, kind: Kind) -> list[Text]:
    """Say how soon a service begins today, and under each plan that changes it."""
    versions: list[tuple[str, Plan | None]] = [(TODAY, None), *times.plans.items()]
    rows = [(key, plan, times.of(kind.id, key)) for key, plan in versions]
    return [
        _share(times, kind, key, plan, table)
        if table["share_high"].notna().any()
        else say("brief.service_unknown", kinds=_plural(kind))
        for key, plan, table in rows
        if len(table)
    ]


def _plural(kind: Kind) -> Text:
    return in_each(lambda words: words.capital(everywhere(kind.plural or kind.id).of(words)))


def _share(
    times: ServiceTimes, kind: Kind, key: str, plan: Plan | None, table: pd.DataFrame
) -> Text:
    name = say("brief.service_today") if plan is None else everywhere(plan.scenario.name)
    without = times.of(kind.id, key, WITHOUT_ORDER)
    last = max(window.hours for window in kind.windows)
    wait = float(table["longest_wait_h"].iloc[0]) * _MINUTES
    assumed = plan is not None and plan.scenario.evidence == Evidence.ASSUMED

    def write(words: Words) -> str:
        shares = ", ".join(
            words.text(
                "brief.service_within",
                share=_of_moments(table, window.hours),
                time=Quantity.minutes(window.hours * _MINUTES),
            )
            for window in kind.windows
        )
        sentence = words.text(
            "brief.service_share",
            plan=name,
            how=words.text("evidence.assumed" if assumed else "evidence.derived"),
            shares=shares,
            wait=Quantity.minutes(wait),
        )
        return f"{sentence} " + words.text(
            "brief.service_without", share=_of_moments(without, last)
        )

    return in_each(write)


def _of_moments(table: pd.DataFrame, window: float) -> Quantity:
    low, high = (float(table[f"share_{end}"][window]) for end in ("low", "high"))
    return Quantity.span(low, high, Unit.SHARE)
