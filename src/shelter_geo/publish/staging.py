"""Outputs written beside the old ones and moved into place when all of them are whole."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shelter_geo.errors import OutputError


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to write into; its files replace those in `out` at the end.

    If anything fails or the run is stopped, `out` stays as it was. Files in `out` that the new
    outputs do not replace are left alone.

    Parameters
    ----------
    out
        Folder of the outputs; made if it does not exist.

    Yields
    ------
    Path
        A folder on the same file system.

    Raises
    ------
    OutputError
        If a file cannot be written, for want of room or of permission.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        stage = Path(tempfile.mkdtemp(prefix=f".{os.getpid()}-", suffix=".partial", dir=out))
    except OSError as error:
        raise OutputError(_sentence(out, error)) from error
    try:
        yield stage
        _move(stage, out)
    except OSError as error:
        raise OutputError(_sentence(out, error)) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move(stage: Path, out: Path) -> None:
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    moves = [(file, out / file.relative_to(stage)) for file in files]
    for _, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{target.name} is a folder")
    for file, target in moves:
        file.replace(target)


def _sweep(out: Path) -> None:
    """Remove what runs that were killed have left."""
    for left in out.glob(".*.partial"):
        owner = left.name[1:].partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sentence(out: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"{out}: the outputs could not be written: {reason}. What stood there is untouched. "
        "Free some room, close the files or choose another folder with --out."
    )
