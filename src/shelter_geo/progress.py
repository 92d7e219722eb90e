"""A progress bar for what takes more than two seconds; silent away from a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Takes the name of a step, the work done and the whole."""
StepProgress: TypeAlias = Callable[[int, int], None]
"""Takes the work done and the whole of one step."""
QUIET_S: Final = 2.0


def of_step(progress: Progress | None, name: str) -> StepProgress | None:
    """Return the progress of one named step, None where nobody follows it."""
    return None if progress is None else lambda done, whole: progress(name, done, whole)


@contextmanager
def steps() -> Iterator[Progress]:
    """Give a function that shows how far a named step has come.

    Yields
    ------
    callable
        Takes the name of a step, the work done and the whole. Nothing is drawn in the first two
        seconds, or where standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda name, done, whole: None
        return
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    bar = rich_progress.Progress(*columns, console=console, transient=True)
    task = bar.add_task("reading", total=None)
    begun = time.monotonic()

    def show(name: str, done: int, whole: int) -> None:
        if time.monotonic() - begun < QUIET_S:
            return
        bar.start()
        bar.update(task, description=name, completed=done, total=whole)

    try:
        yield show
    finally:
        bar.stop()
