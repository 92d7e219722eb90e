"""The words of a siting answer: its objective, why there is no plan, and its notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.publish.siting.names import region_names
from shelter_geo.publish.words import Text, Words, in_each
from shelter_geo.siting import BudgetResult, Infeasibility, Remark, SitingResult


def objective_name(result: SitingResult | BudgetResult) -> Text:
    """Say what the objective of an answer is, and its unit."""
    return in_each(
        lambda words: words.text(
            f"model.{result.model}_objective", unit=words.text(f"site.unit_{result.unit}")
        )
    )


def infeasibility(statement: Infeasibility, question: SiteQuestion) -> Text:
    """Say why there is no plan, as a part of a sentence."""
    return in_each(
        lambda words: words.text(
            f"infeasible.{statement.key}", **_values(statement.values, question, words)
        )
    )


def remark(statement: Remark, question: SiteQuestion) -> Text:
    """Say what else is to be known of an answer, as a part of a sentence."""
    return in_each(
        lambda words: words.text(
            f"note.{statement.key}", **_values(statement.values, question, words)
        )
    )


def _values(values: Mapping[str, Any], question: SiteQuestion, words: Words) -> dict[str, str]:
    return {name: _value(name, value, question, words) for name, value in values.items()}


def _value(name: str, value: Any, question: SiteQuestion, words: Words) -> str:
    if name == "unit":
        return words.text(f"site.unit_{value}")
    if name == "regions":
        named = region_names(question.districts)
        return ", ".join(named[key].of(words) if key in named else str(key) for key in value)
    return plain(value, words)


def plain(value: float, words: Words) -> str:
    """Write a count or a limit as it was given, with the decimal mark of the language."""
    if isinstance(value, int):
        return str(value)
    return f"{value:g}".replace(".", words.marks[1])
