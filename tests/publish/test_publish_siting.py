"""A study's siting answers as readers meet them: tables, figures, maps, and who is left out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.speaking import LANGUAGES, said
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from shelter_geo.analysis import Evaluation, Quantity, site_options
from shelter_geo.analysis.siting_question import share_in_own_region
from shelter_geo.analysis.siting_results import MOST_NEW, SitingResults, siting_results
from shelter_geo.errors import SitingError
from shelter_geo.publish.brief.study_brief import best_sites
from shelter_geo.publish.figures.drawing import drawing
from shelter_geo.publish.siting.figures import draw_front, draw_p_curve, name_points
from shelter_geo.publish.siting.statements import reached_by_some, site_names
from shelter_geo.publish.siting.tables import (
    MAPS,
    SITING_TABLES,
    plan_page,
    suggestions,
    write_siting,
)
from shelter_geo.publish.study.study_texts import foot
from shelter_geo.publish.words import Words
from shelter_geo.study.study import Study

CUT_OFF = 472_429
COUNTED = ("p-median", "p-center", "mclp", "kolm-pollak", "uptake", "own-region")


@pytest.fixture(scope="module")
def results(study: Study) -> SitingResults:
    return siting_results(study, site_options(study))


@pytest.fixture(scope="module")
def out(
    evaluation: Evaluation, results: SitingResults, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("siting")
    write_siting(evaluation, results, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def table(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / name, dtype={"sites": str}, keep_default_na=False, na_values=[""])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_is_called_proven_only_if_the_solver_proved_it(
    evaluation: Evaluation, results: SitingResults, lang: str
) -> None:
    """On the map of each plan; in the brief one plan without a proof is enough to say none."""
    words = Words(lang)
    count = Quantity.count(len(results.problem.candidates))
    first, *others = results.plans
    open_ = replace(first, result=replace(first.result, status="not proven"))
    proven, unproven = (
        words.text(f"siting.plan_{key}", count=count) for key in ("proven", "unproven")
    )
    for plan in results.plans:
        assert plan.result.status == "optimal"
        said_of = [note.of(words) for note in plan_page(evaluation, results, plan).page.notes]
        assert proven in said_of
        assert unproven not in said_of
    said_of = [note.of(words) for note in plan_page(evaluation, results, open_).page.notes]
    assert unproven in said_of
    assert proven not in said_of
    for found, key in (
        (results, "sites_proven"),
        (replace(results, plans=(open_, *others)), "sites_unproven"),
    ):
        notes = [note.of(words) for note in best_sites(found).notes]
        assert words.text(f"brief.{key}", n=count) in notes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_are_said_to_be_counted_where_they_live_only_where_a_table_says_it(
    results: SitingResults, lang: str
) -> None:
    said_so = Words(lang).text("brief.sites_counted")
    assert said_so in [note.of(Words(lang)) for note in best_sites(results).notes]
    plans = [
        replace(
            plan,
            evaluation=replace(
                plan.evaluation, districts=plan.evaluation.districts.drop(columns="registered")
            ),
        )
        for plan in results.plans
    ]
    alone = [note.of(Words(lang)) for note in best_sites(replace(results, plans=plans)).notes]
    assert alone
    assert said_so not in alone
    assert not any("where they live" in note for note in alone)


def test_every_model_is_solved_for_every_number_of_sites(out: Path) -> None:
    rows = table(out, "siting.csv")
    for model in (*COUNTED, "p-median-within", "p-median-per-region"):
        asked = rows.loc[rows["model"] == model, "new_sites"].tolist()
        assert asked[: MOST_NEW + 1] == list(range(MOST_NEW + 1))
    assert set(rows["status"]) == {"optimal", "infeasible"}
    solved = rows[rows["status"] == "optimal"]
    assert (solved["gap"] == 0).all()
    assert (solved["objective"] == solved["bound"]).all()
    named = solved["sites"].fillna("").str.split().map(len)
    assert (named == solved["new_sites"]).all()
    assert rows.loc[rows["status"] == "infeasible", "reason"].notna().all()


def test_more_sites_are_never_worse(out: Path) -> None:
    rows = table(out, "siting.csv").set_index("model")
    for model in ("mclp", "uptake", "own-region"):
        assert rows.loc[model, "objective"].is_monotonic_increasing
    assert rows.loc["p-median", "unserved"].is_monotonic_decreasing
    for model in ("p-median", "p-center", "kolm-pollak"):
        served = rows.loc[model].iloc[1:]
        assert (served["unserved"] == 0).all()
        assert served["objective"].is_monotonic_decreasing


def test_today_is_the_row_without_new_sites(out: Path, evaluation: Evaluation) -> None:
    rows = table(out, "siting.csv")
    today = rows[(rows["model"] == "p-median") & (rows["new_sites"] == 0)].iloc[0]
    assert today["unserved"] == CUT_OFF
    reached = evaluation.districts[evaluation.districts["reachable"]]
    mean = np.average(reached["distance_km"], weights=reached["population"])
    # The nearest by kilometres is no farther than the nearest by minutes.
    assert mean - 1 < today["distance_km_mean"] <= mean
    assert today["people_gaining"] == today["people_losing"] == 0


def test_the_fewest_sites_within_the_limit_are_what_the_other_model_needs(out: Path) -> None:
    rows = table(out, "siting.csv").set_index(["model", "new_sites"])
    (fewest,) = rows.loc["lscp"].index
    within = rows.loc["p-median-within"]
    assert (within.loc[: fewest - 1, "status"] == "infeasible").all()
    assert within.loc[fewest, "distance_km_max"] <= within.loc[fewest, "limit_km"]
    assert rows.loc[("mclp", fewest), "share_beyond_limit"] == 0
    assert rows.loc[("mclp", fewest - 1), "share_beyond_limit"] > 0


def test_every_region_holds_a_shelter_where_that_is_asked_for(
    out: Path, study: Study, results: SitingResults
) -> None:
    rows = table(out, "siting.csv")
    solved = rows[(rows["model"] == "p-median-per-region") & (rows["status"] == "optimal")]
    sites = solved["sites"].iloc[0].split()
    region = results.question.sites["region"]
    standing = region[results.question.sites["role"] == "shelter"]
    assert {*region[sites], *standing} == set(study.districts["region"])


def test_the_regions_of_most_women_are_given_a_shelter_first(out: Path, study: Study) -> None:
    """One site settles a region, so the best is today's women and those of the largest others."""
    rows = table(out, "siting.csv").set_index(["model", "new_sites"]).loc["own-region"]
    women = study.districts.groupby("region")["women"].sum()
    there = study.districts.loc[study.shelters["district_id"], "region"].unique()
    others = women.drop(there).sort_values(ascending=False)
    for new in range(min(len(others), MOST_NEW) + 1):
        best = women[there].sum() + others.iloc[:new].sum()
        assert rows.loc[new, "objective"] == best
        assert rows.loc[new, "share_in_own_region"] == pytest.approx(best / women.sum(), abs=5e-5)


def test_the_share_in_ones_own_region_is_that_of_the_metrics(
    out: Path, evaluation: Evaluation, results: SitingResults
) -> None:
    key = {"basis": "district_centres", "units": "residents", "weighted_by": "women"}
    metrics = evaluation.metrics.set_index([*key, "metric"])["value"]
    share = metrics[(*key.values(), "shelter_in_own_region_share")]
    rows = table(out, "siting.csv").set_index(["model", "new_sites"])
    for model in ("p-median", "own-region"):
        today = rows.loc[(model, 0), "share_in_own_region"]
        assert 100 * today == pytest.approx(share, abs=0.01)
    own = results.question.problem(own_region=True)
    with pytest.raises(SitingError, match="no site has the key moon"):
        share_in_own_region(own, ["moon"])
    with pytest.raises(SitingError, match="does not say which sites"):
        share_in_own_region(results.problem)


def test_ends_of_the_front_are_the_answers_of_the_models(out: Path) -> None:
    front = table(out, "siting_pareto.csv")
    rows = table(out, "siting.csv").set_index(["model", "new_sites"])
    assert front["sites"].iloc[0] == rows.loc[("p-median", 3), "sites"]
    assert front["sites"].iloc[-1] == rows.loc[("p-center", 3), "sites"]
    assert front["distance_km_mean"].is_monotonic_increasing
    assert front["distance_km_max"].is_monotonic_decreasing


def test_the_cut_off_are_served_only_by_a_site_among_them(
    out: Path, study: Study, results: SitingResults
) -> None:
    (group,) = results.unreached
    assert group.people == CUT_OFF
    assert group.regions == group.site_regions
    assert (study.districts.loc[list(group.districts), "region"] == group.regions[0]).all()
    region = results.question.sites["region"]
    rows = table(out, "siting.csv")
    solved = rows[rows["status"] == "optimal"]
    there = [
        group.regions[0] in set(region[str(sites).split()]) if isinstance(sites, str) else False
        for sites in solved["sites"]
    ]
    assert ((solved["unserved"] == 0).to_numpy() == np.array(there)).all()
    assert (solved.loc[~np.array(there), "unserved"] == CUT_OFF).all()


def test_readers_are_told_so_in_every_language(out: Path, results: SitingResults) -> None:
    (told,) = reached_by_some(results)
    assert said(told) == (
        "472,400 people (Nakhchivan) have no road inside the country to any of today's shelters. "
        "Only a shelter opened here would reach them: Nakhchivan."
    )
    for file in MAPS.values():
        page = unescape((out / "maps" / file).read_text(encoding="utf-8"))
        for lang in LANGUAGES:
            assert said(told, lang) in page


def test_robustness_names_the_plan_for_the_data_and_the_one_of_least_regret(out: Path) -> None:
    rows = table(out, "siting_robustness.csv")
    plans, sites = rows[rows["subject"] == "plan"], rows[rows["subject"] == "site"]
    assert plans["role"].iloc[0].startswith("best for the data")
    assert plans["role"].fillna("").str.contains("least worst regret").sum() == 1
    least = plans["role"].fillna("").str.contains("least worst regret")
    assert plans.loc[least, "regret_km_max"].item() == plans["regret_km_max"].min()
    assert sites["share_optimal"].sum() == pytest.approx(3)
    assert set(sites["role"]) <= {"core", "interchangeable", "rare"}


def test_outputs_are_all_there_and_their_bytes_repeat(
    out: Path, evaluation: Evaluation, study: Study, tmp_path: Path
) -> None:
    first = contents(out)
    drawn = {f"figures/siting_{n}.{k}" for n in ("sweep", "front") for k in ("png", "svg")}
    assert set(first) == {*SITING_TABLES, *drawn, *(f"maps/{name}" for name in MAPS.values())}
    write_siting(evaluation, siting_results(study, site_options(study)), tmp_path)
    again = contents(tmp_path)
    assert [name for name in first if first[name] != again[name]] == []


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_figures_are_drawn_in_every_language(
    evaluation: Evaluation, results: SitingResults, tmp_path: Path, lang: str
) -> None:
    drawn = {"words": Words(lang), "foot": foot(evaluation, Words(lang))}
    draw_p_curve(results, tmp_path / "sweep", **drawn)
    draw_front(results, tmp_path / "front", **drawn)
    assert {path.name for path in tmp_path.iterdir()} == {
        "front.png", "front.svg", "sweep.png", "sweep.svg",
    }  # fmt: skip


def test_the_planner_is_offered_the_plans_by_name(results: SitingResults) -> None:
    offered = suggestions(results)
    assert [said(entry.name) for entry in offered] == [
        "Best sites by average distance (3)",
        "Best sites for the farthest districts (3)",
        "A shelter in every region, best sites (12 new)",
        "Most women with a shelter in their own region (3 new)",
    ]
    candidates = results.question.sites.index[results.question.sites["role"] == "candidate"]
    assert all(set(entry.site_ids) <= set(candidates) for entry in offered)


def test_sites_are_named_in_every_language(results: SitingResults) -> None:
    named = site_names(results.question, ["gn-584649", "ganja"])
    assert {lang: said(named, lang) for lang in LANGUAGES} == {
        "az": "Yevlax, Gəncə",
        "en": "Yevlakh, Ganja",
        "ru": "Евлах, Гянджа",
    }


def test_names_beside_points_do_not_meet(tmp_path: Path) -> None:
    with drawing(6, 4) as figure:
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        points = [(1.0, 1.0), (1.01, 1.0), (1.02, 0.99), (1.03, 0.98), (2.0, 2.0)]
        axes.plot(*zip(*points, strict=True), "o")
        axes.set(xlim=(0.9, 3), ylim=(0.5, 2.2))
        name_points(axes, figure.dpi, points, [f"Town {n}, Hill {n}" for n in range(5)])
        figure.draw_without_rendering()
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [Text.get_window_extent(text, renderer) for text in axes.texts]
        with pytest.raises(ValueError, match="zip"):
            name_points(axes, figure.dpi, points, ["one"])
    assert len(boxes) == 5
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
