"""Plans as files, and a study under a plan."""

from shelter_geo.plans.apply import BY_SCENARIO, apply_plan, plan_of_kind, plans_of
from shelter_geo.plans.plan import (
    OpenShelter,
    Plan,
    PlanIdentity,
    find_plans,
    read_plan,
    read_plans,
)

__all__ = [
    "BY_SCENARIO",
    "OpenShelter",
    "Plan",
    "PlanIdentity",
    "apply_plan",
    "find_plans",
    "plan_of_kind",
    "plans_of",
    "read_plan",
    "read_plans",
]
