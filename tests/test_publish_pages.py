"""Every page of the bundled study in real browsers: silent, whole and readable for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import firefox
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import PHONE, WIDE, visit
from playwright.sync_api import Browser
from study_pages import NAMES, evaluated, write_pages

from shelter_geo.scenarios import EvaluatedPlans, Evaluation

pytestmark = pytest.mark.browser

LANGS = ("az", "en", "ru")
LARGEST = {"planner": 300_000, "report": 300_000}
LARGEST_MAP = 400_000
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
PAGES = pytest.mark.parametrize("name", NAMES)
# What a page says is whole: no placeholder, no value that is none.
BROKEN = re.compile(r"[{}]|\bundefined\b|\bNaN\b|\bnull\b|\[object")


@pytest.fixture(scope="module")
def plans(evaluation: Evaluation) -> EvaluatedPlans:
    return evaluated(evaluation)


@pytest.fixture(scope="module")
def files(
    evaluation: Evaluation, plans: EvaluatedPlans, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    return write_pages(evaluation, plans, tmp_path_factory.mktemp("pages"))


@SIZES
@PAGES
def test_is_silent_whole_and_without_barriers_in_every_language(
    browser: Browser, files: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    with visit(browser, files[name], size) as seen:
        titles = set()
        for lang in LANGS:
            seen.page.click(f"[data-lang={lang}]")
            assert seen.page.locator("html").get_attribute("lang") == lang
            assert not BROKEN.search(seen.page.locator("body").inner_text())
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
            titles.add(seen.page.title())
        assert len(titles) == len(LANGS)
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
        seen.assert_silent()


@PAGES
def test_fits_an_e_mail(files: dict[str, Path], name: str) -> None:
    assert files[name].stat().st_size < LARGEST.get(name, LARGEST_MAP)


@PAGES
def test_dark_and_without_motion_axe_finds_nothing_either(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    options = {"color_scheme": "dark", "reduced_motion": "reduce"}
    with visit(browser, files[name], PHONE, **options) as seen:
        paper = seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert max(map(int, re.findall(r"\d+", paper)[:3])) < 64
        moving = "[...document.querySelectorAll('*')].filter((e) => " \
                 "parseFloat(getComputedStyle(e).transitionDuration) > 0).length"  # fmt: skip
        assert seen.page.evaluate(moving) == 0
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()


@PAGES
def test_the_table_says_what_the_map_shows_without_scripts(
    browser: Browser, files: dict[str, Path], evaluation: Evaluation, name: str
) -> None:
    with visit(browser, files[name], java_script_enabled=False) as seen:
        page = seen.page
        assert page.locator("#table tbody tr").count() == len(evaluation.districts)
        assert page.locator("button:visible, input:visible, select:visible").count() == 0
        assert page.locator("noscript").first.inner_text().strip()
        assert not BROKEN.search(page.locator("main").inner_text())
        seen.assert_silent()


@PAGES
def test_colours_survive_on_paper_and_in_grey(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    with visit(browser, files[name], color_scheme="dark") as seen:
        page = seen.page
        page.emulate_media(media="print")
        paper = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(paper) == "rgb(255, 255, 255)"
        swatch = page.locator(".key .swatch").first
        assert swatch.is_visible()
        assert swatch.evaluate("(e) => getComputedStyle(e).printColorAdjust") == "exact"
        fills = page.locator(".key .swatch rect").evaluate_all(
            "(all) => all.map((e) => e.getAttribute('fill'))"
        )
        # A comparison goes both ways from its middle, and signs tell the ways apart.
        greys = [grey(fill) for fill in fills if fill.startswith("#")]
        greys = greys[len(greys) // 2 :] if name == "comparison" else greys
        assert greys in (sorted(greys), sorted(greys, reverse=True))
        assert min(abs(a - b) for a, b in pairwise(greys)) > 12
        patterns = {fill for fill in fills if not fill.startswith("#")}
        assert patterns <= {"url(#hatch)", "url(#stipple)"}


def grey(colour: str) -> float:
    """Lightness of a colour from a printer without colour, 0 to 255."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


# --------------------------------------------------------------------------------------- Firefox


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Firefox]:
    path = firefox.command()
    if path is None:
        pytest.skip("NO FIREFOX HERE: pages were not tested in it. Install firefox-esr to do so.")
    with firefox.running(path, tmp_path_factory.mktemp("profile")) as started:
        yield started


def test_firefox_is_heard(fox: firefox.Firefox, tmp_path: Path) -> None:
    leaky = tmp_path / "leaky.html"
    text = "<!doctype html><img src='https://example.org/x.png'><script>nothing()</script>"
    leaky.write_text(text, encoding="utf-8")
    fox.open(leaky, WIDE[0])
    requests, complaints = fox.heard()
    assert requests == ["https://example.org/x.png"]
    assert any("nothing is not defined" in complaint for complaint in complaints)


@SIZES
@PAGES
def test_is_silent_and_whole_in_firefox(
    fox: firefox.Firefox, files: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    fox.open(files[name], size[0])
    assert fox.run("return innerWidth;") == size[0]
    speak = "document.querySelector(`[data-lang=${arguments[0]}]`).click();"
    titles = set()
    for lang in LANGS:
        fox.run(speak, lang)
        assert not BROKEN.search(fox.run("return document.body.innerText;"))
        titles.add(fox.run("return document.title;"))
    assert len(titles) == len(LANGS)
    assert fox.run("return document.documentElement.scrollWidth;") <= size[0]
    assert fox.heard() == ([], [])


def test_the_map_and_the_planner_answer_in_firefox(
    fox: firefox.Firefox, files: dict[str, Path], evaluation: Evaluation
) -> None:
    fox.open(files["access"], WIDE[0])
    assert fox.run("return document.querySelectorAll('.area').length;") == len(evaluation.districts)
    fox.run("document.querySelector('#short button').click();")
    farthest = fox.run("return document.querySelector('#card h3').textContent;")
    assert farthest == evaluation.farthest.iloc[0]["name_en"]
    fox.open(files["planner"], WIDE[0])
    mean = "return document.querySelector('#plan-b [data-figure=mean] dd span').textContent;"
    before = fox.run(mean)
    fox.run("document.querySelector('#plan-b .free button').click();")
    assert fox.run(mean) != before
    assert fox.heard() == ([], [])
