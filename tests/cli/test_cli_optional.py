"""Every command on a study without women, without regions, or without both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from helpers.chromium import visit
from helpers.fewer_columns import OPTIONAL, small_without
from helpers.small_study import DEMAND
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.errors import TableError
from shelter_geo.publish.words import packaged

TODAY = '[scenario]\nid = "today"\nname = "Today"\n'
MORE = '[scenario]\nid = "more"\nname = "More"\n[[open]]\nsettlement_id = "s1"\nplaces = 9\n'
PAGES = (
    "maps/access.html",
    "maps/capacity.html",
    "maps/siting_best_by_mean.html",
    "scenarios/more/changes.html",
    "planner.html",
    "report.html",
    "index.html",
)
FIGURES = ("access_map", "capacity_map", "comparison", "siting_sweep", "tornado", "turn_away")


@dataclass(frozen=True)
class Ran:
    """A study that lacks columns, and what a run of it wrote and said."""

    columns: tuple[str, ...]
    study: Path
    out: Path
    said: str


@pytest.fixture(scope="module", params=OPTIONAL, ids="-".join)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("fewer")
    copy = small_without(folder / "study", *request.param)
    copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
    copy.write("study.toml", copy.text("study.toml") + DEMAND)
    copy.write("scenarios/today.toml", TODAY)
    copy.write("scenarios/more.toml", MORE)
    return Ran(
        request.param, copy.file, folder / "out", said("run", copy.file, "--out", folder / "out")
    )


def said(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: object) -> str:
    with pytest.raises(TableError) as caught:
        CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    return str(caught.value)


def test_a_run_writes_every_page_and_figure_but_what_rests_on_the_column(ran: Ran) -> None:
    assert [page for page in PAGES if not (ran.out / page).is_file()] == []
    assert [name for name in FIGURES if not (ran.out / "figures" / f"{name}.png").is_file()] == []
    regions = "region" not in ran.columns
    assert (ran.out / "figures" / "shortfall.png").is_file() is regions
    for name in ("siting_every_region", "siting_own_region"):
        assert (ran.out / "maps" / f"{name}.html").is_file() is regions


def test_no_table_has_a_column_or_a_row_of_what_is_missing(ran: Ran) -> None:
    women, region = ("women" in ran.columns), ("region" in ran.columns)
    seen = set()
    for path in sorted(ran.out.rglob("*.csv")):
        table = pd.read_csv(path)
        seen |= {*table}
        if path.name in ("access_metrics.csv", "access_by_group.csv", "comparison.csv"):
            assert ("women" in set(table["weighted_by"])) is not women
            assert not (women and "men" in set(table["weighted_by"]))
        if "model" in table:
            for model in ("p-median-per-region", "own-region"):
                assert (model in set(table["model"])) is not region
    assert ("women" in seen, "registered_women" in seen) == (not women, not women)
    assert ("region" in seen) is ("share_in_own_region" in seen) is not region
    spread = set(pd.read_csv(ran.out / "demand_by_district.csv")["spread_by"])
    assert spread == {"people" if women else "women"}


def test_a_run_says_what_is_missing_for_which_column(ran: Ran) -> None:
    lines = [line for line in ran.said.splitlines() if line.startswith("Not in this run")]
    named = [re.search(r"districts\.csv has no column (\w+): \w", line)[1] for line in lines]
    assert named == [column for column in ran.columns for _ in range(3)]
    assert [line for line in said("validate", ran.study).splitlines() if line in lines] == lines
    english = packaged("en")
    for page in ("maps/access.html", "planner.html", "report.html"):
        text = (ran.out / page).read_text(encoding="utf-8")
        for column in ("women", "region"):
            assert (str(english[f"lacks.{column}"]) in text) is (column in ran.columns)


def test_commands_end_with_the_file_the_column_and_what_to_do(ran: Ran, tmp_path: Path) -> None:
    asked = {
        "women": (
            ("capacity", ran.study, "--for", "women", "--out", tmp_path / "c"),
            ("map", ran.study, "--for", "men", "--out", tmp_path / "m.html"),
        ),
        "region": (
            ("site", ran.study, "--new", "1", "--per-region"),
            ("site", ran.study, "--model", "places-budget", "--new", "1", "--per-region"),
            ("site", ran.study, "--new", "1", "--model", "own-region"),
            ("map", ran.study, "--of", "siting", "--aim", "region", "--out", tmp_path / "s.html"),
            (
                "map",
                ran.study,
                "--of",
                "siting",
                "--aim",
                "own-region",
                "--out",
                tmp_path / "o.html",
            ),
        ),
    }
    for column in ran.columns:
        for words in asked[column]:
            message = refused(*words)
            assert f"districts.csv, column {column}: the column is missing" in message
            assert "Add it to districts.csv" in message
    assert list(tmp_path.iterdir()) == []


def test_other_commands_work(ran: Ran, tmp_path: Path) -> None:
    assert "p-median" in said("site", ran.study, "--new", "1", "--out", tmp_path / "site")
    places = ("--model", "places-budget", "--new", "1")
    assert said("site", ran.study, *places, "--out", tmp_path / "places")
    assert said("capacity", ran.study, "--for", "children", "--out", tmp_path / "group")
    assert said("compare", "today", "more", "--study", ran.study, "--out", tmp_path / "compared")
    for name in ("access.png", "capacity.svg", "comparison.pdf"):
        of = name.partition(".")[0]
        said("map", ran.study, "--of", of, "--scenario", "more", "--out", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.browser
def test_the_planner_offers_the_groups_that_are_counted(ran: Ran, browser: Browser) -> None:
    with visit(browser, ran.out / "planner.html") as seen:
        page = seen.page
        offered = page.eval_on_selector_all(
            "[name=group]", "(all) => all.map((each) => each.value)"
        )
        women = ["women", "children", "men"] if "women" not in ran.columns else []
        assert offered == ["all", *women, "lgbtq"]
        for group in offered:
            page.check(f"[name=group][value={group}]")
        page.check("[name=group][value=all]")
        page.fill("#plan-a .find", "Highmill")
        page.press("#plan-a .find", "Enter")
        with page.expect_download() as caught:
            page.click("#csv")
        written = pd.read_csv(caught.value.path(), encoding="utf-8-sig")
        assert ("resident_women" in written) is ("women" not in ran.columns)
        assert written["residents"].sum() == 270_000
        assert page.locator("main").inner_text().count("NaN") == 0
        assert "undefined" not in page.locator("main").inner_text()
        seen.assert_silent()


@pytest.mark.browser
@pytest.mark.parametrize("file", PAGES)
def test_pages_are_silent_and_whole(ran: Ran, browser: Browser, file: str) -> None:
    with visit(browser, ran.out / file) as seen:
        text = seen.page.locator("main").inner_text()
        assert not re.search(r"\bNaN\b|undefined|\bNone\b|\bnan\b", text)
        seen.assert_silent()
