"""Outputs written beside the old ones and moved into place when all of them are whole."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from shelter_geo.errors import OutputError
from shelter_geo.outside import sha256_of
from shelter_geo.progress import OUTPUTS_IN_PLACE

MARK = ".shelter-geo-"
"""How the names of folders begin that runs write into."""
JOURNAL = ".journal.json"
"""File of such a folder that says how far the move into place has come."""
_BACK = ".back.json"
_BEFORE = ".before"
_COMPLETED = (
    "%s: an earlier run was killed while its outputs were moved into place; the move is completed "
    "now, and the outputs are that run's."
)
_TAKEN_BACK = (
    "%s: an earlier run was killed while its outputs were taken back; this is done now, and the "
    "outputs are those that stood there before it."
)
_UNTOUCHED = "What stood there is untouched."
_MIXED = "Old and new files stand there side by side until a run into this folder puts it right."


@contextmanager
def staged(
    out: Path,
    *,
    keep: Collection[str] = (),
    outdated: Callable[[Path, Path], Collection[Path]] = lambda out, stage: (),
) -> Iterator[Path]:
    """Give an empty folder to write into; its files replace those in `out` at the end.

    If anything fails or the run is stopped, `out` stays as it was: files that were already replaced
    are put back. A journal makes one step of the replacing: a kill in the middle of it, or a second
    stop in the putting back, is told of by the next run, which completes it. Other files in `out`
    are left alone, unless they are outdated. What killed runs have left is swept, where the system
    can lock a folder.

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
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        if out.is_symlink() and not out.exists():
            raise OutputError(
                f"{out}: this link leads to a folder that is not there. Make the folder, or choose "
                "another with --out."
            ) from None
        raise OutputError(
            f"{out}: this path, or a part of it, is a file, and the outputs need a folder. Choose "
            "another with --out."
        ) from None
    except OSError as error:
        raise OutputError(_sentence(out, error, _UNTOUCHED)) from error
    lock = _lock(out)
    try:
        with _stage(out, sweep=lock is not None) as stage:
            yield stage
            _move(stage, out, keep, outdated(out, stage))
    except OSError as error:
        halfway = any(out.glob(f"{MARK}*/{JOURNAL}"))
        raise OutputError(_sentence(out, error, _MIXED if halfway else _UNTOUCHED)) from error
    finally:
        for folder in made:  # a run that puts nothing there leaves no folder either
            with suppress(OSError):
                folder.rmdir()
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
        for left in sorted(out.glob(f"{MARK}*")):
            _complete(left, out)
            shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=MARK, dir=out))
    try:
        yield stage
    finally:
        if not (stage / JOURNAL).exists():  # with it, what is half done is left to the next run
            shutil.rmtree(stage, ignore_errors=True)


def _move(stage: Path, out: Path, keep: Collection[str], outdated: Collection[Path]) -> None:
    new = sorted(path for path in stage.rglob("*") if path.is_file())
    moves = [(file, out / file.relative_to(stage)) for file in new]
    for _, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse(target, keep)
    gone = [file for file in outdated if not _is_kept(file, keep)]
    before = stage / _BEFORE
    before.mkdir()
    targets = [target.relative_to(out).as_posix() for target in [*(t for _, t in moves), *gone]]
    for number, name in enumerate(targets):
        if os.path.lexists(out / name):
            _save(out / name, before / str(number))
    old = [(before / str(number)).exists() for number in range(len(targets))]
    onwards = {"targets": targets, "moved": len(moves), "old": old, "back": False}
    back = onwards | {"back": True}
    try:
        _note(stage / _BACK, back)  # written beforehand, as a full disk lets nobody write later
        _note(stage / JOURNAL, onwards)
        _go_on(stage, out, onwards)
    except BaseException:
        with suppress(OSError):
            (stage / _BACK).replace(stage / JOURNAL)
        _go_on(stage, out, back)
        (stage / JOURNAL).unlink(missing_ok=True)
        raise
    OUTPUTS_IN_PLACE.extend([out] if moves else [])
    (stage / JOURNAL).unlink()


def _save(file: Path, copy: Path) -> None:
    """Keep what a file holds, by a second name for it where the system has such names."""
    try:
        os.link(file, copy, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(file, copy)


def _note(journal: Path, plan: dict[str, Any]) -> None:
    """Write a journal in one step, so that it is there whole or not at all."""
    part = journal.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(journal)


def _go_on(stage: Path, out: Path, plan: dict[str, Any]) -> None:
    """Take every step of a journal that is still to be taken, onwards or back.

    On the way back, one that fails hinders no other.
    """
    targets, moved = plan["targets"], plan["moved"]
    failed: list[OSError] = []
    for number, target in enumerate(targets):
        new, old = stage / target, stage / _BEFORE / str(number)
        if not plan["back"]:
            if number >= moved:
                (out / target).unlink(missing_ok=True)
            elif new.exists():
                new.replace(out / target)
        elif new.exists() or (number >= moved and os.path.lexists(out / target)):
            continue  # what could not be replaced or taken away is as it was
        else:
            try:
                if old.exists():
                    old.replace(out / target)
                elif not plan["old"][number]:
                    (out / target).unlink(missing_ok=True)
            except OSError as error:
                failed.append(error)
    if failed:
        raise failed[0]
    if not plan["back"]:
        parents = {folder for name in targets[moved:] for folder in PurePosixPath(name).parents}
        _drop_empty(set(map(Path, parents)), out)


def _complete(stage: Path, out: Path) -> None:
    """Go on with the move of a run that was killed in the middle of it, and tell of it."""
    try:
        plan = json.loads((stage / JOURNAL).read_text(encoding="utf-8"))
        names = [PurePosixPath(name) for name in plan["targets"]]
        if any(name.is_absolute() or ".." in name.parts for name in names):
            return
    except (OSError, ValueError, LookupError, TypeError):  # no journal: the move had not begun
        return
    try:
        _go_on(stage, out, plan)
    except (LookupError, TypeError):  # not one of ours
        return
    logging.getLogger("shelter_geo").warning(_TAKEN_BACK if plan["back"] else _COMPLETED, out)


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
    return file.is_file() and sha256_of(file) in keep


def _sentence(out: Path, error: OSError, stands: str) -> str:
    file = f" ({Path(error.filename).name})" if isinstance(error.filename, str) else ""
    return (
        f"{out}: the outputs could not be written: {error.strerror or error}{file}. {stands} "
        "Free some room, close the files or choose another folder with --out."
    )
