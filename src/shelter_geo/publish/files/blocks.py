"""Work that is written part by part: what was written stays, and the next run goes on from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from shelter_geo.access import CostRequest
from shelter_geo.cluster import Spread
from shelter_geo.errors import OutputError
from shelter_geo.progress import Progress
from shelter_geo.publish.files.staging import staged

COSTS: Final = "costs"
COSTS_ABOUT: Final = "costs.json"

Shared = TypeVar("Shared")
Result = TypeVar("Result")
Writer = Callable[[Path], object]


@dataclass(frozen=True)
class Parts:
    """Files of the blocks of some work, and what they are of.

    Attributes
    ----------
    out, name
        Folder of the outputs, and of the blocks in it.
    about, facts
        File beside that folder, and what it says: whatever the blocks depend on. Blocks of
        something else are removed.
    blocks
        Ranges of numbers that do not overlap.
    """

    out: Path
    name: str
    about: str
    facts: str
    blocks: Sequence[range]

    def file(self, block: range, more: str = "") -> Path:
        """Name the file of a block; a block of several files has one without `more`."""
        return self.out / self.name / f"{block.start:07d}-{block.stop - 1:07d}{more}.parquet"

    def write(
        self,
        work: Callable[[Shared, range], Result],
        shared: Shared,
        spread: Spread,
        writers: Callable[[range, Result], dict[str, Writer]],
        *,
        progress: Progress | None = None,
    ) -> int:
        """Compute and write the blocks that are not there yet.

        Each file is moved into place whole, so a run that was stopped goes on where it was.

        Parameters
        ----------
        work, shared
            Gives the result of a block; see `Spread`.
        spread
            What does the work.
        writers
            What writes each file of a block, by what its name has more; the one without anything
            more comes last, since it says that the block is there.
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
        self._begin()
        todo = [block for block in self.blocks if not self.file(block).exists()]
        before = done = len(self.blocks) - len(todo)
        for block, result in spread(work, shared, todo):
            for more, write in writers(block, result).items():
                put(self.file(block, more), write)
            done += 1
            if progress:
                progress(f"blocks of {self.name}", done, len(self.blocks))
        return before

    def _begin(self) -> None:
        with staged(self.out) as stage:  # a folder that is closed is told before the work
            about = self.out / self.about
            there = about.read_text(encoding="utf-8") if about.is_file() else ""
            if there != self.facts:
                for old in sorted((self.out / self.name).glob("*.parquet")):
                    old.unlink()
            (stage / self.about).write_text(self.facts, encoding="utf-8")


def write_costs(
    request: CostRequest, out: Path, spread: Spread, *, progress: Progress | None = None
) -> int:
    """Compute what is missing of a cost matrix, block by block; see `Parts.write`.

    The same request gives the same bytes, wherever its blocks are computed.

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
    parts = Parts(out, COSTS, COSTS_ABOUT, request.facts, request.blocks)
    return parts.write(CostRequest.block, request, spread, _bytes, progress=progress)


def _bytes(_block: range, content: bytes) -> dict[str, Writer]:
    return {"": partial(Path.write_bytes, data=content)}


def put(path: Path, write: Writer) -> None:
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
