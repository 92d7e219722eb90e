"""Work for other processes, which import it by its name."""

from __future__ import annotations

import mmap
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np


def square(shared: dict[str, str], number: int) -> int:
    return number**2 + int(shared["more"])


def die_once(folder: str, number: int) -> int:
    """Kill the own process in the middle of number 2, the first time."""
    mark = Path(folder) / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return -number


def die(folder: str, number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(folder: str, number: int) -> int:
    raise ValueError(f"number {number}")


def count(shared: dict[str, Any], number: int) -> tuple[int, bool, int]:
    """How often this object was used, whether its array lies in a mapped file, and its sum."""
    shared["seen"] += 1
    owner = shared["array"]
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return shared["seen"], isinstance(getattr(owner, "obj", None), mmap.mmap), shared["array"].sum()


def lack(folder: str, number: int) -> int:
    raise MemoryError


def eat(folder: str, number: int) -> int:
    """Take more memory than the worker is given, and wait for what comes of it."""
    taken = bytearray(b"x") * (600 << 20)
    time.sleep(60)
    return len(taken)


def hears_ctrl_c() -> bool:
    """Tell whether this thread lets the signal of an interruption through."""
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
