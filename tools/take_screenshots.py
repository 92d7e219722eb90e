"""Takes the screenshots of the documentation from the outputs of a study.

Run as `python tools/take_screenshots.py [OUTPUTS]` after `shelter-geo run`, with Chromium
installed. Pictures are reduced to a palette, so that each stays below 150 kB.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "docs" / "screenshots"
OUTPUTS = ROOT / "outputs" / "azerbaijan"
SIZES = {1280: 900, 390: 844}
COLOURS = 200
LARGEST = 150_000


def nothing(page: Page) -> None:
    """Show a page as it opens."""


def choose_farthest(page: Page) -> None:
    """Choose the farthest district, so that its road is drawn."""
    page.locator("#short button").first.click()


def load_plan(page: Page) -> None:
    """Load the first computed plan beside today."""
    page.locator("#plan-a [data-suggestion]").nth(1).click()
    page.evaluate("scrollTo(0, 0)")
    if page.viewport_size["width"] < 500:
        page.locator(".bar").evaluate("(e) => e.scrollIntoView({ block: 'start' })")


def show_table(page: Page) -> None:
    """Go down to the part on places."""
    page.locator(".part").nth(2).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 420)")


@dataclass(frozen=True)
class Shot:
    """One screenshot: its page, language and width, and what is done before it is taken."""

    file: str
    lang: str
    width: int
    prepare: Callable[[Page], None] = nothing
    scheme: str = "light"
    suffix: str = ""

    @property
    def name(self) -> str:
        """Its file name."""
        stem = Path(self.file).stem
        return f"{stem}{self.suffix}-{self.width}-{self.lang}.png"


TAKEN = (
    Shot("maps/access.html", "en", 1280, choose_farthest),
    Shot("maps/access.html", "az", 390),
    Shot("maps/access.html", "ru", 1280, scheme="dark", suffix="-dark"),
    Shot("maps/capacity.html", "az", 1280),
    Shot("maps/capacity.html", "ru", 390),
    Shot("planner.html", "en", 1280, load_plan),
    Shot("planner.html", "ru", 390, load_plan),
    Shot("planner.html", "az", 1280, load_plan, suffix="-plan"),
    Shot("report.html", "en", 1280),
    Shot("report.html", "ru", 1280, show_table, suffix="-places"),
    Shot("report.html", "az", 390),
    Shot("scenarios/announced-2017/changes.html", "en", 1280),
    Shot("maps/siting_best_for_farthest.html", "en", 1280),
    Shot("maps/journey_papers.html", "en", 1280),
    Shot("index.html", "en", 1280),
)


def take(browser: Browser, outputs: Path, shot: Shot) -> bytes:
    """Open a page and give its picture."""
    size = {"width": shot.width, "height": SIZES[shot.width]}
    page = browser.new_page(viewport=size, color_scheme=shot.scheme, reduced_motion="reduce")
    page.goto((outputs / shot.file).resolve().as_uri())
    page.click(f"[data-lang={shot.lang}]")
    page.evaluate("document.activeElement.blur()")
    shot.prepare(page)
    page.mouse.move(0, 0)
    taken = page.screenshot()
    page.close()
    return taken


def small(picture: bytes) -> bytes:
    """Reduce a picture to a palette without dithering, which would spoil flat colours."""
    palette = Image.open(io.BytesIO(picture)).convert("RGB")
    reduced = palette.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


def main() -> None:
    """Take every screenshot."""
    outputs = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUTS
    if not (outputs / "report.html").exists():
        sys.exit(f"{outputs} holds no pages: run shelter-geo first")
    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for shot in TAKEN:
            picture = small(take(browser, outputs, shot))
            if len(picture) > LARGEST:
                sys.exit(f"{shot.name} has {len(picture)} bytes, more than {LARGEST}")
            (SHOTS / shot.name).write_bytes(picture)
            print(f"{shot.name}: {len(picture) / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
