"""How long until a service begins: opening hours and travel, over every moment of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.roads import UNREACHED

Array: TypeAlias = NDArray[Any]
Spans: TypeAlias = NDArray[np.int64]

NEVER: Final = np.iinfo(np.int64).max
"""A wait without an end."""


@dataclass(frozen=True)
class ServiceTime:
    """What one place waits until a service begins, over every moment of a period.

    Attributes
    ----------
    within : tuple of int
        For each window the milliseconds of the period at which somebody who sets out is served
        within it.
    longest : int or None
        The longest wait, milliseconds; None if some wait has no end in the spans.
    longest_from : int or None
        The first moment at which somebody sets out who waits that long, milliseconds from the
        start; None as above.
    """

    within: tuple[int, ...]
    longest: int | None
    longest_from: int | None


def service_time(
    spans: Sequence[Spans], travel: Sequence[int], windows: Sequence[int], period: int
) -> ServiceTime:
    """Count how long it takes until a service begins, travel and waiting taken together.

    Somebody sets out at moment t, is at facility j at t + d_j and is served at the first moment
    from then on at which it is open, at whichever facility is the first. With the open spans
    [a, b) of j this is within w if and only if t lies in [a - w, b - d_j) for one of them, provided
    that d_j <= w; so the share of the moments is the length of a union of intervals, and exact.
    The wait jumps up only where one sets out too late for a span, at b - d_j; so the longest is
    among these moments and the first one.

    Parameters
    ----------
    spans
        Of each facility, shape (n, 2): begin and end in milliseconds, apart and in order, an end
        no longer open. They should go on beyond the period, and begin before 0 where hours do.
    travel
        Milliseconds to each facility, `UNREACHED` where there is no road.
    windows
        Longest waits that count, milliseconds.
    period
        Length of the period that begins at 0, milliseconds.

    Raises
    ------
    CostError
        If there are not as many travel times as facilities, or the period is empty.

    Examples
    --------
    One facility an hour away, open for the fourth and fifth hour of ten; within two hours of
    setting out is served who sets out in hours 2 to 4:

    >>> one = service_time([np.array([[3, 5]])], [1], [2], 10)
    >>> one.within, one.longest
    ((3,), None)
    """
    if len(spans) != len(travel):
        raise CostError(f"{len(spans)} facilities and {len(travel)} travel times do not match")
    if period <= 0:
        raise CostError("a period must be longer than nothing")
    reached = [(span, int(time)) for span, time in zip(spans, travel, strict=True)]
    reached = [(span, time) for span, time in reached if time != UNREACHED and len(span)]
    within = tuple(_covered(reached, window, period) for window in windows)
    if not reached:
        return ServiceTime(within, None, None)
    too_late = [span[:, 1] - time for span, time in reached]
    moments = np.unique(np.concatenate([np.zeros(1, dtype=np.int64), *too_late]))
    moments = moments[(moments >= 0) & (moments < period)]
    waits = _waits(reached, moments)
    longest = int(waits.max())
    if longest == NEVER:
        return ServiceTime(within, None, None)
    return ServiceTime(within, longest, int(moments[waits.argmax()]))


def _covered(reached: Sequence[tuple[Spans, int]], window: int, period: int) -> int:
    """Measure the moments from which somebody is served within a window."""
    near = [(span, time) for span, time in reached if time <= window]
    if not near:
        return 0
    begin = np.concatenate([span[:, 0] - window for span, _ in near]).clip(0, period)
    end = np.concatenate([span[:, 1] - time for span, time in near]).clip(0, period)
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    before = np.concatenate([[0], np.maximum.accumulate(end)[:-1]])
    return int(np.maximum(end - np.maximum(begin, before), 0).sum())


def _waits(reached: Sequence[tuple[Spans, int]], moments: Array) -> Array:
    """Give the wait of those who set out at some moments."""
    least = np.full(len(moments), NEVER, dtype=np.int64)
    for span, time in reached:
        there = moments + time
        following = np.searchsorted(span[:, 1], there, side="right")
        some = following < len(span)
        begin = np.maximum(span[following[some], 0], there[some])
        least[some] = np.minimum(least[some], begin - moments[some])
    return least
