"""A study's question of money and places: where the places that the norm asks for should be."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.analysis.norms import whole_places
from shelter_geo.analysis.siting_question import SiteQuestion
from shelter_geo.errors import SitingError
from shelter_geo.siting import PlacesBudget, Unit
from shelter_geo.study import REGION, Study

NEEDED: Final = "family_places_needed"
MOST_ADDED: Final = 50
"""Family places that may be added at one site where nobody says how many."""


def places_question(
    study: Study,
    question: SiteQuestion,
    *,
    budget: int | None = None,
    actions: int | None = None,
    fixed_cost: int = 0,
    place_cost: int = 1,
    most_added: int | None = None,
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
        Family places that may be added at one site. Without it `MOST_ADDED`; see
        `spreads_places`.
    unit
        Kilometres or minutes.
    per_region
        Whether every region must hold a shelter.

    Raises
    ------
    SitingError
        If a number is below 0, there is neither a budget nor a number of actions, or every region
        must hold a shelter and the districts have no `region`.
    """
    most = MOST_ADDED if most_added is None else most_added
    if min(fixed_cost, place_cost, most) < 0:
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
            most_places=there + given("most_places", most),
            fixed_cost=given("cost", fixed_cost),
            place_cost=given("place_cost", place_cost),
        ),
        question.costs,
        needed=NEEDED,
        budget=budget,
        actions=actions,
        unit=unit,
        region=REGION if per_region else None,
        required=question.regions() if per_region else None,
    )


def spreads_places(most_added: int | None, *, per_region: bool) -> bool:
    """Say whether a cap at each site, or a shelter for every region, spreads the places.

    Without either they go where families live closest together: with far too few places every
    one of them is used, wherever it is. What a file of candidates says of most places caps those
    candidates, and no shelter that stands.

    Parameters
    ----------
    most_added, per_region
        As for `places_question`.

    Examples
    --------
    >>> spreads_places(None, per_region=False), spreads_places(20, per_region=False)
    (False, True)
    """
    return per_region or most_added is not None
