"""Say how far long work has come: a progress bar on a terminal, and a line before compiling."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from shelter_geo.errors import disarmed

Progress: TypeAlias = Callable[[str, int, int], None]
"""Takes the name of a step, the work done and the whole."""
StepProgress: TypeAlias = Callable[[int, int], None]
"""Takes the work done and the whole of one step."""
OUTPUTS_IN_PLACE: Final[list[Path]] = []
"""Folders whose outputs this process has replaced, for what is said when it is stopped."""
QUIET_S: Final = 2.0


def of_step(progress: Progress | None, name: str) -> StepProgress | None:
    """Return the progress of one named step, None where nobody follows it."""
    return None if progress is None else lambda done, whole: progress(name, done, whole)


@contextmanager
def steps(*, lines: bool = False) -> Iterator[Progress]:
    """Give a function that shows how far a named step has come.

    Parameters
    ----------
    lines
        Whether a line is printed as each step begins, where standard error is no terminal.

    Yields
    ------
    callable
        Takes the name of a step, the work done and the whole. On a terminal a bar is drawn after
        the first two seconds.
    """
    if not sys.stderr.isatty():
        yield _line_a_step() if lines else lambda name, done, whole: None
        return
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(file=getattr(sys.stderr, "terminal", sys.stderr))
    columns = (
        rich_progress.TextColumn("{task.description}", markup=False),  # a file may be [so]
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
        bar.update(task, description=disarmed(name), completed=done, total=whole)

    try:
        yield show
    finally:
        bar.stop()


def _line_a_step() -> Progress:
    """Print the name of each step when its work begins."""
    begun: set[str] = set()

    def show(name: str, done: int, whole: int) -> None:
        if name not in begun:
            begun.add(name)
            sys.stdout.write(f"Step: {name}\n")
            sys.stdout.flush()

    return show


@cache
def announce_compiling() -> None:
    """Have the log say, once, when the compiler starts; loops kept from before are silent."""
    from numba.core import event

    class Announcer(event.Listener):
        said = False

        def on_start(self, event: Any) -> None:
            if not self.said:
                self.said = True
                logging.getLogger(__name__).warning(
                    "Compiling for a large question, once: this takes up to a minute"
                )

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Announcer())  # type: ignore[no-untyped-call]
