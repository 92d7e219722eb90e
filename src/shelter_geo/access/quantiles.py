"""Quantiles of values that stand for many people each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def weighted_quantile(values: ArrayLike, weights: ArrayLike, share: float) -> float:
    """Return the least value that at least `share` of the weight does not exceed.

    Parameters
    ----------
    values, weights
        Arrays of one length; weights of 0 or more.
    share
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `share` lies outside 0 to 1 or a weight is negative.
    """
    value, weight = np.asarray(values, float), np.asarray(weights, float)
    if not 0 <= share <= 1:
        raise ValueError(f"a quantile lies between 0 and 1, not at {share}")
    if (weight < 0).any():
        raise ValueError("weights must not be negative")
    if weight.sum() == 0:
        return float("nan")
    order = np.argsort(value, kind="stable")
    filled = np.cumsum(weight[order])
    at = np.searchsorted(filled, share * filled[-1], side="left")
    return float(value[order][min(int(at), len(value) - 1)])
