"""Takes the screenshots of the documentation, and makes its pictures small, from outputs.

Run as `python tools/take_screenshots.py [OUTPUTS]` after `shelter-geo run` of the bundled study,
with Chromium installed. The pictures to share are drawn anew. All are reduced to a palette, so
that a page stays below 150 kB and a picture below 80 kB.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from shelter_geo import evaluate, load_study
from shelter_geo.publish import languages_of, write_share
from shelter_geo.publish.share.pictures import draw_poster
from shelter_geo.publish.share.texts import map_texts, missing_texts, page_of

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "docs" / "screenshots"
OUTPUTS = ROOT / "outputs" / "azerbaijan"
SIZES = {1280: 900, 390: 844}
COLOURS = 200
LARGEST = 150_000
PICTURE_PX, PICTURE_COLOURS, LARGEST_PICTURE = 520, 96, 80_000
"""Width, colours and most bytes of a picture of the gallery."""


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
        stem = Path(self.file).stem.partition("-")[0]
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
    Shot("maps/own_area.html", "az", 390),
    Shot("maps/evidence_forensic-examination_forensic-day-and-night.html", "ru", 390),
    Shot("maps/stays.html", "en", 1280),
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


def pictures(outputs: Path) -> dict[str, bytes]:
    """Make the figures of a run and the pictures to share small, by the names they get."""
    made = {f"figure_{file.stem}-en.png": file for file in (outputs / "figures").glob("*.png")}
    with tempfile.TemporaryDirectory() as folder:
        evaluation, share = evaluate(load_study()), Path(folder)
        for file in write_share(evaluation, share, lang="en"):
            if file.suffix == ".png":
                made[f"share_{file.stem}-en.png"] = file
        words, page = languages_of(evaluation.study, "en").first, page_of(evaluation, None)
        texts, missing = map_texts(evaluation, page, words), missing_texts(evaluation, words)
        made["share_poster_a3-en.png"] = share / "poster.png"
        draw_poster(page, texts, missing, share / "poster.png", words=words)
        return {name: reduced(file) for name, file in sorted(made.items())}


def reduced(file: Path) -> bytes:
    """Make a picture as narrow as the gallery shows it."""
    with Image.open(file) as whole:
        size = (PICTURE_PX, round(PICTURE_PX * whole.height / whole.width))
        written = io.BytesIO()
        whole.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(written, "PNG")
    return small(written.getvalue(), PICTURE_COLOURS)


def small(picture: bytes, colours: int = COLOURS) -> bytes:
    """Reduce a picture to a palette without dithering, which would spoil flat colours."""
    palette = Image.open(io.BytesIO(picture)).convert("RGB")
    reduced = palette.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


def keep(name: str, picture: bytes, most: int) -> None:
    """Write a picture that is not too large."""
    if len(picture) > most:
        sys.exit(f"{name} has {len(picture)} bytes, more than {most}")
    (SHOTS / name).write_bytes(picture)
    print(f"{name}: {len(picture) / 1000:.0f} kB")


def main() -> None:
    """Take every screenshot."""
    outputs = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUTS
    if not (outputs / "report.html").exists():
        sys.exit(f"{outputs} holds no pages: run shelter-geo first")
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures(outputs).items():
        keep(name, picture, LARGEST_PICTURE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for shot in TAKEN:
            keep(shot.name, small(take(browser, outputs, shot)), LARGEST)
        browser.close()


if __name__ == "__main__":
    main()
