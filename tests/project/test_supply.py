"""What is installed is named by its hash, and no file names a registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from bill_of_materials import licence, main, pinned

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def versions(text: str) -> dict[str, str]:
    pins = (line.split("==") for line in text.splitlines() if "==" in line)
    return {name.strip().lower(): version.split()[0] for name, version in pins}


def test_every_package_that_runs_is_locked_by_hashes_at_its_pinned_version() -> None:
    packages = pinned(LOCK)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=!~ ;\[]", line)[0].lower() for line in project["dependencies"]}
    assert wanted | {"hatchling", "editables"} <= set(packages)
    pins = versions((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert {name: version for name, (version, _) in packages.items() if name in pins} == {
        name: pins[name] for name in packages if name in pins
    }
    assert wanted <= set(pins)


@pytest.mark.parametrize("file", ["requirements.lock", "constraints.txt"])
def test_no_registry_is_named(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.findall(r"://|index-url|find-links|trusted-host|@ file", text) == []


def test_a_package_without_a_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="without a hash: b"):
        pinned(f"a==1 \\\n    --hash=sha256:{'0' * 64}\nb==2\n")


def test_the_bill_of_materials_repeats_and_names_every_package(tmp_path: Path) -> None:
    for name in ("one", "two"):
        main(tmp_path / name)
    first, second = (
        [(tmp_path / name / file).read_bytes() for file in ("sbom.json", "licences.txt")]
        for name in ("one", "two")
    )
    assert first == second
    assert len(first[1].decode().splitlines()) == len(pinned(LOCK))
    assert licence.__doc__
