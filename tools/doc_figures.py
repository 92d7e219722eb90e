"""Single figures that sentences of the documentation quote: results, settings and constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from inspect import signature
from typing import Final

from shelter_geo.analysis import (
    EvaluatedPlans,
    Evaluation,
    capacity_results,
    evaluate_plans,
    today_first,
)
from shelter_geo.capacity.catchment import FAST_DECAY, SLOW_DECAY
from shelter_geo.capacity.overflow import MAX_STATES
from shelter_geo.cli.site import site
from shelter_geo.plans import read_plans
from shelter_geo.publish.words import Words
from shelter_geo.roads import SnapSettings
from shelter_geo.roads.check import check_network
from shelter_geo.study.privacy import MAX_KM_FROM_SETTLEMENT

WORDS: Final = Words("en")
Figure = Callable[[Evaluation], str]


def _listed(values: Iterable[float]) -> str:
    *others, last = (f"{value:g}" for value in values)
    return f"{', '.join(others)} and {last}"


FIGURES: Final[dict[str, Figure]] = {
    "districts": lambda e: str(len(e.districts)),
    "cities": lambda e: str(e.study.shelters["settlement_id"].nunique()),
    "people": lambda e: f"{e.study.districts['registered'].sum():,}",
    "places": lambda e: str(e.study.shelters["places"].sum()),
    "bus": lambda e: f"{e.study.settings.access.bus.factor:g}",
    "bus_low": lambda e: f"{e.study.settings.access.bus.low:g}",
    "bus_high": lambda e: f"{e.study.settings.access.bus.high:g}",
    "limits_km": lambda e: _listed(e.study.settings.access.distance_classes_km),
    "limits_h": lambda e: _listed(e.study.settings.access.time_classes_h),
    "connector_kmh": lambda e: f"{e.study.settings.roads.connector_kmh:g}",
    "connector_km": lambda e: f"{e.study.settings.roads.max_connector_km:g}",
    "norm": lambda e: f"{e.study.settings.capacity.people_per_family_place:,}",
    "target": lambda e: f"{e.study.settings.capacity.turn_away.target:.0%}",
    "reach_min": lambda e: f"{e.study.settings.capacity.catchment.minutes:g}",
    "slow_decay": lambda _: ", ".join(f"{weight:g}" for weight in SLOW_DECAY),
    "fast_decay": lambda _: ", ".join(f"{weight:g}" for weight in FAST_DECAY),
    "chain_states": lambda _: f"{MAX_STATES:,}",
    "private_km": lambda _: f"{MAX_KM_FROM_SETTLEMENT:g}",
    "fragment_km": lambda _: f"{SnapSettings().fragment_km:g}",
    "fragment_share": lambda _: f"{SnapSettings().min_component_share:.0%}",
    "nearby_km": lambda _: f"{SnapSettings().nearby_km:g}",
    "far_from_road_km": lambda _: f"{signature(check_network).parameters['far_km'].default:g}",
    "most_places": lambda _: f"{signature(site).parameters['most_places'].default}",
}
"""Every figure by the name that its mark gives."""


@cache
def bundled_plans(evaluation: Evaluation) -> EvaluatedPlans:
    """Evaluate every bundled plan, once."""
    study = evaluation.study
    if study.scenarios is None:
        raise AssertionError("the bundled study has scenarios")
    plans = today_first(read_plans(study.scenarios))
    return evaluate_plans(study, plans, today=evaluation)


def scenarios(evaluation: Evaluation) -> str:
    """Say of every bundled plan what it is, how it is known and what it comes to."""
    found = bundled_plans(evaluation)
    facts = found.comparison.summary.set_index("scenario")
    lines = ["| scenario | what it is | evidence | mean km | farthest km | places |"]
    lines.append("|---|---|---|---:|---:|---:|")
    for plan in found.plans:
        told, row = plan.scenario, facts.loc[plan.scenario.id]
        words = [text["en"] for text in (told.name, told.note) if isinstance(text, dict)]
        cells = [
            f"`{told.id}`",
            ". ".join(words).rstrip(".") + ".",
            told.evidence,
            f"{row['distance_km_mean']:.0f}",
            f"{row['distance_km_max']:.0f}",
            WORDS.number(row["places"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def inputs(evaluation: Evaluation) -> str:
    """List every input of the stays with its range, and how it is known."""
    lines = ["| input | low | central | high | unit | evidence |", "|---|---:|---:|---:|---|---|"]
    for row in capacity_results(evaluation).inputs.to_dict("records"):
        cells = [f"{row[name]:g}" for name in ("low", "value", "high")]
        names = [f"`{row['input']}`", *cells, row["unit"], row["evidence"]]
        lines.append(f"| {' | '.join(names)} |")
    return "\n".join(lines) + "\n"
