"""What a study says, and what a plan changes: results as frames, ready to be published."""

from shelter_geo.analysis.beyond_distance import far_range, journey_metrics
from shelter_geo.analysis.candidates import SiteOptions, candidate_faults, same_points, site_options
from shelter_geo.analysis.capacity_results import TOTAL, CapacityResults, capacity_results
from shelter_geo.analysis.cases import read_cases
from shelter_geo.analysis.claims import districts_as_far, main_city
from shelter_geo.analysis.comparison import KEY, Comparison, compare
from shelter_geo.analysis.evaluation import Evaluation, bus_lines, evaluate
from shelter_geo.analysis.group_access import EVERYBODY, access_for, named, reason_of, rows_of
from shelter_geo.analysis.journeys import PLACE_KINDS, JourneyResults, journey_results
from shelter_geo.analysis.limits import StayQuestion, stay_question
from shelter_geo.analysis.norms import COUNTRY, FAMILY_PLACES, towns_not_known
from shelter_geo.analysis.plan_evaluations import EvaluatedPlans, evaluate_plans, today_first
from shelter_geo.analysis.quantity import AsOf, Population, Quantity, Unit, weakest
from shelter_geo.analysis.readiness import ReadyStudy, load_ready
from shelter_geo.analysis.second_roads import near_ties, other_km
from shelter_geo.analysis.services import (
    ANYBODY,
    TODAY,
    WITHOUT_ORDER,
    ServiceTimes,
    service_times,
    timed_kinds,
)
from shelter_geo.analysis.stays import (
    CASES,
    PLACES,
    STAYS_A_YEAR,
    StayInputs,
    spread_over,
    years_beside_places,
)

__all__ = [
    "ANYBODY",
    "CASES",
    "COUNTRY",
    "EVERYBODY",
    "FAMILY_PLACES",
    "KEY",
    "PLACES",
    "PLACE_KINDS",
    "STAYS_A_YEAR",
    "TODAY",
    "TOTAL",
    "WITHOUT_ORDER",
    "AsOf",
    "CapacityResults",
    "Comparison",
    "EvaluatedPlans",
    "Evaluation",
    "JourneyResults",
    "Population",
    "Quantity",
    "ReadyStudy",
    "ServiceTimes",
    "SiteOptions",
    "StayInputs",
    "StayQuestion",
    "Unit",
    "access_for",
    "bus_lines",
    "candidate_faults",
    "capacity_results",
    "compare",
    "districts_as_far",
    "evaluate",
    "evaluate_plans",
    "far_range",
    "journey_metrics",
    "journey_results",
    "load_ready",
    "main_city",
    "named",
    "near_ties",
    "other_km",
    "read_cases",
    "reason_of",
    "rows_of",
    "same_points",
    "service_times",
    "site_options",
    "spread_over",
    "stay_question",
    "timed_kinds",
    "today_first",
    "towns_not_known",
    "weakest",
    "years_beside_places",
]
