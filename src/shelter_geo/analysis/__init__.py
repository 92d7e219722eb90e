"""What a study says, and what a plan changes: results as frames, ready to be published."""

from shelter_geo.analysis.bundle import EvaluatedPlans, evaluate_plans, today_first
from shelter_geo.analysis.capacity_results import CapacityResults, capacity_results
from shelter_geo.analysis.cases import read_cases
from shelter_geo.analysis.comparison import Comparison, compare
from shelter_geo.analysis.evaluation import Evaluation, evaluate
from shelter_geo.analysis.near_ties import near_ties, other_km
from shelter_geo.analysis.siting_question import SiteOptions, site_options

__all__ = [
    "CapacityResults",
    "Comparison",
    "EvaluatedPlans",
    "Evaluation",
    "SiteOptions",
    "capacity_results",
    "compare",
    "evaluate",
    "evaluate_plans",
    "near_ties",
    "other_km",
    "read_cases",
    "site_options",
    "today_first",
]
