"""The planner's page in a real browser: silent, in three languages, by mouse and keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.chromium import PHONE, WIDE, visit, wait_until_still
from helpers.elements import Elements
from helpers.payloads import PAYLOADS
from helpers.planner_desk import open_site
from helpers.planner_toys import TITLES, districts, sites, toy_planner
from playwright.sync_api import Browser, Page

from shelter_geo.access.costs import cost_matrix
from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.candidates import candidate_sites
from shelter_geo.publish.planner.data import Suggestion


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    saved = tmp_path_factory.mktemp("planner") / "planner.html"
    toy_planner().save(saved)
    return saved


def figure(page: Page, letter: str, key: str) -> str:
    return page.locator(f"[data-figure={key}] [data-who={letter}] > .value").text_content()


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("lang", ["az", "en", "ru"])
def test_opens_silently_in_each_language(
    browser: Browser, file: Path, size: tuple[int, int], lang: str
) -> None:
    with visit(browser, file, size) as seen:
        page = seen.page
        page.click(f"[data-lang={lang}]")
        assert page.title() == TITLES[lang]
        assert page.locator("#plan-a .area").count() == 8
        open_site(page, "7")
        seen_text = page.locator("main").inner_text()
        assert "{" not in seen_text
        assert "undefined" not in seen_text
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        seen.assert_silent()


@pytest.mark.browser
def test_says_today_without_scripts_and_the_same_with_them(browser: Browser, file: Path) -> None:
    said = []
    for scripts in (False, True):
        with visit(browser, file, java_script_enabled=scripts) as seen:
            page = seen.page
            shown = ".bar [data-who=today], #plan-a [data-who=a]"
            values = page.locator(f":is({shown}) > .value").all_text_contents()
            details = page.locator(f":is({shown}) > .detail")
            fills = [area.get_attribute("fill") for area in page.locator("#plan-a .area").all()]
            said.append((values, details.all_text_contents(), fills))
            if not scripts:
                assert page.locator("button:visible, input:visible").count() == 0
                assert page.locator("#plan-b").is_hidden()
                assert "JavaScript" in page.locator("noscript").text_content()
                assert page.locator("#table tbody tr").count() == 8
                assert page.locator("#table th:visible").count() == 4 + 8
    assert said[0] == said[1]


@pytest.mark.browser
def test_opening_by_list_map_and_keyboard_come_to_the_same(browser: Browser, file: Path) -> None:
    said = []
    for way in (by_list, by_mouse, by_keyboard):
        with visit(browser, file) as seen:
            way(seen.page)
            assert seen.page.locator("#plan-a .added").count() == 1
            said.append(seen.page.locator(".bar").inner_text())
            assert figure(seen.page, "b", "unreached") == "8,000"
            assert figure(seen.page, "a", "unreached") != "8,000"
            seen.assert_silent()
    assert said[0] == said[1] == said[2]


def by_list(page: Page) -> None:
    open_site(page, "town 7")


def by_mouse(page: Page) -> None:
    page.locator("#plan-a .spots circle[aria-label^='Town 7']").click()


def by_keyboard(page: Page) -> None:
    page.locator("#plan-a .spots circle[tabindex='0']").focus()
    for _ in range(12):
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if focused.startswith("Town 7"):
            break
        page.keyboard.press("ArrowRight" if "6" in focused else "ArrowUp")
    page.keyboard.press("Enter")


@pytest.mark.browser
def test_today_is_one_click_away(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        before = [figure(page, "a", key) for key in ("mean", "places", "unreached")]
        open_site(page, "town 7")
        page.uncheck("#plan-a .opened li:has-text('Refuge') input[type=checkbox]")
        page.fill("#plan-a .opened li:has-text('First house') .count", "99")
        assert figure(page, "a", "places") != figure(page, "b", "places")
        page.click("#plan-a .to-today")
        assert [figure(page, "a", key) for key in ("mean", "places", "unreached")] == before
        assert page.locator("#plan-a .added").count() == 0
        assert "Nothing changes" in page.locator(".changes .sums").text_content()
        seen.assert_silent()


@pytest.mark.browser
def test_each_plan_is_held_against_today(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        open_site(page, "town 7")
        assert page.locator(".changes h2").text_content() == "Plan A compared with today"
        assert "8,000 people get a shelter" in page.locator(".changes .sums").text_content()
        change = page.locator("#plan-a [data-figure=unreached] .change")
        assert change.text_content() == "−8,000 against today (8,000)"
        assert page.locator("[data-who=b] .change:not(:empty)").count() == 0
        page.click("#tab-b")
        assert page.locator(".changes h2").text_content() == "Plan B compared with today"
        assert "Nothing changes" in page.locator(".changes .sums").text_content()
        open_site(page, "town 7", "b")
        both = page.locator("[data-figure=unreached] .change").all_text_contents()
        assert both == ["−8,000 against today (8,000)"] * 2


@pytest.mark.browser
def test_groups_and_silent_shelters(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        assert page.locator("#unknown").is_hidden()
        page.locator("[name=group][value=lgbtq]").check(force=True)
        # Of the houses with 30, 15 and 1 places only the first leaves the question open.
        assert figure(page, "b", "places").startswith("0 of")
        page.check("#unknown")
        assert figure(page, "b", "places").startswith("12 of")
        page.locator("[name=group][value=men]").check(force=True)
        assert figure(page, "b", "places").startswith("6 of")
        seen.assert_silent()


@pytest.mark.browser
def test_places_that_make_no_sense_change_nothing(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page, box = seen.page, "#plan-a .opened li:has-text('Refuge') .count"
        before = figure(page, "a", "places")
        for wrong in ("", "0", "-5", "1e9", "100001", "<b>", "999999"):
            page.fill(box, wrong)
            assert page.get_attribute(box, "aria-invalid") == "true"
            assert "a whole number from 1 to 100,000" in page.locator("#live").text_content()
            assert figure(page, "a", "places") == before
        page.locator(box).blur()
        assert page.input_value(box) == "1"
        seen.assert_silent()


@pytest.mark.browser
def test_the_table_follows_the_plans_and_sorts(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        open_site(page, "town 7")
        line = page.locator("#table tbody tr", has_text="Heath")
        assert line.locator("td").all_text_contents()[3:] == [
            *line.locator("td").all_text_contents()[3:5],
            "no road to a shelter",
            "–",
            "–",
        ]
        page.click("#table thead th:nth-child(5) button")
        shown = page.locator("#table tbody tr td:nth-child(5)").all_text_contents()
        sizes = [int(text.split()[0]) for text in shown if text != "no road to a shelter"]
        assert sizes == sorted(sizes, reverse=True)
        page.locator("#table .name", has_text="Elm").click()
        assert page.locator(".halo").first.get_attribute("d").startswith("M")
        seen.assert_silent()


@pytest.mark.browser
def test_everything_is_reached_by_tab(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        reached = set()
        for _ in range(120):
            seen.page.keyboard.press("Tab")
            reached.add(seen.page.evaluate("""() => {
                const at = document.activeElement;
                return [at.closest(".plan")?.id, at.dataset.act ?? at.id, at.classList[0], at.name]
                  .filter(Boolean).join(" ");
            }"""))  # fmt: skip
        wanted = {"registered", "group", "csv live"}
        acts = ("print", "save", "load", "svg", "png", "find", "count", "free", "code")
        wanted |= {"tab-a", "tab-b", *(f"plan-a {act}" for act in acts)}
        assert wanted <= reached


@pytest.mark.browser
def test_targets_are_large_enough_for_a_finger(browser: Browser, file: Path) -> None:
    with visit(browser, file, PHONE) as seen:
        targets = "button:visible, label:visible, .count:visible, .find:visible, input.name:visible"
        for target in seen.page.locator(targets).all():
            box = target.bounding_box()
            assert min(box["height"], box["width"]) >= 24, target.text_content()


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, file: Path, size: tuple[int, int], scheme: str
) -> None:
    with visit(browser, file, size, color_scheme=scheme) as seen:
        steps: list[Callable[[Page], Any]] = [
            lambda page: None,
            lambda page: open_site(page, "town 7"),
        ]
        for step in steps:
            step(seen.page)
            wait_until_still(seen.page)
            found = Axe().run(seen.page)
            assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
def test_paper_keeps_figures_maps_and_table(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        open_site(page, "town 7")
        page.emulate_media(media="print")
        for part in ("#plan-b .chart", "#plan-a .figures", ".changes", "#plan-a .opened"):
            assert page.locator(part).is_visible(), part
        assert page.locator(".options:visible, .find:visible, [data-act]:visible").count() == 0
        assert page.locator("#table tbody tr:visible").count() == 8


@pytest.mark.browser
def test_the_bundled_study_is_silent_and_small(
    browser: Browser, evaluation: Evaluation, tmp_path: Path
) -> None:
    study, saved = evaluation.study, tmp_path / "planner.html"
    found = candidate_sites(study.districts, study.settlements, study.shelters)
    costs_ = cost_matrix(study.network, study.centres, found.geometry)
    toy_planner(
        districts=evaluation.districts,
        sites=found,
        distance_km=costs_.distance_km,
        travel_min=costs_.travel_min,
        basemap=study.basemap,
        suggestions=[],
        sources=["Source " * 10] * 15,
        assumptions=["Assumption " * 10] * 15,
    ).save(saved)
    assert saved.stat().st_size < 400_000
    with visit(browser, saved, PHONE) as seen:
        assert seen.page.locator("#plan-a .area").count() == len(evaluation.districts)
        assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        seen.assert_silent()


def hostile() -> dict[str, Any]:
    """The toy with a payload in every name, key and text."""

    def text(n: int) -> str:
        return PAYLOADS[n % len(PAYLOADS)]

    many = range(len(PAYLOADS))
    units = districts().loc[[n % 8 for n in many]].reset_index(drop=True)
    units["district_id"] = [f"{n:02}{text(n)}" for n in many]
    for column, shift in (("name_en", 0), ("name_az", 1), ("name_ru", 2)):
        units[column] = [text(n + shift) for n in many]
    places = sites().reset_index().loc[[n % 9 for n in many]].reset_index(drop=True)
    places["role"] = ["shelter" if n % 5 == 0 else "candidate" for n in many]
    places["places"] = [7 if n % 5 == 0 else 0 for n in many]
    places["site_id"] = [f"{n:02}{text(n)}" for n in many]
    places["settlement_id"] = places["site_id"]
    places["district_id"] = units["district_id"]
    for column, shift in (("name_en", 3), ("name_az", 4), ("place_en", 5), ("place_az", 6)):
        places[column] = [text(n + shift) for n in many]
    cost = pd.DataFrame(10.0, index=units["district_id"], columns=places["site_id"])
    return {
        "districts": units,
        "sites": gpd.GeoDataFrame(places, crs="EPSG:4326"),
        "distance_km": cost,
        "travel_min": cost,
        "title": " ".join(PAYLOADS),
        "sources": PAYLOADS,
        "assumptions": PAYLOADS,
        "notes": PAYLOADS,
        "credit": " ".join(PAYLOADS),
        "suggestions": [Suggestion(text(n), [places["site_id"][1]]) for n in many],
    }


@pytest.mark.browser
def test_hostile_texts_never_run_and_the_page_still_works(browser: Browser, tmp_path: Path) -> None:
    toy_planner(**hostile()).save(tmp_path / "hostile.html")
    with visit(browser, tmp_path / "hostile.html") as seen:
        page = seen.page
        page.evaluate("() => { window.ran = 0; window.hit = () => { window.ran += 1; }; }")
        for lang in ("az", "ru", "en"):
            page.click(f"[data-lang={lang}]")
        page.locator("#plan-a .free button").first.click()
        page.click("#plan-a [data-suggestion='3']")
        page.fill("#plan-a .name", PAYLOADS[0])
        written = page.evaluate("Picture.svg(document.querySelector('svg.chart'), 'x', "
                                "Model.evaluate(Model.today()))")  # fmt: skip
        assert "<script" not in written
        for spot in page.locator("#plan-a .spots circle").all()[:5]:
            spot.hover(force=True)
        assert page.evaluate("window.ran") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE[0]
        assert page.locator("iframe, form, img, base, object, embed, a").count() == 0
        seen.assert_silent()


def test_hostile_texts_bring_no_element_and_no_code() -> None:
    found, benign = Elements(toy_planner(**hostile()).html), Elements(toy_planner().html)
    assert set(found.counts) == set(benign.counts)
    assert found.code == benign.code
    assert found.handlers == []
    assert set(found.addresses) == {"#shelter", "#new", "#whole", "data:,"}
    assert "img-src data:;" in found.policy


def test_the_same_planner_gives_the_same_bytes_in_another_process_and_row_order() -> None:
    page = toy_planner().html
    code = (
        "import sys; from helpers.planner_toys import toy_planner;"
        "sys.stdout.buffer.write(toy_planner().html.encode())"
    )
    again = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert again.stdout.decode() == page
    turned = toy_planner(districts=districts().iloc[::-1], sites=sites().iloc[::-1])
    assert turned.html == page


@pytest.mark.browser
def test_displays_in_a_notebook(browser: Browser, tmp_path: Path) -> None:
    host = tmp_path / "notebook.html"
    host.write_text(f"<meta charset='utf-8'>{toy_planner()._repr_html_()}", encoding="utf-8")
    with visit(browser, host) as seen:
        inside = seen.page.frame_locator("iframe")
        inside.locator("#plan-a .free button").first.click()
        assert inside.locator("#plan-a .added").count() == 1
        requests = [url for url in seen.requests if url != "about:srcdoc"]
        assert (requests, seen.complaints) == ([], [])
