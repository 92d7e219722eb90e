"""The planner as a tool: prices and their sum, the map moved and zoomed, lists sorted, regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.chromium import PHONE, visit, wait_until
from helpers.planner_desk import DESK, open_site, opened
from helpers.planner_desk import file as file
from helpers.planner_desk import page as page
from helpers.planner_toys import CANDIDATES, SHELTERS, districts, load_plan, sites, toy_planner
from playwright.sync_api import Browser, Page
from shapely import Point

from shelter_geo.plans import read_plan

pytestmark = pytest.mark.browser


def cost(page: Page, letter: str = "a") -> str:
    cell = page.locator(f".bar [data-figure=cost] [data-who={letter}] > :not(.who)")
    return " ".join(filter(None, cell.all_text_contents()))


def test_prices_are_summed_as_the_library_sums_them_and_stand_in_the_file(
    page: Page, tmp_path: Path
) -> None:
    open_site(page, "town 3")
    page.keyboard.type("12")
    open_site(page, "town 5")
    assert cost(page) == "not given"
    page.fill("#plan-a [data-price=shelter]", "250 000")
    page.fill("#plan-a [data-price=place]", "8000,5")
    assert cost(page) == f"{2 * 250_000 + 32 * 8000.5:,.0f}"
    with page.expect_download() as taken:
        page.click("#plan-a [data-act=save]")
    taken.value.save_as(tmp_path / "plan-a.toml")
    plan = read_plan(tmp_path / "plan-a.toml")
    assert (plan.cost, plan.uncosted) == (2 * 250_000 + 32 * 8000.5, 0)
    code = page.input_value("#plan-a .code")
    page.click("#tab-b")
    assert load_plan(page, tmp_path / "plan-a.toml", "b") == ""
    assert cost(page, "b") == cost(page)
    page.click("#plan-b .to-today")
    page.fill("#plan-b .code", code)
    assert cost(page, "b") == cost(page)
    page.fill("#plan-b .opened li:has-text('Refuge') .count", "9")
    assert cost(page, "b") == f"{cost(page)} without a price: 1"
    page.click("#undo")
    page.click("#undo")
    assert cost(page, "b") == "–"


OWN_PRICES = """
[scenario]
id = "own"
name = "Own"
[[candidate]]
settlement_id = "p-5"
cost = 100
cost_per_place = 1.5
[[open]]
settlement_id = "p-3"
places = 20
cost = 77
[[open]]
settlement_id = "p-5"
places = 40
[[open]]
settlement_id = "p-6"
places = 10
[[resize]]
shelter_id = "refuge"
places = 4
cost = 9.5
[costs]
per_place = 3
source = "A guess"
"""


def test_costs_of_a_file_go_before_the_prices_of_the_page(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN_PRICES, encoding="utf-8")
    assert load_plan(page, path) == ""
    assert page.evaluate(
        "Costs.of(Scenario.read(text).plan)".replace("text", repr(OWN_PRICES))
    ) == {
        "sum": read_plan(path).cost,
        "without": read_plan(path).uncosted,
    }
    assert page.input_value("#plan-a [data-price=place]") == "3"
    page.fill("#plan-a [data-price=place]", "")
    with page.expect_download() as taken:
        page.click("#plan-a [data-act=save]")
    taken.value.save_as(tmp_path / "less.toml")
    less = read_plan(tmp_path / "less.toml")
    assert (less.cost, less.uncosted, less.costs) == (77 + 100 + 60 + 9.5, 1, None)
    assert cost(page) == "246 without a price: 1"


def test_what_is_no_price_is_refused_in_a_sentence(page: Page) -> None:
    open_site(page, "town 3")
    page.fill("#plan-a [data-price=place]", "5")
    for wrong in ("-1", "x", "1e9", "1,234,5", "<b>", "0.001"):
        page.fill("#plan-a [data-price=place]", wrong)
        assert page.get_attribute("#plan-a [data-price=place]", "aria-invalid") == "true", wrong
        assert "a number of 0 or more" in str(page.locator("#plan-a .refused").text_content())
        assert cost(page) == "100"
    page.locator("#plan-a [data-price=place]").blur()
    assert page.input_value("#plan-a [data-price=place]") == "5"
    assert page.locator("#plan-a .refused").text_content() == ""


ZOOM = "() => [View.seen.zoom, View.seen.x, View.seen.y]"


def test_the_map_is_zoomed_and_moved_by_buttons_keys_and_mouse(page: Page) -> None:
    chart = page.locator("#plan-a .chart")
    page.click("#plan-a [data-zoom=in]")
    assert page.evaluate(ZOOM)[0] > 1
    views = page.locator(".chart").evaluate_all(
        "(maps) => maps.map((map) => map.getAttribute('viewBox'))"
    )
    assert views[0] == views[1]
    page.locator("#plan-a .spots [tabindex='0']").focus()
    page.keyboard.press("+")
    before = page.evaluate(ZOOM)
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate(ZOOM)[1] > before[1]
    page.keyboard.press("0")
    assert page.evaluate(ZOOM) == [1, 0, 0]
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    wait_until(page, "View.seen.zoom > 1")
    before, opens = page.evaluate(ZOOM), opened(page)
    page.mouse.move(box["x"] + 200, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 100, steps=4)
    page.mouse.up()
    after = page.evaluate(ZOOM)
    assert after[1] > before[1]
    assert (after[0], opened(page)) == (before[0], opens)
    page.click("#plan-a [data-zoom=whole]")
    assert page.evaluate(ZOOM) == [1, 0, 0]
    assert page.locator("#plan-a [data-zoom=out]").is_disabled()


def test_a_walk_by_keys_brings_its_site_into_view(page: Page) -> None:
    for _ in range(4):
        page.click("#plan-a [data-zoom=in]")
    page.locator("#plan-a .spots [tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        inside = page.evaluate("""() => {
          const at = document.activeElement, { x, y, zoom } = View.seen, [w, h] = Page.data.size;
          const [cx, cy] = ["cx", "cy"].map((name) => Number(at.getAttribute(name)));
          return cx >= x && cx <= x + w / zoom && cy >= y && cy <= y + h / zoom;
        }""")
        assert inside


def test_towns_that_a_finger_cannot_tell_apart_are_brought_nearer_first(
    browser: Browser, tmp_path: Path
) -> None:
    close = sites()
    close.loc["p-1", "geometry"] = Point(10.3 + 0.01, 50.2)
    path = tmp_path / "crowded.html"
    toy_planner(sites=close).save(path)
    with visit(browser, path, PHONE) as seen:
        page = seen.page
        spot = page.locator("#plan-a .spots circle[aria-label^='Town 1']")
        for _ in range(12):
            spot.scroll_into_view_if_needed()
            box = spot.bounding_box()
            assert box is not None
            before = page.evaluate(ZOOM)[0]
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            done = "document.querySelector('#plan-a .opened .added') || View.seen.zoom !=="
            wait_until(page, f"{done} {before}")
            if opened(page):
                break
        assert page.evaluate(ZOOM)[0] > 2
        assert opened(page) == ["Town 1"]
        seen.assert_silent()


def test_two_fingers_zoom_the_map(browser: Browser, file: Path) -> None:
    with visit(browser, file, PHONE) as seen:
        page = seen.page
        page.locator("#plan-a .chart").scroll_into_view_if_needed()
        page.evaluate("""() => {
          const map = document.querySelector("#plan-a .chart"), box = map.getBoundingClientRect();
          const send = (type, id, x) => map.dispatchEvent(new PointerEvent(type, {
            pointerId: id, pointerType: "touch", isPrimary: id === 1, bubbles: true,
            cancelable: true,
            clientX: box.left + x, clientY: box.top + 60,
          }));
          send("pointerdown", 1, 100);
          send("pointerdown", 2, 140);
          send("pointermove", 2, 220);
          send("pointerup", 1, 100);
          send("pointerup", 2, 220);
        }""")
        zoom, x, _ = page.evaluate(ZOOM)
        assert zoom == pytest.approx(3)
        box = page.locator("#plan-a .chart").bounding_box()
        assert box is not None
        unit = box["width"] / page.evaluate("Page.data.size[0]")
        # What lay under the finger that stood still lies there yet.
        assert x + 100 / unit / zoom == pytest.approx(100 / unit, abs=0.5)


def test_who_comes_nearer_is_sorted_as_the_reader_wishes(page: Page) -> None:
    for town in ("town 2", "town 3", "town 5", "town 7"):
        open_site(page, town)

    def entries() -> list[tuple[str, int]]:
        texts = page.locator(".gainers li span:first-child").all_text_contents()
        parts = [text.removesuffix(" people").split(": ") for text in texts]
        return [(name, int(count.replace(",", ""))) for name, count in parts]

    first = entries()
    assert len(first) > 1
    page.locator("[name=order][value=people]").check()
    assert [n for _, n in entries()] == sorted((n for _, n in first), reverse=True)
    page.locator("[name=order][value=name]").check()
    assert entries() == sorted(first)
    page.locator("[name=order][value=gain]").check()
    assert entries() == first


def test_a_line_may_be_shown_from_every_district_to_its_nearest_shelter(page: Page) -> None:
    drawn = page.locator("#plan-a .way.all")
    assert drawn.get_attribute("d") == ""
    page.check("#lines")
    ends = str(drawn.get_attribute("d")).split("M")[1:]
    served = page.evaluate(
        "[...Model.evaluate(Model.today()).site.keys()].filter((row) => !Model.nobody(row) &&"
        " Model.evaluate(Model.today()).site[row] >= 0).length"
    )
    assert len(ends) == served > 3
    for town in ("town 2", "town 3", "town 5"):
        open_site(page, town)
    assert str(drawn.get_attribute("d")) != "M" + "M".join(ends)
    page.uncheck("#lines")
    assert drawn.get_attribute("d") == ""


def with_regions() -> Any:
    units = districts()
    return units.assign(region=["North" if n % 2 else "South" for n in range(len(units))])


def test_people_with_a_shelter_in_their_own_region_are_counted_and_aimed_at(
    browser: Browser, tmp_path: Path
) -> None:
    units, towns = with_regions().set_index("district_id"), sites()
    path = tmp_path / "regions.html"
    toy_planner(districts=with_regions()).save(path)
    region_of = towns["district_id"].map(units["region"])
    for standing in (["refuge"], ["house-1", "refuge"], []):
        served = units["region"].isin(region_of[standing])
        wanted = int(units["population"][served].sum())
        best = max(
            int(units["population"][served | (units["region"] == region_of[key])].sum())
            for key in CANDIDATES
        )
        with visit(browser, path, DESK) as seen:
            found = seen.page.evaluate(
                """async ([open, aim]) => {
                  const plan = Model.today(), { sites } = Page.data;
                  sites.id.forEach((id, at) => { plan.open[at] = open.includes(id) ? 1 : 0; });
                  const before = Model.evaluate(plan).own;
                  const { sites: chosen } = await Best.search(plan, aim, 1);
                  for (const at of chosen) Model.openSite(plan, at);
                  return [before, Model.evaluate(plan).own];
                }""",
                [standing, {"kind": "own", "limit": 0}],
            )
            assert found == [wanted, best]
            if standing == []:
                today = int(units["population"][units["region"].isin(region_of[SHELTERS])].sum())
                said = seen.page.locator(".bar [data-figure=own] [data-who=today] .value")
                assert said.text_content() == f"{100 * int(today / 100 + 0.5):,}"
            seen.assert_silent()
