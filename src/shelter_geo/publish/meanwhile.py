"""Work done in a copy of this process while it goes on, where the system can copy one safely."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar, cast

from shelter_geo.errors import ShelterGeoError

_T = TypeVar("_T")
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux


@contextmanager
def meanwhile(work: Callable[[], _T]) -> Iterator[Callable[[], _T]]:
    """Do some work beside this process; wait for its answer when it is asked for.

    Where a process cannot be copied, or there is one processor only, the work is done when its
    answer is asked for. Either way the answer is the same. Work that is still going on at the end
    of the block is stopped.

    Parameters
    ----------
    work
        Takes nothing and shows no progress; what it gives or raises can be pickled. Files that it
        writes stay, any other change that it makes is lost.

    Yields
    ------
    callable
        Gives what `work` gives, or raises what it raises; to be asked once.
    """
    if not _can_copy():
        yield work
        return
    copying = multiprocessing.get_context("fork")
    here, there = copying.Pipe(duplex=False)
    process = copying.Process(target=_answer, args=(work, there), daemon=True)
    with warnings.catch_warnings():
        # The copy touches nothing that a thread of this process may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()

    def answer() -> _T:
        try:
            fine, found = here.recv()
        except EOFError:
            process.join()
            raise ShelterGeoError(
                f"A process beside this one was stopped (exit code {process.exitcode}); "
                "this happens where memory runs out."
            ) from None
        if not fine:
            raise found
        return cast(_T, found)

    try:
        yield answer
    finally:
        process.kill()
        process.join()
        here.close()


def _can_copy() -> bool:
    """Whether a copy of this process is safe and gains anything."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _answer(work: Callable[[], Any], there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked stops this one
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    try:
        found = True, work()
    except Exception as error:  # told by the process that asked
        found = False, error
    there.send(found)
