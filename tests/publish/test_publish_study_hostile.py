"""A run of a study whose every text is hostile: nothing runs, nothing breaks, all is shown."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from helpers.chromium import PHONE, visit
from helpers.elements import Elements
from helpers.hostile_study import (
    APART,
    NAMED,
    PASSING,
    STORED,
    TABLES,
    free_columns,
    free_fields,
    hostile_study,
    numberlike,
    toml,
)
from helpers.payloads import PAYLOADS
from helpers.study_copy import DISTRICTS, NODES, SETTLEMENTS, SHELTERS, StudyCopy, copy_study
from helpers.study_pages import RUN
from helpers.study_pages import outputs as outputs
from playwright.sync_api import Browser

from shelter_geo.errors import ShelterGeoError
from shelter_geo.outside import defuse
from shelter_geo.plans import Plan, apply_plan, read_plan
from shelter_geo.study.load import load_study
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables import check_table, schemas

KINDS = pytest.mark.parametrize("kind", RUN)
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
# No address, and no sign that a page leaves out.
AS_WRITTEN = [
    text for text in STORED if not re.search(r"\w://|[\n\t\u2028]", text) and text.isprintable()
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyCopy, dict[str, list[str]]]:
    return hostile_study(tmp_path_factory.mktemp("hostile") / "study")


@pytest.fixture(scope="module")
def out(hostile: tuple[StudyCopy, dict[str, list[str]]]) -> Path:
    """Outputs of a run of the hostile study."""
    copy, folder = hostile[0], hostile[0].folder.parent / "outputs"
    command = [sys.executable, "-m", "shelter_geo", "run", copy.folder, "--out", folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", done.stdout)
    return folder


# ------------------------------------------------------------------------ nothing is forgotten


def test_there_are_payloads_enough() -> None:
    assert len(STORED) > 45
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_every_table_of_the_schemas_is_made_hostile() -> None:
    known = {schema.name for schema in vars(schemas).values() if hasattr(schema, "columns")}
    assert known == {schema.name for schema in TABLES.values()} | APART


def test_every_payload_stands_in_every_text_field_or_is_refused_there(
    hostile: tuple[StudyCopy, dict[str, list[str]]],
) -> None:
    copy, refused = hostile
    for name, schema in TABLES.items():
        rows = copy.rows(name)
        turned_away = Counter(
            column for told in refused[name] for column in re.findall(r"column (\w+)", told)[:1]
        )
        # Where payloads stand one by one, a short table has no room for all.
        no_room = max(0, len(STORED) - len(rows)) if refused[name] else len(STORED) - len(PASSING)
        for column in free_columns(schema):
            cells = " ".join(row.get(column, "") for row in rows)
            absent = [text for text in STORED if text.strip() not in cells]
            assert len(absent) <= turned_away[column] + no_room, f"{name} {column}: {absent}"
    told = json.dumps(tomllib.loads(copy.text("study.toml")), ensure_ascii=False, default=str)
    assert {path for path, _ in free_fields(StudySettings)} >= {"study.name", "claims[].source"}
    for text in PASSING:
        written = json.dumps(text, ensure_ascii=False)[1:-1]
        assert told.count(written) > 60, f"{text!r} is missing from settings"


def test_what_a_table_refuses_is_said_without_repeating_it(
    hostile: tuple[StudyCopy, dict[str, list[str]]],
) -> None:
    refused = hostile[1]
    assert all(refused[name] for name in (SHELTERS, "shelters/admission.csv", SETTLEMENTS))
    for told in (line for lines in refused.values() for line in lines):
        assert re.fullmatch(
            r"\w+.csv, row \d+, column \w+: this text may give a place away: "
            r"an address, a number, a link or a coordinate. .*",
            told,
        )


@pytest.mark.parametrize("name", [DISTRICTS, SETTLEMENTS, SHELTERS, NODES, "standards.csv"])
@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x07", "\u202e", "\u2066", "\x9b"])
def test_signs_that_are_no_letters_are_refused_with_their_row(
    tmp_path: Path, name: str, sign: str
) -> None:
    schema = TABLES[name]
    columns = ["key", *free_columns(schema)]
    file = tmp_path / "table.csv"
    file.write_text(",".join(columns) + f"\na{',x' * (len(columns) - 2)},b{sign}\n", "utf-8")
    frame, faults = check_table(file, schema)
    assert frame is None
    told = str(faults[0])
    assert (
        "is UTF-16 or not text" in told
        or f"row 2: holds a character that is no letter (U+{ord(sign):04X})" in told
    )
    assert sign not in told


@pytest.mark.parametrize("path", sorted(NAMED))
def test_names_that_stand_in_no_table_are_refused(tmp_path: Path, path: str) -> None:
    """Payloads where a setting must name a row or a road: the words are not run into anything."""
    copy = copy_study(tmp_path / "study")
    if not path.startswith("road["):
        document = tomllib.loads(copy.text("study.toml"))
        *parents, last = path.replace("[]", "").split(".")
        inner = document
        for part, below in pairwise([*parents, last]):
            inner = inner[part]
            if isinstance(inner, list):
                inner = next(entry for entry in inner if below in entry)
        inner[last] = list(PASSING) if path.endswith("[]") else PASSING[0]
        copy.write("study.toml", "".join(f"{k} = {toml(v)}\n" for k, v in document.items()))
        with pytest.raises(ShelterGeoError, match="stands in no row"):
            load_study(copy.file)
        return
    road = {"kind": "close", "classes": PASSING} if "classes" in path else {
        "kind": "open", "start": "shusha", "end": "baku", "kmh": 60, "km": 5,
        path.rpartition(".")[2]: PASSING[0],
    }  # fmt: skip
    plan = {"scenario": {"id": "x", "name": "x"}, "road": [road]}
    copy.write("x.toml", "".join(f"{k} = {toml(v)}\n" for k, v in plan.items()))
    with pytest.raises(ShelterGeoError, match="scenario x"):
        apply_plan(load_study(copy.file), read_plan(copy.path("x.toml")))


def test_every_text_of_plans_is_made_hostile(
    hostile: tuple[StudyCopy, dict[str, list[str]]],
) -> None:
    plans = [read_plan(path) for path in hostile[0].path("scenarios").glob("*.toml")]
    assert len(plans) == 11
    assert {"scenario.name", "scenario.note"} <= {path for path, _ in free_fields(Plan)}
    for plan in plans:
        assert isinstance(plan.scenario.name, dict)
        assert all(text in plan.scenario.name["ru"] for text in PASSING)


# ------------------------------------------------------------------------------------ on pages


@KINDS
def test_hostile_texts_bring_no_element_no_code_and_no_address(
    out: Path, outputs: Path, kind: str
) -> None:
    html = (out / RUN[kind]).read_text(encoding="utf-8")
    found, benign = Elements(html), Elements((outputs / RUN[kind]).read_text(encoding="utf-8"))
    assert set(found.counts) == set(benign.counts)
    assert found.counts["script"] == benign.counts["script"]
    assert found.code == benign.code
    assert found.policy == benign.policy
    assert found.handlers == []
    assert set(found.addresses) == set(benign.addresses)
    assert set(re.findall(r"\w+://", html)) <= {"http://"}  # of SVG
    (block,) = DATA.findall(html)
    assert not set("<>&'`\u2028\u2029") & set(block)
    assert isinstance(json.loads(block), dict)


@pytest.mark.browser
@KINDS
def test_hostile_texts_are_shown_as_they_are_and_never_run(
    browser: Browser, out: Path, kind: str
) -> None:
    names = [row["name_en"] for row in StudyCopy(out.parent / "study").rows(DISTRICTS)]
    with visit(browser, out / RUN[kind], PHONE) as seen:
        page = seen.page
        page.evaluate("() => { window.ran = 0; window.hit = () => { window.ran += 1; }; }")
        for lang in ("az", "ru", "en"):
            page.click(f"[data-lang={lang}]")
            assert page.locator("#table tbody tr").count() == len(names)
            said = page.locator("body").text_content() or ""
            assert [text for text in AS_WRITTEN if text not in said] == []
        shown = Counter(page.locator("#table .name").all_text_contents())
        for text, count in Counter(names).items():
            assert text not in AS_WRITTEN or shown[text] == count
        for value in page.locator(".figures dd").all():
            assert value.inner_text().strip()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        for where in ("#short button", "#table tbody button", "section.suggested button"):
            if page.locator(where).first.is_visible():
                page.locator(where).first.click()
        if page.locator("#find").count():
            page.fill("#find", "<script>")
            assert 0 < page.locator("#table tbody tr:visible").count() < len(names)
        assert page.evaluate("window.ran") == 0
        assert page.evaluate("Object.prototype.hit") is None
        seen.assert_silent()


# ---------------------------------------------------------------------------- in other outputs


def test_no_cell_of_any_table_is_live(out: Path) -> None:
    files = sorted(out.rglob("*.csv"))
    assert len(files) > 30
    defused = 0
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.reader(opened, strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, file.name
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(LIVE) or numberlike(cell), f"{file.name}: {cell!r}"
            defused += cell.startswith(tuple(f"'{sign}" for sign in LIVE))
    assert defused > 20


def test_layers_drawings_and_descriptions_can_be_read(out: Path, outputs: Path) -> None:
    names = [row["name_en"].strip() for row in StudyCopy(out.parent / "study").rows(DISTRICTS)]
    file = out / "study.gpkg"
    layers = {name for name, _ in pyogrio.list_layers(file)}
    assert layers == {name for name, _ in pyogrio.list_layers(outputs / "study.gpkg")}
    assert sorted(gpd.read_file(file, layer="districts")["name_en"]) == sorted(map(defuse, names))
    assert len(gpd.read_file(file, layer="shelters")) == len(STORED)
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert [entry["title"] for entry in package["sources"]] == [*PAYLOADS, *PAYLOADS]
    for drawing in sorted(out.rglob("*.svg")):
        tags = {element.tag.rpartition("}")[2] for element in ET.parse(drawing).iter()}
        assert not tags & {"script", "a", "foreignObject", "image", "iframe", "animate", "set"}
    benign = {path.relative_to(outputs) for path in outputs.rglob("*") if path.is_file()}
    assert {path.relative_to(out) for path in out.rglob("*") if path.is_file()} == benign
