"""A number with its range, and whether it is published, recalled or assumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence

CORNERS: Final = ("low", "central", "high")
"""The three readings of every range, in the order of their columns."""
STRENGTH: Final[dict[Evidence, int]] = {kind: rank for rank, kind in enumerate(Evidence)}
COLUMNS: Final = ("input", "label", "low", "central", "high", "unit", "evidence", "source")


@dataclass(frozen=True)
class Estimate:
    """One input: its central value, its range and where it comes from.

    Attributes
    ----------
    id
        Key of the input, the same in every table.
    low, central, high
        Values in `unit`, not falling; all three alike for a number without a range.
    unit
        What one stands for, such as "days".
    evidence
        How it is known.
    source
        Who says so; for an assumption, why this range.
    label
        Words for readers; the id where none are given.

    Raises
    ------
    CapacityError
        If a value is not finite, negative or out of order, or evidence or source is missing.
    """

    id: str
    low: float
    central: float
    high: float
    unit: str
    evidence: Evidence
    source: str
    label: str = ""

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in self.corners):
            raise CapacityError(f"{self.id}: low, central and high must be finite numbers")
        if not 0 <= self.low <= self.central <= self.high:
            raise CapacityError(f"{self.id}: 0, low, central and high must not fall")
        if self.evidence not in STRENGTH:
            raise CapacityError(f"{self.id}: evidence must be one of {', '.join(STRENGTH)}")
        if not self.source:
            raise CapacityError(f"{self.id}: say where the number comes from")

    @property
    def corners(self) -> tuple[float, float, float]:
        """Low, central and high."""
        return self.low, self.central, self.high


def exactly(id: str, value: float, unit: str, evidence: Evidence, source: str) -> Estimate:
    """Make an estimate without a range."""
    return Estimate(id, value, value, value, unit, evidence, source)


def within(estimate: Estimate, low: float, high: float) -> Estimate:
    """Return the estimate, or refuse it where its range leaves `low` to `high`.

    Raises
    ------
    CapacityError
        If it does.
    """
    if estimate.low < low or estimate.high > high:
        raise CapacityError(
            f"{estimate.id}: {estimate.low:g} to {estimate.high:g} is outside {low:g} to {high:g}"
        )
    return estimate


def product(id: str, unit: str, factors: Iterable[Estimate]) -> Estimate:
    """Multiply estimates, low with low and high with high.

    The range is the widest the factors allow, as if they erred together; its evidence is that of
    the weakest factor.
    """
    parts = tuple(factors)
    low, central, high = (
        math.prod(corner) for corner in zip(*(p.corners for p in parts), strict=True)
    )
    weakest = max((part.evidence for part in parts), key=STRENGTH.__getitem__)
    return Estimate(id, low, central, high, unit, weakest, " × ".join(part.id for part in parts))


def by_evidence(inputs: Iterable[Estimate]) -> dict[str, list[str]]:
    """List the ids of inputs by how they are known, the best known first."""
    ids: dict[str, set[str]] = {kind: set() for kind in STRENGTH}
    for estimate in inputs:
        ids[estimate.evidence].add(estimate.id)
    return {kind: sorted(found) for kind, found in ids.items() if found}


def rests_on(inputs: Iterable[Estimate]) -> str:
    """Say of each input how it is known, in a line for the table of a result."""
    return "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in by_evidence(inputs).items())


def inputs_table(inputs: Iterable[Estimate]) -> pd.DataFrame:
    """List inputs once each, by id, for the table beside a result.

    Returns
    -------
    DataFrame
        `input`, `label`, `low`, `central`, `high`, `unit`, `evidence`, `source`.

    Raises
    ------
    CapacityError
        If two inputs with one id differ.
    """
    known: dict[str, Estimate] = {}
    for estimate in inputs:
        if known.setdefault(estimate.id, estimate) != estimate:
            raise CapacityError(f"two different inputs are called {estimate.id}")
    rows = [
        (e.id, e.label or e.id, *e.corners, e.unit, e.evidence, e.source)
        for _, e in sorted(known.items())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
