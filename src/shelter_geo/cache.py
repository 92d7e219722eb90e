"""The folder in which this user's programs keep what can be made again."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

CACHE_VARIABLE: Final = "SHELTER_GEO_CACHE"
"""Environment variable that names the folder; empty to keep nothing."""
_FOR_READERS: Final = ("publish", "cli")
"""How the parts of the package begin that compute nothing."""
_LIBRARIES: Final = ("geopandas", "numpy", "pandas", "pyarrow", "pyproj", "scipy", "shapely")


def cache_folder() -> Path | None:
    """Return the folder in which this user's programs keep what can be made again, or None.

    It is what `CACHE_VARIABLE` says, else the usual one of the operating system.
    """
    stated = os.environ.get(CACHE_VARIABLE)
    if stated is not None:
        return Path(stated) if stated else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        usual = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        usual = home / "Library" / "Caches"
    else:
        usual = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return usual / "shelter_geo"


@cache
def code_hash() -> str:
    """Hash of the code that computes, and of the versions of the libraries it computes with.

    A line changed in the package makes another hash, released or not.
    """
    digest = hashlib.sha256()
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).as_posix()
        if not part.startswith(_FOR_READERS):
            code = path.read_bytes()
            digest.update(f"{part} {len(code)}\n".encode() + code)
    return digest.hexdigest()


def keep_file(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file beside its place, then move it there; only this user may read it.

    Parameters
    ----------
    path
        Its folder is made where there is none.
    write
        Writes the file.

    Raises
    ------
    OSError
        If the folder is closed or full; nothing half written stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def keep_newest(folder: Path, pattern: str, most: int) -> None:
    """Remove all but the newest files of a kind; one that is already gone is no fault.

    Parameters
    ----------
    folder
        A folder of files that can be made again.
    pattern
        Of their names.
    most
        How many may stay.
    """
    written = []
    for path in folder.glob(pattern):
        try:
            written.append((path.stat().st_mtime_ns, path))
        except OSError:
            continue
    for _, path in sorted(written)[: max(len(written) - most, 0)]:
        path.unlink(missing_ok=True)
