"""Work that is written part by part: what was written stays, and the next run goes on from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from shelter_geo.access import CostRequest
from shelter_geo.cluster import Spread
from shelter_geo.errors import OutputError
from shelter_geo.progress import Progress
from shelter_geo.publish.files.staging import staged

COSTS: Final = "costs"
COSTS_ABOUT: Final = "costs.json"


def begin(about: Path, facts: str, folder: Path) -> None:
    """Write what the parts are of; parts of something else are removed.

    Parameters
    ----------
    about
        File of the facts, in the folder of the outputs.
    facts
        Whatever the parts depend on, as text.
    folder
        Where the parts stand.

    Raises
    ------
    OutputError
        If the folder of the outputs is closed.
    """
    with staged(about.parent) as stage:  # a folder that is closed is told before the work
        there = about.read_text(encoding="utf-8") if about.is_file() else ""
        if there != facts:
            for old in sorted(folder.glob("*.parquet")):
                old.unlink()
        (stage / about.name).write_text(facts, encoding="utf-8")


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a part beside its place and move it there.

    Raises
    ------
    OutputError
        If it cannot be written, as where the disk is full.
    """
    beside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error}). What was written before it "
            "stays; make room and run the same command again to go on."
        ) from error


def write_costs(
    request: CostRequest, out: Path, spread: Spread, *, progress: Progress | None = None
) -> int:
    """Compute what is missing of a cost matrix, block by block.

    Each block is moved into place whole, so a run that was stopped goes on where it was. The same
    request gives the same bytes, wherever its blocks are computed.

    Parameters
    ----------
    request
        Points and roads.
    out
        Folder of the outputs; `costs/` in it holds the blocks.
    spread
        What does the work.
    progress
        Called with the blocks that are done.

    Returns
    -------
    int
        Blocks that an earlier run had left, which were not computed again.

    Raises
    ------
    OutputError
        If a file cannot be written; what was written stays.
    """
    folder = out / COSTS
    begin(out / COSTS_ABOUT, request.facts, folder)
    blocks = request.blocks
    todo = [block for block in blocks if not _file(folder, block).exists()]
    before = done = len(blocks) - len(todo)
    for block, content in spread(CostRequest.block, request, todo):
        put(_file(folder, block), partial(Path.write_bytes, data=content))
        done += 1
        if progress:
            progress("blocks of costs", done, len(blocks))
    return before


def _file(folder: Path, block: range) -> Path:
    return folder / f"{block.start:07d}-{block.stop - 1:07d}.parquet"
