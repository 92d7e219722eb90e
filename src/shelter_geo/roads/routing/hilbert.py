"""Number points along a Hilbert curve, so that what lies close together is kept together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEVELS = 16


def hilbert_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order of points along a Hilbert curve over their bounding square.

    Parameters
    ----------
    x, y : shape (k,)

    Returns
    -------
    shape (k,)
        Positions of the points in the order of the curve; ties keep their order.
    """
    if len(x) == 0:
        return np.empty(0, np.int64)
    span = max(np.ptp(x), np.ptp(y)) or 1.0
    scale = ((1 << _LEVELS) - 1) / span
    i = ((x - x.min()) * scale).astype(np.int64)
    j = ((y - y.min()) * scale).astype(np.int64)
    along = np.zeros(len(x), np.int64)
    for level in range(_LEVELS - 1, -1, -1):
        side = 1 << level
        right, upper = (i & side) > 0, (j & side) > 0
        along += side * side * ((3 * right) ^ upper)
        i, j = i & (side - 1), j & (side - 1)
        turned = right & ~upper
        i, j = np.where(turned, side - 1 - i, i), np.where(turned, side - 1 - j, j)
        i, j = np.where(upper, i, j), np.where(upper, j, i)
    return np.argsort(along, kind="stable")
