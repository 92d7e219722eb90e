"""Work done in a second process while this one goes on, where there is a second processor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TypeVar

from shelter_geo.errors import ShelterGeoError

_T = TypeVar("_T")


@contextmanager
def meanwhile(work: Callable[[], _T]) -> Iterator[Callable[[], _T]]:
    """Do some work beside this process; wait for its answer when it is asked for.

    With one processor the work is done when its answer is asked for. Either way the answer is the
    same. The block ends when the work has ended; one that fails ends the work. Where processes are
    not copied (macOS, Windows) the main module must be guarded, as `concurrent.futures` wants it.

    Parameters
    ----------
    work
        Takes nothing and can be pickled, as can what it gives or raises. Files that it writes
        stay, any other change that it makes is lost.

    Yields
    ------
    callable
        Gives what `work` gives, or raises what it raises.

    Raises
    ------
    ShelterGeoError
        When the answer is asked for, if the process was stopped from outside.
    """
    if _processors() < 2:
        yield work
        return
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(max_workers=1, initializer=_follow_parent) as pool:
        with warnings.catch_warnings():
            # A copy of this process touches nothing that a thread of it may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            future = pool.submit(work)

        def answer() -> _T:
            try:
                return future.result()
            except BrokenProcessPool:
                raise ShelterGeoError(
                    "A process beside this one was stopped; this happens where memory runs out."
                ) from None

        try:
            yield answer
        except BaseException:  # nobody will ask for the answer
            for child in set(multiprocessing.active_children()) - others:
                child.kill()  # a signal that it may still hold back, or lose, would never end it
            raise


def _follow_parent() -> None:
    """Leave an interruption to the process that asked, and end when that one has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
