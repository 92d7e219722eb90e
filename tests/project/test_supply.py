"""What is installed is named by its hash, and no file names a registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from bill_of_materials import licence, main, pinned
from other_versions import other_versions

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


def test_only_other_versions_than_those_there_are_installed(tmp_path: Path) -> None:
    for name, version in (("Some_Thing", "1.0"), ("other", "2.0")):
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
    text = (
        "some-thing==1.0  # as it is there\nother==2.1 ; python_version > '3'\nnew==3\n# a note\n"
    )
    assert other_versions(text, tmp_path) == ["other==2.1 ; python_version > '3'", "new==3"]
    assert other_versions("some.thing==1.0\n", tmp_path) == []
    assert other_versions("some-thing==1.0\n", tmp_path / "none") == ["some-thing==1.0"]
