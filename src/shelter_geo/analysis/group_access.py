"""Who may use which shelter: access and places of each group, as ranges where it is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from shelter_geo.access import MEASURE, CostMatrix, counted, populations
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.capacity import (
    FAST_DECAY,
    GROUPS,
    SLOW_DECAY,
    admission,
    group_row,
    nearest_admitting,
    reach_table,
    refusals_reported,
)
from shelter_geo.study import WOMEN, people_unknown
from shelter_geo.vocabulary import Reason

EVERYBODY: Final = "all"
DECAYS: Final = {"slow": SLOW_DECAY, "fast": FAST_DECAY, "none": None}
_MEASURES: Final = ("travel_min", "distance_km")
_ENDS: Final = ("low", "high")
_IN_REACH: Final = [f"people_in_reach_{end}" for end in _ENDS]


def access_by_group(evaluation: Evaluation) -> pd.DataFrame:
    """Summarise access for everybody and for each group, with and without police papers.

    Distances and times are those of the people of the settlements, each to the shelter with the
    fewest. Women and men have rows where the study counts women.

    Returns
    -------
    DataFrame
        `group`, `without_police_papers`, `units`, `weighted_by`, `people`, and each with `_low`
        and `_high`: `shelters`, `places`, `people_reached`, `travel_min`, `distance_km`; `reason`;
        `rests_on`.
        The low distance and the high places take every unknown as a yes; the low places leave out
        those that others share or come first in.
    """
    asked = [
        (groups, without)
        for groups in ((), *((group,) for group in GROUPS if is_counted(evaluation, (group,))))
        for without in (False, True)
    ]
    rows = [row for groups, without in asked for row in rows_of(evaluation, groups, without)]
    return pd.DataFrame(rows)


def rows_of(
    evaluation: Evaluation, groups: Sequence[str], without_police_papers: bool
) -> list[dict[str, float | int | str | bool]]:
    """Give the rows of one group in `access_by_group`, all people first.

    Raises
    ------
    CapacityError
        If a group is not known.
    CostError
        If women or men are asked for, and the study does not count women.
    """
    admits = _admits(evaluation, groups, without_police_papers)
    nearest = _nearest(admits, evaluation, evaluation.settlement_costs)
    who, rows = weighted_by(groups), []
    for units in populations(evaluation.districts):
        row = _row(evaluation, nearest, admits, who, units)
        row["rests_on"] = _rests_on(evaluation, admits, groups)
        row["reason"] = _why_none(evaluation, admits, groups, without_police_papers) or ""
        row |= {"group": named(groups), "without_police_papers": without_police_papers}
        rows.append(row | {"units": units, "weighted_by": who})
    return rows


def access_for(
    evaluation: Evaluation, groups: Sequence[str] = (), *, without_police_papers: bool = False
) -> pd.DataFrame:
    """Access and places within reach of each district, for people of all the groups named.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    groups
        Keys of `capacity.groups.GROUPS`; none for everybody.
    without_police_papers
        Whether these people have no paper from the police.

    Returns
    -------
    DataFrame
        Indexed by `district_id`: `travel_min_low` and `_high`, `distance_km_low` and `_high`,
        `shelter_low` and `_high` from the district's centre; `places_per_10000_low` and `_high`,
        means over the people of its settlements (floating catchment, all people asking alike);
        `people_in_reach_low` and `_high`, who live within the study's limit of such a shelter;
        `reason` and `rests_on`.

    Raises
    ------
    CapacityError
        If a group is not known.
    """
    admits = _admits(evaluation, groups, without_police_papers)
    found = _nearest(admits, evaluation, evaluation.district_costs)
    table = pd.concat([found.drop(columns="reason"), _reach(evaluation, admits)], axis=1)
    empty = table["places_per_10000_low"].isna() & (found["reason"] == "")
    unknown = people_unknown(evaluation.districts)
    table[_IN_REACH] = table[_IN_REACH].mask(unknown)
    nobody = found["reason"].mask(empty, Reason.NOBODY_LIVES_HERE)
    return table.assign(
        reason=nobody.mask(empty & unknown, Reason.PEOPLE_NOT_KNOWN),
        rests_on=_rests_on(evaluation, admits, groups),
    )


def reason_of(
    evaluation: Evaluation, groups: Iterable[str], without_police_papers: bool
) -> Reason | None:
    """Say that no shelter admits these people, none is known to or none is there; else None."""
    admits = _admits(evaluation, groups, without_police_papers)
    return _why_none(evaluation, admits, groups, without_police_papers)


def named(groups: Iterable[str]) -> str:
    """Write groups in one word, `all` for none."""
    return "+".join(groups) or EVERYBODY


def weighted_by(groups: Iterable[str]) -> str:
    """Say whose distances are averaged: `women` or `men` where the group is one, else `people`."""
    asked = set(groups) & {"women", "men"}
    return asked.pop() if len(asked) == 1 else "people"


def is_counted(evaluation: Evaluation, groups: Iterable[str]) -> bool:
    """Tell whether the study counts the people whose distances are averaged for a group."""
    return weighted_by(groups) == "people" or WOMEN not in evaluation.study.lacks


def _admits(evaluation: Evaluation, groups: Iterable[str], without_papers: bool) -> pd.Series:
    shelters = evaluation.study.shelters
    return admission(shelters, groups, without_police_papers=without_papers)


def _nearest(admits: pd.Series, evaluation: Evaluation, costs: CostMatrix) -> pd.DataFrame:
    """Fewest kilometres and minutes to an admitting shelter, and the nearest by the study."""
    values = {"distance_km": costs.distance_km, "travel_min": costs.travel_min}
    of_study = MEASURE[evaluation.study.settings.access.impedance]
    other = next(measure for measure in values if measure != of_study)
    by = [
        nearest_admitting(
            admits, values[measure], costs.origin_id, measure=measure, then=values[then]
        )
        for measure, then in ((of_study, other), (other, of_study))
    ]
    return by[0].assign(**{f"{other}_{end}": by[1][f"{other}_{end}"] for end in _ENDS})


def _row(
    evaluation: Evaluation, nearest: pd.DataFrame, admits: pd.Series, who: str, units: str
) -> dict[str, float | int | str | bool]:
    people = counted(evaluation.settlements, units, who)
    row: dict[str, float | int | str | bool] = {"people": int(people.sum())}
    least, most = (evaluation.study.shelters[f"places_{end}"] for end in _ENDS)
    for measure in _MEASURES:
        row |= group_row(nearest, admits, least, people, measure=measure, most=most)
    row["people_reached_low"] = int(row["people"]) - int(row.pop("people_without_high"))
    row["people_reached_high"] = int(row["people"]) - int(row.pop("people_without_low"))
    return row


def _why_none(
    evaluation: Evaluation, admits: pd.Series, groups: Iterable[str], without_papers: bool
) -> Reason | None:
    if admits.empty:
        return Reason.NO_FACILITY
    if not admits.fillna(True).any():
        return Reason.NOT_ADMITTED
    shelters = evaluation.study.shelters
    reported = refusals_reported(shelters, groups, without_police_papers=without_papers)
    if reported and not admits.fillna(False).any():
        return Reason.REFUSALS_REPORTED
    return None if admits.fillna(False).any() else Reason.ADMISSION_NOT_KNOWN


def _rests_on(evaluation: Evaluation, admits: pd.Series, groups: Iterable[str]) -> str:
    """Say how people, places and admission are known: the word before the colon of each basis."""
    known = {"published": ["population"]}
    for shelter, basis in evaluation.study.shelters["places_basis"].items():
        known.setdefault(str(basis).partition(":")[0], []).append(f"places of {shelter}")
    known_by = {}
    if (table := evaluation.study.admission) is not None:
        guessed = table[table["group"].isin(list(groups)) & (table["evidence"] != "sourced")]
        known_by = dict.fromkeys(guessed["shelter_id"], "assumed")
    for shelter, answer in admits.items():
        kind = "unknown" if pd.isna(answer) else known_by.get(str(shelter), "published")
        known.setdefault(kind, []).append(f"admission of {shelter}")
    return "; ".join(f"{kind}: {', '.join(what)}" for kind, what in known.items())


def _reach(evaluation: Evaluation, admits: pd.Series) -> pd.DataFrame:
    """Places per 10,000 people, from settlements to districts."""
    settings = evaluation.study.settings.capacity.catchment
    points, places = evaluation.settlements, evaluation.study.shelters["places"]
    people = points["population"]
    district = points["district_id"]
    everybody = people.groupby(district).sum()
    columns = {}
    for end, unknown in (("low", False), ("high", True)):
        usable = places.where(admits.fillna(unknown).astype(bool), 0)
        found = reach_table(
            people,
            usable,
            evaluation.settlement_costs.travel_min.to_numpy(),
            limit=settings.minutes,
            weights=DECAYS[settings.decay],
        )
        weighted = (found["places_per_10000"].fillna(0) * people).groupby(district).sum()
        columns[f"places_per_10000_{end}"] = weighted / everybody.where(everybody > 0)
        near = people.where(found["places_in_reach"] > 0, 0)
        columns[f"people_in_reach_{end}"] = near.groupby(district).sum()
    return pd.DataFrame(columns).reindex(evaluation.districts.index)
