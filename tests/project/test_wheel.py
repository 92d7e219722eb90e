"""The wheel carries the bundled study, and nothing private."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "shelter_id,lat,lon\ninvented,12.345678,98.765432\n"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the project that also holds a private file, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "project"
    keep = ("pyproject.toml", "README.md", "LICENSE", "src", "data")
    for name in keep:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(source, copy / name)
    private = copy / "data" / "private"
    private.mkdir(exist_ok=True)
    (private / "shelter_points.csv").write_text(SECRET, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(copy)], check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_private_files_do_not_travel(unpacked: Path) -> None:
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    assert not [path for path in files if "private" in path.as_posix()]
    assert not [path for path in files if b"12.345678" in path.read_bytes()]


def test_study_is_found_inside_the_wheel_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "from shelter_geo.study.load import bundled_study, load_study;"
        "study = load_study(); print(bundled_study(), len(study.districts))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    path, count = done.stdout.split()
    assert Path(path) == unpacked / "shelter_geo" / "bundled" / "study.toml"
    assert count == "75"
