"""Write data/datapackage.json: what each bundled file is, where it is from, and its checksum.

Meaning comes from datapackage.toml beside this script; headers, rows, bytes and hashes from the
files. A table that is not what the description says stops the script.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sources import DATA, file_sha256, read_csv

DESCRIPTION = Path(__file__).with_name("datapackage.toml")
TRUE, FALSE = "yes", "no"
GEOGRAPHY = {"format": "geojson", "mediatype": "application/geo+json"}
TABLE = {
    "dialect": {"delimiter": ",", "lineTerminator": "\n"},
    "format": "csv",
    "mediatype": "text/csv",
    "profile": "tabular-data-resource",
}


def boolean(text: str) -> bool:
    """Read yes or no."""
    if text not in (TRUE, FALSE):
        raise ValueError(text)
    return text == TRUE


READERS: dict[str, Callable[[str], object]] = {
    "boolean": boolean,
    "date": str,
    "integer": int,
    "number": float,
    "string": str,
    "yearmonth": str,
}


def describe_field(name: str, kind: str, meaning: str) -> dict[str, Any]:
    """Describe a column."""
    field: dict[str, Any] = {"name": name, "type": kind, "description": meaning}
    if kind == "boolean":
        field |= {"trueValues": [TRUE], "falseValues": [FALSE]}
    return field


def check(resource: dict[str, Any], rows: list[dict[str, str]]) -> None:
    """Make sure that header, types and keys of a table are as described."""
    path, fields = resource["path"], resource["fields"]
    if [name for name, _, _ in fields] != list(rows[0]):
        raise SystemExit(f"{path}: the header is {list(rows[0])}")
    for name, kind, _ in fields:
        for row in rows:
            try:
                READERS[kind](row[name] or {"boolean": FALSE}.get(kind, "0"))
            except ValueError:
                raise SystemExit(f"{path}: {row[name]!r} in {name} is no {kind}") from None
    keys = [tuple(row[name] for name in resource["primary_key"]) for row in rows]
    if len(set(keys)) != len(keys):
        raise SystemExit(f"{path}: the key repeats")


def describe_table(resource: dict[str, Any]) -> dict[str, Any]:
    """Describe a CSV file and its columns."""
    rows = read_csv(resource["path"])
    check(resource, rows)
    schema: dict[str, Any] = {
        "fields": [describe_field(*field) for field in resource["fields"]],
        "missingValues": [""],
        "primaryKey": resource["primary_key"],
    }
    if "foreign_keys" in resource:
        schema["foreignKeys"] = [
            {"fields": field, "reference": {"resource": other, "fields": key}}
            for field, other, key in resource["foreign_keys"]
        ]
    return {**TABLE, "rows": len(rows), "schema": schema}


def describe_geography(resource: dict[str, Any]) -> dict[str, Any]:
    """Describe a GeoJSON file."""
    text = (DATA / resource["path"]).read_text(encoding="utf-8")
    return {**GEOGRAPHY, "rows": len(json.loads(text)["features"])}


def describe(resource: dict[str, Any], package: dict[str, Any]) -> dict[str, Any]:
    """Describe one file."""
    path = DATA / resource["path"]
    kind = describe_table if path.suffix == ".csv" else describe_geography
    result = {
        "name": resource["name"],
        "path": resource["path"],
        "title": resource["title"],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{file_sha256(path)}",
        "licenses": [package["licenses"][key] for key in resource["licenses"]],
        "sources": [package["sources"][key] for key in resource["sources"]],
        **kind(resource),
    }
    if "as_of" in resource:
        result["as_of"] = resource["as_of"]
    return result


def main() -> None:
    """Describe every table and map of the data folder."""
    package = tomllib.loads(DESCRIPTION.read_text(encoding="utf-8"))
    described = {resource["path"] for resource in package["resources"]}
    found = {
        path.relative_to(DATA).as_posix()
        for kind in ("csv", "geojson")
        for path in DATA.rglob(f"*.{kind}")
        if "private" not in path.parts
    }
    if described != found:
        raise SystemExit(f"not described, or not there: {sorted(described ^ found)}")
    result = {
        "name": package["name"],
        "title": package["title"],
        "description": package["description"],
        "profile": "data-package",
        "licenses": list(package["licenses"].values()),
        "sources": list(package["sources"].values()),
        "resources": [describe(resource, package) for resource in package["resources"]],
    }
    text = json.dumps(result, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (DATA / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
