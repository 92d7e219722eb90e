"""Colours of classes: their order and their contrast for every eye, and on paper without colour."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from helpers.speaking import said
from numpy.typing import NDArray

from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.capacity_map import PlaceClasses
from shelter_geo.publish.maps.comparison_map import GainClasses
from shelter_geo.publish.pages.sealed import asset
from shelter_geo.publish.palette import Classes, ramp, two_sided_ramp

NUMBERS = range(3, 10)
ODD = (3, 5, 7, 9)
EYES = {
    "typical": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What each eye makes of linear red, green and blue: Machado, Oliveira and Fernandes (2009), A
physiologically-based model for simulation of color vision deficiency, IEEE Transactions on
Visualization and Computer Graphics 15(6), severity 1."""
LEAST_DIFFERENCE = 10.0
"""CIE76; about 2.3 is the least that an eye can see."""
LEAST_GREY = 9.0
"""In lightness of CIELAB, 0 to 100."""


def seen(colour: str, eye: str) -> NDArray[np.float64]:
    """CIELAB of what an eye sees of `#rrggbb`, by CIE 15:2004 and the primaries of BT.709."""
    share = np.array(list(bytes.fromhex(colour[1:]))) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(EYES[eye]) @ linear, 0, 1)
    primaries = [
        [0.4123908, 0.3575843, 0.1804808],
        [0.2126390, 0.7151687, 0.0721923],
        [0.0193308, 0.1191948, 0.9505322],
    ]
    to_white = np.array(primaries) @ linear / [0.9504559, 1.0, 1.0890577]
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in to_white)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_ramp_darkens_and_neighbours_differ_for_every_eye(number: int, eye: str) -> None:
    colours = [seen(colour, eye) for colour in ramp(number)]
    assert len(colours) == number
    for light, dark in pairwise(colours):
        assert light[0] > dark[0]
        assert np.linalg.norm(light - dark) >= LEAST_DIFFERENCE


@pytest.mark.parametrize("number", NUMBERS)
def test_neighbours_of_a_ramp_differ_in_grey(number: int) -> None:
    for light, dark in pairwise(seen(colour, "typical")[0] for colour in ramp(number)):
        assert light - dark >= LEAST_GREY


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("number", ODD)
def test_losses_and_gains_darken_away_from_the_middle(number: int, eye: str) -> None:
    colours = [seen(colour, eye) for colour in two_sided_ramp(number)]
    middle = number // 2
    for side in (colours[middle::-1], colours[middle:]):
        assert len(side) == middle + 1
        for light, dark in pairwise(side):
            assert light[0] > dark[0]
            assert np.linalg.norm(light - dark) >= LEAST_DIFFERENCE
    for loss, gain in zip(colours[:middle], colours[:middle:-1], strict=True):
        assert np.linalg.norm(loss - gain) >= LEAST_DIFFERENCE


def test_ends_stay_and_half_of_the_steps_are_shared() -> None:
    five = ("#fcf4b6", "#fc8c63", "#c73d73", "#6b1d81", "#140e36")
    assert ramp(5) == five
    assert ramp(3) == five[::2]
    assert ramp(9)[::2] == five
    assert {ramp(number)[0] for number in NUMBERS} == {five[0]}
    assert {ramp(number)[-1] for number in NUMBERS} == {five[-1]}


def test_seven_classes_of_losses_and_gains_have_the_colours_they_are_sampled_from() -> None:
    seven = ("#8a3a06", "#dd7d18", "#fbcf9b", "#f3f1ee", "#bcd3ea", "#5b8fc7", "#173d7a")
    assert two_sided_ramp(7) == seven
    assert two_sided_ramp(3) == seven[::3]


@pytest.mark.parametrize("number", [-1, 0, 1, 2, 10])
def test_no_ramp_has_fewer_than_three_or_more_than_nine(number: int) -> None:
    with pytest.raises(OutputError, match=f"3 to 9 classes, not for {number}"):
        ramp(number)


@pytest.mark.parametrize("number", [1, 4, 11])
def test_losses_and_gains_have_an_odd_number_of_classes(number: int) -> None:
    with pytest.raises(OutputError, match=f"odd number of classes from 3 to 9, not {number}"):
        two_sided_ramp(number)


@pytest.mark.parametrize("number", NUMBERS)
def test_classes_have_a_colour_more_than_limits_and_places_run_the_other_way(number: int) -> None:
    assert Classes(breaks=tuple(range(1, number))).colours == ramp(number)
    assert PlaceClasses(breaks=tuple(range(number - 1))).colours == ramp(number)[::-1]


def test_limits_of_change_stand_on_both_sides() -> None:
    assert GainClasses.mirrored((1, 25, 100)) == GainClasses()
    few = GainClasses.mirrored((5,))
    assert few.breaks == (-5, 5)
    assert [said(few.label(rank)) for rank in range(3)] == [
        "more than 5 km farther, or no longer any road",
        "no change (less than 5 km)",
        "more than 5 km nearer, or within reach where no road led to one",
    ]
    many = GainClasses.mirrored((1, 10, 25, 100))
    assert many.of([-200, -100, -25, -10, -1, 0, 1, 10, 25, 100, 200]).tolist() == [
        0, 0, 1, 2, 3, 4, 4, 5, 6, 7, 8,
    ]  # fmt: skip
    with pytest.raises(OutputError, match="must ascend"):
        GainClasses.mirrored((25, 1))
    with pytest.raises(OutputError, match="not 11"):
        GainClasses.mirrored((1, 2, 3, 4, 5))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("number", NUMBERS)
def test_on_light_and_dark_pages_the_worst_class_stands_out_the_most(number: int, eye: str) -> None:
    grounds = re.findall(r"--land: ?(#[0-9a-f]{6})", asset("page.css"))
    assert len(grounds) == 2
    for ground in grounds:
        around = seen(ground, eye)[0]
        contrasts = [abs(around - seen(colour, eye)[0]) for colour in ramp(number)]
        assert max(contrasts) == contrasts[-1]
