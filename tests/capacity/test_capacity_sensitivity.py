"""One input moved at a time."""

import pytest

from shelter_geo.capacity.estimates import Estimate, exactly, tornado
from shelter_geo.errors import CapacityError
from shelter_geo.vocabulary import Evidence

CASES = Estimate("cases", 90, 100, 120, "cases", "sourced", "a yearbook")
HIDDEN = Estimate("hidden", 1, 2, 5, "times", "assumed", "a guess")
KNOWN = exactly("known", 3, "days", Evidence.RECALLED, "a law")


def answer(values):
    return values["cases"] * values["hidden"] + values["known"]


def test_by_hand_the_widest_first():
    found = tornado(answer, [KNOWN, CASES, HIDDEN])
    assert (found.central, found.low, found.high) == (203, 93, 603)
    table = found.table
    assert table["input"].tolist() == ["hidden", "cases", "known"]
    assert table["answer_at_low"].tolist() == [103, 183, 203]
    assert table["answer_at_high"].tolist() == [503, 243, 203]
    assert table["swing"].tolist() == [400, 60, 0]
    assert table["evidence"].tolist() == ["assumed", "sourced", Evidence.RECALLED]
    assert table["input_low"].tolist() == [1, 90, 3]


def test_an_answer_that_falls_keeps_its_ends():
    found = tornado(lambda v: -v["hidden"], [HIDDEN])
    assert found.table.loc[0, ["answer_at_low", "answer_at_high"]].tolist() == [-1, -5]
    assert (found.low, found.high) == (-5, -1)


def test_ties_go_to_the_first_id():
    twins = [Estimate(name, 0, 1, 2, "x", "assumed", "x") for name in ("b", "a")]
    assert tornado(lambda v: v["a"] + v["b"], twins).table["input"].tolist() == ["a", "b"]


def test_refuses():
    with pytest.raises(CapacityError, match="at least one"):
        tornado(answer, [])
    with pytest.raises(CapacityError, match="once"):
        tornado(answer, [CASES, CASES])
    with pytest.raises(CapacityError, match="not finite"):
        tornado(lambda v: float("nan"), [CASES])
