"""Solve a large integer program by way of a small one, without what is sure not to be used.

The linear relaxation names the few columns that matter; a program of those alone soon has a good
solution (kernel search: Angelelli, Mansini and Speranza 2010, Computers and Operations Research
37). Columns whose reduced cost then closes the gap cannot be in a better solution.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.siting.exact.highs import Optimum, Program, relaxed, solve

Array = NDArray[Any]

_USED: Final = 1e-6
_ROUNDING: Final = 1e-6
_KERNEL_SHARE: Final = 0.25
"""Share of the time for the small program."""


def solve_narrowed(program: Program, deadline: float, start: Array) -> Optimum:
    """Solve a mixed integer program that has an optimum in whole numbers, or improve on a start.

    Parameters
    ----------
    program
        Its least values are 0, and it has an optimum whose every column is whole.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    start
        A solution in whole numbers.
    """
    left = deadline - time.monotonic()
    loose = relaxed(program, left)
    if loose is None:
        return solve(program, deadline - time.monotonic(), start=start)
    x, price, value = loose
    used = (x > _USED) | (start > _USED)
    kernel = program._replace(most=np.where(program.whole & ~used, 0.0, program.most))
    found = solve(kernel, _KERNEL_SHARE * left, start=start)
    best, total = start, float(program.cost @ start)
    if found.x is not None and found.objective < total:
        best, total = found.x, found.objective
    room = total - value + _ROUNDING * max(abs(total), 1.0)
    narrow = program._replace(most=np.where((price > room) & ~used, 0.0, program.most))
    last = solve(narrow, deadline - time.monotonic(), start=best)
    if last.x is not None and last.objective <= total:
        return last
    bound = max(last.bound, value) if np.isfinite(last.bound) else value
    return Optimum(best, total, min(total if last.proven else bound, total), last.proven)
