"""Analyses of one kind of facility among several: distances, norms, sites and plans."""

from __future__ import annotations

import networkx as nx
import pandas as pd
import pytest
from helpers.study_copy import LINKS, NODES, StudyCopy
from helpers.two_kinds import CENTRE, EMPTY, PEOPLE, TOWNS, two_kinds

from shelter_geo.analysis import (
    Evaluation,
    capacity_results,
    evaluate,
    evaluate_plans,
    site_options,
)
from shelter_geo.analysis.siting_results import siting_results
from shelter_geo.errors import CostError
from shelter_geo.plans.plan import OpenShelter, Plan, PlanIdentity
from shelter_geo.study.load import Study, load_study

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


def test_a_kind_that_nobody_has_is_named(study: Study) -> None:
    ours = study.of_kind(EMPTY)
    with pytest.raises(CostError, match=f"no facility of the kind {EMPTY}"):
        evaluate(ours)


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
