"""Plans as files, and a study under a plan."""

from shelter_geo.plans.apply import BY_SCENARIO, NEW, apply_plan, plan_of_kind
from shelter_geo.plans.folder import concerning, plan_faults, plans_of, read_plans
from shelter_geo.plans.plan import (
    OpenShelter,
    Plan,
    PlanIdentity,
    find_plans,
    read_plan,
)

__all__ = [
    "BY_SCENARIO",
    "NEW",
    "OpenShelter",
    "Plan",
    "PlanIdentity",
    "apply_plan",
    "concerning",
    "find_plans",
    "plan_faults",
    "plan_of_kind",
    "plans_of",
    "read_plan",
    "read_plans",
]
