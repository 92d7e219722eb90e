"""Hostile tables and slipped-in code: nothing of them runs, calls out or breaks a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.chromium import PHONE, WIDE, visit
from helpers.elements import Elements
from helpers.hostile_map import hostile
from helpers.map_toys import toy_map
from helpers.payloads import PAYLOADS
from helpers.speaking import speaking
from playwright.sync_api import Browser

from shelter_geo.publish.maps.capacity_map import PlaceClasses, capacity_map
from shelter_geo.publish.maps.comparison_map import comparison_map
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.words import everywhere
from shelter_geo.vocabulary import Effect

TEXTS = ("title", "lead", "figures", "sources", "assumptions", "notes")


@pytest.fixture(scope="module")
def page() -> str:
    return toy_map().html


def hostile_capacity() -> SealedMap:
    """The map of places within reach, made of the same hostile frames."""
    parts = hostile()
    units = parts["districts"].drop(columns=["distance_km", "travel_min"])
    units["places_per_10000_low"] = units["places_per_10000_high"] = 0.1
    units["people_in_reach_low"], units["distance_km_low"] = 400, 10.0
    texts = {key: parts[key] for key in TEXTS} | {"languages": speaking()}
    classes = PlaceClasses(breaks=(0.0, 0.05, 0.1, 0.25))
    return capacity_map(units, parts["shelters"], parts["basemap"], classes=classes, **texts)


def hostile_comparison() -> SealedMap:
    """The map of a comparison, made of the same hostile frames."""
    parts = hostile()
    units = parts["districts"].assign(
        km_before=10.0, km_after=5.0, gain_km=5.0, min_before=9.0, min_after=6.0, gain_min=3.0
    )
    units["change"] = Effect.NEARER
    units["place_before"] = units["place_after"] = units["name_en"]
    units["place_before"] = [everywhere(name) for name in units["name_en"]]
    units["place_after"] = units["place_before"]
    texts = {key: parts[key] for key in TEXTS} | {"languages": speaking()}
    return comparison_map(units, parts["shelters"].assign(change=""), parts["basemap"], **texts)


@pytest.mark.browser
@pytest.mark.parametrize("make", [hostile_capacity, hostile_comparison])
def test_hostile_texts_never_run_on_the_other_maps(
    browser: Browser, tmp_path: Path, make: Callable[[], SealedMap]
) -> None:
    made = make()
    made.save(tmp_path / "hostile.html")
    with visit(browser, tmp_path / "hostile.html", PHONE) as seen:
        page = seen.page
        page.evaluate("() => { window.ran = 0; window.hit = () => { window.ran += 1; }; }")
        for lang in ("az", "ru", "en"):
            page.click(f"[data-lang={lang}]")
        page.locator("#table .name button, #table button:has(.name)").first.click()
        assert page.locator("#table .name").count() == len(PAYLOADS)
        assert page.evaluate("window.ran") == 0
        assert page.locator("iframe, form, a, img, base, object, embed").count() == 0
        seen.assert_silent()
    found = Elements(made.html)
    assert found.handlers == []
    assert found.code == Elements(toy_map().html).code


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_hostile_texts_never_run_and_the_page_still_works(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    toy_map(**hostile()).save(tmp_path / "hostile.html")
    with visit(browser, tmp_path / "hostile.html", size) as seen:
        page = seen.page
        page.evaluate("() => { window.ran = 0; window.hit = () => { window.ran += 1; }; }")
        for lang in ("az", "ru", "en"):
            page.click(f"[data-lang={lang}]")
        page.check("[data-layer=settlements]")
        shown = page.locator("#table .name").all_text_contents()
        assert len(shown) == len(PAYLOADS)
        for payload in (PAYLOADS[0], "${hit()}", "{{ hit() }}{% raw %}", "=cmd|' /C calc'!A0"):
            assert payload in shown
        first = page.locator("#short button").first
        chosen = first.locator("span").first.text_content()
        first.click()
        assert page.locator("#card h3").text_content() == chosen
        for sign in page.locator(".sign").all()[:3]:
            sign.hover(force=True)
        page.fill("#find", "<script>")
        assert page.locator("#table tbody tr:visible").count() >= 4
        assert page.evaluate("window.ran") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert (
            page.locator(
                "iframe, form, a, img, base, object, embed, meta[http-equiv=refresh]"
            ).count()
            == 0
        )
        seen.assert_silent()


def test_hostile_texts_bring_no_element_and_no_code(page: str) -> None:
    found, benign = Elements(toy_map(**hostile()).html), Elements(page)
    assert set(found.counts) == set(benign.counts)
    assert found.counts["script"] == benign.counts["script"] == 5
    assert found.code == benign.code
    assert set(found.addresses) <= set(benign.addresses)  # a sign may stand more often
    assert found.handlers == []


def test_a_page_names_no_address_but_the_namespace_of_svg(page: str) -> None:
    for html in (page, toy_map(**hostile()).html):
        assert set(re.findall(r"\w+://[\w./]*", html)) == {"http://www.w3.org/2000/svg"}
        assert "sourceMappingURL" not in html
        code = "".join(part for parts in Elements(html).code.values() for part in parts)
        assert not re.search(r"@import|url\((?!#)", code.replace("url(' + ", ""))


def test_only_the_icon_and_the_symbols_are_linked(page: str) -> None:
    found = Elements(page)
    assert {address for address in found.addresses if not re.fullmatch(r"#[a-z-]+", address)} == {
        "data:,"
    }
    assert not {"a", "form", "iframe", "img", "object", "base"} & set(found.counts)


def test_the_policy_lets_exactly_the_code_of_the_page_run(page: str) -> None:
    found = Elements(page)

    def digests(texts: list[str]) -> str:
        hashes = (hashlib.sha256(text.encode()).digest() for text in texts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)

    assert found.policy.split("; ") == [
        "default-src 'none'",
        f"script-src {digests(found.code['script'])}",
        f"style-src {digests(found.code['style'])}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.browser
def test_the_policy_stops_code_that_was_slipped_in(
    browser: Browser, page: str, tmp_path: Path
) -> None:
    slipped = page.replace("</main>", "</main><script>window.ran = 1</script><p style='color:red'>")
    (tmp_path / "slipped.html").write_text(slipped, encoding="utf-8")
    with visit(browser, tmp_path / "slipped.html") as seen:
        seen.wait_to_hear("script-src", "style-src")
        assert seen.page.evaluate("window.ran") is None
        assert len(seen.complaints) == 2
        assert all("Content Security Policy" in complaint for complaint in seen.complaints)
