"""A planner of invented towns on a wide desk, and what is done in it again and again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpers.chromium import visit, wait_until
from helpers.planner_toys import toy_planner

DESK = (1440, 900)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "planner.html"
    toy_planner().save(path)
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with visit(browser, file, DESK) as seen:
        yield seen.page
        seen.assert_silent()


def open_site(page: Page, name: str, letter: str = "a") -> None:
    """Open the first site of this name, and wait until its count of places has the focus."""
    page.fill(f"#plan-{letter} .find", name)
    page.press(f"#plan-{letter} .find", "Enter")
    own = f"#plan-{letter} .opened .added .count"
    wait_until(page, "(own) => document.activeElement.matches(own)", own)


def opened(page: Page, letter: str = "a") -> list[str]:
    return page.locator(f"#plan-{letter} .opened .added .tick").all_text_contents()
