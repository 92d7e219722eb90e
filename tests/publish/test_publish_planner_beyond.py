"""The planner beyond the distance: stays under a limit, waits, journeys and other services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.chromium import PHONE, visit
from helpers.planner_toys import toy_planner
from helpers.small_study import DEMAND, STUDY, TABLES, small_study
from helpers.speaking import LANGUAGES
from playwright.sync_api import Browser, Page

from shelter_geo.analysis import (
    CapacityResults,
    Evaluation,
    capacity_results,
    evaluate,
    site_options,
    stay_question,
)
from shelter_geo.plans import apply_plan, read_plans
from shelter_geo.plans.plan import read_plan
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.publish.words import Words
from shelter_geo.study import Study, load_study

WAITS = """
[[capacity.waits]]
id = "papers"
name = "for papers"
share = { low = 0.1, central = 0.5, high = 1.0, source = "invented", evidence = "assumed" }
days = { low = 1, central = 3, high = 10, source = "invented", evidence = "assumed" }

[[capacity.waits]]
id = "free"
name = "for a free place"
days = { low = 3, central = 14, high = 30, source = "invented", evidence = "assumed" }

[[capacity.readings]]
id = "beds"
persons_per_family_place = 2.5
label = "beds"
source = "assumed"
evidence = "assumed"
"""
ISLE = "isle,Isle,Isles,9000,5000,no,40.75,-29.25\n"
PLANS: dict[str, str] = {
    "today": "",
    "another house in the town, larger": '[[open]]\nsettlement_id = "s3"\nplaces = 20\n',
    "three houses": "".join(
        f'[[open]]\nsettlement_id = "s{n}"\nplaces = {n + 4}\n' for n in (1, 2, 4)
    ),
    "another instead": '[[close]]\nshelter_id = "quayside-1"\n'
    '[[open]]\nsettlement_id = "s1"\nplaces = 30\n',
}
ENDS = ("low", "central", "high")


@pytest.fixture(scope="module")
def isles(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Four districts of one settlement each, at its centre; no road leads to the isle."""
    made = small_study(tmp_path_factory.mktemp("stays"))
    made.write("study.toml", STUDY + WAITS + DEMAND)
    made.write("districts.csv", TABLES["districts.csv"] + ISLE)
    made.write("settlements.csv", TABLES["settlements.csv"] + "s4,Haven,isle,40.75,-29.25,9000\n")
    made.write("nodes.csv", TABLES["nodes.csv"] + "s4,Haven,isle,40.75,-29.25\n")
    return load_study(made.folder)


@pytest.fixture(scope="module")
def small(isles: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "planner.html"
    study_planner(evaluate(isles), site_options(isles)).save(path)
    return path


def on_page(page: Page, opened: dict[str, int], limit: int) -> list[list[list[float]]]:
    """Rows of the table that the page counts for a plan: by count of cases, low to high."""
    return list(
        page.evaluate(
            """([opened, limit]) => {
              const plan = Model.today(), { sites } = Page.data;
              plan.open.fill(0);
              for (const [key, count] of Object.entries(opened)) {
                plan.open[sites.id.indexOf(key)] = 1;
                plan.places[sites.id.indexOf(key)] = count;
              }
              return Stays.count(plan, limit);
            }""",
            [opened, limit],
        )
    )


def of_library(results: CapacityResults, limit: int) -> list[list[list[float]]]:
    """The same of the tables, the waits only where stays have no limit."""
    limits = results.stay_limits
    months = sorted(limits["limit_months"].dropna().unique())
    own = limits["limit_months"].isna() if limit == len(months) else None
    rows = limits[limits["limit_months"] == months[limit] if own is None else own]
    stems = ("places_needed", "no_place_per_year", "leave_at_limit")
    found = [rows[[f"{stem}_{end}" for end in ENDS]].to_numpy().tolist() for stem in stems]
    if own is None:
        return found
    for wait in ("papers", "free"):
        waiting = results.waiting[results.waiting["wait"] == wait]
        for stem in ("wait_nights", "emergency_places_needed"):
            found.append(waiting[[f"{stem}_{end}" for end in ENDS]].to_numpy().tolist())
    return found


@pytest.mark.browser
def test_places_follow_the_limit_as_the_tables_of_each_plan_do(
    browser: Browser, small: Path, isles: Study, tmp_path: Path
) -> None:
    with visit(browser, small) as seen:
        for name, text in PLANS.items():
            head = f'[scenario]\nid = "p"\nname = "{name}"\n'
            (tmp_path / "p.toml").write_text(head + text)
            changed = apply_plan(isles, read_plan(tmp_path / "p.toml"))
            results = capacity_results(evaluate(changed))
            opened = {
                row["settlement_id"] if key.startswith("new") else key: int(row["places"])
                for key, row in changed.shelters.to_dict("index").items()
            }
            for limit in range(6):
                said, wanted = on_page(seen.page, opened, limit), of_library(results, limit)
                for row, own in zip(said, wanted, strict=False):
                    np.testing.assert_allclose(row, own, rtol=1e-9, atol=1e-9, err_msg=name)
        # Without a house no place is needed in any, and everybody who asks finds none.
        needed, without, leave, *_ = on_page(seen.page, {}, 0)
        question = stay_question(evaluate(isles))
        assert question is not None
        assert needed == [[0, 0, 0]]
        np.testing.assert_allclose(leave, [[0, 0, 0]], atol=1e-9)
        np.testing.assert_allclose(without, list(question.totals.values()))
        seen.assert_silent()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, evaluation: Evaluation) -> Path:
    path = tmp_path_factory.mktemp("real") / "planner.html"
    study = evaluation.study
    study_planner(evaluation, site_options(study), read_plans(study.scenarios)).save(path)
    return path


@pytest.fixture
def page(browser: Browser, real: Path) -> Iterator[Page]:
    with visit(browser, real) as seen:
        yield seen.page
        seen.assert_silent()


def chosen(page: Page, evaluation: Evaluation, key: str) -> list[str]:
    """What is said of one district beside its table."""
    at = sorted(evaluation.districts.index).index(key)
    page.select_option("#district", str(at))
    return page.locator(".chosen .beyond li").all_text_contents()


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_district_says_its_journeys_and_how_soon_other_services_begin(
    page: Page, evaluation: Evaluation, lang: str
) -> None:
    page.click(f"[data-lang={lang}]")
    words = Words(lang)
    assert evaluation.journeys is not None
    assert evaluation.services is not None
    said = chosen(page, evaluation, "AZ-AST")
    for line, journey in zip(said, evaluation.study.settings.journeys[1:], strict=False):
        whole = evaluation.journeys.of(journey.id, "district_centre").loc["AZ-AST"]
        assert line == words.text(
            "planner_live.trip",
            journey=dict(journey.name)[lang],
            km=words.distance(whole["distance_km"]),
            time=words.duration(whole["travel_min"]),
        )
    table = evaluation.services.places
    rows = table[
        (table["scenario"] == "forensic-working-days")
        & (table["who"] == "all")
        & (table["district_id"] == "AZ-AST")
    ]
    assert len(rows) == 3
    line = next(
        text for text in said if words.duration(rows["longest_wait_h"].iloc[0] * 60) in text
    )
    for share, hours in zip(rows["share_low"], rows["within_h"], strict=True):
        within = words.text(
            "brief.service_within", share=words.percent(share), time=words.duration(hours * 60)
        )
        assert within in line
    assert words.text("evidence.assumed") in line
    # Both plans ask for an order, so that nobody without one is ever examined in time.
    assert line.endswith(f"{words.percent(0)}.")
    unknown = [text for text in said if "{" in text or text == ""]
    assert unknown == []
    assert len(said) == 2 + 3


@pytest.mark.browser
def test_where_no_road_leads_links_stand_beside_and_nothing_is_added(
    page: Page, evaluation: Evaluation
) -> None:
    said = chosen(page, evaluation, "AZ-ORD")
    assert evaluation.journeys is not None
    beside = evaluation.journeys.beside
    rows = beside[
        (beside["journey"] == "papers")
        & (beside["place_kind"] == "district_centre")
        & (beside["place_id"] == "AZ-ORD")
    ].set_index("link")
    words = Words("en")
    papers = said.index(next(text for text in said if text.startswith("sent back for papers")))
    assert said[papers].endswith(words.text("journey.no_road"))
    air = said[papers + 1]
    assert "by air" in air
    assert "3 h to 3 h 30 min" in air  # three flights of 60 to 70 minutes
    assert words.distance(rows.loc["air", "road_km"]) in air
    never = next(text for text in said if "working days" in text)
    assert words.text("planner_live.never") in never
    assert page.locator(".chosen tbody tr").nth(0).locator("td").last.inner_text() == "no"


@pytest.mark.browser
def test_the_limit_of_a_stay_is_chosen_and_the_table_follows(
    page: Page, evaluation: Evaluation
) -> None:
    table = page.locator(".stays tbody")
    options = page.locator(".stays option").all_text_contents()
    assert options == ["1 month", *(f"{n} months" for n in (2, 3, 6, 12)), "no limit"]
    results = capacity_results(evaluation).stay_limits
    seen = []
    for at, months in enumerate((1, 2, 3, 6, 12, None)):
        page.select_option(".stays select", index=at)
        rows = (
            results["limit_months"].isna() if months is None else results["limit_months"] == months
        )
        central = results.loc[rows, "places_needed_central"]
        low, high = page.evaluate(
            "(at) => { const bases = Stays.count(Model.today(), at)[0].map((ends) => ends[1]);"
            " return [Math.min(...bases), Math.max(...bases)]; }",
            at,
        )
        # The page asks from the centres of districts, the tables from every settlement.
        assert [low, high] == pytest.approx([central.min(), central.max()], abs=2)
        cells = table.locator("tr").first.locator("td").all_text_contents()
        assert cells[0].startswith(f"{low:g} to {high:g} (assumed)")
        assert cells[0] == cells[1] == cells[2]
        seen.append((low, high))
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]
    labels = table.locator("th").all_text_contents()
    assert labels[-1] == "Emergency places needed while waiting for a free place"


@pytest.mark.browser
def test_nothing_is_said_of_stays_where_nothing_is_known(browser: Browser, tmp_path: Path) -> None:
    toy_planner().save(tmp_path / "planner.html")
    with visit(browser, tmp_path / "planner.html", PHONE) as seen:
        assert seen.page.locator(".stays").count() == 0
        seen.page.select_option("#district", index=1)
        assert seen.page.locator(".chosen .beyond li").count() == 0
        seen.assert_silent()


TRAVEL = """\
line_id,mode,from_settlement,to_settlement,year,hours,first_departure,last_departure,\
first_departure_back,last_departure_back,source,evidence
a,bus,s1,s3,2024,7,06:00,10:00,06:00,12:00,a timetable,sourced
"""
TRIP = """
[[journeys]]
id = "there"
name = "There"
stops = ["home", "s3", "home"]
source = "invented"
evidence = "assumed"
"""


@pytest.mark.browser
def test_nights_on_the_way_are_said_where_departures_are_known(
    browser: Browser, tmp_path: Path
) -> None:
    study = small_study(tmp_path / "small")
    study.write("travel.csv", TRAVEL)
    study.replace("study.toml", "[roads]\n", 'travel = "travel.csv"\n\n[roads]\n')
    study.write("study.toml", study.text("study.toml") + TRIP)
    evaluation = evaluate(load_study(study.file))
    path = tmp_path / "planner.html"
    study_planner(evaluation, site_options(evaluation.study)).save(path)
    with visit(browser, path) as seen:
        # Leaves 6:00 to 10:00, arrives 13:00 to 17:00: the last way home is at 12:00.
        said = {key: chosen(seen.page, evaluation, key) for key in ("upper", "lower")}
        assert said["upper"][1] == "There. Nights of waiting for a bus: 1"
        assert len(said["lower"]) == 1
        seen.assert_silent()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_counts_by_year_stand_beside_the_places_without_a_script(real: Path, lang: str) -> None:
    """As the table of statistics has them; the page opens in English."""
    text, words = real.read_text(encoding="utf-8"), Words(lang)
    assert '<h3 data-t="' in text
    assert ">32 (in 6 months)<" in text
    assert f'"{words.number(1413)}"' in text
