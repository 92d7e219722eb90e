"""Keys that frames and tables hold instead of sentences: reasons, effects, verdicts, evidence.

Every key has its words in the catalogues of `publish`, as `reason.no_road` or `effect.nearer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Impedance(StrEnum):
    """What the way to the nearest facility makes smallest."""

    DISTANCE = "distance"
    TIME = "time"


class Reason(StrEnum):
    """Why something is missing, 0 or not sure; an empty text stands for no reason."""

    NO_FACILITY = "no_facility"
    NO_ROAD = "no_road"
    NO_DOMESTIC_ROAD = "no_domestic_road"
    NO_COORDINATES = "no_coordinates"
    NO_ROAD_NEARBY = "no_road_nearby"
    NO_MAIN_ROAD_NEARBY = "no_main_road_nearby"
    ROAD_CLOSED = "road_closed"
    NOT_ADMITTED = "not_admitted"
    ADMISSION_NOT_KNOWN = "admission_not_known"
    REFUSALS_REPORTED = "refusals_reported"
    HOURS_NOT_KNOWN = "hours_not_known"
    NO_ROAD_TO_ADMITTING = "no_road_to_admitting"
    NO_ROAD_TO_KNOWN = "no_road_to_known"
    NO_SHELTER_WITHIN_REACH = "no_shelter_within_reach"
    NOBODY_WITHIN_REACH = "nobody_within_reach"
    NOBODY_LIVES_HERE = "nobody_lives_here"
    PEOPLE_NOT_KNOWN = "people_not_known"
    NO_WOMEN_LIVE_HERE = "no_women_live_here"
    NO_TOWN_AS_LARGE = "no_town_as_large"
    NORM_MET = "norm_met"
    NO_CASES_GIVEN = "no_cases_given"
    NO_CASES = "no_cases"
    NO_CASES_HERE = "no_cases_here"
    NO_WEIGHT_HERE = "no_weight_here"
    SMALL_COUNT = "small_count"
    NO_STAYS_ASKED = "no_stays_asked"
    STAYS_OF_NO_DAYS = "stays_of_no_days"
    NO_PLACES = "no_places"
    NO_FAMILY_PLACE = "no_family_place"
    AMPLE_PLACES = "ample_places"
    STAYS_BEYOND_A_YEAR = "stays_beyond_a_year"
    NO_SITE_REACHED = "no_site_reached"
    NO_PLACE_LEFT = "no_place_left"


class Passed(StrEnum):
    """Why the road nearest to a point is not the one that it joins."""

    NOT_ENTERABLE = "not_enterable"
    NO_WAY_BACK = "no_way_back"
    FRAGMENT = "fragment"
    OTHER_PART = "other_part"


class Infeasible(StrEnum):
    """Why no plan meets the constraints of a siting question."""

    NO_CANDIDATE_IN_REGIONS = "no_candidate_in_regions"
    TOO_FEW_FOR_REGIONS = "too_few_for_regions"
    NO_SITE_WITHIN = "no_site_within"
    NONE_FOUND_WITHIN = "none_found_within"
    TOO_FEW_SITES = "too_few_sites"
    PEOPLE_BEYOND = "people_beyond"
    PEOPLE_BEYOND_UNPROVEN = "people_beyond_unproven"
    BUDGET_TOO_SMALL = "budget_too_small"


class Note(StrEnum):
    """What else is to be known of a siting answer."""

    TIE_NOT_PROVEN = "tie_not_proven"
    COVER_TIE_NOT_PROVEN = "cover_tie_not_proven"
    CHEAPEST_NOT_PROVEN = "cheapest_not_proven"
    BEYOND_EVERY_SITE = "beyond_every_site"
    NO_SITE_REACHES = "no_site_reaches"
    UNOPENED_SITE_REACHES = "unopened_site_reaches"


class Effect(StrEnum):
    """What a plan does to the way of a district to its nearest shelter."""

    NEARER = "nearer"
    FARTHER = "farther"
    QUICKER = "quicker"
    SLOWER = "slower"
    COMES_WITHIN_REACH = "comes_within_reach"
    CUT_OFF = "cut_off"
    STAYS_CUT_OFF = "stays_cut_off"
    NO_CHANGE = "no_change"


class Verdict(StrEnum):
    """How a published claim stands beside what the data give."""

    HOLDS = "holds"
    HOLDS_IN_PART = "holds_in_part"
    DOES_NOT_HOLD = "does_not_hold"
    CANNOT_BE_TESTED_HERE = "cannot_be_tested_here"
    INPUT_NOT_TESTED = "input_not_tested"


class ClaimRule(StrEnum):
    """By which rule a published claim is judged."""

    WITHIN = "within"
    BY_READING = "by_reading"
    SOMEWHERE = "somewhere"
    BY_YEAR = "by_year"
    INPUT = "input"
    NOT_TESTED = "not_tested"


class Evidence(StrEnum):
    """How a number is known, the best known first."""

    SOURCED = "sourced"
    MEASURED = "measured"
    DERIVED = "derived"
    RECALLED = "recalled"
    ASSUMED = "assumed"


def evidence_of(word: str) -> Evidence:
    """Read how a file says that something is known; any other word counts as assumed."""
    return Evidence(word) if word in set(Evidence) else Evidence.ASSUMED


def choose(
    conditions: Sequence[ArrayLike], keys: Sequence[str], default: ArrayLike = ""
) -> NDArray[Any]:
    """Give each row the key of its first condition that is true, as `numpy.select` does.

    Parameters
    ----------
    conditions
        Truth values, all of one shape.
    keys
        One for each condition; an empty text where there is nothing to say.
    default
        For rows of which no condition is true: one for all, or one for each.

    Returns
    -------
    object array
        Members of the enumerations themselves.

    Raises
    ------
    ValueError
        If there is no condition, or not one for each key.

    Examples
    --------
    >>> choose([[True, False]], [Reason.NO_ROAD]).tolist()
    [<Reason.NO_ROAD: 'no_road'>, '']
    """
    if not conditions:
        raise ValueError("there is no condition to choose by")
    chosen = np.full(np.shape(conditions[0]), default, dtype=object)
    pairs = list(zip(conditions, keys, strict=True))
    for condition, key in reversed(pairs):
        chosen[np.asarray(condition, dtype=bool)] = key
    return chosen
