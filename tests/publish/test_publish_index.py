"""The index of a run: every page and file is on it, in each language, and links lead to files."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.chromium import PHONE, WIDE, visit
from helpers.elements import Elements
from helpers.figures import SPACES
from helpers.reading import read_page
from helpers.speaking import speaking
from helpers.study_pages import outputs as outputs
from PIL import Image
from playwright.sync_api import Browser

from shelter_geo.errors import OutputError
from shelter_geo.publish import index_batch
from shelter_geo.publish.pages.index import INDEX, Opening, write_index
from shelter_geo.publish.words import everywhere

LISTED_ONLY = {".csv", ".gpkg", ".parquet", ".json", ".txt"}


@pytest.fixture(scope="module")
def index(outputs: Path) -> str:
    return (outputs / INDEX).read_text(encoding="utf-8")


def links(code: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', code)


def test_every_page_and_picture_is_linked_and_every_other_file_listed(
    outputs: Path, index: str
) -> None:
    files = [p.relative_to(outputs) for p in outputs.rglob("*") if p.is_file()]
    pages = {p.as_posix() for p in files if p.suffix in (".html", ".png")} - {INDEX}
    assert set(links(index)) == pages
    assert len(links(index)) == len(pages)
    named = set(re.findall(r"<code[^>]*>([^<]+)</code>", index))
    wanted = {p for p in files if p.suffix in LISTED_ONLY}
    assert named == {p.name if len(p.parts) == 1 else f"{p.parts[0]}/…/{p.name}" for p in wanted}


@pytest.mark.parametrize("lang", ["az", "en", "ru"])
def test_every_file_is_described(outputs: Path, index: str, lang: str) -> None:
    page = read_page(outputs / INDEX, lang)
    assert "–" not in page.texts  # what stands where the catalogues have no words
    cells = re.findall(r"<tr><th scope=\"row\">.*?</th><td( data-t=\"\d+\")?>", index)
    assert cells
    assert all(cells)


def test_each_link_carries_the_title_of_its_page(outputs: Path, index: str) -> None:
    for lang in ("az", "en", "ru"):
        here = {text.translate(SPACES) for text in read_page(outputs / INDEX, lang).texts}
        for path in links(index):
            if path.endswith(".html"):
                title = read_page(outputs / path, lang).title.translate(SPACES)
                assert title in here, (path, lang)


def test_a_small_map_shows_the_classes_of_its_page(outputs: Path, index: str) -> None:
    cards = index.split("<li>")[1:]
    for card in cards:
        (path,) = links(card)
        fills = re.findall(r'<use class="area" href="#p\d+" fill="([^"]+)"', card)
        if path.endswith(".png"):
            (picture,) = re.findall(r'src="data:image/png;base64,([^"]+)"', card)
            with Image.open(io.BytesIO(base64.b64decode(picture))) as small:
                assert small.width == 400
            assert fills == []
        else:
            page = (outputs / path).read_text(encoding="utf-8")
            drawn = re.search(r'<svg class="(?:still|chart)".*?</svg>', page, re.DOTALL)
            assert drawn is not None
            assert fills == re.findall(r'class="area" fill="([^"]+)"', drawn[0]), path
            assert len(fills) == 75


def test_the_index_is_small(outputs: Path) -> None:
    assert (outputs / INDEX).stat().st_size < 600_000


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index_is_silent_accessible_and_fits(
    browser: Browser, outputs: Path, size: tuple[int, int], scheme: str
) -> None:
    with visit(browser, outputs / INDEX, size, color_scheme=scheme) as seen:
        page = seen.page
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert Axe().run(page).response["violations"] == []
        page.click("[data-lang=az]")
        assert page.locator("h2").first.text_content() == "Planlaşdıranlar üçün"
        seen.assert_silent()


@pytest.mark.browser
def test_the_index_reads_whole_without_scripts(browser: Browser, outputs: Path) -> None:
    with visit(browser, outputs / INDEX, java_script_enabled=False) as seen:
        assert seen.page.locator("a:visible").count() == len(links(seen.page.content()))
        assert seen.page.locator("button:visible").count() == 0
        seen.assert_silent()


def write(folder: Path) -> str:
    opening = Opening(everywhere("A finding"), everywhere("A lead"))
    write_index(folder, opening, plans=[], languages=speaking())
    return (folder / INDEX).read_text(encoding="utf-8")


def test_a_folder_with_strange_files_is_indexed(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<p>No page of ours", encoding="utf-8")
    (tmp_path / 'a"<b>.csv').write_text("x", encoding="utf-8")
    code = write(tmp_path)
    assert links(code) == ["report.html"]
    assert "a&#34;&lt;b&gt;.csv" in code
    assert not {"script", "img"} & set(Elements(code).counts) - {"script"}


def test_an_index_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / INDEX).mkdir()
    with pytest.raises(OutputError, match="this is a folder"):
        write(tmp_path)


def test_pictures_to_share_are_linked_in_their_language(tmp_path: Path) -> None:
    for lang in ("az", "ru"):
        (tmp_path / lang).mkdir()
        Image.new("RGB", (1200, 630)).save(tmp_path / lang / "map_1200x630.png")
        (tmp_path / lang / "poster_a3.pdf").touch()
        (tmp_path / lang / "map_1200x630.txt").write_text("Words", encoding="utf-8")
    code = write(tmp_path)
    assert links(code) == [
        "az/map_1200x630.png", "ru/map_1200x630.png", "az/poster_a3.pdf", "ru/poster_a3.pdf",
    ]  # fmt: skip
    said = read_page(tmp_path / INDEX, "en").texts
    assert {"Русский, 1200 × 630", "Azərbaycanca, A3", "Poster"} <= set(said)


def test_studies_of_a_batch_are_linked_and_not_what_is_in_them(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    write(first)
    (first / "comparison.csv").write_text("x", encoding="utf-8")
    (tmp_path / "batch.csv").write_text("x", encoding="utf-8")
    index_batch(tmp_path, ["first", "refused"])
    code = (tmp_path / INDEX).read_text(encoding="utf-8")
    assert links(code) == ["first/index.html"]
    assert re.findall(r"<code[^>]*>([^<]+)</code>", code) == ["batch.csv"]
    said = read_page(tmp_path / INDEX, "en").texts
    assert {"Studies: 2", "A finding", "What became of each study."} <= set(said)
