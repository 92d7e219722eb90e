"""How large the planner's page is, how soon it stands and how fast it answers.

Run as `python benchmarks/planner.py` with Chromium installed; one line a measure.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from shelter_geo import cost_matrix, evaluate, load_study
from shelter_geo.candidates import candidate_sites
from shelter_geo.publish.planner.page import planner_page
from shelter_geo.roads.joining.snapping import SnapSettings

SLOWER = {"laptop": 1, "phone": 6}
TARGETS_MS = {"laptop": 50, "phone": 250}
READY_MS, LARGEST_KB = 300, 300
LOADS, TOGGLES = 7, 20
# A toggle is answered when the next frame can be drawn: its own work and the layout it causes.
TOGGLE = """() => {
  const free = document.querySelectorAll("#plan-b .free button");
  const started = performance.now();
  free[Math.floor(free.length / 3)].click();
  document.body.getBoundingClientRect();
  return performance.now() - started;
}"""
READY = """() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""


def write_page(path: Path) -> None:
    """Make the planner of the bundled study."""
    study = load_study()
    evaluation = evaluate(study)
    sites = candidate_sites(evaluation.districts, study.settlements, study.shelters)
    roads = study.settings.roads
    snapping = SnapSettings(
        to="node", connector_kmh=roads.connector_kmh, max_connector_km=roads.max_connector_km
    )
    costs = cost_matrix(study.network, study.centres, sites.geometry, snapping=snapping)
    assert study.basemap is not None
    page = planner_page(
        evaluation.districts,
        sites,
        costs.distance_km,
        costs.travel_min,
        study.basemap,
        title="Planner",
        people_per_family_place=study.settings.capacity.people_per_family_place,
        persons_per_family_place=1,
        sources=["Source " * 10] * 15,
        assumptions=[entry.text for entry in study.settings.assumptions],
        credit=study.settings.study.credit,
    )
    page.save(path)
    print(f"districts x sites: {len(evaluation.districts)} x {len(sites)}")


def measure(page: Page, session: CDPSession, file: Path, device: str) -> None:
    """Open the page and open sites one after the other."""
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER[device]})
    ready, toggles = [], []
    for _ in range(LOADS):
        page.goto(file.as_uri())
        ready.append(page.evaluate(READY))
    before = busy_ms(session)
    for _ in range(TOGGLES):
        toggles.append(page.evaluate(TOGGLE))
    work = (busy_ms(session) - before) / TOGGLES
    target = f", target {READY_MS}" if device == "laptop" else ""
    print(f"{device}: ready in {_best_and_middle(ready)}{target}")
    print(f"{device}: a toggle in {_best_and_middle(toggles)}, target {TARGETS_MS[device]}")
    print(f"{device}: a toggle and its drawing keep the processor busy for {work:.0f} ms")


def busy_ms(session: CDPSession) -> float:
    """Time that the processor has spent on the page, whatever else the machine does."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")


def _best_and_middle(times_ms: list[float]) -> str:
    """Write times; the best one is the page's own, the middle one also the machine's."""
    return f"{min(times_ms):.0f} ms at best, {statistics.median(times_ms):.0f} in the middle"


def main() -> None:
    """Write the page, then measure it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "planner.html"
        write_page(file)
        print(f"size: {file.stat().st_size / 1000:.0f} kB, target {LARGEST_KB}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for device in SLOWER:
                wide = device == "laptop"
                size = {"width": 1280, "height": 900} if wide else {"width": 390, "height": 844}
                page = browser.new_page(viewport=size)
                measure(page, page.context.new_cdp_session(page), file, device)
            browser.close()


if __name__ == "__main__":
    main()
