"""A user's own table of cases: read, made safe to publish, and forgotten."""

from __future__ import annotations

from pathlib import Path

from shelter_geo.capacity import TOTAL, PublishedCounts, check_hidden, publish_counts
from shelter_geo.errors import Fault, TableError
from shelter_geo.study import CASES, REGION, Study, check_table


def read_cases(study: Study) -> PublishedCounts | None:
    """Read the study's table of cases and hide its small counts.

    The true counts do not leave this function, and neither does a hash of the file, against which
    guesses could be tried.

    Parameters
    ----------
    study
        Names the file in `capacity.demand.cases`.

    Returns
    -------
    PublishedCounts or None
        Counts by district, and sums by region, where the districts have regions, and in `Total`;
        None where the study names no such table.

    Raises
    ------
    TableError
        With every fault of the table; none of them holds a count.
    PrivacyError
        If the small counts cannot be hidden.
    """
    demand = study.settings.capacity.demand
    if demand is None or demand.cases is None:
        return None
    path = study.folder / demand.cases.file
    frame, faults = check_table(path, CASES, secret=True)
    known = study.districts.index
    if frame is not None:
        faults += _wrong_districts(path, set(frame["district_id"]), set(known))
    if frame is None or faults:
        raise TableError(faults)
    regions: dict[str, list[str]] = {}
    if REGION not in study.lacks:
        region = study.districts[REGION]
        regions = {str(name): list(group.index) for name, group in region.groupby(region)}
    published = publish_counts(
        frame.set_index("district_id")["cases"],
        regions | {TOTAL: list(known)},
        threshold=demand.cases.threshold,
    )
    check_hidden(published)
    return published


def _wrong_districts(path: Path, given: set[str], known: set[str]) -> list[Fault]:
    """Name districts that are missing, and say how many rows name none."""
    faults = [
        Fault(path.name, "the district is missing", "Add it, with 0 if it had no case.", value=key)
        for key in sorted(known - given)
    ]
    if strange := len(given - known):
        message = f"keys of no district: {strange}"
        faults.append(Fault(path.name, message, "Use keys of the districts.", column="district_id"))
    return faults
