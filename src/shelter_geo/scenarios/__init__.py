"""Named plans, their evaluation and their comparison with today."""

from shelter_geo.scenarios.applying import apply_plan
from shelter_geo.scenarios.bundle import EvaluatedPlans, evaluate_plans, today_first
from shelter_geo.scenarios.cases import read_cases
from shelter_geo.scenarios.comparison import Comparison, compare
from shelter_geo.scenarios.evaluation import Evaluation, evaluate
from shelter_geo.scenarios.kept_costs import KeptCosts, kept_costs
from shelter_geo.scenarios.needs import CapacityResults, capacity_results
from shelter_geo.scenarios.options import SiteOptions, site_options
from shelter_geo.scenarios.plan import Plan, find_plans, read_plan, read_plans

__all__ = [
    "CapacityResults",
    "Comparison",
    "EvaluatedPlans",
    "Evaluation",
    "KeptCosts",
    "Plan",
    "SiteOptions",
    "apply_plan",
    "capacity_results",
    "compare",
    "evaluate",
    "evaluate_plans",
    "find_plans",
    "kept_costs",
    "read_cases",
    "read_plan",
    "read_plans",
    "site_options",
    "today_first",
]
