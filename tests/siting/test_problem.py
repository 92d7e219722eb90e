"""Questions that cannot be put, and odd ones that can."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shelter_geo.access.costs import CostMatrix
from shelter_geo.errors import SitingError
from shelter_geo.siting import (
    LSCP,
    MCLP,
    UNREACHED,
    Infeasibility,
    KolmPollak,
    OwnRegion,
    PCenter,
    PMedian,
    PMedianWithin,
    Remark,
    SitingProblem,
    Uptake,
)
from shelter_geo.vocabulary import Effect, Infeasible, Note

NAN = float("nan")
COSTS = [[1.0, 4.0], [3.0, 2.0], [NAN, 5.0]]

BAD_QUESTIONS = {
    "infinite": ({"costs": [[1.0, np.inf]]}, "site 1 is infinite: leave pairs"),
    "negative": ({"costs": [[1.0], [-2.0]]}, "demand point 1 to site 0 is negative"),
    "no number": ({"costs": [["near", "far"]]}, "must be numbers"),
    "flat": ({"costs": [1.0, 2.0]}, "one row a demand point and one column a site"),
    "nobody": ({"costs": np.empty((0, 2))}, "the demand table is empty"),
    "no site": ({"costs": np.empty((2, 0))}, "neither a shelter nor a candidate"),
    "parts of a step": ({"costs": [[0.5]], "unit": "one"}, "no whole number of steps"),
    "unknown unit": ({"costs": COSTS, "unit": "miles"}, "not in 'miles'"),
    "huge": ({"costs": [[1e12]], "weights": [10**6]}, "too large to be added exactly"),
    "few weights": ({"costs": COSTS, "weights": [1, 2]}, "3 demand points need as many weights"),
    "unknown weight": ({"costs": COSTS, "weights": [1, NAN, 2]}, "must be known numbers"),
    "infinite weight": ({"costs": COSTS, "weights": [1, np.inf, 2]}, "must be known numbers"),
    "negative weight": ({"costs": COSTS, "weights": [1, 2, -1]}, "demand point 2 has fewer than"),
    "half a person": ({"costs": COSTS, "weights": [1, 2.5, 1]}, "demand point 1 has 2.5"),
    "no people": ({"costs": COSTS, "weights": [0, 0, 0]}, "nobody to serve"),
    "shelter outside": ({"costs": COSTS, "fixed": [2]}, "outside the 2 columns"),
    "shelter by name": ({"costs": COSTS, "fixed": ["a"]}, "by the number of its column"),
    "shelter twice": ({"costs": COSTS, "fixed": [0, 0]}, "standing shelter is named twice"),
    "candidate twice": ({"costs": COSTS, "candidates": [1, 1]}, "candidate is named twice"),
    "both": ({"costs": COSTS, "fixed": [0], "candidates": [0, 1]}, "site 0 is both a standing"),
    "equal keys": ({"costs": COSTS, "site_ids": ["a", "a"]}, "'a' stands for two sites"),
    "few keys": ({"costs": COSTS, "demand_ids": ["a"]}, "need as many keys, not 1"),
    "few regions": ({"costs": COSTS, "regions": ["east"]}, "need as many regions, not 1"),
    "no regions": ({"costs": COSTS, "required": ["east"]}, "the region of no site is known"),
    "few own": ({"costs": COSTS, "own": [[True, False]]}, "3 demand points and 2 sites"),
    "numbers for own": ({"costs": COSTS, "own": np.ones((3, 2))}, "not float64"),
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_bad_questions_say_what_is_wrong(name):
    given, message = BAD_QUESTIONS[name]
    with pytest.raises(SitingError, match=message):
        SitingProblem.from_cost_matrix(**given)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (PMedian, {"p": 3}, "3 sites cannot be opened: there are 2 candidates"),
        (PMedian, {"p": -1}, "-1 sites cannot be opened: give a number of 0 or more"),
        (PMedian, {"p": 1.0}, "the number of sites is whole"),
        (PCenter, {"p": 0}, "no shelter stands and none is to be opened"),
        (PMedianWithin, {"p": 1, "within": -1.0}, "0 or more, not -1"),
        (MCLP, {"p": 1, "within": NAN}, "0 or more, not nan"),
        (LSCP, {"within": np.inf}, "0 or more, not inf"),
        (KolmPollak, {"p": 1, "aversion": 0.0}, "aversion to inequality must be above 0"),
        (KolmPollak, {"p": 1, "kappa": -1.0}, "aversion to inequality must be above 0"),
        (Uptake, {"p": 1, "half": 0.0}, "uptake halves must be above 0"),
        (OwnRegion, {"p": 1}, "the question lacks `own`"),
    ],
)
def test_bad_options_say_what_is_wrong(model, options, message):
    with pytest.raises(SitingError, match=message):
        model.from_cost_matrix(COSTS, **options)


def test_kilometres_become_metres_and_minutes_seconds():
    given = [[1.2344, NAN], [0.0, 2.5]]
    assert SitingProblem.from_cost_matrix(given).costs.tolist() == [[1234, UNREACHED], [0, 2500]]
    in_time = SitingProblem.from_cost_matrix(given, unit="min")
    assert in_time.costs.tolist() == [[74, UNREACHED], [0, 150]]


def test_no_new_site_describes_today():
    found = PMedian.from_cost_matrix(COSTS, fixed=[0], p=0).solve()
    assert (found.status, found.chosen, found.objective) == ("optimal", (), 4.0)
    assert found.today == found.after
    assert found.people_gaining == found.people_losing == 0


def test_all_candidates_may_open():
    found = PMedian.from_cost_matrix(COSTS, p=2).solve()
    assert found.chosen == (0, 1)
    assert found.objective == 1 + 2 + 5
    assert found.runner_ups == ()


def test_no_candidate_at_all():
    found = LSCP.from_cost_matrix(COSTS, fixed=[0, 1], within=3).solve()
    assert (found.status, found.chosen) == ("optimal", ())
    beyond = {"people": 1, "limit": 3, "unit": "km"}
    assert found.notes[0] == Remark(Note.BEYOND_EVERY_SITE, beyond)


def test_places_without_people_count_for_nothing():
    weighed = PCenter.from_cost_matrix([[1.0, 9.0], [900.0, 2.0]], weights=[1, 0], p=1).solve()
    assert (weighed.chosen, weighed.objective) == ((0,), 1.0)


def test_duplicate_points_are_counted_as_often_as_they_come():
    once = PMedian.from_cost_matrix([[1.0, 4.0], [3.0, 2.0]], weights=[2, 3], p=1)
    often = PMedian.from_cost_matrix([[1.0, 4.0]] * 2 + [[3.0, 2.0]] * 3, p=1)
    assert once.solve().objective == often.solve().objective == 11.0
    equal_sites = PMedian.from_cost_matrix([[3.0, 3.0, 5.0]], p=1).solve()
    assert equal_sites.chosen == (0,), "the first of equal sites"
    assert [rival.chosen for rival in equal_sites.runner_ups] == [(1,)]


def test_unreachable_people_are_reported_and_do_not_stop_anything():
    found = PMedian.from_cost_matrix(
        [[1.0, 2.0], [NAN, NAN], [NAN, 7.0]], weights=[5, 3, 2], demand_ids=["a", "b", "c"], p=1
    ).solve()
    assert found.chosen == (1,), "two more people are served, though others walk farther"
    assert found.objective == 5 * 2 + 2 * 7
    assert found.unreachable == ("b",)
    assert found.notes == (Remark(Note.NO_SITE_REACHES, {"people": 3}),)
    assert found.after.unserved == 3
    effects = dict(zip(found.changes["demand_id"], found.changes["effect"], strict=True))
    assert effects == {
        "a": Effect.COMES_WITHIN_REACH,
        "b": Effect.STAYS_CUT_OFF,
        "c": Effect.COMES_WITHIN_REACH,
    }


def test_a_region_that_no_site_can_meet_is_named():
    found = PMedian.from_cost_matrix(
        COSTS, p=1, regions=["east", "west"], required=["east", "north"]
    ).solve()
    assert found.status == "infeasible"
    assert found.reason == Infeasibility(
        Infeasible.NO_CANDIDATE_IN_REGIONS, {"regions": ("north",)}
    )
    many = PMedian.from_cost_matrix(COSTS, p=1, regions=["east", "west"]).solve()
    assert many.reason == Infeasibility(
        Infeasible.TOO_FEW_FOR_REGIONS, {"count": 2, "sites": 1, "regions": ("east", "west")}
    )
    assert many.objective is None
    assert many.row()["status"] == "infeasible"


def test_a_limit_that_cannot_be_kept_says_what_it_takes():
    costs = [[1.0, 90.0, 90.0], [90.0, 1.0, 90.0], [90.0, 90.0, 1.0]]
    found = PMedianWithin.from_cost_matrix(costs, p=2, within=5).solve()
    assert found.status == "infeasible"
    assert found.reason == Infeasibility(
        Infeasible.PEOPLE_BEYOND,
        {"sites": 2, "people": 1, "limit": 5, "unit": "km", "fewest": 3},
    )
    never = PMedianWithin.from_cost_matrix(costs, p=2, within=0.5).solve()
    assert never.reason == Infeasibility(
        Infeasible.NO_SITE_WITHIN, {"people": 3, "limit": 0.5, "unit": "km"}
    )


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    demand = pd.DataFrame({"population": [5, 3]}, index=["d1", "d2"])
    sites = pd.DataFrame(
        {"role": ["shelter", "candidate", "candidate"], "allowed": [True, True, False]},
        index=["s1", "s2", "s3"],
    )
    costs = pd.DataFrame({"s3": [0.0, 0.0], "s1": [9.0, NAN], "s2": [4.0, 6.0]}, index=["d2", "d1"])
    return demand, sites, costs


def test_tables_are_matched_by_key():
    model = PMedian.from_geodataframe(*tables(), p=1)
    found = model.solve()
    assert found.chosen == ("s2",), "s3 is not allowed"
    assert found.objective == 5 * 6 + 3 * 4
    assert list(found.changes["before"]) == pytest.approx([NAN, 9.0], nan_ok=True)


def test_long_tables_and_cost_matrices_say_the_same():
    demand, sites, wide = tables()
    matrix = CostMatrix(
        pd.Index(["d1", "d2"]),
        pd.Index(["s1", "s2", "s3"]),
        time_ms=np.array([[UNREACHED, 120_000, 60_000], [180_000, 60_000, 60_000]]),
        length_cm=np.array([[UNREACHED, 600_000, 0], [900_000, 400_000, 0]]),
        reason=np.array(["", ""]),
    )
    kilometres = PMedian.from_geodataframe(demand, sites, matrix, p=1).problem
    for costs in (wide, matrix.to_frame()):
        same = PMedian.from_geodataframe(demand, sites, costs, p=1).problem
        assert (same.costs == kilometres.costs).all()
    minutes = PMedian.from_geodataframe(demand, sites, matrix, p=1, unit="min").solve()
    assert minutes.objective == 5 * 2 + 3 * 1


def test_region_column_asks_for_a_site_in_each():
    demand, sites, costs = tables()
    sites["region"] = ["north", "south", "south"]
    found = LSCP.from_geodataframe(demand, sites, costs, region="region", within=100).solve()
    assert found.chosen == ("s2",)
    sites["region"] = ["north", "south", "west"]
    west = PMedian.from_geodataframe(demand, sites, costs, region="region", p=1).solve()
    assert west.reason == Infeasibility(Infeasible.NO_CANDIDATE_IN_REGIONS, {"regions": ("west",)})


def test_ones_own_region_is_that_of_the_tables():
    demand, sites, costs = tables()
    demand["area"] = ["north", None]
    sites["area"] = [None, "north", "south"]
    model = OwnRegion.from_geodataframe(demand, sites, costs, own="area", p=1)
    assert model.problem.own.tolist() == [[False, True, False], [False, False, False]]
    found = model.solve()
    assert (found.chosen, found.objective) == (("s2",), 5)
    assert found.row()["objective"] == 5


def without(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.drop(index=key)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d, s, c: (d.iloc[:0], s, c), "the demand table is empty"),
        (lambda d, s, c: (d.drop(columns="population"), s, c), "no column 'population'"),
        (lambda d, s, c: (d.assign(population=[1, None]), s, c), "must be known numbers"),
        (lambda d, s, c: (pd.concat([d, d]), s, c), "'d1' stands twice in the demand table"),
        (lambda d, s, c: (d, pd.concat([s, s]), c), "'s1' stands twice in the site table"),
        (lambda d, s, c: (d, s, without(c, "d1")), "does not hold the demand point 'd1'"),
        (lambda d, s, c: (d, s, c.drop(columns="s2")), "does not hold the site 's2'"),
        (lambda d, s, c: (d, s, pd.concat([c, c])), "a demand point stands twice"),
        (lambda d, s, c: (d, s.iloc[:0], c), "neither a shelter nor a candidate"),
    ],
)
def test_bad_tables_say_what_is_wrong(change, message):
    with pytest.raises(SitingError, match=message):
        PMedian.from_geodataframe(*change(*tables()), p=1)


def test_bad_long_tables_say_what_is_wrong():
    demand, sites, wide = tables()
    long = wide.rename_axis("origin_id").reset_index()
    long = long.melt("origin_id", var_name="facility_id", value_name="distance_km")
    with pytest.raises(SitingError, match="holds 5 of 6 pairs"):
        PMedian.from_geodataframe(demand, sites, long.iloc[:-1], p=1)
    with pytest.raises(SitingError, match="a pair stands twice"):
        PMedian.from_geodataframe(demand, sites, pd.concat([long, long]), p=1)
    with pytest.raises(SitingError, match="no column 'travel_min'"):
        PMedian.from_geodataframe(demand, sites, long, p=1, unit="min")
    with pytest.raises(SitingError, match="no column 'region'"):
        PMedian.from_geodataframe(demand, sites, wide, p=1, region="region")
    with pytest.raises(SitingError, match="site table has no column 'area'"):
        OwnRegion.from_geodataframe(demand.assign(area="a"), sites, wide, p=1, own="area")
