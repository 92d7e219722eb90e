"""The sealed map in a real browser: silent, in three languages, by mouse, keyboard and on paper."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import geopandas as gpd
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.chromium import PHONE, WIDE, visit, wait_until
from helpers.map_toys import DISTRICTS, FARTHEST_FIRST, routes, toy_map
from helpers.speaking import said
from playwright.sync_api import Browser, Locator, Page

from shelter_geo.publish.maps.district_map import cities
from shelter_geo.publish.written import unbroken

pytestmark = pytest.mark.browser

NBSP = "\u00a0"
TITLES = {"az": "Sığınacaq uzaqdır", "en": "Shelter is far", "ru": "Убежище далеко"}
NUMBERS = {"az": "1.234.600", "en": "1,234,600", "ru": f"1{NBSP}234{NBSP}600"}
LOCAL_ORDER = ["Cəvizli", "Çinar", "Əşrəf", "Iğdır", "İnci", "Qum", "Şirin", "Zeytun"]


ROAD_FROM_ELM = "313 km, 4 h 10 min to Ashfield town"
"""312.7 km at 0.8 minutes each are 250 minutes."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "access.html"
    toy_map().save(path)
    return path


def speak(page: Page, lang: str) -> None:
    page.click(f"[data-lang={lang}]")


def names(page: Page) -> list[str]:
    return page.locator("#table tbody tr:visible .name").all_text_contents()


def row(page: Page, name: str) -> Locator:
    named = page.locator(".name", has_text=re.compile(f"^{name}$"))
    return page.locator("#table tbody tr").filter(has=named)


def area(name: str) -> str:
    return f".area[aria-label^='{name}']"


def test_the_test_itself_hears_a_page_that_calls_out(browser: Browser, tmp_path: Path) -> None:
    leaky = tmp_path / "leaky.html"
    leaky.write_text("<img src='https://example.org/x.png'><script>nothing()</script>")
    with visit(browser, leaky) as seen:
        seen.wait_to_hear("https://example.org/x.png", "Failed to load", "nothing is not defined")
        assert seen.requests == ["https://example.org/x.png"]
        assert len(seen.complaints) == 2


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("lang", ["az", "en", "ru"])
def test_opens_silently_in_each_language(
    browser: Browser, file: Path, size: tuple[int, int], lang: str
) -> None:
    with visit(browser, file, size) as seen:
        page = seen.page
        speak(page, lang)
        assert page.title() == TITLES[lang]
        assert page.locator("h1").text_content() == unbroken(TITLES[lang])
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("[data-lang][aria-pressed=true]").get_attribute("data-lang") == lang
        assert NUMBERS[lang] in page.locator("#table").text_content().replace("\u202f", NBSP)
        assert page.locator(".area").count() == len(DISTRICTS)
        assert page.locator(".sign").count() == 2
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        seen.assert_silent()


def test_a_map_may_open_in_another_language(browser: Browser, tmp_path: Path) -> None:
    toy_map(lang="ru").save(tmp_path / "ru.html")
    with visit(browser, tmp_path / "ru.html") as seen:
        assert seen.page.title() == TITLES["ru"]
        assert "Этот перевод ещё не проверил" in seen.page.locator(".review").text_content()
        speak(seen.page, "en")
        assert seen.page.locator(".review").is_hidden()
        seen.assert_silent()


def test_shows_a_still_map_and_says_everything_without_scripts(
    browser: Browser, file: Path
) -> None:
    with visit(browser, file, java_script_enabled=False) as seen:
        page = seen.page
        assert names(page) == FARTHEST_FIRST
        assert "need JavaScript" in page.locator("noscript").text_content()
        assert page.locator(".frame").is_hidden()
        still = page.locator("svg.still")
        assert still.locator("path.area").count() == len(DISTRICTS)
        assert still.bounding_box()["width"] > 600
        assert still.locator("use[href='#shelter']").count() == 2
        always = still.locator(".always").all_text_contents()
        assert sorted(always) == ["Ashfield town", "Cedar town", f"Elm{ROAD_FROM_ELM}"]
        assert page.locator("button:visible, input:visible").count() == 0
        assert page.locator(".key .swatch rect").first.bounding_box()["width"] > 20
        seen.assert_silent()


def test_the_whole_study_fits_a_phone(browser: Browser, file: Path) -> None:
    with visit(browser, file, PHONE) as seen:
        frame = seen.page.locator("#map").bounding_box()
        for place in seen.page.locator(".area").all():
            box = place.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_colours_and_words_follow_the_classes(browser: Browser, file: Path) -> None:
    expected = {
        "Ashfield": ("#fcf4b6", "0–50 km"),
        "Birch": ("#fcf4b6", "0–50 km"),
        "Cedar": ("#fc8c63", "50–100 km"),
        "Gorse": ("#c73d73", "100–200 km"),
        "Dunes": ("#6b1d81", "200–300 km"),
        "Elm": ("#140e36", "300+ km"),
        "Heath": ("url(#hatch)", "no road inside the country to a shelter"),
    }
    with visit(browser, file) as seen:
        for name, (fill, words) in expected.items():
            assert seen.page.get_attribute(area(name), "fill") == fill
            cell = row(seen.page, name).locator(".class")
            assert cell.text_content().strip() == words
            assert cell.locator("rect").get_attribute("fill") == fill


def test_marks_people_registered_where_they_do_not_live(browser: Browser, file: Path) -> None:
    words = "many of the people registered here live elsewhere"
    with visit(browser, file) as seen:
        marked = seen.page.locator("#table tbody tr", has_text=words)
        assert marked.locator(".name").all_text_contents() == ["Dunes"]
        assert words in seen.page.get_attribute(area("Dunes"), "aria-label")
        assert seen.page.locator(".stippled").count() == 1
        assert seen.page.locator(".key .stipple").text_content().strip() == words


def test_names_who_has_no_road_and_why(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        notes = seen.page.locator(".grounds li").all_text_contents()
        wanted = "No road to a shelter: 1 district (Heath). Reason: an island without a bridge"
        assert wanted in notes


def test_the_table_sorts_by_number_and_by_each_alphabet(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        heads = page.locator("#table thead th")
        assert names(page) == FARTHEST_FIRST
        assert heads.nth(1).get_attribute("aria-sort") == "descending"
        heads.nth(1).locator("button").click()
        assert names(page) == [*reversed(FARTHEST_FIRST[:-1]), "Heath"]
        assert heads.nth(1).get_attribute("aria-sort") == "ascending"
        heads.nth(0).locator("button").click()
        assert names(page) == sorted(FARTHEST_FIRST)
        speak(page, "az")
        assert names(page) == LOCAL_ORDER
        seen.assert_silent()


def test_search_folds_letters_hides_rows_and_chooses(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        for typed in ("igdir", "IĞDIR", "elm"):
            page.fill("#find", typed)
            assert names(page) == ["Elm"]
        assert page.locator("#live").text_content() == "Shown: 1 of 8"
        assert page.locator(".area.dim").count() == 7
        page.press("#find", "Enter")
        assert page.locator("#card h3").text_content() == "Elm"
        page.press("#find", "Escape")
        assert names(page) == FARTHEST_FIRST
        assert page.locator(".area.dim").count() == 0
        page.fill("#find", "nowhere")
        page.press("#find", "Enter")
        assert names(page) == []
        assert page.locator("#card h3").text_content() == "Elm"
        seen.assert_silent()


def test_a_click_shows_the_district_its_row_and_its_road(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        page.click(area("Elm"), position={"x": 8, "y": 8})
        card = page.locator("#card")
        assert card.locator("h3").text_content() == "Elm"
        facts = dict(zip(card.locator("dt").all_text_contents(),
                         card.locator("dd").all_text_contents(), strict=True))  # fmt: skip
        assert facts["Distance by road"] == "313 km"
        assert facts["By car"] == "4 h 10 min"
        assert facts["Nearest shelter"] == "Ashfield town"
        assert page.locator("tr[aria-current] .name").text_content() == "Elm"
        assert page.locator(".route.chosen:not(.casing)").count() == 1
        speak(page, "ru")
        assert card.locator("h3").text_content() == "Iğdır"
        assert "313 км" in card.text_content()
        page.click("#let-go")
        assert card.is_hidden()
        assert page.locator("tr[aria-current], .halo, .route.chosen").count() == 0
        seen.assert_silent()


def test_a_chosen_row_leads_to_the_map_and_back(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        page.locator("#table .name", has_text="Gorse").click()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
            "Gorse"
        )
        assert page.locator(".area[aria-pressed=true]").count() == 1
        page.click("#show-row")
        assert page.evaluate("document.activeElement.textContent") == "Gorse"


def test_roads_beyond_the_ten_longest_wait_until_they_are_chosen(
    browser: Browser, tmp_path: Path
) -> None:
    many = routes()
    many = many.loc[many.index.repeat(2)].reset_index(drop=True)
    many["distance_km"] += [0.0, 0.1] * 7
    many["district_id"] = [
        key if n % 2 else "elsewhere" for n, key in enumerate(many["district_id"])
    ]
    toy_map(routes=many).save(tmp_path / "many.html")
    with visit(browser, tmp_path / "many.html") as seen:
        page = seen.page
        drawn = page.locator(".route:not(.casing):not(.key .route)")
        assert drawn.count() == 5
        page.click(area("Ashfield"), position={"x": 4, "y": 4})
        assert drawn.count() == 6
        page.click("#let-go")
        assert drawn.count() == 5
        seen.assert_silent()


def test_the_keyboard_walks_chooses_and_lets_go(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        spoken = "document.activeElement.getAttribute('aria-label')"
        assert page.locator("#map [tabindex='0']").count() == 1
        page.focus(area("Ashfield"))
        assert page.locator("#map [tabindex='0']").count() == 1
        page.keyboard.press("ArrowRight")
        assert page.evaluate(spoken).startswith("Birch, 50 km · 40 min · Ashfield town")
        assert page.locator(".leaflet-tooltip").text_content().startswith("Birch")
        page.keyboard.press("ArrowUp")
        assert page.evaluate(spoken).startswith("Elm")
        page.keyboard.press("Enter")
        assert page.locator("#card h3").text_content() == "Elm"
        page.keyboard.press("Escape")
        assert page.locator("#card").is_hidden()
        assert page.locator(".leaflet-tooltip").count() == 0
        seen.assert_silent()


def test_everything_is_reached_by_tab_with_a_focus_to_see(browser: Browser, file: Path) -> None:
    look = """() => {
      const e = document.activeElement, s = getComputedStyle(e);
      const ring = s.outlineStyle === 'none' ? s.strokeWidth : s.outlineWidth;
      const { lang, zoom, layer } = e.dataset;
      const name = e.id || lang || zoom || layer || e.className.baseVal || e.textContent.trim();
      return [name, parseFloat(ring) >= 3];
    }"""
    reached = {}
    with visit(browser, file) as seen:
        seen.page.keyboard.press("Tab")
        while seen.page.evaluate("document.activeElement !== document.body"):
            place, visible = seen.page.evaluate(look)
            reached[place] = visible
            seen.page.keyboard.press("Tab")
    wanted = {"az", "ru", "map", "in", "out", "whole", "find", "routes", "settlements", "shelters"}
    assert wanted <= set(reached)
    assert {"Elm", "Heath", "Colour group"} <= set(reached)
    assert any("area" in place for place in reached)
    assert all(reached.values()), reached


def test_layers_switch_and_settlements_say_their_distance(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        assert page.locator(".settlement").count() == 0
        page.check("[data-layer=settlements]")
        said = [dot.get_attribute("aria-label") for dot in page.locator(".settlement").all()]
        assert said == ["Brook, 20 km", "Ford, 300 km", "Quay, no road to a shelter"]
        page.uncheck("[data-layer=shelters]")
        assert page.locator(".sign").count() == 0
        page.uncheck("[data-layer=routes]")
        assert page.locator(".leaflet-lines-pane path").count() == 0
        page.uncheck("[data-layer=names]")
        assert page.locator(".label.district").count() == 0
        seen.assert_silent()


def test_shelters_of_a_city_share_one_sign_that_lists_them(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        signs = [s.get_attribute("aria-label") for s in seen.page.locator(".sign").all()]
        assert signs == [
            "Ashfield town, First house: 30 places (published), Second house: places not published",
            "Cedar town, Third house: places not published",
        ]
        labels = seen.page.locator(".label.shelter .long").all_text_contents()
        assert labels == ["Ashfield town", "Cedar town"]


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_a_still_map_speaks_the_language_of_its_file(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    toy_map(lang=lang).save(tmp_path / "map.html")
    with visit(browser, tmp_path / "map.html", PHONE, java_script_enabled=False) as seen:
        local = {"az": "Iğdır", "ru": "Iğdır"}[lang]  # no Russian names: the local ones
        assert seen.page.locator(".still .always tspan").count() == 1
        assert seen.page.locator(".still .always", has_text=local).is_visible()
        assert seen.page.locator("html").get_attribute("lang") == lang
        assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


@pytest.mark.parametrize("size", [(320, 640), PHONE, (768, 1024), WIDE, (1920, 1080)])
def test_the_farthest_district_and_cities_with_signs_are_named_at_any_width(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    with visit(browser, file, size) as seen:
        page = seen.page
        assert page.locator(".still").count() == 0
        frame = page.locator("#map").bounding_box()
        boxes = []
        for name in ("Elm", "Ashfield town", "Cedar town"):
            label = page.locator(".label.forced > span", has_text=re.compile(f"^{name}"))
            assert label.is_visible()
            box = label.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]
            boxes.append(box)
        for one, other in itertools.combinations(boxes, 2):
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            below = (
                one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )
            assert beside or below
        assert page.locator(".label.farthest small").text_content() == ROAD_FROM_ELM
        seen.assert_silent()


def test_zoom_buttons_and_the_scale_bar_agree(browser: Browser, file: Path) -> None:
    with visit(browser, file, reduced_motion="reduce") as seen:
        page = seen.page
        assert page.locator(".leaflet-zoom-anim").count() == 0
        width = page.locator(area("Elm")).bounding_box()["width"]
        bar, words = page.locator(".scale").bounding_box(), page.locator(".scale").text_content()
        # One degree of longitude on the map's middle latitude, 51.2 degrees, is 69.8 km.
        assert int(words.split()[0]) == pytest.approx(69.8 * bar["width"] / width, rel=0.03)
        page.click("[data-zoom=in]")
        assert page.locator(area("Elm")).bounding_box()["width"] > 1.3 * width
        page.click("[data-zoom=whole]")
        assert page.locator(area("Elm")).bounding_box()["width"] == pytest.approx(width, rel=0.01)
        seen.assert_silent()


def test_the_map_is_moved_by_mouse_and_by_arrow_keys(browser: Browser, file: Path) -> None:
    with visit(browser, file, reduced_motion="reduce") as seen:
        page = seen.page
        page.click("[data-zoom=in]")
        frame = page.locator("#map").bounding_box()
        middle = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] - 30
        before = page.locator(area("Elm")).bounding_box()
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 60, middle[1], steps=6)
        page.mouse.up()
        dragged = page.locator(area("Elm")).bounding_box()
        assert dragged["x"] - before["x"] == pytest.approx(60, abs=8)
        page.focus("#map")
        page.keyboard.press("ArrowRight")
        wait_until(
            page,
            '(x) => document.querySelector("' + area("Elm") + '").getBoundingClientRect().x < x',
            dragged["x"] - 20,
        )
        seen.assert_silent()


def test_targets_are_large_enough_for_a_finger(browser: Browser, file: Path) -> None:
    targets = "button:visible, summary:visible, fieldset label:visible, #find"
    with visit(browser, file, PHONE) as seen:
        page = seen.page
        page.locator("#short button").first.click()
        for target in page.locator(targets).all():
            box = target.bounding_box()
            assert min(box["height"], box["width"]) >= 24, target.text_content()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, file: Path, size: tuple[int, int], scheme: str
) -> None:
    with visit(browser, file, size, color_scheme=scheme) as seen:
        for step in (lambda page: None, choose_and_open):
            step(seen.page)
            found = Axe().run(seen.page)
            assert found.violations_count == 0, found.generate_report()


def choose_and_open(page: Page) -> None:
    page.locator("#short button").first.click()
    page.check("[data-layer=settlements]")
    page.locator("summary").click()


def test_paper_shows_the_whole_map_and_every_row(browser: Browser, file: Path) -> None:
    with visit(browser, file, reduced_motion="reduce") as seen:
        page = seen.page
        page.fill("#find", "elm")
        page.click("[data-zoom=in]")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        frame = page.locator("#map").bounding_box()
        assert frame["width"] == 700
        for place in page.locator(".area").all():
            box = place.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        assert len(names(page)) == len(DISTRICTS)
        assert page.locator(".rail input:visible, .zoom:visible, .languages:visible").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        assert page.locator("#map").bounding_box()["width"] > 700
        seen.assert_silent()


def test_displays_in_a_notebook(browser: Browser, tmp_path: Path) -> None:
    host = tmp_path / "notebook.html"
    host.write_text(f"<meta charset='utf-8'>{toy_map()._repr_html_()}", encoding="utf-8")
    with visit(browser, host) as seen:
        inside = seen.page.frame_locator("iframe")
        inside.locator(".area").first.wait_for()
        assert inside.locator(".area").count() == len(DISTRICTS)
        inside.locator("#short button").first.click()
        assert inside.locator("#card h3").text_content() == "Elm"
        requests = [url for url in seen.requests if url != "about:srcdoc"]
        assert (requests, seen.complaints) == ([], [])


@pytest.mark.parametrize(("number", "label"), [(6, "Town 0, 12 places"), (7, "Town 0")])
def test_places_stand_beside_the_names_of_few_cities(number: int, label: str) -> None:
    shelters = gpd.GeoDataFrame(
        {
            "shelter_id": [f"s{n}" for n in range(number)],
            "city_en": [f"Town {n}" for n in range(number)],
            "places": 12,
            "places_basis": "published",
        },
        geometry=gpd.points_from_xy(range(number), range(number), crs="EPSG:4326"),
    )
    drawn = [feature["properties"] for feature in cities(shelters).data["features"]]
    assert said(drawn[0]["name"]) == label
    assert said(drawn[0]["short"]) == "Town 0"
    assert [said(line) for line in drawn[0]["tip"]] == ["Town 0, 12 places"]
