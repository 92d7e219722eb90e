"""Who is admitted where: an optional table of answers, each with its source, by facility."""

from __future__ import annotations

from typing import Final

import pandas as pd

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
