"""What a plan assumes, in the place of a study's own settings."""

from __future__ import annotations

from typing import Any

from shelter_geo.errors import StudyError
from shelter_geo.plans.plan import Plan
from shelter_geo.study import Bus, Capacity, Multiple, Range, Share, StudySettings
from shelter_geo.vocabulary import Evidence


def with_assumptions(settings: StudySettings, plan: Plan) -> StudySettings:
    """Return the settings of a study with those of a plan in their place, each marked as assumed.

    Parameters
    ----------
    settings
        The study's own.
    plan
        Its `demand` and its time factor of buses.

    Raises
    ------
    StudyError
        If the plan changes the demand of a study that gives none.
    """
    source = f"scenario {plan.scenario.id}"
    changed: dict[str, Any] = {}
    if plan.time_factor is not None and plan.time_factor.bus is not None:
        factor = plan.time_factor.bus
        bus = Bus(factor=factor, low=factor, high=factor, source=source)
        changed["access"] = settings.access.model_copy(update={"bus": bus})
    capacity = _capacity(settings.capacity, plan, source)
    if capacity is not settings.capacity:
        changed["capacity"] = capacity
    return settings.model_copy(update=changed) if changed else settings


def _capacity(capacity: Capacity, plan: Plan, source: str) -> Capacity:
    asked = plan.demand
    if asked is None:
        return capacity
    about_cases = (asked.under_reporting, asked.share_needing)
    if any(value is not None for value in about_cases) and capacity.demand is None:
        raise StudyError(
            f"{source}: under_reporting and share_needing change the demand, and the study gives "
            "no [capacity.demand]. Give one, or leave them out."
        )
    known: Any = {"source": source, "evidence": Evidence.ASSUMED}
    changed: dict[str, Any] = {}
    stays = {
        name: Range(low=value, central=value, high=value, **known)
        for name, value in (
            ("days", asked.stay_days),
            ("children_per_woman", asked.children_per_woman),
        )
        if value is not None
    }
    if stays:
        changed["stays"] = capacity.stays.model_copy(update=stays)
    demand = capacity.demand
    if demand is not None and (times := asked.under_reporting) is not None:
        hidden = {"under_reporting": Multiple(low=times, central=times, high=times, **known)}
        bases = tuple(base.model_copy(update=hidden) for base in demand.bases)
        cases = None if demand.cases is None else demand.cases.model_copy(update=hidden)
        demand = demand.model_copy(update={"bases": bases, "cases": cases})
    if demand is not None and (share := asked.share_needing) is not None:
        needing = Share(low=share, central=share, high=share, **known)
        demand = demand.model_copy(update={"share_needing": needing})
    if demand is not capacity.demand:
        changed["demand"] = demand
    return capacity.model_copy(update=changed) if changed else capacity
