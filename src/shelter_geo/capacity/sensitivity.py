"""How far an answer moves when one assumption does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from shelter_geo.capacity.estimates import Estimate, inputs_table
from shelter_geo.errors import CapacityError


@dataclass(frozen=True, eq=False)
class Tornado:
    """An answer, and what each input alone does to it.

    Attributes
    ----------
    central, low, high
        The answer with every input at its central value, and the least and most of it with
        all inputs at their low ends, all at their high ends, or one moved alone.
    table
        One row an input, the one that moves the answer most first (ties by id): `input`, `label`,
        `evidence`, `source`, `unit`, `input_low`, `input_high`, `answer_at_low`,
        `answer_at_high`, `swing`.
    """

    central: float
    low: float
    high: float
    table: pd.DataFrame


def tornado(answer: Callable[[Mapping[str, float]], float], inputs: Iterable[Estimate]) -> Tornado:
    """Move one input at a time from its low to its high end, the others held central.

    Parameters
    ----------
    answer
        Gives the answer for a value of each input, by id. Only the ends of ranges are tried: an
        answer that peaks in between is not seen.
    inputs
        Inputs with their ranges.

    Raises
    ------
    CapacityError
        If there is no input, two inputs share an id, or an answer is not finite.
    """
    known = tuple(inputs)
    listed = inputs_table(known)
    if len(listed) == 0 or len(listed) < len(known):
        raise CapacityError("give at least one input, and each of them once")
    middle = {estimate.id: estimate.central for estimate in known}

    def at(moved: Mapping[str, float]) -> float:
        value = float(answer({**middle, **moved}))
        if not math.isfinite(value):
            raise CapacityError(f"the answer is not finite with {dict(moved) or 'central values'}")
        return value

    by_id = sorted(known, key=lambda estimate: estimate.id)
    listed["answer_at_low"] = [at({e.id: e.low}) for e in by_id]
    listed["answer_at_high"] = [at({e.id: e.high}) for e in by_id]
    listed["swing"] = (listed["answer_at_high"] - listed["answer_at_low"]).abs()
    table = listed.sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)
    ends = [
        at({e.id: e.low for e in known}),
        at({e.id: e.high for e in known}),
        *table["answer_at_low"],
        *table["answer_at_high"],
        at({}),
    ]
    names = {"low": "input_low", "high": "input_high"}
    order = ["input", "label", "evidence", "source", "unit", "input_low", "input_high"]
    order += ["answer_at_low", "answer_at_high", "swing"]
    return Tornado(at({}), min(ends), max(ends), table.rename(columns=names)[order])
