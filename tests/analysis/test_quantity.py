"""A published number: what it carries, and how it is written, worked out by hand."""

from __future__ import annotations

import math

import pytest
from helpers.speaking import said
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.analysis import AsOf, Population, Quantity, Unit, weakest
from shelter_geo.errors import OutputError
from shelter_geo.publish.words import Words, everywhere, say
from shelter_geo.vocabulary import Evidence

NBSP = "\u00a0"
numbers = st.floats(-1e9, 1e9)


def written(quantity: Quantity, lang: str = "en") -> str:
    return Words(lang).quantity(quantity)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Quantity.count(1234.4), "1,234"),
        (Quantity.count(1.78, digits=2), "1.78"),
        (Quantity.people(16_823), "16,800"),
        (Quantity.share(0.046), "5%"),
        (Quantity.share(0.046, digits=1), "4.6%"),
        (Quantity.km(153.6), "154 km"),
        (Quantity.minutes(62.5), "1 h 5 min"),
        (Quantity.span(10, 40), "10 to 40"),
        (Quantity.span(0.37, 0.63, Unit.SHARE), "37% to 63%"),
        (Quantity.span(1_234_000, 1_441_000, Unit.PEOPLE), "1,230,000 to 1,440,000"),
        (Quantity(120, low=80, high=160), "80 to 160"),
        (Quantity.km(math.nan), "–"),
        (Quantity.count(math.nan, evidence=Evidence.ASSUMED), "–"),
    ],
)
def test_a_quantity_is_rounded_to_what_is_known_of_its_unit(quantity: Quantity, text: str) -> None:
    assert written(quantity) == text


@pytest.mark.parametrize(
    ("lang", "text"),
    [("en", "1,200 (assumed)"), ("az", "1.200 (fərziyyə)"), ("ru", f"1{NBSP}200 (допущение)")],
)
def test_an_assumed_number_carries_its_mark(lang: str, text: str) -> None:
    assert written(Quantity.count(1200, evidence=Evidence.ASSUMED), lang) == text


def test_only_assumed_numbers_carry_it() -> None:
    for evidence in set(Evidence) - {Evidence.ASSUMED}:
        assert written(Quantity.count(25, evidence=evidence)) == "25"


def test_the_registered_are_named_unless_the_words_around_name_them() -> None:
    people = Quantity.people(758_587, population=Population.REGISTERED, evidence=Evidence.ASSUMED)
    assert written(people) == "758,600 (registered, assumed)"
    assert Words("en").quantity(people, named=True) == "758,600 (assumed)"
    assert written(Quantity.people(100, population=Population.RESIDENTS)) == "100"


def test_texts_take_quantities_and_refuse_bare_numbers() -> None:
    assert said(say("units.km", n=Quantity.count(12))) == "12 km"
    assert said(everywhere(Quantity.km(12)), "ru") == f"12{NBSP}км".replace(NBSP, " ")
    assert said(say("units.places", n=Quantity.count(1))) == "1 place"
    for bare in (12, 12.5, True, None):
        with pytest.raises(TypeError, match="words or a Quantity"):
            Words("en").text("units.km", n=bare)


def test_it_knows_its_sources_and_their_dates() -> None:
    rests_on = (AsOf("upr-2023", "2023-04"), AsOf("people", "2026-01-01"))
    assert Quantity.count(175, as_of=rests_on).sources == ("upr-2023", "people")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"low": 1.0}, "one end"),
        ({"high": 9.0}, "one end"),
        ({"low": 6.0, "high": 9.0}, "outside its range 6 to 9"),
        ({"digits": -1}, "-1 decimals"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, float], message: str) -> None:
    with pytest.raises(OutputError, match=message):
        Quantity.count(5.0, **given)


def test_a_range_backwards_is_refused() -> None:
    with pytest.raises(OutputError, match="outside its range 9 to 6"):
        Quantity.span(9, 6)


@given(numbers, numbers)
def test_the_value_of_a_span_lies_in_it(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert low <= Quantity.span(low, high).value <= high


@given(st.lists(st.sampled_from(Evidence)))
def test_what_rests_on_an_assumption_is_assumed_and_nothing_is_better_than_derived(
    known: list[Evidence],
) -> None:
    found = weakest(known)
    assert (found == Evidence.ASSUMED) == (Evidence.ASSUMED in known)
    assert found not in (Evidence.SOURCED, Evidence.MEASURED)
