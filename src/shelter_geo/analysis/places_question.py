"""Where family places should be added: a study's need by the norm, and what places cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shelter_geo.analysis.siting_question import REGION, SiteQuestion
from shelter_geo.errors import SitingError
from shelter_geo.siting.budget import PlacesBudget
from shelter_geo.siting.problem import Unit
from shelter_geo.study.load import Study

NEEDED = "family_places_needed"


def places_question(
    study: Study,
    question: SiteQuestion,
    *,
    budget: int | None = None,
    actions: int | None = None,
    fixed_cost: int = 0,
    place_cost: int = 1,
    most_added: int = 50,
    unit: Unit = "km",
    per_region: bool = False,
) -> PlacesBudget:
    """Ask where the family places that the norm asks for should be.

    Standing places count as the study's largest reading of them does. What a file of candidates
    says of costs and places goes before the numbers given here.

    Parameters
    ----------
    study, question
        The study, and its districts and sites.
    budget, actions
        Money, and sites that may open or grow; one of them at least.
    fixed_cost, place_cost
        Of opening or enlarging a site, and of each family place.
    most_added
        Family places that may be added at one site.
    unit
        Kilometres or minutes.
    per_region
        Whether every economic region must hold a shelter.

    Raises
    ------
    SitingError
        If a number is below 0, or there is neither a budget nor a number of actions.
    """
    if min(fixed_cost, place_cost, most_added) < 0:
        raise SitingError("costs and places are 0 or more")
    capacity = study.settings.capacity
    persons = min(reading.persons_per_family_place for reading in capacity.readings)
    sites = question.sites
    there = np.floor(sites["places"].to_numpy(float) / persons).astype(np.int64)

    def given(name: str, default: int) -> pd.Series:
        column = sites[name] if name in sites else pd.Series(index=sites.index, dtype="Float64")
        return column.astype("Float64").fillna(default).astype(int)

    needed = whole_places(question.districts["population"], capacity.people_per_family_place)
    return PlacesBudget.from_geodataframe(
        question.districts.assign(**{NEEDED: needed}),
        sites.assign(
            places=there,
            most_places=there + given("most_places", most_added),
            fixed_cost=given("cost", fixed_cost),
            place_cost=given("place_cost", place_cost),
        ),
        question.costs,
        needed=NEEDED,
        budget=budget,
        actions=actions,
        unit=unit,
        region=REGION if per_region else None,
        required=sorted(set(question.districts[REGION])) if per_region else None,
    )


def whole_places(population: pd.Series, people_per_place: float) -> pd.Series:
    """Return the family places that a norm asks for, whole, so that they add up to the whole.

    The total is rounded, and the districts with the largest remainders are rounded up (Hamilton's
    method); ties go to the first.
    """
    exact = population.to_numpy(float) / people_per_place
    down = np.floor(exact).astype(np.int64)
    more = int(np.floor(exact.sum() + 0.5)) - int(down.sum())
    down[np.argsort(down - exact, kind="stable")[:more]] += 1
    return pd.Series(down, index=population.index)
