"""Who may use which shelter, with unknown kept apart from no."""

import numpy as np
import pandas as pd
import pytest

from shelter_geo.capacity.groups import (
    admission,
    group_row,
    nearest_admitting,
    places_for_group,
)
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Reason

NAN = np.nan
SHELTERS = pd.DataFrame(
    {
        "women": ["yes", "yes", "yes"],
        "men": ["no", "no", "no"],
        "lgbtq_inclusive": ["no", "unknown", "yes"],
        "police_referral_required": ["reported", "unknown", "no"],
        "places": [30, 120, 25],
    },
    index=pd.Index(["p", "q", "r"], name="shelter_id"),
)
POINTS = pd.Index(["a", "b", "c"], name="district_id")
COST = np.array([[10.0, 20.0, 300.0], [90.0, 80.0, 40.0], [NAN, NAN, NAN]])
PEOPLE = pd.Series([100, 50, 7], index=POINTS)


def three(values):
    return pd.array(values, dtype="boolean").tolist()


@pytest.mark.parametrize(
    ("groups", "without_papers", "expected"),
    [
        ((), False, [True, True, True]),
        (("women",), False, [True, True, True]),
        (("men",), False, [False, False, False]),
        (("lgbtq",), False, [False, pd.NA, True]),
        ((), True, [False, pd.NA, True]),
        (("lgbtq", "women"), True, [False, pd.NA, True]),
        (("men",), True, [False, False, False]),
        (("disabilities",), False, [pd.NA, pd.NA, pd.NA]),
        (("disabilities", "men"), False, [False, False, False]),
        (("disabilities", "lgbtq"), False, [False, pd.NA, pd.NA]),
    ],
)
def test_admission_keeps_three_values(groups, without_papers, expected):
    found = admission(SHELTERS, groups, without_police_papers=without_papers)
    assert found.tolist() == three(expected)
    assert found.index.equals(SHELTERS.index)


def test_blank_and_strange_words_are_unknown():
    shelters = pd.DataFrame({"women": ["", None, NAN, "perhaps", "yes"]})
    assert admission(shelters, ["women"]).isna().tolist() == [True, True, True, True, False]


def test_women_reach_the_nearest_of_all():
    found = nearest_admitting(admission(SHELTERS, ["women"]), COST, POINTS)
    assert found["distance_km_low"].tolist()[:2] == [10, 40]
    assert found["distance_km_low"].equals(found["distance_km_high"].rename("distance_km_low"))
    assert found["shelter_high"].fillna("none").tolist() == ["p", "r", "none"]
    assert found["reason"].tolist() == ["", "", Reason.NO_ROAD]


def test_an_unknown_makes_a_range():
    found = nearest_admitting(admission(SHELTERS, ["lgbtq"]), COST, POINTS)
    assert found["distance_km_low"].tolist()[:2] == [20, 40]
    assert found["distance_km_high"].tolist()[:2] == [300, 40]
    assert found["shelter_low"].fillna("none").tolist() == ["q", "r", "none"]


def test_a_group_that_nobody_admits_has_no_nearest_place():
    admits = admission(SHELTERS, ["men"])
    found = nearest_admitting(admits, COST, POINTS)
    assert found[["distance_km_low", "distance_km_high"]].isna().all(axis=None)
    assert set(found["reason"]) == {Reason.NOT_ADMITTED}
    row = group_row(found, admits, SHELTERS["places"], PEOPLE)
    assert (row["shelters_high"], row["places_high"]) == (0, 0)
    assert (row["people_without_low"], row["people_without_high"]) == (157, 157)
    assert np.isnan(row["distance_km_low"])
    assert row["reason"] == Reason.NOT_ADMITTED


def test_a_group_no_shelter_is_known_to_admit():
    admits = admission(SHELTERS, ["elderly"])
    found = nearest_admitting(admits, COST, POINTS)
    assert found["distance_km_low"].tolist()[:2] == [10, 40]
    assert found["distance_km_high"].isna().all()
    assert found["reason"].tolist() == [
        Reason.ADMISSION_NOT_KNOWN,
        Reason.ADMISSION_NOT_KNOWN,
        Reason.NO_ROAD,
    ]
    assert places_for_group(admits, SHELTERS["places"]) == (0, 175)


def test_roads_that_lead_to_the_wrong_shelter():
    cost = np.array([[5.0, NAN, NAN], [NAN, 8.0, NAN]])
    found = nearest_admitting(admission(SHELTERS, ["lgbtq"]), cost, POINTS[:2])
    assert found["reason"].tolist() == [
        Reason.NO_ROAD_TO_ADMITTING,
        Reason.NO_ROAD_TO_KNOWN,
    ]


def test_group_row_by_hand():
    admits = admission(SHELTERS, ["lgbtq"])
    found = nearest_admitting(admits, COST, POINTS)
    row = group_row(found, admits, SHELTERS["places"], PEOPLE)
    assert row == {
        "shelters_low": 1,
        "shelters_high": 2,
        "places_low": 25,
        "places_high": 145,
        "people_without_low": 7,
        "people_without_high": 7,
        "distance_km_low": pytest.approx((100 * 20 + 50 * 40) / 150),
        "distance_km_high": pytest.approx((100 * 300 + 50 * 40) / 150),
        "reason": "",
    }


def test_means_compare_the_same_people():
    """In the sure reading only b reaches a shelter; a must not pull the other mean down."""
    cost = np.array([[1.0, 1.0, NAN], [90.0, 80.0, 90.0], [NAN, NAN, NAN]])
    admits = admission(SHELTERS, ["lgbtq"])
    row = group_row(nearest_admitting(admits, cost, POINTS), admits, SHELTERS["places"], PEOPLE)
    assert (row["distance_km_low"], row["distance_km_high"]) == (80, 90)
    assert (row["people_without_low"], row["people_without_high"]) == (7, 107)


def test_other_measures_and_nobody_there():
    admits = admission(SHELTERS)
    found = nearest_admitting(admits, COST, POINTS, measure="travel_min", then=COST * 2)
    row = group_row(found, admits, SHELTERS["places"], PEOPLE * 0, measure="travel_min")
    assert np.isnan(row["travel_min_low"])
    assert row["people_without_high"] == 0


def test_refuses():
    admits = admission(SHELTERS)
    with pytest.raises(CapacityError, match="ghosts is no known group"):
        admission(SHELTERS, ["ghosts"])
    with pytest.raises(CapacityError, match="row a point"):
        nearest_admitting(admits, COST[:2], POINTS)
    with pytest.raises(CapacityError, match="same rows"):
        places_for_group(admits, SHELTERS["places"].iloc[:2])
    found = nearest_admitting(admits, COST, POINTS)
    with pytest.raises(CapacityError, match="same rows"):
        group_row(found, admits, SHELTERS["places"], PEOPLE.iloc[:2])
