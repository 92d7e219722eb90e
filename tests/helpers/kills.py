"""Runs that are killed while they write and while they move their outputs into place.

One process imports the package and copies itself for every run, so that hundreds are tried.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from helpers.study_copy import contents
from shelter_geo.publish.files.staging import JOURNAL, MARK, staged

FILES: Final = 45
"""Outputs of each run: the old ones, of which a third is made no longer, and the new ones."""
STEP_S: Final = 0.001
NAMES: Final = [f"{'abc'[i % 3]}/{i}.txt" for i in range(FILES)]
OLD: Final = dict.fromkeys(NAMES, b"old")
NEW: Final = dict.fromkeys(NAMES[FILES // 3 :], b"new") | {"d/more.txt": b"new"}


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """A process that was started in the background, or by nohup, passes on what it ignores."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)


def replace_outputs(out: Path) -> None:
    """Write new outputs, those that are made no longer going with the old ones."""
    gone = [out / name for name in sorted(set(OLD) - set(NEW))]
    with staged(out, outdated=lambda _out, _stage: gone) as stage:
        write(stage, NEW)


def slow_down() -> None:
    """Make every step of the move take long enough for a kill to fall between two of them."""
    step = Path.replace

    def slow(self: Path, target: Path) -> Path:
        time.sleep(STEP_S)
        return step(self, target)

    Path.replace = slow  # type: ignore[method-assign,assignment]


def killed(out: Path, delay: float, *, within_move: bool) -> None:
    """Start a run in a copy of this process, and kill it after a delay."""
    child = os.fork()
    if not child:
        slow_down()
        replace_outputs(out)
        os._exit(0)
    deadline = time.monotonic() + 20
    while within_move and time.monotonic() < deadline:
        if any(out.glob(f"{MARK}*/{JOURNAL}")) or os.waitid(
            os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT
        ):
            break
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def try_kills(folder: Path, rounds: int) -> dict[str, int]:
    """Kill runs, look at what stands there after the next one, and count."""
    logging.disable()
    chance, out = random.Random(0), folder / "out"
    counts = dict.fromkeys(("rounds", "mixed_before", "old", "new", "mixed", "left"), 0)
    write(out, OLD)
    begun = time.monotonic()
    replace_outputs(out)
    whole = time.monotonic() - begun
    for number in range(rounds):
        shutil.rmtree(out)
        write(out, OLD)
        inside = number % 4 != 0
        killed(out, chance.uniform(0, FILES * STEP_S if inside else whole), within_move=inside)
        seen = {name: raw for name, raw in contents(out).items() if not name.startswith(MARK)}
        with staged(out):
            pass
        after = contents(out)
        kind = "old" if after == OLD else "new" if after == NEW else "mixed"
        counts["rounds"] += 1
        counts["mixed_before"] += seen not in (OLD, NEW)
        counts[kind] += 1
        counts["left"] += bool(list(out.glob(f"{MARK}*")))
    return counts


if __name__ == "__main__":
    sys.stdout.write(json.dumps(try_kills(Path(sys.argv[1]), int(sys.argv[2]))))
