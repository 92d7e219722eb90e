"""How soon a service begins, against every minute of a year and by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.access import service_time
from shelter_geo.errors import CostError
from shelter_geo.roads import UNREACHED
from shelter_geo.study import MS_PER_DAY, Calendar, Closure, open_spans
from shelter_geo.units import MS_PER_MIN

YEAR, AFTER = 365, 60
FIRST = dt.date(2026, 1, 1)
SPRING = Closure(
    id="spring", first=dt.date(2026, 3, 20), last=dt.date(2026, 3, 28), name="spring", source="x"
)
CALENDAR = Calendar(
    holidays=tuple(dt.date(2026, 3, day) for day in range(20, 25)), closed=(SPRING,), source="x"
)
WINDOWS_H = (24, 72, 120)


def is_open(rule: str, day: dt.date, minute: int) -> bool:
    """Hours written out by hand, minute by minute."""
    free = dt.date(2026, 3, 20) <= day <= dt.date(2026, 3, 28)
    if rule == "day":
        return day.weekday() < 5 and not free and 9 * 60 <= minute < 18 * 60
    return day.weekday() == 5 and (minute < 2 * 60 or minute >= 23 * 60 + 30)


HOURS = {"day": "Mo-Fr 09:00-18:00; PH off", "weekend": "Sa 00:00-02:00,23:30-24:00"}


def minute_by_minute(rules: list[str], travel: list[int]) -> np.ndarray:
    """Wait from each minute of the year, in minutes, tried one minute after the other."""
    size = (YEAR + AFTER) * 1440
    least = np.full(YEAR * 1440, np.iinfo(np.int64).max)
    for rule, minutes in zip(rules, travel, strict=True):
        opened = np.array(
            [is_open(rule, FIRST + dt.timedelta(days=at // 1440), at % 1440) for at in range(size)]
        )
        following = np.full(size, -1)
        soonest = -1
        for at in range(size - 1, -1, -1):
            soonest = at if opened[at] else soonest
            following[at] = soonest
        start = np.arange(YEAR * 1440)
        begin = following[start + minutes]
        assert (begin >= 0).all()
        least = np.minimum(least, begin - start)
    return least


def test_a_year_of_two_offices_equals_every_minute_tried() -> None:
    rules, travel = ["day", "weekend"], [95, 310]
    waits = minute_by_minute(rules, travel)
    spans = [open_spans(HOURS[rule], CALENDAR, FIRST, YEAR + AFTER) for rule in rules]
    found = service_time(
        spans,
        [minutes * MS_PER_MIN for minutes in travel],
        [hours * 60 * MS_PER_MIN for hours in WINDOWS_H],
        YEAR * MS_PER_DAY,
    )
    assert found.within == tuple(
        int((waits <= hours * 60).sum()) * MS_PER_MIN for hours in WINDOWS_H
    )
    assert found.longest == int(waits.max()) * MS_PER_MIN
    assert found.longest_from == int(waits.argmax()) * MS_PER_MIN


def test_nine_days_of_spring_by_hand() -> None:
    spans = [open_spans(HOURS["day"], CALENDAR, FIRST, YEAR + AFTER)]
    found = service_time(spans, [60 * MS_PER_MIN], [1], YEAR * MS_PER_DAY)
    assert found.longest is not None
    assert found.longest_from is not None
    # From Thursday 19 March 18:00, an hour's drive before it, to Monday 30 March 9:00.
    left = dt.datetime(2026, 3, 19, 17)
    assert found.longest == (dt.datetime(2026, 3, 30, 9) - left) / dt.timedelta(milliseconds=1)
    assert found.longest_from == (left - dt.datetime(2026, 1, 1)) / dt.timedelta(milliseconds=1)


spans_of_hours = st.lists(st.booleans(), min_size=30, max_size=30)


def as_spans(opened: list[bool]) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.array([0, *opened, 0], dtype=int)))
    return edges.reshape(-1, 2).astype(np.int64)


@given(
    st.lists(st.tuples(spans_of_hours, st.integers(0, 12)), min_size=1, max_size=3),
    st.integers(0, 14),
)
def test_any_hours_equal_every_step_tried(
    offices: list[tuple[list[bool], int]], window: int
) -> None:
    period = 12
    waits = []
    for start in range(period):
        begins = [
            at - start
            for opened, travel in offices
            for at in range(start + travel, 30)
            if opened[at]
        ]
        waits.append(min(begins, default=None))
    spans = [as_spans(opened) for opened, _ in offices]
    found = service_time(spans, [travel for _, travel in offices], [window], period)
    assert found.within == (sum(wait is not None and wait <= window for wait in waits),)
    if all(wait is not None for wait in waits):
        assert found.longest == max(wait for wait in waits if wait is not None)
    else:
        assert found.longest is None


def test_a_wider_window_and_longer_hours_never_serve_less() -> None:
    short, long = np.array([[10, 12], [30, 32]]), np.array([[8, 14], [30, 33]])
    one, other = (service_time([spans], [3], [4, 8], 30) for spans in (short, long))
    assert one.within[0] <= one.within[1]
    assert all(a <= b for a, b in zip(one.within, other.within, strict=True))


def test_who_has_no_road_is_never_served() -> None:
    found = service_time([np.array([[0, 100]])], [UNREACHED], [10], 50)
    assert (found.within, found.longest, found.longest_from) == ((0,), None, None)


def test_bad_inputs() -> None:
    with pytest.raises(CostError, match="do not match"):
        service_time([np.array([[0, 1]])], [], [1], 10)
    with pytest.raises(CostError, match="longer than nothing"):
        service_time([], [], [1], 0)
