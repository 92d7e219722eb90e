"""Files of scenarios in the planner: any that the library reads is shown, kept, or explained."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.chromium import visit
from helpers.planner_toys import load_plan, toy_planner
from playwright.sync_api import Browser, Page

from shelter_geo.analysis import Evaluation, site_options
from shelter_geo.plans import read_plans
from shelter_geo.plans.plan import Plan, read_plan
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.study.load import load_study

pytestmark = pytest.mark.browser

BUNDLED = sorted(path.stem for path in load_study().scenarios.glob("*.toml"))
NOT_HERE = {
    "roads-2021": "new roads",
    "roads-being-built": "new roads",
    "winter": "closed roads; slower or faster roads",
    "forensic-day-and-night": "what it changes for facilities of another kind",
    "forensic-working-days": "what it changes for facilities of another kind",
}
BASE = {"open": [{"settlement_id": "p-3", "places": 40}], "demand": {"count_registered": True}}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy") / "planner.html"
    toy_planner(plans={"today": {}, "base": BASE}).save(path)
    return path


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, evaluation: Evaluation) -> Path:
    path = tmp_path_factory.mktemp("real") / "planner.html"
    study = evaluation.study
    study_planner(evaluation, site_options(study), read_plans(study.scenarios)).save(path)
    return path


@pytest.fixture
def page(browser: Browser, toy: Path) -> Iterator[Page]:
    with visit(browser, toy) as seen:
        yield seen.page
        calls = [url for url in seen.requests if not url.startswith("blob:")]
        assert (calls, seen.complaints) == ([], [])


def save(page: Page, folder: Path, letter: str = "a") -> Path:
    with page.expect_download() as caught:
        page.click(f"#plan-{letter} [data-act=save]")
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


def changes(plan: Plan) -> dict[str, Any]:
    """What a plan says, but for what it builds on and the order of its parts."""
    said = plan.model_dump(mode="json", exclude={"scenario": {"inherits"}})
    for name in ("open", "close", "move", "resize", "candidate"):
        said[name] = sorted(said[name], key=str)
    said["demand"] = said["demand"] or None
    return said


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_plan_is_shown_or_explained(
    browser: Browser, real: Path, evaluation: Evaluation, tmp_path: Path, name: str
) -> None:
    file = evaluation.study.scenarios / f"{name}.toml"
    wanted = read_plan(file)
    with visit(browser, real) as seen:
        fault = load_plan(seen.page, file)
        if name in NOT_HERE:
            assert fault == (
                "This file was not loaded. This plan changes only what this page cannot compute: "
                f"{NOT_HERE[name]}. The command shelter-geo compare computes it."
            )
            return
        assert fault == ""
        assert seen.page.locator("#plan-a .name").input_value() == wanted.scenario.name["en"]
        assert seen.page.locator("#plan-a .left").is_hidden()
        seen.page.click("[data-lang=az]")
        assert seen.page.locator("#plan-a .name").input_value() == wanted.scenario.name["az"]
        saved = save(seen.page, tmp_path)
    assert saved.name == f"{name}.toml"
    assert changes(read_plan(saved)) == changes(wanted)


FULL = """
open = [{ settlement_id = "p-5", places = 7, cost = 120_000.5 }, {settlement_id="p-99",places=9}]
demand.stay_days = 30.0

[scenario]
id = "full"
name = { en = "Full", az = "Tam", ru = "Полный" }
note = '''Two lines:
"quoted" and \\ plain'''
evidence = "recalled"

[[close]]
shelter_id = "house-2"
[[move]]
shelter_id = "refuge"
settlement_id = "p-6"
[[resize]]
shelter_id = "refuge"
places = 12
cost = 5
[[resize]]
shelter_id = "house-1"
places = 0x20
[[candidate]]
settlement_id = "p-5"
cost_per_place = 1.5e3
max_places = 50

[[road]]
kind = "close"
between = [["a", "b"], # two nodes
  ["c", "d"],
]
[[road]]
kind = "open"
start = [10.5, 50.0]
end = "p-1"
kmh = 60.0

[costs]
per_place = 900.0
source = "A guess"

[time_factor]
bus = 1.6
snow = 1.25
"""
LEFT = (
    "Not computed on this page: a shelter in a place that is no site of this page: p-99; "
    "new roads; closed roads; driving at night or in snow; assumptions on who needs a place and "
    "for how long. "
    "The command shelter-geo compare computes it, and a file saved here keeps it."
)


def test_what_can_be_shown_is_shown_the_rest_is_said_and_kept(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "full.toml"
    path.write_text(FULL, encoding="utf-8")
    assert load_plan(page, path) == ""
    assert page.locator("#plan-a .left").text_content() == LEFT
    opened = page.evaluate(
        """(text) => {
          const { plan } = Scenario.read(Scenario.write(Scenario.read(text).plan, "b", "").text);
          return Page.data.sites.id.filter((_, at) => plan.open[at]).map((id) =>
            [id, plan.places[Page.data.sites.id.indexOf(id)]]);
        }""",
        FULL,
    )
    assert opened == [["house-1", 32], ["p-5", 7], ["p-6", 12]]
    saved = read_plan(save(page, tmp_path / "saved"))
    assert changes(saved) == changes(read_plan(path))
    page.fill("#plan-a .name", "Mine")
    mine = read_plan(save(page, tmp_path / "saved"))
    assert (mine.scenario.id, mine.scenario.name) == ("mine", "Mine")
    assert mine.scenario.note == saved.scenario.note
    page.click("[data-lang=ru]")
    assert "новые дороги" in page.locator("#plan-a .left").text_content()


def test_what_moved_admits_whom_it_did(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "moved.toml"
    path.write_text(
        "[scenario]\nid = 'moved'\nname = 'Moved'\n"
        "[[move]]\nshelter_id = 'refuge'\nsettlement_id = 'p-6'",
        encoding="utf-8",
    )
    assert load_plan(page, path) == ""
    page.check("[name=group][value=men]", force=True)
    row = page.locator("#plan-a .opened .added")
    assert "does not take this group" in row.text_content()
    page.check("[name=group][value=children]", force=True)
    page.check("#unknown", force=True)
    assert "does not take this group" not in row.text_content()
    assert read_plan(save(page, tmp_path / "saved")).move == read_plan(path).move


def test_a_plan_may_build_on_one_that_the_page_knows(page: Page, tmp_path: Path) -> None:
    base = "[scenario]\nid = 'base'\nname = 'Base'\n[[open]]\nsettlement_id = 'p-3'\nplaces = 40\n"
    (tmp_path / "base.toml").write_text(f"{base}[demand]\ncount_registered = true", "utf-8")
    path = tmp_path / "own.toml"
    path.write_text(
        "[scenario]\nid = 'own'\nname = 'Own'\ninherits = 'base'\n"
        "[[close]]\nshelter_id = 'house-2'",
        encoding="utf-8",
    )
    assert load_plan(page, path) == ""
    assert page.locator("#registered").is_checked() is True
    saved = save(page, tmp_path / "saved")
    assert "inherits" not in tomllib.loads(saved.read_text("utf-8"))["scenario"]
    assert changes(read_plan(saved)) == changes(read_plan(path))


def test_what_a_plan_builds_on_elsewhere_is_left_out_and_named(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        "[scenario]\nid = 'own'\nname = 'Own'\ninherits = 'elsewhere'\n"
        "[[close]]\nshelter_id = 'house-2'",
        encoding="utf-8",
    )
    assert load_plan(page, path) == ""
    assert "the plan it builds on: elsewhere" in page.locator("#plan-a .left").text_content()
    saved = tomllib.loads(save(page, tmp_path / "saved").read_text("utf-8"))
    assert saved["scenario"]["inherits"] == "elsewhere"
    page.click("#plan-a .to-today")
    assert page.locator("#plan-a .left").is_hidden()


def test_a_move_that_has_no_free_site_is_left_out_and_named(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(
        "[scenario]\nid = 'two'\nname = 'Two'\n"
        "[[open]]\nsettlement_id = 'p-6'\nplaces = 9\n"
        "[[move]]\nshelter_id = 'refuge'\nsettlement_id = 'p-6'",
        encoding="utf-8",
    )
    assert load_plan(page, path) == ""
    assert "a shelter moving: Refuge, to p-6" in page.locator("#plan-a .left").text_content()
    assert changes(read_plan(save(page, tmp_path / "saved"))) == changes(read_plan(path))


def test_a_picture_says_what_is_left_out(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "full.toml"
    path.write_text(FULL, encoding="utf-8")
    load_plan(page, path)
    with page.expect_download() as caught:
        page.click("#plan-a [data-act=svg]")
    assert "Not computed on this page" in Path(caught.value.path()).read_text("utf-8")


DOCUMENTS = [
    "a = 1 # one\nb.c = 'x'\n'd e' = \"\\u0259\\U0001F600\\t\"",
    'a = """\nfirst \\\n   joined\n"two" ""quotes"""""',
    "a = '''\nit's \\raw\\'''",
    "a = [1, 2,\n # three\n 3,]\nb = [[], [{x = 1}]]\nc = { y = { z = true } }",
    "a = [0xff, 0o17, 0b101, 1_000, -7, +3]\nb = [1.5, 2e3, -0.25, 1_0.0_1]",
    "[a.b]\nx = 1\n[a]\ny = 2\n[[c]]\nz = 1\n[c.d]\nw = 2\n[[c]]\n[[c.e]]\nv = 1",
    'a = "\u2028 \u00a0" # \u2029 not an end of line\nb = false',
]


@pytest.mark.parametrize("text", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_toml_is_read_as_python_reads_it(page: Page, text: str) -> None:
    read = page.evaluate(
        """(text) => {
          const plain = (value) => value instanceof Map
            ? Object.fromEntries([...value].map(([key, part]) => [key, plain(part)]))
            : Array.isArray(value) ? value.map(plain)
            : value instanceof Toml.Figure ? value.size : value;
          const fault = (key, { line }) => new Error(`${key} ${line}`);
          const once = Toml.read(text, fault);
          const again = Toml.read([...once].map(([key, part]) =>
            Toml.block("", new Map([[key, part]]))).join(""), fault);
          return [plain(once), plain(again)];
        }""",
        text,
    )
    assert read == [tomllib.loads(text)] * 2


WRONG = ["a = 01", "a = 1979-05-27", "a = {x = 1,\ny = 2}", "a = [1 2]", "a = ", "= 1", "a = 'x\n'",
         "a.b = 1\na = 2", "a = [1]\n[[a]]", "a = {}\n[a]", "[a]\n[a]", "a = tru", "[a", "a = +",
         "a = \"\\UFFFFFFFF\""]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_not_toml_is_refused(page: Page, text: str) -> None:
    if "1979" not in text:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)
    refused = page.evaluate(
        "(text) => { try { Toml.read(text, () => new Error('no')); return false; } "
        "catch (error) { return error.message === 'no'; } }",
        text,
    )
    assert refused
