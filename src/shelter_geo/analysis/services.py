"""Services of other kinds: how soon one begins, over every moment of a year, today and if."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import ServiceTime, cost_matrix, service_time
from shelter_geo.capacity import admission
from shelter_geo.plans import Plan, apply_plan, plan_of_kind, read_plans
from shelter_geo.roads import UNREACHED
from shelter_geo.study import (
    MS_PER_DAY,
    MS_PER_HOUR,
    REGION,
    Kind,
    Study,
    centres,
    engine,
    joiner,
    open_spans,
)
from shelter_geo.units import MS_PER_MIN
from shelter_geo.vocabulary import Evidence, Reason

Array: TypeAlias = NDArray[Any]

TODAY: Final = "today"
"""Stands in the tables of services for the study as it is."""
ANYBODY: Final = "all"
WITHOUT_ORDER: Final = "without_police_papers"
WHO: Final = (ANYBODY, WITHOUT_ORDER)
"""People who look for a service: with an order or a paper of the authorities, or without."""
_AFTER_DAYS: Final = 400
"""Days after the year over which waits may go on."""


@dataclass(frozen=True, eq=False, repr=False)
class ServiceTimes:
    """How soon a service begins, of every kind that says within how many hours it must.

    Attributes
    ----------
    places : DataFrame
        One row a kind, plan, `who`, district and window: `kind`, `scenario`, `who`,
        `district_id`, `travel_min` to the nearest facility that may serve them, `within_h`,
        `share_low` and `share_high` of the moments of the year (low takes every unknown for a no,
        high for a yes), `longest_wait_h` and `longest_wait_from` with what is known alone, `reason`
        and `evidence`. Shares are missing where no facility is known; the longest wait is where
        somebody waits beyond the year's end and 400 days more.
    summary : DataFrame
        One row a kind, plan, `who`, `weighted_by` and window: `people`, the mean of the two shares
        over them, `people_always` (served in time at every moment, low) and the longest wait.
    plans : dict of str to Plan
        Plans that change facilities of these kinds, by their key.
    studies : dict of (str, str) to Study
        The study of a kind under a plan, by both keys.
    """

    places: pd.DataFrame
    summary: pd.DataFrame
    plans: dict[str, Plan]
    studies: dict[tuple[str, str], Study]

    def of(self, kind: str, scenario: str, who: str = ANYBODY) -> pd.DataFrame:
        """Return the rows of `summary` of one kind, plan and group, weighted by all people."""
        table = self.summary
        return table[
            (table["kind"] == kind)
            & (table["scenario"] == scenario)
            & (table["who"] == who)
            & (table["weighted_by"] == "people")
        ].set_index("within_h")


def timed_kinds(study: Study) -> tuple[Kind, ...]:
    """Return the kinds of a study that say within how many hours their service must begin."""
    return tuple(kind for kind in study.kinds if kind.windows)


def service_times(study: Study, plans: Sequence[Plan] | None = None) -> ServiceTimes | None:
    """Count how soon a service begins for every district, over all moments of the study's year.

    The year is that of the day of the study, by the clock on the wall; travel is by car on empty
    roads, from the centre of each district, as everywhere.

    Parameters
    ----------
    study
        As it stands.
    plans
        Held beside it where they change facilities of such a kind; unless given, those that come
        with the study are read from its folder.

    Returns
    -------
    ServiceTimes or None
        None if no kind has windows.

    Raises
    ------
    StudyError
        If a plan cannot be applied.
    """
    kinds = timed_kinds(study)
    if not kinds:
        return None
    if plans is None:
        plans = [] if study.scenarios is None else read_plans(study.scenarios)
    tables, used, studies = [], dict[str, Plan](), dict[tuple[str, str], Study]()
    for kind in kinds:
        ours = study.of_kind(kind.id)
        versions: list[tuple[str, Study, str]] = [(TODAY, ours, Evidence.DERIVED)]
        for plan in plans:
            changed = plan_of_kind(ours, plan)
            if changed.open or changed.close or changed.move:
                key = plan.scenario.id
                used[key] = plan
                versions.append((key, apply_plan(ours, plan), plan.scenario.evidence))
        for key, version, evidence in versions:
            studies[kind.id, key] = version
            rows = pd.DataFrame(_rows(version))
            tables.append(rows.assign(kind=kind.id, scenario=key, evidence=evidence))
    places = pd.concat(tables, ignore_index=True)
    return ServiceTimes(places, pd.DataFrame(_summed_up(study, places)), used, studies)


@dataclass(frozen=True, eq=False)
class _Offices:
    """Facilities of one kind: when they are open, how far they are, and whom they take."""

    travel_ms: NDArray[np.int64]
    spans: list[NDArray[np.int64] | None]
    first: dt.date
    days: int

    @property
    def always(self) -> NDArray[np.int64]:
        """Open spans of one that may be open at every hour."""
        return np.array([[0, (self.days + _AFTER_DAYS) * MS_PER_DAY]], dtype=np.int64)

    def time(self, row: int, known: Array, possible: Array, windows: list[int]) -> _Ends:
        """Count for one district with what is known, and with every unknown for a yes."""
        period = self.days * MS_PER_DAY
        sure = [j for j in np.flatnonzero(known).tolist() if self.spans[j] is not None]
        may: list[int] = np.flatnonzero(possible).tolist()
        travel = self.travel_ms[row]
        low = service_time([self._of(j) for j in sure], travel[sure].tolist(), windows, period)
        high = service_time([self._of(j) for j in may], travel[may].tolist(), windows, period)
        return _Ends(low, high, sure, may)

    def _of(self, office: int) -> NDArray[np.int64]:
        spans = self.spans[office]
        return self.always if spans is None else spans


@dataclass(frozen=True)
class _Ends:
    """What one district waits, with the facilities that count at either end."""

    low: ServiceTime
    high: ServiceTime
    sure: list[int]
    may: list[int]


def _offices(study: Study) -> _Offices:
    year = study.settings.study.as_of.year
    first, days = dt.date(year, 1, 1), (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
    shelters, at = study.shelters, centres(study)
    if shelters.empty:
        return _Offices(np.empty((len(at), 0), dtype=np.int64), [], first, days)
    costs = cost_matrix(study.network, at, shelters, snapping=joiner(study), engine=engine(study))
    hours = shelters.get("hours", pd.Series(index=shelters.index, dtype=object))
    calendar = study.settings.calendar
    spans = [
        open_spans(text, calendar, first, days + _AFTER_DAYS)
        if isinstance(text, str) and text
        else None
        for text in hours
    ]
    return _Offices(costs.time_ms, spans, first, days)


def _rows(study: Study) -> Iterator[dict[str, Any]]:
    offices = _offices(study)
    windows = [round(window.hours * MS_PER_HOUR) for window in study.kind.windows]
    period = offices.days * MS_PER_DAY
    apart = {entry.region for entry in study.settings.roads.separate}
    regions = study.districts.get(REGION, pd.Series("", index=study.districts.index))
    for who in WHO:
        admits = admission(study.shelters, (), without_police_papers=who == WITHOUT_ORDER)
        known = admits.fillna(value=False).to_numpy(bool)
        possible = admits.fillna(value=True).to_numpy(bool)
        for row, district in enumerate(study.districts.index):
            ends = offices.time(row, known, possible, windows)
            travel = offices.travel_ms[row][ends.may]
            reached = travel[travel != UNREACHED]
            reason = _reason(
                offices, known, possible, ends, cut_off=not len(reached),
                apart=regions[district] in apart,
            )  # fmt: skip
            missing = reason == Reason.NO_FACILITY
            longest = ends.low.longest
            for number, window in enumerate(study.kind.windows):
                shares = (end.within[number] / period for end in (ends.low, ends.high))
                low, high = (np.nan if missing else share for share in shares)
                yield {
                    "who": who,
                    "district_id": district,
                    "travel_min": reached.min() / MS_PER_MIN if len(reached) else np.nan,
                    "within_h": window.hours,
                    "share_low": low,
                    "share_high": high,
                    "longest_wait_h": np.nan if longest is None else longest / MS_PER_HOUR,
                    "longest_wait_from": _moment(offices.first, ends.low.longest_from),
                    "reason": reason,
                }


def _moment(first: dt.date, since: int | None) -> str:
    if since is None:
        return ""
    moment = dt.datetime.combine(first, dt.time()) + dt.timedelta(milliseconds=since)
    return moment.isoformat(sep=" ", timespec="minutes")


def _reason(
    offices: _Offices, known: Array, possible: Array, ends: _Ends, *, cut_off: bool, apart: bool
) -> str:
    """Say why a share is missing, 0 or a range; an empty text where it is known."""
    if not offices.spans:
        return Reason.NO_FACILITY
    if not possible.any():
        return Reason.NOT_ADMITTED
    if cut_off:
        return Reason.NO_DOMESTIC_ROAD if apart else Reason.NO_ROAD
    if not known.any():
        return Reason.ADMISSION_NOT_KNOWN
    if any(offices.spans[office] is None for office in ends.may):
        return Reason.HOURS_NOT_KNOWN
    return ""


def _summed_up(study: Study, places: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Weight the districts by the people who live there, and by the women where counted."""
    columns = {"people": "population", "women": "women"}
    keys = ["kind", "scenario", "who", "within_h"]
    for key, group in places.groupby(keys, sort=False):
        rows = group.set_index("district_id")
        for who, column in columns.items():
            if column not in study.districts:
                continue
            people = study.districts[column].reindex(rows.index).astype(float)
            lived_in = people > 0
            counted, weights = rows[lived_in], people[lived_in]
            shares = {
                name: float((counted[name] * weights).sum(skipna=False) / weights.sum())
                for name in ("share_low", "share_high")
                if weights.sum() > 0
            }
            always = counted["share_low"] >= 1
            waits = counted["longest_wait_h"]
            yield {
                **dict(zip(keys, key, strict=True)),
                "weighted_by": who,
                "people": float(weights.sum()),
                **shares,
                "people_always": float(weights[always].sum()),
                "longest_wait_h": float(waits.max()),
                "evidence": str(rows["evidence"].iloc[0]),
            }
