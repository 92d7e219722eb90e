"""Numbers with ranges and evidence."""

import math

import pytest

from shelter_geo.capacity.estimates import Estimate, exactly, inputs_table, product, within
from shelter_geo.errors import CapacityError

BASE = Estimate("cases", 900, 1000, 1200, "cases a year", "sourced", "a yearbook")
SHARE = Estimate("share", 0.05, 0.1, 0.2, "share", "assumed", "clients of one organisation")


def test_product_multiplies_the_ends_and_takes_the_weakest_evidence():
    stays = product("stays", "stays a year", [BASE, SHARE])
    assert stays.corners == pytest.approx((45, 100, 240))
    assert (stays.evidence, stays.source) == ("assumed", "cases × share")


def test_inputs_are_listed_once_with_their_evidence():
    table = inputs_table([SHARE, BASE, SHARE])
    assert table["input"].tolist() == ["cases", "share"]
    assert table["evidence"].tolist() == ["sourced", "assumed"]
    assert table["label"].tolist() == ["cases", "share"]
    assert list(inputs_table([]).columns) == list(table.columns)


def test_two_inputs_must_not_share_an_id():
    with pytest.raises(CapacityError, match="two different inputs"):
        inputs_table([BASE, exactly("cases", 5, "cases a year", "assumed", "a guess")])


@pytest.mark.parametrize(
    ("values", "evidence", "source", "words"),
    [
        ((2, 1, 3), "sourced", "x", "must not fall"),
        ((-1, 1, 3), "sourced", "x", "must not fall"),
        ((1, 1, math.inf), "sourced", "x", "finite"),
        ((1, math.nan, 3), "sourced", "x", "finite"),
        ((1, 1, 1), "rumour", "x", "evidence"),
        ((1, 1, 1), "assumed", "", "where the number comes from"),
    ],
)
def test_refuses(values, evidence, source, words):
    with pytest.raises(CapacityError, match=words):
        Estimate("n", *values, "unit", evidence, source)


def test_within_names_the_range():
    assert within(SHARE, 0, 1) is SHARE
    with pytest.raises(CapacityError, match=r"cases: 900 to 1200 is outside 0 to 1"):
        within(BASE, 0, 1)
