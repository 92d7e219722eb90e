"""How large the pages are, how soon they stand and how fast the planner answers.

Run as `python benchmarks/pages.py` with Chromium installed; one line a measure. With a folder of
outputs as its argument it measures the pages in there, else it makes its own.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, sync_playwright

from shelter_geo import evaluate, load_study
from shelter_geo.analysis import capacity_results, site_options
from shelter_geo.analysis.group_access import access_for
from shelter_geo.plans import read_plans
from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.study.study_planner import study_planner

SLOWER = {"laptop": 1, "phone": 6}
TARGETS_MS = {"laptop": 50, "phone": 250}
READY_MS = 300
LARGEST_KB = {"planner.html": 400}
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
    print(f"planner on a {device}: a toggle in {_best_and_middle(toggles)} of {TARGETS_MS[device]}")
    print(f"planner on a {device}: a toggle and its drawing keep the processor busy {work:.0f} ms")
    page.close()


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
        planner = folder / "planner.html"
        for device in SLOWER if planner.exists() else ():
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
