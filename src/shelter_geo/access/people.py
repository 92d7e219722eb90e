"""Who is counted: residents, or people where they are registered."""

from __future__ import annotations

import pandas as pd

from shelter_geo.errors import CostError

UNITS = ("residents", "registered")
"""The two populations: people where they live, and people where they are registered."""


def populations(points: pd.DataFrame) -> tuple[str, ...]:
    """Return the populations that a study counts: one where people live as they are registered."""
    apart = "registered" in points and (points["registered"] != points["population"]).any()
    return UNITS if apart else UNITS[:1]


def counted(
    points: pd.DataFrame, units: str, weighted_by: str = "people", end: str = ""
) -> pd.Series:
    """Return the people of each point in one population.

    Parameters
    ----------
    points
        With `population` and perhaps `women`, who live there. Ranges stand in `residents_low`,
        `residents_high`, `resident_women_low` and `resident_women_high`, the other population in
        `registered` and `registered_women`.
    units
        One of `UNITS`.
    weighted_by
        people, women or men.
    end
        low or high for an end of the range; registered people have none.

    Raises
    ------
    CostError
        If women or men are asked for, and the points do not count them.
    """
    if units == UNITS[1]:
        people, of_women = "registered", "registered_women"
    elif end and f"residents_{end}" in points:
        people, of_women = f"residents_{end}", f"resident_women_{end}"
    else:
        people, of_women = "population", "women"
    everybody: pd.Series = points[people]
    if weighted_by not in ("women", "men"):
        return everybody
    if of_women not in points:
        raise CostError(f"{weighted_by} are not counted: the points have no column {of_women}")
    women: pd.Series = points[of_women]
    return women if weighted_by == "women" else everybody - women


def resident_units(access: pd.DataFrame) -> pd.DataFrame:
    """Leave out the units whose people are registered there but mostly live elsewhere."""
    return access[~access["counts_registered_not_resident"]]
