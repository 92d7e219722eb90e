"""What rests on women or on regions is not there where the districts have no such column."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from helpers.fewer_columns import OPTIONAL, bundled_without

from shelter_geo.access.nearest import counted
from shelter_geo.analysis import (
    CapacityResults,
    Evaluation,
    access_for,
    capacity_results,
    evaluate,
    rows_of,
    site_options,
)
from shelter_geo.analysis.capacity_results import BY_REGION
from shelter_geo.analysis.places_question import places_question
from shelter_geo.analysis.siting_question import site_question, unreached_people
from shelter_geo.capacity import GROUPS, TOTAL
from shelter_geo.errors import CostError, SitingError
from shelter_geo.plans import Plan, PlanIdentity, apply_plan
from shelter_geo.plans.plan import DemandChange
from shelter_geo.study import load_study
from shelter_geo.vocabulary import Reason

Made = tuple[tuple[str, ...], Evaluation]


@pytest.fixture(scope="module", params=OPTIONAL, ids="-".join)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    copy = bundled_without(tmp_path_factory.mktemp("fewer") / "study", *request.param)
    return request.param, evaluate(load_study(copy.file))


def test_figures_of_all_people_are_the_same(made: Made, evaluation: Evaluation) -> None:
    columns, found = made
    kept = evaluation.metrics
    if "women" in columns:
        kept = kept[kept["weighted_by"] == "people"]
        with pytest.raises(CostError, match="women are not counted"):
            counted(found.districts, "residents", "women")
    if "region" in columns:
        of_region = kept["metric"].str.startswith("shelter_in_own_region")
        assert of_region.any()
        assert not found.metrics["metric"].str.startswith("shelter_in_own_region").any()
        kept = kept[~of_region]
    pd.testing.assert_frame_equal(found.metrics, kept.reset_index(drop=True))
    pd.testing.assert_series_equal(
        found.districts["distance_km"], evaluation.districts["distance_km"]
    )


def test_places_are_summed_in_all_and_by_region_where_there_are_any(
    made: Made, evaluation: Evaluation
) -> None:
    columns, found = made
    kept = evaluation.shortfall
    if "region" in columns:
        kept = kept[kept["area"] == TOTAL].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.shortfall, kept)


def test_reasons_of_a_separate_region_go_with_the_regions(made: Made) -> None:
    columns, found = made
    cut_off = set(found.districts.loc[~found.districts["reachable"], "reason"])
    assert cut_off == {Reason.NO_ROAD if "region" in columns else Reason.NO_DOMESTIC_ROAD}


def in_all(results: CapacityResults) -> pd.DataFrame:
    """Stays of the whole country, whoever they are spread over."""
    stays = ["stays_low", "stays_central", "stays_high"]
    rows = results.by_district[results.by_district["units"] != BY_REGION]
    return rows.groupby(["demand_basis", "units"])[stays].sum()


def test_norms_groups_and_stays(made: Made, evaluation: Evaluation) -> None:
    columns, found = made
    results, whole = capacity_results(found), capacity_results(evaluation)
    women, region = ("women" in columns), ("region" in columns)
    assert ("women" in results.by_norm) is not women
    assert ("region" in set(results.by_norm["area_kind"])) is not region
    shared = [column for column in whole.by_norm if column in results.by_norm]
    kept = whole.by_norm[whole.by_norm["norm"].isin(results.by_norm["norm"])]
    kept = kept[kept["area_kind"].isin(results.by_norm["area_kind"])]
    pd.testing.assert_frame_equal(results.by_norm[shared], kept[shared].reset_index(drop=True))
    groups = {"all", *GROUPS} - ({"women", "men"} if women else set())
    assert set(results.by_group["group"]) == groups
    assert {"women", "region"} & set(results.by_district) == {"women", "region"} - set(columns)
    assert set(results.by_district["spread_by"]) == {"people" if women else "women"}
    pd.testing.assert_frame_equal(in_all(results), in_all(whole))


def test_stays_follow_women_or_without_them_all_people(made: Made) -> None:
    columns, found = made
    counted = "population" if "women" in columns else "women"
    table = capacity_results(found).by_district
    rows = table[(table["demand_basis"] == "complaints") & (table["units"] == "residents")]
    people = found.districts[counted].reindex(rows["district_id"]).to_numpy(float)
    stays = rows["stays_central"].to_numpy(float)
    assert stays / stays.sum() == pytest.approx(people / people.sum())


@pytest.mark.parametrize("group", ["women", "men"])
def test_groups_that_nobody_counts_are_refused(made: Made, group: str) -> None:
    columns, found = made
    assert len(access_for(found, [group])) == len(found.districts)  # of everybody, by admission
    if "women" in columns:
        with pytest.raises(CostError, match=f"{group} are not counted"):
            rows_of(found, [group], without_police_papers=False)
    else:
        assert rows_of(found, [group], without_police_papers=False)[0]["weighted_by"] == group


def test_a_shelter_in_every_region_takes_regions(made: Made) -> None:
    columns, found = made
    question = site_question(found.study, site_options(found.study))
    asked: list[Callable[[], object]] = [
        lambda: question.problem(per_region=True),
        lambda: question.problem(own_region=True),
        lambda: places_question(found.study, question, actions=1, per_region=True),
    ]
    for ask in asked:
        if "region" in columns:
            with pytest.raises(SitingError, match="no column region"):
                ask()
        else:
            ask()
    assert question.of("registered").problem().weights.sum() > 0
    groups = unreached_people(question, question.problem())
    cut_off = ~found.districts["reachable"]
    people = found.districts.loc[cut_off, "population"].sum()
    assert sum(group.people for group in groups) == people > 0
    areas = {area for group in groups for area in group.regions}
    lost = found.districts.loc[cut_off, "district_id"]
    assert areas == ({*lost} if "region" in columns else {"Nakhchivan"})


@pytest.mark.parametrize("registered", [True, False])
def test_a_plan_may_count_others(made: Made, evaluation: Evaluation, registered: bool) -> None:
    columns, found = made
    plan = Plan(
        scenario=PlanIdentity(id="other", name="Other"),
        demand=DemandChange(count_registered=registered),
    )
    changed, whole = (apply_plan(each.study, plan).districts for each in (found, evaluation))
    there = [name for name in whole if name in changed]
    assert ("women" in changed) is ("women" not in columns)
    assert changed[there].equals(whole[there])
