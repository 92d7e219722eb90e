"""Work for other processes, which import it by its name."""

from __future__ import annotations

import os
import signal
from pathlib import Path


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
