"""Analyses of one kind of facility among several: distances, norms, sites and plans."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from helpers.study_copy import LINKS, NODES, StudyCopy, without_shelters
from helpers.two_kinds import CENTRE, EMPTY, PEOPLE, TOWNS, two_kinds

from shelter_geo.access.costs import cost_matrix
from shelter_geo.analysis import (
    Evaluation,
    capacity_results,
    evaluate,
    evaluate_plans,
    site_options,
)
from shelter_geo.analysis.siting_results import siting_results
from shelter_geo.errors import CostError
from shelter_geo.plans.apply import apply_plan
from shelter_geo.plans.plan import OpenShelter, Plan, PlanIdentity
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Reason

SHEKI, LANKARAN = "AZ-SAK", "AZ-LAN"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> StudyCopy:
    return two_kinds(tmp_path_factory.mktemp("kinds") / "study")


@pytest.fixture(scope="module")
def study(copy: StudyCopy) -> Study:
    return load_study(copy.file)


@pytest.fixture(scope="module")
def centres(study: Study) -> Evaluation:
    return evaluate(study.of_kind(CENTRE))


def test_the_nearest_centre_by_time_is_that_of_networkx(
    copy: StudyCopy, centres: Evaluation
) -> None:
    graph = nx.Graph()
    for row in copy.rows(LINKS):
        graph.add_edge(row["from_node"], row["to_node"], minutes=float(row["minutes"]))
    home = {row["district_id"]: row["node_id"] for row in copy.rows(NODES) if row["district_id"]}
    reach = {
        key: nx.single_source_dijkstra_path_length(graph, home[district], weight="minutes")
        for key, district in (("centre-1", SHEKI), ("centre-2", LANKARAN))
    }
    clear = 0
    for district, row in centres.districts.iterrows():
        times = {key: reach[key][home[district]] for key in reach if home[district] in reach[key]}
        assert bool(times) == row["reachable"]
        if len(times) == 2 and abs(times["centre-1"] - times["centre-2"]) > 30:
            assert row["nearest_shelter_id"] == min(times, key=lambda key: times[key])
            assert row["travel_min"] == pytest.approx(min(times.values()), abs=30)
            clear += 1
    assert clear > 50


def test_shelters_are_as_far_as_in_the_study_without_other_kinds(study: Study) -> None:
    columns = ["distance_km", "travel_min", "nearest_shelter_id"]
    alone = evaluate(load_study())
    assert evaluate(study).districts[columns].equals(alone.districts[columns])


def test_a_norm_for_facilities_counts_them_whole(centres: Evaluation) -> None:
    people = int(centres.study.districts["population"].sum())
    total = centres.shortfall[centres.shortfall["area"] == "Total"].iloc[0]
    assert total["family_places_needed"] == pytest.approx(people / PEOPLE)
    assert total["family_places_there"] == len(TOWNS)
    assert total["family_places_missing"] == pytest.approx(people / PEOPLE - len(TOWNS))
    assert centres.claims.empty


def test_a_kind_without_demand_has_no_stays(centres: Evaluation) -> None:
    assert capacity_results(centres).bases == []


def test_sites_of_a_kind_leave_the_others_out(study: Study) -> None:
    sites = site_options(study.of_kind(CENTRE)).sites
    assert sorted(sites.index[sites["role"] == "shelter"]) == sorted(TOWNS)
    assert (site_options(study.of_kind(EMPTY)).sites["role"] == "candidate").all()


def test_best_sites_of_a_kind_are_opened_as_that_kind(study: Study) -> None:
    ours = study.of_kind(CENTRE)
    for plan in siting_results(ours, site_options(ours)).plans:
        opened = plan.evaluation.study.shelters
        assert len(opened) > len(TOWNS)
        assert set(opened["kind"]) == {CENTRE}


def test_of_a_kind_that_nobody_has_nobody_is_reached_and_that_is_the_answer(study: Study) -> None:
    found = evaluate(study.of_kind(EMPTY))
    people = int(study.districts["population"].sum())
    for points in (found.districts, found.settlements):
        assert not points["reachable"].any()
        assert set(points["reason"]) == {Reason.NO_FACILITY}
        assert points[["distance_km", "travel_min"]].isna().all(axis=None)
    table = found.metrics.query("basis == 'district_centres' and units == 'residents'")
    value = table[table["weighted_by"] == "people"].set_index("metric")["value"]
    assert (value["reachable"], value["unreachable"]) == (0, people)
    assert value[["distance_km_mean", "distance_km_max", "travel_min_median"]].isna().all()
    total = found.shortfall[found.shortfall["area"] == "Total"].iloc[0]
    assert total["family_places_missing"] == pytest.approx(people / 5000)
    assert np.isnan(total["times_fewer"])
    assert found.routes.empty
    assert found.farthest.empty


def test_places_of_a_kind_that_nobody_has_are_none_for_every_group(study: Study) -> None:
    found = capacity_results(evaluate(study.of_kind(EMPTY))).by_group
    assert (found[["shelters_high", "places_high", "people_reached_high"]] == 0).all(axis=None)
    assert set(found["reason"]) == {Reason.NO_FACILITY}


def test_the_first_facility_of_a_kind_brings_everybody_who_has_a_road_within_reach(
    study: Study,
) -> None:
    ours = study.of_kind(EMPTY)
    opened = (OpenShelter(settlement_id="gn-586523", places=3, kind=EMPTY),)
    today = Plan(scenario=PlanIdentity(id="today", name="Today"))
    plan = Plan(scenario=PlanIdentity(id="first", name="First"), open=opened)
    before, after = evaluate_plans(ours, [today, plan]).comparison.summary.to_dict("records")
    assert np.isnan(before["distance_km_mean"])
    alone = evaluate(apply_plan(ours, plan)).districts
    assert after["people_reached"] == alone.loc[alone["reachable"], "population"].sum() > 0
    assert after["places"] == 3


def test_without_any_facility_the_library_still_refuses_a_cost_matrix(study: Study) -> None:
    none = study.of_kind(EMPTY).shelters
    with pytest.raises(CostError, match="no facility"):
        cost_matrix(study.network, study.settlements, none)


def test_a_study_without_any_shelter_says_so_and_takes_no_stay(tmp_path: Path) -> None:
    copy = without_shelters(tmp_path / "study")
    found = evaluate(load_study(copy.file))
    assert set(found.districts["reason"]) == {Reason.NO_FACILITY}
    results = capacity_results(found)
    total = results.by_shelter.query("shelter_id == 'Total' and units == 'residents'")
    assert (total["places"] == 0).all()
    lost = results.by_shelter.query("shelter_id != 'Total'")
    assert set(lost["reason"]) == {Reason.NO_FACILITY}
    assert (lost["stays_high"] > 0).all()
    assert (total["stays_high"] == 0).all()


def test_plans_side_by_side_are_of_the_kind_of_the_study(study: Study) -> None:
    today = Plan(scenario=PlanIdentity(id="today", name="Today"))
    opened = (
        OpenShelter(settlement_id="gn-586523", places=3, kind=CENTRE),
        OpenShelter(settlement_id="gn-585170", places=30),
    )
    plan = Plan(scenario=PlanIdentity(id="both", name="Both"), open=opened)
    table = evaluate_plans(study.of_kind(CENTRE), [today, plan]).comparison.summary
    assert pd.Series(table["places"].to_numpy()).tolist() == [2, 3]
    table = evaluate_plans(study, [today, plan]).comparison.summary
    assert table["places"].diff().iloc[1] == 30
