"""Published claims beside what the data give."""

from __future__ import annotations

import pandas as pd
import pytest

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.claims import Measured, compare_claims
from shelter_geo.study.settings import Claim
from shelter_geo.vocabulary import Verdict


def claim(low: float, high: float) -> Claim:
    return Claim(
        id="c",
        statement="s",
        measure="places",
        low=low,
        high=high,
        unit="places",
        source="x",
        evidence="sourced",
    )


@pytest.mark.parametrize(
    ("published", "data", "verdict"),
    [
        ((175, 175), (175, 175), Verdict.HOLDS),
        ((9, 11), (9.5, 10), Verdict.HOLDS),
        ((9.5, 10.5), (5.8, 14.5), Verdict.HOLDS_PARTLY),
        ((9, 11), (11, 12), Verdict.HOLDS_PARTLY),
        ((9, 11), (12, 13), Verdict.DOES_NOT_HOLD),
        ((9, 11), (1, 8), Verdict.DOES_NOT_HOLD),
    ],
)
def test_verdict_follows_the_ranges(
    published: tuple[float, float], data: tuple[float, float], verdict: str
) -> None:
    table = compare_claims([claim(*published)], {"places": Measured(*data, "note")})
    assert table.loc[0, "verdict"] == verdict


def test_bundled_claims_against_the_data(evaluation: Evaluation) -> None:
    table = evaluation.claims.set_index("claim_id")
    assert table.loc["places", "data_low"] == 175
    assert table.loc["two-cities", "data_note"] == "Baku, Ganja"
    assert table.loc["ten-times", "verdict"] == Verdict.HOLDS_PARTLY
    far = evaluation.districts["distance_km"].max()
    assert table.loc["300-km", "data_high"] == far
    assert table.loc["300-km", "verdict"] == Verdict.HOLDS_PARTLY  # not for the average
    assert set(table["verdict"]) <= {Verdict.HOLDS, Verdict.HOLDS_PARTLY, Verdict.DOES_NOT_HOLD}


def test_no_claims_give_an_empty_table() -> None:
    assert isinstance(compare_claims([], {}), pd.DataFrame)
