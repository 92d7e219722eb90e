"""Every command on a kind of facility that nobody has, and on a study without any shelter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from helpers.chromium import visit
from helpers.small_study import small_study
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.cli.main import app

CLAIM = """
[[claims]]
id = "far"
statement = "some travel about 100 km"
low = 100
high = 100
unit = "km"
measure = "travel_km"
source = "invented"
evidence = "assumed"
"""
KINDS = """
[[kinds]]
id = "shelter"

[[kinds]]
id = "day-centre"
singular = "day centre"
plural = "day centres"
norm = { people_per_place = 5000, source = "invented" }
"""
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


@dataclass(frozen=True)
class Ran:
    """A study without any facility, what makes it so, and what a run of it wrote."""

    study: Path
    more: tuple[str, ...]
    out: Path


@pytest.fixture(scope="module", params=["kind", "table"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("nobody")
    copy = small_study(folder / "study")
    copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
    kind = request.param == "kind"
    own = 'kind = "day-centre"\n' if kind else ""
    copy.write("study.toml", copy.text("study.toml") + CLAIM + own + (KINDS if kind else ""))
    copy.write("scenarios/today.toml", TODAY)
    copy.write("scenarios/more.toml", MORE + own)
    if not kind:
        copy.write("shelters.csv", copy.text("shelters.csv").splitlines()[0] + "\n")
    more = ("--kind", "day-centre") if kind else ()
    made = Ran(copy.file, more, folder / "out")
    assert said("run", copy.file, *more, "--out", made.out)
    return made


def said(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_writes_every_page_and_says_why_nobody_is_reached(ran: Ran) -> None:
    assert [page for page in PAGES if not (ran.out / page).is_file()] == []
    for name in ("access_map", "capacity_map", "comparison", "siting_sweep", "shortfall"):
        assert (ran.out / "figures" / f"{name}.png").is_file(), name
    access = pd.read_csv(ran.out / "access_by_district.csv")
    assert set(access["reason"]) == {"no_facility"}
    assert access["distance_km"].isna().all()
    (claim,) = pd.read_csv(ran.out / "claims.csv").to_dict("records")
    assert claim["verdict"] == "cannot_be_tested_here"
    assert pd.isna(claim["data_low"])


def test_pages_and_pictures_by_themselves(ran: Ran, tmp_path: Path) -> None:
    for command in ("report", "planner"):
        said(command, ran.study, *ran.more, "--out", tmp_path / f"{command}.html")
    for of in ("access", "capacity", "comparison", "siting"):
        plan = ("--scenario", "more") if of == "comparison" else ()
        said("map", ran.study, *ran.more, "--of", of, *plan, "--out", tmp_path / f"{of}.png")
    said("capacity", ran.study, *ran.more, "--out", tmp_path / "capacity")
    compared = said("compare", "today", "more", "--study", ran.study, *ran.more)
    assert "270,000 people get a" in compared


@pytest.mark.browser
@pytest.mark.parametrize("file", PAGES)
def test_pages_are_silent_and_whole(ran: Ran, browser: Browser, file: str) -> None:
    with visit(browser, ran.out / file) as seen:
        text = seen.page.locator("main").inner_text()
        assert not re.search(r"\bNaN\b|undefined|\bNone\b|\bnan\b", text)
        seen.assert_silent()
