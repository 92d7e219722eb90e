"""Plans beside each other: sentences, figures, tables, the page and the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from helpers.chromium import PHONE, WIDE, visit
from helpers.small_study import small_study
from helpers.speaking import LANGUAGES, said
from helpers.study_copy import contents
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.analysis import EvaluatedPlans, compare, evaluate_plans
from shelter_geo.cli.main import app
from shelter_geo.plans import Plan, read_plan
from shelter_geo.publish.maps.comparison_map import GainClasses
from shelter_geo.publish.study import comparison_texts as texts
from shelter_geo.publish.study.lines import comparison_lines
from shelter_geo.publish.study.scenario_outputs import (
    comparison_page,
    scenario_tables,
    write_scenarios,
)
from shelter_geo.study.load import bundled_study, load_study
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Effect

HEAD = '[scenario]\nid = "{id}"\nname = "{name}"\n'
LANKARAN = "gn-147622"
NAKHCHIVAN = "gn-147429"


def plan(folder: Path, body: str, *, id: str = "p", name: str = "A plan") -> Plan:
    path = folder / f"{id}.toml"
    path.write_text(HEAD.format(id=id, name=name) + body, encoding="utf-8")
    return read_plan(path)


def opened(settlement: str, places: int = 20, cost: str = "") -> str:
    return f'[[open]]\nsettlement_id = "{settlement}"\nplaces = {places}\n{cost}'


@pytest.fixture(scope="module")
def found(study: Study, tmp_path_factory: pytest.TempPathFactory) -> EvaluatedPlans:
    folder = tmp_path_factory.mktemp("plans")
    today = read_plan(bundled_study().parent / "scenarios" / "today.toml")
    bodies = {
        "lankaran": opened(LANKARAN, 40, "cost = 250000\n"),
        "nakhchivan": opened(NAKHCHIVAN),
        "no-ganja": '[[close]]\nshelter_id = "ganja"\n',
        "bigger": '[[resize]]\nshelter_id = "ganja"\nplaces = 60\n',
        "moved": f'[[move]]\nshelter_id = "ganja"\nsettlement_id = "{LANKARAN}"\n',
    }
    plans = [plan(folder, body, id=key, name=f"Plan {key}") for key, body in bodies.items()]
    return evaluate_plans(study, [today, *plans])


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_study(tmp_path / "small").file


# --------------------------------------------------------------------------------- figures by hand


def test_a_shelter_brings_a_region_of_949_000_within_100_km(found: EvaluatedPlans) -> None:
    """All districts of the region around the new shelter are among those that come within it."""
    districts = found.comparison.districts.query("scenario == 'lankaran'")
    region = found.evaluations["today"].districts["region"] == "Lankaran-Astara"
    near = districts.set_index("district_id").loc[region[region].index]
    assert (near["km_after"] <= 100).all()
    assert near["population"].sum() == 949_313
    row = found.comparison.reach.query("scenario == 'lankaran' and limit_km == 100").iloc[0]
    come = districts[(districts["km_after"] <= 100) & (districts["km_before"] > 100)]
    assert row["people_come_within"] == come["population"].sum() >= 949_313


def test_reallocation_adds_up_to_the_people_who_change_shelter(found: EvaluatedPlans) -> None:
    moves = found.comparison.reallocation.query("scenario == 'no-ganja'")
    today = found.evaluations["today"].districts
    left = today.loc[today["nearest_shelter_id"] == "ganja", "population"]
    assert moves["people"].sum() == left.sum()
    assert moves["districts"].sum() == len(left)
    assert set(moves["shelter_before"]) == {"ganja"}
    assert moves["shelter_after"].str.startswith("baku").all()


def test_differences_are_values_less_values_today(found: EvaluatedPlans) -> None:
    table = found.comparison.metrics
    for key in list(found.evaluations)[1:]:
        change = (table[key] - table["today"]).fillna(0)
        pd.testing.assert_series_equal(table[f"{key}_change"].fillna(0), change, check_names=False)
    row = table[(table["basis"] == "shelter-by-region") & (table["metric"] == "missing_high")]
    assert row[["today", "lankaran", "no-ganja"]].iloc[0].tolist() == [12, 11, 13]
    row = table[(table["basis"] == "appeals") & (table["metric"] == "no_place_central")].iloc[0]
    assert row["bigger"] < row["today"]


def test_the_same_plan_under_another_name_compares_equal_byte_for_byte(
    study: Study, found: EvaluatedPlans, tmp_path: Path
) -> None:
    today = read_plan(bundled_study().parent / "scenarios" / "today.toml")
    twins = [plan(tmp_path, opened(LANKARAN), id=key) for key in ("one", "two")]
    evaluated = evaluate_plans(study, [today, *twins], today=found.evaluations["today"])
    write_scenarios(evaluated, tmp_path / "out", lang="en")
    one, two = (contents(tmp_path / "out" / "scenarios" / key) for key in ("one", "two"))
    assert one == two
    between = compare({key: evaluated.evaluations[key] for key in ("one", "two")})
    assert (between.metrics["two_change"].fillna(0) == 0).all()
    assert set(between.districts["change"]) == {Effect.NO_CHANGE, Effect.STAYS_CUT_OFF}
    assert between.reallocation.empty


def test_a_comparison_that_is_made_again_has_the_same_bytes(small: Path, tmp_path: Path) -> None:
    """All outputs of the bundled plans are compared in test_privacy.py, after two whole runs."""
    study = load_study(small)
    plans = [plan(tmp_path, body, id=key) for key, body in (("now", ""), ("new", opened("s1")))]
    for name in ("first", "again"):
        write_scenarios(evaluate_plans(study, plans), tmp_path / name, lang="en")
    assert contents(tmp_path / "first") == contents(tmp_path / "again")
    assert (tmp_path / "first" / "scenarios" / "new" / "changes.html").is_file()


# --------------------------------------------------------------------------------------- sentences


def told(found: EvaluatedPlans, key: str, lang: str = "en") -> str:
    return said(texts.paragraph(texts.summary(found, key)), lang)


def test_sentences_name_the_town_the_people_and_the_cost(found: EvaluatedPlans) -> None:
    said = told(found, "lankaran")
    # The difference of the two counts that are shown, of the limit that most come within.
    within = found.comparison.reach.set_index(["limit_km", "scenario"])["people_within"].round(-2)
    people = f"{(within[:, 'lankaran'] - within[:, 'today']).max():,}"
    assert f"With a shelter in Lankaran, {people} more people live within" in said
    assert said.endswith("Cost: 250,000.")
    assert "Ленкорань" in told(found, "lankaran", "ru")
    assert "Lənkəran" in told(found, "lankaran", "az")


def test_sentences_of_roads_won_and_of_losses(found: EvaluatedPlans) -> None:
    assert "people get a shelter that they can reach" in told(found, "nakhchivan")
    assert "no longer live within" in told(found, "no-ganja")
    assert "the nearest shelter is farther" in told(found, "no-ganja")
    assert told(found, "bigger").startswith("Nobody's trip to a shelter changes.")
    assert told(found, "bigger").endswith("Cost: not given.")
    assert told(found, "no-ganja").endswith("Cost: none for shelters; nothing is opened or added.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lines_hold_every_plan_with_differences(found: EvaluatedPlans, lang: str) -> None:
    lines = comparison_lines(found, lang)
    assert lines[0].split() == list(found.evaluations)
    assert "(" not in lines[1].split("  ")[1]
    assert sum(line.startswith("lankaran: ") for line in lines) == 1
    joined = "\n".join(lines)
    assert "−" in joined
    assert "+" in joined


def test_a_partly_costed_plan_says_so(tmp_path: Path) -> None:
    body = opened(LANKARAN, 20, "cost = 10\n") + opened(NAKHCHIVAN)
    assert said(texts.cost(plan(tmp_path, body))) == "10; without a cost: 1"


# ----------------------------------------------------------------------------------------- outputs


def test_every_table_is_described_and_holds_the_comparison(
    found: EvaluatedPlans, tmp_path: Path
) -> None:
    write_scenarios(found, tmp_path, lang="en")
    names = set(contents(tmp_path))
    assert set(scenario_tables(found)) <= names
    pages = {f"scenarios/{key}/changes.html" for key in list(found.evaluations)[1:]}
    assert pages <= names
    assert {f"figures/comparison.{kind}" for kind in ("png", "svg")} <= names
    table = pd.read_csv(tmp_path / "comparison.csv")
    row = table.query("scenario == 'bigger' and basis == 'places-by-people'")
    row = row[row["metric"] == "missing_low"].iloc[0]
    assert row["difference"] == pytest.approx(-35)
    moved = pd.read_csv(tmp_path / "scenarios" / "moved" / "reallocation.csv")
    assert set(moved["place_before"]) <= {"Ganja", "Baku"}
    assert set(moved["place_after"]) <= {"Lankaran", "Baku"}
    said = (tmp_path / "scenarios" / "lankaran" / "summary.txt").read_text(encoding="utf-8")
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "English",
        "Azərbaycanca",
        "Русский",
    ]


# -------------------------------------------------------------------------------------------- page


def test_classes_mirror_losses_and_gains() -> None:
    classes = GainClasses()
    gains = [-150.0, -50.0, -5.0, 0.4, 5.0, 50.0, 150.0, float("inf"), float("-inf"), float("nan")]
    assert classes.of(gains).tolist() == [0, 1, 2, 3, 4, 5, 6, 6, 0, -1]
    assert said(classes.label(1)) == "25–100 km farther"
    assert said(classes.label(5)) == "25–100 km nearer"
    assert said(classes.label(3)) == "no change (less than 1 km)"
    assert said(classes.label(6), "ru").startswith("более чем на 100")


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_page_says_who_gains_in_each_language(
    browser: Browser, found: EvaluatedPlans, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "changes.html"
    comparison_page(found, "lankaran").save(file)
    assert file.stat().st_size < 400_000
    with visit(browser, file, size) as seen:
        page = seen.page
        for lang in LANGUAGES:
            page.click(f"[data-lang={lang}]")
            assert told(found, "lankaran", lang) in (page.text_content("body") or "")
            assert page.locator("#table tbody tr").count() == 75
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.click("[data-lang=en]")
        first = page.locator("#table tbody tr").first.text_content() or ""
        assert "Lankaran" in first
        assert "more than 100 km nearer" in first
        assert page.locator(".sign").count() == 3
        assert "The nearest shelter changes from Baku to Lankaran" in (
            page.text_content("body") or ""
        )
        seen.assert_silent()


@pytest.mark.browser
def test_page_of_a_cut_off_region_says_that_it_gets_a_shelter(
    browser: Browser, found: EvaluatedPlans, tmp_path: Path
) -> None:
    comparison_page(found, "nakhchivan").save(tmp_path / "changes.html")
    with visit(browser, tmp_path / "changes.html") as seen:
        first = seen.page.locator("#table tbody tr").first.text_content() or ""
        assert "gets a shelter to reach by road" in first
        seen.assert_silent()


def test_page_of_losses_lists_losses_first(found: EvaluatedPlans) -> None:
    page = comparison_page(found, "no-ganja").page
    assert said(page.short_title) == "Districts whose road lengthens most"
    first = said(page.table.columns[1].cells[0])
    assert first.startswith("+")
    gains = comparison_page(found, "lankaran").page.table
    assert said(gains.columns[1].cells[0]).startswith("−")
    assert (page.table.descending, gains.descending) == (True, False)


# ------------------------------------------------------------------------------------- the command


def test_command_writes_the_comparison(tmp_path: Path) -> None:
    body = HEAD.format(id="own", name="Own") + opened(LANKARAN)
    (tmp_path / "own.toml").write_text(body, encoding="utf-8")
    asked = ["compare", "today", str(tmp_path / "own.toml"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "own: With a shelter in Lankaran" in done.output
    assert "not given" in done.output
    assert "under [costs]" in done.output  # where one is to be given
    assert "scenarios/own/changes.html" in contents(tmp_path / "out")


def test_command_writes_the_same_bytes_into_the_same_folder(small: Path, tmp_path: Path) -> None:
    plan(tmp_path, "", id="now")
    plan(tmp_path, opened("s1"), id="own")
    asked = ["compare", *(str(tmp_path / f"{key}.toml") for key in ("now", "own"))]
    asked += ["--study", str(small), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    first = contents(tmp_path / "out")
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert contents(tmp_path / "out") == first != {}


def test_command_adds_up_costs(tmp_path: Path) -> None:
    body = HEAD.format(id="own", name="Own") + "[costs]\nper_shelter = 100000\nper_place = 2500\n"
    body += opened(LANKARAN) + opened("gn-584717", 10, "cost = 70000\n")
    (tmp_path / "own.toml").write_text(body, encoding="utf-8")
    done = CliRunner().invoke(app, ["compare", "today", str(tmp_path / "own.toml")])
    assert done.exit_code == 0, done.output
    assert "220,000" in done.output  # 100,000 + 20 × 2,500 and 70,000
    assert "[costs]" not in done.output


def test_command_wants_two(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["compare", "today"], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert "name at least two" in done.output


def test_plans_that_change_nothing_share_the_evaluation_given(
    study: Study, found: EvaluatedPlans, tmp_path: Path
) -> None:
    today = found.evaluations["today"]
    marked = replace(today, metrics=today.metrics.iloc[:1])
    plans = [plan(tmp_path, "", id="same"), plan(tmp_path, opened(LANKARAN), id="other")]
    again = evaluate_plans(study, plans, today=marked)
    assert again.evaluations["same"] is marked
