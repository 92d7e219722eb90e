"""A progress bar for what takes more than two seconds; silent away from a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_S = 2.0


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
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
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True)
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
