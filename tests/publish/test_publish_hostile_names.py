"""A catalogue, file names and properties of a workbook that are hostile: nothing of it runs."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
from helpers.elements import Elements
from helpers.hostile_study import numberlike, toml
from helpers.small_study import DEMAND, small_study
from helpers.study_copy import StudyCopy
from typer.testing import CliRunner

import shelter_geo.publish
from shelter_geo.cli.main import app

PAYLOADS = (
    "<script>hit()</script>", "</script><script>hit()</script>", "<img src=x onerror=hit()>",
    "\" onmouseover=\"hit()\" x=\"", "' onfocus='hit()' autofocus x='", "=cmd|' /C calc'!A0",
)  # fmt: skip
NAME = "districts'\"><img src=x onerror=hit()> =1+1;&.csv"
PAGES = ("index.html", "report.html", "planner.html", "maps/access.html", "maps/capacity.html")
PROPERTIES = """\
<?xml version="1.0" encoding="UTF-8"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>hidden.person@example.org</dc:creator>
<dc:title>&lt;script&gt;hit()&lt;/script&gt;</dc:title></cp:coreProperties>
"""


def hostile(value: Any, turn: int = 0) -> Any:
    """Put a payload before every text of a catalogue, whose placeholders stay."""
    if isinstance(value, dict):
        return {key: hostile(part, turn + n) for n, (key, part) in enumerate(value.items())}
    return f"{PAYLOADS[turn % len(PAYLOADS)]} {value}" if isinstance(value, str) else value


def workbook(study: StudyCopy) -> None:
    """Give the settlements as a workbook with a hostile sheet and properties."""
    path, plain = study.path("settlements.xlsx"), study.path("plain.xlsx")
    table = pd.read_csv(study.path("settlements.csv"))
    pyogrio.write_dataframe(table, plain, driver="XLSX", layer="<b>=1+1")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if name != "docProps/core.xml":
                new.writestr(name, old.read(name))
        new.writestr("docProps/core.xml", PROPERTIES)
    plain.unlink()
    study.replace("study.toml", '"settlements.csv"', '"settlements.xlsx"')


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of a study with a catalogue, a file name and a workbook of this kind."""
    study = small_study(tmp_path_factory.mktemp("hostile") / "study")
    study.write("study.toml", study.text("study.toml") + DEMAND)
    study.replace("study.toml", 'name = "Small"', 'name = "Small"\nlanguages = ["ka", "en"]')
    study.path("districts.csv").rename(study.path(NAME))
    study.replace("study.toml", '"districts.csv"', f"'''{NAME}'''")
    workbook(study)
    packaged = Path(shelter_geo.publish.__file__).parent / "catalogues" / "en.toml"
    words = hostile(tomllib.loads(packaged.read_text(encoding="utf-8")))
    for key in ("alphabet", "capitals", "capital_i"):
        words["language"].pop(key)
    study.write("languages/ka.toml", "".join(f"{key} = {toml(v)}\n" for key, v in words.items()))
    folder = study.folder.parent / "out"
    made = CliRunner().invoke(app, ["run", str(study.folder), "--out", str(folder)])
    assert made.exit_code == 0, (made.output, made.exception)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_page_runs_but_the_code_of_the_package(out: Path, page: str) -> None:
    html = (out / page).read_text(encoding="utf-8")
    found = Elements(html)
    assert found.handlers == []
    assert "hit()" in html
    for script in found.code["script"]:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in found.policy
        assert "hit()" not in script
    assert "hit()" not in "".join(found.code["style"])
    assert not {"iframe", "object", "embed", "form", "base"} & set(found.counts)
    assert not [
        at for at in found.addresses if re.match(r"\w+:", at) and not at.startswith("data:")
    ]


def test_no_cell_is_live_and_no_property_of_the_workbook_stands_anywhere(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 40
    for path in files:
        assert b"hidden.person" not in path.read_bytes()
        assert "<" not in path.name
    for path in out.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as opened:
            cells = [cell for row in csv.reader(opened, strict=True) for cell in row]
        live = [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and cell]
        assert [cell for cell in live if not numberlike(cell)] == []


def test_drawings_hold_no_code(out: Path) -> None:
    drawings = list(out.rglob("*.svg"))
    assert drawings
    for path in drawings:
        for element in ET.parse(path).iter():
            assert element.tag.rpartition("}")[2] not in ("script", "a", "foreignObject", "image")
            assert not [name for name in element.attrib if name.startswith("on")]
