"""What a planner does with the page, in Chromium and Firefox, its figures always in view."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import firefox
from helpers.chromium import PHONE, visit
from playwright.sync_api import Browser

from shelter_geo.analysis import Evaluation, site_options
from shelter_geo.publish.study.study_planner import study_planner

pytestmark = pytest.mark.browser
DESK = (1440, 900)
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "phone"])
TASKS = tomllib.loads(
    (Path(__file__).parents[1] / "helpers/planner_tasks.toml").read_text(encoding="utf-8")
)["task"]
WAITED_S = 60
Run = Callable[..., Any]
# What leaves the page is caught, a dialog is counted, and a target must lie open to the pointer.
BEGIN = """
window.handed = []; window.printed = 0; window.print = () => { window.printed += 1; };
URL.createObjectURL = (blob) => { blob.text().then((text) => handed.push(text)); return "data:,"; };
HTMLAnchorElement.prototype.click = () => {};
document.execCommand = (name) => name === "copy";
window.step = (kind, where, value) => {
  const target = document.querySelector(where);
  target.scrollIntoView({ block: "center", behavior: "instant" });
  const box = target.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  if (!target.contains(top) && !top?.contains(target)) return `${where} is covered`;
  if (kind === "click") target.click();
  if (kind === "type" || kind === "choose") {
    const option = [...target.options ?? []].find((each) => each.textContent === value);
    target.focus({ preventScroll: true });
    target.value = option ? option.value : value;
    target.dispatchEvent(new Event(kind === "type" ? "input" : "change", { bubbles: true }));
  }
  if (kind === "enter") target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  if (kind === "load") {
    const file = target.parentElement.querySelector("[type=file]"), given = new DataTransfer();
    given.items.add(new File([handed[0]], "plan.toml"));
    file.files = given.files;
    file.dispatchEvent(new Event("change"));
  }
  return "";
};
"""
# The figures of today and of each plan that the screen shows.
IN_VIEW = """[...document.querySelectorAll(".bar dd")].filter((cell) => cell.checkVisibility())
  .every((cell) => {
    const box = cell.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
  }) && [...document.querySelectorAll(".bar [data-who=today]")].every((c) => c.checkVisibility())"""


@pytest.fixture(scope="module")
def file(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tasks") / "planner.html"
    study_planner(evaluation, site_options(evaluation.study), lang="en").save(path)
    return path


def wait_until(run: Run, holds: str, *arguments: Any) -> None:
    end = time.monotonic() + WAITED_S
    while not run(f"return Boolean({holds});", *arguments):
        assert time.monotonic() < end, holds
        time.sleep(0.05)


def do(run: Run, task: dict[str, Any]) -> None:
    run(BEGIN)
    for counted, steps in ((False, task.get("before", [])), (True, task["steps"])):
        for step in steps:
            wait_until(run, "step(...arguments) === ''", *step)
            if step[0] == "click" and "save" in step[1]:
                wait_until(run, "handed.length")
            if counted:
                wait_until(run, IN_VIEW)
    wait_until(run, task["holds"])
    wait_until(run, IN_VIEW)


@SIZES
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["says"])
def test_a_task_in_chromium(
    browser: Browser, file: Path, task: dict[str, Any], size: tuple[int, int]
) -> None:
    with visit(browser, file, size) as seen:

        def run(script: str, *arguments: Any) -> Any:
            function = f"(given) => (function () {{ {script} }})(...given)"
            return seen.page.evaluate(function, list(arguments))

        do(run, task)
        seen.assert_silent()


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Firefox]:
    path = firefox.command()
    if path is None:
        pytest.skip("NO FIREFOX HERE: the planner was not tested in it. Install firefox-esr.")
    with firefox.running(path, tmp_path_factory.mktemp("profile")) as started:
        yield started


@SIZES
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["says"])
def test_a_task_in_firefox(
    fox: firefox.Firefox, file: Path, task: dict[str, Any], size: tuple[int, int]
) -> None:
    fox.open(file, *size)
    assert fox.run("return [innerWidth, innerHeight];") == list(size)
    do(fox.run, task)
    assert fox.heard() == ([], [])
