"""Plans as files: what the page writes the library reads, and hostile files do no harm."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.chromium import visit
from helpers.planner_desk import open_site
from helpers.planner_toys import load_plan, toy_planner
from playwright.sync_api import Browser, Page

from shelter_geo.plans.plan import read_plan
from shelter_geo.publish.planner.data import Suggestion

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("planner") / "planner.html"
    toy_planner().save(path)
    return path


@pytest.fixture(scope="module")
def read_only(browser: Browser, file: Path) -> Iterator[Page]:
    """One page for all tests that only have it read a text."""
    with visit(browser, file) as seen:
        yield seen.page
        assert (seen.requests, seen.complaints) == ([], [])


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with visit(browser, file) as seen:
        yield seen.page
        calls = [url for url in seen.requests if not url.startswith("blob:")]
        assert (calls, seen.complaints) == ([], [])


def parsed(page: Page, text: str) -> dict[str, Any]:
    return dict(
        page.evaluate(
            """(text) => {
              try {
                const { plan, registered } = Scenario.read(text), { sites } = Page.data;
                const open = {};
                sites.id.forEach((key, at) => { if (plan.open[at]) open[key] = plan.places[at]; });
                return { name: plan.name, open, registered };
              } catch (error) { return { error: error.message }; }
            }""",
            text,
        )
    )


PLAN = """
# a plan by hand
[scenario]
id = "my-plan"  # its key
name = 'A shelter in the south'

[[open]]
settlement_id = "p-3"
places = 40

[[close]]
shelter_id = "refuge"

[[resize]]
shelter_id = "house-1"
places = 60

[demand]
count_registered = true
"""


def test_a_file_is_read_as_the_library_reads_it(read_only: Page, tmp_path: Path) -> None:
    (tmp_path / "my-plan.toml").write_text(PLAN, encoding="utf-8")
    plan = read_plan(tmp_path / "my-plan.toml")
    assert [(change.settlement_id, change.places) for change in plan.open] == [("p-3", 40)]
    wanted = {
        "name": plan.scenario.name,
        "open": {"house-1": 60, "house-2": 15, "p-3": 40},
        "registered": plan.demand is not None and plan.demand.count_registered,
    }
    for text in (PLAN, PLAN.replace("\n", "\r\n"), f"\ufeff{PLAN}"):
        assert parsed(read_only, text) == wanted


OBEYED = "\x7f\x01\u202ex"
NAMES = [
    "A shelter in the south",
    'quote " and \\ slash',
    "Şuşa",
    "[scenario]\nx = 1",
    OBEYED,
    "  ",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_both_the_library_and_the_page_read(
    page: Page, tmp_path: Path, name: str
) -> None:
    written = page.evaluate(
        """(name) => {
          const plan = Model.today(), { sites } = Page.data, at = (key) => sites.id.indexOf(key);
          plan.name = name.trim();
          Model.openSite(plan, at("p-3"));
          plan.places[at("p-3")] = 41;
          plan.open[at("refuge")] = 0;
          plan.places[at("house-2")] = 16;
          Model.counted.registered = true;
          return Scenario.write(plan, "plan-b", plan.name || "Plan B");
        }""",
        name,
    )
    path = tmp_path / f"{written['id']}.toml"
    path.write_text(written["text"], encoding="utf-8", newline="")
    plan = read_plan(path)
    kept = "x" if name == OBEYED else name.strip() or "Plan B"
    assert plan.scenario.name == kept
    assert plan.open[0].places == 41
    assert [change.shelter_id for change in plan.close] == ["refuge"]
    assert [(change.shelter_id, change.places) for change in plan.resize] == [("house-2", 16)]
    assert plan.demand is not None
    assert plan.demand.count_registered
    back = parsed(page, written["text"])
    assert back["open"] == {"house-1": 30, "house-2": 16, "p-3": 41}
    assert back["name"] == kept


def test_today_is_written_in_the_agreed_form(page: Page) -> None:
    text = page.evaluate("Scenario.write(Model.today(), 'plan-a', 'Today').text")
    assert text == '[scenario]\nid = "plan-a"\nname = "Today"\n'
    assert tomllib.loads(text) == {"scenario": {"id": "plan-a", "name": "Today"}}


ILL = "has a value that is not allowed"
BAD = {
    "": "no [scenario]",
    "[scenario": "Line 1 could not be read",
    "x = 1": "Line 1: a plan has no part called x here",
    "[scenario]\nid = 'a'": "Line 1: name is missing in this part",
    "[scenario]\nid = 'A b'\nname = 'x'": f"Line 2: id {ILL}",
    "[scenario]\nid = 'a'\nid = 'b'\nname = 'x'": "Line 3: id appears twice",
    "[scenario]\nid = 'a'\nname = 'x'\n[scenario]": "Line 4: scenario appears twice",
    "[scenario]\nid = 'a'\nname = 'x'\n[[open]]\n[open]": "Line 5: open appears twice",
    "[[scenario]]": "no part called scenario",
    "[open]": "no part called open",
    "open = [1]": "no part called open",
    "[__proto__]": "no part called __proto__",
    "[constructor]": "no part called constructor",
    "[scenario]\n__proto__ = 'x'": "Line 2: this part has no __proto__",
    "[scenario]\nname = 'x' 'y'": "Line 2 could not be read",
    '[scenario]\nname = "x': "Line 2 could not be read",
    '[scenario]\nname = "\\q"': "Line 2 could not be read",
    '[scenario]\nname = "\\ud800"': "Line 2 could not be read",
    "[scenario]\nname = {}": f"Line 2: name {ILL}",
    "[scenario]\nname = ' '": f"Line 2: name {ILL}",
    "[scenario]\nid = 'a'\nname = 'x'\nevidence = 'hearsay'": f"Line 4: evidence {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = 0": f"Line 3: places {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = 100001": f"Line 3: places {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = 1e3": f"Line 3: places {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = -4": f"Line 3: places {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = '4'": f"Line 3: places {ILL}",
    "[[open]]\nsettlement_id = 'p-3'\nplaces = 4\ncost = inf": f"Line 4: cost {ILL}",
    "[[road]]\nkind = 'paint'": f"Line 2: kind {ILL}",
    "[demand]\ncount_registered = 1": f"Line 2: count_registered {ILL}",
    "[demand]\nshare_needing = 1.5": f"Line 2: share_needing {ILL}",
    "<script>hit()</script>": "Line 1 could not be read",
    "\x00": "Line 1 could not be read",
    "\n# \x1b": "Line 2 could not be read",
    f"x = {'[' * 9999}": "Line 1 could not be read",
}
HEAD = "[scenario]\nid = 'a'\nname = 'x'\n"
OPEN = "[[open]]\nsettlement_id = 'p-3'\nplaces = 4\n"
BAD |= {
    HEAD + "[[close]]\nshelter_id = 'p-3'": "Line 4: this page has no site p-3",
    HEAD + "[[close]]\nshelter_id = 'refuge'\n" * 2: "Line 6: refuge appears twice",
    HEAD + OPEN * 2: "Line 7: p-3 appears twice",
    HEAD + "[[close]]\nshelter_id = 'refuge'\n[[resize]]\nshelter_id = 'refuge'\nplaces = 2": (
        "Line 6: refuge appears twice"
    ),
    HEAD + OPEN + "[[candidate]]\nsettlement_id = 'p-3'\nmax_places = 3": (
        "Line 4: p-3 may have at most 3 places"
    ),
    HEAD + "#" + "x" * 300_000: "It is too big to be a plan",
}


@pytest.mark.parametrize(("text", "message"), BAD.items(), ids=range(len(BAD)))
def test_anything_else_is_refused_with_its_line(read_only: Page, text: str, message: str) -> None:
    said = parsed(read_only, text)
    assert message in said["error"]
    assert said["error"].startswith("This file was not loaded.")


def test_a_plan_is_saved_and_loaded_by_hand(page: Page, tmp_path: Path) -> None:
    page.fill("#plan-a .name", "Cənub planı")
    open_site(page, "town 3")
    page.keyboard.type("77")
    with page.expect_download() as caught:
        page.click("#plan-a [data-act=save]")
    assert caught.value.suggested_filename == "cenub-plani.toml"
    caught.value.save_as(tmp_path / "cenub-plani.toml")
    plan = read_plan(tmp_path / "cenub-plani.toml")
    assert [(change.settlement_id, change.places) for change in plan.open] == [("p-3", 77)]
    page.click("#tab-b")
    assert load_plan(page, tmp_path / "cenub-plani.toml", "b") == ""
    assert page.locator("#plan-b .added").text_content().startswith("Town 3")
    assert page.locator("#plan-b .added .count").input_value() == "77"
    assert page.locator("#plan-b .name").input_value() == "Cənub planı"
    page.click("#plan-b .to-today")
    assert page.locator("#plan-b .added").count() == 0
    (tmp_path / "bad.toml").write_text("<script>hit()</script>", encoding="utf-8")
    assert "Line 1" in load_plan(page, tmp_path / "bad.toml", "b")


def test_a_suggestion_opens_its_sites_with_their_places(browser: Browser, tmp_path: Path) -> None:
    offered = [Suggestion("Two in the south", ["p-5", "p-3"], [7, 11]), Suggestion("One", ["p-3"])]
    toy_planner(suggestions=offered).save(tmp_path / "planner.html")
    wanted = {"0": {"p-5": 7, "p-3": 11}, "1": {"p-3": 20}}
    with visit(browser, tmp_path / "planner.html") as seen:
        for button, places in wanted.items():
            seen.page.click(f"#plan-a [data-suggestion='{button}']")
            with seen.page.expect_download() as caught:
                seen.page.click("#plan-a [data-act=save]")
            caught.value.save_as(tmp_path / "saved.toml")
            plan = read_plan(tmp_path / "saved.toml")
            assert {change.settlement_id: change.places for change in plan.open} == places
