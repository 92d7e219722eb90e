"""How large the pages are, how soon they stand and how fast the planner answers.

Run as `python benchmarks/pages.py` with Chromium installed; one line a measure. With a folder of
outputs as its argument it measures the pages in there, else it makes its own, and the planner of
an invented country of 2,000 districts and 300 candidates.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from shelter_geo import evaluate, load_study
from shelter_geo.analysis import capacity_results, site_options
from shelter_geo.analysis.group_access import access_for
from shelter_geo.plans import read_plans
from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.study.study_planner import study_planner

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from helpers.large_planner import large_country

SLOWER = {"laptop": 1, "phone": 6}
TARGETS_MS = {"laptop": 50, "phone": 250}
READY_MS = 300
LARGE = (2_000, 300, 40)
"""Districts, candidates and shelters of the invented country."""
LARGE_NAME = "planner_large.html"
LARGEST_KB = {"planner.html": 400, LARGE_NAME: 1_000}
LARGE_MS = {"laptop": 100, "phone": 600}
LARGEST_MAP_KB = 400
LOADS, TOGGLES = 7, 20
# A toggle is answered when the next frame can be drawn: its own work and the layout it causes.
TOGGLE = """() => {
  const free = document.querySelectorAll("#plan-a .free button");
  const started = performance.now();
  free[Math.floor(free.length / 3)].click();
  document.body.getBoundingClientRect();
  return performance.now() - started;
}"""
# What the page does when it is asked for the best sites to add, from the press of the button on.
BEST = """async ([kind, limit, n]) => {
  const started = performance.now();
  const { exact, tried } = await Best.search(Model.today(), { kind, limit }, n);
  return [performance.now() - started, exact, tried];
}"""
AIMS = (("mean", 0), ("farthest", 0), ("within", 100), ("own", 0))
SEARCHES, BEST_MS = 5, 2_000
# A page is ready when its scripts have run, and seen when its first picture with content is drawn.
# Both count from the start of the navigation, and the first picture shows all that scripts draw.
READY = """() => new Promise((tell) => new PerformanceObserver((paints, watch) => {
  const [seen] = paints.getEntriesByName("first-contentful-paint");
  if (!seen) return;
  watch.disconnect();
  const [opened] = performance.getEntriesByType("navigation");
  tell([opened.domContentLoadedEventEnd, seen.startTime]);
}).observe({ type: "paint", buffered: true }))"""


def write_pages(folder: Path) -> None:
    """Make the pages of the bundled study and say how long each took."""
    study = load_study()
    evaluation = evaluate(study)
    options, plans = site_options(study), read_plans(study.scenarios)
    needs, reach = capacity_results(evaluation), access_for(evaluation)
    title, lead = study_texts.title(evaluation), study_texts.lead(evaluation)
    makers: dict[str, Callable[[Path], None]] = {
        "access.html": lambda file: access_page(evaluation, title=title, lead=lead).save(file),
        "capacity.html": lambda file: reach_map(evaluation, reach).save(file),
        "planner.html": lambda file: study_planner(evaluation, options, plans).save(file),
        LARGE_NAME: lambda file: large_country(*LARGE).planner().save(file),
        "report.html": lambda file: study_brief(evaluation, needs=needs).save(file),
    }
    print(f"districts x sites: {len(evaluation.districts)} x {len(options.sites)}")
    for name, make in makers.items():
        started = time.process_time()
        make(folder / name)
        print(f"{name}: written in {time.process_time() - started:.1f} s of processor time")


def measure_page(browser: Browser, file: Path) -> None:
    """Say how large a page is and how soon it stands on a laptop."""
    size = file.stat().st_size / 1000
    most = LARGEST_KB.get(file.name, LARGEST_MAP_KB)
    loads = [_load(browser, file) for _ in range(LOADS)]
    ready, seen, busy = (list(times) for times in zip(*loads, strict=True))
    print(f"{file.name}: {size:.0f} kB of {most}, ready in {_best_and_middle(ready)} of {READY_MS}")
    print(f"{file.name}: seen after {_best_and_middle(seen)}")
    print(f"{file.name}: opening it keeps the processor busy {statistics.median(busy):.0f} ms")


def measure_planner(browser: Browser, file: Path, device: str) -> None:
    """Open sites one after the other and say how fast the planner answers."""
    wide = device == "laptop"
    size = {"width": 1280, "height": 900} if wide else {"width": 390, "height": 844}
    page = browser.new_page(viewport=size)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri())
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER[device]})
    before = busy_ms(session)
    toggles = [page.evaluate(TOGGLE) for _ in range(TOGGLES)]
    work = (busy_ms(session) - before) / TOGGLES
    most = (LARGE_MS if file.name == LARGE_NAME else TARGETS_MS)[device]
    print(f"{file.name} on a {device}: a toggle in {_best_and_middle(toggles)} of {most}")
    print(f"{file.name} on a {device}: a toggle and its drawing take {work:.0f} ms of processor")
    if device == "laptop":
        measure_best(page, file.name)
    page.close()


def measure_best(page: Page, name: str) -> None:
    """Ask for the best one, two and three sites to add to today and say how long each takes."""
    aims = AIMS if page.evaluate("Boolean(Page.data.districts.region)") else AIMS[:-1]
    for kind, limit in aims:
        for n in (1, 2, 3):
            asked = [page.evaluate(BEST, [kind, limit, n]) for _ in range(SEARCHES)]
            took, (_, exact, tried) = [one[0] for one in asked], asked[0]
            how = "proven" if exact else "not proven"
            print(
                f"{name}: best {n} by {kind}, {tried:,} choices, {how}, in "
                f"{_best_and_middle(took)} of {BEST_MS}"
            )


def busy_ms(session: CDPSession) -> float:
    """Time that the processor has spent on the page, whatever else the machine does."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")


def _load(browser: Browser, file: Path) -> tuple[float, float, float]:
    """Open a file in a new page: when it is ready, when it is seen, and its work so far."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.resolve().as_uri())
    ready, seen = page.evaluate(READY)
    busy = busy_ms(session)
    page.close()
    return ready, seen, busy


def _best_and_middle(times_ms: list[float]) -> str:
    """Write times; the best one is the page's own, the middle one also the machine's."""
    return f"{min(times_ms):.0f} ms at best, {statistics.median(times_ms):.0f} in the middle"


def measure(folder: Path) -> None:
    """Measure every page of a folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for file in sorted(folder.rglob("*.html")):
            measure_page(browser, file)
        for planner in sorted(folder.rglob("planner*.html")):
            for device in SLOWER:
                measure_planner(browser, planner.resolve(), device)
        browser.close()


def main() -> None:
    """Write the pages unless they are given, then measure them."""
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        write_pages(Path(name))
        measure(Path(name))


if __name__ == "__main__":
    main()
