"""Outputs written beside the old ones and moved into place when all of them are whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from shelter_geo.errors import OutputError

MARK = ".shelter-geo-"
"""How the names of folders begin that runs write into."""


@contextmanager
def staged(
    out: Path,
    *,
    keep: Collection[str] = (),
    outdated: Callable[[Path, Path], Collection[Path]] = lambda out, stage: (),
) -> Iterator[Path]:
    """Give an empty folder to write into; its files replace those in `out` at the end.

    If anything fails or the run is stopped, `out` stays as it was: files that were already
    replaced are put back. Only a kill within the few milliseconds of replacing can leave some
    files new and some old, each of them whole. Other files in `out` are left alone, unless they are
    outdated. What killed runs have left is swept, where the system can lock a folder.

    Parameters
    ----------
    out
        Folder of the outputs; made if it does not exist.
    keep
        SHA-256 of files that must not be replaced, such as the inputs.
    outdated
        Told `out` and the folder of the new outputs, it names the files in `out` that an earlier
        run made and that are made no longer; they go when the new ones come.

    Yields
    ------
    Path
        A folder on the same file system.

    Raises
    ------
    OutputError
        If a file cannot be written, for want of room or of permission, if another run is writing
        into `out`, or if a file to be kept would be replaced.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(
            f"{out}: this path, or a part of it, is a file, and the outputs need a folder. Choose "
            "another with --out."
        ) from None
    except OSError as error:
        raise OutputError(_sentence(out, error)) from error
    lock = _lock(out)
    try:
        with _stage(out, sweep=lock is not None) as stage:
            yield stage
            _move(stage, out, keep, outdated(out, stage))
    except OSError as error:
        raise OutputError(_sentence(out, error)) from error
    finally:
        if lock is not None:
            os.close(lock)


def _lock(out: Path) -> int | None:
    """Hold a folder against a second run, or return None where the system cannot.

    The lock dies with its run and leaves no file.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        handle = os.open(out, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(
            f"{out}: another run is writing into this folder. Wait for it, or choose another "
            "folder with --out."
        ) from None
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def _stage(out: Path, *, sweep: bool) -> Iterator[Path]:
    """Make a folder to write into and remove it; what killed runs have left goes as well."""
    if sweep:
        for left in out.glob(f"{MARK}*"):
            shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=MARK, dir=out))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move(stage: Path, out: Path, keep: Collection[str], outdated: Collection[Path]) -> None:
    new = sorted(path for path in stage.rglob("*") if path.is_file())
    moves = [(file, out / file.relative_to(stage)) for file in new]
    for _, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse(target, keep)
    gone = [file for file in outdated if not _is_kept(file, keep)]
    before = stage / ".before"
    before.mkdir()
    old = {
        target: Path(shutil.copy2(target, before / str(number)))
        for number, target in enumerate([*(target for _, target in moves), *gone])
        if target.exists()
    }
    begun: list[Path] = []
    try:
        for file, target in moves:
            begun.append(target)
            file.replace(target)
        for target in gone:
            begun.append(target)
            target.unlink()
    except BaseException:
        _put_back(begun, old)
        raise
    _drop_empty({parent for file in gone for parent in file.relative_to(out).parents}, out)


def _drop_empty(folders: set[Path], out: Path) -> None:
    for folder in sorted(folders - {Path()}, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):  # one that still holds something stays
            (out / folder).rmdir()


def _refuse(target: Path, keep: Collection[str]) -> None:
    if target.is_dir():
        raise OutputError(
            f"{target}: this is a folder, and an output has its name. Move it away, or choose "
            "another folder with --out."
        )
    if _is_kept(target, keep):
        raise OutputError(
            f"{target}: this is an input of the study, and an output would replace it. Choose "
            "another folder with --out."
        )


def _is_kept(file: Path, keep: Collection[str]) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() in keep


def _put_back(begun: Iterable[Path], old: Mapping[Path, Path]) -> None:
    for target in begun:
        with suppress(OSError):  # the one that could not be replaced is as it was
            if target in old:
                old[target].replace(target)
            else:
                target.unlink(missing_ok=True)


def _sentence(out: Path, error: OSError) -> str:
    file = f" ({Path(error.filename).name})" if isinstance(error.filename, str) else ""
    return (
        f"{out}: the outputs could not be written: {error.strerror or error}{file}. What stood "
        "there is untouched. Free some room, close the files or choose another folder with --out."
    )
