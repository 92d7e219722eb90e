"""The documentation becomes static pages that need no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from check_pages import faults
from fill_docs import ROOT
from helpers.chromium import HANGS_MS
from playwright.sync_api import Browser

PAGES = ["docs/index.html", "docs/methods/capacity.html", "docs/api/siting.html"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built strictly; notebooks stay unrun here, since nbmake runs them."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-E", "-W", "--keep-going", "-q", "-c", "docs"]
    command += ["-D", "nb_execution_mode=off", "-d", str(folder / "doctrees")]
    built = subprocess.run(
        [*command, "-b", "html", ".", str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


def test_nothing_is_asked_for_elsewhere_and_no_link_is_broken(site: Path) -> None:
    assert list(faults(site)) == []


def test_every_document_has_a_page(site: Path) -> None:
    sources = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    pages = [site / path.relative_to(ROOT).with_suffix(".html") for path in sources]
    assert [page.name for page in pages if not page.is_file()] == []


def test_formulas_need_no_script(site: Path) -> None:
    text = (site / "docs" / "methods" / "capacity.html").read_text(encoding="utf-8")
    assert text.count("<math") > 5
    assert not re.search(r"<script[^>]*mathjax", text, re.IGNORECASE)


def test_no_machine_is_named(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_pages_open_without_a_network(site: Path, browser: Browser, name: str) -> None:
    context = browser.new_context(offline=True)
    context.set_default_timeout(HANGS_MS)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((site / name).as_uri())
    assert page.locator("h1").first.is_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
    context.close()


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "asks another computer"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "asks another computer"),
        ("<style>@import 'https://fonts.example/a.css';</style>", "asks another computer"),
        ('<p style="background: url(https://a.example/b.png)">', "asks another computer"),
        ("<script>fetch('https://a.example')</script>", "asks another computer"),
        ("<iframe srcdoc=\"&lt;img src='https://a.example/b.png'&gt;\"></iframe>", "asks another"),
        ('<img src="missing.png">', "not there"),
        ('<a href="missing.html">', "leads nowhere"),
        ('<a href="#missing">', "no part of that page"),
        ('<a href="https://example.org">elsewhere</a><a id="b" href="#b">here</a>', ""),
    ],
)
def test_the_check_finds_what_it_is_for(tmp_path: Path, page: str, fault: str) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    found = list(faults(tmp_path))
    assert [fault in one for one in found] == ([True] if fault else [])
