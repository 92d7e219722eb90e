"""Two, five and eight limits: every page and figure has a class more, and siting answers alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from helpers.speaking import said
from helpers.study_copy import StudyCopy, copy_study

from shelter_geo.analysis import (
    EvaluatedPlans,
    Evaluation,
    SiteOptions,
    evaluate,
    evaluate_plans,
    site_options,
)
from shelter_geo.analysis import siting_results as siting
from shelter_geo.analysis.group_access import access_for
from shelter_geo.plans import read_plan
from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.figures.map_twin import draw_twin
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.palette import ramp, two_sided_ramp
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.lines import comparison_lines
from shelter_geo.publish.study.scenario_outputs import comparison_page, write_scenarios
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.study.load import bundled_study, load_study

KM = {2: (100, 250), 5: (50, 100, 150, 200, 300), 8: (25, 50, 75, 100, 150, 200, 250, 1250)}
HOURS = {2: (1, 4), 5: (1, 2, 3, 4, 6), 8: (1, 2, 3, 4, 5, 6, 7, 8)}
CHANGE = {2: (5,), 5: (1, 25), 8: (1, 10, 25, 100)}
PLACES = {2: (0.1,), 5: (0.05, 0.1, 0.15, 0.25), 8: (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5)}
"""Beside these limits, 0 is one."""
OPENED = """[scenario]
id = "own"
name = "Own"
[[open]]
settlement_id = "gn-147622"
places = 20
"""
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Coloured:
    """The bundled study with so many limits of distance and of time."""

    limits: int
    evaluation: Evaluation
    plans: EvaluatedPlans
    options: SiteOptions


def written(copy: StudyCopy, *changes: tuple[str, object]) -> Path:
    """Write settings of the study file anew, those that are given by their keys."""
    text = copy.text("study.toml")
    for key, value in changes:
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        assert count == 1, key
    copy.write("study.toml", text)
    return copy.file


@pytest.fixture(scope="module", params=KM, ids="{} limits".format)
def coloured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Coloured:
    limits, folder = request.param, tmp_path_factory.mktemp("classes")
    file = written(
        copy_study(folder / "study"),
        ("distance_classes_km", [*KM[limits]]),
        ("time_classes_h", [*HOURS[limits]]),
        ("change_classes_km", [*CHANGE[limits]]),
        ("classes_per_10000", [*PLACES[limits]]),
    )
    study = load_study(file)
    evaluation = evaluate(study)
    (folder / "own.toml").write_text(OPENED, encoding="utf-8")
    today = read_plan(bundled_study().parent / "scenarios" / "today.toml")
    plans = evaluate_plans(study, [today, read_plan(folder / "own.toml")], today=evaluation)
    return Coloured(limits, evaluation, plans, site_options(study))


def page(coloured: Coloured) -> SealedMap:
    return access_page(coloured.evaluation, title=everywhere("A"), lead=everywhere("B"))


def swatches(html: str) -> tuple[str, ...]:
    """Colours in the key of a page, in their order."""
    found = re.search(r'class="key".*?</ul>', html, re.DOTALL)
    assert found
    return tuple(re.findall(r'<rect fill="(#[0-9a-f]{6})"', found[0]))


def patches(svg: Path) -> list[str]:
    """Colours in the legend of a figure, in their order."""
    root = ElementTree.parse(svg).getroot()
    legends = [g for g in root.iter(f"{SVG}g") if g.get("id", "").startswith("legend")]
    styles = [path.get("style", "") for g in legends for path in g.iter(f"{SVG}path")]
    return re.findall(r"fill: (#[0-9a-f]{6})", " ".join(styles))


# ---------------------------------------------------------------------------- pages and figures


def test_every_page_has_a_class_more_than_limits(coloured: Coloured) -> None:
    expected = ramp(coloured.limits + 1)
    assert swatches(page(coloured).html) == expected
    assert swatches(study_brief(coloured.evaluation).html) == expected
    planner = study_planner(coloured.evaluation, coloured.options)
    assert swatches(planner.html) == expected
    assert len(planner.limits) == coloured.limits - 1
    assert planner.html.count('data-figure="beyond_') % (coloured.limits - 1) == 0


def test_the_map_of_places_and_that_of_changes_have_classes_of_their_own(
    coloured: Coloured,
) -> None:
    reach = access_for(coloured.evaluation)
    places = swatches(reach_map(coloured.evaluation, reach).html)
    assert places == ramp(len(PLACES[coloured.limits]) + 2)[::-1]
    changes = swatches(comparison_page(coloured.plans, "own").html)
    assert changes == two_sided_ramp(2 * len(CHANGE[coloured.limits]) + 1)


def test_tables_and_key_name_the_limits(coloured: Coloured) -> None:
    limits = KM[coloured.limits]
    spans = [f"{low}–{high} km" for low, high in zip((0, *limits), limits, strict=False)]
    labels = [*spans, f"{limits[-1]:,}+ km"]
    labels = [label.replace("1250", "1,250") for label in labels]
    made = page(coloured).page
    key = [said(entry.label) for entry in made.key if entry.fill.startswith("#")]
    assert key == labels
    cells = {said(cell) for cell in made.table.columns[2].cells}
    assert cells <= {*labels, "no road inside the country to a shelter"}
    assert len(cells) > 2


def test_figures_have_a_class_more_than_limits(coloured: Coloured, tmp_path: Path) -> None:
    expected = ramp(coloured.limits + 1)
    draw_twin(page(coloured), tmp_path / "twin", words=Words("en"), foot="Roads", endings=(".svg",))
    assert [fill for fill in patches(tmp_path / "twin.svg") if fill in expected] == [*expected]
    write_scenarios(coloured.plans, tmp_path, lang="en")
    drawn = patches(tmp_path / "figures" / "comparison.svg")
    assert sorted(fill for fill in drawn if fill in expected) == sorted(expected)
    reach = pd.read_csv(tmp_path / "comparison_reach.csv")
    assert sorted(set(reach["limit_km"])) == [*KM[coloured.limits]]


def test_metrics_and_lines_count_people_for_every_limit(coloured: Coloured) -> None:
    counted = set(coloured.evaluation.metrics["metric"])
    hours = {f"beyond_{h}_h_by_car" for h in HOURS[coloured.limits]}
    assert {f"beyond_{km}_km" for km in KM[coloured.limits]} <= counted
    assert {metric for metric in counted if "_h_by_" in metric} >= hours
    lines = comparison_lines(coloured.plans, "en")
    limits = [f"within {Words('en').distance(km)}" for km in KM[coloured.limits]]
    assert [sum(limit in line for line in lines[:-2]) for limit in limits] == [1] * len(limits)


# --------------------------------------------------------------------------------------- answers


@pytest.fixture(scope="module")
def bundled_curve(evaluation: Evaluation) -> pd.DataFrame:
    return p_curve(evaluation, site_options(evaluation.study))


def p_curve(evaluation: Evaluation, options: SiteOptions) -> pd.DataFrame:
    """Answers of every model for one new site, without the proof of how they were come by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(siting, "MOST_NEW", 1)
        patch.setattr(siting, "NEW_SITES", 1)
        patch.setattr(siting, "SCENARIOS", 1)
        return siting.siting_results(evaluation.study, options).p_curve


def test_siting_answers_alike_whatever_the_classes(
    coloured: Coloured, bundled_curve: pd.DataFrame
) -> None:
    found = p_curve(coloured.evaluation, coloured.options)
    pd.testing.assert_frame_equal(found, bundled_curve)


def test_siting_asks_about_the_distances_of_its_own_section(
    evaluation: Evaluation, bundled_curve: pd.DataFrame, tmp_path: Path
) -> None:
    file = written(copy_study(tmp_path / "s"), ("within_km", 200), ("half_km", 10))
    study = load_study(file)
    found = p_curve(evaluate(study), site_options(study))
    assert set(found["limit_km"]) == {200.0}
    before, after = (
        table[table["new_sites"] == 1].set_index("model")["objective"]
        for table in (bundled_curve, found)
    )
    assert after["uptake"] < before["uptake"]  # fewer come from as far
    assert after["mclp"] > before["mclp"]


def test_a_study_without_the_section_gets_limits_that_no_class_gives(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "s")
    copy.replace("study.toml", "[siting]\nwithin_km = 100\nhalf_km = 50\n", "")
    file = written(copy, ("distance_classes_km", [10, 20]))
    asked = load_study(file).settings.siting
    assert (asked.within_km, asked.half_km) == (100, 50)
