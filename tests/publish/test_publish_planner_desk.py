"""The planner as a tool: its figures stay in view, and what was done can be undone and carried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.chromium import PHONE, visit, wait_until, wait_until_still
from helpers.planner_desk import DESK, open_site, opened
from helpers.planner_desk import file as file
from helpers.planner_desk import page as page
from helpers.planner_toys import (
    CANDIDATES,
    SHELTERS,
    costs,
    districts,
)
from playwright.sync_api import Browser, Page

from shelter_geo.siting import MCLP, PCenter, PMedian

pytestmark = pytest.mark.browser
IN_VIEW = """() => [...document.querySelectorAll(".bar dd")]
  .filter((cell) => cell.checkVisibility())
  .every((cell) => {
    const box = cell.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
  })"""


def mean(page: Page, letter: str = "a") -> str:
    cell = page.locator(f".bar [data-figure=mean] [data-who={letter}] > :not(.who)")
    return " ".join(cell.all_text_contents())


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "phone"])
def test_figures_stay_in_view_whatever_is_done(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    with visit(browser, file, size) as seen:
        page = seen.page
        for step in ("town 3", "town 5", "town 6"):
            open_site(page, step)
            wait_until_still(page)
            assert page.evaluate("scrollY") == 0 or page.evaluate(IN_VIEW), step
        page.fill("#plan-a .opened .added .count >> nth=0", "44")
        assert page.evaluate(IN_VIEW)
        page.click("#undo")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert page.evaluate(IN_VIEW)
        whose = page.locator(".bar [data-figure=mean] dd:visible")
        assert whose.count() == (3 if size == DESK else 2)
        page.click("#tab-b")
        assert page.locator("#plan-b .find").is_visible()
        assert page.locator("#plan-a .find").is_hidden()
        assert page.locator("#plan-a .chart").is_visible() is (size == DESK)
        seen.assert_silent()


def test_opening_a_shelter_beside_the_map_moves_nothing(page: Page) -> None:
    page.evaluate("document.querySelector('.bar').scrollIntoView()")
    where = "['.bar', '#plan-a .chart'].map((part) => document.querySelector(part)"
    boxes = f"() => {where}.getBoundingClientRect().top)"
    open_site(page, "town 3")
    wait_until_still(page)
    before = page.evaluate(boxes)
    open_site(page, "town 5")
    wait_until_still(page)
    assert page.evaluate(boxes) == before
    assert before[1] < DESK[1]


def test_undo_and_redo_go_through_every_step(page: Page) -> None:
    said = [mean(page)]
    open_site(page, "town 3")
    said.append(mean(page))
    open_site(page, "town 5")
    page.keyboard.type("77")
    said.append(mean(page))
    page.click("#plan-a .to-today")
    assert (mean(page), opened(page)) == (said[0], [])
    page.click("#undo")
    assert (mean(page), opened(page)) == (said[2], ["Town 3", "Town 5"])
    assert page.locator("#plan-a .added .count").last.input_value() == "77"
    page.locator("#undo").focus()
    page.keyboard.press("Control+z")
    assert page.locator("#plan-a .added .count").last.input_value() == "20"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert (mean(page), page.locator("#undo").is_disabled()) == (said[0], True)
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    assert mean(page) == said[2]
    page.keyboard.press("Control+y")
    assert (mean(page), page.locator("#redo").is_disabled()) == (said[0], True)


def test_undo_returns_to_the_plan_that_it_changes(page: Page) -> None:
    open_site(page, "town 3")
    page.click("#tab-b")
    open_site(page, "town 5", "b")
    page.click("#undo")
    assert opened(page, "b") == []
    page.click("#undo")
    assert (opened(page), page.get_attribute("#tab-a", "aria-pressed")) == ([], "true")
    page.click("#redo")
    open_site(page, "town 6")
    assert page.locator("#redo").is_disabled()
    assert opened(page) == ["Town 3", "Town 6"]


LEAVING = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"


def test_a_plan_that_is_not_saved_is_not_lost_without_a_warning(page: Page) -> None:
    assert page.evaluate(LEAVING) is False
    open_site(page, "town 3")
    assert page.evaluate(LEAVING) is True
    with page.expect_download():
        page.click("#plan-a [data-act=save]")
    assert page.evaluate(LEAVING) is False
    open_site(page, "town 5")
    assert page.evaluate(LEAVING) is True
    page.click("#undo")
    assert page.evaluate(LEAVING) is False
    stored = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(stored) == [0, 0, ""]


def test_a_plan_is_carried_as_a_code(page: Page) -> None:
    open_site(page, "town 3")
    page.keyboard.type("77")
    page.uncheck("#plan-a .opened li:has-text('Refuge') input[type=checkbox]")
    page.fill("#plan-a .opened li:has-text('First house') .count", "31")
    page.fill("#plan-a .name", "Cənub: a.b")
    page.locator("#undo").focus()
    code = page.input_value("#plan-a .code")
    assert len(code) < 120
    page.click("#tab-b")
    page.fill("#plan-b .code", f" {code}\n")
    assert mean(page, "b") == mean(page, "a")
    assert page.locator("#plan-b .name").input_value() == "Cənub: a.b"
    assert page.locator("#plan-b .added .count").input_value() == "77"
    assert page.evaluate("(code) => Past.code(Past.decoded(code))", code) == code
    for wrong in (code[:-1], code[1:], code.replace("77", "7"), "plan1", "<b>", "plan1.op-3:x."):
        page.fill("#plan-b .code", wrong)
        fault = page.locator("#plan-b .fault").text_content()
        assert fault == "This is not a whole plan code of this page.", wrong
    assert page.locator("#plan-b .added .count").input_value() == "77"


def test_a_code_copies_to_the_clipboard(browser: Browser, file: Path) -> None:
    with visit(browser, file, DESK) as seen:
        page = seen.page
        open_site(page, "town 3")
        page.click("#plan-a .copy")
        assert page.locator("#live").text_content() == "Code copied."
        wanted = page.input_value("#plan-a .code")
        page.fill("#plan-a .name", "")
        page.focus("#plan-a .name")
        page.keyboard.press("ControlOrMeta+v")
        wait_until(page, "document.activeElement.value !== ''")
        assert page.locator("#plan-a .name").input_value() == wanted[:80]


def test_a_copy_that_the_browser_refuses_is_not_called_done(page: Page) -> None:
    open_site(page, "town 3")
    page.evaluate("document.execCommand = () => false")
    page.click("#plan-a .copy")
    assert str(page.locator("#live").text_content()).startswith("The browser did not let")
    assert page.locator("#plan-a .fault").text_content() == page.locator("#live").text_content()
    selected = "document.activeElement.value.slice(document.activeElement.selectionStart)"
    assert page.evaluate(selected) == page.input_value("#plan-a .code")
    page.evaluate("document.execCommand = () => true")
    page.click("#plan-a .copy")
    assert page.locator("#plan-a .fault").text_content() == ""


SEARCH = """([open, aim, n]) => {
  const plan = Model.today(), { sites } = Page.data;
  sites.id.forEach((id, at) => { plan.open[at] = open.includes(id) ? 1 : 0; });
  return Best.search(plan, aim, n).then((found) => found && [
    found.sites.map((at) => sites.id[at]), found.exact, found.tried]);
}"""
AIMS: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    ({"kind": "mean"}, PMedian, {}),
    ({"kind": "farthest"}, PCenter, {}),
    ({"kind": "within", "limit": 100}, MCLP, {"within": 100}),
    ({"kind": "within", "limit": 200}, MCLP, {"within": 200}),
]


def test_the_best_from_here_is_what_siting_finds(page: Page) -> None:
    random, (distance_km, _) = np.random.default_rng(17), costs()
    people = districts().set_index("district_id")["population"].loc[distance_km.index]
    found = 0
    for start in range(50):
        standing = sorted(key for key in [*SHELTERS, *CANDIDATES] if random.random() < 0.3)
        free = [key for key in CANDIDATES if key not in standing]
        sites = sorted([*standing, *free])
        n, (aim, model, options) = 1 + start % 3, AIMS[start % len(AIMS)]
        problem = model.from_cost_matrix(
            distance_km[sites].to_numpy(),
            weights=people.to_numpy(),
            fixed=[sites.index(key) for key in standing],
            site_ids=sites,
            p=n,
            **options,
        )
        chosen, exact, _ = page.evaluate(SEARCH, [standing, aim, n])
        answer = problem.solve()
        assert exact is True
        if chosen:
            assert sorted(chosen) == sorted(answer.chosen), (start, aim, n, standing)
            found += 1
        else:  # no candidate is nearer to anybody
            now = distance_km[standing].min(axis=1).fillna(np.inf)
            nearer = distance_km[free].min(axis=1) < now
            assert not (nearer & (people > 0)).any(), (start, standing)
    assert found > 40


def test_everybody_who_comes_nearer_is_listed_and_counted(page: Page) -> None:
    open_site(page, "town 7")
    entries = page.evaluate("""() => {
      const plan = Model.today();
      Model.openSite(plan, Page.data.sites.id.indexOf("p-7"));
      const [now, then] = Model.measure([Model.evaluate(plan)]);
      return Model.compare(now, then).gainers.filter(({ row }) => then.weight[row] > 0).length;
    }""")
    assert entries > 0
    assert page.locator(".gainers li").count() == entries
    assert page.locator(".sides .hint").first.text_content() == f"Districts: {entries}"


def test_more_than_three_come_by_exchange_and_say_so(page: Page) -> None:
    chosen, exact, tried = page.evaluate(SEARCH, [SHELTERS, {"kind": "mean"}, 4])
    assert (len(chosen), exact, tried) == (4, False, 126)
    page.locator("#plan-a .many").select_option("4")
    page.click("#plan-a [data-best=many]")
    wait_until(page, "document.querySelectorAll('#plan-a .opened .added').length === 4")
    said = str(page.locator("#plan-a .best .hint").text_content())
    assert said.startswith("Opened: Town")
    assert "not proven" in said


def test_the_best_next_one_is_opened_in_one_step(page: Page) -> None:
    page.locator("#plan-a .aim").select_option("within 200")
    page.click("#plan-a [data-best=next]")
    wait_until(page, "document.querySelectorAll('#plan-a .opened .added').length === 1")
    assert "The best of all 9 choices" in str(page.locator("#plan-a .best .hint").text_content())
    page.click("#undo")
    assert opened(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "phone"])
def test_a_district_says_where_it_goes_and_what_is_next(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    distance_km, travel_min = costs()
    with visit(browser, file, size) as seen:
        page = seen.page
        open_site(page, "town 3")
        page.locator("#district").select_option(label="Elm")
        row = page.evaluate("Page.data.districts.id[Chosen.row]")
        rows = [
            line.locator("td").all_text_contents()
            for line in page.locator(".chosen tbody tr").all()
        ]
        homes = {"house-1": "p-0", "house-2": "p-0", "refuge": "p-4"}
        for said, sites in zip(rows, (SHELTERS, [*SHELTERS, "p-3"], SHELTERS), strict=True):
            best = sorted(sites, key=lambda k: (distance_km[k][row], travel_min[k][row], k))
            home = homes.get(best[0], best[0])
            other = next(key for key in best if homes.get(key, key) != home)
            more = round(distance_km[other][row]) - round(distance_km[best[0]][row])
            assert home.removeprefix("p-") in said[0]
            assert said[1] == f"{round(distance_km[best[0]][row])} km"
            assert said[3] == f"Town {homes.get(other, other).removeprefix('p-')}"
            assert said[4] == (f"+{more} km" if more else "0 km")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.locator(".way:not(.all)").first.get_attribute("d").startswith("M")
        assert page.evaluate(IN_VIEW)
        page.locator("#plan-a .area").nth(2).dispatch_event("click")
        assert page.evaluate("Chosen.row") == 2
        seen.assert_silent()
