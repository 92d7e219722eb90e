"""What the command line says of places, its figures worked out here by themselves."""

from __future__ import annotations

from math import ceil

import pandas as pd
import pytest

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.capacity_results import CapacityResults, capacity_results
from shelter_geo.capacity.groups import GROUPS
from shelter_geo.publish.study.lines import capacity_lines
from shelter_geo.publish.words import Words


@pytest.fixture(scope="module")
def results(evaluation: Evaluation) -> CapacityResults:
    return capacity_results(evaluation)


def near(evaluation: Evaluation) -> pd.DataFrame:
    """Settlements with a road to any shelter."""
    some = evaluation.settlement_costs.distance_km.notna().any(axis=1).to_numpy()
    return evaluation.settlements[some]


def loss(family_places: int, offered: float) -> float:
    """Erlang's loss by its recursion."""
    share = 1.0
    for number in range(1, family_places + 1):
        share = offered * share / (number + offered * share)
    return share


def enough(offered: float) -> int:
    """Fewest family places that turn away at most one in twenty."""
    return next(number for number in range(10_000) if loss(number, offered) <= 0.05)


STAYS = (23, 60, 90)
"""Other lengths of a stay that the study gives."""


def test_lines_begin_with_the_norms(evaluation: Evaluation, results: CapacityResults) -> None:
    lines = capacity_lines(evaluation, results, Words("en"))
    people, women = evaluation.districts[["population", "women"]].sum() / 10_000
    # 175 places are as many family places, or 70 where a family takes 2.5 of them.
    assert lines[0] == (
        f"one family place per 10,000 people (published): needed {people:,.0f}, "
        f"existing 70 to 175 (assumed), missing {people - 175:.0f} to {people - 70:.0f} (assumed)"
    )
    assert lines[1] == (
        f"one family place per 10,000 women (from memory, to be checked): needed {women:.0f}, "
        f"existing 70 to 175 (assumed), missing {women - 175:.0f} to {women - 70:.0f} (assumed)"
    )
    regions = evaluation.districts["region"].nunique()
    assert lines[2] == (
        f"a shelter in every economic region (published): needed {regions}, existing 2, "
        f"missing {regions - 2}"
    )
    norms = evaluation.study.settings.capacity.norms
    # The norms and their notes, three counts of cases, what was measured, where stays were counted.
    assert len(lines) == 2 * len(norms) + 1 + 3 + 1 + 1 + len(STAYS) + 2 + len(GROUPS)


def test_a_line_gives_the_second_reading_by_region(
    evaluation: Evaluation, results: CapacityResults
) -> None:
    lines = capacity_lines(evaluation, results, Words("en"))
    (said,) = [line for line in lines if line.startswith("If stays arise where they were counted")]
    shares = results.no_place_by_region["no_place_central"]
    assert "56.4%" in said
    assert f": {shares.min():.0%} to {shares.max():.0%} (assumed) would find no place" in said


def test_lines_give_each_basis_with_its_range(
    evaluation: Evaluation, results: CapacityResults
) -> None:
    lines = capacity_lines(evaluation, results, Words("en"))
    reach = near(evaluation)["women"].sum() / evaluation.settlements["women"].sum()
    # Crimes times those never reported, no fewer than the complaints, times the share in need.
    low = max(1205 * 1, 9389) * 0.05
    central = max(1224 * 3, 9389) * 0.10
    high = max(1482 * 10, 9389) * 0.20
    assert (round(low), round(central), round(high)) == (469, 939, 2964)
    readings = [(low, 23, 175), (central, 36, int(175 / 1.81)), (high, 180, int(175 / 2.5))]
    least, middle, most = (
        1 - reach + reach * loss(family_places, stays * reach * days / 365)
        for stays, days, family_places in readings
    )
    houses = results.by_shelter.query("demand_basis == 'registered' and units == 'residents'")
    houses = houses[houses["shelter_id"].isin(evaluation.study.shelters.index)]
    at_once = houses["stays_central"] * 36 / 365
    full = [loss(int(p / 1.81), a) for p, a in zip(houses["places"], at_once, strict=True)]
    refused = (houses["stays_central"] * full).sum() / houses["stays_central"].sum()
    needed = sum(ceil(enough(offered) * 1.81) for offered in at_once)
    assert (
        f"registered crimes: 939 (assumed) stays a year (469 to 2,964), {middle:.0%} (assumed) "
        f"find no place anywhere ({least:.0%} to {most:.0%}), {refused:.0%} (assumed) are refused "
        f"at the nearest shelter, {needed} (assumed) places needed"
    ) in lines


def test_lines_say_who_has_no_sure_place(evaluation: Evaluation, results: CapacityResults) -> None:
    lines = capacity_lines(evaluation, results, Words("en"))
    everybody, women = near(evaluation)[["population", "women"]].sum()
    men = f"0 to {Words('en').people(everybody - women)}"
    assert (
        f"Men: places 0 to 175, people with a road to one {men}: "
        "no shelter is known to admit this group"
    ) in lines
    assert (
        f"Women: places 25 to 175 (assumed), people with a road to one {Words('en').people(women)}"
    ) in lines
    # The state institution is known to refuse them, so its 30 places are no part of the range.
    assert any(
        line.startswith("People with addiction: places 0 to 145 (assumed), ") for line in lines
    )
    refusals = "admitted by none without discrimination or refusals reported"
    assert any(line.startswith("LGBTQ+ people: ") and refusals in line for line in lines)
