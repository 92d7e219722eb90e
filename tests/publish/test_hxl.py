"""Tags of HXL: the core ones where a column has one, all of them well formed, below the heads."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from helpers.small_study import small_study

from shelter_geo import evaluate, load_study, write_outputs
from shelter_geo.publish.files.columns import columns
from shelter_geo.publish.files.hxl import tag_of, tag_tables

# The form of a tag and the core tags that are used here, as the standard of HXL 1.1 gives them.
FORM = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
CORE = {
    "#adm1", "#adm2", "#capacity", "#date", "#geo", "#indicator", "#loc", "#meta", "#population",
    "#value",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "tag"),
    [
        ("district_id", "#adm2+code"),
        ("name_en", "#adm2+name+i_en"),
        ("name_az", "#adm2+name+i_az"),
        ("region", "#adm1+name"),
        ("population", "#population"),
        ("women", "#population+f"),
        ("distance_km", "#indicator+distance+km"),
        ("travel_min", "#indicator+time+min"),
        ("reason", "#meta+reason"),
        ("", "#meta+of_"),
        ("100 km!", "#meta+of_100_km"),
    ],
)
def test_columns_have_their_tags(column: str, tag: str) -> None:
    assert tag_of(column) == tag


def test_names_beside_a_settlement_are_its_own() -> None:
    assert tag_of("name_en", ["settlement_id", "name_en", "district_id"]) == "#loc+name+i_en"


def test_every_column_has_a_well_formed_tag() -> None:
    for column in columns():
        tag = tag_of(column)
        assert FORM.fullmatch(tag), (column, tag)
        assert tag.partition("+")[0] in CORE


def test_a_run_has_tags_below_the_heads_and_says_so(tmp_path: Path) -> None:
    study = load_study(small_study(tmp_path / "study").file)
    for hxl in (False, True):
        write_outputs(evaluate(study), tmp_path / str(hxl), hxl=hxl)
    plain, tagged = (tmp_path / str(hxl) for hxl in (False, True))
    tables = sorted(path.relative_to(plain) for path in plain.rglob("*.csv"))
    assert tables
    package = json.loads((tagged / "datapackage.json").read_text(encoding="utf-8"))
    dialects = {entry["path"]: entry.get("dialect") for entry in package["resources"]}
    for table in tables:
        before, after = ((f / table).read_bytes().split(b"\n") for f in (plain, tagged))
        assert after[:1] + after[2:] == before
        tags = next(csv.reader([after[1].decode()]))
        assert len(tags) == len(next(csv.reader([before[0].decode("utf-8-sig")])))
        assert all(FORM.fullmatch(tag) for tag in tags)
        read = pd.read_csv(tagged / table, skiprows=[1], encoding="utf-8-sig")
        pd.testing.assert_frame_equal(read, pd.read_csv(plain / table, encoding="utf-8-sig"))
        assert dialects[table.as_posix()] == {"commentRows": [2]}


def test_tables_that_are_not_there_are_left(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    tag_tables(tmp_path, ["a.parquet", "none.csv"])
    assert (tmp_path / "a.parquet").read_bytes() == b"PAR1"
    assert len(list(tmp_path.iterdir())) == 1
