"""What a facility offers: places as ranges, and who is admitted by it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from shelter_geo.errors import Fault

PLACE_ENDS = ("places_low", "places_high")
"""Columns of the range."""


def with_place_ranges(facilities: pd.DataFrame | None) -> pd.DataFrame | None:
    """Take facilities that give no range to have all their places for these people.

    Parameters
    ----------
    facilities
        With `places`, and `places_low` and `places_high`, missing where no range is given; None
        stays None.
    """
    if facilities is None:
        return None
    ends = {name: facilities[name].fillna(facilities["places"]) for name in PLACE_ENDS}
    return facilities.assign(**ends)


def shifted(low: int, high: int, places: int, now: int) -> tuple[int, int]:
    """Return the range of a facility whose places change: what is added is for these people.

    Parameters
    ----------
    low, high, places
        As they stand.
    now
        Places from now on.

    Examples
    --------
    Thirty shared places and ten more for these people alone:

    >>> shifted(0, 30, 30, 40)
    (10, 40)
    >>> shifted(20, 30, 30, 10)
    (0, 10)
    """
    return min(max(0, low + now - places), now), max(now, high + now - places)


def places_total(facilities: pd.DataFrame) -> dict[str, int]:
    """Sum up places: `places`, and `places_low` and `places_high` over what is known.

    Parameters
    ----------
    facilities
        With the three columns; those without a range count in full at both ends.
    """
    return {
        name: int(facilities.get(name, facilities["places"]).sum())
        for name in ("places", *PLACE_ENDS)
    }


def uneven_places(path: Path, facilities: pd.DataFrame) -> list[Fault]:
    """Name facilities whose least places, places and most places do not rise.

    Parameters
    ----------
    path
        File of `facilities`, for the fault.
    facilities
        With the three columns, indexed by row number. Missing ones are passed over.
    """
    low, most, places = facilities["places_low"], facilities["places_high"], facilities["places"]
    off = ((low > places) | (places > most)).fillna(False)
    message = "places_low, places and places_high do not rise"
    remedy = "Put the least first; leave both ends empty where all places are for these people."
    return [
        Fault(path.name, message, remedy, row, "places", str(n))
        for row, n in zip(facilities.index[off].tolist(), places[off], strict=True)
    ]


ANSWERS: Final = ("yes", "no", "refusals_reported", "case_by_case", "unknown")
"""Answers on one group at one facility; all but the first two leave it open."""
COLUMN: Final = {"lgbtq": "lgbtq_inclusive", "without_police_papers": "police_referral_required"}
"""Column of the facilities that a group stands in, where it is not its own name."""
GROUPS: Final = (
    "women", "children", "men", "lgbtq", "disabilities", "elderly", "addiction", "mental_illness",
    "infectious_disease", "epilepsy", "without_identity_papers", "without_police_papers",
)  # fmt: skip
"""Groups that the table may speak of."""
_ASKED_FOR: Final = {"yes": "no", "no": "yes"}


def with_admission(
    facilities: pd.DataFrame | None, admission: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Take the answers of the table of admission in place of the facilities' own columns.

    Parameters
    ----------
    facilities
        With `shelter_id`; None stays None.
    admission
        `shelter_id`, `group` and `admitted`, or None.

    Returns
    -------
    DataFrame or None
        The facilities with a column for each group of the table; "unknown" where it is silent and
        the facilities do not answer. Who is admitted without a paper from the police is not asked
        for one.
    """
    if facilities is None or admission is None:
        return facilities
    told = facilities.copy()
    for group, rows in admission.groupby("group", sort=False):
        key = str(group)
        answers = rows.drop_duplicates("shelter_id").set_index("shelter_id")["admitted"]
        if key == "without_police_papers":
            answers = answers.replace(_ASKED_FOR)
        column = COLUMN.get(key, key)
        own = told[column] if column in told else pd.Series("unknown", index=told.index)
        told[column] = told["shelter_id"].map(answers).fillna(own).fillna("unknown")
    return told
