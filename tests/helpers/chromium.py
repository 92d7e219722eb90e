"""A real Chromium for the tests of pages: no network, every request and complaint noted."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
    "--no-pings",
)
# What the browser counts by itself, beside what the tests hear of it.
COUNT = """window.breaches = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.breaches.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));"""
LOADED = """performance.getEntriesByType("resource").map((entry) => entry.name)
  .filter((name) => !name.startsWith("data:"))"""
WIDE = (1280, 900)
PHONE = (390, 844)
# A page draws with its first picture what it need not know sooner.
DRAWN = "new Promise((drawn) => requestAnimationFrame(drawn))"
# Nothing has moved for so many pictures: a page that scrolls smoothly has come to its place.
STILL = """() => new Promise((still) => {
  let before = "", same = 0;
  const look = () => {
    const { top, left } = document.activeElement.getBoundingClientRect();
    const now = [scrollX, scrollY, top, left].join();
    same = now === before ? same + 1 : 0;
    before = now;
    if (same < 8) requestAnimationFrame(look);
    else still();
  };
  look();
})"""
# How long a page that hangs is waited for: no test is about this time.
HANGS_MS = 120_000


@dataclass
class Visit:
    """A page that was opened, and what it did that a sealed page must not do."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def assert_silent(self) -> None:
        """Fail if the page asked for anything or the browser complained of anything."""
        self._listen()
        assert self.requests == []
        assert self.complaints == []

    def wait_to_hear(self, *signs: str, counted: bool = False) -> None:
        """Wait until each sign was heard, or counted in the page: some come after it is loaded."""
        patience = time.monotonic() + HANGS_MS / 1000
        while missing := [sign for sign in signs if not self._heard(sign)]:
            if time.monotonic() > patience:
                raise TimeoutError(f"not heard: {missing}, but {self.requests, self.complaints}")
            self.page.wait_for_timeout(10)
            if counted:
                self._listen()

    def _heard(self, sign: str) -> bool:
        return any(sign in heard for heard in (*self.requests, *self.complaints))

    def _listen(self) -> None:
        self.requests += self.page.evaluate(LOADED)
        self.complaints += self.page.evaluate("(window.breaches ?? []).splice(0)")


def wait_until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until a condition holds in a page, asked from outside it.

    Playwright's own waiting asks within the page, where the policy of a sealed page forbids it.
    """
    patience = time.monotonic() + HANGS_MS / 1000
    while not page.evaluate(condition, argument):
        if time.monotonic() > patience:
            raise TimeoutError(f"this did not come to hold: {condition}")
        page.wait_for_timeout(10)


def wait_until_still(page: Page) -> None:
    """Wait until nothing scrolls any more."""
    page.evaluate(STILL)


def _launch(playwright: Playwright) -> Browser:
    found = [path for path in map(shutil.which, COMMANDS) if path]
    faults = []
    for path in [*found, None]:
        try:
            return playwright.chromium.launch(
                executable_path=path, headless=True, args=[*FLAGS], timeout=HANGS_MS
            )
        except PlaywrightError as fault:
            faults.append(str(fault).splitlines()[0])
    raise FileNotFoundError("no Chromium can be started: " + "; ".join(faults))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own; without one the tests fail in CI, else skip."""
    with sync_playwright() as playwright:
        try:
            launched = _launch(playwright)
        except FileNotFoundError as fault:
            if os.environ.get("CI"):
                pytest.fail(f"{fault}. Pages must be tested in CI.")
            pytest.skip(f"{fault}. Install chromium to test the pages.")
        yield launched
        launched.close()


@contextmanager
def visit(
    browser: Browser, file: Path, size: tuple[int, int] = WIDE, **options: Any
) -> Iterator[Visit]:
    """Open a file with the network cut; anything but the file itself is noted and refused.

    What comes with the first picture has come.

    Parameters
    ----------
    browser
        From the fixture.
    file
        Page to open.
    size
        Width and height of the window; a narrow one is a phone with touch.
    options
        Of the browser's context, such as `color_scheme`.
    """
    phone = size[0] < 500
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        offline=True,
        has_touch=phone,
        is_mobile=phone,
        **options,
    )
    address = file.resolve().as_uri()

    def pass_or_refuse(route: Route) -> None:
        if route.request.url == address:
            route.continue_()
        else:
            route.abort()

    context.route("**/*", pass_or_refuse)
    context.add_init_script(COUNT)
    context.set_default_timeout(HANGS_MS)
    page = context.new_page()
    seen = Visit(page)
    context.on("page", lambda other: seen.requests.append(f"window: {other.url}"))
    page.on("websocket", lambda socket: seen.requests.append(socket.url))
    page.on("worker", lambda worker: seen.requests.append(f"worker: {worker.url}"))
    # Data addresses lie inside the file and never leave the machine.
    context.on(
        "request",
        lambda request: (
            None
            if request.url == address or request.url.startswith("data:")
            else seen.requests.append(request.url)
        ),
    )
    page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.evaluate(DRAWN)
        yield seen
    finally:
        context.close()
