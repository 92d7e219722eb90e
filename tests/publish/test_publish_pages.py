"""Every kind of page of the bundled study in real browsers: silent, whole and without barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers import firefox
from helpers.chromium import PHONE, WIDE, visit
from helpers.study_pages import NAMES, ORDERED, PLAN, RUN, order_map
from helpers.study_pages import files as files
from helpers.study_pages import outputs as outputs
from playwright.sync_api import Browser, Page

from shelter_geo.analysis import Evaluation
from shelter_geo.cli import pages as cli_pages

pytestmark = pytest.mark.browser

LANGS = ("az", "en", "ru")
LARGEST = {"planner": 400_000, "report": 300_000}
LARGEST_MAP = 480_000
TARGET_PX = 24
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
PAGES = pytest.mark.parametrize("name", NAMES)
# What a page says is whole: no placeholder, no value that is none.
BROKEN = re.compile(r"[{}]|\bundefined\b|\bNaN\b|\bnull\b|\[object")
# The rows of a long table are alike: in a second language the first ones stand for all.
FEW_ROWS = {"exclude": [["#table tbody tr:nth-child(n+9)"], [".free li:nth-child(n+9)"]]}
ALIKE = {"scenario", "siting", "plan", "plan_capacity", "group"}
"""Kinds whose rows are made as those of another kind."""
OPERABLE = """[...document.querySelectorAll("a, button, input, select, summary, [tabindex]")]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
"""
# Small things that a finger must meet; a label around a box is met with it, and what is drawn as
# it lies on the map stands in a list or a table too.
SMALL = f"""{OPERABLE.rstrip()}.filter((e) => !e.closest("svg, [role=region]"))
  .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
  .filter(([e, box]) => box.width < {TARGET_PX} || box.height < {TARGET_PX})
  .map(([e, box]) => `${{e.outerHTML.slice(0, 80)}} ${{box.width}} x ${{box.height}}`)"""
# What the tabulator comes to: of a choice only what is chosen, for arrows lead to the others.
TABBED = f"""{OPERABLE.rstrip()}.filter((e) => e.type !== "radio" || e.checked)"""
FOCUSED = """() => { const e = document.activeElement, style = getComputedStyle(e);
  const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  const stroke = e instanceof SVGElement ? parseFloat(style.strokeWidth) : 0;
  return [e.dataset.met ?? null, Math.max(outline, stroke) >= 3, e.outerHTML.slice(0, 90)]; }"""
# Words that are drawn cut off, or outside of what can be scrolled to.
CUT = """(width) => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const seen = own && e.checkVisibility({ visibilityProperty: true });
  if (!seen || e.closest(".unseen, svg, #map")) return false;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const clips = style.overflowX !== "visible" && style.overflowX !== "auto";
  const spills = e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1;
  if (clips && spills) return true;
  return !e.closest(".scroll, ul, ol") && (box.right > width + 1 || box.left < -1);
}).map((e) => e.outerHTML.slice(0, 120))"""


def axe_finds_nothing(page: Page, context: dict[str, list[list[str]]] | None = None) -> None:
    found = Axe().run(page, context, {"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_every_map_that_can_be_ordered_is_tested() -> None:
    ordered = {order[order.index("--of") + 1] for order in ORDERED.values() if "--of" in order}
    assert set(cli_pages._MAPS) <= ordered | set(RUN)


def test_every_page_of_a_run_is_of_a_kind_tested(outputs: Path) -> None:
    """A page of a new kind must come into `RUN`; the index has tests of its own."""
    found = {file.relative_to(outputs).as_posix() for file in outputs.rglob("*.html")}
    found.remove("index.html")
    many = (
        r"(?<=scenarios/)[^/]+|(?<=maps/siting_)\w+|(?<=maps/journey_)\w+|(?<=maps/evidence_)[\w-]+"
    )
    kinds = {re.sub(many, "*", path) for path in RUN.values()}
    assert {re.sub(many, "*", path) for path in found} == kinds
    assert len(found) > len(RUN)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("access", ()),
        ("capacity", ("--of", "capacity")),
        ("comparison", ("--of", "comparison", "--scenario", PLAN)),
        ("journey", ("--of", "journey")),
        ("own-region", ("--of", "own-region")),
        ("stays", ("--of", "stays")),
        ("evidence", ("--of", "evidence", "--scenario", "forensic-working-days")),
        ("siting", ("--of", "siting", "--aim", "mean")),
    ],
)
def test_a_map_that_is_ordered_is_the_one_of_a_run(
    tmp_path: Path, files: dict[str, Path], name: str, order: tuple[str, ...]
) -> None:
    assert order_map(tmp_path, name, *order).read_bytes() == files[name].read_bytes()


@SIZES
@PAGES
def test_is_silent_whole_and_without_barriers_in_every_language(
    browser: Browser, files: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    with visit(browser, files[name], size) as seen:
        page = seen.page
        titles = set()
        for lang in ("en", "az", "ru"):
            page.click(f"[data-lang={lang}]")
            assert page.locator("html").get_attribute("lang") == lang
            assert not BROKEN.search(page.locator("body").inner_text())
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert page.evaluate(CUT, size[0]) == []
            assert page.evaluate(SMALL) == []
            axe_finds_nothing(page, FEW_ROWS if titles or name in ALIKE else None)
            titles.add(page.title())
        assert len(titles) == len(LANGS)
        if size == WIDE:
            assert page.pdf(format="A4").startswith(b"%PDF-")
        seen.assert_silent()


@PAGES
def test_every_control_is_reached_by_keyboard_and_shows_it(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    with visit(browser, files[name]) as seen:
        page = seen.page
        alike = "tr:nth-child(n+6), li:nth-child(n+6)"
        page.locator(alike).evaluate_all("(all) => all.forEach((e) => { e.hidden = true; })")
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        page.evaluate(f"{TABBED}.forEach((e, place) => {{ e.dataset.met = place; }})")
        wanted = page.evaluate(f"{TABBED}.length")
        assert page.evaluate(f"{TABBED}.every((e) => e.tabIndex === 0)")
        met, plain = [], []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            place, shown, element = page.evaluate(FOCUSED)
            met.append(place)
            plain += [] if shown else [element]
        assert met == [str(place) for place in range(wanted)]
        assert plain == []
        page.locator("[data-lang=ru]").focus()
        page.keyboard.press("Enter")
        assert page.locator("html").get_attribute("lang") == "ru"
        seen.assert_silent()


def test_what_a_page_does_is_heard(browser: Browser, tmp_path: Path) -> None:
    """Pages are called silent by what is heard of them, so every way out must be heard."""
    ways = {
        "<img src='https://img.example/x'>": "https://img.example/x",
        "<link rel=icon href='https://icon.example/x'>": "https://icon.example/x",
        "<link rel=prefetch href='https://pre.example/x'>": "https://pre.example/x",
        "<iframe src='https://frame.example/x'></iframe>": "https://frame.example/x",
        "<script>fetch('https://fetch.example/x').catch(() => 0)</script>": "https://fetch.example/x",
        "<script>new WebSocket('wss://socket.example/x')</script>": "wss://socket.example/x",
        "<script>navigator.sendBeacon('https://beacon.example/x')</script>":
            "https://beacon.example/x",
        "<script>nothing()</script>": "error: nothing is not defined",
        "<script>console.log('said')</script>": "log: said",
        "<meta http-equiv=Content-Security-Policy content=\"style-src 'none'\"><p style=top:0>":
            "policy: style-src-attr inline",
    }  # fmt: skip
    for place, (way, sign) in enumerate(ways.items()):
        (tmp_path / f"{place}.html").write_text(f"<!doctype html>{way}", encoding="utf-8")
        with visit(browser, tmp_path / f"{place}.html") as seen:
            seen.wait_to_hear(sign, counted=True)
            with pytest.raises(AssertionError):
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
        axe_finds_nothing(seen.page, FEW_ROWS)


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
    fox.wait_to_hear("nothing is not defined")
    assert fox.heard()[0] == ["https://example.org/x.png"]


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
    # The first free site may move the mean by less than is shown: all figures are asked together.
    figures = "return document.querySelector('.bar dl').textContent;"
    before = fox.run(figures)
    fox.run("document.querySelector('#plan-a .free button').click();")
    assert fox.run(figures) != before
    assert fox.heard() == ([], [])
