"""The shortfall against the norm, by hand and against the published claim."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shelter_geo.analysis import Evaluation
from shelter_geo.capacity.norms import TOTAL, PlaceReading, shortfall
from shelter_geo.errors import CapacityError

ONE, TWO = PlaceReading("one", 1.0), PlaceReading("two", 2.0)


def table(people: dict[str, int], places: dict[str, int]) -> pd.DataFrame:
    return shortfall(
        pd.Series(people), pd.Series(places), [ONE, TWO], people_per_family_place=100
    ).set_index(["reading", "area"])


def test_shortfall_by_hand() -> None:
    found = table({"x": 1000, "y": 400}, {"x": 8, "y": 0})
    x = found.loc[("two", "x")]
    assert (x["family_places_needed"], x["family_places_there"]) == (10, 4)
    assert (x["family_places_missing"], x["times_fewer"]) == (6, 2.5)
    y = found.loc[("one", "y")]
    assert y["family_places_missing"] == 4
    assert np.isnan(y["times_fewer"])
    assert found.loc[("one", TOTAL), "family_places_missing"] == 6


def test_a_surplus_is_not_missing_and_makes_up_in_the_total() -> None:
    found = table({"x": 100, "y": 100}, {"x": 2, "y": 0})
    assert found.loc[("one", "x"), "family_places_missing"] == 0
    assert found.loc[("one", TOTAL), "family_places_missing"] == 0
    assert found.loc[("one", "y"), "family_places_missing"] == 1


def test_published_claim_is_reproduced(evaluation: Evaluation) -> None:
    """Figures of the published audit: 5.8, 10.3 to 10.6 and 14.5 times."""
    claimed = evaluation.shortfall[
        (evaluation.shortfall["area"] == TOTAL) & (evaluation.shortfall["population_year"] == 2023)
    ]
    ratio = claimed.set_index("persons_per_family_place")["times_fewer"].round(1)
    assert ratio.to_dict() == {1.0: 5.8, 1.78: 10.3, 1.84: 10.6, 2.5: 14.5}


def test_totals_tie_out(evaluation: Evaluation) -> None:
    total = evaluation.shortfall[
        (evaluation.shortfall["area"] == TOTAL) & (evaluation.shortfall["population_year"] == 2026)
    ]
    # Registered, less those of the 13 units of which many live elsewhere, with those who live
    # there and the displaced people whom a source places in a district.
    residents = 10_262_351 - 758_587 + 278_400 + 280_705
    assert set(total["population"]) == {residents}
    assert set(total["places"]) == {175}
    assert evaluation.settlements["population"].sum() == residents
    assert evaluation.settlements["registered"].sum() == 10_262_351
    women = evaluation.districts["women"].sum()
    assert evaluation.settlements["women"].sum() == women


@pytest.mark.parametrize(
    ("people", "places", "readings", "norm", "message"),
    [
        ({"x": 1}, {"x": 1}, [ONE], 0, "norm"),
        ({"x": 1}, {"x": 1}, [PlaceReading("none", 0.0)], 10, "more than 0 persons"),
        ({"x": 1}, {"y": 1}, [ONE], 10, "same areas"),
        ({"x": 1}, {"x": -1}, [ONE], 10, "negative"),
        ({"x": -1}, {"x": 1}, [ONE], 10, "negative"),
    ],
)
def test_meaningless_questions_are_refused(
    people: dict[str, int],
    places: dict[str, int],
    readings: list[PlaceReading],
    norm: int,
    message: str,
) -> None:
    with pytest.raises(CapacityError, match=message):
        shortfall(pd.Series(people), pd.Series(places), readings, people_per_family_place=norm)
