"""Published claims on a kind of facility, from the study file or a table of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
from pydantic import Field, model_validator

from shelter_geo.errors import Fault
from shelter_geo.study.types import EvidenceKey, Key, OfKind, Said, Worded, languages_in
from shelter_geo.vocabulary import Evidence

MEASURES: Final = (
    "places", "shelter_cities", "times_fewer", "share_missing", "travel_km", "cases_a_year",
)  # fmt: skip
"""What the data can say beside a claim."""


class Claim(OfKind):
    """A published statement on a kind of facility, and the measure that answers it.

    Attributes
    ----------
    statement, scope
        What was said, and of what: the claim's own words such as "from some areas".
    measure
        What the data say beside it; without one the claim cannot be tested.
    low, high, unit
        What was said in numbers, if it was.
    about_percent
        How far the numbers may be off on each side, where the claim says "about".
    is_input
        Whether the study's own tables were made from it, so that they cannot test it.
    statistic, first_year, last_year
        Rows of the table of statistics, for the measure `cases_a_year`.
    said_by, document, paragraph, year
        Who said it, and where it stands.
    cited
        The same for readers; the source where nothing is given.
    source, evidence
        Where the claim was read.
    """

    id: Key
    statement: Worded
    scope: Worded | None = None
    measure: (
        Literal[
            "places",
            "shelter_cities",
            "times_fewer",
            "share_missing",
            "travel_km",
            "cases_a_year",
        ]
        | None
    ) = None
    low: float | None = None
    high: float | None = None
    about_percent: float = Field(default=0, ge=0, lt=100)
    unit: str
    is_input: bool = False
    statistic: str | None = None
    first_year: int | None = None
    last_year: int | None = None
    said_by: Said | None = None
    document: Said | None = None
    paragraph: Said | None = None
    year: str | None = None
    cited: Worded | None = None
    source: Said
    evidence: EvidenceKey

    @model_validator(mode="after")
    def _testable(self) -> Claim:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        if self.measure is not None and (self.low is None or self.high is None):
            raise ValueError("give low and high, for the measure is held against them")
        if self.measure == "cases_a_year" and None in (
            self.statistic,
            self.first_year,
            self.last_year,
        ):
            raise ValueError("cases_a_year needs statistic, first_year and last_year")
        return self

    @property
    def limits(self) -> tuple[float, float]:
        """Low and high with what "about" leaves open on both sides."""
        low = float("nan") if self.low is None else self.low
        high = float("nan") if self.high is None else self.high
        return low * (1 - self.about_percent / 100), high * (1 + self.about_percent / 100)


def claims_of(
    path: Path, table: pd.DataFrame, taken: Iterable[str], statistics: pd.DataFrame | None
) -> tuple[tuple[Claim, ...], list[Fault]]:
    """Make claims of the rows of a table.

    Parameters
    ----------
    path
        Its file, for the faults.
    table
        As `schemas.CLAIMS` describes it, indexed by row number.
    taken
        Ids of claims that the study file gives itself.
    statistics
        As `schemas.STATISTICS` describes them, if there are any.

    Returns
    -------
    claims
        One for each row without a fault.
    faults
        Rows that make no claim, or that name statistics that are not there.
    """
    claims, faults = [], []
    known = set(taken)
    counted = set() if statistics is None else set(statistics["measure"])
    languages = {stem: languages_in(stem, table) for stem in ("statement", "scope", "cited")}
    for number, row in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        values = {str(key): value for key, value in row.items()}
        try:
            claim = _claim(values, languages)
        except ValueError as error:
            message = str(error.errors()[0]["msg"]) if hasattr(error, "errors") else str(error)
            remedy = "Correct the row as docs/data.md describes claims."
            faults.append(Fault(path.name, message, remedy, number))
            continue
        if claim.id in known:
            remedy = "Give every claim an id of its own, in the table and in the study file."
            faults.append(
                Fault(path.name, "this id stands twice", remedy, number, "claim_id", claim.id)
            )
        if claim.statistic is not None and claim.statistic not in counted:
            remedy = "Name a measure of the table of statistics (tables.statistics)."
            text = claim.statistic
            faults.append(
                Fault(path.name, "stands in no row of it", remedy, number, "statistic", text)
            )
        claims.append(claim)
    return tuple(claims), faults


def _claim(row: dict[str, Any], languages: dict[str, list[str]]) -> Claim:
    given = {
        "id": row["claim_id"],
        "low": _number(row["low"]),
        "high": _number(row["high"]),
        "about_percent": _number(row.get("about_percent")),
        "unit": row["unit"],
        "is_input": bool(row.get("is_input", False)),
        "first_year": _year(row.get("first_year")),
        "last_year": _year(row.get("last_year")),
        "source": row["source"],
        "evidence": Evidence(row["evidence"]),
    }
    plain = ("kind", "measure", "statistic", "said_by", "document", "paragraph", "year")
    given |= {name: _plain(row.get(name)) for name in plain}
    given |= {stem: _worded(row, stem, spoken) for stem, spoken in languages.items()}
    return Claim(**{name: value for name, value in given.items() if value is not None})


def _plain(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or value == "" else str(value)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _year(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _worded(row: dict[str, Any], stem: str, languages: Iterable[str]) -> dict[str, str] | None:
    words = {lang: _plain(row[f"{stem}_{lang}"]) for lang in languages}
    return {lang: text for lang, text in words.items() if text is not None} or None
