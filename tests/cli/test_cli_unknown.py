"""Every command on a study in which some people are not counted, and an area has no row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from helpers.chromium import visit
from helpers.reading import read_page
from helpers.small_study import DEMAND, small_study
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.publish.words import packaged

TODAY = '[scenario]\nid = "today"\nname = "Today"\n'
MORE = '[scenario]\nid = "more"\nname = "More"\n[[open]]\nsettlement_id = "s1"\nplaces = 9\n'
HATCHED = "url(#no-figure)"
LEFT_OUT = "How many people live in 1 district is not known: Upper Vale."
NO_ROW = "Areas on the maps for which this study has no figures: 1."


@dataclass(frozen=True)
class Ran:
    """A study with gaps, and what a run of it wrote and said."""

    study: Path
    out: Path
    said: str

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.out / name, encoding="utf-8-sig")


def said(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("gaps")
    copy = small_study(folder / "study")
    for column in ("population", "women"):
        copy.set_cell("districts.csv", 2, column, "")
    copy.set_cell("districts.csv", 2, "region", "Heights")  # of which it is the only district
    borders = json.loads(copy.text("districts.geojson"))
    beyond = shapely.geometry.mapping(shapely.box(-29.5, 40.5, -29.0, 41.0))
    feature = {"type": "Feature", "properties": {"district_id": "beyond"}, "geometry": beyond}
    borders["features"].append(feature)
    copy.write("districts.geojson", json.dumps(borders))
    copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
    copy.write("study.toml", copy.text("study.toml") + DEMAND)
    copy.write("scenarios/today.toml", TODAY)
    copy.write("scenarios/more.toml", MORE)
    return Ran(copy.file, folder / "out", said("run", copy.file, "--out", folder / "out"))


def test_the_run_and_validate_say_who_is_left_out_once(ran: Ran) -> None:
    for text in (ran.said, said("validate", ran.study)):
        assert text.count(LEFT_OUT) == text.count(NO_ROW) == 1


def test_people_who_are_not_known_are_empty_cells_never_0(ran: Ran) -> None:
    people = ("population", "women", "registered", "residents_low", "residents_high")
    upper = ran.table("access_by_district.csv").set_index("district_id").loc["upper"]
    assert upper[[*people]].isna().all()
    assert upper["distance_km"] == 110  # 62 and 48 by hand
    towns = ran.table("access_by_settlement.csv").set_index("settlement_id")
    assert towns.loc["s1", [*people]].isna().all()
    changes = ran.table("scenarios/more/changes_by_district.csv").set_index("district_id")
    assert pd.isna(changes.loc["upper", "population"])
    assert changes.loc["upper", "gain_km"] == 110
    layers = gpd.read_file(ran.out / "study.gpkg", layer="districts").set_index("district_id")
    assert layers.loc["upper", [*people]].isna().all()
    moved = ran.table("scenarios/more/reallocation.csv").set_index("shelter_after")
    assert moved["districts"].to_dict() == {"new-s1": 1}
    assert moved["people"].isna().all()


def test_what_rests_on_them_is_missing_and_says_why(ran: Ran) -> None:
    reach = ran.table("reach_by_district.csv").set_index("district_id").loc["upper"]
    assert reach["reason"] == "people_not_known"
    assert reach[["people_in_reach_low", "places_per_10000_low"]].isna().all()
    stays = ran.table("demand_by_district.csv")
    upper = stays[stays["district_id"] == "upper"]
    assert set(upper["reason"]) == {"people_not_known"}
    assert upper["stays_central"].isna().all()
    regions = ran.table("capacity_by_region.csv").set_index("area")
    assert regions.loc["Heights", ["population", "family_places_missing"]].isna().all()
    assert regions.loc["Total", "population"] == 210_000


def test_sums_leave_them_out(ran: Ran) -> None:
    metrics = ran.table("access_metrics.csv")
    rows = metrics[(metrics["basis"] == "district_centres") & (metrics["weighted_by"] == "people")]
    figures = rows.set_index("metric")["value"]
    assert figures["total"] == 210_000
    assert figures["distance_km_max"] == 48  # of the farthest district whose people are known
    assert figures["distance_km_mean"] == pytest.approx(48 * 90 / 210, abs=0.001)


@pytest.mark.parametrize("page", ["maps/access.html", "maps/capacity.html", "planner.html"])
def test_maps_hatch_them_and_say_so(ran: Ran, page: str) -> None:
    text = (ran.out / page).read_text(encoding="utf-8")
    assert text.count(HATCHED) >= 2
    read = read_page(ran.out / page, "en").whole
    assert packaged("en")["access.no_figure"] in read
    for key in ("lacks.people", "lacks.areas"):
        assert packaged("en")[key].partition("{")[0].strip() in read


def test_the_planner_knows_them_too(ran: Ran, browser: Browser) -> None:
    with visit(browser, ran.out / "planner.html") as visited:
        page = visited.page
        fill_of = "(all) => all.map((e) => e.getAttribute('fill'))"
        fills = page.locator(".area").evaluate_all(fill_of)
        assert fills.count(HATCHED) >= 1
        assert page.locator(f'.ground[fill="{HATCHED}"]').count() >= 1
        page.locator(".chosen select").select_option(label="Upper Vale")
        assert page.locator(".live-people").inner_text() == (
            "Upper Vale: the number of people is not known"
        )


def test_site_and_compare_work_with_them(ran: Ran) -> None:
    assert "Fordham" in said("site", ran.study, "--new", "1", "--model", "p-median")
    assert "210" in said("compare", "--study", ran.study, "today", "more")
    for command in ("planner", "map"):
        assert HATCHED in _page(ran, command)


def _page(ran: Ran, command: str) -> str:
    out = ran.study.parent / f"{command}.html"
    said(command, ran.study, "--out", out)
    return out.read_text(encoding="utf-8")
